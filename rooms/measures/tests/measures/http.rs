use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode},
};
use sala_core::ctx::Ctx;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::town::{Town, advise, approve, automatic};

async fn call(town: &Town, ctx: Ctx, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let (router, _) = sala_measures::router(town.room.clone()).split_for_parts();
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("content-type", "application/json")
        .header("x-sala-csrf", "1");
    let mut request = request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap();
    request.extensions_mut().insert(ctx);
    let response = router.oneshot(request).await.unwrap();
    let status = response.status();
    (status, serde_json::from_slice(&to_bytes(response.into_body(), 1 << 20).await.unwrap()).unwrap())
}

async fn get(town: &Town, path: &str) -> Value {
    let (status, body) = call(town, town.visitor(), Method::GET, path, None).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

async fn busy_town() -> Town {
    let town = Town::with(&[automatic(), approve(), advise()]).await;
    town.hours(0, &[5400.0, 5410.0, 5390.0, 5405.0, 5395.0, 5400.0, 5600.0, 6300.0]).await;
    town
}

#[tokio::test]
async fn a_visitor_reads_measures_runs_levers_and_notices() {
    let town = busy_town().await;
    let measures = get(&town, "/measures").await;
    assert_eq!(measures["items"].as_array().unwrap().len(), 3);
    let measure = get(&town, "/measures/traffic.congestion").await;
    for (pointer, expected) in [
        ("/version", json!(1)),
        ("/state", json!("active")),
        ("/mode", json!("automatic")),
        ("/office_title/en", json!("Traffic Office")),
        ("/trigger/threshold", json!(5500.0)),
        ("/action/value", json!("2")),
        ("/armed", json!("fired")),
        ("/runs", json!(1)),
        ("/sunset_on", json!("2028-12-31")),
        ("/versions/0/version", json!(1)),
        ("/legal_basis/section", json!("139")),
    ] {
        assert_eq!(measure.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert!(measure["yaml"].as_str().unwrap().contains("id: traffic.congestion"));
    assert!(measure["bounds"]["en"].as_str().unwrap().contains("At most 5 runs"));

    let runs = get(&town, "/measures/traffic.congestion/runs").await;
    let run = get(&town, &format!("/runs/{}", runs["items"][0]["id"].as_str().unwrap())).await;
    assert_eq!(
        (run["inputs"].as_array().unwrap().len(), &run["inputs"][1]["value"], &run["decision"]["held_s"]),
        (2, &json!(6300.0), &json!(7200))
    );
    assert_eq!(run["decision"]["commitment"].as_str().unwrap().len(), 64);

    let levers = get(&town, "/levers").await;
    let plan = levers["items"].as_array().unwrap().iter().find(|lever| lever["id"] == "traffic.plan").unwrap();
    assert_eq!(
        (&plan["value"], &plan["initial"], &plan["can_undo"], &plan["changed_by"]["measure"]),
        (&json!("2"), &json!("1"), &json!(true), &json!("traffic.congestion"))
    );
    let notices = get(&town, "/notices").await;
    assert_eq!(notices["items"][0]["text"]["en"], "Avoid the highway");
}

#[tokio::test]
async fn runs_are_listed_by_state_a_page_at_a_time() {
    let town = busy_town().await;
    let proposed = get(&town, "/runs?state=proposed").await;
    assert_eq!(
        (proposed["items"].as_array().unwrap().len(), &proposed["items"][0]["measure_title"]["en"]),
        (1, &json!("Measure health.preparedness"))
    );
    let mut seen = vec![];
    let mut after = String::new();
    loop {
        let page = get(&town, &format!("/runs?limit=2{after}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 3);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
    for path in ["/runs?state=done", "/runs?limit=0", "/runs?limit=x"] {
        assert_eq!(call(&town, town.visitor(), Method::GET, path, None).await.0, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn an_officer_answers_stops_and_undoes() {
    let town = busy_town().await;
    let run = get(&town, "/runs?state=proposed").await["items"][0]["id"].as_str().unwrap().to_owned();
    let health = town.officer("health", &["approver"]);
    let (status, answered) = call(&town, health.clone(), Method::POST, &format!("/runs/{run}/approve"), Some(json!({}))).await;
    assert_eq!((status, &answered["state"], &answered["officer"]), (StatusCode::OK, &json!("moved"), &json!("health-officer")));
    let (status, problem) = call(&town, health, Method::POST, &format!("/runs/{run}/refuse"), Some(json!({"reason": "x"}))).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("run_not_proposed")));

    let traffic = town.officer("traffic", &["operator"]);
    let (status, stopped) =
        call(&town, traffic.clone(), Method::POST, "/measures/traffic.congestion/stop", Some(json!({"reason": "ทดสอบ"}))).await;
    assert_eq!((status, &stopped["state"]), (StatusCode::OK, &json!("stopped")));
    let (_, resumed) =
        call(&town, traffic.clone(), Method::POST, "/measures/traffic.congestion/resume", Some(json!({"reason": "ทดสอบ"}))).await;
    assert_eq!(resumed["state"], "active");
    let (status, lever) = call(&town, traffic, Method::POST, "/levers/traffic.plan/undo", Some(json!({"reason": "ทดสอบ"}))).await;
    assert_eq!((status, &lever["value"], &lever["can_undo"]), (StatusCode::OK, &json!("1"), &json!(false)));
}

#[tokio::test]
async fn bad_input_is_told() {
    let town = busy_town().await;
    let officer = town.officer("traffic", &["operator"]);
    for (method, path, body, status) in [
        (Method::GET, "/measures/nothing", None, 404),
        (Method::GET, "/measures/nothing/runs", None, 404),
        (Method::GET, "/runs/run_nothing", None, 404),
        (Method::POST, "/measures/traffic.congestion/stop", Some(json!({})), 400),
        (Method::POST, "/measures/traffic.congestion/stop", Some(json!({"reason": ""})), 400),
        (Method::POST, "/measures/traffic.congestion/stop", Some(json!({"reason": "x", "more": 1})), 400),
        (Method::POST, "/measures/nothing/stop", Some(json!({"reason": "x"})), 404),
        (Method::POST, "/measures/health.preparedness/stop", Some(json!({"reason": "x"})), 403),
        (Method::POST, "/levers/nothing/undo", Some(json!({"reason": "x"})), 404),
        (Method::POST, "/runs/run_nothing/approve", Some(json!({})), 404),
    ] {
        let (told, problem) = call(&town, officer.clone(), method, path, body).await;
        assert_eq!(told.as_u16(), status, "{path}: {problem}");
        assert!(problem["code"].is_string() && problem["detail"].is_string(), "{path}: {problem}");
    }
}

#[tokio::test]
async fn every_operation_is_described_with_its_answers() {
    let town = Town::with(&[]).await;
    let (_, document) = sala_measures::router(town.room.clone()).split_for_parts();
    let document = serde_json::to_value(document).unwrap();
    let mut operations = vec![];
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(path.starts_with("/api/v1/") && operation["responses"]["200"].is_object(), "{method} {path}");
            assert!(operation["security"].is_array() && operation["summary"].is_string(), "{method} {path}");
            operations.push(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    operations.sort();
    assert_eq!(
        operations,
        [
            "approve_run",
            "get_measure",
            "get_run",
            "list_levers",
            "list_measure_runs",
            "list_measures",
            "list_notices",
            "list_runs",
            "refuse_run",
            "resume_measure",
            "stop_measure",
            "undo_lever",
        ]
    );
    for schema in ["Measure", "Run", "Lever", "Notice", "Effect", "MeasureMode", "LeverChoice", "GivenReason"] {
        assert!(document["components"]["schemas"][schema].is_object(), "{schema}");
    }
}
