//! Asking what a change would do: a job with its place in the queue, its progress and its answer.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, atomic::AtomicBool},
};

use sala_core::{
    act::{ActKind, Draft},
    cbor::Value,
    ctx::{Actor, Ctx},
    problem::{FORBIDDEN, FieldError, INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{
    Streets, acts,
    impact::{
        Impact,
        change::{Change, ChangeError},
        run::Progress,
    },
    problems::{CHANGE_INVALID, IMPACT_OVER, IMPACT_QUEUE_FULL},
    store,
    street::Street,
};

/// The most seeds of one question.
const MOST_SEEDS: usize = 20;
/// The most questions of one persona that wait or run.
const MOST_OWN: i64 = 2;
/// The most of all.
const MOST_OPEN: i64 = 20;

/// Where a question stands. A question at work is still `queued` in the store: a hall that is stopped takes it up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImpactState)]
pub enum AskState {
    /// It waits or is at work.
    Queued,
    /// There is an answer.
    Done,
    /// There is none, and why is said.
    Failed,
    /// Somebody stopped it.
    Stopped,
}

/// A question as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// `impact_…`
    pub id: String,
    /// The street.
    pub street: String,
    /// What is changed.
    pub change: Change,
    /// One run of each arm for each.
    pub seeds: Vec<u64>,
    /// Where it stands.
    pub state: AskState,
    /// Public name of whoever asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Why there is no answer.
    pub reason: Option<String>,
    /// The acts, in order.
    pub acts: Vec<String>,
}

/// What is at work.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// By question: how far, and the switch that stops it.
    running: BTreeMap<String, (Progress, Arc<AtomicBool>)>,
}

impl AskState {
    /// As in the store and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

impl Streets {
    /// Asks what a change of a street would do. Anyone who is signed in may; each has a few questions at a time.
    pub async fn ask_impact(&self, ctx: &Ctx, street: &str, change: Change, seeds: Option<Vec<u64>>) -> Result<Ask, Problem> {
        ctx.require_signed_in()?;
        let street = Arc::clone(self.street(street)?);
        let seeds = self::seeds(seeds)?;
        self.check(&street, &change).await?;
        let id = ctx.new_id("impact");
        let ask = Ask {
            id,
            street: street.file.id.clone(),
            change,
            seeds,
            state: AskState::Queued,
            asked_by: ctx.actor_name(),
            asked_at: ctx.now,
            ended_at: None,
            reason: None,
            acts: vec![],
        };
        let draft = draft(&acts::ASK, &street, &ask)
            .public("seeds", i64::try_from(ask.seeds.len()).unwrap_or(i64::MAX))
            .open("change", Value::from_serde(&ask.change));
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let mut ask = ask.clone();
                Box::pin(async move {
                    let (own, all) = store::open_in(tx, &ask.asked_by).await?;
                    if own >= MOST_OWN || all >= MOST_OPEN {
                        return Err(IMPACT_QUEUE_FULL.problem().retry_after(60));
                    }
                    ask.acts.push(tx.act_id().to_owned());
                    store::save(tx, &ask);
                    Ok(ask)
                })
            })
            .await?;
        self.wake.notify_one();
        self.tell(&acted.value);
        Ok(acted.value)
    }

    /// Whoever asked, or an officer of the street's office, stops it.
    pub async fn stop_impact(&self, ctx: &Ctx, id: &str) -> Result<Ask, Problem> {
        ctx.require_signed_in()?;
        let ask = self.impact(id).await?;
        let street = self.street(&ask.street)?;
        let is_officer = matches!(&ctx.actor, Actor::Officer { office, .. } if *office == street.file.office);
        if ask.asked_by != ctx.actor_name() && !is_officer {
            return Err(FORBIDDEN.problem());
        }
        let ended = self.end(ctx, &ask, AskState::Stopped, draft(&acts::STOP, street, &ask), None, None).await?;
        if let Some((_, stop)) = self.work.lock().unwrap_or_else(PoisonError::into_inner).running.get(id) {
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        Ok(ended)
    }

    /// One question.
    pub async fn impact(&self, id: &str) -> Result<Ask, Problem> {
        store::one(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())
    }

    /// The answer of one that is done, as JSON.
    pub async fn answer(&self, id: &str) -> Result<Option<Vec<u8>>, Problem> {
        store::answer(&self.store, id).await
    }

    /// How far it is, while it is at work.
    pub fn progress(&self, id: &str) -> Option<Progress> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).running.get(id).map(|(progress, _)| *progress)
    }

    pub(crate) fn begin(&self, id: &str, of: usize) -> Arc<AtomicBool> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        work.running.insert(id.to_owned(), (Progress { done: 0, of }, Arc::clone(&stop)));
        stop
    }

    pub(crate) fn advance(&self, ask: &Ask, progress: Progress) {
        if let Some((known, _)) = self.work.lock().unwrap_or_else(PoisonError::into_inner).running.get_mut(&ask.id) {
            *known = progress;
        }
        self.tell(ask);
    }

    /// Kills the simulators of whatever is at work.
    pub(crate) fn stop_all(&self) {
        for (_, stop) in self.work.lock().unwrap_or_else(PoisonError::into_inner).running.values() {
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }

    pub(crate) fn leave(&self, id: &str) {
        self.work.lock().unwrap_or_else(PoisonError::into_inner).running.remove(id);
    }

    /// The answer goes into the record with the hash of what it was computed from.
    pub(crate) async fn finish(&self, ask: &Ask, impact: &Impact) -> Result<Ask, Problem> {
        let street = self.street(&ask.street)?;
        let answer =
            serde_json::to_vec(impact).map_err(|fault| INVALID.problem().because(format!("an answer can't be written: {fault}")))?;
        let delay = impact.difference.delay_s;
        let draft = draft(&acts::FINISH, street, ask)
            .policy(street.hash)
            .public("simulator", format!("SUMO {}", impact.sumo_version))
            .public("delay_difference_s", Value::from_serde(&delay))
            .public("lost_trips", i64::try_from(impact.lost).unwrap_or(i64::MAX))
            .public("answer_sha256", hex::encode(Sha256::digest(&answer)))
            .open("difference", Value::from_serde(&impact.difference));
        self.end(&self.system(), ask, AskState::Done, draft, None, Some(answer)).await
    }

    pub(crate) async fn fail(&self, ask: &Ask, reason: String) -> Result<Ask, Problem> {
        let street = self.street(&ask.street)?;
        let draft = draft(&acts::FAIL, street, ask).open("reason", reason.as_str());
        self.end(&self.system(), ask, AskState::Failed, draft, Some(reason), None).await
    }

    async fn end(
        &self,
        ctx: &Ctx,
        ask: &Ask,
        state: AskState,
        draft: Draft,
        reason: Option<String>,
        answer: Option<Vec<u8>>,
    ) -> Result<Ask, Problem> {
        let id = ask.id.clone();
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (id, reason, answer) = (id.clone(), reason.clone(), answer.clone());
                Box::pin(async move {
                    let mut ask = store::ask_in(tx, &id).await?;
                    if ask.state != AskState::Queued {
                        return Err(IMPACT_OVER.problem());
                    }
                    ask.state = state;
                    ask.ended_at = Some(tx.ctx().now);
                    ask.reason = reason;
                    ask.acts.push(tx.act_id().to_owned());
                    store::save(tx, &ask);
                    if let Some(answer) = answer {
                        store::save_answer(tx, &id, answer);
                    }
                    Ok(ask)
                })
            })
            .await?;
        self.leave(&ask.id);
        self.tell(&acted.value);
        Ok(acted.value)
    }
}

fn draft(kind: &'static ActKind, street: &Street, ask: &Ask) -> Draft {
    Draft::new(kind, street.file.legal_basis.authority())
        .office(street.file.office.as_str())
        .public("impact", ask.id.as_str())
        .public("street", street.file.id.as_str())
        .refers(&ask.id)
        .refers(&street.file.id)
}

fn seeds(asked: Option<Vec<u64>>) -> Result<Vec<u64>, Problem> {
    let mut seeds = asked.unwrap_or_else(|| vec![1, 2, 3, 4, 5]);
    seeds.sort_unstable();
    seeds.dedup();
    if seeds.is_empty() || seeds.len() > MOST_SEEDS || seeds.iter().any(|seed| *seed > u64::from(u32::MAX >> 1)) {
        return Err(INVALID.problem().at("/seeds", format!("expected 1 to {MOST_SEEDS} different whole numbers from 0 to 2147483647")));
    }
    Ok(seeds)
}

/// What is wrong with a change, as the caller reads it.
pub(crate) fn refuse(errors: &[ChangeError]) -> Problem {
    let mut problem = CHANGE_INVALID.problem();
    problem.errors =
        errors.iter().map(|error| FieldError { pointer: format!("/change{}", error.pointer), detail: error.detail.clone() }).collect();
    problem
}
