//! Which committee opens what: the one in force when a case was asked for.

use std::sync::PoisonError;

use sala_core::{
    problem::{DAMAGED, Problem},
    time::Timestamp,
};
use sala_custody::KeySet;

use crate::{People, store::handover};

/// A committee and the time from which cases are its.
#[derive(Debug, Clone)]
pub(crate) struct Reign {
    pub(crate) committee: String,
    pub(crate) since: Timestamp,
    pub(crate) keys: KeySet,
}

impl Reign {
    pub(crate) fn threshold(&self) -> u8 {
        self.keys.committee().threshold()
    }
}

/// The reign in which a moment lies; the first one holds for all before.
pub(crate) fn reign_at(reigns: &[Reign], at: Timestamp) -> Option<&Reign> {
    reigns.iter().rev().find(|reign| reign.since <= at).or(reigns.first())
}

impl People {
    /// The committee in force; none before the first key is.
    pub(crate) fn reign(&self) -> Option<Reign> {
        self.reigns.read().unwrap_or_else(PoisonError::into_inner).last().cloned()
    }

    /// The committee that decides on what was asked for then.
    pub(crate) fn reign_of(&self, asked_at: Timestamp) -> Option<Reign> {
        reign_at(&self.reigns.read().unwrap_or_else(PoisonError::into_inner), asked_at).cloned()
    }

    pub(crate) fn has_reigned(&self, committee: &str) -> bool {
        self.reigns.read().unwrap_or_else(PoisonError::into_inner).iter().any(|reign| reign.committee == committee)
    }

    /// Reads who had the key before `committee`, back to the first, and remembers it. A handover that is not in force yet is left out.
    pub(crate) async fn remember_reigns(&self, committee: &str, keys: KeySet) -> Result<(), Problem> {
        let (mut reigns, mut committee, mut keys) = (vec![], committee.to_owned(), keys);
        while let Some(row) = handover::handover(&self.store, &committee).await? {
            let before = KeySet::decode(&row.from_key_set).map_err(|fault| DAMAGED.problem().because(fault))?;
            if let Some(since) = row.in_force_at {
                reigns.push(Reign { committee, since, keys });
            }
            (committee, keys) = (row.from, before);
        }
        reigns.push(Reign { committee, since: Timestamp(i64::MIN), keys });
        reigns.reverse();
        let mut known = self.reigns.write().unwrap_or_else(PoisonError::into_inner);
        if reigns.len() > known.len() {
            *known = reigns;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_belongs_to_the_committee_that_was_in_force_when_it_was_asked_for() {
        let bytes = [1, 2].map(|seed| sala_custody::HolderKey::generate(&[seed; 32]));
        let keys = {
            let members = bytes.iter().map(sala_custody::HolderKey::public).collect();
            let mut ceremony = sala_custody::Ceremony::generate(sala_custody::Committee::new("a", 2, members).unwrap());
            let people: Vec<_> = bytes.iter().map(|key| sala_custody::Participant::new(key.clone(), [9; 32])).collect();
            for each in &people {
                let dealing = each.deal(&ceremony).unwrap();
                ceremony.receive(&dealing).unwrap();
            }
            ceremony.close().unwrap();
            ceremony.close().unwrap();
            for each in &people {
                let opening = each.open(&ceremony).unwrap().unwrap();
                ceremony.receive(&opening).unwrap();
            }
            ceremony.close().unwrap();
            ceremony.key_set().unwrap().clone()
        };
        let reign = |committee: &str, since| Reign { committee: committee.into(), since: Timestamp(since), keys: keys.clone() };
        let reigns = [reign("first", i64::MIN), reign("second", 100), reign("third", 200)];
        let at = |moment| reign_at(&reigns, Timestamp(moment)).map(|reign| reign.committee.as_str());
        assert_eq!(
            [at(0), at(99), at(100), at(199), at(200), at(i64::MAX)].map(Option::unwrap),
            ["first", "first", "second", "second", "third", "third"]
        );
        assert!(reign_at(&[], Timestamp(0)).is_none());
    }
}
