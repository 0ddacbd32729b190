//! `sala signature`: what a signed act of a served hall proves, and what does not.

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sala_core::cbor::Value as Cbor;
use sala_people::Statement;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    support::{Served, options, sala, text},
    token::{Flaw, Maker, Token},
};

/// The origin of the hall whose people have security keys.
pub(crate) const HALL: &str = "http://localhost:4321";

/// A browser with a security key.
pub(crate) struct Browser<'s> {
    served: &'s Served,
    token: Token,
    pub(crate) cookie: String,
}

impl<'s> Browser<'s> {
    pub(crate) fn register(served: &'s Served, name: &str) -> Self {
        let mut token = Maker::new("City").token([7; 16], Flaw::Unattested);
        let started = served.post("/api/v1/passkeys/start", "", &json!({ "name": name }));
        assert_eq!(started.status, 200, "{}", started.json());
        let credential = token.register(&started.json()["options"], HALL);
        let finish = json!({ "ceremony": started.json()["ceremony"], "credential": credential, "label": "key" });
        let finished = served.post("/api/v1/passkeys/finish", "", &finish);
        assert_eq!(finished.status, 200, "{}", finished.json());
        let cookie = finished.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Self { served, token, cookie }
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.served.request("GET", path, &[("cookie", &self.cookie)], None);
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    fn sign(&self, method: &str, path: &str, body: &[u8]) -> String {
        let nonce = self.served.post("/api/v1/session/nonce", &self.cookie, &json!({})).json();
        let part = |name: &str| nonce[name].as_str().unwrap().to_owned();
        let statement = Statement {
            hall: part("hall"),
            method: method.into(),
            path: path.into(),
            body: Sha256::digest(body).into(),
            actor: part("actor"),
            behalf: String::new(),
            nonce: part("nonce"),
        };
        let challenge = URL_SAFE_NO_PAD.encode(statement.challenge());
        let options = json!({ "publicKey": { "challenge": challenge, "rpId": part("rp_id") } });
        let signed = json!({ "nonce": nonce["nonce"], "credential": self.token.sign_in(&options, HALL) });
        URL_SAFE_NO_PAD.encode(signed.to_string())
    }

    /// Renames the persona, signed; the id of the act.
    fn signed_act(&self) -> String {
        let persona = self.get("/api/v1/session")["persona"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/personas/{persona}");
        let body = json!({ "name": "ผู้ลงนาม" }).to_string();
        let signature = self.sign("PATCH", &path, body.as_bytes());
        let headers =
            [("content-type", "application/json"), ("x-sala-csrf", "1"), ("cookie", &self.cookie), ("sala-signature", &signature)];
        let answer = self.served.request("PATCH", &path, &headers, Some(body.as_bytes()));
        assert_eq!(answer.status, 200, "{}", answer.json());
        let acts = self.get(&format!("/api/v1/acts?kind=persona.change&subject={persona}&limit=50"));
        acts["items"].as_array().unwrap().last().expect("the act")["id"].as_str().unwrap().to_owned()
    }
}

fn run(openings: &Path, act: Option<&Path>) -> (i32, String) {
    let mut args = vec!["signature", openings.to_str().unwrap()];
    if let Some(act) = act {
        args.extend(["--act", act.to_str().unwrap()]);
    }
    let output = sala(&args);
    (output.status.code().unwrap(), text(&output))
}

/// The evidence in the openings, changed.
fn changed(openings: &Value, change: impl FnOnce(&mut std::collections::BTreeMap<String, Cbor>)) -> Value {
    let mut openings = openings.clone();
    let items = openings["items"].as_array_mut().unwrap();
    let item = items.iter_mut().find(|item| item["field"] == "signature").unwrap();
    let Cbor::Map(mut map) = Cbor::decode(&hex::decode(item["cbor"].as_str().unwrap()).unwrap()).unwrap() else { panic!("a map") };
    change(&mut map);
    item["cbor"] = json!(hex::encode(Cbor::Map(map).encode()));
    openings
}

fn statement(openings: &Value, field: &str, value: Cbor) -> Value {
    changed(openings, |map| {
        let Some(Cbor::Map(statement)) = map.get_mut("statement") else { panic!("a statement") };
        assert!(statement.insert(field.into(), value).is_some());
    })
}

#[test]
fn a_signature_is_checked_without_the_hall_and_one_change_anywhere_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start_with(options(&folder.path().join("data"), &["--origin", HALL]));
    let (one, other) = (Browser::register(&served, "หนึ่ง"), Browser::register(&served, "สอง"));
    let act_of = |browser: &Browser| {
        let id = browser.signed_act();
        (browser.get(&format!("/api/v1/me/acts/{id}/openings")), browser.get(&format!("/api/v1/acts/{id}")))
    };
    let ((openings, act), (foreign, foreign_act)) = (act_of(&one), act_of(&other));
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let act_file = write("act.json", &act.to_string());
    let checked = |openings: &str| run(&write("openings.json", openings), Some(&act_file));

    let (code, said) = checked(&openings.to_string());
    assert_eq!(code, 0, "{said}");
    let persona = one.get("/api/v1/session")["persona"].as_str().unwrap().to_owned();
    for words in ["signed: PATCH /api/v1/personas/", HALL, persona.as_str(), "the act committed to this signature"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let (code, said) = run(&write("alone.json", &openings.to_string()), None);
    assert!(code == 0 && said.contains("not compared with an act"), "{said}");

    let another = "the passkey signed another statement";
    let signature_of =
        |openings: &Value| openings["items"].as_array().unwrap().iter().find(|item| item["field"] == "signature").unwrap().clone();
    let salted = |salt: Value| {
        let mut openings = openings.clone();
        let item = openings["items"].as_array_mut().unwrap().iter_mut().find(|item| item["field"] == "signature").unwrap();
        item["salt"] = salt;
        openings
    };
    let foreign_key = {
        let Cbor::Map(map) = Cbor::decode(&hex::decode(signature_of(&foreign)["cbor"].as_str().unwrap()).unwrap()).unwrap() else {
            panic!()
        };
        map["key"].clone()
    };
    for (what, openings, words) in [
        ("method", statement(&openings, "method", "DELETE".into()), another),
        ("path", statement(&openings, "path", "/api/v1/officers".into()), another),
        ("body", statement(&openings, "body", [0; 32].into()), another),
        ("actor", statement(&openings, "actor", "persona_0".into()), another),
        ("hall", statement(&openings, "hall", "http://localhost:1".into()), another),
        ("mandate", statement(&openings, "behalf", "mandate_1".into()), another),
        ("shape", statement(&openings, "nonce", Cbor::Null), "not the evidence of a signature"),
        ("key", changed(&openings, |map| drop(map.insert("key".into(), foreign_key))), "the signature is not by this key"),
        ("relying party", changed(&openings, |map| drop(map.insert("rp_id".into(), "evil.example".into()))), "another origin"),
        ("salt", salted(json!("00".repeat(32))), "did not commit"),
        ("short salt", salted(json!("00")), "`salt` is not what the hall gives"),
        ("another's act", foreign.clone(), "did not commit"),
        ("no signature", json!({ "items": [] }), "no field `signature`"),
        ("no openings", json!({ "leaf": "" }), "can't be read"),
    ] {
        let (code, said) = checked(&openings.to_string());
        assert!(code == 1 && said.contains("NOT signed: ") && said.contains(words), "{what}: {code} {said}");
    }
    // Cut off anywhere, and with rubbish in its place.
    let whole = openings.to_string();
    for mangled in ["", "{", "null", "\u{0}", &whole[..whole.len() / 2]] {
        let (code, said) = checked(mangled);
        assert!(code == 1 && said.contains("NOT signed"), "{mangled}: {code} {said}");
    }
    // The act of somebody else, and an act that is none.
    for (act, words) in [
        (foreign_act.to_string(), "did not commit"),
        (json!({ "leaf": "AAAA" }).to_string(), "`leaf`"),
        ("[".into(), "the act can't be read"),
    ] {
        let (code, said) = run(&write("openings.json", &whole), Some(&write("other.json", &act)));
        assert!(code == 1 && said.contains(words), "{words}: {code} {said}");
    }
    let (code, _) = run(&folder.path().join("missing.json"), None);
    assert_eq!(code, 2, "a file that is not there was not looked at");
}
