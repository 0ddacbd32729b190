//! Cities that lie beside the repository, and small ones of our own.

use std::{env, path::PathBuf};

use sala_district::{CityModel, Point};
use serde_json::{Value, json};

/// A file of `data/world/city` below `$SALA_SHARED` or below a folder `shared` beside one of our ancestors. `None`, with a word, without it.
pub(crate) fn city(name: &str) -> Option<Vec<u8>> {
    let set = env::var_os("SALA_SHARED").map(PathBuf::from);
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let beside = here.ancestors().map(|folder| folder.join("shared"));
    let found = set.into_iter().chain(beside).find_map(|shared| std::fs::read(shared.join("data/world/city").join(name)).ok());
    if found.is_none() {
        println!("skipped: no data/world/city/{name} (set SALA_SHARED to the folder that has it)");
    }
    found
}

pub(crate) const CITIES: [&str; 4] = ["delft.json", "rotterdam_subset.json", "zurich_subset_lod2.json", "DH_01_subs.city.json"];

/// A city of one object with one geometry.
pub(crate) fn one(vertices: &[Point], geometry: Value) -> Value {
    json!({"type": "CityJSON", "version": "2.0", "transform": {"scale": [1.0, 1.0, 1.0], "translate": [0.0, 0.0, 0.0]},
        "CityObjects": {"a": {"type": "Building", "geometry": [geometry]}}, "vertices": vertices})
}

pub(crate) fn read(city: &Value) -> CityModel {
    CityModel::read(city.to_string().as_bytes()).unwrap()
}

/// Corners of a box of 10 × 20 × 30 m.
pub(crate) fn corners() -> Vec<Point> {
    let bottom = [[0.0, 0.0, 0.0], [10.0, 0.0, 0.0], [10.0, 20.0, 0.0], [0.0, 20.0, 0.0]];
    bottom.into_iter().chain(bottom.map(|[x, y, _]| [x, y, 30.0])).collect()
}

/// Its faces, outwards.
pub(crate) fn faces() -> Value {
    json!([[[3, 2, 1, 0]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]])
}
