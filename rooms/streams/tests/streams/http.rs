use std::{io::Write, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header::CONTENT_TYPE},
};
use sala_core::ctx::{Actor, Ctx};
use sala_streams::{
    ingest::columns::{Encoding, write},
    router,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::desk::{Desk, Open, RIVER, at, some};

struct Http {
    router: Router,
    ctx: Ctx,
}

impl Http {
    fn of(desk: &Desk, open: &Open) -> Self {
        let (router, _) = router(Arc::clone(&open.streams)).split_for_parts();
        Self { router, ctx: Ctx { actor: Actor::Visitor, ..desk.ctx() } }
    }

    async fn send(&self, mut request: Request<Body>) -> (StatusCode, Value) {
        request.extensions_mut().insert(self.ctx.clone());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1 << 24).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Request::get(format!("/api/v1{path}")).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, media: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, Value) {
        let mut request = Request::post("/api/v1/feeds/river/observations").header(CONTENT_TYPE, media);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }
}

const KEY: (&str, &str) = ("x-sala-feed-key", "river-key");

#[tokio::test]
async fn observations_come_in_three_forms() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let http = Http::of(&desk, &open);
    let line = format!("{{\"series\":\"river.level\",\"at\":\"{}\",\"value\":1.5}}\nnonsense\n", at(0));
    let (status, receipt) = http.post("application/x-ndjson", &[KEY], line).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{receipt}");
    assert_eq!((&receipt["accepted"], &receipt["rejected"], &receipt["errors"][0]["pointer"]), (&json!(1), &json!(1), &json!("line 2")));
    let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    packed.write_all(format!("series,at,value\nriver.level,{},2.5\n", at(60)).as_bytes()).unwrap();
    let (status, receipt) = http.post("text/csv; charset=utf-8", &[KEY, ("content-encoding", "gzip")], packed.finish().unwrap()).await;
    assert_eq!((status, &receipt["accepted"]), (StatusCode::ACCEPTED, &json!(1)), "{receipt}");
    let columns = write(&[("river.level", &[at(120).0, at(180).0], &[3.5, 4.5])], Encoding::Pco).unwrap();
    let (status, receipt) = http.post("application/vnd.sala.columns", &[KEY, ("x-sala-batch", "a/1/1")], columns.clone()).await;
    assert_eq!((status, &receipt["accepted"]), (StatusCode::ACCEPTED, &json!(2)), "{receipt}");
    let (_, again) = http.post("application/vnd.sala.columns", &[KEY, ("idempotency-key", "a/1/1")], columns).await;
    assert_eq!(again["act"], receipt["act"]);

    let (_, values) = http.get("/series/river.level/values?resolution=raw").await;
    assert_eq!(values["mean"], json!([1.5, 2.5, 3.5, 4.5]));
    let (_, values) = http.get(&format!("/series/river.level/values?resolution=120&from={}&to={}", at(0), at(240))).await;
    assert_eq!((&values["mean"], &values["count"], &values["resolution_s"]), (&json!([2.0, 4.0]), &json!([2, 2]), &json!(120)));
}

#[tokio::test]
async fn who_may_not_post_is_told_so() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let mut http = Http::of(&desk, &open);
    for headers in [&[][..], &[("x-sala-feed-key", "wrong")]] {
        let (status, problem) = http.post("text/csv", headers, "").await;
        assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("feed_key_wrong")));
    }
    let officer = |office: &str| Actor::Officer { handle: "o".into(), person: "p".into(), office: office.into(), roles: vec![] };
    http.ctx.actor = officer("roads");
    assert_eq!(http.post("text/csv", &[("x-sala-csrf", "1")], "").await.0, StatusCode::FORBIDDEN);
    http.ctx.actor = officer("water");
    let (status, receipt) = http.post("text/csv", &[("x-sala-csrf", "1")], format!("river.level,{},1", at(0))).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let act = open.store.act_by_id(receipt["act"].as_str().unwrap()).await.unwrap().unwrap();
    assert_eq!((act.leaf.actor.as_str(), act.leaf.office.as_deref()), ("o", Some("water")));
}

#[tokio::test]
async fn bad_requests_are_problems() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let http = Http::of(&desk, &open);
    for (media, headers, body, status) in [
        ("application/xml", &[KEY][..], vec![], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("text/csv", &[KEY, ("content-encoding", "br")], vec![], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("text/csv", &[KEY, ("content-encoding", "gzip")], b"x".to_vec(), StatusCode::BAD_REQUEST),
        ("text/csv", &[KEY, ("x-sala-batch", "with space")], vec![], StatusCode::BAD_REQUEST),
        ("application/vnd.sala.columns", &[KEY], b"SALACOL1\xff\xff\xff\xff".to_vec(), StatusCode::BAD_REQUEST),
        ("text/csv", &[KEY], vec![b'\n'; (16 << 20) + 1], StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let (got, problem) = http.post(media, headers, body).await;
        assert_eq!(got, status, "{media}: {problem}");
        assert!(problem["code"].is_string());
    }
    for (path, status) in [
        ("/feeds/sea", StatusCode::NOT_FOUND),
        ("/series/sea", StatusCode::NOT_FOUND),
        ("/series/river.level/values?resolution=0", StatusCode::BAD_REQUEST),
        ("/series/river.level/values?limit=0", StatusCode::BAD_REQUEST),
        ("/series/river.level/values?from=now", StatusCode::BAD_REQUEST),
        ("/late?after=x", StatusCode::BAD_REQUEST),
        ("/insights?limit=501", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(http.get(path).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn feeds_series_board_and_ledger_tell_what_came() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let http = Http::of(&desk, &open);
    let mut windows = open.streams.subscribe();
    let body = format!(
        "river.level,{},1\nriver.level,{},2\nriver.level,{},9999\nriver.depth,{},1\nriver.level,{},1\n",
        at(0),
        at(660),
        at(0),
        at(0),
        at(9_000_000)
    );
    let (_, receipt) = http.post("text/csv", &[KEY], body).await;
    assert_eq!((&receipt["accepted"], &receipt["rejected"]), (&json!(2), &json!(3)));
    some(&mut windows, 1).await;
    let (_, feeds) = http.get("/feeds").await;
    let feed = &feeds["items"][0];
    assert_eq!(
        (&feed["accepted"], &feed["rejected"], &feed["is_live"], &feed["playing"]),
        (&json!(2), &json!(3), &json!(true), &Value::Null)
    );
    assert_eq!(feed["last_event_at"], json!(at(660)));
    let (_, late) = http.get("/late?limit=2").await;
    assert_eq!(late["items"].as_array().unwrap().len(), 2);
    let (_, rest) = http.get(&format!("/late?after={}", late["next"].as_str().unwrap())).await;
    let reasons: Vec<_> = late["items"]
        .as_array()
        .unwrap()
        .iter()
        .chain(rest["items"].as_array().unwrap())
        .map(|entry| entry["reason"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["future", "out_of_bounds", "unknown_series"]);
    let (_, board) = http.get("/board").await;
    let level = &board["areas"][0]["series"][0];
    assert_eq!(
        (&level["id"], &level["value"], &level["state"], &level["spark"]["value"]),
        (&json!("river.level"), &json!(1.0), &json!("usual"), &json!([1.0]))
    );
    assert_eq!(board["areas"][0]["series"][1]["state"], json!("silent"));
    let (_, series) = http.get("/series?limit=1").await;
    assert_eq!((&series["items"][0]["count"], &series["next"]), (&json!(2), &json!("river.level")));
    let (_, areas) = http.get("/areas").await;
    assert_eq!(areas["items"][0]["lat"], json!(13.7));
    assert_eq!(http.get("/insights").await.1["items"], json!([]));
}

#[tokio::test]
async fn a_full_hall_says_when_to_come_back() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let http = Arc::new(Http::of(&desk, &open));
    // Bodies that never end hold every place in the queue.
    let mut held = vec![];
    for _ in 0..64 {
        let http = Arc::clone(&http);
        held.push(tokio::spawn(async move {
            let endless = Body::from_stream(nothing());
            http.post("text/csv", &[KEY], endless).await
        }));
    }
    let refused = loop {
        tokio::task::yield_now().await;
        let (status, problem) = http.post("text/csv", &[KEY], "").await;
        if status == StatusCode::TOO_MANY_REQUESTS {
            break problem;
        }
    };
    assert_eq!(refused["code"], json!("busy"));
    held.iter().for_each(tokio::task::JoinHandle::abort);
}

/// A body of which nothing ever comes.
fn nothing() -> impl tokio_stream::Stream<Item = Result<axum::body::Bytes, std::io::Error>> {
    tokio_stream::pending()
}

#[test]
fn every_route_is_documented() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (_, document) = runtime.block_on(async {
        let desk = Desk::new(&[RIVER]);
        let open = desk.open().await;
        router(Arc::clone(&open.streams)).split_for_parts()
    });
    let document = serde_json::to_value(document).unwrap();
    let operations: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|path| {
            path.as_object().unwrap().values().map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    for wanted in [
        "list_areas",
        "list_feeds",
        "get_feed",
        "list_series",
        "get_series",
        "get_series_values",
        "get_board",
        "list_insights",
        "list_late",
        "append_observations",
    ] {
        assert!(operations.iter().any(|operation| operation == wanted), "{wanted}: {operations:?}");
    }
}
