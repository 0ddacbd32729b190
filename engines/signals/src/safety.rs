//! The street's rules: a monitor that no command gets past, and an audit that knows nothing of the monitor.
//!
//! The monitor stands between a controller and the lamps, as a conflict monitor stands beside a signal controller (MUTCD 4D, NTCIP 1202); it is
//! never instead of that. Rules, for each link:
//! - greens clash only as the network's own programs let them ([`crate::network::Conflicts`]);
//! - a green lasts at least [`Rules::min_green_ms`], and no state that keeps someone waiting longer than [`Limits::max_green_ms`];
//! - green is followed by yellow, yellow by red, and foes wait until the junction or the crossing is clear ([`crate::phase::Clearance`]);
//! - no green begins while someone whom it would meet still stands inside the junction, where cameras see it, for [`Rules::longest_hold_ms`];
//! - no link waits longer than its [`LinkLimit::max_red_ms`];
//! - when the controller is silent for longer than [`Rules::silence_ms`], the fixed plan runs by its own clock.

mod audit;
mod inside;
mod limit;
mod monitor;
mod rescue;

pub use audit::{Audit, Fault, Violation, audit};
pub use limit::{Limits, LinkLimit};
pub use monitor::{Monitor, Reason, Refusal};

/// What the street asks for, the same at each signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Least duration of a green, ms.
    pub min_green_ms: i64,
    /// Greatest duration of a state that keeps someone waiting, ms; where the program's own phase is longer, that.
    pub max_green_ms: i64,
    /// Longest time without green, ms; where the program's own is longer, or the phases can't all be served in that time, that ([`Limits`]).
    pub max_red_ms: i64,
    /// A controller that has said nothing for longer than this is taken to be gone, ms.
    pub silence_ms: i64,
    /// Longest time for which a green is held back for someone who still stands inside the junction ([`Monitor::see`]), ms; 0: never.
    pub longest_hold_ms: i64,
    /// Time between two steps of the monitor, ms.
    pub step_ms: i64,
}

impl Default for Rules {
    /// 5 s of green at least, 120 s at most, no one waits more than 120 s, silent after 3 s, a green held back for 8 s at most, steps of a second.
    fn default() -> Self {
        Self { min_green_ms: 5_000, max_green_ms: 120_000, max_red_ms: 120_000, silence_ms: 3_000, longest_hold_ms: 8_000, step_ms: 1_000 }
    }
}
