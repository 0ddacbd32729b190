//! `application/x-www-form-urlencoded`, read so that no parameter can be there twice (RFC 6749 §3.2).

use std::collections::BTreeMap;

use crate::CredentialError;

/// Parameters by name.
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    pub(crate) fn parse(text: &str, what: &'static str, limit: usize) -> Result<Self, CredentialError> {
        if text.len() > limit {
            return Err(CredentialError::TooLarge { what, limit });
        }
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(CredentialError::malformed(what, "a parameter is there twice"));
            }
        }
        Ok(Self(parameters))
    }

    /// Takes a parameter out. One without a value counts as absent (RFC 6749 §3.1).
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).filter(|value| !value.is_empty())
    }

    pub(crate) fn require(&mut self, name: &'static str) -> Result<String, CredentialError> {
        self.take(name).ok_or(CredentialError::claim(name, "it is missing"))
    }
}

/// Writes parameters; those without a value are left out.
pub(crate) fn write<'a>(parameters: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> String {
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            text.append_pair(name, value);
        }
    }
    text.finish()
}

/// Is this an https address without user, query and fragment? Such stand in metadata and are compared as text.
pub(crate) fn is_https(address: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"?#@\\\"<>".contains(&byte);
    is_secure(address) && address.bytes().all(is_plain)
}

/// Does nobody on the way read what goes there? https, or http that does not leave the machine (as browsers see it: Secure Contexts §3.1),
/// where a demonstration runs.
pub(crate) fn is_secure(address: &str) -> bool {
    if let Some(rest) = address.strip_prefix("https://") {
        return !rest.is_empty() && !rest.starts_with(['/', ':', '.', '?', '#']);
    }
    let Some(rest) = address.strip_prefix("http://") else { return false };
    let place = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = place.rsplit_once(':').unwrap_or((place, "0"));
    matches!(host, "localhost" | "127.0.0.1") && !port.is_empty() && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_s_own_machine_may_be_asked_without_tls() {
        for good in ["https://hall.example/a", "http://localhost", "http://localhost:8080/a", "http://127.0.0.1:1/"] {
            assert!(is_secure(good) && is_https(good), "{good}");
        }
        let refused = [
            "http://hall.example/a",
            "http://localhost.hall.example/a",
            "http://localhost@hall.example/a",
            "http://localhost:8080@hall.example/a",
            "http://localhost:x/",
            "http://localhost:/",
            "http://127.0.0.1.hall.example/",
            "http://[::1]/",
            "https:///a",
            "https://:1/",
            "HTTPS://hall.example",
            "ftp://localhost/",
            "",
        ];
        for address in refused {
            assert!(!is_secure(address) && !is_https(address), "{address}");
        }
        assert!(is_secure("https://hall.example/a?b") && !is_https("https://hall.example/a?b") && !is_https("https://a@hall.example"));
    }
}
