//! What is printed: an id that names a recovery and a code that proves it. Both carry a check letter, so that a slip of the pen is
//! told before anything is tried; the hall keeps of the code an Argon2id hash only.

use argon2::{Algorithm, Argon2, Params, Version};
use sala_core::{
    entropy::{Entropy, random32},
    problem::{INTERNAL, Problem},
};
use serde::{Deserialize, Serialize};

/// Crockford's alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of an id, the last one a check: 45 random bits, for a name and no secret.
pub(crate) const ID_LETTERS: usize = 10;
/// Letters of a code, the last one a check: 120 random bits.
pub(crate) const CODE_LETTERS: usize = 25;

/// Argon2id, version 19: 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet; RFC 9106 §4 lets memory be chosen by what a
/// server can give). The codes have 120 random bits, so that this slows a flood down rather than a dictionary.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What the hall keeps of a code.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct CodeHash {
    salt: [u8; 16],
    hash: [u8; 32],
}

impl CodeHash {
    /// The hash of a code, in its normal form. Slow on purpose: call it where blocking is allowed.
    pub(crate) fn of(code: &str, salt: [u8; 16]) -> Result<Self, Problem> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).map_err(|fault| INTERNAL.problem().because(fault))?;
        let mut hash = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(code.as_bytes(), &salt, &mut hash)
            .map_err(|fault| INTERNAL.problem().because(fault))?;
        Ok(Self { salt, hash })
    }

    /// Whether `code` is the one, with the same work whatever it is.
    pub(crate) fn is_of(&self, code: &str) -> Result<bool, Problem> {
        let given = Self::of(code, self.salt)?;
        Ok(given.hash.iter().zip(self.hash).fold(0, |different, (left, right)| different | (left ^ right)) == 0)
    }

    /// The hash of no code: for an id that does not exist the same work is done, and fails.
    pub(crate) fn of_nothing() -> Self {
        Self { salt: [0; 16], hash: [0; 32] }
    }
}

/// A fresh id or code of so many letters, in groups of five.
pub(crate) fn fresh(letters: usize, entropy: &dyn Entropy) -> String {
    let symbols: Vec<u8> = random32(entropy).iter().take(letters - 1).map(|byte| byte & 31).collect();
    let check = check_symbol(&symbols);
    let letters: Vec<char> =
        symbols.iter().chain([&check]).map(|symbol| ALPHABET.get(usize::from(*symbol)).copied().map_or('0', char::from)).collect();
    letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// An id or code as it is hashed: without what people add, and with the letters that Crockford's alphabet leaves out read as meant.
/// `None` when it is of another length or its check letter does not fit.
pub(crate) fn normal(typed: &str, letters: usize) -> Option<String> {
    let plain: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .take(letters + 1)
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let symbol = |letter: u8| ALPHABET.iter().position(|known| *known == letter).and_then(|place| u8::try_from(place).ok());
    let symbols: Vec<u8> = plain.bytes().map(symbol).collect::<Option<_>>()?;
    let (check, rest) = symbols.split_last()?;
    (symbols.len() == letters && check_symbol(rest) == *check).then_some(plain)
}

/// One Reed–Solomon parity symbol over GF(32) (x⁵ + x² + 1): Σ symbolᵢ·αⁱ⁺¹. Any one wrong letter and any two letters swapped change it.
fn check_symbol(symbols: &[u8]) -> u8 {
    symbols.iter().fold(0, |sum, symbol| double(sum ^ symbol))
}

fn double(symbol: u8) -> u8 {
    let shifted = symbol << 1;
    if shifted & 32 == 0 { shifted } else { (shifted ^ 0b10_0101) & 31 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sala_core::entropy::SeededEntropy;

    use super::*;

    #[test]
    fn a_code_is_hashed_as_the_reference_implementation_does_and_fits_only_itself() {
        // Computed by argon2-cffi 25 (the C reference implementation): Argon2id, version 19, 19,456 KiB, 2 passes, 1 lane, 32 bytes.
        let kept = CodeHash::of("ABCDE", *b"somesalt12345678").unwrap();
        assert_eq!(hex::encode(kept.hash), "4d46c8e3e3eb909ba248c4bf2f6e46ca6b5737ea36f53dde9fa66500cf1e66dc");
        assert!(kept.is_of("ABCDE").unwrap() && !kept.is_of("ABCDF").unwrap() && !CodeHash::of_nothing().is_of("ABCDE").unwrap());
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = fresh(CODE_LETTERS, &SeededEntropy::new(1));
        assert_eq!(code.len(), 29);
        let plain = normal(&code, CODE_LETTERS).unwrap();
        assert_eq!(normal(&code.to_lowercase().replace('-', " "), CODE_LETTERS), Some(plain.clone()));
        assert_eq!(normal(&plain.replace('0', "o").replace('1', "l"), CODE_LETTERS), Some(plain));
        for wrong in ["", "123", &format!("{code}0"), "UUUUU-UUUUU-UUUUU-UUUUU-UUUUU", "🦆"] {
            assert_eq!(normal(wrong, CODE_LETTERS), None, "{wrong}");
        }
        assert_eq!(normal(&code, ID_LETTERS), None);
    }

    proptest! {
        #[test]
        fn one_wrong_letter_or_two_swapped_are_always_seen(seed: u64, place in 0_usize..25, other in 0_usize..25, shift in 1_usize..32) {
            let code = normal(&fresh(CODE_LETTERS, &SeededEntropy::new(seed)), CODE_LETTERS).unwrap().into_bytes();
            let mut wrong = code.clone();
            let symbol = ALPHABET.iter().position(|letter| *letter == code[place]).unwrap();
            wrong[place] = ALPHABET[(symbol + shift) % 32];
            prop_assert_eq!(normal(std::str::from_utf8(&wrong).unwrap(), CODE_LETTERS), None);
            let mut swapped = code.clone();
            swapped.swap(place, other);
            prop_assert_eq!(normal(std::str::from_utf8(&swapped).unwrap(), CODE_LETTERS).is_none(), swapped != code);
        }
    }
}
