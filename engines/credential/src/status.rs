//! Token Status List (draft-ietf-oauth-status-list): one long string of bits tells of each credential whether it still holds.

mod token;

use std::io::{Read as _, Write as _};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{CredentialError, Entropy, base64url, json};

pub use token::{StatusToken, TYPE as TOKEN_TYPE, TokenDraft, sign, verify};

const WHAT: &str = "status list";

/// Largest list that is unpacked where the caller says nothing else: 16 MiB, 134 million credentials at one bit.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Where a credential's status stands (`status.status_list`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusReference {
    /// Place in the list, from 0.
    #[serde(rename = "idx")]
    pub index: u64,
    /// Address of the list's token.
    pub uri: String,
}

impl StatusReference {
    /// The reference in a credential's claims, if there is one.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`] if there is one that can't be read: its credential must not pass for one without.
    pub fn of(claims: &Map<String, Value>) -> Result<Option<Self>, CredentialError> {
        match claims.get("status") {
            None => Ok(None),
            Some(status) => match status.get("status_list") {
                Some(list) => json::from_value(list.clone(), "status reference").map(Some),
                None => Err(CredentialError::Unsupported { what: "A credential status that is not a Token Status List" }),
            },
        }
    }
}

/// What a list says of a credential (§7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// 0: it holds.
    Valid,
    /// 1: it was revoked for good.
    Invalid,
    /// 2: it is suspended, which needs at least two bits.
    Suspended,
    /// Any other value: what it means is the issuer's business. It is not valid.
    Other(u8),
}

impl Status {
    /// The value in the list.
    #[must_use]
    pub fn value(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Suspended => 2,
            Self::Other(value) => value,
        }
    }
}

impl From<u8> for Status {
    fn from(value: u8) -> Self {
        match value {
            0 => Self::Valid,
            1 => Self::Invalid,
            2 => Self::Suspended,
            other => Self::Other(other),
        }
    }
}

/// A list of statuses of 1, 2, 4 or 8 bits each. In each byte the lowest bits come first (§4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList {
    bits: u8,
    bytes: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    bits: u8,
    lst: String,
}

impl StatusList {
    /// A list of at least `size` statuses, all [`Status::Valid`]; whole bytes, at most [`MAX_BYTES`].
    ///
    /// # Errors
    /// [`CredentialError::OutOfRange`].
    pub fn new(bits: u8, size: u64) -> Result<Self, CredentialError> {
        let per_byte = per_byte(bits)?;
        let too_large = CredentialError::OutOfRange { what: "size", value: size, limit: u64::try_from(MAX_BYTES).unwrap_or(0) * per_byte };
        let bytes = usize::try_from(size.div_ceil(per_byte)).ok().filter(|bytes| (1..=MAX_BYTES).contains(bytes)).ok_or(too_large)?;
        Ok(Self { bits, bytes: vec![0; bytes] })
    }

    /// A list from its bytes as they were stored.
    ///
    /// # Errors
    /// [`CredentialError::OutOfRange`].
    pub fn from_bytes(bits: u8, bytes: Vec<u8>) -> Result<Self, CredentialError> {
        per_byte(bits)?;
        Ok(Self { bits, bytes })
    }

    /// Bits of each status.
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// The bytes, not packed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many statuses there are.
    pub fn size(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX).saturating_mul(per_byte(self.bits).unwrap_or(1))
    }

    /// The status at `index`.
    ///
    /// # Errors
    /// [`CredentialError::OutOfRange`]: such a credential must be refused (§8.3).
    pub fn get(&self, index: u64) -> Result<Status, CredentialError> {
        let (place, shift) = self.place(index)?;
        let byte = self.bytes.get(place).copied().ok_or(self.outside(index))?;
        Ok(Status::from((byte >> shift) & self.mask()))
    }

    /// Sets the status at `index`.
    ///
    /// # Errors
    /// [`CredentialError::OutOfRange`] for the index, or for a status that does not fit the bits.
    pub fn set(&mut self, index: u64, status: Status) -> Result<(), CredentialError> {
        let (place, shift) = self.place(index)?;
        let (mask, value, outside) = (self.mask(), status.value(), self.outside(index));
        if value > mask {
            return Err(CredentialError::OutOfRange { what: "status", value: value.into(), limit: mask.into() });
        }
        let byte = self.bytes.get_mut(place).ok_or(outside)?;
        *byte = (*byte & !(mask << shift)) | (value << shift);
        Ok(())
    }

    /// The claim `status_list`: `{bits, lst}`, packed with zlib at its best level.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`] if it can't be packed, which does not happen in memory.
    pub fn to_json(&self) -> Result<Value, CredentialError> {
        let failed = |_| CredentialError::malformed(WHAT, "it can't be packed");
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&self.bytes).map_err(failed)?;
        let wire = Wire { bits: self.bits, lst: base64url::encode(packer.finish().map_err(failed)?) };
        serde_json::to_value(wire).map_err(|_| CredentialError::malformed(WHAT, "it can't be written"))
    }

    /// Reads the claim; no more than `limit` bytes are unpacked, whatever is packed in.
    ///
    /// # Errors
    /// [`CredentialError::Malformed`], [`CredentialError::TooLarge`], [`CredentialError::OutOfRange`] for other bits than 1, 2, 4, 8.
    pub fn from_json(value: &Value, limit: usize) -> Result<Self, CredentialError> {
        let wire: Wire = json::from_value(value.clone(), WHAT)?;
        per_byte(wire.bits)?;
        let packed = base64url::decode(&wire.lst).ok_or(CredentialError::malformed(WHAT, "it is not base64url"))?;
        let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut unpacker = ZlibDecoder::new(packed.as_slice()).take(bound);
        let mut bytes = Vec::new();
        unpacker.read_to_end(&mut bytes).map_err(|_| CredentialError::malformed(WHAT, "it is not packed with zlib"))?;
        if bytes.len() > limit {
            return Err(CredentialError::TooLarge { what: WHAT, limit });
        }
        Ok(Self { bits: wire.bits, bytes })
    }

    fn place(&self, index: u64) -> Result<(usize, u8), CredentialError> {
        let per_byte = per_byte(self.bits)?;
        let place = usize::try_from(index / per_byte).map_err(|_| self.outside(index))?;
        let shift = u8::try_from(index % per_byte).map_err(|_| self.outside(index))?.saturating_mul(self.bits);
        Ok((place, shift))
    }

    fn mask(&self) -> u8 {
        u8::MAX >> 8_u8.saturating_sub(self.bits).min(7)
    }

    fn outside(&self, index: u64) -> CredentialError {
        CredentialError::OutOfRange { what: "index", value: index, limit: self.size() }
    }
}

/// A free place among `size`, by chance: places that follow each other would tell who was issued a credential together with whom (§12.5).
/// `None` if all are taken.
pub fn allocate(size: u64, is_taken: impl Fn(u64) -> bool, entropy: &mut Entropy<'_>) -> Option<u64> {
    let mut draw = || {
        let mut bytes = [0; 8];
        entropy(&mut bytes);
        u64::from_le_bytes(bytes).checked_rem(size)
    };
    for _ in 0..64 {
        let index = draw()?;
        if !is_taken(index) {
            return Some(index);
        }
    }
    // Nearly full: the next free one from a place by chance.
    let start = draw()?;
    (start..size).chain(0..start).find(|index| !is_taken(*index))
}

fn per_byte(bits: u8) -> Result<u64, CredentialError> {
    match bits {
        1 => Ok(8),
        2 => Ok(4),
        4 => Ok(2),
        8 => Ok(1),
        _ => Err(CredentialError::OutOfRange { what: "bits", value: bits.into(), limit: 8 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_example_of_the_specification_is_read() {
        let list = StatusList::from_json(&json!({"bits": 1, "lst": "eNrbuRgAAhcBXQ"}), MAX_BYTES).unwrap();
        assert_eq!(list.as_bytes(), [0xb9, 0xa3]);
        let statuses: Vec<_> = (0..16).map(|index| list.get(index).unwrap().value()).collect();
        assert_eq!(statuses, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
        assert!(matches!(list.get(16), Err(CredentialError::OutOfRange { what: "index", value: 16, limit: 16 })));
        assert!(matches!(list.get(u64::MAX), Err(CredentialError::OutOfRange { .. })));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = StatusList::new(1, 8 * 4_000_000).unwrap().to_json().unwrap();
        assert!(bomb["lst"].as_str().unwrap().len() < 8000);
        assert_eq!(StatusList::from_json(&bomb, 3_999_999), Err(CredentialError::TooLarge { what: WHAT, limit: 3_999_999 }));
        assert!(StatusList::from_json(&bomb, 4_000_000).is_ok());
        for wrong in [json!({"bits": 3, "lst": "eNrbuRgAAhcBXQ"}), json!({"bits": 1, "lst": "eNrbuRgAAhcBX"}), json!({"bits": 1})] {
            assert!(StatusList::from_json(&wrong, MAX_BYTES).is_err(), "{wrong}");
        }
    }

    #[test]
    fn places_are_given_until_all_are_taken() {
        let mut taken = std::collections::BTreeSet::new();
        let mut next = 0_u8;
        let mut entropy = |bytes: &mut [u8]| bytes.iter_mut().for_each(|byte| (next, *byte) = (next.wrapping_add(73), next));
        while let Some(index) = allocate(100, |index| taken.contains(&index), &mut entropy) {
            assert!(index < 100 && taken.insert(index));
        }
        assert_eq!(taken.len(), 100);
        assert_eq!(allocate(0, |_| false, &mut entropy), None);
    }

    proptest::proptest! {
        #[test]
        fn a_status_that_is_set_stays_alone(power in 0_u32..4, size in 1_u64..200, writes in proptest::collection::vec((0_u64..200, 0_u8..=255), 0..40)) {
            let bits = 1_u8 << power;
            let mut list = StatusList::new(bits, size).unwrap();
            let mut expected = std::collections::BTreeMap::new();
            for (index, value) in writes {
                let is_set = list.set(index, Status::from(value)).is_ok();
                assert_eq!(is_set, index < list.size() && u16::from(value) < 1 << bits);
                if is_set {
                    expected.insert(index, value);
                }
            }
            let read = StatusList::from_json(&list.to_json().unwrap(), MAX_BYTES).unwrap();
            for index in 0..list.size() {
                assert_eq!(read.get(index).unwrap().value(), expected.get(&index).copied().unwrap_or(0));
            }
        }
    }
}
