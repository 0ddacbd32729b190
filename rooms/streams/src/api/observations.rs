//! `POST /api/v1/feeds/{id}/observations`.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use sala_core::{
    ctx::Ctx,
    http::Path,
    problem::{BUSY, INTERNAL, MEDIA_TYPE, NOT_FOUND, Problem, ProblemBody, TOO_LARGE},
};
use sha2::{Digest, Sha256};

use crate::{
    Streams,
    append::{BatchKey, Receipt},
    declaration::Feed,
    ingest::{self, Batch, Format},
    problem::FEED_KEY,
};

/// Above so many bytes a batch is read on a thread of its own.
const LARGE: usize = 64 << 10;

/// Takes in a batch of observations. What is wrong in it is told line by line; the rest is taken.
#[utoipa::path(post, path = "/api/v1/feeds/{id}/observations", operation_id = "append_observations", tag = "streams",
    params(
        ("id" = String, Path, description = "Id of the feed"),
        ("x-sala-feed-key" = Option<String>, Header, description = "Key of the feed; not needed by officers of its office"),
        ("x-sala-batch" = Option<String>, Header, description = "Key of the batch, best `<source>/<epoch>/<seq>`: a batch sent again is taken once. `Idempotency-Key` does the same"),
    ),
    request_body(content((String = "application/x-ndjson"), (String = "text/csv"), (Vec<u8> = "application/vnd.sala.columns"))),
    responses((status = 202, body = Receipt), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 429, body = ProblemBody)),
    security(("feed_key" = []), ("session" = [])))]
pub(super) async fn append_observations(
    State(streams): State<Arc<Streams>>,
    ctx: Ctx,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Receipt>), Problem> {
    let (_, feed) = streams.declaration.feed(&id).ok_or_else(|| NOT_FOUND.problem())?;
    let ctx = sender(&streams, &ctx, feed, &headers)?;
    let format = Format::of_media_type(text(&headers, header::CONTENT_TYPE.as_str()).unwrap_or_default())?;
    let is_gzip = match text(&headers, header::CONTENT_ENCODING.as_str()) {
        None | Some("identity") => false,
        Some("gzip") => true,
        Some(_) => return Err(MEDIA_TYPE.problem().at("content-encoding", "only gzip is read here")),
    };
    let _place = Arc::clone(&streams.queue).try_acquire_owned().map_err(|_| BUSY.problem().retry_after(1))?;
    let body = to_bytes(body, streams.options.limits.body).await.map_err(|fault| TOO_LARGE.problem().because(fault))?;
    let key =
        text(&headers, "x-sala-batch").or_else(|| text(&headers, "idempotency-key")).map(|key| BatchKey::new(key, &body)).transpose()?;
    let batch = read(&streams, &ctx, feed, format, is_gzip, body).await?;
    let receipt = streams.append(&ctx, &id, batch, key).await?;
    Ok((StatusCode::ACCEPTED, Json(receipt)))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// Who sends: a machine with the feed's key, or an officer of the feed's office.
fn sender(streams: &Streams, ctx: &Ctx, feed: &Feed, headers: &HeaderMap) -> Result<Ctx, Problem> {
    if ctx.office() == Some(&feed.office) {
        return Ok(ctx.clone());
    }
    let given = headers.get("x-sala-feed-key").map(|key| <[u8; 32]>::from(Sha256::digest(key.as_bytes())));
    // Hashes are compared, so the time it takes tells nothing of the key.
    if given.is_none() || given != feed.ingest_key_sha256 {
        return Err(FEED_KEY.problem());
    }
    let machine = Ctx::system(format!("feed/{}", feed.id), ctx.now, Arc::clone(&streams.entropy));
    Ok(Ctx { request_id: ctx.request_id.clone(), traceparent: ctx.traceparent.clone(), lang: ctx.lang, ..machine })
}

async fn read(
    streams: &Arc<Streams>,
    ctx: &Ctx,
    feed: &Feed,
    format: Format,
    is_gzip: bool,
    body: axum::body::Bytes,
) -> Result<Batch, Problem> {
    let is_large = is_gzip || body.len() > LARGE;
    let (streams, feed, lang) = (Arc::clone(streams), feed.id.clone(), ctx.lang);
    let work = move || {
        let limits = streams.options.limits;
        if is_gzip {
            let unpacked = ingest::unpack(&body, limits.unpacked)?;
            ingest::read(format, &unpacked, &streams.declaration, &feed, limits, lang)
        } else {
            ingest::read(format, &body, &streams.declaration, &feed, limits, lang)
        }
    };
    if is_large { tokio::task::spawn_blocking(work).await.map_err(|fault| INTERNAL.problem().because(fault))? } else { work() }
}
