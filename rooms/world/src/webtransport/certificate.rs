//! The certificate of the port: one of files, or one of our own that browsers take by its hash (W3C WebTransport, "custom certificate
//! requirements": X.509v3, P-256, good for at most two weeks).

use std::{fmt, path::Path, sync::Arc, time::Duration};

use hmac::{Hmac, KeyInit, Mac};
use p256::{
    ecdsa::{DerSignature, SigningKey},
    pkcs8::EncodePrivateKey,
};
use sala_core::{
    problem::{INTERNAL, INVALID, Problem},
    time::Timestamp,
};
use sha2::{Digest, Sha256};
use wtransport::tls::{
    WEBTRANSPORT_ALPN, rustls,
    rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
};
use x509_cert::{
    TbsCertificate,
    builder::{Builder, CertificateBuilder, profile::BuilderProfile},
    der::{DateTime, Encode},
    ext::{
        Extension, ToExtension,
        pkix::{KeyUsage, KeyUsages},
    },
    name::Name,
    serial_number::SerialNumber,
    spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef},
    time::{Time, Validity},
};

const DAY_S: u64 = 24 * 3600;
/// For so long one is served, and told of before for as long.
const SPAN_S: u64 = 4 * DAY_S;

/// Which certificate has its time at a moment.
pub(super) fn span_of(now: Timestamp) -> u64 {
    u64::try_from(now.seconds()).unwrap_or_default() / SPAN_S
}

/// A chain of certificates with the key of the first.
pub(super) struct Pair {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// Names nobody: clients compare hashes only.
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
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        // Without any it would not be of version 3.
        Ok(vec![KeyUsage(KeyUsages::DigitalSignature.into()).to_extension(tbs.subject(), &[])?])
    }
}

/// The key of a span. Of 2³² random numbers one is no key of P-256: then the next is.
fn key_of(secret: &[u8; 32], span: u64) -> Option<SigningKey> {
    (0..4_u8).find_map(|attempt| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        mac.update(b"sala webtransport certificate/1");
        mac.update(&span.to_be_bytes());
        mac.update(&[attempt]);
        SigningKey::from_slice(&mac.finalize().into_bytes()).ok()
    })
}

impl Pair {
    /// The one of a span: the same bytes whenever it is made (RFC 6979).
    pub(super) fn made(secret: &[u8; 32], span: u64) -> Result<Self, Problem> {
        let failed = |fault: &dyn fmt::Display| INTERNAL.problem().because(format!("the certificate of WebTransport: {fault}"));
        let key = key_of(secret, span).ok_or_else(|| failed(&"no key"))?;
        let time =
            |seconds: u64| DateTime::from_unix_duration(Duration::from_secs(seconds)).map(Time::from).map_err(|fault| failed(&fault));
        let begin = span.saturating_mul(SPAN_S);
        // Clocks of clients may be a day off.
        let validity = Validity::new(time(begin.saturating_sub(DAY_S))?, time(begin.saturating_add(2 * SPAN_S + DAY_S))?);
        let public = SubjectPublicKeyInfoOwned::from_key(key.verifying_key()).map_err(|fault| failed(&fault))?;
        let builder = CertificateBuilder::new(Plain, SerialNumber::from(span), validity, public).map_err(|fault| failed(&fault))?;
        let certificate = builder.build::<_, DerSignature>(&key).map_err(|fault| failed(&fault))?;
        let key = key.to_pkcs8_der().map_err(|fault| failed(&fault))?;
        Ok(Self {
            chain: vec![certificate.to_der().map_err(|fault| failed(&fault))?.into()],
            key: PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into(),
        })
    }

    /// Reads PEM files. Errors: `invalid_input`.
    pub(super) fn read(chain: &Path, key: &Path) -> Result<Self, Problem> {
        let failed = |path: &Path, fault: &dyn fmt::Display| INVALID.problem().at("tls", format!("{}: {fault}", path.display()));
        let certificates = CertificateDer::pem_file_iter(chain).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        Ok(Self {
            chain: certificates.map_err(|fault| failed(chain, &fault))?,
            key: PrivateKeyDer::from_pem_file(key).map_err(|fault| failed(key, &fault))?,
        })
    }

    /// SHA-256 of the first certificate (DER), hexadecimal.
    pub(super) fn hash(&self) -> String {
        self.chain.first().map(|certificate| hex::encode(Sha256::digest(certificate))).unwrap_or_default()
    }

    /// TLS 1.3 by ring, for HTTP/3, without early data.
    pub(super) fn into_tls(self) -> Result<rustls::ServerConfig, Problem> {
        let failed = |fault: rustls::Error| INVALID.problem().at("tls", fault.to_string());
        let mut tls = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(failed)?
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .map_err(failed)?;
        tls.alpn_protocols = vec![WEBTRANSPORT_ALPN.to_vec()];
        Ok(tls)
    }
}

#[cfg(test)]
mod tests {
    use x509_cert::{
        Certificate,
        der::{
            Decode,
            pem::{self, LineEnding},
        },
    };

    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

    fn read(pair: &Pair) -> Certificate {
        Certificate::from_der(&pair.chain[0]).unwrap()
    }

    fn seconds(time: Time) -> u64 {
        time.to_unix_duration().as_secs()
    }

    #[test]
    fn browsers_take_it_by_its_hash() {
        let pair = Pair::made(&[1; 32], span_of(NOW)).unwrap();
        let certificate = read(&pair);
        let Validity { not_before, not_after, .. } = *certificate.tbs_certificate().validity();
        assert!(seconds(not_after) - seconds(not_before) <= 14 * DAY_S);
        let now = u64::try_from(NOW.seconds()).unwrap();
        assert!(seconds(not_before) + DAY_S <= now, "clocks may be a day slow");
        assert!(seconds(not_after) >= now + SPAN_S + DAY_S, "good as long as pages that know it come, and a day more");
        assert_eq!(certificate.tbs_certificate().version(), x509_cert::Version::V3);
        let algorithm = &certificate.tbs_certificate().subject_public_key_info().algorithm;
        assert_eq!(algorithm.oid.to_string(), "1.2.840.10045.2.1");
        assert_eq!(pair.hash(), hex::encode(Sha256::digest(&pair.chain[0])));
        pair.into_tls().unwrap();
    }

    #[test]
    fn each_span_and_each_hall_has_another_and_always_the_same() {
        let hash = |secret: u8, span| Pair::made(&[secret; 32], span).unwrap().hash();
        assert_eq!(hash(1, 5_000), hash(1, 5_000));
        let mut all = vec![hash(1, 5_000), hash(1, 5_001), hash(2, 5_000), hash(2, 5_001)];
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn files_are_served_and_those_that_are_no_certificate_refused_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let [chain, key] = ["chain.pem", "key.pem"].map(|name| folder.path().join(name));
        assert_eq!(Pair::read(&chain, &key).err().unwrap().code.code, "invalid_input");
        let made = Pair::made(&[1; 32], 5_000).unwrap();
        let pem = |label, der| pem::encode_string(label, LineEnding::LF, der).unwrap();
        std::fs::write(&chain, pem("CERTIFICATE", &made.chain[0])).unwrap();
        std::fs::write(&key, pem("PRIVATE KEY", made.key.secret_der())).unwrap();
        let read = Pair::read(&chain, &key).unwrap();
        assert_eq!(read.hash(), made.hash());
        read.into_tls().unwrap();
        std::fs::write(&key, pem("PRIVATE KEY", Pair::made(&[2; 32], 5_000).unwrap().key.secret_der())).unwrap();
        assert_eq!(Pair::read(&chain, &key).unwrap().into_tls().err().unwrap().code.code, "invalid_input", "the key of another");
        std::fs::write(&chain, "no certificate").unwrap();
        std::fs::write(&key, "no key").unwrap();
        assert_eq!(Pair::read(&chain, &key).err().unwrap().code.code, "invalid_input");
    }
}
