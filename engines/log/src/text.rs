//! Small strict forms that several formats share: decimals, base64, hashes.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::Hash;

/// A decimal without sign, leading zeros or blanks; `None` if it is anything else or above `u64`.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let is_canonical = match text.as_bytes() {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if is_canonical { text.parse().ok() } else { None }
}

/// Standard base64 (RFC 4648 §4), padded and canonical.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// One SHA-256 hash in base64.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    from_base64(text)?.try_into().ok()
}

/// Lower-case hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_decimals_are_read() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for wrong in ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "18446744073709551616", "๑"] {
            assert_eq!(decimal(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn base64_must_be_padded_and_canonical() {
        assert_eq!(from_base64("AA=="), Some(vec![0]));
        for wrong in ["AA", "AB==", "AA==\n", "A A==", "-_=="] {
            assert_eq!(from_base64(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn hexadecimal_is_lower_case() {
        assert_eq!(to_hex(&[0, 0xab, 0xff]), "00abff");
    }
}
