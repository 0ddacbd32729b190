//! Offices and roles: an agency is data. Read once, from `offices.yaml` of the profile.

use std::{collections::BTreeSet, path::Path};

use sala_core::{
    problem::Problem,
    profile::{PROFILE_INVALID, read_file},
    text::{Lang, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The role whose holders in the administering office appoint officers; it stands in for every role of its own office.
pub const ADMINISTRATOR: &str = "administrator";

/// What one officer of an office may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Role)]
pub struct Role {
    /// Id, unique within the office.
    pub id: String,
    /// What the page calls it.
    pub title: Text,
}

/// A part of the agency that acts under a law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Office)]
pub struct Office {
    /// Id, unique within the hall.
    pub id: String,
    /// What the page calls it.
    pub title: Text,
    /// The law from which its authority comes.
    pub legal_basis: Text,
    /// What its officers may do.
    pub roles: Vec<Role>,
}

/// The roles of one officer in one office.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// Id of the office.
    pub office: String,
    /// Ids of roles of that office.
    pub roles: Vec<String>,
}

/// The citizen whom anyone may be in a demonstration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoCitizen {
    /// Shown as the display name.
    pub name: Text,
}

/// The officer whom anyone may be in a demonstration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoOfficer {
    /// Shown as the display name.
    pub name: Text,
    /// The office in which a sign-in acts that names none.
    pub office: String,
    /// Where the demo officer is appointed.
    pub appointments: Vec<Appointment>,
}

/// Sign-ins without a passkey; they exist only while the hall runs as a demonstration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoSignIns {
    /// The demo citizen.
    pub citizen: DemoCitizen,
    /// The demo officer.
    pub officer: DemoOfficer,
}

/// The agency: its offices and who administers them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offices {
    /// The office whose administrators appoint and dismiss officers.
    pub administration: String,
    /// All offices, in the order in which the profile names them.
    pub offices: Vec<Office>,
    /// The demo sign-ins, if the profile offers them.
    pub demo_sign_ins: Option<DemoSignIns>,
}

impl Offices {
    /// Reads `offices.yaml` of a profile. A mistake is told with its line, broken rules with all their places.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let offices = read_file::<Self>(path)?.value;
        let faults = offices.faults();
        if faults.is_empty() {
            return Ok(offices);
        }
        let (file, count) = (path.display(), faults.len());
        let start = PROFILE_INVALID
            .problem()
            .detail(format!("{file} ผิดกฎ {count} แห่ง"), format!("{file} breaks {count} rule(s), named in `errors`"));
        Err(faults.into_iter().fold(start, |problem, (pointer, detail)| problem.at(format!("{file}#{pointer}"), detail)))
    }

    /// The office with this id.
    pub fn office(&self, id: &str) -> Option<&Office> {
        self.offices.iter().find(|office| office.id == id)
    }

    /// Whether the office exists and has the role.
    pub fn has_role(&self, office: &str, role: &str) -> bool {
        self.office(office).is_some_and(|office| office.roles.iter().any(|known| known.id == role))
    }

    fn faults(&self) -> Vec<(String, String)> {
        let mut faults = vec![];
        let mut ids = BTreeSet::new();
        for (place, office) in self.offices.iter().enumerate() {
            let at = format!("/offices/{place}");
            check_id(&mut faults, &format!("{at}/id"), &office.id);
            if !ids.insert(office.id.as_str()) {
                faults.push((format!("{at}/id"), format!("the office `{}` stands here twice: give each its own id", office.id)));
            }
            check_text(&mut faults, &format!("{at}/title"), &office.title);
            check_text(&mut faults, &format!("{at}/legal_basis"), &office.legal_basis);
            check_roles(&mut faults, &at, &office.roles);
        }
        if !self.has_role(&self.administration, ADMINISTRATOR) {
            faults.push((
                "/administration".into(),
                format!("expected the id of an office that has the role `{ADMINISTRATOR}`, found `{}`", self.administration),
            ));
        }
        if let Some(demo) = &self.demo_sign_ins {
            self.check_demo(&mut faults, demo);
        }
        faults
    }

    fn check_demo(&self, faults: &mut Vec<(String, String)>, demo: &DemoSignIns) {
        check_text(faults, "/demo_sign_ins/citizen/name", &demo.citizen.name);
        check_text(faults, "/demo_sign_ins/officer/name", &demo.officer.name);
        let mut appointed = BTreeSet::new();
        for (place, appointment) in demo.officer.appointments.iter().enumerate() {
            let at = format!("/demo_sign_ins/officer/appointments/{place}");
            if !appointed.insert(appointment.office.as_str()) {
                faults
                    .push((format!("{at}/office"), format!("`{}` stands here twice: name all its roles in one place", appointment.office)));
            }
            if self.office(&appointment.office).is_none() {
                faults.push((format!("{at}/office"), format!("there is no office `{}`", appointment.office)));
                continue;
            }
            if appointment.roles.is_empty() {
                faults.push((format!("{at}/roles"), "expected at least one role".into()));
            }
            for (number, role) in appointment.roles.iter().enumerate() {
                if !self.has_role(&appointment.office, role) {
                    faults.push((format!("{at}/roles/{number}"), format!("the office `{}` has no role `{role}`", appointment.office)));
                }
            }
        }
        if !appointed.contains(demo.officer.office.as_str()) {
            faults.push((
                "/demo_sign_ins/officer/office".into(),
                format!("the demo officer has no appointment in `{}`", demo.officer.office),
            ));
        }
    }
}

fn check_roles(faults: &mut Vec<(String, String)>, at: &str, roles: &[Role]) {
    if roles.is_empty() {
        faults.push((format!("{at}/roles"), "expected at least one role".into()));
    }
    let mut ids = BTreeSet::new();
    for (place, role) in roles.iter().enumerate() {
        let at = format!("{at}/roles/{place}");
        check_id(faults, &format!("{at}/id"), &role.id);
        check_text(faults, &format!("{at}/title"), &role.title);
        if !ids.insert(role.id.as_str()) {
            faults.push((format!("{at}/id"), format!("the role `{}` stands here twice", role.id)));
        }
    }
}

fn check_id(faults: &mut Vec<(String, String)>, at: &str, id: &str) {
    let is_good = id.len() <= 40
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if !is_good {
        faults.push((at.into(), format!("`{id}` is no id: expected a small letter, then small letters, digits and `_`, at most 40")));
    }
}

fn check_text(faults: &mut Vec<(String, String)>, at: &str, text: &Text) {
    for (lang, key) in [(Lang::Th, "th"), (Lang::En, "en")] {
        if text.get(lang).trim().is_empty() {
            faults.push((format!("{at}/{key}"), "expected words, found nothing".into()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../../../profiles/demo/offices.yaml");

    fn read(yaml: &str) -> Result<Offices, Problem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("offices.yaml");
        std::fs::write(&path, yaml).unwrap();
        Offices::read(&path)
    }

    #[test]
    fn the_demo_profile_is_sound_and_its_officer_may_approve_everywhere() {
        let offices = read(DEMO).unwrap();
        assert_eq!(
            offices.offices.iter().map(|office| office.id.as_str()).collect::<Vec<_>>(),
            ["traffic", "health", "energy", "finance", "digital"]
        );
        let officer = offices.demo_sign_ins.clone().unwrap().officer;
        for office in &offices.offices {
            let roles = &officer.appointments.iter().find(|appointment| appointment.office == office.id).unwrap().roles;
            assert!(roles.iter().any(|role| role == "approver" || role == ADMINISTRATOR), "{}", office.id);
        }
    }

    #[test]
    fn a_key_that_is_not_known_is_told_with_its_line() {
        let problem = read(&DEMO.replace("legal_basis:", "law:")).unwrap_err();
        assert!(problem.detail.en.contains("unknown field `law`") && problem.detail.en.contains("line 11"), "{problem}");
    }

    #[test]
    fn every_broken_rule_is_told_at_its_place() {
        let broken = DEMO
            .replace("id: energy", "id: health")
            .replace("en: Digital Team", "en: ' '")
            .replace("administration: digital", "administration: traffic")
            .replace("[approver, analyst] }\n      - { office: health", "[mayor] }\n      - { office: health");
        let problem = read(&broken).unwrap_err();
        let places: Vec<&str> = problem.errors.iter().map(|error| error.pointer.split_once('#').unwrap().1).collect();
        assert_eq!(
            places,
            [
                "/offices/2/id",
                "/offices/4/title/en",
                "/administration",
                "/demo_sign_ins/officer/appointments/0/roles/0",
                "/demo_sign_ins/officer/appointments/2/office",
            ]
        );
    }
}
