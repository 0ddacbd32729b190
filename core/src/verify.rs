//! The check of everything against the log: acts, tiles, head, openings and every row of state.
//!
//! It reads and reports; it repairs nothing. What it can't open because the person's key was destroyed is counted as erased.

mod files;
mod state;

use std::{collections::BTreeMap, path::PathBuf};

use sala_log::{Frontier, Hash, LeafHashes, Note, Policy, VerifierKey, root_at};

use crate::{
    act::{Leaf, commitment},
    problem::Problem,
    publish::{Book, LogFiles},
    store::{Cell, Opening, Store},
};

/// One thing that is not as the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Where: `act 17 (act_01…)`, `tile/0/000`, `row lever/x`, `opening act_01…/inputs`.
    pub place: String,
    /// What is wrong there.
    pub what: String,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Acts in the log.
    pub acts: u64,
    /// Root over them.
    pub root: Hash,
    /// Size of the published head, 0 if none.
    pub published: u64,
    /// Witnesses whose cosignature on the head is good.
    pub witnesses: Vec<String>,
    /// Openings that were checked.
    pub openings: u64,
    /// Openings that can't be opened any more, because the person was erased.
    pub erased: u64,
    /// Rows of state that were checked.
    pub rows: u64,
    /// Tile files that were checked.
    pub tiles: u64,
    /// Kinds of acts and how many there are.
    pub kinds: BTreeMap<String, u64>,
    /// What is wrong; empty when all is sound.
    pub damages: Vec<Damage>,
}

impl Report {
    pub(crate) fn damage(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.damages.push(Damage { place: place.into(), what: what.into() });
    }
}

/// What is published, as it stood before the store was opened: a hall that runs meanwhile only adds to it.
#[derive(Debug)]
pub struct Published {
    folder: PathBuf,
    tiles: Vec<PathBuf>,
    checkpoint: Option<String>,
    pages: Vec<(u64, Hash)>,
}

impl Published {
    /// Takes stock of the published files and of the signer's book, if it is at hand. Do this before [`Store::open_to_read`].
    pub fn take_stock(files: &LogFiles, book: Option<&Book>) -> Result<Self, Problem> {
        let checkpoint = files.read_checkpoint()?;
        let pages = book.map_or(Ok(vec![]), Book::pages)?;
        Ok(Self { folder: files.folder().to_owned(), tiles: files::all_files(&files.folder().join("tile")), checkpoint, pages })
    }

    /// The published note.
    pub fn checkpoint(&self) -> Option<&str> {
        self.checkpoint.as_deref()
    }
}

/// What a check needs beside the store.
#[derive(Debug)]
pub struct Against<'a> {
    /// What is published.
    pub published: &'a Published,
    /// The log's key.
    pub log_key: &'a VerifierKey,
    /// Who must have cosigned.
    pub policy: &'a Policy,
    /// A cosigned note seen earlier: the log must continue it.
    pub earlier: Option<&'a Note>,
}

/// What the walk over the acts gathers.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    /// Leaf hashes in the order of the log.
    pub(crate) hashes: Vec<Hash>,
    /// Row handle → (index of the last act that touched it, hash of its row or `None` when removed).
    pub(crate) rows: BTreeMap<Hash, (u64, Option<Hash>)>,
    /// Act id → its index, kind and commitments.
    pub(crate) acts: BTreeMap<String, (u64, BTreeMap<String, Hash>)>,
}

/// Checks all. `Err` only when the store does not answer at all; damage is in the report.
pub async fn verify(store: &Store, against: &Against<'_>) -> Result<Report, Problem> {
    let mut report = Report::default();
    let walk = acts(store, &mut report).await?;
    openings(store, &walk, &mut report).await?;
    state::check(store, &walk, &mut report).await?;
    files::check(store, &walk, against, &mut report).await?;
    Ok(report)
}

/// Walks the acts: dense from 0, each leaf readable and of its recorded hash, the frontier over them as committed.
async fn acts(store: &Store, report: &mut Report) -> Result<Walk, Problem> {
    const STEP: i64 = 2_000;
    let mut walk = Walk::default();
    let mut frontier = Frontier::new();
    let mut from = 0_i64;
    loop {
        let rows = store
            .fetch(
                "SELECT idx, id, kind, office, actor, at, leaf, leaf_hash FROM act WHERE idx >= $1 ORDER BY idx LIMIT $2",
                &[Cell::Int(from), STEP.into()],
            )
            .await?;
        let Some(last) = rows.last() else { break };
        from = last.int("idx")?.saturating_add(1);
        for row in &rows {
            let index = frontier.size();
            let id = row.text("id")?;
            let place = format!("act {index} ({id})");
            if u64::try_from(row.int("idx")?).ok() != Some(index) {
                report.damage(&place, format!("the act with this number is missing: the next is {}", row.int("idx")?));
            }
            let bytes = row.blob("leaf")?;
            let hash = sala_log::leaf_hash(bytes);
            if hash != row.bytes32("leaf_hash")? {
                report.damage(&place, "the leaf is not what its hash says: leaf or hash was changed");
            }
            match Leaf::decode(bytes) {
                None => report.damage(&place, "the leaf can't be read"),
                Some(leaf) => {
                    let column = |name: &str| row.text(name).unwrap_or_default().to_owned();
                    let told = (leaf.id.clone(), leaf.kind.clone(), leaf.office.clone().unwrap_or_default(), leaf.actor.clone(), leaf.at.0);
                    if told != (column("id"), column("kind"), column("office"), column("actor"), row.int("at").unwrap_or_default()) {
                        report.damage(&place, "the columns of the act are not what its leaf says");
                    }
                    for (handle, hash) in leaf.state {
                        walk.rows.insert(handle, (index, hash));
                    }
                    *report.kinds.entry(leaf.kind).or_default() += 1;
                    walk.acts.insert(leaf.id, (index, leaf.commit));
                }
            }
            frontier.push(hash);
            walk.hashes.push(hash);
        }
    }
    report.acts = frontier.size();
    report.root = frontier.root();
    match store.frontier().await {
        Ok(committed) if committed == frontier => {}
        Ok(committed) => report.damage(
            "log head",
            format!("the committed head is over {} acts and does not fit the {} acts in the store", committed.size(), frontier.size()),
        ),
        Err(problem) => report.damage("log head", problem.to_string()),
    }
    Ok(walk)
}

/// Each commitment has its opening, and each opening is what was committed.
async fn openings(store: &Store, walk: &Walk, report: &mut Report) -> Result<(), Problem> {
    let mut last = String::new();
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    loop {
        let rows = store
            .fetch("SELECT id, act_id, field, sealed_for, body FROM opening WHERE id > $1 ORDER BY id LIMIT 2000", &[Cell::from(&last)])
            .await?;
        let Some(end) = rows.last() else { break };
        end.text("id")?.clone_into(&mut last);
        for row in &rows {
            let act = row.text("act_id")?.to_owned();
            let place = format!("opening {}", row.text("id")?);
            report.openings += 1;
            let opened = match crate::store::opening_of(row) {
                Ok(Opening::Open { field, salt, value }) => Ok(Some((field, salt, value))),
                Ok(Opening::Sealed { field, holder, body }) => {
                    store.open_sealed(&act, &field, &holder, &body).await.map(|opened| opened.map(|(salt, value)| (field, salt, value)))
                }
                Err(problem) => Err(problem),
            };
            *found.entry(act.clone()).or_default() += 1;
            match opened {
                Err(_) => report.damage(place, "the opening can't be read: it was changed"),
                Ok(None) => report.erased += 1,
                Ok(Some((field, salt, value))) => match walk.acts.get(&act).and_then(|(_, commit)| commit.get(&field)) {
                    None => report.damage(place, "no act committed to it"),
                    Some(committed) if *committed != commitment(&salt, &field, &value) => {
                        report.damage(place, "it is not what the act committed to");
                    }
                    Some(_) => {}
                },
            }
        }
    }
    for (act, (index, commit)) in &walk.acts {
        let have = found.get(act).copied().unwrap_or(0);
        if have < commit.len() {
            report.damage(format!("act {index} ({act})"), format!("{} of its {} openings are missing", commit.len() - have, commit.len()));
        }
    }
    Ok(())
}

/// The root over the first `size` acts, if there are so many.
pub(crate) fn root_of(walk: &Walk, size: u64) -> Option<Hash> {
    root_at(&LeafHashes(&walk.hashes), size).ok()
}
