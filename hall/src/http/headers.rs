//! Security headers on everything that the hall sends.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use sala_core::problem::{INVALID, Problem};

/// What pages may load and reach.
#[derive(Debug, Clone)]
pub struct ContentPolicy(HeaderValue, &'static str);

const NO_DEVICES: &str = "camera=(), microphone=(), geolocation=(), payment=()";
const VOICE: &str = "camera=(), microphone=(self), geolocation=(), payment=()";

impl ContentPolicy {
    /// Nothing from elsewhere, no inline code, no frames; sockets to the hall, to the processes at `origins` that run its spaces and to its
    /// port of WebTransport.
    pub fn new(origins: &[String], webtransport: Option<&str>) -> Result<Self, Problem> {
        let mut connect = String::from("'self'");
        let is_host = |host: &str| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
        for origin in origins {
            let host = origin.strip_prefix("https://").map(|host| ("wss", host));
            let host = host.or_else(|| origin.strip_prefix("http://").map(|host| ("ws", host)));
            let (scheme, host) = host.filter(|(_, host)| is_host(host)).ok_or_else(|| {
                INVALID.problem().at("--space-origins", format!("`{origin}` is not an origin such as https://spaces.hall.example"))
            })?;
            connect.extend([" ", scheme, "://", host]);
        }
        if let Some(origin) = webtransport {
            if !origin.strip_prefix("https://").is_some_and(is_host) {
                let expected = format!("`{origin}` is not an origin such as https://hall.example:4433");
                return Err(INVALID.problem().at("--webtransport-url", expected));
            }
            connect.extend([" ", origin]);
        }
        let policy = format!(
            // WebAssembly, which unpacks models (meshopt), may be compiled; text may not be run as a
            // program. Pictures within a model are addresses that the page makes itself (blob:).
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src {connect} blob:; \
             object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        );
        HeaderValue::from_str(&policy).map(|policy| Self(policy, NO_DEVICES)).map_err(|fault| INVALID.problem().because(fault))
    }

    /// In a hall with voice our own pages may ask for the microphone; every page, for one goes to a space from any of them.
    pub fn with_voice(self, has_voice: bool) -> Self {
        Self(self.0, if has_voice { VOICE } else { NO_DEVICES })
    }
}

/// The wallet's pages speak with issuers and verifiers anywhere: that is what a wallet is for. Only what is loaded at these addresses
/// may; a page that was turned to from another one asks to be loaded anew.
const WALLET_CSP: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self' https: http://localhost:*; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Adds the headers.
pub async fn protect(State(content): State<ContentPolicy>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_wallet = path == "/wallet" || path.starts_with("/wallet/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, if is_wallet { HeaderValue::from_static(WALLET_CSP) } else { content.0 });
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), content.1),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_may_connect_to_the_hall_and_to_named_processes_and_nowhere_else() {
        let with = |origins: &[&str], webtransport| {
            ContentPolicy::new(&origins.iter().map(|origin| (*origin).to_owned()).collect::<Vec<_>>(), webtransport)
        };
        let policy = |origins: &[&str]| with(origins, None);
        assert!(policy(&[]).unwrap().0.to_str().unwrap().contains("connect-src 'self' blob:; object-src"));
        let two = policy(&["https://spaces.hall.example", "http://127.0.0.1:9000"]).unwrap().0;
        assert!(two.to_str().unwrap().contains("connect-src 'self' wss://spaces.hall.example ws://127.0.0.1:9000 blob:;"));
        for wrong in ["spaces.hall.example", "https://", "https://a/b", "https://a *", "https://a; script-src *", "ftp://a", "https://a,b"]
        {
            assert_eq!(policy(&[wrong]).unwrap_err().code.code, "invalid_input", "{wrong}");
            assert_eq!(with(&[], Some(wrong)).map(|_| wrong).unwrap_err().code.code, "invalid_input", "{wrong}");
        }
        let quic = with(&[], Some("https://hall.example:4433")).unwrap().0;
        assert!(quic.to_str().unwrap().contains("connect-src 'self' https://hall.example:4433 blob:;"));
    }
}
