//! Unmasking by due process: the only way from a persona to its person once custodians hold the key.
//!
//! asked (an office, under a law, signed) → each custodian approves or refuses → what approved says first "my part has this hash" and,
//! when that stands under a witnessed head, gives the part, which only the case's one-time key can read → t parts open the link → the
//! office sees the person for a limited time → the citizen is told → the one-time key is destroyed. Each step is an act; which persona
//! it is about is committed for the custodians and sealed with the case's key, since a law may delay the telling. Ballots and scope
//! tokens have no such way.

pub(crate) mod custodian;
pub(crate) mod opening;

use sala_core::{
    act::{ActKind, Draft},
    cbor::Value,
    ctx::{Actor, Ctx},
    problem::{CONFLICT, FORBIDDEN, INTERNAL, INVALID, NOT_FOUND, Problem},
    time::Timestamp,
};
use sala_custody::HolderKey;
use serde::{Deserialize, Serialize};

use crate::{
    People, acts,
    custodians::{link::ciphertext, reign::Reign},
    person::clean_text,
    problems::{UNMASKING_CLOSED, UNMASKING_NO_KEY, UNMASKING_NOTHING},
    reading::require_desk,
    store::{
        self,
        unmasking::{CaseRow, DecisionRow},
    },
};

/// Custodians are deciding.
pub(crate) const ASKED: &str = "asked";
/// The person was seen; the time to look still runs, or the citizen is still to be told.
pub(crate) const OPENED: &str = "opened";
const WITHDRAWN: &str = "withdrawn";
pub(crate) const EXPIRED: &str = "expired";
/// So many refused that the others are too few.
pub(crate) const REFUSED: &str = "refused";
pub(crate) const CLOSED: &str = "closed";

const LONGEST_S: i64 = 90 * 24 * 3600;
const MOST_LETTERS: usize = 500;

/// Sealed with the case's key: what custodians weigh, and nobody else reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CaseSecret {
    pub(crate) persona: String,
    pub(crate) warrant: String,
    pub(crate) scope: String,
    pub(crate) officer: String,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'w> {
    pub(crate) persona: &'w str,
    pub(crate) basis: &'w str,
    pub(crate) warrant: &'w str,
    pub(crate) scope: &'w str,
    pub(crate) deadline: Timestamp,
}

/// A case with what its readers may see.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) row: CaseRow,
    pub(crate) secret: CaseSecret,
    pub(crate) decisions: Vec<DecisionRow>,
    /// The committee in force when it was asked for.
    pub(crate) reign: Reign,
}

/// The vault's name of a case's key.
pub(crate) fn case_key(id: &str) -> String {
    format!("unmasking/{id}")
}

/// The vault's name of the key that guards a case's one-time key; destroyed when the case ends.
pub(crate) fn once_key(id: &str) -> String {
    format!("unmasking-once/{id}")
}

impl People {
    /// Asks for an unmasking.
    pub(crate) async fn request_unmasking(&self, ctx: &Ctx, wanted: Wanted<'_>) -> Result<Case, Problem> {
        let custodians = self.custodians()?;
        require_desk(ctx, &custodians.requesters)?;
        ctx.require_signature()?;
        let Actor::Officer { handle, office, .. } = &ctx.actor else { return Err(FORBIDDEN.problem()) };
        let reign = self.reign_of(ctx.now).ok_or_else(|| UNMASKING_NO_KEY.problem())?;
        let basis = custodians.basis(wanted.basis).ok_or_else(|| INVALID.problem().at("/legal_basis", "the profile names no such law"))?;
        let warrant = clean_text("/warrant", wanted.warrant, MOST_LETTERS)?;
        let scope = clean_text("/scope", wanted.scope, MOST_LETTERS)?;
        if wanted.deadline <= ctx.now || wanted.deadline > ctx.now.plus_seconds(LONGEST_S) {
            return Err(INVALID.problem().at("/deadline", "expected a moment within the next 90 days"));
        }
        let link = store::persona_link(&self.store, wanted.persona).await?;
        let link = link.ok_or_else(|| UNMASKING_NOTHING.problem().at("/persona", "nobody has this persona"))?;
        if ciphertext(&link).is_none() {
            return Err(UNMASKING_NO_KEY.problem().at("/persona", "its link is still being handed over to the custodians"));
        }
        let id = ctx.new_id("unmask");
        let secret = CaseSecret { persona: wanted.persona.to_owned(), warrant, scope, officer: handle.clone() };
        let once = HolderKey::generate(&ctx.random32());
        self.store.create_person_key(&case_key(&id)).await?;
        self.store.create_person_key(&once_key(&id)).await?;
        let row = CaseRow {
            office: office.clone(),
            basis: basis.id.clone(),
            status: ASKED.into(),
            requested_at: ctx.now,
            deadline: wanted.deadline,
            opened_at: None,
            open_until: None,
            tell_at: None,
            told_at: None,
            ended_at: None,
            recipient: once.public().as_bytes().to_vec(),
            recipient_secret: self.store.seal(&once_key(&id), "recipient", &*once.to_bytes()).await?,
            sealed: store::seal(&self.store, &case_key(&id), "unmasking", &id, &secret).await?,
            request_act: String::new(),
            act: String::new(),
            id,
        };
        let draft = Draft::new(&acts::REQUEST_UNMASKING, basis.title.pair())
            .public("case", row.id.as_str())
            .public("legal_basis", basis.id.as_str())
            .public("deadline", wanted.deadline.to_string())
            .public("committee", reign.committee.as_str())
            .public("threshold", i64::from(reign.threshold()))
            .public("recipient", hex::encode(&row.recipient))
            .sealed(&case_key(&row.id), "persona", secret.persona.as_str())
            .sealed(&case_key(&row.id), "warrant", secret.warrant.as_str())
            .sealed(&case_key(&row.id), "scope", secret.scope.as_str())
            .refers(row.id.as_str());
        let kept = row.clone();
        let done = self
            .store
            .act(&Ctx { idempotency: None, ..ctx.clone() }, draft, move |tx| {
                let row = CaseRow { request_act: tx.act_id().to_owned(), ..kept.clone() };
                Box::pin(async move {
                    tx.save(row.record());
                    Ok(())
                })
            })
            .await?;
        let row = CaseRow { request_act: done.act.clone(), act: done.act, ..row };
        Ok(Case { row, secret, decisions: vec![], reign })
    }

    /// A case of the caller's office, or one that the caller's office decides as custodian. 404 for all others.
    pub(crate) async fn unmasking(&self, ctx: &Ctx, id: &str) -> Result<Case, Problem> {
        ctx.require_signed_in()?;
        let row = store::unmasking::case(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        if !self.may_see(ctx, &row) {
            return Err(NOT_FOUND.problem());
        }
        self.opened_case(row).await
    }

    /// The cases that the caller may see, newest first.
    pub(crate) async fn list_unmaskings(&self, ctx: &Ctx, before: &str, limit: usize) -> Result<Vec<Case>, Problem> {
        ctx.require_signed_in()?;
        let custodians = self.custodians()?;
        let asks = require_desk(ctx, &custodians.requesters).is_ok();
        if !asks && self.own_seats(ctx).is_empty() {
            return Err(FORBIDDEN.problem());
        }
        let office = if self.own_seats(ctx).is_empty() { ctx.office().unwrap_or_default() } else { "" };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut found = vec![];
        for row in store::unmasking::cases(&self.store, office, "", before, limit).await? {
            found.push(self.opened_case(row).await?);
        }
        Ok(found)
    }

    pub(crate) async fn opened_case(&self, row: CaseRow) -> Result<Case, Problem> {
        let secret = store::unseal(&self.store, &case_key(&row.id), "unmasking", &row.id, &row.sealed).await?;
        let decisions = store::unmasking::decisions(&self.store, &row.id).await?;
        let reign = self.reign_of(row.requested_at).ok_or_else(|| UNMASKING_NO_KEY.problem())?;
        Ok(Case { row, secret, decisions, reign })
    }

    fn may_see(&self, ctx: &Ctx, row: &CaseRow) -> bool {
        let asks = self.custodians().is_ok_and(|custodians| require_desk(ctx, &custodians.requesters).is_ok());
        (asks && ctx.office() == Some(row.office.as_str())) || !self.own_seats(ctx).is_empty()
    }

    /// Members of the committee for whom the caller decides at the desk.
    pub(crate) fn own_seats(&self, ctx: &Ctx) -> Vec<String> {
        let Ok(custodians) = self.custodians() else { return vec![] };
        let all = std::iter::once(custodians.first()).chain(custodians.next().filter(|next| self.has_reigned(next.name)));
        all.flat_map(|seats| seats.seats_of(ctx)).collect()
    }

    /// The member for whom the caller decides in cases of one committee.
    pub(crate) fn own_seat(&self, ctx: &Ctx, committee: &str) -> Option<String> {
        self.custodians().ok()?.seats(committee)?.seats_of(ctx).into_iter().next()
    }

    /// An officer decides for the custodian of their office. A yes is only leave for the custodian: its part comes from where its share
    /// lies. Saying the same again changes nothing.
    pub(crate) async fn decide_unmasking(&self, ctx: &Ctx, id: &str, releases: bool, reason: &str) -> Result<Case, Problem> {
        ctx.require_signed_in()?;
        let asked = store::unmasking::case(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem());
        if self.own_seats(ctx).is_empty() {
            return Err(FORBIDDEN.problem());
        }
        let reign = self.reign_of(asked?.requested_at).ok_or_else(|| UNMASKING_NO_KEY.problem())?;
        let member = self.own_seat(ctx, &reign.committee).ok_or_else(|| FORBIDDEN.problem())?;
        ctx.require_signature()?;
        let reason = clean_text("/reason", reason, MOST_LETTERS)?;
        let (kind, step) = if releases { (&acts::APPROVE_UNMASKING, "approved") } else { (&acts::REFUSE_UNMASKING, "refused") };
        self.record_decision(&Ctx { idempotency: None, ..ctx.clone() }, kind, id, &member, move |now, before| match before {
            None => Ok(Some(DecisionRow {
                case: String::new(),
                member: String::new(),
                step: step.to_owned(),
                reason: Some(reason.clone()),
                digest: None,
                share: vec![],
                at: now,
                act: String::new(),
            })),
            Some(before) if before.step == step => Ok(None),
            Some(_) => Err(CONFLICT.problem().detail("ผู้พิทักษ์รายนี้ตัดสินใจแล้ว", "This custodian has decided already.")),
        })
        .await?;
        self.unmasking(ctx, id).await
    }

    /// Writes what a member says in a case that is still open; `next` makes the row from the one before, or nothing when it is the same.
    pub(crate) async fn record_decision(
        &self,
        ctx: &Ctx,
        kind: &'static ActKind,
        id: &str,
        member: &str,
        next: impl Fn(Timestamp, Option<DecisionRow>) -> Result<Option<DecisionRow>, Problem> + Send + Sync + Clone + 'static,
    ) -> Result<String, Problem> {
        let custodians = self.custodians()?;
        let case = store::unmasking::case(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let decided = store::unmasking::decisions(&self.store, id).await?;
        let before = decided.iter().find(|row| row.member == member).cloned();
        let Some(planned) = next(ctx.now, before.clone())? else { return Ok(before.map_or_else(String::new, |row| row.act)) };
        let law = custodians.basis(&case.basis).map_or_else(String::new, |basis| basis.title.pair());
        let reign = self.reign_of(case.requested_at).ok_or_else(|| UNMASKING_NO_KEY.problem())?;
        let seats = custodians.seats(&reign.committee);
        let office = seats
            .as_ref()
            .and_then(|seats| seats.member(member))
            .and_then(|member| member.desk.as_ref())
            .map_or(member, |desk| desk.office.as_str());
        let mut draft = Draft::new(kind, law).office(office).public("case", id).public("member", member).refers(id);
        if let Some(reason) = &planned.reason {
            draft = draft.open("reason", reason.as_str());
        }
        if let Some(digest) = &planned.digest {
            draft = draft.public("part", digest.as_str());
        }
        if !planned.share.is_empty() {
            draft = draft.open("bytes", Value::from(hex::encode(&planned.share)));
        }
        let seats = reign.keys.committee().members().len();
        let (id, member, threshold) = (id.to_owned(), member.to_owned(), usize::from(reign.threshold()));
        let others_refused = decided.iter().filter(|row| row.member != member && row.step == "refused").count();
        let done = self
            .store
            .act(ctx, draft, move |tx| {
                let (id, member, next) = (id.clone(), member.clone(), next.clone());
                Box::pin(async move {
                    let now = tx.ctx().now;
                    let case = store::unmasking::case_now(tx, &id).await?.ok_or_else(|| NOT_FOUND.problem())?;
                    if case.status != ASKED || case.deadline <= now {
                        return Err(UNMASKING_CLOSED.problem());
                    }
                    let before = store::unmasking::decision_now(tx, &id, &member).await?;
                    let row = next(now, before)?.ok_or_else(|| CONFLICT.problem())?;
                    let refuses = row.step == "refused";
                    tx.save(DecisionRow { case: id, member, ..row }.record());
                    if refuses && seats.saturating_sub(others_refused + 1) < threshold {
                        tx.save(CaseRow { status: REFUSED.into(), ended_at: Some(now), ..case }.record());
                    }
                    Ok(())
                })
            })
            .await?;
        Ok(done.act)
    }

    /// The requesting office takes its request back.
    pub(crate) async fn withdraw_unmasking(&self, ctx: &Ctx, id: &str) -> Result<(), Problem> {
        let case = self.unmasking(ctx, id).await?.row;
        require_desk(ctx, &self.custodians()?.requesters)?;
        ctx.require_signature()?;
        if ctx.office() != Some(case.office.as_str()) {
            return Err(FORBIDDEN.problem());
        }
        if case.status != ASKED {
            return Err(UNMASKING_CLOSED.problem());
        }
        let ctx = Ctx { idempotency: None, ..ctx.clone() };
        self.store.erase_person_key(&once_key(id)).await?;
        self.end_case(&ctx, &acts::WITHDRAW_UNMASKING, case, WITHDRAWN).await
    }

    /// Ends a case that stands as `case` says; its one-time key is gone already.
    pub(crate) async fn end_case(&self, ctx: &Ctx, kind: &'static ActKind, case: CaseRow, status: &'static str) -> Result<(), Problem> {
        let law = self.custodians()?.basis(&case.basis).map_or_else(String::new, |basis| basis.title.pair());
        let draft = Draft::new(kind, law).office(case.office.as_str()).public("case", case.id.as_str()).refers(case.id.as_str());
        self.store
            .act(ctx, draft, move |tx| {
                let case = case.clone();
                Box::pin(async move {
                    let stands = store::unmasking::case_now(tx, &case.id).await?.ok_or_else(|| INTERNAL.problem())?;
                    if stands.act != case.act {
                        return Err(CONFLICT.problem());
                    }
                    let ended_at = Some(tx.ctx().now);
                    tx.save(CaseRow { status: status.into(), ended_at, ..stands }.record());
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }
}
