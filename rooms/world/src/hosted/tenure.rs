//! How long this process may run a space: for ever in a hall of one process, else until its lease runs out, by this process's own clock
//! that only goes forward.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::time::Instant;

const FOR_EVER: u64 = u64::MAX;

#[derive(Debug)]
pub(crate) struct Tenure {
    begun: Instant,
    /// Milliseconds after `begun`.
    until: AtomicU64,
    /// The state is on its way to another process: nothing may change it.
    is_frozen: AtomicBool,
}

impl Tenure {
    pub(super) fn for_ever() -> Self {
        Self { begun: Instant::now(), until: AtomicU64::new(FOR_EVER), is_frozen: AtomicBool::new(false) }
    }

    /// Is the space this process's own? Asked anew before each tick: a process that was paused wakes up without it.
    pub(crate) fn holds(&self) -> bool {
        let until = self.until.load(Ordering::SeqCst);
        until == FOR_EVER || self.begun.elapsed().as_millis() < u128::from(until)
    }

    /// May the space change?
    pub(crate) fn works(&self) -> bool {
        !self.is_frozen.load(Ordering::SeqCst) && self.holds()
    }
}

#[cfg(feature = "cluster")]
impl Tenure {
    /// It ends at a moment; one that has passed ends it now.
    pub(crate) fn end_at(&self, moment: Instant) {
        let until = u64::try_from(moment.saturating_duration_since(self.begun).as_millis()).unwrap_or(0);
        self.until.store(until, Ordering::SeqCst);
    }

    pub(crate) fn end(&self) {
        self.until.store(0, Ordering::SeqCst);
    }

    pub(crate) fn freeze(&self, is_frozen: bool) {
        self.is_frozen.store(is_frozen, Ordering::SeqCst);
    }
}

#[cfg(all(test, feature = "cluster"))]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_space_is_held_until_the_lease_runs_out_and_not_while_it_moves() {
        let tenure = Tenure::for_ever();
        assert!(tenure.works());
        tenure.end_at(Instant::now() + Duration::from_millis(80));
        assert!(tenure.works());
        tenure.freeze(true);
        assert!(tenure.holds() && !tenure.works());
        tenure.freeze(false);
        std::thread::sleep(Duration::from_millis(100));
        assert!(!tenure.holds() && !tenure.works(), "nobody had to tell it");
        tenure.end_at(Instant::now() + Duration::from_secs(5));
        assert!(tenure.holds());
        tenure.end();
        assert!(!tenure.holds());
    }
}
