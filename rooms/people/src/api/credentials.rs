//! Credentials over HTTP, for pages: what can be had, offers to wallets, what was issued, and a wallet's request to look at.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use sala_core::{
    ctx::Ctx,
    http::{Body, Page, Path},
    problem::{Problem, ProblemBody},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    People,
    api::SignedIn,
    credential::{
        Offered, OwnCredential,
        award::OpenAward,
        claims::Rests,
        flow::Asked,
        types::{CredentialType, Ground},
    },
};

/// A type of credential that this hall issues.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CredentialType)]
pub struct CredentialTypeView {
    /// Its id.
    pub id: String,
    /// Address that names the type; its metadata lies there.
    pub vct: String,
    /// What people call it.
    pub title: Text,
    /// What it is for.
    pub description: Text,
    /// The law under which it is issued.
    pub legal_basis: Text,
    /// On what it rests; it is revoked when that ends.
    pub ground: Ground,
    /// How many days it is good at most.
    pub valid_days: u32,
    /// How many copies a wallet gets at most, each to be shown once.
    pub copies: usize,
    /// What it says.
    pub claims: Vec<CredentialClaimView>,
    /// Whoever is signed in can have it now; false for visitors.
    pub can_have: bool,
    /// Why not; null when they can, and for visitors.
    #[schema(required)]
    pub reason: Option<Text>,
    /// Mandates that it could rest on, to choose from.
    pub mandates: Vec<String>,
}

/// A claim of a type.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CredentialClaim)]
pub struct CredentialClaimView {
    /// Name in the credential.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// It is always there.
    pub mandatory: bool,
}

/// What to offer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferCredential {
    /// Id of the type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which mandate, where the type rests on one and there are several.
    pub mandate: Option<String>,
}

/// An offer for a wallet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialOfferView {
    /// Its id.
    pub id: String,
    /// The offer itself (OpenID4VCI §4.1.1). Whoever has it and the PIN gets the credential.
    #[schema(value_type = Object)]
    pub offer: serde_json::Value,
    /// Where the wallet fetches it.
    pub credential_offer_uri: String,
    /// The link or QR code that opens a wallet.
    pub url: String,
    /// The PIN that the person types into the wallet: six digits, shown this once.
    pub tx_code: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// How it stands with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialState {
    /// It holds.
    Valid,
    /// It was revoked, all copies together.
    Revoked,
    /// Its time is over.
    Expired,
}

/// A credential that was issued to the signed-in person. The hall has none of its copies.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = OwnCredential)]
pub struct OwnCredentialView {
    /// Its id; who revokes it needs it.
    pub id: String,
    /// Id of its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the type is called; null when the hall issues it no more.
    #[schema(required)]
    pub title: Option<Text>,
    /// On what it rests.
    pub ground: Ground,
    /// Id of the mandate, the officer's handle, or id of the award.
    #[schema(required)]
    pub ground_id: Option<String>,
    /// How many copies the wallet got.
    pub copies: usize,
    /// When.
    pub issued_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// How it stands.
    pub state: CredentialState,
    /// When it was revoked.
    #[schema(required)]
    pub revoked_at: Option<Timestamp>,
}

/// An award in the download.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnAward {
    /// Its id.
    pub id: String,
    /// Id of the type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Id of the office that awarded it.
    pub office: String,
    /// When.
    pub awarded_at: Timestamp,
    /// What it says.
    #[schema(value_type = Object)]
    pub claims: serde_json::Map<String, serde_json::Value>,
}

impl From<OpenAward> for OwnAward {
    fn from(award: OpenAward) -> Self {
        Self { id: award.row.id, kind: award.row.kind, office: award.office, awarded_at: award.row.awarded_at, claims: award.claims }
    }
}

/// Why an officer revokes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeCredential {
    /// Told to the owner: 1 to 500 letters.
    pub reason: String,
}

/// What a wallet asks of the signed-in person.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CredentialAuthorization)]
pub struct CredentialAuthorizationView {
    /// What it asks for.
    #[serde(rename = "type")]
    pub kind: CredentialTypeView,
    /// Its `client_id`.
    pub client_id: String,
    /// What the hall calls this wallet.
    pub client_title: Text,
    /// Where the browser goes on.
    pub redirect_uri: String,
    /// Until when the request waits.
    pub expires_at: Timestamp,
}

/// What it is to rest on.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveCredential {
    /// Which mandate, where there are several.
    pub mandate: Option<String>,
}

/// Where the browser goes on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CredentialReturn {
    /// The wallet's address, with the answer in it.
    pub url: String,
}

fn type_view(people: &People, kind: &CredentialType, grounds: Option<Result<Vec<Rests>, Text>>) -> CredentialTypeView {
    let (can_have, reason, found) = match grounds {
        None => (false, None, vec![]),
        Some(Err(reason)) => (false, Some(reason), vec![]),
        Some(Ok(found)) => (true, None, found),
    };
    let claim = |claim: &crate::credential::types::ClaimRule| CredentialClaimView {
        name: claim.name.clone(),
        title: claim.title.clone(),
        mandatory: claim.mandatory,
    };
    CredentialTypeView {
        id: kind.id.clone(),
        vct: people.vct(&kind.id),
        title: kind.title.clone(),
        description: kind.description.clone(),
        legal_basis: kind.legal_basis.clone(),
        ground: kind.ground,
        valid_days: kind.valid_days,
        copies: people.config.credentials.batch,
        claims: kind.claims.iter().map(claim).collect(),
        can_have,
        reason,
        mandates: found
            .iter()
            .filter(|rests| rests.ground() == Ground::Mandate)
            .filter_map(|rests| rests.id().map(str::to_owned))
            .collect(),
    }
}

fn offer_view(offered: Offered) -> CredentialOfferView {
    CredentialOfferView {
        offer: serde_json::to_value(&offered.offer).unwrap_or_default(),
        id: offered.id,
        credential_offer_uri: offered.uri,
        url: offered.url,
        tx_code: offered.tx_code,
        expires_at: offered.expires_at,
    }
}

pub(crate) fn own_view(own: OwnCredential, now: Timestamp) -> OwnCredentialView {
    let state = match own.row.revoked_at {
        Some(_) => CredentialState::Revoked,
        None if own.row.expires_at <= now => CredentialState::Expired,
        None => CredentialState::Valid,
    };
    OwnCredentialView {
        id: own.row.id,
        kind: own.row.kind,
        title: own.title,
        ground: own.secret.rests.ground(),
        ground_id: own.secret.rests.id().map(str::to_owned),
        copies: own.secret.copies,
        issued_at: own.row.issued_at,
        expires_at: own.row.expires_at,
        state,
        revoked_at: own.row.revoked_at,
    }
}

/// The types of credentials that this hall issues, and whether whoever asks can have them.
#[utoipa::path(get, path = "/api/v1/credential-types", operation_id = "list_credential_types", tag = "people", security(()),
    responses((status = 200, body = Page<CredentialTypeView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_credential_types(State(people): State<Arc<People>>, ctx: Ctx) -> Result<Json<Page<CredentialTypeView>>, Problem> {
    let mut items = vec![];
    for kind in &people.config.credentials.types {
        let grounds = if ctx.person().is_some() { Some(people.grounds_for(&ctx, kind).await?) } else { None };
        items.push(type_view(&people, kind, grounds));
    }
    Ok(Json(Page::whole(items)))
}

/// Offer the signed-in person one credential, for any wallet: by link or QR code, with a PIN.
#[utoipa::path(post, path = "/api/v1/credential-offers", operation_id = "offer_credential", tag = "people", security(("session" = [])),
    request_body = OfferCredential, responses((status = 201, body = CredentialOfferView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn offer_credential(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Body(input): Body<OfferCredential>,
) -> Result<(StatusCode, Json<CredentialOfferView>), Problem> {
    let offered = people.offer_to_wallet(&ctx, &input.kind, input.mandate.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(offer_view(offered))))
}

/// What was issued to the signed-in person, newest first.
#[utoipa::path(get, path = "/api/v1/me/credentials", operation_id = "list_own_credentials", tag = "people", security(("session" = [])),
    responses((status = 200, body = Page<OwnCredentialView>), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn list_own_credentials(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
) -> Result<Json<Page<OwnCredentialView>>, Problem> {
    let own = people.list_own_credentials(&ctx).await?;
    Ok(Json(Page::whole(own.into_iter().map(|own| own_view(own, ctx.now)).collect())))
}

/// Revoke all copies of a credential of one's own. Signed.
#[utoipa::path(post, path = "/api/v1/me/credentials/{id}/revoke", operation_id = "revoke_own_credential", tag = "people",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the credential")),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn revoke_own_credential(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    people.revoke_own_credential(&ctx, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revoke all copies of somebody's credential, with a reason that its owner is told. For the officers whom the type names. Signed.
#[utoipa::path(post, path = "/api/v1/credentials/{id}/revoke", operation_id = "revoke_credential", tag = "people",
    security(("session" = [])), params(("id" = String, Path, description = "Id of the credential, which its owner can tell")),
    request_body = RevokeCredential, responses((status = 204), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn revoke_credential(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
    Body(input): Body<RevokeCredential>,
) -> Result<StatusCode, Problem> {
    people.revoke_credential(&ctx, &id, &input.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn authorization_view(people: &People, asked: Asked<'_>) -> CredentialAuthorizationView {
    CredentialAuthorizationView {
        kind: type_view(people, asked.kind, Some(asked.grounds)),
        client_id: asked.client_id,
        client_title: asked.client_title,
        redirect_uri: asked.redirect_uri,
        expires_at: asked.ends_at,
    }
}

/// What a wallet asks of the signed-in person: the page `/authorize` shows it.
#[utoipa::path(get, path = "/api/v1/credential-authorizations/{id}", operation_id = "get_credential_authorization", tag = "people",
    security(("session" = [])), params(("id" = String, Path, description = "The `request_uri`, or what stands behind its last colon")),
    responses((status = 200, body = CredentialAuthorizationView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_credential_authorization(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<CredentialAuthorizationView>, Problem> {
    let asked = people.credential_authorization(&ctx, &id).await?;
    Ok(Json(authorization_view(&people, asked)))
}

/// Let the wallet have it: where the browser goes on, with a code that is good once.
#[utoipa::path(post, path = "/api/v1/credential-authorizations/{id}/approve", operation_id = "approve_credential", tag = "people",
    security(("session" = [])), params(("id" = String, Path, description = "The `request_uri`, or what stands behind its last colon")),
    request_body = ApproveCredential, responses((status = 200, body = CredentialReturn), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn approve_credential(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
    Body(input): Body<ApproveCredential>,
) -> Result<Json<CredentialReturn>, Problem> {
    let url = people.approve_credential(&ctx, &id, input.mandate.as_deref()).await?;
    Ok(Json(CredentialReturn { url }))
}

/// Refuse the wallet: where the browser goes on.
#[utoipa::path(post, path = "/api/v1/credential-authorizations/{id}/refuse", operation_id = "refuse_credential", tag = "people",
    security(("session" = [])), params(("id" = String, Path, description = "The `request_uri`, or what stands behind its last colon")),
    responses((status = 200, body = CredentialReturn), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn refuse_credential(
    State(people): State<Arc<People>>,
    SignedIn(ctx): SignedIn,
    Path(id): Path<String>,
) -> Result<Json<CredentialReturn>, Problem> {
    Ok(Json(CredentialReturn { url: people.refuse_credential(&ctx, &id)? }))
}
