//! Entries tiles: entries one after the other, each behind its length.

use super::FULL_WIDTH;
use crate::LogError;

const WHAT: &str = "entries tile";

/// Writes 1 to 256 entries, each as a big-endian `u16` length and its bytes.
///
/// # Errors
/// [`LogError::EntryTooLong`] above 65,535 bytes, [`LogError::Malformed`] if there are no entries or
/// more than 256.
pub fn encode_entries<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, LogError> {
    let mut bytes = Vec::new();
    let mut count = 0_usize;
    for entry in entries {
        let length = u16::try_from(entry.len()).map_err(|_| LogError::EntryTooLong { bytes: entry.len() })?;
        bytes.extend(length.to_be_bytes());
        bytes.extend(entry);
        count = count.saturating_add(1);
    }
    check_count(count)?;
    Ok(bytes)
}

/// Reads what [`encode_entries`] writes; the entries borrow from the bytes.
///
/// # Errors
/// [`LogError::Malformed`] if the bytes end inside an entry, or hold none or more than 256.
pub fn parse_entries(bytes: &[u8]) -> Result<Vec<&[u8]>, LogError> {
    let cut_off = LogError::malformed(WHAT, "it ends inside an entry");
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk().ok_or_else(|| cut_off.clone())?;
        let (entry, after) = after.split_at_checked(u16::from_be_bytes(*length).into()).ok_or_else(|| cut_off.clone())?;
        entries.push(entry);
        check_count(entries.len())?;
        rest = after;
    }
    check_count(entries.len())?;
    Ok(entries)
}

fn check_count(count: usize) -> Result<(), LogError> {
    if (1..=usize::from(FULL_WIDTH)).contains(&count) {
        return Ok(());
    }
    Err(LogError::malformed(WHAT, "it must have 1 to 256 entries"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_behind_their_lengths() {
        let bytes = encode_entries([b"one".as_slice(), b"", b"two"]).unwrap();
        assert_eq!(bytes, b"\x00\x03one\x00\x00\x00\x03two");
        assert_eq!(parse_entries(&bytes).unwrap(), [b"one".as_slice(), b"", b"two"]);
    }

    #[test]
    fn an_entry_of_65535_bytes_fits_and_one_more_does_not() {
        let longest = vec![7; 65_535];
        let bytes = encode_entries([longest.as_slice()]).unwrap();
        assert_eq!(parse_entries(&bytes).unwrap(), [longest.as_slice()]);
        assert_eq!(encode_entries([vec![7; 65_536].as_slice()]), Err(LogError::EntryTooLong { bytes: 65_536 }));
    }

    #[test]
    fn a_bundle_that_is_cut_off_empty_or_too_wide_is_refused() {
        for wrong in [b"".as_slice(), b"\0", b"\0\x03on", b"\0\x03one\0"] {
            assert!(parse_entries(wrong).is_err(), "{wrong:?}");
        }
        assert!(parse_entries(&[0; 2 * 256]).is_ok());
        assert!(parse_entries(&[0; 2 * 257]).is_err());
        assert!(encode_entries([]).is_err());
        assert!(encode_entries(vec![b"".as_slice(); 257]).is_err());
    }
}
