//! From a SUMO network to the plan along which a district is drawn.

use std::{io::Read, path::Path};

use sala_core::problem::{INVALID, Problem};
use sala_district::draw::{Junction, Lane, StreetPlan};
use sala_signals::network::{EdgeFunction, Network};

/// Bytes of a network once unpacked.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// Reads a SUMO network, packed with gzip or not.
///
/// # Errors
/// `invalid` with what is wrong with the file.
pub fn street_plan(path: &Path) -> Result<StreetPlan, Problem> {
    let wrong = |detail: String| INVALID.problem().at("--net", format!("{}: {detail}", path.display()));
    let bytes = std::fs::read(path).map_err(|fault| wrong(fault.to_string()))?;
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = flate2::read::GzDecoder::new(bytes.as_slice()).take(MOST_BYTES);
        unpacked.read_to_string(&mut text).map_err(|fault| wrong(fault.to_string()))?;
    } else {
        text = String::from_utf8(bytes).map_err(|fault| wrong(fault.to_string()))?;
    }
    let network = Network::read(&text, 0.0).map_err(|fault| wrong(fault.to_string()))?;
    let turned = |line: &[(f64, f64)]| line.iter().map(|(x, y)| [*x, *y]).collect::<Vec<[f64; 2]>>();
    let mut lanes = Vec::new();
    for (_, edge) in network.edges.iter().filter(|(_, edge)| edge.function == EdgeFunction::Normal) {
        for lane in edge.lanes.iter().map(|lane| network.lanes.of(*lane)) {
            lanes.push(Lane {
                street: edge.id.clone(),
                line: turned(&lane.shape),
                width_m: lane.width_m,
                is_for_vehicles: lane.is_for_vehicles,
            });
        }
    }
    let junctions = network.junctions.iter().map(|(_, junction)| Junction { id: junction.id.clone(), outline: turned(&junction.shape) });
    Ok(StreetPlan { lanes, junctions: junctions.collect() })
}
