//! What every command about simulated streets asks: which street, who drives there, and with which simulator.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::Args;
use sala_streets::simulator::{fault::Fault, scenario::Scenario, sumo::Sumo};

/// A SUMO scenario without its times.
#[derive(Debug, Args)]
pub struct ScenarioOptions {
    /// Street network of SUMO, .net.xml or .net.xml.gz.
    #[arg(long, value_name = "FILE")]
    net: PathBuf,
    /// Routes, trips or flows; several with commas. May be packed (.gz).
    #[arg(long, value_name = "FILE,…", value_delimiter = ',', required = true)]
    routes: Vec<PathBuf>,
    /// Additional files (vehicle types, stops, signal programs); several with commas. Their own outputs are switched off.
    #[arg(long, value_name = "FILE,…", value_delimiter = ',')]
    additional: Vec<PathBuf>,
    /// Factor on the demand.
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    scale: f64,
    /// The simulator: program, Python environment or SUMO_HOME. Default: SUMO_BINARY, SUMO_HOME, .venv-sumo here or above, the PATH.
    #[arg(long, value_name = "PATH")]
    sumo: Option<PathBuf>,
    /// A further argument for SUMO; may be repeated, and wins over ours: --sumo-arg '--ignore-route-errors true'.
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    sumo_arg: Vec<String>,
    /// Runs at once. Default: as many as there are cores.
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

impl ScenarioOptions {
    /// The simulator that was named, or is found from this folder on.
    pub fn sumo(&self) -> Result<Sumo, Fault> {
        let here = std::env::current_dir().map_err(|cause| Fault::file(std::path::Path::new("."), cause))?;
        Sumo::find(self.sumo.as_deref(), &here)
    }

    /// The scenario between two seconds of its day.
    pub fn between(&self, begin_s: f64, end_s: f64) -> Scenario {
        Scenario {
            net: self.net.clone(),
            routes: self.routes.clone(),
            additional: self.additional.clone(),
            begin_s,
            end_s,
            scale: self.scale,
            arguments: self.sumo_arg.iter().flat_map(|given| arguments(given)).collect(),
        }
    }

    /// How many runs at once.
    pub fn jobs(&self) -> NonZeroUsize {
        self.jobs.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
    }
}

/// `--name value` in one word are two arguments.
fn arguments(given: &str) -> Vec<String> {
    match given.split_once(char::is_whitespace) {
        Some((name, value)) if name.starts_with('-') => vec![name.to_owned(), value.trim().to_owned()],
        _ => vec![given.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::arguments;

    #[test]
    fn an_argument_for_sumo_may_hold_its_value() {
        assert_eq!(arguments("--ignore-route-errors true"), ["--ignore-route-errors", "true"]);
        assert_eq!(arguments("--step-length=0.5"), ["--step-length=0.5"]);
        assert_eq!(arguments("a folder/file"), ["a folder/file"]);
    }
}
