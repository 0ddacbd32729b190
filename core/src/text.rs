//! Words for people: every text that a person reads exists in Thai and in English.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The language in which a caller wants to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// ภาษาไทย, also the answer to a caller who states no preference that we know.
    #[default]
    Th,
    /// English.
    En,
}

impl Lang {
    /// Picks from an `Accept-Language` header (RFC 9110 §12.5.4): the known language with the highest weight,
    /// the first one on a tie. `None` when the header names neither Thai nor English.
    pub fn from_header(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in header.split(',') {
            let mut pieces = part.trim().split(';');
            let tag = pieces.next().unwrap_or("").trim().to_ascii_lowercase();
            let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok())).unwrap_or(1.0);
            let lang = match tag.split('-').next() {
                Some("th") => Self::Th,
                Some("en") => Self::En,
                _ => continue,
            };
            if weight > 0.0 && best.is_none_or(|(known, _)| weight > known) {
                best = Some((weight, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }
}

/// One text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Thai.
    pub th: String,
    /// English.
    pub en: String,
}

impl Text {
    /// A text from its Thai and its English form.
    pub fn new(th: impl Into<String>, en: impl Into<String>) -> Self {
        Self { th: th.into(), en: en.into() }
    }

    /// The form in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Th => &self.th,
            Lang::En => &self.en,
        }
    }

    /// Both as one string, `Thai / English`: how a leaf of the log, which holds one string for ever, keeps a text for people.
    pub fn pair(&self) -> String {
        format!("{} / {}", self.th, self.en)
    }

    /// The two parts of such a string, cut at the first ` / `. A string of one part is both: acts older than this rule are so, and
    /// those whose authority has one form only.
    pub fn of_pair(pair: &str) -> Self {
        let (th, en) = pair.split_once(" / ").unwrap_or((pair, pair));
        Self::new(th, en)
    }
}

#[cfg(test)]
mod tests {
    use super::{Lang, Text};

    #[test]
    fn the_heaviest_known_language_wins() {
        assert_eq!(Lang::from_header("de, en;q=0.5, th;q=0.8"), Some(Lang::Th));
        assert_eq!(Lang::from_header("en-GB,en;q=0.9"), Some(Lang::En));
        assert_eq!(Lang::from_header("de"), None);
        assert_eq!(Lang::from_header("th;q=0, en;q=0.1"), Some(Lang::En));
    }

    #[test]
    fn a_pair_is_cut_where_it_was_joined() {
        let text = Text::new("กฎหมาย มาตรา 3", "Act on a/b, section 3");
        assert_eq!(Text::of_pair(&text.pair()), text);
        assert_eq!(Text::of_pair("as before"), Text::new("as before", "as before"));
    }
}
