//! Writes a figure as binary glTF 2.0 (.glb). The JSON comes from structs, so the order of its fields is this file's and not a map's.
//!
//! `KHR_mesh_quantization`: positions are shorts that count steps of 2⁻¹⁴ m (the inverse bind matrices make metres of them), normals
//! signed bytes. Colours are vertex colours: a texture would have to be loaded from a blob: URL, which the hall's content policy forbids.

use serde::Serialize;

use crate::{
    mesh::{GRID, Mesh, Vertex},
    number,
    skeleton::{Frame, Hold, Joint},
    space::V3,
    vrm,
};

const FLOAT: u32 = 5126;
const BYTE: u32 = 5120;
const SHORT: u32 = 5122;
const UNSIGNED_BYTE: u32 = 5121;
const UNSIGNED_SHORT: u32 = 5123;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    asset: Asset,
    extensions_used: [&'static str; 2],
    extensions_required: [&'static str; 1],
    scene: u32,
    scenes: [Scene; 1],
    nodes: Vec<Node>,
    meshes: Vec<MeshEntry>,
    skins: [Skin; 1],
    materials: [Material; 1],
    accessors: Vec<Accessor>,
    buffer_views: Vec<View>,
    buffers: [Buffer; 1],
    extensions: Extensions,
}

#[derive(Serialize)]
struct Asset {
    version: &'static str,
    generator: &'static str,
}

#[derive(Serialize)]
struct Scene {
    nodes: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extras: Option<Extras>,
}

/// What a client of the hall has to know of a figure beyond VRM.
#[derive(Serialize)]
struct Extras {
    sala: Posture,
}

/// See `render`.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Posture {
    pub(crate) posture: &'static str,
    pub(crate) hips_height: f64,
}

#[derive(Serialize)]
struct Node {
    name: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    translation: Option<[f64; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mesh: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skin: Option<u32>,
}

#[derive(Serialize)]
struct MeshEntry {
    name: &'static str,
    primitives: [Primitive; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    extras: Option<TargetNames>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TargetNames {
    target_names: [&'static str; 3],
}

#[derive(Serialize)]
struct Primitive {
    attributes: Attributes,
    indices: u32,
    material: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<Target>,
}

#[derive(Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Attributes {
    position: u32,
    normal: u32,
    #[serde(rename = "COLOR_0")]
    colour: u32,
    #[serde(rename = "JOINTS_0")]
    joints: u32,
    #[serde(rename = "WEIGHTS_0")]
    weights: u32,
}

#[derive(Serialize)]
struct Target {
    #[serde(rename = "POSITION")]
    position: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Skin {
    joints: Vec<u32>,
    inverse_bind_matrices: u32,
    skeleton: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    name: &'static str,
    double_sided: bool,
    pbr_metallic_roughness: Surface,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Surface {
    metallic_factor: f64,
    roughness_factor: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Accessor {
    #[serde(skip_serializing_if = "Option::is_none")]
    buffer_view: Option<u32>,
    component_type: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    normalized: bool,
    count: u32,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<[i16; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<[i16; 3]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sparse: Option<Sparse>,
}

#[derive(Serialize)]
struct Sparse {
    count: u32,
    indices: SparseIndices,
    values: SparseValues,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SparseIndices {
    buffer_view: u32,
    component_type: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SparseValues {
    buffer_view: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    buffer: u32,
    byte_offset: u32,
    byte_length: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_stride: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Buffer {
    byte_length: u32,
}

#[derive(Serialize)]
struct Extensions {
    #[serde(rename = "VRMC_vrm")]
    vrm: vrm::Vrm,
}

const VERTICES: Option<u32> = Some(34962);
const INDICES: Option<u32> = Some(34963);

/// The binary chunk as it grows, with its views and accessors.
#[derive(Default)]
struct Binary {
    bytes: Vec<u8>,
    views: Vec<View>,
    accessors: Vec<Accessor>,
}

impl Binary {
    fn view(&mut self, bytes: &[u8], byte_stride: Option<u32>, target: Option<u32>) -> u32 {
        while !self.bytes.len().is_multiple_of(4) {
            self.bytes.push(0);
        }
        let (byte_offset, byte_length) = (number::count(self.bytes.len()), number::count(bytes.len()));
        self.bytes.extend_from_slice(bytes);
        self.views.push(View { buffer: 0, byte_offset, byte_length, byte_stride, target });
        number::count(self.views.len() - 1)
    }

    fn accessor(&mut self, accessor: Accessor) -> u32 {
        self.accessors.push(accessor);
        number::count(self.accessors.len() - 1)
    }

    fn attribute(
        &mut self,
        bytes: &[u8],
        count: usize,
        stride: Option<u32>,
        component_type: u32,
        normalized: bool,
        r#type: &'static str,
    ) -> u32 {
        let view = self.view(bytes, stride, VERTICES);
        self.accessor(Accessor {
            buffer_view: Some(view),
            component_type,
            normalized,
            count: number::count(count),
            r#type,
            min: None,
            max: None,
            sparse: None,
        })
    }

    fn mesh(&mut self, mesh: &Mesh, scale: f64, has_moves: bool) -> Primitive {
        let count = mesh.vertices.len();
        let positions: Vec<[i16; 3]> = mesh.vertices.iter().map(|vertex| grid_steps(vertex.point.at, scale)).collect();
        let bytes: Vec<u8> = positions.iter().flat_map(|[x, y, z]| [*x, *y, *z, 0]).flat_map(i16::to_le_bytes).collect();
        let position = self.attribute(&bytes, count, Some(8), SHORT, false, "VEC3");
        let (min, max) = bounds(&positions);
        if let Some(accessor) = self.accessors.last_mut() {
            (accessor.min, accessor.max) = (Some(min), Some(max));
        }
        let bytes: Vec<u8> = mesh.vertices.iter().flat_map(|vertex| normal(vertex.normal)).collect();
        let normal = self.attribute(&bytes, count, Some(4), BYTE, true, "VEC3");
        let bytes: Vec<u8> = mesh.vertices.iter().flat_map(colour).collect();
        let colour = self.attribute(&bytes, count, None, UNSIGNED_BYTE, true, "VEC4");
        let holds: Vec<[(u8, u8); 4]> = mesh.vertices.iter().map(|vertex| shares(&vertex.point.hold)).collect();
        let bytes: Vec<u8> = holds.iter().flatten().map(|(joint, _)| *joint).collect();
        let joints = self.attribute(&bytes, count, None, UNSIGNED_BYTE, false, "VEC4");
        let bytes: Vec<u8> = holds.iter().flatten().map(|(_, weight)| *weight).collect();
        let weights = self.attribute(&bytes, count, None, UNSIGNED_BYTE, true, "VEC4");
        let bytes: Vec<u8> = mesh.triangles.iter().flatten().flat_map(|at| short(*at).to_le_bytes()).collect();
        let view = self.view(&bytes, None, INDICES);
        let indices = self.accessor(Accessor {
            buffer_view: Some(view),
            component_type: UNSIGNED_SHORT,
            normalized: false,
            count: number::count(mesh.triangles.len() * 3),
            r#type: "SCALAR",
            min: None,
            max: None,
            sparse: None,
        });
        let targets = if has_moves { (0..3).map(|which| self.target(mesh, scale, which)).collect() } else { Vec::new() };
        Primitive { attributes: Attributes { position, normal, colour, joints, weights }, indices, material: 0, targets }
    }

    /// A morph target: only what moves is written.
    fn target(&mut self, mesh: &Mesh, scale: f64, which: usize) -> Target {
        let moved: Vec<(u32, [i16; 3])> = mesh
            .vertices
            .iter()
            .zip(0_u32..)
            .filter_map(|(vertex, at)| {
                let by = vertex.point.moves.all().get(which).map_or([0; 3], |by| grid_steps(*by, scale));
                (by != [0; 3]).then_some((at, by))
            })
            .collect();
        let bytes: Vec<u8> = moved.iter().flat_map(|(at, _)| short(*at).to_le_bytes()).collect();
        let at = self.view(&bytes, None, None);
        let bytes: Vec<u8> = moved.iter().flat_map(|(_, by)| by).flat_map(|value| value.to_le_bytes()).collect();
        let by = self.view(&bytes, None, None);
        let mut values: Vec<[i16; 3]> = moved.iter().map(|(_, by)| *by).collect();
        values.push([0; 3]);
        let (min, max) = bounds(&values);
        let position = self.accessor(Accessor {
            buffer_view: None,
            component_type: SHORT,
            normalized: false,
            count: number::count(mesh.vertices.len()),
            r#type: "VEC3",
            min: Some(min),
            max: Some(max),
            sparse: Some(Sparse {
                count: number::count(moved.len()),
                indices: SparseIndices { buffer_view: at, component_type: UNSIGNED_SHORT },
                values: SparseValues { buffer_view: by },
            }),
        });
        Target { position }
    }
}

/// A figure of two meshes, `body` and `head` (with the face's moves), `scale` times the size in which it was drawn.
pub(crate) fn write(frame: &Frame, body: &Mesh, head: &Mesh, scale: f64, posture: Option<Posture>, name: Option<&str>) -> Vec<u8> {
    let mut binary = Binary::default();
    let meshes = vec![
        MeshEntry { name: "body", primitives: [binary.mesh(body, scale, false)], extras: None },
        MeshEntry {
            name: "head",
            primitives: [binary.mesh(head, scale, true)],
            extras: Some(TargetNames { target_names: ["blink", "happy", "aa"] }),
        },
    ];
    let bind: Vec<u8> = Joint::ALL
        .iter()
        .flat_map(|joint| {
            let [x, y, z] = on_grid(frame.place(*joint), scale);
            let step = number::single(1.0 / GRID);
            [step, 0.0, 0.0, 0.0, 0.0, step, 0.0, 0.0, 0.0, 0.0, step, 0.0, 0.0 - x, 0.0 - y, 0.0 - z, 1.0_f32]
        })
        .flat_map(f32::to_le_bytes)
        .collect();
    let view = binary.view(&bind, None, None);
    let inverse_bind_matrices = binary.accessor(Accessor {
        buffer_view: Some(view),
        component_type: FLOAT,
        normalized: false,
        count: number::count(Joint::ALL.len()),
        r#type: "MAT4",
        min: None,
        max: None,
        sparse: None,
    });
    let joints = number::count(Joint::ALL.len());
    let mut nodes: Vec<Node> = Joint::ALL
        .iter()
        .map(|joint| {
            let here = on_grid(frame.place(*joint), scale);
            let above = joint.parent().map_or([0.0; 3], |parent| on_grid(frame.place(parent), scale));
            let mut translation = [0.0; 3];
            for ((to, here), above) in translation.iter_mut().zip(here).zip(above) {
                *to = f64::from(here) - f64::from(above);
            }
            let children = Joint::ALL.iter().filter(|each| each.parent() == Some(*joint)).map(|each| u32::from(each.number())).collect();
            Node { name: joint.name(), children, translation: joint.parent().map(|_| translation), mesh: None, skin: None }
        })
        .collect();
    for (name, mesh) in [("body", 0), ("head", 1)] {
        nodes.push(Node { name, children: Vec::new(), translation: None, mesh: Some(mesh), skin: Some(0) });
    }
    let document = Document {
        asset: Asset { version: "2.0", generator: "sala-avatar" },
        extensions_used: ["VRMC_vrm", "KHR_mesh_quantization"],
        extensions_required: ["KHR_mesh_quantization"],
        scene: 0,
        scenes: [Scene { nodes: vec![0, joints, joints + 1], extras: posture.map(|sala| Extras { sala }) }],
        nodes,
        meshes,
        skins: [Skin { joints: (0..joints).collect(), inverse_bind_matrices, skeleton: 0 }],
        materials: [Material {
            name: "figure",
            double_sided: true,
            pbr_metallic_roughness: Surface { metallic_factor: 0.0, roughness_factor: 0.85 },
        }],
        accessors: binary.accessors,
        buffer_views: binary.views,
        buffers: [Buffer { byte_length: number::count(binary.bytes.len()) }],
        extensions: Extensions { vrm: vrm::describe(joints, joints + 1, name) },
    };
    container(serde_json::to_vec(&document).unwrap_or_default(), binary.bytes)
}

/// glTF 2.0 specification, section 4: header, JSON chunk, binary chunk, each padded to four bytes.
fn container(mut json: Vec<u8>, mut binary: Vec<u8>) -> Vec<u8> {
    json.resize(json.len().next_multiple_of(4), b' ');
    binary.resize(binary.len().next_multiple_of(4), 0);
    let total = 12 + 8 + json.len() + 8 + binary.len();
    let mut file = Vec::with_capacity(total);
    file.extend_from_slice(b"glTF");
    for word in [2, number::count(total), number::count(json.len())] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    file.extend_from_slice(b"JSON");
    file.extend_from_slice(&json);
    file.extend_from_slice(&number::count(binary.len()).to_le_bytes());
    file.extend_from_slice(b"BIN\0");
    file.extend_from_slice(&binary);
    file
}

fn on_grid(at: V3, scale: f64) -> [f32; 3] {
    // Adding zero turns −0 into 0, which is another byte.
    [at.x, at.y, at.z].map(|value| number::single((value * scale * GRID).round() / GRID + 0.0))
}

/// Steps of the grid: a figure with a hat is under two metres, which is what a short can count.
fn grid_steps(at: V3, scale: f64) -> [i16; 3] {
    [at.x, at.y, at.z].map(|value| i16::try_from(number::nearest(value * scale * GRID)).unwrap_or(i16::MAX))
}

fn bounds(points: &[[i16; 3]]) -> ([i16; 3], [i16; 3]) {
    let first = points.first().copied().unwrap_or_default();
    points.iter().fold((first, first), |(mut min, mut max), each| {
        for ((low, high), value) in min.iter_mut().zip(max.iter_mut()).zip(each) {
            *low = (*low).min(*value);
            *high = (*high).max(*value);
        }
        (min, max)
    })
}

fn normal(of: V3) -> [u8; 4] {
    let byte = |value: f64| i8::try_from(number::nearest(value * 127.0)).unwrap_or(0).to_le_bytes();
    let ([x], [y], [z]) = (byte(of.x), byte(of.y), byte(of.z));
    [x, y, z, 0]
}

fn colour(vertex: &Vertex) -> [u8; 4] {
    let byte = |value: f64| u8::try_from(number::nearest(value.clamp(0.0, 1.0) * 255.0)).unwrap_or(0);
    let colour = vertex.point.colour;
    [byte(colour.0), byte(colour.1), byte(colour.2), 255]
}

/// Joints and weights in bytes that sum to 255 exactly; the greatest takes what rounding leaves over. A joint without weight is 0.
fn shares(hold: &Hold) -> [(u8, u8); 4] {
    let mut merged: Vec<(Joint, f64)> = Vec::with_capacity(4);
    for (joint, weight) in hold.0 {
        match merged.iter_mut().find(|(known, _)| *known == joint) {
            Some((_, sum)) => *sum += weight,
            None => merged.push((joint, weight)),
        }
    }
    let total: f64 = merged.iter().map(|(_, weight)| weight).sum();
    merged.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut left = 255_u8;
    let mut out = [(0, 0); 4];
    for (slot, (joint, weight)) in out.iter_mut().zip(&merged).skip(1) {
        let share = u8::try_from(number::nearest(weight / total * 255.0)).unwrap_or(0).min(left);
        left -= share;
        *slot = if share == 0 { (0, 0) } else { (joint.number(), share) };
    }
    if let (Some(slot), Some((joint, _))) = (out.first_mut(), merged.first()) {
        *slot = (joint.number(), left);
    }
    out
}

/// Indices are 16 bit: `figures_stay_small` keeps every mesh far below 65,535 vertices.
fn short(at: u32) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}
