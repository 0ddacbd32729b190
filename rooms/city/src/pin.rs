//! Pins: what people say about a place of a district, under their persona.

use sala_core::{
    act::{Draft, reason},
    ctx::Ctx,
    problem::{FORBIDDEN, INVALID, Problem},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Cities, acts,
    place::Place,
    problems::{PIN_HIDDEN, PINS_TODAY},
    store::pins,
};

/// The authority of what people say and take back.
pub(crate) const OWN: &str = "At the person's own request";
/// A persona's pins in a day.
const MOST_A_DAY: i64 = 20;
const DAY_S: i64 = 86_400;
const LONGEST_TEXT: usize = 1_000;

/// What a pin is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PinKind {
    /// What could be.
    Idea,
    /// What worries someone.
    Concern,
    /// What someone knows.
    Fact,
    /// What is good as it is.
    Praise,
}

impl PinKind {
    /// As in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Idea => "idea",
            Self::Concern => "concern",
            Self::Fact => "fact",
            Self::Praise => "praise",
        }
    }
}

/// Why a pin is hidden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PinHidden)]
pub struct Hidden {
    /// The rule of the code of conduct.
    pub rule: String,
    /// Why, in words.
    pub reason: String,
    /// The act.
    pub act: String,
}

/// A pin as kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pin {
    /// `pin_…`
    pub id: String,
    /// Its district.
    pub city: String,
    /// x and z, m.
    pub at: [f64; 2],
    /// The object that it is about.
    pub object: Option<String>,
    /// What it is.
    pub kind: PinKind,
    /// What it says.
    pub text: String,
    /// A what-if that it is about.
    pub about: Option<String>,
    /// Public handle of its author.
    pub by: String,
    /// When.
    pub placed_at: Timestamp,
    /// Whether an officer hid it.
    pub hidden: Option<Hidden>,
    /// The act.
    pub act: String,
}

/// What is to be pinned.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPin {
    /// x and z in the district, m.
    pub at: [f64; 2],
    /// The object that it is about, by its id.
    #[serde(default)]
    pub object: Option<String>,
    /// What it is.
    pub kind: PinKind,
    /// What it says, 1–1000 characters.
    pub text: String,
    /// The what-if that it is about: `impact_…` or `flood_…`.
    #[serde(default)]
    pub about: Option<String>,
}

/// The id of something of this hall, as it may stand in an act: letters, digits and _ after one of the prefixes.
pub(crate) fn is_id(text: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| text.starts_with(prefix))
        && text.len() <= 60
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

impl NewPin {
    /// Refuses what doesn't fit the district: the place of each field.
    fn checked(mut self, place: &Place) -> Result<Self, Problem> {
        if !place.contains(self.at) {
            return Err(INVALID.problem().at("/at", format!("expected a place within {} × {} m", place.file.size[0], place.file.size[1])));
        }
        if let Some(object) = &self.object
            && !place.things.iter().any(|thing| thing.id == *object)
        {
            return Err(INVALID.problem().at("/object", "the district has none of this id"));
        }
        if let Some(about) = &self.about
            && !is_id(about, &["impact_", "flood_"])
        {
            return Err(INVALID.problem().at("/about", "expected impact_… or flood_…"));
        }
        let text = self.text.trim();
        if !(1..=LONGEST_TEXT).contains(&text.chars().count()) {
            return Err(INVALID.problem().at("/text", format!("expected 1–{LONGEST_TEXT} characters")));
        }
        self.text = text.to_owned();
        Ok(self)
    }
}

impl Cities {
    /// Pins something to a place. Errors: `too_many_pins` with a time to wait.
    pub(crate) async fn place_pin(&self, ctx: &Ctx, city: &str, new: NewPin) -> Result<Pin, Problem> {
        ctx.require_signed_in()?;
        let new = new.checked(self.place(city)?)?;
        let pin = Pin {
            id: ctx.new_id("pin"),
            city: city.to_owned(),
            at: new.at,
            object: new.object,
            kind: new.kind,
            text: new.text,
            about: new.about,
            by: ctx.actor_name(),
            placed_at: ctx.now,
            hidden: None,
            act: String::new(),
        };
        // The words stand in the row only, which the act binds: whoever takes them back takes them back.
        let mut draft = Draft::new(&acts::PLACE_PIN, OWN)
            .public("pin", pin.id.as_str())
            .public("city", city)
            .public("kind", pin.kind.word())
            .refers(&pin.id)
            .refers(city);
        if let Some(about) = &pin.about {
            draft.add_ref(about);
        }
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let mut pin = pin.clone();
                Box::pin(async move {
                    if pins::placed_in(tx, &pin.by, pin.placed_at.plus_seconds(-DAY_S)).await? >= MOST_A_DAY {
                        return Err(PINS_TODAY.problem().retry_after(3_600));
                    }
                    pin.act = tx.act_id().to_owned();
                    pins::save(tx, &pin);
                    Ok(pin)
                })
            })
            .await?;
        Ok(acted.value)
    }

    /// Its author takes a pin back; its words are gone.
    pub(crate) async fn withdraw_pin(&self, ctx: &Ctx, id: &str) -> Result<(), Problem> {
        ctx.require_signed_in()?;
        let pin = pins::one(&self.store, id).await?;
        if pin.by != ctx.actor_name() {
            return Err(FORBIDDEN.problem());
        }
        let draft = Draft::new(&acts::WITHDRAW_PIN, OWN).public("pin", id).refers(id).refers(&pin.city);
        let (id, by) = (id.to_owned(), pin.by);
        self.store
            .act(ctx, draft, move |tx| {
                let (id, by) = (id.clone(), by.clone());
                Box::pin(async move {
                    if pins::one_in(tx, &id).await?.by != by {
                        return Err(FORBIDDEN.problem());
                    }
                    pins::remove(tx, &id).await
                })
            })
            .await?;
        Ok(())
    }

    /// Supports a pin, or takes support back. Once a persona; nobody supports their own. What is so already stays so, without an act.
    pub(crate) async fn set_support(&self, ctx: &Ctx, id: &str, supports: bool) -> Result<(), Problem> {
        ctx.require_signed_in()?;
        let (pin, handle) = (pins::one(&self.store, id).await?, ctx.actor_name());
        if pin.by == handle {
            return Err(FORBIDDEN.problem().detail("สนับสนุนหมุดของตนเองไม่ได้", "Nobody supports a pin of their own"));
        }
        if supports && pin.hidden.is_some() {
            return Err(PIN_HIDDEN.problem());
        }
        let known = pins::support(&self.store, &pin.city, &handle).await?.get(id).is_some_and(|(_, own)| *own);
        if known == supports {
            return Ok(());
        }
        let kind = if supports { &acts::SUPPORT_PIN } else { &acts::UNSUPPORT_PIN };
        let draft = Draft::new(kind, OWN).public("pin", id).refers(id);
        let id = id.to_owned();
        self.store
            .act(ctx, draft, move |tx| {
                let (id, handle) = (id.clone(), handle.clone());
                Box::pin(async move {
                    pins::one_in(tx, &id).await?;
                    match (supports, pins::supports_in(tx, &id, &handle).await?) {
                        (true, false) => pins::save_support(tx, &id, &handle),
                        (false, true) => pins::remove_support(tx, &id, &handle),
                        _ => {}
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }

    /// An officer who moderates hides a pin by a rule of the code of conduct.
    pub(crate) async fn hide_pin(&self, ctx: &Ctx, id: &str, rule: &str, why: &str) -> Result<Pin, Problem> {
        let Some(desk) = &self.desk else { return Err(FORBIDDEN.problem()) };
        ctx.require_officer(&desk.office, &desk.role)?;
        if !desk.rules.iter().any(|known| known == rule) {
            return Err(INVALID.problem().at("/rule", format!("expected one of {}", desk.rules.join(", "))));
        }
        let (rule, reason) = (rule.to_owned(), reason(why)?);
        let draft = Draft::new(&acts::HIDE_PIN, desk.authority.clone())
            .office(desk.office.as_str())
            .public("pin", id)
            .public("rule", rule.as_str())
            .open("reason", reason.as_str())
            .refers(id);
        let id = id.to_owned();
        let acted = self
            .store
            .act(ctx, draft, move |tx| {
                let (id, rule, reason) = (id.clone(), rule.clone(), reason.clone());
                Box::pin(async move {
                    let mut pin = pins::one_in(tx, &id).await?;
                    if pin.hidden.is_some() {
                        return Err(PIN_HIDDEN.problem());
                    }
                    pin.hidden = Some(Hidden { rule, reason, act: tx.act_id().to_owned() });
                    pins::save(tx, &pin);
                    Ok(pin)
                })
            })
            .await?;
        Ok(acted.value)
    }
}
