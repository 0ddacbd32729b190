//! The authority's key for one scope, and its public half.

use std::{convert::Infallible, fmt};

use blind_rsa_signatures::{
    BlindMessage, Deterministic, KeyPair, PSSZero, PublicKey, SecretKey, Sha384, Signature,
    reexports::rsa::{
        BoxedUint,
        rand_core::{TryCryptoRng, TryRng},
        traits::PublicKeyParts,
    },
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Reply, Request, SIZE};
use crate::CustodyError;

const BITS: usize = 2048;

/// The caller's random bytes in the shape that the RSA library takes.
pub(crate) struct Bytes<'a>(pub(crate) &'a mut dyn FnMut(&mut [u8]));

impl TryRng for Bytes<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        (self.0)(out);
        Ok(())
    }
}

impl TryCryptoRng for Bytes<'_> {}

/// The secret key of one scope: 2048-bit RSA that signs blindly and does nothing else.
///
/// A key is for one scope. Used for anything else, e.g. ordinary signatures, it would sign whatever is asked.
#[derive(Clone)]
pub struct IssuerKey(SecretKey<Sha384, PSSZero, Deterministic>);

impl IssuerKey {
    /// A new key; `fill` gives as many uniformly random bytes as it is asked for.
    pub fn generate(fill: &mut dyn FnMut(&mut [u8])) -> Result<Self, CustodyError> {
        let pair =
            KeyPair::generate(&mut Bytes(fill), BITS).map_err(|_| CustodyError::parameter("random bytes", "no key comes from them"))?;
        Ok(Self(pair.sk))
    }

    /// Reads PKCS #8 (RFC 5958) in DER; refuses a key that is not of 2048 bits with exponent 65537.
    pub fn from_der(der: &[u8]) -> Result<Self, CustodyError> {
        let key = SecretKey::from_der(der).map_err(|_| CustodyError::malformed("issuer key", "it is not an RSA key in PKCS #8"))?;
        let own = Self(key);
        own.public().map(|_| own)
    }

    /// PKCS #8 in DER, to be kept as a secret.
    pub fn to_der(&self) -> Result<Zeroizing<Vec<u8>>, CustodyError> {
        self.0.to_der().map(Zeroizing::new).map_err(|_| CustodyError::malformed("issuer key", "it can't be written"))
    }

    /// The public half, for everybody.
    pub fn public(&self) -> Result<ScopeKey, CustodyError> {
        ScopeKey::new(self.0.public_key().map_err(|_| CustodyError::malformed("issuer key", "its size or exponent is not allowed"))?)
    }

    /// Signs a request without learning what it signs (RFC 9474 §4.3).
    ///
    /// The caller has checked that this person may have a token of this scope and has had none, or asks with the very
    /// same request again. `fill` gives random bytes, by which the private operation is masked against timing.
    pub fn issue(&self, request: &Request, fill: &mut dyn FnMut(&mut [u8])) -> Result<Reply, CustodyError> {
        let refused = CustodyError::NotConfirmed { what: "request" };
        let signed =
            self.0.blind_sign_with_rng(&mut Bytes(fill), BlindMessage(request.as_bytes().to_vec())).map_err(|_| refused.clone())?;
        Ok(Reply::new(signed.0.try_into().map_err(|_| refused)?))
    }
}

impl fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuerKey(…)")
    }
}

/// The public key of one scope: modulus of 2048 bits, exponent 65537.
#[derive(Clone, PartialEq, Eq)]
pub struct ScopeKey {
    pub(crate) key: PublicKey<Sha384, PSSZero, Deterministic>,
    modulus: [u8; SIZE],
}

impl ScopeKey {
    fn new(key: PublicKey<Sha384, PSSZero, Deterministic>) -> Result<Self, CustodyError> {
        let wrong = CustodyError::malformed("scope key", "it has not 2048 bits and exponent 65537");
        let inner = key.as_ref();
        if inner.n().bits() != 2048 || *inner.e() != BoxedUint::from(65537u32) {
            return Err(wrong);
        }
        let modulus = key.components().n().try_into().map_err(|_| wrong)?;
        Ok(Self { key, modulus })
    }

    /// Reads `SubjectPublicKeyInfo` for RSASSA-PSS as RFC 9578 §6.5 has it, and nothing that is written otherwise.
    pub fn from_spki(spki: &[u8]) -> Result<Self, CustodyError> {
        let what = "scope key";
        let key = PublicKey::from_spki(spki).map_err(|_| CustodyError::malformed(what, "it is no RSASSA-PSS key"))?;
        let key = Self::new(key)?;
        if key.to_spki()?.as_slice() == spki { Ok(key) } else { Err(CustodyError::malformed(what, "it is not written canonically")) }
    }

    /// `SubjectPublicKeyInfo` for RSASSA-PSS with SHA-384, MGF1 and no salt.
    pub fn to_spki(&self) -> Result<Vec<u8>, CustodyError> {
        self.key.to_spki().map_err(|_| CustodyError::malformed("scope key", "it can't be written"))
    }

    /// The modulus, big endian. The exponent is always 65537: both are all that a client needs.
    pub const fn modulus(&self) -> &[u8; SIZE] {
        &self.modulus
    }

    /// SHA-256 of the modulus: names the key for clients, who derive their blinding from it.
    pub fn id(&self) -> [u8; 32] {
        Sha256::digest(self.modulus).into()
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; SIZE]) -> Result<(), CustodyError> {
        let false_token = CustodyError::NotConfirmed { what: "token" };
        // RFC 8017 §5.2.2: the representative is below the modulus. Lengths are equal, so the order of bytes is that of numbers.
        if *signature >= self.modulus {
            return Err(false_token);
        }
        self.key.verify(&Signature(signature.to_vec()), None, message).map_err(|_| false_token)
    }
}

impl fmt::Debug for ScopeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScopeKey(")?;
        self.id().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}
