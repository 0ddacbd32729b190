//! Fixtures: the things in a space that open something real. Each room brings the kinds that it can open; a space may hold no other, so
//! no door is painted on before it opens.

use std::fmt;

use serde_json::Value;

use crate::{
    problem::FieldError,
    text::{Lang, Text},
};

/// From what a space's file says that a fixture opens to the address of its page, or what is wrong there.
type Opens = Box<dyn Fn(&Value) -> Result<String, FieldError> + Send + Sync>;

/// A kind of fixture.
pub struct FixtureKind {
    /// Stable name, such as `board`.
    pub kind: &'static str,
    /// What people read, in both languages.
    pub title: Text,
    /// Operations of the contract that its page calls: the hall does not start when it lacks one.
    pub operations: &'static [&'static str],
    opens: Opens,
}

impl FixtureKind {
    /// A kind whose fixtures all open the same page, `page`, and need to say nothing.
    pub fn page(kind: &'static str, th: &str, en: &str, operations: &'static [&'static str], page: &'static str) -> Self {
        Self::new(kind, th, en, operations, move |opens| match opens {
            Value::Null => Ok(page.to_owned()),
            Value::Object(fields) if fields.is_empty() => Ok(page.to_owned()),
            _ => Err(FieldError { pointer: "/opens".into(), detail: "expected nothing: such a fixture always opens the same page".into() }),
        })
    }

    /// A kind whose fixtures say in one field `field` which of several they open; `open` gives the address, or none for what is unknown.
    pub fn of(
        kind: &'static str,
        th: &str,
        en: &str,
        operations: &'static [&'static str],
        field: &'static str,
        open: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self::new(kind, th, en, operations, move |opens| {
            let wrong = |detail: String| FieldError { pointer: format!("/opens/{field}"), detail };
            let named = opens.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.get(field)?.as_str());
            let named = named.ok_or_else(|| wrong(format!("expected one field `{field}` that is a text")))?;
            open(named).ok_or_else(|| wrong(format!("there is no {field} `{named}` here")))
        })
    }

    /// A kind whose fixtures say several things: `opens` reads them all and gives the address, or the place that is wrong.
    pub fn new(
        kind: &'static str,
        th: &str,
        en: &str,
        operations: &'static [&'static str],
        opens: impl Fn(&Value) -> Result<String, FieldError> + Send + Sync + 'static,
    ) -> Self {
        Self { kind, title: Text::new(th, en), operations, opens: Box::new(opens) }
    }

    /// The address of the page that a fixture opens which says this of itself.
    pub fn opens(&self, opens: &Value) -> Result<String, FieldError> {
        (self.opens)(opens)
    }
}

impl fmt::Debug for FixtureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FixtureKind({}, {})", self.kind, self.title.get(Lang::En))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fixture_opens_what_is_there_and_nothing_else() {
        let board = FixtureKind::page("board", "กระดานข้อมูลสด", "Live board", &["get_board"], "/");
        assert_eq!(board.opens(&json!({})).unwrap(), "/");
        assert_eq!(board.opens(&json!({ "street": "x" })).unwrap_err().pointer, "/opens");
        let street =
            FixtureKind::of("street", "ถนน", "Street", &[], "street", |id| (id == "bologna").then(|| format!("/streets/{id}")));
        assert_eq!(street.opens(&json!({ "street": "bologna" })).unwrap(), "/streets/bologna");
        for wrong in [json!({ "street": "atlantis" }), json!({ "street": 3 }), json!({}), json!({ "street": "bologna", "more": 1 })] {
            assert_eq!(street.opens(&wrong).unwrap_err().pointer, "/opens/street");
        }
    }
}
