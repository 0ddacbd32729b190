//! DPoP (RFC 9449): a caller proves with each request that it has the key to which its token is bound.

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{Algorithm, ClaimsCheck, SigningKey, UnverifiedJws, jws};
use crate::{CredentialError, base64url, json};

const TYPE: &str = "dpop+jwt";

/// What a proof is for.
#[derive(Debug, Clone, Copy)]
pub struct DpopRequest<'a> {
    /// HTTP method in capitals.
    pub method: &'a str,
    /// Address of the request; query and fragment do not count.
    pub uri: &'a str,
    /// The access token that goes along, if one does (`ath`).
    pub access_token: Option<&'a str>,
    /// The nonce that the server gave last, if it gave one.
    pub nonce: Option<&'a str>,
}

impl DpopRequest<'_> {
    /// Makes the proof for the header `DPoP`. `token_id` is 12 or more random bytes as text.
    ///
    /// # Errors
    /// None but [`CredentialError::Malformed`] of the writer.
    pub fn prove(&self, key: &SigningKey, token_id: &str, now_s: i64) -> Result<String, CredentialError> {
        let mut claims = Map::from_iter([
            ("jti".to_owned(), Value::from(token_id)),
            ("htm".to_owned(), self.method.into()),
            ("htu".to_owned(), without_query(self.uri).into()),
            ("iat".to_owned(), now_s.into()),
        ]);
        if let Some(token) = self.access_token {
            claims.insert("ath".to_owned(), token_hash(token).into());
        }
        if let Some(nonce) = self.nonce {
            claims.insert("nonce".to_owned(), nonce.into());
        }
        let mut members = key.public().to_members();
        members.retain(|name, _| !matches!(name.as_str(), "kid" | "alg" | "use" | "key_ops"));
        let header = Map::from_iter([("typ".to_owned(), TYPE.into()), ("jwk".to_owned(), Value::Object(members))]);
        jws::sign(key, &header, Value::Object(claims).to_string().as_bytes())
    }

    /// Verifies a proof for this request that is at most `max_age_s` old (leeway 5 s).
    ///
    /// With an access token, the caller compares [`VerifiedDpop::thumbprint`] with the token's `cnf.jkt`; it remembers `token_id` for
    /// `max_age_s` and refuses it the second time.
    ///
    /// # Errors
    /// As [`UnverifiedJws::parse`] and [`UnverifiedJws::verify`]; [`CredentialError::WrongType`], [`CredentialError::Claim`] with the name of
    /// what does not fit: `htm`, `htu`, `ath`, `nonce` (answer `use_dpop_nonce`) or `jti`.
    pub fn verify(&self, proof: &str, allowed: &[Algorithm], now_s: i64, max_age_s: i64) -> Result<VerifiedDpop, CredentialError> {
        let proof = UnverifiedJws::parse(proof)?;
        let key = proof.embedded_key()?;
        let verified = proof.verify(&key, allowed)?;
        verified.expect_type(TYPE)?;
        let claims = verified.claims()?;
        ClaimsCheck { now_s, leeway_s: 5, max_age_s: Some(max_age_s), ..ClaimsCheck::default() }.check(&claims)?;
        if json::text(&claims, "htm")? != Some(self.method) {
            return Err(CredentialError::claim("htm", "it is another method"));
        }
        if json::text(&claims, "htu")?.map(normal) != Some(normal(self.uri)) {
            return Err(CredentialError::claim("htu", "it is another address"));
        }
        if json::text(&claims, "ath")? != self.access_token.map(token_hash).as_deref() {
            return Err(CredentialError::claim("ath", "it does not belong to the access token"));
        }
        // A nonce that was never asked for does no harm.
        if self.nonce.is_some() && json::text(&claims, "nonce")? != self.nonce {
            return Err(CredentialError::claim("nonce", "it is not the one that was given"));
        }
        let token_id = json::text(&claims, "jti")?.filter(|id| !id.is_empty() && id.len() <= 256);
        let token_id = token_id.ok_or(CredentialError::claim("jti", "it is missing or too long"))?.to_owned();
        Ok(VerifiedDpop { thumbprint: key.thumbprint(), token_id })
    }
}

/// A proof that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedDpop {
    /// RFC 7638 thumbprint of the key (`jkt`).
    pub thumbprint: String,
    /// `jti`, good once.
    pub token_id: String,
}

fn token_hash(token: &str) -> String {
    base64url::encode(Sha256::digest(token))
}

fn without_query(uri: &str) -> &str {
    uri.split(['?', '#']).next().unwrap_or(uri)
}

/// RFC 9449 §4.3 asks for RFC 3986 normalisation: case of scheme and host, the default port and the empty path count for nothing.
fn normal(uri: &str) -> String {
    let uri = without_query(uri);
    let Some((scheme, rest)) = uri.split_once("://") else { return uri.to_owned() };
    let (scheme, (host, path)) = (scheme.to_ascii_lowercase(), rest.split_once('/').unwrap_or((rest, "")));
    let host = host.to_ascii_lowercase();
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    format!("{scheme}://{}/{path}", host.strip_suffix(default_port).unwrap_or(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: i64 = 1_562_262_616;

    #[test]
    fn the_example_of_rfc_9449_section_4_holds() {
        let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
        let request = DpopRequest { method: "POST", uri: "https://SERVER.example.com:443/token?a=1", access_token: None, nonce: None };
        let verified = request.verify(proof, &[Algorithm::Es256], NOW_S, 60).unwrap();
        assert_eq!(verified.token_id, "-BwC3ESc6acc2lTc");
        assert_eq!(verified.thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!(request.verify(proof, &[Algorithm::Es256], NOW_S + 66, 60), Err(CredentialError::Expired));
        assert_eq!(request.verify(proof, &[Algorithm::Es256], NOW_S - 6, 60), Err(CredentialError::NotYetValid));
    }

    #[test]
    fn a_proof_is_for_one_request_one_token_and_one_nonce() {
        let key = SigningKey::ed25519(&[1; 32]);
        let request = DpopRequest { method: "GET", uri: "https://hall.example/x", access_token: Some("t"), nonce: Some("n") };
        let proof = request.prove(&key, "id-1", NOW_S).unwrap();
        let verify = |request: DpopRequest<'_>| request.verify(&proof, &[Algorithm::EdDsa], NOW_S, 60);
        assert_eq!(verify(request).unwrap().thumbprint, key.public().thumbprint());
        assert_eq!(verify(DpopRequest { method: "POST", ..request }), Err(CredentialError::claim("htm", "it is another method")));
        assert_eq!(
            verify(DpopRequest { uri: "https://hall.example/X", ..request }),
            Err(CredentialError::claim("htu", "it is another address"))
        );
        assert!(verify(DpopRequest { access_token: Some("u"), ..request }).is_err());
        assert!(verify(DpopRequest { access_token: None, ..request }).is_err());
        assert!(verify(DpopRequest { nonce: Some("m"), ..request }).is_err());
        assert!(request.verify(&proof, &[Algorithm::Es256], NOW_S, 60).is_err());
    }
}
