//! `sala init`.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use sala_core::{ctx::Ctx, problem::Problem};

use super::{fail, say};
use crate::{
    hall::{Hall, SYSTEM},
    keys::policy_path,
    options::{LiveStreets, ServeOptions},
};

/// Where the new hall lies.
#[derive(Debug, Args)]
pub struct InitOptions {
    /// Folder of the profile.
    #[arg(long, env = "SALA_PROFILE", value_name = "DIR")]
    profile: PathBuf,
    /// Folder for everything that the installation keeps.
    #[arg(long, env = "SALA_DATA", value_name = "DIR")]
    data: PathBuf,
    /// PostgreSQL URL; without it the store is SQLite in the data folder.
    #[arg(long, env = "SALA_DATABASE_URL", value_name = "URL")]
    database_url: Option<String>,
}

/// Makes the installation; running it again makes a new code and changes nothing else.
pub async fn run(options: InitOptions) -> ExitCode {
    match init(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(&problem),
    }
}

async fn init(options: InitOptions) -> Result<(), Problem> {
    let options = serve_options(options.profile, options.data, options.database_url);
    let hall = Hall::open(&options).await?;
    let ctx = Ctx::system(SYSTEM, hall.clock.now(), hall.entropy.clone());
    let code = hall.people.create_bootstrap_code(&ctx).await?;
    say(format!("The hall {} is ready in {}.", hall.profile.hall.name.en, options.data.display()));
    say(format!("Log key:  {}", hall.publisher.log_key()));
    say(format!("Policy:   {} (name outside witnesses there before you serve the public)", policy_path(&options.data).display()));
    say(format!("One-time code of the first administrator: {code}"));
    say("Serve the hall, open /sign-in, register a passkey and give this code. It works once, for a day.");
    Ok(())
}

/// Options of a hall that is opened without being served.
pub(crate) fn serve_options(profile: PathBuf, data: PathBuf, database_url: Option<String>) -> ServeOptions {
    ServeOptions {
        config: None,
        profile,
        data,
        listen: ([127, 0, 0, 1], 8080).into(),
        database_url,
        origin: None,
        tls_cert: None,
        tls_key: None,
        book: None,
        #[cfg(feature = "lake")]
        lake: None,
        publish_ms: 500,
        requests_per_minute: 6_000,
        #[cfg(feature = "cluster")]
        nats: None,
        #[cfg(feature = "cluster")]
        nats_options: crate::options::NatsOptions { nats_roots: None, nats_prefix: String::new(), nats_replicas: 1, cluster_key: None },
        #[cfg(feature = "cluster")]
        space_origins: vec![],
        max_body: 64 * 1024 * 1024,
        log_json: false,
        client_header: None,
        sumo: None,
        live_streets: LiveStreets::Off,
        #[cfg(feature = "voice")]
        voice_listen: None,
        #[cfg(feature = "voice")]
        voice_public: vec![],
        #[cfg(feature = "voice")]
        speech: crate::options::SpeechOptions::default(),
        #[cfg(feature = "webtransport")]
        webtransport_listen: None,
        #[cfg(feature = "webtransport")]
        webtransport_url: None,
    }
}
