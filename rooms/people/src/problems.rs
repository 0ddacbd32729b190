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

/// Too many tries from one place.
pub(crate) const TOO_MANY_ATTEMPTS: Code = Code {
    code: "too_many_attempts",
    status: 429,
    th: "ลองเข้าสู่ระบบถี่เกินไป",
    en: "Too many sign-in attempts",
    help_th: "รอสักครู่แล้วลองใหม่",
    help_en: "Wait a moment and try again.",
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
    &LAST_ADMINISTRATOR,
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
