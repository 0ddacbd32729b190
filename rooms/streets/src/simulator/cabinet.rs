//! The street cabinet: sensors in, the controller's wishes through the monitor, lamps out. It goes on when the controller is gone.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use rustix::time::{ClockId, clock_gettime};
use sala_signals::{
    Layout, Monitor, SignalId,
    controller::Command,
    network::LaneId,
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

impl Driver {
    fn of(crossing: &Crossing, hand: Hand) -> Result<Self, Fault> {
        // Also for a controller apart: a hand that can't be is refused here, in words.
        let mind = Mind::of(hand, &crossing.layout, crossing.rules)?;
        if !hand.is_separate {
            return Ok(Self::Here(Box::new(mind)));
        }
        let program = own_program()?;
        Ok(Self::Apart(Box::new(Apart::start(&program, crossing, hand)?)))
    }
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
        let driver = Driver::of(crossing, hand)?;
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
        if let Some(raw) = self.sense(now_ms, results) {
            self.decide(now_ms, &raw);
            self.show(request);
        }
    }

    /// Takes what a step of SUMO gave. Once a second it is time to [`Cabinet::decide`]: then what the sensors gave since the last time.
    pub fn sense(&mut self, now_ms: i64, results: &[Subscribed]) -> Option<Raw> {
        let before = thread_time();
        self.senses.add(results, now_ms - self.last_step_ms);
        self.last_step_ms = now_ms;
        let raw = (now_ms >= self.next_ms).then(|| {
            self.next_ms = now_ms - now_ms.rem_euclid(STEP_MS) + STEP_MS;
            self.senses.take()
        });
        self.spent += thread_time().saturating_sub(before);
        raw
    }

    /// Has the controller decide and the monitor watch. What the controller said; `None` is silence.
    pub fn decide(&mut self, now_ms: i64, raw: &Raw) -> Option<Vec<Command>> {
        let before = thread_time();
        let said = self.consult(now_ms, raw);
        self.obey(now_ms, raw, said.as_deref());
        self.spent += thread_time().saturating_sub(before);
        said
    }

    /// What the controller wants in this second.
    pub fn consult(&mut self, now_ms: i64, raw: &Raw) -> Option<Vec<Command>> {
        let lights = self.monitor.lights();
        match &mut self.driver {
            Driver::Here(mind) => Some(mind.decide(now_ms, raw, lights)),
            Driver::Apart(apart) => apart.ask(now_ms, raw.clone(), &lights),
        }
    }

    /// Lets the monitor do what was said, as far as it may be done.
    pub fn obey(&mut self, now_ms: i64, raw: &Raw, said: Option<&[Command]>) {
        if let Raw::Camera(seen) = raw {
            // Cameras see into the junction: who still stands there holds the next green back.
            self.monitor.see(seen.iter().map(|each| (LaneId(each.lane), each.speed_mps)));
        }
        if said.is_none() {
            self.silent_at_ms.get_or_insert(now_ms);
        }
        self.monitor.step(now_ms, said);
        if self.monitor.is_fallback() {
            self.fallback_at_ms.get_or_insert(now_ms);
            self.fallback_s += 1;
        }
        self.decisions += 1;
    }

    /// Another controller, or the same anew, from the next second on. The lamps go on from where they stand.
    ///
    /// # Errors
    /// As the controller refuses; then the one before goes on.
    pub fn hand_to(&mut self, crossing: &Crossing, hand: Hand) -> Result<(), Fault> {
        self.driver = Driver::of(crossing, hand)?;
        Ok(())
    }

    /// Whether the fixed plan rules because the controller has been silent for too long.
    pub fn is_fallback(&self) -> bool {
        self.monitor.is_fallback()
    }

    /// What the lamps of each signal must show now, in the order of the signals; empty where there are no phases.
    pub fn lamps(&self) -> Vec<String> {
        let mut lamps = vec![String::new(); self.layout.network.signals.len()];
        for (signal, state) in self.monitor.states() {
            if let Some(lamp) = usize::try_from(signal.0).ok().and_then(|index| lamps.get_mut(index)) {
                state.clone_into(lamp);
            }
        }
        lamps
    }

    /// Puts the lamps that change into the request.
    pub fn show(&mut self, request: &mut Request) {
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

/// The program that runs now, also when its file has been replaced meanwhile by an upgrade.
fn own_program() -> Result<PathBuf, Fault> {
    let itself = PathBuf::from("/proc/self/exe");
    if itself.exists() {
        return Ok(itself);
    }
    std::env::current_exe().map_err(|cause| Fault::file(&PathBuf::from("sala"), cause))
}

/// CPU time of this thread: others may share the core.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
