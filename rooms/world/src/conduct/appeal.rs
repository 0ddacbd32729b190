//! Appeals: once, within the time that the code gives, to another office, decided by another person than who gave the sanction. When
//! nobody decides in time, the sanction ends by itself.

use sala_core::{
    act::{Draft, reason},
    ctx::Ctx,
    problem::{INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use sala_people::unnamed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    notice,
    report::{Parties, has_no_part, told},
    sanction::{DAY_S, Sanction, SanctionState},
};
use crate::{
    World, acts,
    problems::{APPEAL_CLOSED, OWN_MATTER},
    store,
};

/// Where an appeal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AppealState {
    /// It waits for a decision.
    Open,
    /// The sanction stands.
    Upheld,
    /// It ends earlier.
    Shortened,
    /// It is lifted.
    Lifted,
    /// Nobody decided in time: it is lifted.
    Lapsed,
}

/// An appeal as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Appeal {
    /// The sanction; there is at most one appeal for each.
    pub(crate) sanction: String,
    pub(crate) report: String,
    pub(crate) state: AppealState,
    pub(crate) filed_at: Timestamp,
    pub(crate) due_at: Timestamp,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) reason: Option<String>,
    pub(crate) acts: Vec<String>,
    /// What the person says; under the key of the report.
    #[serde(skip)]
    pub(crate) sealed: Vec<u8>,
}

/// What a reviewer decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AppealOutcome {
    /// The sanction stands.
    Uphold,
    /// It ends at `until`, earlier than before.
    Shorten,
    /// It ends now.
    Lift,
}

/// A decision on an appeal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppealDecision {
    pub(crate) outcome: AppealOutcome,
    /// The new end, for the outcome `shorten` only.
    #[serde(default)]
    pub(crate) until: Option<Timestamp>,
    /// Why, open to all; 1–1,000 characters. Names no one.
    #[schema(min_length = 1, max_length = 1000)]
    pub(crate) reason: String,
}

impl AppealState {
    /// As in the store and in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Upheld => "upheld",
            Self::Shortened => "shortened",
            Self::Lifted => "lifted",
            Self::Lapsed => "lapsed",
        }
    }
}

impl World {
    /// Until when a sanction may be appealed.
    pub(crate) fn appeal_until(&self, sanction: &Sanction) -> Timestamp {
        sanction.given_at.plus_seconds(i64::from(self.conduct.moderation.appeal_days) * DAY_S)
    }

    /// The sanctioned person asks for a review. Errors: 404 for anyone else, `appeal_closed`.
    pub(crate) async fn file_appeal(&self, ctx: &Ctx, sanction: &str, text: &str) -> Result<Appeal, Problem> {
        let person = ctx.require_signed_in()?.to_owned();
        let text = told("/text", text)?;
        let sanction = store::law::sanction(&self.store, sanction).await?.ok_or_else(|| NOT_FOUND.problem())?;
        if !self.law_key().await?.is_on(&sanction, &person) {
            return Err(NOT_FOUND.problem());
        }
        if ctx.now >= self.appeal_until(&sanction) {
            return Err(APPEAL_CLOSED.problem());
        }
        let review = &self.conduct.moderation.review;
        let appeal = Appeal {
            sanction: sanction.id.clone(),
            report: sanction.report.clone(),
            state: AppealState::Open,
            filed_at: ctx.now,
            due_at: ctx.now.plus_seconds(i64::from(review.days) * DAY_S),
            decided_at: None,
            reason: None,
            acts: vec![],
            sealed: self.seal_appeal(&sanction.report, &text).await?,
        };
        let draft = Draft::new(&acts::FILE_APPEAL, self.conduct.moderation.legal_basis.pair())
            .office(review.office.as_str())
            .public("sanction", sanction.id.as_str())
            .public("due_at", appeal.due_at.to_string())
            .sealed(&person, "persona", ctx.actor_name())
            .refers(&sanction.id);
        let acted = self
            .store
            .act(&unnamed(ctx), draft, move |tx| {
                let mut appeal = appeal.clone();
                Box::pin(async move {
                    if store::law::has_appeal(tx, &appeal.sanction).await? {
                        return Err(APPEAL_CLOSED.problem());
                    }
                    appeal.acts.push(tx.act_id().to_owned());
                    // The evidence stays until this is decided.
                    let mut row = store::law::report_in(tx, &appeal.report).await?;
                    row.destroy_after = None;
                    store::law::save_report(tx, &row);
                    store::law::save_appeal(tx, &appeal);
                    Ok(appeal)
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// A reviewer decides: an officer of the reviewing office, who is another person than who gave the sanction and has no part in it.
    pub(crate) async fn decide_appeal(&self, ctx: &Ctx, sanction: &str, wanted: AppealDecision) -> Result<(Sanction, Appeal), Problem> {
        self.require_reviewer(ctx)?;
        ctx.require_signature()?;
        let why = reason(&wanted.reason)?;
        let appeal = store::law::appeal(&self.store, sanction).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let sanction = store::law::sanction(&self.store, sanction).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let row = store::law::report(&self.store, &sanction.report).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let (key, person) = (self.law_key().await?, ctx.require_signed_in()?);
        let is_giver = sanction.given_by == ctx.actor_name() || key.tag("giver", &sanction.id, person) == sanction.giver_tag;
        if is_giver || key.is_on(&sanction, person) {
            return Err(OWN_MATTER.problem());
        }
        if let Some(parties) = self.unseal::<Parties>(&sanction.report, "parties", &row.parties).await? {
            has_no_part(ctx, &parties)?;
        }
        if appeal.state != AppealState::Open || ctx.now >= appeal.due_at {
            return Err(APPEAL_CLOSED.problem());
        }
        let (kind, state, ends_at) = match (wanted.outcome, wanted.until) {
            (AppealOutcome::Uphold, None) => (&acts::UPHOLD, AppealState::Upheld, sanction.ends_at),
            (AppealOutcome::Lift, None) => (&acts::LIFT, AppealState::Lifted, sanction.ends_at),
            (AppealOutcome::Shorten, Some(until)) if until > ctx.now && until < sanction.ends_at => {
                (&acts::SHORTEN, AppealState::Shortened, until)
            }
            (AppealOutcome::Shorten, _) => return Err(INVALID.problem().at("/until", "expected a moment between now and the end so far")),
            (_, Some(_)) => return Err(INVALID.problem().at("/until", "expected only for the outcome shorten")),
        };
        let draft = Draft::new(kind, self.conduct.moderation.legal_basis.pair())
            .public("sanction", sanction.id.as_str())
            .public("ends_at", ends_at.to_string())
            .open("reason", why.as_str())
            .refers(&sanction.id);
        let decided = self.decide(ctx, draft, &sanction, state, ends_at, Some(why)).await?;
        self.enforce(&decided.0).await?;
        Ok(decided)
    }

    /// Lifts the sanctions whose appeals nobody decided in time.
    pub(crate) async fn lapse_appeals(&self) -> Result<(), Problem> {
        let ctx = self.system();
        for id in store::law::appeals_due(&self.store, ctx.now).await? {
            let Some(sanction) = store::law::sanction(&self.store, &id).await? else { continue };
            let draft = Draft::new(&acts::LAPSE, self.conduct.moderation.legal_basis.pair())
                .office(self.conduct.moderation.review.office.as_str())
                .public("sanction", id.as_str())
                .refers(&id);
            let (sanction, _) = self.decide(&ctx, draft, &sanction, AppealState::Lapsed, sanction.ends_at, None).await?;
            self.enforce(&sanction).await?;
        }
        Ok(())
    }

    async fn decide(
        &self,
        ctx: &Ctx,
        draft: Draft,
        sanction: &Sanction,
        state: AppealState,
        ends_at: Timestamp,
        why: Option<String>,
    ) -> Result<(Sanction, Appeal), Problem> {
        let destroy_after = ctx.now.plus_seconds(i64::from(self.conduct.moderation.evidence_days) * DAY_S);
        let id = sanction.id.clone();
        let row = store::law::report(&self.store, &sanction.report).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let parties = self.unseal::<Parties>(&sanction.report, "parties", &row.parties).await?;
        let notices = self.appeal_notices(ctx, parties.as_ref(), state).await?;
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (id, why, notices) = (id.clone(), why.clone(), notices.clone());
                Box::pin(async move {
                    let act = tx.act_id().to_owned();
                    let mut appeal = store::law::appeal_in(tx, &id).await?;
                    if appeal.state != AppealState::Open {
                        return Err(APPEAL_CLOSED.problem());
                    }
                    let mut sanction = store::law::sanction_in(tx, &id).await?;
                    sanction.ends_at = ends_at;
                    if matches!(state, AppealState::Lifted | AppealState::Lapsed) {
                        sanction.state = SanctionState::Lifted;
                    }
                    sanction.acts.push(act.clone());
                    appeal.state = state;
                    appeal.decided_at = Some(tx.ctx().now);
                    appeal.reason = why;
                    appeal.acts.push(act);
                    let mut row = store::law::report_in(tx, &sanction.report).await?;
                    row.destroy_after = Some(destroy_after);
                    store::law::save_report(tx, &row);
                    store::law::save_sanction(tx, &sanction);
                    store::law::save_appeal(tx, &appeal);
                    notice::save(tx, &notices).await?;
                    Ok((sanction, appeal))
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// What the law does by itself: appeals that nobody decided, evidence whose time is over.
    pub async fn settle(&self) -> Result<(), Problem> {
        self.lapse_appeals().await?;
        self.lapse_settlements().await?;
        self.sweep_files().await?;
        self.destroy_evidence().await
    }
}
