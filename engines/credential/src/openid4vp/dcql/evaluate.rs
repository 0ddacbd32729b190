//! The wallet's side: which of the held credentials answer a query, and with which claims (§6.4).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{ClaimQuery, CredentialQuery, Query};
use crate::{CredentialError, claims_path::ClaimsPath, sd_jwt::SdJwt, vc};

/// A credential that its holder has, all of its claims in plain.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    claims: Map<String, Value>,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Held")
    }
}

impl Held {
    /// An SD-JWT VC as it was issued.
    ///
    /// # Errors
    /// As [`SdJwt::unverified_claims`].
    pub fn new(credential: &SdJwt) -> Result<Self, CredentialError> {
        Ok(Self { claims: credential.unverified_claims()? })
    }
}

/// A held credential that answers a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Its number among the held ones.
    pub held: usize,
    /// What has to be shown, each value by itself, for [`SdJwt::select`].
    pub disclose: Vec<ClaimsPath>,
}

/// What a wallet can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// For each credential query the held credentials that answer it; a query that none answers has none.
    pub matches: BTreeMap<String, Vec<Match>>,
    /// The queries to answer; `None` if the whole can't be answered, and then nothing at all is shown.
    pub chosen: Option<Vec<String>>,
}

impl Query {
    /// Looks through the held credentials.
    #[must_use]
    pub fn evaluate(&self, held: &[Held]) -> Evaluation {
        let mut matches = BTreeMap::new();
        for query in &self.credentials {
            let answers = held.iter().enumerate().filter_map(|(number, held)| {
                let disclose = query.answer(&held.claims)?;
                Some(Match { held: number, disclose })
            });
            matches.insert(query.id.clone(), answers.collect::<Vec<_>>());
        }
        let chosen = self.choose(|id| matches.get(id).is_some_and(|matches: &Vec<_>| !matches.is_empty()));
        Evaluation { matches, chosen }
    }
}

impl CredentialQuery {
    /// The paths to be shown of a credential with these claims; `None` if it does not answer the query.
    fn answer(&self, claims: &Map<String, Value>) -> Option<Vec<ClaimsPath>> {
        if self.require_cryptographic_holder_binding && !claims.contains_key("cnf") {
            return None;
        }
        self.meets(claims, ClaimQuery::answer)
    }

    /// Do the claims that were shown answer the query?
    pub(super) fn is_answered_by(&self, claims: &Map<String, Value>) -> bool {
        self.meets(claims, |claim, root| claim.is_answered_by(root).then(Vec::new)).is_some()
    }

    /// What `answer` says to all claims that are asked for, or to those of the first set to which it says something at all.
    fn meets(
        &self,
        claims: &Map<String, Value>,
        answer: impl Fn(&ClaimQuery, &Value) -> Option<Vec<ClaimsPath>>,
    ) -> Option<Vec<ClaimsPath>> {
        let vct = claims.get("vct").and_then(Value::as_str)?;
        if self.format != vc::TYPE || !self.types().ok()?.contains(&vct) {
            return None;
        }
        let root = Value::Object(claims.clone());
        let asked = self.claims.as_deref().unwrap_or_default();
        let all = |is_wanted: &dyn Fn(&ClaimQuery) -> bool| {
            asked.iter().filter(|claim| is_wanted(claim)).try_fold(Vec::new(), |mut paths, claim| {
                paths.extend(answer(claim, &root)?);
                Some(paths)
            })
        };
        match &self.claim_sets {
            None => all(&|_| true),
            Some(sets) => sets.iter().find_map(|set| all(&|claim| claim.id.as_ref().is_some_and(|id| set.contains(id)))),
        }
    }
}

impl ClaimQuery {
    /// The paths of the values that answer: all to which the path leads, and with `values` only those that are among them (§6.4.1).
    fn answer(&self, root: &Value) -> Option<Vec<ClaimsPath>> {
        let found = self.path.expand(root).ok()?.into_iter();
        let paths: Vec<_> = found.filter(|(_, value)| self.wants(value)).map(|(path, _)| path).collect();
        (!paths.is_empty()).then_some(paths)
    }

    fn is_answered_by(&self, root: &Value) -> bool {
        self.path.select_shown(root).into_iter().any(|value| self.wants(value))
    }

    fn wants(&self, value: &Value) -> bool {
        self.values.as_ref().is_none_or(|values| values.contains(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn query(credentials: Value, sets: Option<Value>) -> Query {
        let mut query = json!({ "credentials": credentials });
        if let Some(sets) = sets {
            query["credential_sets"] = sets;
        }
        Query::parse(query.to_string().as_bytes()).unwrap()
    }

    fn held(claims: Value) -> Held {
        Held { claims: claims.as_object().unwrap().clone() }
    }

    fn wallet() -> Vec<Held> {
        vec![
            held(
                json!({"vct": "pid", "cnf": {}, "name": "Somchai", "nationalities": ["TH", "DE"], "address": {"city": "Chiang Mai", "zip": 50000}}),
            ),
            held(json!({"vct": "card", "name": "Somchai", "level": 3})),
            held(json!({"vct": "pid", "cnf": {}, "name": "สมชาย", "nationalities": ["TH"]})),
        ]
    }

    fn credential(id: &str, vct: &str, more: Value) -> Value {
        let mut credential = json!({"id": id, "format": "dc+sd-jwt", "meta": {"vct_values": [vct]}});
        for (name, value) in more.as_object().unwrap() {
            credential[name] = value.clone();
        }
        credential
    }

    fn matches(query: &Query, id: &str) -> Vec<(usize, Vec<String>)> {
        let evaluation = query.evaluate(&wallet());
        evaluation.matches[id].iter().map(|found| (found.held, found.disclose.iter().map(ToString::to_string).collect())).collect()
    }

    #[test]
    fn values_and_wildcards_choose_the_elements_to_show() {
        let asked = |claims: Value| query(json!([credential("a", "pid", json!({ "claims": claims }))]), None);
        let paths = |list: &[&str]| list.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
        let german = asked(json!([{"path": ["nationalities", null], "values": ["DE"]}]));
        assert_eq!(matches(&german, "a"), [(0, paths(&[r#"["nationalities",1]"#]))]);
        let all = asked(json!([{"path": ["nationalities", null]}, {"path": ["name"]}]));
        assert_eq!(matches(&all, "a")[1], (2, paths(&[r#"["nationalities",0]"#, r#"["name"]"#])));
        assert_eq!(matches(&asked(json!([{"path": ["address", "zip"], "values": ["50000"]}])), "a"), []);
        assert_eq!(matches(&asked(json!([{"path": ["address", "zip"], "values": [50000]}])), "a").len(), 1);
        assert_eq!(matches(&asked(json!([{"path": ["nationalities", 1]}])), "a").len(), 1);
        assert_eq!(matches(&asked(json!([{"path": ["name", 0]}])), "a"), []);
    }

    #[test]
    fn the_first_claim_set_that_can_be_answered_is_taken() {
        let claims =
            json!({"claims": [{"id": "n", "path": ["name"]}, {"id": "c", "path": ["address", "city"]}], "claim_sets": [["c"], ["n"]]});
        let found = matches(&query(json!([credential("a", "pid", claims)]), None), "a");
        assert_eq!(found[0].1, [r#"["address","city"]"#]);
        assert_eq!(found[1].1, [r#"["name"]"#]);
    }

    #[test]
    fn a_credential_that_is_bound_to_no_key_answers_only_where_none_is_asked() {
        assert_eq!(matches(&query(json!([credential("a", "card", json!({}))]), None), "a"), []);
        let unbound = credential("a", "card", json!({"require_cryptographic_holder_binding": false}));
        assert_eq!(matches(&query(json!([unbound]), None), "a"), [(1, vec![])]);
    }

    #[test]
    fn sets_of_credentials_say_what_is_enough() {
        let credentials = json!([credential("pid", "pid", json!({})), credential("visa", "visa", json!({}))]);
        let chosen = |sets: Option<Value>| query(credentials.clone(), sets).evaluate(&wallet()).chosen;
        assert_eq!(chosen(None), None);
        assert_eq!(chosen(Some(json!([{"options": [["visa"], ["pid"]]}]))), Some(vec!["pid".to_owned()]));
        assert_eq!(chosen(Some(json!([{"options": [["visa", "pid"]]}]))), None);
        assert_eq!(chosen(Some(json!([{"options": [["pid"]]}, {"options": [["visa"]], "required": false}]))), Some(vec!["pid".to_owned()]));
        assert_eq!(chosen(Some(json!([{"options": [["pid"]]}, {"options": [["visa"]]}]))), None);
    }
}
