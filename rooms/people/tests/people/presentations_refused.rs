//! Every answer that must not be taken, and what each of the three learns of it: the wallet an OAuth error, the asker a problem, the record
//! that it was refused.

use axum::http::Method;
use sala_credential::{
    SigningKey, base64url,
    openid4vp::request::{PresentationRequest, ResponseMode},
    sd_jwt::SdJwt,
    status::{Status, StatusList, StatusReference},
};
use serde_json::json;

use super::university::{Bound, City, Degree, NOW_S, Wallet, asked_paths, form, issue, jws_text, path_of, random32, show};

/// Asks, answers with what `make` gives, and looks at what became of it; gives what the asker is told.
#[track_caller]
fn refused<'c>(
    city: &'c City,
    query: &'static str,
    code: &'static str,
    make: impl FnOnce(&PresentationRequest) -> String + 'c,
) -> impl Future<Output = String> + 'c {
    let caller = std::panic::Location::caller();
    async move {
        let asked = city.ask(query).await;
        let request = city.fetch(&asked).await;
        let text = make(&request);
        let told = city.answer_text(&request, &text).await;
        assert_eq!((told.status.as_u16(), &told.json()["error"]), (400, &json!("invalid_request")), "{caller}: {}", told.json());
        assert!(!told.json().to_string().contains("revoked"), "the wallet is not told why");
        let state = city.state(&asked).await;
        assert_eq!((&state["state"], &state["problem"]["code"]), (&json!("refused"), &json!(code)), "{caller}: {state}");
        assert_eq!(state["credentials"], json!([]));
        assert_eq!(city.presentation_acts().await.last().unwrap().2, json!({ "query": query, "outcome": "refused" }));
        // One answer only, whatever it was.
        city.honest(&request).await.is_refused(404);
        state["problem"]["detail"].as_str().unwrap().to_owned()
    }
}

fn token(presentation: &str) -> String {
    json!({ "degree": [presentation] }).to_string()
}

/// A degree that was issued with a change, shown honestly.
fn changed<'c>(city: &'c City, change: impl FnOnce(&mut Degree) + 'c) -> impl FnOnce(&PresentationRequest) -> String + 'c {
    move |request| {
        let mut degree = city.university.degree();
        change(&mut degree);
        let issued = city.university.issue(city.wallet.holder(), degree);
        token(&city.wallet.show(request, &issued, &asked_paths()))
    }
}

/// A good degree, bound otherwise.
fn bound<'c>(city: &'c City, change: impl FnOnce(Bound<'_>) -> String + 'c) -> impl FnOnce(&PresentationRequest) -> String + 'c {
    move |request| change(Bound { audience: &request.client_id, nonce: &request.nonce, issued_s: NOW_S, key: &city.wallet.key })
}

#[tokio::test]
async fn a_presentation_for_another_request_verifier_or_holder_is_refused() {
    let city = City::found().await;
    let degree = || city.university.issue(city.wallet.holder(), city.university.degree());
    let invalid = "presentation_invalid";
    for query in ["degree", "degree-in-the-open"] {
        refused(
            &city,
            query,
            invalid,
            bound(&city, |bound| token(&show(&degree(), &asked_paths(), &Bound { nonce: "another-nonce-0001", ..bound }))),
        )
        .await;
        let audience = "decentralized_identifier:did:web:other.example";
        refused(&city, query, invalid, bound(&city, |bound| token(&show(&degree(), &asked_paths(), &Bound { audience, ..bound })))).await;
        // The prefix belongs to the name (OpenID4VP 1.0 §5.9.1).
        let audience = "did:web:sala.example.com";
        refused(&city, query, invalid, bound(&city, |bound| token(&show(&degree(), &asked_paths(), &Bound { audience, ..bound })))).await;
        let thief = Wallet::new();
        refused(&city, query, invalid, bound(&city, |bound| token(&show(&degree(), &asked_paths(), &Bound { key: &thief.key, ..bound }))))
            .await;
        refused(&city, query, invalid, |_| token(&degree().to_string())).await;
        refused(
            &city,
            query,
            invalid,
            bound(&city, |bound| token(&show(&degree(), &asked_paths(), &Bound { issued_s: NOW_S - 661, ..bound }))),
        )
        .await;
        refused(
            &city,
            query,
            invalid,
            bound(&city, |bound| token(&show(&degree(), &asked_paths(), &Bound { issued_s: NOW_S + 61, ..bound }))),
        )
        .await;
        // A disclosure that was taken away after the holder had signed.
        let shortened = |request: &PresentationRequest| {
            let whole = city.wallet.show(request, &degree(), &json!([["degree"], ["name"]]));
            let mut parts: Vec<&str> = whole.split('~').collect();
            parts.remove(1);
            token(&parts.join("~"))
        };
        refused(&city, query, invalid, shortened).await;
    }
}

#[tokio::test]
async fn a_token_that_was_shown_once_is_not_good_for_another_request() {
    let city = City::found().await;
    let (first, second) = (city.ask("degree").await, city.ask("degree").await);
    let (one, two) = (city.fetch(&first).await, city.fetch(&second).await);
    let degree = city.university.issue(city.wallet.holder(), city.university.degree());
    let vp_token = json!({ "degree": [city.wallet.show(&one, &degree, &asked_paths())] });
    assert!(city.answer(&one, &vp_token).await.status.is_success());
    city.answer(&two, &vp_token).await.is_refused(400);
    assert_eq!(city.state(&second).await["problem"]["code"], "presentation_invalid");
    city.answer(&one, &vp_token).await.is_refused(404);
    assert_eq!(city.state(&first).await["state"], "received", "a second answer changes nothing");
}

#[tokio::test]
async fn a_credential_that_is_not_in_force_is_refused_and_the_asker_learns_why() {
    let city = City::found().await;
    let over = "credential_not_in_force";
    let told = refused(&city, "degree", over, changed(&city, |degree| degree.expires_s = Some(NOW_S - 61))).await;
    assert!(told.contains("expired"), "{told}");
    let told = refused(&city, "degree", over, changed(&city, |degree| degree.not_before_s = Some(NOW_S + 61))).await;
    assert!(told.contains("not valid yet"), "{told}");
    for (path, status, word) in [
        ("/status/2", Status::Invalid, "revoked"),
        ("/status/3", Status::Suspended, "suspended"),
        ("/status/4", Status::Other(3), "revoked"),
    ] {
        city.university.set(path, 7, status);
        let uri = city.university.at(path);
        let told = refused(&city, "degree", over, changed(&city, |degree| degree.status = Some(StatusReference { index: 7, uri }))).await;
        assert!(told.contains(word), "{told}");
        // Its neighbour in the same list is untouched.
        let uri = city.university.at(path);
        let neighbour = changed(&city, |degree| degree.status = Some(StatusReference { index: 8, uri }));
        let request = city.fetch(&city.ask("degree").await).await;
        assert!(city.answer_text(&request, &neighbour(&request)).await.status.is_success());
    }
}

#[tokio::test]
async fn an_issuer_is_believed_for_what_the_query_names_and_for_nothing_else() {
    let city = City::found().await;
    // Another issuer that the hall knows, but not for this.
    let foreign = |request: &PresentationRequest| {
        let degree = Degree { vct: city.university.at("/types/degree"), ..city.academy.degree() };
        token(&city.wallet.show(request, &city.academy.issue(city.wallet.holder(), degree), &asked_paths()))
    };
    refused(&city, "degree", "credential_issuer_untrusted", foreign).await;
    // One that nobody knows, and one that does not say.
    refused(&city, "degree", "credential_issuer_untrusted", changed(&city, |degree| degree.issuer = "https://mill.example".into())).await;
    refused(&city, "degree", "credential_issuer_untrusted", changed(&city, |degree| degree.issuer = String::new())).await;
    // One that says to be the university, with a key of its own.
    let forged = |request: &PresentationRequest| {
        let key = SigningKey::es256(&random32()).unwrap().with_key_id("degrees-1");
        token(&city.wallet.show(request, &issue(&key, city.wallet.holder(), city.university.degree()), &asked_paths()))
    };
    refused(&city, "degree", "presentation_invalid", forged).await;
    let unknown_key = |request: &PresentationRequest| {
        let key = SigningKey::es256(&random32()).unwrap().with_key_id("degrees-2");
        token(&city.wallet.show(request, &issue(&key, city.wallet.holder(), city.university.degree()), &asked_paths()))
    };
    refused(&city, "degree", "presentation_invalid", unknown_key).await;
    assert_eq!(city.university.visits("/.well-known/jwt-vc-issuer"), 1, "a key that nobody has does not make the hall ask again at once");
    assert_eq!(city.academy.visits("/.well-known/jwt-vc-issuer"), 0);
}

#[tokio::test]
async fn what_does_not_answer_the_query_is_refused() {
    let city = City::found().await;
    let incomplete = "presentation_incomplete";
    let degree = || city.university.issue(city.wallet.holder(), city.university.degree());
    refused(&city, "degree", incomplete, |request| token(&city.wallet.show(request, &degree(), &json!([["degree", "level"]])))).await;
    refused(&city, "degree", incomplete, |request| token(&city.wallet.show(request, &degree(), &json!([["name"]])))).await;
    refused(&city, "masters", incomplete, changed(&city, |degree| degree.claims["degree"]["level"] = json!("bachelor"))).await;
    refused(&city, "degree", incomplete, changed(&city, |degree| degree.vct = "https://other.example/degree".into())).await;
    refused(&city, "degree", incomplete, |_| "{}".into()).await;
    refused(&city, "degree", incomplete, |_| json!({ "degree": [] }).to_string()).await;
    let twice = |request: &PresentationRequest| {
        let one = city.wallet.show(request, &degree(), &asked_paths());
        json!({ "degree": [one, one] }).to_string()
    };
    refused(&city, "degree", incomplete, twice).await;
    let unasked = |request: &PresentationRequest| {
        let one = city.wallet.show(request, &degree(), &asked_paths());
        json!({ "degree": [one], "more": [one] }).to_string()
    };
    refused(&city, "degree", incomplete, unasked).await;
    let request = city.fetch(&city.ask("masters").await).await;
    assert!(city.honest(&request).await.status.is_success());
}

#[tokio::test]
async fn algorithms_that_prove_nothing_and_texts_that_read_twice_are_refused() {
    let city = City::found().await;
    let invalid = "presentation_invalid";
    let claims = || {
        json!({ "iss": city.university.address, "vct": city.university.at("/types/degree"), "iat": NOW_S, "exp": NOW_S + 99,
            "cnf": { "jwk": city.wallet.holder() }, "degree": { "level": "master", "field": "x" },
            "status": { "status_list": { "idx": 7, "uri": city.university.at("/status/1") } } })
        .to_string()
    };
    let bind = |issued: &str, request: &PresentationRequest| {
        token(&city.wallet.show(request, &SdJwt::parse(&format!("{issued}~")).unwrap(), &json!([])))
    };
    let good = |request: &PresentationRequest| {
        bind(&jws_text(&city.university.key, r#"{"alg":"ES256","kid":"degrees-1","typ":"dc+sd-jwt"}"#, &claims()), request)
    };
    let request = city.fetch(&city.ask("degree").await).await;
    assert!(city.answer_text(&request, &good(&request)).await.status.is_success(), "made by hand, it is as good");
    for header in [
        r#"{"alg":"none","typ":"dc+sd-jwt"}"#,
        r#"{"alg":"HS256","kid":"degrees-1","typ":"dc+sd-jwt"}"#,
        r#"{"alg":"RS256","kid":"degrees-1","typ":"dc+sd-jwt"}"#,
    ] {
        let (issued, none) =
            (jws_text(&city.university.key, header, &claims()), format!("{}.{}.", base64url::encode(header), base64url::encode(claims())));
        for issued in [issued, none] {
            refused(&city, "degree", invalid, |request| {
                let text = format!("{issued}~");
                let hash = base64url::encode(<sha2::Sha256 as sha2::Digest>::digest(&text));
                let payload = json!({ "iat": NOW_S, "aud": request.client_id, "nonce": request.nonce, "sd_hash": hash }).to_string();
                token(&format!("{text}{}", jws_text(&city.wallet.key, r#"{"alg":"ES256","typ":"kb+jwt"}"#, &payload)))
            })
            .await;
        }
    }
    // The holder's proof without a signature, or of another type.
    for header in [r#"{"alg":"none","typ":"kb+jwt"}"#, r#"{"alg":"ES256","typ":"JWT"}"#] {
        refused(&city, "degree", invalid, |request| {
            let degree = city.university.issue(city.wallet.holder(), city.university.degree());
            let text = degree.select(&super::university::paths(&asked_paths())).unwrap().to_string();
            let hash = base64url::encode(<sha2::Sha256 as sha2::Digest>::digest(&text));
            let payload = json!({ "iat": NOW_S, "aud": request.client_id, "nonce": request.nonce, "sd_hash": hash }).to_string();
            token(&format!("{text}{}", jws_text(&city.wallet.key, header, &payload)))
        })
        .await;
    }
    // A member that is there twice, in the credential and in its header.
    let twice = claims().replacen('{', r#"{"iss":"https://other.example","#, 1);
    refused(&city, "degree", "credential_issuer_untrusted", |request| {
        bind_text(&city, &jws_text(&city.university.key, r#"{"alg":"ES256","kid":"degrees-1","typ":"dc+sd-jwt"}"#, &twice), request)
    })
    .await;
    let header = r#"{"alg":"none","alg":"ES256","kid":"degrees-1","typ":"dc+sd-jwt"}"#;
    refused(&city, "degree", invalid, |request| bind_text(&city, &jws_text(&city.university.key, header, &claims()), request)).await;
    // Not an SD-JWT VC.
    refused(&city, "degree", invalid, |request| {
        bind(&jws_text(&city.university.key, r#"{"alg":"ES256","kid":"degrees-1","typ":"JWT"}"#, &claims()), request)
    })
    .await;
    refused(&city, "degree", invalid, |_| token("x")).await;
}

/// Bound without being read: what is not well-formed can be signed over too.
fn bind_text(city: &City, issued: &str, request: &PresentationRequest) -> String {
    let text = format!("{issued}~");
    let hash = base64url::encode(<sha2::Sha256 as sha2::Digest>::digest(&text));
    let payload = json!({ "iat": NOW_S, "aud": request.client_id, "nonce": request.nonce, "sd_hash": hash }).to_string();
    token(&format!("{text}{}", jws_text(&city.wallet.key, r#"{"alg":"ES256","typ":"kb+jwt"}"#, &payload)))
}

#[tokio::test]
async fn what_is_no_answer_to_this_request_leaves_it_open() {
    let city = City::found().await;
    for query in ["degree", "degree-in-the-open"] {
        let asked = city.ask(query).await;
        let request = city.fetch(&asked).await;
        let degree = city.university.issue(city.wallet.holder(), city.university.degree());
        let vp_token = token(&city.wallet.show(&request, &degree, &asked_paths()));
        let state = request.state.clone().unwrap();
        let other_mode = match request.response_mode {
            ResponseMode::DirectPostJwt => PresentationRequest { response_mode: ResponseMode::DirectPost, ..request.clone() },
            ResponseMode::DirectPost => {
                let other = city.fetch(&city.ask("degree").await).await;
                PresentationRequest { state: request.state.clone(), ..other }
            }
        };
        let good = form(&request, &vp_token, &state);
        let duplicate_member = format!("{{\"degree\":[],{}", &vp_token[1..]);
        let bodies = [
            form(&request, &vp_token, "another-state"),
            form(&other_mode, &vp_token, &state),
            form(&request, &duplicate_member, &state),
            form(&request, "[]", &state),
            format!("{good}&{good}"),
            String::new(),
            "response=x".into(),
            format!("response=a.b.c.d.e&state={state}"),
            format!("vp_token=%7B&state={state}"),
        ];
        let path = path_of(&request.response_uri);
        for body in bodies {
            let told = city.tell(Method::POST, path, Some(body.clone())).await;
            assert_eq!((told.status.as_u16(), &told.json()["error"]), (400, &json!("invalid_request")), "{body}");
        }
        city.tell(Method::POST, path, None).await.is_refused(400);
        assert_eq!(city.state(&asked).await["state"], "waiting");
        assert!(city.tell(Method::POST, path, Some(good)).await.status.is_success());
    }
}

#[tokio::test]
async fn a_request_is_over_after_ten_minutes_or_one_answer() {
    let city = City::found().await;
    let asked = city.ask("degree").await;
    let request = city.fetch(&asked).await;
    city.hall.clock.advance_seconds(599);
    assert_eq!(city.fetch(&asked).await.nonce, request.nonce);
    city.hall.clock.advance_seconds(1);
    city.honest(&request).await.is_refused(404);
    city.tell(Method::GET, path_of(&asked.request_uri), None).await.is_refused(404);
    assert_eq!(city.state(&asked).await["state"], "expired");
    for unknown in ["/openid4vp/requests/presentation_00", "/openid4vp/requests/%00", "/openid4vp/requests/%FF"] {
        city.tell(Method::GET, unknown, None).await.is_refused(404);
    }
    city.tell(Method::POST, "/openid4vp/responses/presentation_00", Some("error=x".into())).await.is_refused(404);
}

#[tokio::test]
async fn of_two_answers_at_once_one_is_taken() {
    let city = City::found().await;
    for same_device in [false, true] {
        let asked = city.ask_as(&city.me, json!({ "query": "degree", "same_device": same_device })).await;
        let request = city.fetch(&asked).await;
        let told = futures_util::future::join_all((0..8).map(|_| city.honest(&request))).await;
        let taken = told.iter().filter(|told| told.status.is_success()).count();
        assert_eq!(taken, 1, "{:?}", told.iter().map(|told| told.status).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_status_that_nobody_can_trust_is_no_status() {
    let city = City::found().await;
    let unchecked = "credential_unchecked";
    let with = |path: &str| {
        let uri = city.university.at(path);
        changed(&city, move |degree| degree.status = Some(StatusReference { index: 7, uri }))
    };
    let list = StatusList::new(2, 1000).unwrap();
    // Signed by somebody else, under the university's key id or their own.
    for id in ["degrees-1", "mill"] {
        let other = SigningKey::es256(&random32()).unwrap().with_key_id(id);
        city.university.publish_list("/status/other", &other, &city.university.at("/status/other"), &list);
        refused(&city, "degree", unchecked, with("/status/other")).await;
    }
    // The list of somebody else, or another of one's own.
    city.university.publish_list("/status/sub", &city.university.key, &city.university.at("/status/1"), &list);
    refused(&city, "degree", unchecked, with("/status/sub")).await;
    city.university.publish("/status/empty", 200, "");
    refused(&city, "degree", unchecked, with("/status/empty")).await;
    refused(&city, "degree", unchecked, with("/status/nowhere")).await;
    // No place in it.
    refused(&city, "degree", unchecked, changed(&city, |degree| degree.status.as_mut().unwrap().index = 1_000_000)).await;
    // A credential without one, where its issuer has lists; and where it has none.
    refused(&city, "degree", unchecked, changed(&city, |degree| degree.status = None)).await;
    let asked = city.ask("academy").await;
    let request = city.fetch(&asked).await;
    let degree = city.academy.issue(city.wallet.holder(), Degree { status: None, ..city.academy.degree() });
    let told = city.answer(&request, &json!({ "degree": [city.wallet.show(&request, &degree, &asked_paths())] })).await;
    assert!(told.status.is_success());
    assert_eq!(city.state(&asked).await["credentials"][0]["status"], "none");
}
