//! Does an answer hold: signature, issuer, times, the holder's key, the query, the status? And what of it is kept: only what was asked.

use std::collections::BTreeMap;

use sala_core::{
    ctx::Ctx,
    problem::{Code, Problem},
    time::Timestamp,
};
use sala_credential::{
    Algorithm, ClaimsPath, CredentialError, KeySet, PathStep,
    openid4vp::dcql::{CredentialQuery, VpToken},
    sd_jwt::{KeyBindingCheck, SdJwt},
    status::Status,
    vc::{self, Credential},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    LIFE_S,
    issuer::IssuerError,
    query::{Issuer, PublishedQuery},
};
use crate::{
    People,
    problems::{
        CREDENTIAL_NOT_IN_FORCE, CREDENTIAL_UNCHECKED, ISSUER_UNTRUSTED, PRESENTATION_DECLINED, PRESENTATION_INCOMPLETE,
        PRESENTATION_INVALID, RESPONSE_CODE_INVALID,
    },
};

/// With what issuers and holders may sign: as the request says.
pub(super) const ALLOWED: [Algorithm; 2] = [Algorithm::Es256, Algorithm::EdDsa];
/// By how much clocks may differ.
const LEEWAY_S: i64 = 60;

/// Why an answer is not taken, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refusal {
    Declined,
    Invalid,
    Incomplete,
    Untrusted,
    Expired,
    NotYetValid,
    Revoked,
    Suspended,
    Unchecked,
    /// It holds, but another browser than the one that asked came back with it.
    ElsewhereOpened,
}

impl Refusal {
    /// How it is told to whoever asked.
    pub(crate) fn problem(self) -> Problem {
        let not_in_force = |th: &str, en: &str| CREDENTIAL_NOT_IN_FORCE.problem().detail(th, en);
        let code: &'static Code = match self {
            Self::Declined => &PRESENTATION_DECLINED,
            Self::Invalid => &PRESENTATION_INVALID,
            Self::Incomplete => &PRESENTATION_INCOMPLETE,
            Self::Untrusted => &ISSUER_UNTRUSTED,
            Self::Unchecked => &CREDENTIAL_UNCHECKED,
            Self::ElsewhereOpened => &RESPONSE_CODE_INVALID,
            Self::Expired => {
                return not_in_force("บัตรหมดอายุแล้ว ให้ผู้ถือขอใบใหม่จากผู้ออก", "It has expired. The holder gets a new one from its issuer.");
            }
            Self::NotYetValid => return not_in_force("บัตรยังไม่ถึงวันเริ่มใช้", "It is not valid yet."),
            Self::Revoked => return not_in_force("ผู้ออกเพิกถอนบัตรนี้แล้ว", "Its issuer has revoked it."),
            Self::Suspended => return not_in_force("ผู้ออกระงับบัตรนี้ไว้ชั่วคราว", "Its issuer has suspended it for the time being."),
        };
        code.problem()
    }
}

/// A refusal on its way, with the cause for the log.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) refusal: Refusal,
    pub(crate) because: String,
}

impl Refused {
    fn new(refusal: Refusal, because: impl ToString) -> Self {
        Self { refusal, because: because.to_string() }
    }
}

/// What is said of form, keys and signatures; times are told apart where it is known whose they are.
impl From<CredentialError> for Refused {
    fn from(error: CredentialError) -> Self {
        let refusal = if matches!(error, CredentialError::Answer { .. }) { Refusal::Incomplete } else { Refusal::Invalid };
        Self::new(refusal, error)
    }
}

impl From<IssuerError> for Refused {
    fn from(error: IssuerError) -> Self {
        Self::new(Refusal::Unchecked, error)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::new(Refusal::Unchecked, problem)
    }
}

/// A credential that was shown and holds, with no more of it than was asked for: neither the holder's key nor the place in the status list,
/// by which two showings could be joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShownCredential {
    /// Id of the credential in the query.
    pub id: String,
    /// Its type (`vct`).
    pub vct: String,
    /// Address of its issuer.
    pub issuer: String,
    /// The claims that were asked for, as they stand in the credential; of lists what was shown.
    pub claims: Map<String, Value>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// The issuer's status list says that it holds; false: it has none, and the profile lets this issuer do without.
    pub has_status: bool,
}

/// For whom and when an answer is made.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) query: &'a PublishedQuery,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) ctx: &'a Ctx,
}

impl People {
    /// Verifies all that a wallet shows.
    pub(super) async fn verify_answer(&self, asked: Asked<'_>, token: &VpToken) -> Result<Vec<ShownCredential>, Refused> {
        let mut keys: BTreeMap<String, KeySet> = BTreeMap::new();
        for (id, presentations) in &token.0 {
            for presentation in presentations {
                let jws = SdJwt::parse(presentation)?.unverified()?;
                if !ALLOWED.contains(&jws.algorithm()) {
                    return Err(CredentialError::AlgorithmNotAllowed { name: jws.algorithm().name().to_owned() }.into());
                }
                // Nothing of this is believed yet; it tells whom to ask.
                let named = jws.hint("iss").unwrap_or_default();
                let issuer = believed(asked.query, id, &named)?;
                let found = match &issuer.reach {
                    Some(reach) => self.presented.issuers.keys(asked.ctx.now, issuer, reach, &jws).await?,
                    None => self.own_credential_keys().await?,
                };
                keys.insert(named, found);
            }
        }
        let answers = asked.query.dcql.check(token, |query, presentation| asked.verify(query, presentation, &keys))?;
        let mut shown = vec![];
        for (id, credentials) in answers {
            let query = asked.query.dcql.credential(&id).ok_or_else(|| Refused::new(Refusal::Incomplete, "nobody asked for it"))?;
            for credential in credentials {
                let issuer = believed(asked.query, &id, credential.issuer.as_deref().unwrap_or_default())?;
                let has_status = self.require_in_force(asked.ctx, issuer, &credential).await?;
                shown.push(ShownCredential {
                    id: id.clone(),
                    vct: credential.vct,
                    issuer: issuer.address.clone(),
                    claims: asked_claims(query, credential.claims),
                    expires_at: credential.expires_s.map(Timestamp::from_seconds),
                    has_status,
                });
            }
        }
        Ok(shown)
    }

    /// Whether the issuer's list says so; refuses what was revoked, suspended or can't be checked.
    async fn require_in_force(&self, ctx: &Ctx, issuer: &Issuer, credential: &Credential) -> Result<bool, Refused> {
        let Some(reference) = &credential.status else {
            if issuer.needs_status {
                return Err(Refused::new(Refusal::Unchecked, "it has no status"));
            }
            return Ok(false);
        };
        let status = match &issuer.reach {
            Some(reach) => self.presented.issuers.status(ctx.now, issuer, reach, reference).await?,
            None => self.own_credential_status(ctx, reference).await?,
        };
        match status {
            Status::Valid => Ok(true),
            Status::Suspended => Err(Refused::new(Refusal::Suspended, "it is suspended")),
            Status::Invalid | Status::Other(_) => Err(Refused::new(Refusal::Revoked, "it is revoked")),
        }
    }
}

/// The issuer with this address, if it is believed for this credential of the query.
fn believed<'q>(query: &'q PublishedQuery, credential: &str, address: &str) -> Result<&'q Issuer, Refused> {
    if query.dcql.credential(credential).is_none() {
        return Err(Refused::new(Refusal::Incomplete, "nobody asked for it"));
    }
    let found = query.issuers_of(credential).iter().find(|issuer| issuer.address == address);
    found.ok_or_else(|| Refused::new(Refusal::Untrusted, "the query does not name its issuer"))
}

impl Asked<'_> {
    fn verify(&self, query: &CredentialQuery, presentation: &SdJwt, keys: &BTreeMap<String, KeySet>) -> Result<Credential, Refused> {
        let jws = presentation.unverified()?;
        let issuer = believed(self.query, &query.id, &jws.hint("iss").unwrap_or_default())?;
        let keys = keys.get(&issuer.address).ok_or_else(|| Refused::new(Refusal::Untrusted, "its issuer has no keys here"))?;
        let key = keys.select(jws.key_id(), jws.algorithm())?;
        let now_s = self.ctx.now.seconds();
        // First the credential alone: only so it is known whose time is over.
        let check =
            vc::Check { now_s, leeway_s: LEEWAY_S, allowed: &ALLOWED, issuer: Some(&issuer.address), types: &[], key_binding: None };
        vc::verify(presentation, key, &check).map_err(|error| match error {
            CredentialError::Expired => Refused::new(Refusal::Expired, error),
            CredentialError::NotYetValid => Refused::new(Refusal::NotYetValid, error),
            other => other.into(),
        })?;
        let binding = KeyBindingCheck {
            audience: self.client_id,
            nonce: self.nonce,
            now_s,
            leeway_s: LEEWAY_S,
            max_age_s: LIFE_S,
            allowed: &ALLOWED,
        };
        Ok(vc::verify(presentation, key, &vc::Check { key_binding: Some(binding), ..check })?)
    }
}

/// What was asked for of the claims that were shown: a wallet may show more, and this hall keeps no more than its query says.
fn asked_claims(query: &CredentialQuery, claims: Map<String, Value>) -> Map<String, Value> {
    let paths: Vec<&[PathStep]> = query.claims.iter().flatten().map(|claim| ClaimsPath::steps(&claim.path)).collect();
    match pruned(Value::Object(claims), &paths) {
        Some(Value::Object(kept)) => kept,
        _ => Map::new(),
    }
}

/// The part of a value to which the paths lead; `None`: none does. An index leads to each element, as elements before it may have been
/// withheld.
fn pruned(value: Value, paths: &[&[PathStep]]) -> Option<Value> {
    if paths.iter().any(|path| path.is_empty()) {
        return Some(value);
    }
    match value {
        Value::Object(members) => {
            let kept: Map<String, Value> = members
                .into_iter()
                .filter_map(|(name, value)| {
                    let below: Vec<&[PathStep]> = paths
                        .iter()
                        .filter_map(|path| match path.split_first() {
                            Some((PathStep::Name(step), rest)) if *step == name => Some(rest),
                            _ => None,
                        })
                        .collect();
                    Some((name, pruned(value, &below)?))
                })
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(values) => {
            let below: Vec<&[PathStep]> = paths
                .iter()
                .filter_map(|path| match path.split_first() {
                    Some((PathStep::Index(_) | PathStep::All, rest)) => Some(rest),
                    _ => None,
                })
                .collect();
            let kept: Vec<Value> = values.into_iter().filter_map(|value| pruned(value, &below)).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sala_credential::openid4vp::dcql::Query;
    use serde_json::json;

    use super::*;

    fn kept(claims: Value, asked: Value) -> Value {
        let query = json!({"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["t"]}, "claims": asked}]});
        let query = Query::parse(query.to_string().as_bytes()).unwrap();
        let Value::Object(claims) = claims else { unreachable!() };
        Value::Object(asked_claims(&query.credentials[0], claims))
    }

    #[test]
    fn only_what_was_asked_for_is_kept() {
        let claims = json!({
            "vct": "t", "cnf": {"jwk": {}}, "status": {"status_list": {"idx": 7, "uri": "u"}}, "name": "Somchai", "age": 30,
            "address": {"street": "1", "city": "Chiang Mai"}, "languages": ["th", "en"], "degrees": [{"level": "BA", "year": 2560}, {"level": "MA"}]
        });
        let asked = json!([{"path": ["age"]}, {"path": ["address", "city"]}, {"path": ["languages", 1]}, {"path": ["degrees", null, "level"]}, {"path": ["nobody"]}]);
        let expected =
            json!({"age": 30, "address": {"city": "Chiang Mai"}, "languages": ["th", "en"], "degrees": [{"level": "BA"}, {"level": "MA"}]});
        assert_eq!(kept(claims.clone(), asked), expected);
        assert_eq!(
            kept(claims, json!([{"path": ["address"]}, {"path": ["address", "city"]}])),
            json!({"address": {"street": "1", "city": "Chiang Mai"}})
        );
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), "[a-c]".prop_map(Value::from)];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-c]", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_is_kept_that_no_path_leads_to_and_nothing_else_is_lost(value in value(), name in "[a-c]", below in "[a-c]") {
            let steps = [PathStep::Name(name.clone()), PathStep::Name(below.clone())];
            let kept = pruned(value.clone(), &[&steps]);
            let led_to = value.get(&name).and_then(|value| value.get(&below)).cloned();
            prop_assert_eq!(kept, led_to.map(|value| json!({ &name: { &below: value } })));
        }
    }
}
