//! Issuing: claims go behind digests (RFC 9901 §6.1, 4.2).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Disclosure, HashAlgorithm, SdJwt};
use crate::{
    CredentialError, Entropy,
    claims_path::{ClaimsPath, PathStep},
    jose::{SigningKey, jws},
};

/// What is issued.
#[derive(Debug, Clone)]
pub struct Issuance<'a> {
    /// `typ` of the header.
    pub typ: &'a str,
    /// More of the header, e.g. `x5c`.
    pub header: Map<String, Value>,
    /// All claims, in plain.
    pub claims: Map<String, Value>,
    /// Which of them the holder may withhold, each for itself. A path below another one makes a recursive disclosure.
    pub disclosable: &'a [ClaimsPath],
    /// Decoy digests for each object that has digests, so that their number tells less.
    pub decoys: usize,
}

/// Issues an SD-JWT. `entropy` fills salts and decoys.
///
/// # Errors
/// [`CredentialError::Disclosure`] if a claim has a reserved name, [`CredentialError::Path`] if a path leads nowhere, and as [`jws::sign`].
pub fn issue(key: &SigningKey, issuance: Issuance<'_>, entropy: &mut Entropy<'_>) -> Result<SdJwt, CredentialError> {
    let mut root = Value::Object(issuance.claims);
    if has_reserved_name(&root) {
        return Err(CredentialError::Disclosure { reason: "a claim has a name that is reserved: _sd, _sd_alg or ..." });
    }
    let mut places = BTreeSet::new();
    for path in issuance.disclosable {
        places.extend(path.expand(&root)?.into_iter().map(|(path, _)| path));
    }
    // From the leaves up: what lies below is behind digests already when its parent goes.
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by_key(|path| std::cmp::Reverse(path.steps().len()));
    let mut disclosures = Vec::new();
    for path in &places {
        disclosures.push(conceal(&mut root, path, issuance.decoys, entropy)?);
    }
    finish(&mut root, issuance.decoys, entropy);
    let Value::Object(mut payload) = root else {
        return Err(CredentialError::malformed("SD-JWT", "its claims are not an object"));
    };
    if !disclosures.is_empty() {
        payload.insert("_sd_alg".to_owned(), json!("sha-256"));
    }
    // Parents first, which is how people and some wallets read them.
    disclosures.reverse();
    let mut header = issuance.header;
    header.insert("typ".to_owned(), issuance.typ.into());
    let jws = jws::sign(key, &header, Value::Object(payload).to_string().as_bytes())?;
    Ok(SdJwt { jws, disclosures, key_binding: None })
}

fn has_reserved_name(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            object.iter().any(|(name, value)| matches!(name.as_str(), "_sd" | "_sd_alg" | "...") || has_reserved_name(value))
        }
        Value::Array(array) => array.iter().any(has_reserved_name),
        _ => false,
    }
}

/// Takes the value at `path` out and leaves its digest.
fn conceal(root: &mut Value, path: &ClaimsPath, decoys: usize, entropy: &mut Entropy<'_>) -> Result<Disclosure, CredentialError> {
    let lost = || CredentialError::Path { path: path.to_string() };
    let (last, above) = path.steps().split_last().ok_or_else(lost)?;
    let mut parent = root;
    for step in above {
        let next = match step {
            PathStep::Name(name) => parent.get_mut(name),
            PathStep::Index(index) => parent.get_mut(*index),
            PathStep::All => None,
        };
        parent = next.ok_or_else(lost)?;
    }
    let mut salt = [0; 16];
    entropy(&mut salt);
    match (last, parent) {
        (PathStep::Name(name), Value::Object(object)) => {
            let mut value = object.remove(name).ok_or_else(lost)?;
            finish(&mut value, decoys, entropy);
            let disclosure = Disclosure::new(salt, Some(name), value);
            let digest = HashAlgorithm::Sha256.digest(disclosure.as_str());
            match object.entry("_sd").or_insert_with(|| json!([])) {
                Value::Array(digests) => digests.push(digest.into()),
                _ => return Err(lost()),
            }
            Ok(disclosure)
        }
        (PathStep::Index(index), Value::Array(array)) => {
            let element = array.get_mut(*index).ok_or_else(lost)?;
            finish(element, decoys, entropy);
            let disclosure = Disclosure::new(salt, None, element.take());
            *element = json!({ "...": HashAlgorithm::Sha256.digest(disclosure.as_str()) });
            Ok(disclosure)
        }
        _ => Err(lost()),
    }
}

/// Adds decoys and sorts the digests, so that neither their number nor their order tells much (RFC 9901 §4.2.4.1, 4.2.5). It reaches what
/// is not behind a digest yet, and runs before that happens: each object is finished once.
fn finish(value: &mut Value, decoys: usize, entropy: &mut Entropy<'_>) {
    match value {
        Value::Object(object) => {
            if let Some(Value::Array(digests)) = object.get_mut("_sd") {
                for _ in 0..decoys {
                    let mut random = [0; 32];
                    entropy(&mut random);
                    digests.push(crate::base64url::encode(random).into());
                }
                digests.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            }
            object.iter_mut().for_each(|(_, value)| finish(value, decoys, entropy));
        }
        Value::Array(array) => array.iter_mut().for_each(|value| finish(value, decoys, entropy)),
        _ => {}
    }
}
