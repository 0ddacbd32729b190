//! The decision as it is recorded: what was observed, what follows, and in words why. Recomputed in full by a replay.

use sala_core::{lever::LeverValue, text::Text, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    guard::{Blocked, Facts, Outcome, weigh},
    measure::{Comparison, Measure},
    trigger::{Firing, TriggerState, replay},
    words::SeriesWords,
};

/// Name and version of the algorithm that decides: the public name of the actor.
pub const ALGORITHM: &str = "measures/1";

/// A decision to act, to propose, to advise, or to go no further.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Did the trigger hold?
    pub fires: bool,
    /// The observed value of the last window, in the unit of the series.
    pub observed: f64,
    /// The threshold.
    pub threshold: f64,
    /// How long it held, in seconds of the data.
    pub held_s: i64,
    /// When the hold began, in the data.
    pub since: Timestamp,
    /// When it was long enough, in the data.
    pub event_at: Timestamp,
    /// The lever.
    pub lever: String,
    /// The value that the measure wants.
    pub value: LeverValue,
    /// What follows.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Why, in words.
    pub explanation: Text,
}

impl Decision {
    /// What follows from a firing, given the facts.
    pub fn of(measure: &Measure, firing: &Firing, facts: &Facts) -> Self {
        let outcome = weigh(measure, facts);
        Self {
            fires: true,
            observed: firing.observed,
            threshold: firing.threshold,
            held_s: firing.held_s,
            since: firing.since,
            event_at: firing.at,
            lever: measure.action.lever.clone(),
            value: measure.action.value.clone(),
            outcome,
            explanation: explanation(measure, firing, facts, outcome),
        }
    }

    /// Decides again from what was recorded; `None` when the trigger does not fire on it.
    pub fn again(measure: &Measure, prior: &TriggerState, windows: &[crate::input::Input], facts: &Facts) -> Option<Self> {
        replay(measure, prior, windows).map(|firing| Self::of(measure, &firing, facts))
    }

    /// The guardrail that stopped it, if one did.
    pub fn blocked_by(&self) -> Option<Blocked> {
        match self.outcome {
            Outcome::Blocked(reason) => Some(reason),
            _ => None,
        }
    }
}

fn explanation(measure: &Measure, firing: &Firing, facts: &Facts, outcome: Outcome) -> Text {
    let trigger = &measure.trigger;
    let (side_th, side_en) = match trigger.comparison {
        Comparison::Above => ("สูงกว่า", "above"),
        Comparison::Below => ("ต่ำกว่า", "below"),
    };
    let (follows_th, follows_en) = match outcome {
        Outcome::Moved => (format!("จึงดำเนินการ: {}", measure.action.sentence.th), measure.action.sentence.en.clone()),
        Outcome::Proposed => (
            format!("จึงเสนอเจ้าหน้าที่: {}", measure.action.sentence.th),
            format!("It is proposed to an officer: {}", measure.action.sentence.en),
        ),
        Outcome::Advised => {
            (format!("จึงประกาศคำแนะนำ: {}", measure.action.sentence.th), format!("The advice is published: {}", measure.action.sentence.en))
        }
        Outcome::Blocked(reason) => {
            let reason = reason.sentence();
            (format!("แต่ไม่ดำเนินการ เพราะ{}", reason.th), format!("It goes no further: {}.", reason.en))
        }
    };
    let words = facts.series.clone().unwrap_or_else(|| SeriesWords::unnamed(&trigger.series));
    let (title, statistic) = (&words.title, trigger.statistic.title());
    let when = words.stretch(firing.since, firing.at);
    match firing.windows.len() {
        0 | 1 => {
            let (observed, threshold) = (words.quantity(firing.observed), words.figure(firing.threshold));
            Text::new(
                format!("{} {}: {} {} {side_th}เกณฑ์ {threshold} {follows_th}", title.th, when.th, statistic.th, observed.th),
                format!(
                    "{}, {}: the {} is {}, {side_en} the threshold of {threshold}. {follows_en}",
                    title.en, when.en, statistic.en, observed.en
                ),
            )
        }
        windows => {
            let (observed, threshold) = (words.figure(firing.observed), words.quantity(firing.threshold));
            Text::new(
                format!(
                    "{} {}: {side_th}เกณฑ์ {} ติดต่อกัน {windows} ช่วงเวลา {}ของช่วงล่าสุดคือ {observed} {follows_th}",
                    title.th, when.th, threshold.th, statistic.th
                ),
                format!(
                    "{}, {}: {windows} windows in a row {side_en} the threshold of {}; the {} of the last is {observed}. {follows_en}",
                    title.en, when.en, threshold.en, statistic.en
                ),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use sala_core::cbor::Value;

    use super::*;
    use crate::{
        guard::tests::facts,
        measure::tests::measure,
        trigger::{Event, decide, tests::window},
    };

    fn firing() -> Firing {
        let (state, _) = decide(&measure(), &TriggerState::default(), &window(7, 5600.0, 0));
        match decide(&measure(), &state, &window(8, 6300.5, 0)) {
            (_, Some(Event::Fires(firing))) => firing,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_decision_says_what_was_seen_and_what_follows() {
        let decision = Decision::of(&measure(), &firing(), &facts());
        assert_eq!(decision.outcome, Outcome::Moved);
        let told = "Vehicles, 1 Jan 1970, 01:00–03:00 local time: 2 windows in a row above the threshold of 5,500 vehicles an hour; \
            the mean of the last is 6,300. ";
        assert!(decision.explanation.en.starts_with(told), "{}", decision.explanation.en);
        let told =
            "ปริมาณรถ 1 ม.ค. 2513 เวลา 01:00–03:00 น. (เวลาท้องถิ่น): สูงกว่าเกณฑ์ 5,500 คันต่อชั่วโมง ติดต่อกัน 2 ช่วงเวลา ค่าเฉลี่ยของช่วงล่าสุดคือ 6,300 ";
        assert!(decision.explanation.th.starts_with(told), "{}", decision.explanation.th);
        let blocked = Decision::of(&measure(), &firing(), &Facts { has_open_proposal: true, ..facts() });
        assert_eq!(blocked.blocked_by(), Some(Blocked::ProposalOpen));
    }

    #[test]
    fn a_decision_reads_back_and_is_made_again() {
        let decision = Decision::of(&measure(), &firing(), &facts());
        let read: Decision = Value::decode(&Value::from_serde(&decision).encode()).unwrap().to_serde().unwrap();
        assert_eq!(read, decision);
        assert_eq!(Decision::again(&measure(), &firing().prior, &firing().windows, &facts()), Some(decision));
        assert_eq!(Decision::again(&measure(), &firing().prior, &firing().windows[1..], &facts()), None);
    }
}
