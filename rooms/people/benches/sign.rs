//! Sign-ins and signed requests a second through the whole room (ceremony, verification, act, durable commit), beside what bounds
//! both: bare P-256 verifications. `cargo bench -p sala-people --bench sign`
#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a bench measures by the clock and stops at a surprise"
)]

#[path = "../tests/people/hall.rs"]
mod hall;

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use p256::ecdsa::{
    Signature, SigningKey, VerifyingKey,
    signature::{Signer, Verifier},
};
use sala_people::{Operation, Petition, Policies};
use serde_json::{Value, json};

use self::hall::{Device, Hall, Reply};

const CEREMONIES: usize = 2_000;
const CLIENTS: usize = 64;
const ROUNDS: usize = 5;

/// So many a second, and what bounds it.
#[derive(Clone, Copy)]
struct Measured {
    rate: f64,
    bare: f64,
}

impl Measured {
    fn ratio(self) -> f64 {
        self.rate / self.bare
    }
}

/// Sends what was prepared, so many at a time. On a machine with other work the bound moves, so it is measured on both sides.
async fn send<F: Future<Output = Reply>>(prepared: Vec<F>, cores: usize) -> Measured {
    let before = bare(cores);
    let (count, start) = (prepared.len(), Instant::now());
    let replies = stream::iter(prepared).buffer_unordered(CLIENTS);
    let good = replies.filter(|reply| std::future::ready(reply.status.is_success())).count().await;
    assert_eq!(good, count, "every request was good");
    let rate = count as f64 / start.elapsed().as_secs_f64();
    Measured { rate, bare: f64::midpoint(before, bare(cores)) }
}

/// One address for each ceremony: the limits are not what is measured.
fn remote(number: usize) -> String {
    format!("10.{}.{}.1", number / 250, number % 250)
}

async fn sign_ins(hall: &Hall, device: &mut Device, cores: usize) -> Measured {
    let mut prepared = vec![];
    for number in 0..CEREMONIES {
        let started = hall.ask_from(&remote(number), "POST", "/session/passkey/start", None, None).await.ok().json;
        let credential = device.sign_in(&started["options"]).await.unwrap();
        let finish = json!({ "ceremony": started["ceremony"], "credential": credential });
        prepared.push(async move { hall.ask_from(&remote(number), "POST", "/session/passkey/finish", None, Some(finish)).await });
    }
    send(prepared, cores).await
}

async fn signed_acts(hall: &Hall, device: &mut Device, token: &str, cores: usize) -> Measured {
    let persona = hall.session(token).await["persona"].as_str().unwrap().to_owned();
    let path = format!("/personas/{persona}");
    let mut prepared = vec![];
    for number in 0..CEREMONIES {
        let body: Value = json!({ "name": format!("ชื่อที่ {number}") });
        let signature = hall.signature_from(&remote(number), device, ("PATCH", &path), token, Some(&body)).await;
        let path = &path;
        prepared.push(async move { hall.ask_with(&remote(number), "PATCH", path, Some(token), Some(body), Some(&signature)).await });
    }
    send(prepared, cores).await
}

/// Bare verifications of ECDSA on P-256 with SHA-256 a second, on `threads` threads.
fn bare(threads: usize) -> f64 {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let signature: Signature = key.sign(b"a message");
    let verifying = *VerifyingKey::from(&key).as_affine();
    let until = Instant::now() + Duration::from_secs(1);
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            std::thread::spawn(move || {
                let verifying = VerifyingKey::from_affine(verifying).unwrap();
                let mut count = 0_u64;
                while Instant::now() < until {
                    verifying.verify(b"a message", &signature).unwrap();
                    count += 1;
                }
                count
            })
        })
        .collect();
    workers.into_iter().map(|worker| worker.join().unwrap()).sum::<u64>() as f64
}

/// How long a decision of the demonstration's policies takes, in microseconds: median and 99th percentile over callers and operations.
fn decisions() -> (f64, f64) {
    let contract: Value = serde_json::from_str(&std::fs::read_to_string(hall::profile("../../openapi/sala.json")).unwrap()).unwrap();
    let mut operations = vec![];
    for (method, operation) in contract["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap()) {
        let is_public = operation["security"].as_array().is_some_and(|all| all.iter().all(|one| one == &json!({})));
        let text = |pointer: &str| operation.pointer(pointer).and_then(Value::as_str).unwrap_or("hall").to_owned();
        operations.push(Operation { id: text("/operationId"), room: text("/tags/0"), is_public, is_safe: method == "get" });
    }
    let policies = Policies::read(&hall::profile("policies"), &operations).unwrap();
    let who = |kind, roles: &[&str], signed| Petition {
        kind,
        office: if kind == "Officer" { "traffic".into() } else { String::new() },
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        ial: 110,
        fresh: true,
        signed,
        demo: false,
        behalf: false,
    };
    let callers = [who("Visitor", &[], false), who("Citizen", &[], true), who("Officer", &["approver", "analyst"], true)];
    let mut took = vec![];
    for _ in 0..20 {
        for (caller, operation) in callers.iter().flat_map(|caller| operations.iter().map(move |operation| (caller, operation))) {
            let start = Instant::now();
            policies.decide(caller, &operation.id).unwrap();
            took.push(start.elapsed().as_secs_f64() * 1e6);
        }
    }
    took.sort_by(f64::total_cmp);
    (took[took.len() / 2], took[took.len() * 99 / 100])
}

#[tokio::main]
async fn main() {
    if !std::env::args().any(|argument| argument == "decisions") {
        rates().await;
    }
    let (median, most) = decisions();
    println!("a policy decision, demonstration's set     p50 {median:.0} µs, p99 {most:.0} µs");
}

/// Prints the rates, median and best of the rounds.
async fn rates() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{ROUNDS} rounds of {CEREMONIES} prepared requests, {CLIENTS} at a time, SQLite FULL, {cores} cores");
    println!("beside each, the bare P-256 verifications on all cores just before and after (mean)");
    let mut rounds = vec![];
    for _ in 0..ROUNDS {
        let hall = hall::hall().await;
        let mut device = Device::new();
        let token = hall.newcomer(&mut device, "ผู้วัด").await;
        rounds.push([sign_ins(&hall, &mut device, cores).await, signed_acts(&hall, &mut device, &token, cores).await]);
    }
    for (name, place) in [("sign-ins, session durable", 0), ("signed requests, act durable", 1)] {
        let mut measured: Vec<Measured> = rounds.iter().map(|round| round[place]).collect();
        measured.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
        for (which, one) in [("median", measured[ROUNDS / 2]), ("best", measured[ROUNDS - 1])] {
            println!("  {name:<30} {which:<6} {:>6.0} /s of {:>6.0} /s bare   ratio {:.2}", one.rate, one.bare, one.ratio());
        }
    }
}
