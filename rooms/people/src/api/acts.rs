//! What an act keeps for the one who did it.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    ctx::Ctx,
    http::{Page, Path},
    problem::{NOT_FOUND, Problem, ProblemBody},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::People;

/// A committed field of an act, opened: SHA-256("sala/commit/v1" ‖ salt ‖ length of the field's name as 2 bytes ‖ name ‖ CBOR)
/// is what the leaf holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnOpening {
    /// The field.
    pub field: String,
    /// 32 bytes in hexadecimal digits.
    pub salt: String,
    /// The value's deterministic CBOR in hexadecimal digits: this is what was hashed.
    pub cbor: String,
    /// The value for people; bytes as hexadecimal digits.
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
}

/// The fields of an act that are sealed for the signed-in person, opened, such as the signature of one's own act. `sala signature`
/// checks the answer without the hall. Needs a fresh session.
#[utoipa::path(get, path = "/api/v1/me/acts/{id}/openings", operation_id = "list_own_openings", tag = "people",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the act")),
    responses((status = 200, body = Page<OwnOpening>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_openings(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<Page<OwnOpening>>, Problem> {
    ctx.require_fresh()?;
    let act = people.store.act_by_id(&id).await?.ok_or_else(|| NOT_FOUND.problem())?;
    let openings = people.store.openings_for(ctx.require_signed_in()?, &act.leaf.id).await?;
    let items = openings.into_iter().map(|(field, salt, value)| OwnOpening {
        field,
        salt: hex::encode(salt),
        cbor: hex::encode(value.encode()),
        value: value.to_json(),
    });
    Ok(Json(Page::whole(items.collect())))
}
