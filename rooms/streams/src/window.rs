//! Windows of one series in event time, as pure state: values go in, results come out when the watermark allows.
//!
//! A window is made of panes as long as its slide (a tumbling window is one pane), so each value is kept once. Panes keep their
//! values until the horizon has passed, because a late value, a repetition or a correction must give the very result that an
//! orderly arrival would have given: sums are always taken in the order of time. Memory: 16 bytes for each value within
//! window + lateness + horizon.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{calendar::Span, columns::Columns, number};

/// The most acts that a result names.
pub const MAX_ACTS: usize = 32;

/// What a window holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Number of values.
    pub count: u64,
    /// Their sum, taken in the order of time.
    pub sum: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
    /// The one with the latest time.
    pub last: f64,
}

impl Stats {
    /// Of nothing.
    pub(crate) const EMPTY: Self = Self { count: 0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY, last: 0.0 };

    fn add(&mut self, values: &[f64]) {
        let (mut sum, mut min, mut max) = (self.sum, self.min, self.max);
        for value in values {
            sum += value;
            min = min.min(*value);
            max = max.max(*value);
        }
        if let Some(last) = values.last() {
            *self = Self { count: self.count.saturating_add(number::count(values.len())), sum, min, max, last: *last };
        }
    }

    fn merge(&mut self, later: &Self) {
        if later.count > 0 {
            self.count = self.count.saturating_add(later.count);
            self.sum += later.sum;
            self.min = self.min.min(later.min);
            self.max = self.max.max(later.max);
            self.last = later.last;
        }
    }

    /// Sum divided by count; 0 of nothing.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / number::float(self.count) }
    }
}

/// The shape of a series' windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Length of a window.
    pub window: Span,
    /// Distance from one window to the next; equal to `window` when they tumble, else it divides it.
    pub slide: Span,
    /// How long (µs) behind the newest value of the series a value may be and still be taken.
    pub keep_us: i64,
}

/// A window that is told: for the first time (revision 0) or again because a late value changed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Place of the series in the declaration.
    pub series: u32,
    /// First moment of the window, µs.
    pub start: i64,
    /// First moment after it, µs.
    pub end: i64,
    /// What it holds.
    pub stats: Stats,
    /// How often it was told before.
    pub revision: u32,
    /// Acts that carried its values: the first [`MAX_ACTS`] in order.
    pub acts: BTreeSet<Arc<str>>,
}

#[derive(Debug)]
struct Pane {
    end: i64,
    at: Vec<i64>,
    value: Vec<f64>,
    acts: BTreeSet<Arc<str>>,
    stats: Stats,
}

impl Pane {
    fn new(end: i64) -> Self {
        Self { end, at: vec![], value: vec![], acts: BTreeSet::new(), stats: Stats::EMPTY }
    }

    /// Takes values with strictly rising times; says whether anything changed.
    fn take(&mut self, at: &[i64], value: &[f64], act: &Arc<str>) -> bool {
        let follows = match (self.at.last(), at.first()) {
            (Some(last), Some(first)) => last < first,
            _ => true,
        };
        let changed = if follows {
            self.at.extend_from_slice(at);
            self.value.extend_from_slice(value);
            self.stats.add(value);
            !at.is_empty()
        } else {
            self.insert(at, value)
        };
        if changed && !self.acts.contains(act) {
            self.acts.insert(Arc::clone(act));
            if self.acts.len() > MAX_ACTS {
                self.acts.pop_last();
            }
        }
        changed
    }

    /// The slow way: late values, repetitions, corrections (the newest given wins).
    fn insert(&mut self, at: &[i64], value: &[f64]) -> bool {
        let mut changed = false;
        for (at, value) in at.iter().zip(value) {
            match self.at.binary_search(at) {
                Ok(place) => {
                    if let Some(known) = self.value.get_mut(place).filter(|known| known.to_bits() != value.to_bits()) {
                        *known = *value;
                        changed = true;
                    }
                }
                Err(place) => {
                    self.at.insert(place, *at);
                    self.value.insert(place, *value);
                    changed = true;
                }
            }
        }
        if changed {
            self.stats = Stats::EMPTY;
            self.stats.add(&self.value);
        }
        changed
    }
}

/// All windows of one series that may still change.
#[derive(Debug)]
pub struct SeriesWindows {
    series: u32,
    geometry: Geometry,
    newest: i64,
    panes: BTreeMap<i64, Pane>,
    /// Ends of windows that were told → revision.
    told: BTreeMap<i64, u32>,
    /// Ends of windows that were not yet told.
    due: BTreeSet<i64>,
    /// Ends of told windows that have changed since.
    changed: BTreeSet<i64>,
}

impl SeriesWindows {
    /// Of the series at this place, without values.
    pub fn new(series: u32, geometry: Geometry) -> Self {
        Self {
            series,
            geometry,
            newest: i64::MIN,
            panes: BTreeMap::new(),
            told: BTreeMap::new(),
            due: BTreeSet::new(),
            changed: BTreeSet::new(),
        }
    }

    /// Takes values that `act` carried; calls `due` with the end of each window that is new.
    pub fn take(&mut self, columns: &Columns, act: &Arc<str>, mut due: impl FnMut(i64)) {
        let (mut at, mut value) = (columns.at(), columns.value());
        while let Some(first) = at.first() {
            let start = self.geometry.slide.start_of(*first);
            let pane = self.panes.entry(start).or_insert_with(|| Pane::new(self.geometry.slide.end_of(start)));
            let end = pane.end;
            // Almost always the rest lies in one pane, or the pane ends soon: look at the last time before searching.
            let cut = if at.last().is_some_and(|last| *last < end) { at.len() } else { at.partition_point(|at| *at < end) };
            let ((at_here, at_rest), (value_here, value_rest)) = (at.split_at(cut), value.split_at(cut));
            if pane.take(at_here, value_here, act) {
                self.touch(start, end, &mut due);
            }
            if let Some(last) = at_here.last() {
                self.newest = self.newest.max(*last);
            }
            (at, value) = (at_rest, value_rest);
        }
    }

    /// Notes that the windows over the pane from `start` to `end` have changed.
    fn touch(&mut self, start: i64, mut end: i64, due: &mut impl FnMut(i64)) {
        let last = if self.geometry.window == self.geometry.slide { end } else { start.saturating_add(self.geometry.window.length()) };
        while end <= last {
            if self.told.contains_key(&end) {
                self.changed.insert(end);
            } else if self.due.insert(end) {
                due(end);
            }
            let next = self.geometry.slide.end_of(end);
            if next <= end {
                break;
            }
            end = next;
        }
    }

    /// Tells what changed again, and what the watermark (µs) has passed for the first time; then forgets what is beyond the horizon.
    pub fn tell(&mut self, watermark: i64, tell: &mut impl FnMut(Told)) {
        for end in std::mem::take(&mut self.changed) {
            let revision = self.told.get(&end).map_or(0, |revision| revision.saturating_add(1));
            self.told.insert(end, revision);
            tell(self.result(end, revision));
        }
        while let Some(end) = self.due.first().copied().filter(|end| *end <= watermark) {
            self.due.remove(&end);
            self.told.insert(end, 0);
            tell(self.result(end, 0));
        }
        self.forget();
    }

    /// Whether a told window waits to be told again.
    pub fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    fn result(&self, end: i64, revision: u32) -> Told {
        let start = if self.geometry.window == self.geometry.slide {
            self.geometry.window.start_of(end.saturating_sub(1))
        } else {
            end.saturating_sub(self.geometry.window.length())
        };
        let mut stats = Stats::EMPTY;
        let mut acts = BTreeSet::new();
        for (_, pane) in self.panes.range(start..end) {
            stats.merge(&pane.stats);
            if acts.is_empty() {
                acts.clone_from(&pane.acts);
            } else {
                acts.extend(pane.acts.iter().map(Arc::clone));
            }
        }
        while acts.len() > MAX_ACTS {
            acts.pop_last();
        }
        // A sum beyond the range of f64 has no JSON form.
        stats.sum = stats.sum.clamp(f64::MIN, f64::MAX);
        Told { series: self.series, start, end, stats, revision, acts }
    }

    fn forget(&mut self) {
        let horizon = self.newest.saturating_sub(self.geometry.keep_us);
        while self.told.first_key_value().is_some_and(|(end, _)| *end <= horizon) {
            self.told.pop_first();
        }
        let first_due = self.due.first().copied().unwrap_or(i64::MAX);
        while let Some(entry) = self.panes.first_entry() {
            let last_end = if self.geometry.window == self.geometry.slide {
                entry.get().end
            } else {
                entry.key().saturating_add(self.geometry.window.length())
            };
            if last_end > horizon || last_end >= first_due {
                break;
            }
            entry.remove();
        }
    }
}

/// The windows over these layers of columns (earliest first) that end by `until` (µs), each once, in order of time.
pub(crate) fn over<'l>(
    series: u32,
    geometry: Geometry,
    layers: impl Iterator<Item = (&'l Columns, &'l Arc<str>)>,
    until: i64,
) -> Vec<Told> {
    let mut windows = SeriesWindows::new(series, Geometry { keep_us: i64::MAX, ..geometry });
    for (columns, act) in layers {
        windows.take(columns, act, |_| {});
    }
    let mut all = vec![];
    windows.tell(until, &mut |told| all.push(told));
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEN: Geometry = Geometry { window: Span::Fixed(10), slide: Span::Fixed(10), keep_us: 100 };

    fn act(name: &str) -> Arc<str> {
        name.into()
    }

    fn run(geometry: Geometry, batches: &[Vec<(i64, f64)>], watermarks: &[i64]) -> Vec<Told> {
        let mut windows = SeriesWindows::new(0, geometry);
        let mut told = vec![];
        for (number, pairs) in batches.iter().enumerate() {
            windows.take(&Columns::sort(pairs.clone()).0, &act(&format!("act_{number}")), |_| {});
            windows.tell(watermarks[number], &mut |window| told.push(window));
        }
        told
    }

    #[test]
    fn a_window_is_told_when_the_watermark_passes_its_end() {
        let told = run(TEN, &[vec![(1, 2.0), (9, 4.0)], vec![(10, 7.0)]], &[9, 10]);
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].start, told[0].end, told[0].stats.mean(), told[0].stats.last, told[0].revision), (0, 10, 3.0, 4.0, 0));
        assert_eq!(told[0].acts.iter().map(|act| &**act).collect::<Vec<_>>(), ["act_0"]);
    }

    #[test]
    fn a_late_value_tells_the_window_again_and_a_repetition_does_not() {
        let told = run(TEN, &[vec![(1, 2.0), (12, 4.0)], vec![(5, 4.0)], vec![(5, 4.0)], vec![(5, 6.0)]], &[10, 10, 10, 10]);
        let seen: Vec<_> = told.iter().map(|window| (window.revision, window.stats.count, window.stats.sum)).collect();
        assert_eq!(seen, [(0, 1, 2.0), (1, 2, 6.0), (2, 2, 8.0)]);
    }

    #[test]
    fn sliding_windows_overlap() {
        let sliding = Geometry { window: Span::Fixed(20), slide: Span::Fixed(10), keep_us: 100 };
        let told = run(sliding, &[vec![(1, 1.0), (11, 2.0), (31, 4.0)]], &[60]);
        let seen: Vec<_> = told.iter().map(|window| (window.start, window.end, window.stats.sum)).collect();
        assert_eq!(seen, [(-10, 10, 1.0), (0, 20, 3.0), (10, 30, 2.0), (20, 40, 4.0), (30, 50, 4.0)]);
    }

    #[test]
    fn what_is_beyond_the_horizon_is_forgotten() {
        let mut windows = SeriesWindows::new(0, TEN);
        for at in 0..1_000 {
            windows.take(&Columns::in_order(vec![at], vec![1.0]).unwrap(), &act("a"), |_| {});
            windows.tell(at, &mut |_| {});
        }
        assert!(windows.panes.len() <= 12 && windows.told.len() <= 11, "{} panes", windows.panes.len());
    }

    proptest! {
        #[test]
        fn any_order_within_the_horizon_ends_in_the_same_windows(
            order in Just((0..60_i64).map(|n| n * 3).collect::<Vec<_>>()).prop_shuffle(),
            repeated in proptest::collection::vec(0..60_usize, 0..20),
            cuts in proptest::collection::vec(1_usize..9, 1..20),
            slide in prop_oneof![Just(10_i64), Just(5)],
        ) {
            let value = |at: i64| f64::from(u32::try_from(at).unwrap()) * 0.1 + 0.3;
            let geometry = Geometry { window: Span::Fixed(10), slide: Span::Fixed(slide), keep_us: 1_000 };
            let finals = |batches: Vec<Vec<i64>>, step: bool| {
                let mut windows = SeriesWindows::new(0, geometry);
                let mut last = BTreeMap::new();
                let mut watermark = i64::MIN;
                for batch in batches {
                    let columns = Columns::sort(batch.iter().map(|at| (*at, value(*at))).collect()).0;
                    windows.take(&columns, &act("a"), |_| {});
                    if step {
                        watermark = watermark.max(batch.iter().max().unwrap() - 20);
                    }
                    windows.tell(watermark, &mut |told| { last.insert(told.end, (told.stats, told.acts)); });
                }
                windows.tell(i64::MAX, &mut |told| { last.insert(told.end, (told.stats, told.acts)); });
                last
            };
            let mut all = order.clone();
            all.extend(repeated.iter().map(|place| order[*place]));
            let mut batches = vec![];
            let mut rest = &all[..];
            for cut in cuts.iter().cycle() {
                let (batch, after) = rest.split_at((*cut).min(rest.len()));
                batches.push(batch.to_vec());
                rest = after;
                if rest.is_empty() { break; }
            }
            let mut sorted = order;
            sorted.sort_unstable();
            prop_assert_eq!(finals(batches, true), finals(vec![sorted], false));
        }
    }
}
