//! `sala`: serve a hall, verify its record, replay its decisions.

use std::{path::Path, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use sala_core::problem::Problem;
use sala_hall::command::{
    bench, city, custodian, export, impact, import, init, model, openapi, replay, serve, signals, signature, verify, witness,
};
use sala_hall::config;

/// Sala (ศาลา), the public hall: live data, measures, and a record of every act that anyone can verify.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the keys and the policy of a new hall, and print the one-time code of its first administrator.
    Init(init::InitOptions),
    /// Serve a hall.
    Serve(Box<sala_hall::options::ServeOptions>),
    /// Check everything against the log. Exit 0: sound; 1: damage, named; 2: could not look.
    Verify(verify::VerifyOptions),
    /// Recompute an automated decision from its recorded inputs. Exit 0: agrees; 1: disagrees.
    Replay(replay::ReplayOptions),
    /// Check the passkey's signature on an act, from its opened field, without the hall. Exit 0: good; 1: proves nothing.
    Signature(signature::SignatureOptions),
    /// Serve as a witness for the logs of other halls.
    Witness(witness::WitnessOptions),
    /// Hold a share of the key under which the ways from personas to persons lie, and decide who is unmasked.
    Custodian(custodian::CustodianOptions),
    /// Bring a file of observations into a feed of a running hall.
    Import(import::ImportOptions),
    /// Write the public record, or a backup.
    Export(export::ExportOptions),
    /// Run traffic lights on a simulated street, and measure what they are worth.
    Signals(signals::SignalsOptions),
    /// Say what a change of a street would do: both arms simulated on the same seeds.
    Impact(impact::ImpactOptions),
    /// Run some of a hall's spaces in a process of its own, say who runs which, or move one.
    #[cfg(feature = "cluster")]
    Space(sala_hall::command::space::SpaceOptions),
    /// Bring a city model into a profile, or draw a district along streets.
    City(city::CityOptions),
    /// Make a space of a scan or a reconstruction (glTF), or look at those of a profile.
    Model(model::ModelOptions),
    /// Measure what this machine can do.
    Bench(bench::BenchOptions),
    /// Print the OpenAPI document.
    Openapi(openapi::OpenapiOptions),
}

/// Reads the arguments, with the file of `--config` as their defaults.
fn parse() -> Result<Cli, Problem> {
    let args: Vec<_> = std::env::args_os().collect();
    let mut command = Cli::command();
    if let Some(file) = config::named(&args, std::env::var_os("SALA_CONFIG")) {
        command = config::apply(command, Path::new(&file))?;
    }
    let matches = command.get_matches_from(args);
    Ok(Cli::from_arg_matches(&matches).unwrap_or_else(|fault| fault.exit()))
}

fn main() -> ExitCode {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(problem) => {
            sala_hall::command::complain(&problem);
            return ExitCode::from(2);
        }
    };
    let is_json = matches!(&cli.command, Command::Serve(options) if options.log_json);
    let quiet = !matches!(&cli.command, Command::Serve(_) | Command::Witness(_) | Command::Custodian(_));
    #[cfg(feature = "cluster")]
    let quiet = quiet && !matches!(&cli.command, Command::Space(options) if options.is_serving());
    sala_hall::command::start_logging(is_json, quiet);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => {
            tracing::error!(%fault, "The runtime could not be started");
            return ExitCode::from(2);
        }
    };
    runtime.block_on(async {
        match cli.command {
            Command::Init(options) => init::run(options).await,
            Command::Bench(options) => bench::run(options).await,
            Command::Serve(options) => serve::run(*options).await,
            Command::Verify(options) => verify::run(options).await,
            Command::Replay(options) => replay::run(options).await,
            Command::Signature(options) => signature::run(options).await,
            Command::Witness(options) => witness::run(options).await,
            Command::Custodian(options) => custodian::run(options).await,
            Command::Import(options) => import::run(options).await,
            Command::Export(options) => export::run(options).await,
            Command::Signals(options) => signals::run(options).await,
            Command::Impact(options) => impact::run(options).await,
            Command::Openapi(options) => openapi::run(options).await,
            Command::City(options) => city::run(options).await,
            Command::Model(options) => model::run(options).await,
            #[cfg(feature = "cluster")]
            Command::Space(options) => sala_hall::command::space::run(options).await,
        }
    })
}
