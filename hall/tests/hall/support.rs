//! A hall of its own for each test: real store, real listener on a free port, real demo profile.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use clap::Parser;
use sala_core::time::{Clock, SystemClock};
use sala_hall::{command::serve::serve, hall::Hall, options::ServeOptions};
use serde_json::Value;
use tokio::sync::watch;

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    serve: ServeOptions,
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

pub(crate) fn options(data: &Path, more: &[&str]) -> ServeOptions {
    options_of(&repository().join("profiles/demo"), data, more)
}

pub(crate) fn options_of(profile: &Path, data: &Path, more: &[&str]) -> ServeOptions {
    let base = ["sala", "--profile", profile.to_str().unwrap(), "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"];
    // A live street takes much of a small machine: only its own tests run one.
    let off: &[&str] = if more.contains(&"--live-streets") { &[] } else { &["--live-streets", "off"] };
    Options::try_parse_from(base.iter().chain(off).chain(more)).unwrap().serve
}

/// A hall that is being served.
pub(crate) struct Served {
    pub(crate) base: String,
    pub(crate) hall: Arc<Hall>,
    pub(crate) data: PathBuf,
    folder: Option<tempfile::TempDir>,
    stop: watch::Sender<bool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// What a request gave.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Served {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut served = Self::start_in(folder.path(), &[]);
        served.folder = Some(folder);
        served
    }

    pub(crate) fn start_in(data: &Path, more: &[&str]) -> Self {
        Self::start_with(options(data, more))
    }

    pub(crate) fn start_with(options: ServeOptions) -> Self {
        Self::start_on(options, Arc::new(SystemClock))
    }

    /// A hall that goes by this clock.
    pub(crate) fn start_on(options: ServeOptions, clock: Arc<dyn Clock>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (sender, receiver) = mpsc::channel();
        let data = options.data.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(serve(options, clock, stopped, move |address, hall| sender.send((address, hall)).unwrap())).unwrap();
        });
        let (address, hall) = receiver.recv_timeout(Duration::from_secs(90)).expect("the hall opens");
        Self { base: format!("http://{address}"), hall, data, folder: None, stop, thread: Some(thread) }
    }

    /// Asks to stop and waits until all is finished.
    pub(crate) fn stop(mut self) -> Option<tempfile::TempDir> {
        self.halt();
        self.folder.take()
    }

    fn halt(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .allow_non_standard_methods(true)
            .build()
            .into();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => agent.run(request.body(body.to_vec()).unwrap()),
            None => agent.run(request.body(()).unwrap()),
        };
        let mut answer = answer.unwrap_or_else(|fault| panic!("{method} {path}: {fault}"));
        let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned())).collect();
        Answer { status: answer.status().as_u16(), headers, body: answer.body_mut().with_config().limit(1 << 28).read_to_vec().unwrap() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path, &[], None)
    }

    pub(crate) fn post(&self, path: &str, cookie: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("x-sala-csrf", "1"), ("cookie", cookie)];
        self.request("POST", path, &headers, Some(body.to_string().as_bytes()))
    }

    /// Signs in by the demo button; gives the cookie.
    pub(crate) fn sign_in(&self, body: &Value) -> String {
        let answer = self.post("/api/v1/session/demo", "", body);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    }

    /// Asks again until the answer is as wanted.
    pub(crate) fn wait_for<T>(&self, what: &str, seconds: u64, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(begun.elapsed() < Duration::from_secs(seconds), "{what}: not within {seconds} s");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.halt();
    }
}

/// Types a `sala` command.
pub(crate) fn sala(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sala")).args(args).output().unwrap()
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
