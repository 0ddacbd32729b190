//! SIGKILL at random points under load. Afterwards: every acknowledged act is there, the tree verifies, state equals the acts.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use sala_core::{
    entropy::{Entropy, OsEntropy},
    store::Location,
};

use super::hall::{check, count, ctx, open, publisher};

const FOLDER: &str = "SALA_CRASH_FOLDER";

/// The process that is killed; as a test of its own it has nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn crash_child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = std::path::PathBuf::from(folder);
    let (store, bus) = open(Location::Folder(folder.clone())).await;
    let log = publisher(&folder, &store, &bus, &[2, 3]).unwrap();
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(log.publisher.run(Duration::from_millis(5), stopped));
    for _ in 0..8 {
        let store = store.clone();
        tokio::spawn(async move {
            loop {
                let acted = count(&store, &ctx()).await.unwrap();
                println!("ack {}", acted.act);
            }
        });
    }
    std::future::pending::<()>().await;
}

fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    OsEntropy.fill(&mut bytes);
    u64::from_le_bytes(bytes) % below
}

/// Runs the child for a moment and kills it; gives what it acknowledged.
fn run_and_kill(folder: &Path) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "core::crash::crash_child", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).collect::<Vec<_>>());
    std::thread::sleep(Duration::from_millis(15 + random(110)));
    child.kill().unwrap();
    child.wait().unwrap();
    // A line that was cut off by the kill was not acknowledged.
    reader.join().unwrap().into_iter().filter_map(|line| Some(line.rsplit_once("ack ")?.1.to_owned())).filter(|id| id.len() == 30).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let rounds: usize = std::env::var("SALA_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200);
    let mut folder = tempfile::tempdir().unwrap();
    let (mut acknowledged, mut total) = (Vec::new(), 0);
    for round in 0..rounds {
        // A fresh history now and then, so that the first steps are hit too and checking stays quick.
        if round % 20 == 0 {
            folder = tempfile::tempdir().unwrap();
            acknowledged.clear();
        }
        let path = folder.path().to_owned();
        acknowledged.extend(tokio::task::spawn_blocking(move || run_and_kill(&path)).await.unwrap());
        let (store, bus) = open(Location::Folder(folder.path().to_owned())).await;
        let log = publisher(folder.path(), &store, &bus, &[2, 3]).unwrap();
        log.publisher.step().await.unwrap();
        let report = check(&store, &log).await;
        assert_eq!(report.damages, [], "round {round}");
        assert_eq!(report.published, report.acts);
        let known: std::collections::BTreeSet<String> =
            store.fetch("SELECT id FROM act", &[]).await.unwrap().iter().map(|row| row.text("id").unwrap().to_owned()).collect();
        for act in &acknowledged {
            assert!(known.contains(act), "round {round}: {act} was acknowledged and is lost");
        }
        let counted = store.fetch("SELECT value FROM counter", &[]).await.unwrap().first().map_or(0, |row| row.int("value").unwrap());
        assert_eq!(u64::try_from(counted).unwrap(), report.acts, "round {round}: state is not what the acts say");
        total += acknowledged.len();
        drop(log);
        store.close().await;
    }
    println!("{rounds} rounds, {total} acknowledgements checked");
    assert!(total > rounds, "the child hardly wrote anything: the rounds prove nothing");
}
