//! What an attacker tries over HTTP that no other test of this room tries: guessing codes, planting sessions, joining parts of
//! different ceremonies. The table of all attacks stands in docs/operate.md.

use serde_json::{Value, json};

use super::hall::{Device, Hall, Reply, hall};

async fn administrator(hall: &Hall, device: &mut Device) -> String {
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    hall.register(device, None, json!({ "name": "ผู้ดูแล", "code": code })).await.ok().token()
}

/// Twenty letters as a guesser writes them.
fn guess(number: usize) -> String {
    let letters: Vec<char> = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().collect();
    let text: String = (0..20).map(|place| letters[(number * 7 + place * 3) % letters.len()]).collect();
    format!("{}-{}-{}-{}", &text[..5], &text[5..10], &text[10..15], &text[15..])
}

#[tokio::test]
async fn who_guesses_the_code_of_the_first_administrator_is_slowed_and_the_code_stays_good() {
    let hall = hall().await;
    let code = hall.people.create_bootstrap_code(&hall.system()).await.unwrap();
    let mut tries = 0;
    let held = loop {
        let start = json!({ "name": "x", "code": guess(tries) });
        let reply = hall.ask_from("203.0.113.5", "POST", "/passkeys/start", None, Some(start)).await;
        if reply.json["code"] == "too_many_attempts" {
            break reply;
        }
        reply.refused("one_time_code_invalid");
        tries += 1;
        assert!(tries <= 60, "{tries} guesses at once");
    };
    assert!(held.retry_after.is_some());
    // Whoever has the code is not locked out by the guesser.
    hall.register(&mut Device::new(), None, json!({ "name": "ผู้ดูแล", "code": code })).await.ok();
}

#[tokio::test]
async fn who_guesses_invitations_needs_a_signature_for_each_guess_and_is_slowed() {
    let hall = hall().await;
    let (mut first, mut phone) = (Device::new(), Device::new());
    let admin = administrator(&hall, &mut first).await;
    let body = json!({ "office": "health", "roles": ["approver"] });
    let code = hall.ask_signed(&mut first, "POST", "/officers/invitations", &admin, Some(body)).await.ok().json["code"].clone();
    let citizen = hall.newcomer(&mut phone, "ก").await;
    hall.ask("POST", "/officers/accept", Some(&citizen), Some(json!({ "code": guess(1) }))).await.refused("signature_required");
    let nonce = async || hall.ask_from("203.0.113.6", "POST", "/session/nonce", Some(&citizen), None).await;
    for number in 0..3 {
        let wrong = Some(json!({ "code": guess(number) }));
        hall.ask_signed(&mut phone, "POST", "/officers/accept", &citizen, wrong).await.refused("one_time_code_invalid");
    }
    let mut asked = 0;
    while nonce().await.status.is_success() {
        asked += 1;
        assert!(asked <= 60, "{asked} signatures at once");
    }
    assert_eq!(hall.session(&citizen).await["kind"], "citizen");
    // The invitation is good once, for whoever has it, and never again.
    hall.ask_signed(&mut phone, "POST", "/officers/accept", &citizen, Some(json!({ "code": code }))).await.ok();
    let (mut late, accept) = (Device::new(), json!({ "code": code }));
    let other = hall.newcomer(&mut late, "ข").await;
    hall.ask_signed(&mut late, "POST", "/officers/accept", &other, Some(accept)).await.refused("one_time_code_invalid");
}

#[tokio::test]
async fn a_planted_session_token_is_never_adopted() {
    let hall = hall().await;
    let mut phone = Device::new();
    hall.newcomer(&mut phone, "ก").await;
    let planted = "ab".repeat(32);
    let reply = hall.sign_in(&mut phone, Some(&planted)).await.ok();
    assert_ne!(reply.token(), planted);
    assert_eq!(hall.session(&planted).await["kind"], "visitor");
    // The attacker's own open session, planted: the victim's sign-in ends it, and it never becomes the victim's.
    let attackers = hall.newcomer(&mut Device::new(), "ผู้ร้าย").await;
    let victims = hall.sign_in(&mut phone, Some(&attackers)).await.ok().token();
    assert_ne!(victims, attackers);
    assert_eq!(hall.session(&attackers).await["kind"], "visitor");
    // Two cookies of one name, the planted one first: it opens nothing, and nothing is guessed.
    hall.ask("GET", "/sessions", Some(&format!("{planted}; __Host-sala={victims}")), None).await.refused("sign_in_required");
}

#[tokio::test]
async fn parts_of_different_ceremonies_do_not_make_one() {
    let hall = hall().await;
    let (mut phone, mut other) = (Device::new(), Device::new());
    let token = hall.newcomer(&mut phone, "ก").await;
    hall.newcomer(&mut other, "ข").await;
    let finish = async |answer: Value| -> Reply { hall.ask("POST", "/session/passkey/finish", None, Some(answer)).await };
    // A signature over a request is no sign-in, and the other way round.
    let signature = hall.signature(&mut phone, "POST", "/session/step-up", &token, None).await;
    let signed: Value = serde_json::from_slice(&base64_url(&signature)).unwrap();
    let started = hall.ask("POST", "/session/passkey/start", None, None).await.ok().json;
    finish(json!({ "ceremony": started["ceremony"], "credential": signed["credential"] })).await.refused("passkey_refused");
    finish(json!({ "ceremony": signed["nonce"], "credential": signed["credential"] })).await.refused("ceremony_unknown");
    // The answer of one with the user handle, the key or the client data of another.
    let (mine, theirs) = (hall.signed(&mut phone).await, hall.signed(&mut other).await);
    for pointer in ["/response/authenticatorData", "/response/clientDataJSON", "/response/signature", "/response/userHandle", "/rawId"] {
        let mut mixed = mine.clone();
        let part = theirs["credential"].pointer(pointer).unwrap().clone();
        *mixed["credential"].pointer_mut(pointer).unwrap() = part;
        mixed["ceremony"] = hall.signed(&mut phone).await["ceremony"].clone();
        let reply = finish(mixed).await;
        assert!(matches!(reply.json["code"].as_str(), Some("passkey_refused" | "passkey_invalid")), "{pointer}: {}", reply.json);
    }
    finish(mine).await.ok();
}

fn base64_url(text: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.decode(text).unwrap()
}
