//! Whoever issued a credential, asked over the network: its keys, and its status lists. The fetcher is that of national identity: only
//! hosts that the profile names, no private network, no redirect, bounded.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use sala_core::time::Timestamp;
use sala_credential::{
    Algorithm, CredentialError, KeySet,
    jose::UnverifiedJws,
    status::{self, Status, StatusReference, StatusToken},
};
use serde::Deserialize;
use serde_json::Value;

use super::{answer::ALLOWED, query::Issuer};
use crate::oidc::{
    address::{AddressError, Reach},
    fetch::{Answer, Fetch, JSON, MOST_BYTES, Request},
};

/// Keys are asked for again after this long.
const FRESH_S: i64 = 3600;
/// An unknown key makes us ask for the keys again, but not more often than this.
const REFRESH_S: i64 = 60;
/// A list that does not say how long it may be kept.
const LIST_FRESH_S: i64 = 300;
/// No list is kept longer, whatever it says.
const LIST_KEPT_S: i64 = 24 * 3600;
/// The most bytes of a list's token, packed.
const LIST_BYTES: u64 = 1024 * 1024;
/// And unpacked: 16 million credentials at one bit.
const UNPACKED_BYTES: usize = 2 * 1024 * 1024;
const MOST_LISTS: usize = 64;
const MEDIA_TYPE: &str = "application/statuslist+jwt";

/// Why an issuer could not be asked, or its word not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IssuerError {
    #[error("the issuer does not answer: {0}")]
    Unreachable(String),
    #[error("{name} of the issuer is refused: {why}")]
    Address { name: &'static str, why: AddressError },
    #[error("the issuer's metadata can't be used: {0}")]
    Metadata(&'static str),
    #[error("what the issuer gave does not hold: {0}")]
    Token(#[from] CredentialError),
}

/// JWT VC Issuer Metadata (draft-ietf-oauth-sd-jwt-vc §5).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks: Option<Value>,
    jwks_uri: Option<String>,
}

/// What was learned of issuers, in memory only.
#[derive(Debug)]
pub(crate) struct Issuers {
    fetch: Box<dyn Fetch>,
    keys: Mutex<BTreeMap<String, (KeySet, Timestamp)>>,
    lists: Mutex<BTreeMap<String, (Arc<StatusToken>, Timestamp)>>,
}

impl Issuers {
    pub(crate) fn new(fetch: Box<dyn Fetch>) -> Self {
        Self { fetch, keys: Mutex::default(), lists: Mutex::default() }
    }

    /// The issuer's keys, among them one for this token if it has it now.
    pub(crate) async fn keys(&self, now: Timestamp, issuer: &Issuer, reach: &Reach, token: &UnverifiedJws) -> Result<KeySet, IssuerError> {
        let kept = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(&issuer.address).cloned();
        if let Some((keys, read_at)) = kept {
            let life_s = if keys.select(token.key_id(), token.algorithm()).is_ok() { FRESH_S } else { REFRESH_S };
            if now < read_at.plus_seconds(life_s) {
                return Ok(keys);
            }
        }
        let metadata = self.get(reach, "the metadata", &metadata_address(&issuer.address), JSON, MOST_BYTES).await?;
        let metadata: Metadata =
            serde_json::from_slice(&metadata.body).map_err(|_| IssuerError::Metadata("it is not as the draft says"))?;
        if metadata.issuer != issuer.address {
            return Err(IssuerError::Metadata("it is another issuer's"));
        }
        let text = match (metadata.jwks, metadata.jwks_uri) {
            (Some(keys), None) => keys.to_string(),
            (None, Some(address)) => text(self.get(reach, "jwks_uri", &address, JSON, MOST_BYTES).await?)?,
            _ => return Err(IssuerError::Metadata("it has not one of jwks and jwks_uri")),
        };
        let keys = KeySet::parse(&text)?;
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.address.clone(), (keys.clone(), now));
        Ok(keys)
    }

    /// What the issuer's list says now of a credential. The list must be signed by the issuer itself and be the one that was asked for.
    pub(crate) async fn status(
        &self,
        now: Timestamp,
        issuer: &Issuer,
        reach: &Reach,
        reference: &StatusReference,
    ) -> Result<Status, IssuerError> {
        // Before the cache: the reach of another issuer counts for nothing here.
        reach.check(&reference.uri).map_err(|why| IssuerError::Address { name: "the status list", why })?;
        let place = format!("{} {}", issuer.address, reference.uri);
        let kept = self.lists.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if let Some((list, until)) = kept
            && now < until
        {
            return Ok(list.status_of(reference)?);
        }
        let token = text(self.get(reach, "the status list", &reference.uri, MEDIA_TYPE, LIST_BYTES).await?)?;
        let unverified = UnverifiedJws::parse_within(&token, token.len())?;
        let keys = self.keys(now, issuer, reach, &unverified).await?;
        let list = verify_list(&token, &unverified, &reference.uri, &keys, now)?;
        let status = list.status_of(reference)?;
        let own = list.fresh_until_s.unwrap_or_else(|| now.plus_seconds(LIST_FRESH_S).seconds());
        let until = Timestamp::from_seconds(own.min(now.plus_seconds(LIST_KEPT_S).seconds()));
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|_, (_, until)| now < *until);
        if lists.len() < MOST_LISTS && now < until {
            lists.insert(place, (Arc::new(list), until));
        }
        Ok(status)
    }

    async fn get(
        &self,
        reach: &Reach,
        name: &'static str,
        address: &str,
        accept: &'static str,
        most_bytes: u64,
    ) -> Result<Answer, IssuerError> {
        reach.check(address).map_err(|why| IssuerError::Address { name, why })?;
        let request = Request { url: address.to_owned(), headers: vec![], form: None, reach: reach.clone(), accept, most_bytes };
        let answer = self.fetch.fetch(request).await.map_err(IssuerError::Unreachable)?;
        if answer.status == 200 { Ok(answer) } else { Err(IssuerError::Unreachable(format!("{name} answers {}", answer.status))) }
    }
}

/// A list that one of these keys signed.
pub(super) fn verify_list(
    token: &str,
    unverified: &UnverifiedJws,
    uri: &str,
    keys: &KeySet,
    now: Timestamp,
) -> Result<StatusToken, CredentialError> {
    let algorithm: Algorithm = unverified.algorithm();
    let key = keys.select(unverified.key_id(), algorithm)?;
    status::verify(token, uri, key, &ALLOWED, now.seconds(), UNPACKED_BYTES)
}

fn text(answer: Answer) -> Result<String, IssuerError> {
    String::from_utf8(answer.body).map_err(|_| IssuerError::Metadata("it is no text"))
}

/// The well-known part stands between host and path.
fn metadata_address(issuer: &str) -> String {
    let (scheme, rest) = issuer.split_once("://").unwrap_or(("https", issuer));
    let (host, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    format!("{scheme}://{host}/.well-known/jwt-vc-issuer{path}")
}

#[cfg(test)]
mod tests {
    use super::metadata_address;

    #[test]
    fn the_well_known_part_stands_between_host_and_path() {
        assert_eq!(metadata_address("https://uni.example"), "https://uni.example/.well-known/jwt-vc-issuer");
        assert_eq!(metadata_address("https://uni.example:1/a/b"), "https://uni.example:1/.well-known/jwt-vc-issuer/a/b");
    }
}
