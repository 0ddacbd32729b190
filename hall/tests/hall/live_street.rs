//! A live street: the real simulator, its signals moved by a measure through a lever, every minute on the record and made again.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sala_streets::simulator::sumo::Sumo;
use serde_json::{Value, json};

use super::{
    loop_::change,
    streets::{copy, profile},
    support::{Served, options_of, repository, sala, text},
};

const STREET: &str = "/api/v1/streets/cross";

/// The demo profile with a small live street, so fast. `None` without a simulator.
fn live_profile(folder: &Path, speed: u32) -> Option<Sumo> {
    let Ok(sumo) = Sumo::find(None, &repository()) else {
        assert!(std::env::var_os("SALA_REQUIRE_PEERS").is_none(), "SUMO is required here");
        println!("skipped: no SUMO on this machine (scripts/install makes .venv-sumo)");
        return None;
    };
    profile(folder);
    let path = folder.join("streets/cross.yaml");
    let live = format!(
        "live:\n  lever: streets.signal_control\n  measure: signals.adaptive\n  series: {{ turn: street.acosta.turn, control: street.acosta.control, \
         lost: street.acosta.lost, queue: street.acosta.queue, flow: street.acosta.flow }}\n  queues: {{ centre: street.acosta.queue.209 }}\n  \
         speed: {speed}\n  pause_s: 15\n  keep_rounds: 50\n  intergreen: street\n"
    );
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + &live).unwrap();
    // The street is so fast that two seconds of the hall are a minute of it.
    for (file, from, to) in [
        ("feeds/street.yaml", "window_s: 60", "window_s: 2"),
        ("measures/signals-adaptive.yaml", "window_s: 60", "window_s: 2"),
        ("measures/signals-adaptive.yaml", "windows_before: 30\n  windows_after: 30", "windows_before: 18\n  windows_after: 18"),
    ] {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}");
        std::fs::write(&path, text.replace(from, to)).unwrap();
    }
    Some(sumo)
}

fn serve(folder: &Path, data: &Path, sumo: &Sumo) -> Served {
    let more = ["--sumo", sumo.program.to_str().unwrap(), "--live-streets", "together"];
    Served::start_with(options_of(folder, data, &more))
}

fn rounds(served: &Served) -> Vec<Value> {
    served.get(&format!("{STREET}/rounds?limit=100")).json()["items"].as_array().unwrap().clone()
}

#[test]
fn a_measure_moves_the_signals_and_every_minute_can_be_made_again() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(sumo) = live_profile(folder.path(), 40) else { return };
    let served = serve(folder.path(), data.path(), &sumo);
    let live = served.get(&format!("{STREET}/live")).json();
    assert_eq!((&live["source"], &live["measure"]), (&json!("simulated"), &json!("signals.adaptive")), "{live}");

    // Whole rounds of either kind: who ruled is whose turn it was.
    let over = served.wait_for("four rounds", 180, |served| {
        let over: Vec<Value> = rounds(served).into_iter().filter(|round| round["state"] == "over").collect();
        (over.len() >= 4).then_some(over)
    });
    for round in &over {
        let share = round["adaptive_share"].as_f64().unwrap();
        assert_eq!(share > 0.95, round["turn"] == "adaptive", "{round}");
        assert!(share > 0.95 || share == 0.0, "{round}");
        assert_eq!((&round["violations"], &round["minutes"], &round["fallback_s"]), (&json!(0), &json!(5), &json!(0)), "{round}");
        assert!(round["arrived"].as_u64().unwrap() > 50 && round["delay_s"].as_f64().unwrap() > 0.0, "{round}");
        let ended = served.get(&format!("/api/v1/acts/{}", round["end_act"].as_str().unwrap())).json();
        assert_eq!((&ended["kind"], &ended["public"]["outcome"]["delay_s"]), (&json!("round.end"), &round["delay_s"]), "{ended}");
    }
    for (one, other) in
        over.iter().flat_map(|one| over.iter().map(move |other| (one, other))).filter(|(one, other)| one["pair"] == other["pair"])
    {
        assert_eq!(one["seed"], other["seed"]);
    }
    let live = served.get(&format!("{STREET}/live")).json();
    assert!(live["comparison"]["pairs"].as_u64().unwrap() >= 1, "{live}");
    let runs = served.get("/api/v1/measures/signals.adaptive/runs").json();
    assert!(runs["items"].as_array().unwrap().iter().any(|run| run["mode"] == "automatic"), "{runs}");
    // The measure's own verdict, from the live feed: no history that is only played, so a verdict that may count.
    let effect = served.wait_for("the measure's own effect", 180, |served| {
        let runs = served.get("/api/v1/measures/signals.adaptive/runs?limit=100").json();
        runs["items"].as_array().unwrap().iter().find_map(|run| {
            let run = served.get(&format!("/api/v1/runs/{}", run["id"].as_str().unwrap())).json();
            run["effect"]["design"].is_string().then(|| run["effect"].clone())
        })
    });
    assert_eq!(
        (&effect["design"], &effect["is_replayed_history"], &effect["unit"]),
        (&json!("switchback"), &json!(false), &json!("h/h")),
        "{effect}"
    );
    let adaptive = over.iter().find(|round| round["turn"] == "adaptive").unwrap();
    let minutes = served.get(&format!("{STREET}/minutes?limit=200")).json();
    let minute = minutes["items"].as_array().unwrap().iter().find(|minute| minute["round"] == adaptive["number"]).unwrap();
    assert_eq!(minute["adaptive_s"], 60, "{minute}");
    let act = minute["act"].as_str().unwrap().to_owned();
    let replayed = served.post(&format!("/api/v1/acts/{act}/replay"), "", &json!({})).json();
    assert_eq!((&replayed["agrees"], &replayed["kind"]), (&json!(true), &json!("signals.decide")), "{replayed}");
    assert_eq!(served.post("/api/v1/acts/act_nothing/replay", "", &json!({})).status, 404);

    // An officer's hand is stronger than the measure.
    let citizen = served.sign_in(&json!({"role": "citizen"}));
    let officer = served.sign_in(&json!({"role": "officer", "office": "traffic"}));
    let hold = |cookie: &str, reason: &str| served.post(&format!("{STREET}/hold"), cookie, &json!({"reason": reason}));
    assert_eq!((hold("", "x").status, hold(&citizen, "x").status, hold(&officer, " ").status), (401, 403, 400));
    let held = hold(&officer, "ซ่อมท่อประปา");
    assert_eq!((held.status, &held.json()["lever"]["is_held"], &held.json()["lever"]["value"]), (200, &json!(true), &json!("fixed")));
    assert_eq!(hold(&officer, "again").status, 409);
    let after = rounds(&served)[0]["number"].as_u64().unwrap();
    let under = served.wait_for("a round of the controller's turn under the officer's hand", 180, |served| {
        rounds(served)
            .into_iter()
            .find(|round| round["number"].as_u64() > Some(after) && round["turn"] == "adaptive" && round["state"] == "over")
    });
    assert_eq!(under["adaptive_share"], 0.0, "{under}");
    let blocked = served.get("/api/v1/measures/signals.adaptive/runs?limit=100").json();
    assert!(blocked["items"].as_array().unwrap().iter().any(|run| run["blocked_by"] == "held"), "{blocked}");
    assert_eq!(served.post("/api/v1/levers/streets.signal_control/undo", &officer, &json!({"reason": "เสร็จแล้ว"})).status, 200);
    assert_eq!(served.get(&format!("{STREET}/live")).json()["lever"]["is_held"], false);

    served.stop();

    let [data, profile] = [data.path(), folder.path()].map(|path| path.to_str().unwrap().to_owned());
    let sound = sala(&["verify", "--data", &data]);
    assert!(sound.status.success(), "{}", text(&sound));
    let replayed = sala(&["replay", "--data", &data, "--profile", &profile]);
    assert!(replayed.status.success(), "{}", text(&replayed));
    let turn = format!("DELETE FROM street_minute WHERE act_id = '{act}'");
    change(&data, &turn);
    let gone = sala(&["replay", &act, "--data", &data, "--profile", &profile]);
    assert!(gone.status.code() == Some(1) && text(&gone).contains("can't be recomputed"), "{}", text(&gone));
    let damaged = sala(&["verify", "--data", &data]);
    assert!(damaged.status.code() == Some(1) && text(&damaged).contains("a row that it wrote is missing"), "{}", text(&damaged));
}

/// `sala serve` as people start it.
struct Hall {
    child: Child,
    base: String,
}

impl Hall {
    fn start(profile: &Path, data: &Path, sumo: &Sumo) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sala"));
        command
            .arg("serve")
            .arg("--profile")
            .arg(profile)
            .arg("--data")
            .arg(data)
            .arg("--sumo")
            .arg(&sumo.program)
            .args(["--listen", &listen]);
        Self { child: command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap(), base: format!("http://{listen}") }
    }

    fn get(&self, path: &str) -> Option<Value> {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        serde_json::from_slice(&agent.get(format!("{}{path}", self.base)).call().ok()?.body_mut().read_to_vec().ok()?).ok()
    }

    fn wait_for<T>(&self, what: &str, seconds: u64, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(begun.elapsed() < Duration::from_secs(seconds), "{what}: not within {seconds} s");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Processes that it started, or that know its profile, with this word in their command line.
    fn processes(&self, word: &str) -> Vec<u32> {
        let own = self.child.id();
        let numbers = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
        let is_child = |number: u32| {
            let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
            let mut parts = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
            let state = parts.next().unwrap_or("Z");
            state != "Z" && parts.next().and_then(|parent| parent.parse().ok()) == Some(own)
        };
        let says =
            |number: u32| std::fs::read_to_string(format!("/proc/{number}/cmdline")).unwrap_or_default().replace('\0', " ").contains(word);
        numbers.filter(|number| is_child(*number) && says(*number)).collect()
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kill(process: u32) {
    assert!(Command::new("kill").args(["-9", &process.to_string()]).status().unwrap().success());
}

fn is_there(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit(')').next().unwrap_or_default().split_whitespace().next().is_some_and(|state| state != "Z")
}

#[test]
fn a_killed_controller_leaves_the_fixed_plan_and_a_killed_hall_leaves_no_simulator() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let Some(sumo) = live_profile(folder.path(), 8) else { return };
    let mut hall = Hall::start(folder.path(), data.path(), &sumo);
    let first = hall.wait_for("a controller at work", 180, |hall| {
        let live = hall.get(&format!("{STREET}/live"))?;
        let is_ruling = live["state"] == "running" && live["lever"]["value"] == "adaptive";
        hall.processes("signals controller").first().copied().filter(|_| is_ruling)
    });
    kill(first);
    let fallen = hall.wait_for("the record of the fallback", 60, |hall| {
        hall.get("/api/v1/acts?kind=signals.fall_back")?["items"].as_array()?.first().cloned()
    });
    assert!(fallen["about"].as_array().unwrap().contains(&json!("cross")), "{fallen}");
    hall.wait_for("another controller", 60, |hall| hall.processes("signals controller").into_iter().find(|process| *process != first));
    let minute = hall.wait_for("the minute on the record", 60, |hall| {
        let minutes = hall.get(&format!("{STREET}/minutes?limit=50"))?;
        minutes["items"].as_array()?.iter().find(|minute| minute["fallback_s"].as_u64() > Some(0)).cloned()
    });
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let path = format!("{}/api/v1/acts/{}/replay", hall.base, minute["act"].as_str().unwrap());
    let mut answer = agent.post(path).header("x-sala-csrf", "1").header("content-type", "application/json").send("{}").unwrap();
    let replayed: Value = serde_json::from_slice(&answer.body_mut().read_to_vec().unwrap()).unwrap();
    assert_eq!(replayed["agrees"], true, "silence and a new beginning are made again too: {replayed}");

    // The hall itself: what it had started ends with it.
    let started = hall.wait_for("simulator and hall", 60, |hall| {
        let simulators = hall.processes("--remote-port");
        (!simulators.is_empty()).then_some(simulators)
    });
    let last = hall.wait_for("the present round", 60, |hall| hall.get(&format!("{STREET}/rounds"))?["items"][0]["number"].as_u64());
    hall.child.kill().unwrap();
    hall.child.wait().unwrap();
    let begun = Instant::now();
    while started.iter().any(|process| is_there(*process)) {
        assert!(begun.elapsed() < Duration::from_secs(20), "the simulator outlived its hall");
        std::thread::sleep(Duration::from_millis(100));
    }

    // The round that broke off counts for nothing, and the next start goes on after it.
    let again = Hall::start(folder.path(), data.path(), &sumo);
    let rounds = again.wait_for("a new round", 120, |hall| {
        let rounds = hall.get(&format!("{STREET}/rounds"))?["items"].as_array()?.clone();
        (rounds[0]["number"].as_u64() > Some(last) && rounds[0]["state"] == "running").then_some(rounds)
    });
    assert_eq!((&rounds[1]["state"], &rounds[1]["delay_s"]), (&json!("cut_off"), &Value::Null), "{rounds:?}");
    assert_eq!(rounds[0]["number"].as_u64(), rounds[1]["number"].as_u64().map(|number| number + 1));
}

#[test]
fn without_a_simulator_a_recording_is_shown_and_called_so() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    copy(&repository().join("profiles/demo"), folder.path());
    if Sumo::find(None, folder.path()).is_ok() {
        println!("skipped: a SUMO is on the PATH of this machine, so no hall is without one");
        return;
    }
    let served = Served::start_with(options_of(folder.path(), data.path(), &["--live-streets", "together"]));
    let path = "/api/v1/streets/bologna_acosta";
    let live = served.get(&format!("{path}/live")).json();
    assert_eq!((&live["source"], &live["round"]), (&json!("recorded"), &Value::Null), "{live}");
    assert!(live["recorded"]["simulator"].as_str().unwrap().starts_with("SUMO 1."), "{live}");
    let signals = served.get(&format!("{path}/map")).json()["signals"].as_array().unwrap().len();
    let address = served.base.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path}/frames HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n\r\n").unwrap();
    let frames: Vec<Value> = BufReader::new(stream)
        .lines()
        .map(Result::unwrap)
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?).ok())
        .take(2)
        .collect();
    assert_eq!(frames[0]["lamps"].as_array().unwrap().len(), signals);
    assert!(frames[1]["at_s"].as_f64() > frames[0]["at_s"].as_f64(), "{frames:?}");
    assert_eq!(served.get(&format!("{path}/rounds")).json()["items"], json!([]), "nothing was controlled, so nothing is on the record");
}

/// A wrong declaration is refused with its place.
#[test]
fn a_live_street_that_does_not_fit_the_profile_names_the_place() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    profile(folder.path());
    let path: PathBuf = folder.path().join("streets/cross.yaml");
    let live = "live:\n  lever: traffic.signal_plan\n  series: { turn: street.acosta.turn, control: nothing, lost: street.acosta.lost, \
                queue: street.acosta.queue, flow: street.acosta.flow }\n  speed: 0\n  pause_s: 15\n  keep_rounds: 3\n  intergreen: street\n";
    std::fs::write(&path, std::fs::read_to_string(&path).unwrap() + live).unwrap();
    let refused =
        sala(&["serve", "--profile", folder.path().to_str().unwrap(), "--data", data.path().to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    assert!(!refused.status.success());
    for place in ["cross.yaml#/live/lever", "cross.yaml#/live/series/control", "cross.yaml#/live/speed"] {
        assert!(text(&refused).contains(place), "{place}: {}", text(&refused));
    }
}
