//! The one-time code that makes the first administrator: 100 random bits that can be read aloud and typed.

use sala_core::entropy::{Entropy, random32};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS: usize = 20;

/// How long a code is in force.
pub(crate) const LIFE_S: i64 = 24 * 3600;

/// A fresh code, in four groups of five letters.
pub(crate) fn new_code(entropy: &dyn Entropy) -> String {
    let mut code = String::with_capacity(LETTERS + 3);
    for (place, byte) in random32(entropy).iter().take(LETTERS).enumerate() {
        if place > 0 && place % 5 == 0 {
            code.push('-');
        }
        code.push(ALPHABET.get(usize::from(byte & 31)).copied().map_or('0', char::from));
    }
    code
}

/// The code as it is hashed: without what people add, and with the letters that Crockford's alphabet leaves out read as meant.
/// `None` when it can't be a code.
pub(crate) fn normal(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .take(LETTERS + 1)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    (code.len() == LETTERS && code.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(code)
}

#[cfg(test)]
mod tests {
    use sala_core::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = new_code(&SeededEntropy::new(3));
        assert_eq!(code.len(), 23);
        let plain = normal(&code).unwrap();
        assert_eq!(normal(&code.to_lowercase().replace('-', " ")), Some(plain));
        assert_eq!(normal("OIL00-00000-00000-00000"), Some("01100000000000000000".into()));
        for wrong in ["", "123", "UUUUU-UUUUU-UUUUU-UUUUU", &format!("{code}0")] {
            assert_eq!(normal(wrong), None, "{wrong}");
        }
    }
}
