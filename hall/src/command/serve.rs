//! `sala serve`.

use std::{net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};

use axum_server::{
    Handle,
    accept::NoDelayAcceptor,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use sala_core::{
    problem::{INVALID, Problem, STORAGE},
    time::{Clock, SystemClock},
};
use tokio::sync::watch;

use super::{fail, say};
use crate::{api, catalog::UNWITNESSED, hall::Hall, options::ServeOptions};

/// How long requests under way may take after a stop was asked for.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until Ctrl-C or SIGTERM.
pub async fn run(options: ServeOptions) -> ExitCode {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("Stopping: what was accepted is finished, then the head is published once more");
        let _ = stop.send(true);
    });
    match serve(options, Arc::new(SystemClock), stopped, |_, _| {}).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(&problem),
    }
}

/// Serves by `clock` until `stop` turns true; `ready` is told the address when the hall listens.
pub async fn serve(
    options: ServeOptions,
    clock: Arc<dyn Clock>,
    stop: watch::Receiver<bool>,
    ready: impl FnOnce(SocketAddr, Arc<Hall>) + Send + 'static,
) -> Result<(), Problem> {
    let tls = tls(&options).await?;
    let hall = Arc::new(Hall::open_on(&options, clock).await?);
    let store = Arc::clone(&hall.store);
    if hall.publisher.policy().quorum().is_none() {
        return Err(UNWITNESSED.problem());
    }
    let app = api::router(&hall, &options, api::metrics::install())?;
    let handle = Handle::new();
    let listener = std::net::TcpListener::bind(options.listen)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .map_err(|fault| INVALID.problem().at("--listen", format!("{}: {fault}", options.listen)))?;
    let mut tasks = hall.start(Duration::from_millis(options.publish_ms), &stop);
    tokio::spawn({
        let (handle, mut stop) = (handle.clone(), stop.clone());
        async move {
            // An error means that no one can ask to stop any more, which is as good as asking.
            let _ = stop.wait_for(|stop| *stop).await;
            handle.graceful_shutdown(Some(GRACE));
        }
    });
    tokio::spawn({
        let (handle, hall, origin) = (handle.clone(), Arc::clone(&hall), options.origin());
        async move {
            if let Some(address) = handle.listening().await {
                welcome(&hall, &origin, address);
                ready(address, hall);
            }
        }
    });
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let io = |fault: std::io::Error| STORAGE.problem().because(format!("the listener: {fault}"));
    let server = axum_server::from_tcp(listener).map_err(io)?.handle(handle);
    match tls {
        Some(config) => server.acceptor(RustlsAcceptor::new(config).acceptor(NoDelayAcceptor::new())).serve(service).await,
        None => server.acceptor(NoDelayAcceptor::new()).serve(service).await,
    }
    .map_err(io)?;
    while let Some(ended) = tasks.join_next().await {
        if let Err(fault) = ended {
            tracing::error!(%fault, "A task of the hall ended badly");
        }
    }
    store.close().await;
    Ok(())
}

fn welcome(hall: &Hall, origin: &str, address: SocketAddr) {
    tracing::info!(%address, "The hall is open");
    say(format!("\n  ศาลา · {} is open at {origin}\n", hall.profile.hall.name.en));
    if hall.profile.hall.is_demo {
        say("  Demonstration: at /sign-in two buttons sign you in as a citizen or as an officer, without any account.");
        say(format!("  Check its record:  sala verify --url {origin}"));
    }
    say("  Ctrl-C stops it.\n");
}

async fn tls(options: &ServeOptions) -> Result<Option<RustlsConfig>, Problem> {
    let (Some(cert), Some(key)) = (&options.tls_cert, &options.tls_key) else { return Ok(None) };
    // A provider that was installed before is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = RustlsConfig::from_pem_file(cert, key).await;
    config.map(Some).map_err(|fault| INVALID.problem().at("--tls-cert, --tls-key", fault.to_string()))
}

pub(crate) async fn asked_to_stop() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}
