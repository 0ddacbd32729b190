//! The roads back, and that nobody else walks them.

use sala_core::{ctx::Actor, time::Clock};
use serde_json::{Value, json};

use super::{
    data::{DAY_S, Someone, officer},
    hall::{Device, Hall, Reply, hall},
};

/// What was printed.
#[derive(Clone)]
struct Slip {
    recovery_id: String,
    code: String,
}

impl Slip {
    fn of(json: &Value) -> Self {
        let text = |name: &str| json[name].as_str().unwrap().to_owned();
        Self { recovery_id: text("recovery_id"), code: text("code") }
    }

    fn body(&self) -> Value {
        json!({ "recovery_id": self.recovery_id, "code": self.code })
    }

    async fn open(&self, hall: &Hall) -> Reply {
        hall.ask("POST", "/recovery", None, Some(self.body())).await
    }

    async fn start(&self, hall: &Hall) -> Reply {
        hall.ask("POST", "/recovery/passkey/start", None, Some(self.body())).await
    }

    /// Binds a passkey of a new device.
    async fn bind(&self, hall: &Hall, device: &mut Device) -> Reply {
        let started = self.start(hall).await.ok().json;
        let credential = device.register(&started["options"]).await.unwrap();
        let finish = json!({ "ceremony": started["ceremony"], "credential": credential, "label": "เครื่องใหม่" });
        hall.ask("POST", "/recovery/passkey/finish", None, Some(finish)).await
    }
}

async fn printed(hall: &Hall, who: &mut Someone) -> Slip {
    Slip::of(&who.signed(hall, "POST", "/me/recovery-code", None).await.ok().json)
}

async fn stages(hall: &Hall, who: &Someone) -> Vec<String> {
    let listed = who.get(hall, "/me/recoveries").await.ok().json;
    listed["items"].as_array().unwrap().iter().map(|item| item["stage"].as_str().unwrap().to_owned()).collect()
}

async fn stop(hall: &Hall, who: &Someone) -> Reply {
    let listed = who.get(hall, "/me/recoveries").await.ok().json;
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    who.ask(hall, "DELETE", &format!("/me/recoveries/{id}"), None).await
}

#[tokio::test]
async fn a_printed_code_leads_back_after_a_day_and_to_signatures_after_two() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let slip = printed(&hall, &mut me).await;
    let opened = slip.open(&hall).await.ok().json;
    assert_eq!((&opened["road"], &opened["stage"]), (&json!("code"), &json!("open")));
    assert_eq!(slip.open(&hall).await.ok().json, opened, "asking again only tells how far it is");
    assert_eq!(me.notices(&hall).await, ["recovery_opened", "recovery_code_prepared"], "every session is told at once");
    let cooling = slip.start(&hall).await;
    cooling.refused("recovery_cooling");
    assert_eq!(cooling.retry_after.as_deref(), Some("86400"));
    hall.clock.advance_seconds(DAY_S - 1);
    slip.start(&hall).await.refused("recovery_cooling");
    hall.clock.advance_seconds(1);
    let mut phone = Device::new();
    let back = slip.bind(&hall, &mut phone).await.ok();
    assert_eq!((&back.json["kind"], &back.json["persona"]), (&json!("citizen"), &me.persona));
    let mut me = Someone { token: back.token(), persona: me.persona, device: phone };

    slip.open(&hall).await.refused("recovery_refused");
    slip.start(&hall).await.refused("recovery_refused");
    me.signed(&hall, "POST", "/me/recovery-code", None).await.refused("recovery_settling");
    hall.register(&mut Device::new(), Some(&me.token), json!({})).await.refused("recovery_settling");
    let caller = hall.people.caller_of(&me.token, hall.clock.now()).await.unwrap().unwrap();
    let Actor::Citizen { person, .. } = caller.actor else { panic!("a citizen") };
    assert!(hall.people.is_settling(&person, hall.clock.now()).await.unwrap());
    assert_eq!(stages(&hall, &me).await, ["bound"]);
    hall.clock.advance_seconds(DAY_S);
    assert!(!hall.people.is_settling(&person, hall.clock.now()).await.unwrap());
    me.sign_in(&hall).await;
    printed(&hall, &mut me).await;
    assert_eq!(stages(&hall, &me).await, ["prepared"]);
}

#[tokio::test]
async fn the_record_says_that_someone_came_back_but_not_who() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let slip = printed(&hall, &mut me).await;
    slip.open(&hall).await.ok();
    hall.clock.advance_seconds(DAY_S);
    slip.bind(&hall, &mut Device::new()).await.ok();
    let acts = hall.acts().await;
    let recoveries: Vec<_> = acts.iter().filter(|(kind, ..)| kind.starts_with("recovery.")).collect();
    assert_eq!(
        recoveries.iter().map(|(kind, ..)| kind.as_str()).collect::<Vec<_>>(),
        ["recovery.prepare", "recovery.open", "recovery.bind"]
    );
    let persona = me.persona.as_str().unwrap().as_bytes();
    for (kind, actor, leaf) in recoveries {
        assert_eq!(actor, "visitor", "{kind}");
        assert!(!leaf.windows(persona.len()).any(|window| window == persona), "{kind}");
    }
    for (name, bytes) in std::fs::read_dir(hall.folder.path()).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.display().to_string(), std::fs::read(path).unwrap())
    }) {
        for secret in [&slip.code, &slip.code.replace('-', ""), &slip.recovery_id.replace('-', "")] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret} stands in {name}");
        }
    }
}

#[tokio::test]
async fn a_passkey_stops_a_recovery_during_its_cool_off() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let other = Someone::new(&hall, "ข").await;
    let slip = printed(&hall, &mut me).await;
    slip.open(&hall).await.ok();
    let id = me.get(&hall, "/me/recoveries").await.ok().json["items"][0]["id"].as_str().unwrap().to_owned();
    other.ask(&hall, "DELETE", &format!("/me/recoveries/{id}"), None).await.refused("not_found");
    assert_eq!(stop(&hall, &me).await.status, 204);
    assert_eq!(me.notices(&hall).await[0], "recovery_stopped");
    hall.clock.advance_seconds(DAY_S);
    slip.start(&hall).await.refused("recovery_refused");
}

#[tokio::test]
async fn a_recovery_that_is_stopped_while_a_device_is_answering_binds_nothing() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let slip = printed(&hall, &mut me).await;
    slip.open(&hall).await.ok();
    hall.clock.advance_seconds(DAY_S);
    me.sign_in(&hall).await;
    let started = slip.start(&hall).await.ok().json;
    let credential = Device::new().register(&started["options"]).await.unwrap();
    stop(&hall, &me).await.ok();
    let finish = json!({ "ceremony": started["ceremony"], "credential": credential, "label": "x" });
    hall.ask("POST", "/recovery/passkey/finish", None, Some(finish)).await.refused("ceremony_unknown");
    assert_eq!(me.get(&hall, "/passkeys").await.ok().json["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_thief_who_came_back_is_thrown_out_while_settling() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let slip = printed(&hall, &mut me).await;
    slip.open(&hall).await.ok();
    hall.clock.advance_seconds(DAY_S);
    let mut stolen = Device::new();
    let thief = slip.bind(&hall, &mut stolen).await.ok().token();
    me.sign_in(&hall).await;
    let own = me.get(&hall, "/passkeys").await.ok().json["items"][0]["id"].as_str().unwrap().to_owned();
    let signed = hall.ask_signed(&mut stolen, "DELETE", &format!("/passkeys/{own}"), &thief, None).await;
    signed.refused("recovery_settling");
    hall.ask_signed(&mut stolen, "POST", "/me/erasure", &thief, None).await.refused("recovery_settling");
    assert_eq!(stop(&hall, &me).await.status, 204);
    assert_eq!(hall.session(&thief).await["kind"], "visitor");
    hall.sign_in(&mut stolen, None).await.refused("passkey_refused");
    assert_eq!(hall.session(&me.token).await["kind"], "citizen");
    assert_eq!(me.get(&hall, "/passkeys").await.ok().json["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn guessing_closes_the_door_and_an_unknown_id_looks_the_same() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let slip = printed(&hall, &mut me).await;
    let mut someone_else = Someone::new(&hall, "ข").await;
    let wrong = printed(&hall, &mut someone_else).await;
    let known = Slip { recovery_id: slip.recovery_id.clone(), code: wrong.code.clone() };
    // An id of the right form that nobody has: that of a code which was replaced.
    let gone = wrong.recovery_id.clone();
    printed(&hall, &mut someone_else).await;
    let unknown = Slip { recovery_id: gone, code: slip.code.clone() };
    for number in 0..7 {
        let (one, other) = (known.open(&hall).await, unknown.open(&hall).await);
        assert_eq!((one.status, &one.json), (other.status, &other.json), "try {number}");
        one.refused(if number < 5 { "recovery_refused" } else { "recovery_closed" });
        assert_eq!(one.retry_after, other.retry_after);
    }
    slip.open(&hall).await.refused("recovery_closed");
    hall.clock.advance_seconds(3600);
    slip.open(&hall).await.ok();
    me.sign_in(&hall).await;
    assert_eq!(me.notices(&hall).await, ["recovery_opened", "recovery_code_prepared"]);
}

#[tokio::test]
async fn tries_at_the_same_moment_count_each() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let slip = printed(&hall, &mut me).await;
    let other = printed(&hall, &mut Someone::new(&hall, "ข").await).await;
    let wrong = Slip { recovery_id: slip.recovery_id, code: other.code };
    let all = tokio::join!(
        wrong.open(&hall),
        wrong.open(&hall),
        wrong.open(&hall),
        wrong.open(&hall),
        wrong.open(&hall),
        wrong.open(&hall),
        wrong.open(&hall)
    );
    let codes = [all.0, all.1, all.2, all.3, all.4, all.5, all.6].map(|reply| reply.json["code"].as_str().unwrap().to_owned());
    assert_eq!(codes.iter().filter(|code| *code == "recovery_refused").count(), 5, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| *code == "recovery_closed").count(), 2);
}

#[tokio::test]
async fn a_slip_of_the_pen_is_told_and_costs_no_try() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let slip = printed(&hall, &mut me).await;
    for _ in 0..8 {
        let mut letters: Vec<char> = slip.code.chars().collect();
        letters.swap(0, 7);
        if letters[0] == letters[7] {
            letters[1] = if letters[1] == 'A' { 'B' } else { 'A' };
        }
        let misread = Slip { code: letters.into_iter().collect(), ..slip.clone() };
        let refused = misread.open(&hall).await;
        refused.refused("invalid_input");
        assert_eq!(refused.json["errors"][0]["pointer"], "/code");
    }
    let typed = Slip { recovery_id: slip.recovery_id.to_lowercase(), code: slip.code.to_lowercase().replace('-', " ") };
    typed.open(&hall).await.ok();
}

#[tokio::test]
async fn officers_have_no_printed_code_and_an_old_one_does_not_help() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    admin.signed(&hall, "POST", "/me/recovery-code", None).await.refused("recovery_not_for_officers");
    let mut me = Someone::new(&hall, "ก").await;
    let slip = printed(&hall, &mut me).await;
    let body = json!({ "persona": me.persona, "office": "health", "roles": ["approver"] });
    admin.signed(&hall, "POST", "/officers", Some(body)).await.ok();
    slip.open(&hall).await.refused("recovery_not_for_officers");
}

#[tokio::test]
async fn two_officers_help_someone_back_who_came_in_person() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let me = Someone::new(&hall, "สมชาย ใจดี").await;
    let mut first = officer(&hall, &mut admin, "ข", "registrar").await;
    let mut second = officer(&hall, &mut admin, "ค", "registrar").await;
    let seen = json!({ "handle": me.persona, "name": " สมชาย  ใจดี" });
    hall.ask("POST", "/recovery/desk", Some(&first.token), Some(seen.clone())).await.refused("signature_required");
    let case = first.signed(&hall, "POST", "/recovery/desk", Some(seen.clone())).await.ok().json;
    assert_eq!(me.notices(&hall).await, ["recovery_vouched", "data_read"]);
    let confirm = format!("/recovery/desk/{}/confirm", case["id"].as_str().unwrap());
    first.signed(&hall, "POST", &confirm, Some(seen.clone())).await.refused("second_officer_needed");
    let waiting = second.get(&hall, "/recovery/desk").await.ok().json;
    assert_eq!(waiting["items"][0]["id"], case["id"]);
    let wrong = json!({ "handle": me.persona, "name": "สมชาย ใจร้าย" });
    second.signed(&hall, "POST", &confirm, Some(wrong)).await.refused("desk_refused");
    let slip = Slip::of(&second.signed(&hall, "POST", &confirm, Some(seen.clone())).await.ok().json);
    second.signed(&hall, "POST", &confirm, Some(seen)).await.refused("not_found");
    assert_eq!(slip.open(&hall).await.ok().json["road"], "desk");
    slip.start(&hall).await.refused("recovery_cooling");
    let readers = me.get(&hall, "/me/readings").await.ok().json;
    let readers: Vec<&Value> = readers["items"].as_array().unwrap().iter().map(|item| &item["officer"]).collect();
    assert!(readers.contains(&&first.persona) && readers.contains(&&second.persona), "{readers:?}");
    hall.clock.advance_seconds(DAY_S);
    let mut phone = Device::new();
    let back = slip.bind(&hall, &mut phone).await.ok();
    assert_eq!(back.json["persona"], me.persona);
    let acts = hall.acts().await;
    let named: Vec<&str> =
        acts.iter().filter(|(kind, ..)| kind == "recovery.vouch" || kind == "recovery.open").map(|(_, actor, _)| actor.as_str()).collect();
    assert_eq!(named, [first.persona.as_str().unwrap(), second.persona.as_str().unwrap()], "officers answer for it by name");
}

#[tokio::test]
async fn the_desk_tells_no_names_helps_no_officers_and_tires_of_guesses() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let mut registrar = officer(&hall, &mut admin, "ข", "registrar").await;
    let mut approver = officer(&hall, &mut admin, "ค", "approver").await;
    let me = Someone::new(&hall, "สมชาย").await;
    let ask = json!({ "handle": me.persona, "name": "สมชาย" });
    approver.signed(&hall, "POST", "/recovery/desk", Some(ask.clone())).await.refused("forbidden");
    let mut colleague = Someone::new(&hall, "ง").await;
    let handle = colleague.persona.clone();
    let body = json!({ "persona": handle, "office": "health", "roles": ["approver"] });
    admin.signed(&hall, "POST", "/officers", Some(body)).await.ok();
    colleague.sign_in(&hall).await;
    let wrongs = [
        json!({ "handle": me.persona, "name": "สมหญิง" }),
        json!({ "handle": "persona_00", "name": "สมชาย" }),
        json!({ "handle": handle, "name": "ง" }),
        json!({ "handle": "00000-00000", "name": "สมชาย" }),
        json!({ "handle": colleague.persona, "name": "ง" }),
    ];
    let mut answers = vec![];
    for wrong in wrongs {
        let reply = registrar.signed(&hall, "POST", "/recovery/desk", Some(wrong)).await;
        reply.refused("desk_refused");
        answers.push(reply.json);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "all refusals look the same");
    registrar.signed(&hall, "POST", "/recovery/desk", Some(ask)).await.refused("recovery_closed");
    assert_eq!(me.notices(&hall).await, ["data_read"], "the look was told");
}

#[tokio::test]
async fn a_word_of_the_first_officer_alone_is_stopped_by_the_person_and_ends_after_a_day() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let mut me = Someone::new(&hall, "สมชาย").await;
    let mut first = officer(&hall, &mut admin, "ข", "registrar").await;
    let seen = json!({ "handle": me.persona, "name": "สมชาย" });
    first.signed(&hall, "POST", "/recovery/desk", Some(seen.clone())).await.ok();
    assert_eq!(stages(&hall, &me).await, ["vouched"]);
    assert_eq!(stop(&hall, &me).await.status, 204);
    first.signed(&hall, "POST", "/recovery/desk", Some(seen)).await.ok();
    hall.clock.advance_seconds(DAY_S);
    first.sign_in(&hall).await;
    me.sign_in(&hall).await;
    assert!(first.get(&hall, "/recovery/desk").await.ok().json["items"].as_array().unwrap().is_empty());
    assert!(stages(&hall, &me).await.is_empty());
}

#[tokio::test]
async fn the_same_national_identity_opens_a_recovery_too_but_not_for_officers() {
    let hall = hall().await;
    let me = Someone::new(&hall, "ก").await;
    let person = async |who: &Someone| match hall.people.caller_of(&who.token, hall.clock.now()).await.unwrap().unwrap().actor {
        Actor::Citizen { person, .. } | Actor::Officer { person, .. } => person,
        other => panic!("{other:?}"),
    };
    let given = hall.people.recover_with_identity(&hall.system(), &person(&me).await).await.unwrap();
    let slip = Slip { recovery_id: given.recovery_id, code: given.code };
    assert_eq!(slip.open(&hall).await.ok().json["road"], "identity");
    assert_eq!(me.notices(&hall).await, ["recovery_opened"]);
    hall.clock.advance_seconds(DAY_S);
    slip.bind(&hall, &mut Device::new()).await.ok();
    let admin = Someone::administrator(&hall).await;
    let refused = hall.people.recover_with_identity(&hall.system(), &person(&admin).await).await.unwrap_err();
    assert_eq!(refused.code.code, "recovery_not_for_officers");
}

#[tokio::test]
async fn a_passkey_is_renamed_and_removed_but_never_the_last_without_another_road() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let mut other = Someone::new(&hall, "ข").await;
    let id = |listed: &Value, place: usize| listed["items"][place]["id"].as_str().unwrap().to_owned();
    let listed = me.get(&hall, "/passkeys").await.ok().json;
    let first = format!("/passkeys/{}", id(&listed, 0));
    let renamed = me.ask(&hall, "PATCH", &first, Some(json!({ "label": "กุญแจบ้าน" }))).await.ok().json;
    assert_eq!(renamed["label"], "กุญแจบ้าน");
    other.ask(&hall, "PATCH", &first, Some(json!({ "label": "x" }))).await.refused("not_found");
    me.ask(&hall, "PATCH", &first, Some(json!({ "label": "" }))).await.refused("invalid_input");
    me.signed(&hall, "DELETE", &first, None).await.refused("last_passkey");

    let mut second = Device::new();
    hall.clock.advance_seconds(1);
    hall.register(&mut second, Some(&me.token), json!({})).await.ok();
    let elsewhere = hall.sign_in(&mut second, None).await.ok().token();
    let listed = me.get(&hall, "/passkeys").await.ok().json;
    assert_eq!(listed["items"][0]["label"], "กุญแจบ้าน");
    let lost = format!("/passkeys/{}", id(&listed, 1));
    hall.ask("DELETE", &lost, Some(&me.token), None).await.refused("signature_required");
    other.signed(&hall, "DELETE", &lost, None).await.refused("not_found");
    assert_eq!(me.signed(&hall, "DELETE", &lost, None).await.status, 204);
    assert_eq!(hall.session(&elsewhere).await["kind"], "visitor", "a lost phone is signed out");
    hall.sign_in(&mut second, None).await.refused("passkey_refused");
    assert_eq!(me.notices(&hall).await, ["passkey_removed"]);

    let slip = printed(&hall, &mut me).await;
    assert_eq!(me.signed(&hall, "DELETE", &first, None).await.status, 204, "with a printed code there is a way back");
    slip.open(&hall).await.ok();
    hall.clock.advance_seconds(DAY_S);
    slip.bind(&hall, &mut Device::new()).await.ok();
}

#[tokio::test]
async fn a_recovery_that_nobody_ends_is_cleared_away() {
    let hall = hall().await;
    let mut me = Someone::new(&hall, "ก").await;
    let slip = printed(&hall, &mut me).await;
    slip.open(&hall).await.ok();
    hall.clock.advance_seconds(8 * DAY_S);
    slip.start(&hall).await.refused("recovery_refused");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let job = tokio::spawn(std::sync::Arc::clone(&hall.people).run(stopped));
    tokio::task::yield_now().await;
    stop.send(true).unwrap();
    job.await.unwrap();
    assert!(hall.store.fetch("SELECT id FROM recovery", &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn at_the_desk_the_id_beside_a_printed_code_names_its_owner_as_well_as_a_persona() {
    let hall = hall().await;
    let mut admin = Someone::administrator(&hall).await;
    let mut me = Someone::new(&hall, "สมชาย").await;
    let slip = printed(&hall, &mut me).await;
    let mut first = officer(&hall, &mut admin, "ข", "registrar").await;
    let mut second = officer(&hall, &mut admin, "ค", "registrar").await;
    let by_id = json!({ "handle": slip.recovery_id, "name": "สมชาย" });
    let case = first.signed(&hall, "POST", "/recovery/desk", Some(by_id)).await.ok().json;
    let confirm = format!("/recovery/desk/{}/confirm", case["id"].as_str().unwrap());
    let by_persona = json!({ "handle": me.persona, "name": "สมชาย" });
    second.signed(&hall, "POST", &confirm, Some(by_persona)).await.ok();
    let mut stages = stages(&hall, &me).await;
    stages.sort();
    assert_eq!(stages, ["open", "prepared"]);
}
