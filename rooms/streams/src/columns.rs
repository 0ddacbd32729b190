//! Columns: the values of one series, times beside values. What feeds, chunks, caches and the dataflow all pass on.

use serde::{Deserialize, Serialize};

/// Values of one series with strictly rising times.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Columns {
    at: Vec<i64>,
    value: Vec<f64>,
}

impl Columns {
    /// Takes two columns as they are. `None` unless they are equally long and the times strictly rise.
    pub fn in_order(at: Vec<i64>, value: Vec<f64>) -> Option<Self> {
        let rises = at.iter().zip(at.iter().skip(1)).all(|(one, next)| one < next);
        (rises && at.len() == value.len()).then_some(Self { at, value })
    }

    /// Sorts pairs by time. Of several values at one time the last given wins; the second result counts those that lost.
    pub fn sort(mut pairs: Vec<(i64, f64)>) -> (Self, u64) {
        pairs.sort_by_key(|(at, _)| *at);
        let given = pairs.len();
        let mut columns = Self { at: Vec::with_capacity(given), value: Vec::with_capacity(given) };
        for (at, value) in pairs {
            if columns.at.last() == Some(&at) {
                columns.value.pop();
            } else {
                columns.at.push(at);
            }
            columns.value.push(value);
        }
        let lost = given - columns.at.len();
        (columns, crate::number::count(lost))
    }

    /// Times, µs since 1970 UTC, strictly rising.
    pub fn at(&self) -> &[i64] {
        &self.at
    }

    /// Values, one for each time.
    pub fn value(&self) -> &[f64] {
        &self.value
    }

    /// Pairs of time and value.
    pub fn pairs(&self) -> impl Iterator<Item = (i64, f64)> {
        self.at.iter().copied().zip(self.value.iter().copied())
    }

    /// How many values.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// The first time.
    pub fn first(&self) -> Option<i64> {
        self.at.first().copied()
    }

    /// The last time.
    pub fn last(&self) -> Option<i64> {
        self.at.last().copied()
    }

    /// The value at exactly this time.
    pub fn find(&self, at: i64) -> Option<f64> {
        self.at.binary_search(&at).ok().and_then(|place| self.value.get(place).copied())
    }

    /// Those with `from` ≤ time < `to`.
    pub fn between(&self, from: i64, to: i64) -> (&[i64], &[f64]) {
        let start = self.at.partition_point(|at| *at < from);
        let end = self.at.partition_point(|at| *at < to).max(start);
        (self.at.get(start..end).unwrap_or_default(), self.value.get(start..end).unwrap_or_default())
    }
}

/// Lays later columns over earlier ones: at equal times the later wins.
pub(crate) fn overlay<'c>(layers: impl Iterator<Item = &'c Columns>, from: i64, to: i64) -> Columns {
    let mut pairs = vec![];
    for layer in layers {
        let (at, value) = layer.between(from, to);
        pairs.extend(at.iter().copied().zip(value.iter().copied()));
    }
    Columns::sort(pairs).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_given_for_a_time_wins() {
        let (columns, lost) = Columns::sort(vec![(2, 1.0), (1, 5.0), (2, 3.0)]);
        assert_eq!((columns.at(), columns.value(), lost), (&[1, 2][..], &[5.0, 3.0][..], 1));
        assert_eq!(columns.find(2), Some(3.0));
        assert_eq!(columns.between(2, 3), (&[2][..], &[3.0][..]));
    }

    #[test]
    fn columns_out_of_order_are_refused() {
        assert!(Columns::in_order(vec![1, 1], vec![0.0, 0.0]).is_none());
        assert!(Columns::in_order(vec![1], vec![]).is_none());
    }
}
