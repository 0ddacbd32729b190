//! What is kept of a minute: what the sensors gave each second, what was decided, what the lamps showed.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Control;
use crate::simulator::{detectors::Told, eyes::Sighting, senses::Raw};

/// A minute after unpacking: beyond it something is wrong with the row.
const UNPACKED_LIMIT: u64 = 256 << 20;

/// One second of a round.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Simulated time, ms.
    pub now_ms: i64,
    /// Who was asked.
    pub control: Control,
    /// Whether it began anew in this second.
    pub is_new: bool,
    /// What the sensors gave.
    pub raw: Raw,
    /// What was wanted: signal and phase. `None` is silence.
    pub said: Option<Vec<(u32, u16)>>,
    /// What the lamps of each signal showed then.
    pub lamps: Vec<String>,
}

/// A minute as it is kept and committed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Deflated CBOR of what the sensors gave.
    pub inputs: Vec<u8>,
    /// Deflated CBOR of what was decided.
    pub decisions: Vec<u8>,
    /// SHA-256 of the inputs before deflating.
    pub inputs_sha256: [u8; 32],
    /// SHA-256 of the decisions before deflating.
    pub decisions_sha256: [u8; 32],
}

/// The vehicle's number in its round, lane, then cm along it, cm/s, cm of length.
type Seen = (u32, u32, i64, i64, i64);

#[derive(Serialize, Deserialize)]
enum Input {
    Camera(Vec<Seen>),
    Loops(Vec<Vec<Told>>),
}

type Inputs = Vec<(i64, Input)>;
type Decision = (i64, Control, bool, Option<Vec<(u32, u16)>>, Vec<String>);

/// Vehicles of a round by number: the record needs to tell them apart, not to know them.
#[derive(Debug, Default)]
pub struct Tracks {
    numbers: BTreeMap<String, u32>,
}

impl Tracks {
    /// What the sensors gave as it is decided on and kept: numbers for names, whole centimetres.
    pub fn tidy(&mut self, raw: Raw) -> Raw {
        match raw {
            Raw::Camera(sightings) => Raw::Camera(sightings.into_iter().map(|seen| self.tidy_one(seen)).collect()),
            loops @ Raw::Loops(_) => loops,
        }
    }

    fn tidy_one(&mut self, seen: Sighting) -> Sighting {
        let Sighting { id, lane, position_m, speed_mps, length_m } = seen;
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(id).or_insert(next);
        let [position_m, speed_mps, length_m] = [position_m, speed_mps, length_m].map(|value| metres(centimetres(value)));
        Sighting { id: number.to_string(), lane, position_m, speed_mps, length_m }
    }
}

/// Packs a minute of tidied ticks.
pub fn pack(ticks: &[Tick]) -> std::io::Result<Packed> {
    let inputs: Inputs = ticks.iter().map(|tick| (tick.now_ms, input(&tick.raw))).collect();
    let decisions: Vec<Decision> =
        ticks.iter().map(|tick| (tick.now_ms, tick.control, tick.is_new, tick.said.clone(), tick.lamps.clone())).collect();
    let (inputs, inputs_sha256) = squeeze(&inputs)?;
    let (decisions, decisions_sha256) = squeeze(&decisions)?;
    Ok(Packed { inputs, decisions, inputs_sha256, decisions_sha256 })
}

/// Reads a minute, and finds its hashes anew.
///
/// # Errors
/// When the rows are not what [`pack`] writes.
pub fn unpack(inputs: &[u8], decisions: &[u8]) -> std::io::Result<(Vec<Tick>, Packed)> {
    let (seen, inputs_sha256): (Inputs, _) = unsqueeze(inputs)?;
    let (decided, decisions_sha256): (Vec<Decision>, _) = unsqueeze(decisions)?;
    if seen.len() != decided.len() || seen.iter().zip(&decided).any(|(input, decision)| input.0 != decision.0) {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "inputs and decisions are of different seconds"));
    }
    let ticks = seen.into_iter().zip(decided).map(|((now_ms, input), (_, control, is_new, said, lamps))| Tick {
        now_ms,
        control,
        is_new,
        raw: raw(input),
        said,
        lamps,
    });
    let packed = Packed { inputs: inputs.to_vec(), decisions: decisions.to_vec(), inputs_sha256, decisions_sha256 };
    Ok((ticks.collect(), packed))
}

fn input(raw: &Raw) -> Input {
    match raw {
        Raw::Loops(told) => Input::Loops(told.clone()),
        Raw::Camera(sightings) => Input::Camera(
            sightings
                .iter()
                .map(|Sighting { id, lane, position_m, speed_mps, length_m }| {
                    let number = id.parse().unwrap_or(u32::MAX);
                    (number, *lane, centimetres(*position_m), centimetres(*speed_mps), centimetres(*length_m))
                })
                .collect(),
        ),
    }
}

fn raw(input: Input) -> Raw {
    match input {
        Input::Loops(told) => Raw::Loops(told),
        Input::Camera(seen) => Raw::Camera(
            seen.into_iter()
                .map(|(number, lane, position, speed, length)| Sighting {
                    id: number.to_string(),
                    lane,
                    position_m: metres(position),
                    speed_mps: metres(speed),
                    length_m: metres(length),
                })
                .collect(),
        ),
    }
}

fn squeeze(what: &impl Serialize) -> std::io::Result<(Vec<u8>, [u8; 32])> {
    let mut plain = vec![];
    ciborium::into_writer(what, &mut plain).map_err(|fault| std::io::Error::other(fault.to_string()))?;
    let mut encoder = DeflateEncoder::new(vec![], Compression::fast());
    encoder.write_all(&plain)?;
    Ok((encoder.finish()?, Sha256::digest(&plain).into()))
}

fn unsqueeze<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> std::io::Result<(T, [u8; 32])> {
    let mut plain = vec![];
    DeflateDecoder::new(bytes).take(UNPACKED_LIMIT).read_to_end(&mut plain)?;
    let read = ciborium::from_reader(plain.as_slice());
    let read = read.map_err(|fault| std::io::Error::new(std::io::ErrorKind::InvalidData, fault.to_string()))?;
    Ok((read, Sha256::digest(&plain).into()))
}

#[expect(clippy::cast_possible_truncation, clippy::as_conversions, reason = "lengths of a street; `as` saturates")]
fn centimetres(metres: f64) -> i64 {
    (metres * 100.0).round() as i64
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "lengths of a street, far below 2^52 cm")]
fn metres(centimetres: i64) -> f64 {
    centimetres as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sighting(id: &str, position_m: f64) -> Sighting {
        Sighting { id: id.into(), lane: 3, position_m, speed_mps: 13.888_888, length_m: 4.3 }
    }

    #[test]
    fn a_vehicle_keeps_its_number_and_loses_its_name() {
        let mut tracks = Tracks::default();
        let first = tracks.tidy(Raw::Camera(vec![sighting("bus.7", 12.345_678), sighting("anna", 3.0)]));
        let second = tracks.tidy(Raw::Camera(vec![sighting("anna", 4.0), sighting("carl", 1.0)]));
        let ids = |raw: &Raw| match raw {
            Raw::Camera(seen) => seen.iter().map(|seen| seen.id.clone()).collect::<Vec<_>>(),
            Raw::Loops(_) => vec![],
        };
        assert_eq!((ids(&first), ids(&second)), (vec!["0".into(), "1".into()], vec!["1".into(), "2".into()]));
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_again(places in prop::collection::vec((0_u32..50, -10.0_f64..5_000.0, 0.0_f64..60.0), 0..40), said in any::<Option<Vec<(u32, u16)>>>()) {
            let mut tracks = Tracks::default();
            let seen = places.iter().map(|(lane, position_m, speed_mps)| Sighting {
                id: format!("v{position_m}"), lane: *lane, position_m: *position_m, speed_mps: *speed_mps, length_m: 5.0,
            });
            let raw = tracks.tidy(Raw::Camera(seen.collect()));
            let loops = Raw::Loops(vec![vec![Told { is_occupied: true, occupied_ms: 700, passed: 2, idle_ms: 0 }], vec![]]);
            let tick = |now_ms, raw| Tick { now_ms, control: Control::Adaptive, is_new: now_ms == 1_000, raw, said: said.clone(), lamps: vec!["GrG".into(), String::new()] };
            let ticks = vec![tick(1_000, raw), tick(2_000, loops)];
            let packed = pack(&ticks).unwrap();
            let (read, again) = unpack(&packed.inputs, &packed.decisions).unwrap();
            prop_assert_eq!(read, ticks);
            prop_assert_eq!(again, packed);
        }

        #[test]
        fn any_bytes_are_read_or_refused(inputs in prop::collection::vec(any::<u8>(), 0..200), decisions in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(&inputs, &decisions);
        }
    }
}
