//! Codes of the variables that this client uses: checked against `traci.constants` of SUMO 1.28.0 by `tests/signals/traci.rs`.
//! A code means different things in different domains; the prefix of a name tells where it is of use.

/// Ids of all objects of the domain: [`super::Value::Strings`].
pub const ID_LIST: u8 = 0x00;
/// Number of objects of the domain.
pub const ID_COUNT: u8 = 0x01;
/// Vehicles on a lane or edge, or over a loop, in the last step.
pub const LAST_STEP_VEHICLE_NUMBER: u8 = 0x10;
/// Mean speed in the last step, m/s.
pub const LAST_STEP_MEAN_SPEED: u8 = 0x11;
/// Ids of the vehicles of the last step.
pub const LAST_STEP_VEHICLE_ID_LIST: u8 = 0x12;
/// Occupancy in the last step: percent for loops, a share for lanes.
pub const LAST_STEP_OCCUPANCY: u8 = 0x13;
/// Halting vehicles (below 0.1 m/s) of the last step.
pub const LAST_STEP_HALTING_NUMBER: u8 = 0x14;
/// Mean length of the vehicles, m.
pub const LAST_STEP_LENGTH: u8 = 0x15;
/// Seconds since a loop last saw a vehicle.
pub const LAST_STEP_TIME_SINCE_DETECTION: u8 = 0x16;
/// Each vehicle that passed a loop: compound of id, length, entry time, exit time, type.
pub const LAST_STEP_VEHICLE_DATA: u8 = 0x17;
/// Length of the jam on a lane area, in vehicles.
pub const JAM_LENGTH_VEHICLE: u8 = 0x18;
/// Length of the jam on a lane area, m.
pub const JAM_LENGTH_METERS: u8 = 0x19;

/// Traffic light: the lamps, one letter a link.
pub const LIGHT_STATE: u8 = 0x20;
/// Traffic light: set the phase by its index.
pub const LIGHT_PHASE_INDEX: u8 = 0x22;
/// Traffic light: set the program by its id.
pub const LIGHT_PROGRAM: u8 = 0x23;
/// Traffic light: set the rest of the phase, s.
pub const LIGHT_PHASE_DURATION: u8 = 0x24;
/// Traffic light: ids of the incoming lanes, one a link.
pub const LIGHT_CONTROLLED_LANES: u8 = 0x26;
/// Traffic light: links by index; read with [`super::controlled_links`].
pub const LIGHT_CONTROLLED_LINKS: u8 = 0x27;
/// Traffic light: index of the phase that is shown.
pub const LIGHT_CURRENT_PHASE: u8 = 0x28;
/// Traffic light: id of the program that runs.
pub const LIGHT_CURRENT_PROGRAM: u8 = 0x29;
/// Traffic light: ids of the junctions it controls.
pub const LIGHT_CONTROLLED_JUNCTIONS: u8 = 0x2a;
/// Traffic light: all programs; read with [`super::logics`].
pub const LIGHT_DEFINITION: u8 = 0x2b;
/// Traffic light: time of the next switch, s.
pub const LIGHT_NEXT_SWITCH: u8 = 0x2d;
/// Traffic light: seconds that the phase has lasted.
pub const LIGHT_SPENT_DURATION: u8 = 0x38;

/// Lane: id of its edge.
pub const LANE_EDGE_ID: u8 = 0x31;
/// Lane: classes that may use it; empty means all.
pub const LANE_ALLOWED: u8 = 0x34;
/// Lane: classes that may not use it.
pub const LANE_DISALLOWED: u8 = 0x35;

/// Speed, m/s.
pub const SPEED: u8 = 0x40;
/// Greatest speed, m/s.
pub const MAX_SPEED: u8 = 0x41;
/// Position in the plane, m.
pub const POSITION: u8 = 0x42;
/// Direction, degrees clockwise from north.
pub const ANGLE: u8 = 0x43;
/// Length of a vehicle or lane, m.
pub const LENGTH: u8 = 0x44;
/// Class of a vehicle, e.g. `passenger`.
pub const VEHICLE_CLASS: u8 = 0x49;
/// Gap to the leader when standing, m.
pub const MIN_GAP: u8 = 0x4c;
/// Outline of a lane, junction or polygon.
pub const SHAPE: u8 = 0x4e;
/// Id of the type of a vehicle.
pub const TYPE: u8 = 0x4f;
/// Id of the edge that a vehicle is on.
pub const ROAD_ID: u8 = 0x50;
/// Id of the lane that a vehicle (or detector) is on.
pub const LANE_ID: u8 = 0x51;
/// Position of a vehicle's front on its lane, m from the lane's begin.
pub const LANE_POSITION: u8 = 0x56;
/// Seconds since a vehicle last drove faster than 0.1 m/s.
pub const WAITING_TIME: u8 = 0x7a;
/// Seconds that a vehicle has waited over the last minutes.
pub const ACCUMULATED_WAITING_TIME: u8 = 0x87;
/// Traffic lights ahead of a vehicle. A street can't see this: for reference controllers only.
pub const NEXT_SIGNALS: u8 = 0x70;

/// Simulation: time, s.
pub const SIMULATION_TIME: u8 = 0x66;
/// Simulation: number of vehicles that were loaded in this step.
pub const SIMULATION_LOADED_NUMBER: u8 = 0x71;
/// Simulation: number of vehicles that departed in this step.
pub const SIMULATION_DEPARTED_NUMBER: u8 = 0x73;
/// Simulation: ids of the vehicles that departed in this step.
pub const SIMULATION_DEPARTED_IDS: u8 = 0x74;
/// Simulation: vehicles that began to be teleported in this step.
pub const SIMULATION_TELEPORT_NUMBER: u8 = 0x75;
/// Simulation: number of vehicles that arrived in this step.
pub const SIMULATION_ARRIVED_NUMBER: u8 = 0x79;
/// Simulation: ids of the vehicles that arrived in this step.
pub const SIMULATION_ARRIVED_IDS: u8 = 0x7a;
/// Simulation: length of a step, s.
pub const SIMULATION_STEP_LENGTH: u8 = 0x7b;
/// Simulation: lower left and upper right corner of the net.
pub const SIMULATION_BOUNDS: u8 = 0x7c;
/// Simulation: vehicles in the net plus those still to come; 0 means that all is over.
pub const SIMULATION_MIN_EXPECTED: u8 = 0x7d;
/// Simulation: vehicles in a collision.
pub const SIMULATION_COLLIDING_NUMBER: u8 = 0x80;
/// Simulation: vehicles that braked as only in an emergency.
pub const SIMULATION_EMERGENCY_STOPPING_NUMBER: u8 = 0x89;
/// Simulation: ids of vehicles that wait for room to depart.
pub const SIMULATION_PENDING_IDS: u8 = 0x94;
