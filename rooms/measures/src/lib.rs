//! Measures: policy as code. A measure watches a series, and when its trigger holds it moves a lever, proposes to, or publishes
//! advice; its effect is measured by the metric that it named beforehand.
//!
//! What this room promises:
//! - **A measure is data**: a file of the profile, read strictly. A version never changes; a change of meaning is a new version
//!   with its own hash, and the hash stands in every act done under it.
//! - **Decisions are pure** ([`trigger::decide`], [`guard::weigh`]): the act commits to the windows, the state before, the facts and
//!   the version; [`Measures::replay`] opens them, decides again, and compares the windows with the chunk log.
//! - **Only levers move**, within bounds, by a measure in force, so often as it may. What a guardrail stops is recorded too.
//! - **An officer has the last word**: approve, refuse, stop, undo. A stopped measure moves nothing, not even back.
//! - **Effects are published** whether good or bad, with an interval; for history that is only played they say that they are none.
//! - **Restarts change nothing**: the state of a trigger is kept with each act and brought up to date from the windows since.
//!
//! Commands: `activate.rs` (versions), `fire.rs`, `release.rs`, `answer.rs` (approve, refuse, expire), `switch.rs` (stop, resume, end),
//! `undo.rs`, `judge.rs` (effects).

mod activate;
mod acts;
mod answer;
mod api;
pub mod decision;
pub mod effect;
pub mod evidence;
mod fire;
pub mod guard;
pub mod input;
mod jobs;
mod judge;
pub mod measure;
mod problems;
mod release;
mod replay;
pub mod run;
mod store;
mod streams;
mod switch;
pub mod trigger;
mod undo;
mod watch;
pub mod words;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sala_core::{
    bus::Bus,
    ctx::Ctx,
    entropy::Entropy,
    fixture::FixtureKind,
    lever::{LeverSpec, Levers},
    problem::Problem,
    profile::ProfileFile,
    replay::Replay,
    store::Store,
    text::Text,
    time::Clock,
};

pub use self::{
    acts::{ACTS, REPLAYABLE},
    api::router,
    problems::PROBLEMS,
    replay::replay_act,
    store::SCHEMA,
};
use self::{
    evidence::Evidence,
    judge::Due,
    measure::{Measure, World},
    watch::Watch,
    words::SeriesWords,
};

/// What the room stands on.
#[derive(Debug, Clone)]
pub struct MeasuresConfig {
    /// The store.
    pub store: Arc<Store>,
    /// The bus.
    pub bus: Arc<Bus>,
    /// The levers of the hall.
    pub levers: Arc<Levers>,
    /// The data: the streams room.
    pub evidence: Arc<dyn Evidence>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Salts and ids.
    pub entropy: Arc<dyn Entropy>,
    /// What the offices are called.
    pub offices: BTreeMap<String, Text>,
    /// The measures of the profile.
    pub files: Vec<ProfileFile<Measure>>,
}

/// The room.
#[derive(Debug)]
pub struct Measures {
    pub(crate) store: Arc<Store>,
    pub(crate) bus: Arc<Bus>,
    pub(crate) levers: Arc<Levers>,
    pub(crate) evidence: Arc<dyn Evidence>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) offices: BTreeMap<String, Text>,
    /// The measures in force with their triggers. A cache of what the store and the windows say.
    watches: Mutex<BTreeMap<String, Watch>>,
    /// Runs whose effect is due when the data come to a moment. A cache.
    dues: Mutex<Vec<Due>>,
    /// Ids of the measures of the profile.
    declared: Vec<String>,
    /// Held while a window is worked on, so that windows are taken one after the other.
    pub(crate) turn: tokio::sync::Mutex<()>,
}

impl Measures {
    /// Opens the room: checks the files of the profile, brings changed versions into force, ends what the profile no longer has.
    /// A Problem names the file, the field and what is expected there.
    pub async fn open(config: MeasuresConfig) -> Result<Arc<Self>, Problem> {
        let MeasuresConfig { store, bus, levers, evidence, clock, entropy, offices, files } = config;
        let room = Self {
            store,
            bus,
            levers,
            evidence,
            clock,
            entropy,
            offices,
            watches: Mutex::default(),
            dues: Mutex::default(),
            declared: files.iter().map(|file| file.value.id.clone()).collect(),
            turn: tokio::sync::Mutex::default(),
        };
        room.activate(files).await?;
        room.remember_dues().await?;
        Ok(Arc::new(room))
    }

    /// The fixtures of a space that this room opens: all measures, or one.
    pub fn fixtures(&self) -> Vec<FixtureKind> {
        let operations = &["list_measures", "get_measure", "list_measure_runs", "get_run"];
        let declared = self.declared.clone();
        vec![
            FixtureKind::page("measures", "โต๊ะมาตรการและหลักฐาน", "Desk of measures and their evidence", operations, "/measures"),
            FixtureKind::of(
                "measure",
                "แท่นแสดงมาตรการ",
                "Measure on show",
                operations,
                "measure",
                move |id| declared.iter().any(|known| known == id).then(|| format!("/measures/{id}")),
            ),
        ]
    }

    /// Recomputes an automated decision or an effect from what its act recorded, and compares its windows with the chunk log.
    pub async fn replay(&self, ctx: &Ctx, act: &str) -> Result<Replay, Problem> {
        replay_act(&self.store, &*self.evidence, ctx, act).await
    }

    /// The circumstances of the hall itself.
    pub(crate) fn system(&self) -> Ctx {
        Ctx::system(decision::ALGORITHM, self.clock.now(), Arc::clone(&self.entropy))
    }

    /// What a measure is called, one in force or an earlier one.
    pub async fn measure_title(&self, id: &str) -> Result<Option<Text>, Problem> {
        let title = self.watches().get(id).map(|watch| watch.measure.title.clone());
        match (title, store::measure(&self.store, id).await?) {
            (None, Some(row)) => Ok(Some(store::version(&self.store, id, row.version).await?.measure.title)),
            (title, _) => Ok(title),
        }
    }

    /// What a lever is called.
    pub fn lever_title(&self, id: &str) -> Option<Text> {
        self.levers.spec(id).map(|spec| spec.title.clone())
    }

    /// What a run is called: its measure and the stretch of data on which it was decided.
    pub async fn run_title(&self, id: &str) -> Result<Option<Text>, Problem> {
        let Some(run) = store::run(&self.store, id).await? else { return Ok(None) };
        let measure = store::version(&self.store, &run.measure, run.version).await?.measure;
        let when = self.series_words(&measure.trigger.series).stretch(run.since, run.event_at);
        Ok(Some(Text::new(format!("{} {}", measure.title.th, when.th), format!("{}, {}", measure.title.en, when.en))))
    }

    /// What a series is called and how its values are written.
    pub(crate) fn series_words(&self, id: &str) -> SeriesWords {
        self.evidence.series(id).map_or_else(|| SeriesWords::unnamed(id), |facts| facts.words)
    }

    pub(crate) fn watches(&self) -> MutexGuard<'_, BTreeMap<String, Watch>> {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn dues(&self) -> MutexGuard<'_, Vec<Due>> {
        self.dues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What an office is called; its id when no one said.
    pub(crate) fn office_title(&self, office: &str) -> Text {
        self.offices.get(office).cloned().unwrap_or_else(|| Text::new(office, office))
    }
}

impl World for Measures {
    fn lever(&self, id: &str) -> Option<LeverSpec> {
        self.levers.spec(id).cloned()
    }

    fn window_s(&self, series: &str) -> Option<i64> {
        self.evidence.series(series).map(|facts| facts.window_s)
    }
}
