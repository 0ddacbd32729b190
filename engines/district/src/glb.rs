//! Binary glTF 2.0 (Khronos, section 4.4) of one tile: flat normals, colours, and for each corner the feature that it belongs to
//! (`EXT_mesh_features`).

use serde_json::json;

use crate::{
    number::{figure, signed_byte, single},
    sorted::sorted,
    vector::{Point, minus},
};

/// Bytes that a corner takes.
pub(crate) const CORNER_BYTES: usize = 12 + 4 + 4 + 4;

/// The triangles of a tile, gathered.
#[derive(Debug, Default)]
pub(crate) struct Mesh {
    positions: Vec<Point>,
    normals: Vec<[i8; 3]>,
    colours: Vec<[u8; 4]>,
    features: Vec<u32>,
    indices: Vec<u32>,
}

impl Mesh {
    /// Adds a face: corners, triangles among them, normal, colour, and its feature.
    pub(crate) fn add(&mut self, corners: &[Point], triangles: &[[u32; 3]], normal: Point, colour: [u8; 4], feature: u32) {
        let base = u32::try_from(self.positions.len()).unwrap_or(u32::MAX);
        self.positions.extend_from_slice(corners);
        let more = corners.len();
        self.normals.extend(std::iter::repeat_n(normal.map(signed_byte), more));
        self.colours.extend(std::iter::repeat_n(colour, more));
        self.features.extend(std::iter::repeat_n(feature, more));
        self.indices.extend(triangles.iter().flatten().map(|index| base.saturating_add(*index)));
    }

    /// The file. Positions are relative to `middle`, which is its node's translation, so that single precision is exact to a tenth of a
    /// millimetre in a tile of a kilometre.
    pub(crate) fn file(&self, middle: Point) -> Vec<u8> {
        let count = self.positions.len();
        let local: Vec<[f32; 3]> = self.positions.iter().map(|position| minus(*position, middle).map(single)).collect();
        let (least, greatest) = local.iter().fold(([f32::INFINITY; 3], [f32::NEG_INFINITY; 3]), |([a, b, c], [d, e, f]), [x, y, z]| {
            ([a.min(*x), b.min(*y), c.min(*z)], [d.max(*x), e.max(*y), f.max(*z)])
        });
        let is_short = count <= 65_535;
        let is_few = self.features.iter().all(|feature| *feature <= 65_535);
        let mut body: Vec<u8> = Vec::with_capacity(count.saturating_mul(CORNER_BYTES).saturating_add(self.indices.len().saturating_mul(4)));
        let mut views = Vec::new();
        let mut part = |body: &mut Vec<u8>, stride: Option<usize>, target: u32, write: &dyn Fn(&mut Vec<u8>)| {
            let from = body.len();
            write(body);
            let mut view = json!({"buffer": 0, "byteOffset": from, "byteLength": body.len().saturating_sub(from), "target": target});
            if let (Some(stride), Some(fields)) = (stride, view.as_object_mut()) {
                fields.insert("byteStride".into(), stride.into());
            }
            views.push(view);
            body.resize(body.len().next_multiple_of(4), 0);
        };
        part(&mut body, Some(12), 34_962, &|body| local.iter().flatten().for_each(|value| body.extend(value.to_le_bytes())));
        part(&mut body, Some(4), 34_962, &|body| {
            self.normals.iter().for_each(|normal| body.extend(normal.iter().flat_map(|part| part.to_le_bytes()).chain([0])));
        });
        part(&mut body, Some(4), 34_962, &|body| self.colours.iter().for_each(|colour| body.extend(colour)));
        part(&mut body, Some(4), 34_962, &|body| {
            for feature in &self.features {
                match u16::try_from(*feature) {
                    Ok(short) if is_few => body.extend(short.to_le_bytes().into_iter().chain([0, 0])),
                    // Whole numbers below 2²⁴ are exact in single precision, and more features than that have no table.
                    _ => body.extend(single(f64::from(*feature)).to_le_bytes()),
                }
            }
        });
        part(&mut body, None, 34_963, &|body| {
            for index in &self.indices {
                match u16::try_from(*index) {
                    Ok(short) if is_short => body.extend(short.to_le_bytes()),
                    _ => body.extend(index.to_le_bytes()),
                }
            }
        });
        let different = {
            let mut all = self.features.clone();
            all.sort_unstable();
            all.dedup();
            all.len()
        };
        let document = sorted(json!({
            "asset": {"version": "2.0", "generator": "Sala"},
            // Normals of one byte a part.
            "extensionsUsed": ["EXT_mesh_features", "KHR_mesh_quantization"],
            "extensionsRequired": ["KHR_mesh_quantization"],
            "scene": 0,
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0, "translation": middle}],
            "materials": [{"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.9}}],
            "meshes": [{"primitives": [{
                "attributes": {"POSITION": 0, "NORMAL": 1, "COLOR_0": 2, "_FEATURE_ID_0": 3},
                "indices": 4,
                "material": 0,
                "extensions": {"EXT_mesh_features": {"featureIds": [{"featureCount": different, "attribute": 0}]}},
            }]}],
            "accessors": [
                {"bufferView": 0, "componentType": 5126, "count": count, "type": "VEC3", "min": least, "max": greatest},
                {"bufferView": 1, "componentType": 5120, "normalized": true, "count": count, "type": "VEC3"},
                {"bufferView": 2, "componentType": 5121, "normalized": true, "count": count, "type": "VEC4"},
                {"bufferView": 3, "componentType": if is_few { 5123 } else { 5126 }, "count": count, "type": "SCALAR"},
                {"bufferView": 4, "componentType": if is_short { 5123 } else { 5125 }, "count": self.indices.len(), "type": "SCALAR"},
            ],
            "bufferViews": views,
            "buffers": [{"byteLength": body.len()}],
        }));
        contain(document.to_string().into_bytes(), &body)
    }
}

/// Header, JSON chunk padded with spaces, binary chunk padded with zeros (its parts are already).
fn contain(mut json: Vec<u8>, body: &[u8]) -> Vec<u8> {
    json.resize(json.len().next_multiple_of(4), b' ');
    let length = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes();
    let total = json.len().saturating_add(body.len()).saturating_add(28);
    let mut file = Vec::with_capacity(total);
    file.extend(b"glTF");
    file.extend(2_u32.to_le_bytes());
    file.extend(length(total));
    file.extend(length(json.len()));
    file.extend(b"JSON");
    file.extend(json);
    file.extend(length(body.len()));
    file.extend(b"BIN\0");
    file.extend(body);
    file
}

/// A guess of the size of a file with so many corners and triangles.
pub(crate) fn size(corners: usize, triangles: usize) -> f64 {
    figure(corners) * figure(CORNER_BYTES) + figure(triangles) * 6.0 + 2_000.0
}
