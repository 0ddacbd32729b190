//! Content encryption (RFC 7518 §5) and key wrapping (§4.4) for [`super::jwe`].

use aes_gcm::{
    Aes128Gcm, Aes256Gcm,
    aead::{Aead as _, KeyInit, Payload},
};
use aes_kw::{KwAes128, KwAes256, aes};
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use hmac::{Hmac, Mac as _};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::jwe::ContentEncryption;
use crate::CredentialError;

const BAD: CredentialError = CredentialError::Undecryptable;

/// The parts of a JWE that the content cipher sees.
pub(super) struct Sealed<'a> {
    pub(super) aad: &'a [u8],
    pub(super) iv: &'a [u8],
    pub(super) ciphertext: &'a [u8],
    pub(super) tag: &'a [u8],
}

pub(super) fn open(enc: ContentEncryption, key: &[u8], sealed: &Sealed<'_>) -> Result<Vec<u8>, CredentialError> {
    if key.len() != enc.key_bytes() {
        return Err(BAD);
    }
    match enc {
        ContentEncryption::A128Gcm => open_gcm::<Aes128Gcm>(key, sealed),
        ContentEncryption::A256Gcm => open_gcm::<Aes256Gcm>(key, sealed),
        ContentEncryption::A128CbcHs256 => {
            let (mac_key, key) = key.split_at_checked(16).ok_or(BAD)?;
            let mac = Hmac::<Sha256>::new_from_slice(mac_key).map_err(|_| BAD)?;
            let mac = authenticated(mac, sealed)?;
            mac.verify_truncated_left(sealed.tag).map_err(|_| BAD)?;
            let cipher = cbc::Decryptor::<aes::Aes128>::new_from_slices(key, sealed.iv).map_err(|_| BAD)?;
            cipher.decrypt_padded_vec::<Pkcs7>(sealed.ciphertext).map_err(|_| BAD)
        }
        ContentEncryption::A256CbcHs512 => {
            let (mac_key, key) = key.split_at_checked(32).ok_or(BAD)?;
            let mac = Hmac::<Sha512>::new_from_slice(mac_key).map_err(|_| BAD)?;
            let mac = authenticated(mac, sealed)?;
            mac.verify_truncated_left(sealed.tag).map_err(|_| BAD)?;
            let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(key, sealed.iv).map_err(|_| BAD)?;
            cipher.decrypt_padded_vec::<Pkcs7>(sealed.ciphertext).map_err(|_| BAD)
        }
    }
}

/// Ciphertext and tag of A256GCM.
pub(super) fn seal_a256gcm(key: &[u8], iv: &[u8; 12], aad: &[u8], plaintext: &[u8]) -> Result<(Vec<u8>, Vec<u8>), CredentialError> {
    let too_large = CredentialError::malformed("JWE", "its plaintext can't be encrypted");
    let cipher = Aes256Gcm::new_from_slice(key).map_err(|_| too_large.clone())?;
    let mut ciphertext = cipher.encrypt(iv.into(), Payload { msg: plaintext, aad }).map_err(|_| too_large.clone())?;
    let tag = ciphertext.split_off(ciphertext.len().checked_sub(16).ok_or(too_large)?);
    Ok((ciphertext, tag))
}

/// Unwraps a content key (RFC 3394); `kek` is 16 or 32 bytes.
pub(super) fn unwrap_key(kek: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, CredentialError> {
    let mut key = Zeroizing::new(vec![0; wrapped.len().checked_sub(8).ok_or(BAD)?]);
    match kek.len() {
        16 => KwAes128::new_from_slice(kek).map_err(|_| BAD)?.unwrap_key(wrapped, &mut key).map_err(|_| BAD)?,
        _ => KwAes256::new_from_slice(kek).map_err(|_| BAD)?.unwrap_key(wrapped, &mut key).map_err(|_| BAD)?,
    };
    Ok(key)
}

fn open_gcm<C: KeyInit + aes_gcm::AeadInOut>(key: &[u8], sealed: &Sealed<'_>) -> Result<Vec<u8>, CredentialError> {
    let cipher = C::new_from_slice(key).map_err(|_| BAD)?;
    let (nonce, tag) = (sealed.iv.try_into().map_err(|_| BAD)?, sealed.tag.try_into().map_err(|_| BAD)?);
    let mut text = sealed.ciphertext.to_vec();
    cipher.decrypt_inout_detached(nonce, sealed.aad, text.as_mut_slice().into(), tag).map_err(|_| BAD)?;
    Ok(text)
}

/// RFC 7518 §5.2.2.1: the MAC is over AAD, IV, ciphertext and the length of the AAD in bits. The tag is half the hash, exactly.
fn authenticated<M: hmac::Mac>(mut mac: M, sealed: &Sealed<'_>) -> Result<M, CredentialError> {
    if sealed.tag.len() * 2 != M::output_size() {
        return Err(BAD);
    }
    let bits = u64::try_from(sealed.aad.len()).ok().and_then(|bytes| bytes.checked_mul(8)).ok_or(BAD)?;
    for part in [sealed.aad, sealed.iv, sealed.ciphertext, &bits.to_be_bytes()] {
        mac.update(part);
    }
    Ok(mac)
}
