//! `Problem`: how every refusal is told (RFC 9457).
//!
//! Which to use: a room declares its own [`Code`] when a caller would act differently on it; else it takes one of the codes
//! below. `detail` says what happened here and what to do next, in both languages; the inner cause goes to the log, never out.

use std::{borrow::Cow, fmt};

use serde::Serialize;
use utoipa::ToSchema;

use crate::text::{Lang, Text};

/// A kind of refusal. Codes are stable, translated, and stand in docs/problems.md.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable name, snake_case.
    pub code: &'static str,
    /// HTTP status, 400–599.
    pub status: u16,
    /// Title in Thai.
    pub th: &'static str,
    /// Title in English.
    pub en: &'static str,
    /// What the caller can do, in Thai.
    pub help_th: &'static str,
    /// What the caller can do, in English.
    pub help_en: &'static str,
}

/// One wrong place in the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) into the body, `line N` of a text, or the name of a query parameter.
    pub pointer: String,
    /// What is wrong there and what is expected.
    pub detail: String,
}

/// A refusal on its way to the caller.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Which kind.
    pub code: &'static Code,
    /// What happened here; empty means that the code's help is enough.
    pub detail: Text,
    /// The wrong places, if there are several or they have names.
    pub errors: Vec<FieldError>,
    /// Seconds after which a new try makes sense.
    pub retry_after_s: Option<u64>,
    /// Id of the act that recorded the refusal.
    pub act: Option<String>,
    /// For the log only.
    pub internal: Option<Cow<'static, str>>,
}

impl Code {
    /// A refusal of this kind with its standing help as detail.
    pub fn problem(&'static self) -> Problem {
        Problem {
            code: self,
            detail: Text::new(self.help_th, self.help_en),
            errors: vec![],
            retry_after_s: None,
            act: None,
            internal: None,
        }
    }
}

impl Problem {
    /// Says what happened here and what to do next.
    pub fn detail(mut self, th: impl Into<String>, en: impl Into<String>) -> Self {
        self.detail = Text::new(th, en);
        self
    }

    /// Names one wrong place.
    pub fn at(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// Keeps the inner cause for the log.
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.internal = Some(cause.to_string().into());
        self
    }

    /// Asks the caller to come back later.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The body as sent, in one language.
    pub fn body(&self, lang: Lang) -> ProblemBody {
        ProblemBody {
            r#type: format!("/about/problems#{}", self.code.code),
            title: match lang {
                Lang::Th => self.code.th,
                Lang::En => self.code.en,
            }
            .into(),
            status: self.code.status,
            detail: self.detail.get(lang).to_owned(),
            code: self.code.code.into(),
            errors: self.errors.clone(),
            act: self.act.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.code, self.detail.en)?;
        for error in &self.errors {
            write!(f, "; {}: {}", error.pointer, error.detail)?;
        }
        if let Some(internal) = &self.internal {
            write!(f, " ({internal})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// RFC 9457 problem details.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Where the kind is explained.
    pub r#type: String,
    /// Short name of the kind, in the caller's language.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened here and what to do next, in the caller's language.
    pub detail: String,
    /// Stable code.
    pub code: String,
    /// The wrong places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The act that recorded the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
}

/// Declares the codes of a room or a module with their visibility, and the list `PROBLEMS` of them all:
/// `problem_codes! { pub(crate), /// doc … NAME = <status> "<code>", "<Thai>", "<English>", "<help in Thai>", "<help in English>"; … }`.
#[macro_export]
macro_rules! problem_codes {
    ($vis:vis, $($(#[$doc:meta])* $name:ident = $status:literal $code:literal, $th:literal, $en:literal, $help_th:literal, $help_en:literal;)*) => {
        $($(#[$doc])* $vis const $name: $crate::problem::Code = $crate::problem::Code {
            code: $code, status: $status, th: $th, en: $en, help_th: $help_th, help_en: $help_en,
        };)*
        /// Every code that is declared here.
        pub const PROBLEMS: &[&$crate::problem::Code] = &[$(&$name),*];
    };
}

problem_codes! { pub,
    /// The input can't be read or breaks a rule.
    INVALID = 400 "invalid_input", "ข้อมูลที่ส่งมาไม่ถูกต้อง", "The input is not valid",
        "ตรวจดูตำแหน่งที่ระบุ แก้ไข แล้วส่งใหม่ ไม่มีสิ่งใดถูกบันทึก", "Look at the places named, correct them and send again. Nothing was recorded.";
    /// No one is signed in.
    SIGN_IN_REQUIRED = 401 "sign_in_required", "กรุณาเข้าสู่ระบบ", "Please sign in",
        "เข้าสู่ระบบแล้วลองอีกครั้ง", "Sign in and try again.";
    /// What is asked must be signed with a passkey.
    SIGNATURE_REQUIRED = 403 "signature_required", "เรื่องนี้ต้องลงนามด้วยพาสคีย์", "This must be signed with a passkey",
        "ยืนยันด้วยพาสคีย์ของคุณ แล้วส่งคำขอเดิมพร้อมส่วนหัว Sala-Signature", "Confirm with your passkey and send the same request with the header Sala-Signature.";
    /// The holder of the session must be verified again.
    STEP_UP_REQUIRED = 403 "step_up_required", "กรุณายืนยันตัวตนอีกครั้ง", "Please confirm that it is you",
        "ยืนยันด้วยพาสคีย์ของคุณ แล้วลองอีกครั้งภายในห้านาที", "Confirm with your passkey, then try again within five minutes.";
    /// The identity is known less surely than this needs.
    IDENTITY_TOO_WEAK = 403 "identity_too_weak", "ระดับการยืนยันตัวตนยังไม่พอสำหรับเรื่องนี้", "Your identity is not proven well enough for this",
        "ยืนยันตัวตนด้วยบัตรประจำตัวดิจิทัลหรือที่เคาน์เตอร์", "Prove your identity with a national digital ID or at a counter.";
    /// Signed in, but not allowed.
    FORBIDDEN = 403 "forbidden", "คุณไม่มีอำนาจทำเรื่องนี้", "You are not allowed to do this",
        "ติดต่อหน่วยงานที่รับผิดชอบหากเห็นว่าควรมีอำนาจ", "Ask the responsible office if you think that you should be.";
    /// A state-changing request without the header that only our own pages send.
    CSRF = 403 "csrf_header_missing", "คำขอนี้ไม่ได้มาจากหน้าของศาลา", "This request did not come from a page of the hall",
        "ส่งส่วนหัว x-sala-csrf: 1 มาด้วย", "Send the header x-sala-csrf: 1.";
    /// Nothing has this id or path.
    NOT_FOUND = 404 "not_found", "ไม่พบสิ่งที่ขอ", "There is nothing here",
        "ตรวจดูที่อยู่หรือรหัสอีกครั้ง", "Check the address or the id.";
    /// The path exists, the method does not.
    METHOD = 405 "method_not_allowed", "ใช้วิธีเรียกนี้กับที่อยู่นี้ไม่ได้", "This address does not take this method",
        "ดูวิธีเรียกที่ใช้ได้ในเอกสาร OpenAPI", "The OpenAPI document lists the methods that it takes.";
    /// The state has moved on.
    CONFLICT = 409 "conflict", "สถานะเปลี่ยนไปแล้ว", "The state has moved on",
        "โหลดข้อมูลล่าสุดแล้วตัดสินใจอีกครั้ง", "Load the newest state and decide again.";
    /// The same idempotency key with another request.
    IDEMPOTENCY_REUSED = 422 "idempotency_key_reused", "ใช้ Idempotency-Key ซ้ำกับคำขออื่น", "This Idempotency-Key belongs to another request",
        "ใช้รหัสใหม่สำหรับคำขอใหม่", "Take a new key for a new request.";
    /// The body is larger than allowed.
    TOO_LARGE = 413 "too_large", "ข้อมูลใหญ่เกินกำหนด", "The body is too large",
        "แบ่งส่งเป็นส่วนย่อย", "Send it in smaller parts.";
    /// A content type that the operation can't read.
    MEDIA_TYPE = 415 "media_type", "ไม่รองรับชนิดข้อมูลนี้", "This content type is not read here",
        "ดูชนิดข้อมูลที่รองรับในเอกสาร OpenAPI", "The OpenAPI document lists the content types.";
    /// Too many requests, or the hall can't take more now.
    BUSY = 429 "busy", "ศาลากำลังรับงานเต็มที่", "The hall can't take more just now",
        "รอสักครู่แล้วส่งใหม่ ไม่มีสิ่งใดสูญหาย", "Wait a moment and send again. Nothing was lost.";
    /// A replay takes longer than one request.
    REPLAY_UNDER_WAY = 429 "replay_under_way", "การคำนวณซ้ำยังไม่เสร็จ", "The replay is still being computed",
        "ขอซ้ำอีกครั้งด้วยคำขอเดิม การคำนวณดำเนินต่อและไม่เริ่มใหม่", "Ask for it again: it goes on and does not begin anew.";
    /// The request took too long.
    TIMEOUT = 503 "timeout", "คำขอนี้ใช้เวลานานเกินไป", "The request took too long",
        "ลองใหม่อีกครั้ง หรือขอข้อมูลช่วงสั้นลง", "Try again, or ask for less.";
    /// The store does not answer.
    STORAGE = 503 "storage_unavailable", "ที่เก็บข้อมูลไม่ตอบ", "The store does not answer",
        "ลองใหม่ในอีกสักครู่ หากมี Idempotency-Key จะไม่ทำซ้ำ", "Try again shortly; with an Idempotency-Key nothing is done twice.";
    /// What was recorded can't be read back: damage.
    DAMAGED = 500 "record_damaged", "ข้อมูลที่บันทึกไว้อ่านไม่ได้", "What was recorded can't be read",
        "แจ้งผู้ดูแลให้เรียก sala verify", "Tell the operator to run `sala verify`.";
    /// The proof is not yet available.
    NOT_WITNESSED = 409 "not_witnessed_yet", "พยานยังไม่ได้รับรองการกระทำนี้", "The witnesses have not yet co-signed this act",
        "รอสักครู่แล้วขอใหม่ โดยปกติไม่เกินสองวินาที", "Wait a moment and ask again; it usually takes less than two seconds.";
    /// A fault of ours.
    INTERNAL = 500 "internal", "เกิดข้อผิดพลาดในระบบ", "Something went wrong on our side",
        "ลองใหม่อีกครั้ง ทีมงานเห็นข้อผิดพลาดนี้ในบันทึกแล้ว", "Try again. The operators see this fault in their log.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_speaks_the_language_of_the_caller() {
        let problem = NOT_FOUND.problem();
        assert_eq!(problem.body(Lang::Th).title, "ไม่พบสิ่งที่ขอ");
        assert_eq!(problem.body(Lang::En).title, "There is nothing here");
        assert_eq!(problem.body(Lang::En).code, "not_found");
    }

    #[test]
    fn every_code_is_translated_and_has_an_error_status() {
        for code in PROBLEMS {
            assert!((400..600).contains(&code.status), "{}", code.code);
            for text in [code.th, code.en, code.help_th, code.help_en] {
                assert!(!text.is_empty(), "{}", code.code);
            }
        }
    }
}
