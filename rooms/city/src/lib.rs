//! City: a district on a table, what people think of it and what water would do there.
//!
//! What this room promises:
//! - **A district is data** of the profile, with licence, source and attribution; without them the hall does not start.
//! - **What is served is what was read**: files are named by their hashes, and no path of a caller reaches the disk.
//! - **Words can be taken back**: what people pin lies in a row that its act binds, never in the record itself.
//! - **A flood can be computed again**: `flood.answer` names the hash of all files and of all depths; `sala replay` gets the same bytes.
//! - **A paper says what the record says**: its figures come from the acts that it names.

pub mod acts;
mod api;
pub mod declaration;
pub mod flood;
mod jobs;
pub mod make;
pub mod paper;
pub mod pin;
pub mod place;
mod problems;
mod store;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use sala_core::{
    bus::Bus,
    ctx::Ctx,
    entropy::Entropy,
    fixture::FixtureKind,
    problem::{NOT_FOUND, Problem},
    replay::{Replay, Replays},
    store::{ActRow, Store},
    text::Text,
    time::Clock,
};

use self::flood::FloodWork;
pub use self::{acts::ACTS, acts::REPLAYABLE, api::router, place::Place, problems::PROBLEMS, store::SCHEMA};

/// What the room stands on.
#[derive(Debug)]
pub struct CitiesConfig {
    /// The districts of the profile.
    pub places: Vec<Place>,
    /// The store.
    pub store: Arc<Store>,
    /// The bus.
    pub bus: Arc<Bus>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Salts and ids.
    pub entropy: Arc<dyn Entropy>,
    /// Who hides pins that break the code of conduct; nobody does where there is none.
    pub desk: Option<Desk>,
}

/// Who hides pins, and by which rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Id of the office.
    pub office: String,
    /// Role of its officers.
    pub role: String,
    /// The law under which they do.
    pub authority: String,
    /// Ids of the rules of the code of conduct.
    pub rules: Vec<String>,
}

/// The room.
#[derive(Debug)]
pub struct Cities {
    places: BTreeMap<String, Arc<Place>>,
    store: Arc<Store>,
    bus: Arc<Bus>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    desk: Option<Desk>,
    floods: Mutex<FloodWork>,
    replays: Replays,
    /// A new question waits.
    wake: tokio::sync::Notify,
}

/// Name and version of what the room decides by itself.
const ALGORITHM: &str = concat!("city/", env!("CARGO_PKG_VERSION"));

/// The regulation under which people are heard, as acts name it.
fn authority() -> String {
    Text::new(
        "ระเบียบสำนักนายกรัฐมนตรีว่าด้วยการรับฟังความคิดเห็นของประชาชน พ.ศ. 2548",
        "Regulation of the Office of the Prime Minister on Public Consultation B.E. 2548 (2005)",
    )
    .pair()
}

/// Is the act a decision of this room that can be recomputed?
pub fn is_replayable(act: &ActRow) -> bool {
    REPLAYABLE.iter().any(|kind| kind.kind == act.leaf.kind)
}

impl Cities {
    /// Opens the room.
    pub fn open(config: CitiesConfig) -> Arc<Self> {
        let CitiesConfig { places, store, bus, clock, entropy, desk } = config;
        let places = places.into_iter().map(|place| (place.file.id.clone(), Arc::new(place))).collect();
        Arc::new(Self {
            places,
            store,
            bus,
            clock,
            entropy,
            desk,
            floods: Mutex::default(),
            replays: Replays::default(),
            wake: tokio::sync::Notify::new(),
        })
    }

    /// Computes a flood again from what its act recorded. See [`is_replayable`].
    ///
    /// # Errors
    /// `not_found` for an act of a district that the profile no longer has, and as [`Replays::replay`] says.
    pub async fn replay(&self, act: &ActRow) -> Result<Replay, Problem> {
        let (store, places, own) = (Arc::clone(&self.store), self.places.clone(), act.clone());
        self.replays.replay(&act.leaf.id, async move { flood::replay::replay_act(&store, &places, &own).await }).await
    }

    /// The circumstances of the hall itself.
    pub(crate) fn system(&self) -> Ctx {
        Ctx::system(ALGORITHM, self.clock.now(), Arc::clone(&self.entropy))
    }

    /// The fixtures of a space that this room opens: the table of each district.
    pub fn fixtures(&self) -> Vec<FixtureKind> {
        let known: Vec<String> = self.places.keys().cloned().collect();
        let operations = &[
            "list_cities",
            "get_city",
            "get_city_file",
            "get_city_tile",
            "list_pins",
            "place_pin",
            "ask_flood",
            "get_flood",
            "write_paper",
            "get_paper",
        ];
        vec![FixtureKind::of(
            "city",
            "โต๊ะแบบจำลองย่าน",
            "Model table of a district",
            operations,
            "city",
            move |city| known.iter().any(|known| known == city).then(|| format!("/cities/{city}")),
        )]
    }

    /// One district.
    pub(crate) fn place(&self, id: &str) -> Result<&Arc<Place>, Problem> {
        self.places.get(id).ok_or_else(|| NOT_FOUND.problem())
    }

    /// All of them, in the order of their ids.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Arc<Place>> {
        self.places.values()
    }
}
