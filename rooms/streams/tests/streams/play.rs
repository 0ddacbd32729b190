//! History that is played.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::desk::{Desk, RIVER, at, next};

fn desk() -> Desk {
    let play = format!("{RIVER}play: {{file: river.csv, preload_until: {}, speed: 1000}}\n", at(6_000));
    let desk = Desk::new(&[&play]);
    let rows: String = (0..20).map(|row| format!("{},{},\n", at(row * 600), row)).collect();
    std::fs::write(desk.profile.path().join("data/river.csv"), format!("at,river.level,river.flow\n{rows}")).unwrap();
    desk
}

#[tokio::test]
async fn what_is_old_is_loaded_at_once_and_quietly() {
    let desk = desk();
    let mut bus = desk.bus.subscribe();
    let open = desk.open().await;
    let level = serde_json::to_value(open.streams.board(at(0))).unwrap()["areas"][0]["series"][0].clone();
    assert_eq!(level["spark"]["value"].as_array().unwrap().len(), 8, "the ninth window waits for the watermark, a minute behind 5,400 s");
    assert!(open.streams.baseline("river.level", at(6_000)).is_some());
    while let Ok(event) = bus.try_recv() {
        assert_eq!(event.name, "act", "no window of the past is told");
    }
    open.close().await;
    let open = desk.open().await;
    let feed = open.store.fetch("SELECT COUNT(*) AS batches FROM batch", &[]).await.unwrap();
    assert_eq!(feed[0].int("batches").unwrap(), 1, "the second start loads nothing");
}

#[tokio::test]
async fn the_rest_is_played_by_the_clock_and_goes_on_after_a_stop() {
    let desk = desk();
    let mut starts = vec![];
    for _ in 0..2 {
        let open = desk.open().await;
        let mut windows = open.streams.subscribe();
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(Arc::clone(&open.streams).run(stopped));
        for _ in 0..3 {
            let window = loop {
                // 600 s of data at speed 1000 are due after 0.6 s of the hall's clock, which stands still until it is moved.
                desk.clock.advance_seconds(1);
                if let Ok(window) = tokio::time::timeout(Duration::from_millis(600), next(&mut windows)).await {
                    break window;
                }
            };
            assert_eq!((window.count, window.revision), (1, 0));
            starts.push(window.start);
        }
        stop.send(true).unwrap();
        running.await.unwrap();
        open.streams.settle().await.unwrap();
        while let Ok(window) = windows.try_recv() {
            starts.push(window.start);
        }
        open.close().await;
    }
    let expected: Vec<_> = (8..).map(|row| at(row * 600)).take(starts.len()).collect();
    assert_eq!(starts, expected, "each window once, across the stop");
}

#[tokio::test]
async fn a_feed_that_plays_lives_in_its_own_time() {
    let desk = desk();
    let open = desk.open().await;
    let receipt = desk.append(&open, &[("river.level", 5_460, 5.0), ("river.level", 50_000, 5.0)]).await;
    assert_eq!((receipt.accepted, receipt.rejected), (1, 1), "today would make all that is still to be played late");
}
