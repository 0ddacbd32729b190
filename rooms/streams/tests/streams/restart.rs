use sala_streams::WindowResult;

use crate::desk::{Desk, RIVER, at, next, short, some};

#[tokio::test]
async fn after_a_crash_the_same_windows_come() {
    // The same batches once without and once with a stop in the middle.
    let batches: Vec<Vec<(&str, i64, f64)>> = vec![
        (0..30).map(|n| ("river.level", n * 60, f64::from(u32::try_from(n).unwrap()))).collect(),
        vec![("river.flow", 30, 2.0), ("river.flow", 1_790, 3.0)],
        vec![("river.level", 615, 50.0)],
        vec![("river.level", 616, 51.0), ("river.level", 615, 49.0)],
        (30..50).map(|n| ("river.level", n * 60, 1.0)).collect(),
        vec![("river.level", 1_790, 7.0), ("river.flow", 2_990, 1.0)],
        vec![("river.level", 4_000, 7.0), ("river.flow", 4_000, 1.0)],
    ];
    let whole = {
        let desk = Desk::new(&[RIVER]);
        let open = desk.open().await;
        let mut windows = open.streams.subscribe();
        for batch in &batches {
            desk.append(&open, batch).await;
        }
        let mut seen = some(&mut windows, 12).await;
        open.streams.settle().await.unwrap();
        while let Ok(window) = windows.try_recv() {
            seen.push(window.as_ref().clone());
        }
        seen
    };
    for cut in 1..batches.len() {
        let desk = Desk::new(&[RIVER]);
        let (before, after) = batches.split_at(cut);
        let mut seen = vec![];
        for part in [before, after] {
            let open = desk.open().await;
            let mut windows = open.streams.subscribe();
            for batch in part {
                desk.append(&open, batch).await;
            }
            open.streams.settle().await.unwrap();
            while let Ok(window) = windows.try_recv() {
                seen.push(window.as_ref().clone());
            }
            open.close().await;
        }
        assert_eq!(by_series(&seen), by_series(&whole), "a stop after batch {cut}");
    }
}

/// Tellings in their order for each series; between series there is no promised order.
fn by_series(windows: &[WindowResult]) -> Vec<(String, i64, u64, f64, u32)> {
    let mut told: Vec<_> = windows.iter().map(short).collect();
    told.sort_by(|one, other| one.0.cmp(&other.0));
    told
}

#[tokio::test]
async fn a_revision_goes_on_counting_after_a_restart() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let mut windows = open.streams.subscribe();
    desk.append(&open, &[("river.level", 0, 1.0), ("river.level", 700, 1.0)]).await;
    desk.append(&open, &[("river.level", 100, 4.0)]).await;
    assert_eq!(some(&mut windows, 2).await[1].revision, 1);
    open.close().await;
    let open = desk.open().await;
    let mut windows = open.streams.subscribe();
    desk.append(&open, &[("river.level", 200, 4.0)]).await;
    assert_eq!(short(&next(&mut windows).await), ("river.level".into(), 0, 3, 3.0, 2));
}

#[tokio::test]
async fn board_counts_and_baseline_survive_a_restart() {
    let desk = Desk::new(&[RIVER]);
    let open = desk.open().await;
    let mut windows = open.streams.subscribe();
    for hour in 0..20 {
        desk.append(&open, &[("river.level", hour * 600, 5.0), ("river.flow", hour * 600, 2.0)]).await;
    }
    desk.append(&open, &[("river.level", 20 * 600, 5.0), ("river.flow", 20 * 600, 2.0), ("river.flow", 0, 5000.0)]).await;
    // The last closed window is [19, 20) × 600 only when one minute of lateness has passed too.
    let seen = some(&mut windows, 19 * 3).await;
    assert_eq!(seen.len(), 57);
    let board = serde_json::to_value(open.streams.board(at(86_400))).unwrap();
    let usual = open.streams.baseline("river.level", at(20 * 600));
    assert!(usual.is_some());
    open.close().await;
    let open = desk.open().await;
    assert_eq!(open.streams.baseline("river.level", at(20 * 600)), usual);
    assert_eq!(serde_json::to_value(open.streams.board(at(86_400))).unwrap(), board);
}
