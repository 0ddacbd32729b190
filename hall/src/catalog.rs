//! What all rooms together declare: tables, kinds of acts, problems. Guard tests walk these lists.

use sala_core::{act::ActKind, problem::Code, store::Schema};

/// The tables of all rooms, in the order in which they are migrated.
pub const SCHEMAS: &[&Schema] = &[&sala_core::lever::SCHEMA, &sala_people::SCHEMA, &sala_streams::SCHEMA, &sala_measures::SCHEMA];

/// Every kind of act.
pub fn acts() -> Vec<&'static ActKind> {
    [sala_people::ACTS, sala_streams::ACTS, sala_measures::ACTS].concat()
}

/// Every problem code.
pub fn problems() -> Vec<&'static Code> {
    let own: &[&Code] = &[&sala_core::profile::PROFILE_INVALID, &sala_core::store::ERASED, &crate::command::serve::UNWITNESSED];
    [sala_core::problem::PROBLEMS, own, sala_core::lever::PROBLEMS, sala_people::PROBLEMS, sala_streams::PROBLEMS, sala_measures::PROBLEMS]
        .concat()
}
