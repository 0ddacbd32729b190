//! How a custodian reaches the hall: over HTTP, or inside its process for the custodians of a demonstration.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use sala_core::{
    ctx::Ctx,
    entropy::Entropy,
    problem::{BUSY, Problem, STORAGE},
    publish::Publisher,
    store::Store,
    time::Clock,
};
use sala_people::{CustodianReply, CustodyView, People};
use serde::de::DeserializeOwned;

use super::work::wrong;
use crate::remote;

/// The leaf of an act and the proof that it is under a published head, both as they came: nothing of it is believed yet.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The leaf.
    pub leaf: Vec<u8>,
    /// A `c2sp.org/tlog-proof`.
    pub proof: Vec<u8>,
}

/// The hall, from a custodian's side. Problems are for its journal and log lines; one that has `retry_after_s` is the hall's wish to be left
/// alone for so long.
pub trait Table: Send + Sync {
    /// Who is in a committee, and what they published; without a name of the one in office.
    fn board(&self, name: Option<&str>) -> BoxFuture<'_, Result<CustodyView, Problem>>;
    /// Says something by a signed note.
    fn say(&self, note: String) -> BoxFuture<'_, Result<CustodianReply, Problem>>;
    /// An act; none while no head covers it.
    fn act(&self, id: &str) -> BoxFuture<'_, Result<Option<Claimed>, Problem>>;
}

/// A hall at an address.
#[derive(Debug, Clone)]
pub struct Remote {
    agent: ureq::Agent,
    base: String,
}

impl Remote {
    /// The hall at `url`.
    pub fn new(url: &str) -> Self {
        Self { agent: remote::agent(), base: url.trim_end_matches('/').to_owned() }
    }

    fn later<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Problem> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Problem>> {
        let hall = self.clone();
        Box::pin(async move { tokio::task::spawn_blocking(move || work(&hall)).await.map_err(wrong)? })
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        let answer = remote::get(&self.agent, &format!("{}{path}", self.base)).map_err(away)?;
        if answer.status == 200 { serde_json::from_slice(&answer.body).map_err(wrong) } else { Err(refused(path, &answer)) }
    }
}

fn away(fault: String) -> Problem {
    STORAGE.problem().because(fault)
}

fn refused(path: &str, answer: &remote::Answer) -> Problem {
    let said = format!("{path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    match answer.status {
        429 | 503 => BUSY.problem().because(said).retry_after(answer.retry_after_s.unwrap_or(1)),
        _ => wrong(said),
    }
}

impl Table for Remote {
    fn board(&self, name: Option<&str>) -> BoxFuture<'_, Result<CustodyView, Problem>> {
        // A name comes from the hall and has no spaces, but may hold what an address gives a meaning to.
        let name = name.map(|name| name.bytes().flat_map(|byte| [String::from("%"), hex::encode_upper([byte])]).collect::<String>());
        let path = name.map_or_else(|| "/api/v1/custody".to_owned(), |name| format!("/api/v1/custody/{name}"));
        self.later(move |hall| hall.get(&path))
    }

    fn say(&self, note: String) -> BoxFuture<'_, Result<CustodianReply, Problem>> {
        self.later(move |hall| {
            let path = "/api/v1/custody";
            let url = format!("{}{path}", hall.base);
            let sent = hall.agent.post(&url).header("content-type", "text/plain; charset=utf-8").send(note);
            let answer = remote::answer(&url, sent).map_err(away)?;
            if answer.status == 200 { serde_json::from_slice(&answer.body).map_err(wrong) } else { Err(refused(path, &answer)) }
        })
    }

    fn act(&self, id: &str) -> BoxFuture<'_, Result<Option<Claimed>, Problem>> {
        let id = id.to_owned();
        self.later(move |hall| {
            let path = format!("/api/v1/acts/{id}");
            let act: serde_json::Value = hall.get(&path)?;
            let leaf = act.get("leaf").and_then(serde_json::Value::as_str).and_then(|leaf| STANDARD.decode(leaf).ok());
            let leaf = leaf.ok_or_else(|| wrong(format!("{path}: there is no leaf")))?;
            let answer = remote::get(&hall.agent, &format!("{}{path}/proof", hall.base)).map_err(away)?;
            match answer.status {
                200 => Ok(Some(Claimed { leaf, proof: answer.body })),
                409 => Ok(None),
                _ => Err(refused(&path, &answer)),
            }
        })
    }
}

/// The hall of the same process.
#[derive(Debug, Clone)]
pub struct Own {
    /// Its people.
    pub people: Arc<People>,
    /// Its acts.
    pub store: Arc<Store>,
    /// Its log.
    pub publisher: Arc<Publisher>,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Table for Own {
    fn board(&self, name: Option<&str>) -> BoxFuture<'_, Result<CustodyView, Problem>> {
        let name = name.map(str::to_owned);
        Box::pin(async move { self.people.custody_view(name.as_deref()).await })
    }

    fn say(&self, note: String) -> BoxFuture<'_, Result<CustodianReply, Problem>> {
        Box::pin(async move {
            let ctx = Ctx::system("custodian/1", self.clock.now(), Arc::clone(&self.entropy));
            self.people.custodian_says(&ctx, note.as_bytes()).await
        })
    }

    fn act(&self, id: &str) -> BoxFuture<'_, Result<Option<Claimed>, Problem>> {
        let id = id.to_owned();
        Box::pin(async move {
            let act = self.store.act_by_id(&id).await?;
            let Some((index, leaf)) = act.and_then(|act| Some((act.index?, act.bytes))) else { return Ok(None) };
            let publisher = Arc::clone(&self.publisher);
            let proof = tokio::task::spawn_blocking(move || publisher.proof(index)).await.map_err(wrong)?;
            Ok(proof.ok().map(|proof| Claimed { leaf, proof: proof.to_string().into_bytes() }))
        })
    }
}
