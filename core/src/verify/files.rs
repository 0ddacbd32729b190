//! The published files: every tile against the acts, the head against key, policy, book and an earlier head.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sala_log::{
    LeafHashes, Note, Tile,
    tile::{EntriesTile, TilePath, encode_entries, entries_tiles_for, tiles_for},
};

use super::{Against, Report, Walk, root_of};
use crate::{problem::Problem, store::Store};

pub(super) async fn check(store: &Store, walk: &Walk, against: &Against<'_>, report: &mut Report) -> Result<(), Problem> {
    head(walk, against, report);
    book(walk, against, report);
    earlier(walk, against, report);
    let folder = against.published.folder.as_path();
    for path in &against.published.tiles {
        let Some(name) = path.strip_prefix(folder).ok().and_then(Path::to_str).map(str::to_owned) else { continue };
        // A temporary file is what a crash may leave; it was never published.
        if path.extension().is_some_and(|extension| extension == "tmp") {
            continue;
        }
        report.tiles += 1;
        let expected = match TilePath::parse(&name) {
            Ok(TilePath::Hashes(tile)) => tile.contents(&LeafHashes(&walk.hashes)).ok(),
            Ok(TilePath::Entries(EntriesTile { index, width })) => {
                let leaves = store.leaves(index * 256, index * 256 + u64::from(width)).await?;
                (leaves.len() == usize::from(width))
                    .then(|| encode_entries(leaves.iter().map(|(bytes, _)| bytes.as_slice())).ok())
                    .flatten()
            }
            Err(_) => None,
        };
        match (expected, fs::read(path)) {
            (Some(expected), Ok(found)) if expected == found => {}
            (None, _) => report.damage(name, "it belongs to no act in the store"),
            (Some(_), _) => report.damage(name, "it is not what the acts in the store give"),
        }
    }
    let hashes = tiles_for(0, report.published).into_iter().map(|tile: Tile| tile.path());
    for path in hashes.chain(entries_tiles_for(0, report.published).into_iter().map(|tile| tile.path())) {
        if !folder.join(&path).exists() {
            report.damage(path, "the published tile is missing");
        }
    }
    Ok(())
}

fn head(walk: &Walk, against: &Against<'_>, report: &mut Report) {
    let Some(text) = against.published.checkpoint() else {
        if !walk.hashes.is_empty() {
            report.damage("checkpoint", "no head has been published yet, though there are acts: are the witnesses running?");
        }
        return;
    };
    let checked = Note::parse(text.as_bytes()).and_then(|note| against.policy.check(&note, against.log_key));
    match checked {
        Err(fault) => report.damage("checkpoint", fault.to_string()),
        Ok(witnessed) => {
            let checkpoint = witnessed.checkpoint();
            report.published = checkpoint.size;
            let names = against.policy.witnesses();
            report.witnesses = witnessed
                .signatures()
                .iter()
                .filter_map(|signature| names.iter().find(|witness| witness.key == *signature.key()).map(|witness| witness.name.clone()))
                .collect();
            match root_of(walk, checkpoint.size) {
                None => report.damage(
                    "checkpoint",
                    format!("it covers {} acts, but only {} are in the store: acts were lost", checkpoint.size, walk.hashes.len()),
                ),
                Some(root) if root != checkpoint.root => {
                    report.damage("checkpoint", "its root is not that of the acts in the store: one of the two was changed");
                }
                Some(_) => {}
            }
        }
    }
}

fn book(walk: &Walk, against: &Against<'_>, report: &mut Report) {
    for (size, root) in &against.published.pages {
        if root_of(walk, *size) != Some(*root) {
            report.damage(
                format!("signer's book, page {size}"),
                "a head was signed that the acts in the store do not give: the history was forked or cut",
            );
        }
    }
}

fn earlier(walk: &Walk, against: &Against<'_>, report: &mut Report) {
    let Some(note) = against.earlier else { return };
    match against.policy.check(note, against.log_key) {
        Err(fault) => report.damage("earlier head", fault.to_string()),
        Ok(witnessed) => {
            let checkpoint = witnessed.checkpoint();
            if root_of(walk, checkpoint.size) != Some(checkpoint.root) {
                report.damage(
                    "earlier head",
                    format!(
                        "the log does not continue the head of {} acts that was seen before: the history was forked or cut",
                        checkpoint.size
                    ),
                );
            }
        }
    }
}

pub(super) fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = vec![];
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}
