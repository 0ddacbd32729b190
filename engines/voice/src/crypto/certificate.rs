//! The certificate by whose fingerprint clients know the server (RFC 8122, RFC 8827 section 6.5): P-256, signed by itself, made at the start.

use std::{fmt, time::Duration};

use p256::{
    ecdsa::{DerSignature, SigningKey},
    pkcs8::EncodePrivateKey,
};
use str0m::config::DtlsCert;
use x509_cert::{
    TbsCertificate,
    builder::{Builder, CertificateBuilder, profile::BuilderProfile},
    der::{DateTime, Encode},
    ext::Extension,
    name::Name,
    serial_number::SerialNumber,
    spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef},
    time::{Time, Validity},
};

/// How long one is good for. A process makes another at its start.
const GOOD_FOR: Duration = Duration::from_hours(24 * 365);

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// One in 2³² of all 32 bytes is no key; draw others.
    #[error("these random bytes are no key of P-256; draw others")]
    NoKey,
    /// The time lies outside 1970 to 9999, or the certificate could not be encoded.
    #[error("the certificate could not be made: {0}")]
    NotMade(String),
}

/// A key with its certificate.
#[derive(Clone)]
pub struct Certificate(pub(crate) DtlsCert);

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").finish_non_exhaustive()
    }
}

/// Names nobody: clients compare fingerprints only.
struct Plain;

impl BuilderProfile for Plain {
    fn get_issuer(&self, subject: &Name) -> Name {
        subject.clone()
    }

    fn get_subject(&self) -> Name {
        Name::default()
    }

    fn build_extensions(
        &self,
        _spk: SubjectPublicKeyInfoRef<'_>,
        _issuer_spk: SubjectPublicKeyInfoRef<'_>,
        _tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        Ok(Vec::new())
    }
}

impl Certificate {
    /// Makes one from 32 random bytes, good for a year from `unix_s`, the seconds since 1970.
    ///
    /// # Errors
    /// The bytes are no key, or the time is none of X.509.
    pub fn new(random: &[u8; 32], unix_s: u64) -> Result<Self, CertificateError> {
        let not_made = |fault: &dyn fmt::Display| CertificateError::NotMade(fault.to_string());
        let key = SigningKey::from_slice(random).map_err(|_| CertificateError::NoKey)?;
        // Clocks of clients may be behind ours.
        let from = Duration::from_secs(unix_s).saturating_sub(Duration::from_hours(24));
        let time = |at: Duration| DateTime::from_unix_duration(at).map(Time::from).map_err(|fault| not_made(&fault));
        let validity = Validity::new(time(from)?, time(from + GOOD_FOR)?);
        let public = SubjectPublicKeyInfoOwned::from_key(key.verifying_key()).map_err(|fault| not_made(&fault))?;
        let serial = SerialNumber::from(unix_s);
        let builder = CertificateBuilder::new(Plain, serial, validity, public).map_err(|fault| not_made(&fault))?;
        let certificate = builder.build::<_, DerSignature>(&key).map_err(|fault| not_made(&fault))?;
        let private_key = key.to_pkcs8_der().map_err(|fault| not_made(&fault))?;
        Ok(Self(DtlsCert {
            certificate: certificate.to_der().map_err(|fault| not_made(&fault))?,
            private_key: private_key.as_bytes().to_vec(),
        }))
    }
}
