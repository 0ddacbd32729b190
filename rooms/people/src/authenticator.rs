//! Which authenticators officers come with: an office accepts any, or only models that their makers attest (WebAuthn L3 §6.5.4), as
//! the profile lists them after the FIDO Metadata Service. Citizens are never asked: an attestation names the model of a device.
//!
//! A model is known by its AAGUID and by the root certificates under which its maker attests. Both are looked at again at each
//! sign-in and at each signature of an officer, so that a model that is struck off the list opens nothing any more.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use sala_core::{
    problem::{INVALID, Problem},
    profile::{PROFILE_INVALID, read_file},
    text::{Lang, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webauthn_rs::prelude::{AttestationCaList, AttestationCaListBuilder, Uuid};

use crate::{
    Offices, People,
    person::Link,
    problems::AUTHENTICATOR_NOT_ACCEPTED,
    store::{self, HALL_KEY, OfficerRow},
};

/// What an office asks of the passkeys of its officers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuthenticatorMode)]
pub enum AuthenticatorMode {
    /// Nothing: any passkey that verifies its holder.
    #[default]
    Any,
    /// An attestation by the maker of one of the listed models.
    Attested,
}

/// A model of authenticator, or several that their maker attests alike.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthenticatorModel {
    /// Id, unique within the file.
    pub id: String,
    /// What the page calls it.
    pub title: Text,
    /// Its AAGUIDs, as the metadata writes them (UUID).
    pub aaguids: BTreeSet<String>,
    /// The root certificates under which its maker attests it (PEM, one each): `attestationRootCertificates` of the metadata.
    pub roots: Vec<String>,
}

/// The rule of one office.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthenticatorRule {
    /// What is asked.
    pub mode: AuthenticatorMode,
    /// Ids of the models that are accepted; only with `attested`.
    #[serde(default)]
    pub models: Vec<String>,
}

/// The file `authenticators.yaml`. An office that it does not name accepts any authenticator.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authenticators {
    /// Known models.
    #[serde(default)]
    pub models: Vec<AuthenticatorModel>,
    /// Rules by office id.
    #[serde(default)]
    pub offices: BTreeMap<String, AuthenticatorRule>,
}

/// What an attestation proved of a passkey when it was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attested {
    /// The model, as the authenticator named it under its maker's signature.
    pub(crate) aaguid: String,
    /// SHA-256 of the root certificate (DER) to which the attestation led, in hexadecimal digits.
    pub(crate) root: String,
}

impl Authenticators {
    /// Reads `authenticators.yaml`; where a profile has none, every office accepts any authenticator. Mistakes are told with their places.
    pub fn read(path: &Path, offices: &Offices) -> Result<Self, Problem> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let mut authenticators = read_file::<Self>(path)?.value;
        let faults = authenticators.faults(offices);
        if faults.is_empty() {
            for model in &mut authenticators.models {
                model.aaguids = model.aaguids.iter().filter_map(|given| Uuid::parse_str(given).ok()).map(|id| id.to_string()).collect();
            }
            return Ok(authenticators);
        }
        let (file, count) = (path.display(), faults.len());
        let start = PROFILE_INVALID
            .problem()
            .detail(format!("{file} ผิดกฎ {count} แห่ง"), format!("{file} breaks {count} rule(s), named in `errors`"));
        Err(faults.into_iter().fold(start, |problem, (pointer, detail)| problem.at(format!("{file}#{pointer}"), detail)))
    }

    fn faults(&self, offices: &Offices) -> Vec<(String, String)> {
        let mut faults = vec![];
        let mut ids = BTreeSet::new();
        for (place, model) in self.models.iter().enumerate() {
            let at = format!("/models/{place}");
            if !ids.insert(model.id.as_str()) {
                faults.push((format!("{at}/id"), format!("the model `{}` stands here twice: give each its own id", model.id)));
            }
            if [Lang::Th, Lang::En].iter().any(|lang| model.title.get(*lang).trim().is_empty()) {
                faults.push((format!("{at}/title"), "expected words in both languages".into()));
            }
            if model.aaguids.is_empty() || model.aaguids.iter().any(|given| Uuid::parse_str(given).map_or(true, |id| id.is_nil())) {
                faults.push((format!("{at}/aaguids"), "expected one or more AAGUIDs (UUID, not all zero)".into()));
            }
            if model.roots.is_empty() {
                faults.push((format!("{at}/roots"), "expected at least one root certificate (PEM)".into()));
            }
            for (number, root) in model.roots.iter().enumerate() {
                if let Err(fault) =
                    AttestationCaListBuilder::new().insert_device_pem(root.as_bytes(), Uuid::nil(), String::new(), BTreeMap::new())
                {
                    faults.push((format!("{at}/roots/{number}"), format!("expected one X.509 certificate in PEM: {fault}")));
                }
            }
        }
        for (office, rule) in &self.offices {
            let at = format!("/offices/{office}");
            if offices.office(office).is_none() {
                faults.push((at.clone(), format!("there is no office `{office}`")));
            }
            if (rule.mode == AuthenticatorMode::Attested) == rule.models.is_empty() {
                faults.push((format!("{at}/models"), "expected models with the mode `attested`, and none with `any`".into()));
            }
            for (place, model) in rule.models.iter().enumerate().filter(|(_, model)| !ids.contains(model.as_str())) {
                faults.push((format!("{at}/models/{place}"), format!("there is no model `{model}`")));
            }
        }
        faults
    }

    /// What an office asks.
    pub fn mode(&self, office: &str) -> AuthenticatorMode {
        self.offices.get(office).map_or(AuthenticatorMode::Any, |rule| rule.mode)
    }

    /// The models that an office accepts; none where it accepts any.
    pub fn models_of<'m>(&'m self, office: &str) -> impl Iterator<Item = &'m AuthenticatorModel> + use<'m> {
        let rule = self.offices.get(office).filter(|rule| rule.mode == AuthenticatorMode::Attested);
        self.models.iter().filter(move |model| rule.is_some_and(|rule| rule.models.contains(&model.id)))
    }

    /// To what an attestation must lead at this office; `None` where nothing is asked.
    pub(crate) fn asked_by(&self, office: &str) -> Option<AttestationCaList> {
        (self.mode(office) == AuthenticatorMode::Attested).then(|| trust(self.models_of(office)))
    }

    /// Whether an officer of this office may come with a passkey of which this is known.
    pub(crate) fn accepts(&self, office: &str, attested: Option<&Attested>) -> bool {
        match (self.mode(office), attested) {
            (AuthenticatorMode::Any, _) => true,
            (AuthenticatorMode::Attested, None) => false,
            (AuthenticatorMode::Attested, Some(attested)) => self.models_of(office).any(|model| model.is(attested)),
        }
    }

    /// What the page calls the model of a passkey; its AAGUID when it is on the list no more.
    pub(crate) fn title_of(&self, attested: &Attested) -> Text {
        let known = self.models.iter().find(|model| model.is(attested));
        known.map_or_else(|| Text::new(&attested.aaguid, &attested.aaguid), |model| model.title.clone())
    }
}

impl AuthenticatorModel {
    fn is(&self, attested: &Attested) -> bool {
        self.aaguids.contains(&attested.aaguid) && trust([self].into_iter()).cas().keys().any(|root| hex::encode(root) == attested.root)
    }
}

/// The roots of these models, each only for the AAGUIDs that stand with it.
fn trust<'m>(models: impl Iterator<Item = &'m AuthenticatorModel>) -> AttestationCaList {
    let mut list = AttestationCaListBuilder::new();
    for model in models {
        for (root, aaguid) in model.roots.iter().flat_map(|root| model.aaguids.iter().map(move |aaguid| (root, aaguid))) {
            // Both were read once, in `faults`; what could not be read here would only be trusted less.
            if let Ok(aaguid) = Uuid::parse_str(aaguid) {
                let _ = list.insert_device_pem(root.as_bytes(), aaguid, model.title.en.clone(), BTreeMap::new());
            }
        }
    }
    list.build()
}

impl People {
    /// To what the attestation of a passkey for this office must lead.
    pub(crate) fn attestation_for(&self, office: Option<&str>) -> Result<Option<AttestationCaList>, Problem> {
        match office {
            Some(office) if self.offices.office(office).is_none() => {
                Err(INVALID.problem().at("/office", format!("there is no office `{office}`")))
            }
            Some(office) => Ok(self.config.authenticators.asked_by(office)),
            None => Ok(None),
        }
    }

    /// Whether a person has a passkey with which they may act in this office.
    pub(crate) async fn has_accepted_passkey(&self, person: &str, office: &str) -> Result<bool, Problem> {
        if self.config.authenticators.mode(office) == AuthenticatorMode::Any {
            return Ok(true);
        }
        let passkeys = self.passkeys(person).await?;
        Ok(passkeys.iter().any(|(_, secret)| self.config.authenticators.accepts(office, secret.attested.as_ref())))
    }

    /// Whether the office asks for an attestation and the person has a passkey with one.
    pub(crate) async fn has_attested_passkey(&self, person: &str, office: &str) -> Result<bool, Problem> {
        Ok(self.config.authenticators.mode(office) == AuthenticatorMode::Attested && self.has_accepted_passkey(person, office).await?)
    }

    /// Whether an officer has a passkey that their office accepts; `None` where it accepts any.
    pub(crate) async fn officer_is_attested(&self, row: &OfficerRow) -> Result<Option<bool>, Problem> {
        let office = &row.acting.office;
        if self.config.authenticators.mode(office) == AuthenticatorMode::Any {
            return Ok(None);
        }
        let link: Link = store::unseal(&self.store, HALL_KEY, "officer", &row.acting.handle, &row.link).await?;
        self.has_accepted_passkey(&link.person, office).await.map(Some)
    }

    /// Refuses to appoint who could not act: 403.
    pub(crate) async fn require_accepted_passkey(&self, person: &str, office: &str) -> Result<(), Problem> {
        if self.has_accepted_passkey(person, office).await? { Ok(()) } else { Err(self.not_accepted(office)) }
    }

    /// The refusal, with the models that would be accepted.
    pub(crate) fn not_accepted(&self, office: &str) -> Problem {
        let names = |lang| self.config.authenticators.models_of(office).map(|model| model.title.get(lang)).collect::<Vec<_>>().join(", ");
        let (th, en) = (names(Lang::Th), names(Lang::En));
        AUTHENTICATOR_NOT_ACCEPTED
            .problem()
            .detail(format!("หน่วยงาน ({office}) รับเฉพาะ: {th}"), format!("The office ({office}) accepts only: {en}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICES: &str = include_str!("../../../profiles/demo/offices.yaml");
    const DEMO: &str = include_str!("../../../profiles/demo/authenticators.yaml");

    fn read(yaml: &str) -> Result<Authenticators, Problem> {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let offices = Offices::read(&path("offices.yaml", OFFICES)).unwrap();
        Authenticators::read(&path("authenticators.yaml", yaml), &offices)
    }

    #[test]
    fn the_demo_profile_asks_nothing_and_so_does_a_profile_without_the_file() {
        let demo = read(DEMO).unwrap();
        for office in ["traffic", "health", "digital", "nowhere"] {
            assert_eq!((demo.mode(office), demo.asked_by(office)), (AuthenticatorMode::Any, None));
            assert!(demo.accepts(office, None) && Authenticators::default().accepts(office, None));
        }
    }

    #[test]
    fn every_broken_rule_is_told_at_its_place() {
        let broken = "models:\n  - { id: a, title: { th: ก, en: ' ' }, aaguids: [not-one], roots: [rubbish] }\n  \
            - { id: a, title: { th: ก, en: a }, aaguids: [00000000-0000-0000-0000-000000000000], roots: [] }\n\
            offices:\n  navy: { mode: any, models: [a] }\n  health: { mode: attested }\n  digital: { mode: attested, models: [b] }\n";
        let problem = read(broken).unwrap_err();
        let places: Vec<&str> = problem.errors.iter().map(|error| error.pointer.split_once('#').unwrap().1).collect();
        assert_eq!(
            places,
            [
                "/models/0/title",
                "/models/0/aaguids",
                "/models/0/roots/0",
                "/models/1/id",
                "/models/1/aaguids",
                "/models/1/roots",
                "/offices/digital/models/0",
                "/offices/health/models",
                "/offices/navy",
                "/offices/navy/models",
            ]
        );
        assert!(read("models: []\noffices: { health: { mode: every } }").unwrap_err().detail.en.contains("unknown variant `every`"));
    }
}
