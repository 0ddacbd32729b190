//! The kinds of object that SUMO can be asked about.

/// A kind of object. Its commands are a row of codes: get `0xa_`, set `0xc_`, subscribe `0xd_`, subscribe around `0x8_`; replies are 16 higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Domain {
    /// Induction loops (E1).
    InductionLoop = 0x0,
    /// Multi-entry-exit detectors (E3).
    MultiEntryExit = 0x1,
    /// Traffic lights.
    TrafficLight = 0x2,
    /// Lanes.
    Lane = 0x3,
    /// Vehicles.
    Vehicle = 0x4,
    /// Types of vehicle.
    VehicleType = 0x5,
    /// Routes.
    Route = 0x6,
    /// Points of interest.
    Poi = 0x7,
    /// Polygons.
    Polygon = 0x8,
    /// Junctions.
    Junction = 0x9,
    /// Edges.
    Edge = 0xa,
    /// The simulation itself.
    Simulation = 0xb,
    /// The graphical view.
    Gui = 0xc,
    /// Lane area detectors (E2).
    LaneArea = 0xd,
    /// Persons.
    Person = 0xe,
    /// Bus stops.
    BusStop = 0xf,
}

const ALL: [Domain; 16] = [
    Domain::InductionLoop,
    Domain::MultiEntryExit,
    Domain::TrafficLight,
    Domain::Lane,
    Domain::Vehicle,
    Domain::VehicleType,
    Domain::Route,
    Domain::Poi,
    Domain::Polygon,
    Domain::Junction,
    Domain::Edge,
    Domain::Simulation,
    Domain::Gui,
    Domain::LaneArea,
    Domain::Person,
    Domain::BusStop,
];

impl Domain {
    /// Code of the command that reads a variable.
    #[expect(clippy::as_conversions, reason = "the discriminant is the protocol's number, and there is no other way to it in a const")]
    pub const fn get(self) -> u8 {
        0xa0 | self as u8
    }

    /// Code of the command that changes a variable.
    pub const fn set(self) -> u8 {
        self.get() + 0x20
    }

    /// Code of the command that subscribes to variables of one object.
    pub const fn subscribe(self) -> u8 {
        self.get() + 0x30
    }

    /// Code of the command that subscribes to what is within a radius of one object.
    pub const fn subscribe_within(self) -> u8 {
        self.get() - 0x20
    }

    /// The domain of a code, whichever of the four rows (or their replies' rows) it stands in.
    pub(super) fn of(code: u8) -> Option<Self> {
        ALL.get(usize::from(code & 0x0f)).copied()
    }
}
