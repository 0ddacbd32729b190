//! What is held about a person, who read it, and the notices that tell of it.

use sala_core::act::Leaf;
use serde_json::{Value, json};

use super::hall::{Device, Hall, Reply, hall};

pub(crate) const DAY_S: i64 = 24 * 3600;

/// Someone with a device of their own.
pub(crate) struct Someone {
    pub(crate) device: Device,
    pub(crate) token: String,
    pub(crate) persona: Value,
}

impl Someone {
    pub(crate) async fn new(hall: &Hall, name: &str) -> Self {
        let mut device = Device::new();
        let registered = hall.register(&mut device, None, json!({ "name": name })).await.ok();
        Self { token: registered.token(), persona: registered.json["persona"].clone(), device }
    }

    pub(crate) async fn administrator(hall: &Hall) -> Self {
        let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
        let mut device = Device::new();
        let registered = hall.register(&mut device, None, json!({ "name": "ผู้ดูแล", "code": code })).await.ok();
        Self { token: registered.token(), persona: registered.json["persona"].clone(), device }
    }

    pub(crate) async fn sign_in(&mut self, hall: &Hall) {
        let opened = hall.sign_in(&mut self.device, None).await.ok();
        self.token = opened.token();
        self.persona = opened.json["persona"].clone();
    }

    pub(crate) async fn get(&self, hall: &Hall, path: &str) -> Reply {
        hall.ask("GET", path, Some(&self.token), None).await
    }

    pub(crate) async fn ask(&self, hall: &Hall, method: &str, path: &str, body: Option<Value>) -> Reply {
        hall.ask(method, path, Some(&self.token), body).await
    }

    pub(crate) async fn signed(&mut self, hall: &Hall, method: &str, path: &str, body: Option<Value>) -> Reply {
        hall.ask_signed(&mut self.device, method, path, &self.token, body).await
    }

    /// Codes of the notices, the newest first.
    pub(crate) async fn notices(&self, hall: &Hall) -> Vec<String> {
        let notices = self.get(hall, "/me/notices").await.ok().json;
        notices["items"].as_array().unwrap().iter().map(|notice| notice["code"].as_str().unwrap().to_owned()).collect()
    }
}

/// A new person, appointed by `by` in the digital office and signed in there.
pub(crate) async fn officer(hall: &Hall, by: &mut Someone, name: &str, role: &str) -> Someone {
    let mut officer = Someone::new(hall, name).await;
    let body = json!({ "persona": officer.persona, "office": "digital", "roles": [role] });
    by.signed(hall, "POST", "/officers", Some(body)).await.ok();
    officer.sign_in(hall).await;
    officer
}

#[tokio::test]
async fn a_person_downloads_all_that_is_held_about_them_and_nothing_of_others() {
    let hall = hall().await;
    let other = Someone::new(&hall, "Another-Name").await;
    let mut me = Someone::new(&hall, "Planted-Own-Name").await;
    hall.register(&mut Device::new(), Some(&me.token), json!({})).await.ok();
    me.signed(&hall, "POST", "/me/recovery-code", None).await.ok();
    me.signed(&hall, "POST", "/me/erasure", None).await.ok();
    me.ask(&hall, "DELETE", "/me/erasure", None).await.ok();
    let data = me.get(&hall, "/me/data").await.ok().json;
    assert_eq!((&data["name"], &data["acts_next"]), (&json!("Planted-Own-Name"), &Value::Null));
    assert_eq!(data["personas"][0]["id"], me.persona);
    assert_eq!(data["passkeys"].as_array().unwrap().len(), 2);
    assert_eq!(data["passkeys"][0]["label"], "โทรศัพท์");
    assert!(data["passkeys"][0]["credential"]["cred"]["cred_id"].is_string(), "{}", data["passkeys"][0]["credential"]);
    assert_eq!((&data["sessions"][0]["current"], &data["recoveries"][0]["stage"]), (&json!(true), &json!("prepared")));
    let codes: Vec<&str> = data["notices"].as_array().unwrap().iter().map(|notice| notice["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["erasure_withdrawn", "erasure_requested", "recovery_code_prepared"]);
    let kinds: Vec<&str> = data["acts"].as_array().unwrap().iter().map(|act| act["act"]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["erasure.withdraw", "erasure.request", "passkey.add", "person.register"]);
    let signature = &data["acts"][1]["openings"][0];
    assert_eq!((&signature["field"], &signature["value"]["statement"]["path"]), (&json!("signature"), &json!("/api/v1/me/erasure")));
    assert!(!data.to_string().contains("Another-Name") && !data.to_string().contains(other.persona.as_str().unwrap()));
    assert!(data["covers"]["th"].as_str().unwrap().contains("อวตาร"));
}

#[tokio::test]
async fn the_download_asks_again_who_it_is_and_older_acts_come_page_by_page() {
    let hall = hall().await;
    let me = Someone::new(&hall, "ก").await;
    let data = me.get(&hall, "/me/data?before=3").await.ok().json;
    assert!(data["acts"].as_array().unwrap().iter().all(|act| act["act"]["index"].as_u64().unwrap() < 3));
    me.get(&hall, "/me/data?before=x").await.refused("invalid_input");
    hall.clock.advance_seconds(301);
    me.get(&hall, "/me/data").await.refused("step_up_required");
    hall.ask("GET", "/me/data", None, None).await.refused("sign_in_required");
}

#[tokio::test]
async fn an_officer_reads_for_a_purpose_and_the_person_sees_who_it_was() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let read = officer(&hall, &mut admin, "Planted-Officer-Name", "approver").await;
    let path = format!("/officers/{}/reading", read.persona.as_str().unwrap());
    let body = json!({ "purpose": "appointment", "fields": ["name", "appointments"] });
    let told = admin.ask(&hall, "POST", &path, Some(body.clone())).await.ok().json;
    assert_eq!(told, json!({ "name": "Planted-Officer-Name", "appointments": ["digital"], "passkeys": null }));

    let readings = read.get(&hall, "/me/readings").await.ok().json;
    let reading = &readings["items"][0];
    assert_eq!((&reading["officer"], &reading["office"]), (&admin.persona, &json!("digital")));
    assert_eq!((&reading["purpose"], &reading["fields"]), (&json!("appointment"), &json!(["name", "appointments"])));
    assert_eq!(reading["office_title"]["en"], "Digital Team");
    assert_eq!(read.notices(&hall).await, ["data_read"]);
    let acts = hall.acts().await;
    let (_, actor, leaf) = acts.iter().find(|(kind, ..)| kind == "person.read").unwrap();
    let decoded = Leaf::decode(leaf).unwrap();
    assert_eq!((actor.as_str(), decoded.office.as_deref(), decoded.refs.len()), ("visitor", Some("digital"), 0));
    for handle in [&admin.persona, &read.persona] {
        let handle = handle.as_str().unwrap().as_bytes();
        assert!(!leaf.windows(handle.len()).any(|window| window == handle), "the record names neither reader nor read");
    }
    let opened = read.get(&hall, &format!("/me/acts/{}/openings", reading["act"].as_str().unwrap())).await.ok().json;
    assert_eq!(opened["items"][0]["value"]["officer"], admin.persona, "the act itself proves it to the person");
}

#[tokio::test]
async fn nobody_reads_without_a_purpose_or_more_than_it_needs() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let read = officer(&hall, &mut admin, "ก", "approver").await;
    let citizen = Someone::new(&hall, "ข").await;
    let path = format!("/officers/{}/reading", read.persona.as_str().unwrap());
    let ask = async |who: &Someone, purpose: &str, fields: Value| {
        who.ask(&hall, "POST", &path, Some(json!({ "purpose": purpose, "fields": fields }))).await
    };
    ask(&admin, "curiosity", json!(["name"])).await.refused("invalid_input");
    ask(&admin, "appointment", json!([])).await.refused("invalid_input");
    ask(&admin, "investigation", json!(["passkeys"])).await.refused("invalid_input");
    ask(&read, "appointment", json!(["name"])).await.refused("forbidden");
    ask(&citizen, "appointment", json!(["name"])).await.refused("forbidden");
    let persona = format!("/officers/{}/reading", citizen.persona.as_str().unwrap());
    let body = json!({ "purpose": "appointment", "fields": ["name"] });
    admin.ask(&hall, "POST", &persona, Some(body)).await.refused("not_found");
    assert!(read.get(&hall, "/me/readings").await.ok().json["items"].as_array().unwrap().is_empty());
    let purposes = hall.ask("GET", "/purposes", None, None).await.ok().json;
    assert!(purposes["items"].as_array().unwrap().iter().any(|purpose| purpose["id"] == "investigation" && purpose["hidden_days"] == 90));
}

#[tokio::test]
async fn a_reading_that_a_law_delays_is_told_later_and_leaves_no_trace_before() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let mut read = officer(&hall, &mut admin, "ก", "approver").await;
    let reader = officer(&hall, &mut admin, "ข", "records_officer").await;
    let path = format!("/officers/{}/reading", read.persona.as_str().unwrap());
    let body = json!({ "purpose": "investigation", "fields": ["name"] });
    reader.ask(&hall, "POST", &path, Some(body)).await.ok();
    assert!(read.get(&hall, "/me/readings").await.ok().json["items"].as_array().unwrap().is_empty());
    assert!(read.notices(&hall).await.is_empty());
    assert!(read.get(&hall, "/me/data").await.ok().json["readings"].as_array().unwrap().is_empty());
    let act = hall.store.fetch("SELECT id FROM act WHERE kind = 'person.read'", &[]).await.unwrap()[0].text("id").unwrap().to_owned();
    let opened = read.get(&hall, &format!("/me/acts/{act}/openings")).await.ok().json;
    assert_eq!(opened["items"], json!([]), "trying all readings of the record must not tell");
    hall.clock.advance_seconds(90 * DAY_S);
    read.sign_in(&hall).await;
    let told = read.get(&hall, "/me/readings").await.ok().json;
    assert_eq!((&told["items"][0]["officer"], &told["items"][0]["purpose"]), (&reader.persona, &json!("investigation")));
}

#[tokio::test]
async fn notices_are_listed_marked_and_counted_and_belong_to_one_person() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let other = Someone::new(&hall, "ข").await;
    for _ in 0..3 {
        me.signed(&hall, "POST", "/me/recovery-code", None).await.ok();
    }
    let first = me.get(&hall, "/me/notices?limit=2").await.ok().json;
    assert_eq!((first["items"].as_array().unwrap().len(), &first["unread"]), (2, &json!(3)));
    let rest = me.get(&hall, &format!("/me/notices?limit=2&after={}", first["next"].as_str().unwrap())).await.ok().json;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    let path = format!("/me/notices/{}/read", first["items"][0]["id"].as_str().unwrap());
    other.ask(&hall, "POST", &path, None).await.refused("not_found");
    assert_eq!(me.ask(&hall, "POST", &path, None).await.status, 204);
    assert_eq!(me.ask(&hall, "POST", &path, None).await.status, 204, "marking twice is harmless");
    let now = me.get(&hall, "/me/notices").await.ok().json;
    assert_eq!((&now["unread"], now["items"][0]["read_at"].is_string()), (&json!(2), true));
    assert!(now["items"][0]["text"]["th"].as_str().unwrap().contains("รหัสกู้คืน"));
    assert!(other.notices(&hall).await.is_empty());
}

#[tokio::test]
async fn notices_of_one_person_have_nothing_in_common_and_there_may_be_many() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    for number in 0..70 {
        if number % 20 == 0 {
            hall.clock.advance_seconds(60);
        }
        me.signed(&hall, "POST", "/me/recovery-code", None).await.ok();
    }
    let rows = hall.store.fetch("SELECT DISTINCT slot FROM notice", &[]).await.unwrap();
    assert_eq!(rows.len(), 70);
    let listed = me.get(&hall, "/me/notices?limit=500").await.ok().json;
    let times: Vec<&str> = listed["items"].as_array().unwrap().iter().map(|notice| notice["created_at"].as_str().unwrap()).collect();
    assert_eq!(times.len(), 70);
    assert!(times.is_sorted_by(|newer, older| newer >= older));
}
