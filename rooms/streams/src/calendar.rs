//! The calendar of windows and seasons. Windows are UTC arithmetic on microseconds: a value of a day or longer is written at the first
//! moment of its day, week or month in UTC, whatever the place. Only the hour of the week follows the clock of the place, because
//! people do.

use sala_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::zone::Zone;

/// This many seconds (a twelfth of 365.25 days) as a window stand for a calendar month.
pub const MONTH_S: u32 = 2_629_800;

/// A day in µs.
pub(crate) const DAY_US: i64 = 86_400_000_000;
/// 0001-01-01 in days since 1970: earlier days have no RFC 3339 form.
pub(crate) const FIRST_DAY: i64 = -719_162;

/// The length of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// So many microseconds; windows begin at multiples of it since 1970 UTC.
    Fixed(i64),
    /// A calendar month.
    Month,
}

impl Span {
    /// The span of a declared `window_s`: [`MONTH_S`] is a calendar month, 0 is refused.
    pub fn of_seconds(seconds: u32) -> Option<Self> {
        match seconds {
            0 => None,
            MONTH_S => Some(Self::Month),
            _ => Some(Self::Fixed(i64::from(seconds).saturating_mul(1_000_000))),
        }
    }

    /// The beginning of the window that holds `at` (µs).
    pub fn start_of(self, at: i64) -> i64 {
        match self {
            Self::Fixed(length) => at.saturating_sub(at.rem_euclid(length.max(1))),
            Self::Month => {
                let (year, month, _) = civil(at.div_euclid(DAY_US));
                days(year, month, 1).saturating_mul(DAY_US)
            }
        }
    }

    /// The end (exclusive) of the window that begins at `start` (µs).
    pub fn end_of(self, start: i64) -> i64 {
        match self {
            Self::Fixed(length) => start.saturating_add(length),
            Self::Month => {
                let (year, month, _) = civil(start.div_euclid(DAY_US));
                let (year, month) = if month == 12 { (year.saturating_add(1), 1) } else { (year, month + 1) };
                days(year, month, 1).saturating_mul(DAY_US)
            }
        }
    }

    /// How long it is, in µs; a month counts as a twelfth of 365.25 days.
    pub fn length(self) -> i64 {
        match self {
            Self::Fixed(length) => length,
            Self::Month => i64::from(MONTH_S) * 1_000_000,
        }
    }
}

/// What makes one window comparable with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Season {
    /// The hour of the week, 168 slots: traffic, load, footfall.
    HourOfWeek,
    /// The month of the year, 12 slots: diseases, rain.
    MonthOfYear,
    /// The week of the year, 53 slots.
    WeekOfYear,
    /// None: a window is compared with the ones just before it.
    #[default]
    None,
}

impl Season {
    /// How many slots the season has.
    pub fn slots(self) -> usize {
        match self {
            Self::HourOfWeek => 168,
            Self::MonthOfYear => 12,
            Self::WeekOfYear => 53,
            Self::None => 1,
        }
    }

    /// The slot of a window that begins at `start` (µs) where clocks go by `zone`; below [`Season::slots`].
    pub fn slot(self, start: i64, zone: &Zone) -> usize {
        let day = start.div_euclid(DAY_US);
        let slot = match self {
            // Slot 0 is Monday 00:00.
            Self::HourOfWeek => {
                let local = zone.local(Timestamp(start));
                i64::from(local.weekday().to_monday_zero_offset()) * 24 + i64::from(local.hour())
            }
            Self::MonthOfYear => civil(day).1 - 1,
            Self::WeekOfYear => (day - days(civil(day).0, 1, 1)) / 7,
            Self::None => 0,
        };
        usize::try_from(slot).unwrap_or(0)
    }
}

/// Year, month 1–12, day 1–31 of a day counted from 1970-01-01 in the Gregorian calendar (Howard Hinnant, chrono-compatible
/// low-level date algorithms).
fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The date of a day since 1970-01-01, `YYYY-MM-DD`.
#[cfg(feature = "lake")]
pub(crate) fn date(day: i64) -> String {
    let (year, month, of_month) = civil(day);
    format!("{year:04}-{month:02}-{of_month:02}")
}

/// Days since 1970-01-01 of a date: the inverse of [`civil`].
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn us(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().0
    }

    #[test]
    fn a_month_begins_on_its_first_day_and_ends_on_the_next() {
        let start = Span::Month.start_of(us("2016-02-29T23:59:59Z"));
        assert_eq!(start, us("2016-02-01T00:00:00Z"));
        assert_eq!(Span::Month.end_of(start), us("2016-03-01T00:00:00Z"));
        assert_eq!(Span::Month.end_of(us("1999-12-01T00:00:00Z")), us("2000-01-01T00:00:00Z"));
    }

    #[test]
    fn slots_follow_the_calendar() {
        assert_eq!(Season::HourOfWeek.slot(us("2026-11-23T00:00:00Z"), &Zone::UTC), 0, "a Monday");
        assert_eq!(Season::HourOfWeek.slot(us("2026-11-29T23:10:00Z"), &Zone::UTC), 167, "a Sunday");
        assert_eq!(Season::MonthOfYear.slot(us("2017-12-31T00:00:00Z"), &Zone::UTC), 11);
        assert_eq!(Season::WeekOfYear.slot(us("2016-12-31T00:00:00Z"), &Zone::UTC), 52);
    }

    proptest! {
        #[test]
        fn every_moment_lies_in_its_window(at in -60_000_000_000_000_000_i64..250_000_000_000_000_000, seconds in 1_u32..5_000_000) {
            for span in [Span::of_seconds(seconds).unwrap(), Span::Month] {
                let start = span.start_of(at);
                prop_assert!(start <= at && at < span.end_of(start));
                prop_assert_eq!(span.start_of(start), start);
            }
            for season in [Season::HourOfWeek, Season::MonthOfYear, Season::WeekOfYear, Season::None] {
                prop_assert!(season.slot(at, &Zone::UTC) < season.slots());
            }
        }

        #[test]
        fn a_date_reads_back(day in -700_000_i64..3_000_000) {
            let (year, month, of_month) = civil(day);
            prop_assert_eq!(days(year, month, of_month), day);
        }
    }
}
