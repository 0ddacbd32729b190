//! Sanctions: graduated, with a rule, a reason and an end, and the way to appeal. A sanction names spaces and nothing else; there is no
//! value of this type that could cut anyone off from a service.
//!
//! It follows the person without a table that says whose persona is whose: the row has HMAC-SHA-256(key of the room, "sanctioned" ‖ 0 ‖ id of the
//! sanction ‖ 0 ‖ person), another value for each sanction, which only someone who stands at the door can be compared with.

use std::sync::atomic::Ordering;

use hmac::{Hmac, KeyInit, Mac};
use sala_core::{
    act::{Draft, reason},
    ctx::Ctx,
    problem::{CONFLICT, DAMAGED, INVALID, Problem},
    store::Store,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use utoipa::ToSchema;

use super::{
    notice,
    report::{Report, ReportState},
};
use crate::{
    World, acts,
    door::Guest,
    hosted::Hosted,
    problems::{KEPT_OUT, MUTED, REPORT_DECIDED, SANCTION_NOT_ALLOWED},
    store,
};

/// No sanction is longer, whatever a profile says.
pub(crate) const LONGEST_DAYS: i64 = 365;
pub(crate) const DAY_S: i64 = 24 * 3600;
/// The most that may be in force: all are looked at whenever someone enters.
pub(crate) const MOST_IN_FORCE: usize = 5_000;

/// The steps, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SanctionStep)]
pub enum Step {
    /// A word, without further effect.
    Warn,
    /// Others are met, but nothing is said to them.
    Mute,
    /// Kept out of the spaces that it names.
    KeepOut,
    /// Kept out of all spaces.
    KeepOutAll,
}

/// A step that a rule allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllowedSanction)]
pub struct Allowed {
    /// The step.
    pub step: Step,
    /// How long it may last at most, in minutes, up to 525,600 (365 days).
    pub longest_minutes: u32,
}

/// A space of this hall: only the world makes these, from the spaces that it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SpaceId(String);

/// Whether a sanction is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SanctionState {
    /// Until its end.
    Given,
    /// Ended by an appeal, or because nobody decided on it.
    Lifted,
}

/// A sanction as kept. Nothing in it says on whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sanction {
    pub(crate) id: String,
    pub(crate) report: String,
    pub(crate) state: SanctionState,
    pub(crate) step: Step,
    pub(crate) spaces: Vec<SpaceId>,
    /// Id of the rule, in `version` of the code.
    pub(crate) rule: String,
    pub(crate) version: String,
    pub(crate) reason: String,
    pub(crate) given_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    /// Handle of the officer.
    pub(crate) given_by: String,
    /// Tells that a reviewer is the same person, under whatever handle.
    pub(crate) giver_tag: String,
    pub(crate) tag: String,
    pub(crate) acts: Vec<String>,
}

/// What a moderator decides.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSanction {
    /// The step.
    pub(crate) step: Step,
    /// Id of the rule that was broken.
    pub(crate) rule: String,
    /// When it ends.
    pub(crate) until: Timestamp,
    /// The spaces, for the step `keep_out` only.
    #[serde(default)]
    pub(crate) spaces: Vec<String>,
    /// Why, in words that the person and everyone else may read; 1–1,000 characters. Names no one.
    #[schema(min_length = 1, max_length = 1000)]
    pub(crate) reason: String,
}

/// What holds for someone in a space now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Restraint {
    pub(crate) kept_out_until: Option<Timestamp>,
    pub(crate) muted_until: Option<Timestamp>,
}

/// The room's key: made once, kept sealed.
#[derive(Clone, Copy)]
pub(crate) struct LawKey([u8; 32]);

impl LawKey {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// HMAC-SHA-256 of `what ‖ 0 ‖ id ‖ 0 ‖ value`, hexadecimal.
    pub(crate) fn tag(&self, what: &str, id: &str, value: &str) -> String {
        // HMAC takes keys of any length, so that the other arm is never taken.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        for part in [what.as_bytes(), &[0], id.as_bytes(), &[0], value.as_bytes()] {
            mac.update(part);
        }
        hex::encode(mac.finalize().into_bytes())
    }

    pub(crate) fn is_on(&self, sanction: &Sanction, person: &str) -> bool {
        self.tag("sanctioned", &sanction.id, person) == sanction.tag
    }
}

/// The room's key, made when there is none.
pub(crate) async fn law_key(store: &Store, ctx: &Ctx) -> Result<LawKey, Problem> {
    if store::law::sealed_key(store).await?.is_none() {
        store.create_person_key(store::law::ROOM_KEY).await?;
        let sealed = store.seal(store::law::ROOM_KEY, "conduct_key/law", &ctx.random32()).await?;
        let draft = Draft::new(&acts::PREPARE, "Personal Data Protection Act B.E. 2562 (2019), section 37(1): security of personal data");
        store
            .act(ctx, draft, move |tx| {
                let sealed = sealed.clone();
                Box::pin(async move {
                    // Another process of this hall may have been quicker.
                    if !store::law::has_key(tx).await? {
                        store::law::save_key(tx, sealed);
                    }
                    Ok(())
                })
            })
            .await?;
    }
    let sealed = store::law::sealed_key(store).await?.ok_or_else(|| DAMAGED.problem().because("the key of conduct is missing"))?;
    let plain = store.unseal(store::law::ROOM_KEY, "conduct_key/law", &sealed).await?;
    plain.try_into().map(LawKey::new).map_err(|_| DAMAGED.problem().because("the key of conduct has the wrong length"))
}

impl SpaceId {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Sanction {
    pub(crate) fn is_in_force(&self, now: Timestamp) -> bool {
        self.state == SanctionState::Given && self.ends_at > now
    }

    fn restrains(&self, space: &str) -> bool {
        match self.step {
            Step::Warn => false,
            Step::Mute | Step::KeepOutAll => true,
            Step::KeepOut => self.spaces.iter().any(|kept| kept.as_str() == space),
        }
    }
}

impl Step {
    /// As in the store and in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Mute => "mute",
            Self::KeepOut => "keep_out",
            Self::KeepOutAll => "keep_out_all",
        }
    }
}

impl World {
    /// The room's key.
    pub(crate) async fn law_key(&self) -> Result<LawKey, Problem> {
        self.law.get_or_try_init(|| async { law_key(&self.store, &self.system()).await }).await.copied()
    }

    /// The room itself acting.
    pub(crate) fn system(&self) -> Ctx {
        Ctx::system("conduct/1", self.clock.now(), std::sync::Arc::clone(&self.entropy))
    }

    /// Decides on a report: a sanction on the person behind the reported persona. Above a warning it is signed.
    pub(crate) async fn give_sanction(&self, ctx: &Ctx, report: &str, wanted: NewSanction) -> Result<(Sanction, Report), Problem> {
        self.require_moderator(ctx)?;
        let given_by = ctx.actor_name();
        let reason = reason(&wanted.reason)?;
        let spaces = self.check(ctx, &wanted)?;
        if wanted.step > Step::Warn {
            ctx.require_signature()?;
        }
        let (kept, parties) = self.report_to_decide(ctx, report).await?;
        let key = self.law_key().await?;
        let id = ctx.new_id("sanction");
        let sanction = Sanction {
            tag: key.tag("sanctioned", &id, &parties.reported.person),
            giver_tag: key.tag("giver", &id, ctx.require_signed_in()?),
            report: kept.report.id.clone(),
            state: SanctionState::Given,
            step: wanted.step,
            spaces,
            rule: wanted.rule,
            version: self.conduct.version.clone(),
            reason: reason.clone(),
            given_at: ctx.now,
            ends_at: wanted.until,
            given_by,
            acts: vec![],
            id,
        };
        let names: Vec<&str> = sanction.spaces.iter().map(SpaceId::as_str).collect();
        let draft = Draft::new(&acts::GIVE_SANCTION, self.conduct.moderation.legal_basis.pair())
            .public("sanction", sanction.id.as_str())
            .public("report", sanction.report.as_str())
            .public("step", sanction.step.word())
            .public("rule", sanction.rule.as_str())
            .public("version", sanction.version.as_str())
            .public("spaces", names.join(" "))
            .public("ends_at", sanction.ends_at.to_string())
            .open("reason", reason)
            .sealed(&parties.reported.person, "persona", parties.reported.handle.as_str())
            .refers(&sanction.id)
            .refers(&sanction.report);
        let destroy_after = ctx.now.plus_seconds(i64::from(self.conduct.moderation.evidence_days) * DAY_S);
        let notices = self.sanction_notices(ctx, &parties, sanction.step, sanction.ends_at).await?;
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (mut sanction, notices) = (sanction.clone(), notices.clone());
                Box::pin(async move {
                    let mut row = store::law::report_in(tx, &sanction.report).await?;
                    if row.report.state != ReportState::Open {
                        return Err(REPORT_DECIDED.problem());
                    }
                    if store::law::count_in_force(tx, tx.ctx().now).await? >= MOST_IN_FORCE {
                        return Err(CONFLICT.problem().because("too many sanctions are in force to be looked at when someone enters"));
                    }
                    let act = tx.act_id().to_owned();
                    sanction.acts.push(act.clone());
                    row.report.state = ReportState::Sanctioned;
                    row.report.decided_at = Some(tx.ctx().now);
                    row.report.sanction = Some(sanction.id.clone());
                    row.report.acts.push(act);
                    row.destroy_after = Some(destroy_after);
                    store::law::save_report(tx, &row);
                    store::law::save_sanction(tx, &sanction);
                    notice::save(tx, &notices).await?;
                    Ok((sanction, row.report))
                })
            })
            .await?;
        self.enforce(&acted.value.0).await?;
        Ok(acted.value)
    }

    /// The spaces of a sanction that the code allows.
    fn check(&self, ctx: &Ctx, wanted: &NewSanction) -> Result<Vec<SpaceId>, Problem> {
        let rule = self.conduct.rules.iter().find(|rule| rule.id == wanted.rule);
        let rule = rule.ok_or_else(|| SANCTION_NOT_ALLOWED.problem().at("/rule", "the code has no such rule"))?;
        let allowed = rule.sanctions.iter().find(|allowed| allowed.step == wanted.step);
        let allowed = allowed.ok_or_else(|| {
            let steps: Vec<&str> = rule.sanctions.iter().map(|allowed| allowed.step.word()).collect();
            SANCTION_NOT_ALLOWED.problem().at("/step", format!("the rule allows {}", steps.join(", ")))
        })?;
        let longest_s = (i64::from(allowed.longest_minutes) * 60).min(LONGEST_DAYS * DAY_S);
        if wanted.until <= ctx.now || wanted.until > ctx.now.plus_seconds(longest_s) {
            return Err(SANCTION_NOT_ALLOWED
                .problem()
                .at("/until", format!("expected a moment within {} minutes from now", longest_s / 60)));
        }
        if (wanted.step == Step::KeepOut) == wanted.spaces.is_empty() {
            return Err(INVALID.problem().at("/spaces", "expected at least one space for the step keep_out, and none for the others"));
        }
        let mut spaces: Vec<SpaceId> = vec![];
        for (place, space) in wanted.spaces.iter().enumerate() {
            if !self.spaces.contains_key(space) {
                return Err(INVALID.problem().at(format!("/spaces/{place}"), "this hall has no such space"));
            }
            if !spaces.iter().any(|known| known.as_str() == space) {
                spaces.push(SpaceId(space.clone()));
            }
        }
        Ok(spaces)
    }

    /// The sanctions that are in force against a person, under whatever persona.
    async fn in_force_on(&self, person: &str, now: Timestamp) -> Result<Vec<Sanction>, Problem> {
        let mut in_force = store::law::in_force(&self.store, now).await?;
        if !in_force.is_empty() {
            let key = self.law_key().await?;
            in_force.retain(|sanction| key.is_on(sanction, person));
        }
        Ok(in_force)
    }

    /// What holds for a person in a space now.
    pub(crate) async fn restraint(&self, person: &str, space: &str, now: Timestamp) -> Result<Restraint, Problem> {
        let mut restraint = Restraint::default();
        for sanction in self.in_force_on(person, now).await?.iter().filter(|sanction| sanction.restrains(space)) {
            let end = if sanction.step == Step::Mute { &mut restraint.muted_until } else { &mut restraint.kept_out_until };
            *end = (*end).max(Some(sanction.ends_at));
        }
        Ok(restraint)
    }

    /// Until when a person is muted: for the other rooms of the hall in which something is said to others. Being kept out is about spaces
    /// only, and reaches no room.
    pub async fn muted_until(&self, person: &str, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        let in_force = self.in_force_on(person, now).await?;
        Ok(in_force.iter().filter(|sanction| sanction.step == Step::Mute).map(|sanction| sanction.ends_at).max())
    }

    /// Counts the sanctions that were given, shortened or lifted since the hall was opened.
    pub fn sanction_changes(&self) -> u64 {
        self.sanctions_changed.load(Ordering::SeqCst)
    }

    /// Refuses whoever is kept out of a space; says until when they are muted.
    pub(crate) async fn restrained(&self, guest: &Guest, space: &str) -> Result<Option<Timestamp>, Problem> {
        let Some(person) = guest.person() else { return Ok(None) };
        let restraint = self.restraint(person, space, self.clock.now()).await?;
        match restraint.kept_out_until {
            Some(until) => Err(kept_out(until)),
            None => Ok(restraint.muted_until),
        }
    }

    /// Brings a sanction that was given, shortened or lifted into effect where its person is now, under every persona.
    pub(crate) async fn enforce(&self, sanction: &Sanction) -> Result<(), Problem> {
        self.sanctions_changed.fetch_add(1, Ordering::SeqCst);
        let key = self.law_key().await?;
        for (id, hosted) in &self.spaces {
            for guest in hosted.guests() {
                if guest.person().is_some_and(|person| key.is_on(sanction, person)) {
                    self.restrain(hosted, &guest, id).await?;
                }
            }
        }
        Ok(())
    }

    /// Puts a guest out, or takes their voice, or gives it back.
    pub(crate) async fn restrain(&self, hosted: &Hosted, guest: &Guest, space: &str) -> Result<(), Problem> {
        match self.restrained(guest, space).await {
            Ok(muted_until) => hosted.mute(&guest.who.persona, muted_until),
            Err(problem) if problem.code == &KEPT_OUT => {
                hosted.dismiss(&problem, |other| other.who.persona == guest.who.persona);
            }
            Err(problem) => return Err(problem),
        }
        Ok(())
    }

    /// The sanctions on the signed-in person, newest first, under whatever persona they came about.
    pub(crate) async fn own_sanctions(&self, ctx: &Ctx) -> Result<Vec<Sanction>, Problem> {
        let person = ctx.require_signed_in()?;
        let key = self.law_key().await?;
        let all = store::law::newest_sanctions(&self.store).await?;
        Ok(all.into_iter().filter(|sanction| key.is_on(sanction, person)).collect())
    }
}

fn kept_out(until: Timestamp) -> Problem {
    KEPT_OUT.problem().at("until", until.to_string())
}

/// The refusal of what a muted person would say: `muted`, with `until`.
pub fn muted(until: Timestamp) -> Problem {
    MUTED.problem().at("until", until.to_string())
}
