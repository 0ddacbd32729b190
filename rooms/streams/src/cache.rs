//! Decoded chunks in memory: those that were used last, up to a number of values.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::columns::Columns;

/// A bounded cache of decoded chunks by id.
#[derive(Debug)]
pub(crate) struct Cache {
    most_values: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    chunks: BTreeMap<String, (u64, Arc<Columns>)>,
    by_use: BTreeMap<u64, String>,
    uses: u64,
    values: usize,
}

impl Cache {
    /// Holds at most so many values (16 bytes each).
    pub(crate) fn new(most_values: usize) -> Self {
        Self { most_values, inner: Mutex::default() }
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Columns>> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.uses += 1;
        let now = inner.uses;
        let (used, columns) = inner.chunks.get_mut(id)?;
        let (before, columns) = (std::mem::replace(used, now), Arc::clone(columns));
        if let Some(id) = inner.by_use.remove(&before) {
            inner.by_use.insert(now, id);
        }
        Some(columns)
    }

    pub(crate) fn put(&self, id: &str, columns: Arc<Columns>) {
        if columns.len() > self.most_values {
            return;
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.uses += 1;
        let now = inner.uses;
        inner.values += columns.len();
        if let Some((before, old)) = inner.chunks.insert(id.to_owned(), (now, columns)) {
            inner.values = inner.values.saturating_sub(old.len());
            inner.by_use.remove(&before);
        }
        inner.by_use.insert(now, id.to_owned());
        while inner.values > self.most_values {
            let Some((_, id)) = inner.by_use.pop_first() else { break };
            if let Some((_, old)) = inner.chunks.remove(&id) {
                inner.values = inner.values.saturating_sub(old.len());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let cache = Cache::new(2);
        let one = || Arc::new(Columns::in_order(vec![1], vec![1.0]).unwrap());
        cache.put("a", one());
        cache.put("b", one());
        assert!(cache.get("a").is_some());
        cache.put("c", one());
        assert!(cache.get("b").is_none());
        assert!(cache.get("a").is_some() && cache.get("c").is_some());
        cache.put("a", one());
        assert!(cache.get("c").is_some(), "putting again must not count twice");
    }
}
