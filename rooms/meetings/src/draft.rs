//! The draft of a meeting: a document that many write at once (a Yjs document, read and merged by yrs).
//!
//! Two copies are kept. What comes from outside is tried on one first, and taken into the other only when it could be read, lacks
//! nothing and keeps the bounds; otherwise the trial copy is made anew. So whoever sends what is refused changes nothing, whatever the
//! bytes do to their reader.

mod bounds;
mod update;

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use sala_core::entropy::{Entropy, random32};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use yrs::{
    Array, Doc, GetString, Map, MapPrelim, OffsetKind, Options, Out, ReadTxn, StateVector, Text, TextPrelim, Transact, TransactionMut,
    Update, block::ClientID, updates::decoder::Decode, updates::encoder::Encode,
};

pub use self::bounds::{LONGEST_HEADING, LONGEST_NOTE, LONGEST_TEXT, MOST_CLAUSES, MOST_NOTES};

/// Root types of the document.
const CLAUSES: &str = "clauses";
const NOTES: &str = "notes";

/// The most bytes of one update.
pub const LARGEST_UPDATE: usize = 64 * 1024;
/// The most bytes of the whole document, as an update.
pub const LARGEST_DOCUMENT: usize = 2 * 1024 * 1024;
/// An update that changes nothing: no clients, no deletions.
const NOTHING: [u8; 2] = [0, 0];

/// Why an update is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Not an update of a Yjs document.
    #[error("the bytes are no update of a document: {0}")]
    Malformed(String),
    /// It builds on something that this copy does not have; the sender should synchronise.
    #[error("the update builds on others that are not here")]
    Missing,
    /// It or the document would be too large.
    #[error("{what} has {size} bytes; at most {most} are taken")]
    TooLarge {
        /// The update, or the document.
        what: &'static str,
        /// Its bytes.
        size: usize,
        /// The most.
        most: usize,
    },
    /// Something stands in the document that may not, or too much of it.
    #[error("{0}")]
    OutOfBounds(String),
}

/// A clause as it reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Stable id within the draft.
    pub id: String,
    /// Its heading; may be empty.
    pub heading: String,
    /// What it says.
    pub text: String,
}

impl Clause {
    /// SHA-256 of the text in hexadecimal: what an amendment names as its base.
    pub fn text_sha256(&self) -> String {
        hex::encode(Sha256::digest(self.text.as_bytes()))
    }
}

/// A change of the document that the hall itself makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Another text for a clause.
    Change {
        /// The clause.
        clause: String,
        /// What it says from now on.
        text: String,
    },
    /// A further clause, at the end.
    Add(Clause),
    /// Takes a clause out.
    Strike {
        /// The clause.
        clause: String,
    },
}

/// A document with its trial copy.
pub struct Document {
    kept: Doc,
    trial: Doc,
    /// At most so many bytes the document has as an update.
    bytes: usize,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// An empty document under a fresh client id: 32 bits, as Yjs makes them.
fn blank(entropy: &dyn Entropy) -> Doc {
    let random = random32(entropy).first_chunk().map_or(1, |bytes| u32::from_le_bytes(*bytes));
    let options = Options { offset_kind: OffsetKind::Utf16, ..Options::with_client_id(ClientID::new(u64::from(random.max(1)))) };
    let doc = Doc::with_options(options);
    doc.get_or_insert_array(CLAUSES);
    doc.get_or_insert_map(NOTES);
    doc
}

fn decode(update: &[u8]) -> Result<Update, Refusal> {
    Update::decode_v1(update).map_err(|fault| Refusal::Malformed(fault.to_string()))
}

/// Applies an update; what changed, as an update in this program's own words.
fn apply(doc: &Doc, update: &[u8]) -> Result<Vec<u8>, Refusal> {
    let update = decode(update)?;
    let mut txn = doc.transact_mut();
    txn.apply_update(update).map_err(|fault| Refusal::Malformed(fault.to_string()))?;
    let changed = txn.encode_update_v1();
    if txn.has_missing_updates() { Err(Refusal::Missing) } else { Ok(changed) }
}

fn size(doc: &Doc) -> usize {
    doc.transact().encode_state_as_update_v1(&StateVector::default()).len()
}

impl Document {
    /// An empty one.
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { kept: blank(&*entropy), trial: blank(&*entropy), bytes: NOTHING.len(), entropy }
    }

    /// One that holds these clauses, and the update that makes it so.
    pub fn of(clauses: Vec<Clause>, entropy: Arc<dyn Entropy>) -> Result<(Self, Vec<u8>), Refusal> {
        let mut document = Self::new(entropy);
        let mut made = NOTHING.to_vec();
        for clause in clauses {
            let update = document.edit(Edit::Add(clause))?;
            document.keep(&update)?;
        }
        if document.bytes > NOTHING.len() {
            made = document.state();
        }
        Ok((document, made))
    }

    /// Takes what is already kept elsewhere: read from the store, so it may be as large as the document.
    pub fn restore(&mut self, update: &[u8]) -> Result<Vec<u8>, Refusal> {
        // What was taken once is taken again, should its bytes be some more when they are put together in another way.
        self.take_within(update, LARGEST_DOCUMENT * 2, LARGEST_DOCUMENT * 2)
    }

    /// Takes an update from outside. What it changed, if anything, as an update for the others; or why nothing changed.
    pub fn take(&mut self, update: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
        let changed = self.take_within(update, LARGEST_UPDATE, LARGEST_DOCUMENT)?;
        Ok((changed != NOTHING).then_some(changed))
    }

    /// Takes the answer to a question for everything that this copy lacks: one that was away may bring more than one update holds.
    pub fn take_answer(&mut self, update: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
        let changed = self.take_within(update, LARGEST_DOCUMENT, LARGEST_DOCUMENT)?;
        Ok((changed != NOTHING).then_some(changed))
    }

    fn take_within(&mut self, update: &[u8], most: usize, most_in_all: usize) -> Result<Vec<u8>, Refusal> {
        if update.len() > most {
            return Err(Refusal::TooLarge { what: "the update", size: update.len(), most });
        }
        if update == NOTHING {
            return Ok(NOTHING.to_vec());
        }
        update::check(update)?;
        let tried = catch_unwind(AssertUnwindSafe(|| {
            let changed = apply(&self.trial, update)?;
            if changed == NOTHING {
                return Ok((changed, self.bytes));
            }
            bounds::check(&self.trial)?;
            let bytes = self.grown(changed.len(), most_in_all)?;
            Ok((changed, bytes))
        }));
        match tried {
            Ok(Ok((changed, bytes))) => {
                if changed != NOTHING {
                    apply(&self.kept, &changed)?;
                    self.bytes = bytes;
                }
                Ok(changed)
            }
            Ok(Err(refusal)) => {
                self.renew_trial()?;
                Err(refusal)
            }
            Err(_) => {
                self.renew_trial()?;
                Err(Refusal::Malformed("its reader gave up on it".into()))
            }
        }
    }

    /// Makes a change on the trial copy and gives it as an update; [`Document::keep`] takes it, [`Document::forget`] does not.
    pub fn edit(&mut self, edit: Edit) -> Result<Vec<u8>, Refusal> {
        let made = change(&self.trial, edit).and_then(|update| {
            bounds::check(&self.trial)?;
            self.grown(update.len(), LARGEST_DOCUMENT)?;
            Ok(update)
        });
        if made.is_err() {
            self.renew_trial()?;
        }
        made
    }

    /// The size of the trial copy after a change of so many bytes: a sum of updates is an upper bound; the exact size is only asked for
    /// when that is too much.
    fn grown(&self, by: usize, most: usize) -> Result<usize, Refusal> {
        let mut bytes = self.bytes.saturating_add(by);
        if bytes > most {
            bytes = size(&self.trial);
        }
        if bytes > most { Err(Refusal::TooLarge { what: "the document", size: bytes, most }) } else { Ok(bytes) }
    }

    /// Takes a change that [`Document::edit`] made.
    pub fn keep(&mut self, update: &[u8]) -> Result<(), Refusal> {
        apply(&self.kept, update)?;
        self.bytes = self.bytes.saturating_add(update.len());
        Ok(())
    }

    /// Drops a change that [`Document::edit`] made.
    pub fn forget(&mut self) -> Result<(), Refusal> {
        self.renew_trial()
    }

    fn renew_trial(&mut self) -> Result<(), Refusal> {
        let trial = blank(&*self.entropy);
        apply(&trial, &self.state())?;
        self.trial = trial;
        Ok(())
    }

    /// The whole document as one update.
    pub fn state(&self) -> Vec<u8> {
        self.kept.transact().encode_state_as_update_v1(&StateVector::default())
    }

    /// What this copy has, for the first step of the protocol.
    pub fn state_vector(&self) -> Vec<u8> {
        self.kept.transact().state_vector().encode_v1()
    }

    /// What another copy lacks that says what it has.
    pub fn lacking(&self, state_vector: &[u8]) -> Result<Vec<u8>, Refusal> {
        update::check_vector(state_vector)?;
        let has = catch_unwind(|| StateVector::decode_v1(state_vector)).map_err(|_| Refusal::Malformed("a state vector".into()))?;
        let has = has.map_err(|fault| Refusal::Malformed(fault.to_string()))?;
        Ok(self.kept.transact().encode_state_as_update_v1(&has))
    }

    /// The clauses in their order.
    pub fn clauses(&self) -> Vec<Clause> {
        let txn = self.kept.transact();
        let Some(clauses) = txn.get_array(CLAUSES) else { return vec![] };
        clauses.iter(&txn).filter_map(|out| read(&txn, &out)).collect()
    }

    /// One clause.
    pub fn clause(&self, id: &str) -> Option<Clause> {
        self.clauses().into_iter().find(|clause| clause.id == id)
    }
}

fn text_at<T: ReadTxn>(txn: &T, map: &yrs::MapRef, key: &str) -> Option<String> {
    match map.get(txn, key)? {
        Out::YText(text) => Some(text.get_string(txn)),
        Out::Any(yrs::Any::String(text)) => Some(text.to_string()),
        _ => None,
    }
}

fn read<T: ReadTxn>(txn: &T, out: &Out) -> Option<Clause> {
    let Out::YMap(map) = out else { return None };
    Some(Clause { id: text_at(txn, map, "id")?, heading: text_at(txn, map, "heading")?, text: text_at(txn, map, "text")? })
}

fn change(doc: &Doc, edit: Edit) -> Result<Vec<u8>, Refusal> {
    let clauses = doc.get_or_insert_array(CLAUSES);
    let mut txn = doc.transact_mut();
    let find = |txn: &TransactionMut<'_>, id: &str| {
        let all: Vec<Out> = clauses.iter(txn).collect();
        let place = all.iter().position(|out| read(txn, out).is_some_and(|clause| clause.id == id));
        let place = place.ok_or_else(|| Refusal::OutOfBounds(format!("there is no clause {id}")))?;
        Ok::<_, Refusal>((u32::try_from(place).unwrap_or(u32::MAX), all.into_iter().nth(place)))
    };
    match edit {
        Edit::Add(clause) => {
            let mut map = MapPrelim::default();
            map.insert("id".into(), yrs::In::Any(clause.id.into()));
            map.insert("heading".into(), yrs::In::from(TextPrelim::new(clause.heading)));
            map.insert("text".into(), yrs::In::from(TextPrelim::new(clause.text)));
            let end = clauses.len(&txn);
            clauses.insert(&mut txn, end, map);
        }
        Edit::Strike { clause } => {
            let (place, _) = find(&txn, &clause)?;
            clauses.remove(&mut txn, place);
        }
        Edit::Change { clause, text } => {
            let (_, Some(Out::YMap(map))) = find(&txn, &clause)? else { return Err(Refusal::OutOfBounds("no clause".into())) };
            let Some(Out::YText(body)) = map.get(&txn, "text") else { return Err(Refusal::OutOfBounds("no text".into())) };
            let before = body.get_string(&txn);
            let (kept, removed, added) = between(&before, &text);
            body.remove_range(&mut txn, kept, removed);
            body.insert(&mut txn, kept, added);
        }
    }
    Ok(txn.encode_update_v1())
}

/// The middle in which two texts differ: UTF-16 units that stay before it, that go, and what comes. Whoever writes elsewhere in the
/// clause keeps their place.
fn between<'t>(before: &str, after: &'t str) -> (u32, u32, &'t str) {
    let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let head: usize =
        before.chars().zip(after.chars()).take_while(|(left, right)| left == right).map(|(letter, _)| letter.len_utf8()).sum();
    let (rest, new) = (before.get(head..).unwrap_or_default(), after.get(head..).unwrap_or_default());
    let tail: usize =
        rest.chars().rev().zip(new.chars().rev()).take_while(|(left, right)| left == right).map(|(letter, _)| letter.len_utf8()).sum();
    let gone = rest.get(..rest.len() - tail).unwrap_or_default();
    let come = new.get(..new.len() - tail).unwrap_or_default();
    (units(before.get(..head).unwrap_or_default()), units(gone), come)
}

#[cfg(test)]
mod tests;
