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
    address
        .strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':', '.']) && rest.bytes().all(is_plain))
}
