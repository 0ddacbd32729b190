//! What a meeting tells its sockets in text frames. Clients say everything over HTTP, or in binary frames (`frame`).

use std::sync::Arc;

use sala_core::{
    problem::{Problem, ProblemBody},
    text::Lang,
    time::Timestamp,
};
use serde::Serialize;

use crate::{
    entry::Stands,
    view::{MeetingView, WhoView},
};

/// A message: JSON with `kind`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Tell {
    /// The meeting as it stands, without the text of its draft.
    Meeting { meeting: Box<MeetingView> },
    /// Something was said.
    Said { who: WhoView, text: String, at: Timestamp },
    /// People moved on the line of a poll.
    Poll {
        id: String,
        #[serde(flatten)]
        stands: Stands,
    },
    /// The draft is kept up to this version, and with it the first `taken` updates (sync 1 and 2) that came from this socket.
    Saved { version: i64, taken: u64 },
    /// Whoever takes part by this socket is muted until then; without it: no longer.
    Muted {
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// Something went wrong, and the meeting goes on.
    Notice { problem: ProblemBody },
    /// The meeting closes the connection.
    Bye { problem: ProblemBody },
}

impl Tell {
    pub(crate) fn notice(problem: &Problem, lang: Lang) -> Self {
        Self::Notice { problem: problem.body(lang) }
    }

    pub(crate) fn bye(problem: &Problem, lang: Lang) -> Self {
        Self::Bye { problem: problem.body(lang) }
    }

    pub(crate) fn text(&self) -> Arc<str> {
        serde_json::to_string(self).unwrap_or_default().into()
    }
}
