//! The refusals that a caller of this room would act on differently.

use sala_core::problem::Code;

/// The settings under which browsers would bind passkeys to this hall contradict each other.
pub(crate) const ORIGIN_INVALID: Code = Code {
    code: "origin_invalid",
    status: 500,
    th: "ที่อยู่ของศาลาตั้งค่าไว้ไม่ถูกต้อง",
    en: "The origin of the hall is not set well",
    help_th: "origin ต้องเป็นที่อยู่เว็บเต็ม และ rp_id ต้องเป็นโดเมนของที่อยู่นั้นหรือโดเมนแม่",
    help_en: "The origin must be a whole web address, and rp_id its domain or a parent of it.",
};

/// Passkeys need a domain name.
pub(crate) const PASSKEYS_UNAVAILABLE: Code = Code {
    code: "passkeys_unavailable",
    status: 409,
    th: "ใช้พาสคีย์กับที่อยู่นี้ไม่ได้",
    en: "Passkeys do not work at this address",
    help_th: "เปิดศาลาผ่านชื่อโดเมน หรือ localhost แทนหมายเลข IP",
    help_en: "Open the hall by a domain name, or as localhost, instead of an IP number.",
};

/// The ceremony is over, was never begun, or belongs to something else.
pub(crate) const CEREMONY_UNKNOWN: Code = Code {
    code: "ceremony_unknown",
    status: 409,
    th: "ขั้นตอนพาสคีย์นี้หมดอายุหรือใช้ไปแล้ว",
    en: "This passkey ceremony is over",
    help_th: "เริ่มขั้นตอนใหม่ แต่ละครั้งใช้ได้ครั้งเดียวภายในห้านาที",
    help_en: "Start again. Each ceremony can be finished once, within five minutes.",
};

/// The passkey did not prove who signs in.
pub(crate) const PASSKEY_REFUSED: Code = Code {
    code: "passkey_refused",
    status: 401,
    th: "พาสคีย์นี้เข้าสู่ระบบไม่ได้",
    en: "This passkey does not sign in here",
    help_th: "เลือกพาสคีย์ที่ลงทะเบียนไว้กับศาลานี้ หรือลงทะเบียนใหม่",
    help_en: "Choose a passkey that was registered with this hall, or register a new one.",
};

/// The answer of the authenticator can't be accepted as a new passkey.
pub(crate) const PASSKEY_INVALID: Code = Code {
    code: "passkey_invalid",
    status: 400,
    th: "ลงทะเบียนพาสคีย์นี้ไม่ได้",
    en: "This passkey can't be registered",
    help_th: "ใช้อุปกรณ์ที่ยืนยันตัวผู้ใช้ด้วย PIN ลายนิ้วมือ หรือใบหน้า แล้วลองใหม่",
    help_en: "Use a device that verifies its user by PIN, finger or face, and try again.",
};

/// The one-time code is not in force.
pub(crate) const CODE_INVALID: Code = Code {
    code: "one_time_code_invalid",
    status: 403,
    th: "รหัสใช้ครั้งเดียวไม่ถูกต้องหรือหมดอายุ",
    en: "This one-time code is not in force",
    help_th: "ตรวจรหัสอีกครั้ง หรือสร้างใหม่ด้วย sala init",
    help_en: "Check the code, or make a new one with `sala init`.",
};

/// What was asked for is for someone who is not signed in as who they are now.
pub(crate) const SIGN_OUT_FIRST: Code = Code {
    code: "sign_out_first",
    status: 409,
    th: "กรุณาออกจากระบบก่อน",
    en: "Please sign out first",
    help_th: "ออกจากระบบ แล้วลงทะเบียนพาสคีย์ของท่านเอง",
    help_en: "Sign out, then register a passkey of your own.",
};

/// Only a demonstration has it.
pub(crate) const DEMO_ONLY: Code = Code {
    code: "demo_only",
    status: 404,
    th: "มีเฉพาะในศาลาสาธิต",
    en: "Only a demonstration has this",
    help_th: "เข้าสู่ระบบด้วยพาสคีย์",
    help_en: "Sign in with a passkey.",
};

/// The identity provider does not answer, or can't be asked.
pub(crate) const IDENTITY_PROVIDER_DOWN: Code = Code {
    code: "identity_provider_down",
    status: 503,
    th: "ติดต่อผู้ให้บริการยืนยันตัวตนไม่ได้",
    en: "The identity provider can't be reached",
    help_th: "ลองใหม่ในอีกสักครู่ หรือเข้าสู่ระบบด้วยพาสคีย์",
    help_en: "Try again shortly, or sign in with a passkey.",
};

/// The identity provider said no, or the person did there.
pub(crate) const IDENTITY_REFUSED: Code = Code {
    code: "identity_refused",
    status: 403,
    th: "ผู้ให้บริการยืนยันตัวตนไม่ยืนยัน",
    en: "The identity provider did not confirm",
    help_th: "ท่านอาจยกเลิก หรือผู้ให้บริการปฏิเสธ เริ่มใหม่ หรือใช้วิธีอื่น",
    help_en: "You may have cancelled, or it refused. Start again, or use another way.",
};

/// What came back can't be trusted.
pub(crate) const IDENTITY_INVALID: Code = Code {
    code: "identity_invalid",
    status: 403,
    th: "คำตอบของผู้ให้บริการยืนยันตัวตนเชื่อถือไม่ได้",
    en: "The answer of the identity provider can't be trusted",
    help_th: "เริ่มใหม่จากหน้าของศาลา หากยังเป็นอีกให้แจ้งผู้ดูแล",
    help_en: "Start again from the hall's own page; if it happens again, tell the operator.",
};

/// The way to the provider and back is over, was never begun, or began in another browser.
pub(crate) const IDENTITY_FLOW_UNKNOWN: Code = Code {
    code: "identity_flow_unknown",
    status: 409,
    th: "การยืนยันตัวตนครั้งนี้หมดเวลา ใช้ไปแล้ว หรือเริ่มจากเบราว์เซอร์อื่น",
    en: "This way to the identity provider is over, used, or began in another browser",
    help_th: "เริ่มใหม่จากหน้าของศาลา แต่ละครั้งใช้ได้ครั้งเดียวภายในสิบนาที",
    help_en: "Start again from the hall's own page. Each is good once, within ten minutes.",
};

/// One identity, one person.
pub(crate) const IDENTITY_TAKEN: Code = Code {
    code: "identity_taken",
    status: 409,
    th: "ใช้บัตรประจำตัวดิจิทัลนี้กับบัญชีนี้ไม่ได้",
    en: "This identity can't be used with this account",
    help_th: "บัตรหนึ่งใช้ได้กับบัญชีเดียว และบัญชีหนึ่งใช้ได้บัตรเดียวต่อผู้ให้บริการ เข้าสู่ระบบด้วยพาสคีย์ของบัญชีเดิม",
    help_en: "An identity belongs to one account, and an account has one of each provider. Sign in with the passkey of the account that has it.",
};

/// Nobody here has this identity.
pub(crate) const IDENTITY_UNKNOWN: Code = Code {
    code: "identity_unknown",
    status: 403,
    th: "กู้คืนด้วยบัตรประจำตัวดิจิทัลนี้ไม่ได้",
    en: "This identity recovers nothing",
    help_th: "ใช้รหัสกู้คืนฉบับพิมพ์ หรือไปที่เคาน์เตอร์",
    help_en: "Use a printed code, or go to the counter.",
};

/// Too many tries from one place.
pub(crate) const TOO_MANY_ATTEMPTS: Code = Code {
    code: "too_many_attempts",
    status: 429,
    th: "ลองเข้าสู่ระบบถี่เกินไป",
    en: "Too many sign-in attempts",
    help_th: "รอสักครู่แล้วลองใหม่",
    help_en: "Wait a moment and try again.",
};

/// Not now.
pub(crate) const SCOPE_CLOSED: Code = Code {
    code: "scope_closed",
    status: 409,
    th: "ยังไม่ถึงเวลาหรือพ้นเวลาแล้ว",
    en: "It is not the time for this",
    help_th: "ดูช่วงเวลาขอสิทธิและใช้สิทธิในหน้าของเรื่องนี้",
    help_en: "Look at the windows for getting and for using tokens.",
};

/// Registered too late, or all tokens are out.
pub(crate) const TOKEN_NOT_ELIGIBLE: Code = Code {
    code: "token_not_eligible",
    status: 403,
    th: "ท่านไม่มีสิทธิในเรื่องนี้",
    en: "You are not eligible here",
    help_th: "ผู้มีสิทธิคือผู้ที่ลงทะเบียนก่อนวันเปิด หากเห็นว่าผิด โปรดติดต่อหน่วยงานที่เปิด",
    help_en: "Those are eligible who had registered when it was opened. If you think that this is wrong, ask the office that opened it.",
};

/// One person, one token.
pub(crate) const TOKEN_TAKEN: Code = Code {
    code: "token_taken",
    status: 409,
    th: "ท่านได้รับสิทธิของท่านแล้ว",
    en: "You have had your token",
    help_th: "ใช้เครื่องเดิมหรือกู้กุญแจลับของท่าน แล้วสิทธิเดิมจะกลับมา",
    help_en: "Use the device that you had, or bring back its secret: then the same token comes again.",
};

/// Not signed by the key of this scope.
pub(crate) const TOKEN_INVALID: Code = Code {
    code: "token_invalid",
    status: 400,
    th: "สิทธินี้ไม่ถูกต้อง",
    en: "This token is not good",
    help_th: "ตรวจว่าเป็นสิทธิของเรื่องนี้ และขอใหม่หากจำเป็น",
    help_en: "Check that it is for this scope, and get it again if need be.",
};

/// Every slot is used.
pub(crate) const TOO_MANY_PERSONAS: Code = Code {
    code: "too_many_personas",
    status: 409,
    th: "ท่านมีตัวแทนครบจำนวนแล้ว",
    en: "You have as many personas as one person may have",
    help_th: "ใช้ตัวแทนที่มีอยู่ หรือเปลี่ยนชื่อและรูปลักษณ์ของตัวหนึ่ง",
    help_en: "Use one that you have, or change its name and look.",
};

/// A session needs a persona.
pub(crate) const LAST_PERSONA: Code = Code {
    code: "persona_in_use",
    status: 409,
    th: "กำลังใช้ตัวแทนนี้อยู่",
    en: "This persona is in use",
    help_th: "เปลี่ยนไปใช้ตัวแทนอื่นก่อน แล้วจึงเลิกใช้ตัวนี้",
    help_en: "Go on under another persona first, then put this one away.",
};

/// A signature over a request that proves nothing.
pub(crate) const SIGNATURE_REFUSED: Code = Code {
    code: "signature_refused",
    status: 403,
    th: "ลายมือชื่อจากพาสคีย์ไม่ถูกต้องสำหรับคำขอนี้",
    en: "The passkey's signature is not good for this request",
    help_th: "ขอเลขใช้ครั้งเดียวใหม่ แล้วยืนยันด้วยพาสคีย์ของท่านอีกครั้ง",
    help_en: "Get a new nonce and confirm with your own passkey again.",
};

/// The hall would be without an administrator.
pub(crate) const LAST_ADMINISTRATOR: Code = Code {
    code: "last_administrator",
    status: 409,
    th: "นี่คือผู้ดูแลระบบคนสุดท้าย",
    en: "This is the last administrator",
    help_th: "แต่งตั้งผู้ดูแลระบบอีกคนก่อน",
    help_en: "Appoint another administrator first.",
};

/// The other side of a mandate is nobody.
pub(crate) const MANDATE_PARTY_UNKNOWN: Code = Code {
    code: "mandate_party_unknown",
    status: 404,
    th: "ไม่มีใครใช้ชื่อตัวแทนนี้",
    en: "Nobody uses this handle",
    help_th: "ขอชื่อตัวแทนจากอีกฝ่าย ตรวจให้ตรงทุกตัวอักษร แล้วส่งใหม่",
    help_en: "Ask the other side for their handle, check every letter, and send again.",
};

/// The same mandate is open already.
pub(crate) const MANDATE_DUPLICATE: Code = Code {
    code: "mandate_duplicate",
    status: 409,
    th: "มีการมอบอำนาจนี้อยู่แล้ว",
    en: "This mandate is open already",
    help_th: "ดูรายการที่มอบไว้ หากต้องการเปลี่ยนให้เพิกถอนรายการเดิมก่อน",
    help_en: "Look at those that you have given; to change one, revoke it first.",
};

/// It would last longer than its form allows.
pub(crate) const MANDATE_TERM_TOO_LONG: Code = Code {
    code: "mandate_term_too_long",
    status: 400,
    th: "ระยะเวลานานเกินที่รูปแบบนี้ให้ได้",
    en: "The term is longer than this form allows",
    help_th: "เลือกวันสิ้นสุดที่เร็วขึ้น แล้วมอบใหม่เมื่อครบกำหนด",
    help_en: "Choose an earlier end, and give a new mandate when it is over.",
};

/// The scope names something that can't be delegated.
pub(crate) const MANDATE_SCOPE_UNKNOWN: Code = Code {
    code: "mandate_scope_unknown",
    status: 400,
    th: "เรื่องนี้มอบอำนาจไม่ได้",
    en: "This can't be delegated",
    help_th: "เลือกจากเรื่องที่ศาลานี้ให้มอบอำนาจได้",
    help_en: "Choose from what this hall lets people delegate.",
};

/// What is done in person only; handing a mandate on is.
pub(crate) const MANDATE_NOT_DELEGABLE: Code = Code {
    code: "mandate_not_delegable",
    status: 403,
    th: "เรื่องนี้ต้องทำด้วยตนเอง",
    en: "This must be done in person",
    help_th: "ทำในนามของท่านเอง โดยไม่ใช้การมอบอำนาจ การมอบอำนาจช่วงต่อทำไม่ได้",
    help_en: "Do it for yourself, without a mandate. A mandate can't be handed on.",
};

/// The step can't be taken by this persona or no longer.
pub(crate) const MANDATE_NOT_OPEN: Code = Code {
    code: "mandate_not_open",
    status: 409,
    th: "การมอบอำนาจนี้ไม่เปิดให้ท่านดำเนินการ",
    en: "This mandate is not open to you",
    help_th: "อาจถูกถอน ตัดสิน หรือหมดเวลาแล้ว หรือไม่เปิดให้ตัวแทนนี้ โหลดใหม่เพื่อดูสถานะ",
    help_en: "It may have been withdrawn, decided, or have lapsed, or not be open to this persona. Load it again to see.",
};

/// Nobody can act under it now.
pub(crate) const MANDATE_NOT_IN_FORCE: Code = Code {
    code: "mandate_not_in_force",
    status: 403,
    th: "การมอบอำนาจนี้ไม่มีผลบังคับ",
    en: "This mandate is not in force",
    help_th: "ตรวจรหัสและสถานะในรายการที่ท่านได้รับ หรือขอมอบอำนาจใหม่",
    help_en: "Check its id and state among those that you have received, or ask for a new one.",
};

/// It is in force, and for something else.
pub(crate) const MANDATE_NOT_COVERING: Code = Code {
    code: "mandate_not_covering",
    status: 403,
    th: "การมอบอำนาจนี้ไม่ครอบคลุมเรื่องนี้",
    en: "This mandate does not cover this",
    help_th: "ทำเฉพาะเรื่องที่ได้รับมอบ หรือขอมอบอำนาจให้ครอบคลุม",
    help_en: "Do only what it covers, or ask for a mandate that covers this.",
};

/// More money than it allows.
pub(crate) const MANDATE_LIMIT_EXCEEDED: Code = Code {
    code: "mandate_limit_exceeded",
    status: 409,
    th: "เกินวงเงินของการมอบอำนาจ",
    en: "This is over the limit of the mandate",
    help_th: "จ่ายไม่เกินวงเงินที่เหลือ หรือให้ผู้มอบจ่ายเอง",
    help_en: "Pay within what is left, or let the principal pay.",
};

/// An organisation of another state than the step needs.
pub(crate) const ORGANISATION_NOT_OPEN: Code = Code {
    code: "organisation_not_open",
    status: 409,
    th: "องค์กรนี้ไม่อยู่ในสถานะที่ทำได้",
    en: "This organisation is not in a state for this",
    help_th: "โหลดใหม่เพื่อดูสถานะขององค์กร",
    help_en: "Load the organisation again to see its state.",
};

/// The persons of a demonstration belong to all its guests.
pub(crate) const DEMO_PERSON: Code = Code {
    code: "demo_person",
    status: 409,
    th: "บุคคลสาธิตใช้ร่วมกัน จึงทำเรื่องนี้ไม่ได้",
    en: "The persons of the demonstration are shared: they can't do this",
    help_th: "ลงทะเบียนด้วยพาสคีย์ของท่านเอง แล้วลองใหม่",
    help_en: "Register with a passkey of your own and try there.",
};

/// A legal hold stands.
pub(crate) const ERASURE_HELD: Code = Code {
    code: "erasure_held",
    status: 409,
    th: "มีคำสั่งตามกฎหมายให้เก็บรักษาข้อมูลนี้",
    en: "A legal hold forbids the erasure",
    help_th: "ดูคำสั่งในหน้าข้อมูลของฉัน และขออีกครั้งเมื่อสิ้นสุด",
    help_en: "Look at the hold on the page of your data, and ask again when it has ended.",
};

/// Nothing is recovered with this.
pub(crate) const RECOVERY_REFUSED: Code = Code {
    code: "recovery_refused",
    status: 403,
    th: "กู้คืนด้วยรหัสนี้ไม่ได้",
    en: "This recovers nothing",
    help_th: "ตรวจรหัสประจำการกู้คืนและรหัสลับบนกระดาษอีกครั้ง",
    help_en: "Check the id and the code on your paper again.",
};

/// Too many failures at one door.
pub(crate) const RECOVERY_CLOSED: Code = Code {
    code: "recovery_closed",
    status: 429,
    th: "ลองผิดหลายครั้งเกินไป",
    en: "Too many wrong tries",
    help_th: "ช่องทางนี้ปิดหนึ่งชั่วโมง รอแล้วลองใหม่ หรือใช้วิธีอื่น",
    help_en: "This road is closed for an hour. Wait and try again, or take another one.",
};

/// The cool-off is not over.
pub(crate) const RECOVERY_COOLING: Code = Code {
    code: "recovery_cooling",
    status: 409,
    th: "ยังอยู่ในเวลารอของการกู้คืน",
    en: "The recovery is still in its cool-off",
    help_th: "กลับมาหลังเวลาที่ระบุพร้อมรหัสเดิม",
    help_en: "Come back with the same code after the time named.",
};

/// A recovery was too lately.
pub(crate) const RECOVERY_SETTLING: Code = Code {
    code: "recovery_settling",
    status: 409,
    th: "เพิ่งกู้คืนการเข้าใช้ จึงยังทำเรื่องนี้ไม่ได้",
    en: "You came back by a recovery a short time ago",
    help_th: "รอให้พ้นเวลาพัก ระหว่างนี้เจ้าของตัวจริงยังหยุดการกู้คืนได้",
    help_en: "Wait until it has settled; meanwhile the person whose access it is can still stop it.",
};

/// Officers have two roads only.
pub(crate) const RECOVERY_NOT_FOR_OFFICERS: Code = Code {
    code: "recovery_not_for_officers",
    status: 409,
    th: "ผู้ดำรงตำแหน่งกู้คืนด้วยวิธีนี้ไม่ได้",
    en: "Whoever holds an office can't come back this way",
    help_th: "ใช้พาสคีย์อีกอัน หรือให้ผู้ดูแลระบบแต่งตั้งใหม่",
    help_en: "Use another passkey, or be appointed anew by an administrator.",
};

/// Nobody could come back.
pub(crate) const LAST_PASSKEY: Code = Code {
    code: "last_passkey",
    status: 409,
    th: "นี่คือพาสคีย์อันสุดท้าย",
    en: "This is the last passkey",
    help_th: "เพิ่มพาสคีย์อีกอัน หรือสร้างรหัสกู้คืนฉบับพิมพ์ก่อน",
    help_en: "Add another passkey, or make a printed recovery code first.",
};

/// The officers' look did not fit.
pub(crate) const DESK_REFUSED: Code = Code {
    code: "desk_refused",
    status: 409,
    th: "ชื่อในเอกสารไม่ตรงกับตัวแทนนี้",
    en: "The papers do not fit this persona",
    help_th: "ตรวจรหัสตัวแทนและชื่อที่ผู้ขอใช้ลงทะเบียนอีกครั้ง",
    help_en: "Check the handle, and the name that the person registered with.",
};

/// Two officers are two persons.
pub(crate) const SECOND_OFFICER: Code = Code {
    code: "second_officer_needed",
    status: 409,
    th: "ต้องเป็นเจ้าหน้าที่อีกคน",
    en: "This must be another officer",
    help_th: "ให้เจ้าหน้าที่อีกคนตรวจผู้ขอด้วยตนเองและยืนยัน",
    help_en: "Let another officer look at the person for themselves and confirm.",
};

/// Whoever speaks is no custodian of this hall.
pub(crate) const CUSTODIAN_UNKNOWN: Code = Code {
    code: "custodian_unknown",
    status: 401,
    th: "จดหมายนี้ไม่ได้ลงนามโดยผู้พิทักษ์ของศาลานี้",
    en: "This note is not signed by a custodian of this hall",
    help_th: "ลงนามด้วยกุญแจที่โปรไฟล์ของศาลาระบุไว้ และตั้งนาฬิกาให้ตรง",
    help_en: "Sign with the key that the hall's profile pins, and set the clock.",
};

/// Too early or too late.
pub(crate) const CUSTODY_STAGE: Code = Code {
    code: "custody_stage",
    status: 409,
    th: "ข้อความนี้มาก่อนหรือหลังรอบของมัน",
    en: "This message comes too early or too late",
    help_th: "ดูขั้นปัจจุบันที่ /api/v1/custody แล้วส่งข้อความของขั้นนั้น",
    help_en: "Look at /api/v1/custody for the present stage and send what belongs to it.",
};

/// It was said already.
pub(crate) const CUSTODY_KNOWN: Code = Code {
    code: "custody_known",
    status: 409,
    th: "ข้อความนี้ประกาศไว้แล้ว",
    en: "This was published already",
    help_th: "ไม่ต้องทำอะไร",
    help_en: "Nothing needs to be done.",
};

/// Not a message of this ceremony or case.
pub(crate) const CUSTODY_MESSAGE: Code = Code {
    code: "custody_message_invalid",
    status: 400,
    th: "ใช้ข้อความของผู้พิทักษ์นี้ไม่ได้",
    en: "This message of a custodian can't be used",
    help_th: "ตรวจว่าข้อความสร้างขึ้นสำหรับคณะ เรื่อง และกุญแจนี้",
    help_en: "See that it was made for this committee, case and key.",
};

/// Signed, and false.
pub(crate) const CUSTODY_CHEATED: Code = Code {
    code: "custody_cheated",
    status: 409,
    th: "ข้อความที่ลงชื่อไว้ไม่ซื่อตรง",
    en: "A signed message is false",
    help_th: "ข้อความถูกเก็บเป็นหลักฐานและระบุชื่อผู้ส่ง",
    help_en: "It is kept as evidence, and its sender is named.",
};

/// The hall does not know who this is.
pub(crate) const LINK_IN_CUSTODY: Code = Code {
    code: "link_in_custody",
    status: 409,
    th: "ศาลาไม่รู้ว่าตัวแทนนี้เป็นของใคร",
    en: "The hall does not know who is behind this persona",
    help_th: "เจ้าหน้าที่แต่งตั้งด้วยรหัสเชิญ ส่วนตัวตนเปิดได้โดยผู้พิทักษ์เท่านั้น",
    help_en: "Appoint officers by invitation; who someone is, only custodians can open.",
};

/// There is no key of custodians yet.
pub(crate) const UNMASKING_NO_KEY: Code = Code {
    code: "unmasking_no_key",
    status: 409,
    th: "ผู้พิทักษ์ยังไม่มีกุญแจร่วมที่ใช้ได้",
    en: "The custodians have no key in force yet",
    help_th: "รอให้การสร้างกุญแจเสร็จและมีพยาน ดู /api/v1/custody",
    help_en: "Wait until the key is made and witnessed; see /api/v1/custody.",
};

/// Nobody is behind it (any more).
pub(crate) const UNMASKING_NOTHING: Code = Code {
    code: "unmasking_nothing",
    status: 410,
    th: "ไม่มีตัวตนให้เปิดเผย",
    en: "There is nobody to unmask",
    help_th: "ตัวแทนนี้ไม่มีอยู่ หรือบุคคลนั้นถูกลบแล้ว",
    help_en: "There is no such persona, or its person was erased.",
};

/// The case is not open.
pub(crate) const UNMASKING_CLOSED: Code = Code {
    code: "unmasking_closed",
    status: 409,
    th: "เรื่องนี้ไม่ได้เปิดอยู่",
    en: "The case is not open for this",
    help_th: "เรื่องถูกถอน หมดเวลา ถูกปฏิเสธ หรือปิดแล้ว",
    help_en: "It was withdrawn, ran out, was refused or is closed.",
};

/// Too few custodians gave their part.
pub(crate) const UNMASKING_TOO_FEW: Code = Code {
    code: "unmasking_too_few",
    status: 409,
    th: "ผู้พิทักษ์ให้ส่วนยังไม่ครบ",
    en: "Too few custodians have given their part",
    help_th: "รอการตัดสินใจของผู้พิทักษ์รายอื่น แต่ละส่วนใช้ได้เมื่อมีพยานแล้ว",
    help_en: "Wait for the others; a part counts once its act is witnessed.",
};

/// Every code of this room.
pub const PROBLEMS: &[&Code] = &[
    &ORIGIN_INVALID,
    &PASSKEYS_UNAVAILABLE,
    &CEREMONY_UNKNOWN,
    &PASSKEY_REFUSED,
    &PASSKEY_INVALID,
    &CODE_INVALID,
    &SIGN_OUT_FIRST,
    &DEMO_ONLY,
    &TOO_MANY_ATTEMPTS,
    &IDENTITY_PROVIDER_DOWN,
    &IDENTITY_REFUSED,
    &IDENTITY_INVALID,
    &IDENTITY_FLOW_UNKNOWN,
    &IDENTITY_TAKEN,
    &IDENTITY_UNKNOWN,
    &LAST_ADMINISTRATOR,
    &SIGNATURE_REFUSED,
    &TOO_MANY_PERSONAS,
    &SCOPE_CLOSED,
    &TOKEN_NOT_ELIGIBLE,
    &TOKEN_TAKEN,
    &TOKEN_INVALID,
    &LAST_PERSONA,
    &MANDATE_PARTY_UNKNOWN,
    &MANDATE_DUPLICATE,
    &MANDATE_TERM_TOO_LONG,
    &MANDATE_SCOPE_UNKNOWN,
    &MANDATE_NOT_DELEGABLE,
    &MANDATE_NOT_OPEN,
    &MANDATE_NOT_IN_FORCE,
    &MANDATE_NOT_COVERING,
    &MANDATE_LIMIT_EXCEEDED,
    &ORGANISATION_NOT_OPEN,
    &DEMO_PERSON,
    &ERASURE_HELD,
    &RECOVERY_REFUSED,
    &RECOVERY_CLOSED,
    &RECOVERY_COOLING,
    &RECOVERY_SETTLING,
    &RECOVERY_NOT_FOR_OFFICERS,
    &LAST_PASSKEY,
    &DESK_REFUSED,
    &SECOND_OFFICER,
    &CUSTODIAN_UNKNOWN,
    &CUSTODY_STAGE,
    &CUSTODY_KNOWN,
    &CUSTODY_MESSAGE,
    &CUSTODY_CHEATED,
    &LINK_IN_CUSTODY,
    &UNMASKING_NO_KEY,
    &UNMASKING_NOTHING,
    &UNMASKING_CLOSED,
    &UNMASKING_TOO_FEW,
];

#[cfg(test)]
mod tests {
    use super::PROBLEMS;

    #[test]
    fn every_code_is_translated_and_unique() {
        for (place, code) in PROBLEMS.iter().enumerate() {
            assert!((400..600).contains(&code.status), "{}", code.code);
            assert!([code.th, code.en, code.help_th, code.help_en].iter().all(|text| !text.is_empty()), "{}", code.code);
            assert!(PROBLEMS.iter().skip(place + 1).all(|other| other.code != code.code), "{}", code.code);
        }
    }
}
