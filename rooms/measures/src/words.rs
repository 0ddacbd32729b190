//! Series, numbers and times as people name them, in Thai and in English. Pure: what a sentence needs is recorded with the decision, so
//! that a replay says the same words. Thai years are those of the Buddhist era.

use std::fmt::Write;

use sala_core::{text::Text, time::Timestamp};
use sala_streams::Zone;
use serde::{Deserialize, Serialize};

const DAY_S: i64 = 86_400;

const MONTHS: [[&str; 4]; 12] = [
    ["มกราคม", "ม.ค.", "January", "Jan"],
    ["กุมภาพันธ์", "ก.พ.", "February", "Feb"],
    ["มีนาคม", "มี.ค.", "March", "Mar"],
    ["เมษายน", "เม.ย.", "April", "Apr"],
    ["พฤษภาคม", "พ.ค.", "May", "May"],
    ["มิถุนายน", "มิ.ย.", "June", "Jun"],
    ["กรกฎาคม", "ก.ค.", "July", "Jul"],
    ["สิงหาคม", "ส.ค.", "August", "Aug"],
    ["กันยายน", "ก.ย.", "September", "Sep"],
    ["ตุลาคม", "ต.ค.", "October", "Oct"],
    ["พฤศจิกายน", "พ.ย.", "November", "Nov"],
    ["ธันวาคม", "ธ.ค.", "December", "Dec"],
];

/// What a series is called and how its values are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesWords {
    /// Its name.
    pub title: Text,
    /// Its unit in words.
    pub unit_title: Text,
    /// Decimals that make sense to show.
    pub decimals: u8,
    /// By which clock its hours are told (IANA).
    pub time_zone: String,
}

impl SeriesWords {
    /// Of a series that nothing is known of: its id must do.
    pub fn unnamed(series: &str) -> Self {
        Self { title: Text::new(series, series), unit_title: Text::default(), decimals: 2, time_zone: Zone::UTC.name().to_owned() }
    }

    /// A value without its unit: 6,299 or −0.5.
    pub fn figure(&self, value: f64) -> String {
        let plain = format!("{:.*}", usize::from(self.decimals), value.abs());
        let (whole, part) = plain.split_once('.').map_or((plain.as_str(), None), |(whole, part)| (whole, Some(part)));
        let is_zero = plain.bytes().all(|digit| matches!(digit, b'0' | b'.'));
        let mut told = if value < 0.0 && !is_zero { "−".to_owned() } else { String::new() };
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place) % 3 == 0 {
                told.push(',');
            }
            told.push(digit);
        }
        if let Some(part) = part {
            let _ = write!(told, ".{part}");
        }
        told
    }

    /// A value with its unit.
    pub fn quantity(&self, value: f64) -> Text {
        let figure = self.figure(value);
        let with = |unit: &str| format!("{figure} {unit}").trim_end().to_owned();
        Text::new(with(&self.unit_title.th), with(&self.unit_title.en))
    }

    /// The stretch of data from `since` up to `until` (exclusive): months, days, or hours of the series' own clock.
    pub fn stretch(&self, since: Timestamp, until: Timestamp) -> Text {
        let is_midnight = |at: Timestamp| at.seconds().rem_euclid(DAY_S) == 0;
        let (first, end) = (Zone::UTC.local(since), Zone::UTC.local(until));
        if is_midnight(since) && is_midnight(until) && first.day() == 1 && end.day() == 1 && since < until {
            return Self::months(since, until);
        }
        if is_midnight(since) && is_midnight(until) && since < until {
            let last = until.plus_seconds(-DAY_S);
            return if last == since {
                date(since, &Zone::UTC)
            } else {
                between(&date(since, &Zone::UTC), &date(last, &Zone::UTC), " – ")
            };
        }
        let zone = Zone::named(&self.time_zone).unwrap_or_default();
        let (first, end) = (zone.local(since), zone.local(until));
        let (from, to) = (format!("{:02}:{:02}", first.hour(), first.minute()), format!("{:02}:{:02}", end.hour(), end.minute()));
        let (day, last) = (date(since, &zone), date(until, &zone));
        if first.date() == end.date() {
            return Text::new(format!("{} เวลา {from}–{to} น. (เวลาท้องถิ่น)", day.th), format!("{}, {from}–{to} local time", day.en));
        }
        Text::new(
            format!("{} เวลา {from} น. – {} เวลา {to} น. (เวลาท้องถิ่น)", day.th, last.th),
            format!("{}, {from} – {}, {to} local time", day.en, last.en),
        )
    }

    fn months(since: Timestamp, until: Timestamp) -> Text {
        let last = until.plus_seconds(-DAY_S);
        let (first, end) = (Zone::UTC.local(since), Zone::UTC.local(last));
        if (first.year(), first.month()) == (end.year(), end.month()) {
            let [th, _, en, _] = month(first.month());
            return Text::new(format!("{th} {}", era(first.year())), format!("{en} {}", first.year()));
        }
        let name = |number: i8, year: i16| {
            let [_, th, _, en] = month(number);
            Text::new(format!("{th} {}", era(year)), format!("{en} {year}"))
        };
        between(&name(first.month(), first.year()), &name(end.month(), end.year()), " – ")
    }
}

/// A length of time in its largest whole unit.
pub(crate) fn duration(seconds: i64) -> Text {
    let units = [(DAY_S, "วัน", "day"), (3_600, "ชั่วโมง", "hour"), (60, "นาที", "minute"), (1, "วินาที", "second")];
    let fits = units.into_iter().find(|(size, ..)| seconds >= *size && seconds % size == 0);
    let (size, th, en) = fits.unwrap_or((1, "วินาที", "second"));
    let count = seconds / size;
    Text::new(format!("{count} {th}"), format!("{count} {en}{}", if count == 1 { "" } else { "s" }))
}

fn date(at: Timestamp, zone: &Zone) -> Text {
    let day = zone.local(at);
    let [_, th, _, en] = month(day.month());
    Text::new(format!("{} {th} {}", day.day(), era(day.year())), format!("{} {en} {}", day.day(), day.year()))
}

fn month(number: i8) -> [&'static str; 4] {
    usize::try_from(number - 1).ok().and_then(|place| MONTHS.get(place)).copied().unwrap_or_default()
}

/// The year of the Buddhist era.
fn era(year: i16) -> i32 {
    i32::from(year) + 543
}

fn between(first: &Text, last: &Text, dash: &str) -> Text {
    Text::new(format!("{}{dash}{}", first.th, last.th), format!("{}{dash}{}", first.en, last.en))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn road() -> SeriesWords {
        SeriesWords {
            title: Text::new("ปริมาณรถ", "Vehicles"),
            unit_title: Text::new("คันต่อชั่วโมง", "vehicles an hour"),
            decimals: 0,
            time_zone: "America/Chicago".into(),
        }
    }

    #[test]
    fn figures_are_grouped_and_rounded_as_the_series_says() {
        let digits = |decimals: u8, value: f64| SeriesWords { decimals, ..road() }.figure(value);
        assert_eq!(
            [digits(0, 6_299.4), digits(0, 999.6), digits(2, 1_234_567.891), digits(1, -0.04)],
            ["6,299", "1,000", "1,234,567.89", "0.0"]
        );
        assert_eq!(digits(1, -1_234.56), "−1,234.6");
        assert_eq!(road().quantity(5_500.0), Text::new("5,500 คันต่อชั่วโมง", "5,500 vehicles an hour"));
        assert_eq!(SeriesWords::unnamed("road.volume").quantity(0.5).en, "0.50");
    }

    #[test]
    fn a_stretch_is_named_by_what_it_covers() {
        let stretch = |from: &str, to: &str| {
            let told = road().stretch(from.parse().unwrap(), to.parse().unwrap());
            (told.th, told.en)
        };
        let both = |th: &str, en: &str| (th.to_owned(), en.to_owned());
        assert_eq!(stretch("2012-02-01T00:00:00Z", "2012-03-01T00:00:00Z"), both("กุมภาพันธ์ 2555", "February 2012"));
        assert_eq!(stretch("2012-11-01T00:00:00Z", "2013-02-01T00:00:00Z"), both("พ.ย. 2555 – ม.ค. 2556", "Nov 2012 – Jan 2013"));
        assert_eq!(stretch("2014-06-26T00:00:00Z", "2014-07-10T00:00:00Z"), both("26 มิ.ย. 2557 – 9 ก.ค. 2557", "26 Jun 2014 – 9 Jul 2014"));
        assert_eq!(stretch("2014-06-26T00:00:00Z", "2014-06-27T00:00:00Z"), both("26 มิ.ย. 2557", "26 Jun 2014"));
        assert_eq!(
            stretch("2018-03-07T12:00:00Z", "2018-03-07T14:00:00Z"),
            both("7 มี.ค. 2561 เวลา 06:00–08:00 น. (เวลาท้องถิ่น)", "7 Mar 2018, 06:00–08:00 local time")
        );
        assert_eq!(stretch("2018-07-05T04:00:00Z", "2018-07-05T05:00:00Z").1, "4 Jul 2018, 23:00 – 5 Jul 2018, 00:00 local time");
    }

    #[test]
    fn a_duration_is_told_in_its_largest_whole_unit() {
        assert_eq!(
            [duration(3_600), duration(172_800), duration(90), duration(0)].map(|told| told.en),
            ["1 hour", "2 days", "90 seconds", "0 seconds"]
        );
        assert_eq!(duration(7_200).th, "2 ชั่วโมง");
    }
}
