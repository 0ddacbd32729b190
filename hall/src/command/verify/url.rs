//! Checking a hall from outside: only its public files and openings, with nothing believed that the log does not show.

use std::{cell::RefCell, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use sala_core::{
    act::{Leaf, commitment},
    cbor::Value,
    problem::{INVALID, Problem, STORAGE},
    verify::{Damage, Report},
};
use sala_log::{
    Frontier, Hash, LeafHashes, Note, Policy,
    tile::{encode_entries, entries_tiles_for, parse_entries, tiles_for},
};

use super::{Checked, VerifyOptions, read_note, read_policy};
use crate::remote::{agent, get};

struct Hall {
    base: String,
    agent: ureq::Agent,
}

impl Hall {
    fn bytes(&self, path: &str) -> Result<Vec<u8>, Problem> {
        let url = format!("{}{path}", self.base);
        // A public hall limits how often one address may ask; an auditor can wait.
        for _ in 0..30 {
            let answer = get(&self.agent, &url).map_err(|fault| STORAGE.problem().because(fault))?;
            match answer.status {
                200 => return Ok(answer.body),
                429 => std::thread::sleep(std::time::Duration::from_secs(answer.retry_after_s.unwrap_or(1).min(60))),
                status => return Err(STORAGE.problem().because(format!("{url} answered {status}"))),
            }
        }
        Err(STORAGE.problem().because(format!("{url} is too busy")))
    }

    fn json(&self, path: &str) -> Result<serde_json::Value, Problem> {
        serde_json::from_slice(&self.bytes(path)?).map_err(|fault| STORAGE.problem().because(format!("{path}: {fault}")))
    }
}

pub(super) async fn check(url: &str, options: &VerifyOptions) -> Result<Checked, Problem> {
    let hall = Hall { base: url.trim_end_matches('/').to_owned(), agent: agent() };
    let policy = options.policy.as_deref().map(Path::to_owned);
    let earlier = read_note(options.earlier.as_ref())?;
    let openings = options.openings;
    tokio::task::spawn_blocking(move || walk(&hall, policy.as_deref(), earlier.as_ref(), openings))
        .await
        .map_err(|fault| STORAGE.problem().because(fault))?
}

fn walk(hall: &Hall, policy: Option<&Path>, earlier: Option<&Note>, newest: usize) -> Result<Checked, Problem> {
    let policy = if let Some(path) = policy {
        read_policy(path)?
    } else {
        let told = hall.json("/api/v1/log")?;
        let text = told.get("policy").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        Policy::parse(text.as_bytes()).map_err(|fault| INVALID.problem().at("the hall's policy", fault.to_string()))?
    };
    let log_key = policy.log_keys().into_iter().next().ok_or_else(|| INVALID.problem().at("policy", "it names no log"))?;
    let report = RefCell::new(Report::default());
    let damage = |place: String, what: String| report.borrow_mut().damages.push(Damage { place, what });
    let note_text =
        String::from_utf8(hall.bytes("/log/checkpoint")?).map_err(|_| STORAGE.problem().because("the checkpoint is not text"))?;
    let checked = Note::parse(note_text.as_bytes()).and_then(|note| policy.check(&note, &log_key));
    let witnesses_wanted = policy.witnesses().len();
    let checkpoint = match checked {
        Ok(witnessed) => {
            let mut report = report.borrow_mut();
            for witness in policy.witnesses() {
                if witnessed.signatures().iter().any(|signature| *signature.key() == witness.key) {
                    report.witnesses.push(witness.name.clone());
                }
            }
            witnessed.checkpoint().clone()
        }
        Err(fault) => {
            damage("checkpoint".into(), fault.to_string());
            return Ok(Checked { report: report.into_inner(), note: None, witnesses_wanted });
        }
    };
    let mut hashes: Vec<Hash> = vec![];
    let mut frontier = Frontier::new();
    let mut recent: Vec<Leaf> = vec![];
    for tile in entries_tiles_for(0, checkpoint.size) {
        let bytes = hall.bytes(&format!("/log/{}", tile.path()))?;
        report.borrow_mut().tiles += 1;
        let Ok(entries) = parse_entries(&bytes) else {
            damage(tile.path(), "it can't be read".into());
            continue;
        };
        if encode_entries(entries.iter().copied()).ok().as_deref() != Some(&bytes) || entries.len() != usize::from(tile.width) {
            damage(tile.path(), "it does not hold the entries that its name says".into());
        }
        for entry in entries {
            let hash = sala_log::leaf_hash(entry);
            match Leaf::decode(entry) {
                Some(leaf) => {
                    *report.borrow_mut().kinds.entry(leaf.kind.clone()).or_default() += 1;
                    recent.push(leaf);
                }
                None => damage(format!("act {}", hashes.len()), "the leaf can't be read".into()),
            }
            hashes.push(hash);
            frontier.push(hash);
        }
        // Only the newest are asked for their openings.
        let surplus = recent.len().saturating_sub(newest);
        recent.drain(..surplus);
    }
    for tile in tiles_for(0, checkpoint.size) {
        report.borrow_mut().tiles += 1;
        let expected = tile.contents(&LeafHashes(&hashes)).ok();
        if expected != Some(hall.bytes(&format!("/log/{}", tile.path()))?) {
            damage(tile.path(), "it is not what the entries give".into());
        }
    }
    if (frontier.size(), frontier.root()) != (checkpoint.size, checkpoint.root) {
        damage("checkpoint".into(), "its root is not that of the published entries".into());
    }
    if let Some(earlier) = earlier {
        match policy.check(earlier, &log_key) {
            Err(fault) => damage("earlier head".into(), fault.to_string()),
            Ok(seen) if sala_log::root_at(&LeafHashes(&hashes), seen.checkpoint().size).ok() != Some(seen.checkpoint().root) => {
                damage(
                    "earlier head".into(),
                    "the log does not continue the head that was seen before: the history was forked or cut".into(),
                );
            }
            Ok(_) => {}
        }
    }
    for leaf in recent.iter().filter(|leaf| !leaf.commit.is_empty()) {
        openings(hall, leaf, &report)?;
    }
    let mut report = report.into_inner();
    (report.acts, report.published, report.root) = (frontier.size(), checkpoint.size, frontier.root());
    Ok(Checked { report, note: Some(note_text), witnesses_wanted })
}

/// The public openings of one act are what it committed to.
fn openings(hall: &Hall, leaf: &Leaf, report: &RefCell<Report>) -> Result<(), Problem> {
    let act = hall.json(&format!("/api/v1/acts/{}", leaf.id))?;
    for opening in act.get("openings").and_then(serde_json::Value::as_array).into_iter().flatten() {
        let text = |key: &str| opening.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        let field = text("field");
        let salt: Option<[u8; 32]> = hex::decode(text("salt")).ok().and_then(|salt| salt.try_into().ok());
        let value = STANDARD.decode(text("cbor")).ok().and_then(|cbor| Value::decode(&cbor).ok());
        let is_good = match (salt, value) {
            (Some(salt), Some(value)) => leaf.commit.get(field) == Some(&commitment(&salt, field, &value)),
            _ => false,
        };
        let mut report = report.borrow_mut();
        report.openings += 1;
        if !is_good {
            report
                .damages
                .push(Damage { place: format!("opening {}/{field}", leaf.id), what: "it is not what the act committed to".into() });
        }
    }
    Ok(())
}
