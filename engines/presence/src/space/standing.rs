//! What of a space outlives the process that ran it: who stood where, so that another can go on with the next tick.

use std::collections::BTreeSet;

use super::{Seat, Space, SpaceError, View, walk::Walk};
use crate::{
    ground::Place,
    wire::{ClientState, Input},
};

/// Someone in a space as another process needs to know them. Wishes, hands in XR and what a client was shown are not in it: the client
/// brings or asks them anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Number on the wire.
    pub slot: u16,
    /// Where, in metres.
    pub place: Place,
    /// Heading, 256 to a turn, 0 north, clockwise.
    pub yaw: u8,
    /// Gesture and the like.
    pub state: ClientState,
    /// How far others have to stay away, in metres.
    pub bubble_m: f64,
    /// Slots that do not exist for this one.
    pub blocked: Vec<u16>,
    /// The goal of a walk by the server, and how near to it is near enough, in metres.
    pub walk: Option<(Place, f64)>,
}

impl Space {
    /// Everybody who is here, by slot.
    pub fn standing(&self) -> Vec<Standing> {
        let all = self.slots().filter_map(|slot| {
            let index = usize::from(slot);
            let (seat, place) = (self.seats.get(index)?.as_ref()?, *self.places.get(index)?);
            Some(Standing {
                slot,
                place,
                yaw: seat.yaw,
                state: seat.input.state,
                bubble_m: seat.bubble_m,
                blocked: seat.blocked.clone(),
                walk: seat.walk.as_ref().map(Walk::goal),
            })
        });
        all.collect()
    }

    /// Empties the space and goes on from tick `tick` with these people on their slots. Slots below the highest that nobody has rest as if
    /// they had just become free.
    ///
    /// # Errors
    /// More than the space takes, a slot twice or beyond all that a space of this capacity gives, a place outside, a bubble of another
    /// size, a block of oneself or of nobody. The space is then empty.
    pub fn restore(&mut self, tick: u32, standing: &[Standing]) -> Result<(), SpaceError> {
        self.clear(tick);
        let filled = self.fill(standing);
        if filled.is_err() {
            self.clear(tick);
        }
        filled
    }

    fn clear(&mut self, tick: u32) {
        (self.tick, self.taken) = (tick, 0);
        self.seats.clear();
        self.places.clear();
        self.records.clear();
        self.changed.clear();
        self.views.clear();
        self.freed.clear();
        self.planning.clear();
        self.events.clear();
        self.sight.forget_crowd();
    }

    fn fill(&mut self, standing: &[Standing]) -> Result<(), SpaceError> {
        let size = self.ground.size();
        let slots: BTreeSet<u16> = standing.iter().map(|each| each.slot).collect();
        if standing.len() > usize::from(self.capacity) {
            return Err(SpaceError::Full { capacity: self.capacity });
        }
        for each in standing {
            if !((0.0..=size.x).contains(&each.place.x) && (0.0..=size.z).contains(&each.place.z)) {
                return Err(SpaceError::Outside(each.slot));
            }
            if !(0.0..=super::MOST_BUBBLE_M).contains(&each.bubble_m) {
                return Err(SpaceError::Bubble(each.bubble_m));
            }
            if let Some(other) = each.blocked.iter().find(|other| **other == each.slot || !slots.contains(other)) {
                return Err(if *other == each.slot { SpaceError::OneSelf(*other) } else { SpaceError::NoSlot(*other) });
            }
        }
        if slots.len() != standing.len() {
            return Err(SpaceError::Twice);
        }
        let highest = slots.last().map_or(0, |last| usize::from(*last) + 1);
        let nobody = Place::new(0.0, 0.0);
        self.seats.resize_with(highest, || None);
        self.places.resize(highest, nobody);
        self.records.resize(highest, super::NOBODY);
        self.changed.resize(highest, self.tick);
        self.views.resize_with(highest, View::default);
        for each in standing {
            let mut seat = Seat::new(each.yaw, self.tick);
            seat.input = Input { yaw: each.yaw, state: each.state, ..Input::default() };
            seat.bubble_m = each.bubble_m;
            let record = seat.record(each.slot, each.place, self.ground.height(each.place), false).to_bytes();
            let index = usize::from(each.slot);
            if let (Some(place), Some(shown), Some(taken)) =
                (self.places.get_mut(index), self.records.get_mut(index), self.seats.get_mut(index))
            {
                (*place, *shown, *taken) = (each.place, record, Some(seat));
                self.taken += 1;
            }
        }
        let resting = (0_u16..).zip(&self.seats).filter(|(_, seat)| seat.is_none()).map(|(slot, _)| (self.tick, slot));
        self.freed.extend(resting);
        for each in standing {
            // Of a pair one side's word is enough.
            for other in &each.blocked {
                self.block(each.slot, *other)?;
            }
            if let Some((goal, within_m)) = each.walk {
                self.go(each.slot, goal, within_m)?;
            }
        }
        Ok(())
    }
}
