//! The act: the public trace of a change. Its leaf is what the transparency log holds.
//!
//! Leaf = deterministic CBOR of `{v, id, kind, at, actor, office?, behalf?, authority, policy?, trace?, public, commit, state, refs}`.
//! `public` holds facts that name no person. Everything else is committed, each field by itself:
//! SHA-256("sala/commit/v1" ‖ salt32 ‖ u16(len field) ‖ field ‖ cbor(value)); so one field can be opened without the others.
//! `state` binds every row that the act wrote: `[row, hash]`, or `[row, null]` for a removal (see `store::row`).

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::{
    cbor::Value,
    ctx::Ctx,
    problem::{INVALID, Problem},
    time::Timestamp,
};

/// Version of the leaf format.
pub const LEAF_VERSION: i64 = 1;

/// The most bytes that a leaf may have (C2SP tlog-tiles gives an entry a 16-bit length).
pub const MAX_LEAF_BYTES: usize = 65_535;

/// A kind of act. Stands in docs/acts.md.
#[derive(Debug, PartialEq, Eq)]
pub struct ActKind {
    /// `<noun>.<verb>`, stable.
    pub kind: &'static str,
    /// The room that performs it.
    pub room: &'static str,
    /// Title in Thai.
    pub th: &'static str,
    /// Title in English.
    pub en: &'static str,
    /// What it means, in Thai.
    pub meaning_th: &'static str,
    /// What it means, in English.
    pub meaning_en: &'static str,
}

/// Declares the kinds of acts of a room and the list `ACTS` of them all:
/// `act_kinds! { "measures": /// doc … STOP = "measure.stop", "<Thai>", "<English>", "<meaning in Thai>", "<meaning in English>"; … }`.
#[macro_export]
macro_rules! act_kinds {
    ($room:literal: $($(#[$doc:meta])* $name:ident = $kind:literal, $th:literal, $en:literal, $meaning_th:literal, $meaning_en:literal;)*) => {
        $($(#[$doc])* pub const $name: $crate::act::ActKind = $crate::act::ActKind {
            kind: $kind, room: $room, th: $th, en: $en, meaning_th: $meaning_th, meaning_en: $meaning_en,
        };)*
        /// Every kind of act of this room.
        pub const ACTS: &[&$crate::act::ActKind] = &[$(&$name),*];
    };
}

/// A field that is committed in the leaf.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Committed {
    pub(crate) field: String,
    pub(crate) value: Value,
    /// Sealed with this person's key; `None`: the opening is public.
    pub(crate) sealed_for: Option<String>,
}

/// An act in the making.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(crate) kind: &'static ActKind,
    pub(crate) authority: String,
    pub(crate) policy: Option<[u8; 32]>,
    pub(crate) public: BTreeMap<String, Value>,
    pub(crate) committed: Vec<Committed>,
    pub(crate) refs: Vec<String>,
    pub(crate) office: Option<String>,
}

impl Draft {
    /// An act of `kind` under `authority`: the law, rule, decision or mandate that allows it, in words that a citizen can look up.
    pub fn new(kind: &'static ActKind, authority: impl Into<String>) -> Self {
        Self { kind, authority: authority.into(), policy: None, public: BTreeMap::new(), committed: vec![], refs: vec![], office: None }
    }

    /// A fact in the leaf itself, readable by all for ever. Never anything about a person.
    pub fn public(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.add_public(name, value);
        self
    }

    /// See [`Draft::public`].
    pub fn add_public(&mut self, name: &str, value: impl Into<Value>) {
        self.public.insert(name.to_owned(), value.into());
    }

    /// A committed field whose opening anyone may have: large evidence, such as the inputs of a decision.
    pub fn open(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.add_open(field, value);
        self
    }

    /// See [`Draft::open`].
    pub fn add_open(&mut self, field: &str, value: impl Into<Value>) {
        self.committed.push(Committed { field: field.to_owned(), value: value.into(), sealed_for: None });
    }

    /// A committed field about a person: value and salt are encrypted with the person's key and die with it.
    pub fn sealed(mut self, person: &str, field: &str, value: impl Into<Value>) -> Self {
        self.committed.push(Committed { field: field.to_owned(), value: value.into(), sealed_for: Some(person.to_owned()) });
        self
    }

    /// Refers to another act, case, measure, run, series: its id.
    pub fn refers(mut self, id: impl Into<String>) -> Self {
        self.add_ref(id);
        self
    }

    /// See [`Draft::refers`].
    pub fn add_ref(&mut self, id: impl Into<String>) {
        self.refs.push(id.into());
    }

    /// The office that answers for the act, when no officer does it: the owner of a measure that acts by itself.
    pub fn office(mut self, office: impl Into<String>) -> Self {
        self.office = Some(office.into());
        self
    }

    /// The hash of the policy or measure version under which the act is done.
    pub fn policy(mut self, hash: [u8; 32]) -> Self {
        self.policy = Some(hash);
        self
    }
}

/// The committed field that holds the sender's signature over the request, sealed for the sender.
pub const SIGNATURE: &str = "signature";
/// The public fact that an act was signed: true, or `demo`.
pub const SIGNED: &str = "signed";

/// The public fact under which set of policies an act was allowed: its hash, as the act `policy.publish` tells it.
pub const POLICY_SET: &str = "policy_set";
/// The public fact which policies of that set permitted the act: their ids.
pub const ALLOWED_BY: &str = "allowed_by";

const MAX_REASON_CHARS: usize = 1_000;

/// A reason as it is recorded: without space around it, 1–1,000 characters.
pub fn reason(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if (1..=MAX_REASON_CHARS).contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    Err(INVALID
        .problem()
        .detail("ต้องระบุเหตุผล ไม่เกิน 1,000 ตัวอักษร", "A reason of at most 1,000 characters is needed")
        .at("/reason", "expected 1–1000 characters"))
}

/// The commitment to one field. `salt` is 32 random bytes, used once.
pub fn commitment(salt: &[u8; 32], field: &str, value: &Value) -> [u8; 32] {
    let length = u16::try_from(field.len()).unwrap_or(u16::MAX);
    Sha256::new()
        .chain_update(b"sala/commit/v1")
        .chain_update(salt)
        .chain_update(length.to_be_bytes())
        .chain_update(field.as_bytes())
        .chain_update(value.encode())
        .finalize()
        .into()
}

/// A leaf, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Id of the act.
    pub id: String,
    /// Kind of the act.
    pub kind: String,
    /// When it was done.
    pub at: Timestamp,
    /// Who did it, by public name.
    pub actor: String,
    /// In which office.
    pub office: Option<String>,
    /// For whom.
    pub behalf: Option<String>,
    /// What allowed it.
    pub authority: String,
    /// Hash of the policy or measure version.
    pub policy: Option<[u8; 32]>,
    /// W3C traceparent of the request.
    pub trace: Option<String>,
    /// Public facts.
    pub public: BTreeMap<String, Value>,
    /// Field → commitment.
    pub commit: BTreeMap<String, [u8; 32]>,
    /// Rows written (`Some`) or removed (`None`).
    pub state: Vec<([u8; 32], Option<[u8; 32]>)>,
    /// Ids that the act refers to.
    pub refs: Vec<String>,
}

impl Leaf {
    /// The leaf of a draft, which it empties: what the actor of `ctx` did, with the given commitments and row bindings.
    pub(crate) fn of(
        ctx: &Ctx,
        id: String,
        draft: &mut Draft,
        commit: BTreeMap<String, [u8; 32]>,
        state: Vec<([u8; 32], Option<[u8; 32]>)>,
    ) -> Self {
        Self {
            id,
            kind: draft.kind.kind.to_owned(),
            at: ctx.now,
            actor: ctx.actor_name(),
            office: ctx.office().map(str::to_owned).or_else(|| draft.office.take()),
            behalf: ctx.behalf.as_ref().map(|behalf| behalf.principal.clone()),
            authority: std::mem::take(&mut draft.authority),
            policy: draft.policy,
            trace: ctx.traceparent.clone(),
            public: std::mem::take(&mut draft.public),
            commit,
            state,
            refs: std::mem::take(&mut draft.refs),
        }
    }

    /// The bytes that go into the log.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = BTreeMap::from([
            ("v".to_owned(), Value::Int(LEAF_VERSION)),
            ("id".to_owned(), self.id.as_str().into()),
            ("kind".to_owned(), self.kind.as_str().into()),
            ("at".to_owned(), Value::Int(self.at.0)),
            ("actor".to_owned(), self.actor.as_str().into()),
            ("authority".to_owned(), self.authority.as_str().into()),
            ("public".to_owned(), Value::Map(self.public.clone())),
            ("commit".to_owned(), Value::Map(self.commit.iter().map(|(field, hash)| (field.clone(), (*hash).into())).collect())),
            (
                "state".to_owned(),
                Value::Array(self.state.iter().map(|(row, hash)| Value::Array(vec![(*row).into(), (*hash).into()])).collect()),
            ),
            ("refs".to_owned(), Value::Array(self.refs.iter().map(|id| id.as_str().into()).collect())),
        ]);
        for (key, value) in [("office", &self.office), ("behalf", &self.behalf), ("trace", &self.trace)] {
            if let Some(text) = value {
                map.insert(key.to_owned(), text.as_str().into());
            }
        }
        if let Some(hash) = self.policy {
            map.insert("policy".to_owned(), hash.into());
        }
        Value::Map(map).encode()
    }

    /// Reads a leaf. `None` when the bytes are not one that Sala writes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let Value::Map(mut map) = Value::decode(bytes).ok()? else { return None };
        let mut text = |key: &str| match map.remove(key) {
            Some(Value::Text(text)) => Some(Some(text)),
            None => Some(None),
            Some(_) => None,
        };
        let (id, kind, actor, authority) = (text("id")??, text("kind")??, text("actor")??, text("authority")??);
        let (office, behalf, trace) = (text("office")?, text("behalf")?, text("trace")?);
        let (Value::Int(LEAF_VERSION), Value::Int(at)) = (map.remove("v")?, map.remove("at")?) else { return None };
        let policy = map.remove("policy").map(|value| bytes32(&value).ok_or(())).transpose().ok()?;
        let Value::Map(public) = map.remove("public")? else { return None };
        let Value::Map(commit) = map.remove("commit")? else { return None };
        let Value::Array(state) = map.remove("state")? else { return None };
        let Value::Array(refs) = map.remove("refs")? else { return None };
        if !map.is_empty() {
            return None;
        }
        Some(Self {
            id,
            kind,
            at: Timestamp(at),
            actor,
            office,
            behalf,
            authority,
            policy,
            trace,
            public,
            commit: commit.into_iter().map(|(field, hash)| Some((field, bytes32(&hash)?))).collect::<Option<_>>()?,
            state: state.into_iter().map(row_binding).collect::<Option<_>>()?,
            refs: refs
                .into_iter()
                .map(|id| match id {
                    Value::Text(id) => Some(id),
                    _ => None,
                })
                .collect::<Option<_>>()?,
        })
    }
}

fn bytes32(value: &Value) -> Option<[u8; 32]> {
    match value {
        Value::Bytes(bytes) => bytes.as_slice().try_into().ok(),
        _ => None,
    }
}

fn row_binding(value: Value) -> Option<([u8; 32], Option<[u8; 32]>)> {
    let Value::Array(pair) = value else { return None };
    match pair.as_slice() {
        [row, Value::Null] => Some((bytes32(row)?, None)),
        [row, hash] => Some((bytes32(row)?, Some(bytes32(hash)?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf() -> Leaf {
        Leaf {
            id: "act_01".into(),
            kind: "lever.move".into(),
            at: Timestamp(1),
            actor: "system:measures/1".into(),
            office: Some("traffic".into()),
            behalf: None,
            authority: "Road Traffic Act s. 139".into(),
            policy: Some([7; 32]),
            trace: None,
            public: BTreeMap::from([("to".to_owned(), Value::Int(3))]),
            commit: BTreeMap::from([("inputs".to_owned(), [9; 32])]),
            state: vec![([1; 32], Some([2; 32])), ([3; 32], None)],
            refs: vec!["run_01".into()],
        }
    }

    #[test]
    fn a_leaf_reads_back_as_it_was_written() {
        assert_eq!(Leaf::decode(&leaf().encode()), Some(leaf()));
    }

    #[test]
    fn a_leaf_with_an_unknown_field_is_refused() {
        let Value::Map(mut map) = Value::decode(&leaf().encode()).unwrap() else { panic!("a leaf is a map") };
        map.insert("extra".into(), Value::Null);
        assert_eq!(Leaf::decode(&Value::Map(map).encode()), None);
    }

    #[test]
    fn a_commitment_depends_on_salt_field_and_value() {
        let base = commitment(&[0; 32], "a", &Value::Int(1));
        assert_ne!(base, commitment(&[1; 32], "a", &Value::Int(1)));
        assert_ne!(base, commitment(&[0; 32], "b", &Value::Int(1)));
        assert_ne!(base, commitment(&[0; 32], "a", &Value::Int(2)));
    }
}
