//! The triangles of a model in the world: accessors, quantised or not, compressed or not; skinned meshes as their skeleton stands.

use super::{
    ModelError,
    document::Primitive,
    glb::{Glb, component},
    matrix::Matrix,
    meshopt,
};

/// Three corners in metres.
pub type Triangle = [[f64; 3]; 3];

/// The most corners that one mesh may have, and so the most memory that reading it takes.
const MOST_CORNERS: usize = 4_000_000;

/// An accessor, as far as it was unpacked.
struct Numbers<'g> {
    bytes: std::borrow::Cow<'g, [u8]>,
    offset: usize,
    stride: usize,
    count: usize,
    kind: u32,
    is_normalized: bool,
}

impl Numbers<'_> {
    /// One component of one element.
    fn get(&self, element: usize, at: usize) -> Option<f64> {
        let size = component(self.kind)?;
        let begin = element.checked_mul(self.stride)?.checked_add(self.offset)?.checked_add(at * size)?;
        let bytes = self.bytes.get(begin..begin.checked_add(size)?)?;
        let (value, largest) = match (self.kind, bytes) {
            (5120, [a]) => (f64::from(i8::from_le_bytes([*a])), 127.0),
            (5121, [a]) => (f64::from(*a), 255.0),
            (5122, [a, b]) => (f64::from(i16::from_le_bytes([*a, *b])), 32_767.0),
            (5123, [a, b]) => (f64::from(u16::from_le_bytes([*a, *b])), 65_535.0),
            (5125, [a, b, c, d]) => (f64::from(u32::from_le_bytes([*a, *b, *c, *d])), 4_294_967_295.0),
            (_, [a, b, c, d]) => (f64::from(f32::from_le_bytes([*a, *b, *c, *d])), 1.0),
            _ => return None,
        };
        Some(if self.is_normalized { (value / largest).max(-1.0) } else { value })
    }

    fn point(&self, element: usize) -> Option<[f64; 3]> {
        Some([self.get(element, 0)?, self.get(element, 1)?, self.get(element, 2)?])
    }
}

impl Glb<'_> {
    fn numbers(&self, accessor: usize, kind: &str, parts: usize, at: &str) -> Result<Numbers<'_>, ModelError> {
        let place = format!("/accessors/{accessor}");
        let wrong = |expected: &str| ModelError::at(&place, expected);
        let known = self.document.accessors.get(accessor).ok_or_else(|| ModelError::at(at, "points at no accessor"))?;
        if known.r#type != kind {
            return Err(wrong(&format!("expected the type {kind}")));
        }
        if known.sparse.is_some() {
            return Err(wrong("is sparse: export it without"));
        }
        if known.count == 0 || known.count > MOST_CORNERS {
            return Err(wrong(&format!("expected 1 to {MOST_CORNERS} elements: split or simplify the mesh")));
        }
        let size = component(known.component_type).ok_or_else(|| wrong("has an unknown componentType"))? * parts;
        let number = known.buffer_view.ok_or_else(|| wrong("has no bufferView"))?;
        let view = self.document.buffer_views.get(number).ok_or_else(|| wrong("points at no bufferView"))?;
        let (bytes, stride) = match &view.extensions.meshopt {
            None => {
                let bytes = std::borrow::Cow::Borrowed(self.view(number, &place)?);
                (bytes, view.byte_stride.unwrap_or(size))
            }
            Some(packed) => {
                let packed_at = format!("/bufferViews/{number}/extensions/EXT_meshopt_compression");
                let stream = self
                    .part(packed.buffer, packed.byte_offset, packed.byte_length)
                    .ok_or_else(|| ModelError::at(&packed_at, "lies outside of its buffer"))?;
                if packed.count > MOST_CORNERS || packed.byte_stride > 256 {
                    return Err(ModelError::at(&packed_at, "expected at most 4,000,000 elements of at most 256 bytes"));
                }
                let broken = |fault| ModelError::at(&packed_at, format!("can't be unpacked: {fault}"));
                let words =
                    |words: Vec<u32>, stride: usize| words.iter().flat_map(|word| word.to_le_bytes().into_iter().take(stride)).collect();
                let bytes: Vec<u8> = match packed.mode.as_str() {
                    "ATTRIBUTES" => {
                        let mut bytes = meshopt::attributes(stream, packed.count, packed.byte_stride).map_err(broken)?;
                        match packed.filter.as_deref() {
                            None | Some("NONE") => {}
                            Some("EXPONENTIAL") => meshopt::exponential(&mut bytes),
                            Some(other) => return Err(ModelError::at(&packed_at, format!("the filter {other} is none of positions"))),
                        }
                        bytes
                    }
                    "TRIANGLES" => words(meshopt::triangles(stream, packed.count).map_err(broken)?, packed.byte_stride.min(4)),
                    "INDICES" => words(meshopt::indices(stream, packed.count).map_err(broken)?, packed.byte_stride.min(4)),
                    _ => return Err(ModelError::at(&packed_at, "has an unknown mode")),
                };
                (std::borrow::Cow::Owned(bytes), packed.byte_stride)
            }
        };
        let end = stride.checked_mul(known.count - 1).and_then(|begin| begin.checked_add(known.byte_offset)?.checked_add(size));
        if stride < size || end.is_none_or(|end| end > bytes.len()) {
            return Err(wrong("lies outside of its bufferView"));
        }
        Ok(Numbers {
            bytes,
            offset: known.byte_offset,
            stride,
            count: known.count,
            kind: known.component_type,
            is_normalized: known.normalized,
        })
    }

    /// Where a skinned mesh stands: as its skeleton does in the file, by its first joint. The place of its own node does not count.
    fn skinned(&self, skin: usize, place: &str) -> Result<Matrix, ModelError> {
        let known = self.document.skins.get(skin).ok_or_else(|| ModelError::at(place, "points at no skin"))?;
        let joint = known.joints.first().ok_or_else(|| ModelError::at(format!("/skins/{skin}"), "has no joints"))?;
        let (_, world) = self
            .placed
            .iter()
            .find(|(node, _)| node == joint)
            .ok_or_else(|| ModelError::at(format!("/skins/{skin}"), "its joints are not in the scene"))?;
        let Some(accessor) = known.inverse_bind_matrices else { return Ok(*world) };
        let numbers = self.numbers(accessor, "MAT4", 16, place)?;
        let mut columns = [0.0; 16];
        for (at, value) in columns.iter_mut().enumerate() {
            *value = numbers.get(0, at).unwrap_or_default();
        }
        Ok(world.after(&Matrix::of_columns(&columns)))
    }

    fn corners(&self, primitive: &Primitive, place: &str) -> Result<Vec<usize>, ModelError> {
        let position = primitive.attributes.get("POSITION").ok_or_else(|| ModelError::at(place, "has no POSITION"))?;
        let corners: Vec<usize> = match primitive.indices {
            None => (0..self.document.accessors.get(*position).map_or(0, |accessor| accessor.count.min(MOST_CORNERS))).collect(),
            Some(accessor) => {
                let numbers = self.numbers(accessor, "SCALAR", 1, place)?;
                (0..numbers.count).filter_map(|at| numbers.get(at, 0)).map(index).collect()
            }
        };
        Ok(match primitive.mode.unwrap_or(4) {
            4 => corners,
            5 => corners.array_windows().flat_map(|corner: &[usize; 3]| *corner).collect(),
            6 => {
                let first = corners.first().copied().unwrap_or_default();
                corners.array_windows().skip(1).flat_map(|[one, other]: &[usize; 2]| [first, *one, *other]).collect()
            }
            _ => vec![],
        })
    }

    /// Tells `each` all triangles, in the metres and axes of the file.
    ///
    /// # Errors
    /// Data that lie outside of the file, can't be unpacked or are no numbers, with their place.
    pub fn triangles(&self, mut each: impl FnMut(Triangle)) -> Result<(), ModelError> {
        for (number, world) in &self.placed {
            let Some(node) = self.document.nodes.get(*number) else { continue };
            let Some((mesh, known)) = node.mesh.and_then(|mesh| Some((mesh, self.document.meshes.get(mesh)?))) else { continue };
            let place = match node.skin {
                None => *world,
                Some(skin) => self.skinned(skin, &format!("/nodes/{number}/skin"))?,
            };
            for (at, primitive) in known.primitives.iter().enumerate() {
                let pointer = format!("/meshes/{mesh}/primitives/{at}");
                let Some(position) = primitive.attributes.get("POSITION") else { continue };
                let numbers = self.numbers(*position, "VEC3", 3, &pointer)?;
                let points: Vec<[f64; 3]> = (0..numbers.count).filter_map(|at| numbers.point(at)).map(|point| place.apply(point)).collect();
                if let Some(wrong) = points.iter().position(|point| !point.iter().all(|value| value.is_finite() && value.abs() < 1e7)) {
                    return Err(ModelError::at(&pointer, format!("corner {wrong} lies nowhere")));
                }
                for corners in self.corners(primitive, &pointer)?.as_chunks::<3>().0 {
                    let [a, b, c] = corners.map(|corner| points.get(corner).copied());
                    let (Some(a), Some(b), Some(c)) = (a, b, c) else {
                        return Err(ModelError::at(format!("{pointer}/indices"), "point at corners that are not there"));
                    };
                    each([a, b, c]);
                }
            }
        }
        Ok(())
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "read from at most 32 bits without a sign"
)]
fn index(value: f64) -> usize {
    value as usize
}
