//! A meeting as callers see it.

use std::collections::BTreeMap;

use sala_core::{problem::Problem, text::Text, time::Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Meetings,
    draft::Clause,
    entry::{Amendment, AmendmentState, DecidedBy, Decision, Dissent, Entry, Poll, Stands},
    meeting::{AgendaItem, Meeting, MeetingLang, MeetingState, Party, Waiting},
};

/// What an officer acts for; the hall vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MeetingBadge)]
pub(crate) struct BadgeView {
    /// Id of the office.
    office: String,
    /// What it is called.
    title: Text,
}

/// Someone in a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MeetingParty)]
pub(crate) struct WhoView {
    /// Public handle of a persona or an officer.
    pub(crate) persona: String,
    /// The name that it has now; empty where there is none.
    pub(crate) name: String,
    /// What an officer acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) badge: Option<BadgeView>,
}

/// A clause of the draft.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MeetingClause)]
pub(crate) struct ClauseView {
    /// Its number now, from 1.
    n: usize,
    /// Stable id within the draft.
    id: String,
    /// Its heading; may be empty.
    heading: String,
    /// What it says.
    text: String,
    /// SHA-256 of the text in UTF-8, in hexadecimal: the `base` of an amendment.
    sha256: String,
}

/// The draft.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MeetingDraft)]
pub(crate) struct DraftView {
    /// The newest version that is kept.
    version: i64,
    /// The clauses, as they read now, also what is not yet kept. Left out in messages of the socket and in answers to changes: there the
    /// document itself has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    clauses: Option<Vec<ClauseView>>,
}

/// Who speaks.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MeetingSpeaker)]
pub(crate) struct SpeakerView {
    /// The entry of the queue that it was.
    entry: String,
    /// Who.
    who: WhoView,
    /// Since when.
    began_at: Timestamp,
    /// Until when, as agreed; nobody is cut off.
    ends_at: Timestamp,
}

/// Someone who waits to speak.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MeetingWaiting)]
pub(crate) struct WaitingView {
    /// `entry_…`
    entry: String,
    /// Who.
    who: WhoView,
    /// Since when.
    asked_at: Timestamp,
    /// Spoke in this meeting before, and so comes after those who have not.
    has_spoken: bool,
}

/// The lectern.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MeetingFloor)]
pub(crate) struct FloorView {
    /// Who speaks, if anyone.
    #[serde(skip_serializing_if = "Option::is_none")]
    speaker: Option<SpeakerView>,
    /// Who waits, who is next first.
    queue: Vec<WaitingView>,
}

/// A poll.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MeetingPoll)]
pub(crate) struct PollView {
    /// `poll_…`
    pub(crate) id: String,
    /// The question.
    question: String,
    /// What the left end (0) stands for.
    left: String,
    /// What the right end (100) stands for.
    right: String,
    /// When it was opened.
    opened_at: Timestamp,
    /// When it was closed, once it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Timestamp>,
    /// Where people stand now, or stood when it was closed.
    #[serde(flatten)]
    stands: Stands,
    /// Its acts.
    acts: Vec<String>,
}

/// An amendment.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MeetingAmendment)]
pub(crate) struct AmendmentView {
    /// `amendment_…`
    id: String,
    /// Who proposed it and answers for it.
    who: WhoView,
    /// When.
    proposed_at: Timestamp,
    /// The clause that it changes; null: it adds one.
    #[schema(required)]
    clause: Option<String>,
    /// SHA-256 of the text that it changes; null: it adds one.
    #[schema(required)]
    base: Option<String>,
    /// Heading of the clause, or of the new one.
    heading: String,
    /// What the clause said when it was proposed; empty for a new one.
    before: String,
    /// What it shall say; empty: it is struck out.
    text: String,
    /// Why.
    reason: String,
    /// Where it stands.
    state: AmendmentState,
    /// When it was decided or withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    /// Hands for it, once decided.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    yes: Option<u32>,
    /// Against it.
    #[serde(rename = "against", skip_serializing_if = "Option::is_none")]
    no: Option<u32>,
    /// Neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    abstaining: Option<u32>,
    /// What the chair said about the outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// Its acts.
    acts: Vec<String>,
}

/// A dissent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MeetingDissent)]
pub(crate) struct DissentView {
    /// `dissent_…`
    id: String,
    /// Whose.
    who: WhoView,
    /// Since when.
    at: Timestamp,
    /// What it says.
    text: String,
    /// Its act.
    act: String,
}

/// A decision.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MeetingDecision)]
pub(crate) struct DecisionView {
    /// `decision_…`
    id: String,
    /// When.
    at: Timestamp,
    /// What was decided.
    text: String,
    /// The item of the agenda to which it belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<u32>,
    /// How it was taken.
    how: DecidedBy,
    /// Hands for it.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    yes: Option<u32>,
    /// Against it.
    #[serde(rename = "against", skip_serializing_if = "Option::is_none")]
    no: Option<u32>,
    /// Neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    abstaining: Option<u32>,
    /// Who saw it differently.
    dissents: Vec<DissentView>,
    /// Its act.
    act: String,
}

/// A meeting in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MeetingSummary)]
pub(crate) struct SummaryView {
    /// `meeting_…`
    id: String,
    /// Its title.
    title: String,
    /// What it is for.
    about: String,
    /// Its language.
    lang: MeetingLang,
    /// The space in which it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    space: Option<String>,
    /// Where it stands.
    state: MeetingState,
    /// When it is to begin.
    begins_at: Timestamp,
    /// When it was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_at: Option<Timestamp>,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Timestamp>,
    /// Who chairs it.
    chair: WhoView,
    /// Is what is said through the meeting kept?
    keeps_words: bool,
    /// How many take part just now.
    present: usize,
}

/// A meeting.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Meeting)]
pub(crate) struct MeetingView {
    #[serde(flatten)]
    summary: SummaryView,
    /// Who convened it.
    convened_by: WhoView,
    /// How long one speaks, in seconds.
    speaker_s: u32,
    /// The agenda.
    agenda: Vec<AgendaItem>,
    /// The draft.
    draft: DraftView,
    /// The lectern.
    floor: FloorView,
    /// The poll that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<PollView>,
    /// Polls that are closed, oldest first.
    polls: Vec<PollView>,
    /// Amendments, oldest first.
    amendments: Vec<AmendmentView>,
    /// Decisions, oldest first.
    decisions: Vec<DecisionView>,
    /// SHA-256 of the minutes in JSON, once closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes_sha256: Option<String>,
    /// The acts that convened, opened, handed over and closed it.
    acts: Vec<String>,
    /// When this was said, by the hall's clock.
    now: Timestamp,
}

/// Faces by handle, looked up once for one view.
pub(crate) struct Faces<'m> {
    meetings: &'m Meetings,
    known: BTreeMap<String, WhoView>,
}

impl<'m> Faces<'m> {
    pub(crate) fn new(meetings: &'m Meetings) -> Self {
        Self { meetings, known: BTreeMap::new() }
    }

    pub(crate) async fn of(&mut self, party: &Party) -> Result<WhoView, Problem> {
        if let Some(known) = self.known.get(&party.persona) {
            return Ok(known.clone());
        }
        let who = self.meetings.face(party).await?;
        self.known.insert(party.persona.clone(), who.clone());
        Ok(who)
    }
}

impl Meetings {
    /// What others see: of a citizen the persona's name, of an officer the office, never both together.
    pub(crate) async fn face(&self, party: &Party) -> Result<WhoView, Problem> {
        let persona = party.persona.clone();
        if let Some(office) = &party.office {
            let title = self.door.office(office).unwrap_or_default();
            return Ok(WhoView { persona, name: String::new(), badge: Some(BadgeView { office: office.clone(), title }) });
        }
        Ok(WhoView { name: self.name(&persona).await?, persona, badge: None })
    }

    pub(crate) async fn summary_view(&self, meeting: &Meeting, faces: &mut Faces<'_>) -> Result<SummaryView, Problem> {
        Ok(SummaryView {
            id: meeting.id.clone(),
            title: meeting.title.clone(),
            about: meeting.about.clone(),
            lang: meeting.lang,
            space: meeting.space.clone(),
            state: meeting.state,
            begins_at: meeting.begins_at,
            opened_at: meeting.opened_at,
            closed_at: meeting.closed_at,
            chair: faces.of(&meeting.chair).await?,
            keeps_words: meeting.keeps_words,
            present: self.present(&meeting.id),
        })
    }

    /// A meeting whole; `clauses` only where they are wanted.
    pub(crate) async fn meeting_view(&self, meeting: Meeting, clauses: Option<Vec<Clause>>) -> Result<MeetingView, Problem> {
        let mut faces = Faces::new(self);
        let (mut poll, mut polls, mut amendments, mut decisions, mut dissents) = (None, vec![], vec![], vec![], vec![]);
        for entry in crate::store::standing(&self.store, &meeting.id).await? {
            match entry {
                Entry::Poll(kept) => {
                    let is_open = kept.closed_at.is_none();
                    let view = self.poll_view(&meeting.id, kept);
                    if is_open {
                        poll = Some(view);
                    } else {
                        polls.push(view);
                    }
                }
                Entry::Amendment(amendment) => amendments.push(amendment_view(amendment, &mut faces).await?),
                Entry::Decision(decision) => decisions.push(decision_view(decision)),
                Entry::Dissent(dissent) => dissents.push((dissent.decision.clone(), dissent_view(dissent, &mut faces).await?)),
                Entry::Word(_) | Entry::Speech(_) => {}
            }
        }
        for (decision, dissent) in dissents {
            if let Some(found) = decisions.iter_mut().find(|known| known.id == decision) {
                found.dissents.push(dissent);
            }
        }
        let summary = self.summary_view(&meeting, &mut faces).await?;
        Ok(MeetingView {
            summary,
            convened_by: faces.of(&meeting.convened_by).await?,
            speaker_s: meeting.speaker_s,
            draft: DraftView { version: meeting.draft_version, clauses: clauses.map(clause_views) },
            floor: floor_view(&meeting, &mut faces).await?,
            agenda: meeting.agenda,
            poll,
            polls,
            amendments,
            decisions,
            minutes_sha256: meeting.minutes_sha256,
            acts: meeting.acts,
            now: self.clock.now(),
        })
    }

    pub(crate) fn poll_view(&self, meeting: &str, poll: Poll) -> PollView {
        let stands = poll.result.unwrap_or_else(|| self.stands(meeting, &poll.id));
        PollView {
            id: poll.id,
            question: poll.question,
            left: poll.left,
            right: poll.right,
            opened_at: poll.at,
            closed_at: poll.closed_at,
            stands,
            acts: poll.acts,
        }
    }
}

fn clause_views(clauses: Vec<Clause>) -> Vec<ClauseView> {
    let numbered = clauses.into_iter().enumerate();
    numbered
        .map(|(place, clause)| ClauseView {
            n: place + 1,
            sha256: clause.text_sha256(),
            id: clause.id,
            heading: clause.heading,
            text: clause.text,
        })
        .collect()
}

async fn floor_view(meeting: &Meeting, faces: &mut Faces<'_>) -> Result<FloorView, Problem> {
    let speaker = match &meeting.speaker {
        Some(speaker) => Some(SpeakerView {
            entry: speaker.entry.clone(),
            who: faces.of(&speaker.who).await?,
            began_at: speaker.began_at,
            ends_at: speaker.ends_at,
        }),
        None => None,
    };
    let mut queue = vec![];
    for Waiting { entry, who, asked_at } in meeting.in_turn() {
        let has_spoken = meeting.spoken.contains(&who.persona);
        queue.push(WaitingView { entry: entry.clone(), who: faces.of(who).await?, asked_at: *asked_at, has_spoken });
    }
    Ok(FloorView { speaker, queue })
}

pub(crate) async fn amendment_view(amendment: Amendment, faces: &mut Faces<'_>) -> Result<AmendmentView, Problem> {
    let (clause, base, heading, before) = match amendment.before {
        Some(before) => (Some(before.id.clone()), Some(before.text_sha256()), before.heading, before.text),
        None => (None, None, amendment.heading, String::new()),
    };
    Ok(AmendmentView {
        id: amendment.id,
        who: faces.of(&amendment.who).await?,
        proposed_at: amendment.at,
        clause,
        base,
        heading,
        before,
        text: amendment.text,
        reason: amendment.reason,
        state: amendment.state,
        decided_at: amendment.decided_at,
        yes: amendment.hands.map(|hands| hands.yes),
        no: amendment.hands.map(|hands| hands.no),
        abstaining: amendment.hands.map(|hands| hands.abstaining),
        outcome: amendment.outcome,
        acts: amendment.acts,
    })
}

pub(crate) fn decision_view(decision: Decision) -> DecisionView {
    DecisionView {
        id: decision.id,
        at: decision.at,
        text: decision.text,
        item: decision.item,
        how: decision.how,
        yes: decision.hands.map(|hands| hands.yes),
        no: decision.hands.map(|hands| hands.no),
        abstaining: decision.hands.map(|hands| hands.abstaining),
        dissents: vec![],
        act: decision.act,
    }
}

pub(crate) async fn dissent_view(dissent: Dissent, faces: &mut Faces<'_>) -> Result<DissentView, Problem> {
    Ok(DissentView { id: dissent.id, who: faces.of(&dissent.who).await?, at: dissent.at, text: dissent.text, act: dissent.act })
}
