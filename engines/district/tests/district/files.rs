//! A reader of binary glTF that knows nothing of the writer, and Khronos' validator.

use std::{path::Path, process::Command};

use sala_district::tiles::Tile;
use serde_json::Value;

pub(crate) struct Glb {
    pub(crate) json: Value,
    body: Vec<u8>,
}

impl Glb {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!((&bytes[..4], word(4), word(8)), (b"glTF".as_slice(), 2, bytes.len()));
        let json = word(12);
        assert_eq!(&bytes[16..20], b"JSON");
        assert_eq!((word(20 + json), &bytes[24 + json..28 + json]), (bytes.len() - 28 - json, b"BIN\0".as_slice()));
        Self { json: serde_json::from_slice(&bytes[20..20 + json]).unwrap(), body: bytes[28 + json..].to_vec() }
    }

    fn accessor(&self, name: &str) -> (&Value, usize, usize) {
        let number = self.json["meshes"][0]["primitives"][0]["attributes"][name].as_u64().unwrap() as usize;
        let accessor = &self.json["accessors"][number];
        let view = &self.json["bufferViews"][accessor["bufferView"].as_u64().unwrap() as usize];
        (accessor, view["byteOffset"].as_u64().unwrap() as usize, view["byteStride"].as_u64().unwrap() as usize)
    }

    /// In the district's metres.
    pub(crate) fn positions(&self) -> Vec<[f64; 3]> {
        let (accessor, from, stride) = self.accessor("POSITION");
        let middle: Vec<f64> = self.json["nodes"][0]["translation"].as_array().unwrap().iter().map(|part| part.as_f64().unwrap()).collect();
        let part = |at: usize| f64::from(f32::from_le_bytes(self.body[at..at + 4].try_into().unwrap()));
        let count = accessor["count"].as_u64().unwrap() as usize;
        (0..count).map(|number| std::array::from_fn(|axis| part(from + number * stride + 4 * axis) + middle[axis])).collect()
    }

    pub(crate) fn features(&self) -> Vec<u32> {
        let (accessor, from, stride) = self.accessor("_FEATURE_ID_0");
        let count = accessor["count"].as_u64().unwrap() as usize;
        let kind = accessor["componentType"].as_u64().unwrap();
        let read = |at: usize| match kind {
            5123 => u32::from(u16::from_le_bytes(self.body[at..at + 2].try_into().unwrap())),
            5126 => f32::from_le_bytes(self.body[at..at + 4].try_into().unwrap()) as u32,
            other => panic!("componentType {other}"),
        };
        (0..count).map(|number| read(from + number * stride)).collect()
    }
}

/// No error and no warning of Khronos' validator.
pub(crate) fn peer(name: &str, tiles: &[Tile]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    if !folder.join("node_modules/gltf-validator").exists() {
        assert!(std::env::var_os("SALA_REQUIRE_PEERS").is_none(), "gltf-validator is not installed");
        println!("skipped: gltf-validator is not installed (npm ci --prefix engines/district/tests/peers)");
        return;
    }
    let place = std::env::temp_dir().join(format!("sala-district-{}-{name}", std::process::id()));
    std::fs::create_dir_all(place.join("tiles")).unwrap();
    for tile in tiles {
        std::fs::write(place.join(&tile.path), &tile.bytes).unwrap();
    }
    let run = Command::new("node").arg(folder.join("read.mjs")).arg(place.join("tiles")).output().unwrap();
    std::fs::remove_dir_all(&place).unwrap();
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    println!("{name}: {said}");
    assert!(run.status.success(), "{name}: {said}");
    assert!(said.contains(&format!("{} tiles, 0 errors, 0 warnings", tiles.len())), "{said}");
}
