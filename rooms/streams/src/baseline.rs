//! What is usual: a seasonal median with a robust band, learnt from earlier windows only.
//!
//! Expected = median of the newest windows in the same slot of the season; one robust standard deviation = 1.4826 × their median
//! absolute deviation (Rousseeuw & Croux 1993), not below half of what the series usually deviates, nor below half of the last
//! decimal shown. The usual band is ±3 of them, cut at the declared bounds of the series. On the scale `log` all of it is done on
//! log(1 + value), on the scale `count` on 2·√(value + ⅜) with a deviation of at least 1, which is the chance variation of a Poisson
//! count there (Anscombe, Biometrika 35, 1948). By month and by week of the year the neighbours of a slot are looked at too, as
//! Farrington et al. (J. R. Stat. Soc. A 159, 1996) do for reports of disease: epidemics and holidays do not keep to the calendar.
//! Windows that the profile declares suspect are not learnt from.
//! Forecasts will stand beside it: what the room needs of either is [`Usual`].

use std::collections::VecDeque;

use crate::{
    calendar::Season,
    declaration::{Scale, SeriesSpec},
    zone::Zone,
};

/// What is usual for one window.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Expected {
    /// The middle, in the series' unit.
    pub expected: f64,
    /// Lower end of the usual band.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What is usual on the scale of comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Usual {
    centre: f64,
    deviation: f64,
    scale: Scale,
    reach: (f64, f64),
}

/// Half-width of the usual band in robust standard deviations.
pub(crate) const BAND: f64 = 3.0;

impl Usual {
    /// In the series' unit.
    pub(crate) fn expected(&self) -> Expected {
        let (least, most) = self.reach;
        let at = |score: f64| from_scale(self.scale, self.centre + score * self.deviation).max(least).min(most);
        Expected { expected: at(0.0), low: at(-BAND), high: at(BAND) }
    }

    /// How many robust standard deviations a value lies above the middle.
    pub(crate) fn score(&self, value: f64) -> f64 {
        ((to_scale(self.scale, value) - self.centre) / self.deviation).clamp(-1e6, 1e6)
    }
}

fn to_scale(scale: Scale, value: f64) -> f64 {
    match scale {
        Scale::Linear => value,
        Scale::Log => value.max(0.0).ln_1p(),
        Scale::Count => 2.0 * (value.max(0.0) + 0.375).sqrt(),
    }
}

fn from_scale(scale: Scale, value: f64) -> f64 {
    match scale {
        Scale::Linear => value,
        Scale::Log => value.clamp(-700.0, 700.0).exp_m1().max(0.0),
        Scale::Count => (value.max(0.0).powi(2) / 4.0 - 0.375).max(0.0),
    }
}

/// The memory of one series.
#[derive(Debug, Clone)]
pub(crate) struct Baseline {
    season: Season,
    zone: Zone,
    scale: Scale,
    reach: (f64, f64),
    floor: f64,
    /// For each slot the newest windows: start (µs) and value on the scale.
    slots: Vec<VecDeque<(i64, f64)>>,
    /// Running mean of |value − expected|, outliers clipped; 0 until known.
    spread: f64,
}

impl Baseline {
    /// Of a series of which nothing is known.
    pub(crate) fn new(spec: &SeriesSpec) -> Self {
        let floor = match spec.scale {
            Scale::Linear => 0.5 * 10_f64.powi(-i32::from(spec.decimals)),
            Scale::Log => 0.05,
            Scale::Count => 1.0,
        };
        Self {
            season: spec.season,
            zone: spec.zone.clone(),
            scale: spec.scale,
            reach: spec.reach(),
            floor,
            slots: vec![VecDeque::new(); spec.season.slots()],
            spread: 0.0,
        }
    }

    /// Windows kept for each slot, and the least number (over the slots looked at) from which something is usual.
    fn memory(&self) -> (usize, usize) {
        match self.season {
            Season::HourOfWeek => (12, 4),
            Season::MonthOfYear => (10, 9),
            Season::WeekOfYear => (5, 6),
            Season::None => (24, 8),
        }
    }

    /// What is usual for the window that begins at `start` (µs), from windows that began before it. `None` while too few are known.
    pub(crate) fn usual(&self, start: i64) -> Option<Usual> {
        let (_, least) = self.memory();
        let mut values: Vec<f64> = self.near(start).flatten().filter(|(begun, _)| *begun < start).map(|(_, value)| *value).collect();
        if values.len() < least {
            return None;
        }
        let centre = median(&mut values)?;
        let mut apart: Vec<f64> = values.iter().map(|value| (value - centre).abs()).collect();
        let deviation = (1.4826 * median(&mut apart)?).max(0.5 * 1.2533 * self.spread).max(self.floor);
        Some(Usual { centre, deviation, scale: self.scale, reach: self.reach })
    }

    /// Learns a window, or corrects it when it is known.
    pub(crate) fn learn(&mut self, start: i64, value: f64) {
        let value = to_scale(self.scale, value);
        if let Some(usual) = self.usual(start) {
            let apart = (value - usual.centre).abs();
            // A single outlier moves the spread as little as a value at five times the spread would.
            let clipped = if self.spread > 0.0 { apart.min(5.0 * self.spread) } else { apart };
            self.spread += 0.02 * (clipped - self.spread);
        }
        let (most, _) = self.memory();
        let Some(slot) = self.slots.get_mut(self.season.slot(start, &self.zone)) else { return };
        match slot.iter().rposition(|(begun, _)| *begun <= start) {
            Some(place) if slot.get(place).is_some_and(|(begun, _)| *begun == start) => {
                if let Some(known) = slot.get_mut(place) {
                    known.1 = value;
                }
            }
            Some(place) => slot.insert(place + 1, (start, value)),
            None => slot.push_front((start, value)),
        }
        if slot.len() > most {
            slot.pop_front();
        }
    }

    /// The slot of `start`; by month and by week of the year its two neighbours too.
    fn near(&self, start: i64) -> impl Iterator<Item = &VecDeque<(i64, f64)>> {
        let (slot, slots) = (self.season.slot(start, &self.zone), self.season.slots());
        let reach = usize::from(matches!(self.season, Season::WeekOfYear | Season::MonthOfYear));
        let first = slot + slots - reach;
        (first..=first + 2 * reach).filter_map(move |slot| self.slots.get(slot % slots))
    }
}

/// The median; `None` of nothing. Orders the values.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (upper, lower) = (values.len() / 2, values.len().checked_sub(1)? / 2);
    Some(f64::midpoint(*values.get(lower)?, *values.get(upper)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::river;

    const HOUR: i64 = 3_600_000_000;

    fn hourly(scale: Scale) -> Baseline {
        let mut spec = river().series[0].clone();
        (spec.season, spec.scale, spec.decimals, spec.min, spec.max) = (Season::HourOfWeek, scale, 0, 0.0, 1e6);
        Baseline::new(&spec)
    }

    #[test]
    fn the_median_of_the_same_hour_is_expected() {
        let mut baseline = hourly(Scale::Linear);
        for hour in 0..168 * 6 {
            baseline.learn(hour * HOUR, f64::from(u32::try_from(hour % 168).unwrap()) * 10.0);
        }
        let usual = baseline.usual(168 * 6 * HOUR + 30 * HOUR).unwrap();
        assert!((usual.expected().expected - 300.0).abs() < 1e-9);
        assert!(usual.score(300.0).abs() < 1e-9 && usual.score(310.0) > 3.0);
    }

    #[test]
    fn nothing_is_learnt_from_the_future() {
        let mut baseline = hourly(Scale::Linear);
        for week in 0..8 {
            baseline.learn(week * 168 * HOUR, if week < 4 { 1.0 } else { 100.0 });
        }
        assert!((baseline.usual(4 * 168 * HOUR).unwrap().expected().expected - 1.0).abs() < 1e-9);
        assert!(baseline.usual(3 * 168 * HOUR).is_none());
    }

    #[test]
    fn a_correction_replaces_what_was_learnt() {
        let mut baseline = hourly(Scale::Linear);
        for week in 0..4 {
            baseline.learn(week * 168 * HOUR, 1.0);
        }
        for week in 0..4 {
            baseline.learn(week * 168 * HOUR, 3.0);
        }
        assert!((baseline.usual(5 * 168 * HOUR).unwrap().expected().expected - 3.0).abs() < 1e-9);
    }

    #[test]
    fn on_the_log_scale_the_band_never_goes_below_zero() {
        let mut baseline = hourly(Scale::Log);
        for (week, cases) in [2.0, 5.0, 40.0, 9.0, 3.0].into_iter().enumerate() {
            baseline.learn(i64::try_from(week).unwrap() * 168 * HOUR, cases);
        }
        let expected = baseline.usual(9 * 168 * HOUR).unwrap().expected();
        assert!((expected.expected - 5.0).abs() < 1e-9 && expected.low >= 0.0 && expected.high > 10.0, "{expected:?}");
    }

    #[test]
    fn a_band_of_counts_stays_in_proportion_and_never_goes_below_zero() {
        let (mut counts, mut logs) = (hourly(Scale::Count), hourly(Scale::Log));
        for (week, cases) in [0.0, 2.0, 60.0, 9.0, 0.0, 31.0].into_iter().enumerate() {
            for baseline in [&mut counts, &mut logs] {
                baseline.learn(i64::try_from(week).unwrap() * 168 * HOUR, cases);
            }
        }
        let (counts, logs) = (counts.usual(9 * 168 * HOUR).unwrap().expected(), logs.usual(9 * 168 * HOUR).unwrap().expected());
        assert!(counts.low.abs() < 1e-9 && counts.high > 31.0 && counts.high < 200.0, "{counts:?}");
        assert!(logs.high > 3.0 * counts.high, "on the log scale the band leaves all proportion: {logs:?}");
    }

    #[test]
    fn a_band_ends_where_the_declared_bounds_do() {
        let mut spec = river().series[0].clone();
        (spec.season, spec.min, spec.max) = (Season::HourOfWeek, 0.0, 20.0);
        let mut baseline = Baseline::new(&spec);
        for (week, level) in [1.0, 19.0, 2.0, 12.0, 8.0].into_iter().enumerate() {
            baseline.learn(i64::try_from(week).unwrap() * 168 * HOUR, level);
        }
        let expected = baseline.usual(9 * 168 * HOUR).unwrap().expected();
        assert_eq!((expected.low, expected.high), (0.0, 20.0));
    }

    #[test]
    fn rush_hour_stays_rush_hour_when_the_clocks_change() {
        let mut spec = river().series[0].clone();
        (spec.season, spec.zone) = (Season::HourOfWeek, Zone::named("America/Chicago").unwrap());
        let mut baseline = Baseline::new(&spec);
        let at = |text: &str| text.parse::<sala_core::time::Timestamp>().unwrap().0;
        // Mondays at 08:00 in winter are 14:00 UTC, in summer 13:00 UTC.
        for day in ["2018-02-12T14:00:00Z", "2018-02-19T14:00:00Z", "2018-02-26T14:00:00Z", "2018-03-05T14:00:00Z"] {
            baseline.learn(at(day), 9.0);
        }
        assert!(baseline.usual(at("2018-03-12T13:00:00Z")).is_some_and(|usual| (usual.expected().expected - 9.0).abs() < 1e-9));
        assert!(baseline.usual(at("2018-03-12T14:00:00Z")).is_none());
    }
}
