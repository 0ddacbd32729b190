//! What is to be changed about a street, as a planner writes it (`change.yaml`, or the same as JSON).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::simulator::hand::{Controller, Hand, Intergreen, Sensing};

/// The most steps one change may have.
const MOST_STEPS: usize = 100;
/// The longest signal cycle, in seconds.
const LONGEST_CYCLE_S: f64 = 600.0;
const LONGEST_NAME: usize = 200;

/// A change of the street network: all its steps are made together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StreetChange)]
pub struct Change {
    /// What the change is called; public.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The steps, 1–100.
    #[schema(min_items = 1, max_items = 100)]
    pub changes: Vec<Step>,
}

/// One step. Edges, lanes, junctions and signals are named as in the network; lane 0 is the outermost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = StreetChangeStep)]
pub enum Step {
    /// No vehicle may use one lane.
    CloseLane {
        /// The edge.
        edge: String,
        /// The lane, from 0.
        lane: u32,
    },
    /// No vehicle may use an edge. Trips that begin or end there are lost, and counted.
    CloseEdge {
        /// The edge.
        edge: String,
    },
    /// One lane is for buses only.
    BusLane {
        /// The edge.
        edge: String,
        /// The lane, from 0.
        lane: u32,
    },
    /// Another speed limit on an edge.
    SpeedLimit {
        /// The edge.
        edge: String,
        /// 5–130 km/h.
        #[schema(minimum = 5, maximum = 130)]
        kmh: f64,
    },
    /// A new one-way street between two junctions.
    NewLink {
        /// Its name; no edge may have it yet.
        id: String,
        /// The junction where it begins.
        from: String,
        /// The junction where it ends.
        to: String,
        /// 1–8 lanes.
        #[serde(default = "one")]
        #[schema(minimum = 1, maximum = 8)]
        lanes: u32,
        /// 5–130 km/h.
        #[schema(minimum = 5, maximum = 130)]
        kmh: f64,
        /// Points between its ends, in the network's metres.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shape: Vec<[f64; 2]>,
    },
    /// Another fixed plan for a signal.
    SignalPlan {
        /// The signal.
        signal: String,
        /// When its cycle begins, in seconds.
        #[serde(default)]
        offset_s: f64,
        /// Its phases in order, yellow and all-red included.
        phases: Vec<PlanPhase>,
    },
    /// A controller moves all signals instead of their plans, with the yellow and all-red times of these plans. At most one step.
    SignalControl {
        /// Which.
        controller: SignalController,
        /// What it may know; `max-pressure` needs cameras.
        #[serde(default)]
        #[schema(inline)]
        sensing: Sensing,
    },
}

/// A controller that decides from what detectors tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignalController {
    /// Greens extended by gaps.
    Actuated,
    /// The phase with the greatest pressure.
    MaxPressure,
    /// Ours.
    Adaptive,
}

/// One phase of a signal plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanPhase {
    /// 1–600 s.
    #[schema(minimum = 1, maximum = 600)]
    pub duration_s: f64,
    /// One letter a link, as SUMO writes them: G, g, y, r, …
    pub state: String,
}

/// What is wrong with a change: where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {detail}")]
pub struct ChangeError {
    /// JSON pointer into the change.
    pub pointer: String,
    /// What is expected there.
    pub detail: String,
}

/// What a change is checked against.
pub trait Streets {
    /// The number of lanes of an edge; nothing if there is no such edge (inner edges of junctions don't count).
    fn lanes(&self, edge: &str) -> Option<u32>;
    /// Is there such a junction?
    fn has_junction(&self, junction: &str) -> bool;
    /// The number of links that a signal controls; nothing if there is no such signal.
    fn links(&self, signal: &str) -> Option<usize>;
    /// Has the network any signal?
    fn has_signals(&self) -> bool;
}

fn one() -> u32 {
    1
}

impl Change {
    /// Reads `change.yaml`.
    pub fn from_yaml(yaml: &str) -> Result<Self, ChangeError> {
        serde_norway::from_str(yaml).map_err(|why| ChangeError { pointer: String::new(), detail: why.to_string() })
    }

    /// Who moves the signals after the change; nobody but their plans if none.
    pub fn hand(&self) -> Option<Hand> {
        self.changes.iter().find_map(|step| match *step {
            Step::SignalControl { controller, sensing } => {
                let controller = match controller {
                    SignalController::Actuated => Controller::Actuated,
                    SignalController::MaxPressure => Controller::MaxPressure,
                    SignalController::Adaptive => Controller::Adaptive,
                };
                Some(Hand { controller, sensing, intergreen: Intergreen::Network, is_separate: false })
            }
            _ => None,
        })
    }

    /// Does the change fit the network? All that is wrong is told at once.
    pub fn check(&self, streets: &impl Streets) -> Result<(), Vec<ChangeError>> {
        let mut found = Found::default();
        if self.title.chars().count() > LONGEST_NAME {
            found.add("/title".into(), format!("expected at most {LONGEST_NAME} characters"));
        }
        if self.changes.is_empty() || self.changes.len() > MOST_STEPS {
            found.add("/changes".into(), format!("expected 1 to {MOST_STEPS} steps"));
        }
        let mut names: Vec<&str> = vec![];
        let controls = |step: &&Step| matches!(step, Step::SignalControl { .. });
        if self.changes.iter().filter(controls).count() > 1 {
            found.add("/changes".into(), "expected one controller of the signals at most".into());
        }
        for (place, step) in self.changes.iter().enumerate().take(MOST_STEPS) {
            found.at = format!("/changes/{place}");
            step.check(streets, &mut names, &mut found);
        }
        if found.errors.is_empty() { Ok(()) } else { Err(found.errors) }
    }
}

#[derive(Default)]
struct Found {
    at: String,
    errors: Vec<ChangeError>,
}

impl Found {
    fn add(&mut self, pointer: String, detail: String) {
        self.errors.push(ChangeError { pointer, detail });
    }

    fn field(&mut self, field: &str, detail: impl Into<String>) {
        let pointer = format!("{}/{field}", self.at);
        self.add(pointer, detail.into());
    }

    fn edge(&mut self, streets: &impl Streets, edge: &str, lane: Option<u32>) {
        match (streets.lanes(edge), lane) {
            (None, _) => self.field("edge", format!("the network has no edge {edge:?}")),
            (Some(lanes), Some(lane)) if lane >= lanes => {
                self.field("lane", format!("edge {edge:?} has {lanes} lane(s): expected 0 to {}", lanes.saturating_sub(1)));
            }
            _ => {}
        }
    }

    fn kmh(&mut self, kmh: f64) {
        if !(5.0..=130.0).contains(&kmh) {
            self.field("kmh", "expected 5 to 130");
        }
    }
}

impl Step {
    fn check<'a>(&'a self, streets: &impl Streets, names: &mut Vec<&'a str>, found: &mut Found) {
        match self {
            Self::CloseLane { edge, lane } | Self::BusLane { edge, lane } => found.edge(streets, edge, Some(*lane)),
            Self::CloseEdge { edge } => found.edge(streets, edge, None),
            Self::SpeedLimit { edge, kmh } => {
                found.edge(streets, edge, None);
                found.kmh(*kmh);
            }
            Self::NewLink { id, from, to, lanes, kmh, shape } => {
                if streets.lanes(id).is_some() || names.contains(&id.as_str()) {
                    found.field("id", format!("there is an edge {id:?} already"));
                }
                if !is_name(id) {
                    found.field("id", "expected letters, digits, '.', '_' or '-', not beginning with ':'");
                }
                names.push(id);
                for (field, junction) in [("from", from), ("to", to)] {
                    if !streets.has_junction(junction) {
                        found.field(field, format!("the network has no junction {junction:?}"));
                    }
                }
                if from == to {
                    found.field("to", "expected another junction than the one where the link begins");
                }
                if !(1..=8).contains(lanes) {
                    found.field("lanes", "expected 1 to 8");
                }
                found.kmh(*kmh);
                if shape.len() > 1000 || shape.iter().flatten().any(|metres| !metres.is_finite() || metres.abs() > 1e7) {
                    found.field("shape", "expected at most 1,000 points in the network's metres");
                }
            }
            Self::SignalControl { controller, sensing } => {
                if (*controller, *sensing) == (SignalController::MaxPressure, Sensing::Loops) {
                    found.field("sensing", "expected camera: max-pressure counts vehicles, which loops can't");
                }
                if !streets.has_signals() {
                    found.field("controller", "the network has no signals");
                }
            }
            Self::SignalPlan { signal, offset_s, phases } => {
                let links = streets.links(signal);
                if links.is_none() {
                    found.field("signal", format!("the network has no signal {signal:?}"));
                }
                if !(0.0..=LONGEST_CYCLE_S).contains(offset_s) {
                    found.field("offset_s", "expected 0 to 600");
                }
                let cycle: f64 = phases.iter().map(|phase| phase.duration_s).sum();
                if phases.is_empty() || !(1.0..=LONGEST_CYCLE_S).contains(&cycle) {
                    found.field("phases", "expected phases of 1 to 600 s together");
                }
                for (place, phase) in phases.iter().enumerate() {
                    if !(1.0..=LONGEST_CYCLE_S).contains(&phase.duration_s) {
                        found.field(&format!("phases/{place}/duration_s"), "expected 1 to 600");
                    }
                    if let Some(links) = links
                        && phase.state.len() != links
                    {
                        found.field(
                            &format!("phases/{place}/state"),
                            format!("signal {signal:?} has {links} links: expected as many letters"),
                        );
                    }
                    if !phase.state.chars().all(|lamp| "GgyYrRuoOs".contains(lamp)) {
                        found.field(&format!("phases/{place}/state"), "expected the letters G, g, y, r, u, o, O or s");
                    }
                }
            }
        }
    }
}

/// A name that is safe in XML, in file names and on a command line.
fn is_name(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
        && !id.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::{Change, Controller, Sensing, Step, Streets};

    struct Town;

    impl Streets for Town {
        fn lanes(&self, edge: &str) -> Option<u32> {
            (edge == "main").then_some(2)
        }

        fn has_junction(&self, junction: &str) -> bool {
            ["a", "b"].contains(&junction)
        }

        fn links(&self, signal: &str) -> Option<usize> {
            (signal == "a").then_some(3)
        }

        fn has_signals(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_change_is_read_from_yaml_and_means_the_same_as_json() {
        let yaml = "title: ปิดหนึ่งช่องทาง\nchanges:\n  - { kind: close_lane, edge: main, lane: 0 }\n  - { kind: new_link, id: bypass, from: a, to: b, kmh: 50 }\n";
        let change = Change::from_yaml(yaml).unwrap();
        assert_eq!(change.changes.first(), Some(&Step::CloseLane { edge: "main".into(), lane: 0 }));
        change.check(&Town).unwrap();
        let json = serde_json::to_string(&change).unwrap();
        assert_eq!(serde_json::from_str::<Change>(&json).unwrap(), change);
        assert!(Change::from_yaml("changes: [{ kind: close_lane, edge: main, lane: 0, lanes: 2 }]").is_err());
        assert_eq!(change.hand(), None);
        let control = Change::from_yaml("changes: [{ kind: signal_control, controller: adaptive }]").unwrap();
        assert_eq!(control.hand().map(|hand| (hand.controller, hand.sensing)), Some((Controller::Adaptive, Sensing::Camera)));
        assert!(Change::from_yaml("changes: [{ kind: burn_down, edge: main }]").is_err());
    }

    #[test]
    fn all_that_does_not_fit_is_told_with_its_place() {
        let yaml = "
changes:
  - { kind: close_lane, edge: main, lane: 2 }
  - { kind: close_edge, edge: nowhere }
  - { kind: speed_limit, edge: main, kmh: 500 }
  - { kind: new_link, id: main, from: a, to: a, kmh: 50 }
  - { kind: signal_plan, signal: a, phases: [ { duration_s: 30, state: GGrr }, { duration_s: 0.2, state: GxG } ] }
  - { kind: signal_control, controller: max-pressure, sensing: loops }
  - { kind: signal_control, controller: adaptive }
";
        let errors = Change::from_yaml(yaml).unwrap().check(&Town).unwrap_err();
        let places: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        let expected = [
            "/changes",
            "/changes/0/lane",
            "/changes/1/edge",
            "/changes/2/kmh",
            "/changes/3/id",
            "/changes/3/to",
            "/changes/4/phases/0/state",
            "/changes/4/phases/1/duration_s",
            "/changes/4/phases/1/state",
            "/changes/5/sensing",
        ];
        assert_eq!(places, expected);
    }
}
