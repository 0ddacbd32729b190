//! One mandate: its steps, its force, its limits. Pure: the present is a parameter.
//!
//! ```text
//! offered ──accept──▶ accepted ──confirm──▶ standing        without confirmation: offered ──accept──▶ standing
//!    └─refuse (agent)     └─refuse (officer)                 asked for by the agent: begins as accepted
//! offered, accepted, standing ──revoke (either side)──▶ revoked
//! ```
//! It is in force while standing, from `from` (included) until `until` (excluded). Nothing needs to happen for it to expire.

use sala_core::{
    problem::{INVALID, Problem},
    time::Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::delegation::{is_personal, matches};
use crate::problems::{MANDATE_LIMIT_EXCEEDED, MANDATE_NOT_IN_FORCE, MANDATE_NOT_OPEN};

/// How far a mandate has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Offered,
    Accepted,
    Standing,
    Refused,
    Revoked,
}

impl Step {
    const ALL: [Self; 5] = [Self::Offered, Self::Accepted, Self::Standing, Self::Refused, Self::Revoked];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Standing => "standing",
            Self::Refused => "refused",
            Self::Revoked => "revoked",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

/// What a mandate is worth at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MandateStatus)]
pub enum Status {
    /// The agent has not answered.
    Offered,
    /// An officer must confirm it.
    AwaitsConfirmation,
    /// It stands and will be in force later.
    Scheduled,
    /// The agent can act under it.
    InForce,
    /// Its time is over, whether it ever stood or not.
    Expired,
    /// The agent or the office refused it.
    Refused,
    /// One side ended it.
    Revoked,
}

/// How much money may move; all in satang.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) per_act: Option<i64>,
    pub(crate) total: Option<i64>,
}

/// The largest limit: what JSON readers still hold exactly, in satang.
const MOST_SATANG: i64 = 9_000_000_000_000_000;

impl Limit {
    /// Refuses limits that say nothing or contradict each other.
    pub(crate) fn check(self) -> Result<Self, Problem> {
        for (pointer, limit) in [("/limit_per_act_satang", self.per_act), ("/limit_total_satang", self.total)] {
            if limit.is_some_and(|satang| !(1..=MOST_SATANG).contains(&satang)) {
                return Err(INVALID.problem().at(pointer, format!("expected 1 to {MOST_SATANG} satang, or nothing")));
            }
        }
        match (self.per_act, self.total) {
            (Some(per_act), Some(total)) if per_act > total => {
                Err(INVALID.problem().at("/limit_per_act_satang", "expected at most the total limit"))
            }
            _ => Ok(self),
        }
    }

    pub(crate) fn is_stated(self) -> bool {
        self.per_act.is_some() || self.total.is_some()
    }
}

/// A mandate. Handles are public; nothing here is about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mandate {
    pub(crate) id: String,
    /// Handle of a persona, or of an organisation.
    pub(crate) principal: String,
    /// Handle of a persona.
    pub(crate) agent: String,
    /// Id of the form.
    pub(crate) form: String,
    /// Ids of groups and operations, as asked for, sorted.
    pub(crate) scope: Vec<String>,
    /// What the scope stood for when the mandate was filed.
    pub(crate) operations: Vec<String>,
    pub(crate) limit: Limit,
    pub(crate) spent: i64,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    /// The office that must confirm it.
    pub(crate) office: Option<String>,
    pub(crate) step: Step,
    pub(crate) granted_at: Timestamp,
    pub(crate) accepted_at: Option<Timestamp>,
    pub(crate) confirmed_at: Option<Timestamp>,
    pub(crate) ended_at: Option<Timestamp>,
}

impl Mandate {
    /// What it is worth now.
    pub(crate) fn status(&self, now: Timestamp) -> Status {
        match self.step {
            Step::Refused => Status::Refused,
            Step::Revoked => Status::Revoked,
            _ if now >= self.until => Status::Expired,
            Step::Offered => Status::Offered,
            Step::Accepted => Status::AwaitsConfirmation,
            Step::Standing if now < self.from => Status::Scheduled,
            Step::Standing => Status::InForce,
        }
    }

    /// Whether it stands or may still come to stand.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        !matches!(self.status(now), Status::Expired | Status::Refused | Status::Revoked)
    }

    /// Whether the agent asked for it, so that the principal never offered it.
    pub(crate) fn is_asked(&self) -> bool {
        self.accepted_at == Some(self.granted_at)
    }

    /// Whether another mandate would say the same for some of the same time.
    pub(crate) fn is_repeated_by(&self, other: &Self) -> bool {
        let is_same = self.principal == other.principal && self.agent == other.agent && self.form == other.form;
        is_same && self.scope == other.scope && self.from < other.until && other.from < self.until
    }

    /// The agent says yes.
    pub(crate) fn accept(&mut self, now: Timestamp) -> Result<(), Problem> {
        self.require(Status::Offered, now)?;
        self.step = if self.office.is_some() { Step::Accepted } else { Step::Standing };
        self.accepted_at = Some(now);
        Ok(())
    }

    /// An officer says yes.
    pub(crate) fn confirm(&mut self, now: Timestamp) -> Result<(), Problem> {
        self.require(Status::AwaitsConfirmation, now)?;
        self.step = Step::Standing;
        self.confirmed_at = Some(now);
        Ok(())
    }

    /// The agent (of an offer) or an officer (of what awaits confirmation) says no.
    pub(crate) fn refuse(&mut self, is_officer: bool, now: Timestamp) -> Result<(), Problem> {
        self.require(if is_officer { Status::AwaitsConfirmation } else { Status::Offered }, now)?;
        self.step = Step::Refused;
        self.ended_at = Some(now);
        Ok(())
    }

    /// One side ends it.
    pub(crate) fn revoke(&mut self, now: Timestamp) -> Result<(), Problem> {
        if !self.is_open(now) {
            return Err(MANDATE_NOT_OPEN.problem());
        }
        self.step = Step::Revoked;
        self.ended_at = Some(now);
        Ok(())
    }

    /// Refuses unless the agent can act under it now.
    pub(crate) fn require_force(&self, now: Timestamp) -> Result<(), Problem> {
        match self.status(now) {
            Status::InForce => Ok(()),
            Status::Scheduled => Err(MANDATE_NOT_IN_FORCE
                .problem()
                .detail(format!("การมอบอำนาจนี้เริ่มมีผลตั้งแต่ {}", self.from), format!("This mandate is in force from {}.", self.from))),
            Status::Expired => Err(MANDATE_NOT_IN_FORCE.problem().detail(
                format!("การมอบอำนาจนี้สิ้นสุดเมื่อ {} หากยังต้องการให้ขอมอบอำนาจใหม่", self.until),
                format!("This mandate ended at {}. If it is still wanted, ask for a new one.", self.until),
            )),
            _ => Err(MANDATE_NOT_IN_FORCE.problem()),
        }
    }

    /// Whether an operation is among those that it was filed for. Never one that is done in person only.
    pub(crate) fn covers(&self, operation: &str) -> bool {
        !is_personal(operation) && self.operations.iter().any(|pattern| matches(pattern, operation))
    }

    /// Counts money that moves under it. Where no limit is stated, none may move.
    pub(crate) fn charge(&mut self, satang: i64, now: Timestamp) -> Result<(), Problem> {
        self.require_force(now)?;
        if satang < 0 {
            return Err(INVALID.problem().because(format!("{} was charged {satang} satang", self.id)));
        }
        if satang == 0 {
            return Ok(());
        }
        let refused = |th: String, en: String| Err(MANDATE_LIMIT_EXCEEDED.problem().detail(th, en));
        if !self.limit.is_stated() {
            return refused("การมอบอำนาจนี้ไม่ได้ให้อำนาจจ่ายเงิน".into(), "This mandate states no limit, so no money can move under it.".into());
        }
        if let Some(per_act) = self.limit.per_act.filter(|per_act| satang > *per_act) {
            return refused(
                format!("จ่ายได้ครั้งละไม่เกิน {per_act} สตางค์ ครั้งนี้ {satang} สตางค์"),
                format!("At most {per_act} satang at a time; this is {satang}."),
            );
        }
        let spent = self.spent.saturating_add(satang);
        if let Some(total) = self.limit.total.filter(|total| spent > *total) {
            let left = total.saturating_sub(self.spent);
            return refused(
                format!("วงเงินคงเหลือ {left} สตางค์ ครั้งนี้ {satang} สตางค์"),
                format!("{left} satang are left of the limit; this is {satang}."),
            );
        }
        self.spent = spent;
        Ok(())
    }

    fn require(&self, status: Status, now: Timestamp) -> Result<(), Problem> {
        if self.status(now) == status { Ok(()) } else { Err(MANDATE_NOT_OPEN.problem()) }
    }
}

#[cfg(test)]
mod tests;
