//! What can go wrong between us and a simulation, told so that the person at the terminal knows what to do.

use std::{io, path::Path};

use thiserror::Error;

/// Why a simulation could not be run or read.
#[derive(Debug, Error)]
pub enum Fault {
    /// No simulator on this machine.
    #[error("SUMO was not found: give --sumo PATH, set SUMO_HOME or SUMO_BINARY, or install it with: pip install eclipse-sumo==1.28.0")]
    NoSumo,
    /// The named program does not behave like SUMO.
    #[error("{program} is no SUMO that can be used: {why}")]
    NotSumo {
        /// The path tried.
        program: String,
        /// What it said.
        why: String,
    },
    /// A file can't be read or written.
    #[error("{path}: {cause}")]
    File {
        /// Which file.
        path: String,
        /// The system's words.
        cause: io::Error,
    },
    /// A file of the scenario is not what it should be.
    #[error("{path} can't be used: {why}")]
    Scenario {
        /// Which file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// SUMO ended before its time.
    #[error("SUMO ended early, at {at_s} s of the simulation: {said}")]
    Ended {
        /// The last simulated second that was seen.
        at_s: f64,
        /// The last lines that it wrote.
        said: String,
    },
    /// SUMO refused a command or answered something else than was asked.
    #[error("SUMO did not take a command: {0}")]
    Refused(String),
    /// The arguments contradict each other.
    #[error("{0}")]
    Arguments(String),
    /// Ctrl-C, or another run of the same bench failed.
    #[error("stopped before the end")]
    Stopped,
}

impl Fault {
    /// A fault of the file system, with the file's name.
    pub fn file(path: &Path, cause: io::Error) -> Self {
        Self::File { path: path.display().to_string(), cause }
    }

    /// A fault in what a file says.
    pub fn scenario(path: &Path, why: impl std::fmt::Display) -> Self {
        Self::Scenario { path: path.display().to_string(), why: why.to_string() }
    }
}
