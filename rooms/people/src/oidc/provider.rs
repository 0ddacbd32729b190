//! Which identity providers a hall trusts, and how far: `identity.yaml` of the profile.

use std::{collections::BTreeMap, collections::BTreeSet, path::Path};

use sala_core::{
    problem::Problem,
    profile::{PROFILE_INVALID, read_file},
    text::Text,
};
use sala_credential::Algorithm;
use serde::Deserialize;

use super::address::Reach;
use crate::session::SELF_ASSERTED;

/// A value that was given at registration with a provider, and where it lies: one of the three.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Given {
    /// Here.
    value: Option<String>,
    /// In this variable of the environment.
    env: Option<String>,
    /// In this file; a relative path starts at the profile.
    file: Option<String>,
}

/// How the hall proves to a provider that it is the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// By a signed assertion (RFC 7523): the provider knows only a public key.
    PrivateKeyJwt,
    /// By a shared secret in the header (RFC 6749 §2.3.1).
    ClientSecretBasic,
}

/// How strictly both talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conduct {
    /// OpenID Connect Core with PKCE.
    Plain,
    /// FAPI 2.0 Security Profile: the request is pushed (RFC 9126), the client has a key, the answer names its issuer (RFC 9207).
    Fapi2,
}

/// Which claims mean what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ClaimNames {
    /// A name that is offered at registration; none: no name is kept.
    name: Option<String>,
    /// A number in a register of persons, for those who have one.
    number: Option<NumberClaim>,
}

/// A number of a register.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NumberClaim {
    /// Name of the claim.
    pub(crate) claim: String,
    /// Which register numbers so: the same number of two registers is not the same person.
    pub(crate) register: String,
}

/// What a claim says of the level of identity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelClaim {
    /// `acr`, `ial` or what the provider calls it.
    claim: String,
    /// Its values, in hundredths: 110 to 399.
    values: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    id: String,
    title: Text,
    legal_basis: Text,
    issuer: String,
    /// Further hosts of its endpoints.
    #[serde(default)]
    hosts: Vec<String>,
    #[serde(default)]
    is_demo: bool,
    client_id: Given,
    authentication: ClientAuthentication,
    secret: Option<Given>,
    /// Raised to change the keys of the client.
    #[serde(default)]
    key_version: u32,
    profile: Conduct,
    #[serde(default)]
    dpop: bool,
    #[serde(default)]
    is_id_token_encrypted: bool,
    algorithms: Vec<String>,
    scopes: Vec<String>,
    /// Asked for by this name (`acr_values`).
    acr: Option<String>,
    /// Claims are asked from the UserInfo endpoint too.
    #[serde(default)]
    userinfo: bool,
    #[serde(default)]
    claims: ClaimNames,
    level: LevelClaim,
    /// Less is refused, in hundredths.
    minimum_level: i64,
}

/// The file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    providers: Vec<Declaration>,
}

/// A provider that can be asked.
#[derive(Clone)]
pub struct Provider {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) legal_basis: Text,
    pub(crate) issuer: String,
    pub(crate) reach: Reach,
    pub(crate) is_demo: bool,
    pub(crate) client_id: String,
    pub(crate) authentication: ClientAuthentication,
    /// Empty where a key is used.
    pub(crate) secret: String,
    pub(crate) key_version: u32,
    pub(crate) conduct: Conduct,
    pub(crate) has_dpop: bool,
    pub(crate) is_id_token_encrypted: bool,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) scope: String,
    pub(crate) acr: Option<String>,
    pub(crate) asks_userinfo: bool,
    pub(crate) name_claim: Option<String>,
    pub(crate) number_claim: Option<NumberClaim>,
    pub(crate) level_claim: String,
    pub(crate) levels: BTreeMap<String, i64>,
    pub(crate) minimum_level: i64,
}

impl std::fmt::Debug for Provider {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("id", &self.id).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Provider {
    /// Highest level that this provider can prove.
    pub(crate) fn highest_level(&self) -> i64 {
        self.levels.values().copied().max().unwrap_or(SELF_ASSERTED)
    }
}

/// The identity providers of a hall.
#[derive(Debug, Clone, Default)]
pub struct IdentityProviders(Vec<Provider>);

impl IdentityProviders {
    /// Reads `identity.yaml`; where a profile has none, nobody is asked. A provider whose client id or secret is not set (yet) is left out
    /// with a word in the log; so is a demo provider in a hall that is none.
    pub fn read(path: &Path, hall_is_demo: bool) -> Result<Self, Problem> {
        Self::read_with(path, hall_is_demo, &|name| std::env::var(name).ok())
    }

    /// As [`IdentityProviders::read`], with the environment as a parameter.
    pub fn read_with(path: &Path, hall_is_demo: bool, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problem> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let file = read_file::<File>(path)?.value;
        let faults: Vec<(String, String)> =
            file.providers.iter().enumerate().flat_map(|(place, one)| one.faults(place)).chain(doubles(&file.providers)).collect();
        if !faults.is_empty() {
            let (name, count) = (path.display(), faults.len());
            let start = PROFILE_INVALID
                .problem()
                .detail(format!("{name} ผิดกฎ {count} แห่ง"), format!("{name} breaks {count} rule(s), named in `errors`"));
            return Err(faults.into_iter().fold(start, |problem, (at, detail)| problem.at(format!("{name}#{at}"), detail)));
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut providers = vec![];
        for declared in file.providers {
            let id = declared.id.clone();
            if declared.is_demo && !hall_is_demo {
                tracing::warn!(provider = id, "A demo identity provider is left out: this hall is no demonstration");
                continue;
            }
            let provider = declared.into_provider(folder, env)?;
            if provider.is_none() {
                tracing::info!(provider = id, "An identity provider is not offered: its client id or secret is not set");
            }
            providers.extend(provider);
        }
        Ok(Self(providers))
    }

    /// All, in the order of the profile.
    pub(crate) fn all(&self) -> &[Provider] {
        &self.0
    }

    /// The provider with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&Provider> {
        self.0.iter().find(|provider| provider.id == id)
    }
}

fn doubles(providers: &[Declaration]) -> Vec<(String, String)> {
    let (mut ids, mut faults) = (BTreeSet::new(), vec![]);
    for (place, one) in providers.iter().enumerate() {
        if !ids.insert(&one.id) {
            faults.push((format!("/providers/{place}/id"), format!("the provider `{}` stands here twice", one.id)));
        }
        // Subjects are told apart by their issuer.
        if providers.iter().take(place).any(|other| other.issuer == one.issuer) {
            faults.push((format!("/providers/{place}/issuer"), "another provider has this issuer".into()));
        }
    }
    faults
}

impl Declaration {
    fn faults(&self, place: usize) -> Vec<(String, String)> {
        let mut faults = vec![];
        let mut fault = |at: &str, detail: &str| faults.push((format!("/providers/{place}/{at}"), detail.to_owned()));
        if !(1..=40).contains(&self.id.len())
            || !self.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        {
            fault("id", "expected 1 to 40 of a-z, 0-9 and -");
        }
        let texts = [&self.title.th, &self.title.en, &self.legal_basis.th, &self.legal_basis.en];
        if texts.iter().any(|text| text.trim().is_empty()) {
            fault("title", "expected title and legal_basis in Thai and in English");
        }
        let reach = Reach::new(&self.issuer, &self.hosts, self.is_demo);
        if let Err(error) = reach.and_then(|reach| reach.check(&self.issuer)) {
            fault("issuer", &error.to_string());
        }
        if self.issuer.contains('?') {
            fault("issuer", "an issuer has no query");
        }
        for (at, given) in [("client_id", Some(&self.client_id)), ("secret", self.secret.as_ref())] {
            if given.is_some_and(|given| !given.is_one()) {
                fault(at, "expected one of `value`, `env` and `file`");
            }
        }
        match (self.authentication, &self.secret) {
            (ClientAuthentication::ClientSecretBasic, None) => fault("secret", "client_secret_basic needs a secret"),
            (ClientAuthentication::ClientSecretBasic, Some(secret)) if secret.value.is_some() && !self.is_demo => {
                fault("secret", "a secret does not stand in a profile: name a file or a variable of the environment");
            }
            (ClientAuthentication::PrivateKeyJwt, Some(_)) => fault("secret", "private_key_jwt has no secret"),
            _ => {}
        }
        if self.profile == Conduct::Fapi2 && self.authentication != ClientAuthentication::PrivateKeyJwt {
            fault("authentication", "fapi2 needs private_key_jwt");
        }
        let known = self.algorithms.iter().filter_map(|name| Algorithm::from_name(name)).count();
        if known == 0 || known != self.algorithms.len() {
            fault("algorithms", "expected one or more of ES256, EdDSA, RS256, PS256");
        }
        if self.profile == Conduct::Fapi2 && self.algorithms.iter().any(|name| name == "RS256") {
            fault("algorithms", "fapi2 forbids RS256");
        }
        if !self.scopes.iter().any(|scope| scope == "openid") || self.scopes.iter().any(|scope| scope.contains(char::is_whitespace)) {
            fault("scopes", "expected `openid` and others, each a word");
        }
        let is_level = |level: &i64| (SELF_ASSERTED..400).contains(level);
        if self.level.values.is_empty() || !self.level.values.values().all(is_level) {
            fault("level", "expected values from 110 to 399 (hundredths)");
        }
        if !is_level(&self.minimum_level) {
            fault("minimum_level", "expected 110 to 399 (hundredths)");
        }
        faults
    }

    fn into_provider(self, folder: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Option<Provider>, Problem> {
        let secret = match &self.secret {
            None => Some(String::new()),
            Some(given) => given.read(folder, env),
        };
        let (Some(client_id), Some(secret)) = (self.client_id.read(folder, env), secret) else { return Ok(None) };
        let wrong = |error: super::address::AddressError| PROFILE_INVALID.problem().at("/issuer", error.to_string());
        Ok(Some(Provider {
            reach: Reach::new(&self.issuer, &self.hosts, self.is_demo).map_err(wrong)?,
            id: self.id,
            title: self.title,
            legal_basis: self.legal_basis,
            issuer: self.issuer,
            is_demo: self.is_demo,
            client_id,
            authentication: self.authentication,
            secret,
            key_version: self.key_version,
            conduct: self.profile,
            has_dpop: self.dpop,
            is_id_token_encrypted: self.is_id_token_encrypted,
            algorithms: self.algorithms.iter().filter_map(|name| Algorithm::from_name(name)).collect(),
            scope: self.scopes.join(" "),
            acr: self.acr,
            asks_userinfo: self.userinfo,
            name_claim: self.claims.name,
            number_claim: self.claims.number,
            level_claim: self.level.claim,
            levels: self.level.values,
            minimum_level: self.minimum_level,
        }))
    }
}

impl Given {
    fn is_one(&self) -> bool {
        [&self.value, &self.env, &self.file].into_iter().flatten().count() == 1
    }

    fn read(&self, folder: &Path, env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let from_env = || self.env.as_deref().and_then(env);
        let from_file = || self.file.as_ref().and_then(|path| std::fs::read_to_string(folder.join(path)).ok());
        let found = self.value.clone().or_else(from_env).or_else(from_file);
        found.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../../../../profiles/demo/identity.yaml");

    fn read(yaml: &str, is_demo: bool, env: &dyn Fn(&str) -> Option<String>) -> Result<IdentityProviders, Problem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.yaml");
        std::fs::write(&path, yaml).unwrap();
        IdentityProviders::read_with(&path, is_demo, env)
    }

    #[test]
    fn the_demo_profile_is_sound_and_offers_what_is_set_up() {
        assert!(read(DEMO, true, &|_| None).unwrap().all().is_empty());
        let all = read(DEMO, true, &|name| Some(format!("{name} "))).unwrap();
        assert!(all.all().len() >= 2);
        let thaid = all.get("thaid").unwrap();
        assert_eq!((thaid.client_id.as_str(), thaid.highest_level()), ("SALA_THAID_CLIENT_ID", 230));
        assert!(!format!("{all:?}").contains("SECRET"), "a secret is never shown");
        let real = read(DEMO, false, &|name| Some(name.to_owned())).unwrap();
        assert!(real.all().iter().all(|provider| !provider.is_demo) && !real.all().is_empty());
    }

    #[test]
    fn every_broken_rule_is_told_at_its_place() {
        let broken = DEMO
            .replacen("issuer: https://imauth.bora.dopa.go.th", "issuer: http://imauth.bora.dopa.go.th", 1)
            .replacen("secret: { env: SALA_THAID_SECRET }", "secret: { value: hunter2 }", 1)
            .replacen("algorithms: [RS256]", "algorithms: [none, HS256]", 1)
            .replacen("minimum_level: 210", "minimum_level: 2", 1);
        let problem = read(&broken, true, &|_| None).unwrap_err();
        let places: Vec<&str> = problem.errors.iter().map(|error| error.pointer.split_once('#').unwrap().1).collect();
        assert_eq!(places, ["/providers/0/issuer", "/providers/0/secret", "/providers/0/algorithms", "/providers/0/minimum_level"]);
        assert!(!problem.to_string().contains("hunter2"));
        let twice = format!("{DEMO}{}", DEMO.split_once("providers:\n").unwrap().1);
        assert!(read(&twice, true, &|_| None).unwrap_err().errors.iter().any(|error| error.detail.contains("twice")));
    }
}
