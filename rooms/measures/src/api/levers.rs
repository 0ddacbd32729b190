//! Levers and public notices over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::{Body, GivenReason, Page, Path},
    lever::{Choice, Lever, LeverKind, LeverValue},
    problem::{Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Measures;

/// By what a lever was changed last.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ChangedBy {
    /// The measure, if one did it.
    measure: Option<String>,
    /// The run, if one did it.
    run: Option<String>,
    /// The act.
    act: String,
}

/// A lever with the value in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Lever)]
pub(crate) struct LeverView {
    /// Id.
    id: String,
    /// What it is.
    kind: LeverKind,
    /// Title.
    title: Text,
    /// Unit of a set-point.
    unit: Option<String>,
    /// The office that owns it.
    office: String,
    /// The law that allows it to be moved.
    legal_basis: Text,
    /// Smallest value of a set-point.
    min: Option<f64>,
    /// Largest value of a set-point.
    max: Option<f64>,
    /// The values of a signal plan or an alert level.
    choices: Option<Vec<Choice>>,
    /// The value in force.
    value: LeverValue,
    /// Where it stands until it is moved for the first time.
    initial: LeverValue,
    /// When it was last changed.
    changed_at: Option<Timestamp>,
    /// By what it was changed last.
    changed_by: Option<ChangedBy>,
    /// Is there a move that an officer can take back?
    can_undo: bool,
}

impl From<Lever> for LeverView {
    fn from(lever: Lever) -> Self {
        let can_undo = lever.can_undo();
        let (measure, run) = (lever.measure, lever.run);
        let spec = lever.spec;
        Self {
            id: spec.id,
            kind: spec.kind,
            title: spec.title,
            unit: spec.unit,
            office: spec.office,
            legal_basis: spec.legal_basis,
            min: spec.min,
            max: spec.max,
            choices: spec.choices,
            value: lever.value,
            initial: spec.initial,
            changed_at: lever.changed_at,
            changed_by: lever.act.map(|act| ChangedBy { measure, run, act }),
            can_undo,
        }
    }
}

/// A public notice in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Notice)]
pub(crate) struct NoticeView {
    /// The lever that carries it.
    lever: String,
    /// What it says.
    text: Text,
    /// Since when.
    since: Timestamp,
    /// The measure that published it.
    measure: Option<String>,
    /// The run that published it.
    run: Option<String>,
    /// The act by which it was published.
    act: String,
}

/// All levers with the values in force.
#[utoipa::path(get, path = "/api/v1/levers", operation_id = "list_levers", tag = "measures", security(()),
    responses((status = 200, body = Page<LeverView>), (status = 503, body = ProblemBody)))]
pub(crate) async fn list_levers(State(room): State<Arc<Measures>>) -> Result<Json<Page<LeverView>>, Problem> {
    Ok(Json(Page::whole(room.levers.list().await?.into_iter().map(LeverView::from).collect())))
}

/// Takes the last move of a lever back. For officers of the owning office (role `operator` or `approver`).
#[utoipa::path(post, path = "/api/v1/levers/{id}/undo", operation_id = "undo_lever", tag = "measures", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the lever")), request_body = GivenReason,
    responses((status = 200, body = LeverView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub(crate) async fn undo_lever(
    State(room): State<Arc<Measures>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(body): Body<GivenReason>,
) -> Result<Json<LeverView>, Problem> {
    room.undo_lever(&ctx, &id, &body.reason).await?;
    room.lever_view(&id).await.map(Json)
}

/// The public notices in force.
#[utoipa::path(get, path = "/api/v1/notices", operation_id = "list_notices", tag = "measures", security(()),
    responses((status = 200, body = Page<NoticeView>), (status = 503, body = ProblemBody)))]
pub(crate) async fn list_notices(State(room): State<Arc<Measures>>) -> Result<Json<Page<NoticeView>>, Problem> {
    Ok(Json(Page::whole(room.levers.list().await?.into_iter().filter_map(notice).collect())))
}

fn notice(lever: Lever) -> Option<NoticeView> {
    let is_silent = lever.value.is_silent();
    match lever.value {
        LeverValue::Notice(text) if !is_silent => Some(NoticeView {
            lever: lever.spec.id,
            text,
            since: lever.changed_at?,
            measure: lever.measure,
            run: lever.run,
            act: lever.act?,
        }),
        _ => None,
    }
}
