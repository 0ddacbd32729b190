//! The container and the rules: a file that stands for itself (no address in it leads elsewhere), within a budget, with extensions that
//! the client draws, and with nodes that are a tree.

use super::{
    Budget, Counts, ModelError,
    document::{Document, Node},
    image,
    matrix::Matrix,
};

/// What the client's loader draws, or what may be left out without harm.
const EXTENSIONS: [&str; 17] = [
    "EXT_meshopt_compression",
    "EXT_texture_webp",
    "KHR_materials_anisotropy",
    "KHR_materials_clearcoat",
    "KHR_materials_dispersion",
    "KHR_materials_emissive_strength",
    "KHR_materials_ior",
    "KHR_materials_iridescence",
    "KHR_materials_pbrSpecularGlossiness",
    "KHR_materials_sheen",
    "KHR_materials_specular",
    "KHR_materials_transmission",
    "KHR_materials_unlit",
    "KHR_materials_volume",
    "KHR_mesh_quantization",
    "KHR_texture_transform",
    "KHR_xmp_json_ld",
];
/// Why some well-known ones are not there.
const REFUSED: [(&str, &str); 2] = [
    ("KHR_draco_mesh_compression", "pack it with EXT_meshopt_compression instead (gltfpack -cc), which is decoded here and checked"),
    ("KHR_texture_basisu", "convert its pictures to WebP (gltf-transform webp)"),
];

const MOST_JSON: usize = 8 * 1024 * 1024;
const MOST_NODES: usize = 20_000;
const MOST_LIST: usize = 50_000;
const MOST_DEPTH: usize = 64;
const FLOAT: u32 = 5126;

/// A file that was read and fits.
#[derive(Debug)]
pub struct Glb<'b> {
    pub(super) document: Document,
    pub(super) bin: &'b [u8],
    /// Each node of the scene with its place in the world, parents first.
    pub(super) placed: Vec<(usize, Matrix)>,
    /// What was counted.
    pub counts: Counts,
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.first_chunk().map(|four| u32::from_le_bytes(*four))
}

fn length(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(word(bytes, at)?).ok()
}

/// JSON and binary chunk of a file.
fn chunks(bytes: &[u8]) -> Result<(&[u8], &[u8]), ModelError> {
    let wrong = |expected: &str| ModelError::at("header", expected);
    if bytes.get(..4) != Some(b"glTF".as_slice()) {
        return Err(wrong("expected a glTF 2.0 binary file (.glb); pack a .gltf with its buffers into one, by gltfpack or gltf-transform"));
    }
    if word(bytes, 4) != Some(2) {
        return Err(wrong("expected version 2 of the container"));
    }
    if length(bytes, 8) != Some(bytes.len()) {
        return Err(wrong("the length in the header is not that of the file: it was cut off or has something behind it"));
    }
    let (mut json, mut bin, mut at) = (None, None, 12);
    while at < bytes.len() {
        let size = length(bytes, at).ok_or_else(|| ModelError::at("chunk", "a chunk ends early"))?;
        let kind = word(bytes, at + 4).ok_or_else(|| ModelError::at("chunk", "a chunk ends early"))?;
        let end = (at + 8)
            .checked_add(size)
            .filter(|end| *end <= bytes.len())
            .ok_or_else(|| ModelError::at("chunk", "a chunk is longer than the file"))?;
        let content = bytes.get(at + 8..end).unwrap_or_default();
        match kind {
            0x4e4f_534a if json.is_none() && at == 12 => json = Some(content),
            0x004e_4942 if json.is_some() && bin.is_none() => bin = Some(content),
            0x4e4f_534a | 0x004e_4942 => {
                return Err(ModelError::at("chunk", "expected one JSON chunk first, then at most one binary chunk"));
            }
            // Others are skipped, as the specification says.
            _ => {}
        }
        at = end;
    }
    let json = json.ok_or_else(|| ModelError::at("chunk", "there is no JSON chunk"))?;
    if json.len() > MOST_JSON {
        return Err(ModelError::at("chunk", "the JSON is larger than 8 MiB: merge meshes and nodes (gltfpack, gltf-transform join)"));
    }
    Ok((json, bin.unwrap_or_default()))
}

impl<'b> Glb<'b> {
    /// Reads a file and checks it against a budget.
    ///
    /// # Errors
    /// The first thing that does not fit, with its place and what to do about it.
    pub fn read(bytes: &'b [u8], budget: &Budget) -> Result<Self, ModelError> {
        if bytes.len() > budget.bytes {
            let (have, most) = (bytes.len() / 1024, budget.bytes / 1024);
            return Err(ModelError::at(
                "file",
                format!(
                    "{have} KiB, at most {most} KiB are taken: simplify it and pack it (gltfpack -si 0.5 -cc), and make its pictures smaller (gltf-transform resize, webp)"
                ),
            ));
        }
        let (json, bin) = chunks(bytes)?;
        let document: Document =
            serde_json::from_slice(json).map_err(|fault| ModelError::at("chunk", format!("the JSON can't be read as glTF: {fault}")))?;
        if document.asset.version != "2.0" {
            return Err(ModelError::at("/asset/version", "expected 2.0"));
        }
        extensions(&document)?;
        let lists = [
            ("/meshes", document.meshes.len()),
            ("/accessors", document.accessors.len()),
            ("/bufferViews", document.buffer_views.len()),
            ("/skins", document.skins.len()),
            ("/textures", document.textures.len()),
            ("/materials", document.materials.len()),
        ];
        for (place, count) in lists {
            if count > MOST_LIST {
                return Err(ModelError::at(
                    place,
                    format!("{count} entries, at most {MOST_LIST} are read: merge them (gltf-transform join)"),
                ));
            }
        }
        if !document.animations.is_empty() {
            return Err(ModelError::at(
                "/animations",
                "a place stands still: leave the animations out (gltf-transform or the export's options)",
            ));
        }
        buffers(&document, bin)?;
        let placed = tree(&document)?;
        let mut glb = Self { document, bin, placed, counts: Counts::default() };
        glb.images(budget)?;
        glb.counts.triangles = glb.count_triangles(budget)?;
        Ok(glb)
    }

    fn images(&mut self, budget: &Budget) -> Result<(), ModelError> {
        let count = self.document.images.len();
        if count > budget.images {
            return Err(ModelError::at(
                "/images",
                format!("{count} pictures, at most {} are taken: bake them into an atlas", budget.images),
            ));
        }
        let mut pixels = 0_u64;
        for (number, picture) in self.document.images.iter().enumerate() {
            let place = format!("/images/{number}");
            if picture.uri.is_some() {
                return Err(ModelError::at(format!("{place}/uri"), "pictures lie in the file itself: export it as one .glb"));
            }
            let known = ["image/png", "image/jpeg", "image/webp"];
            if !picture.mime_type.as_deref().is_some_and(|kind| known.contains(&kind)) {
                return Err(ModelError::at(format!("{place}/mimeType"), format!("expected one of {}", known.join(", "))));
            }
            let view = picture.buffer_view.ok_or_else(|| ModelError::at(&place, "expected a bufferView"))?;
            let bytes = self.view(view, &place)?;
            let (width, height) =
                image::size(bytes).ok_or_else(|| ModelError::at(&place, "its size can't be read: is it PNG, JPEG or WebP?"))?;
            if width == 0 || height == 0 || width > budget.side || height > budget.side {
                return Err(ModelError::at(
                    &place,
                    format!("{width} × {height} pixels, at most {} a side: gltf-transform resize --width 2048 --height 2048", budget.side),
                ));
            }
            pixels += u64::from(width) * u64::from(height);
        }
        if pixels > budget.pixels {
            let most = budget.pixels / 1_000_000;
            return Err(ModelError::at(
                "/images",
                format!("{} million pixels in all, at most {most} million: make the pictures smaller", pixels / 1_000_000),
            ));
        }
        (self.counts.images, self.counts.pixels) = (count, pixels);
        Ok(())
    }

    /// The bytes of a view of the file's own buffer, as they lie there.
    pub(super) fn view(&self, number: usize, place: &str) -> Result<&'b [u8], ModelError> {
        let view = self.document.buffer_views.get(number).ok_or_else(|| ModelError::at(place, "points at no bufferView"))?;
        self.part(view.buffer, view.byte_offset, view.byte_length)
            .ok_or_else(|| ModelError::at(format!("/bufferViews/{number}"), "lies outside of its buffer"))
    }

    /// A part of the file's own buffer.
    pub(super) fn part(&self, buffer: usize, offset: usize, length: usize) -> Option<&'b [u8]> {
        let size = self.document.buffers.get(buffer).filter(|_| buffer == 0)?.byte_length.min(self.bin.len());
        let end = offset.checked_add(length).filter(|end| *end <= size)?;
        self.bin.get(offset..end)
    }

    fn count_triangles(&self, budget: &Budget) -> Result<usize, ModelError> {
        let mut triangles = 0_usize;
        for (node, _) in &self.placed {
            let Some(mesh) = self.document.nodes.get(*node).and_then(|node| node.mesh) else { continue };
            let known = self.document.meshes.get(mesh).ok_or_else(|| ModelError::at(format!("/nodes/{node}/mesh"), "points at no mesh"))?;
            for (number, primitive) in known.primitives.iter().enumerate() {
                let place = format!("/meshes/{mesh}/primitives/{number}");
                let position = primitive.attributes.get("POSITION").ok_or_else(|| ModelError::at(&place, "has no POSITION"))?;
                let accessor = primitive.indices.unwrap_or(*position);
                let count = self.document.accessors.get(accessor).ok_or_else(|| ModelError::at(&place, "points at no accessor"))?.count;
                triangles = triangles.saturating_add(match primitive.mode.unwrap_or(4) {
                    4 => count / 3,
                    5 | 6 => count.saturating_sub(2),
                    0..=3 => 0,
                    _ => return Err(ModelError::at(format!("{place}/mode"), "expected 0 to 6")),
                });
            }
        }
        if triangles > budget.triangles {
            return Err(ModelError::at(
                "/meshes",
                format!(
                    "{triangles} triangles, at most {} are drawn: simplify it (gltfpack -si 0.5, or decimate in Blender)",
                    budget.triangles
                ),
            ));
        }
        if triangles == 0 {
            return Err(ModelError::at("/meshes", "no triangles: a cloud of points has to be meshed first"));
        }
        Ok(triangles)
    }
}

fn extensions(document: &Document) -> Result<(), ModelError> {
    for (place, list) in [("/extensionsRequired", &document.extensions_required), ("/extensionsUsed", &document.extensions_used)] {
        for (number, name) in list.iter().enumerate() {
            if EXTENSIONS.contains(&name.as_str()) {
                continue;
            }
            let advice = REFUSED.iter().find(|(refused, _)| refused == name).map_or("export it without", |(_, advice)| advice);
            let name: String = name.chars().take(60).collect();
            return Err(ModelError::at(format!("{place}/{number}"), format!("{name} is not drawn here: {advice}")));
        }
    }
    Ok(())
}

fn buffers(document: &Document, bin: &[u8]) -> Result<(), ModelError> {
    for (number, buffer) in document.buffers.iter().enumerate() {
        let place = format!("/buffers/{number}");
        if buffer.uri.is_some() {
            return Err(ModelError::at(format!("{place}/uri"), "everything lies in the file itself: export it as one .glb"));
        }
        let is_fallback = buffer.extensions.meshopt.as_ref().is_some_and(|meshopt| meshopt.fallback);
        // Up to three bytes of padding are the container's.
        if !is_fallback && (number != 0 || buffer.byte_length > bin.len()) {
            return Err(ModelError::at(format!("{place}/byteLength"), "expected one buffer, which the binary chunk holds"));
        }
    }
    Ok(())
}

fn own(node: &Node) -> Matrix {
    match &node.matrix {
        Some(columns) => Matrix::of_columns(columns),
        None => Matrix::of_parts(
            node.translation.unwrap_or_default(),
            node.rotation.unwrap_or([0.0, 0.0, 0.0, 1.0]),
            node.scale.unwrap_or([1.0, 1.0, 1.0]),
        ),
    }
}

/// The nodes of the scene, parents first; refuses what is no tree.
fn tree(document: &Document) -> Result<Vec<(usize, Matrix)>, ModelError> {
    let count = document.nodes.len();
    if count > MOST_NODES {
        return Err(ModelError::at("/nodes", format!("{count} nodes, at most {MOST_NODES} are read: join them (gltf-transform join)")));
    }
    let number = document.scene.unwrap_or(0);
    let scene = document.scenes.get(number).ok_or_else(|| ModelError::at("/scene", "points at no scene"))?;
    let mut seen = vec![false; count];
    let mut placed = Vec::new();
    let mut open: Vec<(usize, Matrix, usize)> = scene.nodes.iter().rev().map(|node| (*node, Matrix::SAME, 0)).collect();
    while let Some((number, parent, depth)) = open.pop() {
        let place = || format!("/nodes/{number}");
        let node = document.nodes.get(number).ok_or_else(|| ModelError::at(place(), "there is no such node"))?;
        let known = seen.get_mut(number).ok_or_else(|| ModelError::at(place(), "there is no such node"))?;
        if std::mem::replace(known, true) {
            return Err(ModelError::at(place(), "is reached twice: nodes are a tree, without loops"));
        }
        if depth > MOST_DEPTH {
            return Err(ModelError::at(
                place(),
                format!("lies deeper than {MOST_DEPTH} levels: flatten the tree (gltf-transform flatten)"),
            ));
        }
        let world = parent.after(&own(node));
        if !world.0.iter().flatten().all(|value| value.is_finite()) {
            return Err(ModelError::at(place(), "its place is no number"));
        }
        placed.push((number, world));
        open.extend(node.children.iter().rev().map(|child| (*child, world, depth + 1)));
    }
    Ok(placed)
}

/// Size and kind of a component.
pub(super) fn component(kind: u32) -> Option<usize> {
    match kind {
        5120 | 5121 => Some(1),
        5122 | 5123 => Some(2),
        5125 | FLOAT => Some(4),
        _ => None,
    }
}
