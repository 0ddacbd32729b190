//! What SUMO stores and sends: a type byte and then the value.

use super::{TraciError, reader::Reader};

/// How deep compounds may be nested: SUMO's own go to four.
const DEPTH: u8 = 8;

/// A typed value. Positions are in metres in the plane of the net, or degrees where the name says so.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Longitude and latitude, degrees (0x00).
    LonLat(f64, f64),
    /// x and y (0x01).
    Position(f64, f64),
    /// Longitude, latitude in degrees, altitude in metres (0x02).
    LonLatAlt(f64, f64, f64),
    /// x, y, z (0x03).
    Position3(f64, f64, f64),
    /// Edge, metres along it, index of the lane (0x04).
    Road(String, f64, u8),
    /// Points of an outline (0x06).
    Shape(Vec<(f64, f64)>),
    /// Unsigned byte (0x07).
    UByte(u8),
    /// Signed byte (0x08).
    Byte(i8),
    /// Integer (0x09).
    Int(i32),
    /// Floating point number (0x0b).
    Double(f64),
    /// Text (0x0c).
    Text(String),
    /// List of texts (0x0e).
    Texts(Vec<String>),
    /// Values of mixed types (0x0f).
    Compound(Vec<Value>),
    /// List of numbers (0x10).
    Doubles(Vec<f64>),
    /// Red, green, blue, opacity (0x11).
    Color(u8, u8, u8, u8),
}

impl Value {
    /// Name of the type, for messages.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::LonLat(..) => "a longitude and latitude",
            Self::Position(..) => "a position",
            Self::LonLatAlt(..) => "a longitude, latitude and altitude",
            Self::Position3(..) => "a position in space",
            Self::Road(..) => "a place on a road",
            Self::Shape(_) => "a shape",
            Self::UByte(_) => "an unsigned byte",
            Self::Byte(_) => "a byte",
            Self::Int(_) => "an integer",
            Self::Double(_) => "a number",
            Self::Text(_) => "a text",
            Self::Texts(_) => "a list of texts",
            Self::Compound(_) => "a compound",
            Self::Doubles(_) => "a list of numbers",
            Self::Color(..) => "a colour",
        }
    }

    const fn other_than(&self, expected: &'static str) -> TraciError {
        TraciError::Type { expected, got: self.kind() }
    }

    /// The integer, or a [`TraciError::Type`].
    pub const fn int(&self) -> Result<i32, TraciError> {
        match self {
            Self::Int(value) => Ok(*value),
            other => Err(other.other_than("an integer")),
        }
    }

    /// The number, or a [`TraciError::Type`].
    pub const fn double(&self) -> Result<f64, TraciError> {
        match self {
            Self::Double(value) => Ok(*value),
            other => Err(other.other_than("a number")),
        }
    }

    /// The text, or a [`TraciError::Type`].
    pub fn text(&self) -> Result<&str, TraciError> {
        match self {
            Self::Text(value) => Ok(value),
            other => Err(other.other_than("a text")),
        }
    }

    /// The texts, or a [`TraciError::Type`].
    pub fn texts(&self) -> Result<&[String], TraciError> {
        match self {
            Self::Texts(value) => Ok(value),
            other => Err(other.other_than("a list of texts")),
        }
    }

    /// The points of an outline, or a [`TraciError::Type`].
    pub fn shape(&self) -> Result<&[(f64, f64)], TraciError> {
        match self {
            Self::Shape(value) => Ok(value),
            other => Err(other.other_than("a shape")),
        }
    }

    /// The parts, or a [`TraciError::Type`].
    pub fn compound(&self) -> Result<&[Value], TraciError> {
        match self {
            Self::Compound(parts) => Ok(parts),
            other => Err(other.other_than("a compound")),
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, TraciError> {
        Self::read_within(reader, DEPTH)
    }

    fn read_within(reader: &mut Reader<'_>, depth: u8) -> Result<Self, TraciError> {
        let code = reader.byte("a type")?;
        Ok(match code {
            0x00 => Self::LonLat(reader.double("a position")?, reader.double("a position")?),
            0x01 => Self::Position(reader.double("a position")?, reader.double("a position")?),
            0x02 => Self::LonLatAlt(reader.double("a position")?, reader.double("a position")?, reader.double("a position")?),
            0x03 => Self::Position3(reader.double("a position")?, reader.double("a position")?, reader.double("a position")?),
            0x04 => Self::Road(reader.string()?, reader.double("a position")?, reader.byte("a position")?),
            0x06 => {
                // A shape of more than 255 points has a zero and then a longer count.
                let count = match reader.byte("a shape")? {
                    0 => reader.count(16, "a shape")?,
                    short => usize::from(short),
                };
                Self::Shape((0..count).map(|_| Ok((reader.double("a shape")?, reader.double("a shape")?))).collect::<Result<_, _>>()?)
            }
            0x07 => Self::UByte(reader.byte("a byte")?),
            0x08 => Self::Byte(i8::from_be_bytes([reader.byte("a byte")?])),
            0x09 => Self::Int(reader.int("an integer")?),
            0x0b => Self::Double(reader.double("a number")?),
            0x0c => Self::Text(reader.string()?),
            0x0e => {
                let count = reader.count(4, "a list of texts")?;
                Self::Texts((0..count).map(|_| reader.string()).collect::<Result<_, _>>()?)
            }
            0x0f => {
                let inner = depth.checked_sub(1).ok_or_else(|| reader.malformed("compounds are nested too deep"))?;
                let count = reader.count(2, "a compound")?;
                // Collected one by one: a part is many times larger than the two bytes that announce it.
                let mut parts = Vec::new();
                for _ in 0..count {
                    parts.push(Self::read_within(reader, inner)?);
                }
                Self::Compound(parts)
            }
            0x10 => {
                let count = reader.count(8, "a list of numbers")?;
                Self::Doubles((0..count).map(|_| reader.double("a list of numbers")).collect::<Result<_, _>>()?)
            }
            0x11 => Self::Color(reader.byte("a colour")?, reader.byte("a colour")?, reader.byte("a colour")?, reader.byte("a colour")?),
            other => return Err(reader.unknown("type", other)),
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let doubles = |out: &mut Vec<u8>, code: u8, values: &[f64]| {
            out.push(code);
            write_doubles(values, out);
        };
        match self {
            Self::LonLat(x, y) => doubles(out, 0x00, &[*x, *y]),
            Self::Position(x, y) => doubles(out, 0x01, &[*x, *y]),
            Self::LonLatAlt(x, y, z) => doubles(out, 0x02, &[*x, *y, *z]),
            Self::Position3(x, y, z) => doubles(out, 0x03, &[*x, *y, *z]),
            Self::Road(edge, along, lane) => {
                out.push(0x04);
                write_string(edge, out);
                out.extend(along.to_be_bytes());
                out.push(*lane);
            }
            Self::Shape(points) => {
                out.push(0x06);
                match u8::try_from(points.len()) {
                    Ok(short) if short > 0 => out.push(short),
                    _ => {
                        out.push(0);
                        write_count(points.len(), out);
                    }
                }
                for (x, y) in points {
                    write_doubles(&[*x, *y], out);
                }
            }
            Self::UByte(value) => out.extend([0x07, *value]),
            Self::Byte(value) => {
                out.push(0x08);
                out.extend(value.to_be_bytes());
            }
            Self::Int(value) => {
                out.push(0x09);
                out.extend(value.to_be_bytes());
            }
            Self::Double(value) => doubles(out, 0x0b, &[*value]),
            Self::Text(value) => {
                out.push(0x0c);
                write_string(value, out);
            }
            Self::Texts(values) => {
                out.push(0x0e);
                write_count(values.len(), out);
                for value in values {
                    write_string(value, out);
                }
            }
            Self::Compound(parts) => {
                out.push(0x0f);
                write_count(parts.len(), out);
                for part in parts {
                    part.write(out);
                }
            }
            Self::Doubles(values) => {
                out.push(0x10);
                write_count(values.len(), out);
                write_doubles(values, out);
            }
            Self::Color(red, green, blue, opacity) => out.extend([0x11, *red, *green, *blue, *opacity]),
        }
    }
}

/// Counts beyond what the protocol can say are caught by the length of the whole message, which is checked before it is sent.
pub(super) fn write_count(count: usize, out: &mut Vec<u8>) {
    out.extend(i32::try_from(count).unwrap_or(i32::MAX).to_be_bytes());
}

pub(super) fn write_string(text: &str, out: &mut Vec<u8>) {
    write_count(text.len(), out);
    out.extend(text.as_bytes());
}

fn write_doubles(values: &[f64], out: &mut Vec<u8>) {
    for value in values {
        out.extend(value.to_be_bytes());
    }
}
