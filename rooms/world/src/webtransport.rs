//! The second way to a space (feature `webtransport`, docs/designs/webtransport.md): QUIC on a port of its own, poses as datagrams.

mod certificate;
mod session;

use std::{
    fmt,
    net::{SocketAddr, UdpSocket},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use sala_core::{
    ctx::{Actor, Ctx},
    problem::{INTERNAL, INVALID, Problem},
    text::Lang,
    time::Clock,
};
use serde::Deserialize;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinHandle,
    time::{interval, timeout},
};
use wtransport::{
    Connection, Endpoint, ServerConfig, VarInt,
    endpoint::{IncomingSession, endpoint_side::Server},
    quinn::TransportConfig,
};

use self::certificate::{Pair, span_of};
use crate::{World, line, line::REFUSED, problems::SPACE_CLOSED};

/// From the first packet to a session that asks for a space.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many may be on their way in at once; beyond the first, an address has to answer before it is believed.
const MOST_COMING: usize = 512;
const MOST_UNPROVEN: usize = 64;
/// A line on which nothing comes for so long has ended.
const IDLE_MS: u32 = 15_000;
const ALIVE: Duration = Duration::from_secs(5);
/// Bytes that may wait: to be read on the stream, to be read as datagrams, to be taken by the client, to be sent as datagrams. Of the last
/// the oldest go first.
const UNREAD: u32 = 32 * 1024;
const UNREAD_DATAGRAMS: usize = 16 * 1024;
const UNTAKEN: u64 = 256 * 1024;
const UNSENT_DATAGRAMS: usize = 8 * 1024;
/// How often it is looked whether the certificate has had its time.
const LOOK: Duration = Duration::from_mins(1);
/// How long everybody has to read that the space closes.
const GRACE: Duration = Duration::from_secs(2);

/// How a hall serves WebTransport.
#[derive(Debug, Clone)]
pub struct WebTransportConfig {
    /// UDP address to listen on; port 0: a free one.
    pub listen: SocketAddr,
    /// The address that browsers use for pages, such as `https://hall.example`: the same host is asked, unless `url` says another.
    pub origin: String,
    /// Origin by which clients reach `listen`, such as `https://hall.example:4433`; none: the host of `origin` with the port of `listen`.
    pub url: Option<String>,
    /// What it proves itself with.
    pub certificate: ServedCertificate,
}

/// What a hall proves itself with on the port of WebTransport.
#[derive(Clone)]
pub enum ServedCertificate {
    /// One that a browser trusts by itself: chain and key (PEM).
    Files(PathBuf, PathBuf),
    /// Made here, of this secret, for days only; clients are told its hash.
    Own([u8; 32]),
}

impl fmt::Debug for ServedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Files(..) => "Files",
            Self::Own(_) => "Own",
        })
    }
}

/// What clients are told of it: origin, and hashes of certificates.
pub(crate) type Offer = (String, Vec<String>);

/// The open port.
pub(crate) struct Port {
    endpoint: Arc<Endpoint<Server>>,
    url: String,
    hashes: Arc<Mutex<Vec<String>>>,
    accepting: JoinHandle<()>,
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl World {
    /// Lets people in by WebTransport too from now on, until the room is dropped. To be called within a runtime of tokio. Errors: the address
    /// can't be listened on, or the certificate can't be used.
    pub fn open_webtransport(self: &Arc<Self>, config: WebTransportConfig) -> Result<(), Problem> {
        let failed = |fault: &dyn fmt::Display| INTERNAL.problem().because(format!("WebTransport on {}: {fault}", config.listen));
        let socket = UdpSocket::bind(config.listen).map_err(|fault| failed(&fault))?;
        let local = socket.local_addr().map_err(|fault| failed(&fault))?;
        let url = match &config.url {
            Some(url) => url.clone(),
            None => url_beside(&config.origin, local)?,
        };
        let pairs = Pairs { certificate: config.certificate, clock: Arc::clone(&self.clock) };
        let span = pairs.span();
        let (pair, told) = pairs.of(span)?;
        let hashes = Arc::new(Mutex::new(told));
        let endpoint = Endpoint::server(configured(socket, pair)?).map_err(|fault| failed(&fault))?;
        let endpoint = Arc::new(endpoint);
        tracing::info!(listen = %local, url, "Spaces can be entered by WebTransport");
        let accepting = tokio::spawn(accept(Arc::downgrade(self), Arc::clone(&endpoint), pairs, span, Arc::clone(&hashes)));
        // A second one would not be asked for anything.
        let _ = self.webtransport.set(Port { endpoint, url, hashes, accepting });
        Ok(())
    }
}

impl Port {
    /// What clients are told of it.
    pub(crate) fn offer(&self) -> Offer {
        (self.url.clone(), self.hashes.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Ends it, once everybody has read what they were told last.
    pub(crate) async fn close(&self) {
        self.accepting.abort();
        // Whoever has not read it by then is cut off.
        let _ = timeout(GRACE, self.endpoint.wait_idle()).await;
        self.endpoint.close(VarInt::from_u32(REFUSED.into()), SPACE_CLOSED.code.as_bytes());
    }
}

/// The same host as that of an origin, on the port of `listen`.
fn url_beside(origin: &str, listen: SocketAddr) -> Result<String, Problem> {
    let host = origin.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
    // What follows the last colon is a port, unless that colon is inside an IPv6 address.
    let host = host.map(|host| host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(host, |(name, _)| name));
    let port = listen.port();
    match host {
        // It has two addresses, and browsers ask only the first by QUIC.
        Some("localhost") if listen.is_ipv4() => Ok(format!("https://127.0.0.1:{port}")),
        Some("localhost") => Ok(format!("https://[::1]:{port}")),
        Some(host) if !host.is_empty() => Ok(format!("https://{host}:{port}")),
        _ => Err(INVALID.problem().at("origin", format!("`{origin}` is not an origin such as https://hall.example"))),
    }
}

/// Which certificate is served when.
struct Pairs {
    certificate: ServedCertificate,
    clock: Arc<dyn Clock>,
}

impl Pairs {
    fn span(&self) -> u64 {
        match &self.certificate {
            ServedCertificate::Files(..) => 0,
            ServedCertificate::Own(_) => span_of(self.clock.now()),
        }
    }

    /// What is served in a span, and the hashes that clients are told in it.
    fn of(&self, span: u64) -> Result<(Pair, Vec<String>), Problem> {
        match &self.certificate {
            ServedCertificate::Files(chain, key) => Ok((Pair::read(chain, key)?, vec![])),
            ServedCertificate::Own(secret) => {
                let (now, next) = (Pair::made(secret, span)?, Pair::made(secret, span + 1)?);
                let hashes = vec![now.hash(), next.hash()];
                Ok((now, hashes))
            }
        }
    }
}

fn configured(socket: UdpSocket, pair: Pair) -> Result<ServerConfig, Problem> {
    let mut transport = TransportConfig::default();
    transport
        // The one that asks for the session; all else goes by the stream that the hall opens.
        .max_concurrent_bidi_streams(1_u32.into())
        .max_concurrent_uni_streams(8_u32.into())
        .stream_receive_window(UNREAD.into())
        .receive_window((UNREAD * 2).into())
        .send_window(UNTAKEN)
        .max_idle_timeout(Some(wtransport::quinn::VarInt::from_u32(IDLE_MS).into()))
        .keep_alive_interval(Some(ALIVE))
        .datagram_receive_buffer_size(Some(UNREAD_DATAGRAMS))
        .datagram_send_buffer_size(UNSENT_DATAGRAMS);
    let tls = pair.into_tls()?;
    Ok(ServerConfig::builder().with_bind_socket(socket).with_custom_tls_and_transport(tls, transport).build())
}

async fn accept(world: Weak<World>, endpoint: Arc<Endpoint<Server>>, pairs: Pairs, mut span: u64, hashes: Arc<Mutex<Vec<String>>>) {
    let coming = Arc::new(Semaphore::new(MOST_COMING));
    let mut looks = interval(LOOK);
    loop {
        let incoming = tokio::select! {
            incoming = endpoint.accept() => incoming,
            _ = looks.tick() => {
                let now = pairs.span();
                if now != span {
                    match renewed(&endpoint, &pairs, now) {
                        Ok(told) => {
                            *hashes.lock().unwrap_or_else(PoisonError::into_inner) = told;
                            span = now;
                        }
                        Err(problem) => tracing::error!(%problem, "The certificate of WebTransport could not be renewed; tried again in a minute"),
                    }
                }
                continue;
            }
        };
        let Some(world) = world.upgrade() else { return };
        let is_crowded = coming.available_permits() <= MOST_COMING - MOST_UNPROVEN;
        match Arc::clone(&coming).try_acquire_owned() {
            Err(_) => incoming.refuse(),
            Ok(_) if is_crowded && !incoming.remote_address_validated() => incoming.retry(),
            Ok(permit) => {
                tokio::spawn(let_in(world, incoming, permit));
            }
        }
    }
}

/// Serves the certificate of another span from now on, to those who come; who is in stays in.
fn renewed(endpoint: &Endpoint<Server>, pairs: &Pairs, span: u64) -> Result<Vec<String>, Problem> {
    let (pair, told) = pairs.of(span)?;
    let failed = |fault: std::io::Error| INTERNAL.problem().because(fault);
    // The socket stays; this one is never used.
    let unused = UdpSocket::bind(("127.0.0.1", 0)).map_err(failed)?;
    endpoint.reload_config(configured(unused, pair)?, false).map_err(failed)?;
    tracing::info!("WebTransport has a new certificate");
    Ok(told)
}

/// How one comes in.
#[derive(Debug, Deserialize)]
struct EnterByDatagrams {
    ticket: String,
    token: Option<String>,
    lang: Option<String>,
}

/// The space and the rest of `/api/v1/spaces/{id}/presence?…`.
fn asked_for(path: &str) -> Option<(String, EnterByDatagrams)> {
    let uri: axum::http::Uri = path.parse().ok()?;
    let id = uri.path().strip_prefix("/api/v1/spaces/")?.strip_suffix("/presence")?;
    let axum::extract::Query(query) = axum::extract::Query::try_from_uri(&uri).ok()?;
    Some((id.to_owned(), query))
}

async fn let_in(world: Arc<World>, incoming: IncomingSession, permit: OwnedSemaphorePermit) {
    let Ok(Some((connection, id, query))) = timeout(PATIENCE, connected(&world, incoming)).await else { return };
    let Ok(Some((out, inward))) = timeout(PATIENCE, session::halves(connection)).await else { return };
    drop(permit);
    let mut ctx = Ctx::system("world/1", world.clock.now(), Arc::clone(&world.entropy));
    (ctx.actor, ctx.purpose) = (Actor::Visitor, "service".into());
    ctx.lang = query.lang.as_deref().and_then(Lang::from_header).unwrap_or_default();
    line::open(world, ctx, &id, &query.ticket, query.token.as_deref(), out, inward).await;
}

/// A session that asks for a space that there is.
async fn connected(world: &World, incoming: IncomingSession) -> Option<(Connection, String, EnterByDatagrams)> {
    let request = incoming.await.ok()?;
    match asked_for(request.path()) {
        Some((id, query)) if world.spaces.contains_key(&id) => Some((request.accept().await.ok()?, id, query)),
        _ => {
            request.not_found().await;
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use sala_core::time::Timestamp;

    use super::*;

    #[test]
    fn the_port_is_beside_the_pages() {
        for (origin, url) in [
            ("https://hall.example", "https://hall.example:4433"),
            ("http://localhost:8080", "https://127.0.0.1:4433"),
            ("http://localhost.example:8080", "https://localhost.example:4433"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]:4433"),
            ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:4433"),
        ] {
            assert_eq!(url_beside(origin, "0.0.0.0:4433".parse().unwrap()).unwrap(), url);
        }
        let six = "[::]:4433".parse().unwrap();
        assert_eq!(url_beside("http://localhost:8080", six).unwrap(), "https://[::1]:4433");
        assert!(url_beside("hall.example", six).is_err());
        assert!(url_beside("https://", six).is_err());
    }

    #[test]
    fn only_the_address_of_a_presence_is_answered() {
        let (id, query) = asked_for("/api/v1/spaces/hall/presence?ticket=a%7Cb&token=t&lang=en").unwrap();
        assert_eq!(
            (id.as_str(), query.ticket.as_str(), query.token.as_deref(), query.lang.as_deref()),
            ("hall", "a|b", Some("t"), Some("en"))
        );
        for path in ["/", "", "/api/v1/spaces/hall", "/api/v1/spaces/hall/presence", "/api/v1/spaces//presence", "\u{0}", "*"] {
            assert!(asked_for(path).is_none_or(|(id, _)| id.is_empty()), "{path}");
        }
    }

    #[test]
    fn a_page_opened_in_one_span_is_known_in_the_next() {
        #[derive(Debug)]
        struct At(Timestamp);
        impl Clock for At {
            fn now(&self) -> Timestamp {
                self.0
            }
        }
        let at = |days: i64| Pairs {
            certificate: ServedCertificate::Own([7; 32]),
            clock: Arc::new(At(Timestamp::from_seconds(1_790_000_000).plus_seconds(days * 24 * 3600))),
        };
        let [today, later] = [at(0), at(4)].map(|pairs| pairs.of(pairs.span()).unwrap());
        assert_eq!(today.1[1], later.0.hash());
        assert_eq!(today.1[0], today.0.hash());
        let again = at(0);
        assert_eq!(again.of(again.span()).unwrap().1, today.1, "a hall that starts anew serves the same");
    }
}
