//! Models of places: what fits is measured, what does not is refused with its place; and nothing that a file says makes the reader fail.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use proptest::prelude::*;
use sala_presence::{Ground, Place};
use sala_world::model::{
    BUDGET, Budget, ModelError,
    glb::Glb,
    height::{Grounds, Lie, MARGIN_M, Up, grounds},
    meshopt,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const LIE: Lie = Lie { up: Up::Y, scale: 1.0 };

fn shared(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/world/avatars").join(file);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not here", path.display());
    None
}

/// A file of a JSON and a binary chunk.
fn glb(json: &Value, bin: &[u8]) -> Vec<u8> {
    let (mut text, mut bin) = (json.to_string().into_bytes(), bin.to_vec());
    text.resize(text.len().next_multiple_of(4), b' ');
    bin.resize(bin.len().next_multiple_of(4), 0);
    let mut file = b"glTF\x02\0\0\0".to_vec();
    file.extend(u32::try_from(28 + text.len() + bin.len()).unwrap().to_le_bytes());
    for (kind, chunk) in [(b"JSON", &text), (b"BIN\0", &bin)] {
        file.extend(u32::try_from(chunk.len()).unwrap().to_le_bytes());
        file.extend(kind);
        file.extend(chunk.as_slice());
    }
    file
}

/// Boxes of west, low, north, east, high, south.
fn boxes(all: &[[f32; 6]]) -> (Value, Vec<u8>) {
    let (mut bin, mut indices) = (vec![], vec![]);
    for (number, [x0, y0, z0, x1, y1, z1]) in all.iter().enumerate() {
        for corner in 0..8 {
            for value in
                [if corner & 1 == 0 { x0 } else { x1 }, if corner & 2 == 0 { y0 } else { y1 }, if corner & 4 == 0 { z0 } else { z1 }]
            {
                bin.extend(value.to_le_bytes());
            }
        }
        for [a, b, c, d] in [[0, 1, 3, 2], [4, 5, 7, 6], [0, 1, 5, 4], [2, 3, 7, 6], [0, 2, 6, 4], [1, 3, 7, 5_u32]] {
            indices.extend([a, b, c, a, c, d].map(|corner| corner + 8 * u32::try_from(number).unwrap()));
        }
    }
    let positions = bin.len();
    bin.extend(indices.iter().flat_map(|index| index.to_le_bytes()));
    let json = json!({
        "asset": { "version": "2.0" }, "scene": 0, "scenes": [{ "nodes": [0] }], "nodes": [{ "mesh": 0 }],
        "meshes": [{ "primitives": [{ "attributes": { "POSITION": 0 }, "indices": 1 }] }],
        "accessors": [
            { "bufferView": 0, "componentType": 5126, "count": all.len() * 8, "type": "VEC3" },
            { "bufferView": 1, "componentType": 5125, "count": indices.len(), "type": "SCALAR" }],
        "bufferViews": [{ "buffer": 0, "byteLength": positions }, { "buffer": 0, "byteOffset": positions, "byteLength": indices.len() * 4 }],
        "buffers": [{ "byteLength": bin.len() }],
    });
    (json, bin)
}

fn measured(bytes: &[u8], lie: &Lie) -> Result<Grounds, ModelError> {
    let model = Glb::read(bytes, &BUDGET)?;
    grounds(lie, |each| model.triangles(each))
}

fn refused(json: &Value, bin: &[u8]) -> String {
    measured(&glb(json, bin), &LIE).expect_err("was taken").place
}

#[test]
fn walls_stand_where_one_can_not_walk_and_openings_stay_open() {
    // A floor of 20 × 20 m; two walls with a gate of 2 m between, a lintel over it; a step of 0.2 m.
    let (json, bin) = boxes(&[
        [0.0, -0.1, 0.0, 20.0, 0.0, 20.0],
        [2.0, 0.0, 10.0, 9.0, 3.0, 10.4],
        [11.0, 0.0, 10.0, 18.0, 3.0, 10.4],
        [9.0, 2.4, 10.0, 11.0, 3.0, 10.4],
        [4.0, 0.0, 14.0, 8.0, 0.2, 18.0],
    ]);
    let made = measured(&glb(&json, &bin), &LIE).unwrap();
    assert_eq!((made.size, made.extent.map(|side| (side * 10.0).round() / 10.0)), ([29.0, 29.0], [20.0, 3.1, 20.0]));
    let ground = Ground::new(made.size, &made.walls, &made.floors).unwrap();
    let at = |x: f64, z: f64| Place::new(MARGIN_M + x, MARGIN_M + z);
    assert!(!ground.is_free(at(5.0, 10.2)) && !ground.is_free(at(15.0, 10.2)), "walls: {:?}", made.walls);
    assert!(ground.is_free(at(10.0, 10.2)), "the gate is open under its lintel");
    assert!((ground.height(at(6.0, 16.0)) - 0.2).abs() < 1e-9 && ground.height(at(15.0, 16.0)).abs() < 1e-9);
    assert!(made.walls.len() <= 4 && made.floors.len() <= 4, "{} walls, {} floors", made.walls.len(), made.floors.len());
    // The same in another unit and another axis.
    let (json, bin) = boxes(&[[0.0, 0.0, 0.0, 400.0, 300.0, 200.0]]);
    let lying = measured(&glb(&json, &bin), &Lie { up: Up::Z, scale: 0.01 }).unwrap();
    assert_eq!(lying.extent.map(|side| (side * 10.0).round().to_string()), ["40", "20", "30"]);
}

#[test]
fn the_two_real_files_are_read_as_people_of_their_height() {
    for file in ["Asian_F_1_Busi.glb", "Asian_M_1_Casual.glb"] {
        let Some(path) = shared(file) else { continue };
        let bytes = std::fs::read(path).unwrap();
        let model = Glb::read(&bytes, &BUDGET).unwrap();
        assert!(model.counts.triangles > 30_000 && model.counts.images == 2, "{:?}", model.counts);
        let made = measured(&bytes, &LIE).unwrap();
        assert!((1.5..2.0).contains(&made.extent[1]), "{file} is {:?} m", made.extent);
        assert!((1.0..2.2).contains(&made.extent[0].max(made.extent[2])), "arms stretched out: {:?}", made.extent);
        // Cut off anywhere it is refused.
        for cut in [0, 11, 12, 19, 20, 5_000, bytes.len() / 2, bytes.len() - 1] {
            assert!(Glb::read(&bytes[..cut], &BUDGET).is_err());
        }
        let small = Budget { triangles: 1_000, ..BUDGET };
        let refused = Glb::read(&bytes, &small).unwrap_err();
        assert!(refused.place == "/meshes" && refused.expected.contains("gltfpack"), "{refused}");
        assert!(Glb::read(&bytes, &Budget { side: 256, ..BUDGET }).unwrap_err().place.starts_with("/images/"));
        assert_eq!(Glb::read(&bytes, &Budget { bytes: 1_000, ..BUDGET }).unwrap_err().place, "file");
    }
}

#[test]
fn compressed_views_are_unpacked_as_browsers_unpack_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let decoder = root.join("web/node_modules/three/examples/jsm/libs/meshopt_decoder.module.js");
    let Some(path) = shared("Asian_F_1_Busi.glb") else { return };
    if !decoder.exists() {
        println!("skipped: {} is not here", decoder.display());
        return;
    }
    let script = root.join("rooms/world/tests/peers/meshopt.mjs");
    let told = Command::new("node").arg(script).arg(decoder).arg(&path).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let bytes = std::fs::read(path).unwrap();
    let length = usize::try_from(u32::from_le_bytes(bytes[12..16].try_into().unwrap())).unwrap();
    let json: Value = serde_json::from_slice(&bytes[20..20 + length]).unwrap();
    let bin = &bytes[28 + length..];
    let mut modes = std::collections::BTreeSet::new();
    for line in String::from_utf8(told.stdout).unwrap().lines() {
        let (number, hash) = line.split_once(' ').unwrap();
        let packed = &json["bufferViews"][number.parse::<usize>().unwrap()]["extensions"]["EXT_meshopt_compression"];
        let of = |field: &str| usize::try_from(packed[field].as_u64().unwrap_or(0)).unwrap();
        let (stream, count, stride) = (&bin[of("byteOffset")..of("byteOffset") + of("byteLength")], of("count"), of("byteStride"));
        let words = |words: Vec<u32>| words.iter().flat_map(|word| word.to_le_bytes().into_iter().take(stride)).collect::<Vec<u8>>();
        let mode = packed["mode"].as_str().unwrap();
        let unpacked = match mode {
            "ATTRIBUTES" => {
                let mut bytes = meshopt::attributes(stream, count, stride).unwrap();
                if packed["filter"] == "EXPONENTIAL" {
                    meshopt::exponential(&mut bytes);
                }
                bytes
            }
            "TRIANGLES" => words(meshopt::triangles(stream, count).unwrap()),
            _ => words(meshopt::indices(stream, count).unwrap()),
        };
        assert_eq!(hex::encode(Sha256::digest(&unpacked)), hash, "view {number}, {mode}");
        modes.insert(mode.to_owned());
    }
    assert!(modes.contains("ATTRIBUTES") && modes.contains("TRIANGLES"), "{modes:?}");
}

type Change = fn(&mut Value);

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let (fit, bin) = boxes(&[[0.0, 0.0, 0.0, 2.0, 2.0, 2.0]]);
    assert!(measured(&glb(&fit, &bin), &LIE).is_ok());
    let wrong: [(&str, Change); 26] = [
        ("/asset/version", |json| json["asset"]["version"] = "1.0".into()),
        ("/scene", |json| json["scene"] = 3.into()),
        ("/nodes/0", |json| json["nodes"][0]["children"] = json!([0])),
        ("/nodes/1", |json| json["nodes"] = json!([{ "mesh": 0, "children": [1, 1] }, {}])),
        ("/nodes/7", |json| json["nodes"][0]["children"] = json!([7])),
        ("/meshes/0/primitives/0", |json| json["nodes"][0]["scale"] = json!([1e308, 1e308, 1e308])),
        ("/nodes/0/mesh", |json| json["nodes"][0]["mesh"] = 9.into()),
        ("/nodes/0/skin", |json| json["nodes"][0]["skin"] = 9.into()),
        ("/buffers/0/uri", |json| json["buffers"][0]["uri"] = "https://elsewhere.example/a.bin".into()),
        ("/buffers/0/byteLength", |json| json["buffers"][0]["byteLength"] = 1_000_000_000_u64.into()),
        ("/buffers/1/byteLength", |json| json["buffers"] = json!([json["buffers"][0], { "byteLength": 4 }])),
        ("/bufferViews/0", |json| json["bufferViews"][0]["byteOffset"] = 4_000_000_000_u64.into()),
        ("/bufferViews/0", |json| json["bufferViews"][0]["byteLength"] = u64::MAX.into()),
        ("/accessors/0", |json| json["accessors"][0]["count"] = 1_000_000.into()),
        ("/accessors/0", |json| json["accessors"][0]["count"] = 0.into()),
        ("/meshes", |json| json["accessors"][1]["count"] = u64::MAX.into()),
        ("/accessors/0", |json| json["accessors"][0]["byteOffset"] = u64::MAX.into()),
        ("/accessors/0", |json| json["accessors"][0]["sparse"] = json!({})),
        ("/accessors/0", |json| json["accessors"][0]["type"] = "VEC2".into()),
        ("/meshes/0/primitives/0/mode", |json| json["meshes"][0]["primitives"][0]["mode"] = 9.into()),
        ("/meshes", |json| json["meshes"][0]["primitives"][0]["mode"] = 0.into()),
        ("/images/0/uri", |json| json["images"] = json!([{ "uri": "data:image/png;base64,AA==" }])),
        ("/images/0/mimeType", |json| json["images"] = json!([{ "bufferView": 0, "mimeType": "image/svg+xml" }])),
        ("/images/0", |json| json["images"] = json!([{ "bufferView": 0, "mimeType": "image/png" }])),
        ("/extensionsRequired/0", |json| json["extensionsRequired"] = json!(["KHR_draco_mesh_compression"])),
        ("/animations", |json| json["animations"] = json!([{}])),
    ];
    for (place, change) in wrong {
        let mut json = fit.clone();
        change(&mut json);
        assert_eq!(refused(&json, &bin), place);
    }
    let mut indices = bin.clone();
    indices[96..100].copy_from_slice(&99_u32.to_le_bytes());
    assert_eq!(refused(&fit, &indices), "/meshes/0/primitives/0/indices");
    let mut nowhere = bin.clone();
    nowhere[0..4].copy_from_slice(&f32::NAN.to_le_bytes());
    assert_eq!(refused(&fit, &nowhere), "/meshes/0/primitives/0");
    let deep: Vec<Value> = (0..200).map(|number| json!({ "children": [number + 1] })).chain([json!({ "mesh": 0 })]).collect();
    let mut json = fit.clone();
    json["nodes"] = deep.into();
    assert_eq!(refused(&json, &bin), "/nodes/65");
    // Too large, and too small, to stand in a space.
    let (json, bin) = boxes(&[[0.0, 0.0, 0.0, 5_000.0, 2.0, 5_000.0]]);
    assert_eq!(refused(&json, &bin), "file");
    let (json, bin) = boxes(&[[0.0, 0.0, 0.0, 0.01, 0.02, 0.01]]);
    assert_eq!(refused(&json, &bin), "file");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0_usize..1_400, byte in any::<u8>()) {
        let _ = measured(&bytes, &LIE);
        for stride in [4, 12] {
            for head in [0xa0, 0xe1, 0xd1] {
                let mut stream = bytes.clone();
                stream.insert(0, head);
                let _ = meshopt::attributes(&stream, 60, stride);
                let _ = meshopt::triangles(&stream, 60);
                let _ = meshopt::indices(&stream, 60);
            }
        }
        let (json, bin) = boxes(&[[0.0, 0.0, 0.0, 2.0, 2.0, 2.0]]);
        let mut file = glb(&json, &bin);
        let at = at % file.len();
        file[at] = byte;
        let _ = measured(&file, &LIE);
    }
}
