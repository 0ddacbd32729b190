//! Chance that is the same each time: SplitMix64 (Steele, Lea, Flood 2014).

use crate::number::{figure, index, whole};

#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// 0 ≤ part < 1.
    pub(super) fn part(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let high = u32::try_from((z ^ (z >> 31)) >> 32).unwrap_or(0);
        f64::from(high) / 4_294_967_296.0
    }

    pub(super) fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.part()
    }

    /// A number from `least` to `most`.
    pub(super) fn count(&mut self, least: u32, most: u32) -> usize {
        let span = most.saturating_sub(least).saturating_add(1);
        index(least).saturating_add(whole(self.part() * f64::from(span)))
    }

    pub(super) fn is(&mut self, likely: f64) -> bool {
        self.part() < likely
    }

    pub(super) fn of_list<T: Copy>(&mut self, list: &[T], fallback: T) -> T {
        list.get(whole(self.part() * figure(list.len()))).copied().unwrap_or(fallback)
    }
}
