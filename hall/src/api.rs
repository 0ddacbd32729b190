//! The hall's own addresses, and all rooms' together.

pub mod contract;
pub mod hall;
pub mod live;
pub mod log;
pub mod metrics;
pub mod record;
pub mod reference;
pub mod replay;
pub mod status;

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, http::HeaderName, middleware, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use sala_core::problem::{INTERNAL, INVALID, Problem};
use sala_people::Policies;
use tower_http::{CompressionLevel, compression::CompressionLayer};
use utoipa::{
    OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ApiKey, ApiKeyValue, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    hall::Hall,
    http::{
        assets, headers, idempotency,
        limit::{self, Limits},
        operations::Operations,
        policy,
        request::{self, Desk},
        signature,
    },
    options::ServeOptions,
};

#[derive(OpenApi)]
#[openapi(info(
    title = "Sala",
    description = "A public hall: live data, measures and their effects, and the public record of every act. All times are RFC 3339 in UTC; refusals are RFC 9457 problems with a stable `code`."
))]
struct Contract;

fn rooms(hall: &Arc<Hall>) -> OpenApiRouter {
    let own = OpenApiRouter::new()
        .routes(routes!(record::list_acts))
        .routes(routes!(record::get_act))
        .routes(routes!(record::get_act_proof))
        .routes(routes!(replay::replay_act))
        .routes(routes!(record::list_act_kinds))
        .routes(routes!(record::list_problems))
        .routes(routes!(log::get_log))
        .routes(routes!(hall::get_hall))
        .routes(routes!(live::follow_live))
        .with_state(Arc::clone(hall));
    OpenApiRouter::with_openapi(Contract::openapi())
        .merge(own)
        .merge(sala_people::router(Arc::clone(&hall.people)))
        .merge(sala_streams::router(Arc::clone(&hall.streams)))
        .merge(sala_measures::router(Arc::clone(&hall.measures)))
        .merge(sala_streets::router(Arc::clone(&hall.streets)))
        .merge(sala_world::router(Arc::clone(&hall.world)))
        .merge(sala_meetings::router(Arc::clone(&hall.meetings)))
        .merge(sala_city::router(Arc::clone(&hall.city)))
}

/// The OpenAPI document of a hall.
pub fn document(hall: &Arc<Hall>) -> Document {
    let (_, mut document) = rooms(hall).split_for_parts();
    let components = document.components.get_or_insert_default();
    let session = ApiKeyValue::with_description(
        "sala",
        "The session cookie (`__Host-sala` over https). State-changing requests also send `x-sala-csrf: 1`.",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    let feed_key = ApiKeyValue::with_description("x-sala-feed-key", "The key of a feed; the profile holds its SHA-256.");
    components.add_security_scheme("feed_key", SecurityScheme::ApiKey(ApiKey::Header(feed_key)));
    let note = ApiKeyValue::with_description(
        "body",
        "No header: the body itself is a note signed with the custodian's key, which the profile pins (c2sp.org/signed-note).",
    );
    components.add_security_scheme("custodian", SecurityScheme::ApiKey(ApiKey::Header(note)));
    let ticket = ApiKeyValue::with_description("ticket", "A ticket of `issue_ticket`: good once, within thirty seconds.");
    components.add_security_scheme("ticket", SecurityScheme::ApiKey(ApiKey::Query(ticket)));
    contract::require_what_is_written(&mut document);
    document
}

/// Everything that the hall answers.
pub fn router(hall: &Arc<Hall>, options: &ServeOptions, metrics: PrometheusHandle) -> Result<Router, Problem> {
    let client_header = options
        .client_header
        .as_deref()
        .map(|name| HeaderName::try_from(name).map_err(|_| INVALID.problem().at("--client-header", "must be a header name")))
        .transpose()?;
    let contract = document(hall);
    let desk = Desk {
        people: Arc::clone(&hall.people),
        clock: Arc::clone(&hall.clock),
        entropy: Arc::clone(&hall.entropy),
        client_header,
        operations: Arc::new(Operations::of(&contract)),
    };
    for (kind, operation) in hall.world.operations() {
        if !desk.operations.list().iter().any(|known| known.id == operation) {
            let text = format!("the fixtures `{kind}` of a space need the operation `{operation}`, which this hall lacks");
            return Err(INTERNAL.problem().because(text));
        }
    }
    hall.people.adopt_policies(Policies::read(&hall.profile.folder.join("policies"), &desk.operations.list())?);
    let limits = Arc::new(Limits::new(options.requests_per_minute));
    let document = Arc::new(contract.to_json().unwrap_or_default());
    let (api, _) = rooms(hall).split_for_parts();
    let api = api
        .method_not_allowed_fallback(request::other_method)
        .layer(DefaultBodyLimit::max(options.max_body.min(1024 * 1024)))
        .layer(middleware::from_fn_with_state(desk.clone(), policy::check))
        .layer(middleware::from_fn(idempotency::bind))
        .layer(middleware::from_fn_with_state(Arc::clone(&hall.people), signature::check))
        .layer(middleware::from_fn_with_state((limits, desk.clone()), limit::hold))
        // Answers are packed anew each time, pages are few: here speed counts, there size.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    let app = api
        .merge(status::router(Arc::clone(hall), metrics))
        .nest("/log", log::files(hall))
        .route("/api/v1/openapi.json", get(move || async move { ([("content-type", "application/json")], document.as_str().to_owned()) }))
        .route("/api/{*rest}", axum::routing::any(request::unknown))
        .fallback(assets::serve)
        .layer(middleware::from_fn_with_state(desk, request::attend))
        .layer(middleware::from_fn(metrics::measure))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(
            headers::ContentPolicy::new(options.other_origins(), hall.world.webtransport().map(|(url, _)| url).as_deref())?
                .with_voice(hall.world.has_voice()),
            headers::protect,
        ));
    Ok(app)
}

/// How often a live stream shows that it lives.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(15);
