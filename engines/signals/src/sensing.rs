//! What a controller may know. Nothing else reaches it: no routes, no vehicles beyond range.

mod camera;
mod loops;
mod turning;

pub use camera::{Camera, CameraView, ExitSeen, Move, Seen, Sighting};
pub use loops::{LoopPlace, LoopReading, LoopRole, LoopView, loop_places};
pub use turning::{Saturation, Shares};

use crate::{
    controller::Light,
    network::{SignalId, Table},
};

/// Kinds of sensing, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Sensing {
    /// Nothing is seen.
    #[default]
    Nothing,
    /// Induction loops in each lane: at the stop line, 60 m before it, and just behind the junction ([`loop_places`]).
    Loops,
    /// Cameras that follow each vehicle on the lanes before and behind the junction, as far as the range with which the network was read.
    Camera,
}

impl Sensing {
    /// What must be installed at a junction, for documentation and pages: English and Thai.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Nothing => ("no detectors", "ไม่มีเครื่องตรวจจับ"),
            Self::Loops => (
                "induction loops in each lane: at the stop line, 60 m before it, and 10 m behind the junction",
                "ขดลวดตรวจจับในทุกช่องจราจร: ที่เส้นหยุด ก่อนเส้นหยุด 60 เมตร และหลังทางแยก 10 เมตร",
            ),
            Self::Camera => (
                "cameras that see each vehicle's lane, position and speed up to 200 m before and behind the junction",
                "กล้องที่เห็นช่องจราจร ตำแหน่ง และความเร็วของรถแต่ละคัน ในระยะ 200 เมตรก่อนและหลังทางแยก",
            ),
        }
    }
}

/// What is known in one step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observation {
    /// Where each signal stands, from [`crate::Monitor::lights`].
    pub lights: Table<SignalId, Light>,
    /// What the detectors see.
    pub view: View,
}

/// What the detectors see.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum View {
    /// Nothing, or the detectors are silent.
    #[default]
    Nothing,
    /// Loops.
    Loops(LoopView),
    /// Cameras.
    Camera(CameraView),
}

impl Observation {
    /// What cameras see, if there are any.
    pub const fn camera(&self) -> Option<&CameraView> {
        match &self.view {
            View::Camera(view) => Some(view),
            _ => None,
        }
    }

    /// What loops see, if there are any.
    pub const fn loops(&self) -> Option<&LoopView> {
        match &self.view {
            View::Loops(view) => Some(view),
            _ => None,
        }
    }
}
