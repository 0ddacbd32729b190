//! A running hall gives credentials to an independent wallet (npm `@openid4vc/openid4vci`, a process of its own) in both flows; npm
//! `@sd-jwt/sd-jwt-vc` with `@owf/token-status-list`, and PyPI `sd-jwt`, verify them before and after a revocation.

use std::{
    env,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use sala_core::time::{Clock, SystemClock};
use serde_json::{Value, json};

use super::{
    data::Someone,
    hall::{Hall, ORIGIN},
    wallet::{APP, APP_BACK, get, issuing_hall},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Peer {
    Node,
    Python,
}

impl Peer {
    /// The program and its script, if its packages are installed; else a word on the output.
    fn command(self) -> Option<(PathBuf, PathBuf)> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let scripts = here.join("tests/wallet");
        let (program, script, is_installed) = match self {
            Self::Node => (PathBuf::from("node"), "issuing.mjs", scripts.join("node_modules/@openid4vc/openid4vci").exists()),
            Self::Python => {
                let python = here.join("../../.venv/bin/python");
                let probe = Command::new(&python).args(["-c", "import sd_jwt, jwcrypto"]).stderr(Stdio::null()).status();
                (python, "reader.py", probe.is_ok_and(|status| status.success()))
            }
        };
        if !is_installed {
            assert!(env::var_os("SALA_REQUIRE_PEERS").is_none(), "the packages of {self:?} are required here: run scripts/install");
            println!("skipped: the packages of {self:?} are not installed (run scripts/install)");
        }
        is_installed.then(|| (program, scripts.join(script)))
    }

    async fn try_ask(self, ask: Value) -> Result<Value, String> {
        let (program, script) = self.command().unwrap();
        let work = move || {
            let mut command = Command::new(program);
            let mut child = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            child.stdin.take().unwrap().write_all(ask.to_string().as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            if output.status.success() {
                Ok(serde_json::from_slice(&output.stdout).unwrap())
            } else {
                Err(String::from_utf8_lossy(&output.stderr).into_owned())
            }
        };
        tokio::task::spawn_blocking(work).await.unwrap()
    }

    async fn ask(self, ask: Value) -> Value {
        self.try_ask(ask.clone()).await.unwrap_or_else(|error| panic!("{self:?} failed to {}: {error}", ask["do"]))
    }
}

/// Serves the hall on a port; gives its address. The peers live in the present, so the hall goes with it.
async fn serve(hall: &Hall) -> String {
    let clock = Arc::clone(&hall.clock);
    clock.advance_seconds(SystemClock.now().seconds() - clock.now().seconds());
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            clock.advance_seconds((SystemClock.now().seconds() - clock.now().seconds()).max(0));
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, hall.router()).into_future());
    address
}

fn credentials(answer: &Value) -> Vec<String> {
    answer["credentials"].as_array().unwrap().iter().map(|credential| credential.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_wallet_fetches_in_both_flows_and_independent_readers_see_a_revocation() {
    if Peer::Node.command().is_none() {
        return;
    }
    let hall = issuing_hall().await;
    let address = serve(&hall).await;
    let mut me = Someone::new(&hall, "สมหญิง").await;
    let base = |more: Value| {
        let mut ask = json!({ "hall": address, "origin": ORIGIN, "copies": 3 });
        ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask
    };
    let mut all = vec![];
    for dpop in [false, true] {
        let offered = me.ask(&hall, "POST", "/credential-offers", Some(json!({ "type": "proven-person" }))).await.ok().json;
        let wrong = base(json!({ "do": "offer", "link": offered["url"], "pin": "12345x", "dpop": dpop }));
        assert!(Peer::Node.try_ask(wrong).await.unwrap_err().contains("invalid_grant"));
        let took = Peer::Node.ask(base(json!({ "do": "offer", "link": offered["url"], "pin": offered["tx_code"], "dpop": dpop }))).await;
        assert_eq!(took["tokenType"], if dpop { "DPoP" } else { "Bearer" });
        all.extend(credentials(&took));
        // Two that were issued at different moments have an order.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let cookie = format!("{}={}", hall.people.cookie_name(), me.token);
        let code =
            json!({ "do": "code", "type": "proven-person", "clientId": APP, "redirectUri": APP_BACK, "cookie": cookie, "dpop": dpop });
        let came = Peer::Node.ask(base(code)).await;
        assert!(came["page"].as_str().unwrap().starts_with(&format!("{ORIGIN}/authorize?")), "{}", came["page"]);
        all.extend(credentials(&came));
    }
    assert_eq!(all.len(), 12);
    let keys = get(&hall, "/.well-known/jwt-vc-issuer").await.ok().json["jwks"]["keys"].clone();
    let statuses = async || -> Vec<i64> {
        let read = Peer::Node.ask(base(json!({ "do": "verify", "credentials": all }))).await;
        let read = read.as_array().unwrap();
        for one in read {
            assert_eq!((&one["typ"], &one["type"]), (&json!("dc+sd-jwt"), &json!("application/statuslist+jwt")));
            assert_eq!((&one["claims"]["ial"], &one["claims"]["iss"]), (&json!(110), &json!(ORIGIN)));
        }
        read.iter().map(|one| one["status"].as_i64().unwrap()).collect()
    };
    assert_eq!(statuses().await, [0; 12]);
    if Peer::Python.command().is_some() {
        let read = Peer::Python.ask(json!({ "origin": ORIGIN, "keys": keys, "credential": all[0] })).await;
        assert_eq!(read["claims"]["ial"], 110);
        let altered = all[0].replacen('.', ".e", 1);
        assert!(Peer::Python.try_ask(json!({ "origin": ORIGIN, "keys": keys, "credential": altered })).await.is_err());
    }
    // The newest is the last that was fetched.
    let own = me.get(&hall, "/me/credentials").await.ok().json;
    assert_eq!(own["items"].as_array().unwrap().len(), 4);
    let path = format!("/me/credentials/{}/revoke", own["items"][0]["id"].as_str().unwrap());
    me.signed(&hall, "POST", &path, None).await.ok();
    assert_eq!(statuses().await, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
}
