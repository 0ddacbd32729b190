//! Compact JWE (RFC 7516 §7.1) by ECDH-ES on P-256: what a national identity provider sends to us (FAPI) and what a wallet answers
//! with (OpenID4VP `direct_post.jwt`).

use std::fmt;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{
    Jwk,
    jwe_content::{Sealed, open, seal_a256gcm, unwrap_key},
};
use crate::{CredentialError, base64url, json};

const WHAT: &str = "JWE";

/// Largest JWE that is read: 1 MiB, for a response that carries several credentials with portraits.
pub const MAX_BYTES: usize = 1024 * 1024;

/// How the content is encrypted (RFC 7518 §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentEncryption {
    /// AES-GCM with a key of 128 bits.
    A128Gcm,
    /// AES-GCM with a key of 256 bits.
    A256Gcm,
    /// AES-CBC with HMAC SHA-256, 128 bits each.
    A128CbcHs256,
    /// AES-CBC with HMAC SHA-512, 256 bits each.
    A256CbcHs512,
}

impl ContentEncryption {
    /// All that can be decrypted here.
    pub const ALL: [Self; 4] = [Self::A128Gcm, Self::A256Gcm, Self::A128CbcHs256, Self::A256CbcHs512];

    /// Name in the header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::A128Gcm => "A128GCM",
            Self::A256Gcm => "A256GCM",
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A256CbcHs512 => "A256CBC-HS512",
        }
    }

    pub(super) fn key_bytes(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A256Gcm | Self::A128CbcHs256 => 32,
            Self::A256CbcHs512 => 64,
        }
    }
}

/// A private P-256 key that others encrypt to. It is wiped from memory on drop and never shown.
pub struct DecryptionKey {
    secret: p256::SecretKey,
    public: Jwk,
}

impl DecryptionKey {
    /// The key with this scalar (32 bytes, big-endian), e.g. fresh random bytes.
    ///
    /// # Errors
    /// [`CredentialError::BadKey`] if the number is 0 or not below the order of P-256: take other bytes (once in 2^32 times).
    pub fn new(scalar: &[u8; 32]) -> Result<Self, CredentialError> {
        let bad = |_| CredentialError::BadKey { reason: "its scalar is not from 1 to the order of the curve" };
        let secret = p256::SecretKey::from_slice(scalar).map_err(bad)?;
        let public = Jwk::from_p256(&secret.public_key())?.restricted("ECDH-ES", "enc");
        Ok(Self { secret, public })
    }

    /// The same key with `kid`.
    #[must_use]
    pub fn with_key_id(mut self, key_id: &str) -> Self {
        self.public = self.public.with_key_id(key_id);
        self
    }

    /// The public half, marked for ECDH-ES, as it stands in a request's `client_metadata`.
    pub fn public(&self) -> &Jwk {
        &self.public
    }

    /// Decrypts. Which of the key-management algorithms ECDH-ES, ECDH-ES+A128KW and ECDH-ES+A256KW the sender took does not matter.
    ///
    /// # Errors
    /// [`CredentialError::TooLarge`], [`CredentialError::Malformed`], [`CredentialError::AlgorithmNotAllowed`] (also for `zip`: what is
    /// packed can't be bounded before it is read), [`CredentialError::CriticalHeader`], [`CredentialError::Undecryptable`].
    pub fn decrypt(&self, text: &str, allowed: &[ContentEncryption]) -> Result<Decrypted, CredentialError> {
        if text.len() > MAX_BYTES {
            return Err(CredentialError::TooLarge { what: WHAT, limit: MAX_BYTES });
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [protected, wrapped, iv, ciphertext, tag] = parts.as_slice() else {
            return Err(CredentialError::malformed(WHAT, "it does not have five parts"));
        };
        let decode = |part: &str| base64url::decode(part).ok_or(CredentialError::malformed(WHAT, "a part is not base64url"));
        let header = json::parse_object(&decode(protected)?, WHAT)?;
        if header.contains_key("crit") {
            return Err(CredentialError::CriticalHeader);
        }
        let name = |name| json::text(&header, name)?.ok_or(CredentialError::malformed(WHAT, "its header names no alg or no enc"));
        let (alg, enc_name) = (name("alg")?, name("enc")?);
        let refused = |name: &str| CredentialError::AlgorithmNotAllowed { name: name.to_owned() };
        if header.contains_key("zip") {
            return Err(refused("zip"));
        }
        let enc = allowed.iter().copied().find(|enc| enc.name() == enc_name).ok_or_else(|| refused(enc_name))?;
        let (derived_bytes, algorithm_id) = match alg {
            "ECDH-ES" => (enc.key_bytes(), enc_name),
            "ECDH-ES+A128KW" => (16, alg),
            "ECDH-ES+A256KW" => (32, alg),
            _ => return Err(refused(alg)),
        };
        let Some(Value::Object(ephemeral)) = header.get("epk") else {
            return Err(CredentialError::malformed(WHAT, "its header has no ephemeral key"));
        };
        let ephemeral = Jwk::from_members(ephemeral)?.agreement_point()?;
        let party = |name| json::text(&header, name)?.map_or(Ok(Vec::new()), decode);
        let shared = self.secret.diffie_hellman(&ephemeral);
        let derived = derive(shared.raw_secret_bytes(), algorithm_id, &party("apu")?, &party("apv")?, derived_bytes)?;
        let wrapped = decode(wrapped)?;
        let key = match (alg, wrapped.is_empty()) {
            ("ECDH-ES", true) => derived,
            ("ECDH-ES", false) => return Err(CredentialError::malformed(WHAT, "it has a wrapped key where there can be none")),
            _ => unwrap_key(&derived, &wrapped)?,
        };
        let (iv, ciphertext, tag) = (decode(iv)?, decode(ciphertext)?, decode(tag)?);
        let plaintext = open(enc, &key, &Sealed { aad: protected.as_bytes(), iv: &iv, ciphertext: &ciphertext, tag: &tag })?;
        Ok(Decrypted { header, plaintext })
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptionKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// What came out of a JWE. Anybody can encrypt to a public key: this says nothing of the sender.
#[derive(Clone, PartialEq, Eq)]
pub struct Decrypted {
    /// The protected header.
    pub header: Map<String, Value>,
    /// What was encrypted.
    pub plaintext: Vec<u8>,
}

impl fmt::Debug for Decrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decrypted").field("header", &self.header).finish_non_exhaustive()
    }
}

/// The randomness of one encryption. None of it may be used twice.
pub struct Fresh {
    /// Scalar of the ephemeral key, 32 random bytes.
    pub ephemeral: [u8; 32],
    /// 12 random bytes.
    pub iv: [u8; 12],
}

impl fmt::Debug for Fresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fresh")
    }
}

/// Encrypts with ECDH-ES and A256GCM. `header` holds what stands beside `alg`, `enc` and `epk`, e.g. `cty`, `apu`, `apv`; the recipient's
/// `kid` is added.
///
/// # Errors
/// [`CredentialError::BadKey`] if the recipient's key is not for encryption or the scalar is none, [`CredentialError::Unsupported`] for a
/// key that is not on P-256, [`CredentialError::Malformed`] if `apu` or `apv` are not base64url.
pub fn encrypt(recipient: &Jwk, fresh: &Fresh, header: &Map<String, Value>, plaintext: &[u8]) -> Result<String, CredentialError> {
    let ephemeral = DecryptionKey::new(&fresh.ephemeral)?;
    let shared = ephemeral.secret.diffie_hellman(&recipient.agreement_point()?);
    let mut header = header.clone();
    let mut point = ephemeral.public.to_members();
    point.retain(|name, _| !matches!(name.as_str(), "alg" | "use"));
    header.extend([("alg".to_owned(), json!("ECDH-ES")), ("enc".to_owned(), json!("A256GCM")), ("epk".to_owned(), Value::Object(point))]);
    if let Some(key_id) = recipient.key_id() {
        header.insert("kid".to_owned(), key_id.into());
    }
    let party = |name| {
        let text = json::text(&header, name)?.unwrap_or_default();
        base64url::decode(text).ok_or(CredentialError::malformed(WHAT, "apu or apv is not base64url"))
    };
    let key = derive(shared.raw_secret_bytes(), "A256GCM", &party("apu")?, &party("apv")?, 32)?;
    let protected = base64url::encode(Value::Object(header).to_string());
    let (ciphertext, tag) = seal_a256gcm(&key, &fresh.iv, protected.as_bytes(), plaintext)?;
    Ok(format!("{protected}..{}.{}.{}", base64url::encode(fresh.iv), base64url::encode(ciphertext), base64url::encode(tag)))
}

/// Concat KDF with SHA-256 (RFC 7518 §4.6.2, NIST SP 800-56A §5.8.1).
fn derive(secret: &[u8], algorithm_id: &str, apu: &[u8], apv: &[u8], bytes: usize) -> Result<Zeroizing<Vec<u8>>, CredentialError> {
    let length =
        |len: usize| u32::try_from(len).map(u32::to_be_bytes).map_err(|_| CredentialError::malformed(WHAT, "apu or apv is too long"));
    let mut info = Vec::new();
    for part in [algorithm_id.as_bytes(), apu, apv] {
        info.extend(length(part.len())?);
        info.extend(part);
    }
    info.extend(length(bytes.saturating_mul(8))?);
    let mut key = Zeroizing::new(Vec::new());
    for round in 1..=2_u32 {
        key.extend(Sha256::new().chain_update(round.to_be_bytes()).chain_update(secret).chain_update(&info).finalize());
    }
    key.truncate(bytes);
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_rfc_7518_appendix_c_is_derived() {
        let alice = DecryptionKey::new(&base64url::decode_array("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo").unwrap()).unwrap();
        let bob = r#"{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"}"#;
        let shared = alice.secret.diffie_hellman(&Jwk::parse(bob).unwrap().agreement_point().unwrap());
        let key = derive(shared.raw_secret_bytes(), "A128GCM", b"Alice", b"Bob", 16).unwrap();
        assert_eq!(base64url::encode(&*key), "VqqN6vgjbSBcIijNcacQGg");
    }

    #[test]
    fn what_is_encrypted_is_decrypted_and_an_altered_byte_is_noticed() {
        let key = DecryptionKey::new(&[5; 32]).unwrap().with_key_id("enc-1");
        let fresh = Fresh { ephemeral: [6; 32], iv: [7; 12] };
        let header = json!({"apv": "Qm9i", "cty": "JWT"});
        let text = encrypt(key.public(), &fresh, header.as_object().unwrap(), b"a secret").unwrap();
        let opened = key.decrypt(&text, &ContentEncryption::ALL).unwrap();
        assert_eq!(opened.plaintext, b"a secret");
        assert_eq!(opened.header.get("kid").unwrap(), "enc-1");
        assert!(key.decrypt(&text, &[ContentEncryption::A128Gcm]).is_err());
        assert!(DecryptionKey::new(&[4; 32]).unwrap().decrypt(&text, &ContentEncryption::ALL).is_err());
        for at in 0..text.len() {
            let mut altered = text.clone().into_bytes();
            altered[at] ^= 1;
            let altered = String::from_utf8(altered).unwrap();
            assert!(key.decrypt(&altered, &ContentEncryption::ALL).is_err(), "byte {at}");
        }
    }
}
