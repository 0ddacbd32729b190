//! Papers: what someone takes from a district to a meeting or an office. A paper holds the figures as the record has them, so that it says
//! the same when the hall has moved on.

mod markdown;

use std::collections::BTreeMap;

use sala_core::{
    act::Draft,
    cbor::Value,
    ctx::Ctx,
    problem::{INVALID, Problem},
    store::{ActFilter, ActRow, Opening},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

pub(crate) use self::markdown::markdown;
use crate::{
    Cities, acts,
    pin::{OWN, PinKind, is_id},
    store::pins,
};

/// The most what-ifs of each kind, and pins.
const MOST_WHAT_IFS: usize = 10;
const MOST_PINS: usize = 50;
const LONGEST_TITLE: usize = 200;
const LONGEST_TEXT: usize = 20_000;
/// More acts than one what-if has.
const ACTS: usize = 50;

/// A what-if with its answer, as the record has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = PaperEvidence)]
pub struct Evidence {
    /// `impact_…` or `flood_…`
    pub id: String,
    /// What was asked, in the asker's words.
    pub title: String,
    /// Public facts of the act that answered it.
    #[schema(value_type = Object)]
    pub facts: BTreeMap<String, serde_json::Value>,
    /// What that act opens: figures before and after with their intervals.
    #[schema(value_type = Object)]
    pub figures: BTreeMap<String, serde_json::Value>,
    /// The acts: asked, answered.
    pub acts: Vec<String>,
}

/// A pin as it was quoted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = PaperPin)]
pub struct Quoted {
    /// `pin_…`
    pub id: String,
    /// What it is.
    pub kind: PinKind,
    /// x and z, m.
    pub at: [f64; 2],
    /// The object that it is about.
    pub object: Option<String>,
    /// What it says.
    pub text: String,
    /// Public handle of its author.
    pub by: String,
    /// How many supported it.
    pub support: i64,
    /// The act.
    pub act: String,
}

/// A paper as kept and served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Paper {
    /// `paper_…`
    pub id: String,
    /// Its district.
    pub city: String,
    /// Its title.
    pub title: String,
    /// What is proposed, and why.
    pub text: String,
    /// Changes of streets.
    pub impacts: Vec<Evidence>,
    /// Storms.
    pub floods: Vec<Evidence>,
    /// What people said of places.
    pub pins: Vec<Quoted>,
    /// Public handle of its author.
    pub by: String,
    /// When.
    pub written_at: Timestamp,
    /// Every act that it rests on, and its own last.
    pub acts: Vec<String>,
}

/// What goes into a paper.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPaper {
    /// Its title, 1–200 characters.
    pub title: String,
    /// What is proposed, and why: at most 20,000 characters.
    #[serde(default)]
    pub text: String,
    /// Changes of streets that are answered, at most 10.
    #[serde(default)]
    pub impacts: Vec<String>,
    /// Storms that are answered, at most 10.
    #[serde(default)]
    pub floods: Vec<String>,
    /// Pins, at most 50.
    #[serde(default)]
    pub pins: Vec<String>,
}

impl NewPaper {
    fn checked(mut self) -> Result<Self, Problem> {
        let words = |text: &str, least: usize, most: usize, place: &str| {
            let text = text.trim();
            if (least..=most).contains(&text.chars().count()) {
                Ok(text.to_owned())
            } else {
                Err(INVALID.problem().at(place, format!("expected {least}–{most} characters")))
            }
        };
        self.title = words(&self.title, 1, LONGEST_TITLE, "/title")?;
        self.text = words(&self.text, 0, LONGEST_TEXT, "/text")?;
        let lists: [(&mut Vec<String>, &str, &str, usize); 3] = [
            (&mut self.impacts, "/impacts", "impact_", MOST_WHAT_IFS),
            (&mut self.floods, "/floods", "flood_", MOST_WHAT_IFS),
            (&mut self.pins, "/pins", "pin_", MOST_PINS),
        ];
        for (list, place, prefix, most) in lists {
            if list.len() > most {
                return Err(INVALID.problem().at(place, format!("expected at most {most}")));
            }
            for (number, id) in list.iter().enumerate() {
                if !is_id(id, &[prefix]) || list.iter().take(number).any(|earlier| earlier == id) {
                    return Err(INVALID.problem().at(format!("{place}/{number}"), format!("expected {prefix}…, each once")));
                }
            }
        }
        Ok(self)
    }
}

impl Cities {
    /// Writes a paper. Errors: `invalid` at what has no answer, or is not of this district.
    pub(crate) async fn write_paper(&self, ctx: &Ctx, city: &str, new: NewPaper) -> Result<Paper, Problem> {
        ctx.require_signed_in()?;
        let place = self.place(city)?;
        let new = new.checked()?;
        let mut paper = Paper {
            id: ctx.new_id("paper"),
            city: city.to_owned(),
            title: new.title,
            text: new.text,
            impacts: vec![],
            floods: vec![],
            pins: vec![],
            by: ctx.actor_name(),
            written_at: ctx.now,
            acts: vec![],
        };
        for (number, id) in new.impacts.iter().enumerate() {
            let found = self.evidence(id, "impact.ask", "impact.finish", ("street", place.file.street.as_deref())).await?;
            paper.impacts.push(found.ok_or_else(|| no_answer(&format!("/impacts/{number}")))?);
        }
        for (number, id) in new.floods.iter().enumerate() {
            let found = self.evidence(id, "flood.ask", "flood.answer", ("city", Some(city))).await?;
            paper.floods.push(found.ok_or_else(|| no_answer(&format!("/floods/{number}")))?);
        }
        let support = pins::support(&self.store, city, "").await?;
        for (number, id) in new.pins.iter().enumerate() {
            let pin = pins::one(&self.store, id).await.ok().filter(|pin| pin.city == city && pin.hidden.is_none());
            let pin = pin.ok_or_else(|| INVALID.problem().at(format!("/pins/{number}"), "the district has no such pin"))?;
            paper.pins.push(Quoted {
                support: support.get(&pin.id).map_or(0, |(count, _)| *count),
                id: pin.id,
                kind: pin.kind,
                at: pin.at,
                object: pin.object,
                text: pin.text,
                by: pin.by,
                act: pin.act,
            });
        }
        let known =
            paper.impacts.iter().chain(&paper.floods).flat_map(|each| each.acts.iter()).chain(paper.pins.iter().map(|pin| &pin.act));
        paper.acts = known.cloned().collect();
        // Its bytes without its own act, which can't stand in what it commits to.
        let bytes = serde_json::to_vec(&paper).map_err(|fault| INVALID.problem().because(format!("a paper can't be written: {fault}")))?;
        let mut draft = Draft::new(&acts::WRITE_PAPER, OWN)
            .public("paper", paper.id.as_str())
            .public("city", city)
            .public("sha256", hex::encode(Sha256::digest(&bytes)))
            .refers(&paper.id)
            .refers(city);
        for id in new.impacts.iter().chain(&new.floods).chain(&new.pins) {
            draft.add_ref(id);
        }
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let mut paper = paper.clone();
                Box::pin(async move {
                    paper.acts.push(tx.act_id().to_owned());
                    pins::save_paper(tx, &paper);
                    Ok(paper)
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// One paper. 404 when there is none.
    pub(crate) async fn paper(&self, id: &str) -> Result<Paper, Problem> {
        pins::paper(&self.store, id).await
    }

    /// What the record has of a what-if that is answered: rooms of one rank meet in the record, not in each other.
    async fn evidence(&self, id: &str, asked: &str, answered: &str, (name, of): (&str, Option<&str>)) -> Result<Option<Evidence>, Problem> {
        let filter = ActFilter { subject: Some(id.to_owned()), limit: ACTS, ..ActFilter::default() };
        let rows = self.store.acts(&filter).await?;
        let find = |kind: &str| rows.iter().find(|row| row.leaf.kind == kind);
        let (Some(ask), Some(answer)) = (find(asked), find(answered)) else { return Ok(None) };
        let is_here = of.is_some_and(|of| ask.leaf.public.get(name).is_some_and(|value| value.to_json() == of));
        if !is_here {
            return Ok(None);
        }
        let title = self.opened(ask).await?.values().find_map(|value| Some(value.get("title")?.as_str()?.to_owned())).unwrap_or_default();
        Ok(Some(Evidence {
            id: id.to_owned(),
            title,
            facts: answer.leaf.public.iter().map(|(name, value)| (name.clone(), value.to_json())).collect(),
            figures: self.opened(answer).await?,
            acts: vec![ask.leaf.id.clone(), answer.leaf.id.clone()],
        }))
    }

    /// What an act opens to all, each checked against its commitment.
    async fn opened(&self, act: &ActRow) -> Result<BTreeMap<String, serde_json::Value>, Problem> {
        let mut found = BTreeMap::new();
        for opening in self.store.openings(&act.leaf.id).await? {
            let Opening::Open { field, .. } = opening else { continue };
            if let Some(value) = self.store.opened(act, &field).await? {
                found.insert(field, Value::to_json(&value));
            }
        }
        Ok(found)
    }
}

fn no_answer(place: &str) -> Problem {
    INVALID.problem().at(place, "there is none of this id that is answered and of this district")
}
