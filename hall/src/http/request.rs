//! From a request to its `Ctx`, and from a Problem to the caller's language.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sala_core::{
    ctx::{Actor, Assurance, Behalf, Ctx},
    entropy::{Entropy, new_id},
    http::{Told, problem_response},
    problem::{METHOD, NOT_FOUND, Problem, TIMEOUT},
    text::Lang,
    time::{Clock, Timestamp},
};
use sala_people::{People, Remote};

use super::{behalf::Asked, operations::Operations};

/// What the middleware needs.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Knows the sessions.
    pub people: Arc<People>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// For request ids.
    pub entropy: Arc<dyn Entropy>,
    /// Set by a trusted proxy.
    pub client_header: Option<HeaderName>,
    /// What a mandate can cover.
    pub operations: Arc<Operations>,
}

/// How long an ordinary request may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// The language asked for; Thai when none that we know is.
pub fn language(headers: &HeaderMap) -> Lang {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).and_then(Lang::from_header).unwrap_or_default()
}

/// W3C trace context, version 00, as it came; anything else is ignored.
fn traceparent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |part: &&str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    match parts.as_slice() {
        ["00", trace, span, flags] if is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2) => Some(text.to_owned()),
        _ => None,
    }
}

/// Where the request comes from: of several addresses in the header, in one line or in many, the last, for that is the one that our
/// own proxy added; what stands before it anyone may have written.
pub fn remote(desk: &Desk, request: &Request) -> IpAddr {
    let last = desk.client_header.as_ref().and_then(|name| request.headers().get_all(name).iter().next_back());
    let told = last.and_then(|line| line.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let peer = || request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    told.or_else(peer).unwrap_or(IpAddr::from([0, 0, 0, 0]))
}

/// Puts a [`Ctx`] into the request and tells a Problem in the caller's language.
pub async fn attend(State(desk): State<Desk>, mut request: Request, next: Next) -> Response {
    let lang = language(request.headers());
    let now = desk.clock.now();
    let request_id = new_id("req", now, &*desk.entropy);
    let caller = match desk.people.token_in(request.headers()) {
        None => Ok(None),
        Some(token) => desk.people.caller_of(token, now).await,
    };
    let address = remote(&desk, &request);
    let response = match caller {
        Err(problem) => problem.into_response(),
        Ok(caller) => {
            let (actor, assurance) = caller.map_or((Actor::Visitor, Assurance::default()), |caller| (caller.actor, caller.assurance));
            let asked = desk.operations.asked(&request);
            let behalf = match behalf(&desk.people, asked, &actor, now).await {
                Ok(behalf) => behalf,
                Err(problem) => return tell(problem.into_response(), lang, &request_id),
            };
            let ctx = Ctx {
                actor,
                behalf,
                assurance,
                grounds: None,
                purpose: "service".into(),
                now,
                request_id: request_id.clone(),
                traceparent: traceparent(request.headers()),
                lang,
                idempotency: None,
                entropy: Arc::clone(&desk.entropy),
            };
            request.extensions_mut().insert(Remote(address));
            request.extensions_mut().insert(ctx);
            // A live stream has no end; all else has one.
            if request.uri().path() == "/api/v1/live" {
                next.run(request).await
            } else {
                tokio::time::timeout(PATIENCE, next.run(request)).await.unwrap_or_else(|_| TIMEOUT.problem().into_response())
            }
        }
    };
    tell(response, lang, &request_id)
}

async fn behalf(people: &People, asked: Result<Option<Asked>, Problem>, actor: &Actor, now: Timestamp) -> Result<Option<Behalf>, Problem> {
    match asked? {
        Some(asked) => asked.behalf(people, actor, now).await.map(Some),
        None => Ok(None),
    }
}

/// The response with its Problem, if it is one, in the caller's language.
fn tell(mut response: Response, lang: Lang, request_id: &str) -> Response {
    if let Some(Told(problem)) = response.extensions().get::<Told>().cloned() {
        let headers = std::mem::take(response.headers_mut());
        let mut told = problem_response(&problem, lang);
        for (name, value) in &headers {
            if *name == header::SET_COOKIE || name.as_str().starts_with("ratelimit") || *name == header::ALLOW {
                told.headers_mut().append(name.clone(), value.clone());
            }
        }
        response = told;
    }
    if let Ok(value) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// The answer to an unknown path of the API.
pub async fn unknown() -> Problem {
    NOT_FOUND.problem()
}

/// The answer to a known path with another method.
pub async fn other_method() -> Problem {
    METHOD.problem()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_well_formed_traceparent_is_kept() {
        let mut headers = HeaderMap::new();
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        headers.insert("traceparent", HeaderValue::from_static(good));
        assert_eq!(traceparent(&headers).as_deref(), Some(good));
        headers.insert("traceparent", HeaderValue::from_static("00-zz-00f067aa0ba902b7-01"));
        assert_eq!(traceparent(&headers), None);
    }
}
