//! What may follow when a trigger has fired: the guardrails, as a pure rule over recorded facts.

use sala_core::{
    lever::{LeverSpec, LeverValue},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    measure::{Measure, Mode},
    words::SeriesWords,
};

/// Where a measure stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MeasureState)]
pub enum Standing {
    /// In force.
    Active,
    /// Stopped by an officer; may be resumed.
    Stopped,
    /// Ended for good.
    Ended,
}

impl Standing {
    /// The word in tables, acts and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Stopped => "stopped",
            Self::Ended => "ended",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Active, Self::Stopped, Self::Ended].into_iter().find(|standing| standing.word() == word)
    }
}

/// All that the guardrails look at, recorded with the decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Where the measure stands.
    pub standing: Standing,
    /// The moment of the decision in the hall.
    pub decided_at: Timestamp,
    /// Runs of the measure in the 24 hours of the data before this one, blocked ones not counted.
    pub runs_last_day: u32,
    /// Is there an unanswered proposal of the measure?
    pub has_open_proposal: bool,
    /// The lever, with its bounds.
    pub lever: LeverSpec,
    /// Where the lever stands.
    pub before: LeverValue,
    /// Moves of the lever in the 24 hours of the data before this one.
    pub moves_last_day: u32,
    /// Does a move stand that an officer made by hand? Acts of earlier halls do not say it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_held: bool,
    /// What the series is called: what the words of the decision are made of. Acts of earlier halls do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<SeriesWords>,
}

/// Why a run goes no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Blocked {
    /// An officer has stopped the measure.
    Stopped,
    /// The measure has ended, or its sunset has come.
    Ended,
    /// It has run as often as it may in a day.
    RunLimit,
    /// An earlier proposal is still unanswered.
    ProposalOpen,
    /// The lever does not take the value.
    OutOfBounds,
    /// The lever has been moved as often as it may be in a day.
    LeverLimit,
    /// The lever already stands there.
    AlreadyInForce,
    /// An officer has moved the lever by hand.
    Held,
}

const REASONS: [Blocked; 8] = [
    Blocked::Stopped,
    Blocked::Ended,
    Blocked::RunLimit,
    Blocked::ProposalOpen,
    Blocked::OutOfBounds,
    Blocked::LeverLimit,
    Blocked::AlreadyInForce,
    Blocked::Held,
];

impl Blocked {
    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        REASONS.into_iter().find(|reason| reason.word() == word)
    }

    /// The word in tables, acts and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Ended => "ended",
            Self::RunLimit => "run_limit",
            Self::ProposalOpen => "proposal_open",
            Self::OutOfBounds => "out_of_bounds",
            Self::LeverLimit => "lever_limit",
            Self::AlreadyInForce => "already_in_force",
            Self::Held => "held",
        }
    }

    /// Said to people.
    pub fn sentence(self) -> Text {
        let (th, en) = match self {
            Self::Stopped => ("เจ้าหน้าที่หยุดมาตรการนี้ไว้", "an officer has stopped the measure"),
            Self::Ended => ("มาตรการสิ้นสุดแล้ว", "the measure has ended"),
            Self::RunLimit => ("มาตรการทำงานครบจำนวนครั้งต่อวันแล้ว", "the measure has run as often as it may in a day"),
            Self::ProposalOpen => ("ข้อเสนอครั้งก่อนยังไม่ได้รับคำตอบ", "an earlier proposal is still unanswered"),
            Self::OutOfBounds => ("ค่าที่ต้องการอยู่นอกขอบเขตของค่าที่ปรับได้", "the value is outside the bounds of the lever"),
            Self::LeverLimit => ("ปรับค่านี้ครบจำนวนครั้งต่อวันแล้ว", "the lever has been moved as often as it may be in a day"),
            Self::AlreadyInForce => ("ค่าที่ต้องการมีผลอยู่แล้ว", "the lever already stands there"),
            Self::Held => ("เจ้าหน้าที่ปรับค่านี้ด้วยตนเองไว้", "an officer has moved the lever by hand"),
        };
        Text::new(th, en)
    }
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "outcome", content = "blocked_by", rename_all = "snake_case")]
pub enum Outcome {
    /// The lever is moved at once.
    Moved,
    /// A proposal is laid before an officer.
    Proposed,
    /// The notice is published.
    Advised,
    /// Nothing; the run is recorded with the reason.
    Blocked(Blocked),
}

/// Applies the guardrails. The first that blocks is named.
pub fn weigh(measure: &Measure, facts: &Facts) -> Outcome {
    let is_over = facts.standing == Standing::Ended || facts.decided_at >= measure.sunset_on.start();
    let checks = [
        (facts.standing == Standing::Stopped, Blocked::Stopped),
        (is_over, Blocked::Ended),
        (facts.runs_last_day >= measure.guardrails.max_runs_per_day, Blocked::RunLimit),
        (facts.has_open_proposal, Blocked::ProposalOpen),
        (facts.lever.admit(&measure.action.value).is_err(), Blocked::OutOfBounds),
        (facts.moves_last_day >= facts.lever.max_moves_per_day, Blocked::LeverLimit),
        (facts.before == measure.action.value, Blocked::AlreadyInForce),
        (facts.is_held, Blocked::Held),
    ];
    match checks.into_iter().find_map(|(is_blocked, reason)| is_blocked.then_some(reason)) {
        Some(reason) => Outcome::Blocked(reason),
        None => match measure.mode {
            Mode::Automatic => Outcome::Moved,
            Mode::Approve => Outcome::Proposed,
            Mode::Advise => Outcome::Advised,
        },
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::measure::tests::measure;

    pub(crate) fn facts() -> Facts {
        let lever = serde_norway::from_str(
            r#"{id: traffic.plan, kind: signal_plan, title: {th: "แผน", en: "Plan"}, office: traffic, legal_basis: {th: "ม.", en: "s."},
            choices: [{value: "1", title: {th: "ก", en: "a"}}, {value: "2", title: {th: "ข", en: "b"}}], initial: "1", max_moves_per_day: 4}"#,
        )
        .unwrap();
        Facts {
            standing: Standing::Active,
            decided_at: "2026-11-22T00:00:00Z".parse().unwrap(),
            runs_last_day: 0,
            has_open_proposal: false,
            lever,
            before: LeverValue::Choice("1".into()),
            moves_last_day: 0,
            is_held: false,
            series: Some(crate::words::tests::road()),
        }
    }

    #[test]
    fn without_a_block_the_mode_says_what_follows() {
        for (mode, outcome) in [(Mode::Automatic, Outcome::Moved), (Mode::Approve, Outcome::Proposed), (Mode::Advise, Outcome::Advised)] {
            assert_eq!(weigh(&Measure { mode, ..measure() }, &facts()), outcome);
        }
    }

    #[test]
    fn the_words_of_the_reasons_are_those_of_json() {
        for reason in REASONS {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.word());
            assert_eq!(Blocked::from_word(reason.word()), Some(reason));
        }
    }

    #[test]
    fn each_guardrail_blocks_and_is_named() {
        let mut lever_without_two = facts().lever;
        lever_without_two.choices = Some(vec![]);
        for (blocked, reason) in [
            (Facts { standing: Standing::Stopped, ..facts() }, Blocked::Stopped),
            (Facts { standing: Standing::Ended, ..facts() }, Blocked::Ended),
            (Facts { decided_at: measure().sunset_on.start(), ..facts() }, Blocked::Ended),
            (Facts { runs_last_day: 3, ..facts() }, Blocked::RunLimit),
            (Facts { has_open_proposal: true, ..facts() }, Blocked::ProposalOpen),
            (Facts { lever: lever_without_two, ..facts() }, Blocked::OutOfBounds),
            (Facts { moves_last_day: 4, ..facts() }, Blocked::LeverLimit),
            (Facts { before: LeverValue::Choice("2".into()), ..facts() }, Blocked::AlreadyInForce),
            (Facts { is_held: true, ..facts() }, Blocked::Held),
        ] {
            assert_eq!(weigh(&measure(), &blocked), Outcome::Blocked(reason));
        }
    }
}
