//! What a person signs with a passkey, and how anyone checks it later without the hall.
//!
//! The statement says which hall is asked to do what, by whom; its hash is the challenge of a WebAuthn assertion (Web Authentication
//! Level 3, §7.2). The evidence is statement, assertion and public key; an act keeps it as its sealed field `signature`, so whoever
//! is shown the opening of that field has all that a check needs.

use sala_core::cbor::Value;
use sala_credential::base64url;
use sha2::{Digest, Sha256};
use webauthn_rs::prelude::{COSEAlgorithm, COSEEC2Key, COSEKey, COSEKeyType, COSERSAKey, ECDSACurve};

/// Before the CBOR, so that no other hash of Sala can be mistaken for a challenge.
const DOMAIN: &[u8] = b"sala/statement/v1";
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;

/// What is asked, of whom, by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Origin of the hall, such as `https://hall.example`.
    pub hall: String,
    /// HTTP method.
    pub method: String,
    /// Path and query, as sent.
    pub path: String,
    /// SHA-256 of the body; of no bytes when there is none.
    pub body: [u8; 32],
    /// Public handle of the sender: persona or officer.
    pub actor: String,
    /// Id of the mandate under which it is asked for another; empty when for oneself.
    pub behalf: String,
    /// Given by the hall, good once.
    pub nonce: String,
}

impl Statement {
    /// As it is hashed and kept.
    pub fn to_value(&self) -> Value {
        Value::map([
            ("v", Value::Int(1)),
            ("hall", self.hall.as_str().into()),
            ("method", self.method.as_str().into()),
            ("path", self.path.as_str().into()),
            ("body", self.body.into()),
            ("actor", self.actor.as_str().into()),
            ("behalf", self.behalf.as_str().into()),
            ("nonce", self.nonce.as_str().into()),
        ])
    }

    fn from_value(value: &Value) -> Option<Self> {
        let Value::Map(map) = value else { return None };
        let text = |key: &str| match map.get(key) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let (Some(Value::Int(1)), Some(Value::Bytes(body)), 8) = (map.get("v"), map.get("body"), map.len()) else { return None };
        Some(Self {
            hall: text("hall")?,
            method: text("method")?,
            path: text("path")?,
            body: body.as_slice().try_into().ok()?,
            actor: text("actor")?,
            behalf: text("behalf")?,
            nonce: text("nonce")?,
        })
    }

    /// The challenge: SHA-256("sala/statement/v1" ‖ deterministic CBOR).
    pub fn challenge(&self) -> [u8; 32] {
        Sha256::new().chain_update(DOMAIN).chain_update(self.to_value().encode()).finalize().into()
    }
}

/// A passkey's answer to a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// The relying party to which the passkey is bound: the host of the hall, or a domain above it.
    pub rp_id: String,
    /// `authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// The signature over both: DER for ECDSA, PKCS#1 v1.5 for RSA.
    pub signature: Vec<u8>,
}

/// Why evidence proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// Not what an act keeps.
    #[error("this is not the evidence of a signature")]
    Malformed,
    /// Made for something else than a sign-in ceremony, or not by a page.
    #[error("the assertion is not an answer to webauthn.get")]
    Kind,
    /// Another statement was signed.
    #[error("the passkey signed another statement")]
    Challenge,
    /// Signed on the page of another hall.
    #[error("it was signed on another origin, or for another relying party")]
    Origin,
    /// The authenticator did not verify its holder.
    #[error("the authenticator did not verify its holder")]
    NotVerified,
    /// The key did not make this signature.
    #[error("the signature is not by this key")]
    Signature,
}

/// All that a check needs, as an act keeps it.
pub(crate) fn evidence(statement: &Statement, assertion: &Assertion, key: &COSEKey) -> Option<Value> {
    Some(Value::map([
        ("statement", statement.to_value()),
        ("rp_id", assertion.rp_id.as_str().into()),
        ("authenticator_data", Value::Bytes(assertion.authenticator_data.clone())),
        ("client_data", Value::Bytes(assertion.client_data.clone())),
        ("signature", Value::Bytes(assertion.signature.clone())),
        ("key", key_to_value(key)?),
    ]))
}

/// Checks evidence by itself: that the key in it signed the statement in it, on the hall's own page, by a verified holder. Whose key
/// it is, the evidence does not say: that is told by the registration to which the hall binds it.
pub fn verify_evidence(evidence: &Value) -> Result<Statement, EvidenceError> {
    let Value::Map(map) = evidence else { return Err(EvidenceError::Malformed) };
    let bytes = |name: &str| match map.get(name) {
        Some(Value::Bytes(bytes)) => Ok(bytes.clone()),
        _ => Err(EvidenceError::Malformed),
    };
    let Some(Value::Text(rp_id)) = map.get("rp_id") else { return Err(EvidenceError::Malformed) };
    let statement = map.get("statement").and_then(Statement::from_value).ok_or(EvidenceError::Malformed)?;
    let key = map.get("key").and_then(key_from_value).ok_or(EvidenceError::Malformed)?;
    let assertion = Assertion {
        rp_id: rp_id.clone(),
        authenticator_data: bytes("authenticator_data")?,
        client_data: bytes("client_data")?,
        signature: bytes("signature")?,
    };
    verify(&statement, &assertion, &key)?;
    Ok(statement)
}

/// Checks a passkey's answer to a statement.
pub(crate) fn verify(statement: &Statement, assertion: &Assertion, key: &COSEKey) -> Result<(), EvidenceError> {
    let client: serde_json::Value = serde_json::from_slice(&assertion.client_data).map_err(|_| EvidenceError::Malformed)?;
    let told = |name: &str| client.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    if told("type") != "webauthn.get" || client.get("crossOrigin") == Some(&true.into()) {
        return Err(EvidenceError::Kind);
    }
    if told("challenge") != base64url::encode(statement.challenge()) {
        return Err(EvidenceError::Challenge);
    }
    let host = statement.hall.split_once("://").map_or("", |(_, rest)| rest).split([':', '/']).next().unwrap_or_default();
    let is_ours = host == assertion.rp_id || host.strip_suffix(&assertion.rp_id).is_some_and(|rest| rest.ends_with('.'));
    let data = assertion.authenticator_data.as_slice();
    let (Some(rp_hash), Some(flags)) = (data.get(..32), data.get(32)) else { return Err(EvidenceError::Malformed) };
    if told("origin") != statement.hall || !is_ours || rp_hash != Sha256::digest(assertion.rp_id.as_bytes()).as_slice() {
        return Err(EvidenceError::Origin);
    }
    if flags & USER_PRESENT == 0 || flags & USER_VERIFIED == 0 {
        return Err(EvidenceError::NotVerified);
    }
    let mut signed = data.to_vec();
    signed.extend_from_slice(&Sha256::digest(&assertion.client_data));
    match key.verify_signature(&assertion.signature, &signed) {
        Ok(true) => Ok(()),
        _ => Err(EvidenceError::Signature),
    }
}

fn key_to_value(key: &COSEKey) -> Option<Value> {
    match (&key.type_, &key.key) {
        (COSEAlgorithm::ES256, COSEKeyType::EC_EC2(ec)) => Some(ec_value("ES256", ec)),
        (COSEAlgorithm::ES384, COSEKeyType::EC_EC2(ec)) => Some(ec_value("ES384", ec)),
        (COSEAlgorithm::RS256, COSEKeyType::RSA(rsa)) => {
            Some(Value::map([("alg", Value::from("RS256")), ("n", Value::Bytes(rsa.n.clone())), ("e", Value::Bytes(rsa.e.to_vec()))]))
        }
        _ => None,
    }
}

fn ec_value(alg: &str, ec: &COSEEC2Key) -> Value {
    Value::map([("alg", Value::from(alg)), ("x", Value::Bytes(ec.x.clone())), ("y", Value::Bytes(ec.y.clone()))])
}

fn key_from_value(value: &Value) -> Option<COSEKey> {
    let Value::Map(map) = value else { return None };
    let bytes = |name: &str| match map.get(name) {
        Some(Value::Bytes(bytes)) => Some(bytes.clone()),
        _ => None,
    };
    let Some(Value::Text(alg)) = map.get("alg") else { return None };
    let ec = |type_, curve| Some(COSEKey { type_, key: COSEKeyType::EC_EC2(COSEEC2Key { curve, x: bytes("x")?, y: bytes("y")? }) });
    match alg.as_str() {
        "ES256" => ec(COSEAlgorithm::ES256, ECDSACurve::SECP256R1),
        "ES384" => ec(COSEAlgorithm::ES384, ECDSACurve::SECP384R1),
        "RS256" => {
            let rsa = COSERSAKey { n: bytes("n")?, e: bytes("e")?.try_into().ok()? };
            Some(COSEKey { type_: COSEAlgorithm::RS256, key: COSEKeyType::RSA(rsa) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Statement {
        Statement {
            hall: "https://hall.example:8443".into(),
            method: "POST".into(),
            path: "/api/v1/runs/run_1/answer".into(),
            body: Sha256::digest(b"{}").into(),
            actor: "officer_1".into(),
            behalf: String::new(),
            nonce: "nonce_1".into(),
        }
    }

    #[test]
    fn a_statement_reads_back_and_each_part_changes_the_challenge() {
        let one = statement();
        assert_eq!(Statement::from_value(&one.to_value()), Some(one.clone()));
        let others = [
            Statement { hall: "https://other.example".into(), ..one.clone() },
            Statement { method: "PUT".into(), ..one.clone() },
            Statement { path: "/".into(), ..one.clone() },
            Statement { body: [0; 32], ..one.clone() },
            Statement { actor: "officer_2".into(), ..one.clone() },
            Statement { behalf: "mandate_1".into(), ..one.clone() },
            Statement { nonce: "nonce_2".into(), ..one.clone() },
        ];
        for other in others {
            assert_ne!(other.challenge(), one.challenge(), "{other:?}");
        }
    }

    #[test]
    fn the_challenge_is_the_one_that_the_client_computes() {
        // web/src/api/statement.test.ts has the same figure.
        assert_eq!(hex::encode(statement().challenge()), "97bc9b1034b1c90ef804f525d2490961da643e2832313171a984cd06a3d9dc2a");
    }

    #[test]
    fn evidence_of_another_shape_is_refused() {
        for value in [Value::Null, Value::map([("statement", Value::Null)]), Value::map([("statement", statement().to_value())])] {
            assert_eq!(verify_evidence(&value), Err(EvidenceError::Malformed));
        }
    }
}
