//! World: the spaces in which people meet, and the things there that open something real.
//!
//! What this room promises:
//! - **No door is painted on**: every fixture of a space is of a kind that a room of this hall opens, with a page that does the same; the
//!   hall does not start otherwise.
//! - **Nothing is recorded of who was where**: poses and talk live in memory only; what is kept are acts: that a code of conduct was
//!   accepted, that someone blocked someone (the record does not say who).
//! - **Blocked means that no bytes pass**, in either direction, enforced where frames are made.
//! - **A space never stands in the way of a service**: every fixture's page works without it.

pub mod acts;
mod api;
pub mod conduct;
pub mod door;
mod fixture;
mod hosted;
pub mod message;
mod problems;
mod seat;
pub mod space;
mod store;
mod world;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
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
        }))
    }

    /// The operations that the pages of its fixtures call; the hall checks that it has them.
    pub fn operations(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.kinds.values().flat_map(|kind| kind.operations.iter().map(|operation| (kind.kind, *operation)))
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
        let halt = Arc::new(AtomicBool::new(false));
        let mut threads = vec![];
        for (id, hosted) in &self.spaces {
            let (hosted, halt) = (Arc::clone(hosted), Arc::clone(&halt));
            match std::thread::Builder::new().name(format!("space-{id}")).spawn(move || hosted.run(&halt)) {
                Ok(thread) => threads.push(thread),
                Err(fault) => tracing::error!(space = id, %fault, "A space could not be started"),
            }
        }
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
        halt.store(true, Ordering::Relaxed);
        for thread in threads {
            // A thread that panicked has said so already.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}
