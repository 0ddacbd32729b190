//! What may stand in a draft, and how much of it. Nothing else: no formats, no embedded things, no fields that nobody reads.

use std::collections::BTreeSet;

use yrs::{
    Any, Array, ArrayRef, Doc, Map, MapRef, Number, Out, ReadTxn, Text, TextRef, Transact,
    branch::{Branch, BranchPtr},
    types::text::YChange,
};

use super::{CLAUSES, NOTES, Refusal};

/// The most clauses.
pub const MOST_CLAUSES: u32 = 200;
/// The longest heading, in UTF-16 units as Yjs counts.
pub const LONGEST_HEADING: u32 = 200;
/// The longest text of a clause, likewise.
pub const LONGEST_TEXT: u32 = 20_000;
/// The most notes on the board.
pub const MOST_NOTES: u32 = 100;
/// The longest note, in UTF-16 units.
pub const LONGEST_NOTE: u32 = 500;
/// The longest id of a clause or a note, in bytes.
const LONGEST_ID: usize = 40;
/// Where notes lie on the board: per mille of its width and height.
const WIDEST: f64 = 1_000.0;
const COLOURS: f64 = 5.0;

fn refused<T>(what: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::OutOfBounds(what.into()))
}

/// Is the document within its bounds?
pub(super) fn check(doc: &Doc) -> Result<(), Refusal> {
    let txn = doc.transact();
    for (name, _) in txn.root_refs() {
        if name != CLAUSES && name != NOTES {
            return refused(format!("the document has no part `{name}`"));
        }
    }
    let (Some(clauses), Some(notes)) = (txn.get_array(CLAUSES), txn.get_map(NOTES)) else { return refused("the document lacks a part") };
    // A shared type can be written as a list and as a map at once; only one of both is read.
    require_no_fields(&txn, clauses.as_ref())?;
    require_no_items(&txn, notes.as_ref())?;
    if clauses.len(&txn) > MOST_CLAUSES {
        return refused(format!("a draft has at most {MOST_CLAUSES} clauses"));
    }
    let mut ids = BTreeSet::new();
    for out in clauses.iter(&txn) {
        let Out::YMap(clause) = out else { return refused("a clause is a map") };
        fields(&txn, &clause, &["id", "heading", "text"])?;
        let Some(Out::Any(Any::String(id))) = clause.get(&txn, "id") else { return refused("the id of a clause is a text") };
        require_id(&id)?;
        if !ids.insert(id.to_string()) {
            return refused(format!("two clauses have the id {id}"));
        }
        text(&txn, &clause, "heading", LONGEST_HEADING)?;
        text(&txn, &clause, "text", LONGEST_TEXT)?;
    }
    if notes.len(&txn) > MOST_NOTES {
        return refused(format!("a board has at most {MOST_NOTES} notes"));
    }
    for (id, out) in notes.iter(&txn) {
        let Out::YMap(note) = out else { return refused("a note is a map") };
        require_id(id)?;
        fields(&txn, &note, &["x", "y", "colour", "text"])?;
        number(&txn, &note, "x", WIDEST)?;
        number(&txn, &note, "y", WIDEST)?;
        number(&txn, &note, "colour", COLOURS)?;
        text(&txn, &note, "text", LONGEST_NOTE)?;
    }
    Ok(())
}

fn require_id(id: &str) -> Result<(), Refusal> {
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if is_plain && (1..=LONGEST_ID).contains(&id.len()) {
        Ok(())
    } else {
        refused(format!("an id has 1 to {LONGEST_ID} of A-Z, a-z, 0-9, _ and -"))
    }
}

/// Exactly these fields.
fn fields<T: ReadTxn>(txn: &T, map: &MapRef, names: &[&str]) -> Result<(), Refusal> {
    require_no_items(txn, map.as_ref())?;
    let count = usize::try_from(map.len(txn)).unwrap_or(usize::MAX);
    if count != names.len() || !names.iter().all(|name| map.contains_key(txn, name)) {
        return refused(format!("expected the fields {}", names.join(", ")));
    }
    Ok(())
}

fn require_no_fields<T: ReadTxn>(txn: &T, branch: &Branch) -> Result<(), Refusal> {
    if MapRef::from(BranchPtr::from(branch)).len(txn) == 0 { Ok(()) } else { refused("a list or text has no fields") }
}

fn require_no_items<T: ReadTxn>(txn: &T, branch: &Branch) -> Result<(), Refusal> {
    if ArrayRef::from(BranchPtr::from(branch)).len(txn) == 0 { Ok(()) } else { refused("a map has no list") }
}

fn text<T: ReadTxn>(txn: &T, map: &MapRef, name: &str, most: u32) -> Result<(), Refusal> {
    let Some(Out::YText(text)) = map.get(txn, name) else { return refused(format!("`{name}` is a text")) };
    if text.len(txn) > most {
        return refused(format!("`{name}` has at most {most} characters"));
    }
    plain(txn, &text, name)
}

/// Letters only, without format.
fn plain<T: ReadTxn>(txn: &T, text: &TextRef, name: &str) -> Result<(), Refusal> {
    require_no_fields(txn, text.as_ref())?;
    for part in text.diff(txn, YChange::identity) {
        if part.attributes.is_some_and(|marks| !marks.is_empty()) {
            return refused(format!("`{name}` has no formats"));
        }
        let Out::Any(Any::String(letters)) = part.insert else { return refused(format!("`{name}` holds letters only")) };
        if letters.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
            return refused(format!("`{name}` has a control character"));
        }
    }
    Ok(())
}

fn number<T: ReadTxn>(txn: &T, map: &MapRef, name: &str, most: f64) -> Result<(), Refusal> {
    let given = match map.get(txn, name) {
        Some(Out::Any(Any::Number(Number::Float(number)))) => number,
        Some(Out::Any(Any::Number(Number::Int(number)))) => i32::try_from(number).map_or(f64::NAN, f64::from),
        _ => f64::NAN,
    };
    if (0.0..=most).contains(&given) && given.fract() == 0.0 {
        Ok(())
    } else {
        refused(format!("`{name}` is a whole number from 0 to {most}"))
    }
}
