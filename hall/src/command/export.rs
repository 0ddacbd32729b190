//! `sala export`: the public record as NDJSON, or a backup that can be opened again.
//!
//! A backup holds the store (`sala.db`, made by SQLite's `VACUUM INTO`, so it is whole though the hall runs), the log, the book and the
//! policy. The keys of persons are left out: restored without `keys.db`, what was erased stays erased. Copy `keys/` and `keys.db`
//! by a way of your own, and keep those copies short.

use std::{
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::Args;
use sala_core::{
    entropy::OsEntropy,
    problem::{INVALID, Problem, STORAGE},
    store::{ActFilter, Opening, Store},
};
use serde_json::json;

use super::{fail, say};
use crate::hall::store_config;

/// What to write where.
#[derive(Debug, Args)]
pub struct ExportOptions {
    /// Data folder of the installation.
    #[arg(long, env = "SALA_DATA", value_name = "DIR")]
    data: PathBuf,
    /// PostgreSQL URL, if the store lies there.
    #[arg(long, env = "SALA_DATABASE_URL", value_name = "URL")]
    database_url: Option<String>,
    /// Folder of the signer's book, if it is not DATA/book.
    #[arg(long, env = "SALA_BOOK", value_name = "DIR")]
    book: Option<PathBuf>,
    /// Write the public record to this file: an act a line, with its public openings.
    #[arg(long, value_name = "FILE", required_unless_present = "backup")]
    record: Option<PathBuf>,
    /// Write a backup to this new folder (SQLite; for PostgreSQL use pg_dump --exclude-table-data=person_key).
    #[arg(long, value_name = "DIR")]
    backup: Option<PathBuf>,
}

/// Writes.
pub async fn run(options: ExportOptions) -> ExitCode {
    match export(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(&problem),
    }
}

fn io(path: &Path, fault: &std::io::Error) -> Problem {
    STORAGE.problem().because(format!("{}: {fault}", path.display()))
}

async fn export(options: &ExportOptions) -> Result<(), Problem> {
    if let Some(folder) = &options.backup {
        if options.database_url.is_some() {
            return Err(INVALID.problem().at("--backup", "is for SQLite; back up PostgreSQL with pg_dump --exclude-table-data=person_key"));
        }
        backup(&options.data, options.book.as_deref(), folder).await?;
        say(format!("The backup is in {}; check it with: sala verify --data {0}", folder.display()));
    }
    if let Some(file) = &options.record {
        let store = Store::open_to_read(store_config(&options.data, options.database_url.as_deref(), [0; 32]), Arc::new(OsEntropy)).await?;
        let count = record(&store, file).await?;
        say(format!("{count} acts written to {}", file.display()));
    }
    Ok(())
}

async fn backup(data: &Path, book: Option<&Path>, folder: &Path) -> Result<(), Problem> {
    fs::create_dir(folder).map_err(|fault| io(folder, &fault))?;
    // The log first: a store that is a little newer than its head is sound, a head without its acts is not.
    copy_folder(&data.join("log"), &folder.join("log"))?;
    copy_folder(book.unwrap_or(&data.join("book")), &folder.join("book"))?;
    fs::copy(data.join("policy"), folder.join("policy")).map_err(|fault| io(&data.join("policy"), &fault))?;
    Store::copy_to(&data.join("sala.db"), &folder.join("sala.db")).await
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Problem> {
    fs::create_dir_all(to).map_err(|fault| io(to, &fault))?;
    for entry in fs::read_dir(from).map_err(|fault| io(from, &fault))? {
        let path = entry.map_err(|fault| io(from, &fault))?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_folder(&path, &to.join(name))?;
        } else if path.extension().is_none_or(|extension| extension != "tmp") {
            fs::copy(&path, to.join(name)).map_err(|fault| io(&path, &fault))?;
        }
    }
    Ok(())
}

async fn record(store: &Store, file: &Path) -> Result<u64, Problem> {
    let mut out = BufWriter::new(fs::File::create(file).map_err(|fault| io(file, &fault))?);
    let size = store.frontier().await?.size();
    let mut from = 0;
    while from < size {
        let to = (from + 500).min(size);
        let mut acts =
            store.acts(&ActFilter { before: Some(to), limit: usize::try_from(to - from).unwrap_or(0), ..ActFilter::default() }).await?;
        acts.reverse();
        for act in acts {
            let openings = store.openings(&act.leaf.id).await?.into_iter().filter_map(|opening| match opening {
                Opening::Open { field, salt, value } => Some(json!({"field": field, "salt": hex::encode(salt), "value": value.to_json()})),
                Opening::Sealed { .. } => None,
            });
            let line = json!({"act": act.summary(), "leaf": hex::encode(&act.bytes), "openings": openings.collect::<Vec<_>>()});
            writeln!(out, "{line}").map_err(|fault| io(file, &fault))?;
        }
        from = to;
    }
    out.flush().map_err(|fault| io(file, &fault))?;
    Ok(size)
}
