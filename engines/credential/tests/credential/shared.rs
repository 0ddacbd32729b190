//! Where the conformance vectors are.

use std::{env, path::PathBuf};

/// Folder of the vectors for identity and the log: below `$SALA_SHARED`, or below a folder `shared` beside
/// one of our own ancestors. `None`, with a word on the output, if it is not there: vectors are not part of
/// the repository, and a newcomer's tests must not fail for want of them.
pub(crate) fn vectors(path: &str) -> Option<PathBuf> {
    let set = env::var_os("SALA_SHARED").map(PathBuf::from);
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let beside = here.ancestors().map(|folder| folder.join("shared"));
    let found = set.into_iter().chain(beside).map(|shared| shared.join("data/identity").join(path)).find(|p| p.exists());
    if found.is_none() {
        println!("skipped: no vectors at data/identity/{path} (set SALA_SHARED to the folder that has them)");
    }
    found
}
