//! Asking others over HTTP: witnesses, and another hall's public log.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use sala_core::publish::Witness;

/// The most bytes that an answer may have.
const MOST: u64 = 64 * 1024 * 1024;

/// A client with time-outs. Redirects are not followed: a witness and a log have one address.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(20))).http_status_as_error(false).max_redirects(0).build().into()
}

/// What another hall or witness answered.
#[derive(Debug)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// How long it asks to be left alone (`Retry-After` in seconds).
    pub retry_after_s: Option<u64>,
    /// The body, of at most 64 MiB.
    pub body: Vec<u8>,
}

/// Gets a resource.
pub fn get(agent: &ureq::Agent, url: &str) -> Result<Answer, String> {
    answer(url, agent.get(url).call())
}

/// Reads what came from `url`.
pub fn answer(url: &str, came: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer, String> {
    let mut came = came.map_err(|fault| format!("{url}: {fault}"))?;
    let body = came.body_mut().with_config().limit(MOST).read_to_vec().map_err(|fault| format!("{url}: {fault}"))?;
    let retry_after_s = came.headers().get("retry-after").and_then(|seconds| seconds.to_str().ok()?.parse().ok());
    Ok(Answer { status: came.status().as_u16(), retry_after_s, body })
}

/// A witness at a URL (C2SP tlog-witness: `<submission prefix>/add-checkpoint`).
#[derive(Debug)]
pub struct RemoteWitness {
    name: String,
    url: String,
    agent: Arc<ureq::Agent>,
}

impl RemoteWitness {
    /// The witness that the policy calls `name`, with its submission prefix.
    pub fn new(name: &str, prefix: &str) -> Self {
        Self { name: name.to_owned(), url: format!("{}/add-checkpoint", prefix.trim_end_matches('/')), agent: Arc::new(agent()) }
    }
}

impl Witness for RemoteWitness {
    fn name(&self) -> &str {
        &self.name
    }

    fn add_checkpoint(&self, body: String) -> BoxFuture<'_, Result<(u16, Vec<u8>), String>> {
        let (agent, url) = (Arc::clone(&self.agent), self.url.clone());
        Box::pin(async move {
            let asked = tokio::task::spawn_blocking(move || {
                let mut answer = agent.post(&url).send(body).map_err(|fault| format!("{url}: {fault}"))?;
                let bytes = answer.body_mut().with_config().limit(64 * 1024).read_to_vec().map_err(|fault| format!("{url}: {fault}"))?;
                Ok((answer.status().as_u16(), bytes))
            });
            asked.await.map_err(|fault| fault.to_string())?
        })
    }
}
