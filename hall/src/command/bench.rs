//! `sala bench`: what this machine can do, measured by real clients in another process.

mod bots;
mod broadcast;
mod machine;
mod place;

use std::{
    process::{Command, ExitCode, Stdio},
    time::Duration,
};

use clap::{Args, Subcommand};
use sala_core::problem::{INTERNAL, Problem};
use serde::{Deserialize, Serialize};

use super::{fail, say};

/// What to measure.
#[derive(Debug, Args)]
pub struct BenchOptions {
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(Debug, Subcommand)]
enum BenchCommand {
    /// Avatars in one shared space: the space in this process, the clients in another, over loopback.
    World(WorldBench),
}

/// How many, how fast, how long.
#[derive(Debug, Clone, Args)]
struct WorldBench {
    /// Clients, each an avatar that walks about.
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=5_000))]
    clients: u16,
    /// Moves that each client sends a second. The space ticks twenty times a second.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=40))]
    hz: u32,
    /// How long it is measured, after everybody has come in.
    #[arg(long, default_value_t = 20, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// All of them in one cell of 16 by 16 metres instead of a place of 100 by 100.
    #[arg(long)]
    one_cell: bool,
    /// Beside it, in the same run: a room that sends everyone's state as JSON to everyone, as networked scenes of the web do, with so many
    /// clients at 15 Hz.
    #[arg(long, value_name = "N")]
    peer: Option<u16>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Be the clients.
    #[arg(long, hide = true, value_name = "ADDRESS")]
    bots: Option<String>,
    /// Be clients of the peer.
    #[arg(long, hide = true)]
    broadcast: bool,
}

/// What the clients saw.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Seen {
    /// How many were there to the end.
    clients: usize,
    /// Age of the poses of the sixteen nearest, from the moment that their clients sent them, in milliseconds.
    pose_age_p50_ms: f64,
    pose_age_p99_ms: f64,
    /// Bytes a client received, with the headers of WebSocket, TCP and IP, in kilobits a second.
    kbit_per_client: f64,
    /// Ticks whose frame a client did not get, of all.
    dropped: u64,
    frames: u64,
    /// Processor time of the clients, in cores.
    cores: f64,
    /// The fewest and the most avatars that one client had in view at the end.
    in_view: [usize; 2],
}

/// What came out.
#[derive(Debug, Serialize)]
struct Outcome {
    clients: usize,
    hz: u32,
    seconds: u64,
    one_cell: bool,
    tick_p50_ms: f64,
    tick_p99_ms: f64,
    pose_age_p50_ms: f64,
    pose_age_p99_ms: f64,
    /// Processor time of the server, in cores.
    server_cores: f64,
    client_cores: f64,
    kbit_per_client: f64,
    dropped: u64,
    frames: u64,
    in_view: [usize; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<PeerOutcome>,
}

/// The same of the room that broadcasts JSON.
#[derive(Debug, Serialize)]
struct PeerOutcome {
    clients: usize,
    pose_age_p50_ms: f64,
    pose_age_p99_ms: f64,
    server_cores: f64,
    kbit_per_client: f64,
}

/// Measures and prints.
pub async fn run(options: BenchOptions) -> ExitCode {
    let BenchCommand::World(bench) = options.command;
    let done = match &bench.bots {
        Some(address) if bench.broadcast => bots::broadcast(address, &bench).await.and_then(|seen| print(&seen)),
        Some(address) => bots::walk(address, &bench).await.and_then(|seen| print(&seen)),
        None => measure(&bench).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(&problem),
    }
}

fn print(what: &impl Serialize) -> Result<(), Problem> {
    say(serde_json::to_string(what).map_err(broken)?);
    Ok(())
}

fn broken(fault: impl std::fmt::Display) -> Problem {
    INTERNAL.problem().because(fault.to_string())
}

/// Runs the clients in a process of their own; gives what they saw, and how much processor time they took.
async fn clients(address: &str, bench: &WorldBench, clients: u16, more: &[&str]) -> Result<Seen, Problem> {
    let program = std::env::current_exe().map_err(broken)?;
    let mut command = Command::new(program);
    command.args(["bench", "world", "--bots", address, "--clients", &clients.to_string(), "--hz", &bench.hz.to_string()]);
    command.args(["--seconds", &bench.seconds.to_string()]).args(more).stderr(Stdio::inherit());
    let output = tokio::task::spawn_blocking(move || command.output()).await.map_err(broken)?.map_err(broken)?;
    serde_json::from_slice(&output.stdout).map_err(|_| broken("the clients ended without a figure"))
}

async fn measure(bench: &WorldBench) -> Result<(), Problem> {
    let place = place::Place::open(bench.clients, bench.one_cell).await?;
    let flag: &[&str] = if bench.one_cell { &["--one-cell"] } else { &[] };
    let (seen, used) =
        machine::used(clients(&place.address, bench, bench.clients, flag), place.begun.clone(), Duration::from_secs(bench.seconds)).await;
    let seen = seen?;
    let mut ticks = place.ticks(usize::try_from(bench.seconds).unwrap_or(usize::MAX).saturating_mul(20));
    place.close().await;
    let peer = match bench.peer {
        Some(count) => Some(peer(bench, count).await?),
        None => None,
    };
    let outcome = Outcome {
        clients: seen.clients,
        hz: bench.hz,
        seconds: bench.seconds,
        one_cell: bench.one_cell,
        tick_p50_ms: machine::percentile(&mut ticks, 0.50),
        tick_p99_ms: machine::percentile(&mut ticks, 0.99),
        pose_age_p50_ms: seen.pose_age_p50_ms,
        pose_age_p99_ms: seen.pose_age_p99_ms,
        server_cores: used,
        client_cores: seen.cores,
        kbit_per_client: seen.kbit_per_client,
        dropped: seen.dropped,
        frames: seen.frames,
        in_view: seen.in_view,
        peer,
    };
    if bench.json {
        return print(&outcome);
    }
    say(format!(
        "{} avatars at {} Hz for {} s{}",
        outcome.clients,
        outcome.hz,
        outcome.seconds,
        if outcome.one_cell { ", all in one cell" } else { "" }
    ));
    say(format!("  tick         {:>8.1} ms p50 {:>8.1} ms p99", outcome.tick_p50_ms, outcome.tick_p99_ms));
    say(format!("  age of poses {:>8.1} ms p50 {:>8.1} ms p99", outcome.pose_age_p50_ms, outcome.pose_age_p99_ms));
    say(format!("  server       {:>8.2} cores, clients {:.2} cores", outcome.server_cores, outcome.client_cores));
    say(format!(
        "  each client  {:>8.1} kbit/s, {} to {} avatars in view",
        outcome.kbit_per_client, outcome.in_view[0], outcome.in_view[1]
    ));
    say(format!("  dropped      {:>8} of {} frames", outcome.dropped, outcome.frames));
    if let Some(peer) = &outcome.peer {
        say(format!(
            "  peer: a room of {} that broadcasts JSON: {:.1} kbit/s each, {:.2} cores, age of poses {:.1} ms p99",
            peer.clients, peer.kbit_per_client, peer.server_cores, peer.pose_age_p99_ms
        ));
    }
    Ok(())
}

async fn peer(bench: &WorldBench, count: u16) -> Result<PeerOutcome, Problem> {
    let room = broadcast::Room::open(count).await?;
    let (seen, used) =
        machine::used(clients(&room.address, bench, count, &["--broadcast"]), room.begun.clone(), Duration::from_secs(bench.seconds)).await;
    let seen = seen?;
    Ok(PeerOutcome {
        clients: seen.clients,
        pose_age_p50_ms: seen.pose_age_p50_ms,
        pose_age_p99_ms: seen.pose_age_p99_ms,
        server_cores: used,
        kbit_per_client: seen.kbit_per_client,
    })
}
