//! World: the spaces in which people meet, and the things there that open something real.
//!
//! What this room promises:
//! - **No door is painted on**: every fixture of a space is of a kind that a room of this hall opens, with a page that does the same; the
//!   hall does not start otherwise.
//! - **Nothing is recorded of who was where**: poses and talk live in memory only; what is kept are acts: that a code of conduct was
//!   accepted, that someone blocked someone (the record does not say who).
//! - **Blocked means that no bytes pass**, in either direction, enforced where frames are made.
//! - **A space never stands in the way of a service**: every fixture's page works without it.
//! - **A right to something digital is an act**: registered, passed on by two signatures, doubted and decided in the open. No price, no token;
//!   the register shows personas, never persons.
//! - **No model without its card**: where a model of a place comes from and what one may do with it is shown, and kept.

pub mod acts;
mod api;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod conduct;
pub mod door;
mod fixture;
mod hosted;
pub mod licence;
mod line;
pub mod message;
pub mod model;
mod problems;
pub mod property;
mod seat;
pub mod space;
mod store;
pub mod tour;
pub mod voice;
#[cfg(feature = "webtransport")]
pub mod webtransport;
mod world;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, atomic::AtomicU64},
};

use sala_core::{
    entropy::Entropy,
    fixture::FixtureKind,
    problem::Problem,
    profile::ProfileFile,
    store::Store,
    time::{Clock, Timestamp},
};
use tokio::sync::{Mutex, OnceCell, watch};

pub use self::{acts::ACTS, api::router, problems::PROBLEMS, store::SCHEMA};
use self::{
    conduct::{ConductFile, evidence::Recorder, sanction::LawKey, statistics::ConductMonth},
    door::Door,
    hosted::Hosted,
    space::{Space, SpaceFile},
    world::run_threads,
};

/// What the room stands on.
pub struct WorldConfig {
    /// The store.
    pub store: Arc<Store>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Tokens and salts.
    pub entropy: Arc<dyn Entropy>,
    /// Who comes in.
    pub door: Arc<dyn Door>,
    /// The spaces of the profile.
    pub files: Vec<ProfileFile<SpaceFile>>,
    /// The kinds of fixtures that the other rooms open.
    pub kinds: Vec<FixtureKind>,
    /// The code of conduct.
    pub conduct: ConductFile,
    /// Must it be accepted before one comes in? Not in a bench.
    pub asks_conduct: bool,
}

impl fmt::Debug for WorldConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorldConfig").field("files", &self.files.len()).field("kinds", &self.kinds).finish_non_exhaustive()
    }
}

/// The room.
pub struct World {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    door: Arc<dyn Door>,
    conduct: ConductFile,
    asks_conduct: bool,
    kinds: BTreeMap<&'static str, FixtureKind>,
    spaces: BTreeMap<String, Arc<Hosted>>,
    /// Ids of the spaces as the profile orders them.
    order: Vec<String>,
    /// By which sanctions follow a person; made or read when it is first needed.
    law: OnceCell<LawKey>,
    /// What was counted last, and when.
    counted: Mutex<Option<(Timestamp, Vec<ConductMonth>)>>,
    /// Counts the changes of sanctions.
    sanctions_changed: AtomicU64,
    /// The other processes of this hall, if it has some.
    #[cfg(feature = "cluster")]
    cluster: std::sync::OnceLock<Arc<cluster::Cluster>>,
    /// Who forwards voices, if the hall has voice.
    #[cfg(feature = "voice")]
    voice: std::sync::OnceLock<voice::Unit>,
    /// The port of WebTransport, if the hall has one.
    #[cfg(feature = "webtransport")]
    webtransport: std::sync::OnceLock<webtransport::Port>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("spaces", &self.order).finish_non_exhaustive()
    }
}

impl World {
    /// Opens the room. Errors: `profile_invalid` with the place.
    pub fn open(config: WorldConfig) -> Result<Arc<Self>, Problem> {
        let mut files = config.files;
        files.sort_by_key(|file| file.value.order);
        let order: Vec<String> = files.iter().map(|file| file.value.id.clone()).collect();
        let mut kinds: BTreeMap<&'static str, FixtureKind> = config.kinds.into_iter().map(|kind| (kind.kind, kind)).collect();
        kinds.extend(fixture::own(order.clone()).into_iter().map(|kind| (kind.kind, kind)));
        config.conduct.check()?;
        let recorder = || Recorder::new(Arc::clone(&config.clock), Arc::clone(&config.entropy));
        let hosted = Space::read_all(files, &kinds, &recorder)?;
        let spaces = hosted.into_iter().map(|hosted| (hosted.space.file.id.clone(), Arc::new(hosted))).collect();
        Ok(Arc::new(Self {
            store: config.store,
            clock: config.clock,
            entropy: config.entropy,
            door: config.door,
            conduct: config.conduct,
            asks_conduct: config.asks_conduct,
            kinds,
            spaces,
            order,
            law: OnceCell::new(),
            counted: Mutex::default(),
            sanctions_changed: AtomicU64::new(0),
            #[cfg(feature = "cluster")]
            cluster: std::sync::OnceLock::new(),
            #[cfg(feature = "voice")]
            voice: std::sync::OnceLock::new(),
            #[cfg(feature = "webtransport")]
            webtransport: std::sync::OnceLock::new(),
        }))
    }

    /// The operations that the pages of its fixtures call; the hall checks that it has them.
    pub fn operations(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.kinds.values().flat_map(|kind| kind.operations.iter().map(|operation| (kind.kind, *operation)))
    }

    /// Where spaces can be entered by WebTransport, and the SHA-256 of the certificates by which a client knows them, if they are not of an
    /// authority.
    pub fn webtransport(&self) -> Option<(String, Vec<String>)> {
        #[cfg(feature = "webtransport")]
        return self.webtransport.get().map(webtransport::Port::offer);
        #[cfg(not(feature = "webtransport"))]
        None
    }

    /// How many are in a space; none for an unknown one.
    pub fn count(&self, space: &str) -> Option<usize> {
        self.spaces.get(space).map(|hosted| hosted.count())
    }

    /// Microseconds that each tick of a space took since this was last asked, oldest first; none for an unknown space.
    pub fn pace(&self, space: &str) -> Option<Vec<u32>> {
        self.spaces.get(space).map(|hosted| hosted.pace.take())
    }

    /// Runs the spaces until `stop` turns true: a thread each, and a watch over sessions that end.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let threads = run_threads(&self.spaces);
        #[cfg(feature = "cluster")]
        let cluster = self.cluster.get().map(|cluster| tokio::spawn(Arc::clone(cluster).run(stop.clone())));
        let watching = self.watch_sessions();
        let law = self.look_after_the_law();
        tokio::pin!(watching, law);
        loop {
            tokio::select! {
                () = &mut watching => {}
                () = &mut law => {}
                changed = stop.changed() => if changed.is_err() || *stop.borrow() { break },
            }
        }
        #[cfg(feature = "cluster")]
        if let Some(cluster) = cluster {
            // It ends when all spaces were handed over; one that panicked has said so already.
            let _ = cluster.await;
        }
        threads.join().await;
        #[cfg(feature = "webtransport")]
        if let Some(port) = self.webtransport.get() {
            port.close().await;
        }
    }
}
