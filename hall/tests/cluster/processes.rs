//! A NATS server, a hall and processes beside it: each a real program on a free port, ended with the test.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::token::{Flaw, Maker};

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A child that ends with the test.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    fn start(command: &mut Command, log: PathBuf) -> Self {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let child = command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        Self { child, log }
    }

    pub(crate) fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([&format!("-{signal}"), &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self, seconds: u64) {
        let begun = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(seconds), "it did not end within {seconds} s: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            println!("── {}\n{}", self.log.display(), self.log());
        }
    }
}

/// These tests measure how long people wait, so they are taken one after the other.
static ALONE: Mutex<()> = Mutex::new(());

/// A NATS server with JetStream.
pub(crate) struct Nats {
    pub(crate) process: Process,
    pub(crate) url: String,
    _alone: MutexGuard<'static, ()>,
}

fn nats_program() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).chain(["/usr/sbin".into()]).collect();
    folders.into_iter().map(|folder| folder.join("nats-server")).find(|program| program.exists())
}

impl Nats {
    /// `None`, with a clear word, when the machine has no NATS server (unless SALA_REQUIRE_PEERS says that it must).
    pub(crate) fn start(folder: &Path) -> Option<Self> {
        let Some(program) = nats_program() else {
            assert!(std::env::var_os("SALA_REQUIRE_PEERS").is_none(), "a NATS server is required here: apt-get install nats-server");
            println!("skipped: no NATS server on this machine (apt-get install nats-server)");
            return None;
        };
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let port = free_port();
        let store = folder.join("nats");
        let mut command = Command::new(program);
        command.args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"]).arg(&store);
        let process = Process::start(&mut command, folder.join("nats.log"));
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the NATS server does not listen: {}", process.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(Self { process, url: format!("nats://127.0.0.1:{port}"), _alone: alone })
    }
}

/// A hall and processes beside it.
pub(crate) struct Hall {
    pub(crate) base: String,
    pub(crate) process: Process,
    pub(crate) folder: PathBuf,
    nats: String,
    port: u16,
    names: Vec<(String, u16)>,
}

fn sala() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sala"));
    command.env("SALA_LOG", "info");
    command
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_mins(1))).build().into()
}

impl Hall {
    /// `workers`: names of the processes that will run spaces, so that the hall's pages may connect there.
    pub(crate) fn start(folder: &Path, nats: &Nats, workers: &[&str]) -> Self {
        let port = free_port();
        let names: Vec<(String, u16)> = workers.iter().map(|name| ((*name).to_owned(), free_port())).collect();
        let base = format!("http://127.0.0.1:{port}");
        let process = Self::serve(folder, &nats.url, port, &names);
        let hall = Self { base, process, folder: folder.to_owned(), nats: nats.url.clone(), port, names };
        hall.wait_until_open();
        hall
    }

    fn serve(folder: &Path, nats: &str, port: u16, names: &[(String, u16)]) -> Process {
        let origins: Vec<String> = names.iter().map(|(_, port)| format!("http://127.0.0.1:{port}")).collect();
        let mut command = sala();
        command.arg("serve").arg("--profile").arg(repository().join("profiles/demo")).arg("--data").arg(folder.join("data")).args([
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--live-streets",
            "off",
            "--requests-per-minute",
            "1000000",
            "--nats",
            nats,
        ]);
        if !origins.is_empty() {
            command.args(["--space-origins", &origins.join(",")]);
        }
        Process::start(&mut command, folder.join("hall.log"))
    }

    fn wait_until_open(&self) {
        let begun = Instant::now();
        while agent().get(format!("{}/api/v1/spaces", self.base)).call().is_err() {
            assert!(begun.elapsed() < Duration::from_mins(1), "the hall does not open: {}", self.process.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Starts it again after it was killed.
    pub(crate) fn start_again(&mut self) {
        self.process = Self::serve(&self.folder, &self.nats, self.port, &self.names);
        self.wait_until_open();
    }

    fn meet(&self) -> Vec<String> {
        vec!["--nats".into(), self.nats.clone(), "--cluster-key".into(), self.folder.join("data/keys/cluster").display().to_string()]
    }

    /// Where a process is reached.
    pub(crate) fn url_of(&self, name: &str) -> String {
        let port = self.names.iter().find(|(known, _)| known == name).unwrap().1;
        format!("http://127.0.0.1:{port}")
    }

    /// Starts a process that runs spaces.
    pub(crate) fn worker(&self, name: &str) -> Process {
        let mut command = sala();
        command
            .args(["space", "serve", "--process", name, "--listen", self.url_of(name).strip_prefix("http://").unwrap()])
            .arg("--profile")
            .arg(repository().join("profiles/demo"))
            .args(self.meet());
        let process = Process::start(&mut command, self.folder.join(format!("{name}.log")));
        self.wait_for(&format!("process {name}"), 20, |hall| {
            hall.list().lines().any(|line| line.starts_with("process") && line.contains(name)).then_some(())
        });
        process
    }

    fn space_command(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sala"));
        command.arg("space").args(args).args(self.meet()).output().unwrap()
    }

    /// What `sala space list` says.
    pub(crate) fn list(&self) -> String {
        let output = self.space_command(&["list"]);
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    }

    /// Who runs a space.
    pub(crate) fn owner(&self, space: &str) -> Option<String> {
        let list = self.list();
        let mut words = list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        words
            .find(|words| words.first() == Some(&"space") && words.get(1) == Some(&space))
            .and_then(|words| words.get(2).map(|word| (*word).to_owned()))
    }

    /// Types `sala space move`.
    pub(crate) fn move_space(&self, space: &str, to: &str) -> Output {
        self.space_command(&["move", space, "--to", to])
    }

    /// Moves a space and sees that it did.
    pub(crate) fn moved(&self, space: &str, to: &str) {
        let output = self.move_space(space, to);
        assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), self.process.log());
        assert_eq!(self.owner(space).as_deref(), Some(to));
    }

    pub(crate) fn wait_for<T>(&self, what: &str, seconds: u64, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(begun.elapsed() < Duration::from_secs(seconds), "{what}: not within {seconds} s");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let mut answer = agent().get(format!("{}{path}", self.base)).call().unwrap();
        serde_json::from_slice(&answer.body_mut().read_to_vec().unwrap()).unwrap()
    }

    /// Sends and gives status, cookie and body.
    pub(crate) fn post(&self, path: &str, cookie: &str, body: &Value) -> Result<(u16, String, Value), ureq::Error> {
        let request = agent().post(format!("{}{path}", self.base));
        let request = request.header("content-type", "application/json").header("x-sala-csrf", "1").header("cookie", cookie);
        let mut answer = request.send(body.to_string().as_bytes())?;
        let set = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok()).unwrap_or("");
        let cookie = set.split(';').next().unwrap_or("").to_owned();
        let bytes = answer.body_mut().read_to_vec()?;
        Ok((answer.status().as_u16(), cookie, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }

    /// The same, again while the hall says that it is too much at once.
    fn post_patiently(&self, path: &str, cookie: &str, body: &Value) -> (u16, String, Value) {
        loop {
            let answer = self.post(path, cookie, body).unwrap();
            if answer.0 != 429 {
                return answer;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    /// Registers a new person with a passkey, who accepts the code of conduct; gives the cookie.
    pub(crate) fn citizen(&self, version: &Value) -> String {
        let mut token = Maker::new("City").token([7; 16], Flaw::Unattested);
        let (status, _, started) = self.post_patiently("/api/v1/passkeys/start", "", &json!({ "name": "ผู้ทดสอบ" }));
        assert_eq!(status, 200, "{started}");
        let credential = token.register(&started["options"], &format!("http://localhost:{}", self.port));
        let finish = json!({ "ceremony": started["ceremony"], "credential": credential, "label": "key" });
        let (status, cookie, body) = self.post_patiently("/api/v1/passkeys/finish", "", &finish);
        assert_eq!(status, 200, "{body}");
        let (status, _, body) = self.post_patiently("/api/v1/conduct/acceptances", &cookie, &json!({ "version": version }));
        assert_eq!(status, 204, "{body}");
        cookie
    }
}
