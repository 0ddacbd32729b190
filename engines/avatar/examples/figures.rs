//! Writes figures to look at: `cargo run -p sala-avatar --example figures -- FOLDER [CHOICES.json]`. The file holds an object of
//! changes to a seed's choices for each name: `{"name": {"seed": 7, "hair": "bun"}}`. Without it, 24 seeds are drawn.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for the people who draw")]

use std::{env, fs, path::PathBuf};

use sala_avatar::{Choices, Lod, render};
use serde_json::{Map, Value};

fn main() {
    let folder = PathBuf::from(env::args().nth(1).unwrap());
    fs::create_dir_all(&folder).unwrap();
    let wanted: Map<String, Value> = match env::args().nth(2) {
        Some(file) => serde_json::from_slice(&fs::read(file).unwrap()).unwrap(),
        None => (0..24).map(|seed| (format!("seed-{seed:02}"), serde_json::json!({ "seed": seed }))).collect(),
    };
    for (name, changes) in wanted {
        let mut changes = changes.as_object().unwrap().clone();
        let number = changes.remove("seed").and_then(|seed| seed.as_u64()).unwrap_or(0);
        let lod: Lod = changes.remove("lod").map_or(Lod::Full, |lod| serde_json::from_value(lod).unwrap());
        // Evenly spread bytes from a small number.
        let mut state = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let seed = [(); 32].map(|()| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes().into_iter().next().unwrap()
        });
        let mut choices = serde_json::to_value(Choices::from_seed(&seed)).unwrap();
        choices.as_object_mut().unwrap().extend(changes);
        let choices: Choices = serde_json::from_value(choices).unwrap();
        let file = render(&choices, lod, None);
        println!("{name} {} B {}", file.len(), serde_json::to_string(&choices).unwrap());
        fs::write(folder.join(format!("{name}.vrm")), file).unwrap();
    }
}
