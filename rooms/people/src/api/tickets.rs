//! Tickets for WebSockets over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use sala_core::{
    ctx::Ctx,
    http::Body,
    problem::{Problem, ProblemBody, SIGN_IN_REQUIRED},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{People, api::live, ticket::TicketPurpose};

/// A ticket to ask for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskTicket {
    /// What it is to open.
    pub purpose: TicketPurpose,
    /// In which space, where the purpose has spaces: 1 to 80 bytes.
    pub space: Option<String>,
}

/// A ticket.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Ticket)]
pub struct TicketView {
    /// Good once: to be sent when the WebSocket opens.
    pub ticket: String,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Get a ticket that opens a WebSocket for this session: good once, within thirty seconds.
#[utoipa::path(post, path = "/api/v1/session/tickets", operation_id = "issue_ticket", tag = "people", security(("session" = [])),
    request_body = AskTicket, responses((status = 200, body = TicketView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn issue_ticket(
    State(people): State<Arc<People>>,
    ctx: Ctx,
    headers: HeaderMap,
    Body(input): Body<AskTicket>,
) -> Result<Json<TicketView>, Problem> {
    ctx.require_signed_in()?;
    let token = people.token_in(&headers).ok_or_else(|| SIGN_IN_REQUIRED.problem())?;
    let live = live(&people, &headers, &ctx).await?.ok_or_else(|| SIGN_IN_REQUIRED.problem())?;
    let (ticket, expires_at) = people.issue_ticket(&ctx, token, &live, input.purpose, input.space)?;
    Ok(Json(TicketView { ticket, expires_at }))
}
