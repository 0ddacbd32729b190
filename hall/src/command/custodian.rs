//! `sala custodian`: hold a share of the key under which the ways from personas to persons lie.

use std::{fs, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::{Args, Subcommand};
use sala_core::{
    entropy::OsEntropy,
    problem::{INVALID, Problem, STORAGE},
    time::SystemClock,
};
use sala_log::Policy;
use tokio::sync::watch;

use super::{fail, say};
use crate::custodian::{
    Custodian,
    folder::{self, Decision, Folder},
    table::Remote,
};

/// Which custodian, of which hall.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct CustodianOptions {
    #[command(subcommand)]
    command: Option<CustodianCommand>,
    /// Id of the custodian in the hall's committee. Made part of its key, never changed.
    #[arg(long, env = "SALA_CUSTODIAN_NAME", value_name = "ID", required = true)]
    name: Option<String>,
    /// Folder of its keys, its share and its journal. Losing it means losing the share.
    #[arg(long, env = "SALA_CUSTODIAN_DATA", value_name = "DIR", required = true)]
    data: Option<PathBuf>,
    /// Address of the hall. Without it, the command prints the key to be pinned in the hall's custodians.yaml and ends.
    #[arg(long, env = "SALA_CUSTODIAN_HALL", value_name = "URL", requires = "policy")]
    hall: Option<String>,
    /// The policy by which this custodian believes a head of the hall's log (C2SP tlog-policy): the log's key and its witnesses.
    #[arg(long, env = "SALA_CUSTODIAN_POLICY", value_name = "FILE")]
    policy: Option<PathBuf>,
    /// How often it looks at the board, in milliseconds.
    #[arg(long, default_value_t = 2_000, value_name = "MS", value_parser = clap::value_parser!(u64).range(50..=600_000))]
    every_ms: u64,
}

#[derive(Debug, Subcommand)]
enum CustodianCommand {
    /// Decide a case that this custodian was asked. The running custodian does what was decided.
    Decide(DecideOptions),
    /// Show the cases that this custodian was asked and found in the log.
    Cases {
        /// Folder of the custodian.
        #[arg(long, env = "SALA_CUSTODIAN_DATA", value_name = "DIR")]
        data: PathBuf,
    },
}

#[derive(Debug, Args)]
struct DecideOptions {
    /// The case.
    case: String,
    /// Folder of the custodian.
    #[arg(long, env = "SALA_CUSTODIAN_DATA", value_name = "DIR")]
    data: PathBuf,
    /// Give the part.
    #[arg(long, required_unless_present = "refuse", conflicts_with = "refuse")]
    release: bool,
    /// Do not give it.
    #[arg(long)]
    refuse: bool,
    /// Why, in words that everybody may read and that name nobody.
    #[arg(long, value_name = "WORDS")]
    reason: String,
}

/// Works until killed, a kill at any moment is safe; or decides and ends.
pub async fn run(options: CustodianOptions) -> ExitCode {
    let done = match options.command {
        Some(CustodianCommand::Decide(decide)) => {
            let decision = Decision { release: decide.release, reason: decide.reason };
            folder::decide(&decide.data, &decide.case, &decision).map(|()| say(format!("Decided: {}", decide.case)))
        }
        Some(CustodianCommand::Cases { data }) => show(&data),
        None => work(options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(&problem),
    }
}

fn show(data: &std::path::Path) -> Result<(), Problem> {
    let io = |fault: std::io::Error| STORAGE.problem().because(format!("{}: {fault}", data.display()));
    let mut paths: Vec<PathBuf> = fs::read_dir(data.join("cases")).map_err(io)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths.iter().try_for_each(|path| fs::read_to_string(path).map(say)).map_err(io)
}

async fn work(options: CustodianOptions) -> Result<(), Problem> {
    let missing = |name: &str| INVALID.problem().at(name, "is needed");
    let name = options.name.ok_or_else(|| missing("--name"))?;
    let folder = Folder::open(&options.data.ok_or_else(|| missing("--data"))?, &name, &OsEntropy)?;
    let key = folder.secrets().signer()?.verifier_key();
    say(format!("Custodian {name}; pin its key in the hall's custodians.yaml as"));
    say(format!("key: {key}"));
    let (Some(hall), Some(policy)) = (options.hall, options.policy) else { return Ok(()) };
    let text = fs::read(&policy).map_err(|fault| INVALID.problem().at("--policy", format!("{}: {fault}", policy.display())))?;
    let policy = Policy::parse(&text).map_err(|fault| INVALID.problem().at("--policy", fault.to_string()))?;
    if policy.quorum().is_none() {
        return Err(INVALID.problem().at("--policy", "it asks for no witness: then a hall could show this custodian a log of its own"));
    }
    let custodian = Custodian {
        member: name,
        folder,
        table: Arc::new(Remote::new(&hall)),
        policy,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        trusts_desk: false,
    };
    let (_go_on, stop) = watch::channel(false);
    custodian.run(Duration::from_millis(options.every_ms), stop).await;
    Ok(())
}
