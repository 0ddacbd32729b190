//! `sala signals`: traffic lights on a simulated street.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use clap::{Args, Subcommand};
use sala_core::{
    problem::{INVALID, Problem},
    profile::read_file,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use super::{fail, say, scenario::ScenarioOptions};
use sala_streets::{
    Street,
    live::recording::Recording,
    simulator::{
        bench::{self, Bench, Progress},
        fault::Fault,
        hand::{Controller, Hand, Intergreen, Sensing},
        separate,
        simulation::Stop,
        sumo::Sumo,
        table,
    },
};

/// What to do with the lights.
#[derive(Debug, Args)]
pub struct SignalsOptions {
    #[command(subcommand)]
    command: SignalsCommand,
}

#[derive(Debug, Subcommand)]
enum SignalsCommand {
    /// Run a controller on a SUMO scenario, one run a seed, and say how long everyone was kept.
    Bench(Box<BenchOptions>),
    /// Write the table of finished benches into a Markdown file, between its marks.
    Table(TableOptions),
    /// Simulate an hour of a street of a profile under the adaptive controller and keep what a page draws, for halls without a simulator.
    Record(RecordOptions),
    /// Be the controller of a bench in a process of its own: frames come on standard input, answers go to standard output.
    #[command(hide = true)]
    Controller,
}

/// A scenario, a controller, seeds.
#[derive(Debug, Args)]
struct BenchOptions {
    #[command(flatten)]
    scenario: ScenarioOptions,
    /// Begin, in seconds of the scenario's day.
    #[arg(long, value_name = "S")]
    begin: f64,
    /// End, in seconds of the scenario's day.
    #[arg(long, value_name = "S")]
    end: f64,
    /// Who moves the lamps. sumo-actuated and sumo-delay-based are SUMO's own.
    #[arg(long, value_enum, default_value_t)]
    controller: Controller,
    /// What the controller may know: cameras at the junction, or induction loops in the lanes.
    #[arg(long, value_enum, default_value_t)]
    sensing: Sensing,
    /// Seeds of the simulation, one run each.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "1,2,3")]
    seeds: Vec<u32>,
    /// Whose intergreens: those of the network's own programs, 3 s of yellow as in published comparisons (resco), or those of the street's
    /// rules (yellow by speed, all-red, pedestrian clearance).
    #[arg(long, value_enum, default_value_t)]
    intergreen: Intergreen,
    /// Run the controller as a process of its own, as on a street, where the cabinet must outlive it.
    #[arg(long)]
    separate_controller: bool,
    /// Keep the lamps (seed-N.lamps) and trips (seed-N.tripinfo.xml) of each run in this folder.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Also write the JSON to a file, when all runs are done.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Which street, into which file.
#[derive(Debug, Args)]
struct RecordOptions {
    /// The street's declaration, such as profiles/demo/streets/bologna.yaml.
    #[arg(long, value_name = "FILE")]
    street: PathBuf,
    /// The recording, packed with gzip.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Seed of the simulation.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u32,
    /// The simulator: program, Python environment or SUMO_HOME. Default: as for a bench.
    #[arg(long, value_name = "PATH")]
    sumo: Option<PathBuf>,
}

/// Which benches, into which page.
#[derive(Debug, Args)]
struct TableOptions {
    /// Folder of finished benches (*.json, as --out wrote them).
    folder: PathBuf,
    /// What others published for the same streets, as a table in Markdown: map, agent, episodes, mean delay of the last ten, best delay.
    #[arg(long, value_name = "FILE")]
    published: Option<PathBuf>,
    /// The page; what stands between `<!-- bench -->` and `<!-- /bench -->` is replaced.
    #[arg(long, value_name = "FILE")]
    page: PathBuf,
}

/// Runs.
pub async fn run(options: SignalsOptions) -> ExitCode {
    let done = match options.command {
        SignalsCommand::Bench(options) => bench(*options).await,
        SignalsCommand::Table(options) => table::write(&options.folder, options.published.as_deref(), &options.page).map(|count| {
            say(format!("{count} benches are in the table of {}", options.page.display()));
        }),
        SignalsCommand::Record(options) => record(options).await,
        SignalsCommand::Controller => tokio::task::spawn_blocking(|| separate::serve(std::io::stdin(), std::io::stdout()))
            .await
            .unwrap_or_else(|fault| Err(Fault::Arguments(fault.to_string()))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => fail(&problem(&fault)),
    }
}

fn problem(fault: &Fault) -> Problem {
    INVALID.problem().detail(fault.to_string(), fault.to_string())
}

async fn bench(options: BenchOptions) -> Result<(), Fault> {
    let bench = Bench {
        sumo: options.scenario.sumo()?,
        scenario: options.scenario.between(options.begin, options.end),
        hand: Hand {
            controller: options.controller,
            sensing: options.sensing,
            intergreen: options.intergreen,
            is_separate: options.separate_controller,
        },
        seeds: options.seeds,
        jobs: options.scenario.jobs(),
        keep: options.keep,
    };
    let seeds = bench.seeds.clone();
    let (progress, stop) = (Arc::new(Progress::of(seeds.len())), Arc::new(Stop::default()));
    let (theirs, their_stop) = (Arc::clone(&progress), Arc::clone(&stop));
    let work = tokio::task::spawn_blocking(move || bench::run(&bench, &theirs, &their_stop));
    let line = || {
        let parts: Vec<_> = seeds.iter().zip(progress.each()).map(|(seed, part)| format!("{seed}: {} %", part / 10)).collect();
        format!("seed {}", parts.join(", "))
    };
    let report = watched(work, &stop, line).await?;
    let json = serde_json::to_string(&report).map_err(|fault| Fault::Arguments(fault.to_string()))?;
    if let Some(path) = &options.out {
        // Whole or not at all: a file that is there is a bench that is done.
        let half = path.with_extension("half");
        std::fs::write(&half, &json).and_then(|()| std::fs::rename(&half, path)).map_err(|cause| Fault::file(path, cause))?;
    }
    if options.json {
        say(json);
    } else {
        for line in report.lines() {
            say(line);
        }
    }
    Ok(())
}

async fn record(options: RecordOptions) -> Result<(), Fault> {
    let wrong = |problem: Problem| Fault::Arguments(problem.to_string());
    let street = Street::open(read_file(&options.street).map_err(wrong)?).map_err(wrong)?;
    let Some(file) = street.file.live.clone() else {
        return Err(Fault::Arguments(format!("{} has no part `live`", options.street.display())));
    };
    let here = std::env::current_dir().map_err(|cause| Fault::file(std::path::Path::new("."), cause))?;
    let sumo = Sumo::find(options.sumo.as_deref(), &here)?;
    let (progress, stop) = (Arc::new(AtomicU8::new(0)), Arc::new(Stop::default()));
    let (theirs, their_stop, out) = (Arc::clone(&progress), Arc::clone(&stop), options.out.clone());
    let work = tokio::task::spawn_blocking(move || {
        Recording::make(&sumo, &street, &file, options.seed, &out, &their_stop, |percent| theirs.store(percent, Ordering::Relaxed))
    });
    let frames = watched(work, &stop, || format!("{} %", progress.load(Ordering::Relaxed))).await?;
    say(format!("{frames} frames are in {}", options.out.display()));
    Ok(())
}

/// Waits for work on threads of its own while saying how far it is; Ctrl-C and SIGTERM stop it and its simulators.
async fn watched<T>(mut work: JoinHandle<Result<T, Fault>>, stop: &Stop, line: impl Fn() -> String) -> Result<T, Fault> {
    let mut terminate = signal(SignalKind::terminate()).map_err(|cause| Fault::file(std::path::Path::new("SIGTERM"), cause))?;
    let is_terminal = std::io::stderr().is_terminal();
    let mut tick = interval(if is_terminal { Duration::from_secs(1) } else { Duration::from_secs(10) });
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick.tick().await;
    loop {
        tokio::select! {
            result = &mut work => {
                if is_terminal {
                    tell("\r\x1b[K");
                }
                return result.map_err(|fault| Fault::Arguments(fault.to_string()))?;
            }
            _ = tokio::signal::ctrl_c() => stop.pull(),
            _ = terminate.recv() => stop.pull(),
            _ = tick.tick() => {
                let line = line();
                tell(&if is_terminal { format!("\r\x1b[K{line}") } else { format!("{line}\n") });
            }
        }
    }
}

/// Progress goes beside the answer.
fn tell(text: &str) {
    let mut out = std::io::stderr().lock();
    // A terminal that went away is no reason to stop.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
