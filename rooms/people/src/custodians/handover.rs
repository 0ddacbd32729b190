//! The key goes from one committee to the next: the profile names a successor, its members announce their keys and sign that they see
//! the same committee, the old custodians share their parts out to it, and it takes office when its members say that they hold theirs.
//!
//! The hall decides nothing in it. Whether a part is shared out is decided where it lies: a custodian checks that all new members signed
//! the committee with the keys that someone there compared with their owners, and that this committee stands under a witnessed head.

use sala_core::{
    act::{ActKind, Draft},
    ctx::{Actor, Ctx},
    problem::{CONFLICT, DAMAGED, FORBIDDEN, INVALID, NOT_FOUND, Problem},
};
use sala_custody::{Committee, KeySet};

use super::{
    Seats,
    board::{ACCEPTING, AUTHORITY, Board, DONE, by_custodian, stage_problem},
};
use crate::{
    People, acts,
    person::clean_text,
    store::{
        custodian::{self, CustodyRow},
        handover::{self, HandoverRow, StepRow},
    },
};

/// The name of a handover at a custodian: it says which members with which keys, so that a decision can't be moved to others.
pub fn handover_case(committee: &Committee) -> String {
    format!("handover_{}", hex::encode(committee.id().get(..16).unwrap_or_default()))
}

impl People {
    /// All members have announced their keys: the handover begins, if there is a key to hand over.
    pub(crate) async fn begin_handover(&self, ctx: &Ctx, seats: Seats<'_>, committee: &Committee) -> Result<(), Problem> {
        let Some(from) = self.reign().filter(|reign| reign.committee != seats.name) else { return Ok(()) };
        let handover = HandoverRow {
            id: seats.name.to_owned(),
            from: from.committee.clone(),
            from_key_set: from.keys.encode(),
            begun_at: ctx.now,
            begin_act: String::new(),
            in_force_at: None,
        };
        let custody = CustodyRow {
            id: seats.name.to_owned(),
            stage: ACCEPTING.into(),
            until: None,
            key_set: None,
            transcript: None,
            act: String::new(),
        };
        let draft = Draft::new(&acts::BEGIN_HANDOVER, AUTHORITY)
            .public("from", from.committee.as_str())
            .public("committee", seats.name)
            .public("key_set", hex::encode(from.keys.id()))
            .public("digest", hex::encode(committee.id()))
            .public("threshold", i64::from(seats.threshold))
            .public("members", i64::try_from(seats.members.len()).unwrap_or_default())
            .refers(seats.name)
            .refers(from.committee.as_str());
        self.store
            .act(ctx, draft, move |tx| {
                let (handover, custody) = (HandoverRow { begin_act: tx.act_id().to_owned(), ..handover.clone() }, custody.clone());
                Box::pin(async move {
                    if handover::handover_now(tx, &handover.id).await?.is_some() || custodian::custody_now(tx, &custody.id).await?.is_some()
                    {
                        return Err(CONFLICT.problem());
                    }
                    tx.save(handover.record());
                    tx.save(custody.record());
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }

    /// Writes what someone said in a handover; the same again is the same act, something else is refused.
    pub(crate) async fn record_step(
        &self,
        ctx: &Ctx,
        kind: &'static ActKind,
        step: StepRow,
        stage: &'static str,
    ) -> Result<String, Problem> {
        let said = handover::steps(&self.store, &step.committee).await?;
        let same = |known: &&StepRow| known.member == step.member && known.step == step.step;
        if let Some(known) = said.iter().find(same) {
            return Ok(known.act.clone());
        }
        let mut draft = Draft::new(kind, AUTHORITY)
            .public("committee", step.committee.as_str())
            .public("member", step.member.as_str())
            .refers(step.committee.as_str());
        if let Some(note) = &step.note {
            draft = draft.open("note", note.as_str());
        }
        if let Some(reason) = &step.reason {
            draft = draft.open("reason", reason.as_str());
        }
        let done = self
            .store
            .act(ctx, draft, move |tx| {
                let step = step.clone();
                Box::pin(async move {
                    let stands = custodian::custody_now(tx, &step.committee).await?.map(|row| row.stage).unwrap_or_default();
                    if stands != stage {
                        return Err(stage_problem(&stands));
                    }
                    if step.stands(tx).await?.is_some() {
                        return Err(CONFLICT.problem().detail("ตอบไว้แล้วเป็นอย่างอื่น", "Another answer stands already."));
                    }
                    tx.save(step.record());
                    Ok(())
                })
            })
            .await?;
        Ok(done.act)
    }

    /// A new member signs that it sees this committee: `digest` is that of its own view.
    pub(crate) async fn accept_handover(
        &self,
        ctx: &Ctx,
        seats: Seats<'_>,
        member: &str,
        digest: &str,
        note: &str,
    ) -> Result<String, Problem> {
        let board = self.custody_board(seats).await?;
        let committee = board.committee.as_ref().ok_or_else(|| stage_problem(board.stage()))?;
        if hex::encode(committee.id()) != digest {
            return Err(INVALID.problem().at("/committee", "this is not the digest of the committee as the board shows it"));
        }
        let step = step(seats.name, member, "accepted", Some(note), None, ctx);
        self.record_step(&by_custodian(ctx, member), &acts::ACCEPT_HANDOVER, step, ACCEPTING).await
    }

    /// A new member signs that it holds its share.
    pub(crate) async fn hold_share(&self, ctx: &Ctx, seats: Seats<'_>, member: &str, key_set: &str, note: &str) -> Result<String, Problem> {
        let row = custodian::custody(&self.store, seats.name).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let bytes = row.key_set.as_deref().ok_or_else(|| stage_problem(&row.stage))?;
        if hex::encode(KeySet::decode(bytes).map_err(|fault| DAMAGED.problem().because(fault))?.id()) != key_set {
            return Err(INVALID.problem().at("/key_set", "this is not the digest of the key set as the board shows it"));
        }
        let step = step(seats.name, member, "holds", Some(note), None, ctx);
        self.record_step(&by_custodian(ctx, member), &acts::HOLD_SHARE, step, DONE).await
    }

    /// An old custodian says that it does not hand over to this committee.
    pub(crate) async fn refuse_handover(
        &self,
        ctx: &Ctx,
        seats: Seats<'_>,
        member: &str,
        committee: &str,
        reason: &str,
        note: &str,
    ) -> Result<String, Problem> {
        let reason = clean_text("/reason", reason, 500)?;
        self.gives(seats, committee).await?;
        let step = step(committee, member, "refused", Some(note), Some(reason), ctx);
        self.record_step(&by_custodian(ctx, member), &acts::REFUSE_HANDOVER, step, "dealing").await
    }

    /// Only the committee that has the key has a say in where it goes.
    pub(crate) async fn gives(&self, seats: Seats<'_>, committee: &str) -> Result<(), Problem> {
        let row = handover::handover(&self.store, committee).await?;
        if row.is_some_and(|row| row.from == seats.name) { Ok(()) } else { Err(NOT_FOUND.problem()) }
    }

    /// An officer decides for the custodian of their office whether it hands over. A yes is only leave: the part comes from where it lies.
    pub(crate) async fn decide_handover(&self, ctx: &Ctx, committee: &str, releases: bool, reason: &str) -> Result<(), Problem> {
        ctx.require_signed_in()?;
        let custodians = self.custodians()?;
        let row = handover::handover(&self.store, committee).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let seats = custodians.seats(&row.from).ok_or_else(|| FORBIDDEN.problem())?;
        let member = seats.seats_of(ctx).into_iter().next().ok_or_else(|| FORBIDDEN.problem())?;
        ctx.require_signature()?;
        let reason = clean_text("/reason", reason, 500)?;
        let (kind, said) = if releases { (&acts::APPROVE_HANDOVER, "approved") } else { (&acts::REFUSE_HANDOVER, "refused") };
        let step = step(committee, &member, said, None, Some(reason), ctx);
        let Actor::Officer { .. } = &ctx.actor else { return Err(FORBIDDEN.problem()) };
        self.record_step(&Ctx { idempotency: None, ..ctx.clone() }, kind, step, "dealing").await.map(drop)
    }

    /// The new committee takes office when enough of its members have said, under a witnessed head, that they hold their shares: all of
    /// them, or as many as open together when the others have let the time pass.
    pub(crate) async fn take_office(&self, ctx: &Ctx, row: &CustodyRow, board: &Board, handover: &HandoverRow) -> Result<(), Problem> {
        let committee = board.committee.as_ref().ok_or_else(|| DAMAGED.problem().because("a custodian's key is missing"))?;
        let mut holding = 0_usize;
        for step in board.steps.iter().filter(|step| step.step == "holds") {
            holding = holding.saturating_add(usize::from(self.is_witnessed(&step.act).await?));
        }
        let is_late = row.until.is_some_and(|until| until <= ctx.now);
        if holding < committee.members().len() && !(is_late && holding >= usize::from(committee.threshold())) {
            return Ok(());
        }
        let draft = Draft::new(&acts::TAKE_OFFICE, AUTHORITY)
            .public("committee", row.id.as_str())
            .public("from", handover.from.as_str())
            .public("holding", i64::try_from(holding).unwrap_or(i64::MAX))
            .refers(row.id.as_str())
            .refers(handover.from.as_str());
        let next = HandoverRow { in_force_at: Some(ctx.now), ..handover.clone() };
        self.store
            .act(ctx, draft, move |tx| {
                let next = next.clone();
                Box::pin(async move {
                    let stands = handover::handover_now(tx, &next.id).await?;
                    if stands.is_none_or(|stands| stands.in_force_at.is_some()) {
                        return Err(CONFLICT.problem());
                    }
                    tx.save(next.record());
                    Ok(())
                })
            })
            .await?;
        Ok(())
    }
}

fn step(committee: &str, member: &str, step: &str, note: Option<&str>, reason: Option<String>, ctx: &Ctx) -> StepRow {
    StepRow {
        committee: committee.to_owned(),
        member: member.to_owned(),
        step: step.to_owned(),
        note: note.map(str::to_owned),
        reason,
        at: ctx.now,
        act: String::new(),
    }
}
