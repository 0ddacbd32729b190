//! The recovery desk: a citizen comes in person, two different officers of the desk's office look at them and at their papers, each
//! by themselves, each signed. The officers type the name that stands in the papers; the hall only says whether it fits what the
//! citizen names: a persona, or the id beside a printed code (the only one while the ways to persons lie in custody). Each comparison is a reading of which the person is told.

use sala_core::{
    act::Draft,
    ctx::{Actor, Ctx},
    problem::{CONFLICT, FORBIDDEN, NOT_FOUND, Problem},
};

use super::{
    RecoverySecret, RecoverySlip, Road, Stage,
    code::{ID_LETTERS, normal},
};
use crate::{
    People, acts, notice,
    notice::plain,
    privacy::{PersonField, RECOVERY},
    problems::{DESK_REFUSED, SECOND_OFFICER},
    reading::Subject,
    store::{self, HALL_KEY, recovery::RecoveryRow},
};

/// The first officer's word holds this long.
const VOUCHED_S: i64 = 24 * 3600;

/// Whom an officer of the desk sees before them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'s> {
    /// The persona that the citizen names, or the id that is printed beside their code.
    pub(crate) handle: &'s str,
    /// The name in their papers.
    pub(crate) name: &'s str,
}

impl People {
    /// The first officer vouches. Gives the recovery that a second officer must confirm.
    pub(crate) async fn vouch_at_desk(&self, ctx: &Ctx, seen: Seen<'_>) -> Result<RecoveryRow, Problem> {
        let (officer, own) = self.desk(ctx)?;
        ctx.require_signature()?;
        let person = self.look_at(ctx, officer, own, seen).await?;
        let id = ctx.new_id("desk");
        let secret = RecoverySecret { officer: Some(officer.to_owned()), ..RecoverySecret::default() };
        let row = self.recovery_row(ctx, id, &person, (Road::Desk, Stage::Vouched), &secret).await?;
        let row = RecoveryRow { ends_at: ctx.now.plus_seconds(VOUCHED_S), ..row };
        let office = ctx.office().unwrap_or_default();
        let office = self.office_title(office).unwrap_or_else(|| plain(office));
        let authority = self.config.privacy.purpose(RECOVERY).map_or_else(String::new, |purpose| purpose.legal_basis.pair());
        let notice = self.notice(ctx, &person, &notice::RECOVERY_VOUCHED, &[("office", office)]).await?;
        let draft = Draft::new(&acts::VOUCH_RECOVERY, authority).public("case", row.id.as_str()).refers(row.id.as_str());
        let kept = row.clone();
        self.store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let (row, notice) = (kept.clone(), notice.clone());
                Box::pin(async move {
                    tx.save(row.record());
                    notice.save(tx).await
                })
            })
            .await?;
        Ok(row)
    }

    /// A second officer confirms after looking for themselves; the recovery opens, and the slip is for the citizen's hand.
    pub(crate) async fn confirm_at_desk(&self, ctx: &Ctx, id: &str, seen: Seen<'_>) -> Result<(RecoveryRow, RecoverySlip), Problem> {
        let (officer, own) = self.desk(ctx)?;
        ctx.require_signature()?;
        let row = store::recovery::by_id(&self.store, id, ctx.now).await?.filter(|row| row.stage == Stage::Vouched);
        let row = row.ok_or_else(|| NOT_FOUND.problem())?;
        let person: String = store::unseal(&self.store, HALL_KEY, "recovery link", &row.id, &row.link).await?;
        let secret: RecoverySecret = store::unseal(&self.store, &person, "recovery", &row.id, &row.sealed).await?;
        if self.is_same_officer(secret.officer.as_deref(), officer, own).await? {
            return Err(SECOND_OFFICER.problem());
        }
        if self.look_at(ctx, officer, own, seen).await? != person {
            return Err(DESK_REFUSED.problem());
        }
        let (fresh, slip) = self.new_recovery(ctx, &person, Road::Desk, Stage::Open).await?;
        let opened = self.opened(ctx, fresh);
        let opened = self.save_opened(ctx, Some(row), opened, &person).await?;
        Ok((opened, slip))
    }

    /// What waits for a second officer, the oldest first. Ids and times only.
    pub(crate) async fn list_vouched(&self, ctx: &Ctx) -> Result<Vec<RecoveryRow>, Problem> {
        self.desk(ctx)?;
        store::recovery::at_stage(&self.store, Stage::Vouched, ctx.now).await
    }

    /// Handle and person of the officer at the desk.
    fn desk<'c>(&self, ctx: &'c Ctx) -> Result<(&'c str, &'c str), Problem> {
        ctx.require_signed_in()?;
        let rule = self.config.privacy.recovery.registrar.as_ref().ok_or_else(|| FORBIDDEN.problem())?;
        ctx.require_officer(&rule.office, &rule.role)?;
        match &ctx.actor {
            Actor::Officer { handle, person, .. } => Ok((handle, person)),
            _ => Err(FORBIDDEN.problem()),
        }
    }

    /// The person whom a persona names, while the way to them is not in custody, or the id of a printed code of theirs.
    async fn named_at_desk(&self, ctx: &Ctx, handle: &str) -> Result<Option<String>, Problem> {
        if let Some(id) = normal(handle, ID_LETTERS) {
            let row = store::recovery::by_id(&self.store, &self.lookup.recovery_row(&id), ctx.now).await?;
            let Some(row) = row.filter(|row| row.stage == Stage::Prepared) else { return Ok(None) };
            return store::unseal(&self.store, HALL_KEY, "recovery link", &row.id, &row.link).await.map(Some);
        }
        match store::persona_link(&self.store, handle).await? {
            Some(link) => Ok(Some(self.open_link(handle, &link).await?.person)),
            None => Ok(None),
        }
    }

    async fn is_same_officer(&self, first: Option<&str>, officer: &str, own: &str) -> Result<bool, Problem> {
        let Some(first) = first else { return Err(CONFLICT.problem()) };
        Ok(first == officer || self.person_of_officer(first).await?.as_deref() == Some(own))
    }

    /// The person behind the persona, if the name in the papers is theirs. An unknown persona and a wrong name get the same answer, and
    /// few tries an hour.
    async fn look_at(&self, ctx: &Ctx, officer: &str, own: &str, seen: Seen<'_>) -> Result<String, Problem> {
        let door = format!("desk {officer}");
        self.gate.attempts.begin(&door, ctx.now)?;
        let person = self.named_at_desk(ctx, seen.handle).await?.ok_or_else(|| DESK_REFUSED.problem())?;
        if person == own {
            return Err(DESK_REFUSED.problem());
        }
        let data = self.read_person(ctx, Subject::Person(&person), &[PersonField::Name], RECOVERY).await?;
        if data.name.map(|name| comparable(&name)) != Some(comparable(seen.name)) {
            return Err(DESK_REFUSED.problem());
        }
        // Not told apart: the answer would tie a persona to an office.
        self.refuse_officers(&person).await.map_err(|_| DESK_REFUSED.problem())?;
        self.gate.attempts.succeed(&door);
        Ok(person)
    }
}

/// A name without differences that no paper would show: case and the width of gaps.
fn comparable(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::comparable;

    #[test]
    fn names_are_compared_without_case_and_gaps_but_letter_by_letter() {
        assert_eq!(comparable("  Somchai   JAIDEE "), comparable("somchai jaidee"));
        assert_eq!(comparable("สมชาย  ใจดี"), comparable("สมชาย ใจดี"));
        assert_ne!(comparable("สมชาย ใจดี"), comparable("สมชาย ใจดำ"));
    }
}
