//! A queue model of one junction that runs a plan into the near future and says how much waiting it costs.

use super::{
    Tuning,
    junction::{Junction, Lane, Right, bit},
    scene::{Scene, phase_bit},
};

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

/// What a phase lets a lane do while each of its exits has room.
#[derive(Debug, Clone, Copy)]
struct Opening {
    /// Share of the lane's vehicles that have green.
    open: f64,
    /// The same, each as far as its exit is congested.
    onward: f64,
    /// Mean time between two of those, s, if none of them yields.
    headway_s: Option<f64>,
    /// Whether any of them has right of way.
    goes: bool,
}

impl Opening {
    fn of(lane: &Lane, shares: &[f64], phase: usize, scene: &Scene, tuning: &Tuning, has_space: impl Fn(usize) -> bool) -> Self {
        let mut opening = Self { open: 0.0, onward: 0.0, headway_s: None, goes: false };
        let (mut headway_s, mut yields) = (0.0, false);
        for (way, share) in lane.ways.iter().zip(shares) {
            let right = way.right(phase);
            opening.goes |= right == Right::Go;
            yields |= matches!(right, Right::Yield(_));
            if right != Right::Stop && has_space(way.exit) {
                opening.open += share;
                opening.onward += share * scene.congestion(way.exit);
                headway_s += share / tuning.go_rate;
            }
        }
        opening.headway_s = (!yields).then_some(headway_s);
        opening
    }
}

struct Run<'a> {
    junction: &'a Junction,
    scene: &'a Scene,
    standing: Standing<'a>,
    tuning: &'a Tuning,
    /// For each phase, for each lane.
    openings: &'a [Vec<Opening>],
    queues: Vec<Queue>,
    /// Vehicles that there is room for, by exit.
    space: Vec<f64>,
    /// Whether some exit has no room, so that `openings` don't hold.
    is_short: bool,
    phase: usize,
    next: usize,
    /// Rest of the way to `next`, s; 0 while `phase` is shown.
    left_s: usize,
    way_s: usize,
    green_s: f64,
    cost: f64,
}

/// The cheapest plan, or `None` if there is none: keep the phase for so many seconds (one of `holds`, ascending), then go to a phase of the mask
/// `allowed`; after that the rule of [`Run::better`] decides. Of equals the first.
///
/// The cost is the waiting within the horizon, weighted vehicle seconds. What plans have in common, up to their change, is run once.
pub(super) fn best(
    junction: &Junction,
    scene: &Scene,
    standing: Standing<'_>,
    tuning: &Tuning,
    holds: &[usize],
    allowed: u128,
) -> Option<(usize, usize)> {
    let lanes = || junction.lanes.iter().zip(&scene.lanes);
    let opening = |phase: usize| lanes().map(move |(lane, seen)| Opening::of(lane, &seen.shares, phase, scene, tuning, |_| true)).collect();
    let openings: Vec<Vec<Opening>> = (0..junction.phases).map(opening).collect();
    let mut kept = Run::begin(junction, scene, standing, tuning, &openings);
    let mut run = Run::begin(junction, scene, standing, tuning, &openings);
    let (mut least, mut best) = (f64::INFINITY, None);
    let mut second = 0;
    for hold in holds.iter().copied().filter(|hold| *hold < tuning.horizon_s) {
        while second < hold {
            kept.green_s += 1.0;
            kept.flow(second);
            second += 1;
        }
        if kept.cost >= least {
            break;
        }
        for next in (0..junction.phases).filter(|next| allowed & phase_bit(*next) != 0) {
            run.restart(&kept);
            let cost = run.finish(hold, next, least);
            if cost < least {
                (least, best) = (cost, Some((hold, next)));
            }
        }
    }
    best
}

/// Vehicles that leave a lane, on the average, before one comes whose way has no green.
fn budget(open: f64) -> f64 {
    if open > 0.0 && open < 0.999 { open / (1.0 - open) } else { 1e9 }
}

impl<'a> Run<'a> {
    fn begin(junction: &'a Junction, scene: &'a Scene, standing: Standing<'a>, tuning: &'a Tuning, openings: &'a [Vec<Opening>]) -> Self {
        let queues = scene.lanes.iter().zip(&junction.lanes).map(|(seen, lane)| {
            let open = seen.open_share(lane, standing.phase);
            let is_stuck = seen.is_stuck(standing.phase);
            Queue { vehicles: seen.queue, budget: if is_stuck { 0.0 } else { budget(open) }, green_s: 60.0 }
        });
        let space: Vec<f64> = scene.exits.iter().map(|exit| exit.space).collect();
        Self {
            junction,
            scene,
            standing,
            tuning,
            openings,
            queues: queues.collect(),
            is_short: is_short(&space),
            space,
            phase: standing.phase,
            next: standing.phase,
            left_s: 0,
            way_s: 0,
            green_s: standing.green_s,
            cost: 0.0,
        }
    }

    /// From where another run stands, without asking for memory anew.
    fn restart(&mut self, from: &Self) {
        self.queues.clone_from(&from.queues);
        self.space.clone_from(&from.space);
        (self.is_short, self.phase, self.next) = (from.is_short, from.phase, from.next);
        (self.left_s, self.way_s, self.green_s, self.cost) = (from.left_s, from.way_s, from.green_s, from.cost);
    }

    /// Goes to a phase now, and on to the horizon; what it costs, or some value of at least `bound` when it costs more than that.
    fn finish(&mut self, begin: usize, next: usize, bound: f64) -> f64 {
        self.leave(next);
        for second in begin..self.tuning.horizon_s {
            if second > begin {
                self.turn(second);
            }
            if self.left_s == 0 {
                self.green_s += 1.0;
            }
            self.flow(second);
            if self.cost >= bound {
                return self.cost;
            }
        }
        let left: f64 = self.queues.iter().zip(&self.scene.lanes).map(|(queue, seen)| seen.weight * queue.vehicles).sum();
        self.cost + left * self.tuning.rest_s
    }

    /// Moves the lamps on by a second.
    fn turn(&mut self, second: usize) {
        if self.left_s > 0 {
            self.left_s -= 1;
            if self.left_s == 0 {
                self.arrive();
            }
        } else if self.green_s >= self.standing.least_s
            && let Some(next) = self.better(second)
        {
            self.leave(next);
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
        let openings = self.openings.get(phase).map_or(&[][..], Vec::as_slice);
        for (((queue, seen), lane), opening) in self.queues.iter().zip(&self.scene.lanes).zip(&self.junction.lanes).zip(openings) {
            let mut opening = *opening;
            if self.is_short && opening.open > 0.0 {
                opening = Opening::of(lane, &seen.shares, phase, self.scene, self.tuning, |exit| self.has_space(exit));
            }
            let Opening { open, onward, goes, .. } = opening;
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
        let closing = (self.left_s > 0 && self.left_s < self.way_s).then_some(self.next);
        let openings = self.openings.get(self.phase).map_or(&[][..], Vec::as_slice);
        let lanes = self.queues.iter_mut().zip(&self.scene.lanes).zip(&self.junction.lanes).zip(openings);
        for (((queue, seen), lane), opening) in lanes {
            if queue.vehicles <= 0.0 {
                continue;
            }
            let is_plain = closing.is_none() && !self.is_short;
            if self.is_short && queue.vehicles > 0.5 {
                // Someone drives into the junction all the same, and stands there. A change gains nothing by its yellow.
                let phase = closing.unwrap_or(self.phase);
                let is_shut = |exit: usize| self.space.get(exit).is_some_and(|space| *space < 1.0);
                let shut = lane.ways.iter().zip(&seen.shares).filter(|(way, _)| way.is_open(phase) && is_shut(way.exit));
                self.cost += self.tuning.jam * seen.weight * shut.map(|(_, share)| share).sum::<f64>();
            }
            let arriving = seen.arriving(second);
            let Release { open, headway_s, room } = match opening.headway_s {
                Some(headway_s) if is_plain => Release { open: opening.open, headway_s, room: f64::INFINITY },
                _ => Release::of(lane, &seen.shares, self.phase, closing, busy, &self.space, self.tuning),
            };
            let served = serve(queue, open, headway_s, room, arriving, self.tuning);
            if let Served::Starting = served {
                self.cost += seen.weight * queue.vehicles;
                continue;
            }
            if let Served::Left { vehicles, .. } = served
                && vehicles > 0.0
            {
                for (way, share) in lane.ways.iter().zip(&seen.shares) {
                    let Some(space) = self.space.get_mut(way.exit).filter(|_| way.is_open(self.phase)) else { continue };
                    let part = vehicles * share / open;
                    *space -= part;
                    self.is_short |= *space < 1.0;
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
        self.is_short = self.is_short && is_short(&self.space);
    }
}

enum Served {
    Closed,
    /// Green has just begun, nobody moves yet.
    Starting,
    Left {
        vehicles: f64,
        /// Whether those who arrived in this second drove through.
        is_smooth: bool,
    },
}

fn is_short(space: &[f64]) -> bool {
    space.iter().any(|space| *space < 1.0)
}

/// What a lane may let out in a second.
struct Release {
    /// Share of its vehicles that have green.
    open: f64,
    /// Time in which those leave one after the other, s, times that share.
    headway_s: f64,
    /// Vehicles of the lane that leave before one is in front whose exit has no room.
    room: f64,
}

impl Release {
    /// `closing`: the phase that comes, once yellow has begun; what it does not keep open is shut. `busy`: lanes on which someone comes to whom
    /// others yield. Nobody overtakes within a lane: a full exit holds back all of it (the diverge of Daganzo 1995).
    fn of(lane: &Lane, shares: &[f64], phase: usize, closing: Option<usize>, busy: u64, space: &[f64], tuning: &Tuning) -> Self {
        let mut release = Self { open: 0.0, headway_s: 0.0, room: f64::INFINITY };
        for (way, share) in lane.ways.iter().zip(shares) {
            let right = if closing.is_some_and(|next| !way.is_open(next)) { Right::Stop } else { way.right(phase) };
            if right == Right::Stop {
                continue;
            }
            release.open += share;
            release.headway_s += match right {
                Right::Yield(foes) if foes & busy != 0 => share / tuning.gap_rate,
                Right::Yield(_) => share / tuning.yield_rate,
                _ => share / tuning.go_rate,
            };
            if let Some(space) = space.get(way.exit).filter(|space| **space < 1.0 && *share > 0.0) {
                release.room = release.room.min(space.max(0.0) / share);
            }
        }
        release
    }
}

/// One second of a lane.
fn serve(queue: &mut Queue, open: f64, headway_s: f64, room: f64, arriving: f64, tuning: &Tuning) -> Served {
    if open <= 0.001 {
        queue.green_s = 0.0;
        return Served::Closed;
    }
    queue.green_s += 1.0;
    if queue.green_s <= tuning.start_s {
        return Served::Starting;
    }
    let rate = (open / headway_s).min(room);
    let is_smooth = queue.vehicles - arriving < 0.3 && arriving <= rate;
    let vehicles = rate.min(queue.budget).min(queue.vehicles).max(0.0);
    queue.vehicles -= vehicles;
    queue.budget -= vehicles;
    Served::Left { vehicles, is_smooth }
}

/// A count of seconds.
fn seconds(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
