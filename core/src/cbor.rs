//! Deterministic CBOR (RFC 8949 §4.2.1): the one byte form of what is committed, so that a hash can be recomputed by anyone.

use std::collections::BTreeMap;

use ciborium::Value as Raw;
use serde::{Deserialize, Serialize, Serializer};

/// A JSON-like value with bytes. Maps have text keys; floats are finite.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number; a whole float stays a float.
    Float(f64),
    /// UTF-8 text.
    Text(String),
    /// Bytes; in JSON they appear as lowercase hex.
    Bytes(Vec<u8>),
    /// A list.
    Array(Vec<Value>),
    /// A map.
    Map(BTreeMap<String, Value>),
}

/// Bytes that are not the deterministic CBOR of a [`Value`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// Not CBOR, or cut short, or followed by more.
    #[error("the bytes are not one CBOR value")]
    Malformed,
    /// CBOR that a [`Value`] can't hold (tags, undefined, integers beyond i64, other keys than text, NaN).
    #[error("the CBOR holds something that Sala never writes")]
    Foreign,
    /// Readable, but not in the deterministic form.
    #[error("the CBOR is not in its deterministic form")]
    NotCanonical,
}

impl Value {
    /// A map from pairs.
    pub fn map<K: Into<String>>(pairs: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// From anything that serialises to JSON. NaN and infinities become `Null`, whole numbers beyond i64 floats.
    pub fn from_serde<T: Serialize + ?Sized>(value: &T) -> Self {
        serde_json::to_value(value).map_or(Self::Null, Self::from)
    }

    /// To a Rust type through JSON. `None` when the shape does not fit.
    pub fn to_serde<T: for<'de> Deserialize<'de>>(&self) -> Option<T> {
        serde_json::from_value(self.to_json()).ok()
    }

    /// The JSON form; bytes as lowercase hex.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(flag) => (*flag).into(),
            Self::Int(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Text(text) => text.clone().into(),
            Self::Bytes(bytes) => hex::encode(bytes).into(),
            Self::Array(items) => items.iter().map(Self::to_json).collect::<Vec<_>>().into(),
            Self::Map(map) => serde_json::Value::Object(map.iter().map(|(key, value)| (key.clone(), value.to_json())).collect()),
        }
    }

    /// The deterministic bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Writing into memory can't fail, and `Canonical` says only what ciborium can write.
        let _ = ciborium::into_writer(&Canonical(self), &mut bytes);
        bytes
    }

    /// Reads bytes and insists on the deterministic form.
    pub fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        let mut rest = bytes;
        let raw: Raw = ciborium::de::from_reader_with_recursion_limit(&mut rest, 32).map_err(|_| CborError::Malformed)?;
        if !rest.is_empty() {
            return Err(CborError::Malformed);
        }
        let value = Self::from_raw(raw)?;
        if value.encode() == bytes { Ok(value) } else { Err(CborError::NotCanonical) }
    }

    fn from_raw(raw: Raw) -> Result<Self, CborError> {
        Ok(match raw {
            Raw::Null => Self::Null,
            Raw::Bool(flag) => Self::Bool(flag),
            Raw::Integer(number) => Self::Int(i64::try_from(i128::from(number)).map_err(|_| CborError::Foreign)?),
            Raw::Float(number) if number.is_finite() => Self::Float(number),
            Raw::Text(text) => Self::Text(text),
            Raw::Bytes(bytes) => Self::Bytes(bytes),
            Raw::Array(items) => Self::Array(items.into_iter().map(Self::from_raw).collect::<Result<_, _>>()?),
            Raw::Map(pairs) => Self::Map(
                pairs
                    .into_iter()
                    .map(|(key, value)| match key {
                        Raw::Text(key) => Ok((key, Self::from_raw(value)?)),
                        _ => Err(CborError::Foreign),
                    })
                    .collect::<Result<_, _>>()?,
            ),
            _ => return Err(CborError::Foreign),
        })
    }
}

/// A value on its way to its deterministic bytes.
struct Canonical<'v>(&'v Value);

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_none(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Float(number) if number.is_finite() => serializer.serialize_f64(*number),
            Value::Float(_) => serializer.serialize_none(),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Canonical)),
            Value::Map(map) => {
                // Bytewise order of the encoded keys = shorter first, then bytewise.
                let mut pairs: Vec<_> = map.iter().collect();
                pairs.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.as_bytes().cmp(b.as_bytes())));
                serializer.collect_map(pairs.into_iter().map(|(key, value)| (key, Canonical(value))))
            }
        }
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(flag) => Self::Bool(flag),
            serde_json::Value::Number(number) => number.as_i64().map_or_else(|| number.as_f64().map_or(Self::Null, Self::Float), Self::Int),
            serde_json::Value::String(text) => Self::Text(text),
            serde_json::Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => Self::Map(map.into_iter().map(|(key, value)| (key, Self::from(value))).collect()),
        }
    }
}

macro_rules! into_value {
    ($($from:ty => $variant:ident),*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self { Self::$variant(value.into()) }
        }
    )*};
}
into_value!(bool => Bool, i64 => Int, i32 => Int, u32 => Int, f64 => Float, &str => Text, String => Text, Vec<u8> => Bytes, [u8; 32] => Bytes, Vec<Value> => Array);

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CborError, Value};

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::Float),
            ".{0,30}".prop_map(Value::Text),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                proptest::collection::btree_map(".{0,30}", inner, 0..6).prop_map(Value::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_reads_back_as_it_was_written(value in any_value()) {
            prop_assert_eq!(Value::decode(&value.encode()).unwrap(), value);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = Value::decode(&bytes) {
                prop_assert_eq!(value.encode(), bytes);
            }
        }
    }

    #[test]
    fn the_examples_of_rfc_8949_have_their_bytes() {
        for (value, bytes) in [
            (Value::Int(1_000_000), "1a000f4240"),
            (Value::Int(-1), "20"),
            (Value::Float(1.5), "f93e00"),
            (Value::Float(100_000.0), "fa47c35000"),
            (Value::Float(1.1), "fb3ff199999999999a"),
            (Value::map([("bb", Value::Int(2)), ("c", Value::Int(1))]), "a261630162626202"),
        ] {
            assert_eq!(hex::encode(value.encode()), bytes);
        }
    }

    #[test]
    fn other_forms_of_the_same_value_are_refused() {
        assert_eq!(Value::decode(&[0x18, 0x01]), Err(CborError::NotCanonical));
        assert_eq!(Value::decode(&[0x01, 0x01]), Err(CborError::Malformed));
        assert_eq!(Value::decode(&[0xc1, 0x01]), Err(CborError::Foreign));
        assert_eq!(Value::decode(&[0xf7]), Err(CborError::NotCanonical));
    }
}
