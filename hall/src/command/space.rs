//! `sala space`: processes beside the hall that run some of its spaces (docs/designs/cluster.md).

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc};

use axum::serve::ListenerExt;
use clap::{Args, Subcommand};
use sala_core::{
    entropy::{Entropy, OsEntropy},
    problem::{INVALID, Problem, STORAGE},
    profile::read_dir,
    time::{Clock, SystemClock},
};
use sala_world::cluster::{HALL, Operator, Outpost, OutpostConfig};
use tokio::sync::watch;

use super::{fail, say, serve::asked_to_stop};
use crate::{keys::cluster_key, options::NatsOptions};

/// What to do.
#[derive(Debug, Args)]
pub struct SpaceOptions {
    #[command(subcommand)]
    command: SpaceCommand,
}

#[derive(Debug, Subcommand)]
enum SpaceCommand {
    /// Run spaces that no other process runs, or that are moved here. Needs no store and no key of the hall.
    Serve(Box<ServeSpaces>),
    /// Say which process runs which space, and which processes are alive.
    List(Meet),
    /// Move a space with all its people to another process.
    Move {
        /// Id of the space.
        space: String,
        /// Name of the process; the hall's own is `hall`.
        #[arg(long, value_name = "NAME")]
        to: String,
        #[command(flatten)]
        meet: Meet,
    },
}

#[derive(Debug, Args)]
struct Meet {
    /// NATS servers at which the processes of the hall meet, as in `sala serve`.
    #[arg(long, env = "SALA_NATS", value_name = "URL")]
    nats: String,
    #[command(flatten)]
    options: NatsOptions,
}

#[derive(Debug, Args)]
struct ServeSpaces {
    #[command(flatten)]
    meet: Meet,
    /// Folder of the profile, the same as the hall's.
    #[arg(long, env = "SALA_PROFILE", value_name = "DIR")]
    profile: PathBuf,
    /// Name of this process: a-z, 0-9, - and _. No two may have the same.
    #[arg(long, env = "SALA_PROCESS", value_name = "NAME")]
    process: String,
    /// Address to listen on; put it behind a proxy with TLS.
    #[arg(long, env = "SALA_SPACE_LISTEN", default_value = "127.0.0.1:8091", value_name = "ADDR")]
    listen: SocketAddr,
    /// Where browsers reach it: an origin of its own, which the hall names in --space-origins, or the hall's origin with a path that the
    /// proxy takes off, such as https://hall.example/at/one. Default: http://LISTEN.
    #[arg(long, env = "SALA_SPACE_URL", value_name = "URL")]
    url: Option<String>,
}

impl SpaceOptions {
    /// Does it run until it is stopped?
    pub fn is_serving(&self) -> bool {
        matches!(self.command, SpaceCommand::Serve(_))
    }
}

/// Does it.
pub async fn run(options: SpaceOptions) -> ExitCode {
    // A provider that was installed before is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match options.command {
        SpaceCommand::Serve(options) => serve(*options).await,
        SpaceCommand::List(meet) => list(&meet).await,
        SpaceCommand::Move { space, to, meet } => move_space(&meet, &space, &to).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(&problem),
    }
}

fn sources() -> (Arc<dyn Clock>, Arc<dyn Entropy>) {
    (Arc::new(SystemClock), Arc::new(OsEntropy))
}

async fn operator(meet: &Meet) -> Result<Operator, Problem> {
    let (clock, entropy) = sources();
    let key = cluster_key(meet.options.cluster_key.as_deref(), None, &*entropy)?;
    Operator::join(meet.options.config(&meet.nats, key, "operator", None), clock, entropy).await
}

async fn list(meet: &Meet) -> Result<(), Problem> {
    let operator = operator(meet).await?;
    for place in operator.places().await? {
        say(format!("space    {:<20} {:<20} {}", place.space, place.process, place.url.as_deref().unwrap_or("(the hall's address)")));
    }
    for process in operator.processes().await? {
        say(format!(
            "process  {:<20} {:>6} people  {}",
            process.name,
            process.people,
            process.url.as_deref().unwrap_or("(the hall's address)")
        ));
    }
    Ok(())
}

async fn move_space(meet: &Meet, space: &str, to: &str) -> Result<(), Problem> {
    operator(meet).await?.move_space(space, to).await?;
    say(format!("{space} is run by {to} now; its people are told to go on there"));
    Ok(())
}

async fn serve(options: ServeSpaces) -> Result<(), Problem> {
    let (clock, entropy) = sources();
    if options.process == HALL {
        return Err(INVALID.problem().at("--process", format!("`{HALL}` is the name of the hall's own process")));
    }
    let key = cluster_key(options.meet.options.cluster_key.as_deref(), None, &*entropy)?;
    let listener =
        tokio::net::TcpListener::bind(options.listen).await.map_err(|fault| INVALID.problem().at("--listen", fault.to_string()))?;
    let address = listener.local_addr().map_err(|fault| STORAGE.problem().because(fault))?;
    let url = options.url.unwrap_or_else(|| format!("http://{address}")).trim_end_matches('/').to_owned();
    if !(url.starts_with("https://") || url.starts_with("http://")) {
        return Err(INVALID.problem().at("--url", "expected an address such as https://hall.example/at/one"));
    }
    let cluster = options.meet.options.config(&options.meet.nats, key, &options.process, Some(url.clone()));
    let files = read_dir(&options.profile.join("spaces"))?;
    let outpost = Outpost::open(OutpostConfig { cluster, files, clock, entropy }).await?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("Stopping: the spaces are handed over first");
        let _ = stop.send(true);
    });
    say(format!("Process {} runs spaces at {url}", options.process));
    let serving = tokio::spawn({
        let (app, mut until) = (outpost.router(), stopped.clone());
        let listener = listener.tap_io(|stream| {
            if let Err(fault) = stream.set_nodelay(true) {
                tracing::debug!(%fault, "A connection stays slow");
            }
        });
        async move {
            let served = axum::serve(listener, app).with_graceful_shutdown(async move {
                let _ = until.wait_for(|stop| *stop).await;
            });
            if let Err(fault) = served.await {
                tracing::error!(%fault, "The sockets of the spaces could not be served");
            }
        }
    });
    outpost.run(stopped).await;
    serving.abort();
    Ok(())
}
