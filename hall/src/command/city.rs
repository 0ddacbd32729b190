//! `sala city`: a city model with its licence into a profile, or a district drawn along streets.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand, ValueEnum};
use sala_city::{
    Place,
    declaration::Kind,
    make::{DrawOrder, FolderFiles, ImportOrder, drawn, imported},
};
use sala_core::{
    problem::{INTERNAL, INVALID, Problem},
    text::Text,
};

use super::{fail, say};

/// Which of both.
#[derive(Debug, Args)]
pub struct CityOptions {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Turn CityJSON (1.0, 1.1, 2.0), and ground as GeoTIFF in the same reference system, into a district of a profile.
    Import(Box<ImportArgs>),
    /// Draw a district along a SUMO network: the streets are real, all else is invented and said to be.
    Draw(Box<DrawArgs>),
}

#[derive(Debug, Args)]
struct WhereArgs {
    /// Folder of the profile; the district is written to PROFILE/cities/ID.
    #[arg(long, env = "SALA_PROFILE", value_name = "DIR")]
    profile: PathBuf,
    /// Its name: small letters, digits and _.
    #[arg(long, value_name = "ID")]
    id: String,
    /// Title in Thai.
    #[arg(long, value_name = "TEXT")]
    title_th: String,
    /// Title in English.
    #[arg(long, value_name = "TEXT")]
    title_en: String,
    /// Id of the street of this profile that lies in it.
    #[arg(long, value_name = "ID")]
    street: Option<String>,
    /// Where the data came from.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KindArg {
    Synthetic,
    Survey,
    Reconstruction,
}

#[derive(Debug, Args)]
struct ImportArgs {
    #[command(flatten)]
    place: WhereArgs,
    /// The city.
    #[arg(long, value_name = "FILE")]
    cityjson: PathBuf,
    /// Its ground, GeoTIFF with one band; without it there are no floods.
    #[arg(long, value_name = "FILE")]
    terrain: Option<PathBuf>,
    /// Side of a cell of the ground, m.
    #[arg(long, value_name = "M", default_value_t = 5.0)]
    cell: f64,
    /// Take each object at most in this level of detail, such as 2.2.
    #[arg(long, value_name = "LOD")]
    lod: Option<f64>,
    /// SPDX expression of the data's licence, or the name of their terms.
    #[arg(long, value_name = "TEXT")]
    licence: String,
    /// Who made the data, and from what.
    #[arg(long, value_name = "TEXT")]
    source: String,
    /// How the licence wants the maker named, in Thai.
    #[arg(long, value_name = "TEXT")]
    attribution_th: String,
    /// The same in English.
    #[arg(long, value_name = "TEXT")]
    attribution_en: String,
    /// What it is, in Thai; the title when left out.
    #[arg(long, value_name = "TEXT")]
    about_th: Option<String>,
    /// The same in English.
    #[arg(long, value_name = "TEXT")]
    about_en: Option<String>,
    /// How it came to be.
    #[arg(long, value_enum)]
    kind: KindArg,
    /// When it was taken: a year, month or day.
    #[arg(long, value_name = "DATE")]
    captured: Option<String>,
}

#[derive(Debug, Args)]
struct DrawArgs {
    #[command(flatten)]
    place: WhereArgs,
    /// Street network of SUMO, .net.xml or .net.xml.gz.
    #[arg(long, value_name = "FILE")]
    net: PathBuf,
    /// Whose network it is, in Thai.
    #[arg(long, value_name = "TEXT")]
    streets_by_th: String,
    /// The same in English.
    #[arg(long, value_name = "TEXT")]
    streets_by_en: String,
    /// SPDX expression of the network's licence.
    #[arg(long, value_name = "TEXT")]
    streets_licence: String,
    /// Side of a cell of the ground, m.
    #[arg(long, value_name = "M", default_value_t = 7.0)]
    cell: f64,
    /// Another number, another district; the same one, the same bytes.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Also write what was drawn as CityJSON.
    #[arg(long, value_name = "FILE")]
    cityjson: Option<PathBuf>,
}

/// Writes a district.
pub async fn run(options: CityOptions) -> ExitCode {
    let worked = tokio::task::spawn_blocking(move || match options.what {
        What::Import(options) => import(&options),
        What::Draw(options) => draw(&options),
    });
    match worked.await {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(problem)) => fail(&problem),
        Err(fault) => fail(&INTERNAL.problem().because(fault.to_string())),
    }
}

fn bytes(option: &str, path: &Path) -> Result<Vec<u8>, Problem> {
    std::fs::read(path).map_err(|fault| INVALID.problem().at(option, format!("{}: {fault}", path.display())))
}

fn import(options: &ImportArgs) -> Result<(), Problem> {
    let place = &options.place;
    let title = Text::new(&place.title_th, &place.title_en);
    let order = ImportOrder {
        id: place.id.clone(),
        about: Text::new(options.about_th.as_ref().unwrap_or(&title.th), options.about_en.as_ref().unwrap_or(&title.en)),
        title,
        street: place.street.clone(),
        kind: match options.kind {
            KindArg::Synthetic => Kind::Synthetic,
            KindArg::Survey => Kind::Survey,
            KindArg::Reconstruction => Kind::Reconstruction,
        },
        source: options.source.clone(),
        licence: options.licence.clone(),
        url: place.url.clone(),
        captured: options.captured.clone(),
        attribution: Text::new(&options.attribution_th, &options.attribution_en),
        lod: options.lod,
        cell_m: options.cell,
    };
    let city = bytes("--cityjson", &options.cityjson)?;
    let ground = options.terrain.as_deref().map(|path| bytes("--terrain", path)).transpose()?;
    let made = imported(&order, &city, ground.as_deref())?;
    keep(place, &made.files)?;
    say(format!("{} objects in {} tiles.", made.objects, made.tiles));
    for note in made.notes {
        say(format!("Left out: {note}."));
    }
    if ground.is_some() {
        say("Floods can be asked for once city.yaml has a part `flood` (docs/operate.md).");
    }
    Ok(())
}

fn draw(options: &DrawArgs) -> Result<(), Problem> {
    let place = &options.place;
    let order = DrawOrder {
        id: place.id.clone(),
        title: Text::new(&place.title_th, &place.title_en),
        street: place.street.clone(),
        streets_by: Text::new(&options.streets_by_th, &options.streets_by_en),
        streets_licence: options.streets_licence.clone(),
        url: place.url.clone(),
        cell_m: options.cell,
        seed: options.seed,
    };
    let (files, city) = drawn(&order, &options.net)?;
    if let Some(path) = &options.cityjson {
        let wrong = |fault: std::io::Error| INVALID.problem().at("--cityjson", format!("{}: {fault}", path.display()));
        std::fs::write(path, city.to_string()).map_err(wrong)?;
    }
    keep(place, &files)
}

/// Writes the files, and reads them back as the hall will.
fn keep(place: &WhereArgs, files: &FolderFiles) -> Result<(), Problem> {
    if !place.profile.join("profile.yaml").exists() {
        return Err(INVALID.problem().at("--profile", format!("{} has no profile.yaml", place.profile.display())));
    }
    let folder = place.profile.join("cities").join(&place.id);
    files.write(&folder)?;
    let read = Place::read(&folder)?;
    say(format!("{}: {} files, {} bytes, {} objects.", folder.display(), read.files.len(), files.bytes(), read.things.len()));
    Ok(())
}
