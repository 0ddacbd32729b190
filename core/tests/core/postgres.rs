//! A private PostgreSQL, started from the machine's binaries on a free port and stopped at the end.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

pub(crate) struct Postgres {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
    databases: std::sync::atomic::AtomicU32,
}

fn binaries() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop()
}

/// PostgreSQL refuses to run as root: there we borrow its own user.
fn command(program: PathBuf) -> Command {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if is_root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

impl Postgres {
    /// `None`, with a clear word, when the machine has no PostgreSQL (unless SALA_REQUIRE_PEERS says that it must).
    pub(crate) async fn start() -> Option<Self> {
        let Some(bin) = binaries() else {
            assert!(std::env::var_os("SALA_REQUIRE_PEERS").is_none(), "PostgreSQL is required here: apt-get install postgresql");
            println!("skipped: no PostgreSQL on this machine (apt-get install postgresql)");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("sala-pg").tempdir().unwrap();
        let _ = Command::new("chown").arg("postgres").arg(folder.path()).stderr(Stdio::null()).status();
        let data = folder.path().join("data");
        let made =
            command(bin.join("initdb")).args(["-A", "trust", "-U", "sala", "--no-sync", "-E", "UTF8", "-D"]).arg(&data).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = command(bin.join("postgres"))
            .arg("-D")
            .arg(&data)
            .args([
                "-p",
                &port.to_string(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=200",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let postgres = Self { child, folder, port, databases: 0.into() };
        for _ in 0..200 {
            if <sqlx::PgConnection as sqlx::Connection>::connect(&postgres.url("postgres")).await.is_ok() {
                return Some(postgres);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("PostgreSQL did not answer on port {port}");
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://sala@127.0.0.1:{}/{database}", self.port)
    }

    /// The URL of a fresh database.
    pub(crate) async fn database(&self) -> String {
        let name = format!("hall{}", self.databases.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        let mut conn = <sqlx::PgConnection as sqlx::Connection>::connect(&self.url("postgres")).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut conn).await.unwrap();
        self.url(&name)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // SIGINT = fast shutdown; through `runuser` the signal goes to the child of our child, so ask by pid file too.
        let pid = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid"));
        if let Some(pid) = pid.ok().and_then(|text| text.lines().next().map(str::to_owned)) {
            let _ = Command::new("kill").args(["-INT", &pid]).status();
        }
        let _ = self.child.wait();
    }
}
