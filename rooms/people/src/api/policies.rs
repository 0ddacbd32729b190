//! The policies over HTTP: what they say, and why something was or would be allowed.

use std::sync::Arc;

use axum::{Json, extract::State};
use sala_core::{
    http::Body,
    problem::{INVALID, Problem, ProblemBody},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{People, policy::Petition};

/// The set of policies in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicySetView {
    /// SHA-256 over schema and policies, hexadecimal: what acts cite as `policy_set`.
    pub hash: String,
    /// The policies in Cedar.
    pub text: String,
    /// The schema against which they are checked; it lists every operation.
    pub schema: String,
}

/// Who asks.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallerKind {
    /// Not signed in.
    Visitor,
    /// Signed in, acting for oneself.
    Citizen,
    /// Signed in, acting in an office.
    Officer,
}

/// A question to the policies.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainPolicy {
    /// Operation id, such as `approve_run`.
    pub operation: String,
    /// Who would ask.
    pub caller: CallerKind,
    /// In which office, for an officer.
    #[serde(default)]
    pub office: String,
    /// With which roles, for an officer.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Level of identity in hundredths; 110 when left out.
    pub ial: Option<i64>,
    /// Verified within the last minutes.
    #[serde(default)]
    pub fresh: bool,
    /// Signed with a passkey.
    #[serde(default)]
    pub signed: bool,
    /// By a demo sign-in.
    #[serde(default)]
    pub demo: bool,
    /// Under a mandate.
    #[serde(default)]
    pub behalf: bool,
}

/// A policy that decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyView {
    /// Its id.
    pub id: String,
    /// Its text in Cedar.
    pub text: String,
}

/// What the policies say, and which.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyVerdict {
    /// Allowed.
    pub allowed: bool,
    /// The policies that decided; none when nothing permits it.
    pub policies: Vec<PolicyView>,
    /// Hash of the set that was asked.
    pub policy_set: String,
}

/// The policies in force: who may do what in this hall.
#[utoipa::path(get, path = "/api/v1/policies", operation_id = "get_policies", tag = "people", security(()),
    responses((status = 200, body = PolicySetView), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn get_policies(State(people): State<Arc<People>>) -> Result<Json<PolicySetView>, Problem> {
    let policies = people.policies()?;
    let (text, schema) = (policies.text().to_owned(), policies.schema().to_owned());
    Ok(Json(PolicySetView { hash: hex::encode(policies.hash()), text, schema }))
}

/// Ask the policies why someone may or may not do something. Changes nothing.
#[utoipa::path(post, path = "/api/v1/policies/explain", operation_id = "explain_policy", tag = "people", security(()),
    request_body = ExplainPolicy, responses((status = 200, body = PolicyVerdict), (status = "4XX", body = ProblemBody)))]
pub(crate) async fn explain_policy(
    State(people): State<Arc<People>>,
    Body(asked): Body<ExplainPolicy>,
) -> Result<Json<PolicyVerdict>, Problem> {
    let policies = people.policies()?;
    if !policies.knows(&asked.operation) {
        return Err(INVALID.problem().at("/operation", "the contract has no such operation"));
    }
    let kind = match asked.caller {
        CallerKind::Visitor => "Visitor",
        CallerKind::Citizen => "Citizen",
        CallerKind::Officer => "Officer",
    };
    let who = Petition {
        kind,
        office: asked.office,
        roles: asked.roles,
        ial: asked.ial.unwrap_or(crate::session::SELF_ASSERTED),
        fresh: asked.fresh,
        signed: asked.signed,
        demo: asked.demo,
        behalf: asked.behalf,
    };
    let verdict = policies.decide(&who, &asked.operation)?;
    let view = |id: String| PolicyView { text: policies.policy(&id).unwrap_or_default(), id };
    Ok(Json(PolicyVerdict {
        allowed: verdict.is_allowed,
        policies: verdict.policies.into_iter().map(view).collect(),
        policy_set: hex::encode(policies.hash()),
    }))
}
