//! Streets: what a change of a street would do, simulated before anybody digs.
//!
//! What this room promises:
//! - **A street is data**: a file of the profile names a SUMO network, its demand, its source and licence; nothing of a city is in code.
//! - **A question is public, so is its answer**: `impact.ask` opens the change, `impact.finish` the differences with their intervals, the
//!   simulator's version and the hash of every file it used. Whoever has the same simulator can repeat it.
//! - **Nothing is simulated that does not fit**: a change that names what the street does not have is refused at once, with all places.
//! - **A restart loses nothing**: what waited or was at work is done then.

pub mod acts;
mod api;
mod ask;
pub mod impact;
mod jobs;
pub mod live;
mod map;
mod problems;
pub mod simulator;
mod store;
mod street;
mod xml;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, atomic::AtomicI64},
};

use sala_core::{
    bus::Bus,
    ctx::Ctx,
    entropy::Entropy,
    fixture::FixtureKind,
    lever::Levers,
    problem::{FieldError, INTERNAL, NOT_FOUND, Problem},
    profile::{PROFILE_INVALID, ProfileFile},
    replay::{Replay, Replays},
    store::{ActRow, Store},
    time::Clock,
};
use sala_streams::Streams;

pub use self::{
    acts::{ACTS, REPLAYABLE},
    api::router,
    ask::{Ask, AskState},
    problems::PROBLEMS,
    store::SCHEMA,
    street::{Source, Street, StreetFile},
};
use self::{
    ask::Work,
    impact::{change::Change, patch::Known},
    live::{Live, LiveMode},
    problems::SIMULATOR_MISSING,
    simulator::sumo::Sumo,
};

/// Is the act a decision of this room that can be recomputed?
pub fn is_replayable(act: &ActRow) -> bool {
    REPLAYABLE.iter().any(|kind| kind.kind == act.leaf.kind)
}

/// Name and version of what the room decides by itself.
const ALGORITHM: &str = concat!("streets/", env!("CARGO_PKG_VERSION"));

/// What the room stands on.
#[derive(Debug, Clone)]
pub struct StreetsConfig {
    /// The store.
    pub store: Arc<Store>,
    /// The bus.
    pub bus: Arc<Bus>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Salts and ids.
    pub entropy: Arc<dyn Entropy>,
    /// The simulator, if the machine has one.
    pub simulator: Option<Sumo>,
    /// How many simulations run at once.
    pub jobs: usize,
    /// The streets of the profile.
    pub files: Vec<ProfileFile<StreetFile>>,
    /// The levers of the hall.
    pub levers: Arc<Levers>,
    /// Takes what live streets observe.
    pub streams: Arc<Streams>,
    /// Whether and how live streets are run.
    pub live: LiveMode,
}

/// The room.
#[derive(Debug)]
pub struct Streets {
    pub(crate) store: Arc<Store>,
    pub(crate) bus: Arc<Bus>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) simulator: Option<Sumo>,
    pub(crate) jobs: usize,
    pub(crate) levers: Arc<Levers>,
    pub(crate) streams: Arc<Streams>,
    pub(crate) live_mode: LiveMode,
    pub(crate) lives: BTreeMap<String, Arc<Live>>,
    replays: Replays,
    /// The newest time of an observation of ours, µs.
    pub(crate) observed_at: AtomicI64,
    declared: BTreeMap<String, Arc<Street>>,
    /// What a change of each street can name, once somebody asked. A cache.
    known: Mutex<BTreeMap<String, Arc<Known>>>,
    /// Maps that somebody looked at. A cache.
    maps: Mutex<BTreeMap<String, Arc<map::StreetMap>>>,
    pub(crate) work: Mutex<Work>,
    /// A new question waits.
    pub(crate) wake: tokio::sync::Notify,
}

impl Streets {
    /// Opens the room: reads every street of the profile. A Problem names the file, the field and what is expected there.
    ///
    /// # Errors
    /// `profile_invalid`.
    pub fn open(config: StreetsConfig) -> Result<Arc<Self>, Problem> {
        let StreetsConfig { store, bus, clock, entropy, simulator, jobs, files, levers, streams, live } = config;
        let (mut declared, mut lives) = (BTreeMap::new(), BTreeMap::new());
        for file in files {
            let path = file.path.display().to_string();
            let street = Arc::new(Street::open(file)?);
            if let Some(file) = &street.file.live {
                let mut problem = PROFILE_INVALID.problem();
                let faults = file.faults(&levers, &streams).into_iter();
                problem.errors = faults.map(|fault| FieldError { pointer: format!("{path}#/{}", fault.pointer), ..fault }).collect();
                if !problem.errors.is_empty() {
                    return Err(problem);
                }
                let recording = live::recording::of(&street, file, &street.folder)?;
                lives.insert(street.file.id.clone(), Arc::new(Live::new(Arc::clone(&street), file.clone(), recording)));
            }
            declared.insert(street.file.id.clone(), street);
        }
        Ok(Arc::new(Self {
            store,
            bus,
            clock,
            entropy,
            simulator,
            jobs,
            levers,
            streams,
            live_mode: live,
            lives,
            replays: Replays::default(),
            observed_at: AtomicI64::new(0),
            declared,
            known: Mutex::default(),
            maps: Mutex::default(),
            work: Mutex::default(),
            wake: tokio::sync::Notify::new(),
        }))
    }

    /// The fixtures of a space that this room opens: each street, and those that are live.
    pub fn fixtures(&self) -> Vec<FixtureKind> {
        let streets: Vec<String> = self.declared.keys().cloned().collect();
        let lives: Vec<String> = self.lives.keys().cloned().collect();
        let model = &["list_streets", "get_street_map", "list_impacts", "ask_impact", "get_impact"];
        let live = &["get_live_street", "follow_live_street", "list_street_rounds", "list_street_minutes", "hold_signals"];
        vec![
            FixtureKind::of("street", "โต๊ะจำลองถนน", "Model table of a street", model, "street", move |street| {
                streets.iter().any(|known| known == street).then(|| format!("/streets/{street}"))
            }),
            FixtureKind::of("live_street", "ถนนจำลองสด", "Live street", live, "street", move |street| {
                lives.iter().any(|known| known == street).then(|| format!("/streets/{street}/live"))
            }),
        ]
    }

    /// The map of a street; read once.
    pub(crate) async fn map(&self, id: &str) -> Result<Arc<map::StreetMap>, Problem> {
        let street = Arc::clone(self.street(id)?);
        if let Some(map) = self.maps.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(id) {
            return Ok(Arc::clone(map));
        }
        let read = tokio::task::spawn_blocking(move || map::network(&street).map(|network| map::map(&network))).await;
        let map = Arc::new(read.map_err(|fault| INTERNAL.problem().because(fault.to_string()))??);
        self.maps.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id.to_owned(), Arc::clone(&map));
        Ok(map)
    }

    /// Are live streets run here?
    pub(crate) fn is_live(&self) -> bool {
        self.live_mode != LiveMode::Off
    }

    /// Recomputes a minute of signal control from what its round recorded. See [`is_replayable`].
    ///
    /// # Errors
    /// `not_found` for an act of a street that the profile no longer has, and as [`Replays::replay`] says.
    pub async fn replay(&self, act: &ActRow) -> Result<Replay, Problem> {
        let (store, streets, own) = (Arc::clone(&self.store), self.declared.clone(), act.clone());
        self.replays.replay(&act.leaf.id, async move { live::replay::replay_act(&store, &streets, &own).await }).await
    }

    /// Is there such a street in the profile?
    pub fn knows(&self, id: &str) -> bool {
        self.declared.contains_key(id)
    }

    /// A street of the profile.
    pub(crate) fn street(&self, id: &str) -> Result<&Arc<Street>, Problem> {
        self.declared.get(id).ok_or_else(|| NOT_FOUND.problem())
    }

    /// All of them, in the order of their ids.
    pub(crate) fn streets(&self) -> impl Iterator<Item = &Arc<Street>> {
        self.declared.values()
    }

    /// The circumstances of the hall itself.
    pub(crate) fn system(&self) -> Ctx {
        Ctx::system(ALGORITHM, self.clock.now(), Arc::clone(&self.entropy))
    }

    /// Does the change fit the street?
    pub(crate) async fn check(&self, street: &Arc<Street>, change: &Change) -> Result<(), Problem> {
        let sumo = self.simulator.clone().ok_or_else(|| SIMULATOR_MISSING.problem())?;
        let cached = self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&street.file.id).cloned();
        let known = if let Some(known) = cached {
            known
        } else {
            let scenario = street.scenario.clone();
            let read = tokio::task::spawn_blocking(move || impact::run::known(&sumo, &scenario)).await;
            let known = read
                .map_err(|fault| INTERNAL.problem().because(fault.to_string()))?
                .map_err(|fault| INTERNAL.problem().because(format!("street {}: {fault}", street.file.id)))?;
            let known = Arc::new(known);
            self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(street.file.id.clone(), Arc::clone(&known));
            known
        };
        change.check(&*known).map_err(|errors| ask::refuse(&errors))
    }
}
