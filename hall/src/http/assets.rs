//! The client, built by Vite and carried in the binary. Hashed files are cached for ever, the page itself never.

use axum::{
    extract::Request,
    http::{HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use sala_core::problem::{METHOD, NOT_FOUND};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../web/dist"]
struct Client;

/// What the client's own files end with; ids in paths may have dots too.
const FILES: [&str; 9] = [".js", ".css", ".woff2", ".svg", ".png", ".ico", ".txt", ".map", ".webmanifest"];

const UNBUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sala</title><h1>ศาลา · Sala</h1>\
    <p>This binary was built without its pages. Run <code>make run</code>, or build them with <code>npm ci &amp;&amp; npm run build</code> in web/.</p>";

/// A file of the client, or its page for every other path: the client has its own router.
pub async fn serve(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return METHOD.problem().into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") || path.starts_with("log/") {
        return NOT_FOUND.problem().into_response();
    }
    if let Some(file) = Client::get(path).filter(|_| !path.is_empty()) {
        return respond(path, file.data.into_owned());
    }
    // A missing file is missing; a missing page is the client's matter.
    if FILES.iter().any(|kind| path.ends_with(kind)) || path.starts_with("assets/") {
        return NOT_FOUND.problem().into_response();
    }
    match Client::get("index.html") {
        Some(page) => respond("index.html", page.data.into_owned()),
        None => respond("index.html", UNBUILT.as_bytes().to_vec()),
    }
}

fn respond(path: &str, bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}
