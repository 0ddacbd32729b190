//! A space moves between processes, its process is killed, or sleeps: who is there goes on.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    bots::{Bot, until},
    processes::{Hall, Nats},
};

const SPACE: &str = "hall";
const PATIENCE: Duration = Duration::from_secs(4);

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn enter(hall: &Hall, count: usize, patience: Duration) -> Vec<Bot> {
    let version = hall.get("/api/v1/conduct")["version"].clone();
    let cookies: Vec<String> = (0..count).map(|_| hall.citizen(&version)).collect();
    let bots: Vec<Bot> = cookies.into_iter().map(|cookie| Bot::enter(hall, cookie, SPACE, patience)).collect();
    until("all are in", 60, &bots, |bot| bot.look(|life| life.frames.len() > 5)).await;
    bots
}

/// Talks on and on, each in turn; gives what was said.
async fn talk(bots: &[Bot], during: Duration, said: &mut Vec<String>) {
    let begun = Instant::now();
    while begun.elapsed() < during {
        let text = format!("word {}", said.len());
        bots[said.len() % bots.len()].ask(json!({ "kind": "say", "text": text }));
        said.push(text);
        sleep(Duration::from_millis(60)).await;
    }
}

fn slots(bots: &[Bot]) -> Vec<(u64, String)> {
    bots.iter().map(|bot| bot.place().unwrap()).collect()
}

/// The longest time in which nobody at all was sent a tick, since a moment.
fn stillness(bots: &[Bot], since: Instant) -> Duration {
    let mut all: Vec<Instant> =
        bots.iter().flat_map(|bot| bot.look(|life| life.frames.iter().map(|(at, ..)| *at).collect::<Vec<_>>())).collect();
    all.retain(|at| *at >= since);
    all.sort();
    all.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
}

/// Everybody heard everything that was said, each thing under one number and told once.
async fn heard_once(bots: &[Bot], said: &[String]) {
    let texts: BTreeSet<&String> = said.iter().collect();
    until("all is heard", 20, bots, |bot| {
        bot.look(|life| life.heard.values().map(|(text, _)| text).collect::<BTreeSet<_>>().is_superset(&texts))
    })
    .await;
    let mut numbers: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for bot in bots {
        bot.look(|life| {
            for (id, (text, live)) in &life.heard {
                assert!(*live <= 1, "`{text}` was told {live} times");
                numbers.entry(text.clone()).or_default().insert(*id);
            }
        });
    }
    for (text, ids) in numbers {
        assert_eq!(ids.len(), 1, "`{text}` was said under the numbers {ids:?}");
    }
}

#[test]
fn a_space_moves_between_two_processes_and_nobody_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let Some(nats) = Nats::start(folder.path()) else { return };
    let hall = Hall::start(folder.path(), &nats, &["one", "two"]);
    let policy =
        ureq::get(format!("{}/api/v1/spaces", hall.base)).call().unwrap().headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains(&format!("connect-src 'self' {}", hall.url_of("one").replacen("http", "ws", 1))), "{policy}");
    hall.wait_for("the hall runs the space", 20, |hall| (hall.owner(SPACE).as_deref() == Some("hall")).then_some(()));
    let (_one, mut two) = (hall.worker("one"), hall.worker("two"));
    runtime().block_on(async {
        let bots = enter(&hall, 40, PATIENCE).await;
        for (number, bot) in bots.iter().enumerate() {
            let (x, z) = (38.0 + (number % 8) as f64 * 2.5, 60.0 + (number / 8) as f64 * 2.5);
            bot.ask(json!({ "kind": "go", "at": [x, z] }));
        }
        let has_stopped = |told: &Value| matches!(told["kind"].as_str(), Some("arrived" | "stuck" | "notice"));
        until("all have walked to their places", 90, &bots, |bot| bot.look(|life| life.told.iter().any(has_stopped))).await;
        sleep(Duration::from_secs(3)).await;
        let before = slots(&bots);
        assert_eq!(before.iter().map(|(slot, _)| slot).collect::<BTreeSet<_>>().len(), 40);
        let mut said = vec![];
        // From the hall to a process, to another one, back into the hall, and out by a stop of the process.
        for to in ["one", "two", "hall", "two", "stop"] {
            let places: Vec<[u16; 2]> = bots.iter().map(|bot| bot.look(|life| life.frames.last().unwrap().2)).collect();
            talk(&bots, Duration::from_millis(500), &mut said).await;
            let began = Instant::now();
            tokio::task::block_in_place(|| {
                std::thread::scope(|scope| {
                    let moving = scope.spawn(|| if to == "stop" { two.signal("TERM") } else { hall.moved(SPACE, to) });
                    let handle = tokio::runtime::Handle::current();
                    handle.block_on(talk(&bots, Duration::from_millis(2_500), &mut said));
                    moving.join().unwrap();
                });
            });
            until("all are back", 5, &bots, |bot| bot.back_after(began).is_some()).await;
            let slowest = bots.iter().map(|bot| bot.back_after(began).unwrap() - began).max().unwrap();
            println!("moved to {to}: all back within {slowest:?}, nobody was sent a tick for at most {:?}", stillness(&bots, began));
            assert_eq!(slots(&bots), before, "slots and personas after the move to {to}");
            assert!(stillness(&bots, began) <= Duration::from_secs(2), "{:?} after the move to {to}", stillness(&bots, began));
            for (bot, place) in bots.iter().zip(places) {
                bot.look(|life| {
                    assert!(life.welcomes.iter().skip(1).all(|(_, _, _, resumed)| *resumed), "a place was lost: {:?}", life.welcomes);
                    let late: Vec<_> = life.flicker.iter().filter(|(at, _)| *at > began).collect();
                    assert!(late.is_empty(), "others saw them come and go: {late:?}");
                    // Ticks go on where they were, whoever counts them.
                    let gap = life.frames.windows(2).map(|pair| i64::from(pair[1].1) - i64::from(pair[0].1)).filter(|gap| *gap != 1);
                    let gaps: Vec<i64> = gap.collect();
                    assert!(gaps.iter().all(|gap| (0..=40).contains(gap)), "gaps in the ticks: {gaps:?}");
                    assert_eq!(life.frames.last().unwrap().2, place, "someone who stood still stands elsewhere");
                });
            }
            heard_once(&bots, &said).await;
        }
        two.wait(15);
        assert!(two.log().contains("handed over"), "{}", two.log());
        assert_ne!(hall.owner(SPACE).unwrap(), "two");
        assert!(said.len() > 100, "{}", said.len());
        let everybody: usize = bots.iter().map(|bot| bot.look(|life| life.sent_to.len())).min().unwrap();
        assert!(everybody >= 5, "each was sent on each time");
    });
}

#[test]
fn a_killed_process_gives_its_space_up_and_one_that_slept_does_not_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let Some(nats) = Nats::start(folder.path()) else { return };
    let hall = Hall::start(folder.path(), &nats, &["one", "two"]);
    hall.wait_for("the hall runs the space", 20, |hall| hall.owner(SPACE));
    let (one, two) = (hall.worker("one"), hall.worker("two"));
    hall.moved(SPACE, "one");
    runtime().block_on(async {
        let bots = enter(&hall, 20, PATIENCE).await;
        let began = Instant::now();
        one.signal("KILL");
        until("all are back after a kill", 10, &bots, |bot| bot.back_after(began).is_some()).await;
        let slowest = bots.iter().map(|bot| bot.back_after(began).unwrap() - began).max().unwrap();
        println!("killed: all back within {slowest:?}");
        let owner = hall.owner(SPACE).unwrap();
        assert_ne!(owner, "one");
        assert_eq!(slots(&bots).iter().map(|(slot, _)| slot).collect::<BTreeSet<_>>().len(), 20);
        // What a client says of its place is not believed: it comes in anew.
        assert!(bots.iter().all(|bot| bot.look(|life| !life.welcomes.last().unwrap().3)));

        // Now the owner sleeps for longer than its lease. One client waits for it all the while.
        if owner != "two" {
            hall.moved(SPACE, "two");
            until("all are back", 5, &bots, |bot| bot.look(|life| life.welcomes.last().unwrap().3)).await;
        }
        let stubborn = enter(&hall, 1, Duration::from_mins(1)).await;
        let slept = Instant::now();
        two.signal("STOP");
        sleep(Duration::from_secs(10)).await;
        until("all are elsewhere", 10, &bots, |bot| bot.back_after(slept).is_some()).await;
        let owner = hall.owner(SPACE).unwrap();
        assert_ne!(owner, "two");
        let woken = Instant::now();
        stubborn[0].ask(json!({ "kind": "say", "text": "said to a ghost" }));
        two.signal("CONT");
        until("the one who waited is sent on", 10, &stubborn, |bot| bot.back_after(woken).is_some()).await;
        sleep(Duration::from_secs(3)).await;
        stubborn[0].look(|life| {
            let welcomed = life.welcomes.iter().find(|(at, ..)| *at > woken).unwrap().0;
            // What it had made before it slept may still lie in the line; it makes nothing more.
            let last = life.frames.iter().rfind(|(at, ..)| *at < slept).unwrap().1;
            let ghosts: Vec<u32> = life.frames.iter().filter(|(at, ..)| *at > woken && *at < welcomed).map(|(_, tick, _)| *tick).collect();
            let paused = life.frames.iter().rfind(|(at, ..)| *at < woken).unwrap().1.max(last);
            assert!(ghosts.iter().all(|tick| *tick <= paused + 1), "a process without a lease ticked on: {ghosts:?} after {paused}");
            assert!(!life.sent_to.is_empty(), "it was told to go on");
        });
        assert_eq!(hall.owner(SPACE), Some(owner), "the one that woke up did not take the space back");
        assert!(two.log().contains("The lease of this space ran out"), "{}", two.log());
        // What was said to the one that slept was said nowhere.
        assert!(bots.iter().all(|bot| bot.look(|life| life.heard.values().all(|(text, _)| text != "said to a ghost"))));
    });
}

#[test]
fn the_hall_decides_wherever_the_space_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let Some(nats) = Nats::start(folder.path()) else { return };
    let mut hall = Hall::start(folder.path(), &nats, &["one"]);
    hall.wait_for("the hall runs the space", 20, |hall| hall.owner(SPACE));
    let _one = hall.worker("one");
    hall.moved(SPACE, "one");
    assert!(!hall.move_space(SPACE, "one").status.success(), "it is there already");
    assert!(!hall.move_space(SPACE, "nowhere").status.success(), "there is no such process");
    assert!(!hall.move_space("nothing", "hall").status.success(), "there is no such space");
    runtime().block_on(async {
        let version = hall.get("/api/v1/conduct")["version"].clone();
        let cookies: Vec<String> = (0..4).map(|_| hall.citizen(&version)).collect();
        let bots: Vec<Bot> = cookies.iter().map(|cookie| Bot::enter(&hall, cookie.clone(), SPACE, PATIENCE)).collect();
        until("all see each other", 60, &bots, |bot| bot.look(|life| life.seen.len() >= 3)).await;
        until("they come in by the process", 1, &bots, |bot| bot.look(|life| life.sent_to.last() == Some(&Some(hall.url_of("one"))))).await;
        hall.wait_for("the hall counts them", 20, |hall| (hall.get("/api/v1/spaces/hall")["count"] == 4).then_some(()));
        let personas: Vec<String> = slots(&bots).into_iter().map(|(_, persona)| persona).collect();
        let told =
            |bot: &Bot, kind: &str| bot.look(|life| life.told.iter().filter(|told| told["kind"] == kind).cloned().collect::<Vec<Value>>());

        // A block is the hall's to keep, and holds in the process.
        bots[0].ask(json!({ "kind": "block", "persona": personas[1] }));
        until("the block is told", 10, &bots[..1], |bot| !told(bot, "blocked").is_empty()).await;
        sleep(Duration::from_secs(1)).await;
        bots[1].ask(json!({ "kind": "say", "text": "who hears me?" }));
        until("the fourth hears it", 10, &bots[3..], |bot| bot.look(|life| life.heard.values().any(|(text, _)| text == "who hears me?")))
            .await;
        let heard = |bot: &Bot| bot.look(|life| life.heard.values().any(|(text, _)| text == "who hears me?"));
        assert!(!heard(&bots[0]), "blocked, and heard all the same");
        assert!(heard(&bots[2]));

        // A report opens the last minute where the space is.
        bots[3].ask(json!({ "kind": "report", "persona": personas[1], "why": "ทดสอบ" }));
        until("the report is filed", 10, &bots[3..], |bot| !told(bot, "reported").is_empty()).await;

        // The block came along when the space moves, and holds there.
        let began = Instant::now();
        tokio::task::block_in_place(|| hall.moved(SPACE, "hall"));
        until("all are back", 5, &bots, |bot| bot.back_after(began).is_some()).await;
        bots[1].ask(json!({ "kind": "say", "text": "and now?" }));
        until("the fourth hears it", 10, &bots[3..], |bot| bot.look(|life| life.heard.values().any(|(text, _)| text == "and now?"))).await;
        assert!(bots[0].look(|life| life.heard.values().all(|(text, _)| text != "and now?")), "blocked, and heard after the move");

        // The hall is killed and started anew: who is elsewhere keeps their place, with a new ticket.
        tokio::task::block_in_place(|| hall.moved(SPACE, "one"));
        sleep(Duration::from_secs(2)).await;
        let before = slots(&bots);
        hall.process.signal("KILL");
        sleep(Duration::from_secs(1)).await;
        let began = Instant::now();
        sleep(Duration::from_secs(1)).await;
        assert!(bots.iter().all(|bot| bot.look(|life| life.frames.last().unwrap().0 > began)), "the space ticks on without the hall");
        tokio::task::block_in_place(|| hall.start_again());
        until("the hall calls them again", 25, &bots, |bot| bot.back_after(began).is_some()).await;
        assert_eq!(slots(&bots), before);
        assert!(bots.iter().all(|bot| bot.look(|life| life.welcomes.last().unwrap().3)));

        // A session that ends at the hall ends in the process.
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let ended =
            agent.delete(format!("{}/api/v1/session", hall.base)).header("x-sala-csrf", "1").header("cookie", &cookies[3]).call().unwrap();
        assert!(ended.status().is_success(), "{}", ended.status());
        until("the session's end is told", 10, &bots[3..], |bot| {
            told(bot, "bye").iter().any(|bye| bye["problem"]["code"] == "sign_in_required")
        })
        .await;
    });
}
