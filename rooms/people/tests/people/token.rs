//! A security key, written down by hand from WebAuthn L3 (§6.1, §6.5, §8.2), with a maker who attests it.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{DerSignature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use x509_cert::{
    TbsCertificate,
    builder::{Builder, CertificateBuilder, profile::BuilderProfile, profile::cabf::Root},
    der::{
        Encode, EncodePem,
        asn1::OctetString,
        oid::{AssociatedOid, ObjectIdentifier},
        pem::LineEnding,
    },
    ext::{Criticality, Extension, ToExtension, pkix::BasicConstraints},
    name::Name,
    serial_number::SerialNumber,
    spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef},
    time::Validity,
};

/// Present, verified; one that carries attested credential data besides; one that may be carried from device to device.
const HELD: u8 = 0b0000_0101;
const WITH_DATA: u8 = 0b0100_0000;
const SYNCED: u8 = 0b0001_1000;

/// Who makes keys: a root, and the certificate that each key of a model carries.
#[derive(Clone)]
pub(crate) struct Maker {
    name: Name,
    key: SigningKey,
    /// The root certificate.
    pub(crate) root: String,
}

/// What a maker may do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    /// The key attests itself (§6.5.4, self attestation).
    SelfAttested,
    /// No attestation at all.
    Unattested,
    /// The signature of the attestation is over something else.
    WrongSignature,
    /// The passkey may leave the device.
    Synced,
    /// The certificate is of another model than the key says.
    OtherModelInCertificate,
    /// The key answers `none` in a statement that says `packed`.
    Empty,
}

/// A key of one model.
#[derive(Clone)]
pub(crate) struct Token {
    aaguid: [u8; 16],
    maker: Maker,
    flaw: Flaw,
    key: SigningKey,
    /// Signatures so far: the counter goes up with each (§6.1.1).
    count: Arc<AtomicU32>,
    /// Credential id and user handle, once registered.
    credential: Option<([u8; 32], String)>,
}

fn fresh_key() -> SigningKey {
    loop {
        let bytes = sala_core::entropy::random32(&sala_core::entropy::OsEntropy);
        if let Ok(key) = SigningKey::from_slice(&bytes) {
            return key;
        }
    }
}

struct ModelProfile {
    subject: Name,
    issuer: Name,
    aaguid: [u8; 16],
}

/// id-fido-gen-ce-aaguid (§8.2.1).
struct AaguidExtension(OctetString);

impl AssociatedOid for AaguidExtension {
    const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");
}

impl Encode for AaguidExtension {
    fn encoded_len(&self) -> x509_cert::der::Result<x509_cert::der::Length> {
        self.0.encoded_len()
    }

    fn encode(&self, encoder: &mut impl x509_cert::der::Writer) -> x509_cert::der::Result<()> {
        self.0.encode(encoder)
    }
}

impl Criticality for AaguidExtension {
    fn criticality(&self, _: &Name, _: &[Extension]) -> bool {
        false
    }
}

impl BuilderProfile for ModelProfile {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let constraints = BasicConstraints { ca: false, path_len_constraint: None }.to_extension(tbs.subject(), &[])?;
        let aaguid = AaguidExtension(OctetString::new(self.aaguid).unwrap()).to_extension(tbs.subject(), &[])?;
        Ok(vec![constraints, aaguid])
    }
}

fn certificate<P: BuilderProfile>(profile: P, of: &SigningKey, by: &SigningKey) -> x509_cert::Certificate {
    let public = SubjectPublicKeyInfoOwned::from_key(of.verifying_key()).unwrap();
    let validity = Validity::from_now(Duration::from_hours(1)).unwrap();
    let builder = CertificateBuilder::new(profile, SerialNumber::from(1_u32), validity, public).unwrap();
    builder.build::<_, DerSignature>(by).unwrap()
}

impl Maker {
    pub(crate) fn new(name: &str) -> Self {
        let name = Name::from_str(&format!("CN={name} Root,O={name},C=TH")).unwrap();
        let key = fresh_key();
        let root = certificate(Root::new(false, name.clone()).unwrap(), &key, &key).to_pem(LineEnding::LF).unwrap();
        Self { name, key, root }
    }

    /// The certificate (DER) and the key with which keys of a model are attested.
    fn model(&self, aaguid: [u8; 16]) -> (Vec<u8>, SigningKey) {
        let subject = Name::from_str("CN=Model,OU=Authenticator Attestation,O=Test Maker,C=TH").unwrap();
        let key = fresh_key();
        let profile = ModelProfile { subject, issuer: self.name.clone(), aaguid };
        (certificate(profile, &key, &self.key).to_der().unwrap(), key)
    }

    pub(crate) fn token(&self, aaguid: [u8; 16], flaw: Flaw) -> Token {
        Token { aaguid, maker: self.clone(), flaw, key: fresh_key(), count: Arc::default(), credential: None }
    }
}

/// The first bytes of a CBOR item (RFC 8949 §3).
fn head(major: u8, length: usize) -> Vec<u8> {
    match u16::try_from(length).unwrap() {
        short @ 0..=23 => vec![major << 5 | u8::try_from(short).unwrap()],
        byte @ 24..=255 => vec![major << 5 | 0x18, u8::try_from(byte).unwrap()],
        long => [vec![major << 5 | 0x19], long.to_be_bytes().to_vec()].concat(),
    }
}

fn bytes(content: &[u8]) -> Vec<u8> {
    [head(2, content.len()), content.to_vec()].concat()
}

fn text(content: &str) -> Vec<u8> {
    [head(3, content.len()), content.as_bytes().to_vec()].concat()
}

fn url64(content: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(content)
}

impl Token {
    fn client_data(kind: &str, options: &Value, origin: &str) -> Vec<u8> {
        let origin = origin.trim_end_matches('/');
        json!({ "type": kind, "challenge": options["publicKey"]["challenge"], "origin": origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn synced(&self) -> u8 {
        if self.flaw == Flaw::Synced { SYNCED } else { 0 }
    }

    /// Authenticator data (§6.1): hash of the RP id, flags, counter.
    fn data(&self, rp_id: &str, flags: u8) -> Vec<u8> {
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        [Sha256::digest(rp_id.as_bytes()).to_vec(), vec![flags | self.synced()], count.to_be_bytes().to_vec()].concat()
    }

    /// Public key as COSE (RFC 9053 §7.1): EC2, ES256, P-256.
    fn cose(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().unwrap(), point.y().unwrap());
        [vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21], bytes(x), vec![0x22], bytes(y)].concat()
    }

    pub(crate) fn register(&mut self, options: &Value, origin: &str) -> Value {
        let id = sala_core::entropy::random32(&sala_core::entropy::OsEntropy);
        let client_data = Self::client_data("webauthn.create", options, origin);
        let rp_id = options["publicKey"]["rp"]["id"].as_str().unwrap();
        let data = [self.data(rp_id, HELD | WITH_DATA), self.aaguid.to_vec(), vec![0, 32], id.to_vec(), self.cose()].concat();
        let signed = [data.clone(), Sha256::digest(&client_data).to_vec()].concat();
        let (format, statement) = self.statement(&signed);
        let object = [vec![0xa3], text("fmt"), text(format), text("attStmt"), statement, text("authData"), bytes(&data)].concat();
        self.credential = Some((id, options["publicKey"]["user"]["id"].as_str().unwrap().to_owned()));
        json!({
            "id": url64(id), "rawId": url64(id), "type": "public-key", "clientExtensionResults": {},
            "response": { "clientDataJSON": url64(&client_data), "attestationObject": url64(object), "transports": ["usb"] },
        })
    }

    fn statement(&self, signed: &[u8]) -> (&'static str, Vec<u8>) {
        let signature = |key: &SigningKey, over: &[u8]| {
            let signature: DerSignature = key.sign(over);
            [text("sig"), bytes(signature.as_bytes())].concat()
        };
        let alg = [text("alg"), vec![0x26]].concat();
        if self.flaw == Flaw::Unattested {
            return ("none", vec![0xa0]);
        }
        if self.flaw == Flaw::Empty {
            return ("packed", vec![0xa0]);
        }
        if self.flaw == Flaw::SelfAttested {
            return ("packed", [vec![0xa2], alg, signature(&self.key, signed)].concat());
        }
        let mut named = self.aaguid;
        named[0] ^= u8::from(self.flaw == Flaw::OtherModelInCertificate);
        let (certificate, key) = self.maker.model(named);
        let over = if self.flaw == Flaw::WrongSignature { b"another thing" } else { signed };
        ("packed", [vec![0xa3], alg, signature(&key, over), text("x5c"), vec![0x81], bytes(&certificate)].concat())
    }

    pub(crate) fn sign_in(&self, options: &Value, origin: &str) -> Value {
        let (id, user) = self.credential.clone().expect("registered");
        let client_data = Self::client_data("webauthn.get", options, origin);
        let data = self.data(options["publicKey"]["rpId"].as_str().unwrap(), HELD);
        let signature: DerSignature = self.key.sign(&[data.clone(), Sha256::digest(&client_data).to_vec()].concat());
        json!({
            "id": url64(id), "rawId": url64(id), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": url64(&client_data), "authenticatorData": url64(data), "signature": url64(signature.as_bytes()),
                "userHandle": user,
            },
        })
    }
}
