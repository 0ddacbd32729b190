//! A token bucket for each remote, against guessing and flooding. Pure: the caller brings the time.
//!
//! Kept as one number a key (GCRA): the moment at which the bucket will be full again.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use sala_core::{
    problem::Problem,
    time::{SECOND_US, Timestamp},
};

use crate::problems::TOO_MANY_ATTEMPTS;

/// A whole office behind one address can sign in at half past eight; a guesser gets nowhere against 100-bit codes and signatures.
const BURST: i64 = 60;
const INTERVAL_US: i64 = SECOND_US;
/// Beyond this many remotes at once the rest share one bucket.
const MOST_KEYS: usize = 20_000;

/// The buckets.
#[derive(Debug, Default)]
pub(crate) struct Limiter(Mutex<BTreeMap<String, i64>>);

impl Limiter {
    /// Takes one token of `key`, or says when to come back.
    pub(crate) fn take(&self, key: &str, now: Timestamp) -> Result<(), Problem> {
        let mut full_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= MOST_KEYS && !full_at.contains_key(key) {
            full_at.retain(|_, at| *at > now.0);
        }
        let key = if full_at.len() >= MOST_KEYS && !full_at.contains_key(key) { "" } else { key };
        let at = full_at.get(key).copied().unwrap_or(now.0).max(now.0);
        let wait = at.saturating_sub(now.0).saturating_sub((BURST - 1) * INTERVAL_US);
        if wait > 0 {
            let seconds = u64::try_from(wait.div_euclid(SECOND_US)).unwrap_or(0) + 1;
            return Err(TOO_MANY_ATTEMPTS.problem().retry_after(seconds));
        }
        full_at.insert(key.to_owned(), at.saturating_add(INTERVAL_US));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_empties_and_refills_at_its_rate() {
        let limiter = Limiter::default();
        let start = Timestamp::from_seconds(1_000);
        for _ in 0..BURST {
            limiter.take("a", start).unwrap();
        }
        let refused = limiter.take("a", start).unwrap_err();
        assert_eq!((refused.code.code, refused.retry_after_s), ("too_many_attempts", Some(2)));
        limiter.take("b", start).unwrap();
        limiter.take("a", start.plus_seconds(1)).unwrap();
        assert!(limiter.take("a", start.plus_seconds(1)).is_err());
        for _ in 0..BURST {
            limiter.take("a", start.plus_seconds(3600)).unwrap();
        }
        assert!(limiter.take("a", start.plus_seconds(3600)).is_err());
    }

    #[test]
    fn many_remotes_cannot_fill_the_memory() {
        let limiter = Limiter::default();
        let now = Timestamp::from_seconds(1);
        for number in 0..MOST_KEYS + 50 {
            limiter.take(&number.to_string(), now).unwrap();
        }
        assert!(limiter.0.lock().unwrap().len() <= MOST_KEYS + 1);
        assert!((0..60).any(|number| limiter.take(&format!("late{number}"), now).is_err()));
        limiter.take("later", now.plus_seconds(100)).unwrap();
        assert_eq!(limiter.0.lock().unwrap().len(), 1);
    }
}
