//! What offices ask of authenticators, over HTTP.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{http::Page, text::Text};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{AuthenticatorMode, People};

/// A model that an office accepts.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AuthenticatorModel)]
pub struct AuthenticatorModelView {
    /// Id, unique within the hall.
    pub id: String,
    /// What the page calls it.
    pub title: Text,
    /// Its AAGUIDs (UUID), as the FIDO metadata names models.
    pub aaguids: Vec<String>,
}

/// What an office asks of the passkeys of its officers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AuthenticatorRule)]
pub struct AuthenticatorRuleView {
    /// Id of the office.
    pub office: String,
    /// What the office is called.
    pub office_title: Text,
    /// Whether any authenticator will do.
    pub mode: AuthenticatorMode,
    /// The models that are accepted; none where any will do.
    pub models: Vec<AuthenticatorModelView>,
}

/// Which authenticators the officers of each office may come with.
#[utoipa::path(get, path = "/api/v1/authenticators", operation_id = "list_authenticators", tag = "people", security(()),
    responses((status = 200, body = Page<AuthenticatorRuleView>)))]
pub(crate) async fn list_authenticators(State(people): State<Arc<People>>) -> Json<Page<AuthenticatorRuleView>> {
    let rules = people.offices().offices.iter().map(|office| {
        let models = people.config.authenticators.models_of(&office.id).map(|model| AuthenticatorModelView {
            id: model.id.clone(),
            title: model.title.clone(),
            aaguids: model.aaguids.iter().cloned().collect(),
        });
        AuthenticatorRuleView {
            office: office.id.clone(),
            office_title: office.title.clone(),
            mode: people.config.authenticators.mode(&office.id),
            models: models.collect(),
        }
    });
    Json(Page::whole(rules.collect()))
}
