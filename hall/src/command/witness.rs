//! `sala witness`: cosign the heads of other halls' logs over HTTP (C2SP tlog-witness).

use std::{fs, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use clap::Args;
use sala_core::{
    entropy::{OsEntropy, random32},
    problem::{INVALID, Problem, STORAGE},
    time::SystemClock,
    witness::WitnessBook,
};
use sala_log::{CosignerKey, VerifierKey};

use super::{fail, say};

/// Which witness, for which logs.
#[derive(Debug, Args)]
pub struct WitnessOptions {
    /// Name of the witness, such as press.example/witness. Made part of its key, never changed.
    #[arg(long, env = "SALA_WITNESS_NAME", value_name = "NAME")]
    name: String,
    /// Folder of its key and its memory. Losing the memory means cosigning from the beginning again: keep it safe.
    #[arg(long, env = "SALA_WITNESS_DATA", value_name = "DIR")]
    data: PathBuf,
    /// Key of a log that it witnesses (C2SP vkey, from the hall's /api/v1/log). Repeat for several.
    #[arg(long = "log", required = true, value_name = "VKEY")]
    logs: Vec<String>,
    /// Address to listen on; put it behind a proxy with TLS.
    #[arg(long, env = "SALA_WITNESS_LISTEN", default_value = "127.0.0.1:8090", value_name = "ADDR")]
    listen: SocketAddr,
}

/// Serves until killed; a kill at any moment is safe.
pub async fn run(options: WitnessOptions) -> ExitCode {
    match serve(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(&problem),
    }
}

async fn serve(options: WitnessOptions) -> Result<(), Problem> {
    let logs = options.logs.iter().map(|key| VerifierKey::parse(key).map_err(|fault| INVALID.problem().at("--log", fault.to_string())));
    let logs = logs.collect::<Result<Vec<_>, _>>()?;
    let key =
        CosignerKey::from_seed(&options.name, &seed(&options.data)?).map_err(|fault| INVALID.problem().at("--name", fault.to_string()))?;
    let book = Arc::new(WitnessBook::open(&options.name, key, logs, &options.data.join("seen"), Arc::new(SystemClock))?);
    let listener =
        tokio::net::TcpListener::bind(options.listen).await.map_err(|fault| INVALID.problem().at("--listen", fault.to_string()))?;
    let address = listener.local_addr().map_err(|fault| STORAGE.problem().because(fault))?;
    say(format!("Witness {} listens at http://{address}; name it in a policy as", options.name));
    say(format!("witness {} {} http://{address}", options.name.replace(['/', '.'], "-"), book.key()));
    axum::serve(listener, router(book)).await.map_err(|fault| STORAGE.problem().because(fault))
}

/// The routes of a witness.
pub fn router(book: Arc<WitnessBook>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/healthz", get(|| async { "ok\n" }))
        .layer(DefaultBodyLimit::max(64 * 1024))
        .with_state(book)
}

async fn add_checkpoint(State(book): State<Arc<WitnessBook>>, body: Bytes) -> impl IntoResponse {
    let reply = book.answer(&body).await;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, reply.content_type)], reply.body)
}

fn seed(folder: &std::path::Path) -> Result<[u8; 32], Problem> {
    let path = folder.join("key");
    let io = |fault: std::io::Error| STORAGE.problem().because(format!("{}: {fault}", path.display()));
    fs::create_dir_all(folder).map_err(io)?;
    if !path.exists() {
        use std::{io::Write, os::unix::fs::OpenOptionsExt};
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(io)?;
        writeln!(file, "{}", hex::encode(random32(&OsEntropy))).and_then(|()| file.sync_all()).map_err(io)?;
    }
    let text = fs::read_to_string(&path).map_err(io)?;
    hex::decode(text.trim())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| INVALID.problem().at(path.display().to_string(), "not a key"))
}
