//! Where the windows come from. A seam: the streams room in a hall, a script in tests.

use std::{fmt::Debug, future::Future, pin::Pin, sync::Arc};

use sala_core::{ctx::Ctx, problem::Problem, time::Timestamp};
use sala_streams::WindowResult;
use tokio::sync::broadcast;

use crate::{input::Input, words::SeriesWords};

/// Windows on their way.
pub type Windows<'a> = Pin<Box<dyn Future<Output = Result<Vec<Input>, Problem>> + Send + 'a>>;

/// What a measure must know of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesFacts {
    /// Length of its windows in seconds.
    pub window_s: i64,
    /// How far behind the newest a value may be without being late, in seconds of the data.
    pub lateness_s: i64,
    /// Unit of its values, as a symbol.
    pub unit: String,
    /// What it is called and how its values are written.
    pub words: SeriesWords,
    /// Is it recorded history that is played into the hall?
    pub is_replayed_history: bool,
}

/// The data on which measures decide.
pub trait Evidence: Send + Sync + Debug {
    /// Windows as they close, and again when they are revised.
    fn subscribe(&self) -> broadcast::Receiver<Arc<WindowResult>>;
    /// Windows that lie within `from..to`, oldest first, recomputed from the chunk log. The newest may still grow.
    fn windows<'a>(&'a self, ctx: &'a Ctx, series: &'a str, window_s: i64, from: Timestamp, to: Timestamp) -> Windows<'a>;
    /// What the seasonal baseline expects of the window that begins at `start`, in the unit of the series.
    fn expected(&self, series: &str, start: Timestamp) -> Option<f64>;
    /// A series; `None` when there is none with this id.
    fn series(&self, id: &str) -> Option<SeriesFacts>;
}
