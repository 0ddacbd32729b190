//! `GET /api/v1/board`.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use sala_core::{ctx::Ctx, problem::Problem};

use crate::{Streams, board::Board};

/// The latest of everything, by area.
#[utoipa::path(get, path = "/api/v1/board", operation_id = "get_board", tag = "streams", responses((status = 200, body = Board)), security(()))]
pub(super) async fn get_board(State(streams): State<Arc<Streams>>, ctx: Ctx, headers: HeaderMap) -> Result<Response, Problem> {
    let made = streams.made_board(ctx.now)?;
    let is_packed = accepts_gzip(&headers);
    let mut response = if is_packed { made.gzip()? } else { made.json.clone() }.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// Whether `accept-encoding` names gzip, and not with a weight of 0.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let named = |item: &str| {
        let mut parts = item.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        is_gzip && weight.is_none_or(|weight| weight > 0.0)
    };
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let takes = |text: &'static str| accepts_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]));
        assert!(takes("gzip, deflate, br") && takes("br;q=1.0, GZIP;q=0.5"));
        assert!(!takes("gzip;q=0, identity") && !takes("identity") && !takes("xgzip") && !accepts_gzip(&HeaderMap::new()));
    }
}
