//! `sala city draw`: a district invented along streets.

use std::path::Path;

use sala_core::{
    problem::{INVALID, Problem},
    text::Text,
};
use sala_district::{
    CityModel, District,
    draw::{Drawn, draw},
};

use super::{FolderFiles, files_of, street_plan};
use crate::declaration::{CityFile, FloodGround, Kind, Layers, Water};

/// What is drawn, and what it is called.
#[derive(Debug, Clone)]
pub struct DrawOrder {
    /// Its name in the profile.
    pub id: String,
    /// What people read.
    pub title: Text,
    /// The street of the profile that lies in it.
    pub street: Option<String>,
    /// Whose streets these are.
    pub streets_by: Text,
    /// Licence of the streets.
    pub streets_licence: String,
    /// Where the streets came from.
    pub url: Option<String>,
    /// Side of a cell of the ground, m.
    pub cell_m: f64,
    /// Another seed, another district.
    pub seed: u64,
}

/// Files of a drawn district, and the CityJSON that it was made from.
///
/// # Errors
/// `invalid` for a network that can't be read or drawn.
pub fn drawn(order: &DrawOrder, net: &Path) -> Result<(FolderFiles, serde_json::Value), Problem> {
    let wrong = |detail: String| INVALID.problem().at("--net", detail);
    let Drawn { frame, city, terrain, khlong } =
        draw(&street_plan(net)?, order.cell_m, order.seed).map_err(|fault| wrong(fault.to_string()))?;
    // Our own reader takes it as it would anybody else's city.
    let model = CityModel::read(city.to_string().as_bytes()).map_err(|fault| wrong(fault.to_string()))?;
    let district = District::new(&model, frame, None).map_err(|fault| wrong(fault.to_string()))?;
    let cents = |metres: f64| (metres * 100.0).round() / 100.0;
    let streets = &order.streets_by;
    let declared = CityFile {
        id: order.id.clone(),
        title: order.title.clone(),
        about: Text::new(
            "แบบจำลองย่านตามแนวถนนจริง อาคาร คลอง วัด ตลาด โรงเรียน และต้นไม้ในแบบจำลองนี้แต่งขึ้นเพื่อสาธิต ไม่ใช่ของที่มีอยู่จริง",
            "A district along real streets. Its buildings, khlong, temple, market, school and trees are invented for demonstration; the streets are not.",
        ),
        street: order.street.clone(),
        kind: Kind::Synthetic,
        source: format!("Streets: {}. Everything else: drawn by `sala city draw` (seed {}).", streets.en, order.seed),
        licence: format!("CC0-1.0 AND {}", order.streets_licence),
        url: order.url.clone(),
        captured: None,
        attribution: Text::new(
            format!("แนวถนน: {} ({}) อาคารและสิ่งอื่นแต่งขึ้น (CC0-1.0)", streets.th, order.streets_licence),
            format!("Streets: {} ({}). Buildings and all else are invented (CC0-1.0).", streets.en, order.streets_licence),
        ),
        uncertainty: Some(Text::new(
            "แนวถนนถูกต้องตามโครงข่ายต้นทาง ความสูงของพื้นดินและอาคารทั้งหมดแต่งขึ้น ผลน้ำท่วมจึงใช้ดูวิธีคิดเท่านั้น",
            "Streets are as in the network. Heights of ground and buildings are invented, so floods show the method only.",
        )),
        crs: None,
        origin: frame.origin,
        size: frame.size,
        layers: Layers::default(),
        flood: Some(FloodGround {
            roughness: 0.035,
            drains_mm_h: 20.0,
            water: vec![Water {
                line: khlong.line.iter().map(|place| place.map(cents)).collect(),
                width_m: khlong.width_m,
                level_m: khlong.level_m,
            }],
        }),
    };
    if let Some((place, what)) = declared.faults().into_iter().next() {
        return Err(INVALID.problem().at(format!("-{}", place.replace('/', "-")), what));
    }
    Ok((files_of(&declared, &district, Some(&terrain)), city))
}
