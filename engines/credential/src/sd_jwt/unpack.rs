//! Putting disclosed claims in their places (RFC 9901 §7.1, step 3 on).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Disclosure, HashAlgorithm, Place};
use crate::{
    CredentialError,
    claims_path::{ClaimsPath, PathStep},
};

/// Disclosures may nest, so that the depth of one JSON text bounds nothing.
const MAX_DEPTH: usize = 64;

pub(super) struct Unpacked {
    pub(super) claims: Map<String, Value>,
    pub(super) places: Vec<Place>,
    pub(super) hash: HashAlgorithm,
}

/// The claims of the payload with what the disclosures disclose. Each disclosure must be referred to exactly once, and no digest may stand
/// anywhere twice, be it disclosed or not.
pub(super) fn unpack(mut payload: Map<String, Value>, disclosures: &[Disclosure]) -> Result<Unpacked, CredentialError> {
    let hash = HashAlgorithm::of(payload.remove("_sd_alg").as_ref())?;
    let mut by_digest = BTreeMap::new();
    for (index, disclosure) in disclosures.iter().enumerate() {
        if by_digest.insert(hash.digest(disclosure.as_str()), (index, disclosure)).is_some() {
            return Err(wrong("one is there twice"));
        }
    }
    let mut walk = Walk { by_digest, seen: BTreeSet::new(), places: Vec::new() };
    let claims = walk.object(payload, None, 0)?;
    if walk.places.len() != disclosures.len() {
        return Err(wrong("one belongs to no digest"));
    }
    Ok(Unpacked { claims, places: walk.places, hash })
}

fn wrong(reason: &'static str) -> CredentialError {
    CredentialError::Disclosure { reason }
}

struct Walk<'a> {
    by_digest: BTreeMap<String, (usize, &'a Disclosure)>,
    seen: BTreeSet<String>,
    places: Vec<Place>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, value: Value, path: &ClaimsPath, depth: usize) -> Result<Value, CredentialError> {
        if depth > MAX_DEPTH {
            return Err(wrong("they nest more than 64 deep"));
        }
        match value {
            Value::Object(object) => self.object(object, Some(path), depth).map(Value::Object),
            Value::Array(array) => self.array(array, path, depth).map(Value::Array),
            plain => Ok(plain),
        }
    }

    fn object(
        &mut self,
        mut object: Map<String, Value>,
        path: Option<&ClaimsPath>,
        depth: usize,
    ) -> Result<Map<String, Value>, CredentialError> {
        let digests = match object.remove("_sd") {
            None => Vec::new(),
            Some(Value::Array(digests)) => digests,
            Some(_) => return Err(wrong("an _sd is not an array")),
        };
        if object.contains_key("...") {
            return Err(wrong("a \"...\" stands where no element of an array is"));
        }
        let below = |name: &str| {
            let step = PathStep::Name(name.to_owned());
            path.map_or_else(|| ClaimsPath::name(name), |path| path.join(step))
        };
        let mut unpacked = Map::new();
        let mut disclosed = Vec::new();
        for digest in digests {
            let Some((index, disclosure)) = self.find(digest)? else { continue };
            let name = disclosure.name().ok_or(wrong("one without a name belongs to a digest of an object"))?;
            if object.contains_key(name) || disclosed.iter().any(|(_, other, _): &(usize, &str, &Value)| *other == name) {
                return Err(wrong("one has the name of a claim that is there already"));
            }
            disclosed.push((index, name, disclosure.value()));
        }
        for (name, value) in object {
            let value = self.value(value, &below(&name), depth + 1)?;
            unpacked.insert(name, value);
        }
        for (index, name, value) in disclosed {
            let path = below(name);
            let value = self.value(value.clone(), &path, depth + 1)?;
            self.places.push(Place { path, disclosure: index });
            unpacked.insert(name.to_owned(), value);
        }
        Ok(unpacked)
    }

    fn array(&mut self, array: Vec<Value>, path: &ClaimsPath, depth: usize) -> Result<Vec<Value>, CredentialError> {
        let mut unpacked = Vec::new();
        for element in array {
            let path = path.join(PathStep::Index(unpacked.len()));
            let value = match element {
                Value::Object(mut object) if object.contains_key("...") => {
                    let digest = object.remove("...").unwrap_or_default();
                    if !object.is_empty() {
                        return Err(wrong("a \"...\" does not stand alone"));
                    }
                    let Some((index, disclosure)) = self.find(digest)? else { continue };
                    if disclosure.name().is_some() {
                        return Err(wrong("one with a name belongs to a digest of an array"));
                    }
                    self.places.push(Place { path: path.clone(), disclosure: index });
                    disclosure.value().clone()
                }
                plain => plain,
            };
            let value = self.value(value, &path, depth + 1)?;
            unpacked.push(value);
        }
        Ok(unpacked)
    }

    /// The disclosure behind a digest, which must be new; a digest without one is a decoy or was not disclosed.
    fn find(&mut self, digest: Value) -> Result<Option<(usize, &'a Disclosure)>, CredentialError> {
        let Value::String(digest) = digest else {
            return Err(wrong("a digest is not a text"));
        };
        let found = self.by_digest.get(&digest).copied();
        if self.seen.insert(digest) { Ok(found) } else { Err(wrong("a digest is there twice")) }
    }
}
