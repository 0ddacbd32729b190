//! `sala verify`: the whole check, on a data folder or over HTTP.

mod url;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Args;
use sala_core::{
    entropy::OsEntropy,
    problem::{INVALID, Problem, STORAGE},
    publish::{Book, LogFiles},
    store::Store,
    verify::{Against, Published, Report, verify},
};
use sala_log::{Note, Policy};

use super::{fail, say};
use crate::{hall::store_config, keys::policy_path};

/// What to check, and against what.
#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// Data folder of an installation: checks acts, tiles, head, openings and every row of state.
    #[arg(long, value_name = "DIR", required_unless_present = "url", conflicts_with = "url")]
    data: Option<PathBuf>,
    /// Address of a hall: checks what it publishes (acts, tiles, head, public openings), trusting only keys and policy.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// PostgreSQL URL, if the store of --data lies there.
    #[arg(long, env = "SALA_DATABASE_URL", value_name = "URL")]
    database_url: Option<String>,
    /// Policy file with the log key and the witnesses that you trust. Default: the installation's own, or what the hall publishes.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Folder of the signer's book, if it is not DATA/book.
    #[arg(long, env = "SALA_BOOK", value_name = "DIR")]
    book: Option<PathBuf>,
    /// A checkpoint that you kept from an earlier visit: the log must continue it.
    #[arg(long, value_name = "FILE")]
    earlier: Option<PathBuf>,
    /// Write the checked head to this file, to give as --earlier next time.
    #[arg(long, value_name = "FILE")]
    keep: Option<PathBuf>,
    /// With --url: check the public openings of at most so many newest acts.
    #[arg(long, default_value_t = 200, value_name = "N")]
    openings: usize,
}

/// Checks and reports.
pub async fn run(options: VerifyOptions) -> ExitCode {
    let checked = match (&options.data, &options.url) {
        (Some(data), _) => folder(data, &options).await,
        (None, Some(url)) => url::check(url, &options).await,
        (None, None) => Err(INVALID.problem().at("--data or --url", "name what to check")),
    };
    match checked {
        Ok(checked) => tell(&checked, &options),
        Err(problem) => fail(&problem),
    }
}

/// What was found, and the head that it was found under.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) report: Report,
    pub(crate) note: Option<String>,
    pub(crate) witnesses_wanted: usize,
}

fn read_policy(path: &Path) -> Result<Policy, Problem> {
    let bytes = fs::read(path).map_err(|fault| STORAGE.problem().because(format!("{}: {fault}", path.display())))?;
    Policy::parse(&bytes).map_err(|fault| INVALID.problem().at(path.display().to_string(), fault.to_string()))
}

fn read_note(path: Option<&PathBuf>) -> Result<Option<Note>, Problem> {
    let Some(path) = path else { return Ok(None) };
    let bytes = fs::read(path).map_err(|fault| STORAGE.problem().because(format!("{}: {fault}", path.display())))?;
    Note::parse(&bytes).map(Some).map_err(|fault| INVALID.problem().at("--earlier", fault.to_string()))
}

async fn folder(data: &Path, options: &VerifyOptions) -> Result<Checked, Problem> {
    if options.database_url.is_none() && !data.join("sala.db").exists() {
        return Err(INVALID.problem().at("--data", format!("{} holds no store (sala.db)", data.display())));
    }
    let policy = read_policy(options.policy.as_ref().unwrap_or(&policy_path(data)))?;
    let log_key = policy.log_keys().into_iter().next().ok_or_else(|| INVALID.problem().at("policy", "it names no log"))?;
    let files = LogFiles::new(data.join("log"));
    let book_folder = options.book.clone().unwrap_or_else(|| data.join("book"));
    let book = if book_folder.exists() { Some(Book::open(book_folder)?) } else { None };
    // What is published first, then the store: a hall that runs meanwhile only adds.
    let published = Published::take_stock(&files, book.as_ref())?;
    let store = Store::open_to_read(store_config(data, options.database_url.as_deref(), kek(data)?), Arc::new(OsEntropy)).await?;
    let earlier = read_note(options.earlier.as_ref())?;
    let against = Against { published: &published, log_key: &log_key, policy: &policy, earlier: earlier.as_ref() };
    let report = verify(&store, &against).await?;
    Ok(Checked { report, note: published.checkpoint().map(str::to_owned), witnesses_wanted: policy.witnesses().len() })
}

/// The key-encryption key. A backup has neither it nor the keys of persons: what is sealed then counts as erased.
fn kek(data: &Path) -> Result<[u8; 32], Problem> {
    let path = data.join("keys/kek");
    if !path.exists() && !data.join("keys.db").exists() {
        return Ok([0; 32]);
    }
    let text = fs::read_to_string(&path).map_err(|fault| STORAGE.problem().because(format!("{}: {fault}", path.display())))?;
    hex::decode(text.trim())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| INVALID.problem().at(path.display().to_string(), "not a key"))
}

fn tell(checked: &Checked, options: &VerifyOptions) -> ExitCode {
    let Checked { report, note, witnesses_wanted } = checked;
    say(format!("acts        {}", report.acts));
    for (kind, count) in &report.kinds {
        say(format!("            {count:>8}  {kind}"));
    }
    say(format!("root        {}", hex::encode(report.root)));
    say(format!("head        {} acts published", report.published));
    say(format!("witnesses   {} of {witnesses_wanted}: {}", report.witnesses.len(), report.witnesses.join(", ")));
    say(format!("openings    {} checked, {} erased", report.openings, report.erased));
    say(format!("rows        {} checked", report.rows));
    say(format!("tiles       {} checked", report.tiles));
    if report.damages.is_empty() {
        if let (Some(path), Some(note)) = (&options.keep, note)
            && let Err(fault) = fs::write(path, note)
        {
            return fail(&STORAGE.problem().because(format!("{}: {fault}", path.display())));
        }
        say("sound       everything is as the log says");
        return ExitCode::SUCCESS;
    }
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for damage in &report.damages {
        *places.entry(damage.place.split(['/', ' ']).next().unwrap_or_default()).or_default() += 1;
        say(format!("DAMAGE      {}: {}", damage.place, damage.what));
    }
    say(format!("damaged     {} places: {places:?}", report.damages.len()));
    ExitCode::from(1)
}
