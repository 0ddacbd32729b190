//! The refusals that a caller of this room would act on differently.

sala_core::problem_codes! { pub(crate),
    /// The settings under which browsers would bind passkeys to this hall contradict each other.
    ORIGIN_INVALID = 500 "origin_invalid", "ที่อยู่ของศาลาตั้งค่าไว้ไม่ถูกต้อง", "The origin of the hall is not set well",
        "origin ต้องเป็นที่อยู่เว็บเต็ม และ rp_id ต้องเป็นโดเมนของที่อยู่นั้นหรือโดเมนแม่",
        "The origin must be a whole web address, and rp_id its domain or a parent of it.";
    /// Passkeys need a domain name.
    PASSKEYS_UNAVAILABLE = 409 "passkeys_unavailable", "ใช้พาสคีย์กับที่อยู่นี้ไม่ได้", "Passkeys do not work at this address",
        "เปิดศาลาผ่านชื่อโดเมน หรือ localhost แทนหมายเลข IP",
        "Open the hall by a domain name, or as localhost, instead of an IP number.";
    /// The ceremony is over, was never begun, or belongs to something else.
    CEREMONY_UNKNOWN = 409 "ceremony_unknown", "ขั้นตอนพาสคีย์นี้หมดอายุหรือใช้ไปแล้ว", "This passkey ceremony is over",
        "เริ่มขั้นตอนใหม่ แต่ละครั้งใช้ได้ครั้งเดียวภายในห้านาที",
        "Start again. Each ceremony can be finished once, within five minutes.";
    /// The passkey did not prove who signs in.
    PASSKEY_REFUSED = 401 "passkey_refused", "พาสคีย์นี้เข้าสู่ระบบไม่ได้", "This passkey does not sign in here",
        "เลือกพาสคีย์ที่ลงทะเบียนไว้กับศาลานี้ หรือลงทะเบียนใหม่",
        "Choose a passkey that was registered with this hall, or register a new one.";
    /// The answer of the authenticator can't be accepted as a new passkey.
    PASSKEY_INVALID = 400 "passkey_invalid", "ลงทะเบียนพาสคีย์นี้ไม่ได้", "This passkey can't be registered",
        "ใช้อุปกรณ์ที่ยืนยันตัวผู้ใช้ด้วย PIN ลายนิ้วมือ หรือใบหน้า แล้วลองใหม่",
        "Use a device that verifies its user by PIN, finger or face, and try again.";
    /// The office wants an authenticator that its maker attests, of a model on its list.
    AUTHENTICATOR_NOT_ACCEPTED = 403 "authenticator_not_accepted", "หน่วยงานไม่รับอุปกรณ์ยืนยันตัวตนนี้", "The office does not accept this authenticator",
        "ใช้กุญแจความปลอดภัยรุ่นที่หน่วยงานกำหนด ลงทะเบียนได้ที่หน้าพาสคีย์ของฉัน โดยเลือกหน่วยงาน",
        "Use a security key of a model that the office lists. Register it on the page of your passkeys, for that office.";
    /// The ticket opens nothing, or nothing more.
    TICKET_INVALID = 403 "ticket_invalid", "บัตรผ่านนี้ใช้ไม่ได้", "This ticket is not in force",
        "ขอบัตรผ่านใหม่ แต่ละใบใช้ได้ครั้งเดียวภายในสามสิบวินาที ขณะที่ยังเข้าสู่ระบบอยู่",
        "Ask for a new ticket. Each is good once, within thirty seconds, while you are signed in.";
    /// The one-time code is not in force.
    CODE_INVALID = 403 "one_time_code_invalid", "รหัสใช้ครั้งเดียวไม่ถูกต้องหรือหมดอายุ", "This one-time code is not in force",
        "ตรวจรหัสอีกครั้ง หรือสร้างใหม่ด้วย sala init",
        "Check the code, or make a new one with `sala init`.";
    /// What was asked for is for someone who is not signed in as who they are now.
    SIGN_OUT_FIRST = 409 "sign_out_first", "กรุณาออกจากระบบก่อน", "Please sign out first",
        "ออกจากระบบ แล้วลงทะเบียนพาสคีย์ของคุณเอง",
        "Sign out, then register a passkey of your own.";
    /// Only a demonstration has it.
    DEMO_ONLY = 404 "demo_only", "มีเฉพาะในศาลาสาธิต", "Only a demonstration has this",
        "เข้าสู่ระบบด้วยพาสคีย์",
        "Sign in with a passkey.";
    /// The identity provider does not answer, or can't be asked.
    IDENTITY_PROVIDER_DOWN = 503 "identity_provider_down", "ติดต่อผู้ให้บริการยืนยันตัวตนไม่ได้", "The identity provider can't be reached",
        "ลองใหม่ในอีกสักครู่ หรือเข้าสู่ระบบด้วยพาสคีย์",
        "Try again shortly, or sign in with a passkey.";
    /// The identity provider said no, or the person did there.
    IDENTITY_REFUSED = 403 "identity_refused", "ผู้ให้บริการยืนยันตัวตนไม่ยืนยัน", "The identity provider did not confirm",
        "คุณอาจยกเลิก หรือผู้ให้บริการปฏิเสธ เริ่มใหม่ หรือใช้วิธีอื่น",
        "You may have cancelled, or it refused. Start again, or use another way.";
    /// What came back can't be trusted.
    IDENTITY_INVALID = 403 "identity_invalid", "คำตอบของผู้ให้บริการยืนยันตัวตนเชื่อถือไม่ได้", "The answer of the identity provider can't be trusted",
        "เริ่มใหม่จากหน้าของศาลา หากยังเป็นอีกให้แจ้งผู้ดูแล",
        "Start again from the hall's own page; if it happens again, tell the operator.";
    /// The way to the provider and back is over, was never begun, or began in another browser.
    IDENTITY_FLOW_UNKNOWN = 409 "identity_flow_unknown", "การยืนยันตัวตนครั้งนี้หมดเวลา ใช้ไปแล้ว หรือเริ่มจากเบราว์เซอร์อื่น", "This way to the identity provider is over, used, or began in another browser",
        "เริ่มใหม่จากหน้าของศาลา แต่ละครั้งใช้ได้ครั้งเดียวภายในสิบนาที",
        "Start again from the hall's own page. Each is good once, within ten minutes.";
    /// One identity, one person.
    IDENTITY_TAKEN = 409 "identity_taken", "ใช้บัตรประจำตัวดิจิทัลนี้กับบัญชีนี้ไม่ได้", "This identity can't be used with this account",
        "บัตรหนึ่งใช้ได้กับบัญชีเดียว และบัญชีหนึ่งใช้ได้บัตรเดียวต่อผู้ให้บริการ เข้าสู่ระบบด้วยพาสคีย์ของบัญชีเดิม",
        "An identity belongs to one account, and an account has one of each provider. Sign in with the passkey of the account that has it.";
    /// Nobody here has this identity.
    IDENTITY_UNKNOWN = 403 "identity_unknown", "กู้คืนด้วยบัตรประจำตัวดิจิทัลนี้ไม่ได้", "This identity recovers nothing",
        "ใช้รหัสกู้คืนฉบับพิมพ์ หรือไปที่เคาน์เตอร์",
        "Use a printed code, or go to the counter.";
    /// The holder said no.
    PRESENTATION_DECLINED = 403 "presentation_declined", "ผู้ถือบัตรไม่ยินยอมแสดง", "The holder did not agree to show it",
        "ผู้ถือบัตรมีสิทธิไม่แสดง ถามเหตุผลหรือใช้วิธีอื่น",
        "That is the holder's right. Ask them, or find another way.";
    /// The answer does not hold.
    PRESENTATION_INVALID = 400 "presentation_invalid", "คำตอบของกระเป๋าดิจิทัลเชื่อถือไม่ได้", "The wallet's answer can't be trusted",
        "ลายมือชื่อ กุญแจของผู้ถือ หรือรหัสของคำขอไม่ตรงกัน ขอใหม่อีกครั้งโดยตรงจากผู้ถือ",
        "Signature, holder's key or nonce do not fit. Ask again, the holder directly.";
    /// Something else was shown than was asked for.
    PRESENTATION_INCOMPLETE = 400 "presentation_incomplete", "บัตรที่แสดงไม่ตรงกับที่ขอ", "What was shown is not what was asked for",
        "ขอใหม่ และให้ผู้ถือเลือกบัตรที่มีข้อมูลครบตามคำขอ",
        "Ask again; the holder chooses a credential with all that the query names.";
    /// Nobody here believes the issuer.
    ISSUER_UNTRUSTED = 403 "credential_issuer_untrusted", "ศาลาไม่รับบัตรของผู้ออกรายนี้", "This issuer is not trusted for this",
        "คำถามแต่ละข้อประกาศไว้ว่ารับบัตรของผู้ออกรายใด",
        "Each query names the issuers whose credentials it takes.";
    /// Expired, not yet valid, revoked or suspended.
    CREDENTIAL_NOT_IN_FORCE = 403 "credential_not_in_force", "บัตรนี้ไม่มีผลใช้บังคับ", "This credential is not in force",
        "ให้ผู้ถือขอบัตรใบใหม่จากผู้ออก",
        "The holder gets a current one from its issuer.";
    /// The issuer's keys or its status list could not be had.
    CREDENTIAL_UNCHECKED = 503 "credential_unchecked", "ตรวจบัตรกับผู้ออกไม่ได้ในขณะนี้", "The credential can't be checked with its issuer now",
        "ศาลาไม่รับบัตรที่ตรวจไม่ได้ ลองขอใหม่ในอีกสักครู่",
        "What can't be checked is not accepted. Ask again shortly.";
    /// The browser that asked is not the one that came back.
    RESPONSE_CODE_INVALID = 403 "response_code_invalid", "รหัสตอบกลับไม่ถูกต้อง", "This response code is not good",
        "เปิดกระเป๋าดิจิทัลจากหน้าที่ขอ ในเบราว์เซอร์เดียวกัน แล้วลองใหม่ทั้งหมด",
        "Open the wallet from the page that asked, in the same browser, and start again.";
    /// So many requests of one asker wait for an answer.
    TOO_MANY_REQUESTS_OPEN = 429 "too_many_presentation_requests", "มีคำขอที่รอคำตอบมากเกินไป", "Too many requests wait for an answer",
        "รอให้คำขอเดิมได้รับคำตอบหรือหมดอายุในสิบนาที",
        "Wait until they are answered, or over after ten minutes.";
    /// Too many tries from one place.
    TOO_MANY_ATTEMPTS = 429 "too_many_attempts", "ลองเข้าสู่ระบบถี่เกินไป", "Too many sign-in attempts",
        "รอสักครู่แล้วลองใหม่",
        "Wait a moment and try again.";
    /// Not now.
    SCOPE_CLOSED = 409 "scope_closed", "ยังไม่ถึงเวลาหรือพ้นเวลาแล้ว", "It is not the time for this",
        "ดูช่วงเวลาขอสิทธิและใช้สิทธิในหน้าของเรื่องนี้",
        "Look at the windows for getting and for using tokens.";
    /// Registered too late, or all tokens are out.
    TOKEN_NOT_ELIGIBLE = 403 "token_not_eligible", "คุณไม่มีสิทธิในเรื่องนี้", "You are not eligible here",
        "ผู้มีสิทธิคือผู้ที่ลงทะเบียนก่อนวันเปิด หากเห็นว่าผิด โปรดติดต่อหน่วยงานที่เปิด",
        "Those are eligible who had registered when it was opened. If you think that this is wrong, ask the office that opened it.";
    /// One person, one token.
    TOKEN_TAKEN = 409 "token_taken", "คุณได้รับสิทธิของคุณแล้ว", "You have had your token",
        "ใช้เครื่องเดิมหรือกู้กุญแจลับของคุณ แล้วสิทธิเดิมจะกลับมา",
        "Use the device that you had, or bring back its secret: then the same token comes again.";
    /// Not signed by the key of this scope.
    TOKEN_INVALID = 400 "token_invalid", "สิทธินี้ไม่ถูกต้อง", "This token is not good",
        "ตรวจว่าเป็นสิทธิของเรื่องนี้ และขอใหม่หากจำเป็น",
        "Check that it is for this scope, and get it again if need be.";
    /// Every slot is used.
    TOO_MANY_PERSONAS = 409 "too_many_personas", "คุณมีอวตารครบจำนวนแล้ว", "You have as many personas as one person may have",
        "ใช้อวตารที่มีอยู่ หรือเปลี่ยนชื่อและรูปลักษณ์ของตัวหนึ่ง",
        "Use one that you have, or change its name and look.";
    /// A session needs a persona.
    LAST_PERSONA = 409 "persona_in_use", "กำลังใช้อวตารนี้อยู่", "This persona is in use",
        "เปลี่ยนไปใช้อวตารอื่นก่อน แล้วจึงเลิกใช้ตัวนี้",
        "Go on under another persona first, then put this one away.";
    /// A signature over a request that proves nothing.
    SIGNATURE_REFUSED = 403 "signature_refused", "ลายมือชื่อจากพาสคีย์ไม่ถูกต้องสำหรับคำขอนี้", "The passkey's signature is not good for this request",
        "ขอเลขใช้ครั้งเดียวใหม่ แล้วยืนยันด้วยพาสคีย์ของคุณอีกครั้ง",
        "Get a new nonce and confirm with your own passkey again.";
    /// The hall would be without an administrator.
    LAST_ADMINISTRATOR = 409 "last_administrator", "นี่คือผู้ดูแลระบบคนสุดท้าย", "This is the last administrator",
        "แต่งตั้งผู้ดูแลระบบอีกคนก่อน",
        "Appoint another administrator first.";
    /// The other side of a mandate is nobody.
    MANDATE_PARTY_UNKNOWN = 404 "mandate_party_unknown", "ไม่มีใครใช้รหัสอวตารนี้", "Nobody uses this handle",
        "ขอรหัสอวตารจากอีกฝ่าย ตรวจให้ตรงทุกตัวอักษร แล้วส่งใหม่",
        "Ask the other side for their handle, check every letter, and send again.";
    /// The same mandate is open already.
    MANDATE_DUPLICATE = 409 "mandate_duplicate", "มีการมอบอำนาจนี้อยู่แล้ว", "This mandate is open already",
        "ดูรายการที่มอบไว้ หากต้องการเปลี่ยนให้เพิกถอนรายการเดิมก่อน",
        "Look at those that you have given; to change one, revoke it first.";
    /// It would last longer than its form allows.
    MANDATE_TERM_TOO_LONG = 400 "mandate_term_too_long", "ระยะเวลานานเกินที่รูปแบบนี้ให้ได้", "The term is longer than this form allows",
        "เลือกวันสิ้นสุดที่เร็วขึ้น แล้วมอบใหม่เมื่อครบกำหนด",
        "Choose an earlier end, and give a new mandate when it is over.";
    /// The scope names something that can't be delegated.
    MANDATE_SCOPE_UNKNOWN = 400 "mandate_scope_unknown", "เรื่องนี้มอบอำนาจไม่ได้", "This can't be delegated",
        "เลือกจากเรื่องที่ศาลานี้ให้มอบอำนาจได้",
        "Choose from what this hall lets people delegate.";
    /// What is done in person only; handing a mandate on is.
    MANDATE_NOT_DELEGABLE = 403 "mandate_not_delegable", "เรื่องนี้ต้องทำด้วยตนเอง", "This must be done in person",
        "ทำในนามของคุณเอง โดยไม่ใช้การมอบอำนาจ การมอบอำนาจช่วงต่อทำไม่ได้",
        "Do it for yourself, without a mandate. A mandate can't be handed on.";
    /// The step can't be taken by this persona or no longer.
    MANDATE_NOT_OPEN = 409 "mandate_not_open", "การมอบอำนาจนี้ไม่เปิดให้คุณดำเนินการ", "This mandate is not open to you",
        "อาจถูกถอน ตัดสิน หรือหมดเวลาแล้ว หรือไม่เปิดให้อวตารนี้ โหลดใหม่เพื่อดูสถานะ",
        "It may have been withdrawn, decided, or have lapsed, or not be open to this persona. Load it again to see.";
    /// Nobody can act under it now.
    MANDATE_NOT_IN_FORCE = 403 "mandate_not_in_force", "การมอบอำนาจนี้ไม่มีผลบังคับ", "This mandate is not in force",
        "ตรวจรหัสและสถานะในรายการที่คุณได้รับ หรือขอมอบอำนาจใหม่",
        "Check its id and state among those that you have received, or ask for a new one.";
    /// It is in force, and for something else.
    MANDATE_NOT_COVERING = 403 "mandate_not_covering", "การมอบอำนาจนี้ไม่ครอบคลุมเรื่องนี้", "This mandate does not cover this",
        "ทำเฉพาะเรื่องที่ได้รับมอบ หรือขอมอบอำนาจให้ครอบคลุม",
        "Do only what it covers, or ask for a mandate that covers this.";
    /// More money than it allows.
    MANDATE_LIMIT_EXCEEDED = 409 "mandate_limit_exceeded", "เกินวงเงินของการมอบอำนาจ", "This is over the limit of the mandate",
        "จ่ายไม่เกินวงเงินที่เหลือ หรือให้ผู้มอบจ่ายเอง",
        "Pay within what is left, or let the principal pay.";
    /// An organisation of another state than the step needs.
    ORGANISATION_NOT_OPEN = 409 "organisation_not_open", "องค์กรนี้ไม่อยู่ในสถานะที่ทำได้", "This organisation is not in a state for this",
        "โหลดใหม่เพื่อดูสถานะขององค์กร",
        "Load the organisation again to see its state.";
    /// The persons of a demonstration belong to all its guests.
    DEMO_PERSON = 409 "demo_person", "บุคคลสาธิตใช้ร่วมกัน จึงทำเรื่องนี้ไม่ได้", "The persons of the demonstration are shared: they can't do this",
        "ลงทะเบียนด้วยพาสคีย์ของคุณเอง แล้วลองใหม่",
        "Register with a passkey of your own and try there.";
    /// A legal hold stands.
    ERASURE_HELD = 409 "erasure_held", "มีคำสั่งตามกฎหมายให้เก็บรักษาข้อมูลนี้", "A legal hold forbids the erasure",
        "ดูคำสั่งในหน้าข้อมูลของฉัน และขออีกครั้งเมื่อสิ้นสุด",
        "Look at the hold on the page of your data, and ask again when it has ended.";
    /// Nothing is recovered with this.
    RECOVERY_REFUSED = 403 "recovery_refused", "กู้คืนด้วยรหัสนี้ไม่ได้", "This recovers nothing",
        "ตรวจรหัสประจำการกู้คืนและรหัสลับบนกระดาษอีกครั้ง",
        "Check the id and the code on your paper again.";
    /// Too many failures at one door.
    RECOVERY_CLOSED = 429 "recovery_closed", "ลองผิดหลายครั้งเกินไป", "Too many wrong tries",
        "ช่องทางนี้ปิดหนึ่งชั่วโมง รอแล้วลองใหม่ หรือใช้วิธีอื่น",
        "This road is closed for an hour. Wait and try again, or take another one.";
    /// The cool-off is not over.
    RECOVERY_COOLING = 409 "recovery_cooling", "ยังอยู่ในเวลารอของการกู้คืน", "The recovery is still in its cool-off",
        "กลับมาหลังเวลาที่ระบุพร้อมรหัสเดิม",
        "Come back with the same code after the time named.";
    /// A recovery was too lately.
    RECOVERY_SETTLING = 409 "recovery_settling", "เพิ่งกู้คืนการเข้าใช้ จึงยังทำเรื่องนี้ไม่ได้", "You came back by a recovery a short time ago",
        "รอให้พ้นเวลาพัก ระหว่างนี้เจ้าของตัวจริงยังหยุดการกู้คืนได้",
        "Wait until it has settled; meanwhile the person whose access it is can still stop it.";
    /// Officers have two roads only.
    RECOVERY_NOT_FOR_OFFICERS = 409 "recovery_not_for_officers", "ผู้ดำรงตำแหน่งกู้คืนด้วยวิธีนี้ไม่ได้", "Whoever holds an office can't come back this way",
        "ใช้พาสคีย์อีกอัน หรือให้ผู้ดูแลระบบแต่งตั้งใหม่",
        "Use another passkey, or be appointed anew by an administrator.";
    /// Nobody could come back.
    LAST_PASSKEY = 409 "last_passkey", "นี่คือพาสคีย์อันสุดท้าย", "This is the last passkey",
        "เพิ่มพาสคีย์อีกอัน หรือสร้างรหัสกู้คืนฉบับพิมพ์ก่อน",
        "Add another passkey, or make a printed recovery code first.";
    /// The officers' look did not fit.
    DESK_REFUSED = 409 "desk_refused", "ชื่อในเอกสารไม่ตรงกับอวตารนี้", "The papers do not fit this persona",
        "ตรวจรหัสอวตารและชื่อที่ผู้ขอใช้ลงทะเบียนอีกครั้ง",
        "Check the handle, and the name that the person registered with.";
    /// Two officers are two persons.
    SECOND_OFFICER = 409 "second_officer_needed", "ต้องเป็นเจ้าหน้าที่อีกคน", "This must be another officer",
        "ให้เจ้าหน้าที่อีกคนตรวจผู้ขอด้วยตนเองและยืนยัน",
        "Let another officer look at the person for themselves and confirm.";
    /// Whoever speaks is no custodian of this hall.
    CUSTODIAN_UNKNOWN = 401 "custodian_unknown", "จดหมายนี้ไม่ได้ลงนามโดยผู้พิทักษ์ของศาลานี้", "This note is not signed by a custodian of this hall",
        "ลงนามด้วยกุญแจที่โปรไฟล์ของศาลาระบุไว้ และตั้งนาฬิกาให้ตรง",
        "Sign with the key that the hall's profile pins, and set the clock.";
    /// Too early or too late.
    CUSTODY_STAGE = 409 "custody_stage", "ข้อความนี้มาก่อนหรือหลังรอบของมัน", "This message comes too early or too late",
        "ดูขั้นปัจจุบันที่ /api/v1/custody แล้วส่งข้อความของขั้นนั้น",
        "Look at /api/v1/custody for the present stage and send what belongs to it.";
    /// It was said already.
    CUSTODY_KNOWN = 409 "custody_known", "ข้อความนี้ประกาศไว้แล้ว", "This was published already",
        "ไม่ต้องทำอะไร",
        "Nothing needs to be done.";
    /// Not a message of this ceremony or case.
    CUSTODY_MESSAGE = 400 "custody_message_invalid", "ใช้ข้อความของผู้พิทักษ์นี้ไม่ได้", "This message of a custodian can't be used",
        "ตรวจว่าข้อความสร้างขึ้นสำหรับคณะ เรื่อง และกุญแจนี้",
        "See that it was made for this committee, case and key.";
    /// Signed, and false.
    CUSTODY_CHEATED = 409 "custody_cheated", "ข้อความที่ลงชื่อไว้ไม่ซื่อตรง", "A signed message is false",
        "ข้อความถูกเก็บเป็นหลักฐานและระบุชื่อผู้ส่ง",
        "It is kept as evidence, and its sender is named.";
    /// The hall does not know who this is.
    LINK_IN_CUSTODY = 409 "link_in_custody", "ศาลาไม่รู้ว่าอวตารนี้เป็นของใคร", "The hall does not know who is behind this persona",
        "เจ้าหน้าที่แต่งตั้งด้วยรหัสเชิญ ส่วนตัวตนเปิดได้โดยผู้พิทักษ์เท่านั้น",
        "Appoint officers by invitation; who someone is, only custodians can open.";
    /// There is no key of custodians yet.
    UNMASKING_NO_KEY = 409 "unmasking_no_key", "ผู้พิทักษ์ยังไม่มีกุญแจร่วมที่ใช้ได้", "The custodians have no key in force yet",
        "รอให้การสร้างกุญแจเสร็จและมีพยาน ดู /api/v1/custody",
        "Wait until the key is made and witnessed; see /api/v1/custody.";
    /// Nobody is behind it (any more).
    UNMASKING_NOTHING = 410 "unmasking_nothing", "ไม่มีตัวตนให้เปิดเผย", "There is nobody to unmask",
        "อวตารนี้ไม่มีอยู่ หรือบุคคลนั้นถูกลบแล้ว",
        "There is no such persona, or its person was erased.";
    /// The case is not open.
    UNMASKING_CLOSED = 409 "unmasking_closed", "เรื่องนี้ไม่ได้เปิดอยู่", "The case is not open for this",
        "เรื่องถูกถอน หมดเวลา ถูกปฏิเสธ หรือปิดแล้ว",
        "It was withdrawn, ran out, was refused or is closed.";
    /// The hall does not issue this.
    CREDENTIAL_TYPE_UNKNOWN = 404 "credential_type_unknown", "ศาลานี้ไม่ออกเอกสารรับรองชนิดนี้", "This hall does not issue such a credential",
        "เลือกจากรายการชนิดเอกสารรับรองของศาลา",
        "Choose from the list of types that the hall issues.";
    /// Not for this person now.
    CREDENTIAL_NOT_YOURS = 409 "credential_not_available", "คุณรับเอกสารรับรองนี้ไม่ได้ในตอนนี้", "You can't have this credential now",
        "ดูเหตุผลในรายการชนิดเอกสารรับรอง",
        "Look at the reason in the list of types.";
    /// There is nothing left to revoke.
    CREDENTIAL_OVER = 409 "credential_over", "เอกสารรับรองนี้ถูกเพิกถอนหรือหมดอายุแล้ว", "This credential is revoked or over already",
        "ไม่ต้องทำอะไร",
        "Nothing needs to be done.";
    /// A wallet's request is over, or another person looks at it.
    CREDENTIAL_REQUEST_UNKNOWN = 404 "credential_request_unknown", "คำขอของกระเป๋านี้หมดเวลาหรือใช้ไปแล้ว", "This request of a wallet is over",
        "กลับไปที่กระเป๋าแล้วเริ่มใหม่",
        "Go back to the wallet and start again.";
    /// Too few custodians gave their part.
    UNMASKING_TOO_FEW = 409 "unmasking_too_few", "ผู้พิทักษ์ให้ส่วนยังไม่ครบ", "Too few custodians have given their part",
        "รอการตัดสินใจของผู้พิทักษ์รายอื่น แต่ละส่วนใช้ได้เมื่อมีพยานแล้ว",
        "Wait for the others; a part counts once its act is witnessed.";
}

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
