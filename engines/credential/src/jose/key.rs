//! Public keys as JSON (RFC 7517): P-256, Ed25519, and RSA for verifying.

use std::{fmt, str::FromStr};

use ed25519_dalek::VerifyingKey as Ed25519Key;
use p256::ecdsa::{Signature, VerifyingKey as P256Key, signature::Verifier as _};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::roca;
use crate::{CredentialError, base64url, json};

const WHAT: &str = "JWK";
const MAX_JWK_BYTES: usize = 16 * 1024;
/// RFC 7518 §6.3.2, RFC 8037 §2: members that only a private or symmetric key has.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// How a signature is made (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519; read under both names, `EdDSA` and `Ed25519` (RFC 9864).
    EdDsa,
    /// RSA PKCS #1 v1.5 with SHA-256; only verified.
    Rs256,
    /// RSA PSS with SHA-256 and a salt of 32 bytes; only verified.
    Ps256,
}

impl Algorithm {
    /// All that can be verified here.
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Rs256, Self::Ps256];

    /// Name in the header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// Reads a name; names of other algorithms, `none` among them, give `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            "RS256" => Some(Self::Rs256),
            "PS256" => Some(Self::Ps256),
            _ => None,
        }
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Material {
    P256 { x: [u8; 32], y: [u8; 32] },
    Ed25519([u8; 32]),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

/// A public key that was checked: its point lies on the curve, its modulus is not small, it has no private part.
#[derive(Clone, PartialEq, Eq)]
pub struct Jwk {
    material: Material,
    key_id: Option<String>,
    algorithm: Option<String>,
    usage: Option<String>,
    operations: Option<Vec<String>>,
}

impl Jwk {
    /// Reads a key from its JSON text. Members that are not known are passed over (RFC 7517 §4).
    ///
    /// # Errors
    /// [`CredentialError::Malformed`], [`CredentialError::TooLarge`] beyond 16 KiB, [`CredentialError::BadKey`] for a key that is private,
    /// weak or not on its curve, [`CredentialError::Unsupported`] for another type or curve.
    pub fn parse(text: &str) -> Result<Self, CredentialError> {
        if text.len() > MAX_JWK_BYTES {
            return Err(CredentialError::TooLarge { what: WHAT, limit: MAX_JWK_BYTES });
        }
        Self::from_members(&json::parse_object(text.as_bytes(), WHAT)?)
    }

    /// As [`Jwk::parse`], from members that were already read.
    ///
    /// # Errors
    /// As [`Jwk::parse`].
    pub fn from_members(members: &Map<String, Value>) -> Result<Self, CredentialError> {
        if PRIVATE_MEMBERS.iter().any(|name| members.contains_key(*name)) {
            return Err(CredentialError::BadKey { reason: "it has private parts where a public key is expected" });
        }
        let operations = match members.get("key_ops") {
            None => None,
            Some(value) => Some(json::from_value::<Vec<String>>(value.clone(), WHAT)?),
        };
        Ok(Self {
            material: material(members)?,
            key_id: json::text(members, "kid")?.map(str::to_owned),
            algorithm: json::text(members, "alg")?.map(str::to_owned),
            usage: json::text(members, "use")?.map(str::to_owned),
            operations,
        })
    }

    pub(crate) fn from_p256(key: &p256::PublicKey) -> Result<Self, CredentialError> {
        let point = key.to_sec1_bytes();
        // Uncompressed SEC 1: 0x04 ‖ x ‖ y. The public key is never the point at infinity.
        let split = point.get(1..33).zip(point.get(33..65)).and_then(|(x, y)| Some((x.try_into().ok()?, y.try_into().ok()?)));
        let (x, y) = split.ok_or(CredentialError::BadKey { reason: "its point is not on the curve" })?;
        Ok(Self::bare(Material::P256 { x, y }))
    }

    pub(crate) fn from_ed25519(key: &Ed25519Key) -> Self {
        Self::bare(Material::Ed25519(key.to_bytes()))
    }

    fn bare(material: Material) -> Self {
        Self { material, key_id: None, algorithm: None, usage: None, operations: None }
    }

    /// The same key with `kid`.
    #[must_use]
    pub fn with_key_id(mut self, key_id: &str) -> Self {
        self.key_id = Some(key_id.to_owned());
        self
    }

    /// The same key for one algorithm (`alg`) and one use (`use`: `sig` or `enc`).
    #[must_use]
    pub fn restricted(mut self, algorithm: &str, usage: &str) -> Self {
        self.algorithm = Some(algorithm.to_owned());
        self.usage = Some(usage.to_owned());
        self
    }

    /// `kid`, if the key has one.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// `alg`, if the key is for one algorithm only.
    pub fn algorithm(&self) -> Option<&str> {
        self.algorithm.as_deref()
    }

    /// Base64url of the SHA-256 thumbprint (RFC 7638 §3): the same key has the same, whatever else stands beside it.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        // A map of serde_json writes its members sorted by name or as they came in; sorting makes this RFC 7638's order in both cases.
        let mut members: Vec<_> = self.material_members().into_iter().collect();
        members.sort_by(|(a, _), (b, _)| a.cmp(b));
        let body: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        base64url::encode(Sha256::digest(format!("{{{}}}", body.join(","))))
    }

    /// The members of the key, as they stand in a JWK.
    #[must_use]
    pub fn to_members(&self) -> Map<String, Value> {
        let mut members = self.material_members();
        let optional = [("kid", &self.key_id), ("alg", &self.algorithm), ("use", &self.usage)];
        for (name, value) in optional {
            if let Some(value) = value {
                members.insert(name.to_owned(), json!(value));
            }
        }
        if let Some(operations) = &self.operations {
            members.insert("key_ops".to_owned(), json!(operations));
        }
        members
    }

    fn material_members(&self) -> Map<String, Value> {
        let members: Vec<(&str, String)> = match &self.material {
            Material::P256 { x, y } => {
                vec![("crv", "P-256".into()), ("kty", "EC".into()), ("x", base64url::encode(x)), ("y", base64url::encode(y))]
            }
            Material::Ed25519(x) => vec![("crv", "Ed25519".into()), ("kty", "OKP".into()), ("x", base64url::encode(x))],
            Material::Rsa { n, e } => vec![("e", base64url::encode(e)), ("kty", "RSA".into()), ("n", base64url::encode(n))],
        };
        members.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
    }

    /// May this key verify signatures of `algorithm`? Asks its type and its own `alg`, `use` and `key_ops`.
    #[must_use]
    pub fn can_verify(&self, algorithm: Algorithm) -> bool {
        let fits = match self.material {
            Material::P256 { .. } => algorithm == Algorithm::Es256,
            Material::Ed25519(_) => algorithm == Algorithm::EdDsa,
            Material::Rsa { .. } => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
        };
        let is_named = self.algorithm.as_deref().is_none_or(|name| Algorithm::from_name(name) == Some(algorithm));
        fits && is_named && self.usage.as_deref().is_none_or(|usage| usage == "sig") && self.allows(&["verify"])
    }

    pub(crate) fn is_ed25519(&self) -> bool {
        matches!(self.material, Material::Ed25519(_))
    }

    fn allows(&self, operations: &[&str]) -> bool {
        self.operations.as_ref().is_none_or(|own| own.iter().any(|operation| operations.contains(&operation.as_str())))
    }

    /// Verifies a signature in the form of RFC 7518: for ES256 that is r ‖ s, 64 bytes.
    ///
    /// # Errors
    /// [`CredentialError::BadKey`] if the key is not for `algorithm`, [`CredentialError::BadSignature`].
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Result<(), CredentialError> {
        if !self.can_verify(algorithm) {
            return Err(CredentialError::BadKey { reason: "it is not for verifying this algorithm" });
        }
        let is_good = match (&self.material, algorithm) {
            (Material::P256 { x, y }, _) => {
                let key = P256Key::from_sec1_bytes(&sec1(x, y));
                key.is_ok_and(|key| Signature::from_slice(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok()))
            }
            (Material::Ed25519(x), _) => {
                let signature = ed25519_dalek::Signature::from_slice(signature);
                Ed25519Key::from_bytes(x).is_ok_and(|key| signature.is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()))
            }
            (Material::Rsa { n, e }, Algorithm::Ps256) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PSS_2048_8192_SHA256, message, signature).is_ok()
            }
            (Material::Rsa { n, e }, _) => RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok(),
        };
        if is_good { Ok(()) } else { Err(CredentialError::BadSignature) }
    }

    /// The point to agree a secret with (ECDH-ES), if the key may be used so.
    pub(crate) fn agreement_point(&self) -> Result<p256::PublicKey, CredentialError> {
        let Material::P256 { x, y } = &self.material else {
            return Err(CredentialError::Unsupported { what: "Encrypting to a key that is not on P-256" });
        };
        let is_named = self.algorithm.as_deref().is_none_or(|name| name.starts_with("ECDH-ES"));
        if !is_named || self.usage.as_deref().is_some_and(|usage| usage != "enc") || !self.allows(&["deriveKey", "deriveBits"]) {
            return Err(CredentialError::BadKey { reason: "it is not for encryption" });
        }
        p256::PublicKey::from_sec1_bytes(&sec1(x, y)).map_err(|_| CredentialError::BadKey { reason: "its point is not on the curve" })
    }
}

fn sec1(x: &[u8; 32], y: &[u8; 32]) -> Vec<u8> {
    [[4].as_slice(), x, y].concat()
}

fn material(members: &Map<String, Value>) -> Result<Material, CredentialError> {
    let text = |name| json::text(members, name)?.ok_or(CredentialError::malformed(WHAT, "a member is missing"));
    let wrong_size = CredentialError::malformed(WHAT, "a coordinate is not base64url of 32 bytes");
    match text("kty")? {
        "EC" if text("crv")? == "P-256" => {
            let x = base64url::decode_array(text("x")?).ok_or(wrong_size.clone())?;
            let y = base64url::decode_array(text("y")?).ok_or(wrong_size)?;
            P256Key::from_sec1_bytes(&sec1(&x, &y)).map_err(|_| CredentialError::BadKey { reason: "its point is not on the curve" })?;
            Ok(Material::P256 { x, y })
        }
        "OKP" if text("crv")? == "Ed25519" => {
            let x = base64url::decode_array(text("x")?).ok_or(wrong_size)?;
            let key = Ed25519Key::from_bytes(&x).map_err(|_| CredentialError::BadKey { reason: "its point is not on the curve" })?;
            if key.is_weak() {
                return Err(CredentialError::BadKey { reason: "its point is of small order" });
            }
            Ok(Material::Ed25519(x))
        }
        "RSA" => {
            let integer = |name| {
                let bytes = base64url::decode(text(name)?).ok_or(CredentialError::malformed(WHAT, "a number is not base64url"))?;
                Ok(bytes.into_iter().skip_while(|byte| *byte == 0).collect::<Vec<_>>())
            };
            let (n, e) = (integer("n")?, integer("e")?);
            let bits =
                n.len().saturating_mul(8).saturating_sub(n.first().map_or(0, |byte| usize::try_from(byte.leading_zeros()).unwrap_or(8)));
            if !(2048..=8192).contains(&bits) {
                return Err(CredentialError::BadKey { reason: "its modulus is not of 2048 to 8192 bits" });
            }
            if e == [1] || e.len() > 4 || e.last().is_none_or(|byte| byte % 2 == 0) {
                return Err(CredentialError::BadKey { reason: "its public exponent is not an odd number from 3 to 2^32" });
            }
            if roca::is_fingerprinted(&n) {
                return Err(CredentialError::BadKey { reason: "it was made by a chip whose keys can be factored (CVE-2017-15361)" });
            }
            Ok(Material::Rsa { n, e })
        }
        _ => Err(CredentialError::Unsupported { what: "A key that is not EC P-256, OKP Ed25519 or RSA" }),
    }
}

impl FromStr for Jwk {
    type Err = CredentialError;

    fn from_str(text: &str) -> Result<Self, CredentialError> {
        Self::parse(text)
    }
}

impl fmt::Debug for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwk").field("thumbprint", &self.thumbprint()).field("kid", &self.key_id).finish_non_exhaustive()
    }
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_members().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_members(&Map::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprints_of_rfc_7638_and_rfc_8037_are_found() {
        let rsa = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
        assert_eq!(Jwk::parse(rsa).unwrap().thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let ed = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        assert_eq!(Jwk::parse(ed).unwrap().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_private_key_is_no_public_key() {
        let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#;
        assert!(matches!(Jwk::parse(key), Err(CredentialError::BadKey { .. })));
    }
}
