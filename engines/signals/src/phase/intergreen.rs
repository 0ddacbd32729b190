//! How long yellow, all-red and the walk over a crossing last.

use super::{Phase, PhaseId, Plan, plan::Own};
use crate::network::{Direction, LinkIndex, LinkKind, Network, Signal, Table};

/// Which times stand between greens: the same for each controller of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Intergreen {
    /// Those of the network's own program, also on ways that it does not go itself: there the longest of the signal.
    #[default]
    Network,
    /// Those that a street needs: yellow of 3 to 6 s by approach speed (ITE's kinematic equation: 1 s to react, then 3.05 m/s²; MUTCD 4D.26),
    /// all-red until a vehicle of 6 m has left the junction (at most 6 s), pedestrians' clearance at 1.2 m/s.
    Street,
    /// The same yellow and all-red everywhere, as benches of the literature have them (RESCO: 3 s and none); pedestrians' clearance as in
    /// [`Intergreen::Street`].
    Stated {
        /// Yellow, ms.
        yellow_ms: i64,
        /// All-red, ms.
        all_red_ms: i64,
    },
}

/// What a link needs when its green ends. The least is what an audit asks for, the usual what is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clearance {
    /// Yellow, ms; 0 for crossings.
    pub yellow_ms: i64,
    /// Red before a foe may have green, ms; 0 for crossings.
    pub all_red_ms: i64,
    /// From the end of the walk until a foe may have green, ms; 0 for vehicles.
    pub walk_ms: i64,
    pub(super) usual_yellow_ms: i64,
    pub(super) usual_all_red_ms: i64,
    pub(super) usual_walk_ms: i64,
}

/// Yellow where a program has none, ms: the least of MUTCD.
const YELLOW_MS: i64 = 3_000;
/// Longest yellow and all-red, ms (MUTCD).
const LONGEST_MS: i64 = 6_000;
/// Pedestrians' speed, m/s.
const WALK_MPS: f64 = 1.2;
/// Speed of vehicles that turn, m/s (20 mph, ITE).
const TURN_MPS: f64 = 8.9;
/// Length of a vehicle that must be out of the junction, m (20 ft, ITE).
const VEHICLE_M: f64 = 6.0;

pub(super) fn clearances(
    network: &Network,
    signal: &Signal,
    plan: &Plan,
    phases: &Table<PhaseId, Phase>,
    intergreen: Intergreen,
) -> Table<LinkIndex, Clearance> {
    signal
        .links
        .iter()
        .map(|(index, link)| {
            let is_crossing = link.kind == LinkKind::Crossing;
            let walk_ms = if is_crossing { ms(link.length_m / WALK_MPS) } else { 0 };
            match intergreen {
                Intergreen::Network => own(plan, phases, index, is_crossing),
                _ if is_crossing => Clearance { walk_ms, usual_walk_ms: walk_ms, ..Clearance::default() },
                Intergreen::Street => {
                    let turns = link.connections.iter().any(|id| network.connections.of(*id).direction != Direction::Straight);
                    let speed = link.speed_mps.max(1.0);
                    let yellow_ms = ms(1.0 + speed / (2.0 * 3.05)).clamp(YELLOW_MS, LONGEST_MS);
                    let through = if turns { speed.min(TURN_MPS) } else { speed };
                    let all_red_ms = ms((link.length_m + VEHICLE_M) / through).min(LONGEST_MS);
                    vehicles(yellow_ms, all_red_ms)
                }
                Intergreen::Stated { yellow_ms, all_red_ms } => vehicles(yellow_ms.max(0), all_red_ms.max(0)),
            }
        })
        .collect()
}

const fn vehicles(yellow_ms: i64, all_red_ms: i64) -> Clearance {
    Clearance { yellow_ms, all_red_ms, walk_ms: 0, usual_yellow_ms: yellow_ms, usual_all_red_ms: all_red_ms, usual_walk_ms: 0 }
}

/// What the program itself does: least is the shortest that it ever gives the link, usual the longest that it gives anyone.
fn own(plan: &Plan, phases: &Table<PhaseId, Phase>, link: LinkIndex, is_crossing: bool) -> Clearance {
    let loses = |from: PhaseId, to: PhaseId| phases.of(from).lamp(link).is_green() && !phases.of(to).lamp(link).is_green();
    let ways = || plan.pairs().filter(|(from, to, _)| loses(*from, *to)).map(|(_, _, own)| own);
    let least = |part: fn(Own) -> i64| ways().map(part).min();
    let most = |part: fn(Own) -> i64| plan.pairs().map(|(_, _, own)| part(own)).max().unwrap_or(0);
    let usual_yellow_ms = most(|own| own.yellow_ms);
    let usual_yellow_ms = if usual_yellow_ms == 0 { YELLOW_MS } else { usual_yellow_ms };
    let usual_all_red_ms = most(|own| own.all_red_ms);
    if is_crossing {
        let usual_walk_ms = most(Own::total_ms);
        return Clearance { walk_ms: least(Own::total_ms).unwrap_or(usual_walk_ms), usual_walk_ms, ..Clearance::default() };
    }
    Clearance {
        // A way on which the program forgets the yellow is not followed.
        yellow_ms: least(|own| own.yellow_ms).filter(|yellow| *yellow > 0).unwrap_or(usual_yellow_ms).min(usual_yellow_ms),
        all_red_ms: least(|own| own.all_red_ms).unwrap_or(usual_all_red_ms),
        walk_ms: 0,
        usual_yellow_ms,
        usual_all_red_ms,
        usual_walk_ms: 0,
    }
}

/// Seconds as milliseconds, rounded up to a tenth of a second.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "clamped to a day before")]
fn ms(seconds: f64) -> i64 {
    (seconds.clamp(0.0, 86_400.0) * 10.0).ceil() as i64 * 100
}
