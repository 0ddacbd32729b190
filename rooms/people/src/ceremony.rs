//! Ceremonies under way: what the hall must remember between `start` and `finish`. In memory only, bounded, each good for one
//! finish within five minutes; a restart ends them all.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use sala_core::{
    problem::{BUSY, Problem},
    time::Timestamp,
};

const LIFE_S: i64 = 300;
const MOST: usize = 4_096;
/// One remote may have this many; a further one ends its oldest, so that a forgetful page harms only itself.
const MOST_OF_ONE_REMOTE: usize = 64;

#[derive(Debug)]
struct Open<T> {
    state: T,
    remote: String,
    expires_at: Timestamp,
}

/// All ceremonies under way, by their random id.
#[derive(Debug)]
pub(crate) struct Ceremonies<T> {
    open: Mutex<BTreeMap<String, Open<T>>>,
    life_s: i64,
}

impl<T> Default for Ceremonies<T> {
    fn default() -> Self {
        Self::lasting(LIFE_S)
    }
}

impl<T> Ceremonies<T> {
    /// Ceremonies that have so many seconds.
    pub(crate) fn lasting(life_s: i64) -> Self {
        Self { open: Mutex::default(), life_s }
    }

    /// Remembers `state` under `id`.
    pub(crate) fn begin(&self, id: String, state: T, remote: &str, now: Timestamp) -> Result<(), Problem> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, ceremony| ceremony.expires_at > now);
        if open.values().filter(|ceremony| ceremony.remote == remote).count() >= MOST_OF_ONE_REMOTE {
            let oldest = open.iter().filter(|(_, ceremony)| ceremony.remote == remote).min_by_key(|(_, ceremony)| ceremony.expires_at);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                open.remove(&oldest);
            }
        }
        if open.len() >= MOST {
            return Err(BUSY.problem().retry_after(30));
        }
        open.insert(id, Open { state, remote: remote.to_owned(), expires_at: now.plus_seconds(self.life_s) });
        Ok(())
    }

    /// Its state, without ending it.
    pub(crate) fn look(&self, id: &str, now: Timestamp) -> Option<T>
    where
        T: Clone,
    {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(id).filter(|ceremony| ceremony.expires_at > now).map(|ceremony| ceremony.state.clone())
    }

    /// Ends the ceremony and gives back its state. `None` when it is over or never was.
    pub(crate) fn finish(&self, id: &str, now: Timestamp) -> Option<T> {
        let ceremony = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(id)?;
        (ceremony.expires_at > now).then_some(ceremony.state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    #[test]
    fn a_ceremony_is_finished_once_and_in_time() {
        let ceremonies = Ceremonies::default();
        ceremonies.begin("a".into(), 1, "r", NOW).unwrap();
        ceremonies.begin("b".into(), 2, "r", NOW).unwrap();
        assert_eq!(ceremonies.finish("a", NOW.plus_seconds(299)), Some(1));
        assert_eq!(ceremonies.finish("a", NOW.plus_seconds(299)), None);
        assert_eq!(ceremonies.finish("b", NOW.plus_seconds(300)), None);
    }

    #[test]
    fn one_remote_pushes_out_only_its_own_and_all_together_are_bounded() {
        let ceremonies = Ceremonies::default();
        ceremonies.begin("mine".into(), 0, "me", NOW).unwrap();
        for number in 0..=MOST_OF_ONE_REMOTE {
            ceremonies.begin(format!("{number:04}"), 0, "flood", NOW.plus_seconds(1)).unwrap();
        }
        assert_eq!(ceremonies.finish("0000", NOW.plus_seconds(1)), None);
        assert_eq!(ceremonies.finish("mine", NOW.plus_seconds(1)), Some(0));
        let refused =
            (0..=MOST).find_map(|number| ceremonies.begin(format!("x{number}"), 0, &number.to_string(), NOW.plus_seconds(2)).err());
        assert_eq!(refused.unwrap().code.code, "busy");
        ceremonies.begin("late".into(), 0, "late", NOW.plus_seconds(400)).unwrap();
    }
}
