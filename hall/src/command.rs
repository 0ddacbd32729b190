//! The commands of `sala`. Each says what it did on standard output and what went wrong on standard error.

pub mod bench;
pub mod city;
pub mod custodian;
pub mod export;
pub mod impact;
pub mod import;
pub mod init;
pub mod model;
pub mod openapi;
pub mod replay;
pub mod scenario;
pub mod serve;
pub mod signals;
pub mod signature;
#[cfg(feature = "cluster")]
pub mod space;
pub mod verify;
pub mod witness;

use std::process::ExitCode;

use sala_core::problem::Problem;
use tracing_subscriber::EnvFilter;

/// Starts the log lines: sentences with fields, or JSON. `SALA_LOG` filters them, such as `info,sala_streams=debug`.
pub fn start_logging(is_json: bool, is_quiet: bool) {
    let fallback = if is_quiet { "warn" } else { "info" };
    let filter = EnvFilter::try_from_env("SALA_LOG").unwrap_or_else(|_| EnvFilter::new(fallback));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started = if is_json { lines.json().try_init() } else { lines.try_init() };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}

/// Says a line to the person at the terminal.
#[expect(clippy::print_stdout, reason = "the terminal is where a command answers")]
pub(crate) fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

/// Ends a command that could not do its work.
pub(crate) fn fail(problem: &Problem) -> ExitCode {
    complain(problem);
    ExitCode::from(2)
}

/// Says what is wrong.
#[expect(clippy::print_stderr, reason = "the terminal is where a command complains")]
pub fn complain(problem: &Problem) {
    eprintln!("sala: {problem}");
}
