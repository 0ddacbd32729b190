//! The order in which observations come does not matter, within the horizon.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::desk::{Desk, RIVER, at, some};

/// Count, mean, min, max, sum, last.
type Stats = (u64, f64, f64, f64, f64, f64);

/// The last telling of each window, by series and start.
fn finals(batches: Vec<Vec<(&'static str, i64, f64)>>) -> BTreeMap<(String, i64), Stats> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let desk = Desk::new(&[RIVER]);
        let open = desk.open().await;
        let mut windows = open.streams.subscribe();
        for batch in &batches {
            desk.append(&open, batch).await;
        }
        // A last value far ahead closes all windows; the window that it lies in stays open.
        desk.append(&open, &[("river.level", 90_000 - 3_700, 1.0), ("river.flow", 90_000 - 3_700, 1.0)]).await;
        let mut last = BTreeMap::new();
        while last.len() < 9 {
            let window = some(&mut windows, 1).await.remove(0);
            last.insert(
                (window.series.clone(), window.start.seconds()),
                (window.count, window.mean, window.min, window.max, window.sum, window.last),
            );
        }
        open.streams.settle().await.unwrap();
        while let Ok(window) = windows.try_recv() {
            last.insert(
                (window.series.clone(), window.start.seconds()),
                (window.count, window.mean, window.min, window.max, window.sum, window.last),
            );
        }
        for series in ["river.level", "river.flow", "river.ratio"] {
            for window in open.streams.windows(&desk.ctx(), series, 600, at(0), at(1_800)).await.unwrap() {
                let told = *last.get(&(series.to_owned(), window.start.seconds())).unwrap();
                assert_eq!(told, (window.count, window.mean, window.min, window.max, window.sum, window.last), "live and recomputed agree");
            }
        }
        last
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn shuffled_late_and_repeated_values_end_in_the_same_windows(
        order in Just((0..58_usize).collect::<Vec<_>>()).prop_shuffle(),
        repeated in proptest::collection::vec(0..58_usize, 0..15),
        size in 1_usize..30,
    ) {
        let all: Vec<(&'static str, i64, f64)> = (0..29_i64)
            .flat_map(|n| [("river.level", n * 60, 0.1 * f64::from(u32::try_from(n).unwrap()) + 0.7), ("river.flow", n * 60 + 1, 3.3 - 0.1 * f64::from(u32::try_from(n % 7).unwrap()))])
            .collect();
        // Spread over 29 minutes, horizon 21: what would be too late is held to the last twenty minutes by sorting coarsely.
        let mut shuffled: Vec<_> = order.iter().chain(&repeated).map(|place| all[*place]).collect();
        shuffled.sort_by_key(|(_, second, _)| second / 900);
        let batches = shuffled.chunks(size).map(<[_]>::to_vec).collect();
        prop_assert_eq!(finals(batches), finals(vec![all]));
    }
}
