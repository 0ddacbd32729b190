//! Limits under load: who floods waits, everyone else is served, and the memory of it stays small.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;

use super::support::{Answer, Served};

const LIMIT: &str = "600";

fn ask(served: &Served, address: &str) -> Answer {
    served.request("GET", "/api/v1/session", &[("x-forwarded-for", address)], None)
}

#[test]
fn a_flood_from_one_address_is_held_and_nobody_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start_in(folder.path(), &["--requests-per-minute", LIMIT, "--client-header", "x-forwarded-for"]);
    let (stop, granted, asked) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let refused: Mutex<Vec<Answer>> = Mutex::default();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        // The flooder writes other addresses before the one that the proxy adds: they count for nothing.
        for worker in 0..6 {
            let (served, stop, granted, asked, refused) = (&served, &stop, &granted, &asked, &refused);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let number = asked.fetch_add(1, Ordering::Relaxed);
                    let answer = ask(served, &format!("198.51.100.{}, 10.9.{worker}.{}, 203.0.113.7", number % 250, number % 250));
                    match answer.status {
                        200 => drop(granted.fetch_add(1, Ordering::Relaxed)),
                        _ => refused.lock().unwrap().push(answer),
                    }
                }
            });
        }
        // Meanwhile forty others come five times each, none too often.
        for round in 0..5 {
            for other in 0..40 {
                let answer = ask(&served, &format!("192.0.2.{other}"));
                assert_eq!(answer.status, 200, "round {round}, address {other}: {}", String::from_utf8_lossy(&answer.body));
                assert!(answer.header("ratelimit").is_some() && answer.header("retry-after").is_none());
            }
        }
        // Long enough for the bucket to be empty many times over.
        while begun.elapsed() < Duration::from_secs(3) || asked.load(Ordering::Relaxed) < 400 {
            assert!(begun.elapsed() < Duration::from_secs(90), "the flood is too slow to be one");
            std::thread::sleep(Duration::from_millis(50));
        }
        stop.store(true, Ordering::Relaxed);
    });
    let (refused, granted) = (refused.into_inner().unwrap(), granted.into_inner());
    assert!(refused.len() > granted, "{} of {} were refused", refused.len(), asked.into_inner());
    // A sixth of a minute at once, then ten a second; and a second of grace for the clock.
    let most = 100.0 + 10.0 * (begun.elapsed().as_secs_f64() + 1.0);
    assert!(f64::from(u32::try_from(granted).unwrap()) <= most, "{granted} were let through, at most {most:.0} were due");
    for answer in &refused {
        assert_eq!((answer.status, answer.json()["code"].as_str().unwrap()), (429, "busy"));
        assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
        assert_eq!(answer.header("ratelimit-policy"), Some("\"default\";q=600;w=60"));
        assert!(answer.header("ratelimit").unwrap().starts_with("\"default\";r=0"), "{:?}", answer.header("ratelimit"));
    }
    assert_eq!(ask(&served, "203.0.113.8").status, 200, "the neighbour of the flooder");
}

#[test]
fn a_flood_of_sign_ins_is_held_before_it_costs_anything() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start_in(folder.path(), &["--requests-per-minute", "60000", "--client-header", "x-forwarded-for"]);
    let start = |address: &str, path: &str, body: &serde_json::Value| {
        let headers = [("content-type", "application/json"), ("x-sala-csrf", "1"), ("x-forwarded-for", address)];
        served.request("POST", path, &headers, Some(body.to_string().as_bytes()))
    };
    for (place, (path, body)) in [
        ("/api/v1/session/passkey/start", json!({})),
        ("/api/v1/session/demo", json!({ "role": "citizen" })),
        ("/api/v1/passkeys/start", json!({ "name": "x", "code": "AAAAA-AAAAA-AAAAA-AAAAA" })),
    ]
    .into_iter()
    .enumerate()
    {
        let address = format!("203.0.113.{place}");
        let held = (0..200).map(|_| start(&address, path, &body)).find(|answer| answer.status == 429);
        let held = held.unwrap_or_else(|| panic!("{path} has no limit"));
        assert_eq!(held.json()["code"], "too_many_attempts", "{path}");
        assert!(held.header("retry-after").is_some());
        assert_ne!(start("198.51.100.1", path, &body).status, 429, "{path}: another address");
    }
}
