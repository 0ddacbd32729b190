//! The state inside the dataflow, free of timely so that it can be tested and measured by itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Parcel, Plan};
use crate::window::{SeriesWindows, Told};

/// The state of one worker: the windows of its series, and which of them wait for which watermark.
#[derive(Debug)]
pub struct Keyed {
    plan: Arc<Plan>,
    windows: BTreeMap<u32, SeriesWindows>,
    /// By feed: its watermark, and (end, series) of the windows that wait for it.
    feeds: BTreeMap<u32, (i64, BTreeSet<(i64, u32)>)>,
}

impl Keyed {
    /// Without values.
    pub fn new(plan: Arc<Plan>) -> Self {
        Self { plan, windows: BTreeMap::new(), feeds: BTreeMap::new() }
    }

    /// Takes one parcel and tells the windows that are ready.
    pub fn take(&mut self, parcel: Parcel, tell: &mut impl FnMut(Told)) {
        match parcel {
            Parcel::Values { series, columns, act } => {
                let Some(lane) = self.plan.lane(series).copied() else { return };
                let (watermark, due) = self.feeds.entry(lane.feed).or_insert((i64::MIN, BTreeSet::new()));
                let windows = self.windows.entry(series).or_insert_with(|| SeriesWindows::new(series, lane.geometry));
                let mut is_behind = false;
                windows.take(&columns, &act, |end| {
                    if end <= *watermark {
                        is_behind = true;
                    } else {
                        due.insert((end, series));
                    }
                });
                if is_behind || windows.has_changed() {
                    windows.tell(*watermark, tell);
                }
            }
            Parcel::Watermark { feed, at } => {
                let (watermark, due) = self.feeds.entry(feed).or_insert((i64::MIN, BTreeSet::new()));
                *watermark = at.max(*watermark);
                while let Some((end, series)) = due.first().copied().filter(|(end, _)| *end <= *watermark) {
                    due.remove(&(end, series));
                    if let Some(windows) = self.windows.get_mut(&series) {
                        // Up to this end only, so that windows of several series come out in the order of their ends.
                        windows.tell(end, tell);
                    }
                }
            }
        }
    }
}

/// The newest telling of the left and of the right window.
type Sides = (Option<Told>, Option<Told>);

/// The state of the joins of one worker: the newest telling of both sides' windows within the horizon.
#[derive(Debug)]
pub(super) struct Joining {
    plan: Arc<Plan>,
    /// By (join, end, start).
    sides: BTreeMap<(u64, i64, i64), Sides>,
}

impl Joining {
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        Self { plan, sides: BTreeMap::new() }
    }

    pub(super) fn take(&mut self, number: u64, told: Told, tell: &mut impl FnMut(Told)) {
        let Some(join) = usize::try_from(number).ok().and_then(|number| self.plan.joins.get(number)).copied() else { return };
        let (Some(left), Some(right)) = (self.plan.lane(join.left), self.plan.lane(join.right)) else { return };
        let keep = left.geometry.keep_us.max(right.geometry.keep_us).saturating_add(left.geometry.window.length());
        let horizon = told.end.saturating_sub(keep);
        let both = self.sides.entry((number, told.end, told.start)).or_default();
        if told.series == join.left {
            both.0 = Some(told);
        } else {
            both.1 = Some(told);
        }
        if let (Some(one), Some(other)) = both
            && let Some(joined) = join.of(one, other, (left.aggregate, right.aggregate))
        {
            tell(joined);
        }
        while self.sides.range((number, i64::MIN, i64::MIN)..(number, horizon, i64::MIN)).next().is_some() {
            let old = self.sides.range((number, i64::MIN, i64::MIN)..).next().map(|(key, _)| *key);
            if let Some(key) = old {
                self.sides.remove(&key);
            }
        }
    }
}
