//! Minutes: made from the rows alone, the same on each call. Nobody's name stands in them but public handles and offices.

mod markdown;

use std::collections::BTreeSet;

use sala_core::{
    problem::{INTERNAL, Problem},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use self::markdown::{Names, markdown};
use crate::{
    draft::Clause,
    entry::{Amendment, AmendmentState, DecidedBy, Entry, Stands},
    meeting::{AgendaItem, Meeting, MeetingLang, MeetingState, Party},
};

/// Version of the format.
pub const MINUTES_VERSION: u32 = 1;

/// Whom the minutes name: by public handle and office. Names are looked up when they are shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = MinutesParty)]
pub struct MinutesParty {
    /// Public handle of a persona or an officer.
    pub persona: String,
    /// Id of the office for which an officer acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
}

/// Something said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MinutesWord)]
pub struct MinutesWord {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub who: MinutesParty,
    /// What.
    pub text: String,
    /// Its act.
    pub act: String,
}

/// A speech.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MinutesSpeech)]
pub struct MinutesSpeech {
    /// Who spoke.
    pub who: MinutesParty,
    /// From.
    pub began_at: Timestamp,
    /// Until; none while they speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The act that gave the floor.
    pub act: String,
}

/// A poll.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MinutesPoll)]
pub struct MinutesPoll {
    /// `poll_…`
    pub id: String,
    /// The question.
    pub question: String,
    /// What the left end stands for.
    pub left: String,
    /// What the right end stands for.
    pub right: String,
    /// From.
    pub opened_at: Timestamp,
    /// Until; none while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// Where people stood at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Stands>,
    /// Its acts.
    pub acts: Vec<String>,
}

/// A count of hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MinutesHands)]
pub struct MinutesHands {
    /// For it.
    #[serde(rename = "for")]
    pub yes: u32,
    /// Against it.
    #[serde(rename = "against")]
    pub no: u32,
    /// Neither.
    pub abstaining: u32,
}

/// An amendment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MinutesAmendment)]
pub struct MinutesAmendment {
    /// `amendment_…`
    pub id: String,
    /// Who answers for it.
    pub who: MinutesParty,
    /// When it was proposed.
    pub proposed_at: Timestamp,
    /// The clause; none: it adds one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// Its heading.
    pub heading: String,
    /// What the clause said.
    pub before: String,
    /// What it shall say; empty: struck out.
    pub text: String,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: AmendmentState,
    /// The count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hands: Option<MinutesHands>,
    /// What the chair said about the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Its acts.
    pub acts: Vec<String>,
}

/// A dissent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MinutesDissent)]
pub struct MinutesDissent {
    /// Whose.
    pub who: MinutesParty,
    /// What it says.
    pub text: String,
    /// Its act.
    pub act: String,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = MinutesDecision)]
pub struct MinutesDecision {
    /// `decision_…`
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What was decided.
    pub text: String,
    /// The item of the agenda.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<u32>,
    /// How.
    pub how: DecidedBy,
    /// The count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hands: Option<MinutesHands>,
    /// Who saw it differently.
    pub dissents: Vec<MinutesDissent>,
    /// Its act.
    pub act: String,
}

/// A clause of the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MinutesClause)]
pub struct MinutesClause {
    /// Its number.
    pub n: usize,
    /// Its id in the draft.
    pub id: String,
    /// Its heading.
    pub heading: String,
    /// What it says.
    pub text: String,
}

/// The minutes of a meeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Minutes)]
pub struct Minutes {
    /// Version of this format.
    pub version: u32,
    /// The meeting.
    pub meeting: String,
    /// Its title.
    pub title: String,
    /// What it was for.
    pub about: String,
    /// Its language.
    pub lang: MeetingLang,
    /// Where it was held, if in a space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<String>,
    /// Where it stands; final once closed.
    pub state: MeetingState,
    /// When it was to begin.
    pub begins_at: Timestamp,
    /// When it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// When it was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// Who convened it.
    pub convened_by: MinutesParty,
    /// Who chaired it at last.
    pub chair: MinutesParty,
    /// Is what was said kept?
    pub keeps_words: bool,
    /// Who is named below: those who spoke, said, proposed or dissented.
    pub named: Vec<MinutesParty>,
    /// The agenda.
    pub agenda: Vec<AgendaItem>,
    /// Speeches: who and when, not what.
    pub speeches: Vec<MinutesSpeech>,
    /// What was said through the meeting, where that is kept.
    pub words: Vec<MinutesWord>,
    /// Polls.
    pub polls: Vec<MinutesPoll>,
    /// Amendments.
    pub amendments: Vec<MinutesAmendment>,
    /// Decisions.
    pub decisions: Vec<MinutesDecision>,
    /// The draft as it reads.
    pub clauses: Vec<MinutesClause>,
    /// The acts that convened, opened, handed over and closed it.
    pub acts: Vec<String>,
}

impl From<&Party> for MinutesParty {
    fn from(party: &Party) -> Self {
        Self { persona: party.persona.clone(), office: party.office.clone() }
    }
}

fn hands(hands: Option<crate::entry::Hands>) -> Option<MinutesHands> {
    hands.map(|hands| MinutesHands { yes: hands.yes, no: hands.no, abstaining: hands.abstaining })
}

fn amendment(amendment: &Amendment) -> MinutesAmendment {
    let before = amendment.before.as_ref();
    MinutesAmendment {
        id: amendment.id.clone(),
        who: (&amendment.who).into(),
        proposed_at: amendment.at,
        clause: before.map(|before| before.id.clone()),
        heading: before.map_or_else(|| amendment.heading.clone(), |before| before.heading.clone()),
        before: before.map(|before| before.text.clone()).unwrap_or_default(),
        text: amendment.text.clone(),
        reason: amendment.reason.clone(),
        state: amendment.state,
        hands: hands(amendment.hands),
        outcome: amendment.outcome.clone(),
        acts: amendment.acts.clone(),
    }
}

impl Minutes {
    /// The minutes of what was kept: a meeting, its entries in any order, its draft.
    pub fn of(meeting: &Meeting, entries: &[Entry], clauses: &[Clause]) -> Self {
        let mut ordered: Vec<&Entry> = entries.iter().collect();
        ordered.sort_by(|left, right| (left.at(), left.id()).cmp(&(right.at(), right.id())));
        let mut named = BTreeSet::new();
        let mut minutes = Self {
            version: MINUTES_VERSION,
            meeting: meeting.id.clone(),
            title: meeting.title.clone(),
            about: meeting.about.clone(),
            lang: meeting.lang,
            space: meeting.space.clone(),
            state: meeting.state,
            begins_at: meeting.begins_at,
            opened_at: meeting.opened_at,
            closed_at: meeting.closed_at,
            convened_by: (&meeting.convened_by).into(),
            chair: (&meeting.chair).into(),
            keeps_words: meeting.keeps_words,
            named: vec![],
            agenda: meeting.agenda.clone(),
            speeches: vec![],
            words: vec![],
            polls: vec![],
            amendments: vec![],
            decisions: vec![],
            clauses: vec![],
            acts: meeting.acts.clone(),
        };
        for entry in &ordered {
            match entry {
                Entry::Word(word) => {
                    named.insert(MinutesParty::from(&word.who));
                    let (who, text, act) = ((&word.who).into(), word.text.clone(), word.act.clone());
                    minutes.words.push(MinutesWord { at: word.at, who, text, act });
                }
                Entry::Speech(speech) => {
                    named.insert(MinutesParty::from(&speech.who));
                    let (who, act) = ((&speech.who).into(), speech.act.clone());
                    minutes.speeches.push(MinutesSpeech { who, began_at: speech.began_at, ended_at: Some(speech.ended_at), act });
                }
                Entry::Poll(poll) => minutes.polls.push(MinutesPoll {
                    id: poll.id.clone(),
                    question: poll.question.clone(),
                    left: poll.left.clone(),
                    right: poll.right.clone(),
                    opened_at: poll.at,
                    closed_at: poll.closed_at,
                    result: poll.result.clone(),
                    acts: poll.acts.clone(),
                }),
                Entry::Amendment(kept) => {
                    named.insert(MinutesParty::from(&kept.who));
                    minutes.amendments.push(amendment(kept));
                }
                Entry::Decision(decision) => minutes.decisions.push(MinutesDecision {
                    id: decision.id.clone(),
                    at: decision.at,
                    text: decision.text.clone(),
                    item: decision.item,
                    how: decision.how,
                    hands: hands(decision.hands),
                    dissents: vec![],
                    act: decision.act.clone(),
                }),
                Entry::Dissent(_) => {}
            }
        }
        if let Some(speaker) = &meeting.speaker {
            named.insert(MinutesParty::from(&speaker.who));
            let (who, act) = ((&speaker.who).into(), speaker.act.clone());
            minutes.speeches.push(MinutesSpeech { who, began_at: speaker.began_at, ended_at: None, act });
        }
        for entry in &ordered {
            let Entry::Dissent(dissent) = entry else { continue };
            named.insert(MinutesParty::from(&dissent.who));
            if let Some(decision) = minutes.decisions.iter_mut().find(|decision| decision.id == dissent.decision) {
                let (who, text, act) = ((&dissent.who).into(), dissent.text.clone(), dissent.act.clone());
                decision.dissents.push(MinutesDissent { who, text, act });
            }
        }
        minutes.named = named.into_iter().collect();
        let numbered = clauses.iter().enumerate();
        minutes.clauses = numbered
            .map(|(place, clause)| MinutesClause {
                n: place + 1,
                id: clause.id.clone(),
                heading: clause.heading.clone(),
                text: clause.text.clone(),
            })
            .collect();
        minutes
    }

    /// The bytes that are hashed and sent: JSON without space between, fields in the order of this type.
    pub fn json(&self) -> Result<Vec<u8>, Problem> {
        serde_json::to_vec(self).map_err(|fault| INTERNAL.problem().because(format!("minutes can't be written: {fault}")))
    }
}

#[cfg(test)]
mod tests;
