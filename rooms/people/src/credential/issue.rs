//! The credential endpoint (OpenID4VCI §8) and what becomes of an answer that was lost.
//!
//! The act comes first, then the answer. All that an answer is made of stands sealed in the grant until its token is over: the claims,
//! the places, and a seed for the salts. Signatures are deterministic. So a wallet that asks again with the same keys gets the same
//! credentials, byte for byte, and nothing is issued twice.

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{CONFLICT, INTERNAL, Problem},
    store::ERASED,
    time::Timestamp,
};
use sala_credential::{
    ClaimsPath, Jwk, SigningKey,
    openid4vci::{
        CredentialErrorCode,
        credential::{CredentialRequest, CredentialResponse, IssuedCredential, ProofCheck, Requested},
    },
    status::StatusReference,
    vc::{self, Draft as Statement},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{CredentialSecret, GrantSecret, Way, issuer::PROOF_ALGORITHMS, refusal::Refusal, types::CredentialType};
use crate::{
    People, acts, notice,
    store::{
        self, HALL_KEY,
        credential::{CredentialRow, GrantRow, StatusRow, Step},
    },
    unnamed,
};

const DAY_S: i64 = 24 * 3600;
/// How old a proof may be, and by how much a wallet's clock may differ.
const PROOF_AGE_S: i64 = 300;
const LEEWAY_S: i64 = 60;
/// Decoys hide how many claims there are (RFC 9901 §4.2.5): as many digests as the type has claims, whether each is there or not.
const SPARE_DECOYS: usize = 2;

/// What an answer is made of, sealed for the person until the token is over.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Issued {
    /// Of the wallet's keys, in their order.
    thumbprints: Vec<String>,
    claims: Map<String, Value>,
    list: String,
    indexes: Vec<u64>,
    /// Whence the salts come.
    seed: [u8; 32],
    /// Which key of the issuer signed.
    key_id: String,
    from_s: i64,
    until_s: i64,
}

/// What stands in the headers of a wallet's request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access<'h> {
    /// `Authorization`.
    pub(crate) authorization: Option<&'h str>,
    /// `DPoP`.
    pub(crate) dpop: Option<&'h str>,
}

struct Granted {
    row: GrantRow,
    person: String,
    secret: GrantSecret,
}

impl People {
    /// The grant of an access token that holds, and whose key the wallet proved where it is bound to one.
    async fn granted(&self, ctx: &Ctx, access: Access<'_>, path: &str) -> Result<Granted, Refusal> {
        let (scheme, token) = access.authorization.and_then(|value| value.split_once(' ')).ok_or_else(Refusal::access)?;
        let id = self.lookup.credential_code_id("token", token).ok_or_else(Refusal::access)?;
        let row = store::credential::grant(&self.store, id).await?;
        let row = row.filter(|row| row.step != Step::Open && row.ends_at > ctx.now).ok_or_else(Refusal::access)?;
        let (person, secret) = match self.open_grant(&row).await {
            // Whoever is being erased gets nothing more.
            Err(problem) if problem.code == &ERASED => return Err(Refusal::access()),
            opened => opened?,
        };
        let jkt = match access.dpop {
            Some(proof) if scheme.eq_ignore_ascii_case("DPoP") => Some(self.dpop_key(ctx, path, proof, Some(token))?),
            None if scheme.eq_ignore_ascii_case("Bearer") => None,
            _ => return Err(Refusal::access()),
        };
        if jkt != secret.jkt {
            return Err(Refusal::access());
        }
        Ok(Granted { row, person, secret })
    }

    /// Issues what the token was given for, once, or gives the same answer again.
    pub(crate) async fn issue_credential(&self, ctx: &Ctx, access: Access<'_>, body: &[u8]) -> Result<CredentialResponse, Refusal> {
        let granted = self.granted(ctx, access, "/openid4vci/credential").await?;
        let kind = self.credential_type(&granted.secret.kind)?;
        let request = CredentialRequest::parse(body)?;
        check_requested(&request, kind)?;
        let client_id = match &granted.secret.way {
            Way::Code { client_id, .. } => Some(client_id.as_str()),
            Way::Offer { .. } => None,
        };
        let check = ProofCheck {
            issuer: self.issuer(),
            client_id,
            now_s: ctx.now.seconds(),
            leeway_s: LEEWAY_S,
            max_age_s: PROOF_AGE_S,
            allowed: &PROOF_ALGORITHMS,
            batch_size: self.config.credentials.batch,
        };
        let nonces = std::sync::Mutex::new(vec![]);
        let keys = check.verify(request.proofs.as_ref(), |nonce| {
            let is_fresh = self.credentials.once.is_fresh(nonce, ctx.now);
            if is_fresh {
                nonces.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(nonce.to_owned());
            }
            is_fresh
        })?;
        let mut nonces = nonces.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        nonces.sort();
        nonces.dedup();
        if !nonces.iter().all(|nonce| self.credentials.once.spend_nonce(nonce, ctx.now)) {
            return Err(Refusal::credential(CredentialErrorCode::InvalidNonce, "The nonce was used before: fetch a new one."));
        }
        let issued = match &granted.secret.issued {
            Some(issued) => issued.clone(),
            None => self.issue_to(ctx, &granted, kind, &keys).await?,
        };
        if !issued.thumbprints.iter().eq(keys.iter().map(Jwk::thumbprint).collect::<Vec<_>>().iter()) {
            let because = "This was issued already, to other keys. With the same keys it is given again; for others ask for a new offer.";
            return Err(Refusal::credential(CredentialErrorCode::CredentialRequestDenied, because));
        }
        let signer = self.issuer_keys().await?.into_iter().find(|key| key.public().key_id() == Some(&issued.key_id));
        let signer = signer.ok_or_else(|| INTERNAL.problem().because("the key that signed is gone"))?;
        let credentials = self.copies(kind, &signer, &issued, &keys)?;
        Ok(CredentialResponse { credentials, notification_id: Some(self.lookup.credential_code("notification", &granted.row.id)) })
    }

    /// The act of issuing. When somebody else was quicker, with this token or with places of the list, it looks again.
    async fn issue_to(&self, ctx: &Ctx, granted: &Granted, kind: &CredentialType, keys: &[Jwk]) -> Result<Issued, Refusal> {
        let denied = || {
            let because = "The person can't have this credential now.";
            Refusal::credential(CredentialErrorCode::CredentialRequestDenied, because)
        };
        for _ in 0..4 {
            let said = self.said(&granted.person, kind, &granted.secret.rests, ctx.now).await?.ok_or_else(denied)?;
            let mut lists = self.credentials.lists.lock().await;
            let places = self.draw_places(ctx, &mut lists, keys.len()).await?;
            let signer = self.issuer_key().await?;
            // Days, as of all that are issued today: times tell nobody apart.
            let from_s = ctx.now.seconds().div_euclid(DAY_S).saturating_mul(DAY_S);
            let ends_s = from_s.saturating_add(i64::from(kind.valid_days).saturating_mul(DAY_S));
            let until_s = said.until.map(|until| last_day(until.seconds(), ctx.now.seconds()));
            let issued = Issued {
                thumbprints: keys.iter().map(Jwk::thumbprint).collect(),
                claims: said.claims,
                list: places.list.id.clone(),
                indexes: places.indexes.clone(),
                seed: ctx.random32(),
                key_id: signer.public().key_id().unwrap_or_default().to_owned(),
                from_s,
                until_s: until_s.map_or(ends_s, |until_s| ends_s.min(until_s)),
            };
            match self.save_issued(ctx, granted, kind, &issued, &places).await {
                Err(problem) if problem.code == &CONFLICT => {
                    lists.forget();
                    let row = store::credential::grant(&self.store, &granted.row.id).await?.ok_or_else(Refusal::access)?;
                    if let Some(issued) = self.open_grant(&row).await?.1.issued {
                        return Ok(issued);
                    }
                }
                done => {
                    done?;
                    lists.take(&places.list, &places.indexes);
                    return Ok(issued);
                }
            }
        }
        Err(CONFLICT.problem().into())
    }

    async fn save_issued(
        &self,
        ctx: &Ctx,
        granted: &Granted,
        kind: &CredentialType,
        issued: &Issued,
        places: &super::status::Places,
    ) -> Result<(), Problem> {
        let (person, rests) = (&granted.person, &granted.secret.rests);
        let id = ctx.new_id("credential");
        let secret = CredentialSecret { rests: rests.clone(), copies: issued.indexes.len() };
        let expires_at = Timestamp::from_seconds(issued.until_s);
        let credential = CredentialRow {
            owner: granted.row.owner.clone(),
            kind: kind.id.clone(),
            link: store::seal(&self.store, HALL_KEY, "credential", &id, person).await?,
            sealed: store::seal(&self.store, person, "credential", &id, &secret).await?,
            issued_at: ctx.now,
            expires_at,
            revoked_at: None,
            id: id.clone(),
        };
        let status = StatusRow {
            list: issued.list.clone(),
            sealed: store::seal(&self.store, HALL_KEY, "credential_status", &id, &issued.indexes).await?,
            revoked_at: None,
            expires_at,
            id,
        };
        let kept = GrantSecret { issued: Some(issued.clone()), ..granted.secret.clone() };
        let grant = GrantRow {
            sealed: store::seal(&self.store, person, "credential_grant", &granted.row.id, &kept).await?,
            step: Step::Issued,
            ..granted.row.clone()
        };
        let notice = self.notice(ctx, person, &notice::CREDENTIAL_ISSUED, &[("type", kind.title.clone())]).await?;
        let copies = i64::try_from(issued.indexes.len()).unwrap_or(i64::MAX);
        let draft = Draft::new(&acts::ISSUE_CREDENTIAL, kind.legal_basis.pair()).public("type", kind.id.as_str()).public("copies", copies);
        let (before, places) = (granted.row.clone(), places.clone());
        self.store
            .act(&unnamed(ctx), draft, move |tx| {
                let (before, places, grant, notice) = (before.clone(), places.clone(), grant.clone(), notice.clone());
                let (credential, status) = (credential.clone(), status.clone());
                Box::pin(async move {
                    // What it rests on may have ended meanwhile: then the grant went with it.
                    if !store::credential::is_grant_as(tx, &before).await? {
                        return Err(CONFLICT.problem());
                    }
                    places.save(tx).await?;
                    tx.save(grant.record());
                    tx.save(credential.record());
                    tx.save(status.record());
                    notice.save(tx).await
                })
            })
            .await?;
        Ok(())
    }

    /// The copies, each for one key. The same input gives the same bytes.
    fn copies(&self, kind: &CredentialType, signer: &SigningKey, issued: &Issued, keys: &[Jwk]) -> Result<Vec<IssuedCredential>, Problem> {
        let failed = |fault| INTERNAL.problem().because(fault);
        let disclosable: Vec<ClaimsPath> = issued.claims.keys().map(|name| ClaimsPath::name(name)).collect();
        self.type_metadata(kind).check(&issued.claims, &disclosable).map_err(failed)?;
        let vct = self.vct(&kind.id);
        let missing = kind.claims.len().saturating_sub(issued.claims.len());
        let mut copies = vec![];
        for (copy, (key, index)) in keys.iter().zip(&issued.indexes).enumerate() {
            let statement = Statement {
                vct: &vct,
                issuer: self.issuer(),
                issued_s: issued.from_s,
                not_before_s: None,
                expires_s: Some(issued.until_s),
                holder: Some(key),
                status: Some(StatusReference { index: *index, uri: self.status_uri(&issued.list) }),
                claims: issued.claims.clone(),
                disclosable: &disclosable,
                decoys: missing + SPARE_DECOYS,
            };
            let mut salts = Salts { seed: issued.seed, copy, count: 0 };
            let credential = vc::issue(signer, statement, &mut |bytes| salts.fill(bytes)).map_err(failed)?;
            copies.push(IssuedCredential { credential: credential.to_string() });
        }
        Ok(copies)
    }

    /// A wallet tells what became of the credentials (OpenID4VCI §11). What it could not keep or threw away is revoked: nobody should
    /// be able to show it.
    pub(crate) async fn notify_issuer(&self, ctx: &Ctx, access: Access<'_>, body: &[u8]) -> Result<(), Refusal> {
        let granted = self.granted(ctx, access, "/openid4vci/notification").await?;
        let invalid = |because: &str| Refusal::notification("invalid_notification_request", because);
        let told: Told = serde_json::from_slice(body).map_err(|_| invalid("Expected notification_id and event as JSON."))?;
        if self.lookup.credential_code("notification", &granted.row.id) != told.notification_id {
            return Err(Refusal::notification("invalid_notification_id", "This hall gave no such id with this access token."));
        }
        if told.event == Event::Accepted {
            return Ok(());
        }
        let Some(issued) = &granted.secret.issued else { return Ok(()) };
        let kind = self.credential_type(&granted.secret.kind)?;
        for row in store::credential::credentials_of(&self.store, &granted.row.owner).await? {
            // The row that this very grant wrote: both were written in one act.
            if row.revoked_at.is_some() || !self.is_of_grant(&row, issued).await? {
                continue;
            }
            let draft =
                Draft::new(&acts::REVOKE_CREDENTIAL, kind.legal_basis.pair()).public("type", kind.id.as_str()).public("by", "wallet");
            self.revoke_copies(&unnamed(ctx), &row, draft, None).await?;
        }
        Ok(())
    }

    async fn is_of_grant(&self, row: &CredentialRow, issued: &Issued) -> Result<bool, Problem> {
        let Some(status) = store::credential::status(&self.store, &row.id).await? else { return Ok(false) };
        let indexes: Vec<u64> = store::unseal(&self.store, HALL_KEY, "credential_status", &row.id, &status.sealed).await?;
        Ok(status.list == issued.list && indexes == issued.indexes)
    }
}

/// A notification (§11.1).
#[derive(Debug, Deserialize)]
struct Told {
    notification_id: String,
    event: Event,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
enum Event {
    #[serde(rename = "credential_accepted")]
    Accepted,
    #[serde(rename = "credential_failure")]
    Failure,
    #[serde(rename = "credential_deleted")]
    Deleted,
}

/// The end of a mandate stands in the public record to the second, and would name it to everyone who sees a copy: so its last whole day
/// counts, where one is left.
fn last_day(until_s: i64, now_s: i64) -> i64 {
    let day = until_s.div_euclid(DAY_S).saturating_mul(DAY_S);
    if day > now_s { day } else { until_s }
}

fn check_requested(request: &CredentialRequest, kind: &CredentialType) -> Result<(), Refusal> {
    let refused = |code| Err(Refusal::credential(code, "The access token is for another credential."));
    match request.requested()? {
        Requested::Identifier(id) if id != kind.id => refused(CredentialErrorCode::UnknownCredentialIdentifier),
        Requested::Configuration(id) if id != kind.id => refused(CredentialErrorCode::UnknownCredentialConfiguration),
        _ => Ok(()),
    }
}

/// Salts and decoys of one copy: SHA-256 over a secret seed of fixed length, the copy and a count.
struct Salts {
    seed: [u8; 32],
    copy: usize,
    count: u64,
}

impl Salts {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::new()
                .chain_update(self.seed)
                .chain_update(u64::try_from(self.copy).unwrap_or(u64::MAX).to_be_bytes())
                .chain_update(self.count.to_be_bytes())
                .finalize();
            self.count = self.count.saturating_add(1);
            chunk.iter_mut().zip(block).for_each(|(byte, random)| *byte = random);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY_S, Salts, last_day};

    #[test]
    fn a_copy_does_not_tell_to_the_second_when_its_mandate_ends() {
        assert_eq!(last_day(10 * DAY_S + 5, 0), 10 * DAY_S);
        assert_eq!(last_day(10 * DAY_S, 0), 10 * DAY_S);
        assert_eq!(last_day(10 * DAY_S + 5, 10 * DAY_S), 10 * DAY_S + 5);
    }

    #[test]
    fn salts_come_again_for_the_same_copy_and_for_no_other() {
        let draw = |seed: u8, copy| {
            let mut salts = Salts { seed: [seed; 32], copy, count: 0 };
            let (mut first, mut second) = ([0; 40], [0; 16]);
            salts.fill(&mut first);
            salts.fill(&mut second);
            (first, second)
        };
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0).0[..16], draw(1, 0).1);
        assert_ne!(draw(1, 0), draw(1, 1));
        assert_ne!(draw(1, 0), draw(2, 0));
    }
}
