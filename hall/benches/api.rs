//! How long the hall's answers take: 500 requests a second over HTTP against the demonstration, whatever the answers take (open loop).
//!
//! `cargo bench -p sala-hall --bench api`. 16 clients on this machine, each with one connection kept alive, ask in turn for the board,
//! the measures, the newest acts, the values of one series and the session, as a browser does (`accept-encoding: gzip`), while the
//! demonstration plays its history, acts and publishes. A time counts from the moment at which the request was due, so a client that
//! was held up is not forgiven. The floor is `/healthz` under the same load.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench measures by the clock and stops at a surprise"
)]

#[path = "../tests/hall/support.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod support;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use support::Served;

const CLIENTS: u32 = 16;
const PER_SECOND: u32 = 500;
const PROMISED_MS: f64 = 20.0;
const MIX: [&str; 5] = [
    "/api/v1/board",
    "/api/v1/measures",
    "/api/v1/acts?limit=20",
    "/api/v1/series/traffic.i94.volume/values?from=2018-03-01T00:00:00Z&to=2018-03-07T00:00:00Z",
    "/api/v1/session",
];

/// Asks `PER_SECOND` times a second for some seconds; the times by path, in ms.
fn load(base: &str, cookie: &str, paths: &[&'static str], seconds: u32) -> BTreeMap<&'static str, Vec<f64>> {
    let paths: Arc<[&'static str]> = paths.into();
    let begin = Instant::now() + Duration::from_millis(100);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (base, cookie, paths) = (base.to_owned(), cookie.to_owned(), Arc::clone(&paths));
            std::thread::spawn(move || {
                let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
                let mut times = vec![];
                for number in (client..PER_SECOND * seconds).step_by(CLIENTS as usize) {
                    let due = begin + Duration::from_secs(1) / PER_SECOND * number;
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    let path = paths[number as usize % paths.len()];
                    let mut answer =
                        agent.get(format!("{base}{path}")).header("accept-encoding", "gzip").header("cookie", &cookie).call().unwrap();
                    assert!(!answer.body_mut().read_to_vec().unwrap().is_empty(), "{path}");
                    times.push((path, due.elapsed().as_secs_f64() * 1e3));
                }
                times
            })
        })
        .collect();
    let mut by_path: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    for (path, time) in clients.into_iter().flat_map(|client| client.join().unwrap()) {
        by_path.entry(path).or_default().push(time);
    }
    by_path
}

/// Prints p50, p99 and the worst; gives p99.
fn tell(what: &str, mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    let path = what.split('?').next().unwrap_or(what);
    println!("  {path:<46} {:>5} requests   p50 {:>6.2} ms   p99 {:>6.2} ms   worst {:>6.2} ms", times.len(), at(0.5), at(0.99), at(1.0));
    at(0.99)
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start_in(folder.path(), &["--requests-per-minute", "1000000"]);
    let cookie = served.sign_in(&json!({"role": "citizen"}));
    println!("{PER_SECOND} requests/s, {CLIENTS} clients, the demonstration playing");
    load(&served.base, &cookie, &MIX, 2);
    let floor: Vec<f64> = load(&served.base, &cookie, &["/healthz"], 3).into_values().flatten().collect();
    let by_path = load(&served.base, &cookie, &MIX, 10);
    let floor = tell("floor: /healthz", floor);
    for (path, times) in &by_path {
        tell(path, times.clone());
    }
    let p99 = tell("all", by_path.into_values().flatten().collect());
    let word = if p99 <= PROMISED_MS { "kept" } else { "missed" };
    println!("  p99 {p99:.2} ms: the promise of {PROMISED_MS:.0} ms is {word}; {:.1} × the floor", p99 / floor);
}
