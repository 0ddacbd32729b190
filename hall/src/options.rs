//! The options of `sala serve`: flags, then environment, then the file of `--config` (see `config.rs`). `--help` is the manual.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, ValueEnum};
use sala_streets::live::LiveMode;

/// Live streets of a hall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LiveStreets {
    /// They are not run.
    Off,
    /// The controller thinks in the hall's own process.
    Together,
    /// The controller is a process of its own.
    #[default]
    Apart,
}

impl From<LiveStreets> for LiveMode {
    fn from(streets: LiveStreets) -> Self {
        match streets {
            LiveStreets::Off => Self::Off,
            LiveStreets::Together => Self::Together,
            LiveStreets::Apart => Self::Apart,
        }
    }
}

/// Which speech server makes captions of what people say who want that.
#[cfg(feature = "voice")]
#[derive(Debug, Clone, Default, Args)]
pub struct SpeechOptions {
    /// A speech server that answers POST URL/v1/audio/transcriptions as OpenAI's API does (speaches, vLLM, whisper.cpp), such as
    /// http://127.0.0.1:8000: for captions of the voices of those who switch them on. Without it there are no captions.
    #[arg(long, env = "SALA_SPEECH_URL", value_name = "URL", requires_all = ["voice_listen", "speech_operator"])]
    pub speech_url: Option<String>,
    /// Who runs the speech server, as people read it before they switch captions on: Thai|English, or one text for both.
    #[arg(long, env = "SALA_SPEECH_OPERATOR", value_name = "NAME")]
    pub speech_operator: Option<String>,
    /// Name of the model, as the speech server calls it. A server that asks for a key gets that of the environment's SALA_SPEECH_KEY.
    #[arg(long, env = "SALA_SPEECH_MODEL", default_value = "whisper-1", value_name = "NAME")]
    pub speech_model: String,
}

#[cfg(feature = "voice")]
impl SpeechOptions {
    /// The speech server to ask, if there is one, with this key.
    pub fn config(&self, key: Option<String>) -> Option<sala_world::voice::SpeechConfig> {
        let operator = self.speech_operator.as_deref().unwrap_or_default();
        let (th, en) = operator.split_once('|').unwrap_or((operator, operator));
        Some(sala_world::voice::SpeechConfig {
            url: self.speech_url.clone()?,
            model: self.speech_model.clone(),
            key,
            operator: sala_core::text::Text::new(th.trim(), en.trim()),
        })
    }
}

/// How the processes of a hall meet.
#[cfg(feature = "cluster")]
#[derive(Debug, Clone, Args)]
pub struct NatsOptions {
    /// Certificates (PEM) of who vouches for the NATS servers' keys, beside those that the machine trusts.
    #[arg(long, env = "SALA_NATS_ROOTS", value_name = "FILE")]
    pub nats_roots: Option<PathBuf>,
    /// Before all subjects and in the name of the bucket of leases, so that several halls may share a NATS server.
    #[arg(long, env = "SALA_NATS_PREFIX", default_value = "sala", value_name = "NAME")]
    pub nats_prefix: String,
    /// Copies of the bucket of leases in a NATS cluster: 1, 3 or 5.
    #[arg(long, env = "SALA_NATS_REPLICAS", default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    pub nats_replicas: u8,
    /// Key under which the processes speak, 64 hexadecimal digits. The hall makes it at DATA/keys/cluster; give each process a copy.
    #[arg(long, env = "SALA_CLUSTER_KEY", value_name = "FILE")]
    pub cluster_key: Option<PathBuf>,
}

#[cfg(feature = "cluster")]
impl NatsOptions {
    /// What the process `process` needs to meet the others at `servers`.
    pub fn config(&self, servers: &str, key: [u8; 32], process: &str, url: Option<String>) -> sala_world::cluster::ClusterConfig {
        sala_world::cluster::ClusterConfig {
            servers: servers.to_owned(),
            roots: self.nats_roots.clone(),
            prefix: self.nats_prefix.clone(),
            replicas: usize::from(self.nats_replicas),
            key,
            process: process.to_owned(),
            url,
        }
    }
}

/// How to serve a hall.
#[derive(Debug, Clone, Args)]
pub struct ServeOptions {
    /// YAML file with any of these options by name, such as `max_body: 1048576`. Flags and environment win over it.
    #[arg(long, env = "SALA_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the profile: what this agency is (services, feeds, measures, offices, texts).
    #[arg(long, env = "SALA_PROFILE", value_name = "DIR")]
    pub profile: PathBuf,
    /// Folder for everything that this installation keeps: store, keys, log.
    #[arg(long, env = "SALA_DATA", value_name = "DIR")]
    pub data: PathBuf,
    /// Address to listen on.
    #[arg(long, env = "SALA_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// PostgreSQL URL; without it the store is SQLite in the data folder.
    #[arg(long, env = "SALA_DATABASE_URL", value_name = "URL")]
    pub database_url: Option<String>,
    /// The address that browsers use, such as https://hall.example. Passkeys are bound to its domain. Default: http://localhost:PORT.
    #[arg(long, env = "SALA_ORIGIN", value_name = "URL")]
    pub origin: Option<String>,
    /// Certificate chain (PEM). With --tls-key the hall speaks TLS itself; else put it behind a proxy that does.
    #[arg(long, env = "SALA_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key (PEM).
    #[arg(long, env = "SALA_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Folder of the signer's book; best on another disk than the data. Default: DATA/book.
    #[arg(long, env = "SALA_BOOK", value_name = "DIR")]
    pub book: Option<PathBuf>,
    /// Where days that are over are rolled as Parquet files: a folder, or s3://BUCKET/PREFIX with the environment variables of AWS's
    /// tools (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL for other stores). Default: DATA/lake.
    #[cfg(feature = "lake")]
    #[arg(long, env = "SALA_LAKE", value_name = "DIR|URL")]
    pub lake: Option<String>,
    /// How often a new head is published when there are new acts, in milliseconds.
    #[arg(long, env = "SALA_PUBLISH_MS", default_value_t = 500, value_name = "MS", value_parser = clap::value_parser!(u64).range(20..=60_000))]
    pub publish_ms: u64,
    /// Requests that one address may make in a minute; more get 429 with Retry-After.
    #[arg(long, env = "SALA_REQUESTS_PER_MINUTE", default_value_t = 6_000, value_name = "N", value_parser = clap::value_parser!(u32).range(10..))]
    pub requests_per_minute: u32,
    /// The largest request body in bytes (feeds in bulk; other requests are held to 1 MiB).
    #[arg(long, env = "SALA_MAX_BODY", default_value_t = 64 * 1024 * 1024, value_name = "BYTES")]
    pub max_body: usize,
    /// The traffic simulator SUMO: program, Python environment or SUMO_HOME. Default: SUMO_BINARY, SUMO_HOME, .venv-sumo in the folder
    /// of the profile or above it, the PATH. Without one the hall does not simulate.
    #[arg(long, env = "SALA_SUMO", value_name = "PATH")]
    pub sumo: Option<PathBuf>,
    /// Whether live streets of the profile are run, and where the controller of their signals thinks.
    #[arg(long, env = "SALA_LIVE_STREETS", value_enum, default_value_t, value_name = "WHERE")]
    pub live_streets: LiveStreets,
    /// NATS servers (with JetStream) at which processes meet that run some of the spaces, such as nats://USER:PASSWORD@HOST:4222 or
    /// tls://…, with commas between. Without it the hall runs all spaces by itself.
    #[cfg(feature = "cluster")]
    #[arg(long, env = "SALA_NATS", value_name = "URL")]
    pub nats: Option<String>,
    #[cfg(feature = "cluster")]
    #[command(flatten)]
    #[expect(missing_docs, reason = "each option says what it is")]
    pub nats_options: NatsOptions,
    /// Origins of processes that run spaces, such as https://spaces.hall.example, with commas between: browsers may connect there. Not
    /// needed for those behind the hall's own origin.
    #[cfg(feature = "cluster")]
    #[arg(long, env = "SALA_SPACE_ORIGINS", value_name = "URL", value_delimiter = ',')]
    pub space_origins: Vec<String>,
    /// UDP address at which voices are taken and forwarded, such as 0.0.0.0:3478; this port is open in the firewall, in and out. Without
    /// it spaces have no voice.
    #[cfg(feature = "voice")]
    #[arg(long, env = "SALA_VOICE_LISTEN", value_name = "ADDR")]
    pub voice_listen: Option<SocketAddr>,
    /// Addresses by which browsers reach that port, one of each family, with commas between: behind NAT, or with several networks.
    /// Default: that of --voice-listen, or the machine's own.
    #[cfg(feature = "voice")]
    #[arg(long, env = "SALA_VOICE_PUBLIC", value_name = "IP", value_delimiter = ',', requires = "voice_listen")]
    pub voice_public: Vec<std::net::IpAddr>,
    #[cfg(feature = "voice")]
    #[command(flatten)]
    #[expect(missing_docs, reason = "each option says what it is")]
    pub speech: SpeechOptions,
    /// UDP address at which spaces can be entered by WebTransport, such as 0.0.0.0:4433, beside the WebSocket; this port is open in the
    /// firewall, in and out. Its certificate is that of --tls-cert, else one of its own.
    #[cfg(feature = "webtransport")]
    #[arg(long, env = "SALA_WEBTRANSPORT_LISTEN", value_name = "ADDR")]
    pub webtransport_listen: Option<SocketAddr>,
    /// Origin by which browsers reach that port, such as https://hall.example:4433. Default: the host of --origin, the port of
    /// --webtransport-listen.
    #[cfg(feature = "webtransport")]
    #[arg(long, env = "SALA_WEBTRANSPORT_URL", value_name = "URL", requires = "webtransport_listen")]
    pub webtransport_url: Option<String>,
    /// Log lines as JSON.
    #[arg(long, env = "SALA_LOG_JSON")]
    pub log_json: bool,
    /// The client's address is the last one in this header (added by your proxy), such as x-forwarded-for. Unset: the address of the connection.
    #[arg(long, env = "SALA_CLIENT_HEADER", value_name = "NAME")]
    pub client_header: Option<String>,
}

impl ServeOptions {
    /// The address that browsers use.
    pub fn origin(&self) -> String {
        let scheme = if self.tls_cert.is_some() { "https" } else { "http" };
        self.origin.clone().unwrap_or_else(|| format!("{scheme}://localhost:{}", self.listen.port()))
    }

    /// Origins beside the hall's own to which its pages may connect.
    pub fn other_origins(&self) -> &[String] {
        #[cfg(feature = "cluster")]
        return &self.space_origins;
        #[cfg(not(feature = "cluster"))]
        &[]
    }
}
