//! The public record: acts, their openings and proofs.

use std::sync::Arc;

use axum::{Json, extract::State, http::header, response::IntoResponse};
use base64::{Engine, engine::general_purpose::STANDARD};
use sala_core::{
    http::{Page, Path, Query, limit},
    problem::{INVALID, NOT_FOUND, NOT_WITNESSED, Problem, ProblemBody},
    store::{ActFilter, ActRow, ActSummary, Opening},
    text::Text,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::reference::{Reference, resolve};
use crate::{catalog, hall::Hall};

/// Which acts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ActQuery {
    /// Only this kind.
    kind: Option<String>,
    /// Only this office.
    office: Option<String>,
    /// Not before this moment (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Before this moment (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Only acts about this id.
    subject: Option<String>,
    /// `next` of the part before.
    after: Option<String>,
    /// At most so many, 1–500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// An act in a list, with what people call its parts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActView {
    #[serde(flatten)]
    summary: ActSummary,
    /// What the kind is called.
    kind_title: Text,
    /// `authority` in both languages: the leaf holds `Thai / English` as one string. What has one part stands here twice.
    authority_title: Text,
}

/// A commitment.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommitmentView {
    /// The field.
    field: String,
    /// SHA-256, hexadecimal.
    hash: String,
}

/// An opening that anyone may have.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpeningView {
    /// The field.
    field: String,
    /// 32 bytes, hexadecimal.
    salt: String,
    /// The value as deterministic CBOR, base64: what was hashed.
    cbor: String,
    /// The value as JSON.
    value: serde_json::Value,
}

/// A row of state that the act wrote.
#[derive(Debug, Serialize, ToSchema)]
pub struct RowView {
    /// Handle of the row, hexadecimal.
    row: String,
    /// Hash of its new content; null: removed.
    hash: Option<String>,
}

/// Whether the act is under a published head.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofState {
    /// It is, and the witnesses have cosigned it.
    Witnessed,
    /// Not yet.
    Waiting,
}

/// One act, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActDetail {
    #[serde(flatten)]
    act: ActView,
    /// What the ids in `about` name.
    references: Vec<Reference>,
    /// The leaf, base64: what the log holds.
    leaf: String,
    /// RFC 6962 hash of the leaf, hexadecimal.
    leaf_hash: String,
    /// Public facts.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    public: serde_json::Value,
    /// What the act committed to.
    commitments: Vec<CommitmentView>,
    /// The openings that are open to all.
    openings: Vec<OpeningView>,
    /// Fields whose opening is sealed for a person.
    sealed: Vec<String>,
    /// Rows that it wrote.
    state: Vec<RowView>,
    /// For whom the actor acted.
    on_behalf_of: Option<String>,
    /// Hash of the policy or measure version, hexadecimal.
    policy: Option<String>,
    /// W3C traceparent of the request.
    traceparent: Option<String>,
    /// Whether a proof is to be had.
    proof_state: ProofState,
}

/// A kind of act.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActKindView {
    /// `<noun>.<verb>`.
    kind: String,
    /// What it is called.
    title: Text,
    /// What it means.
    meaning: Text,
    /// The room that performs it.
    room: String,
}

/// An act with what people call its parts.
pub(super) fn view(summary: ActSummary) -> ActView {
    let kind = catalog::acts().into_iter().find(|known| known.kind == summary.kind);
    let kind_title = kind.map_or_else(|| Text::new(&summary.kind, &summary.kind), |kind| Text::new(kind.th, kind.en));
    ActView { authority_title: Text::of_pair(&summary.authority), summary, kind_title }
}

/// Acts, newest first.
#[utoipa::path(get, path = "/api/v1/acts", operation_id = "list_acts", tag = "record", security(()), params(ActQuery),
    responses((status = 200, body = Page<ActView>), (status = 400, body = ProblemBody, content_type = "application/problem+json")))]
pub async fn list_acts(State(hall): State<Arc<Hall>>, Query(query): Query<ActQuery>) -> Result<Json<Page<ActView>>, Problem> {
    let limit = limit(query.limit)?;
    let before = query
        .after
        .map(|after| after.parse::<u64>().map_err(|_| INVALID.problem().at("after", "must be `next` of the part before")))
        .transpose()?;
    let filter = ActFilter {
        kind: query.kind,
        office: query.office,
        subject: query.subject,
        from: query.from,
        to: query.to,
        before,
        limit: limit + 1,
    };
    let mut acts = hall.store.acts(&filter).await?;
    let has_more = acts.len() > limit;
    acts.truncate(limit);
    let next = acts.last().filter(|_| has_more).and_then(|act| act.index).map(|index| index.to_string());
    Ok(Json(Page { items: acts.into_iter().map(|act| view(act.summary())).collect(), next }))
}

/// One act with everything that anyone may know of it.
#[utoipa::path(get, path = "/api/v1/acts/{id}", operation_id = "get_act", tag = "record", security(()), params(("id" = String, Path)),
    responses((status = 200, body = ActDetail), (status = 404, body = ProblemBody, content_type = "application/problem+json")))]
pub async fn get_act(State(hall): State<Arc<Hall>>, Path(id): Path<String>) -> Result<Json<ActDetail>, Problem> {
    let act = find(&hall, &id).await?;
    let published = hall.publisher.head().map_or(0, |head| head.size);
    let (mut openings, mut sealed) = (vec![], vec![]);
    for opening in hall.store.openings(&id).await? {
        match opening {
            Opening::Open { field, salt, value } => {
                openings.push(OpeningView {
                    field,
                    salt: hex::encode(salt),
                    cbor: STANDARD.encode(value.encode()),
                    value: value.to_json(),
                });
            }
            Opening::Sealed { field, .. } => sealed.push(field),
        }
    }
    let leaf = &act.leaf;
    Ok(Json(ActDetail {
        references: resolve(&hall, &leaf.refs).await?,
        leaf: STANDARD.encode(&act.bytes),
        leaf_hash: hex::encode(sala_log::leaf_hash(&act.bytes)),
        public: sala_core::cbor::Value::Map(leaf.public.clone()).to_json(),
        commitments: leaf.commit.iter().map(|(field, hash)| CommitmentView { field: field.clone(), hash: hex::encode(hash) }).collect(),
        openings,
        sealed,
        state: leaf.state.iter().map(|(row, hash)| RowView { row: hex::encode(row), hash: hash.map(hex::encode) }).collect(),
        on_behalf_of: leaf.behalf.clone(),
        policy: leaf.policy.map(hex::encode),
        traceparent: leaf.trace.clone(),
        proof_state: if act.index.is_some_and(|index| index < published) { ProofState::Witnessed } else { ProofState::Waiting },
        act: view(act.summary()),
    }))
}

/// The proof that an act is under the witnessed head (`c2sp.org/tlog-proof@v1`), to keep and check offline.
#[utoipa::path(get, path = "/api/v1/acts/{id}/proof", operation_id = "get_act_proof", tag = "record", security(()), params(("id" = String, Path)),
    responses(
        (status = 200, description = "tlog-proof", content_type = "text/plain"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "not yet witnessed: ask again in a second"),
    ))]
pub async fn get_act_proof(State(hall): State<Arc<Hall>>, Path(id): Path<String>) -> Result<impl IntoResponse, Problem> {
    let index = find(&hall, &id).await?.index.ok_or_else(|| NOT_WITNESSED.problem().retry_after(1))?;
    let publisher = Arc::clone(&hall.publisher);
    let proof = tokio::task::spawn_blocking(move || publisher.proof(index))
        .await
        .map_err(|fault| sala_core::problem::INTERNAL.problem().because(fault))??;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], proof.to_string()))
}

/// Every kind of act that this hall can do.
#[utoipa::path(get, path = "/api/v1/act-kinds", operation_id = "list_act_kinds", tag = "record", security(()),
    responses((status = 200, body = Page<ActKindView>)))]
pub async fn list_act_kinds() -> Json<Page<ActKindView>> {
    let kinds = catalog::acts().into_iter().map(|kind| ActKindView {
        kind: kind.kind.into(),
        title: Text::new(kind.th, kind.en),
        meaning: Text::new(kind.meaning_th, kind.meaning_en),
        room: kind.room.into(),
    });
    Json(Page::whole(kinds.collect()))
}

/// A kind of refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemKindView {
    /// Stable code.
    code: String,
    /// HTTP status.
    status: u16,
    /// What it is called.
    title: Text,
    /// What the caller can do.
    help: Text,
}

/// Every kind of refusal, by code: what the `type` of a problem leads to.
#[utoipa::path(get, path = "/api/v1/problems", operation_id = "list_problems", tag = "record", security(()),
    responses((status = 200, body = Page<ProblemKindView>)))]
pub async fn list_problems() -> Json<Page<ProblemKindView>> {
    let by_code: std::collections::BTreeMap<_, _> = catalog::problems().into_iter().map(|code| (code.code, code)).collect();
    let kinds = by_code.into_values().map(|code| ProblemKindView {
        code: code.code.into(),
        status: code.status,
        title: Text::new(code.th, code.en),
        help: Text::new(code.help_th, code.help_en),
    });
    Json(Page::whole(kinds.collect()))
}

async fn find(hall: &Hall, id: &str) -> Result<ActRow, Problem> {
    hall.store.act_by_id(id).await?.ok_or_else(|| NOT_FOUND.problem())
}
