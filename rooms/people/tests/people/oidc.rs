//! National identity with real providers: the npm package `oidc-provider` in processes of its own, once shaped like ThaID and once after
//! FAPI 2.0, and a browser without a screen that fills in their forms.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Lines},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use sala_core::{
    act::Leaf,
    time::{Clock, SystemClock},
};
use sala_people::{IdentityProviders, PeopleConfig};
use serde_json::{Value, json};
use webauthn_rs::prelude::Url;

use super::{
    data::{DAY_S, Someone},
    hall::{Device, Hall, ORIGIN, Reply, demo_hall, hall_with, real_config},
    scopes,
};

/// Two providers: `card` as ThaID talks, `pass` after FAPI 2.0.
fn declaration(card: u16, pass: u16) -> String {
    format!(
        r#"
providers:
  - id: card
    title: {{ th: บัตร, en: Card }}
    legal_basis: {{ th: กฎหมาย, en: Law }}
    issuer: http://localhost:{card}
    is_demo: true
    client_id: {{ value: "sala:1" }}
    authentication: client_secret_basic
    secret: {{ value: "s +%&=" }}
    profile: plain
    algorithms: [RS256]
    scopes: [openid, pid, ial]
    userinfo: true
    claims: {{ number: {{ claim: pid, register: th }} }}
    level: {{ claim: ial, values: {{ "1.1": 110, "2.1": 210, "2.3": 230 }} }}
    minimum_level: 210
  - id: pass
    title: {{ th: พาส, en: Pass }}
    legal_basis: {{ th: กฎหมาย, en: Law }}
    issuer: http://localhost:{pass}
    is_demo: true
    client_id: {{ value: sala-2 }}
    authentication: private_key_jwt
    profile: fapi2
    dpop: true
    is_id_token_encrypted: true
    algorithms: [ES256]
    scopes: [openid, profile, pid, ial]
    claims: {{ name: name, number: {{ claim: pid, register: th }} }}
    level: {{ claim: ial, values: {{ "1.1": 110, "2.1": 210, "2.3": 230 }} }}
    minimum_level: 210
"#
    )
}

fn providers(yaml: &str) -> IdentityProviders {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.yaml");
    std::fs::write(&path, yaml).unwrap();
    IdentityProviders::read_with(&path, true, &|_| None).unwrap()
}

/// A provider in its own process; it ends with its standard input. With `VERBOSE=1` it tells why it refuses.
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
    fn start(config: &Value) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc");
        let mut child = Command::new("node")
            .arg("provider.js")
            .arg(config.to_string())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(if std::env::var_os("VERBOSE").is_some() { Stdio::inherit() } else { Stdio::null() })
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.by_ref().map_while(Result::ok).any(|line| line.starts_with("ready"));
        assert!(ready, "the provider did not start");
        Self { child, _lines: lines }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A hall with both providers.
pub(crate) struct Country {
    pub(crate) hall: Hall,
    yaml: String,
    _card: Process,
    _pass: Process,
}

impl Country {
    /// `None`, with a word, where the packages are not installed.
    async fn found() -> Option<Self> {
        Self::found_with(|_| {}).await
    }

    /// With more in the profile than the providers.
    pub(crate) async fn found_with(change: impl FnOnce(&mut PeopleConfig)) -> Option<Self> {
        let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oidc/node_modules/oidc-provider");
        if !packages.exists() {
            let hint = "npm ci --prefix rooms/people/tests/oidc";
            assert!(std::env::var_os("SALA_REQUIRE_PEERS").is_none(), "oidc-provider is required here: {hint}");
            println!("skipped: oidc-provider is not installed ({hint})");
            return None;
        }
        let (card, pass) = (free_port(), free_port());
        let yaml = declaration(card, pass);
        let hall = hall_with(|config| {
            config.identity = providers(&yaml);
            change(config);
        })
        .await;
        // The providers live in the present.
        hall.clock.advance_seconds(SystemClock.now().seconds() - hall.clock.now().seconds());
        let keys = hall.ask("GET", "/identity/pass/jwks", None, None).await.ok().json;
        let card = json!({ "port": card, "shape": "thaid", "client_id": "sala:1", "secret": "s +%&=",
            "redirect_uri": format!("{ORIGIN}/identity/card/callback") });
        let pass = json!({ "port": pass, "shape": "fapi", "client_id": "sala-2", "jwks": keys,
            "redirect_uri": format!("{ORIGIN}/identity/pass/callback") });
        Some(Self { hall, yaml, _card: Process::start(&card), _pass: Process::start(&pass) })
    }

    /// Sets out; the address at the provider, and the browser's cookie.
    async fn start(&self, token: Option<&str>, provider: &str, body: Value) -> (String, String) {
        let started = self.hall.ask("POST", &format!("/identity/{provider}/start"), token, Some(body)).await.ok();
        let cookie = started.set_cookie.clone().unwrap();
        assert!(
            cookie.starts_with("__Host-sala-identity=") && cookie.contains("; HttpOnly; SameSite=Strict; Max-Age=600; Secure"),
            "{cookie}"
        );
        (started.json["url"].as_str().unwrap().to_owned(), started.token())
    }

    /// What the callback page posts.
    async fn finish(&self, token: Option<&str>, browser: &str, provider: &str, back: &Back) -> Reply {
        let mut body = json!({ "provider": provider });
        for name in ["state", "code", "iss", "error"] {
            if let Some(value) = back.get(name) {
                body[name] = json!(value);
            }
        }
        self.hall.ask("POST", "/identity/finish", Some(&jar(token, browser)), Some(body)).await
    }

    /// There and back as `login`.
    pub(crate) async fn travel(&self, token: Option<&str>, provider: &str, login: &str, body: Value) -> Reply {
        let (url, browser) = self.start(token, provider, body).await;
        let back = visit(&url, login);
        self.finish(token, &browser, provider, &back).await
    }

    /// A new person with the identity `login`.
    pub(crate) async fn citizen(&self, provider: &str, login: &str, name: &str) -> Someone {
        let someone = Someone::new(&self.hall, name).await;
        let linked = self.travel(Some(&someone.token), provider, login, json!({})).await.ok().json;
        assert_eq!(linked["outcome"], "linked", "{linked}");
        someone
    }

    async fn ial(&self, token: &str) -> i64 {
        self.hall.people.caller_of(token, self.hall.clock.now()).await.unwrap().unwrap().assurance.ial
    }
}

/// Both cookies, as `Hall::ask` puts its token behind the name of the session's.
fn jar(token: Option<&str>, browser: &str) -> String {
    format!("{}; __Host-sala-identity={browser}", token.unwrap_or_default())
}

/// The parameters with which a browser came back.
type Back = BTreeMap<String, String>;

/// What a provider's page answered.
struct Page {
    location: Option<Url>,
    body: String,
}

/// A browser without a screen, at one provider.
struct Browser {
    agent: ureq::Agent,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new() -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None).build().into();
        Self { agent, cookies: BTreeMap::new() }
    }

    fn ask(&mut self, url: &Url, form: Option<&str>) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut answer = match form {
            None => self.agent.get(url.as_str()).header("cookie", &cookies).call(),
            Some(form) => {
                self.agent.post(url.as_str()).header("cookie", &cookies).content_type("application/x-www-form-urlencoded").send(form)
            }
        }
        .unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get("location").map(|value| url.join(value.to_str().unwrap()).unwrap());
        Page { location, body: answer.body_mut().read_to_string().unwrap() }
    }

    /// Follows redirects to the next form, or out to the hall.
    fn follow(&mut self, mut page: Page, mut at: Url) -> Result<(Url, Page), Back> {
        while let Some(location) = page.location.take() {
            if location.as_str().starts_with(ORIGIN) {
                return Err(location.query_pairs().into_owned().collect());
            }
            at = location;
            page = self.ask(&at, None);
        }
        Ok((at, page))
    }
}

/// Signs in at the provider as `login` (empty: cancels there), consents, and comes back.
fn visit(url: &str, login: &str) -> Back {
    let mut browser = Browser::new();
    let mut at: Url = url.parse().unwrap();
    let mut page = browser.ask(&at, None);
    for _ in 0..4 {
        (at, page) = match browser.follow(page, at) {
            Err(back) => return back,
            Ok(form) => form,
        };
        if login.is_empty() {
            let abort =
                page.body.split("href=\"").map(|rest| rest.split('"').next().unwrap()).find(|link| link.ends_with("/abort")).unwrap();
            at = at.join(abort).unwrap();
            page = browser.ask(&at, None);
            continue;
        }
        let action = page.body.split("action=\"").nth(1).unwrap_or_else(|| panic!("no form: {}", page.body)).split('"').next().unwrap();
        at = at.join(action).unwrap();
        let is_login = page.body.contains("value=\"login\"");
        let form = if is_login { format!("prompt=login&login={login}&password=x") } else { "prompt=consent".to_owned() };
        page = browser.ask(&at, Some(&form));
    }
    panic!("the provider did not send the browser back: {at}");
}

#[tokio::test]
async fn both_shapes_of_provider_sign_someone_in_who_has_no_number() {
    let Some(country) = Country::found().await else { return };
    let hall = &country.hall;
    for provider in ["card", "pass"] {
        let (url, browser) = country.start(None, provider, json!({ "return_to": "/me?tab=identity" })).await;
        let back = visit(&url, "maria");
        let arrived = country.finish(None, &browser, provider, &back).await.ok();
        assert_eq!((&arrived.json["outcome"], &arrived.json["return_to"]), (&json!("unknown"), &json!("/me?tab=identity")));
        let name = if provider == "pass" { json!("Maria Lopez") } else { Value::Null };
        assert_eq!(arrived.json["name"], name, "only where the profile wants it");
        assert_eq!(arrived.token(), browser, "the cookie stays for the claim");

        let mut device = Device::new();
        let mine = hall.register(&mut device, None, json!({ "name": "มาเรีย" })).await.ok();
        assert_eq!(country.ial(&mine.token()).await, 110);
        let claim = json!({ "ticket": arrived.json["ticket"] });
        let claimed = hall.ask("POST", "/identity/claim", Some(&jar(Some(&mine.token()), &browser)), Some(claim)).await.ok();
        assert_eq!((&claimed.json["level"], &claimed.json["keeps_number"]), (&json!(230), &json!(false)));
        assert_eq!((&claimed.json["provider"], &claimed.json["keeps_name"]), (&json!(provider), &json!(provider == "pass")));
        assert_eq!(country.ial(&mine.token()).await, 230);

        let back = country.travel(None, provider, "maria", json!({})).await.ok();
        assert_eq!((&back.json["outcome"], &back.json["session"]["method"]), (&json!("signed_in"), &json!("national_id")));
        assert_eq!(back.json["session"]["persona"], mine.json["persona"]);
        let token = back.token();
        assert_eq!((&hall.session(&token).await["kind"], country.ial(&token).await), (&json!("citizen"), 230));
        let listed = hall.ask("GET", "/identities", Some(&token), None).await.ok().json;
        assert_eq!(listed["items"], json!([claimed.json]));
        // It is no passkey: the way back for whoever lost theirs waits, and can be stopped.
        hall.ask("POST", "/passkeys/start", Some(&token), Some(json!({}))).await.refused("step_up_required");
        hall.ask("GET", "/me/data", Some(&token), None).await.refused("step_up_required");
        hall.ask("DELETE", &format!("/identities/{}", claimed.json["id"].as_str().unwrap()), Some(&token), None)
            .await
            .refused("step_up_required");
    }
    let acts = hall.acts().await;
    let linked: Vec<_> = acts.iter().filter(|(kind, ..)| kind == "identity.link").collect();
    assert_eq!(linked.len(), 2);
    for (_, actor, leaf) in linked {
        let leaf = Leaf::decode(leaf).unwrap();
        assert_eq!((actor.as_str(), leaf.public.keys().map(String::as_str).collect::<Vec<_>>()), ("visitor", vec!["level", "provider"]));
        assert!(leaf.refs.is_empty());
    }
    for (kind, _, leaf) in &acts {
        let text = String::from_utf8_lossy(leaf);
        assert!(!text.contains("maria") && !text.contains("Maria"), "{kind}");
    }
    let rows = hall.store.fetch("SELECT id, owner, slot, number_hash FROM identity", &[]).await.unwrap();
    assert!(rows.iter().all(|row| row.text("number_hash").unwrap().is_empty() && !row.text("id").unwrap().contains("maria")));
}

#[tokio::test]
async fn one_human_is_one_person() {
    let Some(country) = Country::found().await else { return };
    let hall = &country.hall;
    let mut first = country.citizen("card", "somchai", "ก").await;
    assert_eq!((country.ial(&first.token).await, first.notices(hall).await), (230, vec!["identity_linked".to_owned()]));
    let second = Someone::new(hall, "ข").await;
    let refused = country.travel(Some(&second.token), "card", "somchai", json!({})).await;
    refused.refused("identity_taken");
    assert!(!refused.json.to_string().contains(first.persona.as_str().unwrap()));
    // Another provider knows the same human by another subject, and by the same number.
    country.travel(Some(&second.token), "pass", "somchai2", json!({})).await.refused("identity_taken");
    // One subject of each provider.
    country.travel(Some(&first.token), "card", "maria", json!({})).await.refused("identity_taken");
    assert_eq!(country.ial(&second.token).await, 110);

    // One human, one vote token: of two who registered, one has a proven identity.
    let mut phone = Device::new();
    let admin = scopes::administrator(hall, &mut phone).await;
    let mut body = scopes::wanted(hall);
    body["identified"] = json!(true);
    let scope = hall.ask_signed(&mut phone, "POST", "/scopes", &admin, Some(body)).await.ok().json;
    assert_eq!(scope["eligible"], 1);
    scopes::Wallet::new(1).token(hall, &scope, &first.token).await;
    let (request, _) = scopes::Wallet::new(2).pending(&scope);
    let path = format!("/scopes/{}/token", scope["id"].as_str().unwrap());
    hall.ask("POST", &path, Some(&second.token), Some(request)).await.refused("token_not_eligible");

    let id = first.get(hall, "/identities").await.ok().json["items"][0]["id"].as_str().unwrap().to_owned();
    second.ask(hall, "DELETE", &format!("/identities/{id}"), None).await.refused("not_found");
    first.ask(hall, "DELETE", &format!("/identities/{id}"), None).await.ok();
    assert_eq!(country.ial(&first.token).await, 110, "the level falls at once");
    assert_eq!(first.notices(hall).await[0], "identity_unlinked");
    first.ask(hall, "DELETE", &format!("/identities/{id}"), None).await.refused("not_found");
    // It stays taken: else one human would vote twice, one person after the other.
    country.travel(Some(&second.token), "card", "somchai", json!({})).await.refused("identity_taken");
    country.travel(Some(&second.token), "pass", "somchai2", json!({})).await.refused("identity_taken");
    country.travel(None, "card", "somchai", json!({})).await.refused("identity_taken");
    country.travel(Some(&first.token), "card", "somchai", json!({})).await.ok();
    assert_eq!(country.ial(&first.token).await, 230);

    // A second provider that says the same number of the same person is welcome; the higher level counts.
    let linked = country.travel(Some(&first.token), "pass", "somchai2", json!({})).await.ok().json;
    assert_eq!((&linked["identity"]["level"], &linked["identity"]["keeps_number"]), (&json!(210), &json!(true)));
    assert_eq!(country.ial(&first.token).await, 230);

    let held = first.get(hall, "/me/data").await.ok().json;
    assert_eq!(held["identities"][0]["number"], "1101700203451", "the person is told what is kept");

    // Erasure takes all of it along.
    first.signed(hall, "POST", "/me/erasure", None).await.ok();
    hall.clock.advance_seconds(7 * DAY_S);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let job = tokio::spawn(std::sync::Arc::clone(&hall.people).run(stopped));
    tokio::task::yield_now().await;
    stop.send(true).unwrap();
    job.await.unwrap();
    assert!(hall.store.fetch("SELECT id FROM identity", &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_stolen_replayed_or_swapped_answer_signs_nobody_in() {
    let Some(country) = Country::found().await else { return };
    let hall = &country.hall;
    let victim = country.citizen("card", "somchai", "ก").await;

    let (url, browser) = country.start(None, "card", json!({})).await;
    let back = visit(&url, "somchai");
    assert!(back["iss"].starts_with("http://localhost:"));
    assert_eq!(country.finish(None, &browser, "card", &back).await.ok().json["outcome"], "signed_in");
    country.finish(None, &browser, "card", &back).await.refused("identity_flow_unknown");

    // Login CSRF: the attacker's own answer, posted from the victim's browser.
    let (url, _) = country.start(None, "card", json!({})).await;
    let (_, other) = country.start(None, "card", json!({})).await;
    let back = visit(&url, "somchai");
    country.finish(None, &other, "card", &back).await.refused("identity_flow_unknown");
    let (url, browser) = country.start(None, "card", json!({})).await;
    let back = visit(&url, "somchai");
    country.finish(None, "", "card", &back).await.refused("identity_flow_unknown");
    country.finish(None, &browser, "card", &back).await.refused("identity_flow_unknown");

    // A stolen code, injected into a flow of the thief's own: PKCE holds.
    for provider in ["card", "pass"] {
        let (url, _) = country.start(None, provider, json!({})).await;
        let stolen = visit(&url, "somchai");
        let (url, browser) = country.start(None, provider, json!({})).await;
        let mut own = visit(&url, "weak");
        own.insert("code".into(), stolen["code"].clone());
        country.finish(None, &browser, provider, &own).await.refused("identity_refused");
    }

    // Mix-up: the answer of the one at the page of the other, under another name, or under none where one is told.
    let (url, browser) = country.start(None, "card", json!({})).await;
    let back = visit(&url, "somchai");
    country.finish(None, &browser, "pass", &back).await.refused("identity_invalid");
    for issuer in [Some("http://localhost:1"), None] {
        let (url, browser) = country.start(None, "pass", json!({})).await;
        let mut back = visit(&url, "somchai");
        back.remove("iss");
        back.extend(issuer.map(|issuer| ("iss".to_owned(), issuer.to_owned())));
        country.finish(None, &browser, "pass", &back).await.refused("identity_invalid");
    }

    // Cancelled, too weak, and things that were never begun.
    let (url, browser) = country.start(None, "card", json!({})).await;
    let back = visit(&url, "");
    assert_eq!(back["error"], "access_denied");
    country.finish(None, &browser, "card", &back).await.refused("identity_refused");
    country.travel(None, "card", "weak", json!({})).await.refused("identity_too_weak");
    country
        .finish(None, &browser, "card", &Back::from([("state".into(), "0".repeat(64)), ("code".into(), "x".into())]))
        .await
        .refused("identity_flow_unknown");

    // A flow to link ends with the person who began it.
    let thief = Someone::new(hall, "ข").await;
    let (url, browser) = country.start(Some(&victim.token), "pass", json!({})).await;
    let back = visit(&url, "maria");
    country.finish(Some(&thief.token), &browser, "pass", &back).await.refused("identity_flow_unknown");
    let (url, browser) = country.start(Some(&victim.token), "pass", json!({})).await;
    let back = visit(&url, "maria");
    country.finish(None, &browser, "pass", &back).await.refused("identity_flow_unknown");

    // A ticket is good in the browser that brought it, once.
    let (url, browser) = country.start(None, "pass", json!({})).await;
    let arrived = country.finish(None, &browser, "pass", &visit(&url, "maria")).await.ok().json;
    let claim = json!({ "ticket": arrived["ticket"] });
    hall.ask("POST", "/identity/claim", Some(&jar(Some(&thief.token), &other)), Some(claim.clone())).await.refused("identity_flow_unknown");
    hall.ask("POST", "/identity/claim", Some(&jar(Some(&victim.token), &browser)), Some(claim)).await.refused("identity_flow_unknown");
    assert_eq!(country.ial(&thief.token).await, 110);

    // Too late.
    let (url, browser) = country.start(None, "card", json!({})).await;
    let back = visit(&url, "somchai");
    hall.clock.advance_seconds(600);
    country.finish(None, &browser, "card", &back).await.refused("identity_flow_unknown");
}

#[tokio::test]
async fn who_may_set_out_and_where_to_is_looked_at_first() {
    let Some(country) = Country::found().await else { return };
    let hall = &country.hall;
    let start = async |token: Option<&str>, provider: &str, body: Value| {
        hall.ask("POST", &format!("/identity/{provider}/start"), token, Some(body)).await
    };
    for trick in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", ""] {
        let refused = start(None, "card", json!({ "return_to": trick })).await;
        refused.refused("invalid_input");
        assert_eq!(refused.json["errors"][0]["pointer"], "/return_to");
    }
    start(None, "nobody", json!({})).await.refused("not_found");
    start(None, "card", json!({ "purpose": "link" })).await.refused("sign_in_required");
    let someone = Someone::new(hall, "ก").await;
    for purpose in ["sign_in", "recover"] {
        start(Some(&someone.token), "card", json!({ "purpose": purpose })).await.refused("sign_out_first");
    }
    hall.clock.advance_seconds(301);
    start(Some(&someone.token), "card", json!({})).await.refused("step_up_required");
    let listed = hall.ask("GET", "/identity/providers", None, None).await.ok().json;
    let ids: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|provider| &provider["id"]).collect();
    assert_eq!((ids, &listed["items"][0]["highest_level"]), (vec![&json!("card"), &json!("pass")], &json!(230)));
    assert!(!listed.to_string().contains("sala-2") && !listed.to_string().contains("s +%&="));
    let keys = hall.ask("GET", "/identity/pass/jwks", None, None).await.ok().json;
    assert!(keys["keys"].as_array().unwrap().iter().all(|key| key.get("d").is_none()) && keys["keys"].as_array().unwrap().len() == 2);
}

#[tokio::test]
async fn the_shared_persons_of_a_demonstration_have_no_identity() {
    let hall = demo_hall().await;
    let token = hall.ask("POST", "/session/demo", None, Some(json!({ "role": "citizen" }))).await.ok().token();
    assert_eq!(hall.ask("GET", "/identities", Some(&token), None).await.ok().json["items"], json!([]));
    hall.ask("POST", "/identity/claim", Some(&token), Some(json!({ "ticket": "identity_ticket_00" }))).await.refused("demo_person");
    hall.ask("POST", "/identity/card/start", Some(&token), Some(json!({}))).await.refused("not_found");
}

#[tokio::test]
async fn who_lost_every_passkey_comes_back_with_the_same_identity_after_the_wait() {
    let Some(country) = Country::found().await else { return };
    let hall = &country.hall;
    let someone = country.citizen("pass", "maria", "ก").await;
    let recover = json!({ "purpose": "recover" });
    country.travel(None, "pass", "somchai", recover.clone()).await.refused("identity_unknown");
    let arrived = country.travel(None, "pass", "maria", recover).await.ok().json;
    assert_eq!((&arrived["outcome"], &arrived["session"]), (&json!("recovery"), &Value::Null));
    assert_eq!(someone.notices(hall).await[0], "recovery_opened", "told at once");
    hall.ask("POST", "/recovery/passkey/start", None, Some(arrived["recovery"].clone())).await.refused("recovery_cooling");
    hall.clock.advance_seconds(DAY_S);
    let started = hall.ask("POST", "/recovery/passkey/start", None, Some(arrived["recovery"].clone())).await.ok().json;
    let mut device = Device::new();
    let credential = device.register(&started["options"]).await.unwrap();
    let finish = json!({ "ceremony": started["ceremony"], "credential": credential, "label": "เครื่องใหม่" });
    let back = hall.ask("POST", "/recovery/passkey/finish", None, Some(finish)).await.ok();
    assert_eq!((&back.json["persona"], country.ial(&back.token()).await), (&someone.persona, 230));
    // What a recovery brought in does not plant an identity.
    hall.ask("POST", "/identity/card/start", Some(&back.token()), Some(json!({}))).await.refused("recovery_settling");
}

#[tokio::test]
async fn the_level_outlives_a_restart_but_not_the_hall_s_trust_in_its_source() {
    let Some(country) = Country::found().await else { return };
    let someone = country.citizen("card", "somchai", "ก").await;
    let Country { hall, yaml, _card, _pass } = country;
    let config = PeopleConfig { identity: providers(&yaml), ..real_config() };
    let hall = Hall::open(hall.folder, hall.clock, hall.store, config).await;
    let ial = async |hall: &Hall| hall.people.caller_of(&someone.token, hall.clock.now()).await.unwrap().unwrap().assurance.ial;
    assert_eq!(ial(&hall).await, 230);
    let hall = hall.restart(false).await;
    assert_eq!(ial(&hall).await, 110);
    let listed = someone.get(&hall, "/identities").await.ok().json;
    assert_eq!((&listed["items"][0]["provider"], &listed["items"][0]["provider_title"]), (&json!("card"), &Value::Null));
}
