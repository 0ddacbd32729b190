//! Type metadata: how a credential and its claims are called in each language (SD-JWT VC §6).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{CredentialError, claims_path::ClaimsPath, json};

/// Largest type metadata that is read: 256 KiB.
pub const MAX_BYTES: usize = 256 * 1024;

/// What is published under a `vct`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeMetadata {
    /// The type that it describes.
    pub vct: String,
    /// Name for developers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description for developers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Another type that this one extends; the caller fetches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// Texts for people, one a language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub display: Vec<TypeDisplay>,
    /// The claims.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<ClaimMetadata>,
}

/// A credential's texts in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeDisplay {
    /// Language tag (RFC 5646): `th`, `en`, `th-TH`. Drafts before -12 call it `lang`.
    #[serde(alias = "lang")]
    pub locale: String,
    /// Name for people.
    pub name: String,
    /// One or two sentences for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What is known of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimMetadata {
    /// Where it stands.
    pub path: ClaimsPath,
    /// Texts for people, one a language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub display: Vec<ClaimDisplay>,
    /// Must the issuer put it in?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mandatory: bool,
    /// May, must or must not its holder be able to withhold it?
    #[serde(default)]
    pub sd: Disclosable,
}

/// A claim's texts in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimDisplay {
    /// Language tag (RFC 5646).
    #[serde(alias = "lang")]
    pub locale: String,
    /// Name for people.
    pub label: String,
    /// One or two sentences for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Whether a claim is selectively disclosable (SD-JWT VC §9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Disclosable {
    /// Always.
    Always,
    /// As the issuer likes.
    #[default]
    Allowed,
    /// Never.
    Never,
}

impl TypeMetadata {
    /// Reads type metadata for the type `vct`.
    ///
    /// # Errors
    /// [`CredentialError::TooLarge`], [`CredentialError::Malformed`]; [`CredentialError::Claim`] if it describes another type or names a
    /// language twice.
    pub fn parse(bytes: &[u8], vct: &str) -> Result<Self, CredentialError> {
        let metadata: Self = json::read(bytes, "type metadata", MAX_BYTES)?;
        if metadata.vct != vct {
            return Err(CredentialError::claim("vct", "the metadata describes another type"));
        }
        let mut locales: Vec<_> = metadata.display.iter().map(|display| &display.locale).collect();
        locales.sort();
        if locales.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(CredentialError::claim("display", "a language is there twice"));
        }
        Ok(metadata)
    }

    /// Name of the credential in a language, else in the first one there is.
    pub fn name_in(&self, language: &str) -> Option<&str> {
        best(&self.display, language, |display| &display.locale).map(|display| display.name.as_str())
    }

    /// Name of the claim at `path` in a language, else in the first one there is.
    pub fn label_in(&self, path: &ClaimsPath, language: &str) -> Option<&str> {
        let claim = self.claims.iter().find(|claim| claim.path == *path)?;
        best(&claim.display, language, |display| &display.locale).map(|display| display.label.as_str())
    }

    /// Does a credential to be issued keep to its type: are mandatory claims there, and is disclosable what must be, and nothing else?
    ///
    /// # Errors
    /// [`CredentialError::Path`] with the claim's path.
    pub fn check(&self, claims: &Map<String, Value>, disclosable: &[ClaimsPath]) -> Result<(), CredentialError> {
        let root = Value::Object(claims.clone());
        for claim in &self.claims {
            let is_there = claim.path.select(&root).is_ok();
            let is_disclosable = disclosable.contains(&claim.path);
            let fits = match claim.sd {
                Disclosable::Always => !is_there || is_disclosable,
                Disclosable::Allowed => true,
                Disclosable::Never => !is_disclosable,
            };
            if !fits || (claim.mandatory && !is_there) {
                return Err(CredentialError::Path { path: claim.path.to_string() });
            }
        }
        Ok(())
    }
}

/// The entry whose language is `language` or a region of it (RFC 4647 lookup), else the first.
fn best<'a, T>(entries: &'a [T], language: &str, locale: impl Fn(&T) -> &String) -> Option<&'a T> {
    let primary = |tag: &str| tag.split('-').next().unwrap_or(tag).to_ascii_lowercase();
    let exact = entries.iter().find(|entry| locale(entry).eq_ignore_ascii_case(language));
    exact.or_else(|| entries.iter().find(|entry| primary(locale(entry)) == primary(language))).or_else(|| entries.first())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_credential_has_a_thai_and_an_english_name() {
        let text = json!({
            "vct": "https://hall.example/resident",
            "display": [{"locale": "th", "name": "บัตรผู้อยู่อาศัย"}, {"lang": "en-GB", "name": "Resident card"}],
            "claims": [
                {"path": ["name"], "mandatory": true, "sd": "always", "display": [{"locale": "th", "label": "ชื่อ"}, {"locale": "en", "label": "Name"}]},
                {"path": ["level"], "sd": "never"}
            ]
        });
        let read = |vct| TypeMetadata::parse(text.to_string().as_bytes(), vct);
        let metadata = read("https://hall.example/resident").unwrap();
        assert!(read("https://hall.example/other").is_err());
        assert_eq!(metadata.name_in("th-TH"), Some("บัตรผู้อยู่อาศัย"));
        assert_eq!(metadata.name_in("en"), Some("Resident card"));
        assert_eq!(metadata.name_in("fr"), Some("บัตรผู้อยู่อาศัย"));
        let name = ClaimsPath::name("name");
        assert_eq!(metadata.label_in(&name, "en"), Some("Name"));
        let claims = json!({"name": "a", "level": 1});
        let claims = claims.as_object().unwrap();
        assert_eq!(metadata.check(claims, std::slice::from_ref(&name)), Ok(()));
        assert!(metadata.check(claims, &[]).is_err());
        assert!(metadata.check(claims, &[name.clone(), ClaimsPath::name("level")]).is_err());
        assert!(metadata.check(&Map::new(), &[name]).is_err());
    }
}
