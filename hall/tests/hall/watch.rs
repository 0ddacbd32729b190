//! What an operator relies on: readiness tells of a log without witnesses, and limits count the client whom the proxy names.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use sala_core::time::{Clock, FixedClock, SystemClock};
use sala_log::CosignerKey;

use super::support::{Served, options, repository, sala, text};

/// A witness that answers every request with 403 and counts them, until it is told to go.
struct Refuser {
    port: u16,
    asked: Arc<AtomicUsize>,
    has_gone: Arc<AtomicBool>,
}

impl Refuser {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, has_gone) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (counter, gone) = (Arc::clone(&asked), Arc::clone(&has_gone));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if gone.load(Ordering::SeqCst) {
                    return;
                }
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut length = 0;
                for line in reader.by_ref().lines().map_while(Result::ok) {
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    if line.is_empty() {
                        break;
                    }
                }
                let mut body = vec![0; length];
                let _ = reader.read_exact(&mut body);
                counter.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            }
        });
        Self { port, asked, has_gone }
    }
}

impl Drop for Refuser {
    fn drop(&mut self) {
        self.has_gone.store(true, Ordering::SeqCst);
        let _ = std::net::TcpStream::connect(("127.0.0.1", self.port));
    }
}

#[test]
fn a_hall_whose_log_was_not_witnessed_for_a_minute_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("hall");
    let profile = repository().join("profiles/demo");
    let made = sala(&["init", "--profile", profile.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert!(made.status.success(), "{}", text(&made));
    // The demo's own two witnesses still sign; a third, whose signature is wanted too, refuses.
    let refuser = Refuser::start();
    let path = data.join("policy");
    let own = std::fs::read_to_string(&path).unwrap();
    let key = CosignerKey::from_seed("press.example/witness", &[9; 32]).unwrap();
    let kept = own.lines().filter(|line| !line.starts_with("quorum")).collect::<Vec<_>>().join("\n");
    let press = format!("witness press {} http://127.0.0.1:{}\n", key.verifier_key(), refuser.port);
    std::fs::write(&path, format!("{kept}\n{press}group everyone all all-own press\nquorum everyone\n")).unwrap();
    let clock = Arc::new(FixedClock::at(SystemClock.now()));
    let served = Served::start_on(options(&data, &["--publish-ms", "50"]), Arc::<FixedClock>::clone(&clock));
    let ready = |served: &Served| {
        let answer = served.get("/readyz");
        (answer.status, answer.json())
    };
    served.wait_for("the witness is asked and refuses", 20, |_| (refuser.asked.load(Ordering::SeqCst) > 0).then_some(()));
    let (status, told) = ready(&served);
    assert_eq!((status, &told["published"]), (200, &0.into()), "acts wait, but not for long: {told}");
    assert!(told["acts"].as_u64().unwrap() > 0, "{told}");
    clock.advance_seconds(61 - told["oldest_unpublished_s"].as_i64().unwrap());
    let (status, told) = ready(&served);
    assert_eq!((status, &told["ready"], &told["published"]), (503, &false.into(), &0.into()), "{told}");
    assert!(told["oldest_unpublished_s"].as_u64().unwrap() > 60, "{told}");
    assert_eq!(served.get("/healthz").status, 200, "it lives and serves all the same");
    assert_eq!(served.get("/api/v1/board").status, 200);
    drop(served);

    // The policy asks no longer for the one that refuses: the head is published and the hall is ready again.
    std::fs::write(&path, own).unwrap();
    let served = Served::start_on(options(&data, &["--publish-ms", "50"]), clock);
    served.wait_for("the hall is ready", 20, |served| (ready(served).0 == 200).then_some(()));
    assert!(ready(&served).1["published"].as_u64().unwrap() > 0);
}

#[test]
fn a_limit_counts_the_client_that_the_own_proxy_names() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start_in(folder.path(), &["--client-header", "x-forwarded-for", "--requests-per-minute", "60"]);
    let ask = |lines: &[&str]| {
        let headers: Vec<(&str, &str)> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
        served.request("GET", "/api/v1/areas", &headers, None)
    };
    // One client, who writes another address before its own each time, in the same line or in a line of its own.
    let mut statuses = vec![];
    for turn in 0..20 {
        let made_up = format!("203.0.113.{turn}");
        let answer = if turn % 2 == 0 { ask(&[&format!("{made_up}, 198.51.100.7")]) } else { ask(&[&made_up, "198.51.100.7"]) };
        statuses.push(answer.status);
        if answer.status == 429 {
            assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
        }
    }
    assert_eq!((statuses[0], statuses[19]), (200, 429), "{statuses:?}");
    assert!(statuses.iter().filter(|status| **status == 200).count() <= 15, "{statuses:?}");
    assert_eq!(ask(&["198.51.100.7, 198.51.100.8"]).status, 200, "another client has a bucket of its own");
    assert_eq!(ask(&[]).status, 200, "and so has one whom the header does not name");
}
