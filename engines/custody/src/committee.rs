//! Who holds a key together, and how many of them it takes.

use crate::{
    CustodyError,
    holder::PublicKey,
    transcript::Transcript,
    wire::{Reader, VERSION, put_counted},
};

const WHAT: &str = "committee";
const TAG: u8 = 0x10;
const MAX_NAME: usize = 128;

/// Custodians in a fixed order and their threshold. A member's *place* is its position, 1 to n.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee {
    name: String,
    threshold: u8,
    members: Vec<PublicKey>,
}

impl Committee {
    /// A committee of 2 to 255 members with different keys, of whom `threshold` (2 to n) are needed.
    ///
    /// `name` (1 to 128 bytes) must be new for each ceremony ("unmasking 2027"): it keeps messages of one ceremony out
    /// of another with the same members.
    pub fn new(name: impl Into<String>, threshold: u8, members: Vec<PublicKey>) -> Result<Self, CustodyError> {
        let name = name.into();
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(CustodyError::parameter(WHAT, "its name has 1 to 128 bytes"));
        }
        let count = u8::try_from(members.len()).map_err(|_| CustodyError::parameter(WHAT, "it has at most 255 members"))?;
        if threshold < 2 {
            return Err(CustodyError::parameter(WHAT, "with a threshold below 2 one member would hold the key alone"));
        }
        if threshold > count {
            return Err(CustodyError::parameter(WHAT, "its threshold is above its number of members"));
        }
        let mut keys: Vec<&[u8; 32]> = members.iter().map(PublicKey::as_bytes).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.len() != members.len() {
            return Err(CustodyError::parameter(WHAT, "a key comes twice"));
        }
        Ok(Self { name, threshold, members })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many members are needed.
    pub const fn threshold(&self) -> u8 {
        self.threshold
    }

    /// The keys in the order of their places.
    pub fn members(&self) -> &[PublicKey] {
        &self.members
    }

    /// All places, 1 to n.
    pub fn places(&self) -> impl Iterator<Item = u8> + '_ {
        (1..=u8::MAX).zip(&self.members).map(|(place, _)| place)
    }

    /// The key of a place.
    pub fn key(&self, place: u8) -> Option<&PublicKey> {
        self.members.get(usize::from(place).checked_sub(1)?)
    }

    /// The place of a key.
    pub fn place_of(&self, key: &PublicKey) -> Option<u8> {
        self.places().zip(&self.members).find(|(_, member)| *member == key).map(|(place, _)| place)
    }

    pub(crate) fn needed(&self) -> usize {
        usize::from(self.threshold)
    }

    /// Version 1, tag, `u16` length and name, threshold, number of members, 32 bytes for each.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION, TAG];
        put_counted(&mut out, self.name.as_bytes());
        out.push(self.threshold);
        out.push(u8::try_from(self.members.len()).unwrap_or(u8::MAX));
        self.members.iter().for_each(|member| out.extend_from_slice(member.as_bytes()));
        out
    }

    /// Reads what [`Self::encode`] wrote, and nothing else.
    pub fn decode(bytes: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::tagged(WHAT, TAG, bytes)?;
        let name = std::str::from_utf8(reader.counted()?).map_err(|_| CustodyError::malformed(WHAT, "its name is not UTF-8"))?;
        let threshold = reader.byte()?;
        let count = usize::from(reader.byte()?);
        let members = reader.points(count)?.into_iter().map(PublicKey::new).collect();
        reader.end()?;
        Self::new(name, threshold, members)
    }

    /// A digest of all of the above.
    pub fn id(&self) -> [u8; 32] {
        Transcript::new("committee").bytes("committee", &self.encode()).digest("id")
    }
}
