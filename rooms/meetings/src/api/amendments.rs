//! Amendments over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Path},
    problem::{Problem, ProblemBody},
};

use crate::{
    Meetings,
    amend::{AmendmentDecision, NewAmendment},
    view::{AmendmentView, Faces, amendment_view},
};

/// Propose to change a clause, to add one, or to strike one out. Signed with a passkey: whoever proposes answers for it.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/amendments", operation_id = "propose_amendment", tag = "meetings",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the meeting")), request_body = NewAmendment,
    responses((status = 201, body = AmendmentView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn propose_amendment(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(wanted): Body<NewAmendment>,
) -> Result<(StatusCode, Json<AmendmentView>), Problem> {
    let amendment = room.propose(&ctx, &id, wanted).await?;
    Ok((StatusCode::CREATED, Json(amendment_view(amendment, &mut Faces::new(&room)).await?)))
}

/// Take an amendment back: its proposer.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/amendments/{amendment}/withdraw", operation_id = "withdraw_amendment", tag = "meetings",
    security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting"), ("amendment" = String, Path, description = "Id of the amendment")),
    responses((status = 200, body = AmendmentView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn withdraw_amendment(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path((id, amendment)): Path<(String, String)>,
) -> Result<Json<AmendmentView>, Problem> {
    let amendment = room.withdraw(&ctx, &id, &amendment).await?;
    Ok(Json(amendment_view(amendment, &mut Faces::new(&room)).await?))
}

/// Record the outcome of an amendment (the chair). If it is accepted, the draft changes in the same transaction.
#[utoipa::path(post, path = "/api/v1/meetings/{id}/amendments/{amendment}/decide", operation_id = "decide_amendment", tag = "meetings",
    security(("session" = [])),
    params(("id" = String, Path, description = "Id of the meeting"), ("amendment" = String, Path, description = "Id of the amendment")),
    request_body = AmendmentDecision, responses((status = 200, body = AmendmentView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn decide_amendment(
    State(room): State<Arc<Meetings>>,
    ctx: Ctx,
    Path((id, amendment)): Path<(String, String)>,
    Body(wanted): Body<AmendmentDecision>,
) -> Result<Json<AmendmentView>, Problem> {
    let amendment = room.decide_amendment(&ctx, &id, &amendment, wanted).await?;
    Ok(Json(amendment_view(amendment, &mut Faces::new(&room)).await?))
}
