//! Paths to claims (OpenID4VP §7, SD-JWT VC type metadata): `["address", "street"]`, `["degrees", null, "year"]`, `["list", 2]`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::CredentialError;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// The member of this name.
    Name(String),
    /// The element at this index, from 0.
    Index(usize),
    /// Each element of the array (`null`).
    All,
}

/// A path with at least one step.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimsPath(Vec<PathStep>);

impl ClaimsPath {
    /// A path of these steps.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`] if there is none, or more than 64.
    pub fn new(steps: Vec<PathStep>) -> Result<Self, CredentialError> {
        if steps.is_empty() || steps.len() > 64 {
            return Err(CredentialError::malformed("claims path", "it does not have 1 to 64 steps"));
        }
        Ok(Self(steps))
    }

    /// The path to a member of the top level.
    #[must_use]
    pub fn name(name: &str) -> Self {
        Self(vec![PathStep::Name(name.to_owned())])
    }

    /// A path of member names.
    ///
    /// # Errors
    /// As [`ClaimsPath::new`].
    pub fn names(names: &[&str]) -> Result<Self, CredentialError> {
        Self::new(names.iter().map(|name| PathStep::Name((*name).to_owned())).collect())
    }

    /// The steps, at least one.
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// Member name of the top level, if the path begins with one.
    pub fn first_name(&self) -> Option<&str> {
        match self.0.first() {
            Some(PathStep::Name(name)) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn join(&self, step: PathStep) -> Self {
        Self([self.0.as_slice(), &[step]].concat())
    }

    /// Is `self` the same as `other`, or above or below it? `All` meets each index.
    pub(crate) fn is_in_line_with(&self, other: &Self) -> bool {
        self.0
            .iter()
            .zip(&other.0)
            .all(|(a, b)| a == b || matches!((a, b), (PathStep::All, PathStep::Index(_)) | (PathStep::Index(_), PathStep::All)))
    }

    /// The values to which the path leads, at least one (OpenID4VP §7.1.1).
    ///
    /// # Errors
    /// [`CredentialError::Path`] if a step meets another type of value than it names, or nothing is left.
    pub fn select<'a>(&self, root: &'a Value) -> Result<Vec<&'a Value>, CredentialError> {
        Ok(self.expand(root)?.into_iter().map(|(_, value)| value).collect())
    }

    /// The values to which the path may lead in a presentation, where elements that stood before were withheld: an index meets each
    /// element, and what does not fit a step is passed over. Maybe none.
    pub(crate) fn select_shown<'a>(&self, root: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![root];
        for step in &self.0 {
            let below = |value: &'a Value| -> Vec<&'a Value> {
                match (step, value) {
                    (PathStep::Name(name), Value::Object(object)) => object.get(name).into_iter().collect(),
                    (PathStep::Index(_) | PathStep::All, Value::Array(array)) => array.iter().collect(),
                    _ => Vec::new(),
                }
            };
            found = found.into_iter().flat_map(below).collect();
        }
        found
    }

    /// As [`ClaimsPath::select`], with the path of each value; none of them has [`PathStep::All`].
    pub(crate) fn expand<'a>(&self, root: &'a Value) -> Result<Vec<(Self, &'a Value)>, CredentialError> {
        let lost = || CredentialError::Path { path: self.to_string() };
        let mut found = vec![(Self(Vec::new()), root)];
        for step in &self.0 {
            let mut next = Vec::new();
            for (path, value) in found {
                match (step, value) {
                    (PathStep::Name(name), Value::Object(object)) => {
                        next.extend(object.get(name).map(|value| (path.join(step.clone()), value)));
                    }
                    (PathStep::Index(index), Value::Array(array)) => {
                        next.extend(array.get(*index).map(|value| (path.join(step.clone()), value)));
                    }
                    (PathStep::All, Value::Array(array)) => {
                        next.extend(array.iter().enumerate().map(|(index, value)| (path.join(PathStep::Index(index)), value)));
                    }
                    _ => return Err(lost()),
                }
            }
            found = next;
        }
        if found.is_empty() { Err(lost()) } else { Ok(found) }
    }
}

impl fmt::Display for ClaimsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.0.iter().map(|step| match step {
            PathStep::Name(name) => Value::from(name.as_str()),
            PathStep::Index(index) => Value::from(*index),
            PathStep::All => Value::Null,
        });
        write!(f, "{}", Value::Array(steps.collect()))
    }
}

impl fmt::Debug for ClaimsPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for PathStep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Name(name) => name.serialize(serializer),
            Self::Index(index) => index.serialize(serializer),
            Self::All => serializer.serialize_unit(),
        }
    }
}

impl<'de> Deserialize<'de> for PathStep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(name) => Ok(Self::Name(name)),
            Value::Null => Ok(Self::All),
            Value::Number(index) => {
                let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
                index.map(Self::Index).ok_or_else(|| de::Error::custom("an index of a claims path is a whole number from 0"))
            }
            _ => Err(de::Error::custom("a step of a claims path is a text, a whole number or null")),
        }
    }
}

impl Serialize for ClaimsPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ClaimsPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_openid4vp_section_7_lead_where_they_should() {
        let root = json!({
            "name": "Arthur Dent",
            "address": {"street_address": "42 Market Street", "locality": "Milliways"},
            "degrees": [{"type": "Bachelor", "university": "A"}, {"type": "Master", "university": "B"}],
            "nationalities": ["British", "Betelgeusian"]
        });
        let select = |path: Value| {
            let path: ClaimsPath = serde_json::from_value(path).unwrap();
            path.select(&root).map(|found| found.into_iter().cloned().collect::<Vec<_>>())
        };
        assert_eq!(select(json!(["name"])), Ok(vec![json!("Arthur Dent")]));
        assert_eq!(select(json!(["address", "street_address"])), Ok(vec![json!("42 Market Street")]));
        assert_eq!(select(json!(["degrees", null, "type"])), Ok(vec![json!("Bachelor"), json!("Master")]));
        assert_eq!(select(json!(["nationalities", 1])), Ok(vec![json!("Betelgeusian")]));
        for lost in
            [json!(["nationalities", 2]), json!(["name", 0]), json!(["address", null]), json!(["nobody"]), json!(["degrees", "type"])]
        {
            assert!(select(lost.clone()).is_err(), "{lost}");
        }
        for wrong in [json!([]), json!([-1]), json!([1.5]), json!([true]), json!("name")] {
            assert!(serde_json::from_value::<ClaimsPath>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
