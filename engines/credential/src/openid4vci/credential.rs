//! Nonce and credential endpoint (§7, 8), and the proof by which a wallet shows the key that its credential is bound to (Appendix F.1).

use serde::{Deserialize, Serialize};

use super::{CredentialErrorCode, Refused};
use crate::{
    CredentialError,
    jose::{Algorithm, ClaimsCheck, Jwk, SigningKey, UnverifiedJws, jws},
    json,
};
use serde_json::{Map, Value};

const PROOF_TYPE: &str = "openid4vci-proof+jwt";

/// The answer of the nonce endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonceResponse {
    /// A nonce that proofs may use, good for a short time.
    pub c_nonce: String,
}

/// A credential request (§8.2). Exactly one of the two ids is there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CredentialRequest {
    /// From the token response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_identifier: Option<String>,
    /// From the metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_configuration_id: Option<String>,
    /// Proofs, one for each credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proofs: Option<Proofs>,
    /// How the wallet wants the answer encrypted; refused here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_response_encryption: Option<Value>,
}

/// Proofs of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proofs {
    /// JWTs, at least one.
    pub jwt: Vec<String>,
}

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requested<'a> {
    /// The credential of this identifier.
    Identifier(&'a str),
    /// A credential of this configuration.
    Configuration(&'a str),
}

impl CredentialRequest {
    /// Reads the JSON body.
    ///
    /// # Errors
    /// With [`CredentialErrorCode::InvalidCredentialRequest`]; [`CredentialErrorCode::InvalidEncryptionParameters`] if an encrypted answer
    /// is asked for, which our metadata does not offer; [`CredentialErrorCode::InvalidProof`] for proofs that are not JWTs.
    pub fn parse(body: &[u8]) -> Result<Self, Refused<CredentialErrorCode>> {
        let invalid = |error| Refused::new(CredentialErrorCode::InvalidCredentialRequest, error);
        let what = "credential request";
        let mut members: Map<String, Value> = json::read(body, what, super::MAX_BYTES).map_err(invalid)?;
        let proofs = members
            .remove("proofs")
            .map(|proofs| json::from_value(proofs, "proof").map_err(|error| Refused::new(CredentialErrorCode::InvalidProof, error)));
        let mut request: Self = json::from_value(Value::Object(members), what).map_err(invalid)?;
        request.proofs = proofs.transpose()?;
        request.requested()?;
        if request.credential_response_encryption.is_some() {
            let error = CredentialError::Unsupported { what: "Encrypting the credential response" };
            return Err(Refused::new(CredentialErrorCode::InvalidEncryptionParameters, error));
        }
        Ok(request)
    }

    /// What is asked for.
    ///
    /// # Errors
    /// With [`CredentialErrorCode::InvalidCredentialRequest`] if not exactly one id is there.
    pub fn requested(&self) -> Result<Requested<'_>, Refused<CredentialErrorCode>> {
        match (&self.credential_identifier, &self.credential_configuration_id) {
            (Some(id), None) => Ok(Requested::Identifier(id)),
            (None, Some(id)) => Ok(Requested::Configuration(id)),
            _ => {
                let error = CredentialError::claim("credential_configuration_id", "not exactly one id is there");
                Err(Refused::new(CredentialErrorCode::InvalidCredentialRequest, error))
            }
        }
    }
}

/// What the issuer asks of proofs.
#[derive(Debug, Clone, Copy)]
pub struct ProofCheck<'a> {
    /// Our issuer identifier: the audience.
    pub issuer: &'a str,
    /// The wallet, as the token knows it: `iss` must be it where it is there.
    pub client_id: Option<&'a str>,
    /// Now, seconds since 1970.
    pub now_s: i64,
    /// By how much the wallet's clock may differ.
    pub leeway_s: i64,
    /// How old a proof may be.
    pub max_age_s: i64,
    /// With what the wallet may sign.
    pub allowed: &'a [Algorithm],
    /// How many proofs may come, 1 without batch issuance.
    pub batch_size: usize,
}

impl ProofCheck<'_> {
    /// Verifies all proofs of a request; gives the keys, no two alike, in their order. `is_fresh` says of each proof's nonce whether we gave
    /// it and it is still good; the proofs of one request share theirs, so spend it after this, not inside.
    ///
    /// # Errors
    /// With [`CredentialErrorCode::InvalidNonce`], else [`CredentialErrorCode::InvalidProof`].
    pub fn verify(&self, proofs: Option<&Proofs>, is_fresh: impl Fn(&str) -> bool) -> Result<Vec<Jwk>, Refused<CredentialErrorCode>> {
        let invalid = |error| Refused::new(CredentialErrorCode::InvalidProof, error);
        let proofs = proofs.map(|proofs| proofs.jwt.as_slice()).unwrap_or_default();
        if proofs.is_empty() || proofs.len() > self.batch_size {
            return Err(invalid(CredentialError::malformed("proof", "there is none, or there are more than a batch")));
        }
        let mut keys: Vec<Jwk> = Vec::new();
        for proof in proofs {
            let (key, nonce) = self.verify_one(proof).map_err(invalid)?;
            if !nonce.is_some_and(|nonce| is_fresh(&nonce)) {
                let error = CredentialError::claim("nonce", "it is missing, or is not one that we gave lately");
                return Err(Refused::new(CredentialErrorCode::InvalidNonce, error));
            }
            if keys.iter().any(|other| other.thumbprint() == key.thumbprint()) {
                return Err(invalid(CredentialError::malformed("proof", "two are of one key")));
            }
            keys.push(key);
        }
        Ok(keys)
    }

    fn verify_one(&self, proof: &str) -> Result<(Jwk, Option<String>), CredentialError> {
        let proof = UnverifiedJws::parse(proof)?;
        let key = proof.embedded_key()?;
        let verified = proof.verify(&key, self.allowed)?;
        verified.expect_type(PROOF_TYPE)?;
        if ["kid", "x5c", "trust_chain"].iter().any(|name| verified.header().contains_key(*name)) {
            return Err(CredentialError::malformed("proof", "it names its key in two ways"));
        }
        let claims = verified.claims()?;
        let check = ClaimsCheck {
            now_s: self.now_s,
            leeway_s: self.leeway_s,
            audience: Some(self.issuer),
            max_age_s: Some(self.max_age_s),
            ..ClaimsCheck::default()
        };
        check.check(&claims)?;
        if let Some(issuer) = json::text(&claims, "iss")?
            && self.client_id.is_some_and(|client_id| client_id != issuer)
        {
            return Err(CredentialError::claim("iss", "it is another wallet"));
        }
        Ok((key, json::text(&claims, "nonce")?.map(str::to_owned)))
    }
}

/// Makes a proof, as a wallet does.
///
/// # Errors
/// As [`jws::sign`].
pub fn prove(key: &SigningKey, issuer: &str, nonce: &str, now_s: i64) -> Result<String, CredentialError> {
    let claims = serde_json::json!({ "aud": issuer, "iat": now_s, "nonce": nonce });
    let mut members = key.public().to_members();
    members.retain(|name, _| !matches!(name.as_str(), "kid" | "alg" | "use" | "key_ops"));
    let header = Map::from_iter([("typ".to_owned(), PROOF_TYPE.into()), ("jwk".to_owned(), Value::Object(members))]);
    jws::sign(key, &header, claims.to_string().as_bytes())
}

/// The answer of the credential endpoint (§8.3), given at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialResponse {
    /// The credentials, one for each proof.
    pub credentials: Vec<IssuedCredential>,
    /// Under this the wallet tells whether it kept them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_id: Option<String>,
}

/// One credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedCredential {
    /// The SD-JWT VC.
    pub credential: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ISSUER: &str = "https://hall.example";

    fn check() -> ProofCheck<'static> {
        ProofCheck {
            issuer: ISSUER,
            client_id: Some("w"),
            now_s: 1000,
            leeway_s: 5,
            max_age_s: 300,
            allowed: &[Algorithm::Es256],
            batch_size: 2,
        }
    }

    #[test]
    fn a_proof_shows_one_key_to_one_issuer_with_one_nonce() {
        let (key, other) = (SigningKey::es256(&[1; 32]).unwrap(), SigningKey::es256(&[2; 32]).unwrap());
        let proofs = |jwt: Vec<String>| Proofs { jwt };
        let good = prove(&key, ISSUER, "n", 1000).unwrap();
        let verify = |check: ProofCheck<'_>, jwt: Vec<String>| {
            check.verify(Some(&proofs(jwt)), |nonce| nonce == "n").map_err(|refused| refused.code)
        };
        let keys = verify(check(), vec![good.clone(), prove(&other, ISSUER, "n", 1000).unwrap()]).unwrap();
        assert_eq!(keys, [key.public().clone(), other.public().clone()]);
        let invalid = Err(CredentialErrorCode::InvalidProof);
        assert_eq!(verify(check(), vec![good.clone(), good.clone()]), invalid);
        assert_eq!(verify(check(), vec![]), invalid);
        assert_eq!(verify(ProofCheck { batch_size: 1, ..check() }, vec![good.clone(), prove(&other, ISSUER, "n", 1000).unwrap()]), invalid);
        assert_eq!(verify(check(), vec![prove(&key, ISSUER, "m", 1000).unwrap()]), Err(CredentialErrorCode::InvalidNonce));
        assert_eq!(verify(check(), vec![prove(&key, "https://hell.example", "n", 1000).unwrap()]), invalid);
        assert_eq!(verify(check(), vec![prove(&key, ISSUER, "n", 600).unwrap()]), invalid);
        assert_eq!(verify(ProofCheck { allowed: &[Algorithm::EdDsa], ..check() }, vec![good.clone()]), invalid);
        assert_eq!(check().verify(None, |_| true).unwrap_err().code, CredentialErrorCode::InvalidProof);
        let jwt = jws::sign_jwt(&key, "JWT", &json!({"aud": ISSUER, "iat": 1000, "nonce": "n"})).unwrap();
        assert_eq!(verify(check(), vec![jwt]), invalid);
    }

    #[test]
    fn a_request_names_one_credential() {
        let parse = |body: Value| CredentialRequest::parse(body.to_string().as_bytes()).map_err(|refused| refused.code);
        let good = parse(json!({"credential_configuration_id": "resident", "proofs": {"jwt": ["a.b.c"]}})).unwrap();
        assert_eq!(good.requested().unwrap(), Requested::Configuration("resident"));
        assert_eq!(parse(json!({})), Err(CredentialErrorCode::InvalidCredentialRequest));
        assert_eq!(
            parse(json!({"credential_configuration_id": "a", "credential_identifier": "b"})),
            Err(CredentialErrorCode::InvalidCredentialRequest)
        );
        assert_eq!(parse(json!({"credential_identifier": "b", "proofs": {"di_vp": []}})), Err(CredentialErrorCode::InvalidProof));
        let encrypted = json!({"credential_identifier": "b", "credential_response_encryption": {"enc": "A256GCM"}});
        assert_eq!(parse(encrypted), Err(CredentialErrorCode::InvalidEncryptionParameters));
    }
}
