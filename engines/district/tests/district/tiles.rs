//! Tiles of real cities.

use std::collections::BTreeSet;

use sala_district::{CityModel, District, Frame, TileError};
use serde_json::Value;

use crate::{
    files::{Glb, peer},
    shared::{CITIES, city, corners, faces, one, read},
};

fn district(bytes: &[u8]) -> District {
    let model = CityModel::read(bytes).unwrap();
    let frame = Frame::around(&model).unwrap();
    District::new(&model, frame, None).unwrap()
}

#[test]
fn tiles_hold_each_object_once_and_stay_small() {
    for name in CITIES {
        let Some(bytes) = city(name) else { return };
        let district = district(&bytes);
        let mut found = BTreeSet::new();
        for tile in &district.tiles {
            assert!(tile.bytes.len() <= 1_000_000, "{name} {}: {} bytes", tile.path, tile.bytes.len());
            let glb = Glb::read(&tile.bytes);
            for feature in glb.features() {
                let object = &district.objects[feature as usize];
                found.insert(feature);
                assert_eq!(object.tile, tile.path, "{name} {}", object.id);
            }
        }
        assert_eq!(found.len(), district.objects.len(), "{name}");
        println!(
            "{name}: {} tiles, {} objects, {} bytes",
            district.tiles.len(),
            found.len(),
            district.tiles.iter().map(|tile| tile.bytes.len()).sum::<usize>()
        );
    }
}

#[test]
fn corners_of_tiles_lie_where_the_city_has_them() {
    let Some(bytes) = city("DH_01_subs.city.json") else { return };
    let model = CityModel::read(&bytes).unwrap();
    let district = district(&bytes);
    let frame = district.frame;
    for (number, told) in district.objects.iter().enumerate() {
        let object = model.objects.iter().find(|object| object.id == told.id).unwrap();
        let faces = &object.geometry(None).unwrap().faces;
        let mut expected: Vec<[f64; 3]> =
            faces.iter().flat_map(|face| face.rings.iter().flatten()).map(|point| frame.place(*point)).collect();
        let glb = Glb::read(&district.tiles.iter().find(|tile| tile.path == told.tile).unwrap().bytes);
        let mut found: Vec<[f64; 3]> =
            glb.positions().into_iter().zip(glb.features()).filter(|(_, feature)| *feature as usize == number).map(|(at, _)| at).collect();
        let sort = |list: &mut Vec<[f64; 3]>| list.sort_by_key(|point| point.map(|part| (part * 100.0).round() as i64));
        sort(&mut expected);
        sort(&mut found);
        assert_eq!(expected.len(), found.len());
        for (expected, found) in expected.iter().zip(&found) {
            assert!((0..3).all(|axis| (expected[axis] - found[axis]).abs() < 0.001), "{}: {expected:?} {found:?}", told.id);
        }
    }
}

#[test]
fn a_large_city_is_cut_into_quarters_whose_boxes_hold_them() {
    // Delft five times as wide.
    let Some(bytes) = city("delft.json") else { return };
    let mut city: Value = serde_json::from_slice(&bytes).unwrap();
    let objects = city["CityObjects"].as_object().unwrap().clone();
    let vertices = city["vertices"].as_array().unwrap().clone();
    for copy in 1..5_u64 {
        for (id, object) in &objects {
            city["CityObjects"][format!("{id}-{copy}")] = object.clone();
        }
        for vertex in &vertices {
            let mut vertex = vertex.clone();
            vertex[0] = (vertex[0].as_i64().unwrap() + 600_000 * copy as i64).into();
            city["vertices"].as_array_mut().unwrap().push(vertex);
        }
        let shift = copy * vertices.len() as u64;
        for id in objects.keys() {
            for geometry in city["CityObjects"][format!("{id}-{copy}")]["geometry"].as_array_mut().unwrap() {
                move_indices(&mut geometry["boundaries"], shift);
            }
        }
    }
    let district = district(city.to_string().as_bytes());
    assert!(district.tiles.len() > 4, "{}", district.tiles.len());
    assert!(district.tiles.iter().all(|tile| tile.bytes.len() <= 1_000_000));
    assert_eq!(district.objects.len(), 570 * 5);
    let mut seen = vec![];
    walk(&district, &district.tileset["root"], None, &mut seen);
    assert_eq!(seen.len(), district.tiles.len());
}

fn move_indices(value: &mut Value, by: u64) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|each| move_indices(each, by)),
        other => *other = (other.as_u64().unwrap() + by).into(),
    }
}

/// Each box holds its children's and its content's corners, and errors fall towards the leaves.
fn walk(district: &District, node: &Value, error: Option<f64>, seen: &mut Vec<String>) {
    let own = node["geometricError"].as_f64().unwrap();
    assert!(error.is_none_or(|error| own < error), "{own} {error:?}");
    let sides: Vec<f64> = node["boundingVolume"]["box"].as_array().unwrap().iter().map(|side| side.as_f64().unwrap()).collect();
    let inside = |[x, y, z]: [f64; 3]| {
        // z is up in a tileset.
        (x - sides[0]).abs() <= sides[3] + 0.001 && (-z - sides[1]).abs() <= sides[7] + 0.001 && (y - sides[2]).abs() <= sides[11] + 0.001
    };
    if let Some(path) = node["content"]["uri"].as_str() {
        seen.push(path.to_owned());
        let tile = district.tiles.iter().find(|tile| tile.path == path).unwrap();
        assert!(Glb::read(&tile.bytes).positions().into_iter().all(inside), "{path}");
    }
    for child in node["children"].as_array().into_iter().flatten() {
        walk(district, child, Some(own), seen);
    }
}

#[test]
fn the_gltf_validator_accepts_every_tile() {
    for name in CITIES {
        let Some(bytes) = city(name) else { return };
        peer(name, &district(&bytes).tiles);
    }
}

#[test]
fn more_than_65535_features_are_told_apart() {
    let square = serde_json::json!({"type": "MultiSurface", "lod": "1", "boundaries": [[[0, 1, 2, 3]]]});
    let mut city = one(&corners(), square.clone());
    for number in 0..66_000 {
        city["CityObjects"][format!("{number:05}")] = serde_json::json!({"type": "LandUse", "geometry": [square]});
    }
    // All lie in one place: the tree ends at its depth.
    let district = district(city.to_string().as_bytes());
    let features: BTreeSet<u32> = district.tiles.iter().flat_map(|tile| Glb::read(&tile.bytes).features()).collect();
    assert_eq!(features.len(), 66_001);
}

#[test]
fn a_city_in_degrees_or_of_a_whole_country_is_refused() {
    let mut city = one(&corners(), serde_json::json!({"type": "Solid", "boundaries": [faces()]}));
    city["transform"]["scale"] = serde_json::json!([10_000.0, 1.0, 1.0]);
    let model = read(&city);
    let refused = District::new(&model, Frame::around(&model).unwrap(), None).unwrap_err();
    assert_eq!(refused, TileError::Size { width: 100_000.0, depth: 20.0, most: 20_000.0 });
}
