//! CityJSON 1.0, 1.1 and 2.0 (<https://www.cityjson.org/specs/>) as plain polygons in space.

mod document;
mod error;

use std::collections::BTreeMap;

use serde_json::Value;

use self::document::{Document, Face, GeometryFile, Shape};
pub use self::error::CityJsonError;
use crate::vector::{Point, bounds, dot};

/// More corners than a table in a browser can show.
const MOST_VERTICES: usize = 5_000_000;
/// Corners drawn, each use counted: templates can be used often.
const MOST_CORNERS: usize = 20_000_000;
const MOST_OBJECTS: usize = 1_000_000;

/// A city as its file has it: metres in its own CRS, x east, y north, z up.
#[derive(Debug, Clone, PartialEq)]
pub struct CityModel {
    /// `1.0`, `1.1` or `2.0`.
    pub version: String,
    /// EPSG code of its reference system, if it says so in a known way.
    pub epsg: Option<u32>,
    /// Sorted by id.
    pub objects: Vec<CityObject>,
    /// What was passed over, as sentences.
    pub notes: Vec<String>,
}

/// One object of a city.
#[derive(Debug, Clone, PartialEq)]
pub struct CityObject {
    /// As in the file.
    pub id: String,
    /// `Building`, `Road`, … or one of an extension (`+…`).
    pub kind: String,
    /// Of which object it is a part.
    pub parent: Option<String>,
    /// As in the file.
    pub attributes: BTreeMap<String, Value>,
    /// As declared: least x, y, z, greatest x, y, z.
    pub extent: Option<[f64; 6]>,
    /// Its geometries with surfaces, in the order of the file.
    pub geometries: Vec<Geometry>,
}

/// One geometry: polygons, and whether they close.
#[derive(Debug, Clone, PartialEq)]
pub struct Geometry {
    /// Level of detail, such as 2.2; 0 where the file says nothing.
    pub lod: f64,
    /// Declared as solids: outer shells' faces look outwards.
    pub is_solid: bool,
    /// Its polygons.
    pub faces: Vec<Polygon>,
}

/// A flat polygon: the outer ring, then holes. Rings do not repeat their first corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Polygon {
    /// At least one.
    pub rings: Vec<Vec<Point>>,
    /// `RoofSurface`, `WallSurface`, … of its semantics.
    pub surface: Option<String>,
    /// Diffuse colour of its material, sRGB, each 0…1.
    pub colour: Option<[f64; 3]>,
}

impl CityObject {
    /// Its geometry of the highest level of detail, but at most of `lod` where there is one that low.
    pub fn geometry(&self, lod: Option<f64>) -> Option<&Geometry> {
        let highest = |geometries: &mut dyn Iterator<Item = &'_ Geometry>| -> Option<f64> {
            geometries.map(|geometry| geometry.lod).max_by(f64::total_cmp)
        };
        let chosen = lod
            .and_then(|most| highest(&mut self.geometries.iter().filter(|geometry| geometry.lod <= most)))
            .or_else(|| highest(&mut self.geometries.iter()))?;
        self.geometries.iter().find(|geometry| geometry.lod.total_cmp(&chosen).is_eq())
    }
}

impl CityModel {
    /// Reads a file.
    ///
    /// # Errors
    /// Whatever does not fit, with its place.
    pub fn read(bytes: &[u8]) -> Result<Self, CityJsonError> {
        let file: Document = serde_json::from_slice(bytes).map_err(|fault| CityJsonError::Json(fault.to_string()))?;
        if file.kind != "CityJSON" {
            return Err(CityJsonError::Type(file.kind));
        }
        if !["1.0", "1.1", "2.0"].iter().any(|known| file.version == *known || file.version.starts_with(&format!("{known}."))) {
            return Err(CityJsonError::Version(file.version));
        }
        for (what, count, most) in [("vertices", file.vertices.len(), MOST_VERTICES), ("objects", file.objects.len(), MOST_OBJECTS)] {
            if count > most {
                return Err(CityJsonError::TooMuch { what, most });
            }
        }
        Reader::new(&file)?.model()
    }

    /// Least and greatest corner of all that is drawn, if anything is.
    pub fn bounds(&self) -> Option<(Point, Point)> {
        let faces = self.objects.iter().flat_map(|object| &object.geometries).flat_map(|geometry| &geometry.faces);
        let (least, greatest) = bounds(faces.flat_map(|face| face.rings.iter().flatten()));
        least.iter().zip(greatest).all(|(least, greatest)| *least <= greatest).then_some((least, greatest))
    }
}

struct Reader<'f> {
    file: &'f Document,
    vertices: Vec<Point>,
    corners: usize,
    skipped: BTreeMap<String, usize>,
}

/// Where semantics and materials of a geometry stand for a face: shells above it, then its own number.
struct Looks<'g> {
    geometry: &'g GeometryFile,
    materials: &'g [document::MaterialFile],
}

impl Looks<'_> {
    /// The index that stands for a face, if any: the lists may end early with a null or one value for all below.
    fn at(values: Option<&Value>, path: &[usize]) -> Option<usize> {
        let mut value = values?;
        for step in path {
            match value {
                Value::Array(list) => value = list.get(*step)?,
                _ => break,
            }
        }
        value.as_u64().and_then(|index| usize::try_from(index).ok())
    }

    fn surface(&self, path: &[usize]) -> Option<String> {
        let semantics = self.geometry.semantics.as_ref()?;
        let index = Self::at(semantics.values.as_ref(), path)?;
        semantics.surfaces.get(index).map(|surface| surface.kind.clone())
    }

    fn colour(&self, path: &[usize]) -> Option<[f64; 3]> {
        let theme = self.geometry.material.values().next()?;
        let index = theme.value.or_else(|| Self::at(theme.values.as_ref(), path))?;
        self.materials.get(index)?.diffuse.filter(|colour| colour.iter().all(|part| (0.0..=1.0).contains(part)))
    }
}

impl<'f> Reader<'f> {
    fn new(file: &'f Document) -> Result<Self, CityJsonError> {
        let vertices = file.vertices.iter().map(|[x, y, z]| match file.transform {
            Some(document::Transform { scale: [sx, sy, sz], translate: [tx, ty, tz] }) => [x * sx + tx, y * sy + ty, z * sz + tz],
            None => [*x, *y, *z],
        });
        let vertices: Vec<Point> = vertices.collect();
        check(&vertices, "/vertices")?;
        check(&file.templates.vertices, "/geometry-templates/vertices-templates")?;
        Ok(Self { file, vertices, corners: 0, skipped: BTreeMap::new() })
    }

    fn model(mut self) -> Result<CityModel, CityJsonError> {
        let file = self.file;
        let mut objects = Vec::with_capacity(file.objects.len());
        for (id, object) in &file.objects {
            let mut geometries = Vec::new();
            for (number, geometry) in object.geometry.iter().enumerate() {
                let place = || format!("/CityObjects/{}/geometry/{number}", id.replace('~', "~0").replace('/', "~1"));
                geometries.extend(self.geometry(geometry, &place)?);
            }
            objects.push(CityObject {
                id: id.clone(),
                kind: object.kind.clone(),
                parent: object.parents.first().cloned(),
                attributes: object.attributes.clone(),
                extent: object.extent,
                geometries,
            });
        }
        if objects.iter().all(|object| object.geometries.is_empty()) {
            return Err(CityJsonError::Nothing);
        }
        let notes = self.skipped.iter().map(|(what, count)| format!("{count} × {what}")).collect();
        Ok(CityModel { version: file.version.clone(), epsg: file.metadata.reference_system.as_deref().and_then(epsg), objects, notes })
    }

    fn skip(&mut self, what: &str) {
        let count = self.skipped.entry(what.to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    fn geometry(&mut self, geometry: &GeometryFile, place: &dyn Fn() -> String) -> Result<Option<Geometry>, CityJsonError> {
        let Shape::GeometryInstance { template, boundaries: [anchor], matrix } = &geometry.shape else {
            let vertices = std::mem::take(&mut self.vertices);
            let read = self.faces(geometry, &vertices, place);
            self.vertices = vertices;
            return read;
        };
        let missing = |what, index, of| CityJsonError::Index { place: place(), index, what, of };
        let templates = &self.file.templates;
        let shape = templates.templates.get(*template).ok_or_else(|| missing("templates", *template, templates.templates.len()))?;
        let anchor = *self.vertices.get(*anchor).ok_or_else(|| missing("vertices", *anchor, self.vertices.len()))?;
        if matches!(shape.shape, Shape::GeometryInstance { .. }) {
            self.skip("templates of templates, which CityJSON does not have");
            return Ok(None);
        }
        let Some(mut placed) = self.faces(shape, &templates.vertices, place)? else { return Ok(None) };
        // Row by row: three for the turn, then the shift.
        let rows = matrix.as_chunks::<4>().0;
        for corner in placed.faces.iter_mut().flat_map(|face| face.rings.iter_mut().flatten()) {
            let own = *corner;
            for ((part, row), shift) in corner.iter_mut().zip(rows).zip(anchor) {
                let [along, across, up, add] = *row;
                *part = dot([along, across, up], own) + add + shift;
            }
            check(std::slice::from_ref(corner), &place())?;
        }
        Ok(Some(placed))
    }

    fn faces(
        &mut self,
        geometry: &GeometryFile,
        vertices: &[Point],
        place: &dyn Fn() -> String,
    ) -> Result<Option<Geometry>, CityJsonError> {
        let looks = Looks { geometry, materials: &self.file.appearance.materials };
        let mut faces = Vec::new();
        let mut add = |reader: &mut Self, face: &Face, path: &[usize]| -> Result<(), CityJsonError> {
            match reader.polygon(face, vertices, place)? {
                Some(rings) => faces.push(Polygon { rings, surface: looks.surface(path), colour: looks.colour(path) }),
                None => reader.skip("faces with fewer than three corners"),
            }
            Ok(())
        };
        let mut is_solid = true;
        match &geometry.shape {
            Shape::MultiSurface { boundaries } | Shape::CompositeSurface { boundaries } => {
                is_solid = false;
                for (number, face) in boundaries.iter().enumerate() {
                    add(self, face, &[number])?;
                }
            }
            Shape::Solid { boundaries } => {
                for (shell, faces) in boundaries.iter().enumerate() {
                    for (number, face) in faces.iter().enumerate() {
                        add(self, face, &[shell, number])?;
                    }
                }
            }
            Shape::MultiSolid { boundaries } | Shape::CompositeSolid { boundaries } => {
                for (solid, shells) in boundaries.iter().enumerate() {
                    for (shell, faces) in shells.iter().enumerate() {
                        for (number, face) in faces.iter().enumerate() {
                            add(self, face, &[solid, shell, number])?;
                        }
                    }
                }
            }
            Shape::MultiPoint {} | Shape::MultiLineString {} | Shape::GeometryInstance { .. } => {
                self.skip("geometries of points or lines, which have no surface");
                return Ok(None);
            }
        }
        if faces.is_empty() {
            return Ok(None);
        }
        let lod = match &geometry.lod {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.parse().ok().filter(|lod: &f64| lod.is_finite()),
            _ => None,
        };
        Ok(Some(Geometry { lod: lod.unwrap_or(0.0), is_solid, faces }))
    }

    /// Corners of a face; rings of fewer than three corners fall out. Nothing if the outer one does.
    fn polygon(&mut self, face: &Face, vertices: &[Point], place: &dyn Fn() -> String) -> Result<Option<Vec<Vec<Point>>>, CityJsonError> {
        let mut rings = Vec::with_capacity(face.len());
        for (number, ring) in face.iter().enumerate() {
            self.corners = self.corners.saturating_add(ring.len());
            if self.corners > MOST_CORNERS {
                return Err(CityJsonError::TooMuch { what: "corners of faces", most: MOST_CORNERS });
            }
            let corner = |index: &usize| {
                vertices.get(*index).copied().ok_or_else(|| CityJsonError::Index {
                    place: place(),
                    index: *index,
                    what: "vertices",
                    of: vertices.len(),
                })
            };
            let mut corners = ring.iter().map(corner).collect::<Result<Vec<Point>, CityJsonError>>()?;
            corners.dedup();
            if corners.len() > 1 && corners.first() == corners.last() {
                corners.pop();
            }
            if corners.len() >= 3 {
                rings.push(corners);
            } else if number == 0 {
                return Ok(None);
            } else {
                self.skip("holes with fewer than three corners");
            }
        }
        Ok((!rings.is_empty()).then_some(rings))
    }
}

fn check(points: &[Point], place: &str) -> Result<(), CityJsonError> {
    match points.iter().position(|point| point.iter().any(|part| part.is_nan() || part.abs() >= 1e9)) {
        Some(number) => Err(CityJsonError::Coordinate { place: format!("{place}/{number}") }),
        None => Ok(()),
    }
}

/// `https://www.opengis.net/def/crs/EPSG/0/7415`, `urn:ogc:def:crs:EPSG::7415`, `EPSG:7415`.
fn epsg(text: &str) -> Option<u32> {
    text.contains("EPSG").then(|| text.rsplit(['/', ':']).next()).flatten()?.parse().ok()
}
