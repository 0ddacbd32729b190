//! `sala import`: a file of observations into a feed of a running hall, in batches that can be repeated safely.

use std::{fs, path::PathBuf, process::ExitCode};

use clap::Args;
use sala_core::problem::{INVALID, Problem, STORAGE};
use sha2::{Digest, Sha256};

use super::{fail, say};
use crate::remote::agent;

/// What to bring where.
#[derive(Debug, Args)]
pub struct ImportOptions {
    /// Address of the hall.
    #[arg(long, default_value = "http://localhost:8080", value_name = "URL")]
    url: String,
    /// The feed.
    #[arg(long, value_name = "ID")]
    feed: String,
    /// The key of the feed.
    #[arg(long, env = "SALA_FEED_KEY", value_name = "KEY", hide_env_values = true)]
    key: String,
    /// NDJSON (`{"series","at","value"}` a line) or CSV with the header `series,at,value`.
    file: PathBuf,
    /// Lines in one batch.
    #[arg(long, default_value_t = 20_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
}

/// Sends the file. Sending it again adds nothing: each batch is known by its content.
pub async fn run(options: ImportOptions) -> ExitCode {
    let sent = tokio::task::spawn_blocking(move || send(&options)).await.unwrap_or_else(|fault| Err(STORAGE.problem().because(fault)));
    match sent {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => fail(&problem),
    }
}

fn send(options: &ImportOptions) -> Result<bool, Problem> {
    let text =
        fs::read_to_string(&options.file).map_err(|fault| INVALID.problem().at(options.file.display().to_string(), fault.to_string()))?;
    let is_csv = options.file.extension().is_some_and(|extension| extension == "csv");
    let mut lines = text.lines();
    let head = if is_csv { lines.next().map(|line| format!("{line}\n")) } else { None }.unwrap_or_default();
    let kind = if is_csv { "text/csv" } else { "application/x-ndjson" };
    let url = format!("{}/api/v1/feeds/{}/observations", options.url.trim_end_matches('/'), options.feed);
    let agent = agent();
    let lines: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
    let mut refused = 0;
    for (number, batch) in lines.chunks(usize::try_from(options.batch).unwrap_or(1)).enumerate() {
        let body = format!("{head}{}\n", batch.join("\n"));
        let name = hex::encode(Sha256::digest(body.as_bytes()));
        let answer = loop {
            let request =
                agent.post(&url).header("content-type", kind).header("x-sala-feed-key", &options.key).header("x-sala-batch", &name);
            let mut answer = request.send(&body).map_err(|fault| STORAGE.problem().because(format!("{url}: {fault}")))?;
            let text = answer.body_mut().read_to_string().map_err(|fault| STORAGE.problem().because(fault))?;
            match answer.status().as_u16() {
                429 => std::thread::sleep(std::time::Duration::from_secs(1)),
                200..=299 => break text,
                status => return Err(INVALID.problem().at(format!("batch {}", number + 1), format!("the hall answered {status}: {text}"))),
            }
        };
        let told: serde_json::Value = serde_json::from_str(&answer).unwrap_or_default();
        let count = |name: &str| told.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
        refused += count("rejected");
        say(format!(
            "batch {}: {} accepted, {} known, {} late, {} refused",
            number + 1,
            count("accepted"),
            count("duplicate"),
            count("late"),
            count("rejected")
        ));
        for error in told.get("errors").and_then(serde_json::Value::as_array).into_iter().flatten().take(10) {
            say(format!("  {error}"));
        }
    }
    Ok(refused == 0)
}
