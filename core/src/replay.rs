//! What a replay of an automated decision says: the same from every room that decides.

use serde::Serialize;
use utoipa::ToSchema;

use crate::text::Text;

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Replay {
    /// Is the recorded decision what its recorded inputs give, and are the inputs those of the record?
    pub agrees: bool,
    /// Kind of the act.
    pub kind: String,
    /// What was recorded.
    pub recorded: serde_json::Value,
    /// What came out now; null when it can't be computed.
    pub recomputed: serde_json::Value,
    /// In words.
    pub explanation: Text,
}
