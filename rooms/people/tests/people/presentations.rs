//! A wallet is asked and answers: who may ask, what comes of it, who reads it, and when it is gone.

use axum::http::{Method, StatusCode};
use sala_credential::openid4vp::request::ResponseMode;
use serde_json::{Value, json};

use super::{
    data::{DAY_S, Someone, officer},
    erasure::work,
    hall::{Hall, ORIGIN, hall},
    university::{Asked, City, NOW_S, asked_paths, path_of},
};

#[tokio::test]
async fn an_honest_answer_is_received_in_each_mode_and_only_what_was_asked_is_kept() {
    let city = City::found().await;
    for (query, mode) in [("degree", ResponseMode::DirectPostJwt), ("degree-in-the-open", ResponseMode::DirectPost)] {
        let asked = city.ask(query).await;
        assert!(asked.url.starts_with("openid4vp://?client_id=decentralized_identifier%3Adid%3Aweb%3Asala.example.com&"), "{}", asked.url);
        assert!(asked.url.ends_with("&request_uri_method=post"));
        assert_eq!(city.state(&asked).await["state"], "waiting");
        let request = city.fetch(&asked).await;
        assert_eq!((request.response_mode, request.client_metadata.as_ref().unwrap().jwks.is_some()), (mode, query == "degree"));
        // The wallet shows more than it was asked for.
        let degree = city.university.issue(city.wallet.holder(), city.university.degree());
        let shown = json!([["name"], ["degree"], ["year"]]);
        let told = city.answer(&request, &json!({ "degree": [city.wallet.show(&request, &degree, &shown)] })).await;
        assert_eq!((told.status, told.json()), (StatusCode::OK, json!({})));
        let state = city.state(&asked).await;
        assert_eq!((&state["state"], &state["problem"], &state["query"]), (&json!("received"), &Value::Null, &json!(query)));
        assert_eq!(state["checked_at"], "2026-09-21T14:13:20Z");
        assert_eq!(state["erased_at"], "2026-09-28T14:13:20Z");
        let credential = &state["credentials"][0];
        assert_eq!(credential["claims"], json!({ "degree": { "level": "master", "field": "hydrology" } }));
        assert_eq!((&credential["id"], &credential["status"]), (&json!("degree"), &json!("valid")));
        assert_eq!((&credential["issuer"], &credential["issuer_title"]["en"]), (&json!(city.university.address), &json!("University")));
        assert_eq!(state["credentials"].as_array().unwrap().len(), 1);
    }
    let expected = |query: &str| {
        [
            ("presentation.request".to_owned(), "visitor".to_owned(), json!({ "query": query, "purpose": "เพื่อทดสอบ / To test" })),
            ("presentation.receive".to_owned(), "visitor".to_owned(), json!({ "query": query, "outcome": "received" })),
        ]
    };
    assert_eq!(city.presentation_acts().await, [expected("degree"), expected("degree-in-the-open")].concat());
    let listed = city.me.get(&city.hall, "/presentation-requests").await.ok().json;
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["next"]), (2, &Value::Null));
    nothing_planted_lies_open(&city.hall).await;
}

/// Neither in the record nor in a table: all of it is sealed.
async fn nothing_planted_lies_open(hall: &Hall) {
    hall.store.close().await;
    for entry in std::fs::read_dir(hall.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for planted in ["Planted-", "hydrology", "degrees-1"] {
                assert!(!bytes.windows(planted.len()).any(|window| window == planted.as_bytes()), "{planted} in {}", path.display());
            }
        }
    }
}

#[tokio::test]
async fn a_wallet_that_posts_gets_its_nonce_back_signed() {
    let city = City::found().await;
    let asked = city.ask("degree").await;
    let path = path_of(&asked.request_uri);
    let told = city.tell(Method::POST, path, Some("wallet_nonce=w-1&wallet_metadata=%7B%7D".into())).await;
    let request = city.read(&asked, &told).await;
    assert_eq!(request.wallet_nonce.as_deref(), Some("w-1"));
    assert_eq!(city.fetch(&asked).await.wallet_nonce, None);
    let told = city.tell(Method::POST, path, Some("wallet_metadata=%7B%7D".into())).await;
    assert_eq!(city.read(&asked, &told).await.wallet_nonce, None);
    for wrong in ["wallet_nonce=a&wallet_nonce=b", "wallet_nonce=", &format!("wallet_nonce={}", "a".repeat(513)), "wallet_nonce=%00"] {
        city.tell(Method::POST, path, Some(wrong.into())).await.is_refused(400);
    }
    assert_eq!(city.honest(&request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wallet_reads_who_asks_and_why_in_both_languages_below_the_signature() {
    let city = City::found().await;
    let asked = city.ask("degree").await;
    let posted = city.tell(Method::POST, path_of(&asked.request_uri), Some("wallet_nonce=w-1".into())).await;
    for request in [city.fetch(&asked).await, city.read(&asked, &posted).await, city.fetch(&city.ask("degree-in-the-open").await).await] {
        let told = request.client_metadata.unwrap().more;
        let expected = json!({
            "client_name": "Test hall", "client_name#en": "Test hall", "client_name#th": "ศาลาทดสอบ",
            "purpose": "To test", "purpose#en": "To test", "purpose#th": "เพื่อทดสอบ",
        });
        assert_eq!(json!(told), expected, "and nothing of who sits in front of it");
    }
}

#[tokio::test]
async fn each_request_has_a_nonce_a_state_and_a_key_of_its_own() {
    let city = City::found().await;
    let (first, second) = (city.fetch(&city.ask("degree").await).await, city.fetch(&city.ask("degree").await).await);
    let key = |request: &sala_credential::openid4vp::request::PresentationRequest| {
        request.client_metadata.as_ref().unwrap().jwks.as_ref().unwrap().keys[0].thumbprint()
    };
    assert_ne!((&first.nonce, &first.state, key(&first)), (&second.nonce, &second.state, key(&second)));
    assert_ne!(first.nonce, second.nonce);
    assert_ne!(first.state, second.state);
    assert_ne!(key(&first), key(&second));
    assert_ne!(first.response_uri, second.response_uri);
}

#[tokio::test]
async fn addresses_of_the_protocol_are_open_to_any_origin_and_the_api_is_not() {
    let city = City::found().await;
    let asked = city.ask("degree").await;
    let told = city.tell(Method::GET, "/.well-known/did.json", None).await;
    assert_eq!(told.headers["access-control-allow-origin"], "*");
    assert_eq!(told.headers["content-type"], "application/did+json");
    assert_eq!(told.json()["id"], "did:web:sala.example.com");
    let preflight = city.tell(Method::OPTIONS, "/openid4vp/responses/x", None).await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    assert_eq!(preflight.headers["access-control-allow-methods"], "GET, POST");
    let request = city.fetch(&asked).await;
    let told = city.honest(&request).await;
    assert_eq!(told.headers["access-control-allow-origin"], "*");
    assert_eq!(told.headers["cache-control"], "no-store");
    assert!(!told.headers.contains_key("access-control-allow-credentials"));
    let api = city.tell(Method::GET, "/api/v1/presentation-queries", None).await;
    assert!(!api.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn what_may_be_asked_is_public_and_nothing_else_can_be_asked() {
    let city = City::found().await;
    let queries = city.hall.ask("GET", "/presentation-queries", None, None).await.ok().json;
    let find = |queries: &Value, id: &str| queries["items"].as_array().unwrap().iter().find(|query| query["id"] == id).unwrap().clone();
    let degree = find(&queries, "degree");
    assert_eq!((&degree["can_ask"], &degree["days_kept"], &degree["purpose"]["en"]), (&json!(false), &json!(7), &json!("To test")));
    assert_eq!(degree["issuers"][0]["address"], json!(city.university.address));
    assert_eq!(degree["dcql"]["credentials"][0]["claims"][0]["path"], json!(["degree", "level"]));
    let mine = city.me.get(&city.hall, "/presentation-queries").await.ok().json;
    assert_eq!((&find(&mine, "degree")["can_ask"], &find(&mine, "for-the-desk")["can_ask"]), (&json!(true), &json!(false)));
    let ask = async |who: Option<&str>, body: Value| city.hall.ask("POST", "/presentation-requests", who, Some(body)).await;
    ask(None, json!({ "query": "degree" })).await.refused("sign_in_required");
    ask(Some(&city.me.token), json!({ "query": "for-the-desk" })).await.refused("forbidden");
    ask(Some(&city.me.token), json!({ "query": "everything" })).await.refused("invalid_input");
    ask(Some(&city.me.token), json!({ "query": "degree", "dcql": {} })).await.refused("invalid_input");
    let mut admin = Someone::administrator(&city.hall).await;
    let other_desk = officer(&city.hall, &mut admin, "ก", "records_officer").await;
    ask(Some(&other_desk.token), json!({ "query": "degree" })).await.refused("forbidden");
    assert!(city.presentation_acts().await.is_empty(), "a refusal leaves nothing");
}

#[tokio::test]
async fn an_office_asks_under_its_name_and_its_desk_reads() {
    let city = City::found().await;
    let mut admin = Someone::administrator(&city.hall).await;
    let asker = officer(&city.hall, &mut admin, "ก", "registrar").await;
    let colleague = officer(&city.hall, &mut admin, "ข", "registrar").await;
    let elsewhere = officer(&city.hall, &mut admin, "ค", "records_officer").await;
    let asked = city.ask_as(&asker, json!({ "query": "for-the-desk" })).await;
    assert_eq!(city.honest(&city.fetch(&asked).await).await.status, StatusCode::OK);
    for reader in [&asker, &colleague] {
        let state = city.reading(reader, &asked).await.ok().json;
        assert_eq!(state["credentials"][0]["claims"]["degree"]["level"], "master");
        assert_eq!(reader.get(&city.hall, "/presentation-requests").await.ok().json["items"].as_array().unwrap().len(), 1);
    }
    city.reading(&elsewhere, &asked).await.refused("forbidden");
    assert!(elsewhere.get(&city.hall, "/presentation-requests").await.ok().json["items"].as_array().unwrap().is_empty());
    city.reading(&city.me, &asked).await.refused("not_found");
    let acts = city.presentation_acts().await;
    assert_eq!((acts[0].0.as_str(), &json!(acts[0].1)), ("presentation.request", &asker.persona), "an office answers for what it asks");
    assert_eq!((acts[1].0.as_str(), acts[1].1.as_str()), ("presentation.receive", "visitor"));
}

#[tokio::test]
async fn nobody_but_the_persona_that_asked_reads_the_answer() {
    let city = City::found().await;
    let asked = city.ask("degree").await;
    assert_eq!(city.honest(&city.fetch(&asked).await).await.status, StatusCode::OK);
    let other = Someone::new(&city.hall, "ข").await;
    city.reading(&other, &asked).await.refused("not_found");
    let path = format!("/presentation-requests/{}", asked.id);
    city.hall.ask("GET", &path, None, None).await.refused("sign_in_required");
    assert!(other.get(&city.hall, "/presentation-requests").await.ok().json["items"].as_array().unwrap().is_empty());
    // Another persona of the same person neither: what one face asked is not the other's.
    let second = city.me.ask(&city.hall, "POST", "/personas", Some(json!({ "name": "อีกหน้า" }))).await.ok().json;
    let used = city.me.ask(&city.hall, "POST", &format!("/personas/{}/use", second["id"].as_str().unwrap()), None).await;
    used.ok();
    city.reading(&city.me, &asked).await.refused("not_found");
    let data = city.me.get(&city.hall, "/me/data").await.ok().json;
    assert_eq!(
        data["presentations"][0]["credentials"][0]["claims"]["degree"]["field"], "hydrology",
        "the download has what all of them asked"
    );
}

#[tokio::test]
async fn on_one_device_only_the_browser_that_comes_back_gets_the_answer() {
    let city = City::found().await;
    let same = json!({ "query": "degree", "same_device": true });
    let asked = city.ask_as(&city.me, same.clone()).await;
    let told = city.honest(&city.fetch(&asked).await).await;
    let back = told.json()["redirect_uri"].as_str().unwrap().to_owned();
    let (page, code) = back.split_once("#response_code=").unwrap();
    assert_eq!((page, code.len()), (format!("{ORIGIN}/presentations/{}", asked.id).as_str(), 64));
    // Whoever sent the link to somebody else waits in vain.
    assert_eq!(city.state(&asked).await["state"], "waiting");
    let collect = async |who: &Someone, asked: &Asked, code: &str| {
        let path = format!("/presentation-requests/{}/collect", asked.id);
        who.ask(&city.hall, "POST", &path, Some(json!({ "response_code": code }))).await
    };
    // Another's browser does not take it over, by this address or by one of their own (login CSRF).
    let other = Someone::new(&city.hall, "ข").await;
    collect(&other, &asked, code).await.refused("not_found");
    let path = format!("/presentation-requests/{}/collect", asked.id);
    city.hall.ask_plainly("POST", &path, &city.me.token).await.refused("csrf_header_missing");
    city.hall.ask_plainly("POST", "/presentation-requests", &city.me.token).await.refused("csrf_header_missing");
    // A second answer meanwhile is refused.
    city.tell(Method::GET, path_of(&asked.request_uri), None).await.is_refused(404);
    let received = collect(&city.me, &asked, code).await.ok().json;
    assert_eq!((&received["state"], &received["credentials"][0]["claims"]["degree"]["level"]), (&json!("received"), &json!("master")));
    assert_eq!(city.state(&asked).await["state"], "received");
    collect(&city.me, &asked, code).await.refused("response_code_invalid");

    // Who guesses ends it.
    let asked = city.ask_as(&city.me, same.clone()).await;
    let told = city.honest(&city.fetch(&asked).await).await;
    let code = told.json()["redirect_uri"].as_str().unwrap().rsplit_once('=').unwrap().1.to_owned();
    collect(&city.me, &asked, &"0".repeat(64)).await.refused("response_code_invalid");
    collect(&city.me, &asked, &code).await.refused("response_code_invalid");
    let state = city.state(&asked).await;
    assert_eq!(
        (&state["state"], &state["problem"]["code"], &state["credentials"]),
        (&json!("refused"), &json!("response_code_invalid"), &json!([]))
    );

    // Who does not come back gets nothing, and nothing is kept.
    let asked = city.ask_as(&city.me, same.clone()).await;
    let told = city.honest(&city.fetch(&asked).await).await;
    let code = told.json()["redirect_uri"].as_str().unwrap().rsplit_once('=').unwrap().1.to_owned();
    city.hall.clock.advance_seconds(600);
    assert_eq!(city.state(&asked).await["state"], "expired");
    collect(&city.me, &asked, &code).await.refused("response_code_invalid");
    collect(&city.me, &city.ask("degree").await, "x").await.refused("response_code_invalid");
}

#[tokio::test]
async fn a_holder_may_say_no() {
    let city = City::found().await;
    for (same_device, query) in [(false, "degree"), (true, "degree"), (false, "degree-in-the-open")] {
        let asked = city.ask_as(&city.me, json!({ "query": query, "same_device": same_device })).await;
        let request = city.fetch(&asked).await;
        let state = request.state.as_deref().unwrap();
        city.tell(Method::POST, path_of(&request.response_uri), Some("error=access_denied&state=x".into())).await.is_refused(400);
        let told = city.tell(Method::POST, path_of(&request.response_uri), Some(format!("error=access_denied&state={state}"))).await;
        let back = format!("{ORIGIN}/presentations/{}", asked.id);
        assert_eq!((told.status, told.json()), (StatusCode::OK, if same_device { json!({ "redirect_uri": back }) } else { json!({}) }));
        let state = city.state(&asked).await;
        assert_eq!((&state["state"], &state["problem"]["code"]), (&json!("refused"), &json!("presentation_declined")));
        assert_eq!(city.presentation_acts().await.last().unwrap().2["outcome"], "declined");
    }
}

#[tokio::test]
async fn an_answer_is_erased_with_its_key_when_its_days_are_over() {
    let city = City::found().await;
    let (answered, unanswered) = (city.ask("degree").await, city.ask("degree").await);
    assert_eq!(city.honest(&city.fetch(&answered).await).await.status, StatusCode::OK);
    let rows = async || city.hall.store.fetch("SELECT id FROM presentation", &[]).await.unwrap().len();
    city.hall.clock.advance_seconds(600);
    assert_eq!(city.state(&unanswered).await["state"], "expired");
    work(&city.hall).await;
    assert_eq!(rows().await, 2);
    city.hall.clock.advance_seconds(DAY_S);
    work(&city.hall).await;
    assert_eq!(rows().await, 1, "what nobody answered is gone after a day");
    city.hall.clock.advance_seconds(6 * DAY_S - 601);
    work(&city.hall).await;
    let key = format!("presentation/{}", answered.id);
    assert!(city.hall.store.seal(&key, "x", b"x").await.is_ok());
    city.hall.clock.advance_seconds(1);
    work(&city.hall).await;
    assert_eq!(rows().await, 0);
    assert_eq!(city.hall.store.seal(&key, "x", b"x").await.unwrap_err().code, &sala_core::store::ERASED);
    let acts = city.presentation_acts().await;
    let erased: Vec<_> = acts.iter().filter(|(kind, ..)| kind == "presentation.erase").map(|(_, _, public)| public.clone()).collect();
    assert_eq!(erased, [json!({ "presentations": 1 }), json!({ "presentations": 1 })]);
    // An old copy of the vault brings the key back; the next start destroys it again.
    city.hall.store.create_person_key(&key).await.unwrap();
    let hall = city.hall.restart(false).await;
    assert_eq!(hall.store.seal(&key, "x", b"x").await.unwrap_err().code, &sala_core::store::ERASED);
}

#[tokio::test]
async fn what_a_person_asked_goes_with_them() {
    let mut city = City::found().await;
    let asked = city.ask("degree").await;
    assert_eq!(city.honest(&city.fetch(&asked).await).await.status, StatusCode::OK);
    let open = city.ask("degree").await;
    let request = city.fetch(&open).await;
    let data = city.me.get(&city.hall, "/me/data").await.ok().json;
    assert_eq!(data["presentations"].as_array().unwrap().len(), 2);
    city.me.signed(&city.hall, "POST", "/me/erasure", None).await.ok();
    // Carried out while an answer may still come, as in a demonstration.
    let (mut waits, rows) = (0, async || city.hall.store.fetch("SELECT id FROM presentation", &[]).await.unwrap().len());
    while rows().await > 0 && waits < 9 {
        city.hall.clock.advance_seconds(DAY_S);
        work(&city.hall).await;
        waits += 1;
    }
    assert_eq!(rows().await, 0);
    for id in [&asked.id, &open.id] {
        let sealed = city.hall.store.seal(&format!("presentation/{id}"), "x", b"x").await;
        assert_eq!(sealed.unwrap_err().code, &sala_core::store::ERASED);
    }
    city.honest(&request).await.is_refused(404);
}

#[tokio::test]
async fn so_many_requests_of_one_asker_wait_and_no_more() {
    let city = City::found().await;
    for _ in 0..50 {
        city.ask("degree").await;
    }
    let refused = city.me.ask(&city.hall, "POST", "/presentation-requests", Some(json!({ "query": "degree" }))).await;
    refused.refused("too_many_presentation_requests");
    let keys = city.hall.store.persons_with_key("presentation/", 1000).await.unwrap();
    assert_eq!(keys.iter().filter(|key| key.starts_with("presentation/")).count(), 50, "a refusal leaves no key");
    let mut seen = std::collections::BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = city.me.get(&city.hall, &format!("/presentation-requests?limit=20{after}")).await.ok().json;
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen.len(), 50);
    city.hall.clock.advance_seconds(600);
    city.ask("degree").await;
}

#[tokio::test]
async fn other_rooms_ask_through_the_facade() {
    use sala_people::PresentationState;
    let city = City::found().await;
    let ctx = city.hall.system();
    let asked = city.hall.people.ask_presentation(&ctx, "for-the-desk").await.unwrap();
    let state = city.hall.people.presentation(&ctx, &asked.id).await.unwrap();
    assert!(matches!(state.state, PresentationState::Waiting));
    let link = Asked { id: asked.id.clone(), url: asked.url, request_uri: asked.request_uri };
    assert_eq!(city.honest(&city.fetch(&link).await).await.status, StatusCode::OK);
    let state = city.hall.people.presentation(&ctx, &asked.id).await.unwrap();
    let PresentationState::Received(shown) = state.state else { panic!("{state:?}") };
    assert_eq!((shown[0].claims["degree"]["level"].as_str(), shown[0].has_status), (Some("master"), true));
    assert_eq!(state.answered_at.unwrap().seconds(), NOW_S);
    city.reading(&city.me, &link).await.refused("not_found");
    assert!(city.hall.people.ask_presentation(&ctx, "nothing").await.is_err());
    let _ = asked_paths();
}

#[tokio::test]
async fn a_hall_whose_profile_asks_nothing_asks_nothing() {
    let hall = hall().await;
    let me = Someone::new(&hall, "ก").await;
    assert!(me.get(&hall, "/presentation-queries").await.ok().json["items"].as_array().unwrap().is_empty());
    me.ask(&hall, "POST", "/presentation-requests", Some(json!({ "query": "degree" }))).await.refused("invalid_input");
}
