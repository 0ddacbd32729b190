//! Under which licence something may be used: an id of the SPDX list, or a text with the address where it stands.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A licence. Either `spdx`, or `text` with `url`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Id of the SPDX licence list, such as `CC-BY-4.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spdx: Option<String>,
    /// What the licence is called or says in short, 1–200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it can be read: `https://…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A licence as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LicenceCard)]
pub struct LicenceView {
    /// Its SPDX id, or its own name.
    pub name: String,
    /// Where it can be read.
    pub url: String,
    /// It forbids commercial use.
    pub is_non_commercial: bool,
    /// It forbids changed copies.
    pub is_no_derivatives: bool,
}

/// Words that say that nobody knows: whoever uses something must know what they may do with it.
const UNKNOWN: [&str; 7] = ["unknown", "none", "noassertion", "n/a", "-", "?", "ไม่ทราบ"];
const LONGEST_TEXT: usize = 200;
const LONGEST_URL: usize = 500;

/// Whether an address is one of the web, without spaces or control characters.
pub(crate) fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    url.len() <= LONGEST_URL
        && url.is_ascii()
        && !url.bytes().any(|byte| byte <= b' ' || matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 127))
        && rest.is_some_and(|rest| rest.split(['/', '?', '#']).next().is_some_and(|host| !host.is_empty() && !host.contains('@')))
}

impl Licence {
    /// A licence by its SPDX id.
    pub fn spdx(id: &str) -> Self {
        Self { spdx: Some(id.to_owned()), ..Self::default() }
    }

    /// What is wrong with it: the field and what is expected.
    ///
    /// # Errors
    /// An id that the SPDX list lacks; neither id nor text; a text that says "unknown", or without an address.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        match (&self.spdx, &self.text, &self.url) {
            (Some(id), None, None) => {
                let is_known = !id.ends_with('+') && spdx::license_id(id).is_some_and(|known| known.name == id);
                if is_known { Ok(()) } else { Err(("/spdx", "expected an id of the SPDX licence list, such as CC-BY-4.0 or CC0-1.0")) }
            }
            (None, Some(text), Some(url)) => {
                let text = text.trim();
                let is_said = (1..=LONGEST_TEXT).contains(&text.chars().count()) && !text.chars().any(char::is_control);
                if !is_said || UNKNOWN.contains(&text.to_lowercase().as_str()) {
                    return Err(("/text", "expected what the licence is called, 1 to 200 characters; `unknown` is no licence"));
                }
                if is_address(url) { Ok(()) } else { Err(("/url", "expected the address where the licence stands, https://…")) }
            }
            _ => Err(("", "expected spdx alone, or text with url")),
        }
    }

    fn has_part(&self, part: &str) -> bool {
        self.spdx.as_deref().is_some_and(|id| id.split('-').any(|known| known == part))
    }

    /// It forbids commercial use: by its SPDX id. A text of one's own is for people to read.
    pub fn is_non_commercial(&self) -> bool {
        self.has_part("NC")
    }

    /// It forbids changed copies.
    pub fn is_no_derivatives(&self) -> bool {
        self.has_part("ND")
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        self.spdx.as_deref().or(self.text.as_deref()).unwrap_or_default().trim()
    }

    /// Where it can be read.
    pub fn address(&self) -> String {
        match (&self.spdx, &self.url) {
            (Some(id), _) => format!("https://spdx.org/licenses/{id}.html"),
            (None, url) => url.clone().unwrap_or_default(),
        }
    }

    /// As it is shown.
    pub fn view(&self) -> LicenceView {
        LicenceView {
            name: self.name().to_owned(),
            url: self.address(),
            is_non_commercial: self.is_non_commercial(),
            is_no_derivatives: self.is_no_derivatives(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worded(text: &str, url: &str) -> Licence {
        Licence { spdx: None, text: Some(text.into()), url: Some(url.into()) }
    }

    #[test]
    fn a_licence_is_an_id_of_the_list_or_a_text_with_its_address() {
        for id in ["CC-BY-4.0", "CC0-1.0", "MIT", "CC-BY-NC-ND-4.0"] {
            assert_eq!(Licence::spdx(id).check(), Ok(()), "{id}");
        }
        for id in ["", "unknown", "cc-by-4.0", "CC-BY", "MIT+", "MIT OR Apache-2.0"] {
            assert_eq!(Licence::spdx(id).check().unwrap_err().0, "/spdx", "{id}");
        }
        assert_eq!(worded("Open Government Licence of the city", "https://city.example/licence").check(), Ok(()));
        for text in ["", " ", "Unknown", "ไม่ทราบ", "a\nb"] {
            assert_eq!(worded(text, "https://city.example").check().unwrap_err().0, "/text", "{text}");
        }
        for url in ["", "city.example", "javascript:alert(1)", "https://", "https://a b", "https://user@host/", "https://a>b"] {
            assert_eq!(worded("Ours", url).check().unwrap_err().0, "/url", "{url}");
        }
        assert!(Licence::default().check().is_err());
        assert!(Licence { spdx: Some("MIT".into()), ..worded("Ours", "https://a.example") }.check().is_err());
    }

    #[test]
    fn what_an_id_forbids_is_read_from_it() {
        let flags = |id: &str| (Licence::spdx(id).is_non_commercial(), Licence::spdx(id).is_no_derivatives());
        assert_eq!(flags("CC-BY-4.0"), (false, false));
        assert_eq!(flags("CC-BY-NC-4.0"), (true, false));
        assert_eq!(flags("CC-BY-ND-4.0"), (false, true));
        assert_eq!(flags("CC-BY-NC-ND-4.0"), (true, true));
        assert_eq!(Licence::spdx("CC0-1.0").address(), "https://spdx.org/licenses/CC0-1.0.html");
    }
}
