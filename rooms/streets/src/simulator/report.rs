//! What a bench found: for machines as JSON, for people as a table.

use serde::{Deserialize, Serialize};

use super::{deadlock::Deadlock, tripinfo::Trips};

/// One seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The seed that SUMO was given.
    pub seed: u32,
    /// What became of the demand.
    #[serde(flatten)]
    pub trips: Trips,
    /// Rules that the lamps broke, as the monitor's audit of every simulated second counts them.
    pub safety_violations: u64,
    /// Times that the monitor showed something else than the controller wanted.
    pub safety_interventions: u64,
    /// CPU milliseconds of controller and monitor for one junction and one simulated second.
    pub controller_ms_per_step: f64,
    /// The simulated second in which the controller first said nothing, if it ever did.
    pub silent_at_s: Option<f64>,
    /// The simulated second from which the fixed plan ran in its stead.
    pub fallback_at_s: Option<f64>,
    /// Seconds on the fixed plan because the controller was silent.
    pub fallback_s: u64,
    /// The first rules that were broken, in words, at most ten.
    pub violations: Vec<String>,
    /// Vehicles that SUMO lifted out of a jam: 0 unless `--sumo-arg` switched that on.
    pub teleports: u64,
    /// Vehicles in a collision, counted once a step.
    pub collisions: u64,
    /// Vehicles that braked as only in an emergency.
    pub emergency_stops: u64,
    /// Who stood for 300 s or more inside a crossing without signals at the end, the longest of them.
    #[serde(default)]
    pub deadlock: Option<Deadlock>,
    /// SHA-256 over the lamps of every simulated second: equal where two runs decided alike.
    pub lamps_sha256: String,
}

/// The same over all seeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// Mean delay, s.
    pub delay_s: f64,
    /// Mean waiting, s.
    pub waiting_s: f64,
    /// Mean duration, s.
    pub duration_s: f64,
    /// Mean number of arrivals.
    pub arrived: f64,
    /// Mean 95th percentile of the delay, s.
    pub p95_delay_s: f64,
}

/// The seed with the longest delay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worst {
    /// Which seed.
    pub seed: u32,
    /// Its delay, s.
    pub delay_s: f64,
    /// Its arrivals.
    pub arrived: u64,
}

/// All seeds of one controller on one scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// File name of the net, without its endings.
    pub scenario: String,
    /// Name of the controller.
    pub controller: String,
    /// What it could see.
    pub sensing: String,
    /// Whose yellow and all-red times were kept.
    pub intergreen: String,
    /// Version of SUMO, which decides the numbers.
    pub sumo_version: String,
    /// Begin, simulated s.
    pub begin_s: f64,
    /// End, simulated s.
    pub end_s: f64,
    /// Factor on the demand.
    pub scale: f64,
    /// Signals in the net, and how many of them the controller runs.
    pub signals: u64,
    /// Whether the controller was a process of its own.
    pub is_separate: bool,
    /// Means over the seeds.
    pub mean: Mean,
    /// The worst seed.
    pub worst: Worst,
    /// Seed by seed, in the order asked for.
    pub runs: Vec<Run>,
}

impl Mean {
    /// Of several runs; zeros of none.
    pub fn of(runs: &[Run]) -> Self {
        let mean = |value: fn(&Run) -> f64| runs.iter().map(value).sum::<f64>() / count(runs.len().max(1));
        Self {
            delay_s: mean(|run| run.trips.delay_s),
            waiting_s: mean(|run| run.trips.waiting_s),
            duration_s: mean(|run| run.trips.duration_s),
            arrived: mean(|run| whole(run.trips.arrived)),
            p95_delay_s: mean(|run| run.trips.p95_delay_s),
        }
    }
}

impl Worst {
    /// Of several runs.
    pub fn of(runs: &[Run]) -> Self {
        let worst = runs.iter().max_by(|a, b| a.trips.delay_s.total_cmp(&b.trips.delay_s));
        worst.map_or(Self { seed: 0, delay_s: 0.0, arrived: 0 }, |run| Self {
            seed: run.seed,
            delay_s: run.trips.delay_s,
            arrived: run.trips.arrived,
        })
    }
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a number of runs")]
fn count(runs: usize) -> f64 {
    runs as f64
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a number of vehicles, far below 2^52")]
fn whole(vehicles: u64) -> f64 {
    vehicles as f64
}

impl Report {
    /// The table for a terminal.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!(
                "{}: {}, sensing {}, intergreens {}, {} signals, SUMO {}, {}–{} s, demand × {}",
                self.scenario,
                self.controller,
                self.sensing,
                self.intergreen,
                self.signals,
                self.sumo_version,
                self.begin_s,
                self.end_s,
                self.scale
            ),
            "   seed  delay s  p95 s  waiting s  duration s  arrived/demanded  undeparted  violations  interventions  ms/junction·s".into(),
        ];
        for run in &self.runs {
            lines.push(format!(
                "{:>7} {:>8.1} {:>6.1} {:>10.1} {:>11.1} {:>17} {:>11} {:>11} {:>14} {:>14.4}",
                run.seed,
                run.trips.delay_s,
                run.trips.p95_delay_s,
                run.trips.waiting_s,
                run.trips.duration_s,
                format!("{}/{}", run.trips.arrived, run.trips.demanded),
                run.trips.undeparted,
                run.safety_violations,
                run.safety_interventions,
                run.controller_ms_per_step
            ));
        }
        for (run, Deadlock { since_s, lane }) in self.runs.iter().filter_map(|run| Some((run, run.deadlock.as_ref()?))) {
            lines.push(format!("   seed {}: {lane}, in a crossing without signals, has been blocked since {since_s} s", run.seed));
        }
        lines.push(format!(
            "   mean {:>8.1} {:>6.1} {:>10.1} {:>11.1} {:>17.1}   worst seed {}: {:.1} s",
            self.mean.delay_s,
            self.mean.p95_delay_s,
            self.mean.waiting_s,
            self.mean.duration_s,
            self.mean.arrived,
            self.worst.seed,
            self.worst.delay_s
        ));
        lines
    }
}
