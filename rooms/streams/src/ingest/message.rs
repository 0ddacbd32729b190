//! The payload of a broker's message.

use sala_core::{problem::Problem, text::Lang, time::Timestamp};

use super::{Batch, Block, Format, Limits, Places, Stray};
use crate::declaration::{Declaration, Mqtt, Payload};

/// So much of an unreadable payload is told back.
const TOLD: usize = 40;

/// Reads a message for a feed as its declaration says. `at` is the time of a bare number. A Problem only when nothing of it can be
/// trusted.
pub fn message(
    mqtt: &Mqtt,
    topic: &str,
    payload: &[u8],
    declaration: &Declaration,
    feed: &str,
    at: Timestamp,
    limits: Limits,
) -> Result<Batch, Problem> {
    if let Some(format) = Format::of_payload(mqtt.payload) {
        return super::read(format, payload, declaration, feed, limits, Lang::En);
    }
    let mut batch = Batch::default();
    let number = std::str::from_utf8(payload).ok().and_then(|text| text.trim().parse::<f64>().ok());
    let series = mqtt.series.get(topic).and_then(|series| super::lines::observed(declaration, feed, series));
    match (number, series) {
        (Some(value), Some(series)) => {
            batch.blocks.push(Block { series, at: vec![at.0], value: vec![value], places: Places::None });
        }
        (Some(value), None) => {
            batch.faults.add(|| topic.to_owned(), || "no series is declared for this topic".into());
            batch.strays.push(Stray { series: topic.chars().take(120).collect(), at: at.0, value });
        }
        (None, _) => {
            let told: String = String::from_utf8_lossy(payload).chars().take(TOLD).collect();
            batch.faults.add(|| topic.to_owned(), || format!("{told:?} is not a number (payload {:?})", Payload::Number));
        }
    }
    Ok(batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::river;

    fn read(topic: &str, payload: &[u8]) -> Batch {
        let series = [("town/level", "river.level"), ("town/ratio", "river.ratio"), ("town/gone", "river.gone")];
        let mqtt = Mqtt {
            host: String::new(),
            port: 1883,
            topic: "town/#".into(),
            client_id: "hall".into(),
            payload: Payload::Number,
            series: series.map(|(topic, series)| (topic.to_owned(), series.to_owned())).into(),
        };
        message(&mqtt, topic, payload, &river(), "river", Timestamp(7), Limits::default()).unwrap()
    }

    #[test]
    fn a_bare_number_is_a_value_of_its_topic() {
        let batch = read("town/level", b" 1.5\n");
        assert_eq!((batch.blocks[0].at.as_slice(), batch.blocks[0].value.as_slice()), (&[7][..], &[1.5][..]));
    }

    #[test]
    fn what_no_series_takes_is_told() {
        for topic in ["town/other", "town/gone", "town/ratio"] {
            let batch = read(topic, b"1.5");
            assert_eq!((batch.blocks.len(), batch.faults.rejected, batch.strays.len()), (0, 1, 1), "{topic}");
        }
        let long = read("town/level", &[b'x'; 10_000]);
        assert!(long.faults.errors[0].detail.len() < 100);
    }
}
