//! What surrounds every request: problems in the caller's language, headers, limits, idempotency, the live stream.

use std::io::{BufRead, BufReader};

use serde_json::json;

use super::support::Served;

#[test]
fn requests_are_answered_by_the_house_rules() {
    let served = Served::start();
    problems_speak_the_language_of_the_caller(&served);
    pages_are_protected(&served);
    a_stranger_form_can_do_nothing(&served);
    the_log_is_served_as_c2sp_wants_it(&served);
    lists_are_given_in_parts(&served);
    bad_batches_are_told_line_by_line(&served);
    the_live_stream_catches_up(&served);
    operators_see_how_it_goes(&served);
}

fn problems_speak_the_language_of_the_caller(served: &Served) {
    for (path, status) in [
        ("/api/v1/nothing", 404),
        ("/api/v1/acts?limit=0", 400),
        ("/api/v1/acts?limit=x", 400),
        ("/api/v1/acts/act_x", 404),
        ("/api/v1/passkeys", 401),
    ] {
        for (wanted, got) in [("th", "th"), ("en-GB,en;q=0.8", "en"), ("de", "th")] {
            let answer = served.request("GET", path, &[("accept-language", wanted)], None);
            assert_eq!(answer.status, status, "{path}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
            let has_thai = answer.json()["title"].as_str().unwrap().chars().any(|letter| ('\u{e00}'..='\u{e7f}').contains(&letter));
            assert_eq!(has_thai, got == "th", "{path} {wanted}");
        }
    }
    let answer = served.request("DELETE", "/api/v1/board", &[("x-sala-csrf", "1")], None);
    assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), (405, "method_not_allowed"));
    for body in ["{", "[]", "{\"role\":7}", ""] {
        let answer = served.request(
            "POST",
            "/api/v1/session/demo",
            &[("content-type", "application/json"), ("x-sala-csrf", "1")],
            Some(body.as_bytes()),
        );
        assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), (400, "invalid_input"), "{body}");
    }
    let answer = served.request("POST", "/api/v1/session/demo", &[("content-type", "text/plain")], Some(b"x"));
    assert_eq!(answer.status, 415);
    // One byte too many: nothing is left to be sent when the answer comes.
    let large = vec![b' '; 1024 * 1024 + 1];
    let answer = served.request("POST", "/api/v1/session/demo", &[("content-type", "application/json")], Some(&large));
    assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), (413, "too_large"));
}

fn pages_are_protected(served: &Served) {
    for path in ["/", "/record", "/api/v1/session", "/api/v1/nothing"] {
        let answer = served.get(path);
        assert!(answer.header("content-security-policy").unwrap().contains("default-src 'self'"), "{path}");
        // WebAssembly may be compiled, which unpacks models; no text is run, no inline code, nothing from elsewhere.
        let policy = answer.header("content-security-policy").unwrap();
        assert_eq!(policy.matches("unsafe").count(), 1, "{path}: {policy}");
        assert!(policy.contains("; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert!(answer.header("x-request-id").unwrap().starts_with("req_"), "{path}");
    }
    assert_eq!(served.get("/").status, 200);
    assert_eq!(served.get("/assets/none.js").status, 404);
    assert_eq!(served.get("/log/tile/../../keys/kek").status, 404);
    assert_eq!(served.get("/log/tile/..%2f..%2fkeys%2fkek").status, 404);
}

fn a_stranger_form_can_do_nothing(served: &Served) {
    let cookie = served.sign_in(&json!({"role": "officer", "office": "traffic"}));
    let headers = [("content-type", "application/json"), ("cookie", cookie.as_str())];
    let answer = served.request("POST", "/api/v1/measures/traffic.congestion/stop", &headers, Some(b"{\"reason\":\"x\"}"));
    assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), (403, "csrf_header_missing"));
    // With the header it works, once for one key.
    let keyed = |key: &str, reason: &str| {
        let headers = [("content-type", "application/json"), ("cookie", cookie.as_str()), ("x-sala-csrf", "1"), ("idempotency-key", key)];
        served.request("POST", "/api/v1/measures/traffic.congestion/stop", &headers, Some(json!({"reason": reason}).to_string().as_bytes()))
    };
    let first = keyed("stop-1", "ซ่อมถนน");
    assert_eq!(first.status, 200, "{}", first.json());
    assert_eq!(keyed("stop-1", "ซ่อมถนน").status, 200, "a repetition gets the same answer");
    assert_eq!(keyed("stop-1", "อื่น").status, 422);
    assert_eq!(keyed("stop-2", "ซ่อมถนน").status, 409, "it is stopped already");
    let resumed = served.post("/api/v1/measures/traffic.congestion/resume", &cookie, &json!({"reason": "เสร็จแล้ว"}));
    assert_eq!(resumed.status, 200, "{}", resumed.json());
}

fn the_log_is_served_as_c2sp_wants_it(served: &Served) {
    served.wait_for("a head", 15, |served| (served.get("/log/checkpoint").status == 200).then_some(()));
    let note = String::from_utf8(served.get("/log/checkpoint").body).unwrap();
    let checkpoint = sala_log::Checkpoint::parse(note.split("\n\n").next().map(|text| format!("{text}\n")).unwrap().as_str()).unwrap();
    assert_eq!(checkpoint.origin, "sala.example/demo");
    for tile in sala_log::tile::tiles_for(0, checkpoint.size) {
        let answer = served.get(&format!("/log/{}", tile.path()));
        assert_eq!((answer.status, answer.body.len()), (200, usize::from(tile.width) * 32), "{}", tile.path());
        assert!(answer.header("cache-control").unwrap().contains("immutable"));
    }
}

fn lists_are_given_in_parts(served: &Served) {
    let first = served.get("/api/v1/acts?limit=2").json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let second = served.get(&format!("/api/v1/acts?limit=2&after={next}")).json();
    assert_eq!(second["items"][0]["index"].as_u64().unwrap() + 1, first["items"][1]["index"].as_u64().unwrap());
    let kinds = served.get("/api/v1/acts?kind=measure.activate&limit=500").json();
    assert!(kinds["items"].as_array().unwrap().iter().all(|act| act["kind"] == "measure.activate"));
    assert!(!kinds["items"].as_array().unwrap().is_empty());
}

fn bad_batches_are_told_line_by_line(served: &Served) {
    let path = "/api/v1/feeds/traffic/observations";
    let answer = served.request("POST", path, &[("content-type", "application/x-ndjson")], Some(b"{}"));
    assert!([401, 403].contains(&answer.status), "{}", answer.status);
}

fn the_live_stream_catches_up(served: &Served) {
    let read = |last: Option<&str>| {
        let agent: ureq::Agent = ureq::Agent::config_builder().timeout_recv_body(Some(std::time::Duration::from_secs(20))).build().into();
        let mut request = agent.get(format!("{}/api/v1/live", served.base));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.call().unwrap();
        let lines = BufReader::new(answer.into_body().into_reader()).lines();
        let mut events: Vec<(u64, String)> = vec![];
        let (mut id, mut name) = (0, String::new());
        for line in lines {
            let line = line.unwrap();
            if let Some(text) = line.strip_prefix("id: ") {
                id = text.parse().unwrap();
            } else if let Some(text) = line.strip_prefix("event: ") {
                text.clone_into(&mut name);
            } else if line.starts_with("data: ") {
                events.push((id, name.clone()));
                if events.len() == 4 {
                    break;
                }
            }
        }
        events
    };
    let first = read(None);
    assert!(first.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0), "{first:?}");
    let again = read(Some(&first[1].0.to_string()));
    assert_eq!(again[..2], first[2..], "who comes back goes on where they were");
}

fn operators_see_how_it_goes(served: &Served) {
    assert_eq!(served.get("/healthz").body, b"ok\n");
    let ready = served.wait_for("readiness", 15, |served| Some(served.get("/readyz")).filter(|answer| answer.status == 200));
    assert_eq!(ready.json()["ready"], true);
    let metrics = String::from_utf8(served.get("/metrics").body).unwrap();
    for name in ["sala_http_request_seconds", "sala_log_acts", "sala_log_unpublished_acts"] {
        assert!(metrics.contains(name), "{name} is missing");
    }
}

#[test]
fn who_asks_too_often_is_asked_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start_in(folder.path(), &["--requests-per-minute", "60"]);
    let answers: Vec<_> = (0..15).map(|_| served.get("/api/v1/session")).collect();
    assert_eq!(answers[0].status, 200);
    assert!(answers[0].header("ratelimit-policy").is_some());
    let refused = answers.iter().find(|answer| answer.status == 429).expect("the sixteenth is too many");
    assert_eq!(refused.json()["code"], "busy");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(served.get("/healthz").status, 200, "the operator's check is not limited");
}
