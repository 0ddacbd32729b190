//! The publisher: from committed acts to a witnessed head (invariant 3: the head is witnessed or it is not published).
//!
//! Each step, in this order, and safe to be cut off anywhere:
//! 1. Write the tiles that the new acts fill or touch, each to a temporary name, synced, renamed. A crash leaves old tiles or new
//!    ones; a step that is repeated writes the same bytes.
//! 2. Recompute the root from the tiles on disk and compare it with the frontier that was committed with the acts.
//! 3. Record (size, root) in the signer's book by exclusive creation. Whoever restores an old store can't make this key sign a
//!    second history: the book already holds another root for that size, or a larger size.
//! 4. Sign, ask the witnesses, and only if the policy is met rename the note to `checkpoint`.

mod book;
mod files;

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures_util::future::{BoxFuture, join_all};
use sala_log::{
    Checkpoint, Hash, LogError, Note, Policy, SignerKey, TileReader, TlogProof, consistency_proof, inclusion_proof, root_at,
    witness::{AddCheckpoint, cosignatures_in_reply, size_in_conflict},
};
use serde::Serialize;
use tokio::sync::{Mutex, RwLock, watch};

pub use self::{book::Book, files::LogFiles};
use crate::{
    bus::Bus,
    problem::{DAMAGED, INTERNAL, NOT_WITNESSED, Problem, STORAGE},
    store::Store,
    time::{Clock, Timestamp},
};

/// A witness that can be asked (C2SP tlog-witness). A seam: HTTP in the hall, in memory in tests.
pub trait Witness: Send + Sync + std::fmt::Debug {
    /// Its name in the policy.
    fn name(&self) -> &str;
    /// Sends an add-checkpoint body; gives status and body of the answer, or why there is none.
    fn add_checkpoint(&self, body: String) -> BoxFuture<'_, Result<(u16, Vec<u8>), String>>;
}

/// What the publisher needs.
#[derive(Debug)]
pub struct PublisherConfig {
    /// Folder of the published files (`checkpoint`, `tile/…`).
    pub log_folder: PathBuf,
    /// Folder of the signer's book; best on another disk.
    pub book_folder: PathBuf,
    /// The log's key; its name is the log's origin.
    pub signer: SignerKey,
    /// Which witnesses must have cosigned.
    pub policy: Policy,
    /// The witnesses that can be asked.
    pub witnesses: Vec<Arc<dyn Witness>>,
}

/// What a witness last did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessState {
    /// Its name.
    pub name: String,
    /// The size that it last cosigned.
    pub size: Option<u64>,
    /// When it did.
    pub at: Option<Timestamp>,
    /// Why the last try failed, if it did.
    pub fault: Option<String>,
}

/// A published head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    /// Number of acts that it covers.
    pub size: u64,
    /// When it was published.
    pub at: Timestamp,
    /// The cosigned note.
    #[serde(skip)]
    pub note: String,
}

/// The publisher.
#[derive(Debug)]
pub struct Publisher {
    store: Arc<Store>,
    bus: Arc<Bus>,
    clock: Arc<dyn Clock>,
    files: LogFiles,
    book: Book,
    signer: SignerKey,
    policy: Policy,
    witnesses: Vec<Arc<dyn Witness>>,
    states: RwLock<Vec<WitnessState>>,
    head: watch::Sender<Option<Head>>,
    step: Mutex<()>,
}

impl Publisher {
    /// Opens the published files as a crash or a stop may have left them.
    pub fn open(config: PublisherConfig, store: Arc<Store>, bus: Arc<Bus>, clock: Arc<dyn Clock>) -> Result<Self, Problem> {
        let files = LogFiles::new(config.log_folder);
        let note = files.read_checkpoint()?;
        let head = match note {
            None => None,
            Some(note) => {
                let parsed = Note::parse(note.as_bytes()).map_err(damaged)?;
                match config.policy.check(&parsed, &config.signer.verifier_key()) {
                    Ok(witnessed) => Some(Head { size: witnessed.checkpoint().size, at: clock.now(), note }),
                    // Signed by us, but the policy asks for more than when it was published: under this policy nothing is published yet.
                    Err(LogError::PolicyNotMet) => None,
                    Err(fault) => return Err(damaged(fault)),
                }
            }
        };
        let states = config
            .witnesses
            .iter()
            .map(|witness| WitnessState { name: witness.name().to_owned(), size: None, at: None, fault: None })
            .collect();
        Ok(Self {
            store,
            bus,
            clock,
            files,
            book: Book::open(config.book_folder)?,
            signer: config.signer,
            policy: config.policy,
            witnesses: config.witnesses,
            states: RwLock::new(states),
            head: watch::Sender::new(head),
            step: Mutex::new(()),
        })
    }

    /// The newest published head.
    pub fn head(&self) -> Option<Head> {
        self.head.borrow().clone()
    }

    /// What the witnesses last did.
    pub async fn witnesses(&self) -> Vec<WitnessState> {
        self.states.read().await.clone()
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The log's public key.
    pub fn log_key(&self) -> sala_log::VerifierKey {
        self.signer.verifier_key()
    }

    /// The published files.
    pub fn files(&self) -> &LogFiles {
        &self.files
    }

    /// Waits until the head covers the act at `index`: what can't be taken back waits for this.
    pub async fn witnessed(&self, index: u64) {
        let mut head = self.head.subscribe();
        // The sender lives as long as self, so waiting can't fail.
        let _ = head.wait_for(|head| head.as_ref().is_some_and(|head| head.size > index)).await;
    }

    /// The proof that the act at `index` is under the published head; [`NOT_WITNESSED`] while it isn't.
    pub fn proof(&self, index: u64) -> Result<TlogProof, Problem> {
        let head = self.head().filter(|head| head.size > index).ok_or_else(|| NOT_WITNESSED.problem().retry_after(1))?;
        let reader = TileReader::new(head.size, self.files.fetcher());
        let hashes = inclusion_proof(&reader, index, head.size).map_err(damaged)?;
        Ok(TlogProof { extra: None, index, hashes, checkpoint_note: head.note })
    }

    /// Publishes whenever the log has grown, at most every `interval`, until told to stop; then once more.
    pub async fn run(self: Arc<Self>, interval: Duration, mut stop: watch::Receiver<bool>) {
        let mut last_published = self.clock.now();
        loop {
            let stopping = *stop.borrow();
            match self.step().await {
                Ok(_) => last_published = self.clock.now(),
                Err(problem) => {
                    let late_s = self.clock.now().seconds().saturating_sub(last_published.seconds());
                    if late_s >= 10 || problem.code.status >= 500 {
                        tracing::error!(%problem, late_s, "The head could not be published; acts go on, what is irreversible waits");
                    }
                }
            }
            if stopping {
                break;
            }
            tokio::select! {
                () = self.pause(interval) => {}
                _ = stop.changed() => {}
            }
        }
    }

    async fn pause(&self, interval: Duration) {
        tokio::time::sleep(interval).await;
        // While the published head lags (witnesses were missing), try again each interval; else sleep until there is something new.
        let published = self.head().map_or(0, |head| head.size);
        if self.store.frontier().await.is_ok_and(|frontier| frontier.size() == published) {
            let _ = tokio::time::timeout(Duration::from_secs(5), self.store.grown()).await;
        }
    }

    /// One step. Gives the head, or [`NOT_WITNESSED`] when too few witnesses answered, or tells of damage.
    pub async fn step(&self) -> Result<Option<Head>, Problem> {
        let _alone = self.step.lock().await;
        let frontier = self.store.frontier().await?;
        let (size, root) = (frontier.size(), frontier.root());
        let published = self.head().map_or(0, |head| head.size);
        if size == 0 || size == published {
            return Ok(self.head());
        }
        if size < published {
            return Err(DAMAGED.problem().because(format!(
                "the store has {size} acts, the published head {published}: acts were lost or an old backup was restored"
            )));
        }
        let from = published - published % 256;
        let leaves = self.store.leaves(from, size).await?;
        let files = self.files.clone();
        let on_disk = tokio::task::spawn_blocking(move || {
            files.write_tiles(published, size, from, &leaves)?;
            root_at(&TileReader::new(size, files.fetcher()), size).map_err(damaged)
        })
        .await
        .map_err(|fault| INTERNAL.problem().because(fault))??;
        if on_disk != root {
            return Err(DAMAGED.problem().because(format!("the tiles on disk give another root than the {size} acts in the store")));
        }
        let reader = TileReader::new(size, self.files.fetcher());
        if let Some((signed, signed_root)) = self.book.newest()?
            && (signed > size || root_at(&reader, signed).map_err(damaged)? != signed_root)
        {
            return Err(DAMAGED
                .problem()
                .because(format!("the signer's book holds a head of {signed} acts that this store does not continue: not signed")));
        }
        self.book.enter(size, &root)?;
        let checkpoint = Checkpoint::new(self.signer.verifier_key().name(), size, root).map_err(damaged)?;
        let text = checkpoint.to_string();
        let note = Note::new(text.clone()).map_err(damaged)?.with(self.signer.sign(&text));
        let note = self.cosign(note, &text, size).await;
        self.policy.check(&note, &self.signer.verifier_key()).map_err(|fault| NOT_WITNESSED.problem().because(fault))?;
        let head = Head { size, at: self.clock.now(), note: note.to_string() };
        self.files.write_checkpoint(&head.note)?;
        self.bus.publish("head", &head);
        self.head.send_replace(Some(head.clone()));
        Ok(Some(head))
    }

    async fn cosign(&self, note: Note, text: &str, size: u64) -> Note {
        let known: Vec<u64> = self.states.read().await.iter().map(|state| state.size.unwrap_or(0)).collect();
        let asked = self.witnesses.iter().zip(known).map(|(witness, old)| self.ask(witness, old, size, text, &note));
        let answers = join_all(asked).await;
        let mut states = self.states.write().await;
        let mut note = note.clone();
        for (state, answer) in states.iter_mut().zip(answers) {
            match answer {
                Ok(signatures) => {
                    (state.size, state.at, state.fault) = (Some(size), Some(self.clock.now()), None);
                    for signature in signatures {
                        note = note.with(signature);
                    }
                }
                Err(fault) => {
                    tracing::warn!(witness = state.name, fault, "A witness did not cosign");
                    state.fault = Some(fault);
                }
            }
        }
        note
    }

    async fn ask(
        &self,
        witness: &Arc<dyn Witness>,
        mut old: u64,
        size: u64,
        text: &str,
        note: &Note,
    ) -> Result<Vec<sala_log::NoteSignature>, String> {
        for _ in 0..2 {
            let proof = self.consistency(old, size)?;
            let body = AddCheckpoint::new(old, proof, note.clone()).map_err(|fault| fault.to_string())?.to_string();
            let answer = tokio::time::timeout(Duration::from_secs(3), witness.add_checkpoint(body)).await;
            let (status, body) = answer.map_err(|_| "no answer within 3 seconds".to_owned())??;
            match status {
                200 => return cosignatures_in_reply(&body, text, &self.policy.witness_keys()).map_err(|fault| fault.to_string()),
                409 => {
                    old = size_in_conflict(&body).map_err(|fault| fault.to_string())?;
                    if old > size {
                        return Err(format!("it has already seen {old} acts of this log"));
                    }
                }
                _ => return Err(format!("it answered {status}: {}", String::from_utf8_lossy(&body).trim())),
            }
        }
        Err("its size changed while it was asked".to_owned())
    }

    fn consistency(&self, old: u64, size: u64) -> Result<Vec<Hash>, String> {
        if old == 0 || old == size {
            return Ok(vec![]);
        }
        consistency_proof(&TileReader::new(size, self.files.fetcher()), old, size).map_err(|fault| fault.to_string())
    }
}

pub(crate) fn damaged(fault: sala_log::LogError) -> Problem {
    DAMAGED.problem().because(fault)
}

pub(crate) fn io(what: &std::path::Path, fault: &std::io::Error) -> Problem {
    STORAGE.problem().because(format!("{}: {fault}", what.display()))
}
