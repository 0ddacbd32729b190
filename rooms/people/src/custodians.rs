//! Custodians: offices and outside bodies that hold shares of one key, under which the ways from personas to their persons lie.
//!
//! The hall is only the board on which they make that key (`sala-custody`): each of their messages is an act. What the hall knows of a
//! custodian is the public key that the profile pins, and every request of a custodian is a note signed with it.

pub(crate) mod board;
pub(crate) mod handover;
pub(crate) mod link;
pub(crate) mod note;
pub(crate) mod reign;

use std::{collections::BTreeSet, path::Path};

use sala_core::{
    ctx::Ctx,
    problem::Problem,
    profile::{PROFILE_INVALID, read_file},
    text::{Lang, Text},
};
use sala_log::VerifierKey;
use serde::Deserialize;

use crate::{Desk, Offices, PersonField};

const LONGEST_S: i64 = 366 * 24 * 3600;

/// One who holds a share.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodyMember {
    /// Id, unique within the committee.
    pub id: String,
    /// What the page calls it.
    pub title: Text,
    /// Whose officers decide for it at the desk of this hall; none for an outside body, which decides where its share lies.
    pub desk: Option<Desk>,
    /// Public key of the custodian, as `sala custodian` prints it; none: this hall runs the custodian itself.
    pub key: Option<String>,
    /// The hall runs this custodian inside its own process: only a demonstration should. Set by the hall, not by the profile.
    #[serde(skip)]
    pub is_own: bool,
}

/// A law under which an unmasking may be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnmaskingBasis {
    /// Id, unique within the file.
    pub id: String,
    /// The law, in words that a citizen can look up.
    pub title: Text,
}

/// How long each round of the key ceremony waits for those who are silent, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounds {
    /// For dealings.
    pub deal_s: i64,
    /// For complaints; this one always waits to its end.
    pub complain_s: i64,
    /// For openings.
    pub open_s: i64,
    /// For what those who left had dealt; only if someone left.
    pub reveal_s: i64,
}

/// What the profile says about custodians and unmasking: `custodians.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custodians {
    /// Name of the committee; a new one for each new key.
    pub name: String,
    /// How many members open together.
    pub threshold: u8,
    /// Who holds shares, in the order of their places.
    pub members: Vec<CustodyMember>,
    /// Waits of the key ceremony.
    pub rounds: Rounds,
    /// Who may ask for an unmasking.
    pub requesters: Vec<Desk>,
    /// Under which laws.
    pub legal_bases: Vec<UnmaskingBasis>,
    /// What of the person is shown.
    pub fields: Vec<PersonField>,
    /// For how long the opened identity stays readable, in seconds.
    pub readable_s: i64,
    /// From the opening until the citizen is told, in seconds.
    pub tell_after_s: i64,
    /// The committee that shall take the key over; when it has, it moves up into `name`, `threshold` and `members`.
    #[serde(default)]
    pub successor: Option<Successor>,
}

/// The next committee.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Successor {
    /// Its name, another one.
    pub name: String,
    /// How many of its members open together.
    pub threshold: u8,
    /// Who will hold shares, in the order of their places.
    pub members: Vec<CustodyMember>,
    /// How long the present custodians have to decide whether they hand over, in seconds.
    pub decide_s: i64,
}

/// A committee as the profile names it: the present or the next one.
#[derive(Debug, Clone, Copy)]
pub struct Seats<'c> {
    /// Its name.
    pub name: &'c str,
    /// How many open together.
    pub threshold: u8,
    /// Who sits in it.
    pub members: &'c [CustodyMember],
}

impl Seats<'_> {
    /// A member by its id.
    pub(crate) fn member(&self, id: &str) -> Option<&CustodyMember> {
        self.members.iter().find(|member| member.id == id)
    }

    /// Members for whom the caller decides at the desk.
    pub(crate) fn seats_of(&self, ctx: &Ctx) -> Vec<String> {
        let sits = |member: &&CustodyMember| member.desk.as_ref().is_some_and(|desk| ctx.require_officer(&desk.office, &desk.role).is_ok());
        self.members.iter().filter(sits).map(|member| member.id.clone()).collect()
    }
}

impl CustodyMember {
    /// The public key, if it is one.
    pub(crate) fn verifier(&self) -> Option<VerifierKey> {
        VerifierKey::parse(self.key.as_deref()?).ok()
    }
}

impl Custodians {
    /// Reads `custodians.yaml`; none where a profile has no such file. Mistakes are told with their places.
    pub fn read(path: &Path, offices: &Offices) -> Result<Option<Self>, Problem> {
        if !path.exists() {
            return Ok(None);
        }
        let custodians = read_file::<Self>(path)?.value;
        let faults = custodians.faults(offices);
        if faults.is_empty() {
            return Ok(Some(custodians));
        }
        let (file, count) = (path.display(), faults.len());
        let start = PROFILE_INVALID
            .problem()
            .detail(format!("{file} ผิดกฎ {count} แห่ง"), format!("{file} breaks {count} rule(s), named in `errors`"));
        Err(faults.into_iter().fold(start, |problem, (pointer, detail)| problem.at(format!("{file}#{pointer}"), detail)))
    }

    /// The committee that stands first in the profile.
    pub(crate) fn first(&self) -> Seats<'_> {
        Seats { name: &self.name, threshold: self.threshold, members: &self.members }
    }

    /// The committee that shall take over, if one shall.
    pub(crate) fn next(&self) -> Option<Seats<'_>> {
        let next = self.successor.as_ref()?;
        Some(Seats { name: &next.name, threshold: next.threshold, members: &next.members })
    }

    /// A committee by its name.
    pub(crate) fn seats(&self, name: &str) -> Option<Seats<'_>> {
        std::iter::once(self.first()).chain(self.next()).find(|seats| seats.name == name)
    }

    /// Members of both committees, each with its place in the file (`/members/2`), for whoever gives them their keys.
    pub fn members_mut(&mut self) -> impl Iterator<Item = (String, &mut CustodyMember)> {
        let own = self.members.iter_mut().enumerate().map(|(place, member)| (format!("/members/{place}"), member));
        let next = self.successor.iter_mut().flat_map(|next| next.members.iter_mut()).enumerate();
        own.chain(next.map(|(place, member)| (format!("/successor/members/{place}"), member)))
    }

    /// A law by its id.
    pub(crate) fn basis(&self, id: &str) -> Option<&UnmaskingBasis> {
        self.legal_bases.iter().find(|basis| basis.id == id)
    }

    fn faults(&self, offices: &Offices) -> Vec<(String, String)> {
        let mut faults: Vec<(String, String)> = vec![];
        let mut wrong = |at: String, what: String| faults.push((at, what));
        committee_faults(&mut wrong, "", self.first(), offices);
        if let Some(next) = &self.successor {
            if next.name == self.name {
                wrong("/successor/name".into(), "expected another name than that of the present committee".into());
            }
            if !(1..=LONGEST_S).contains(&next.decide_s) {
                wrong("/successor/decide_s".into(), format!("expected 1 to {LONGEST_S} seconds, found {}", next.decide_s));
            }
        }
        if let Some(next) = self.next() {
            committee_faults(&mut wrong, "/successor", next, offices);
        }
        for (place, desk) in self.requesters.iter().enumerate() {
            if !offices.has_role(&desk.office, &desk.role) {
                wrong(format!("/requesters/{place}"), format!("there is no role `{}` in an office `{}`", desk.role, desk.office));
            }
        }
        let mut ids = BTreeSet::new();
        for (place, basis) in self.legal_bases.iter().enumerate() {
            if !ids.insert(basis.id.as_str()) {
                wrong(format!("/legal_bases/{place}/id"), format!("`{}` stands here twice", basis.id));
            }
            has_words(&mut wrong, &format!("/legal_bases/{place}/title"), &basis.title);
        }
        for (at, is_empty) in [
            ("/requesters", self.requesters.is_empty()),
            ("/legal_bases", self.legal_bases.is_empty()),
            ("/fields", self.fields.is_empty()),
        ] {
            if is_empty {
                wrong(at.into(), "expected at least one".into());
            }
        }
        for (at, seconds) in [
            ("/rounds/deal_s", self.rounds.deal_s),
            ("/rounds/complain_s", self.rounds.complain_s),
            ("/rounds/open_s", self.rounds.open_s),
            ("/rounds/reveal_s", self.rounds.reveal_s),
            ("/readable_s", self.readable_s),
            ("/tell_after_s", self.tell_after_s),
        ] {
            if !(1..=LONGEST_S).contains(&seconds) {
                wrong(at.into(), format!("expected 1 to {LONGEST_S} seconds, found {seconds}"));
            }
        }
        faults
    }
}

fn committee_faults(wrong: &mut impl FnMut(String, String), at: &str, seats: Seats<'_>, offices: &Offices) {
    if seats.name.is_empty() || seats.name.len() > 64 || seats.name.contains(char::is_whitespace) {
        wrong(format!("{at}/name"), "expected 1 to 64 letters without spaces; take a new name for each new key".into());
    }
    let count = seats.members.len();
    if usize::from(seats.threshold) < 2 || usize::from(seats.threshold) > count {
        wrong(format!("{at}/threshold"), format!("expected 2 to {count}, the number of members: below 2 one member would open alone"));
    } else if usize::from(seats.threshold) * 2 <= count {
        wrong(format!("{at}/threshold"), format!("expected more than half of the {count} members, so that no two groups can open apart"));
    }
    let mut ids = BTreeSet::new();
    for (place, member) in seats.members.iter().enumerate() {
        let at = format!("{at}/members/{place}");
        let is_id = (1..=40).contains(&member.id.len())
            && member.id.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
        if !is_id {
            wrong(format!("{at}/id"), format!("`{}` is no id: expected small letters, digits and `_`, at most 40", member.id));
        }
        if !ids.insert(member.id.as_str()) {
            wrong(format!("{at}/id"), format!("`{}` stands here twice", member.id));
        }
        has_words(wrong, &format!("{at}/title"), &member.title);
        match (&member.desk, &member.key) {
            (None, None) => wrong(at.clone(), "expected `desk` (the office that decides) or `key` (of an outside custodian)".into()),
            (Some(desk), _) if !offices.has_role(&desk.office, &desk.role) => {
                wrong(format!("{at}/desk"), format!("there is no role `{}` in an office `{}`", desk.role, desk.office));
            }
            _ => {}
        }
        if let Some(key) = &member.key
            && VerifierKey::parse(key).is_err()
        {
            wrong(format!("{at}/key"), "expected the public key that `sala custodian` prints, name+id+key".into());
        }
    }
}

fn has_words(wrong: &mut impl FnMut(String, String), at: &str, text: &Text) {
    for (lang, key) in [(Lang::Th, "th"), (Lang::En, "en")] {
        if text.get(lang).trim().is_empty() {
            wrong(format!("{at}/{key}"), "expected words, found nothing".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEMO: &str = include_str!("../../../profiles/demo/custodians.yaml");

    fn read(yaml: &str) -> Result<Option<Custodians>, Problem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("custodians.yaml");
        std::fs::write(&path, yaml).unwrap();
        let offices = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo/offices.yaml");
        Custodians::read(&path, &Offices::read(&offices).unwrap())
    }

    #[test]
    fn the_demo_profile_names_three_custodians_of_whom_two_open() {
        let custodians = read(DEMO).unwrap().unwrap();
        assert_eq!((custodians.members.len(), custodians.threshold, custodians.tell_after_s), (3, 2, 60));
        assert!(custodians.members.iter().all(|member| member.key.is_none() && member.desk.is_some()));
        assert_eq!(read_missing(), None);
    }

    #[test]
    fn each_member_is_told_with_its_place_in_the_file() {
        let mut custodians = read(DEMO).unwrap().unwrap();
        let members = custodians.members.clone();
        custodians.successor = Some(Successor { name: "next".into(), threshold: 2, members: members[..2].to_vec(), decide_s: 60 });
        let places: Vec<(String, String)> = custodians.members_mut().map(|(place, member)| (place, member.id.clone())).collect();
        let expected = |at: &str, place: usize| (format!("{at}/{place}"), members[place].id.clone());
        let own = (0..3).map(|place| expected("/members", place));
        assert_eq!(places, own.chain((0..2).map(|place| expected("/successor/members", place))).collect::<Vec<_>>());
    }

    fn read_missing() -> Option<Custodians> {
        let offices = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo/offices.yaml");
        Custodians::read(Path::new("/nonexistent/custodians.yaml"), &Offices::read(&offices).unwrap()).unwrap()
    }

    #[test]
    fn every_broken_rule_is_told_at_its_place() {
        let broken = DEMO
            .replace("threshold: 2", "threshold: 1")
            .replace("id: energy", "id: health")
            .replace("role: records_officer", "role: mayor")
            .replace("tell_after_s: 60", "tell_after_s: 0");
        let problem = read(&broken).unwrap_err();
        let places: Vec<&str> = problem.errors.iter().map(|error| error.pointer.split_once('#').unwrap().1).collect();
        assert_eq!(places, ["/threshold", "/members/2/id", "/requesters/0", "/tell_after_s"]);
        let half = read(&DEMO.replace("threshold: 2", "threshold: 4")).unwrap_err();
        assert!(half.errors[0].detail.contains("2 to 3"), "{half}");
    }
}
