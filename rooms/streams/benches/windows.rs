//! Keyed event-time windows through the dataflow: events per CPU second of this whole process (all threads, `/proc/self/stat`).
//!
//! `cargo bench -p sala-streams --bench windows`. 5,000 series, 10-second tumbling windows, values in order in columns of 500, a
//! watermark with each round: the load of the A2 measurement in the notes. The second line has the same load with one value in
//! ten late within the horizon.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "a bench prints and may stop"
)]

use std::sync::Arc;

use sala_streams::{
    calendar::Span,
    columns::Columns,
    flow::{Aggregate, Flow, Lane, Out, Parcel, Plan},
    window::Geometry,
};

const SERIES: u32 = 5_000;
const ROWS: usize = 500;
const EVENTS: usize = 20_000_000;

/// CPU seconds of this process: user and system time in clock ticks of 1/100 s.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    [11, 12].iter().filter_map(|place| fields.get(*place)?.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Rounds of parcels: each gives every series `ROWS` values of the next 10,000 ms, then moves the watermark.
fn round(number: usize, late: bool, act: &Arc<str>) -> Vec<Parcel> {
    let step = 20_000_i64;
    let base = number as i64 * ROWS as i64 * step;
    let mut parcels = Vec::with_capacity(SERIES as usize + 2);
    for series in 0..SERIES {
        let pairs = (0..ROWS as i64).map(|row| {
            let at = base + row * step + i64::from(series);
            (if late && row % 10 == 0 { at - 5_000_000 } else { at }, row as f64 * 0.25 + f64::from(series))
        });
        parcels.push(Parcel::Values { series, columns: Columns::sort(pairs.collect()).0, act: Arc::clone(act) });
    }
    parcels.push(Parcel::Watermark { feed: 0, at: base + (ROWS as i64 - 1) * step });
    parcels
}

async fn run(late: bool, workers: usize) {
    let geometry = Geometry { window: Span::Fixed(10_000_000), slide: Span::Fixed(10_000_000), keep_us: 30_000_000 };
    let plan = Plan { lanes: (0..SERIES).map(|_| Lane { feed: 0, geometry, aggregate: Aggregate::Mean }).collect(), joins: vec![] };
    let (out, mut told) = tokio::sync::mpsc::unbounded_channel();
    let flow = Flow::start(plan, workers, out).unwrap();
    let counting = tokio::spawn(async move {
        let mut windows = 0_u64;
        while let Some(out) = told.recv().await {
            match out {
                Out::Told(_) => windows += 1,
                Out::Caught(caught) => drop(caught.send(())),
            }
        }
        windows
    });
    let act: Arc<str> = "act_01BENCH".into();
    let rounds = EVENTS / (ROWS * SERIES as usize);
    let prepared: Vec<Vec<Parcel>> = (0..rounds).map(|number| round(number, late, &act)).collect();
    let (cpu, wall) = (cpu_seconds(), tokio::time::Instant::now());
    for parcels in prepared {
        flow.give(parcels).await.unwrap();
    }
    flow.catch_up().await.unwrap().await.unwrap();
    let (cpu, wall) = (cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
    drop(flow);
    let (events, windows) = (rounds * ROWS * SERIES as usize, counting.await.unwrap());
    println!(
        "windows{} workers={workers}: {events} events, {windows} windows, {:.1} M events/CPU s, {:.1} M events/s wall",
        if late { " (one in ten late)" } else { "" },
        events as f64 / cpu / 1e6,
        events as f64 / wall / 1e6
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    run(false, 1).await;
    run(true, 1).await;
    run(false, 2).await;
}
