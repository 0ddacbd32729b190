//! Cutting a city into tiles.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Value, json};

use super::TileError;
use crate::{
    cityjson::{CityModel, CityObject},
    colour,
    glb::{self, Mesh},
    mesh::{Face, Triangulator},
    sorted::sorted,
    vector::{Point, bounds},
};

/// Bytes that a tile may have.
const MOST_BYTES: f64 = 1_000_000.0;
/// Parts of a part of a … that a tile may be: 20 km / 2¹² are 5 m.
const MOST_DEPTH: usize = 12;
/// A district is no country.
const MOST_SIDE_M: f64 = 20_000.0;
/// Faces of one object that stay together.
const PIECE_FACES: usize = 2_000;

/// Where a district lies in its source: from the source's CRS (x east, y north, z up) to the district's metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// East and north of the north-west corner, m.
    pub origin: [f64; 2],
    /// East to west and north to south, m.
    pub size: [f64; 2],
}

impl Frame {
    /// The smallest frame of whole metres around a city.
    pub fn around(model: &CityModel) -> Option<Self> {
        let ([west, south, _], [east, north, _]) = model.bounds()?;
        let (west, north) = (west.floor(), north.ceil());
        Some(Self { origin: [west, north], size: [(east - west).ceil().max(1.0), (north - south).ceil().max(1.0)] })
    }

    /// A place of the source as one of the district.
    pub fn place(&self, [east, north, up]: Point) -> Point {
        let [west, top] = self.origin;
        [east - west, up, top - north]
    }
}

/// An object as `objects.json` tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DistrictObject {
    /// As in the source.
    pub id: String,
    /// `Building`, `Road`, …
    pub kind: String,
    /// The object of which it is a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// If the source names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// From its lowest to its highest corner, m.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_m: Option<f64>,
    /// What it is used for, in the source's words.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// Above ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storeys: Option<u64>,
    /// Least x, z, greatest x, z, m.
    #[serde(rename = "box")]
    pub sides: [f64; 4],
    /// The tile that holds it; of one that was too large for a tile, the first.
    pub tile: String,
}

/// A file of the tileset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Such as `tiles/0.glb`.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A city that can be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct District {
    /// Where it lies.
    pub frame: Frame,
    /// Least and greatest corner, in the district's metres.
    pub bounds: (Point, Point),
    /// What is drawn; the number of an object here is its feature id in the tiles.
    pub objects: Vec<DistrictObject>,
    /// `tileset.json`.
    pub tileset: Value,
    /// The tiles.
    pub tiles: Vec<Tile>,
    /// Outlines from above of what buildings cover, in the district's x and z: all their faces.
    pub built: Vec<Vec<[f64; 2]>>,
    /// What was left out, as sentences.
    pub notes: Vec<String>,
}

/// Some faces of one object.
struct Piece {
    object: u32,
    faces: Vec<(Face, [u8; 4])>,
    middle: [f64; 2],
    size: f64,
}

/// One node of the tree.
struct Node {
    bounds: (Point, Point),
    children: Vec<Node>,
    content: Option<String>,
}

impl District {
    /// Triangles, colours and tiles of a city. Of each object the highest level of detail is taken, at most `lod` where there is one so low.
    ///
    /// # Errors
    /// Nothing to draw, or too large.
    pub fn new(model: &CityModel, frame: Frame, lod: Option<f64>) -> Result<Self, TileError> {
        let [width, depth] = frame.size;
        if !(width <= MOST_SIDE_M && depth <= MOST_SIDE_M) {
            return Err(TileError::Size { width, depth, most: MOST_SIDE_M });
        }
        let mut triangulator = Triangulator::default();
        let (mut objects, mut pieces, mut built) = (Vec::new(), Vec::new(), Vec::new());
        let mut flawed = 0_usize;
        for object in &model.objects {
            let Some(geometry) = object.geometry(lod) else { continue };
            let mut faces = Vec::with_capacity(geometry.faces.len());
            for polygon in &geometry.faces {
                let Some(mut face) = triangulator.face(polygon) else {
                    flawed = flawed.saturating_add(1);
                    continue;
                };
                face.corners.iter_mut().for_each(|corner| *corner = frame.place(*corner));
                let [x, y, z] = face.normal;
                face.normal = [x, z, -y];
                if object.kind.starts_with("Building") {
                    built.extend(face.shapes().map(|shape| shape.map(|[x, _, z]| [x, z]).to_vec()));
                }
                let colour = polygon.colour.unwrap_or_else(|| colour::by_meaning(&object.kind, polygon.surface.as_deref()));
                faces.push((face, colour::linear(colour)));
            }
            if faces.is_empty() {
                continue;
            }
            let number = u32::try_from(objects.len()).unwrap_or(u32::MAX);
            objects.push(described(object, &faces));
            pieces.extend(cut(number, faces));
        }
        if objects.is_empty() {
            return Err(TileError::Nothing);
        }
        let mut notes = model.notes.clone();
        if flawed > 0 {
            notes.push(format!("{flawed} × faces without area"));
        }
        let mut tiles = Vec::new();
        let node = split(pieces, [0.0, 0.0, width.max(depth), width.max(depth)], 0, &mut tiles, &mut objects);
        let tileset = sorted(json!({
            "asset": {"version": "1.1", "generator": "Sala"},
            "geometricError": spread(node.bounds) * 2.0,
            "root": written(&node, true),
        }));
        let bounds = node.bounds;
        Ok(Self { frame, bounds, objects, tileset, tiles, built, notes })
    }

    /// Bytes of `objects.json`: one object a line.
    pub fn objects_file(&self) -> Vec<u8> {
        let mut text = String::from("[\n");
        for (number, object) in self.objects.iter().enumerate() {
            let comma = if number.saturating_add(1) == self.objects.len() { "" } else { "," };
            let _never_fails = writeln!(text, "{}{comma}", sorted(json!(object)));
        }
        text.push_str("]\n");
        text.into_bytes()
    }

    /// Bytes of `tileset.json`.
    pub fn tileset_file(&self) -> Vec<u8> {
        let mut text = serde_json::to_string_pretty(&self.tileset).unwrap_or_default();
        text.push('\n');
        text.into_bytes()
    }
}

fn described(object: &CityObject, faces: &[(Face, [u8; 4])]) -> DistrictObject {
    let ([west, low, north], [east, high, south]) = bounds(faces.iter().flat_map(|(face, _)| &face.corners));
    let text = |names: &[&str]| {
        let found = names.iter().filter_map(|name| object.attributes.get(*name)).find_map(Value::as_str);
        found.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let number = |names: &[&str]| names.iter().filter_map(|name| object.attributes.get(*name)).find_map(Value::as_u64);
    DistrictObject {
        id: object.id.clone(),
        kind: object.kind.clone(),
        parent: object.parent.clone(),
        name: text(&["name", "Name", "naam"]),
        height_m: (high > low).then(|| cents(high - low)),
        usage: text(&["function", "usage", "class"]),
        storeys: number(&["storeysAboveGround", "storeys"]),
        sides: [west, north, east, south].map(cents),
        tile: String::new(),
    }
}

fn cents(metres: f64) -> f64 {
    (metres * 100.0).round() / 100.0
}

fn cut(object: u32, mut faces: Vec<(Face, [u8; 4])>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while !faces.is_empty() {
        let rest = faces.split_off(faces.len().min(PIECE_FACES));
        let ([west, _, north], [east, _, south]) = bounds(faces.iter().flat_map(|(face, _)| &face.corners));
        let (corners, triangles) = faces
            .iter()
            .fold((0_usize, 0_usize), |(c, t), (face, _)| (c.saturating_add(face.corners.len()), t.saturating_add(face.triangles.len())));
        let size = glb::size(corners, triangles) - glb::size(0, 0);
        pieces.push(Piece { object, faces, middle: [f64::midpoint(west, east), f64::midpoint(north, south)], size });
        faces = rest;
    }
    pieces
}

/// Splits into quarters until each is small enough. What lies outside of the square counts to the nearest quarter.
fn split(pieces: Vec<Piece>, square: [f64; 4], depth: usize, tiles: &mut Vec<Tile>, objects: &mut [DistrictObject]) -> Node {
    let size: f64 = pieces.iter().map(|piece| piece.size).sum::<f64>() + glb::size(0, 0);
    if size <= MOST_BYTES || pieces.len() == 1 || depth >= MOST_DEPTH {
        return leaf(&pieces, tiles, objects);
    }
    let [west, north, east, south] = square;
    let (across, down) = (f64::midpoint(west, east), f64::midpoint(north, south));
    let mut quarters: [Vec<Piece>; 4] = Default::default();
    for piece in pieces {
        let [x, z] = piece.middle;
        let [nw, ne, sw, se] = &mut quarters;
        match (x >= across, z >= down) {
            (false, false) => nw.push(piece),
            (true, false) => ne.push(piece),
            (false, true) => sw.push(piece),
            (true, true) => se.push(piece),
        }
    }
    let squares = [[west, north, across, down], [across, north, east, down], [west, down, across, south], [across, down, east, south]];
    let parts = quarters.into_iter().zip(squares).filter(|(pieces, _)| !pieces.is_empty());
    let children: Vec<Node> = parts.map(|(pieces, square)| split(pieces, square, depth.saturating_add(1), tiles, objects)).collect();
    let bounds = bounds(children.iter().flat_map(|child| [&child.bounds.0, &child.bounds.1]));
    Node { bounds, children, content: None }
}

fn leaf(pieces: &[Piece], tiles: &mut Vec<Tile>, objects: &mut [DistrictObject]) -> Node {
    let path = format!("tiles/{}.glb", tiles.len());
    let mut mesh = Mesh::default();
    for piece in pieces {
        for (face, colour) in &piece.faces {
            mesh.add(&face.corners, &face.triangles, face.normal, *colour, piece.object);
        }
        if let Some(object) = objects.get_mut(crate::number::index(piece.object)).filter(|object| object.tile.is_empty()) {
            object.tile.clone_from(&path);
        }
    }
    let (least, greatest) = bounds(pieces.iter().flat_map(|piece| piece.faces.iter().flat_map(|(face, _)| &face.corners)));
    let ([lx, ly, lz], [gx, gy, gz]) = (least, greatest);
    // Whole metres, so that the translation is exact as text too.
    let middle = [f64::midpoint(lx, gx).round(), f64::midpoint(ly, gy).round(), f64::midpoint(lz, gz).round()];
    tiles.push(Tile { path: path.clone(), bytes: mesh.file(middle) });
    Node { bounds: (least, greatest), children: vec![], content: Some(path) }
}

fn spread(([lx, ly, lz], [gx, gy, gz]): (Point, Point)) -> f64 {
    ((gx - lx).powi(2) + (gy - ly).powi(2) + (gz - lz).powi(2)).sqrt()
}

fn written(node: &Node, is_root: bool) -> Value {
    let ([lx, ly, lz], [gx, gy, gz]) = node.bounds;
    // Half a centimetre more than what lies in it: the file holds single precision.
    let half = |least: f64, greatest: f64| (greatest - least) / 2.0 + 0.005;
    let sides = [
        f64::midpoint(lx, gx),
        -f64::midpoint(lz, gz),
        f64::midpoint(ly, gy),
        half(lx, gx),
        0.0,
        0.0,
        0.0,
        half(lz, gz),
        0.0,
        0.0,
        0.0,
        half(ly, gy),
    ];
    let sides: Vec<f64> = sides.iter().map(|side| (side * 1000.0).round() / 1000.0).collect();
    let mut fields = json!({
        "boundingVolume": {"box": sides},
        "geometricError": if node.content.is_some() { 0.0 } else { spread(node.bounds).round() },
    });
    if let Some(fields) = fields.as_object_mut() {
        if is_root {
            fields.insert("refine".into(), "ADD".into());
        }
        if let Some(path) = &node.content {
            fields.insert("content".into(), json!({"uri": path}));
        }
        if !node.children.is_empty() {
            fields.insert("children".into(), node.children.iter().map(|child| written(child, false)).collect());
        }
    }
    fields
}
