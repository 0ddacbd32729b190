//! The district of the demonstration is what the command draws, byte for byte. `SALA_UPDATE=1` writes it anew.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::indexing_slicing, reason = "a helper of a test may stop it")]

use std::path::Path;

use sala_city::{
    make::{DrawOrder, drawn},
    place::Place,
};
use sala_core::text::Text;

/// As `sala city draw` is called in docs/operate.md.
fn order() -> DrawOrder {
    DrawOrder {
        id: "acosta".into(),
        title: Text::new("ย่านถนนอันเดรอา คอสตา (จำลอง)", "Via Andrea Costa district (model)"),
        street: Some("bologna_acosta".into()),
        streets_by: Text::new("DLR, sumo-scenarios; iTETRIS", "DLR, sumo-scenarios; iTETRIS"),
        streets_licence: "EPL-2.0".into(),
        url: Some("https://github.com/DLR-TS/sumo-scenarios".into()),
        cell_m: 7.0,
        seed: 2569,
    }
}

#[test]
fn the_district_of_the_demonstration_is_what_the_command_draws() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo");
    let folder = demo.join("cities/acosta");
    let net = demo.join("data/streets/bologna_acosta/acosta_buslanes.net.xml.gz");
    let (files, city) = drawn(&order(), &net).unwrap();
    assert!(files.bytes() <= 1_500_000, "{} bytes", files.bytes());
    if std::env::var_os("SALA_UPDATE").is_some() {
        files.write(&folder).unwrap();
        if let Some(path) = std::env::var_os("SALA_CITYJSON") {
            std::fs::write(path, city.to_string()).unwrap();
        }
    }
    println!("{} bytes, {} objects", files.bytes(), city["CityObjects"].as_object().unwrap().len());
    for (name, bytes) in &files.0 {
        println!("{name}: {} bytes", bytes.len());
        let kept = std::fs::read(folder.join(name)).unwrap_or_else(|fault| panic!("{name}: {fault}; SALA_UPDATE=1 writes it"));
        assert!(kept == *bytes, "{name} is another; SALA_UPDATE=1 writes it");
    }
    let place = Place::read(&folder).unwrap();
    assert_eq!(place.files.len() + 1, files.0.len());
    assert!(place.file.flood.is_some() && place.terrain.is_some() && place.built.is_some());
}
