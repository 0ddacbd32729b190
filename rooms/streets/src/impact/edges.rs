//! What happened on each edge: SUMO's `edgeData` of a run, and the difference between two arms over several seeds.

use std::{collections::BTreeMap, io::BufRead};

use quick_xml::{Reader, events::Event};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::xml::{attribute, number};

/// One edge in one run, over the whole time of the run.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct EdgeFlow {
    /// Vehicles that entered or departed on the edge.
    pub vehicles: f64,
    /// Mean speed in m/s over all that drove there; 0 where nobody did.
    pub speed_mps: f64,
    /// Vehicle-seconds spent on the edge.
    pub occupied_s: f64,
    /// Vehicle-seconds lost against free flow.
    pub time_loss_s: f64,
    /// Carbon dioxide in grams.
    pub co2_g: f64,
}

/// What one run did on each edge.
pub type EdgeFlows = BTreeMap<String, EdgeFlow>;

/// A quantity before and after, as means over the seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BeforeAfter {
    /// Without the change.
    pub before: f64,
    /// With it.
    pub after: f64,
}

/// Adds the `edgeData` file of traffic, or of emissions, of one run to what is known of it.
///
/// # Errors
/// A sentence, when the file is not what SUMO writes.
pub fn read(bytes: impl BufRead, flows: &mut EdgeFlows) -> Result<(), String> {
    let mut reader = Reader::from_reader(bytes);
    let mut buffer = vec![];
    let mut is_whole = false;
    loop {
        match reader.read_event_into(&mut buffer).map_err(|fault| fault.to_string())? {
            Event::Start(element) | Event::Empty(element) if element.name().as_ref() == b"edge" => {
                let id = attribute(&element, "id")?.ok_or("an edge has no id")?;
                let figure = |name: &str| number(&element, name).map(Option::unwrap_or_default);
                let flow = flows.entry(id).or_default();
                // Those that left by changing lanes count on the same edge; those that departed here were not counted as entering.
                flow.vehicles += figure("entered")? + figure("departed")?;
                flow.speed_mps = flow.speed_mps.max(figure("speed")?);
                flow.occupied_s += figure("sampledSeconds")? * if attribute(&element, "CO2_abs")?.is_some() { 0.0 } else { 1.0 };
                flow.time_loss_s += figure("timeLoss")?;
                flow.co2_g += figure("CO2_abs")? / 1000.0;
            }
            Event::End(element) if element.name().as_ref() == b"meandata" => is_whole = true,
            Event::Empty(element) if element.name().as_ref() == b"meandata" => is_whole = true,
            Event::Eof if is_whole => return Ok(()),
            Event::Eof => return Err("it breaks off before its end".into()),
            _ => {}
        }
        buffer.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{EdgeFlows, read};

    #[test]
    fn traffic_and_emissions_of_a_run_come_together() {
        let mut flows = EdgeFlows::new();
        let traffic = r#"<meandata><interval begin="0" end="60" id="t"><edge id="a" sampledSeconds="120.00" speed="7.5" timeLoss="30.5" entered="4" departed="2" left="6"/><edge id="b"/></interval></meandata>"#;
        read(traffic.as_bytes(), &mut flows).unwrap();
        let emissions = r#"<meandata><interval begin="0" end="60" id="e"><edge id="a" sampledSeconds="120.00" CO2_abs="2500000.0"/></interval></meandata>"#;
        read(emissions.as_bytes(), &mut flows).unwrap();
        let flow = flows["a"];
        assert_eq!((flow.vehicles, flow.occupied_s, flow.time_loss_s, flow.co2_g, flow.speed_mps), (6.0, 120.0, 30.5, 2500.0, 7.5));
        assert!(read(&traffic.as_bytes()[..traffic.len() - 4], &mut flows).is_err());
        assert!(read(&b"<meandata><interval><edge id=\"a\" entered=\"NaN\"/></interval></meandata>"[..], &mut flows).is_err());
    }
}
