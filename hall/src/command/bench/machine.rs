//! What a process uses, and what a row of figures says.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};

/// Clock ticks of Linux a second in /proc (`USER_HZ`, 100 on every platform that Sala runs on).
const USER_HZ: f64 = 100.0;

/// Processor time of this process so far, in seconds: user and system (proc_pid_stat(5), fields 14 and 15).
fn processor_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field, the name, may hold spaces; it ends with the last parenthesis.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().skip(11);
    fields.take(2).filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / USER_HZ
}

/// Cores that this process uses within a while.
pub(super) async fn cores(during: Duration) -> f64 {
    let (begun, before) = (Instant::now(), processor_s());
    sleep(during).await;
    (processor_s() - before) / begun.elapsed().as_secs_f64()
}

/// Waits for `work`; gives what came of it, and how many cores this process used from the moment that `begun` was told, for as long as
/// `during` or until the work was done.
pub(super) async fn used<T>(work: impl Future<Output = T>, begun: Arc<Notify>, during: Duration) -> (T, f64) {
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => return (done, 0.0),
        () = begun.notified() => {}
    }
    let (begun, before) = (Instant::now(), processor_s());
    let done = tokio::select! {
        done = &mut work => Some(done),
        () = sleep(during) => None,
    };
    let cores = (processor_s() - before) / begun.elapsed().as_secs_f64();
    match done {
        Some(done) => (done, cores),
        None => (work.await, cores),
    }
}

/// The `share` quantile of figures in microseconds, in milliseconds; 0 of none.
pub(super) fn percentile(figures_us: &mut [u32], share: f64) -> f64 {
    figures_us.sort_unstable();
    let last = figures_us.len().saturating_sub(1);
    let place = (0..=last).find(|place| ratio(*place, last) >= share).unwrap_or(last);
    figures_us.get(place).map_or(0.0, |figure| f64::from(*figure) / 1_000.0)
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
    if whole == 0 { 1.0 } else { number(part) / number(whole) }
}
