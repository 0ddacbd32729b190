//! Credentials against independent implementations, each a process of its own: PyPI sd-jwt, jwcrypto and joserfc; npm @sd-jwt,
//! @owf/token-status-list, jose and @openid4vc. What one side makes, the other reads.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a helper of a test may stop it, and a skipped test says so"
)]

#[path = "credential/shared.rs"]
mod shared;

use std::{
    env,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use sala_credential::{
    Algorithm, ClaimsPath, CredentialError, Jwk, SigningKey,
    jose::{
        UnverifiedJws,
        jwe::{self, ContentEncryption, DecryptionKey, Fresh},
        jws,
    },
    openid4vci::{
        credential::{ProofCheck, Proofs},
        metadata::IssuerMetadata,
        offer::{CredentialOffer, OfferLink, SCHEME},
    },
    openid4vp::{
        dcql::{Held, Query},
        request::{ClientId, ClientMetadata, PresentationRequest, RequestLink, ResponseMode},
        response::PresentationResponse,
    },
    sd_jwt::{KeyBinding, KeyBindingCheck, SdJwt},
    status::{self, Status, StatusList, StatusReference, TokenDraft},
    vc,
};
use serde_json::{Value, json};

const NOW_S: i64 = 1_790_000_000;
const NONCE: &str = "n-0S6_WzA2Mj0123";
const VCT: &str = "https://hall.example/resident";
const ISSUER: &str = "https://hall.example";
const STATUS_URI: &str = "https://hall.example/status/1";
const ALLOWED: [Algorithm; 1] = [Algorithm::Es256];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Peer {
    Python,
    Node,
}

impl Peer {
    /// The program and its script, if its packages are installed; else a word on the output.
    fn command(self) -> Option<(PathBuf, PathBuf)> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let scripts = here.join("tests/peers");
        let (program, script, is_installed) = match self {
            Self::Python => {
                let python = here.join("../../.venv/bin/python");
                let probe = Command::new(&python).args(["-c", "import sd_jwt, jwcrypto, joserfc"]).stderr(Stdio::null()).status();
                (python, "peer.py", probe.is_ok_and(|status| status.success()))
            }
            Self::Node => (PathBuf::from("node"), "peer.mjs", scripts.join("node_modules/@sd-jwt/core").exists()),
        };
        if !is_installed {
            assert!(env::var_os("SALA_REQUIRE_PEERS").is_none(), "the packages of {self:?} are missing: run scripts/install");
            println!("skipped: the packages of {self:?} are not installed (run scripts/install)");
        }
        is_installed.then(|| (program, scripts.join(script)))
    }

    /// Asks the peer; `None` if it is not installed, `Err` if it refused.
    fn try_ask(self, ask: &Value) -> Option<Result<Value, String>> {
        let (program, script) = self.command()?;
        let mut child =
            Command::new(program).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(ask.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            Some(Ok(serde_json::from_slice(&output.stdout).unwrap()))
        } else {
            Some(Err(String::from_utf8_lossy(&output.stderr).into_owned()))
        }
    }

    fn ask(self, ask: &Value) -> Option<Value> {
        self.try_ask(ask).map(|answer| answer.unwrap_or_else(|error| panic!("{self:?} failed to {}: {error}", ask["do"])))
    }
}

fn issuer() -> SigningKey {
    SigningKey::es256(&[1; 32]).unwrap()
}

fn holder() -> SigningKey {
    SigningKey::es256(&[2; 32]).unwrap()
}

fn private(key: &SigningKey) -> Value {
    serde_json::from_str(&key.to_private_jwk()).unwrap()
}

fn public(key: &Jwk) -> Value {
    Value::Object(key.to_members())
}

fn entropy() -> impl FnMut(&mut [u8]) {
    let mut next = 0_u64;
    move |bytes: &mut [u8]| {
        next += 1;
        bytes.iter_mut().zip(next.to_le_bytes()).for_each(|(byte, random)| *byte = random);
    }
}

fn claims() -> Value {
    json!({"name": "สมชาย ใจดี", "languages": ["th", "en"], "address": {"street": "1 ถนนท่าแพ", "city": "เชียงใหม่"}, "level": 3})
}

fn path(steps: Value) -> ClaimsPath {
    serde_json::from_value(steps).unwrap()
}

fn our_credential() -> SdJwt {
    let disclosable = [path(json!(["name"])), path(json!(["languages", null])), path(json!(["address"])), path(json!(["address", "city"]))];
    let key = holder();
    let draft = vc::Draft {
        vct: VCT,
        issuer: ISSUER,
        issued_s: NOW_S,
        not_before_s: None,
        expires_s: Some(NOW_S + 1000),
        holder: Some(key.public()),
        status: Some(StatusReference { index: 5, uri: STATUS_URI.to_owned() }),
        claims: claims().as_object().unwrap().clone(),
        disclosable: &disclosable,
        decoys: 2,
    };
    vc::issue(&issuer(), draft, &mut entropy()).unwrap()
}

fn our_list() -> (String, StatusList) {
    let mut list = StatusList::new(2, 40).unwrap();
    list.set(6, Status::Invalid).unwrap();
    list.set(7, Status::Suspended).unwrap();
    let draft = TokenDraft { uri: STATUS_URI, issued_s: NOW_S, expires_s: Some(NOW_S + 100), ttl_s: Some(60) };
    (status::sign(&issuer(), &draft, &list).unwrap(), list)
}

fn check(nonce: &str) -> vc::Check<'_> {
    let binding = KeyBindingCheck { audience: "verifier", nonce, now_s: NOW_S, leeway_s: 60, max_age_s: 600, allowed: &ALLOWED };
    vc::Check { now_s: NOW_S, leeway_s: 60, allowed: &ALLOWED, issuer: Some(ISSUER), types: &[VCT], key_binding: Some(binding) }
}

#[test]
fn what_we_issue_and_show_the_peers_verify() {
    let shown = our_credential().select(&[path(json!(["languages", 1])), path(json!(["address", "city"]))]).unwrap();
    let shown = shown.bind(&holder(), &KeyBinding { audience: "verifier", nonce: NONCE, issued_s: NOW_S }).unwrap().to_string();
    for peer in [Peer::Python, Peer::Node] {
        let ask = |presented: &str, nonce: &str| json!({"do": "verify", "presented": presented, "issuer": public(issuer().public()), "nonce": nonce, "audience": "verifier", "now_s": NOW_S, "statusList": our_list().0});
        let Some(answer) = peer.ask(&ask(&shown, NONCE)) else { continue };
        assert_eq!(answer["claims"]["languages"], json!(["en"]), "{peer:?}");
        assert_eq!(answer["claims"]["address"], json!({"street": "1 ถนนท่าแพ", "city": "เชียงใหม่"}), "{peer:?}");
        assert_eq!(answer["claims"]["level"], 3, "{peer:?}");
        assert_eq!(answer["claims"].get("name"), None, "{peer:?}");
        assert!(peer.try_ask(&ask(&shown, "another-nonce-01")).unwrap().is_err(), "{peer:?}");
    }
}

#[test]
fn what_we_issue_the_peers_show_and_we_verify() {
    for peer in [Peer::Python, Peer::Node] {
        let ask = json!({
            "do": "present", "issued": our_credential().to_string(), "disclose": {"languages": [false, true], "name": true},
            "nonce": NONCE, "audience": "verifier", "holder": private(&holder()), "now_s": NOW_S
        });
        // Frames of npm name elements by their index.
        let ask = if peer == Peer::Node { with(ask, "disclose", json!({"languages": {"1": true}, "name": true})) } else { ask };
        let Some(answer) = peer.ask(&ask) else { continue };
        let shown = SdJwt::parse(answer["presented"].as_str().unwrap()).unwrap();
        // The Python package takes its own clock for `iat`, which is before or after ours.
        let iat = issued_at(&shown);
        let mut asked = check(NONCE);
        asked.key_binding = asked.key_binding.map(|binding| KeyBindingCheck { now_s: iat, ..binding });
        let credential = vc::verify(&shown, issuer().public(), &asked).unwrap();
        assert_eq!(credential.claims["languages"], json!(["en"]), "{peer:?}");
        assert_eq!(credential.claims["name"], "สมชาย ใจดี", "{peer:?}");
        assert!(!credential.claims.contains_key("address"), "{peer:?}");
        asked.key_binding = asked.key_binding.map(|binding| KeyBindingCheck { nonce: "another-nonce-01", ..binding });
        assert!(matches!(vc::verify(&shown, issuer().public(), &asked), Err(CredentialError::KeyBinding { .. })), "{peer:?}");
    }
}

fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

fn issued_at(shown: &SdJwt) -> i64 {
    let text = shown.to_string();
    let binding = UnverifiedJws::parse(text.rsplit('~').next().unwrap()).unwrap().verify(holder().public(), &ALLOWED).unwrap();
    binding.claims().unwrap()["iat"].as_i64().unwrap()
}

#[test]
fn what_the_peers_issue_we_show_and_they_verify_again() {
    for peer in [Peer::Python, Peer::Node] {
        let mut all = claims();
        for (name, value) in [("iss", json!(ISSUER)), ("vct", json!(VCT)), ("iat", json!(NOW_S)), ("exp", json!(NOW_S + 1000))] {
            all[name] = value;
        }
        let frame = json!({"_sd": ["name", "languages", "address"], "_sd_decoy": 2, "languages": {"_sd": [0, 1]}, "address": {"_sd": ["city", "street"]}});
        let ask = json!({
            "do": "issue", "claims": all, "disclosable": ["name", "languages", "address"], "frame": frame,
            "issuer": private(&issuer()), "holder": if peer == Peer::Python { public(holder().public()) } else { private(&holder()) }
        });
        let Some(answer) = peer.ask(&ask) else { continue };
        let issued = SdJwt::parse(answer["issued"].as_str().unwrap()).unwrap();
        let unbound = vc::Check { key_binding: None, ..check(NONCE) };
        let everything = vc::verify(&issued, issuer().public(), &unbound).unwrap();
        for (name, value) in claims().as_object().unwrap() {
            assert_eq!(everything.claims.get(name), Some(value), "{peer:?}");
        }
        assert_eq!(everything.disclosed.len(), 7, "{peer:?}");
        let shown = issued.select(&[path(json!(["languages", 0]))]).unwrap();
        let shown = shown.bind(&holder(), &KeyBinding { audience: "verifier", nonce: NONCE, issued_s: NOW_S }).unwrap();
        assert_eq!(vc::verify(&shown, issuer().public(), &check(NONCE)).unwrap().claims["languages"], json!(["th"]), "{peer:?}");
        let ask = json!({"do": "verify", "presented": shown.to_string(), "issuer": public(issuer().public()), "nonce": NONCE, "audience": "verifier", "now_s": NOW_S});
        assert_eq!(peer.ask(&ask).unwrap()["claims"]["languages"], json!(["th"]), "{peer:?}");
    }
}

#[test]
fn the_examples_of_the_sd_jwt_vc_draft_issued_by_a_peer_are_verified() {
    let Some(folder) = shared::vectors("sdjwtvc/examples") else { return };
    for (example, disclosures) in [("01", 9), ("02", 9), ("03-pid", 28)] {
        let specification = folder.join(example).join("specification.yml");
        let ask = json!({
            "do": "issue_example", "specification": specification, "iss": "https://issuer.example", "now_s": NOW_S, "nonce": NONCE,
            "audience": "verifier", "issuer": private(&issuer()), "holder": private(&holder())
        });
        let Some(answer) = Peer::Python.ask(&ask) else { return };
        let unbound = vc::Check { issuer: None, types: &[], key_binding: None, ..check(NONCE) };
        let issued = SdJwt::parse(answer["issued"].as_str().unwrap()).unwrap();
        let all = vc::verify(&issued, issuer().public(), &unbound).unwrap();
        assert_eq!(all.disclosed.len(), disclosures, "{example}");
        for (name, value) in answer["claims"].as_object().unwrap() {
            assert_eq!(all.claims.get(name), Some(value), "{example}");
        }
        let presented = SdJwt::parse(answer["presented"].as_str().unwrap()).unwrap();
        assert_eq!(presented.has_key_binding(), answer["is_bound"].as_bool().unwrap());
        let now_s = if presented.has_key_binding() { issued_at(&presented) } else { NOW_S };
        let binding = check(NONCE).key_binding.filter(|_| presented.has_key_binding()).map(|binding| KeyBindingCheck { now_s, ..binding });
        let shown = vc::verify(&presented, issuer().public(), &vc::Check { key_binding: binding, ..unbound }).unwrap();
        assert_eq!(Value::Object(shown.claims), answer["shown"], "{example}");
    }
}

#[test]
fn status_lists_are_read_both_ways_and_a_revoked_credential_is_refused() {
    let (token, _) = our_list();
    let Some(answer) = Peer::Node
        .ask(&json!({"do": "status_read", "token": token, "issuer": public(issuer().public()), "indexes": [5, 6, 7, 39], "now_s": NOW_S}))
    else {
        return;
    };
    assert_eq!(answer["statuses"], json!([0, 1, 2, 0]));
    for bits in [1_u8, 2, 4, 8] {
        let largest = u8::MAX >> (8 - bits);
        let statuses: Vec<u8> = (0..64).map(|index: u8| index.wrapping_mul(37) & largest).collect();
        let ask = json!({"do": "status_write", "statuses": statuses, "bits": bits, "uri": STATUS_URI, "issuer": private(&issuer()), "now_s": NOW_S});
        let answer = Peer::Node.ask(&ask).unwrap();
        let read = status::verify(answer["token"].as_str().unwrap(), STATUS_URI, issuer().public(), &ALLOWED, NOW_S, 1000).unwrap();
        let ours: Vec<u8> = (0..64).map(|index| read.list().get(index).unwrap().value()).collect();
        assert_eq!(ours, statuses, "{bits} bits");
    }
    let mut revoked = StatusList::new(1, 40).unwrap();
    revoked.set(5, Status::Invalid).unwrap();
    let draft = TokenDraft { uri: STATUS_URI, issued_s: NOW_S, expires_s: None, ttl_s: None };
    let list = status::sign(&issuer(), &draft, &revoked).unwrap();
    let shown = our_credential().bind(&holder(), &KeyBinding { audience: "verifier", nonce: NONCE, issued_s: NOW_S }).unwrap();
    let ask = json!({"do": "verify", "presented": shown.to_string(), "issuer": public(issuer().public()), "nonce": NONCE, "now_s": NOW_S, "statusList": list});
    assert!(Peer::Node.try_ask(&ask).unwrap().is_err());
}

#[test]
fn encrypted_messages_are_read_both_ways() {
    let key = DecryptionKey::new(&[3; 32]).unwrap();
    let mut secret = private(&SigningKey::es256(&[3; 32]).unwrap());
    let bare = json!({"kty": secret["kty"], "crv": secret["crv"], "x": secret["x"], "y": secret["y"]});
    assert_eq!(secret.as_object_mut().unwrap().len(), 5);
    for peer in [Peer::Python, Peer::Node] {
        let header = json!({"apu": "QWxpY2U", "apv": "Qm9i"});
        let ours =
            jwe::encrypt(key.public(), &Fresh { ephemeral: [4; 32], iv: [5; 12] }, header.as_object().unwrap(), "สวัสดี".as_bytes()).unwrap();
        let Some(answer) = peer.ask(&json!({"do": "decrypt", "jwe": ours, "key": secret})) else { continue };
        assert_eq!(answer["plaintext"], "สวัสดี", "{peer:?}");
        for alg in ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"] {
            for enc in ContentEncryption::ALL {
                let ask = json!({"do": "encrypt", "alg": alg, "enc": enc.name(), "key": bare, "plaintext": "สวัสดี"});
                let theirs = peer.ask(&ask).unwrap();
                let opened = key.decrypt(theirs["jwe"].as_str().unwrap(), &[enc]).unwrap();
                assert_eq!(opened.plaintext, "สวัสดี".as_bytes(), "{peer:?} {alg} {enc:?}");
            }
        }
    }
}

#[test]
fn signatures_and_thumbprints_agree_both_ways() {
    let payload = json!({"a": "สวัสดี"});
    for (key, alg) in [(issuer(), "ES256"), (SigningKey::ed25519(&[1; 32]), "EdDSA")] {
        let token = jws::sign_jwt(&key, "JWT", &payload).unwrap();
        for peer in [Peer::Python, Peer::Node] {
            let Some(answer) = peer.ask(&json!({"do": "verify_jws", "jws": token, "key": public(key.public()), "alg": alg})) else {
                continue;
            };
            assert_eq!((&answer["payload"], &answer["thumbprint"]), (&payload, &json!(key.public().thumbprint())), "{peer:?} {alg}");
        }
    }
    let theirs = |peer: Peer, ask: Value, algorithm: Algorithm| {
        let Some(answer) = peer.ask(&ask) else { return };
        let key = Jwk::from_members(answer["key"].as_object().unwrap()).unwrap();
        let token = UnverifiedJws::parse(answer["jws"].as_str().unwrap()).unwrap();
        assert_eq!(token.clone().verify(&key, &[algorithm]).unwrap().payload(), b"{}", "{peer:?} {algorithm:?}");
        assert_eq!(json!(key.thumbprint()), answer["thumbprint"], "{peer:?} {algorithm:?}");
        assert!(token.verify(issuer().public(), &[algorithm]).is_err());
    };
    for algorithm in Algorithm::ALL {
        theirs(Peer::Node, json!({"do": "sign", "alg": algorithm.name(), "payload": "{}"}), algorithm);
    }
    for algorithm in [Algorithm::Rs256, Algorithm::Ps256] {
        theirs(Peer::Python, json!({"do": "sign_rsa", "alg": algorithm.name(), "payload": "{}"}), algorithm);
    }
}

/// Wallets compare the times of a signed request with their own clock.
#[expect(clippy::disallowed_methods, reason = "the peer's clock is the machine's")]
fn real_time_s() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

fn metadata() -> IssuerMetadata {
    let document = json!({
        "credential_issuer": ISSUER, "credential_endpoint": "https://hall.example/credential", "nonce_endpoint": "https://hall.example/nonce",
        "display": [{"name": "ศาลา", "locale": "th"}, {"name": "Hall", "locale": "en"}],
        "credential_configurations_supported": {"resident": {
            "format": "dc+sd-jwt", "vct": VCT, "scope": "resident", "cryptographic_binding_methods_supported": ["jwk"],
            "credential_signing_alg_values_supported": ["ES256"],
            "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
            "credential_metadata": {"display": [{"name": "บัตรผู้อยู่อาศัย", "locale": "th"}], "claims": [{"path": ["languages", null], "display": [{"name": "ภาษา", "locale": "th"}]}]}
        }}
    });
    IssuerMetadata::parse(document.to_string().as_bytes(), ISSUER).unwrap()
}

#[test]
fn a_wallet_takes_our_offer_and_we_take_its_proof() {
    let offer = json!({
        "credential_issuer": ISSUER, "credential_configuration_ids": ["resident"],
        "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": "oaKazRN8I0IbtZ0C7JuMn5", "tx_code": {"input_mode": "numeric", "length": 6}}}
    });
    let offer = CredentialOffer::parse(offer.to_string().as_bytes()).unwrap();
    offer.check_against(&metadata()).unwrap();
    let server = json!({"issuer": ISSUER, "token_endpoint": "https://hall.example/token", "response_types_supported": ["code"]});
    let pages = json!({
        "https://hall.example/.well-known/openid-credential-issuer": metadata(),
        "https://hall.example/.well-known/oauth-authorization-server": server,
        "https://hall.example/offers/1": offer,
    });
    let reference = OfferLink::to_reference(SCHEME, "https://hall.example/offers/1").unwrap();
    for link in [offer.to_link(SCHEME).unwrap(), reference] {
        let ask = json!({"do": "wallet_vci", "link": link, "pages": pages, "holder": private(&holder()), "nonce": NONCE, "now_s": NOW_S});
        let Some(answer) = Peer::Node.ask(&ask) else { return };
        assert_eq!(answer["credentialOffer"], serde_json::to_value(&offer).unwrap());
        assert_eq!(answer["configurations"], json!(["resident"]));
        let check =
            ProofCheck { issuer: ISSUER, client_id: None, now_s: NOW_S, leeway_s: 5, max_age_s: 60, allowed: &ALLOWED, batch_size: 1 };
        let proofs = Proofs { jwt: vec![answer["proof"].as_str().unwrap().to_owned()] };
        let keys = check.verify(Some(&proofs), |nonce| nonce == NONCE).unwrap();
        assert_eq!(keys[0].thumbprint(), holder().public().thumbprint());
    }
}

#[test]
fn a_wallet_answers_our_requests_signed_or_not_encrypted_or_not() {
    let query = json!({"credentials": [{
        "id": "resident", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, "claims": [{"path": ["languages", null], "values": ["en"]}]
    }]});
    let query = Query::parse(query.to_string().as_bytes()).unwrap();
    let did = ClientId::Did("did:web:hall.example".to_owned());
    let answer_uri = "https://hall.example/answers/1";
    let open = ClientId::RedirectUri(answer_uri.to_owned());
    let signer = issuer().with_key_id("did:web:hall.example#key-1");
    let sealed = DecryptionKey::new(&[3; 32]).unwrap().with_key_id("enc-1");
    for (client, response_mode) in [
        (&did, ResponseMode::DirectPost),
        (&did, ResponseMode::DirectPostJwt),
        (&open, ResponseMode::DirectPost),
        (&open, ResponseMode::DirectPostJwt),
    ] {
        let key = (response_mode == ResponseMode::DirectPostJwt).then_some(&sealed);
        let request = PresentationRequest {
            response_type: "vp_token".to_owned(),
            client_id: client.to_string(),
            response_mode,
            response_uri: answer_uri.to_owned(),
            nonce: NONCE.to_owned(),
            state: Some("s-1".to_owned()),
            dcql_query: query.clone(),
            client_metadata: Some(ClientMetadata::sd_jwt(key.map(DecryptionKey::public))),
            wallet_nonce: None,
        };
        let request_uri = "https://hall.example/requests/1";
        let (link, pages) = match client {
            ClientId::Did(_) => {
                let signed = request.sign(&signer, real_time_s(), 300).unwrap();
                (RequestLink::to_reference("openid4vp://", client, request_uri).unwrap(), json!({ request_uri: signed }))
            }
            ClientId::RedirectUri(_) => (request.to_link("openid4vp://").unwrap(), json!({})),
        };
        // Which credential, with which claims, is for our own evaluation to say.
        let credential = our_credential();
        let evaluation = query.evaluate(&[Held::new(&credential).unwrap()]);
        let disclose = &evaluation.matches["resident"][0].disclose;
        let shown = credential.select(disclose).unwrap();
        let shown = shown.bind(&holder(), &KeyBinding { audience: &request.client_id, nonce: NONCE, issued_s: NOW_S }).unwrap();
        let ask = json!({
            "do": "wallet_vp", "link": link, "pages": pages, "vp_token": {"resident": [shown.to_string()]},
            "keys": {"did:web:hall.example#key-1": public(issuer().public())}
        });
        let Some(answer) = Peer::Node.ask(&ask) else { return };
        assert_eq!(answer["query"], serde_json::to_value(&query).unwrap());
        assert_eq!(answer["version"], 100, "{client}: it is a request of OpenID4VP 1.0");
        let PresentationResponse::Presented { vp_token, state } =
            PresentationResponse::parse(answer["body"].as_str().unwrap(), key).unwrap()
        else {
            panic!("{answer}");
        };
        assert_eq!(state.as_deref(), Some("s-1"));
        let binding = KeyBindingCheck { audience: &request.client_id, ..check(NONCE).key_binding.unwrap() };
        let verify = |_: &_, shown: &SdJwt| vc::verify(shown, issuer().public(), &vc::Check { key_binding: Some(binding), ..check(NONCE) });
        let answers = request.dcql_query.check(&vp_token, verify).unwrap();
        assert_eq!(answers["resident"][0].claims["languages"], json!(["en"]));
    }
}
