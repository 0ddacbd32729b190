//! Our controller: each second, each junction plans its next change of phase on a queue model of what its cameras see.

mod junction;
mod loops;
mod rollout;
mod scene;

use std::sync::Arc;

use self::{
    junction::{Junction, Lane, Right},
    loops::LaneLoops,
    rollout::Standing,
    scene::{Scene, phase_bit, seconds},
};
use super::{Actuated, Command, Controller, Light};
use crate::{
    Layout,
    network::{Id, LinkIndex, SignalId, Table},
    phase::PhaseId,
    sensing::{CameraView, LoopPlace, Observation, Sensing, Shares, View, loop_places},
};

/// What the model takes for granted. One set for all streets.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tuning {
    /// How far plans are run into the future, s.
    horizon_s: usize,
    /// Vehicles a second that leave a queue on green: 2,050 an hour and lane (HCM's base is 1,900; its range goes to 2,200).
    go_rate: f64,
    /// The same where they look for gaps and find them.
    yield_rate: f64,
    /// The same while those they yield to keep coming.
    gap_rate: f64,
    /// What it costs for each second to give a lane green whose vehicles want to a full exit: one drives in all the same and blocks the junction, s.
    jam: f64,
    /// Vehicles a second that leave a full exit.
    exit_rate: f64,
    /// Green in which nobody moves yet, s.
    start_s: f64,
    /// Time that a stop costs besides waiting: braking and accelerating, s.
    stop_s: f64,
    /// Waiting that is charged for each vehicle that is left when the horizon is reached, s.
    rest_s: f64,
    /// How far the rule for later changes looks ahead, s.
    look_s: f64,
    /// How much better another phase must be for that rule.
    inertia: f64,
    /// Having waited this long doubles a vehicle's weight, s.
    patience_s: f64,
    /// How much more a vehicle weighs when its queue is about to stand in another junction.
    spill_back: f64,
    /// How much of the good of serving a vehicle is lost when it comes to stand behind the junction.
    congestion: f64,
    congested_from: f64,
    congested_to: f64,
    /// Who has waited this long is served next, s.
    longest_wait_s: f64,
    /// Who has been closed for this long is served when nobody comes, s.
    idle_s: f64,
    /// Time over which arrivals are averaged, s.
    memory_s: f64,
}

const TUNING: Tuning = Tuning {
    horizon_s: 45,
    go_rate: 0.57,
    yield_rate: 0.35,
    gap_rate: 0.15,
    jam: 3.0,
    exit_rate: 0.05,
    start_s: 1.0,
    stop_s: 4.0,
    rest_s: 10.0,
    look_s: 15.0,
    inertia: 1.3,
    patience_s: 60.0,
    spill_back: 2.0,
    congestion: 0.7,
    congested_from: 0.5,
    congested_to: 0.9,
    longest_wait_s: 90.0,
    idle_s: 60.0,
    memory_s: 180.0,
};

/// How long the phase may be kept before the change, s.
const HOLDS: [usize; 15] = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 26, 30];

/// Plans ahead on a queue model, and shows the first step of the best plan.
///
/// A plan is: keep the phase for so many seconds, then go to this one; what follows is left to a rule that serves most vehicles a second. Each
/// plan is run in the model for 45 s (the rollout of Bertsekas, "Dynamic Programming and Optimal Control"; the aim, all vehicles' waiting, and
/// the counting of switching time are those of schedule-driven control, Xie, Smith et al. 2012). Costs are waiting seconds. A vehicle counts
/// more the longer it has waited, and when its queue is about to block another junction; to send it into a street that stands gains little. So
/// queues are held where they block nobody, as in perimeter control.
///
/// Loops instead of cameras tell it less: how many are between the advance loop and the line, and whether an exit is full. With neither it is
/// [`Actuated`].
#[derive(Debug, Clone)]
pub struct Adaptive {
    layout: Arc<Layout>,
    junctions: Table<SignalId, Junction>,
    memories: Table<SignalId, Memory>,
    ways_s: Table<SignalId, Vec<usize>>,
    shares: Shares,
    places: Table<SignalId, Vec<LoopPlace>>,
    blind: Actuated,
    least_green_ms: i64,
    /// When it was asked last, ms: lights are told as they were then.
    asked_ms: Option<i64>,
}

/// What is remembered of a junction.
#[derive(Debug, Clone, Default)]
struct Memory {
    lanes: Vec<LaneMemory>,
    /// Since when each exit loop has been covered, ms.
    exits_since_ms: Vec<Option<i64>>,
}

/// What is remembered of a lane.
#[derive(Debug, Clone, Default)]
struct LaneMemory {
    /// Vehicles a second that left of late.
    flow: f64,
    /// Ways that the vehicle in front has not taken though it could.
    refused: Vec<bool>,
    /// When last nobody waited in vain, ms.
    served_ms: Option<i64>,
    loops: LaneLoops,
}

impl LaneMemory {
    fn note(&mut self, now_ms: i64, left: f64, is_waiting: bool, tuning: &Tuning) {
        self.flow += (left - self.flow) / tuning.memory_s;
        if !is_waiting || self.served_ms.is_none() {
            self.served_ms = Some(now_ms);
        }
    }

    /// Whoever is in front does not want the ways that are free for it now.
    fn refuse(&mut self, lane: &Lane, phase: usize, has_room: impl Fn(usize) -> bool) {
        for (way, refused) in lane.ways.iter().zip(&mut self.refused) {
            *refused |= way.right(phase) == Right::Go && has_room(way.exit);
        }
    }
}

impl Adaptive {
    /// For the signals of a layout, under a monitor with this least green.
    pub fn new(layout: Arc<Layout>, least_green_ms: i64) -> Self {
        let network = &layout.network;
        let junctions: Table<SignalId, Junction> =
            layout.phasings.iter().map(|(id, phasing)| Junction::of(network, network.signals.of(id), phasing)).collect();
        let memories = junctions.iter().map(|(_, junction)| {
            let lane = |lane: &Lane| LaneMemory { refused: vec![false; lane.ways.len()], ..LaneMemory::default() };
            Memory { lanes: junction.lanes.iter().map(lane).collect(), exits_since_ms: vec![None; junction.exits.len()] }
        });
        let places = network.signals.iter().map(|(_, signal)| loop_places(network, signal)).collect();
        let ways_s = layout.phasings.iter().map(|(_, phasing)| {
            let ids = || phasing.phases.ids();
            ids().flat_map(|from| ids().map(move |to| whole_seconds(phasing.way_ms(from, to)))).collect()
        });
        let (memories, ways_s) = (memories.collect(), ways_s.collect());
        Self {
            junctions,
            memories,
            places,
            ways_s,
            shares: Shares::default(),
            blind: Actuated::new(Arc::clone(&layout)),
            layout,
            least_green_ms,
            asked_ms: None,
        }
    }

    /// Learns from a step at one junction.
    fn learn(&mut self, now_ms: i64, id: SignalId, light: &Light, view: &CameraView) {
        let (junction, Some(memory)) = (self.junctions.of(id), self.memories.get_mut(id)) else { return };
        let phase = light.phase.index();
        for (lane, memory) in junction.lanes.iter().zip(&mut memory.lanes) {
            let left: u32 = view.moves.iter().filter(|each| each.from == lane.id).map(|each| each.count).sum();
            let vehicles = view.on(lane.id);
            let is_open = lane.is_open(phase) && !light.is_on_the_way;
            memory.note(now_ms, f64::from(left), !vehicles.is_empty() && !is_open && lane.can_go(), &TUNING);
            let Some(front) = vehicles.first().filter(|front| left == 0 && front.is_standing()) else {
                memory.refused.fill(false);
                continue;
            };
            if is_open && light.green_ms >= 4_000 && front.standing_ms >= 3_000 && front.to_end_m < 4.0 {
                memory.refuse(lane, phase, |exit| junction.exits.get(exit).is_none_or(|exit| exit.seen(view, &TUNING).space >= 1.0));
            }
        }
    }

    /// Where nobody comes, whoever has been closed for long is served at no cost, before the monitor asks for it in the midst of traffic.
    fn idle(&self, id: SignalId, light: &Light) -> Option<PhaseId> {
        let phases = self.layout.phasings.of(id).phases.iter();
        let longest_ms = phases.map(|(phase, row)| {
            let closed = light.closed_ms.iter().enumerate().filter(|(link, _)| row.lamp(LinkIndex::at(*link)).may_enter());
            (closed.map(|(_, closed_ms)| *closed_ms).max().unwrap_or(0), phase)
        });
        // Of equals the first.
        let (closed_ms, phase) = longest_ms.rev().max_by_key(|(closed_ms, _)| *closed_ms)?;
        (phase != light.phase && seconds(closed_ms) > TUNING.idle_s).then_some(phase)
    }

    /// The phase to go to now, if any.
    fn next(&self, now_ms: i64, id: SignalId, light: &Light, scene: impl FnOnce(&Junction, &Memory) -> Scene) -> Option<PhaseId> {
        let (junction, memory) = (self.junctions.of(id), self.memories.of(id));
        if junction.phases < 2 || light.is_on_the_way || light.held_ms > 0 || light.green_ms < self.least_green_ms {
            return None;
        }
        let scene = scene(junction, memory);
        if scene.demand() < 0.05 {
            return self.idle(id, light);
        }
        let phase = light.phase.index();
        let standing =
            Standing { phase, green_s: seconds(light.green_ms), ways_s: self.ways_s.of(id), least_s: seconds(self.least_green_ms) };
        // Who has waited too long is served now, by the best of the phases that serve it.
        let waited_s = |lane: &LaneMemory| lane.served_ms.map_or(0.0, |served_ms| seconds(now_ms - served_ms));
        let lanes = junction.lanes.iter().zip(&memory.lanes);
        let longest = lanes.map(|(lane, memory)| (waited_s(memory), lane)).max_by(|a, b| a.0.total_cmp(&b.0));
        let urgent = longest.filter(|(waited_s, lane)| *waited_s > TUNING.longest_wait_s && !lane.is_open(phase)).map(|(_, lane)| lane);
        let holds = if urgent.is_some() { HOLDS.get(..1) } else { HOLDS.get(..) };
        let allowed = (0..junction.phases).filter(|next| *next != phase && urgent.is_none_or(|lane| lane.is_open(*next)));
        let allowed = allowed.fold(0_u128, |mask, phase| mask | phase_bit(phase));
        let best = rollout::best(junction, &scene, standing, &TUNING, holds.unwrap_or_default(), allowed);
        best.filter(|(hold, _)| *hold == 0).map(|(_, next)| PhaseId::at(next))
    }
}

impl Controller for Adaptive {
    fn name(&self) -> &'static str {
        "adaptive"
    }

    fn sensing(&self) -> Sensing {
        Sensing::Loops
    }

    fn decide(&mut self, now_ms: i64, seen: &Observation) -> Vec<Command> {
        if let View::Camera(view) = &seen.view {
            self.shares.learn(&view.moves);
        }
        // A green that was shown for 4 s a second ago will have been shown for 5 s when the command comes.
        let late_ms = self.asked_ms.replace(now_ms).map_or(0, |asked_ms| now_ms.saturating_sub(asked_ms).clamp(0, 2_000));
        let layout = Arc::clone(&self.layout);
        let mut commands = Vec::new();
        for (id, light) in seen.lights.iter().filter(|(_, light)| light.has_phases) {
            let light = &later(light, late_ms);
            let next = match &seen.view {
                View::Nothing => return self.blind.decide(now_ms, seen),
                View::Camera(view) => {
                    self.learn(now_ms, id, light, view);
                    let signal = layout.network.signals.of(id);
                    self.next(now_ms, id, light, |junction, memory| {
                        Scene::of(&layout.network, signal, junction, view, &self.shares, memory, &TUNING)
                    })
                }
                View::Loops(view) => {
                    if let Some(memory) = self.memories.get_mut(id) {
                        let readings = view.of(id, self.places.of(id));
                        let readings: Vec<_> = readings.collect();
                        loops::learn(now_ms, light, self.junctions.of(id), memory, readings.iter().copied(), &TUNING);
                    }
                    self.next(now_ms, id, light, |junction, memory| loops::scene(now_ms, junction, memory, &TUNING))
                }
            };
            commands.extend(next.map(|phase| Command { signal: id, phase }));
        }
        commands
    }
}

/// As a light stands a little later, if nothing changes.
fn later(light: &Light, late_ms: i64) -> Light {
    let mut light = light.clone();
    if !light.is_on_the_way {
        light.green_ms = light.green_ms.saturating_add(late_ms);
        light.held_ms = light.held_ms.saturating_sub(late_ms).max(0);
    }
    light
}

/// Seconds, rounded up.
fn whole_seconds(time_ms: i64) -> usize {
    usize::try_from(time_ms.saturating_add(999) / 1_000).unwrap_or(0)
}
