//! One look at a live street, for pages.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Control;

/// What a page draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = StreetFrame)]
pub struct Frame {
    /// Number of the round.
    pub round: u64,
    /// Simulated seconds.
    pub at_s: f64,
    /// The street's local clock, `hh:mm:ss`.
    pub clock: String,
    /// Whose word counts.
    pub control: Control,
    /// Does the fixed plan rule because the controller is silent?
    pub is_fallback: bool,
    /// For each signal of the map, in its order, one letter a link.
    pub lamps: Vec<String>,
    /// Lanes with vehicles: running number over the lanes of the map's edges, vehicles, of these standing, mean speed in km/h.
    pub lanes: Vec<[f64; 4]>,
    /// Vehicles on the street.
    pub running: u64,
    /// Of these: standing.
    pub halted: u64,
    /// Vehicles that wait for room on the street.
    pub waiting_outside: u64,
    /// Vehicles that reached their end in this round.
    pub arrived: u64,
    /// Hours that all drivers have lost in this round.
    pub lost_h: f64,
}

/// The street's local clock at a simulated second, given the clock at its begin (`hh:mm`). Past midnight it begins anew.
pub fn clock(at_begin: &str, begin_s: f64, at_s: f64) -> String {
    let mut parts = at_begin.split(':').map(|part| part.parse::<i64>().unwrap_or(0));
    let (hour, minute) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let passed = crate::simulator::simulation::milliseconds(at_s - begin_s).div_euclid(1_000);
    let second = (hour * 3_600 + minute * 60 + passed).rem_euclid(86_400);
    format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn the_streets_clock_goes_with_the_simulation() {
        assert_eq!(clock("08:00", 0.0, 1_234.0), "08:20:34");
        assert_eq!(clock("23:59", 25_200.0, 25_261.9), "00:00:01");
        assert_eq!(clock("", 0.0, 5.0), "00:00:05");
    }
}
