//! Doubts about assets: anyone says why, which freezes the asset; its owner answers (counter-notice); an officer of the office that
//! moderates the spaces decides; whoever the decision goes against appeals once, to the reviewing office and another person.

use sala_core::{
    act::{Draft, reason},
    ctx::Ctx,
    problem::{FORBIDDEN, INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Asset, AssetState, Dispute, DisputeOutcome, MOST_DISPUTES, MOST_OWN_DISPUTES, SettlementOutcome, Step, Word, claim::persona};
use crate::{
    World, acts,
    conduct::sanction::{DAY_S, LawKey},
    problems::{APPEAL_CLOSED, ASSET_RETIRED, DISPUTE_DECIDED, DISPUTES_FULL, OWN_MATTER},
    store,
};

/// A doubt, an answer or an appeal.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDispute {
    /// In words that everyone may read; 1–1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    pub(crate) reason: String,
}

/// What an officer decides.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DisputeDecision {
    pub(crate) outcome: DisputeOutcome,
    /// Why, open to all; 1–1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    pub(crate) reason: String,
}

/// What a reviewer decides.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettlementReview {
    /// `uphold` or `reverse`.
    pub(crate) outcome: SettlementOutcome,
    /// Why, open to all; 1–1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    pub(crate) reason: String,
}

fn of<'a>(asset: &'a mut Asset, dispute: &str) -> Result<&'a mut Dispute, Problem> {
    asset.disputes.iter_mut().find(|known| known.id == dispute).ok_or_else(|| NOT_FOUND.problem())
}

fn word(text: &str, ctx: &Ctx, act: &str) -> Word {
    Word { text: text.to_owned(), at: ctx.now, by: ctx.actor_name(), act: act.to_owned() }
}

/// Refuses whoever owns the asset or one of the same content, or doubts it, under whatever handle.
fn has_no_part(key: &LawKey, asset: &Asset, twin: Option<&Asset>, dispute: &Dispute, person: &str) -> Result<(), Problem> {
    let is_party = [Some(asset), twin].into_iter().flatten().any(|asset| key.tag("asset owner", &asset.id, person) == asset.owner_tag)
        || key.tag("disputer", &dispute.id, person) == dispute.filer_tag;
    if is_party { Err(OWN_MATTER.problem()) } else { Ok(()) }
}

impl World {
    /// Until when a decision may be appealed.
    pub(crate) fn settlement_appeal_until(&self, decided_at: Timestamp) -> Timestamp {
        decided_at.plus_seconds(i64::from(self.conduct.moderation.appeal_days) * DAY_S)
    }

    /// The other entry of the same content, if the dispute is about that.
    async fn twin_of(&self, id: &str, dispute: &str) -> Result<Option<Asset>, Problem> {
        let asset = self.asset(id).await?;
        let dispute = asset.disputes.iter().find(|known| known.id == dispute).ok_or_else(|| NOT_FOUND.problem())?;
        match &dispute.twin {
            Some(twin) => store::property::asset(&self.store, twin).await,
            None => Ok(None),
        }
    }

    /// Whether nothing can change any more what was decided about an asset.
    pub(super) fn is_final(&self, asset: &Asset, now: Timestamp) -> bool {
        asset.disputes.iter().any(|dispute| {
            let is_over = match (&dispute.decision, &dispute.appeal, &dispute.review) {
                (Some((_, decided)), None, _) => now >= self.settlement_appeal_until(decided.at),
                (Some(_), Some(_), Some(_)) => true,
                _ => false,
            };
            is_over && dispute.holds() == Some(DisputeOutcome::Retire)
        })
    }

    /// Doubts an asset: signed, with a reason that all may read. The asset is frozen at once.
    pub(crate) async fn dispute_asset(&self, ctx: &Ctx, id: &str, why: &str) -> Result<Asset, Problem> {
        let (who, why) = (persona(ctx)?, reason(why)?);
        let asset = self.asset(id).await?;
        if asset.owner == who {
            return Err(INVALID.problem().at("/asset", "one can't dispute what one holds; give it up instead"));
        }
        ctx.require_signature()?;
        let (key, person) = (self.law_key().await?, ctx.require_signed_in()?.to_owned());
        let dispute = ctx.new_id("dispute");
        let tag = key.tag("disputer", &dispute, &person);
        let draft = Draft::new(&acts::DISPUTE_ASSET, self.conduct.moderation.legal_basis.pair())
            .public("asset", id)
            .public("dispute", dispute.as_str())
            .open("reason", why.as_str())
            .refers(id)
            .refers(&dispute);
        let id = id.to_owned();
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (id, why, dispute, tag, person) = (id.clone(), why.clone(), dispute.clone(), tag.clone(), person.clone());
                Box::pin(async move {
                    let mut asset = store::property::asset_in(tx, &id).await?;
                    if asset.state() == AssetState::Retired {
                        return Err(ASSET_RETIRED.problem());
                    }
                    let open = store::property::open_tags_in(tx).await?;
                    let own = open.iter().filter(|(id, tag)| key.tag("disputer", id, &person) == *tag).count();
                    if own >= MOST_OWN_DISPUTES || asset.disputes.iter().filter(|known| known.is_open()).count() >= MOST_DISPUTES {
                        return Err(DISPUTES_FULL.problem());
                    }
                    let (ctx, act) = (tx.ctx().clone(), tx.act_id().to_owned());
                    asset.offer = None;
                    asset.disputes.push(Dispute {
                        id: dispute,
                        filed: word(&why, &ctx, &act),
                        twin: None,
                        answer: None,
                        decision: None,
                        appeal: None,
                        due_at: None,
                        review: None,
                        filer_tag: tag,
                        judge_tag: String::new(),
                    });
                    asset.steps.push(Step { kind: acts::DISPUTE_ASSET.kind.into(), at: ctx.now, by: ctx.actor_name(), to: None, act });
                    store::property::save_asset(tx, &asset);
                    Ok(asset)
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// The owner answers a doubt, once, before the decision.
    pub(crate) async fn answer_dispute(&self, ctx: &Ctx, id: &str, dispute: &str, text: &str) -> Result<Asset, Problem> {
        let (who, text, dispute) = (persona(ctx)?, reason(text)?, dispute.to_owned());
        let draft = Draft::new(&acts::ANSWER_DISPUTE, self.conduct.moderation.legal_basis.pair());
        let draft = draft.public("dispute", dispute.as_str()).open("answer", text.as_str()).refers(&dispute);
        self.change_asset(ctx, (&acts::ANSWER_DISPUTE, draft), id, move |asset, ctx, act| {
            if asset.owner != who {
                return Err(FORBIDDEN.problem());
            }
            let known = of(asset, &dispute)?;
            if known.decision.is_some() || known.answer.is_some() {
                return Err(DISPUTE_DECIDED.problem());
            }
            known.answer = Some(word(&text, ctx, act));
            Ok(None)
        })
        .await
    }

    /// An officer of the moderating office decides: signed, with a reason.
    pub(crate) async fn settle_dispute(&self, ctx: &Ctx, id: &str, dispute: &str, wanted: DisputeDecision) -> Result<Asset, Problem> {
        self.require_moderator(ctx)?;
        let why = reason(&wanted.reason)?;
        ctx.require_signature()?;
        let (key, person, dispute) = (self.law_key().await?, ctx.require_signed_in()?.to_owned(), dispute.to_owned());
        let twin = self.twin_of(id, &dispute).await?;
        let outcome = wanted.outcome;
        let draft = Draft::new(&acts::SETTLE_DISPUTE, self.conduct.moderation.legal_basis.pair())
            .public("dispute", dispute.as_str())
            .public("outcome", if outcome == DisputeOutcome::Keep { "keep" } else { "retire" })
            .open("reason", why.as_str())
            .refers(&dispute);
        self.change_asset(ctx, (&acts::SETTLE_DISPUTE, draft), id, move |asset, ctx, act| {
            let known = of(asset, &dispute)?.clone();
            has_no_part(&key, asset, twin.as_ref(), &known, &person)?;
            let known = of(asset, &dispute)?;
            if known.decision.is_some() {
                return Err(DISPUTE_DECIDED.problem());
            }
            known.decision = Some((outcome, word(&why, ctx, act)));
            known.judge_tag = key.tag("judge", &dispute, &person);
            Ok(None)
        })
        .await
    }

    /// Whoever the decision goes against appeals: the owner against a takedown, whoever doubted against an entry that was kept.
    pub(crate) async fn appeal_settlement(&self, ctx: &Ctx, id: &str, dispute: &str, text: &str) -> Result<Asset, Problem> {
        let (who, text, dispute) = (persona(ctx)?, reason(text)?, dispute.to_owned());
        let twin = self.twin_of(id, &dispute).await?.map(|twin| twin.owner);
        let moderation = self.conduct.moderation.clone();
        let due_at = ctx.now.plus_seconds(i64::from(moderation.review.days) * DAY_S);
        let draft = Draft::new(&acts::APPEAL_SETTLEMENT, moderation.legal_basis.pair())
            .office(moderation.review.office.as_str())
            .public("dispute", dispute.as_str())
            .public("due_at", due_at.to_string())
            .open("text", text.as_str())
            .refers(&dispute);
        self.change_asset(ctx, (&acts::APPEAL_SETTLEMENT, draft), id, move |asset, ctx, act| {
            let is_owner = asset.owner == who;
            let known = of(asset, &dispute)?;
            let Some((outcome, decided)) = &known.decision else { return Err(APPEAL_CLOSED.problem()) };
            let is_filer = known.filed.by == who || twin.as_ref() == Some(&who);
            let is_against = match outcome {
                DisputeOutcome::Retire => is_owner,
                DisputeOutcome::Keep => is_filer && !is_owner,
            };
            if !is_against {
                return Err(FORBIDDEN.problem());
            }
            let until = decided.at.plus_seconds(i64::from(moderation.appeal_days) * DAY_S);
            if known.appeal.is_some() || ctx.now >= until {
                return Err(APPEAL_CLOSED.problem());
            }
            (known.appeal, known.due_at) = (Some(word(&text, ctx, act)), Some(due_at));
            asset.offer = None;
            Ok(None)
        })
        .await
    }

    /// An officer of the reviewing office, another person than who decided first, decides on an appeal: signed, with a reason.
    pub(crate) async fn review_settlement(&self, ctx: &Ctx, id: &str, dispute: &str, wanted: SettlementReview) -> Result<Asset, Problem> {
        self.require_reviewer(ctx)?;
        if wanted.outcome == SettlementOutcome::Lapse {
            return Err(INVALID.problem().at("/outcome", "expected uphold or reverse"));
        }
        let why = reason(&wanted.reason)?;
        ctx.require_signature()?;
        let (key, person, dispute) = (self.law_key().await?, ctx.require_signed_in()?.to_owned(), dispute.to_owned());
        let twin = self.twin_of(id, &dispute).await?;
        let outcome = wanted.outcome;
        let draft = Draft::new(&acts::REVIEW_SETTLEMENT, self.conduct.moderation.legal_basis.pair())
            .public("dispute", dispute.as_str())
            .public("outcome", if outcome == SettlementOutcome::Uphold { "uphold" } else { "reverse" })
            .open("reason", why.as_str())
            .refers(&dispute);
        self.change_asset(ctx, (&acts::REVIEW_SETTLEMENT, draft), id, move |asset, ctx, act| {
            let known = of(asset, &dispute)?.clone();
            has_no_part(&key, asset, twin.as_ref(), &known, &person)?;
            if known.judge_tag == key.tag("judge", &dispute, &person) {
                return Err(OWN_MATTER.problem());
            }
            let known = of(asset, &dispute)?;
            if known.appeal.is_none() || known.review.is_some() || known.due_at.is_none_or(|due| ctx.now >= due) {
                return Err(APPEAL_CLOSED.problem());
            }
            known.review = Some((outcome, word(&why, ctx, act)));
            Ok(None)
        })
        .await
    }

    /// Ends the appeals that nobody decided in time: a takedown ends, an entry that was kept stays.
    pub(crate) async fn lapse_settlements(&self) -> Result<(), Problem> {
        let ctx = self.system();
        for (id, dispute) in store::property::appeals_due(&self.store, ctx.now).await? {
            let draft = Draft::new(&acts::LAPSE_SETTLEMENT, self.conduct.moderation.legal_basis.pair())
                .office(self.conduct.moderation.review.office.as_str())
                .public("dispute", dispute.as_str())
                .refers(&dispute);
            self.change_asset(&ctx, (&acts::LAPSE_SETTLEMENT, draft), &id, move |asset, ctx, act| {
                let known = of(asset, &dispute)?;
                if known.review.is_none() {
                    known.review = Some((SettlementOutcome::Lapse, word("", ctx, act)));
                }
                Ok(None)
            })
            .await?;
        }
        Ok(())
    }
}
