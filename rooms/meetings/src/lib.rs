//! Meetings: a draft written together, and minutes that hold.
//!
//! What this room promises:
//! - **What is acknowledged is kept**: a client says "saved" when its updates stand in the store and in the record, and a crash loses
//!   nothing of that.
//! - **What a meeting kept is what the record says**: minutes are made of rows alone, and closing puts their hash into an act.
//! - **Who stood where is nobody's business**: polls keep ten numbers and a mean, and not even these below three who stand.
//! - **Kept words are announced**: a meeting says whether it keeps what is said before anyone can say it; otherwise nothing is kept.
//! - **A mute is heard here too**: whoever is muted reads, stands and keeps every right, and writes nothing to others until its end.
//! - **Someone answers for a change**: an amendment is signed by whoever proposes it, and an accepted one changes the draft in the same
//!   transaction or not at all.

pub mod acts;
mod amend;
mod api;
pub mod convene;
mod decide;
pub mod door;
pub mod draft;
pub mod entry;
pub mod floor;
pub mod frame;
pub mod law;
pub mod meeting;
mod message;
pub mod minutes;
mod poll;
mod problems;
pub mod profile;
mod run;
mod seat;
mod sitting;
mod steer;
mod store;
mod view;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sala_core::{
    entropy::Entropy,
    fixture::FixtureKind,
    problem::{FieldError, Problem},
    store::Store,
    time::{Clock, Timestamp},
};
use serde_json::Value;

pub use self::{acts::ACTS, api::router, problems::PROBLEMS, store::SCHEMA};
use self::{door::Door, entry::Stands, law::Law, profile::MeetingsFile, sitting::Sitting};

/// The name under which the room itself acts.
pub(crate) const HALL: &str = "meetings/1";

/// How long a name is good that was looked up.
const NAME_S: i64 = 30;
/// Names that are held at most.
const MOST_NAMES: usize = 5_000;

/// What the room stands on.
pub struct MeetingsConfig {
    /// The store.
    pub store: Arc<Store>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Ids and client ids.
    pub entropy: Arc<dyn Entropy>,
    /// Who takes part.
    pub door: Arc<dyn Door>,
    /// Who is muted.
    pub law: Arc<dyn Law>,
    /// Who may convene, and within which limits.
    pub file: MeetingsFile,
    /// Ids of the spaces of this hall in which a meeting can be held.
    pub spaces: Vec<String>,
    /// A demonstration starts with the examples of the profile.
    pub is_demo: bool,
}

impl fmt::Debug for MeetingsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeetingsConfig").field("file", &self.file).field("spaces", &self.spaces).finish_non_exhaustive()
    }
}

/// The room.
pub struct Meetings {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    door: Arc<dyn Door>,
    law: Arc<dyn Law>,
    file: MeetingsFile,
    /// What the acts of chairs name.
    authority: String,
    spaces: Vec<String>,
    is_demo: bool,
    /// The meetings that somebody looks at or writes in.
    sittings: Mutex<BTreeMap<String, Arc<Sitting>>>,
    /// Held while one is read from the store, so that none is there twice.
    reading: tokio::sync::Mutex<()>,
    names: Mutex<BTreeMap<String, (Timestamp, String)>>,
}

impl fmt::Debug for Meetings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meetings").field("spaces", &self.spaces).finish_non_exhaustive()
    }
}

impl Meetings {
    /// Opens the room.
    pub fn open(config: MeetingsConfig) -> Arc<Self> {
        let authority = config.file.legal_basis.pair();
        Arc::new(Self {
            store: config.store,
            clock: config.clock,
            entropy: config.entropy,
            door: config.door,
            law: config.law,
            file: config.file,
            authority,
            spaces: config.spaces,
            is_demo: config.is_demo,
            sittings: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
            names: Mutex::default(),
        })
    }

    fn sittings(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Sitting>>> {
        self.sittings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A meeting that is in memory, if it is.
    fn sitting_here(&self, id: &str) -> Option<Arc<Sitting>> {
        self.sittings().get(id).cloned()
    }

    /// How many take part just now.
    fn present(&self, id: &str) -> usize {
        self.sitting_here(id).map_or(0, |sitting| sitting.seats().present())
    }

    /// Where people stand on the line of a poll that is open.
    fn stands(&self, meeting: &str, poll: &str) -> Stands {
        self.sitting_here(meeting).map_or_else(|| Stands::of(&[]), |sitting| sitting.seats().stands(poll))
    }

    /// The name that a persona has now, at most half a minute old.
    async fn name(&self, persona: &str) -> Result<String, Problem> {
        let now = self.clock.now();
        {
            let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((until, name)) = names.get(persona)
                && *until > now
            {
                return Ok(name.clone());
            }
        }
        let name = self.door.name(persona).await?;
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MOST_NAMES {
            names.clear();
        }
        names.insert(persona.to_owned(), (now.plus_seconds(NAME_S), name.clone()));
        Ok(name)
    }
}

/// The fixtures that this room opens in these spaces of the hall: a part of the meeting that is on in the space, else of the next one.
pub fn fixtures(spaces: Vec<String>) -> Vec<FixtureKind> {
    let operations = &[
        "list_meetings",
        "get_meeting",
        "follow_meeting",
        "say_in_meeting",
        "ask_floor",
        "leave_queue",
        "end_floor",
        "take_stand",
        "leave_line",
        "propose_amendment",
        "get_minutes",
    ];
    vec![FixtureKind::new("meeting", "การประชุมในพื้นที่นี้", "Meeting in this space", operations, move |opens| fixture(opens, &spaces))]
}

/// The page of a fixture: `{ space, part }`, and for the line of a poll where it lies on the floor.
fn fixture(opens: &Value, spaces: &[String]) -> Result<String, FieldError> {
    let wrong = |field: &str, detail: &str| FieldError { pointer: format!("/opens{field}"), detail: detail.into() };
    let fields = opens.as_object().ok_or_else(|| wrong("", "expected the fields space and part"))?;
    let text = |field: &str| fields.get(field).and_then(Value::as_str);
    let space = text("space").filter(|space| spaces.iter().any(|known| known == space));
    let space = space.ok_or_else(|| wrong("/space", "expected the id of a space of this hall"))?;
    let part = text("part").filter(|part| ["draft", "floor", "poll", "agenda", "minutes"].contains(part));
    let part = part.ok_or_else(|| wrong("/part", "expected draft, floor, poll, agenda or minutes"))?;
    let is_poll = part == "poll";
    for field in ["from", "to"] {
        let point = fields.get(field).and_then(Value::as_array);
        let is_point = point.is_some_and(|point| point.len() == 2 && point.iter().all(Value::is_number));
        if is_poll != is_point || (!is_poll && fields.contains_key(field)) {
            return Err(wrong(&format!("/{field}"), "expected [x, z] in metres for the part poll, and nothing for the others"));
        }
    }
    let known = if is_poll { 4 } else { 2 };
    if fields.len() != known {
        return Err(wrong("", "there is a field that nobody reads"));
    }
    Ok(format!("/meetings/at/{space}#{part}"))
}
