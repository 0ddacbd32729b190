//! A reader of .glb that knows nothing of the writer but the standard.

use serde_json::Value;

pub(crate) struct File {
    pub(crate) json: Value,
    binary: Vec<u8>,
}

/// One mesh, in metres.
pub(crate) struct Part {
    pub(crate) positions: Vec<[f64; 3]>,
    pub(crate) normals: Vec<[f64; 3]>,
    pub(crate) weights: Vec<[u8; 4]>,
    pub(crate) joints: Vec<[u8; 4]>,
    pub(crate) indices: Vec<u16>,
}

impl File {
    pub(crate) fn open(bytes: &[u8]) -> Self {
        assert_eq!(&bytes[..4], b"glTF");
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!((word(4), word(8)), (2, bytes.len()), "version and length");
        let json = word(12);
        assert_eq!((&bytes[16..20], &bytes[24 + json..28 + json]), (&b"JSON"[..], &b"BIN\0"[..]));
        assert_eq!(28 + json + word(20 + json), bytes.len());
        Self { json: serde_json::from_slice(&bytes[20..20 + json]).unwrap(), binary: bytes[28 + json..].to_vec() }
    }

    /// The elements of an accessor as raw bytes, strides taken out.
    fn elements(&self, accessor: &Value, size: usize) -> Vec<Vec<u8>> {
        let accessor = &self.json["accessors"][accessor.as_u64().unwrap() as usize];
        let view = &self.json["bufferViews"][accessor["bufferView"].as_u64().unwrap() as usize];
        let (start, stride) = (view["byteOffset"].as_u64().unwrap() as usize, view["byteStride"].as_u64().map_or(size, |by| by as usize));
        (0..accessor["count"].as_u64().unwrap() as usize).map(|at| self.binary[start + at * stride..][..size].to_vec()).collect()
    }

    pub(crate) fn parts(&self) -> Vec<Part> {
        self.json["meshes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|mesh| {
                let primitive = &mesh["primitives"][0];
                let attribute = |name: &str| &primitive["attributes"][name];
                let four = |bytes: Vec<u8>| -> [u8; 4] { bytes.try_into().unwrap() };
                let short = |bytes: &[u8]| f64::from(i16::from_le_bytes(bytes.try_into().unwrap())) / 16_384.0;
                Part {
                    positions: self
                        .elements(attribute("POSITION"), 6)
                        .iter()
                        .map(|bytes| [short(&bytes[..2]), short(&bytes[2..4]), short(&bytes[4..])])
                        .collect(),
                    normals: self
                        .elements(attribute("NORMAL"), 3)
                        .iter()
                        .map(|bytes| [0, 1, 2].map(|at| f64::from(bytes[at].cast_signed()) / 127.0))
                        .collect(),
                    weights: self.elements(attribute("WEIGHTS_0"), 4).into_iter().map(four).collect(),
                    joints: self.elements(attribute("JOINTS_0"), 4).into_iter().map(four).collect(),
                    indices: self.elements(&primitive["indices"], 2).iter().map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]])).collect(),
                }
            })
            .collect()
    }

    pub(crate) fn triangles(&self) -> usize {
        self.parts().iter().map(|part| part.indices.len() / 3).sum()
    }
}
