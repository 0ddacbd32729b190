//! Pins over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, PageQuery, Path, Query, limit},
    problem::{Problem, ProblemBody},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Cities,
    pin::{Hidden, NewPin, Pin, PinKind},
    store::pins,
};

/// What someone said of a place.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Pin)]
pub(crate) struct PinView {
    id: String,
    city: String,
    /// x and z in the district, m.
    at: [f64; 2],
    /// The object that it is about.
    object: Option<String>,
    kind: PinKind,
    /// What it says; empty when an officer hid it.
    text: String,
    /// The what-if that it is about.
    about: Option<String>,
    /// Public handle of its author.
    by: String,
    placed_at: Timestamp,
    /// How many support it.
    support: i64,
    /// Does whoever asks support it?
    is_supported: bool,
    /// Is it of whoever asks?
    is_own: bool,
    /// Why an officer hid it.
    hidden: Option<Hidden>,
    act: String,
}

/// Hiding a pin.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HidePin {
    /// The rule of the code of conduct that it breaks.
    rule: String,
    /// Why, in words: public.
    reason: String,
}

fn view(pin: Pin, (support, is_supported): (i64, bool), handle: Option<&str>) -> PinView {
    PinView {
        is_own: handle == Some(pin.by.as_str()),
        text: if pin.hidden.is_some() { String::new() } else { pin.text },
        id: pin.id,
        city: pin.city,
        at: pin.at,
        object: pin.object,
        kind: pin.kind,
        about: pin.about,
        by: pin.by,
        placed_at: pin.placed_at,
        support,
        is_supported,
        hidden: pin.hidden,
        act: pin.act,
    }
}

/// Whoever asks, by public handle; none for visitors.
fn handle(ctx: &Ctx) -> Option<String> {
    ctx.person().map(|_| ctx.actor_name())
}

/// What people say of the places of a district, newest first.
#[utoipa::path(get, path = "/api/v1/cities/{id}/pins", operation_id = "list_pins", tag = "city", security(()),
    params(("id" = String, Path, description = "Id of the district"), PageQuery),
    responses((status = 200, body = Page<PinView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_pins(
    State(room): State<Arc<Cities>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<PinView>>, Problem> {
    room.place(&id)?;
    let limit = limit(page.limit)?;
    let handle = handle(&ctx);
    let mut found = pins::list(&room.store, &id, page.after.as_deref().unwrap_or(""), limit.saturating_add(1)).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|pin| pin.id.clone());
    let support = pins::support(&room.store, &id, handle.as_deref().unwrap_or("")).await?;
    let items = found.into_iter().map(|pin| {
        let own = support.get(&pin.id).copied().unwrap_or_default();
        view(pin, own, handle.as_deref())
    });
    Ok(Json(Page { items: items.collect(), next }))
}

/// Pin something to a place of a district, under the persona in use.
#[utoipa::path(post, path = "/api/v1/cities/{id}/pins", operation_id = "place_pin", tag = "city", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the district")), request_body = NewPin,
    responses((status = 201, body = PinView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn place_pin(
    State(room): State<Arc<Cities>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(new): Body<NewPin>,
) -> Result<(StatusCode, Json<PinView>), Problem> {
    let pin = room.place_pin(&ctx, &id, new).await?;
    Ok((StatusCode::CREATED, Json(view(pin, (0, false), handle(&ctx).as_deref()))))
}

/// Take a pin of one's own back: its words are gone.
#[utoipa::path(delete, path = "/api/v1/pins/{id}", operation_id = "withdraw_pin", tag = "city", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the pin")),
    responses((status = 204, description = "taken back"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn withdraw_pin(State(room): State<Arc<Cities>>, ctx: Ctx, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    room.withdraw_pin(&ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Support a pin.
#[utoipa::path(post, path = "/api/v1/pins/{id}/support", operation_id = "support_pin", tag = "city", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the pin")),
    responses((status = 204, description = "supported"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn support_pin(State(room): State<Arc<Cities>>, ctx: Ctx, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    room.set_support(&ctx, &id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take support of a pin back.
#[utoipa::path(delete, path = "/api/v1/pins/{id}/support", operation_id = "unsupport_pin", tag = "city", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the pin")),
    responses((status = 204, description = "taken back"), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn unsupport_pin(State(room): State<Arc<Cities>>, ctx: Ctx, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    room.set_support(&ctx, &id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hide a pin by a rule of the code of conduct. Its place and the reason stay open.
#[utoipa::path(post, path = "/api/v1/pins/{id}/hide", operation_id = "hide_pin", tag = "city", security(("session" = [])),
    params(("id" = String, Path, description = "Id of the pin")), request_body = HidePin,
    responses((status = 200, body = PinView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn hide_pin(
    State(room): State<Arc<Cities>>,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<HidePin>,
) -> Result<Json<PinView>, Problem> {
    let pin = room.hide_pin(&ctx, &id, &input.rule, &input.reason).await?;
    Ok(Json(view(pin, (0, false), handle(&ctx).as_deref())))
}
