//! Programs of others, run as processes: they read one question as JSON and answer as JSON.

use std::{
    env,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// A program with its script in `tests/wallet`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Peer {
    program: PathBuf,
    script: PathBuf,
}

impl Peer {
    /// A script for Node that needs this package. None, with a word on the output, where it is not installed.
    pub(crate) fn node(script: &str, package: &str) -> Option<Self> {
        let scripts = scripts();
        let is_installed = scripts.join("node_modules").join(package).exists();
        Self::installed(package, is_installed, "node".into(), scripts.join(script))
    }

    /// A script for Python that needs `sd-jwt`.
    pub(crate) fn python(script: &str) -> Option<Self> {
        let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/python");
        let probe = Command::new(&python).args(["-c", "import sd_jwt, jwcrypto"]).stderr(Stdio::null()).status();
        Self::installed("sd-jwt", probe.is_ok_and(|status| status.success()), python, scripts().join(script))
    }

    fn installed(package: &str, is_installed: bool, program: PathBuf, script: PathBuf) -> Option<Self> {
        if !is_installed {
            assert!(env::var_os("SALA_REQUIRE_PEERS").is_none(), "{package} is required here: run scripts/install");
            println!("skipped: {package} is not installed (run scripts/install)");
        }
        is_installed.then_some(Self { program, script })
    }

    /// The answer, or what the program said when it failed.
    pub(crate) async fn try_ask(&self, ask: Value) -> Result<Value, String> {
        let Self { program, script } = self.clone();
        let work = move || {
            let mut child =
                Command::new(program).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            child.stdin.take().unwrap().write_all(ask.to_string().as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            if output.status.success() {
                Ok(serde_json::from_slice(&output.stdout).unwrap())
            } else {
                Err(String::from_utf8_lossy(&output.stderr).into_owned())
            }
        };
        tokio::task::spawn_blocking(work).await.unwrap()
    }

    pub(crate) async fn ask(&self, ask: Value) -> Value {
        self.try_ask(ask.clone()).await.unwrap_or_else(|error| panic!("{self:?} failed to {}: {error}", ask["do"]))
    }
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wallet")
}
