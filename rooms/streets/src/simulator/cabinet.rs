//! The street cabinet: sensors in, the controller's wishes through the monitor, lamps out. It goes on when the controller is gone.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use rustix::time::{ClockId, clock_gettime};
use sala_signals::{
    Layout, Monitor, SignalId,
    traci::{Request, Subscribed},
};

use super::{
    crossing::Crossing,
    fault::Fault,
    hand::Hand,
    mind::Mind,
    senses::{Raw, Senses},
    separate::Apart,
    simulation::milliseconds,
};

/// A controller decides this often, ms.
const STEP_MS: i64 = 1_000;

/// Who decides.
#[derive(Debug)]
enum Driver {
    Here(Box<Mind>),
    Apart(Box<Apart>),
}

/// One cabinet for all signals of a street.
#[derive(Debug)]
pub struct Cabinet {
    layout: Arc<Layout>,
    monitor: Monitor,
    senses: Senses,
    driver: Driver,
    /// What each signal was told last.
    told: BTreeMap<SignalId, String>,
    next_ms: i64,
    last_step_ms: i64,
    /// CPU time of sensing, thinking and watching.
    spent: Duration,
    decisions: u64,
    /// See [`super::report::Run`].
    pub silent_at_ms: Option<i64>,
    /// See [`super::report::Run`].
    pub fallback_at_ms: Option<i64>,
    /// See [`super::report::Run`].
    pub fallback_s: u64,
}

impl Cabinet {
    /// Before SUMO starts: the cabinet, and the additional file that its sensors need.
    ///
    /// # Errors
    /// As the controller refuses.
    pub fn build(crossing: &Crossing, hand: Hand, begin_s: f64, release: (u32, u32)) -> Result<(Self, Option<String>), Fault> {
        let (senses, file) = Senses::install(&crossing.layout.network, hand.sensing, release);
        // Also for a controller apart: a hand that can't be is refused here, in words.
        let mind = Mind::of(hand, &crossing.layout, crossing.rules)?;
        let driver = if hand.is_separate {
            let program = std::env::current_exe().map_err(|cause| Fault::file(&PathBuf::from("sala"), cause))?;
            Driver::Apart(Box::new(Apart::start(&program, crossing, hand)?))
        } else {
            Driver::Here(Box::new(mind))
        };
        let begin_ms = milliseconds(begin_s);
        let cabinet = Self {
            layout: Arc::clone(&crossing.layout),
            monitor: Monitor::new(Arc::clone(&crossing.layout), crossing.rules, begin_ms),
            senses,
            driver,
            told: BTreeMap::new(),
            next_ms: begin_ms + STEP_MS,
            last_step_ms: begin_ms,
            spent: Duration::ZERO,
            decisions: 0,
            silent_at_ms: None,
            fallback_at_ms: None,
            fallback_s: 0,
        };
        Ok((cabinet, file))
    }

    /// Subscribes to the sensors and shows the lamps with which the monitor begins.
    pub fn open(&mut self, request: &mut Request) {
        self.senses.open(request);
        self.show(request);
    }

    /// Takes what a step of SUMO gave; once a second it has the controller decide. The lamps that change go into the request.
    pub fn step(&mut self, now_ms: i64, results: &[Subscribed], request: &mut Request) {
        let before = thread_time();
        self.senses.add(results, now_ms - self.last_step_ms);
        self.last_step_ms = now_ms;
        if now_ms >= self.next_ms {
            self.next_ms = now_ms - now_ms.rem_euclid(STEP_MS) + STEP_MS;
            let raw = self.senses.take();
            self.decide(now_ms, raw);
            self.show(request);
        }
        self.spent += thread_time().saturating_sub(before);
    }

    fn decide(&mut self, now_ms: i64, raw: Raw) {
        let lights = self.monitor.lights();
        let said = match &mut self.driver {
            Driver::Here(mind) => Some(mind.decide(now_ms, &raw, lights)),
            Driver::Apart(apart) => apart.ask(now_ms, raw, &lights),
        };
        if said.is_none() {
            self.silent_at_ms.get_or_insert(now_ms);
        }
        self.monitor.step(now_ms, said.as_deref());
        if self.monitor.is_fallback() {
            self.fallback_at_ms.get_or_insert(now_ms);
            self.fallback_s += 1;
        }
        self.decisions += 1;
    }

    fn show(&mut self, request: &mut Request) {
        for (signal, state) in self.monitor.states() {
            let told = self.told.entry(signal).or_default();
            if told != state {
                state.clone_into(told);
                request.set_state(&self.layout.network.signals.of(signal).id, state);
            }
        }
    }

    /// How often the monitor replaced a command.
    pub fn interventions(&self) -> u64 {
        self.monitor.interventions()
    }

    /// CPU milliseconds of one junction in one simulated second.
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "counts of seconds and signals")]
    pub fn cost_ms(&self) -> f64 {
        let shares = self.decisions.saturating_mul(u64::try_from(self.layout.network.signals.len()).unwrap_or(1)).max(1);
        self.spent.as_secs_f64() * 1000.0 / shares as f64
    }
}

/// CPU time of this thread: others may share the core.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
