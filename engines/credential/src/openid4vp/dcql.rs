//! Digital Credentials Query Language (§6).

mod answer;
mod evaluate;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{CredentialError, claims_path::ClaimsPath, json};

pub use answer::VpToken;
pub use evaluate::{Evaluation, Held, Match};

const WHAT: &str = "DCQL query";
const MAX_ENTRIES: usize = 64;

/// What a verifier asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// The credentials, at least one.
    pub credentials: Vec<CredentialQuery>,
    /// Which of them together are enough; none: all are needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_sets: Option<Vec<CredentialSet>>,
}

/// One credential.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CredentialQuery {
    /// Its name in this query.
    pub id: String,
    /// Its format; only `dc+sd-jwt` can be answered here.
    pub format: String,
    /// May several be shown?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
    /// What the format asks: for `dc+sd-jwt`, `vct_values`.
    pub meta: Map<String, Value>,
    /// Who must have issued it; refused here, see [`Query::validate`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_authorities: Option<Vec<Value>>,
    /// Must the holder prove their key? Yes, if nothing is said.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub require_cryptographic_holder_binding: bool,
    /// Claims, at least one; none: nothing that could be withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Vec<ClaimQuery>>,
    /// Sets of claim ids of which one is enough, the best liked first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim_sets: Option<Vec<Vec<String>>>,
}

/// One claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimQuery {
    /// Its name in this credential's query; needed with `claim_sets`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where it stands.
    pub path: ClaimsPath,
    /// Texts, whole numbers or booleans of which it must be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
}

/// Choices of credentials that serve one end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialSet {
    /// Each a set of credential ids; one is enough, the best liked first.
    pub options: Vec<Vec<String>>,
    /// Must it be answered? Yes, if nothing is said.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

impl Query {
    /// Reads and validates a query.
    ///
    /// # Errors
    /// [`CredentialError::TooLarge`], [`CredentialError::Malformed`], and as [`Query::validate`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CredentialError> {
        let query: Self = json::read(bytes, WHAT, super::MAX_BYTES)?;
        query.validate()?;
        Ok(query)
    }

    /// Keeps the query to the specification's rules.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`] with the rule; [`CredentialError::Unsupported`] for `trusted_authorities`: an answer that does not look
    /// at them would claim a trust that nobody checked.
    pub fn validate(&self) -> Result<(), CredentialError> {
        let malformed = |reason| Err(CredentialError::malformed(WHAT, reason));
        if !(1..=MAX_ENTRIES).contains(&self.credentials.len()) {
            return malformed("it does not ask for 1 to 64 credentials");
        }
        let ids: BTreeSet<&str> = self.credentials.iter().map(|query| query.id.as_str()).collect();
        if ids.len() != self.credentials.len() || !ids.iter().all(|id| is_id(id)) {
            return malformed("an id of a credential is there twice, or has other characters than letters, digits, _ and -");
        }
        self.credentials.iter().try_for_each(CredentialQuery::validate)?;
        let Some(sets) = &self.credential_sets else { return Ok(()) };
        let options = || sets.iter().flat_map(|set| &set.options);
        if !(1..=MAX_ENTRIES).contains(&sets.len()) || sets.iter().any(|set| !(1..=MAX_ENTRIES).contains(&set.options.len())) {
            return malformed("its credential_sets or their options are empty or more than 64");
        }
        if options().any(Vec::is_empty) || !options().flatten().all(|id| ids.contains(id.as_str())) {
            return malformed("an option of its credential_sets is empty or names a credential that is not asked for");
        }
        Ok(())
    }

    /// The query of this id.
    pub fn credential(&self, id: &str) -> Option<&CredentialQuery> {
        self.credentials.iter().find(|query| query.id == id)
    }

    /// The ids to answer, of those that can be: for each set the first option that can be answered, or all (§6.4.2). `None` if the query can't be
    /// answered.
    pub(crate) fn choose(&self, can_answer: impl Fn(&str) -> bool) -> Option<Vec<String>> {
        let mut chosen = Vec::new();
        match &self.credential_sets {
            None if self.credentials.iter().all(|query| can_answer(&query.id)) => {
                chosen = self.credentials.iter().map(|query| query.id.clone()).collect();
            }
            None => return None,
            Some(sets) => {
                for set in sets.iter().filter(|set| set.required) {
                    chosen.extend(set.options.iter().find(|option| option.iter().all(|id| can_answer(id)))?.iter().cloned());
                }
            }
        }
        chosen.sort();
        chosen.dedup();
        Some(chosen)
    }
}

impl CredentialQuery {
    fn validate(&self) -> Result<(), CredentialError> {
        let malformed = |reason| Err(CredentialError::malformed(WHAT, reason));
        if self.trusted_authorities.is_some() {
            return Err(CredentialError::Unsupported { what: "trusted_authorities of a DCQL query" });
        }
        if self.format == crate::vc::TYPE {
            self.types()?;
        }
        let claims = self.claims.as_deref().unwrap_or_default();
        if self.claims.is_some() && !(1..=MAX_ENTRIES).contains(&claims.len()) {
            return malformed("it does not ask for 1 to 64 claims");
        }
        let ids: BTreeSet<&str> = claims.iter().filter_map(|claim| claim.id.as_deref()).collect();
        if ids.len() != claims.iter().filter(|claim| claim.id.is_some()).count() || !ids.iter().all(|id| is_id(id)) {
            return malformed("an id of a claim is there twice, or has other characters than letters, digits, _ and -");
        }
        let is_plain = |value: &Value| value.is_string() || value.is_boolean() || value.is_i64() || value.is_u64();
        if claims.iter().filter_map(|claim| claim.values.as_ref()).any(|values| values.is_empty() || !values.iter().all(is_plain)) {
            return malformed("values of a claim are none, or not texts, whole numbers or booleans");
        }
        let Some(sets) = &self.claim_sets else { return Ok(()) };
        if !(1..=MAX_ENTRIES).contains(&sets.len()) || sets.iter().any(Vec::is_empty) || ids.len() != claims.len() {
            return malformed("its claim_sets are empty, or a claim has no id");
        }
        if !sets.iter().flatten().all(|id| ids.contains(id.as_str())) {
            return malformed("its claim_sets name a claim that is not asked for");
        }
        Ok(())
    }

    /// The types of which the credential may be (`vct_values`), at least one.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`].
    pub fn types(&self) -> Result<Vec<&str>, CredentialError> {
        let types: Option<Vec<&str>> = match self.meta.get("vct_values") {
            Some(Value::Array(values)) if !values.is_empty() => values.iter().map(Value::as_str).collect(),
            _ => None,
        };
        types.ok_or(CredentialError::malformed(WHAT, "vct_values of a dc+sd-jwt are missing"))
    }
}

/// §6.1: letters, digits, underscore, hyphen.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 256 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(query: &Value) -> Result<Query, CredentialError> {
        Query::parse(query.to_string().as_bytes())
    }

    #[test]
    fn a_query_is_written_as_it_was_read() {
        let query = json!({
            "credentials": [
                {"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["https://a"]}, "claims": [
                    {"id": "a", "path": ["given_name"]}, {"id": "b", "path": ["nationalities", null], "values": ["TH", 7, true]}
                ], "claim_sets": [["a", "b"], ["a"]]},
                {"id": "mdl", "format": "mso_mdoc", "meta": {"doctype_value": "org.iso.18013.5.1.mDL"}, "multiple": true, "require_cryptographic_holder_binding": false}
            ],
            "credential_sets": [{"options": [["pid"], ["mdl"]]}, {"options": [["mdl"]], "required": false}]
        });
        assert_eq!(serde_json::to_value(parse(&query).unwrap()).unwrap(), query);
    }

    #[test]
    fn a_query_that_breaks_a_rule_is_refused() {
        let good = json!({
            "credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["t"]}, "claims": [{"id": "x", "path": ["n"], "values": ["v"]}], "claim_sets": [["x"]]}],
            "credential_sets": [{"options": [["a"]]}]
        });
        assert!(parse(&good).is_ok());
        let broken = [
            ("/credentials", json!([])),
            ("/credentials/0/id", json!("a b")),
            ("/credentials/0/meta", json!({})),
            ("/credentials/0/meta/vct_values", json!([7])),
            ("/credentials/0/claims", json!([])),
            ("/credentials/0/claims/0/path", json!([])),
            ("/credentials/0/claims/0/path/0", json!(-1)),
            ("/credentials/0/claims/0/values", json!([])),
            ("/credentials/0/claims/0/values/0", json!(1.5)),
            ("/credentials/0/claims/0/values/0", json!({})),
            ("/credentials/0/claims/0/id", Value::Null),
            ("/credentials/0/claim_sets", json!([["y"]])),
            ("/credentials/0/claim_sets", json!([[]])),
            ("/credential_sets", json!([])),
            ("/credential_sets/0/options", json!([])),
            ("/credential_sets/0/options/0/0", json!("b")),
        ];
        for (pointer, value) in broken {
            let mut query = good.clone();
            *query.pointer_mut(pointer).unwrap() = value;
            assert!(parse(&query).is_err(), "{pointer}");
        }
        let mut query = good.clone();
        query["credentials"][0]["trusted_authorities"] = json!([{"type": "aki", "values": ["x"]}]);
        assert!(matches!(parse(&query), Err(CredentialError::Unsupported { .. })));
    }
}
