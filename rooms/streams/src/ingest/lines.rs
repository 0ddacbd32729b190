//! NDJSON and CSV: an observation a line. A wrong line is told with its number, the others are taken.

use std::{borrow::Cow, collections::BTreeMap};

use sala_core::{
    problem::{INVALID, Problem},
    text::Lang,
    time::Timestamp,
};
use serde::Deserialize;

use super::{Batch, Block, Limits, MAX_FAULTS, Places, Stray, too_many};
use crate::declaration::Declaration;

/// One line, read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line<'l> {
    #[serde(borrow)]
    series: Cow<'l, str>,
    #[serde(borrow)]
    at: Cow<'l, str>,
    value: f64,
}

/// Reads one line of NDJSON.
pub(super) fn ndjson(line: &str, _: u32) -> Result<Option<Line<'_>>, String> {
    serde_json::from_str(line).map(Some).map_err(|fault| fault.to_string())
}

/// Reads one line of CSV: three fields without quotes. The first line may be the header.
pub(super) fn csv(line: &str, number: u32) -> Result<Option<Line<'_>>, String> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    match fields.as_slice() {
        ["series", "at", "value"] if number == 1 => Ok(None),
        [series, at, value] => {
            let value = value.parse().map_err(|_| format!("`{value}` is not a number"))?;
            Ok(Some(Line { series: Cow::Borrowed(series), at: Cow::Borrowed(at), value }))
        }
        _ => Err("expected series,at,value".into()),
    }
}

/// Times, values and line numbers of one series.
type Gathered = (Vec<i64>, Vec<f64>, Vec<u32>);

type Reader = for<'l> fn(&'l str, u32) -> Result<Option<Line<'l>>, String>;

pub(super) fn read(
    body: &[u8],
    reader: Reader,
    declaration: &Declaration,
    feed: &str,
    limits: Limits,
    lang: Lang,
) -> Result<Batch, Problem> {
    let text = std::str::from_utf8(body)
        .map_err(|fault| INVALID.problem().at(format!("byte {}", fault.valid_up_to()), "the body is not UTF-8"))?;
    let clock = declaration.feed(feed).and_then(|(_, feed)| feed.time_zone.as_ref());
    let mut batch = Batch::default();
    let mut blocks: BTreeMap<u32, Gathered> = BTreeMap::new();
    let mut taken = 0_usize;
    for (line, number) in text.split('\n').zip(1_u32..) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        taken += 1;
        if taken > limits.values {
            return Err(too_many(limits));
        }
        let at_line = || format!("line {number}");
        let read = match reader(line, number) {
            Ok(Some(read)) => read,
            Ok(None) => continue,
            Err(fault) => {
                batch.faults.add(at_line, || fault);
                continue;
            }
        };
        let place = observed(declaration, feed, &read.series);
        let at = match clock {
            Some(clock) => clock.read(&read.at, place.and_then(|place| blocks.get(&place)?.0.last().copied())),
            None => read.at.parse::<Timestamp>(),
        };
        let at = match at {
            Ok(at) => at.0,
            Err(fault) => {
                batch.faults.add(at_line, || fault);
                continue;
            }
        };
        if let Some(place) = place {
            let (times, values, lines) = blocks.entry(place).or_default();
            times.push(at);
            values.push(read.value);
            lines.push(number);
        } else {
            batch.faults.add(at_line, || unknown(&read.series, feed, lang));
            if batch.strays.len() < MAX_FAULTS {
                batch.strays.push(Stray { series: read.series.chars().take(120).collect(), at, value: read.value });
            }
        }
    }
    batch.blocks =
        blocks.into_iter().map(|(series, (at, value, lines))| Block { series, at, value, places: Places::Lines(lines) }).collect();
    Ok(batch)
}

/// The place of an observed series of this feed.
pub(super) fn observed(declaration: &Declaration, feed: &str, series: &str) -> Option<u32> {
    let place = declaration.place(series)?;
    declaration.at(place).filter(|spec| spec.feed == feed && spec.join.is_none()).map(|_| place)
}

pub(super) fn unknown(series: &str, feed: &str, lang: Lang) -> String {
    let series: String = series.chars().take(120).collect();
    match lang {
        Lang::Th => format!("แหล่งข้อมูล {feed} ไม่มีอนุกรม `{series}`"),
        Lang::En => format!("the feed {feed} has no series `{series}` that is observed"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        ingest::{Format, read as read_batch},
        testing::{RIVER, profile, river},
    };

    #[test]
    fn wrong_lines_are_told_and_the_others_taken() {
        let body = br#"{"series":"river.level","at":"2026-01-01T00:00:00Z","value":1.5}
not json

{"series":"sea.level","at":"2026-01-01T00:00:00Z","value":1}
{"series":"river.level","at":"yesterday","value":1}
{"series":"river.level","at":"2026-01-01T07:01:00+07:00","value":2}
"#;
        let batch = read_batch(Format::Ndjson, body, &river(), "river", Limits::default(), Lang::En).unwrap();
        assert_eq!(batch.blocks.len(), 1);
        assert_eq!(batch.blocks[0].value, [1.5, 2.0]);
        assert_eq!(batch.blocks[0].at[1] - batch.blocks[0].at[0], 60_000_000);
        assert_eq!(batch.blocks[0].places, Places::Lines(vec![1, 6]));
        assert_eq!(batch.faults.rejected, 3);
        assert_eq!(batch.faults.errors.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), ["line 2", "line 4", "line 5"]);
        assert_eq!(batch.strays[0].series, "sea.level");
    }

    #[test]
    fn csv_has_a_header_or_none() {
        for body in ["series,at,value\nriver.level,2026-01-01T00:00:00Z,1\n", "river.level, 2026-01-01T00:00:00Z ,1\r\n"] {
            let batch = read_batch(Format::Csv, body.as_bytes(), &river(), "river", Limits::default(), Lang::En).unwrap();
            assert_eq!((batch.blocks[0].value.as_slice(), batch.faults.rejected), (&[1.0][..], 0));
        }
    }

    #[test]
    fn times_without_an_offset_are_those_of_the_feeds_clock() {
        let body = b"river.level,2017-11-05T00:30,1\nriver.level,2017-11-05T01:30,2\nriver.level,2017-11-05T01:30,3\nriver.level,2018-03-11T02:30,4\n";
        let feed = RIVER.replace("idle_s: 30", "idle_s: 30\ntime_zone: America/Chicago");
        let declaration = Declaration::read(profile(&[&feed]).path()).unwrap();
        let batch = read_batch(Format::Csv, body, &declaration, "river", Limits::default(), Lang::En).unwrap();
        let hours: Vec<i64> = batch.blocks[0].at.windows(2).map(|pair| (pair[1] - pair[0]) / 3_600_000_000).collect();
        assert_eq!(
            (hours.as_slice(), batch.faults.errors[0].pointer.as_str()),
            (&[1, 1][..], "line 4"),
            "the hour that comes twice is two hours"
        );
        let batch = read_batch(Format::Csv, body, &river(), "river", Limits::default(), Lang::En).unwrap();
        assert_eq!((batch.blocks.len(), batch.faults.rejected), (0, 4), "a feed without a clock wants offsets");
    }

    #[test]
    fn a_batch_of_too_many_values_is_refused_whole() {
        let limits = Limits { values: 1, ..Limits::default() };
        assert!(read_batch(Format::Csv, b"a,b,c\na,b,c\n", &river(), "river", limits, Lang::En).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            for format in [Format::Ndjson, Format::Csv, Format::Columns] {
                let _ = read_batch(format, &body, &river(), "river", Limits::default(), Lang::Th);
            }
        }
    }
}
