//! Legal holds: while one stands on a person, nothing of that person is erased. Placed and lifted by officers whom the profile names,
//! under a law, until an end. The person sees it, unless a law lets the office delay that.
//!
//! A hold is placed on a handle; it holds for the person behind it, whom the officer is not shown, nor need the hall know.

use sala_core::{
    act::Draft,
    ctx::{Actor, Ctx},
    problem::{FORBIDDEN, INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{
    People, acts, notice,
    notice::plain,
    person::{Link, clean_text},
    privacy::HoldRule,
    problems::LINK_IN_CUSTODY,
    store::{self, HALL_KEY, erasure::HoldRow},
};

const LONGEST_S: i64 = 5 * 366 * 24 * 3600;
const MOST_LETTERS: usize = 300;

/// Sealed for the hall in the row of a hold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Hold {
    /// To be told; none while the way to the person lies in custody: they see it in their own list.
    pub(crate) person: Option<String>,
    pub(crate) handle: String,
    pub(crate) officer: String,
    pub(crate) basis: String,
}

/// A hold to be placed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WantedHold<'w> {
    pub(crate) subject: &'w str,
    pub(crate) basis: &'w str,
    pub(crate) until: Timestamp,
    pub(crate) is_hidden: bool,
}

impl People {
    /// Places a hold on the person behind a persona or an officer. `basis` is public: a law and an order, naming no one.
    pub(crate) async fn place_hold(&self, ctx: &Ctx, wanted: WantedHold<'_>) -> Result<(HoldRow, Hold), Problem> {
        let (rule, office, officer) = self.hold_desk(ctx)?;
        ctx.require_signature()?;
        if wanted.is_hidden && !rule.may_hide {
            return Err(INVALID.problem().at("/hidden", "no law lets this office delay telling the person"));
        }
        if wanted.until <= ctx.now || wanted.until > ctx.now.plus_seconds(LONGEST_S) {
            return Err(INVALID.problem().at("/until", "expected a moment within the next five years"));
        }
        let basis = clean_text("/basis", wanted.basis, MOST_LETTERS)?;
        let found = self.held_under(wanted.subject).await?;
        let (owner, person) = found.ok_or_else(|| INVALID.problem().at("/subject", "nobody has this handle"))?;
        let id = ctx.new_id("hold");
        let hold = Hold { person: person.clone(), handle: wanted.subject.to_owned(), officer, basis: basis.clone() };
        let row = HoldRow {
            owner,
            office: office.clone(),
            sealed: store::seal(&self.store, HALL_KEY, "hold", &id, &hold).await?,
            placed_at: ctx.now,
            until: wanted.until,
            is_hidden: wanted.is_hidden,
            id,
        };
        let args = [("office", self.office_title(&office).unwrap_or_else(|| plain(&office))), ("until", plain(wanted.until.to_string()))];
        let notice = match &person {
            Some(person) if !wanted.is_hidden => Some(self.notice(ctx, person, &notice::HOLD_PLACED, &args).await?),
            _ => None,
        };
        let draft = Draft::new(&acts::PLACE_HOLD, basis)
            .public("hold", row.id.as_str())
            .public("until", wanted.until.to_string())
            .refers(row.id.as_str());
        let kept = row.clone();
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let (record, notice) = (kept.record(), notice.clone());
                Box::pin(async move {
                    tx.save(record);
                    match notice {
                        Some(notice) => notice.save(tx).await,
                        None => Ok(()),
                    }
                })
            })
            .await?;
        Ok((row, hold))
    }

    /// Lifts a hold of one's own office; then the person is told in any case. 404 when there is none.
    pub(crate) async fn lift_hold(&self, ctx: &Ctx, id: &str) -> Result<(), Problem> {
        let (_, office, _) = self.hold_desk(ctx)?;
        ctx.require_signature()?;
        let row = store::erasure::hold(&self.store, id).await?.filter(|row| row.office == office).ok_or_else(|| NOT_FOUND.problem())?;
        let hold: Hold = store::unseal(&self.store, HALL_KEY, "hold", id, &row.sealed).await?;
        let args = [("office", self.office_title(&office).unwrap_or_else(|| plain(&office))), ("from", plain(row.placed_at.to_string()))];
        let notice = match &hold.person {
            Some(person) => Some(self.notice(ctx, person, &notice::HOLD_LIFTED, &args).await?),
            None => None,
        };
        let draft = Draft::new(&acts::LIFT_HOLD, hold.basis).public("hold", id).refers(id);
        let wanted = id.to_owned();
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let (id, notice) = (wanted.clone(), notice.clone());
                Box::pin(async move {
                    if !store::erasure::remove_hold(tx, &id).await? {
                        return Err(NOT_FOUND.problem());
                    }
                    match notice {
                        Some(notice) => notice.save(tx).await,
                        None => Ok(()),
                    }
                })
            })
            .await?;
        Ok(())
    }

    /// The holds of one's own office that still stand, newest first.
    pub(crate) async fn list_office_holds(&self, ctx: &Ctx) -> Result<Vec<(HoldRow, Hold)>, Problem> {
        let (_, office, _) = self.hold_desk(ctx)?;
        let rows = store::erasure::holds_of_office(&self.store, &office, ctx.now).await?;
        self.open_holds(rows).await
    }

    /// The holds on the signed-in person of which they may know, newest first.
    pub(crate) async fn list_own_holds(&self, ctx: &Ctx) -> Result<Vec<(HoldRow, Hold)>, Problem> {
        let rows = self.holds_on(ctx.require_signed_in()?, ctx.now).await?;
        self.open_holds(rows.into_iter().filter(|row| !row.is_hidden).collect()).await
    }

    /// All holds that stand on a person.
    pub(crate) async fn holds_on(&self, person: &str, now: Timestamp) -> Result<Vec<HoldRow>, Problem> {
        let mut rows = vec![];
        for owner in self.hold_owners(person).await? {
            rows.extend(store::erasure::holds_on(&self.store, &owner, now).await?);
        }
        rows.sort_by(|one, other| other.id.cmp(&one.id));
        Ok(rows)
    }

    /// Under what holds on a person are kept: the person and each persona.
    pub(crate) async fn hold_owners(&self, person: &str) -> Result<Vec<String>, Problem> {
        let mut owners = vec![self.lookup.hold_owner(person)];
        if let Some(profile) = self.profile(person).await? {
            let personas = self.personas_of(&profile).await?;
            owners.extend(personas.iter().map(|persona| self.lookup.hold_owner(&persona.handle)));
        }
        Ok(owners)
    }

    async fn open_holds(&self, rows: Vec<HoldRow>) -> Result<Vec<(HoldRow, Hold)>, Problem> {
        let mut holds = vec![];
        for row in rows {
            let hold = store::unseal(&self.store, HALL_KEY, "hold", &row.id, &row.sealed).await?;
            holds.push((row, hold));
        }
        Ok(holds)
    }

    /// What a hold on a handle is kept under, and the person if the hall can tell. A persona is held by itself, for the way to its
    /// person may lie in custody; its owner finds it all the same.
    async fn held_under(&self, handle: &str) -> Result<Option<(String, Option<String>)>, Problem> {
        if let Some(link) = store::persona_link(&self.store, handle).await? {
            let person = match self.open_link(handle, &link).await {
                Err(problem) if problem.code == &LINK_IN_CUSTODY => None,
                link => Some(link?.person),
            };
            return Ok(Some((self.lookup.hold_owner(handle), person)));
        }
        let person = self.person_of_officer(handle).await?;
        Ok(person.map(|person| (self.lookup.hold_owner(&person), Some(person))))
    }

    /// The person who holds an office under this handle.
    pub(crate) async fn person_of_officer(&self, handle: &str) -> Result<Option<String>, Problem> {
        let Some(officer) = store::officer(&self.store, handle).await? else { return Ok(None) };
        Ok(Some(store::unseal::<Link>(&self.store, HALL_KEY, "officer", handle, &officer.link).await?.person))
    }

    /// The rule under which the caller may hold, their office and handle.
    fn hold_desk(&self, ctx: &Ctx) -> Result<(&HoldRule, String, String), Problem> {
        ctx.require_signed_in()?;
        let Actor::Officer { handle, office, .. } = &ctx.actor else { return Err(FORBIDDEN.problem()) };
        let rule = self.config.privacy.holds.iter().find(|rule| ctx.require_officer(&rule.office, &rule.role).is_ok());
        rule.map(|rule| (rule, office.clone(), handle.clone())).ok_or_else(|| FORBIDDEN.problem())
    }
}
