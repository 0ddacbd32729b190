//! A place's clock. Zones are those of the IANA time zone database that is part of the binary, never of the computer, so that every
//! copy of a hall reads a local time alike.

use std::fmt;

use jiff::{
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};
use sala_core::time::Timestamp;
use serde::{Deserialize, Deserializer, de::Error};

/// A time zone, such as `Asia/Bangkok`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// UTC.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zone of this IANA name. An error says what is expected.
    pub fn named(name: &str) -> Result<Self, String> {
        let zone = TimeZoneDatabase::bundled().get(name);
        zone.map(Self).map_err(|_| format!("`{name}` is no time zone; expected an IANA name such as Asia/Bangkok"))
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// What a clock there shows at this moment; the first moment of 1970 for one that no calendar reaches.
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
    }

    /// Reads a time: RFC 3339 with an offset, or without one as a clock there shows it. What a clock shows twice when it is put back is
    /// the first of the two moments, or the second when the first is not later than `after` (µs): so the rows of a file stay in order.
    /// What it never shows, because it is put forward, is refused.
    pub(crate) fn read(&self, text: &str, after: Option<i64>) -> Result<Timestamp, String> {
        let fault = match text.parse::<Timestamp>() {
            Ok(at) => return Ok(at),
            Err(fault) => fault,
        };
        let shown: DateTime = text.parse().map_err(|_| fault)?;
        let ambiguous = self.0.to_ambiguous_timestamp(shown);
        let moment = |read: Result<jiff::Timestamp, jiff::Error>| {
            read.map(|at| Timestamp(at.as_microsecond())).map_err(|_| format!("`{text}` lies outside the calendar"))
        };
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => moment(ambiguous.unambiguous()),
            AmbiguousOffset::Gap { .. } => Err(format!("`{text}` does not exist in {}: the clocks are put forward over it", self.name())),
            AmbiguousOffset::Fold { .. } => {
                let first = moment(ambiguous.earlier())?;
                if after.is_some_and(|after| first.0 <= after) { moment(ambiguous.later()) } else { Ok(first) }
            }
        }
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::named(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, after: Option<&str>) -> Result<String, String> {
        let after = after.map(|after| after.parse::<Timestamp>().unwrap().0);
        Zone::named("America/Chicago").unwrap().read(text, after).map(|at| at.to_string())
    }

    #[test]
    fn local_times_follow_the_offset_of_their_season() {
        assert_eq!(read("2018-03-07T06:00", None).unwrap(), "2018-03-07T12:00:00Z");
        assert_eq!(read("2018-07-04T06:00:00", None).unwrap(), "2018-07-04T11:00:00Z");
        assert_eq!(read("2018-07-04T06:00:00+07:00", None).unwrap(), "2018-07-03T23:00:00Z", "an offset is taken at its word");
    }

    #[test]
    fn an_hour_that_comes_twice_is_read_in_order_and_one_that_never_comes_is_refused() {
        assert_eq!(read("2017-11-05T01:00", None).unwrap(), "2017-11-05T06:00:00Z");
        assert_eq!(read("2017-11-05T01:00", Some("2017-11-05T05:00:00Z")).unwrap(), "2017-11-05T06:00:00Z");
        assert_eq!(read("2017-11-05T01:00", Some("2017-11-05T06:00:00Z")).unwrap(), "2017-11-05T07:00:00Z");
        assert!(read("2018-03-11T02:00", None).unwrap_err().contains("does not exist in America/Chicago"));
        assert!(read("2018-03-11", None).is_ok_and(|at| at == "2018-03-11T06:00:00Z"), "a day is its first moment");
        assert!(read("noon", None).unwrap_err().contains("RFC 3339"));
    }

    #[test]
    fn a_zone_must_have_a_name_that_is_known() {
        assert!(Zone::named("Asia/Krung_Thep").is_err());
        assert_eq!(Zone::named("Asia/Bangkok").unwrap().local("2026-11-22T20:00:00Z".parse().unwrap()).to_string(), "2026-11-23T03:00:00");
    }
}
