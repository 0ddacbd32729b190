//! Acting for another: offers, acceptance, confirmation, revocation, what an act under a mandate looks like, and every refusal.

use std::sync::Arc;

use sala_core::{
    act::{ActKind, Draft, Leaf},
    ctx::Ctx,
    entropy::OsEntropy,
    problem::Problem,
    time::{Clock, Timestamp},
};
use sala_people::charge_mandate;
use serde_json::{Value, json};

use super::hall::{Device, Hall, Reply, hall};

const DAY_S: i64 = 86_400;

/// What another room would do for someone.
const FILE: ActKind =
    ActKind { kind: "case.file", room: "test", th: "ยื่น", en: "Filed", meaning_th: "ยื่น", meaning_en: "Filed" };

struct Somebody {
    device: Device,
    token: String,
    handle: String,
}

impl Somebody {
    async fn new(hall: &Hall, name: &str) -> Self {
        let mut device = Device::new();
        let token = hall.newcomer(&mut device, name).await;
        let handle = hall.session(&token).await["persona"].as_str().unwrap().to_owned();
        Self { device, token, handle }
    }

    async fn signs(&mut self, hall: &Hall, path: &str, body: Option<Value>) -> Reply {
        hall.ask_signed(&mut self.device, "POST", path, &self.token, body).await
    }

    async fn asks(&self, hall: &Hall, path: &str) -> Reply {
        hall.ask("GET", path, Some(&self.token), None).await
    }

    /// The ids of the mandates on one side.
    async fn listed(&self, hall: &Hall, side: &str) -> Vec<(String, String)> {
        let page = self.asks(hall, &format!("/mandates?side={side}")).await.ok().json;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        page["items"].as_array().unwrap().iter().map(|item| (text(&item["id"]), text(&item["status"]))).collect()
    }
}

/// An administrator of the office that confirms.
async fn officer(hall: &Hall) -> Somebody {
    let mut device = Device::new();
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    let token = hall.register(&mut device, None, json!({ "name": "นายทะเบียน", "code": code })).await.ok().token();
    Somebody { device, token, handle: String::new() }
}

fn at(hall: &Hall, seconds: i64) -> String {
    hall.clock.now().plus_seconds(seconds).to_string()
}

fn offer(hall: &Hall, agent: &str) -> Value {
    json!({ "form": "power_of_attorney", "agent": agent, "scope": ["cases", "payments"], "limit_per_act_satang": 60_000,
        "limit_total_satang": 100_000, "until": at(hall, 30 * DAY_S), "note": "ยื่นเรื่องแทนแม่" })
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

fn id(reply: &Reply) -> String {
    reply.json["id"].as_str().unwrap_or_else(|| panic!("{}", reply.json)).to_owned()
}

/// What the hall's middleware and another room's command do for a request under a mandate.
async fn acts_for(hall: &Hall, agent: &Somebody, mandate: &str, operation: &str, satang: i64) -> Result<String, Problem> {
    let now = hall.clock.now();
    let caller = hall.people.caller_of(&agent.token, now).await?.expect("a session");
    let behalf = hall.people.behalf(&caller.actor, mandate, Some(operation), now).await?;
    let ctx = Ctx { actor: caller.actor, behalf: Some(behalf.clone()), ..Ctx::system("test/1", now, Arc::new(OsEntropy)) };
    let acted = hall.store.act(&ctx, Draft::new(&FILE, "test"), move |tx| {
        let mandate = behalf.mandate.clone();
        Box::pin(async move { charge_mandate(tx, &mandate, satang).await })
    });
    Ok(acted.await?.act)
}

/// A mandate in force, between two people.
async fn in_force(hall: &Hall) -> (Somebody, Somebody, String) {
    let (mut mother, mut son) = (Somebody::new(hall, "แม่").await, Somebody::new(hall, "ลูก").await);
    let mandate = id(&mother.signs(hall, "/mandates", Some(offer(hall, &son.handle))).await.ok());
    assert_eq!(son.signs(hall, &format!("/mandates/{mandate}/accept"), None).await.ok().json["status"], "in_force");
    (mother, son, mandate)
}

#[tokio::test]
async fn a_mandate_is_offered_accepted_used_and_revoked_and_the_record_shows_both_sides() {
    let hall = hall().await;
    let (mut mother, mut son) = (Somebody::new(&hall, "แม่").await, Somebody::new(&hall, "ลูก").await);
    let stranger = Somebody::new(&hall, "คนอื่น").await;
    let granted = mother.signs(&hall, "/mandates", Some(offer(&hall, &son.handle))).await.ok();
    let mandate = id(&granted);
    assert_eq!(granted.json["status"], "offered");
    assert_eq!((&granted.json["principal"], &granted.json["agent"]), (&json!(mother.handle), &json!(son.handle)));
    assert_eq!(granted.json["scope"][0], json!({ "id": "cases", "title": { "th": "ยื่นและติดตามเรื่อง", "en": "File and follow cases" } }));
    assert_eq!(acts_for(&hall, &son, &mandate, "file_case", 0).await.unwrap_err().code.code, "mandate_not_in_force");

    let path = format!("/mandates/{mandate}");
    assert_eq!(son.asks(&hall, &path).await.ok().json["note"], "ยื่นเรื่องแทนแม่", "the other side reads the note");
    stranger.asks(&hall, &path).await.refused("not_found");
    son.signs(&hall, &format!("{path}/accept"), None).await.ok();
    son.signs(&hall, &format!("{path}/accept"), None).await.refused("mandate_not_open");
    mother.signs(&hall, &format!("{path}/accept"), None).await.refused("forbidden");
    let act = acts_for(&hall, &son, &mandate, "file_case", 0).await.unwrap();
    let paid = acts_for(&hall, &son, &mandate, "pay_fee", 25_000).await.unwrap();

    // The other side, and everyone, sees for whom it was done, and under what.
    let leaf = hall.store.act_by_id(&act).await.unwrap().unwrap().leaf;
    assert_eq!((leaf.actor.as_str(), leaf.behalf.as_deref()), (son.handle.as_str(), Some(mother.handle.as_str())));
    assert!(leaf.refs.contains(&mandate));
    assert_eq!((mother.listed(&hall, "given").await, son.listed(&hall, "received").await), {
        let both = vec![(mandate.clone(), "in_force".to_owned())];
        (both.clone(), both)
    });
    assert!(mother.listed(&hall, "received").await.is_empty() && stranger.listed(&hall, "given").await.is_empty());
    let detail = mother.asks(&hall, &path).await.ok().json;
    assert_eq!(detail["spent_satang"], 25_000);
    let acts: Vec<&Value> = detail["acts"].as_array().unwrap().iter().collect();
    assert_eq!(
        acts.iter().map(|act| act["kind"].as_str().unwrap()).collect::<Vec<_>>(),
        ["case.file", "case.file", "mandate.accept", "mandate.grant"]
    );
    assert_eq!(acts[0]["id"], json!(paid));

    mother.signs(&hall, &format!("{path}/revoke"), None).await.ok();
    son.signs(&hall, &format!("{path}/revoke"), None).await.refused("mandate_not_open");
    assert_eq!(acts_for(&hall, &son, &mandate, "file_case", 0).await.unwrap_err().code.code, "mandate_not_in_force");
    assert_eq!(son.listed(&hall, "received").await, [(mandate.clone(), "revoked".to_owned())]);

    let mut steps = vec![];
    for (kind, actor, bytes) in hall.acts().await {
        let leaf = Leaf::decode(&bytes).unwrap();
        if kind.starts_with("mandate.") {
            assert!([&mandate, &mother.handle, &son.handle].iter().all(|id| leaf.refs.contains(id)), "{kind} refers to both sides");
            assert_eq!(leaf.public["signed"], sala_core::cbor::Value::Bool(true), "{kind}");
            assert!(leaf.authority.contains("797"), "{}", leaf.authority);
            steps.push((kind, actor));
        }
        assert!(!String::from_utf8_lossy(&bytes).contains("ยื่นเรื่องแทนแม่"), "the note is sealed");
    }
    let step = |kind: &str, who: &Somebody| (kind.to_owned(), who.handle.clone());
    assert_eq!(steps, [step("mandate.grant", &mother), step("mandate.accept", &son), step("mandate.revoke", &mother)]);
}

#[tokio::test]
async fn every_step_that_binds_someone_must_be_signed() {
    let hall = hall().await;
    let (mother, son, mandate) = in_force(&hall).await;
    let body = with(offer(&hall, &son.handle), "scope", json!(["cases"]));
    hall.ask("POST", "/mandates", Some(&mother.token), Some(body)).await.refused("signature_required");
    hall.ask("POST", &format!("/mandates/{mandate}/revoke"), Some(&mother.token), None).await.refused("signature_required");
    hall.ask("POST", "/mandates", None, Some(json!({}))).await.refused("sign_in_required");
    let mut mother = mother;
    let offered = id(&mother.signs(&hall, "/mandates", Some(with(offer(&hall, &son.handle), "scope", json!(["cases"])))).await.ok());
    hall.ask("POST", &format!("/mandates/{offered}/accept"), Some(&son.token), None).await.refused("signature_required");
    let refused = hall.ask("POST", &format!("/mandates/{offered}/refuse"), Some(&son.token), None).await.ok();
    assert_eq!(refused.json["status"], "refused", "a no binds nobody");
}

#[tokio::test]
async fn an_offer_that_can_not_stand_is_refused_and_says_where_it_is_wrong() {
    let hall = hall().await;
    let (mut mother, mut son) = (Somebody::new(&hall, "แม่").await, Somebody::new(&hall, "ลูก").await);
    let good = offer(&hall, &son.handle);
    let own = mother.handle.clone();
    for (key, value, code, pointer) in [
        ("agent", json!("persona_00000000000000000000000000000000"), "mandate_party_unknown", "/agent"),
        ("agent", json!(own), "invalid_input", "/agent"),
        ("agent", json!(null), "invalid_input", "/agent"),
        ("principal", json!(son.handle), "invalid_input", "/principal"),
        ("form", json!("blood_oath"), "invalid_input", "/form"),
        ("scope", json!([]), "invalid_input", "/scope"),
        ("scope", json!(["cases", "rule_the_city"]), "mandate_scope_unknown", "/scope/1"),
        ("scope", json!(["file_*"]), "mandate_scope_unknown", "/scope/0"),
        ("scope", json!(["cases", "grant_mandate"]), "mandate_not_delegable", "/scope/1"),
        ("scope", json!(["cast_ballot"]), "mandate_not_delegable", "/scope/0"),
        ("until", json!(at(&hall, 400 * DAY_S)), "mandate_term_too_long", "/until"),
        ("until", json!(at(&hall, 0)), "invalid_input", "/until"),
        ("from", json!(at(&hall, -DAY_S)), "invalid_input", "/from"),
        ("from", json!(at(&hall, 31 * DAY_S)), "invalid_input", "/until"),
        ("limit_per_act_satang", json!(100_001), "invalid_input", "/limit_per_act_satang"),
        ("limit_total_satang", json!(-1), "invalid_input", "/limit_total_satang"),
        ("note", json!("ก".repeat(2001)), "invalid_input", "/note"),
    ] {
        let refused = mother.signs(&hall, "/mandates", Some(with(good.clone(), key, value.clone()))).await;
        refused.refused(code);
        assert_eq!(refused.json["errors"][0]["pointer"], pointer, "{key}: {value}");
    }
    let unlimited = with(with(good.clone(), "limit_per_act_satang", json!(null)), "limit_total_satang", json!(null));
    let refused = mother.signs(&hall, "/mandates", Some(unlimited)).await;
    refused.refused("invalid_input");
    assert_eq!(refused.json["errors"][0]["pointer"], "/limit_total_satang", "money moves by this scope");
    assert!(mother.listed(&hall, "given").await.is_empty(), "nothing was recorded");

    let first = mother.signs(&hall, "/mandates", Some(good.clone())).await.ok();
    mother.signs(&hall, "/mandates", Some(good.clone())).await.refused("mandate_duplicate");
    mother
        .signs(&hall, "/mandates", Some(with(good.clone(), "scope", json!(["payments", "cases", "cases"]))))
        .await
        .refused("mandate_duplicate");
    mother.signs(&hall, &format!("/mandates/{}/revoke", id(&first)), None).await.ok();
    mother.signs(&hall, "/mandates", Some(good)).await.ok();
    son.signs(&hall, "/mandates/mandate_x/accept", None).await.refused("not_found");
}

#[tokio::test]
async fn between_two_personas_of_one_person_nothing_tells_that_they_are_one() {
    let hall = hall().await;
    let (mut one, mut other) = (Somebody::new(&hall, "ก").await, Somebody::new(&hall, "ข").await);
    let second = hall.ask("POST", "/personas", Some(&one.token), Some(json!({ "name": "หน้ากาก" }))).await.ok().json;
    let second = second["id"].as_str().unwrap_or_else(|| panic!("{second}")).to_owned();
    // Both offers are taken alike.
    let own = one.signs(&hall, "/mandates", Some(offer(&hall, &second))).await.ok();
    let foreign = one.signs(&hall, "/mandates", Some(offer(&hall, &other.handle))).await.ok();
    one.signs(&hall, &format!("/mandates/{}/revoke", id(&foreign)), None).await.ok();
    // Accepting the own one is refused in the words in which a withdrawn one is.
    hall.ask("POST", &format!("/personas/{second}/use"), Some(&one.token), None).await.ok();
    let to_oneself = one.signs(&hall, &format!("/mandates/{}/accept", id(&own)), None).await;
    let withdrawn = other.signs(&hall, &format!("/mandates/{}/accept", id(&foreign)), None).await;
    to_oneself.refused("mandate_not_open");
    assert_eq!(to_oneself.json, withdrawn.json);
    assert_eq!(one.listed(&hall, "received").await, [(id(&own), "offered".to_owned())]);
}

#[tokio::test]
async fn an_expired_mandate_can_not_act_and_the_list_says_so_without_an_act() {
    let hall = hall().await;
    let (mut mother, mut son) = (Somebody::new(&hall, "แม่").await, Somebody::new(&hall, "ลูก").await);
    // Short, for a session ends when nobody uses it.
    let body = with(with(offer(&hall, &son.handle), "from", json!(at(&hall, 600))), "until", json!(at(&hall, 1200)));
    let mandate = id(&mother.signs(&hall, "/mandates", Some(body.clone())).await.ok());
    hall.clock.advance_seconds(1);
    let unanswered = id(&mother.signs(&hall, "/mandates", Some(with(body, "scope", json!(["file_case"])))).await.ok());
    let accepted = son.signs(&hall, &format!("/mandates/{mandate}/accept"), None).await.ok();
    assert_eq!(accepted.json["status"], "scheduled");
    let refused = acts_for(&hall, &son, &mandate, "file_case", 0).await.unwrap_err();
    assert_eq!(refused.code.code, "mandate_not_in_force");
    assert!(refused.detail.en.contains("in force from"), "{refused}");
    hall.clock.advance_seconds(600);
    acts_for(&hall, &son, &mandate, "file_case", 0).await.unwrap();
    hall.clock.advance_seconds(600);
    let acts = hall.acts().await.len();
    let refused = acts_for(&hall, &son, &mandate, "file_case", 0).await.unwrap_err();
    assert!(refused.code.code == "mandate_not_in_force" && refused.detail.en.contains("ended at"), "{refused}");
    assert_eq!(son.listed(&hall, "received").await, [(unanswered.clone(), "expired".to_owned()), (mandate, "expired".to_owned())]);
    son.signs(&hall, &format!("/mandates/{unanswered}/accept"), None).await.refused("mandate_not_open");
    assert_eq!(hall.acts().await.len(), acts, "time is no act");
}

#[tokio::test]
async fn a_mandate_covers_what_it_names_for_its_agent_only_and_is_not_handed_on() {
    let hall = hall().await;
    let (mother, son, mandate) = in_force(&hall).await;
    let stranger = Somebody::new(&hall, "คนอื่น").await;
    let refused = acts_for(&hall, &son, &mandate, "book_appointment", 0).await.unwrap_err();
    assert_eq!(refused.code.code, "mandate_not_covering");
    assert!(refused.detail.en.contains("File and follow cases, Pay fees and taxes"), "{refused}");
    for personal in ["grant_mandate", "accept_mandate", "cast_ballot", "close_session", "list_personas"] {
        assert_eq!(acts_for(&hall, &son, &mandate, personal, 0).await.unwrap_err().code.code, "mandate_not_delegable", "{personal}");
    }
    for (who, which) in [(&stranger, mandate.as_str()), (&mother, &mandate), (&son, "mandate_x"), (&son, "")] {
        assert_eq!(acts_for(&hall, who, which, "file_case", 0).await.unwrap_err().code.code, "mandate_not_in_force");
    }
    let officer = officer(&hall).await;
    assert_eq!(acts_for(&hall, &officer, &mandate, "file_case", 0).await.unwrap_err().code.code, "mandate_not_in_force");
}

#[tokio::test]
async fn the_limits_hold_when_many_pay_at_once() {
    let hall = hall().await;
    let (mut mother, son, mandate) = in_force(&hall).await;
    let over = acts_for(&hall, &son, &mandate, "pay_fee", 60_001).await.unwrap_err();
    assert!(over.code.code == "mandate_limit_exceeded" && over.detail.en.contains("60000"), "{over}");
    // 100,000 in all: seven of twenty payments of 14,000 fit.
    let paid = twenty_payments(&hall, &son, &mandate).await;
    assert_eq!(paid, 7);
    assert_eq!(mother.asks(&hall, &format!("/mandates/{mandate}")).await.ok().json["spent_satang"], 98_000);
    acts_for(&hall, &son, &mandate, "pay_fee", 2_000).await.unwrap();
    let over = acts_for(&hall, &son, &mandate, "pay_fee", 1).await.unwrap_err();
    assert!(over.detail.en.starts_with("0 satang are left"), "{over}");
    // Revoked between the check of the request and its commit: the transaction sees it.
    let now = hall.clock.now();
    let caller = hall.people.caller_of(&son.token, now).await.unwrap().unwrap();
    let behalf = hall.people.behalf(&caller.actor, &mandate, Some("file_case"), now).await.unwrap();
    mother.signs(&hall, &format!("/mandates/{mandate}/revoke"), None).await.ok();
    let ctx = Ctx { actor: caller.actor, behalf: Some(behalf), ..hall.system() };
    let late = hall.store.act(&ctx, Draft::new(&FILE, "test"), move |tx| {
        let mandate = mandate.clone();
        Box::pin(async move { charge_mandate(tx, &mandate, 0).await })
    });
    assert_eq!(late.await.unwrap_err().code.code, "mandate_not_in_force");
}

/// Twenty payments at the same time; how many went through.
async fn twenty_payments(hall: &Hall, son: &Somebody, mandate: &str) -> usize {
    let payments = (0..20).map(|_| Box::pin(acts_for(hall, son, mandate, "pay_fee", 14_000)));
    let mut paid = 0;
    for one in futures_util::future::join_all(payments).await {
        match one {
            Ok(_) => paid += 1,
            Err(problem) => assert_eq!(problem.code.code, "mandate_limit_exceeded"),
        }
    }
    paid
}

#[tokio::test]
async fn a_guardian_asks_an_officer_decides_on_evidence_and_the_ward_can_end_it() {
    let hall = hall().await;
    let (mut ward, mut guardian) = (Somebody::new(&hall, "ผู้เยาว์").await, Somebody::new(&hall, "ผู้ปกครอง").await);
    let mut registrar = officer(&hall).await;
    let body = json!({ "form": "guardian", "principal": ward.handle, "scope": ["cases"], "until": at(&hall, 90 * DAY_S) });
    let refused = guardian.signs(&hall, "/mandates", Some(body.clone())).await;
    refused.refused("invalid_input");
    assert_eq!(refused.json["errors"][0]["pointer"], "/evidence");
    let body = with(body, "evidence", json!("คำสั่งศาลเยาวชน คดีหมายเลขแดงที่ ยช 12/2569"));
    let asked = guardian.signs(&hall, "/mandates", Some(body.clone())).await.ok();
    let path = format!("/mandates/{}", id(&asked));
    assert_eq!((&asked.json["status"], &asked.json["confirming_office"]), (&json!("awaits_confirmation"), &json!("digital")));
    assert_eq!(acts_for(&hall, &guardian, &id(&asked), "file_case", 0).await.unwrap_err().code.code, "mandate_not_in_force");
    guardian.signs(&hall, &format!("{path}/confirm"), Some(json!({ "finding": "x" }))).await.refused("forbidden");
    guardian.signs(&hall, &format!("{path}/accept"), None).await.refused("mandate_not_open");

    let queue = registrar.asks(&hall, "/mandates/waiting").await.ok().json;
    assert_eq!(queue["items"][0]["id"], asked.json["id"]);
    guardian.asks(&hall, "/mandates/waiting").await.refused("forbidden");
    assert_eq!(registrar.asks(&hall, &path).await.ok().json["evidence"], "คำสั่งศาลเยาวชน คดีหมายเลขแดงที่ ยช 12/2569");
    registrar.signs(&hall, &format!("{path}/confirm"), Some(json!({ "finding": " " }))).await.refused("invalid_input");
    let confirmed = registrar.signs(&hall, &format!("{path}/confirm"), Some(json!({ "finding": "เห็นต้นฉบับคำสั่งศาล" }))).await.ok();
    assert_eq!(confirmed.json["status"], "in_force");
    registrar.signs(&hall, &format!("{path}/confirm"), Some(json!({ "finding": "x" }))).await.refused("mandate_not_open");
    assert!(registrar.asks(&hall, "/mandates/waiting").await.ok().json["items"].as_array().unwrap().is_empty());

    let act = acts_for(&hall, &guardian, &id(&asked), "file_case", 0).await.unwrap();
    assert_eq!(hall.store.act_by_id(&act).await.unwrap().unwrap().leaf.behalf, Some(ward.handle.clone()));
    assert_eq!(
        acts_for(&hall, &guardian, &id(&asked), "file_case", 1).await.unwrap_err().code.code,
        "mandate_limit_exceeded",
        "no limit was stated, so no money moves"
    );
    ward.signs(&hall, &format!("{path}/revoke"), None).await.ok();
    assert_eq!(acts_for(&hall, &guardian, &id(&asked), "file_case", 0).await.unwrap_err().code.code, "mandate_not_in_force");

    let again = guardian.signs(&hall, "/mandates", Some(body)).await.ok();
    let refused = registrar.signs(&hall, &format!("/mandates/{}/refuse", id(&again)), None).await.ok();
    assert_eq!(refused.json["status"], "refused");
    let leaf = hall.acts().await.into_iter().rfind(|(kind, ..)| kind == "mandate.confirm").unwrap().2;
    let leaf = Leaf::decode(&leaf).unwrap();
    assert_eq!((leaf.office.as_deref(), leaf.commit.contains_key("finding")), (Some("digital"), true));
}

#[tokio::test]
async fn an_officer_does_not_decide_on_a_mandate_of_their_own() {
    let hall = hall().await;
    let ward = Somebody::new(&hall, "ผู้เยาว์").await;
    let mut guardian = Somebody::new(&hall, "ก").await;
    let mut registrar = officer(&hall).await;
    let body = json!({ "form": "guardian", "principal": ward.handle, "scope": ["cases"], "until": at(&hall, DAY_S), "evidence": "x" });
    let asked = id(&guardian.signs(&hall, "/mandates", Some(body)).await.ok());
    // The guardian becomes an officer of the office that decides.
    let appointed = json!({ "persona": guardian.handle, "office": "digital", "roles": ["approver"] });
    registrar.signs(&hall, "/officers", Some(appointed)).await.ok();
    guardian.token = hall.sign_in(&mut guardian.device, None).await.ok().token();
    let refused = guardian.signs(&hall, &format!("/mandates/{asked}/confirm"), Some(json!({ "finding": "x" }))).await;
    refused.refused("mandate_not_open");
    let body = json!({ "form": "guardian", "principal": ward.handle, "scope": ["cases"], "until": at(&hall, DAY_S), "evidence": "x" });
    guardian.signs(&hall, "/mandates", Some(body)).await.refused("forbidden");
}

#[tokio::test]
async fn an_organisation_is_registered_confirmed_and_represented() {
    let hall = hall().await;
    let (mut director, mut clerk) = (Somebody::new(&hall, "กรรมการ").await, Somebody::new(&hall, "พนักงาน").await);
    let mut registrar = officer(&hall).await;
    let body = json!({ "name": "บริษัท ข้าวหอม จำกัด", "registration": "0-1055-60123-45-6", "evidence": "หนังสือรับรอง 1 พ.ย. 2569" });
    for (key, value) in [("registration", "12"), ("name", " "), ("evidence", " ")] {
        director.signs(&hall, "/organisations", Some(with(body.clone(), key, json!(value)))).await.refused("invalid_input");
    }
    let asked = director.signs(&hall, "/organisations", Some(body.clone())).await.ok();
    let org = id(&asked);
    assert_eq!((&asked.json["status"], &asked.json["registration"]), (&json!("requested"), &json!("0105560123456")));
    let seen = hall.ask("GET", &format!("/organisations/{org}"), None, None).await.ok().json;
    assert_eq!((&seen["name"], &seen["registration"], &seen["evidence"]), (&body["name"], &json!(null), &json!(null)));

    let grant = json!({ "form": "company_representative", "principal": org, "agent": clerk.handle, "scope": ["cases", "payments"],
        "limit_total_satang": 500_000, "until": at(&hall, 300 * DAY_S), "evidence": "มติกรรมการ 3/2569" });
    director.signs(&hall, "/mandates", Some(grant.clone())).await.refused("organisation_not_open");
    clerk.signs(&hall, "/mandates", Some(grant.clone())).await.refused("invalid_input");
    clerk.signs(&hall, &format!("/organisations/{org}/confirm"), None).await.refused("forbidden");
    let queue = registrar.asks(&hall, "/organisations").await.ok().json;
    assert_eq!((&queue["items"][0]["id"], &queue["items"][0]["registration"]), (&json!(org), &json!("0105560123456")));
    registrar.signs(&hall, &format!("/organisations/{org}/confirm"), None).await.ok();
    registrar.signs(&hall, &format!("/organisations/{org}/confirm"), None).await.refused("organisation_not_open");
    clerk.signs(&hall, "/organisations", Some(body)).await.refused("conflict");

    let mandate = id(&director.signs(&hall, "/mandates", Some(grant)).await.ok());
    assert_eq!(clerk.signs(&hall, &format!("/mandates/{mandate}/accept"), None).await.ok().json["status"], "awaits_confirmation");
    let confirmed = registrar.signs(&hall, &format!("/mandates/{mandate}/confirm"), Some(json!({ "finding": "มติถูกต้อง" }))).await.ok();
    assert_eq!((&confirmed.json["status"], &confirmed.json["organisation"]), (&json!("in_force"), &json!("บริษัท ข้าวหอม จำกัด")));
    let listed = director.asks(&hall, &format!("/mandates?side=given&principal={org}")).await.ok().json;
    assert_eq!(listed["items"][0]["id"], json!(mandate));
    clerk.asks(&hall, &format!("/mandates?side=given&principal={org}")).await.refused("not_found");
    let act = acts_for(&hall, &clerk, &mandate, "pay_tax", 500_000).await.unwrap();
    assert_eq!(hall.store.act_by_id(&act).await.unwrap().unwrap().leaf.behalf, Some(org.clone()));

    registrar.signs(&hall, &format!("/organisations/{org}/refuse"), None).await.ok();
    assert_eq!(hall.ask("GET", &format!("/organisations/{org}"), None, None).await.ok().json["status"], "struck_off");
    let refused = acts_for(&hall, &clerk, &mandate, "file_case", 0).await.unwrap_err();
    assert!(refused.code.code == "mandate_not_in_force" && refused.detail.en.contains("struck off"), "{refused}");
    for (_, _, bytes) in hall.acts().await {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains("0105560123456") && !text.contains("มติกรรมการ"), "registration and evidence are sealed");
    }
}

#[tokio::test]
async fn the_forms_of_the_hall_are_public_and_lists_come_in_parts() {
    let hall = hall().await;
    let forms = hall.ask("GET", "/mandate-forms", None, None).await.ok().json;
    assert_eq!(forms["forms"][1]["asked_by"], "agent");
    assert!(forms["groups"].as_array().unwrap().iter().any(|group| group["moves_money"] == json!(true)));
    let (mut mother, son) = (Somebody::new(&hall, "แม่").await, Somebody::new(&hall, "ลูก").await);
    let mut all = vec![];
    for scope in ["file_case", "answer_case", "withdraw_case"] {
        all.push(id(&mother.signs(&hall, "/mandates", Some(with(offer(&hall, &son.handle), "scope", json!([scope])))).await.ok()));
        hall.clock.advance_seconds(1);
    }
    let first = son.asks(&hall, "/mandates?side=received&limit=2").await.ok().json;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let rest = son.asks(&hall, &format!("/mandates?side=received&limit=2&after={next}")).await.ok().json;
    assert_eq!((&rest["items"][0]["id"], &rest["next"]), (&json!(all[0]), &json!(null)));
    hall.ask("GET", "/mandates?side=received", None, None).await.refused("sign_in_required");
    hall.ask("GET", "/mandates", None, None).await.refused("sign_in_required");
    son.asks(&hall, "/mandates?side=both").await.refused("invalid_input");
    let moment: Timestamp = first["items"][0]["until"].as_str().unwrap().parse().unwrap();
    assert!(moment > hall.clock.now());
}
