//! A broker's message in any payload form and under any topic. The first byte chooses form and topic.
#![no_main]

#[path = "common/river.rs"]
#[allow(dead_code, reason = "shared")]
mod river;

use libfuzzer_sys::fuzz_target;
use sala_core::time::Timestamp;
use sala_streams::{Mqtt, Payload, ingest};

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, payload)) = bytes.split_first() else { return };
    let forms = [Payload::Number, Payload::Ndjson, Payload::Csv, Payload::Columns];
    let topic = ["town/level", "town/ratio", "elsewhere"][usize::from(choice / 4) % 3];
    let series = [("town/level", "river.level"), ("town/ratio", "river.ratio")];
    let mqtt = Mqtt {
        host: String::new(),
        port: 1883,
        topic: "town/#".into(),
        client_id: "fuzz".into(),
        payload: forms[usize::from(choice % 4)],
        series: series.map(|(topic, series)| (topic.into(), series.into())).into(),
    };
    if let Ok(batch) = ingest::message(&mqtt, topic, payload, &river::RIVER, "river", Timestamp(0), river::LIMITS) {
        river::check(&batch);
    }
});
