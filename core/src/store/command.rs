//! A command on its way to the store, and what both engines do with one.

use std::panic::AssertUnwindSafe;

use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::oneshot;

use super::{
    cell::Cell,
    script::Script,
    tx::{OpeningRow, Sealed, Tx, opening_id, storage},
};
use crate::{
    act::Draft,
    ctx::{Actor, Ctx},
    problem::{IDEMPOTENCY_REUSED, INTERNAL, Problem},
};

/// The work inside an act; returns the reply as JSON. `Fn`, because it may be run again.
pub(crate) type Work = Box<dyn for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<String, Problem>> + Send + Sync>;

pub(crate) struct Command {
    pub(crate) ctx: Ctx,
    pub(crate) draft: Draft,
    pub(crate) work: Work,
    pub(crate) done: oneshot::Sender<Result<Done, Problem>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub(crate) act: String,
    pub(crate) index: Option<u64>,
    pub(crate) reply: String,
}

/// What running a command gave.
pub(crate) enum Outcome {
    /// An act to be recorded.
    Act(Box<Sealed>, String),
    /// The reply of an earlier call with the same key.
    Again(Done),
    /// Refused; nothing is left behind.
    Refused(Problem),
}

/// Runs one command in an open transaction. `Err` means that the transaction itself is broken.
pub(crate) async fn run(tx: &mut Tx, command: &Command) -> Result<Outcome, Problem> {
    if let Some(key) = &command.ctx.idempotency {
        let rows = tx
            .fetch("SELECT request, act_id, reply FROM idempotency WHERE id = $1", &[idempotency_id(&command.ctx, &key.key).into()])
            .await?;
        if let Some(row) = rows.first() {
            if row.bytes32("request")? != key.request {
                return Ok(Outcome::Refused(IDEMPOTENCY_REUSED.problem()));
            }
            return Ok(Outcome::Again(Done { act: row.text("act_id")?.to_owned(), index: None, reply: row.text("reply")?.to_owned() }));
        }
    }
    let worked = AssertUnwindSafe((command.work)(tx)).catch_unwind().await;
    let refused = match worked {
        Ok(Ok(reply)) => match tx.seal().await {
            Ok(sealed) => return Ok(Outcome::Act(Box::new(sealed), reply)),
            Err(problem) => problem,
        },
        Ok(Err(problem)) => problem,
        Err(_) => INTERNAL.problem().because(format!("the work of {} panicked", command.draft.kind.kind)),
    };
    if tx.broken {
        return Err(refused);
    }
    tx.undo().await.map_err(storage)?;
    Ok(Outcome::Refused(refused))
}

/// One caller's key, apart from every other caller's.
fn idempotency_id(ctx: &Ctx, key: &str) -> String {
    match &ctx.actor {
        Actor::Visitor => format!("visitor/{key}"),
        _ => format!("{}/{key}", ctx.actor_name()),
    }
}

/// Adds openings, references and idempotency replies of acts; the acts themselves are the engines' matter.
pub(crate) fn add_around(script: &mut Script, acts: &[(&Sealed, &Ctx, &str)]) {
    let mut openings = vec![];
    let mut refs = vec![];
    let mut replies = vec![];
    for (sealed, ctx, reply) in acts {
        let act = &sealed.leaf.id;
        for OpeningRow { field, sealed_for, body } in &sealed.openings {
            openings.push(vec![opening_id(act, field).into(), act.into(), field.into(), sealed_for.into(), body.as_slice().into()]);
        }
        for subject in &sealed.leaf.refs {
            refs.push(vec![format!("{act}/{subject}").into(), subject.into(), act.into()]);
        }
        if let Some(key) = &ctx.idempotency {
            replies.push(vec![
                idempotency_id(ctx, &key.key).into(),
                key.request.into(),
                act.into(),
                Cell::from(*reply),
                Cell::Int(ctx.now.0),
            ]);
        }
    }
    script.add_rows("INSERT INTO opening (id, act_id, field, sealed_for, body) VALUES ", "", &[false; 5], openings);
    script.add_rows("INSERT INTO act_ref (id, subject, act_id) VALUES ", " ON CONFLICT (id) DO NOTHING", &[false; 3], refs);
    script.add_rows("INSERT INTO idempotency (id, request, act_id, reply, at) VALUES ", "", &[false; 5], replies);
}

/// The columns of an act after its index, in the order of the `INSERT`s of both engines.
pub(crate) fn act_cells(sealed: &Sealed) -> Vec<Cell> {
    let leaf = &sealed.leaf;
    vec![
        Cell::from(&leaf.id),
        Cell::from(&leaf.kind),
        Cell::Text(leaf.office.clone().unwrap_or_default()),
        Cell::from(&leaf.actor),
        Cell::Int(leaf.at.0),
        Cell::from(sealed.bytes.as_slice()),
        Cell::from(sealed.hash),
    ]
}
