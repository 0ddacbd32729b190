//! JSON whose bytes don't depend on which features of serde_json other crates of a build ask for.

use serde_json::Value;

/// The same value with the keys of all objects in order.
pub(crate) fn sorted(mut value: Value) -> Value {
    value.sort_all_objects();
    value
}
