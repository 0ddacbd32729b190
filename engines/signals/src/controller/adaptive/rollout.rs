//! A queue model of one junction that runs a plan into the near future and says how much waiting it costs.

use super::{
    Tuning,
    junction::{Junction, Lane, Right, bit},
    scene::Scene,
};

/// Keep the phase for `hold` more steps of a second, then go to `next`; after that the rule of [`Run::better`] decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    pub hold: usize,
    pub next: usize,
}

/// Where the signal stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing<'a> {
    pub phase: usize,
    /// How long it has been shown, s.
    pub green_s: f64,
    /// Duration of the way between two phases, s: phase by phase.
    pub ways_s: &'a [usize],
    /// Least green, s.
    pub least_s: f64,
}

impl Standing<'_> {
    fn way_s(&self, junction: &Junction, from: usize, to: usize) -> usize {
        self.ways_s.get(from * junction.phases + to).copied().unwrap_or(0)
    }
}

/// One lane in the course of a run.
#[derive(Debug, Clone, Copy)]
struct Queue {
    vehicles: f64,
    /// How many may still leave before one is in front that has no green.
    budget: f64,
    green_s: f64,
}

struct Run<'a> {
    junction: &'a Junction,
    scene: &'a Scene,
    standing: Standing<'a>,
    tuning: &'a Tuning,
    queues: Vec<Queue>,
    /// Vehicles that there is room for, by exit.
    space: Vec<f64>,
    phase: usize,
    next: usize,
    /// Rest of the way to `next`, s; 0 while `phase` is shown.
    left_s: usize,
    way_s: usize,
    green_s: f64,
    cost: f64,
}

/// Waiting that a plan costs within the horizon, weighted vehicle seconds, or some value of at least `bound` when it costs more than that.
pub(super) fn cost(junction: &Junction, scene: &Scene, standing: Standing<'_>, tuning: &Tuning, plan: Plan, bound: f64) -> f64 {
    let queues = scene.lanes.iter().zip(&junction.lanes).map(|(seen, lane)| {
        let open = seen.open_share(lane, standing.phase);
        let is_stuck = seen.is_stuck(standing.phase);
        Queue { vehicles: seen.queue, budget: if is_stuck { 0.0 } else { budget(open) }, green_s: 60.0 }
    });
    let mut run = Run {
        junction,
        scene,
        standing,
        tuning,
        queues: queues.collect(),
        space: scene.exits.iter().map(|exit| exit.space).collect(),
        phase: standing.phase,
        next: plan.next,
        left_s: 0,
        way_s: 0,
        green_s: standing.green_s,
        cost: 0.0,
    };
    for second in 0..tuning.horizon_s {
        run.turn(second, plan);
        run.flow(second);
        if run.cost >= bound {
            return run.cost;
        }
    }
    let left: f64 = run.queues.iter().zip(&scene.lanes).map(|(queue, seen)| seen.weight * queue.vehicles).sum();
    run.cost + left * tuning.rest_s
}

/// Vehicles that leave a lane, on the average, before one comes whose way has no green.
fn budget(open: f64) -> f64 {
    if open > 0.0 && open < 0.999 { open / (1.0 - open) } else { 1e9 }
}

impl Run<'_> {
    /// Moves the lamps on by a second.
    fn turn(&mut self, second: usize, plan: Plan) {
        if self.left_s > 0 {
            self.left_s -= 1;
            if self.left_s == 0 {
                self.arrive();
            }
        } else if second == plan.hold {
            self.leave(plan.next);
        } else if second > plan.hold
            && self.green_s >= self.standing.least_s
            && let Some(next) = self.better(second)
        {
            self.leave(next);
        }
        if self.left_s == 0 {
            self.green_s += 1.0;
        }
    }

    fn leave(&mut self, next: usize) {
        self.next = next;
        self.way_s = self.standing.way_s(self.junction, self.phase, next);
        self.left_s = self.way_s;
        if self.left_s == 0 {
            self.arrive();
        }
    }

    fn arrive(&mut self) {
        for ((queue, seen), lane) in self.queues.iter_mut().zip(&self.scene.lanes).zip(&self.junction.lanes) {
            if !lane.is_open(self.next) {
                continue;
            }
            let was_open = lane.is_open(self.phase);
            if !was_open {
                queue.green_s = 0.0;
            }
            // Who stood in front for want of the other way's green goes first now.
            queue.budget = budget(seen.open_share(lane, self.next)) + if was_open { 0.5 } else { 0.0 };
            if seen.is_stuck(self.next) && queue.vehicles >= seen.queue - 0.5 {
                queue.budget = 0.0;
            }
        }
        (self.phase, self.green_s) = (self.next, 0.0);
    }

    /// A phase that serves more per second, its intergreen counted in, than it would be to stay.
    fn better(&self, second: usize) -> Option<usize> {
        let stay = {
            let (served, time_s) = self.worth(self.phase, second);
            served / time_s * self.tuning.inertia
        };
        let mut best = (None, stay);
        for phase in (0..self.junction.phases).filter(|phase| *phase != self.phase) {
            let (served, time_s) = self.worth(phase, second);
            let way_s = seconds(self.standing.way_s(self.junction, self.phase, phase));
            let value = served / (time_s.max(self.standing.least_s) + way_s);
            if value > best.1 {
                best = (Some(phase), value);
            }
        }
        best.0
    }

    /// What a phase could serve of the queues as they are, weighted vehicles, and the time for it, s.
    fn worth(&self, phase: usize, second: usize) -> (f64, f64) {
        let (mut served, mut time_s) = (0.0, 1.0_f64);
        for ((queue, seen), lane) in self.queues.iter().zip(&self.scene.lanes).zip(&self.junction.lanes) {
            let (mut open, mut onward, mut goes) = (0.0, 0.0, false);
            for (way, share) in lane.ways.iter().zip(&seen.shares) {
                let right = way.right(phase);
                goes |= right == Right::Go;
                if right != Right::Stop && self.has_space(way.exit) {
                    open += share;
                    onward += share * self.scene.congestion(way.exit);
                }
            }
            if open <= 0.0 {
                continue;
            }
            let mut vehicles = queue.vehicles + seen.arriving(second + 1);
            if phase == self.phase {
                vehicles = (vehicles + seen.arriving(second + 2)).min(queue.budget);
            }
            if open < 0.999 {
                vehicles = vehicles.min(budget(open) + 0.5);
            }
            let rate = if goes { self.tuning.go_rate } else { self.tuning.yield_rate * 0.6 };
            let lane_s = (vehicles / rate).min(self.tuning.look_s);
            served += seen.weight * vehicles.min(rate * self.tuning.look_s) * (1.0 - onward / open);
            time_s = time_s.max(lane_s);
        }
        (served, time_s)
    }

    fn has_space(&self, exit: usize) -> bool {
        self.space.get(exit).is_none_or(|space| *space >= 1.0)
    }

    /// Lets arrive who arrives and leave who may, and counts who waits.
    fn flow(&mut self, second: usize) {
        let mut busy = 0_u64;
        for (index, (queue, seen)) in self.queues.iter_mut().zip(&self.scene.lanes).enumerate() {
            queue.vehicles += seen.arriving(second);
            if queue.vehicles > 0.4 {
                busy |= bit(index);
            }
        }
        let rest_s = seconds(self.tuning.horizon_s.saturating_sub(second)) + self.tuning.rest_s;
        // In the first second of yellow those who are near still drive.
        let is_closing = self.left_s > 0 && self.left_s < self.way_s;
        for ((queue, seen), lane) in self.queues.iter_mut().zip(&self.scene.lanes).zip(&self.junction.lanes) {
            if queue.vehicles <= 0.0 {
                continue;
            }
            let arriving = seen.arriving(second);
            let served =
                serve(queue, lane, &seen.shares, arriving, self.phase, is_closing.then_some(self.next), busy, &self.space, self.tuning);
            if let Served::Starting = served {
                self.cost += seen.weight * queue.vehicles;
                continue;
            }
            if let Served::Left { vehicles, open, .. } = served
                && vehicles > 0.0
            {
                for (way, share) in lane.ways.iter().zip(&seen.shares) {
                    let Some(space) = self.space.get_mut(way.exit).filter(|space| way.is_open(self.phase) && **space >= 1.0) else {
                        continue;
                    };
                    let part = vehicles * share / open;
                    *space -= part;
                    self.cost += seen.weight * part * self.scene.congestion(way.exit) * rest_s;
                }
            }
            if !matches!(served, Served::Left { is_smooth: true, .. }) {
                self.cost += seen.weight * arriving * self.tuning.stop_s;
            }
            self.cost += seen.weight * queue.vehicles;
        }
        for space in &mut self.space {
            *space += self.tuning.exit_rate;
        }
    }
}

enum Served {
    Closed,
    /// Green has just begun, nobody moves yet.
    Starting,
    Left {
        vehicles: f64,
        /// Share of the lane's vehicles that have green and room.
        open: f64,
        /// Whether those who arrived in this second drove through.
        is_smooth: bool,
    },
}

/// One second of a lane. `closing`: the phase that comes, once yellow has begun; what it does not keep open is shut.
#[expect(clippy::too_many_arguments, reason = "the inner loop of all: a struct for its arguments would be built 10^5 times a second")]
fn serve(
    queue: &mut Queue,
    lane: &Lane,
    shares: &[f64],
    arriving: f64,
    phase: usize,
    closing: Option<usize>,
    busy: u64,
    space: &[f64],
    tuning: &Tuning,
) -> Served {
    let (mut open, mut headway_s) = (0.0, 0.0);
    for (way, share) in lane.ways.iter().zip(shares) {
        let right = if closing.is_some_and(|next| !way.is_open(next)) { Right::Stop } else { way.right(phase) };
        if right == Right::Stop || space.get(way.exit).is_some_and(|space| *space < 1.0) {
            continue;
        }
        open += share;
        headway_s += match right {
            Right::Yield(foes) if foes & busy != 0 => share / tuning.gap_rate,
            Right::Yield(_) => share / tuning.yield_rate,
            _ => share / tuning.go_rate,
        };
    }
    if open <= 0.001 {
        queue.green_s = 0.0;
        return Served::Closed;
    }
    queue.green_s += 1.0;
    if queue.green_s <= tuning.start_s {
        return Served::Starting;
    }
    let rate = open / headway_s;
    let is_smooth = queue.vehicles - arriving < 0.3 && arriving <= rate;
    let vehicles = rate.min(queue.budget).min(queue.vehicles).max(0.0);
    queue.vehicles -= vehicles;
    queue.budget -= vehicles;
    Served::Left { vehicles, open, is_smooth }
}

/// A count of seconds.
fn seconds(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
