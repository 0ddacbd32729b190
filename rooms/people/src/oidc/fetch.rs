//! The network behind the room: one question to an identity provider, with limits. Everything else of OpenID Connect is decided
//! without it.

use std::{fmt, future::Future, io, pin::Pin, sync::Arc, time::Duration};

use ureq::{
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

use super::address::Reach;

/// The most bytes that an answer in JSON may have: a key set with certificates is smaller.
pub(crate) const MOST_BYTES: u64 = 256 * 1024;
/// What is asked for, where nothing else is.
pub(crate) const JSON: &str = "application/json";
const TIME_OUT: Duration = Duration::from_secs(10);

/// A question.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// A form to post; `None`: a GET.
    pub(crate) form: Option<String>,
    /// Names are resolved within this.
    pub(crate) reach: Reach,
    /// Media type of the answer.
    pub(crate) accept: &'static str,
    /// A longer answer is an error.
    pub(crate) most_bytes: u64,
}

impl fmt::Debug for Request {
    /// Without what may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("url", &self.url).finish_non_exhaustive()
    }
}

/// An answer.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// RFC 9449 §8.
    pub(crate) dpop_nonce: Option<String>,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

/// Asks over the network.
pub(crate) trait Fetch: Send + Sync + fmt::Debug {
    /// The answer, or why there is none, for the log.
    fn fetch(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Answer, String>> + Send + '_>>;
}

/// The real network: no redirects (RFC 9700 §4.12: a redirect would carry a code or a secret on), no cookies, no proxy (it would resolve
/// names instead of us), ten seconds, and no more bytes than the question allows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Web;

impl Fetch for Web {
    fn fetch(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Answer, String>> + Send + '_>> {
        Box::pin(async move {
            let url = request.url.clone();
            let asked = tokio::task::spawn_blocking(move || ask(request)).await.map_err(|fault| fault.to_string())?;
            asked.map_err(|fault| format!("{url}: {fault}"))
        })
    }
}

fn ask(request: Request) -> Result<Answer, ureq::Error> {
    let config = Config::builder().timeout_global(Some(TIME_OUT)).http_status_as_error(false).max_redirects(0).proxy(None).build();
    let agent = ureq::Agent::with_parts(
        config,
        DefaultConnector::default(),
        Guarded { reach: Arc::new(request.reach), inner: DefaultResolver::default() },
    );
    let mut answer = match request.form {
        None => {
            let asked = request.headers.iter().fold(agent.get(&request.url), |asked, (name, value)| asked.header(*name, value));
            asked.header("accept", request.accept).call()?
        }
        Some(form) => {
            let asked = request.headers.iter().fold(agent.post(&request.url), |asked, (name, value)| asked.header(*name, value));
            asked.header("accept", request.accept).content_type("application/x-www-form-urlencoded").send(form)?
        }
    };
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (dpop_nonce, content_type) = (header("dpop-nonce"), header("content-type").unwrap_or_default());
    let body = answer.body_mut().with_config().limit(request.most_bytes).read_to_vec()?;
    Ok(Answer { status: answer.status().as_u16(), dpop_nonce, content_type, body })
}

/// Resolves names, and refuses a name that leads into a private network: it is asked here, once, and the connection goes to what was
/// looked at, so that a name can't change in between (DNS rebinding).
struct Guarded {
    reach: Arc<Reach>,
    inner: DefaultResolver,
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guarded").field("reach", &self.reach).finish_non_exhaustive()
    }
}

impl Resolver for Guarded {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = self.inner.resolve(uri, config, timeout)?;
        if addresses.iter().all(|address| self.reach.may_connect(address.ip())) {
            return Ok(addresses);
        }
        Err(ureq::Error::Io(io::Error::other("the name leads into a private network")))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
    };

    use super::*;

    /// Answers one request; gives the address and, later, what was asked.
    fn serve(answer: Vec<u8>) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = vec![0; 4096];
            let count = stream.read(&mut seen).unwrap();
            // The client may hang up before the end of what is too long.
            let _ = stream.write_all(&answer);
            String::from_utf8_lossy(&seen[..count]).into_owned()
        });
        (url, server)
    }

    async fn get(url: &str, is_demo: bool) -> Result<Answer, String> {
        let reach = Reach::new(url, &[], is_demo).unwrap();
        Web.fetch(Request {
            url: url.into(),
            headers: vec![("dpop", "proof".into())],
            form: None,
            reach,
            accept: JSON,
            most_bytes: MOST_BYTES,
        })
        .await
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_is_not_followed() {
        let (url, server) =
            serve(b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ndpop-nonce: n1\r\ncontent-length: 0\r\n\r\n".to_vec());
        let answer = get(&url, true).await.unwrap();
        assert_eq!((answer.status, answer.dpop_nonce.as_deref()), (302, Some("n1")));
        let seen = server.join().unwrap().to_ascii_lowercase();
        assert!(seen.contains("dpop: proof") && seen.contains("accept: application/json"), "{seen}");
    }

    #[tokio::test]
    async fn what_is_too_long_is_not_read() {
        let mut long = b"HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\n".to_vec();
        long.extend(vec![b'a'; 300_000]);
        let (url, server) = serve(long);
        assert!(get(&url, true).await.is_err());
        server.join().unwrap();
    }

    #[tokio::test]
    async fn a_name_that_leads_into_a_private_network_is_not_asked() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        assert!(get(&url, false).await.err().unwrap().contains("private network"));
        assert!(listener.accept().is_err(), "nobody came");
    }
}
