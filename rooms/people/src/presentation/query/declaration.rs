//! `presentations.yaml` of the profile: read, held against its rules, each fault told at its place.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use sala_core::{
    problem::Problem,
    profile::{PROFILE_INVALID, read_file},
    text::Text,
};
use sala_credential::openid4vp::{
    dcql::{CredentialQuery, Query},
    request::ResponseMode,
};
use serde::Deserialize;
use serde_json::Value;

use super::{Issuer, Presentations, PublishedQuery};
use crate::{
    Desk, Offices,
    oidc::address::{AddressError, Reach},
};

/// The issuer that is the hall itself.
const HALL: &str = "hall";
/// Stands at the beginning of the hall's own types, whose address a profile does not know.
const OWN_ADDRESS: &str = "{hall}/";
/// Ten years.
const MOST_DAYS: u32 = 3_660;

/// Someone else whose credentials are believed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerDeclaration {
    id: String,
    title: Text,
    /// The address that stands in its credentials (`iss`).
    issuer: String,
    /// Further hosts of its keys and status lists.
    #[serde(default)]
    hosts: Vec<String>,
    /// May be on the hall's own machine; left out where the hall is no demonstration.
    #[serde(default)]
    is_demo: bool,
    /// Its credentials can't be revoked; else one without a status is refused.
    #[serde(default)]
    without_status: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct QueryDeclaration {
    id: String,
    title: Text,
    /// Why it is asked; the wallet's holder reads this.
    purpose: Text,
    legal_basis: Text,
    /// So many days after the answer it is erased.
    days_kept: u32,
    /// Every persona may ask.
    #[serde(default)]
    asked_by_anyone: bool,
    /// Officers at these desks may ask.
    #[serde(default)]
    asked_by: Vec<Desk>,
    #[serde(default = "encrypted")]
    response_mode: ResponseMode,
    /// Ids of those who are believed, for each credential that is asked for. `hall` is the hall itself.
    issuers: BTreeMap<String, Vec<String>>,
    /// OpenID4VP 1.0 §6.
    dcql: Value,
}

fn encrypted() -> ResponseMode {
    ResponseMode::DirectPostJwt
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Raised to change the key that signs requests.
    #[serde(default)]
    key_version: u32,
    #[serde(default)]
    issuers: Vec<IssuerDeclaration>,
    #[serde(default)]
    queries: Vec<QueryDeclaration>,
}

impl Presentations {
    /// Reads `presentations.yaml`; where a profile has none, nothing is asked. `origin` is the hall's address: it takes the place of
    /// `{hall}` in the types. What asks for a demonstration's issuer is left out, with a word in the log, where the hall is none.
    pub fn read(path: &Path, offices: &Offices, origin: &str, hall_is_demo: bool) -> Result<Self, Problem> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let mut file = read_file::<File>(path)?.value;
        let origin = origin.trim_end_matches('/');
        for query in &mut file.queries {
            settle(&mut query.dcql, origin);
        }
        let faults = file.faults(offices, origin);
        if !faults.is_empty() {
            let (name, count) = (path.display(), faults.len());
            let start = PROFILE_INVALID
                .problem()
                .detail(format!("{name} ผิดกฎ {count} แห่ง"), format!("{name} breaks {count} rule(s), named in `errors`"));
            return Err(faults.into_iter().fold(start, |problem, (at, detail)| problem.at(format!("{name}#{at}"), detail)));
        }
        let mut issuers = vec![Issuer { id: HALL.into(), title: None, address: origin.into(), reach: None, needs_status: true }];
        for declared in file.issuers.into_iter().filter(|issuer| hall_is_demo || !issuer.is_demo) {
            issuers.push(declared.into_issuer().map_err(|error| PROFILE_INVALID.problem().at("/issuers", error.to_string()))?);
        }
        let mut queries = vec![];
        for declared in file.queries {
            let id = declared.id.clone();
            let query = declared.publish(&issuers)?;
            if query.is_none() {
                tracing::warn!(query = id, "A query is left out: it trusts a demonstration's issuer, and this hall is no demonstration");
            }
            queries.extend(query);
        }
        Ok(Self { key_version: file.key_version, queries })
    }
}

/// Writes the hall's address into its own types.
fn settle(dcql: &mut Value, origin: &str) {
    match dcql {
        Value::String(text) => {
            if let Some(rest) = text.strip_prefix(OWN_ADDRESS) {
                *text = format!("{origin}/{rest}");
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| settle(value, origin)),
        Value::Object(members) => members.values_mut().for_each(|value| settle(value, origin)),
        _ => {}
    }
}

fn is_id(id: &str) -> bool {
    (1..=40).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_said(text: &Text) -> bool {
    !text.th.trim().is_empty() && !text.en.trim().is_empty()
}

impl File {
    fn faults(&self, offices: &Offices, origin: &str) -> Vec<(String, String)> {
        let mut faults = vec![];
        let mut ids = BTreeSet::from([HALL]);
        for (place, issuer) in self.issuers.iter().enumerate() {
            if !ids.insert(&issuer.id) {
                faults.push((
                    format!("/issuers/{place}/id"),
                    format!("the issuer `{}` stands here twice, or is the hall's own name", issuer.id),
                ));
            }
            faults.extend(issuer.faults().into_iter().map(|(at, detail)| (format!("/issuers/{place}/{at}"), detail)));
        }
        let mut seen = BTreeSet::new();
        for (place, query) in self.queries.iter().enumerate() {
            if !seen.insert(&query.id) {
                faults.push((format!("/queries/{place}/id"), format!("the query `{}` stands here twice", query.id)));
            }
            faults.extend(query.faults(offices, &ids, origin).into_iter().map(|(at, detail)| (format!("/queries/{place}/{at}"), detail)));
        }
        faults
    }
}

impl IssuerDeclaration {
    fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = vec![];
        if !is_id(&self.id) {
            faults.push(("id", "expected 1 to 40 of a-z, 0-9 and -".into()));
        }
        if !is_said(&self.title) {
            faults.push(("title", "expected a title in Thai and in English".into()));
        }
        let reach = Reach::new(&self.issuer, &self.hosts, self.is_demo);
        if let Err(error) = reach.and_then(|reach| reach.check(&self.issuer)) {
            faults.push(("issuer", error.to_string()));
        }
        if self.issuer.contains('?') || self.issuer.ends_with('/') {
            faults.push(("issuer", "an issuer has no query and no / at its end".into()));
        }
        faults
    }

    fn into_issuer(self) -> Result<Issuer, AddressError> {
        let reach = Some(Reach::new(&self.issuer, &self.hosts, self.is_demo)?);
        Ok(Issuer { id: self.id, title: Some(self.title), address: self.issuer, reach, needs_status: !self.without_status })
    }
}

impl QueryDeclaration {
    fn faults(&self, offices: &Offices, issuers: &BTreeSet<&str>, origin: &str) -> Vec<(String, String)> {
        let mut faults = vec![];
        let mut fault = |at: &str, detail: String| faults.push((at.to_owned(), detail));
        if !is_id(&self.id) {
            fault("id", "expected 1 to 40 of a-z, 0-9 and -".into());
        }
        if ![&self.title, &self.purpose, &self.legal_basis].into_iter().all(is_said) {
            fault("title", "expected title, purpose and legal_basis in Thai and in English".into());
        }
        if !(1..=MOST_DAYS).contains(&self.days_kept) {
            fault("days_kept", format!("expected 1 to {MOST_DAYS} days"));
        }
        if !self.asked_by_anyone && self.asked_by.is_empty() {
            fault("asked_by", "nobody may ask this: name desks, or set asked_by_anyone".into());
        }
        for (place, desk) in self.asked_by.iter().enumerate() {
            if !offices.has_role(&desk.office, &desk.role) {
                fault(&format!("asked_by/{place}"), format!("there is no office `{}` with the role `{}`", desk.office, desk.role));
            }
        }
        let query = match self.query() {
            Ok(query) => query,
            Err(error) => {
                fault("dcql", error);
                return faults;
            }
        };
        for credential in &query.credentials {
            if let Some(detail) = fault_of(credential) {
                fault(&format!("dcql/credentials/{}", credential.id), detail.into());
            }
            let named = self.issuers.get(&credential.id).map_or(&[][..], Vec::as_slice);
            let at = format!("issuers/{}", credential.id);
            if named.is_empty() {
                fault(&at, "expected one or more ids of issuers".into());
            }
            if let Some(unknown) = named.iter().find(|id| !issuers.contains(id.as_str())) {
                fault(&at, format!("there is no issuer `{unknown}`"));
            }
            // A type is a word of whoever controls its address; another's signature under it means nothing.
            let is_own = |vct: &str| vct.starts_with(&format!("{origin}/"));
            if credential.types().is_ok_and(|types| types.into_iter().any(is_own)) && named.iter().any(|id| id != HALL) {
                fault(&at, "only the hall itself issues its own types".into());
            }
        }
        if let Some(unknown) = self.issuers.keys().find(|id| query.credential(id).is_none()) {
            fault("issuers", format!("no credential `{unknown}` is asked for"));
        }
        faults
    }

    fn query(&self) -> Result<Query, String> {
        Query::parse(self.dcql.to_string().as_bytes()).map_err(|error| error.to_string())
    }

    /// `None` if someone is missing in `issuers`.
    fn publish(self, issuers: &[Issuer]) -> Result<Option<PublishedQuery>, Problem> {
        let dcql = self.query().map_err(|error| PROFILE_INVALID.problem().at("/queries", error))?;
        let mut believed = BTreeMap::new();
        for (credential, ids) in &self.issuers {
            let found: Vec<Issuer> = ids.iter().filter_map(|id| issuers.iter().find(|issuer| issuer.id == *id)).cloned().collect();
            if found.len() != ids.len() {
                return Ok(None);
            }
            believed.insert(credential.clone(), found);
        }
        Ok(Some(PublishedQuery {
            id: self.id,
            title: self.title,
            purpose: self.purpose,
            legal_basis: self.legal_basis,
            days_kept: self.days_kept,
            is_for_anyone: self.asked_by_anyone,
            desks: self.asked_by,
            response_mode: self.response_mode,
            dcql,
            issuers: believed,
        }))
    }
}

fn fault_of(credential: &CredentialQuery) -> Option<&'static str> {
    if credential.format != sala_credential::vc::TYPE {
        return Some("only dc+sd-jwt can be verified here");
    }
    // A credential that is shown without its holder's key could be anyone's copy.
    (!credential.require_cryptographic_holder_binding).then_some("its holder must prove their key")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../../../../../profiles/demo/presentations.yaml");

    fn read(yaml: &str, is_demo: bool) -> Result<Presentations, Problem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("presentations.yaml");
        std::fs::write(&path, yaml).unwrap();
        let offices = Offices::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo/offices.yaml")).unwrap();
        Presentations::read(&path, &offices, "https://hall.example/", is_demo)
    }

    #[test]
    fn the_demo_profile_is_sound_and_asks_for_types_of_this_hall() {
        let demo = read(DEMO, true).unwrap();
        assert!(demo.all().len() >= 3);
        let proven = demo.get("proven-person").unwrap();
        assert!(proven.dcql.credentials[0].types().unwrap()[0].starts_with("https://hall.example/credential-types/"));
        assert_eq!(proven.all_issuers()[0].address, "https://hall.example");
        assert_eq!(proven.response_mode, ResponseMode::DirectPostJwt);
        let real = read(DEMO, false).unwrap();
        assert!(real.all().len() < demo.all().len(), "an issuer of a demonstration is believed in none but a demonstration");
        assert!(real.all().iter().flat_map(PublishedQuery::all_issuers).all(|issuer| issuer.id == HALL));
    }

    #[test]
    fn every_broken_rule_is_told_at_its_place() {
        let places = |yaml: &str| -> Vec<String> {
            let problem = read(yaml, true).unwrap_err();
            problem.errors.iter().map(|error| error.pointer.split_once('#').unwrap().1.to_owned()).collect()
        };
        let yaml = "
issuers:
  - { id: hall, title: { th: ก, en: '' }, issuer: 'http://uni.example/' }
queries:
  - id: Q
    title: { th: ก, en: a }
    purpose: { th: ก, en: a }
    legal_basis: { th: ก, en: a }
    days_kept: 0
    asked_by: [{ office: digital, role: king }]
    issuers: { a: [nobody], b: [hall] }
    dcql: { credentials: [{ id: a, format: mso_mdoc, meta: {} }] }
  - id: own
    title: { th: ก, en: a }
    purpose: { th: ก, en: a }
    legal_basis: { th: ก, en: a }
    days_kept: 1
    issuers: { a: [hall, uni] }
    dcql: { credentials: [{ id: a, format: dc+sd-jwt, meta: { vct_values: ['{hall}/credential-types/x'] }, require_cryptographic_holder_binding: false }] }
  - id: own
    title: { th: ก, en: a }
    purpose: { th: ก, en: a }
    legal_basis: { th: ก, en: a }
    days_kept: 1
    asked_by_anyone: true
    issuers: {}
    dcql: { credentials: [] }
";
        assert_eq!(
            places(yaml),
            [
                "/issuers/0/id",
                "/issuers/0/title",
                "/issuers/0/issuer",
                "/issuers/0/issuer",
                "/queries/0/id",
                "/queries/0/days_kept",
                "/queries/0/asked_by/0",
                "/queries/0/dcql/credentials/a",
                "/queries/0/issuers/a",
                "/queries/0/issuers",
                "/queries/1/asked_by",
                "/queries/1/dcql/credentials/a",
                "/queries/1/issuers/a",
                "/queries/1/issuers/a",
                "/queries/2/id",
                "/queries/2/dcql",
            ]
        );
        assert!(read("questions: []", true).unwrap_err().to_string().contains("unknown field `questions`"));
    }
}
