//! A running hall is answered by an independent wallet: npm `@openid4vc/openid4vp` in a process of its own, with credentials that npm
//! `@sd-jwt/sd-jwt-vc` or PyPI `sd-jwt` issued and show.

use std::{
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use sala_core::{
    ctx::{Actor, Ctx},
    time::{Clock, SystemClock},
};
use sala_credential::{
    SigningKey,
    openid4vci::{credential::prove, metadata::IssuerMetadata, offer::OfferLink},
    sd_jwt::SdJwt,
    status::{self, Status, StatusList, TokenDraft},
};
use serde_json::{Value, json};

use super::{
    data::{Someone, officer},
    hall::{ORIGIN, profile},
    peer::Peer,
    university::{Bound, City, Wallet, asked_paths, show},
};

fn presenter() -> Option<Peer> {
    Peer::node("presenter.mjs", "@openid4vc/openid4vp")
}

/// Serves the hall on a port; gives its address. The providers of the peers live in the present, so the hall does too.
async fn serve(city: &City) -> String {
    city.hall.clock.advance_seconds(SystemClock.now().seconds() - city.hall.clock.now().seconds());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, city.hall.router()).into_future());
    address
}

fn private(key: &SigningKey) -> Value {
    serde_json::from_str(&key.to_private_jwk()).unwrap()
}

/// A list of the present in which only the credential at 9 is revoked.
fn publish_list(city: &City) {
    let mut list = StatusList::new(1, 100).unwrap();
    list.set(9, Status::Invalid).unwrap();
    let (uri, now_s) = (city.university.at("/status/now"), SystemClock.now().seconds());
    let draft = TokenDraft { uri: &uri, issued_s: now_s, expires_s: Some(now_s + 600), ttl_s: None };
    city.university.publish("/status/now", 200, status::sign(&city.university.key, &draft, &list).unwrap());
}

/// A degree that the peer issues.
async fn degree(city: &City, peer: &Peer, wallet: &Wallet, index: u64) -> String {
    let now_s = SystemClock.now().seconds();
    let mut holder = wallet.holder().to_members();
    holder.remove("kid");
    let claims = json!({
        "iss": city.university.address, "vct": city.university.at("/types/degree"), "iat": now_s - 10, "exp": now_s + 3600,
        "cnf": { "jwk": holder }, "status": { "status_list": { "idx": index, "uri": city.university.at("/status/now") } },
        "name": "สมหญิง", "degree": { "level": "master", "field": "hydrology", "mark": "A" }
    });
    let frame = json!({ "_sd": ["name"], "degree": { "_sd": ["level", "field", "mark"] } });
    let ask = json!({ "do": "issue", "issuer": private(&city.university.key), "claims": claims, "frame": frame });
    peer.ask(ask).await["issued"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_wallet_answers_the_running_hall_in_each_mode() {
    let Some(node) = presenter() else { return };
    let mut city = City::found().await;
    let address = serve(&city).await;
    publish_list(&city);
    city.me.sign_in(&city.hall).await;
    for peer in [Some(node.clone()), Peer::python("holder.py")].iter().flatten() {
        for (query, mode, wallet_nonce) in [
            ("degree", "direct_post.jwt", None),
            ("degree-in-the-open", "direct_post", None),
            ("degree", "direct_post.jwt", Some("w-nonce-1")),
        ] {
            let asked = city.ask(query).await;
            let wallet = Wallet::new();
            let issued = degree(&city, peer, &wallet, 7).await;
            let base = json!({ "hall": address, "origin": ORIGIN, "link": asked.url, "walletNonce": wallet_nonce, "holder": private(&wallet.key) });
            let with = |more: Value| {
                let mut ask = base.clone();
                ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                ask
            };
            let seen = node.ask(with(json!({ "do": "look" }))).await;
            assert_eq!((&seen["prefix"], &seen["response_mode"]), (&json!("decentralized_identifier"), &json!(mode)), "{seen}");
            let told = &seen["client_metadata"];
            assert_eq!((&told["client_name"], &told["client_name#th"]), (&json!("Test hall"), &json!("ศาลาทดสอบ")));
            assert_eq!((&told["purpose"], &told["purpose#th"]), (&json!("To test"), &json!("เพื่อทดสอบ")));
            assert_eq!(seen["version"], 100, "it is a request of OpenID4VP 1.0");
            assert_eq!(seen["query"]["credentials"][0]["claims"][1]["path"], json!(["degree", "field"]));
            let disclose = json!({ "degree": { "level": true, "field": true } });
            let present =
                json!({ "do": "present", "issued": issued, "nonce": seen["nonce"], "audience": seen["client_id"], "disclose": disclose });
            let presented = peer.ask(with(present)).await["presented"].clone();
            let answered = node.ask(with(json!({ "do": "answer", "vp_token": { "degree": [presented] } }))).await;
            assert_eq!((&answered["status"], &answered["answer"]), (&json!(200), &json!({})), "{peer:?} {mode}");
            assert_eq!(answered["encrypted"], json!(mode == "direct_post.jwt"));
            let state = city.state(&asked).await;
            assert_eq!(
                state["credentials"][0]["claims"],
                json!({ "degree": { "level": "master", "field": "hydrology" } }),
                "{peer:?} {state}"
            );
        }
        // The same wallet with a credential that was revoked.
        let asked = city.ask("degree").await;
        let wallet = Wallet::new();
        let issued = degree(&city, peer, &wallet, 9).await;
        let base = json!({ "do": "look", "hall": address, "origin": ORIGIN, "link": asked.url });
        let seen = node.ask(base.clone()).await;
        let present = json!({ "do": "present", "issued": issued, "holder": private(&wallet.key), "nonce": seen["nonce"],
            "audience": seen["client_id"], "disclose": { "degree": { "level": true, "field": true } } });
        let presented = peer.ask(present).await["presented"].clone();
        let mut answer = base;
        answer["do"] = json!("answer");
        answer["vp_token"] = json!({ "degree": [presented] });
        assert_eq!(node.ask(answer).await["answer"]["error"], "invalid_request");
        assert_eq!(city.state(&asked).await["problem"]["code"], "credential_not_in_force", "{peer:?}");
    }
}

/// The issuer of the demonstration, in a process of its own; it ends with its standard input.
struct Process {
    child: Child,
    /// Held open: it writes on.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// With the offer that it prints. `what` are its arguments after the port.
    fn start(port: u16, what: &[&str]) -> (Self, String) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wallet");
        let mut command = Command::new("node");
        command.args(["issuer.mjs", &port.to_string()]).args(what).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let offer = lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("ready ").map(str::to_owned));
        (Self { child, _lines: lines }, offer.expect("the issuer did not start"))
    }
}

/// Takes an offer up as any wallet would; gives the credential.
fn take(offer: &str, key: &SigningKey) -> String {
    let OfferLink::Value(offer) = OfferLink::parse(offer).unwrap() else { panic!("{offer}") };
    let issuer = offer.credential_issuer.clone();
    let read = |answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>| answer.unwrap().body_mut().read_to_string().unwrap();
    let metadata = read(ureq::get(format!("{issuer}/.well-known/openid-credential-issuer")).call());
    let metadata = IssuerMetadata::parse(metadata.as_bytes(), &issuer).unwrap();
    let code = offer.grants.unwrap().pre_authorized.unwrap().code;
    let grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
    let form = [("grant_type", grant), ("pre-authorized_code", code.as_str())];
    let token: Value = serde_json::from_str(&read(ureq::post(format!("{issuer}/token")).send_form(form))).unwrap();
    let nonce: Value = serde_json::from_str(&read(ureq::post(metadata.nonce_endpoint.as_ref().unwrap()).send_empty())).unwrap();
    let proof = prove(key, &issuer, nonce["c_nonce"].as_str().unwrap(), SystemClock.now().seconds()).unwrap();
    let asked = json!({ "credential_configuration_id": offer.credential_configuration_ids[0], "proofs": { "jwt": [proof] } });
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let post = ureq::post(&metadata.credential_endpoint).header("authorization", bearer).content_type("application/json");
    let answer: Value = serde_json::from_str(&read(post.send(asked.to_string()))).unwrap();
    answer["credentials"][0]["credential"].as_str().unwrap().to_owned()
}

/// What an issuer of the demonstration gave to a wallet.
struct Issued {
    _process: Process,
    wallet: Wallet,
    credential: SdJwt,
    /// What the demonstration asks of wallets, with the issuer's port.
    profile: String,
}

impl Issued {
    /// `what` are the issuer's arguments after its port, `port` is where the profile looks for it.
    async fn by_demonstration(port: u16, what: &[&str]) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (process, offer) = Process::start(free, what);
        let wallet = Wallet::new();
        let holder = SigningKey::parse(&wallet.key.to_private_jwk()).unwrap();
        let credential = tokio::task::spawn_blocking(move || take(&offer, &holder)).await.unwrap();
        let profile = std::fs::read_to_string(profile("presentations.yaml")).unwrap();
        let profile = profile.replace(&format!("localhost:{port}"), &format!("localhost:{free}"));
        Self { _process: process, wallet, credential: SdJwt::parse(&credential).unwrap(), profile }
    }

    /// The hall of the demonstration, in the present.
    async fn city(&self) -> City {
        let mut city = City::asking(&self.profile).await;
        city.hall.clock.advance_seconds(SystemClock.now().seconds() - city.hall.clock.now().seconds());
        city.me.sign_in(&city.hall).await;
        city
    }

    /// Asks for the credential `id` and shows these claims of it.
    async fn show(&self, city: &City, query: &str, id: &str, shown: &Value) -> Value {
        let asked = city.ask(query).await;
        let request = city.fetch(&asked).await;
        let bound =
            Bound { audience: &request.client_id, nonce: &request.nonce, issued_s: SystemClock.now().seconds(), key: &self.wallet.key };
        let shown = show(&self.credential, shown, &bound);
        city.answer(&request, &json!({ id: [shown] })).await;
        city.state(&asked).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_university_of_the_demonstration_is_believed_for_degrees() {
    if presenter().is_none() {
        return;
    }
    let issued = Issued::by_demonstration(9020, &["degree"]).await;
    let mut city = issued.city().await;
    let mut admin = Someone::administrator(&city.hall).await;
    city.me = officer(&city.hall, &mut admin, "ก", "registrar").await;
    let state = issued.show(&city, "degree", "degree", &asked_paths()).await;
    assert_eq!(state["credentials"][0]["claims"], json!({ "degree": { "level": "master", "field": "hydrology" } }), "{state}");
    assert_eq!(state["credentials"][0]["issuer_title"]["en"], "Demonstration University");
}

async fn actor(city: &City, someone: &Someone) -> Actor {
    city.hall.people.caller_of(&someone.token, city.hall.clock.now()).await.unwrap().unwrap().actor
}

/// Whether `actor` has shown to be over 18, as the shared spaces ask before they let a voice through.
async fn is_over_18(city: &City, actor: &Actor) -> bool {
    let ctx = Ctx { actor: actor.clone(), ..city.hall.system() };
    city.hall.people.has_proven(&ctx, "age-over-18", "age_over_18").await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_age_is_proven_by_a_yes_of_the_registry_and_by_nothing_else() {
    if presenter().is_none() {
        return;
    }
    let grown = Issued::by_demonstration(9021, &["age", "1990-05-04"]).await;
    let city = grown.city().await;
    let (me, other) = (actor(&city, &city.me).await, actor(&city, &Someone::new(&city.hall, "ข").await).await);
    assert!(!is_over_18(&city, &me).await, "nothing was shown yet");
    let state = grown.show(&city, "age-over-18", "age", &json!([["age_over_18"]])).await;
    assert_eq!(state["credentials"][0]["claims"], json!({ "age_over_18": true }), "a yes and no date of birth: {state}");
    assert!(is_over_18(&city, &me).await);
    assert!(!is_over_18(&city, &other).await, "another persona showed nothing");
    // The credential is over before the answer is erased.
    city.hall.clock.advance_seconds(31 * 24 * 3600);
    assert!(!is_over_18(&city, &me).await, "what is over proves nothing");

    let year = SystemClock.now().to_string()[..4].parse::<i32>().unwrap() - 15;
    let young = Issued::by_demonstration(9021, &["age", &format!("{year}-01-01")]).await;
    let city = young.city().await;
    let state = young.show(&city, "age-over-18", "age", &json!([["age_over_18"]])).await;
    assert_eq!(state["credentials"][0]["claims"], json!({ "age_over_18": false }), "{state}");
    assert!(!is_over_18(&city, &actor(&city, &city.me).await).await, "a no was shown");
}
