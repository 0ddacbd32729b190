//! Several processes of one hall, each running some of its spaces (docs/designs/cluster.md).
//!
//! What it promises:
//! - **A space has one owner at a time**: a process ticks a space only while it holds the space's lease, by its own clock.
//! - **Nobody is lost when a space moves**: slots, places and words come along; each client is told where to go on.
//! - **The hall decides, wherever the space is**: only the hall's own process lets people in, keeps the record, knows persons and opens
//!   the store. The others know handles and numbers.

mod desk;
pub(crate) mod lease;
mod outpost;
mod process;
pub(crate) mod wire;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::StreamExt;
use sala_core::{
    entropy::{Entropy, random32},
    problem::{INVALID, NOT_FOUND, Problem},
    time::Clock,
};
use serde::Serialize;
use tokio::{
    sync::{OnceCell, Semaphore, watch},
    time::{Instant, interval, timeout},
};

pub use self::outpost::{Outpost, OutpostConfig};
use self::{
    lease::{Alive, Held, Holder, Leases, RENEWED},
    wire::{Refusal, Reply, Seal, ToHall, ToProcess},
};
use crate::{World, hosted::Hosted, problems::CLUSTER_UNREACHABLE, seat::Address};

/// Name of the hall's own process.
pub const HALL: &str = "hall";
/// How often is looked who holds what.
const LOOK: Duration = Duration::from_millis(500);
/// An answer that takes longer is none.
const ANSWER: Duration = Duration::from_secs(3);
/// The most requests that are answered side by side.
const SIDE_BY_SIDE: usize = 64;

/// How a process meets the others.
#[derive(Clone)]
pub struct ClusterConfig {
    /// Addresses of the NATS servers, `nats://USER:PASSWORD@HOST:PORT` or `tls://…`, with commas between.
    pub servers: String,
    /// Certificates (PEM) of who vouches for the servers' keys, beside those that the machine trusts.
    pub roots: Option<PathBuf>,
    /// Before all subjects and in the name of the bucket, so that several halls may share a server.
    pub prefix: String,
    /// Copies of the bucket in a NATS cluster: 1, 3 or 5.
    pub replicas: usize,
    /// Under which the processes speak.
    pub key: [u8; 32],
    /// Name of this process.
    pub process: String,
    /// Where clients reach it; none: the hall's own address.
    pub url: Option<String>,
}

impl std::fmt::Debug for ClusterConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither the key nor the password in the address.
        f.debug_struct("ClusterConfig").field("prefix", &self.prefix).field("process", &self.process).finish_non_exhaustive()
    }
}

/// A process among others.
pub(crate) struct Cluster {
    client: async_nats::Client,
    leases: Leases,
    seal: Seal,
    prefix: String,
    pub(crate) me: Holder,
    spaces: BTreeMap<String, Arc<Tended>>,
    /// No space is taken any more.
    is_retiring: AtomicBool,
    entropy: Arc<dyn Entropy>,
    /// The hall's own process, if this is it.
    desk: OnceCell<Arc<World>>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("me", &self.me).finish_non_exhaustive()
    }
}

/// As whom a process answers.
#[derive(Debug, Clone, Copy)]
enum Role {
    Process,
    Hall,
}

/// A space as this process looks after it.
#[derive(Debug)]
pub(crate) struct Tended {
    id: String,
    pub(crate) hosted: Arc<Hosted>,
    /// Locked while the lease changes hands.
    lease: tokio::sync::Mutex<Option<Held>>,
    /// Who held it when it was last looked at.
    owner: Mutex<Option<Holder>>,
    /// Parts of a space on its way here, and from whom.
    parts: Mutex<(String, Vec<Option<String>>)>,
}

fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unreachable(cause: impl std::fmt::Display) -> Problem {
    CLUSTER_UNREACHABLE.problem().retry_after(2).because(cause)
}

/// A name of a process: part of a subject.
fn check_name(place: &str, name: &str) -> Result<(), Problem> {
    let is_name = (1..=40).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_');
    if is_name { Ok(()) } else { Err(INVALID.problem().at(place, "expected 1 to 40 of a-z, 0-9, - and _")) }
}

async fn connect(config: &ClusterConfig) -> Result<async_nats::Client, Problem> {
    check_name("--nats-prefix", &config.prefix)?;
    check_name("--process", &config.process)?;
    let mut options = async_nats::ConnectOptions::new()
        .name(format!("sala/{}", config.process))
        .connection_timeout(Duration::from_secs(5))
        .ping_interval(Duration::from_secs(2))
        .reconnect_delay_callback(|tries| Duration::from_millis(u64::try_from(tries).unwrap_or(10).min(10) * 100));
    if let Some(file) = &config.roots {
        options = options.add_root_certificates(file.clone());
    }
    let servers: Vec<&str> = config.servers.split(',').map(str::trim).collect();
    options.connect(servers.as_slice()).await.map_err(unreachable)
}

impl Cluster {
    /// Meets the others. The spaces rest until their leases are taken.
    pub(crate) async fn join(
        config: ClusterConfig,
        hosted: impl Iterator<Item = (String, Arc<Hosted>)>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Arc<Self>, Problem> {
        let client = connect(&config).await?;
        let leases = Leases::open(&client, &config.prefix, config.replicas).await?;
        let tended = hosted.map(|(id, hosted)| {
            hosted.rest();
            let tended =
                Tended { id: id.clone(), hosted, lease: tokio::sync::Mutex::default(), owner: Mutex::default(), parts: Mutex::default() };
            (id, Arc::new(tended))
        });
        let start = hex::encode(random32(&*entropy));
        Ok(Arc::new(Self {
            seal: Seal::new(config.key, clock, Arc::clone(&entropy)),
            prefix: config.prefix,
            me: Holder { process: config.process, start, url: config.url },
            spaces: tended.collect(),
            is_retiring: AtomicBool::new(false),
            client,
            leases,
            entropy,
            desk: OnceCell::new(),
        }))
    }

    pub(crate) fn tended(&self, space: &str) -> Result<&Arc<Tended>, Problem> {
        self.spaces.get(space).ok_or_else(|| NOT_FOUND.problem())
    }

    /// Where a space is run, if not here and if it is known.
    pub(crate) fn elsewhere(&self, space: &str) -> Option<Address> {
        let tended = self.spaces.get(space)?;
        if tended.hosted.tenure.holds() {
            return None;
        }
        let owner = locked(&tended.owner).clone()?;
        (owner != self.me).then_some(Address(owner.url))
    }

    fn subject_of(&self, process: &str) -> String {
        format!("{}.process.{process}", self.prefix)
    }

    fn subject_of_hall(&self) -> String {
        format!("{}.hall", self.prefix)
    }

    async fn request<T: Serialize>(&self, subject: String, body: &T) -> Result<Reply, Problem> {
        let sealed = self.seal.close(&subject, body).map_err(unreachable)?;
        let answer =
            timeout(ANSWER, self.client.request(subject.clone(), sealed.into())).await.map_err(unreachable)?.map_err(unreachable)?;
        let reply: Result<Reply, Refusal> = self.seal.open(&format!("{subject}.reply"), &answer.payload).map_err(unreachable)?;
        reply.map_err(Problem::from)
    }

    /// Asks a process.
    pub(crate) async fn ask_process(&self, process: &str, body: &ToProcess) -> Result<Reply, Problem> {
        self.request(self.subject_of(process), body).await
    }

    /// Asks the hall's own process.
    pub(crate) async fn ask_hall(&self, body: &ToHall) -> Result<Reply, Problem> {
        self.request(self.subject_of_hall(), body).await
    }

    /// Answers what comes on a subject, again and again.
    async fn listen(self: Arc<Self>, role: Role) {
        let subject = match role {
            Role::Process => self.subject_of(&self.me.process),
            Role::Hall => self.subject_of_hall(),
        };
        let permits = Arc::new(Semaphore::new(SIDE_BY_SIDE));
        loop {
            match self.client.subscribe(subject.clone()).await {
                Ok(mut requests) => {
                    while let (Some(message), Ok(permit)) = (requests.next().await, Arc::clone(&permits).acquire_owned().await) {
                        let (cluster, subject) = (Arc::clone(&self), subject.clone());
                        tokio::spawn(async move {
                            cluster.answer(role, &subject, message).await;
                            drop(permit);
                        });
                    }
                }
                Err(fault) => tracing::warn!(subject, %fault, "Nothing can be heard from the other processes; tried again"),
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn answer(self: &Arc<Self>, role: Role, subject: &str, message: async_nats::Message) {
        let reply = match role {
            Role::Process => match self.seal.open(subject, &message.payload) {
                Ok(body) => process::serve(self, body).await,
                Err(fault) => return tracing::warn!(subject, %fault, "A message was not taken"),
            },
            Role::Hall => match self.seal.open(subject, &message.payload) {
                Ok(body) => desk::serve(self, body).await,
                Err(fault) => return tracing::warn!(subject, %fault, "A message was not taken"),
            },
        };
        let Some(to) = message.reply else { return };
        match self.seal.close(&format!("{subject}.reply"), &reply.map_err(|problem| Refusal::from(&problem))) {
            Ok(sealed) => {
                if let Err(fault) = self.client.publish(to, sealed.into()).await {
                    tracing::warn!(subject, %fault, "An answer could not be sent");
                }
            }
            Err(fault) => tracing::error!(subject, %fault, "An answer could not be sealed"),
        }
    }

    /// Looks after the leases and answers the others until `stop` turns true; then gives the spaces to whoever is there.
    pub(crate) async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(Arc::clone(&self).listen(Role::Process));
        if self.desk.initialized() {
            tasks.spawn(Arc::clone(&self).listen(Role::Hall));
        }
        for tended in self.spaces.values() {
            tasks.spawn(Arc::clone(&self).tend(Arc::clone(tended)));
        }
        tasks.spawn(Arc::clone(&self).show_life());
        // An error means that no one can ask to stop any more, which is as good as asking.
        let _ = stop.wait_for(|stop| *stop).await;
        self.retire().await;
        tasks.shutdown().await;
    }

    async fn show_life(self: Arc<Self>) {
        let mut rounds = interval(RENEWED);
        loop {
            rounds.tick().await;
            let people = self.spaces.values().filter(|tended| tended.hosted.tenure.holds()).map(|tended| tended.hosted.count()).sum();
            if let Err(problem) = self.leases.show(&Alive { holder: self.me.clone(), people }).await {
                tracing::warn!(%problem, "The other processes could not be told that this one is alive");
            }
        }
    }

    /// Looks after one space.
    async fn tend(self: Arc<Self>, tended: Arc<Tended>) {
        let mut rounds = interval(LOOK);
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut is_free_since: Option<Instant> = None;
        loop {
            rounds.tick().await;
            let mut lease = tended.lease.lock().await;
            if let Some(held) = &*lease {
                if held.is_due() {
                    match self.leases.renew(&tended.id, &self.me, held).await {
                        Ok(Some(renewed)) => {
                            if tended.hosted.tenure.holds() {
                                tended.hosted.tenure.end_at(renewed.until);
                                *lease = Some(renewed);
                            } else {
                                // It had run out by our own clock, and the people were sent on.
                                self.leases.release(&tended.id, &renewed).await;
                                *lease = None;
                            }
                        }
                        Ok(None) => {
                            tracing::warn!(space = tended.id, "The lease of this space is another's");
                            *lease = None;
                            tended.hosted.tenure.end();
                        }
                        Err(problem) => tracing::warn!(space = tended.id, %problem, "A lease could not be renewed; tried again"),
                    }
                }
                continue;
            }
            match self.leases.holder(&tended.id).await {
                // In our own name, and not held: a hand-over is about to say so, or an answer was lost, and it runs out by itself.
                Ok(Some((holder, _))) => {
                    is_free_since = None;
                    *locked(&tended.owner) = Some(holder);
                }
                Ok(None) => {
                    *locked(&tended.owner) = None;
                    // At its start the hall waits a little longer than the others, so that spaces come to them; later nobody waits.
                    let patience = if self.desk.initialized() { LOOK * 3 } else { LOOK };
                    if self.is_retiring.load(Ordering::SeqCst) || is_free_since.get_or_insert_with(Instant::now).elapsed() < patience {
                        continue;
                    }
                    match self.leases.take(&tended.id, &self.me).await {
                        Ok(Some(held)) => {
                            tracing::info!(space = tended.id, fence = held.fence, "This process runs the space now");
                            tended.hosted.begin_anew(held.until);
                            *locked(&tended.owner) = Some(self.me.clone());
                            *lease = Some(held);
                        }
                        Ok(None) => is_free_since = None,
                        Err(problem) => tracing::warn!(space = tended.id, %problem, "A lease could not be taken; tried again"),
                    }
                }
                Err(problem) => tracing::warn!(space = tended.id, %problem, "Who runs a space could not be looked up; tried again"),
            }
        }
    }

    /// Gives all spaces of this process to the others, each to the one with the fewest people; where nobody is there, gives them up.
    async fn retire(self: &Arc<Self>) {
        self.is_retiring.store(true, Ordering::SeqCst);
        let mut waits = vec![];
        for tended in self.spaces.values() {
            if tended.lease.lock().await.is_none() {
                continue;
            }
            let mut others = self.leases.processes().await.unwrap_or_default();
            others.retain(|other| other.holder.process != self.me.process);
            others.sort_by_key(|other| other.people);
            let mut moved = Err(unreachable("there is no other process"));
            for other in others {
                moved = self.hand_over(tended, other.holder).await.map(|late| waits.push(late));
                if moved.is_ok() {
                    break;
                }
            }
            if let Err(problem) = moved {
                tracing::warn!(space = tended.id, %problem, "A space could not be given to another process; it ends here");
                if let Some(held) = tended.lease.lock().await.take() {
                    tended.hosted.rest();
                    self.leases.release(&tended.id, &held).await;
                }
            }
        }
        for late in waits {
            // A task that panicked has said so.
            let _ = late.await;
        }
    }

    /// A number that nobody can guess.
    pub(crate) fn new_number(&self) -> String {
        hex::encode(random32(&*self.entropy))
    }
}

/// What an operator asks of the processes of a hall, from outside.
#[derive(Debug)]
pub struct Operator {
    cluster: Arc<Cluster>,
}

/// A space and who runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Id of the space.
    pub space: String,
    /// Name of the process.
    pub process: String,
    /// Where clients reach it; none: at the hall's own address.
    pub url: Option<String>,
}

/// A process of a hall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessAlive {
    /// Its name.
    pub name: String,
    /// Where clients reach it; none: at the hall's own address.
    pub url: Option<String>,
    /// People in the spaces that it runs.
    pub people: usize,
}

impl Operator {
    /// Reaches the processes. Errors: `cluster_unreachable`.
    pub async fn join(config: ClusterConfig, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, Problem> {
        Ok(Self { cluster: Cluster::join(config, std::iter::empty(), clock, entropy).await? })
    }

    /// Who runs which space, by their ids.
    pub async fn places(&self) -> Result<Vec<Place>, Problem> {
        let held = self.cluster.leases.spaces().await?;
        Ok(held.into_iter().map(|(space, holder)| Place { space, process: holder.process, url: holder.url }).collect())
    }

    /// The processes that are alive.
    pub async fn processes(&self) -> Result<Vec<ProcessAlive>, Problem> {
        let all = self.cluster.leases.processes().await?.into_iter();
        Ok(all.map(|alive| ProcessAlive { name: alive.holder.process, url: alive.holder.url, people: alive.people }).collect())
    }

    /// Moves a space with all its people to another process. Errors: `not_found` for a space that nobody runs or a process that is not
    /// alive, `cluster_unreachable` when it did not move.
    pub async fn move_space(&self, space: &str, to: &str) -> Result<(), Problem> {
        let (holder, _) = self
            .cluster
            .leases
            .holder(space)
            .await?
            .ok_or_else(|| NOT_FOUND.problem().at(space, "no process runs a space of this id just now"))?;
        let body = ToProcess::Move { space: space.to_owned(), to: to.to_owned() };
        self.cluster.ask_process(&holder.process, &body).await.map(drop)
    }
}
