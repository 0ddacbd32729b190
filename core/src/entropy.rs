//! Randomness as a value, and the sortable ids made from it.

use std::{fmt, sync::Mutex};

use sha2::{Digest, Sha256};

use crate::time::Timestamp;

/// Where salts, keys and ids come from. A seam: the operating system in the hall, a seed in tests.
pub trait Entropy: Send + Sync + fmt::Debug {
    /// Fills the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place where the hall asks the computer for randomness")]
    fn fill(&self, buffer: &mut [u8]) {
        // A kernel without randomness can keep no secret: going on would publish guessable salts.
        if let Err(fault) = getrandom::fill(buffer) {
            tracing::error!(%fault, "The operating system gives no random bytes; the hall stops before it writes a guessable salt");
            std::process::abort();
        }
    }
}

/// A reproducible stream for tests: SHA-256 over seed and counter.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<(u64, u64)>);

impl SeededEntropy {
    /// The stream that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new((seed, 0)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for piece in buffer.chunks_mut(32) {
            let block = Sha256::new().chain_update(state.0.to_be_bytes()).chain_update(state.1.to_be_bytes()).finalize();
            for (to, from) in piece.iter_mut().zip(block.iter()) {
                *to = *from;
            }
            state.1 = state.1.wrapping_add(1);
        }
    }
}

/// 32 fresh bytes: a salt or a key.
pub fn random32(entropy: &dyn Entropy) -> [u8; 32] {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    bytes
}

/// A prefixed, sortable id: `case_` and a ULID (48 bits of milliseconds, 80 random bits, Crockford base 32).
pub fn new_id(prefix: &str, now: Timestamp, entropy: &dyn Entropy) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut random = [0; 16];
    if let Some(tail) = random.get_mut(6..) {
        entropy.fill(tail);
    }
    let millis = u128::try_from(now.0.div_euclid(1000)).unwrap_or(0) & 0xffff_ffff_ffff;
    let number = (u128::from_be_bytes(random) & ((1 << 80) - 1)) | (millis << 80);
    let mut id = String::with_capacity(prefix.len() + 27);
    id.push_str(prefix);
    id.push('_');
    for place in (0..26).rev() {
        let digit = usize::try_from((number >> (5 * place)) & 31).unwrap_or(0);
        id.push(ALPHABET.get(digit).copied().map_or('0', char::from));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::{OsEntropy, SeededEntropy, new_id};
    use crate::time::Timestamp;

    #[test]
    fn ids_sort_by_time_and_differ() {
        let early = new_id("act", Timestamp::from_seconds(1), &OsEntropy);
        let late = new_id("act", Timestamp::from_seconds(2), &OsEntropy);
        assert!(early < late, "{early} {late}");
        assert_eq!(early.len(), 4 + 26);
        assert_ne!(late, new_id("act", Timestamp::from_seconds(2), &OsEntropy));
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let id = |seed| new_id("x", Timestamp::from_seconds(9), &SeededEntropy::new(seed));
        assert_eq!(id(7), id(7));
        assert_ne!(id(7), id(8));
    }
}
