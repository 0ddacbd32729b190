//! Convening a meeting, and who may.

use sala_core::{
    act::Draft as Act,
    ctx::{Actor, Ctx},
    problem::{FORBIDDEN, INVALID, Problem},
    time::Timestamp,
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    HALL, Meetings, acts,
    draft::{Clause, Document},
    meeting::{AgendaItem, AgendaState, Meeting, MeetingLang, MeetingState, Party, text},
    problems::{MEETING_FULL, NOT_CHAIR},
    store,
};

/// The most items of an agenda.
const MOST_ITEMS: usize = 50;
/// How far ahead a meeting may be convened, and how long ago it may have been meant to begin.
const FURTHEST_S: i64 = 400 * 86_400;
const LATEST_S: i64 = 86_400;

/// An item of a new agenda.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAgendaItem {
    /// What it is about; 1–200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// How long it is meant to take, 1–600 minutes.
    #[schema(minimum = 1, maximum = 600)]
    pub minutes: u32,
}

/// A clause of a first draft.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClause {
    /// At most 200 characters.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub heading: String,
    /// At most 20,000 characters.
    #[schema(max_length = 20000)]
    pub text: String,
}

/// A meeting to be convened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMeeting {
    /// 1–200 characters.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What it is for; 1–2,000 characters.
    #[schema(min_length = 1, max_length = 2000)]
    pub about: String,
    /// The language in which it is held.
    pub lang: MeetingLang,
    /// Id of the space in which it is held, if in one.
    #[serde(default)]
    pub space: Option<String>,
    /// When it is to begin; now, when left out.
    #[serde(default)]
    pub begins_at: Option<Timestamp>,
    /// How long one speaks, 60–900 seconds.
    #[schema(minimum = 60, maximum = 900)]
    pub speaker_s: u32,
    /// Is what is said through the meeting kept, to stand in the minutes? Everyone is told before they can speak.
    pub keeps_words: bool,
    /// 1–50 items.
    #[schema(min_items = 1, max_items = 50)]
    pub agenda: Vec<NewAgendaItem>,
    /// The first draft; at most 200 clauses.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub clauses: Vec<NewClause>,
}

/// Who does what a chair does.
#[derive(Debug, Clone)]
pub(crate) struct Hand {
    pub(crate) party: Party,
    /// May convene for their office.
    convenes: bool,
}

impl Hand {
    /// Refuses whoever is not the chair. A meeting that the hall convened by itself, as a demonstration does, is chaired by whoever may
    /// convene for its office.
    pub(crate) fn require_chair(&self, meeting: &Meeting) -> Result<(), Problem> {
        let is_vacant = meeting.chair.persona == hall_handle();
        if is_vacant && self.convenes && self.party.office == meeting.chair.office {
            return Ok(());
        }
        if meeting.chair.persona == self.party.persona { Ok(()) } else { Err(NOT_CHAIR.problem()) }
    }
}

fn hall_handle() -> String {
    format!("system:{HALL}")
}

impl Meetings {
    /// May the actor convene?
    pub(crate) fn convenes(&self, ctx: &Ctx) -> bool {
        let Actor::Officer { office, roles, .. } = &ctx.actor else { return false };
        let holds = |role: &String| roles.iter().any(|held| held == role || held == "administrator");
        self.file.conveners.iter().any(|convener| convener.office == *office && holds(&convener.role))
    }

    /// The actor of a request, who must be signed in.
    pub(crate) fn hand(&self, ctx: &Ctx) -> Result<Hand, Problem> {
        ctx.require_signed_in()?;
        Ok(Hand { party: Party::of(ctx), convenes: self.convenes(ctx) })
    }

    /// Convenes a meeting. The convener is its chair.
    pub(crate) async fn convene(&self, ctx: &Ctx, wanted: NewMeeting) -> Result<Meeting, Problem> {
        ctx.require_signed_in()?;
        if !self.convenes(ctx) {
            return Err(FORBIDDEN.problem().detail(
                "ผู้นัดประชุมต้องเป็นเจ้าหน้าที่ที่มีบทบาทอำนวยการประชุมตามโปรไฟล์ของศาลา",
                "Only officers with the role that the profile of this hall names may convene a meeting.",
            ));
        }
        self.convene_as(ctx, ctx.new_id("meeting"), Party::of(ctx), wanted).await
    }

    /// Convenes what the profile has as examples, once.
    pub(crate) async fn convene_examples(&self) -> Result<(), Problem> {
        for example in self.file.examples.iter().filter(|_| self.is_demo) {
            let id = format!("meeting_{}", example.id);
            match store::meeting(&self.store, &id).await {
                Ok(_) => continue,
                Err(problem) if problem.code == &sala_core::problem::NOT_FOUND => {}
                Err(problem) => return Err(problem),
            }
            let ctx = self.system();
            let convener = Party { persona: hall_handle(), office: Some(example.office.clone()) };
            self.convene_as(&ctx, id.clone(), convener, example.meeting.clone()).await?;
            let opened = self.change(&ctx, &id, Act::new(&acts::OPEN, self.authority.as_str()), move |meeting, act, now| {
                meeting.state = MeetingState::Open;
                meeting.opened_at = Some(now);
                meeting.acts.push(act.to_owned());
                Ok(())
            });
            opened.await?;
        }
        Ok(())
    }

    async fn convene_as(&self, ctx: &Ctx, id: String, convener: Party, wanted: NewMeeting) -> Result<Meeting, Problem> {
        let now = ctx.now;
        let begins_at = wanted.begins_at.unwrap_or(now);
        if begins_at < now.plus_seconds(-LATEST_S) || begins_at > now.plus_seconds(FURTHEST_S) {
            return Err(INVALID.problem().at("/begins_at", "expected within 400 days from now, and not more than a day ago"));
        }
        if !(60..=900).contains(&wanted.speaker_s) {
            return Err(INVALID.problem().at("/speaker_s", "expected 60 to 900 seconds"));
        }
        if let Some(space) = &wanted.space
            && !self.spaces.contains(space)
        {
            return Err(INVALID.problem().at("/space", "this hall has no such space"));
        }
        let (document, clauses) = self.first_draft(ctx, &wanted.clauses)?;
        let meeting = Meeting {
            title: text("/title", &wanted.title, 1..=200)?,
            about: text("/about", &wanted.about, 1..=2_000)?,
            lang: wanted.lang,
            space: wanted.space,
            state: MeetingState::Planned,
            begins_at,
            opened_at: None,
            closed_at: None,
            convened_by: convener.clone(),
            chair: convener,
            keeps_words: wanted.keeps_words,
            speaker_s: wanted.speaker_s,
            agenda: agenda(wanted.agenda)?,
            speaker: None,
            queue: vec![],
            spoken: vec![],
            draft_version: 1,
            minutes_sha256: None,
            acts: vec![],
            id,
        };
        let standing = i64::from(self.file.limits.standing);
        let act = Act::new(&acts::CONVENE, self.authority.as_str())
            .public("meeting", meeting.id.as_str())
            .public("begins_at", meeting.begins_at.to_string())
            .public("keeps_words", meeting.keeps_words)
            .public("clauses", i64::try_from(clauses).unwrap_or(i64::MAX))
            .open("title", meeting.title.as_str())
            .refers(meeting.id.as_str());
        let acted = self
            .store
            .act(ctx, act, move |tx| {
                let (mut meeting, document) = (meeting.clone(), document.clone());
                Box::pin(async move {
                    if store::count_standing_in(tx).await? >= standing {
                        return Err(MEETING_FULL.problem());
                    }
                    meeting.acts.push(tx.act_id().to_owned());
                    store::save_version(tx, &meeting.id, 1, &[document]);
                    store::save_meeting(tx, &meeting);
                    Ok(meeting)
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// The document of the first clauses, and how many there are.
    fn first_draft(&self, ctx: &Ctx, clauses: &[NewClause]) -> Result<(Vec<u8>, usize), Problem> {
        let mut first = vec![];
        for (place, clause) in clauses.iter().enumerate() {
            first.push(Clause {
                id: ctx.new_id("clause"),
                heading: text(&format!("/clauses/{place}/heading"), &clause.heading, 0..=200)?,
                text: text(&format!("/clauses/{place}/text"), &clause.text, 0..=20_000)?,
            });
        }
        let count = first.len();
        let made = Document::of(first, std::sync::Arc::clone(&self.entropy));
        let (_, update) = made.map_err(|refusal| INVALID.problem().at("/clauses", refusal.to_string()))?;
        Ok((update, count))
    }
}

fn agenda(items: Vec<NewAgendaItem>) -> Result<Vec<AgendaItem>, Problem> {
    if !(1..=MOST_ITEMS).contains(&items.len()) {
        return Err(INVALID.problem().at("/agenda", format!("expected 1 to {MOST_ITEMS} items")));
    }
    let mut agenda = vec![];
    for (n, item) in (1_u32..).zip(items) {
        let place = n - 1;
        if !(1..=600).contains(&item.minutes) {
            return Err(INVALID.problem().at(format!("/agenda/{place}/minutes"), "expected 1 to 600"));
        }
        let title = text(&format!("/agenda/{place}/title"), &item.title, 1..=200)?;
        agenda.push(AgendaItem { n, title, minutes: item.minutes, state: AgendaState::Waiting, began_at: None, ended_at: None });
    }
    Ok(agenda)
}
