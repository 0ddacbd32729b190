//! `sala model`: a scan or a reconstruction of a place becomes a space of a profile, with the card that says where it comes from and what
//! one may do with it; and a look at what a profile has. Nothing is taken over without a licence.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand, ValueEnum};
use sala_core::{
    problem::{INVALID, Problem},
    profile::read_dir,
};
use sala_world::{
    licence::Licence,
    model::{
        BUDGET, ModelError,
        glb::Glb,
        height::{Grounds, Lie, grounds},
        placed::{Axis, ModelFile},
    },
    property::{Making, Provenance},
    space::SpaceFile,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{complain, fail, say};

/// Models of places.
#[derive(Debug, Args)]
pub struct ModelOptions {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a space of a glTF 2.0 binary file: checked, measured, with walls where one can't walk, and with its card.
    Import(Box<ImportOptions>),
    /// Look at the spaces of a profile that have a model: file, hash, budget, licence.
    Check {
        /// Folder of the profile.
        #[arg(long, value_name = "DIR")]
        profile: PathBuf,
    },
}

/// How the model was made.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Scan,
    Reconstruction,
    Drawn,
    Photograph,
}

/// Which axis of the file points up.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum UpAxis {
    #[default]
    Y,
    Z,
}

#[derive(Debug, Args)]
struct ImportOptions {
    /// Folder of the profile; the space is written to spaces/<id>.yaml and models/<sha256>.glb.
    #[arg(long, value_name = "DIR")]
    profile: PathBuf,
    /// Id of the space: letters a-z, digits and hyphens.
    #[arg(long, value_name = "ID")]
    id: String,
    /// glTF 2.0 binary file (.glb).
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Its licence: an SPDX id such as CC-BY-4.0, or what it is called, then with --licence-url.
    #[arg(long, value_name = "SPDX")]
    licence: String,
    /// Where a licence stands that has no SPDX id.
    #[arg(long, value_name = "URL")]
    licence_url: Option<String>,
    /// Where the model comes from: an address or a reference in words.
    #[arg(long, value_name = "URL")]
    source: String,
    /// How it was made.
    #[arg(long, value_enum)]
    kind: Kind,
    /// When it was captured or made: YYYY, YYYY-MM or YYYY-MM-DD.
    #[arg(long, value_name = "DATE")]
    captured: Option<String>,
    /// What is not sure about it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    uncertainty: String,
    /// Title in Thai.
    #[arg(long, value_name = "TEXT")]
    title_th: String,
    /// Title in English.
    #[arg(long, value_name = "TEXT")]
    title_en: String,
    /// Metres to a unit of the file.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    scale: f64,
    /// Which axis of the file points up.
    #[arg(long, value_enum, default_value_t)]
    up: UpAxis,
    /// Take the place of a space of this id.
    #[arg(long)]
    replace: bool,
}

impl From<Kind> for Making {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Scan => Self::Scan,
            Kind::Reconstruction => Self::Reconstruction,
            Kind::Drawn => Self::Drawn,
            Kind::Photograph => Self::Photograph,
        }
    }
}

impl From<UpAxis> for Axis {
    fn from(up: UpAxis) -> Self {
        match up {
            UpAxis::Y => Self::Y,
            UpAxis::Z => Self::Z,
        }
    }
}

fn wrong(place: impl Into<String>, expected: impl std::fmt::Display) -> Problem {
    let place = place.into();
    INVALID.problem().detail(format!("{place}: {expected}"), format!("{place}: {expected}")).at(place, expected.to_string())
}

fn of_file(path: &Path) -> impl Fn(std::io::Error) -> Problem + '_ {
    move |fault| wrong(path.display().to_string(), fault)
}

fn of_model(fault: ModelError) -> Problem {
    wrong(fault.place, fault.expected)
}

/// Runs the command.
pub async fn run(options: ModelOptions) -> ExitCode {
    let done = tokio::task::spawn_blocking(move || match options.what {
        What::Import(options) => import(&options).map(|()| true),
        What::Check { profile } => check(&profile),
    });
    match done.await {
        Ok(Ok(true)) => ExitCode::SUCCESS,
        Ok(Ok(false)) => ExitCode::from(1),
        Ok(Err(problem)) => fail(&problem),
        Err(fault) => fail(&wrong("model", fault)),
    }
}

fn licence(options: &ImportOptions) -> Result<Licence, Problem> {
    let licence = match &options.licence_url {
        None => Licence::spdx(&options.licence),
        Some(url) => Licence { spdx: None, text: Some(options.licence.clone()), url: Some(url.clone()) },
    };
    licence.check().map_err(|(place, expected)| wrong(format!("--licence{}", place.replace('/', " ")), expected))?;
    Ok(licence)
}

fn import(options: &ImportOptions) -> Result<(), Problem> {
    let is_name = !options.id.is_empty()
        && options.id.len() <= 40
        && options.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_name {
        return Err(wrong("--id", "expected 1 to 40 letters a-z, digits and hyphens"));
    }
    let document = options.profile.join("spaces").join(format!("{}.yaml", options.id));
    if document.exists() && !options.replace {
        return Err(wrong(document.display().to_string(), "there is a space of this id; --replace takes its place"));
    }
    let licence = licence(options)?;
    let provenance = Provenance {
        kind: options.kind.into(),
        captured: options.captured.clone(),
        source: options.source.trim().to_owned(),
        uncertainty: options.uncertainty.trim().to_owned(),
    };
    provenance.check().map_err(|(place, expected)| wrong(format!("--{}", place.trim_start_matches('/')), expected))?;
    if !(options.scale.is_finite() && options.scale > 0.0) {
        return Err(wrong("--scale", "expected a number above 0"));
    }
    let bytes = fs::read(&options.model).map_err(of_file(&options.model))?;
    let glb = Glb::read(&bytes, &BUDGET).map_err(of_model)?;
    let axis = Axis::from(options.up);
    let lie = Lie { up: axis.into(), scale: options.scale };
    let ground = grounds(&lie, |each| glb.triangles(each)).map_err(of_model)?;
    let file = format!("{}.glb", hex::encode(Sha256::digest(&bytes)));
    let model = ModelFile { file: file.clone(), at: ground.at, scale: options.scale, up: axis, provenance, licence };
    let text = written(options, &model, &ground)?;
    let models = options.profile.join("models");
    fs::create_dir_all(&models).map_err(of_file(&models))?;
    fs::create_dir_all(options.profile.join("spaces")).map_err(of_file(&options.profile))?;
    fs::write(models.join(&file), &bytes).map_err(of_file(&models))?;
    fs::write(&document, text).map_err(of_file(&document))?;
    let [wide, high, deep] = ground.extent;
    say(format_args!(
        "{} · {wide:.1} × {deep:.1} m, {high:.1} m high · {} triangles, {} pictures",
        options.id, glb.counts.triangles, glb.counts.images
    ));
    say(format_args!("{} walls and {} floors from cells of {} m", ground.walls.len(), ground.floors.len(), ground.cell_m));
    if model.licence.is_non_commercial() || model.licence.is_no_derivatives() {
        say("The licence has NC or ND: the page shows it, and the hall does not hand the file out.");
    }
    say(format_args!(
        "wrote {} and models/{file}; look at it in the browser, then write fixtures and a tour into the document",
        document.display()
    ));
    Ok(())
}

/// The document of the space: JSON within YAML, in the order in which people read it.
fn written(options: &ImportOptions, model: &ModelFile, ground: &Grounds) -> Result<String, Problem> {
    let line = |value: &Value| value.to_string();
    let text = |th: &str, en: &str| line(&json!({ "th": th, "en": en }));
    let (source, licence) = (&model.provenance.source, model.licence.name());
    let [wide, deep] = ground.size;
    let model = serde_json::to_value(model).map_err(|fault| wrong("model", fault))?;
    let list = |name: &str, items: Vec<Value>| -> String {
        if items.is_empty() {
            String::new()
        } else {
            items.iter().fold(format!("{name}:\n"), |list, item| list + "  - " + &line(item) + "\n")
        }
    };
    let boxes = |sides: &Option<[f64; 4]>| json!({ "box": sides });
    Ok(format!(
        "# Made by `sala model import`. Walls and floors come from a raster of {} m: look at them, and correct them by hand.\n\
         id: {}\norder: 50\ntitle: {}\nabout: {}\nscene: model\nsize: [{wide}, {deep}]\ncapacity: 200\nmodel: {}\n{}{}spawns:\n  - {}\n",
        ground.cell_m,
        options.id,
        text(options.title_th.trim(), options.title_en.trim()),
        text(
            &format!("แบบจำลองสามมิติ ที่มา {source} สัญญาอนุญาต {licence}"),
            &format!("A model in three dimensions. Source: {source}. Licence: {licence}.")
        ),
        line(&model),
        list("walls", ground.walls.iter().map(|wall| boxes(&wall.sides)).collect()),
        list("floors", ground.floors.iter().map(|floor| json!({ "box": floor.sides, "y": floor.y })).collect()),
        line(&json!({ "at": [wide / 2.0, deep - 1.5], "yaw": 0 })),
    ))
}

/// True: all fit.
fn check(profile: &Path) -> Result<bool, Problem> {
    let mut is_fit = true;
    for file in read_dir::<SpaceFile>(&profile.join("spaces"))? {
        let Some(model) = &file.value.model else { continue };
        match model.check(&file.value.id, &file.path) {
            Ok(view) => say(format_args!(
                "{} · {} · {} bytes, {} triangles · {}{}",
                file.value.id,
                view.sha256,
                view.size,
                view.triangles,
                view.licence.name,
                if view.may_download { "" } else { " · not handed out" }
            )),
            Err(fault) => {
                is_fit = false;
                complain(&wrong(format!("{}#{}", file.path.display(), fault.place), fault.expected));
            }
        }
    }
    Ok(is_fit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use sala_core::profile::read_file;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: ModelOptions,
    }

    /// A block of 4 × 3 × 2 m (x, y, z) on the ground, in units of the file.
    fn block() -> Vec<u8> {
        let corners: Vec<[f32; 3]> =
            (0..8_u8).map(|n| [f32::from(n & 1) * 4.0, f32::from(n >> 1 & 1) * 3.0, f32::from(n >> 2) * 2.0]).collect();
        let faces: [[u16; 4]; 6] = [[0, 1, 3, 2], [4, 5, 7, 6], [0, 1, 5, 4], [2, 3, 7, 6], [0, 2, 6, 4], [1, 3, 7, 5]];
        let mut bin: Vec<u8> = corners.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
        bin.extend(faces.iter().flat_map(|[a, b, c, d]| [*a, *b, *c, *a, *c, *d]).flat_map(u16::to_le_bytes));
        let json = json!({
            "asset": { "version": "2.0" }, "scene": 0, "scenes": [{ "nodes": [0] }], "nodes": [{ "mesh": 0 }],
            "meshes": [{ "primitives": [{ "attributes": { "POSITION": 0 }, "indices": 1 }] }],
            "accessors": [
                { "bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3" },
                { "bufferView": 1, "componentType": 5123, "count": 36, "type": "SCALAR" }],
            "bufferViews": [{ "buffer": 0, "byteLength": 96 }, { "buffer": 0, "byteOffset": 96, "byteLength": 72 }],
            "buffers": [{ "byteLength": bin.len() }],
        });
        let mut text = json.to_string().into_bytes();
        text.resize(text.len().next_multiple_of(4), b' ');
        let mut file = b"glTF\x02\0\0\0".to_vec();
        file.extend(u32::try_from(28 + text.len() + bin.len()).unwrap().to_le_bytes());
        for (kind, chunk) in [(b"JSON", &text), (b"BIN\0", &bin)] {
            file.extend(u32::try_from(chunk.len()).unwrap().to_le_bytes());
            file.extend(kind);
            file.extend(chunk.as_slice());
        }
        file
    }

    fn imported(profile: &Path, model: &Path, more: &[&str]) -> Result<(), Problem> {
        let (profile, model) = (profile.to_str().unwrap(), model.to_str().unwrap());
        let mut line =
            vec!["x", "import", "--profile", profile, "--id", "wat-x", "--model", model, "--source", "https://scans.example/wat"];
        line.extend(["--kind", "scan", "--captured", "2024-11", "--title-th", "วัดตัวอย่าง", "--title-en", "Wat Example"]);
        line.extend(more);
        let What::Import(options) = Line::try_parse_from(line).unwrap().options.what else { panic!("not an import") };
        import(&options)
    }

    #[test]
    fn a_model_becomes_a_space_with_its_card_and_walls() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("block.glb");
        fs::write(&file, block()).unwrap();
        imported(folder.path(), &file, &["--licence", "CC-BY-NC-4.0"]).unwrap();
        let space = read_file::<SpaceFile>(&folder.path().join("spaces/wat-x.yaml")).unwrap().value;
        let model = space.model.as_ref().unwrap();
        assert_eq!((space.scene.as_str(), space.size, model.at), ("model", [13.0, 11.0], [4.0, 0.0, 4.0]));
        assert!(model.licence.is_non_commercial());
        assert_eq!(space.walls.len(), 1, "a block is one wall: {:?}", space.walls);
        assert!(check(folder.path()).unwrap());
        // Twice over an existing one, and files that were changed afterwards.
        assert!(imported(folder.path(), &file, &["--licence", "MIT"]).is_err());
        imported(folder.path(), &file, &["--licence", "MIT", "--replace", "--up", "z"]).unwrap();
        let space = read_file::<SpaceFile>(&folder.path().join("spaces/wat-x.yaml")).unwrap().value;
        assert_eq!(space.size.map(|side| (side * 100.0).round().to_string()), ["1300", "1200"], "lying down: 4 m wide, 3 m deep");
        let stored = folder.path().join("models").join(&space.model.unwrap().file);
        let mut bytes = fs::read(&stored).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&stored, bytes).unwrap();
        assert!(!check(folder.path()).unwrap(), "another hash than the name says");
    }

    #[test]
    fn without_a_licence_nothing_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("block.glb");
        fs::write(&file, block()).unwrap();
        for licence in ["unknown", "", "cc-by", "All rights reserved"] {
            assert!(imported(folder.path(), &file, &["--licence", licence]).is_err(), "{licence}");
        }
        assert!(imported(folder.path(), &file, &["--licence", "unknown", "--licence-url", "https://scans.example/licence"]).is_err());
        assert!(!folder.path().join("spaces").exists() && !folder.path().join("models").exists(), "nothing was written");
        imported(
            folder.path(),
            &file,
            &["--licence", "Licence of the Fine Arts Department", "--licence-url", "https://scans.example/licence"],
        )
        .unwrap();
    }
}
