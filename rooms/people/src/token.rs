//! The session token and its cookie. The browser has the token; the hall keeps only its SHA-256.

use axum::http::{HeaderMap, header};
use sala_core::entropy::{Entropy, random32};
use sha2::{Digest, Sha256};

use crate::session::ABSOLUTE_S;

/// A fresh token: 32 random bytes as 64 hexadecimal digits.
pub(crate) fn new_token(entropy: &dyn Entropy) -> String {
    hex::encode(random32(entropy))
}

/// What the hall keeps of a token or code.
pub(crate) fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// A public handle: 128 random bits, no time in it, so that neither order nor moment of registration can be read from it.
pub(crate) fn new_handle(prefix: &str, entropy: &dyn Entropy) -> String {
    let bytes = random32(entropy);
    let (half, _) = bytes.split_at(16);
    format!("{prefix}_{}", hex::encode(half))
}

/// The cookie of this hall. `__Host-` binds it to this host by https alone; browsers refuse that name over plain http, where a
/// demonstration on one's own machine runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cookie {
    is_secure: bool,
}

impl Cookie {
    pub(crate) fn new(is_secure: bool) -> Self {
        Self { is_secure }
    }

    pub(crate) fn name(self) -> &'static str {
        if self.is_secure { "__Host-sala" } else { "sala" }
    }

    fn with(self, value: &str, max_age_s: i64) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}", self.name())
    }

    /// The header value that gives the token to the browser.
    pub(crate) fn set(self, token: &str) -> String {
        self.with(token, ABSOLUTE_S)
    }

    /// The header value that takes it away.
    pub(crate) fn clear(self) -> String {
        self.with("", 0)
    }

    /// The token in a request, if there is one of the right form.
    pub(crate) fn token(self, headers: &HeaderMap) -> Option<&str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, token)| *name == self.name() && token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .map(|(_, token)| token)
    }
}

#[cfg(test)]
mod tests {
    use sala_core::entropy::{OsEntropy, SeededEntropy};

    use super::*;

    #[test]
    fn a_cookie_goes_out_and_comes_back() {
        let cookie = Cookie::new(true);
        let token = new_token(&OsEntropy);
        let sent = cookie.set(&token);
        assert_eq!(sent, format!("__Host-sala={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure"));
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, format!("other=1; {}", sent.split(';').next().unwrap()).parse().unwrap());
        assert_eq!(cookie.token(&headers), Some(token.as_str()));
        assert_eq!(Cookie::new(false).token(&headers), None, "an insecure cookie is another cookie");
    }

    #[test]
    fn what_has_not_the_form_of_a_token_is_no_token() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "sala=abc; sala=; sala".parse().unwrap());
        assert_eq!(Cookie::new(false).token(&headers), None);
        assert!(Cookie::new(false).clear().starts_with("sala=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"));
    }

    #[test]
    fn handles_are_random_and_hashes_are_not_the_token() {
        let entropy = SeededEntropy::new(1);
        let first = new_handle("persona", &entropy);
        assert_eq!(first.len(), "persona_".len() + 32);
        assert_ne!(first, new_handle("persona", &entropy));
        let token = new_token(&entropy);
        assert_ne!(hash(&token), token);
    }
}
