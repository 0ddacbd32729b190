//! Failures at one door: after some, it is closed for an hour. Pure: the caller brings the time. In memory only and bounded; a door
//! that does not exist closes like one that does.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use sala_core::{problem::Problem, time::Timestamp};

use crate::problems::RECOVERY_CLOSED;

/// So many failures within an hour of the first close the door.
pub(crate) const MOST_FAILURES: u32 = 5;
const CLOSED_S: i64 = 3600;
/// Beyond this many doors at once the rest share one.
const MOST_DOORS: usize = 20_000;

/// The doors at which someone failed: how often, and until when that counts.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<BTreeMap<String, (u32, Timestamp)>>);

impl Attempts {
    /// Counts a try as failed before it is made, so that tries at the same moment count too; refuses when the door is closed.
    pub(crate) fn begin(&self, door: &str, now: Timestamp) -> Result<(), Problem> {
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if doors.len() >= MOST_DOORS && !doors.contains_key(door) {
            doors.retain(|_, (_, until)| *until > now);
        }
        let door = if doors.len() >= MOST_DOORS && !doors.contains_key(door) { "" } else { door };
        let (failures, until) = doors.get(door).copied().filter(|(_, until)| *until > now).unwrap_or((0, now.plus_seconds(CLOSED_S)));
        if failures >= MOST_FAILURES {
            let seconds = u64::try_from(until.0.saturating_sub(now.0).div_euclid(1_000_000)).unwrap_or(0) + 1;
            return Err(RECOVERY_CLOSED.problem().retry_after(seconds));
        }
        // The last failure closes the door for a whole hour.
        let until = if failures + 1 >= MOST_FAILURES { now.plus_seconds(CLOSED_S) } else { until };
        doors.insert(door.to_owned(), (failures + 1, until));
        Ok(())
    }

    /// The try succeeded: nothing is held against the door any more.
    pub(crate) fn succeed(&self, door: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(door);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_closes_for_an_hour_after_its_last_failure_and_opens_again() {
        let attempts = Attempts::default();
        let start = Timestamp::from_seconds(1_000);
        for number in 0..i64::from(MOST_FAILURES) {
            attempts.begin("a", start.plus_seconds(number * 60)).unwrap();
        }
        let last = start.plus_seconds(i64::from(MOST_FAILURES - 1) * 60);
        let refused = attempts.begin("a", last.plus_seconds(1)).unwrap_err();
        assert_eq!((refused.code.code, refused.retry_after_s), ("recovery_closed", Some(3600)));
        assert!(attempts.begin("a", last.plus_seconds(3599)).is_err());
        attempts.begin("b", last).unwrap();
        attempts.begin("a", last.plus_seconds(3600)).unwrap();
    }

    #[test]
    fn a_success_forgets_the_failures_and_many_doors_do_not_fill_the_memory() {
        let attempts = Attempts::default();
        let now = Timestamp::from_seconds(1);
        for _ in 0..100 {
            attempts.begin("a", now).unwrap();
            attempts.succeed("a");
        }
        for number in 0..MOST_DOORS + 3 {
            attempts.begin(&number.to_string(), now).unwrap();
        }
        assert!(attempts.0.lock().unwrap().len() <= MOST_DOORS + 1);
        attempts.begin("late", now.plus_seconds(7200)).unwrap();
        assert_eq!(attempts.0.lock().unwrap().len(), 1);
    }
}
