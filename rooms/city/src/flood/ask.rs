//! Asking for a flood: a job with its place in the queue, its progress and its answer.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use sala_core::{
    act::{ActKind, Draft},
    cbor::Value,
    ctx::Ctx,
    problem::{DAMAGED, FORBIDDEN, INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{
    FloodAnswer, FloodQuestion,
    answer::{ALGORITHM, Computed, pack},
};
use crate::{
    Cities, acts, authority,
    place::Place,
    problems::{FLOOD_OVER, FLOOD_QUEUE_FULL, FLOODS_OFF},
    store::floods as store,
};

/// The most questions of one persona that wait or run.
const MOST_OWN: i64 = 1;
/// The most of all.
const MOST_OPEN: i64 = 20;

/// Where a question stands. One at work is still `waiting` in the store: a hall that is stopped takes it up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FloodState {
    /// It waits.
    Waiting,
    /// It is at work.
    Running,
    /// There is an answer.
    Done,
    /// There is none, and why is said.
    Failed,
    /// Somebody stopped it.
    Stopped,
}

impl FloodState {
    /// As in the store and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

/// A question as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flood {
    /// `flood_…`
    pub id: String,
    /// The district.
    pub city: String,
    /// What is asked.
    pub question: FloodQuestion,
    /// Where it stands.
    pub state: FloodState,
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

/// Grids of depths by name.
type Grids = BTreeMap<String, Vec<u8>>;

/// What is at work: by question, how far, and the switch that stops it.
#[derive(Debug, Default)]
pub(crate) struct FloodWork {
    running: BTreeMap<String, (f64, Arc<AtomicBool>)>,
}

impl Cities {
    /// Asks what rain would do. Anyone who is signed in may, one question at a time.
    pub async fn ask_flood(&self, ctx: &Ctx, city: &str, mut question: FloodQuestion) -> Result<Flood, Problem> {
        ctx.require_signed_in()?;
        let place = Arc::clone(self.place(city)?);
        if place.file.flood.is_none() {
            return Err(FLOODS_OFF.problem());
        }
        question.title = question.title.trim().to_owned();
        question.check(&place)?;
        let flood = Flood {
            id: ctx.new_id("flood"),
            city: place.file.id.clone(),
            question,
            state: FloodState::Waiting,
            asked_by: ctx.actor_name(),
            asked_at: ctx.now,
            ended_at: None,
            reason: None,
            acts: vec![],
        };
        let draft = draft(&acts::ASK_FLOOD, &flood).open("question", Value::from_serde(&flood.question));
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let mut flood = flood.clone();
                Box::pin(async move {
                    let (own, all) = store::open_in(tx, &flood.asked_by).await?;
                    if own >= MOST_OWN || all >= MOST_OPEN {
                        return Err(FLOOD_QUEUE_FULL.problem().retry_after(30));
                    }
                    flood.acts.push(tx.act_id().to_owned());
                    store::save(tx, &flood);
                    Ok(flood)
                })
            })
            .await?;
        self.wake.notify_one();
        self.tell_flood(&acted.value);
        Ok(acted.value)
    }

    /// Whoever asked stops it.
    pub async fn stop_flood(&self, ctx: &Ctx, id: &str) -> Result<Flood, Problem> {
        ctx.require_signed_in()?;
        let flood = self.flood(id).await?;
        if flood.asked_by != ctx.actor_name() {
            return Err(FORBIDDEN.problem());
        }
        let ended = self.end_flood(ctx, &flood, FloodState::Stopped, draft(&acts::STOP_FLOOD, &flood), None, None).await?;
        if let Some((_, stop)) = self.floods.lock().unwrap_or_else(PoisonError::into_inner).running.get(id) {
            stop.store(true, Ordering::Relaxed);
        }
        Ok(ended)
    }

    /// One question.
    pub async fn flood(&self, id: &str) -> Result<Flood, Problem> {
        store::one(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())
    }

    /// The answer of one that is done.
    pub async fn flood_answer(&self, id: &str) -> Result<Option<FloodAnswer>, Problem> {
        let Some(bytes) = store::answer(&self.store, id).await? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|fault| DAMAGED.problem().because(fault.to_string()))
    }

    /// How far it is, 0…1, while it is at work.
    pub(crate) fn flood_progress(&self, id: &str) -> Option<f64> {
        self.floods.lock().unwrap_or_else(PoisonError::into_inner).running.get(id).map(|(progress, _)| *progress)
    }

    pub(crate) fn begin_flood(&self, id: &str) -> Arc<AtomicBool> {
        let stop = Arc::new(AtomicBool::new(false));
        self.floods.lock().unwrap_or_else(PoisonError::into_inner).running.insert(id.to_owned(), (0.0, Arc::clone(&stop)));
        stop
    }

    /// Keeps how far it is; tells the pages at each hundredth.
    pub(crate) fn advance_flood(&self, flood: &Flood, part: f64) {
        let is_news = match self.floods.lock().unwrap_or_else(PoisonError::into_inner).running.get_mut(&flood.id) {
            Some((known, _)) => {
                let is_news = part - *known >= 0.01;
                if is_news {
                    *known = part;
                }
                is_news
            }
            None => false,
        };
        if is_news {
            self.tell_flood(flood);
        }
    }

    /// Stops whatever is at work, without a word: it is taken up again at the next start.
    pub(crate) fn stop_floods(&self) {
        for (_, stop) in self.floods.lock().unwrap_or_else(PoisonError::into_inner).running.values() {
            stop.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn leave_flood(&self, id: &str) {
        self.floods.lock().unwrap_or_else(PoisonError::into_inner).running.remove(id);
    }

    /// The answer goes into the record with the hash of what it was computed from.
    pub(crate) async fn answer_flood(&self, place: &Place, flood: &Flood, computed: Computed) -> Result<Flood, Problem> {
        let answer = serde_json::to_vec(&computed.answer)
            .map_err(|fault| INVALID.problem().because(format!("an answer can't be written: {fault}")))?;
        let draft = draft(&acts::ANSWER_FLOOD, flood)
            .policy(place.hash)
            .public("algorithm", ALGORITHM)
            .public("district_sha256", hex::encode(place.hash))
            .public("answer_sha256", hex::encode(Sha256::digest(&answer)))
            .public("depths_sha256", computed.answer.depths_sha256.as_str())
            .public("error_m3", Value::from_serde(&computed.answer.error_m3))
            .open("question", Value::from_serde(&flood.question))
            .open("answer", Value::from_serde(&computed.answer));
        self.end_flood(&self.system(), flood, FloodState::Done, draft, None, Some((answer, computed.depths))).await
    }

    pub(crate) async fn fail_flood(&self, flood: &Flood, reason: String) -> Result<Flood, Problem> {
        let draft = draft(&acts::FAIL_FLOOD, flood).open("reason", reason.as_str());
        self.end_flood(&self.system(), flood, FloodState::Failed, draft, Some(reason), None).await
    }

    async fn end_flood(
        &self,
        ctx: &Ctx,
        flood: &Flood,
        state: FloodState,
        draft: Draft,
        reason: Option<String>,
        answer: Option<(Vec<u8>, Grids)>,
    ) -> Result<Flood, Problem> {
        let id = flood.id.clone();
        let answer = answer.map(|(answer, depths)| {
            let packed: Grids = depths.into_iter().map(|(name, grid)| (name, pack(&grid))).collect();
            Arc::new((answer, packed))
        });
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (id, reason, answer) = (id.clone(), reason.clone(), answer.clone());
                Box::pin(async move {
                    let mut flood = store::flood_in(tx, &id).await?;
                    if flood.state != FloodState::Waiting {
                        return Err(FLOOD_OVER.problem());
                    }
                    flood.state = state;
                    flood.ended_at = Some(tx.ctx().now);
                    flood.reason = reason;
                    flood.acts.push(tx.act_id().to_owned());
                    store::save(tx, &flood);
                    if let Some(kept) = answer {
                        let (answer, depths) = &*kept;
                        store::save_answer(tx, &id, answer.clone());
                        for (name, packed) in depths {
                            store::save_depths(tx, &id, name, packed.clone());
                        }
                    }
                    Ok(flood)
                })
            })
            .await?;
        self.leave_flood(&flood.id);
        self.tell_flood(&acted.value);
        Ok(acted.value)
    }
}

fn draft(kind: &'static ActKind, flood: &Flood) -> Draft {
    Draft::new(kind, authority())
        .public("flood", flood.id.as_str())
        .public("city", flood.city.as_str())
        .refers(&flood.id)
        .refers(&flood.city)
}
