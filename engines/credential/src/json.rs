//! JSON that is read without mercy: a member that is there twice makes two readers see two things, so it is refused (RFC 7515 §4).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::CredentialError;

/// Any JSON value; no object in it has a member twice. The depth is bounded by serde_json (128).
pub(crate) fn parse(bytes: &[u8], what: &'static str) -> Result<Value, CredentialError> {
    serde_json::from_slice::<Strict>(bytes)
        .map(|Strict(value)| value)
        .map_err(|_| CredentialError::malformed(what, "it is not JSON, or a member is there twice"))
}

/// As [`parse`], and the value is an object.
pub(crate) fn parse_object(bytes: &[u8], what: &'static str) -> Result<Map<String, Value>, CredentialError> {
    match parse(bytes, what)? {
        Value::Object(object) => Ok(object),
        _ => Err(CredentialError::malformed(what, "it is not a JSON object")),
    }
}

/// Reads a typed message from bytes, strictly and within `limit` bytes.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8], what: &'static str, limit: usize) -> Result<T, CredentialError> {
    if bytes.len() > limit {
        return Err(CredentialError::TooLarge { what, limit });
    }
    from_value(parse(bytes, what)?, what)
}

pub(crate) fn from_value<T: DeserializeOwned>(value: Value, what: &'static str) -> Result<T, CredentialError> {
    serde_json::from_value(value).map_err(|_| CredentialError::malformed(what, "a member is missing or of the wrong type"))
}

/// The text member `name`, if it is there.
pub(crate) fn text<'a>(object: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, CredentialError> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(CredentialError::claim(name, "it is not a text")),
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated members")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(value)) = sequence.next_element()? {
            array.push(value);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let Strict(value) = members.next_value()?;
            if object.insert(name, value).is_some() {
                return Err(de::Error::custom("a member is there twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_is_there_twice_is_refused_at_any_depth() {
        assert!(parse(br#"{"a":1,"b":[{"c":null,"d":-1.5}]}"#, "JSON").is_ok());
        assert!(parse(br#"{"a":1,"a":1}"#, "JSON").is_err());
        assert!(parse(br#"{"a":[{"b":1,"\u0062":2}]}"#, "JSON").is_err());
    }
}
