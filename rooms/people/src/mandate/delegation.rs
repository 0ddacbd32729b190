//! What can be delegated, and in which form: `mandates.yaml` of the profile. Without that file nothing can.

use std::{collections::BTreeSet, path::Path};

use sala_core::{
    problem::Problem,
    profile::{PROFILE_INVALID, read_file},
    text::{Lang, Text},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::offices::Offices;

/// The longest term that a form may allow: ten years.
const MOST_DAYS: i64 = 3660;

/// Words of operation ids that nobody can do for another: they prove or change who someone is, are one's own vote, or would hand
/// a mandate on (Civil and Commercial Code, section 808: an agent acts in person).
const PERSONAL: &[&str] = &[
    "ballot",
    "ballots",
    "credential",
    "credentials",
    "custodian",
    "custodians",
    "demo",
    "erasure",
    "identities",
    "identity",
    "mandate",
    "mandates",
    "organisation",
    "organisations",
    "own",
    "passkey",
    "passkeys",
    "persona",
    "personas",
    "recoveries",
    "recovery",
    "session",
    "sessions",
    "sign",
    "signature",
    "signatures",
    "token",
    "tokens",
    "vote",
    "votes",
];

/// Operations that are delegated together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MandateGroup)]
pub struct Group {
    /// Id, unique within the profile.
    pub id: String,
    /// What the page calls it.
    pub title: Text,
    /// Operation ids of the API; one that ends in `*` stands for all that begin so.
    pub operations: Vec<String>,
    /// Whether money moves by it: then a mandate must state a limit.
    #[serde(default)]
    pub moves_money: bool,
}

/// Who can give a mandate of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// A natural person, by a persona.
    Person,
    /// An organisation that is registered with the hall.
    Organisation,
}

/// Who files a mandate of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MandateAskedBy)]
pub enum AskedBy {
    /// The principal offers it, the agent accepts.
    Principal,
    /// The agent asks for it and an officer decides on the evidence: for a principal who can't act, such as a ward.
    Agent,
}

/// The officers who decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MandateConfirmation)]
pub struct Confirmation {
    /// Id of the office.
    pub office: String,
    /// Role that its officer must hold.
    pub role: String,
}

/// A legal form of acting for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MandateForm)]
pub struct Form {
    /// Id, unique within the profile.
    pub id: String,
    /// What the page calls it.
    pub title: Text,
    /// The law that allows it.
    pub legal_basis: Text,
    /// What someone should know before using it.
    #[schema(required)]
    pub advice: Option<Text>,
    /// Who can give it.
    pub principal: Principal,
    /// Who files it.
    pub asked_by: AskedBy,
    /// It ends at most so many days after it was filed.
    pub longest_days: i64,
    /// What evidence must be named; null: none.
    #[schema(required)]
    pub evidence: Option<Text>,
    /// Who must confirm it; null: nobody.
    #[schema(required)]
    pub confirmation: Option<Confirmation>,
}

/// How organisations are registered with the hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationRules)]
pub struct OrganisationRules {
    /// The law by which an organisation acts through its representatives.
    pub legal_basis: Text,
    /// What evidence must be named.
    pub evidence: Text,
    /// Who confirms them.
    pub confirmation: Confirmation,
}

/// What can be delegated in this hall.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// What can be delegated.
    pub groups: Vec<Group>,
    /// In which forms.
    pub forms: Vec<Form>,
    /// How organisations are registered; null: they are not.
    #[schema(required)]
    pub organisations: Option<OrganisationRules>,
}

/// Whether an operation can be done in person only.
pub(crate) fn is_personal(operation: &str) -> bool {
    operation.split('_').any(|word| PERSONAL.contains(&word.trim_end_matches('*')))
}

/// Whether a pattern of a group stands for an operation.
pub(crate) fn matches(pattern: &str, operation: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == operation, |start| operation.starts_with(start))
}

impl Delegation {
    /// Reads `mandates.yaml` of a profile; a profile without it delegates nothing. A mistake is told with its line, broken rules
    /// with all their places.
    pub fn read(path: &Path, offices: &Offices) -> Result<Self, Problem> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let delegation = read_file::<Self>(path)?.value;
        let faults = delegation.faults(offices);
        if faults.is_empty() {
            return Ok(delegation);
        }
        let (file, count) = (path.display(), faults.len());
        let start = PROFILE_INVALID
            .problem()
            .detail(format!("{file} ผิดกฎ {count} แห่ง"), format!("{file} breaks {count} rule(s), named in `errors`"));
        Err(faults.into_iter().fold(start, |problem, (pointer, detail)| problem.at(format!("{file}#{pointer}"), detail)))
    }

    /// The form with this id.
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }

    /// What an entry of a scope is called: a group, or an operation of one.
    pub fn title(&self, entry: &str) -> Option<&Text> {
        self.groups.iter().find(|group| group.id == entry).map(|group| &group.title)
    }

    /// The patterns of operations that an entry of a scope stands for, and whether money moves by it: a group, or one operation that
    /// a group has. `None`: it can't be delegated.
    pub(crate) fn resolve(&self, entry: &str) -> Option<(Vec<String>, bool)> {
        if let Some(group) = self.groups.iter().find(|group| group.id == entry) {
            return Some((group.operations.clone(), group.moves_money));
        }
        let group = self.group_of(entry)?;
        Some((vec![entry.to_owned()], group.moves_money))
    }

    /// Whether an operation can be delegated today.
    pub(crate) fn allows(&self, operation: &str) -> bool {
        self.group_of(operation).is_some()
    }

    /// A group that has this operation; one by which money moves goes first, so that its limit is not evaded.
    fn group_of(&self, operation: &str) -> Option<&Group> {
        if is_personal(operation) || operation.contains('*') {
            return None;
        }
        let having = || self.groups.iter().filter(|group| group.operations.iter().any(|pattern| matches(pattern, operation)));
        having().find(|group| group.moves_money).or_else(|| having().next())
    }

    fn faults(&self, offices: &Offices) -> Vec<(String, String)> {
        let mut faults = vec![];
        let mut ids = BTreeSet::new();
        for (place, group) in self.groups.iter().enumerate() {
            let at = format!("/groups/{place}");
            check_id(&mut faults, &at, &group.id, &mut ids);
            check_text(&mut faults, &format!("{at}/title"), &group.title);
            check_operations(&mut faults, &at, &group.operations);
        }
        let mut ids = BTreeSet::new();
        for (place, form) in self.forms.iter().enumerate() {
            let at = format!("/forms/{place}");
            check_id(&mut faults, &at, &form.id, &mut ids);
            self.check_form(&mut faults, &at, form, offices);
        }
        if let Some(rules) = &self.organisations {
            check_text(&mut faults, "/organisations/legal_basis", &rules.legal_basis);
            check_text(&mut faults, "/organisations/evidence", &rules.evidence);
            check_confirmation(&mut faults, "/organisations/confirmation", &rules.confirmation, offices);
        }
        faults
    }

    fn check_form(&self, faults: &mut Vec<(String, String)>, at: &str, form: &Form, offices: &Offices) {
        check_text(faults, &format!("{at}/title"), &form.title);
        check_text(faults, &format!("{at}/legal_basis"), &form.legal_basis);
        for (key, text) in [("advice", &form.advice), ("evidence", &form.evidence)] {
            if let Some(text) = text {
                check_text(faults, &format!("{at}/{key}"), text);
            }
        }
        if !(1..=MOST_DAYS).contains(&form.longest_days) {
            faults.push((format!("{at}/longest_days"), format!("expected 1 to {MOST_DAYS} days, found {}", form.longest_days)));
        }
        match &form.confirmation {
            Some(confirmation) => {
                check_confirmation(faults, &format!("{at}/confirmation"), confirmation, offices);
                if form.evidence.is_none() {
                    faults.push((format!("{at}/evidence"), "expected words: an officer who confirms needs evidence to look at".into()));
                }
            }
            None if form.asked_by == AskedBy::Agent => faults.push((
                format!("{at}/confirmation"),
                "expected an office and a role: what the agent asks for, an officer must confirm, or anyone could act for anyone".into(),
            )),
            None => {}
        }
        if form.principal == Principal::Organisation {
            if self.organisations.is_none() {
                faults.push((
                    format!("{at}/principal"),
                    "organisations can't be registered: add `organisations`, or let persons give it".into(),
                ));
            }
            if form.asked_by == AskedBy::Agent {
                faults.push((
                    format!("{at}/asked_by"),
                    "an organisation can act, so it offers the mandate itself: expected `principal`".into(),
                ));
            }
        }
    }
}

fn check_operations(faults: &mut Vec<(String, String)>, at: &str, operations: &[String]) {
    if operations.is_empty() {
        faults.push((format!("{at}/operations"), "expected at least one operation id".into()));
    }
    for (place, pattern) in operations.iter().enumerate() {
        let name = pattern.strip_suffix('*').unwrap_or(pattern);
        let is_name = name.len() >= 3 && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
        if !is_name {
            faults.push((
                format!("{at}/operations/{place}"),
                format!(
                    "`{pattern}` is no operation id: expected one as in the OpenAPI document, or its beginning (3 letters or more) and `*`"
                ),
            ));
        } else if is_personal(pattern) {
            faults.push((format!("{at}/operations/{place}"), format!("`{pattern}` can be done in person only")));
        }
    }
}

fn check_confirmation(faults: &mut Vec<(String, String)>, at: &str, confirmation: &Confirmation, offices: &Offices) {
    if !offices.has_role(&confirmation.office, &confirmation.role) {
        faults.push((at.to_owned(), format!("the office `{}` has no role `{}` in offices.yaml", confirmation.office, confirmation.role)));
    }
}

fn check_id<'i>(faults: &mut Vec<(String, String)>, at: &str, id: &'i str, seen: &mut BTreeSet<&'i str>) {
    let is_good = id.len() <= 40
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if !is_good {
        faults.push((
            format!("{at}/id"),
            format!("`{id}` is no id: expected a small letter, then small letters, digits and `_`, at most 40"),
        ));
    }
    if !seen.insert(id) {
        faults.push((format!("{at}/id"), format!("`{id}` stands here twice: give each its own id")));
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
mod tests;
