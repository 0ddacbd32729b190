//! Ciphers of SRTP: AES-GCM (RFC 7714), AES counter mode (RFC 3711 section 4.1.1), and the AES of the key derivation.

use std::fmt;

use aes::{
    Aes128, Aes256,
    cipher::{BlockCipherEncrypt, KeyInit, KeyIvInit, StreamCipher},
};
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, Nonce, UnboundKey};
use str0m::crypto::{
    AeadAes128GcmCipher, AeadAes256GcmCipher, Aes128CmSha1_80Cipher, CryptoError, SrtpProvider, SupportedAeadAes128Gcm,
    SupportedAeadAes256Gcm, SupportedAes128CmSha1_80,
};

const TAG_BYTES: usize = 16;

#[derive(Debug)]
pub(super) struct Srtp;

fn fault(what: &str) -> CryptoError {
    CryptoError::Other(what.to_owned())
}

impl SrtpProvider for Srtp {
    fn aes_128_cm_sha1_80(&self) -> &'static dyn SupportedAes128CmSha1_80 {
        &Self
    }

    fn aead_aes_128_gcm(&self) -> &'static dyn SupportedAeadAes128Gcm {
        &Self
    }

    fn aead_aes_256_gcm(&self) -> &'static dyn SupportedAeadAes256Gcm {
        &Self
    }

    fn srtp_aes_128_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        one_block(Aes128::new_from_slice(key).ok().as_ref(), input, output);
    }

    fn srtp_aes_256_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        one_block(Aes256::new_from_slice(key).ok().as_ref(), input, output);
    }
}

/// The first block of `output` becomes that of `input`, encrypted. Lengths are str0m's, and always right.
fn one_block<C: BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>>(cipher: Option<&C>, input: &[u8], output: &mut [u8]) {
    if let (Some(cipher), Some(input), Some(output)) = (cipher, input.first_chunk::<16>(), output.first_chunk_mut::<16>()) {
        let mut block = (*input).into();
        cipher.encrypt_block(&mut block);
        *output = block.into();
    }
}

impl SupportedAes128CmSha1_80 for Srtp {
    fn create_cipher(&self, key: [u8; 16], _encrypt: bool) -> Box<dyn Aes128CmSha1_80Cipher> {
        Box::new(Counter(key))
    }
}

impl SupportedAeadAes128Gcm for Srtp {
    fn create_cipher(&self, key: [u8; 16], _encrypt: bool) -> Box<dyn AeadAes128GcmCipher> {
        Box::new(Gcm::new(&AES_128_GCM, &key))
    }
}

impl SupportedAeadAes256Gcm for Srtp {
    fn create_cipher(&self, key: [u8; 32], _encrypt: bool) -> Box<dyn AeadAes256GcmCipher> {
        Box::new(Gcm::new(&AES_256_GCM, &key))
    }
}

struct Counter([u8; 16]);

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counter").finish_non_exhaustive()
    }
}

impl Aes128CmSha1_80Cipher for Counter {
    fn encrypt(&mut self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        let output = output.get_mut(..input.len()).ok_or_else(|| fault("no room for what is encrypted"))?;
        output.copy_from_slice(input);
        ctr::Ctr128BE::<Aes128>::new(&self.0.into(), &(*iv).into()).apply_keystream(output);
        Ok(())
    }

    fn decrypt(&mut self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.encrypt(iv, input, output)
    }
}

/// AES-GCM with a key of either length; none if ring refused the key, which it does not of this length.
struct Gcm {
    key: Option<LessSafeKey>,
    /// ring opens in place.
    opened: Vec<u8>,
}

impl fmt::Debug for Gcm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gcm").finish_non_exhaustive()
    }
}

impl Gcm {
    fn new(algorithm: &'static Algorithm, key: &[u8]) -> Self {
        Self { key: UnboundKey::new(algorithm, key).ok().map(LessSafeKey::new), opened: Vec::new() }
    }

    /// `output`: as long as `input` and a tag.
    fn seal(&self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        let key = self.key.as_ref().ok_or_else(|| fault("no key"))?;
        let (text, rest) = output.split_at_mut_checked(input.len()).ok_or_else(|| fault("no room for what is sealed"))?;
        let place = rest.get_mut(..TAG_BYTES).ok_or_else(|| fault("no room for the tag"))?;
        text.copy_from_slice(input);
        let tag = key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(*iv), Aad::from(aad), text)
            .map_err(|_| fault("could not be sealed"))?;
        place.copy_from_slice(tag.as_ref());
        Ok(())
    }

    /// Length of what was opened into `output`.
    fn open(&mut self, iv: &[u8; 12], aads: &[&[u8]], input: &[u8], output: &mut [u8]) -> Result<usize, CryptoError> {
        let key = self.key.as_ref().ok_or_else(|| fault("no key"))?;
        let nonce = Nonce::assume_unique_for_key(*iv);
        let joined;
        let aad = match aads {
            [one] => *one,
            many => {
                joined = many.concat();
                joined.as_slice()
            }
        };
        self.opened.clear();
        self.opened.extend_from_slice(input);
        let text = key.open_in_place(nonce, Aad::from(aad), &mut self.opened).map_err(|_| fault("not of this key"))?;
        output.get_mut(..text.len()).ok_or_else(|| fault("no room for what is opened"))?.copy_from_slice(text);
        Ok(text.len())
    }
}

impl AeadAes128GcmCipher for Gcm {
    fn encrypt(&mut self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.seal(iv, aad, input, output)
    }

    fn decrypt(&mut self, iv: &[u8; 12], aads: &[&[u8]], input: &[u8], output: &mut [u8]) -> Result<usize, CryptoError> {
        self.open(iv, aads, input, output)
    }
}

impl AeadAes256GcmCipher for Gcm {
    fn encrypt(&mut self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.seal(iv, aad, input, output)
    }

    fn decrypt(&mut self, iv: &[u8; 12], aads: &[&[u8]], input: &[u8], output: &mut [u8]) -> Result<usize, CryptoError> {
        self.open(iv, aads, input, output)
    }
}
