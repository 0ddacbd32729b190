//! Decoder of `EXT_meshopt_compression` (Khronos registry, appendix A): attributes, triangles, index sequences, and the filter that
//! positions may have. Written from the specification; `tests/world/meshopt.rs` compares with the decoder that browsers use.
//! Hostile input gives an error: every read is bounded by what is there, every size by what the caller allows.

/// The stream ends early, or says what the format does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MeshoptError {
    /// Not the header of this mode.
    #[error("the stream does not begin as its mode does")]
    Header,
    /// Stride or count do not fit the mode.
    #[error("stride or count do not fit the mode")]
    Shape,
    /// Too few bytes.
    #[error("the stream ends early")]
    Short,
}

const GROUP: usize = 16;
const BLOCK_BYTES: usize = 8_192;
const BLOCK_ELEMENTS: usize = 256;
const LEAST_TAIL: usize = 32;

/// What is left of a stream.
struct Stream<'s>(&'s [u8]);

impl<'s> Stream<'s> {
    fn take(&mut self, count: usize) -> Result<&'s [u8], MeshoptError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(MeshoptError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, MeshoptError> {
        let (first, rest) = self.0.split_first().ok_or(MeshoptError::Short)?;
        self.0 = rest;
        Ok(*first)
    }

    /// A number of at most five bytes of seven bits, the lowest first.
    fn number(&mut self) -> Result<u32, MeshoptError> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u32::from(byte & 127) << shift;
            if byte < 128 {
                break;
            }
        }
        Ok(value)
    }

    /// A signed step from `last`.
    fn step(&mut self, last: u32) -> Result<u32, MeshoptError> {
        let value = self.number()?;
        Ok(last.wrapping_add((value >> 1) ^ 0_u32.wrapping_sub(value & 1)))
    }
}

fn unzigzag(byte: u8) -> u8 {
    (byte >> 1) ^ 0_u8.wrapping_sub(byte & 1)
}

/// Sixteen deltas in one of four codings.
fn group(stream: &mut Stream<'_>, coding: u8) -> Result<[u8; GROUP], MeshoptError> {
    let mut deltas = [0; GROUP];
    let bits: u32 = match coding {
        0 => return Ok(deltas),
        1 => 2,
        2 => 4,
        _ => {
            deltas.copy_from_slice(stream.take(GROUP)?);
            return Ok(deltas);
        }
    };
    let per_byte = if bits == 2 { 4 } else { 2 };
    let packed = stream.take(GROUP / per_byte)?;
    let escape = (1_u8 << bits) - 1;
    for (four, byte) in deltas.chunks_mut(per_byte).zip(packed) {
        let mut rest = *byte;
        for delta in four {
            let value = rest >> (8 - bits);
            rest <<= bits;
            *delta = if value == escape { stream.byte()? } else { value };
        }
    }
    Ok(deltas)
}

/// Mode ATTRIBUTES: `count` elements of `stride` bytes, 4 to 256 and a multiple of 4.
///
/// # Errors
/// A stream that is not of this mode or ends early.
pub fn attributes(bytes: &[u8], count: usize, stride: usize) -> Result<Vec<u8>, MeshoptError> {
    if stride == 0 || stride > 256 || !stride.is_multiple_of(4) {
        return Err(MeshoptError::Shape);
    }
    let tail = stride.max(LEAST_TAIL);
    if bytes.first() != Some(&0xa0) {
        return Err(MeshoptError::Header);
    }
    let body = bytes.get(1..bytes.len().saturating_sub(tail)).ok_or(MeshoptError::Short)?;
    let baseline = bytes.get(bytes.len() - stride..).ok_or(MeshoptError::Short)?;
    let mut stream = Stream(body);
    let in_block = (BLOCK_BYTES / stride / GROUP * GROUP).min(BLOCK_ELEMENTS);
    // A group of zeros takes two bits for each byte of its elements: no more elements than that can be in the stream.
    if (count / GROUP).saturating_mul(stride) > body.len().saturating_mul(4) {
        return Err(MeshoptError::Short);
    }
    let mut out = vec![0_u8; count.checked_mul(stride).ok_or(MeshoptError::Shape)?];
    let mut last = baseline.to_vec();
    for block in out.chunks_mut(in_block * stride) {
        let elements = block.len() / stride;
        for (place, last) in last.iter_mut().enumerate() {
            let groups = elements.div_ceil(GROUP);
            let codings = stream.take(groups.div_ceil(4))?;
            let mut column = block.iter_mut().skip(place).step_by(stride);
            for number in 0..groups {
                let coding = codings.get(number / 4).map_or(0, |four| four >> (number % 4 * 2) & 3);
                for delta in group(&mut stream, coding)? {
                    // The last group may be longer than the block.
                    if let Some(byte) = column.next() {
                        *last = last.wrapping_add(unzigzag(delta));
                        *byte = *last;
                    }
                }
            }
        }
    }
    Ok(out)
}

/// The last sixteen of something, the newest found by 1.
struct Recent<T>([T; 16], usize);

impl<T: Copy> Recent<T> {
    fn push(&mut self, value: T, is_kept: bool) {
        if let Some(place) = self.0.get_mut(self.1) {
            *place = value;
        }
        self.1 = (self.1 + usize::from(is_kept)) & 15;
    }

    fn back(&self, distance: u8, otherwise: T) -> T {
        self.0.get(self.1.wrapping_sub(usize::from(distance)) & 15).copied().unwrap_or(otherwise)
    }
}

/// Mode TRIANGLES: `count` indices, a multiple of 3.
///
/// # Errors
/// A stream that is not of this mode or ends early.
pub fn triangles(bytes: &[u8], count: usize) -> Result<Vec<u32>, MeshoptError> {
    if !count.is_multiple_of(3) {
        return Err(MeshoptError::Shape);
    }
    let version = match bytes.first() {
        Some(0xe0) => 0,
        Some(0xe1) => 1,
        _ => return Err(MeshoptError::Header),
    };
    let most_recent = if version == 0 { 15 } else { 13 };
    let rest = bytes.get(1..).unwrap_or_default();
    let (codes, rest) = rest.split_at_checked(count / 3).ok_or(MeshoptError::Short)?;
    let (data, table) = rest.split_at_checked(rest.len().saturating_sub(16)).ok_or(MeshoptError::Short)?;
    if table.len() < 16 {
        return Err(MeshoptError::Short);
    }
    let mut stream = Stream(data);
    let mut edges = Recent([(u32::MAX, u32::MAX); 16], 0);
    let mut vertices = Recent([u32::MAX; 16], 0);
    let (mut next, mut last) = (0_u32, 0_u32);
    let mut out = Vec::with_capacity(count);
    for code in codes {
        let (high, low) = (code >> 4, code & 15);
        if high < 15 {
            let (a, b) = edges.back(high + 1, (0, 0));
            let mut is_kept = true;
            let c = if low == 0 {
                next = next.wrapping_add(1);
                next.wrapping_sub(1)
            } else if low < most_recent {
                is_kept = false;
                vertices.back(low + 1, 0)
            } else {
                last = match low {
                    13 => last.wrapping_sub(1),
                    14 => last.wrapping_add(1),
                    _ => stream.step(last)?,
                };
                last
            };
            vertices.push(c, is_kept);
            out.extend([a, b, c]);
            edges.push((c, b), true);
            edges.push((a, c), true);
            continue;
        }
        let is_free = low >= 14;
        let (first, other) =
            if is_free { (if low == 14 { 0 } else { 15 }, stream.byte()?) } else { (0, table.get(usize::from(low)).copied().unwrap_or(0)) };
        let (second, third) = (other >> 4, other & 15);
        if is_free && other == 0 {
            next = 0;
        }
        let fresh = |code: u8, next: &mut u32, vertices: &Recent<u32>| {
            if code == 0 {
                *next = next.wrapping_add(1);
                next.wrapping_sub(1)
            } else {
                vertices.back(code, 0)
            }
        };
        let mut a = if first == 0 { fresh(0, &mut next, &vertices) } else { 0 };
        let mut b = fresh(second, &mut next, &vertices);
        let mut c = fresh(third, &mut next, &vertices);
        if is_free {
            for (code, vertex) in [(first, &mut a), (second, &mut b), (third, &mut c)] {
                if code == 15 {
                    last = stream.step(last)?;
                    *vertex = last;
                }
            }
        }
        let is_new = |code: u8| code == 0 || (is_free && code == 15);
        out.extend([a, b, c]);
        vertices.push(a, true);
        vertices.push(b, is_new(second));
        vertices.push(c, is_new(third));
        edges.push((b, a), true);
        edges.push((c, b), true);
        edges.push((a, c), true);
    }
    Ok(out)
}

/// Mode INDICES: a sequence of `count` numbers.
///
/// # Errors
/// A stream that is not of this mode or ends early.
pub fn indices(bytes: &[u8], count: usize) -> Result<Vec<u32>, MeshoptError> {
    if !matches!(bytes.first(), Some(0xd0 | 0xd1)) {
        return Err(MeshoptError::Header);
    }
    // Each number takes a byte at least.
    if count > bytes.len() {
        return Err(MeshoptError::Short);
    }
    let mut stream = Stream(bytes.get(1..bytes.len().saturating_sub(4)).ok_or(MeshoptError::Short)?);
    let mut last = [0_u32; 2];
    let mut out = Vec::with_capacity(count);
    for _ in 0..count {
        let value = stream.number()?;
        let step = value >> 1;
        let step = (step >> 1) ^ 0_u32.wrapping_sub(step & 1);
        let [even, odd] = &mut last;
        let baseline = if value & 1 == 0 { even } else { odd };
        *baseline = baseline.wrapping_add(step);
        out.push(*baseline);
    }
    Ok(out)
}

/// Filter EXPONENTIAL: each four bytes are an exponent of 8 bits over a mantissa of 24, and become a float.
pub fn exponential(bytes: &mut [u8]) {
    let (words, _) = bytes.as_chunks_mut::<4>();
    for word in words {
        let value = i32::from_le_bytes(*word);
        let mantissa = f64::from(value << 8 >> 8);
        let number = mantissa * f64::from(value >> 24).exp2();
        *word = single(number).to_le_bytes();
    }
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "a mantissa of 24 bits is a float of 32 without loss")]
fn single(number: f64) -> f32 {
    number as f32
}
