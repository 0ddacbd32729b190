//! `sala city import`: somebody's city and ground, with licence and provenance.

use sala_core::{
    problem::{INVALID, Problem},
    text::Text,
};
use sala_district::{CityModel, District, Frame, Raster};

use super::{FolderFiles, files_of};
use crate::declaration::{CityFile, Kind, Layers};

/// What is imported, and whose it is.
#[derive(Debug, Clone)]
pub struct ImportOrder {
    /// Its name in the profile.
    pub id: String,
    /// What people read.
    pub title: Text,
    /// What it is.
    pub about: Text,
    /// The street of the profile that lies in it.
    pub street: Option<String>,
    /// How it came to be.
    pub kind: Kind,
    /// Who made it, and from what.
    pub source: String,
    /// Under which terms.
    pub licence: String,
    /// Where it came from.
    pub url: Option<String>,
    /// When it was taken.
    pub captured: Option<String>,
    /// As the licence asks for it.
    pub attribution: Text,
    /// At most of this level of detail.
    pub lod: Option<f64>,
    /// Side of a cell of the ground, m.
    pub cell_m: f64,
}

/// What came of an import.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The files.
    pub files: FolderFiles,
    /// How many objects are drawn.
    pub objects: usize,
    /// How many tiles.
    pub tiles: usize,
    /// What was left out.
    pub notes: Vec<String>,
}

/// Files of a city and, if given, its ground as GeoTIFF in the same reference system.
///
/// # Errors
/// `invalid` with the option and what is wrong with what it names.
pub fn imported(order: &ImportOrder, city: &[u8], terrain: Option<&[u8]>) -> Result<Imported, Problem> {
    let wrong = |option: &str, detail: String| INVALID.problem().at(option, detail);
    let model = CityModel::read(city).map_err(|fault| wrong("--cityjson", fault.to_string()))?;
    let frame = Frame::around(&model).ok_or_else(|| wrong("--cityjson", "No object has a surface to draw.".into()))?;
    let district = District::new(&model, frame, order.lod).map_err(|fault| wrong("--cityjson", fault.to_string()))?;
    let ground = terrain
        .map(|bytes| Raster::read(bytes).and_then(|raster| raster.terrain(frame, order.cell_m, model.epsg)))
        .transpose()
        .map_err(|fault| wrong("--terrain", fault.to_string()))?;
    let declared = CityFile {
        id: order.id.clone(),
        title: order.title.clone(),
        about: order.about.clone(),
        street: order.street.clone(),
        kind: order.kind,
        source: order.source.clone(),
        licence: order.licence.clone(),
        url: order.url.clone(),
        captured: order.captured.clone(),
        attribution: order.attribution.clone(),
        uncertainty: None,
        crs: model.epsg.map(|code| format!("EPSG:{code}")),
        origin: frame.origin,
        size: frame.size,
        layers: Layers::default(),
        flood: None,
    };
    if let Some((place, what)) = declared.faults().into_iter().next() {
        return Err(wrong(&format!("-{}", place.replace('/', "-")), what));
    }
    let files = files_of(&declared, &district, ground.as_ref());
    Ok(Imported { files, objects: district.objects.len(), tiles: district.tiles.len(), notes: district.notes })
}
