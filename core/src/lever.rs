//! Levers: the only things that a decision can change (invariant 5). A lever is declared in the profile with its bounds, its
//! legal basis, its owning office and how it is undone; the pure rules are here, the value in force is in [`Levers`].

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{problem::FieldError, text::Text};

mod board;

pub use board::{Cause, Lever, Levers, MAX_STANDING, Moved, SCHEMA, Standing};

/// The longest notice, in characters of one language.
pub const MAX_NOTICE_CHARS: usize = 2_000;

crate::problem_codes! { pub,
    /// A value that the lever does not take.
    LEVER_BOUNDS = 422 "lever_out_of_bounds", "ค่านี้อยู่นอกขอบเขตที่อนุญาต", "The lever does not take this value",
        "เลือกค่าที่อยู่ในขอบเขตของค่าที่ปรับได้นี้ ไม่มีสิ่งใดถูกเปลี่ยน",
        "Choose a value within the bounds of the lever. Nothing was changed.";
    /// The lever has been moved as often as it may be within a day.
    LEVER_RATE = 409 "lever_moved_too_often", "ปรับค่านี้ครบจำนวนครั้งต่อวันแล้ว", "The lever has been moved as often as it may be in a day",
        "รอให้พ้นยี่สิบสี่ชั่วโมงนับจากการปรับครั้งก่อน หรือย้อนค่าเดิม",
        "Wait until 24 hours have passed since an earlier move, or undo the last one.";
    /// There is nothing to take back.
    LEVER_NOT_UNDOABLE = 409 "lever_not_undoable", "ไม่มีการปรับที่ย้อนกลับได้", "There is no move to undo",
        "โหลดสถานะล่าสุดของค่าที่ปรับได้ แล้วตรวจดูว่ายังมีการปรับที่ย้อนได้หรือไม่",
        "Load the newest state of the lever and see whether there is still a move to undo.";
}

/// What a lever is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeverKind {
    /// A public notice: its value is a [`Text`], empty when nothing is said.
    Notice,
    /// A number within bounds.
    SetPoint,
    /// The number of a signal plan, one of the choices.
    SignalPlan,
    /// An alert level, one of the choices, from the calmest up.
    AlertLevel,
}

/// What a lever can stand at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum LeverValue {
    /// For a set-point, in the lever's unit; finite.
    Number(f64),
    /// For a signal plan or an alert level: the value of one choice.
    Choice(String),
    /// For a notice; both languages empty means: no notice.
    Notice(Text),
}

/// One of the values that a signal plan or an alert level can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeverChoice)]
pub struct Choice {
    /// Stable value.
    pub value: String,
    /// What people read.
    pub title: Text,
}

/// A lever as the profile declares it (`levers.yaml`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeverSpec {
    /// Stable id, such as `traffic.signal_plan`.
    pub id: String,
    /// What it is.
    pub kind: LeverKind,
    /// What people read.
    pub title: Text,
    /// Unit of a set-point.
    #[serde(default)]
    pub unit: Option<String>,
    /// The office that owns it.
    pub office: String,
    /// The law that allows it to be moved.
    pub legal_basis: Text,
    /// Smallest value of a set-point, inclusive, in `unit`.
    #[serde(default)]
    pub min: Option<f64>,
    /// Largest value of a set-point, inclusive, in `unit`.
    #[serde(default)]
    pub max: Option<f64>,
    /// The values of a signal plan or an alert level.
    #[serde(default)]
    pub choices: Option<Vec<Choice>>,
    /// Where it stands until it is moved for the first time.
    pub initial: LeverValue,
    /// Can an officer take the last move back?
    #[serde(default = "yes")]
    pub is_undoable: bool,
    /// Moves allowed in any 24 hours, 1–1,000; giving back and undoing are not counted.
    pub max_moves_per_day: u32,
}

/// The file `levers.yaml` of a profile.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeverFile {
    /// All levers of the agency.
    pub levers: Vec<LeverSpec>,
}

fn yes() -> bool {
    true
}

impl LeverValue {
    /// A notice without words: nothing is said.
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::Notice(text) if text.th.is_empty() && text.en.is_empty())
    }
}

impl LeverSpec {
    /// Does the lever take this value? The error says what is expected.
    pub fn admit(&self, value: &LeverValue) -> Result<(), Text> {
        match (self.kind, value) {
            (LeverKind::SetPoint, LeverValue::Number(number)) => {
                let (min, max) = (self.min.unwrap_or(f64::NEG_INFINITY), self.max.unwrap_or(f64::INFINITY));
                if number.is_finite() && (min..=max).contains(number) {
                    return Ok(());
                }
                let unit = self.unit.as_deref().unwrap_or_default();
                Err(Text::new(
                    format!("{number} อยู่นอกช่วง {min} ถึง {max} {unit} ของ {}", self.id),
                    format!("{number} is outside {min} to {max} {unit} of {}", self.id),
                ))
            }
            (LeverKind::SignalPlan | LeverKind::AlertLevel, LeverValue::Choice(choice)) => {
                let choices = self.choices.as_deref().unwrap_or_default();
                if choices.iter().any(|known| known.value == *choice) {
                    return Ok(());
                }
                let known = choices.iter().map(|known| known.value.as_str()).collect::<Vec<_>>().join(", ");
                Err(Text::new(
                    format!("{} ไม่มีตัวเลือก {choice}; เลือกได้: {known}", self.id),
                    format!("{} has no choice {choice}; its choices are {known}", self.id),
                ))
            }
            (LeverKind::Notice, LeverValue::Notice(text)) => {
                let lengths = [text.th.chars().count(), text.en.chars().count()];
                if value.is_silent() || lengths.iter().all(|length| (1..=MAX_NOTICE_CHARS).contains(length)) {
                    return Ok(());
                }
                Err(Text::new(
                    format!("ประกาศต้องมีทั้งภาษาไทยและภาษาอังกฤษ ภาษาละไม่เกิน {MAX_NOTICE_CHARS} ตัวอักษร"),
                    format!("a notice needs both Thai and English, at most {MAX_NOTICE_CHARS} characters each"),
                ))
            }
            (kind, _) => {
                let (th, en) = match kind {
                    LeverKind::SetPoint => ("ตัวเลข", "a number"),
                    LeverKind::Notice => ("ข้อความ {th, en}", "a text {th, en}"),
                    LeverKind::SignalPlan | LeverKind::AlertLevel => {
                        ("ตัวเลือก (ข้อความในเครื่องหมายคำพูด)", "one of its choices (a quoted string)")
                    }
                };
                Err(Text::new(format!("{} รับค่าเป็น{th}", self.id), format!("{} takes {en}", self.id)))
            }
        }
    }

    /// What is wrong with the declaration: each place with what is expected there.
    pub fn faults(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let mut fault =
            |field: &str, expected: String| faults.push(FieldError { pointer: format!("levers/{}/{field}", self.id), detail: expected });
        if !is_id(&self.id) {
            fault("id", "expected 1–64 characters of a–z, 0–9, `.`, `-`, `_`".into());
        }
        for (field, text) in [("title", &self.title), ("legal_basis", &self.legal_basis)] {
            if text.th.trim().is_empty() || text.en.trim().is_empty() {
                fault(field, "expected a text in Thai (th) and in English (en)".into());
            }
        }
        if !(1..=1_000).contains(&self.max_moves_per_day) {
            fault("max_moves_per_day", "expected 1–1000".into());
        }
        match self.kind {
            LeverKind::SetPoint => match (self.min, self.max) {
                (Some(min), Some(max)) if min.is_finite() && max.is_finite() && min < max => {}
                _ => fault("min", "a set_point needs min < max".into()),
            },
            _ if self.min.is_some() || self.max.is_some() => fault("min", "only a set_point has min and max".into()),
            _ => {}
        }
        let choices = self.choices.as_deref().unwrap_or_default();
        let mut values: Vec<_> = choices.iter().map(|choice| &choice.value).collect();
        values.sort_unstable();
        values.dedup();
        match self.kind {
            LeverKind::SignalPlan | LeverKind::AlertLevel if values.len() < 2 || values.len() != choices.len() => {
                fault("choices", "expected two or more different choices".into());
            }
            LeverKind::SetPoint | LeverKind::Notice if self.choices.is_some() => {
                fault("choices", "only a signal_plan or an alert_level has choices".into());
            }
            _ => {}
        }
        if let Err(expected) = self.admit(&self.initial) {
            fault("initial", expected.en);
        }
        faults
    }
}

/// Is this a good id for something in a profile? 1–64 characters of a–z, 0–9, `.`, `-`, `_`.
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_point() -> LeverSpec {
        LeverSpec {
            id: "finance.reserve".into(),
            kind: LeverKind::SetPoint,
            title: Text::new("เงินสำรอง", "Reserve"),
            unit: Some("%".into()),
            office: "finance".into(),
            legal_basis: Text::new("กฎหมาย", "Law"),
            min: Some(2.0),
            max: Some(3.5),
            choices: None,
            initial: LeverValue::Number(2.0),
            is_undoable: true,
            max_moves_per_day: 2,
        }
    }

    fn alert() -> LeverSpec {
        let choice = |value: &str| Choice { value: value.into(), title: Text::new(value, value) };
        LeverSpec {
            id: "health.alert".into(),
            kind: LeverKind::AlertLevel,
            choices: Some(vec![choice("normal"), choice("watch")]),
            min: None,
            max: None,
            initial: LeverValue::Choice("normal".into()),
            ..set_point()
        }
    }

    #[test]
    fn a_set_point_takes_its_bounds_and_nothing_beyond() {
        for (number, is_taken) in [(2.0, true), (3.5, true), (3.6, false), (1.9, false), (f64::NAN, false), (f64::INFINITY, false)] {
            assert_eq!(set_point().admit(&LeverValue::Number(number)).is_ok(), is_taken, "{number}");
        }
        assert!(set_point().admit(&LeverValue::Choice("3".into())).is_err());
    }

    #[test]
    fn an_alert_takes_only_its_choices_and_names_them() {
        assert!(alert().admit(&LeverValue::Choice("watch".into())).is_ok());
        let refused = alert().admit(&LeverValue::Choice("panic".into())).unwrap_err();
        assert!(refused.en.contains("normal, watch"), "{}", refused.en);
    }

    #[test]
    fn a_notice_speaks_both_languages_or_is_silent() {
        let notice = LeverSpec { kind: LeverKind::Notice, choices: None, initial: LeverValue::Notice(Text::default()), ..alert() };
        assert_eq!(notice.faults(), []);
        assert!(notice.admit(&LeverValue::Notice(Text::new("ก", "a"))).is_ok());
        assert!(notice.admit(&LeverValue::Notice(Text::new("ก", ""))).is_err());
        assert!(LeverValue::Notice(Text::default()).is_silent());
    }

    #[test]
    fn a_bad_declaration_names_each_wrong_place() {
        assert_eq!(set_point().faults(), []);
        let bad = LeverSpec { id: "Bad Id".into(), min: Some(9.0), max_moves_per_day: 0, legal_basis: Text::new("", "x"), ..set_point() };
        let places: Vec<_> = bad.faults().into_iter().map(|fault| fault.pointer).collect();
        for field in ["id", "legal_basis", "max_moves_per_day", "min", "initial"] {
            assert!(places.iter().any(|place| place.ends_with(&format!("/{field}"))), "{field} in {places:?}");
        }
    }

    #[test]
    fn values_keep_their_kind_in_json() {
        for (json, value) in [
            ("2.5", LeverValue::Number(2.5)),
            ("\"2\"", LeverValue::Choice("2".into())),
            ("{\"th\":\"ก\",\"en\":\"a\"}", LeverValue::Notice(Text::new("ก", "a"))),
        ] {
            assert_eq!(serde_json::from_str::<LeverValue>(json).unwrap(), value);
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
        }
    }
}
