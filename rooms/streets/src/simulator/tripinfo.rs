//! The measure: how long everyone who wanted to drive in the time of the run was kept, read from SUMO's `tripinfo` file as it streams by.
//!
//! delay = Σ (timeLoss + departDelay) / demanded. Demanded is every vehicle whose *intended* departure lies in the time of the run, also
//! one that never got onto the street: a controller that keeps vehicles out of the net must not look good for it.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use serde::{Deserialize, Serialize};

use super::fault::Fault;
use crate::xml;

/// What became of the demand. All times are seconds, means are over the vehicles named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trips {
    /// Mean of time lost on the way and before departure, over all demanded.
    pub delay_s: f64,
    /// Mean of time lost on the way alone (slower than free flow), over all demanded.
    pub time_loss_s: f64,
    /// Mean time standing (below 0.1 m/s), over all demanded.
    pub waiting_s: f64,
    /// Mean time from departure to arrival, over the arrived.
    pub duration_s: f64,
    /// Vehicles that wanted to depart in the time of the run.
    pub demanded: u64,
    /// Of these: reached their end in time.
    pub arrived: u64,
    /// Of these: never got onto the street.
    pub undeparted: u64,
    /// The delay that one vehicle in twenty exceeds (linear between ranks).
    pub p95_delay_s: f64,
    /// The longest delay of all.
    pub worst_delay_s: f64,
}

/// One vehicle of the file.
#[expect(clippy::struct_field_names, reason = "the unit stands in the name")]
#[derive(Debug, Clone, Copy, PartialEq)]
struct Trip {
    depart_s: f64,
    depart_delay_s: f64,
    arrival_s: f64,
    duration_s: f64,
    waiting_s: f64,
    time_loss_s: f64,
}

impl Trips {
    /// Reads the file of a run that took the simulated time from `begin_s` to `end_s`.
    ///
    /// # Errors
    /// [`Fault::File`], and [`Fault::Scenario`] when the file breaks off or lacks what SUMO always writes.
    pub fn read(path: &Path, begin_s: f64, end_s: f64) -> Result<Self, Fault> {
        let file = File::open(path).map_err(|cause| Fault::file(path, cause))?;
        Self::parse(BufReader::new(file), begin_s, end_s).map_err(|why| Fault::scenario(path, why))
    }

    fn parse(bytes: impl BufRead, begin_s: f64, end_s: f64) -> Result<Self, String> {
        let mut reader = Reader::from_reader(bytes);
        let (mut buffer, mut sums, mut is_whole) = (vec![], Sums::default(), false);
        loop {
            match reader.read_event_into(&mut buffer).map_err(|fault| fault.to_string())? {
                Event::Start(element) | Event::Empty(element) if element.name().as_ref() == b"tripinfo" => {
                    sums.take(&trip(&element)?, begin_s, end_s);
                }
                Event::End(element) if element.name().as_ref() == b"tripinfos" => is_whole = true,
                Event::Empty(element) if element.name().as_ref() == b"tripinfos" => is_whole = true,
                Event::Eof if is_whole => return Ok(sums.trips()),
                Event::Eof => return Err("it breaks off before its end".into()),
                _ => (),
            }
            buffer.clear();
        }
    }
}

fn trip(element: &BytesStart<'_>) -> Result<Trip, String> {
    let number = |name: &str| xml::number(element, name)?.ok_or_else(|| format!("a tripinfo has no {name}"));
    Ok(Trip {
        depart_s: number("depart")?,
        depart_delay_s: number("departDelay")?,
        arrival_s: number("arrival")?,
        duration_s: number("duration")?,
        waiting_s: number("waitingTime")?,
        time_loss_s: number("timeLoss")?,
    })
}

#[derive(Debug, Default)]
struct Sums {
    delays_s: Vec<f64>,
    time_loss_s: f64,
    waiting_s: f64,
    duration_s: f64,
    arrived: u64,
    undeparted: u64,
}

impl Sums {
    fn take(&mut self, trip: &Trip, begin_s: f64, end_s: f64) {
        let has_departed = trip.depart_s >= 0.0;
        // Who never departed has waited until the end.
        let intended_s = if has_departed { trip.depart_s } else { end_s } - trip.depart_delay_s;
        if intended_s < begin_s - 0.005 || intended_s >= end_s {
            return;
        }
        self.delays_s.push(trip.time_loss_s + trip.depart_delay_s);
        self.time_loss_s += trip.time_loss_s;
        self.waiting_s += trip.waiting_s;
        if !has_departed {
            self.undeparted += 1;
        } else if trip.arrival_s >= 0.0 {
            self.arrived += 1;
            self.duration_s += trip.duration_s;
        }
    }

    fn trips(mut self) -> Trips {
        self.delays_s.sort_by(f64::total_cmp);
        let demanded = u64::try_from(self.delays_s.len()).unwrap_or(u64::MAX);
        Trips {
            delay_s: mean(self.delays_s.iter().sum(), demanded),
            time_loss_s: mean(self.time_loss_s, demanded),
            waiting_s: mean(self.waiting_s, demanded),
            duration_s: mean(self.duration_s, self.arrived),
            demanded,
            arrived: self.arrived,
            undeparted: self.undeparted,
            p95_delay_s: quantile(&self.delays_s, 95),
            worst_delay_s: self.delays_s.last().copied().unwrap_or(0.0),
        }
    }
}

/// 0 of nothing.
#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a count of vehicles, far below 2^52")]
fn mean(sum: f64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { sum / count as f64 }
}

/// Quantile in percent of sorted values, linear between the two nearest ranks; 0 of nothing.
#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a remainder below 100")]
fn quantile(sorted: &[f64], percent: usize) -> f64 {
    let scaled = sorted.len().saturating_sub(1) * percent;
    let (rank, rest) = (scaled / 100, (scaled % 100) as f64 / 100.0);
    let low = sorted.get(rank).copied().unwrap_or(0.0);
    let high = sorted.get(rank + 1).copied().unwrap_or(low);
    low + (high - low) * rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(depart: f64, delay: f64, arrival: f64, duration: f64, loss: f64) -> String {
        format!(
            r#"<tripinfo id="v" depart="{depart}" departDelay="{delay}" arrival="{arrival}" duration="{duration}" waitingTime="{}" timeLoss="{loss}"><emissions/></tripinfo>"#,
            loss / 2.0
        )
    }

    #[test]
    fn everyone_who_wanted_to_drive_is_counted() {
        let lines = [
            line(110.0, 10.0, 190.0, 80.0, 20.0),  // arrived
            line(150.0, 0.0, -1.0, 50.0, 30.0),    // on its way at the end
            line(-1.0, 60.0, -1.0, 0.0, 0.0),      // never departed
            line(100.0, 20.0, 150.0, 50.0, 500.0), // wanted to depart before the run
        ];
        let trips =
            Trips::parse(format!("<?xml version=\"1.0\"?><tripinfos>{}</tripinfos>", lines.concat()).as_bytes(), 100.0, 200.0).unwrap();
        assert_eq!((trips.demanded, trips.arrived, trips.undeparted), (3, 1, 1));
        assert!((trips.delay_s - 40.0).abs() < 1e-9, "{trips:?}"); // (30 + 30 + 60) / 3
        assert!((trips.duration_s - 80.0).abs() < 1e-9);
        assert!((trips.waiting_s - 25.0 / 3.0).abs() < 1e-9);
        assert!((trips.p95_delay_s - 57.0).abs() < 1e-9, "{trips:?}"); // between ranks 1 and 2 of 30, 30, 60
        assert!((trips.worst_delay_s - 60.0).abs() < 1e-9);
    }

    #[test]
    fn a_file_that_breaks_off_is_refused() {
        let whole = format!("<tripinfos>{}</tripinfos>", line(1.0, 0.0, 5.0, 4.0, 1.0));
        assert!(Trips::parse(whole.as_bytes(), 0.0, 10.0).is_ok());
        for cut in 0..whole.len() {
            assert!(Trips::parse(&whole.as_bytes()[..cut], 0.0, 10.0).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn nobody_on_the_street_is_no_delay() {
        let trips = Trips::parse(&b"<tripinfos/>"[..], 0.0, 10.0).unwrap();
        assert_eq!((trips.demanded, trips.delay_s.to_bits()), (0, 0));
    }

    #[test]
    fn a_number_that_is_none_is_named() {
        let why = Trips::parse(&br#"<tripinfos><tripinfo depart="x"/></tripinfos>"#[..], 0.0, 10.0).unwrap_err();
        assert_eq!(why, r#"depart="x" is no number"#);
    }
}
