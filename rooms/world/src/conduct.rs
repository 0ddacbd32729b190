//! The law of the world: a code of conduct that one accepts before meeting others, blocks between personas, reports with evidence,
//! sanctions, appeals.

pub(crate) mod appeal;
pub(crate) mod evidence;
mod notice;
pub(crate) mod report;
pub(crate) mod sanction;
pub(crate) mod statistics;

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{INVALID, NOT_FOUND, Problem},
    profile::PROFILE_INVALID,
    text::Text,
};
use sala_people::unnamed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::sanction::LONGEST_DAYS;
pub use self::sanction::{Allowed, Step, muted};
use crate::{
    World, acts,
    problems::{CONDUCT_CHANGED, CONDUCT_NOT_ACCEPTED},
    store,
};

/// The authority of what someone does for themselves.
const AUTHORITY: &str = "At the person's own request";

/// The file `conduct.yaml` of a profile.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConductFile {
    /// Version, such as `2569-1`; a new one has to be accepted anew.
    pub version: String,
    /// What people read first.
    pub title: Text,
    /// The rules.
    pub rules: Vec<Rule>,
    /// Who decides on reports and appeals, and within which times.
    pub moderation: Moderation,
    /// What holds for whoever has not proven to be an adult; left out: nothing.
    #[serde(default)]
    pub young: Option<Young>,
}

/// What holds for whoever has not proven to be an adult. Nobody else is told who that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = YoungPeople)]
pub struct Young {
    /// Whether they may use their voice.
    pub voice: YoungVoice,
    /// How near others come at most, in metres, 0 to 3.
    pub bubble_m: f64,
    /// Which query of `presentations.yaml` proves it.
    pub query: String,
    /// The claim that has to be true.
    pub claim: String,
    /// Whether the persons of a demonstration, who have no wallet, count as adults.
    #[serde(default)]
    pub demo_is_adult: bool,
}

/// Whether those who have not proven to be adults may use their voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum YoungVoice {
    /// They write.
    Off,
    /// They speak like everybody.
    On,
}

/// Who decides on reports and appeals, and within which times.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Moderation {
    /// Id of the office that decides on reports.
    pub office: String,
    /// Role of its officers who do.
    pub role: String,
    /// Under which law.
    pub legal_basis: Text,
    /// Why officers open a report: stands in the record of each reading.
    pub purpose: Text,
    /// Days within which one may appeal, 1 to 365.
    pub appeal_days: u32,
    /// Days after the last decision until the evidence is destroyed; not fewer than `appeal_days`, at most 365.
    pub evidence_days: u32,
    /// Who decides on appeals.
    pub review: Review,
}

/// Who decides on appeals: another office.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConductReview)]
pub struct Review {
    /// Id of the office.
    pub office: String,
    /// Role of its officers who decide.
    pub role: String,
    /// Days after which an appeal that nobody decided lifts the sanction, 1 to 365.
    pub days: u32,
}

/// One rule of the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConductRule)]
pub struct Rule {
    /// Stable id.
    pub id: String,
    /// Its name.
    pub title: Text,
    /// What it asks.
    pub text: Text,
    /// What may follow when it is broken, the mildest first. Nobody gives more than this.
    #[serde(default)]
    pub sanctions: Vec<Allowed>,
}

impl ConductFile {
    /// Refuses what could not be kept (`profile_invalid`).
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let wrong = |place: &str, detail: &str| {
            let text = format!("conduct.yaml#{place}: {detail}");
            Err(PROFILE_INVALID.problem().detail(text.clone(), text.clone()).at(format!("conduct.yaml#{place}"), detail))
        };
        let longest = u32::try_from(LONGEST_DAYS).unwrap_or(u32::MAX);
        for (number, rule) in self.rules.iter().enumerate() {
            let mut last = None;
            for (place, allowed) in rule.sanctions.iter().enumerate() {
                if !(1..=longest * 24 * 60).contains(&allowed.longest_minutes) {
                    return wrong(&format!("/rules/{number}/sanctions/{place}/longest_minutes"), "expected 1 to 525600");
                }
                if last.is_some_and(|last| last >= allowed.step) {
                    return wrong(&format!("/rules/{number}/sanctions/{place}/step"), "expected each step once, the mildest first");
                }
                last = Some(allowed.step);
            }
        }
        if self.young.as_ref().is_some_and(|young| !(0.0..=3.0).contains(&young.bubble_m)) {
            return wrong("/young/bubble_m", "expected 0 to 3 metres");
        }
        let moderation = &self.moderation;
        if moderation.office.is_empty() && self.rules.iter().all(|rule| rule.sanctions.is_empty()) {
            return Ok(());
        }
        let days = 1..=longest;
        if !days.contains(&moderation.appeal_days) || !days.contains(&moderation.evidence_days) || !days.contains(&moderation.review.days) {
            return wrong("/moderation", "expected 1 to 365 for each number of days");
        }
        if moderation.evidence_days < moderation.appeal_days {
            return wrong("/moderation/evidence_days", "expected at least appeal_days: an appeal needs the evidence");
        }
        if moderation.office == moderation.review.office {
            return wrong("/moderation/review/office", "expected another office than the one that decides first");
        }
        Ok(())
    }
}

impl World {
    /// The version of the code that a persona accepted last.
    pub(crate) async fn accepted(&self, handle: &str) -> Result<Option<String>, Problem> {
        store::accepted(&self.store, handle).await
    }

    /// Refuses whoever has not accepted the version in force (409).
    pub(crate) async fn require_accepted(&self, handle: &str) -> Result<(), Problem> {
        if self.accepted(handle).await?.as_deref() == Some(self.conduct.version.as_str()) {
            return Ok(());
        }
        Err(CONDUCT_NOT_ACCEPTED.problem())
    }

    /// The persona or officer of `ctx` accepts `version`. Accepting again changes nothing.
    pub(crate) async fn accept(&self, ctx: &Ctx, version: &str) -> Result<(), Problem> {
        ctx.require_signed_in()?;
        if version != self.conduct.version {
            return Err(CONDUCT_CHANGED.problem());
        }
        let handle = ctx.actor_name();
        if self.accepted(&handle).await?.as_deref() == Some(version) {
            return Ok(());
        }
        let draft = Draft::new(&acts::ACCEPT, self.conduct.title.pair()).public("version", version);
        let (version, now) = (version.to_owned(), ctx.now);
        self.store
            .act(ctx, draft, move |tx| {
                let (handle, version) = (handle.clone(), version.clone());
                Box::pin(async move {
                    store::save_acceptance(tx, &handle, &version, now);
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }

    /// The persona of `ctx` blocks another one, or takes it back. The record says neither who nor whom; both are sealed for the one who
    /// did it. Takes effect in every space at once. False: it was so already.
    pub(crate) async fn set_block(&self, ctx: &Ctx, other: &str, is_blocked: bool) -> Result<bool, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        let own = ctx.actor_name();
        if own == other {
            return Err(INVALID.problem().at("/persona", "one can't block oneself"));
        }
        self.known(other).await?;
        let kind = if is_blocked { &acts::BLOCK } else { &acts::UNBLOCK };
        let draft = Draft::new(kind, AUTHORITY).sealed(&person, "persona", own.as_str()).sealed(&person, "other", other);
        let (blocker, blocked) = (own.clone(), other.to_owned());
        let was = store::blocks(&self.store, &own).await?.by.iter().any(|known| known == other);
        if was == is_blocked {
            return Ok(false);
        }
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (blocker, blocked) = (blocker.clone(), blocked.clone());
                Box::pin(async move {
                    if is_blocked {
                        store::save_block(tx, &blocker, &blocked);
                    } else if store::blocks_in(tx, &blocker, &blocked).await? {
                        store::remove_block(tx, &blocker, &blocked);
                    }
                    Ok(())
                })
            })
            .await?;
        // Whether the two are apart from now on depends on the other side's wish too.
        let blocks = store::blocks(&self.store, &own).await?;
        let apart = blocks.by.iter().chain(&blocks.of).any(|known| known == other);
        for space in self.spaces.values() {
            space.set_apart(&own, other, apart);
        }
        Ok(true)
    }

    /// Refuses handles that nobody has.
    async fn known(&self, handle: &str) -> Result<(), Problem> {
        let is_here = self.spaces.values().any(|space| space.has(handle));
        if is_here || self.accepted(handle).await?.is_some() { Ok(()) } else { Err(NOT_FOUND.problem()) }
    }
}

#[cfg(test)]
mod tests;
