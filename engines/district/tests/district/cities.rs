//! Real cities: what is read is drawn.

use sala_district::{
    CityJsonError, CityModel, Frame,
    mesh::{Triangulator, area_vector},
};
use serde_json::json;

use crate::shared::{CITIES, city, corners, faces, one, read};

fn length(vector: [f64; 3]) -> f64 {
    vector.iter().map(|part| part * part).sum::<f64>().sqrt()
}

#[test]
fn each_face_of_real_cities_becomes_triangles_of_its_area() {
    for name in CITIES {
        let Some(bytes) = city(name) else { return };
        let model = CityModel::read(&bytes).unwrap();
        let mut triangulator = Triangulator::default();
        let (mut faces, mut flawed, mut bent) = (0_u32, 0_u32, 0_u32);
        for object in &model.objects {
            let mut drawn = 0;
            for polygon in object.geometries.iter().flat_map(|geometry| &geometry.faces) {
                let expected = length(area_vector(polygon));
                faces += 1;
                let Some(face) = triangulator.face(polygon) else {
                    assert!(expected <= 1e-6, "{name} {}: a face of {expected} m² is not drawn", object.id);
                    flawed += 1;
                    continue;
                };
                drawn += 1;
                // Corners of real roofs lie millimetres beside the plane: what stays equal is the area seen along the normal.
                let seen: f64 = face
                    .shapes()
                    .map(|[a, b, c]| {
                        let (u, v) = (std::array::from_fn::<f64, 3, _>(|i| b[i] - a[i]), std::array::from_fn::<f64, 3, _>(|i| c[i] - a[i]));
                        let cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
                        (0..3).map(|i| cross[i] * face.normal[i]).sum::<f64>() / 2.0
                    })
                    .sum();
                if (seen - expected).abs() > 1e-6 * expected.max(1.0) {
                    bent += 1;
                }
                assert!((seen - expected).abs() <= 0.02 * expected.max(1.0), "{name} {}: {seen} m² of {expected}", object.id);
                assert!((length(face.normal) - 1.0).abs() < 1e-9);
            }
            assert!(object.geometries.is_empty() || drawn > 0, "{name} {}: nothing is drawn", object.id);
        }
        println!(
            "{name}: {} objects, {faces} faces, {flawed} without area, {bent} that cut themselves; {:?}",
            model.objects.len(),
            model.notes
        );
        assert!(f64::from(bent) <= 0.002 * f64::from(faces), "{name}: {bent} of {faces} faces changed their area");
    }
}

#[test]
fn solids_hold_as_much_as_their_polygons_say() {
    for name in CITIES {
        let Some(bytes) = city(name) else { return };
        let model = CityModel::read(&bytes).unwrap();
        let mut triangulator = Triangulator::default();
        for object in &model.objects {
            for geometry in object.geometries.iter().filter(|geometry| geometry.is_solid) {
                let from = geometry.faces[0].rings[0][0];
                let (mut meshed, mut polygons) = (0.0, 0.0);
                for polygon in &geometry.faces {
                    let area = area_vector(polygon);
                    let first = polygon.rings[0][0];
                    polygons += 2.0 * (0..3).map(|i| (first[i] - from[i]) * area[i]).sum::<f64>();
                    meshed += triangulator.face(polygon).map_or(0.0, |face| face.volume_6(from));
                }
                // Sixths on both sides: 1 % covers faces whose corners do not lie in one plane.
                assert!((meshed - polygons).abs() <= 0.01 * polygons.abs() + 0.5, "{name} {}: {meshed} {polygons}", object.id);
                // A courtyard that faces the wrong way would be smaller than nothing.
                assert!(meshed > 0.0, "{name} {}: {meshed}", object.id);
            }
        }
    }
}

#[test]
fn a_city_lies_where_its_extents_say() {
    for (name, version, objects, epsg) in [
        ("delft.json", "2.0", 570, Some(7415)),
        ("zurich_subset_lod2.json", "1.1", 210, Some(2056)),
        ("DH_01_subs.city.json", "1.1", 12, None),
    ] {
        let Some(bytes) = city(name) else { return };
        let model = CityModel::read(&bytes).unwrap();
        assert_eq!((model.version.as_str(), model.objects.len(), model.epsg), (version, objects, epsg), "{name}");
        for object in model.objects.iter().filter(|object| !object.geometries.is_empty()) {
            let Some(extent) = object.extent else { continue };
            let points = object.geometries.iter().flat_map(|geometry| &geometry.faces).flat_map(|face| face.rings.iter().flatten());
            let mut found = [f64::INFINITY, f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
            for point in points {
                for axis in 0..3 {
                    found[axis] = found[axis].min(point[axis]);
                    found[axis + 3] = found[axis + 3].max(point[axis]);
                }
            }
            assert!(
                found.iter().zip(extent).all(|(found, told)| (found - told).abs() < 0.002),
                "{name} {}: {found:?} {extent:?}",
                object.id
            );
        }
    }
    let Some(bytes) = city("delft.json") else { return };
    let frame = Frame::around(&CityModel::read(&bytes).unwrap()).unwrap();
    assert_eq!((frame.origin, frame.size), ([84_616.0, 447_751.0], [525.0, 329.0]));
}

#[test]
fn holes_are_cut_out_whichever_way_they_are_written() {
    let square = |least: f64, most: f64| [[least, least, 5.0], [most, least, 5.0], [most, most, 5.0], [least, most, 5.0]];
    let vertices: Vec<_> = square(0.0, 10.0).into_iter().chain(square(2.0, 4.0)).chain(square(6.0, 9.0)).collect();
    for holes in [[[4, 5, 6, 7], [8, 9, 10, 11]], [[7, 6, 5, 4], [8, 9, 10, 11]]] {
        let model = read(&one(&vertices, json!({"type": "MultiSurface", "lod": "2", "boundaries": [[[0, 1, 2, 3], holes[0], holes[1]]]})));
        let polygon = &model.objects[0].geometries[0].faces[0];
        let face = Triangulator::default().face(polygon).unwrap();
        assert!((face.area() - 87.0).abs() < 1e-9, "{}", face.area());
        assert_eq!(face.normal, [0.0, 0.0, 1.0]);
    }
}

#[test]
fn a_box_has_its_volume_and_surfaces_and_materials() {
    let mut city = one(
        &corners(),
        json!({"type": "Solid", "lod": 1.2, "boundaries": [faces()],
            "semantics": {"surfaces": [{"type": "GroundSurface"}, {"type": "RoofSurface"}, {"type": "WallSurface"}], "values": [[0, 1, 2, 2, null, 2]]},
            "material": {"day": {"values": [[0, 1, null, null, null, null]]}}}),
    );
    city["appearance"] = json!({"materials": [{"name": "a", "diffuseColor": [0.1, 0.2, 0.3]}, {"name": "b"}]});
    let model = read(&city);
    let geometry = &model.objects[0].geometries[0];
    assert_eq!((geometry.lod, geometry.is_solid, geometry.faces.len()), (1.2, true, 6));
    let surfaces: Vec<_> = geometry.faces.iter().map(|face| face.surface.as_deref().unwrap_or("-")).collect();
    assert_eq!(surfaces, ["GroundSurface", "RoofSurface", "WallSurface", "WallSurface", "-", "WallSurface"]);
    assert_eq!(geometry.faces[0].colour, Some([0.1, 0.2, 0.3]));
    assert_eq!(geometry.faces[1].colour, None);
    let mut triangulator = Triangulator::default();
    let volume: f64 = geometry.faces.iter().map(|face| triangulator.face(face).unwrap().volume_6([7.0, -3.0, 900.0])).sum::<f64>() / 6.0;
    assert!((volume - 6_000.0).abs() < 1e-6, "{volume}");
}

#[test]
fn templates_stand_where_they_are_placed() {
    let city = json!({"type": "CityJSON", "version": "1.1", "vertices": [[1000, 2000, 3000]],
        "transform": {"scale": [0.001, 0.001, 0.001], "translate": [100.0, 200.0, 300.0]},
        "geometry-templates": {"templates": [{"type": "MultiSurface", "lod": "1", "boundaries": [[[0, 1, 2]]]}],
            "vertices-templates": [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]},
        "CityObjects": {"tree": {"type": "SolitaryVegetationObject", "geometry": [{"type": "GeometryInstance", "template": 0, "boundaries": [0],
            "transformationMatrix": [2.0, 0.0, 0.0, 5.0, 0.0, 3.0, 0.0, 6.0, 0.0, 0.0, 1.0, 7.0, 0.0, 0.0, 0.0, 1.0]}]}}});
    let model = read(&city);
    assert_eq!(model.objects[0].geometries[0].faces[0].rings[0], [[106.0, 208.0, 310.0], [108.0, 208.0, 310.0], [106.0, 211.0, 310.0]]);
}

#[test]
fn of_several_geometries_the_most_detailed_below_a_limit_is_taken() {
    let mut city = one(&corners(), json!({"type": "Solid", "lod": "1.3", "boundaries": [faces()]}));
    let square = json!({"type": "MultiSurface", "lod": "0", "boundaries": [[[0, 1, 2, 3]]]});
    city["CityObjects"]["a"]["geometry"].as_array_mut().unwrap().insert(0, square);
    let object = &read(&city).objects[0];
    assert_eq!(object.geometry(None).unwrap().lod, 1.3);
    assert_eq!(object.geometry(Some(1.0)).unwrap().lod, 0.0);
    assert_eq!(object.geometry(Some(-1.0)).unwrap().lod, 1.3);
}

#[test]
fn what_does_not_fit_is_told_with_its_place() {
    let city = one(&corners(), json!({"type": "Solid", "boundaries": [[[[0, 1, 99]]]]}));
    let refused = |city: &serde_json::Value| CityModel::read(city.to_string().as_bytes()).unwrap_err();
    let place = "/CityObjects/a/geometry/0".to_owned();
    assert_eq!(refused(&city), CityJsonError::Index { place, index: 99, what: "vertices", of: 8 });
    let mut other = city.clone();
    other["version"] = json!("3.0");
    assert_eq!(refused(&other), CityJsonError::Version("3.0".into()));
    other = one(&corners(), json!({"type": "MultiPoint", "boundaries": [0]}));
    assert_eq!(refused(&other), CityJsonError::Nothing);
    other = one(&corners(), json!({"type": "Sphere"}));
    assert!(matches!(refused(&other), CityJsonError::Json(_)));
    other = one(&corners(), json!({"type": "Solid", "boundaries": [faces()]}));
    other["transform"]["scale"] = json!([1e300, 1.0, 1.0]);
    assert_eq!(refused(&other), CityJsonError::Coordinate { place: "/vertices/1".into() });
    assert_eq!(
        refused(&json!({"type": "CityJSONFeature", "version": "2.0", "CityObjects": {}, "vertices": []})),
        CityJsonError::Type("CityJSONFeature".into())
    );
}

#[test]
fn lines_and_flat_faces_are_passed_over_and_counted() {
    let boundaries = json!([[[0, 0, 0]], [[0, 1, 1, 0]], [[0, 1, 2, 3], [4, 5]], [[0, 1, 2, 3]]]);
    let model = read(&one(&corners(), json!({"type": "MultiSurface", "lod": "1", "boundaries": boundaries})));
    assert_eq!(model.objects[0].geometries[0].faces.len(), 2);
    assert_eq!(model.notes, ["2 × faces with fewer than three corners", "1 × holes with fewer than three corners"]);
}
