//! What the profile decides about data of persons: how long an erasure and a recovery wait, who may read what for which purpose, who
//! may place a hold. Read once, from `privacy.yaml`.

use std::{collections::BTreeSet, path::Path};

use sala_core::{
    problem::Problem,
    profile::{PROFILE_INVALID, read_file},
    text::Text,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Offices;

const DAY_S: i64 = 24 * 3600;
/// The purpose under which the recovery desk compares a name.
pub(crate) const RECOVERY: &str = "recovery";

/// What of a person may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonField {
    /// The name that the person gave.
    Name,
    /// In which offices the person is appointed.
    Appointments,
    /// How many passkeys the person has.
    Passkeys,
}

impl PersonField {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Appointments => "appointments",
            Self::Passkeys => "passkeys",
        }
    }
}

/// An office and the role that one of its officers needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskRule)]
pub struct Desk {
    /// Id of the office.
    pub office: String,
    /// Id of a role of that office.
    pub role: String,
}

/// Why someone else than the person may read, under which law, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Purpose)]
pub struct Purpose {
    /// Id, unique within the hall.
    pub id: String,
    /// What the page calls it.
    pub title: Text,
    /// The law that allows it.
    pub legal_basis: Text,
    /// Who may read for it.
    pub readers: Vec<Desk>,
    /// What they may read.
    pub fields: Vec<PersonField>,
    /// For so many days the person is not told, where a law delays it (police, anti-corruption). 0: told at once.
    #[serde(default)]
    pub hidden_days: u32,
}

/// Who may place and lift a legal hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldRule {
    /// Id of the office.
    pub office: String,
    /// Id of a role of that office.
    pub role: String,
    /// Whether a law lets this office delay telling the person.
    #[serde(default)]
    pub may_hide: bool,
}

/// How recovery waits, and who helps in person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecoveryRules {
    /// Seconds from the opening of a recovery until it may bind a passkey.
    pub cool_off_s: i64,
    /// Seconds after that in which nothing can be signed.
    pub settle_s: i64,
    /// Whose officers help in person, two of them each time; none: there is no such desk.
    pub registrar: Option<Desk>,
}

impl Default for RecoveryRules {
    fn default() -> Self {
        Self { cool_off_s: DAY_S, settle_s: DAY_S, registrar: None }
    }
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// Seconds from a request for erasure until it is carried out.
    pub erasure_wait_s: i64,
    /// See there.
    pub recovery: RecoveryRules,
    /// Who may place holds.
    pub holds: Vec<HoldRule>,
    /// Why others may read.
    pub purposes: Vec<Purpose>,
}

impl Default for Privacy {
    fn default() -> Self {
        Self { erasure_wait_s: 7 * DAY_S, recovery: RecoveryRules::default(), holds: vec![], purposes: vec![] }
    }
}

impl Privacy {
    /// Reads `privacy.yaml`; where a profile has none, a week for erasure, a day for each wait of a recovery, and nobody reads or holds.
    pub fn read(path: &Path, offices: &Offices) -> Result<Self, Problem> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let privacy = read_file::<Self>(path)?.value;
        let faults = privacy.faults(offices);
        if faults.is_empty() {
            return Ok(privacy);
        }
        let (file, count) = (path.display(), faults.len());
        let start = PROFILE_INVALID
            .problem()
            .detail(format!("{file} ผิดกฎ {count} แห่ง"), format!("{file} breaks {count} rule(s), named in `errors`"));
        Err(faults.into_iter().fold(start, |problem, (pointer, detail)| problem.at(format!("{file}#{pointer}"), detail)))
    }

    /// The purpose with this id.
    pub(crate) fn purpose(&self, id: &str) -> Option<&Purpose> {
        self.purposes.iter().find(|purpose| purpose.id == id)
    }

    fn faults(&self, offices: &Offices) -> Vec<(String, String)> {
        let mut faults = vec![];
        let waits = [
            ("/erasure_wait_s", self.erasure_wait_s),
            ("/recovery/cool_off_s", self.recovery.cool_off_s),
            ("/recovery/settle_s", self.recovery.settle_s),
        ];
        for (at, wait) in waits.into_iter().filter(|(_, wait)| !(1..=90 * DAY_S).contains(wait)) {
            faults.push((at.into(), format!("expected 1 second to 90 days, found {wait} s")));
        }
        let mut desks: Vec<(String, &str, &str)> = vec![];
        desks.extend(self.recovery.registrar.iter().map(|desk| ("/recovery/registrar".into(), &*desk.office, &*desk.role)));
        desks.extend(self.holds.iter().enumerate().map(|(place, hold)| (format!("/holds/{place}"), &*hold.office, &*hold.role)));
        let mut ids = BTreeSet::new();
        for (place, purpose) in self.purposes.iter().enumerate() {
            let at = format!("/purposes/{place}");
            if !ids.insert(&purpose.id) {
                faults.push((format!("{at}/id"), format!("the purpose `{}` stands here twice", purpose.id)));
            }
            let texts = [&purpose.title.th, &purpose.title.en, &purpose.legal_basis.th, &purpose.legal_basis.en];
            if texts.iter().any(|text| text.trim().is_empty()) {
                faults.push((at.clone(), "expected title and legal_basis in Thai and in English".into()));
            }
            if purpose.fields.is_empty() {
                faults.push((format!("{at}/fields"), "expected at least one field".into()));
            }
            let readers = purpose.readers.iter().enumerate();
            desks.extend(readers.map(|(number, desk)| (format!("{at}/readers/{number}"), &*desk.office, &*desk.role)));
        }
        for (at, office, role) in desks {
            if !offices.has_role(office, role) {
                faults.push((at, format!("there is no office `{office}` with the role `{role}`")));
            }
        }
        if let Some(registrar) = &self.recovery.registrar
            && !self.purpose(RECOVERY).is_some_and(|purpose| purpose.readers.contains(registrar) && purpose.fields == [PersonField::Name])
        {
            faults
                .push(("/recovery/registrar".into(), format!("the registrar must read for a purpose `{RECOVERY}` with the field `name`")));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../../../profiles/demo/privacy.yaml");

    fn read(yaml: &str) -> Result<Privacy, Problem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("privacy.yaml");
        std::fs::write(&path, yaml).unwrap();
        let offices = Offices::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo/offices.yaml")).unwrap();
        Privacy::read(&path, &offices)
    }

    #[test]
    fn the_demo_profile_is_sound_and_waits_a_minute() {
        let privacy = read(DEMO).unwrap();
        assert_eq!((privacy.erasure_wait_s, privacy.recovery.cool_off_s, privacy.recovery.settle_s), (60, 60, 60));
        assert!(privacy.purposes.iter().any(|purpose| purpose.hidden_days > 0) && privacy.holds.iter().any(|hold| hold.may_hide));
    }

    #[test]
    fn a_profile_that_says_nothing_waits_long_and_lets_nobody_read() {
        let privacy = read("{}").unwrap();
        assert_eq!((privacy.erasure_wait_s, privacy.recovery.cool_off_s), (7 * DAY_S, DAY_S));
        assert!(privacy.purposes.is_empty() && privacy.holds.is_empty() && privacy.recovery.registrar.is_none());
    }

    #[test]
    fn every_broken_rule_is_told_at_its_place() {
        let broken = DEMO.replace("erasure_wait_s: 60", "erasure_wait_s: 0").replace("role: registrar", "role: king");
        let problem = read(&broken).unwrap_err();
        let places: Vec<&str> = problem.errors.iter().map(|error| error.pointer.split_once('#').unwrap().1).collect();
        assert_eq!(places, ["/erasure_wait_s", "/recovery/registrar", "/purposes/1/readers/0"]);
        assert!(read("waits: 1").unwrap_err().to_string().contains("unknown field `waits`"));
    }
}
