//! Whose turn it is in each round: a switchback that everybody can work out beforehand.

use sha2::{Digest, Sha256};

use super::Control;

/// The plan of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Rounds 2n − 1 and 2n are pair n, from 1.
    pub pair: u64,
    /// Of the simulator, the same for both rounds of a pair: 1 to 2^31 − 1.
    pub seed: u32,
    /// Who shall rule.
    pub control: Control,
}

/// The plan of round `number` (from 1) of the street whose files have this hash. One round of a pair is adaptive, the other fixed; which
/// comes first is the lowest bit of the first byte of SHA-256("sala/switchback/v1" ‖ hash ‖ pair as eight bytes, big-endian).
pub fn turn(street: &[u8; 32], number: u64) -> Turn {
    let pair = number.div_ceil(2).max(1);
    let digest = Sha256::new().chain_update(b"sala/switchback/v1").chain_update(street).chain_update(pair.to_be_bytes()).finalize();
    let is_adaptive_first = digest.first().is_some_and(|byte| byte & 1 == 1);
    let control = if is_adaptive_first == number.is_multiple_of(2) { Control::Fixed } else { Control::Adaptive };
    let seed = u32::try_from((pair - 1) % u64::from(u32::MAX >> 1)).unwrap_or(0) + 1;
    Turn { pair, seed, control }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_has_one_round_of_each_and_one_seed() {
        let mut adaptive_first = 0;
        for pair in 1..=400 {
            let [first, second] = [1, 0].map(|before| turn(&[7; 32], 2 * pair - before));
            assert_eq!((first.pair, second.pair, first.seed), (pair, pair, second.seed));
            assert_ne!(first.control, second.control);
            adaptive_first += i32::from(first.control == Control::Adaptive);
        }
        assert!((150..=250).contains(&adaptive_first), "neither side is favoured: {adaptive_first} of 400");
        assert_eq!(turn(&[7; 32], 5), turn(&[7; 32], 5));
        assert_eq!((turn(&[7; 32], 1).pair, turn(&[7; 32], 1).seed), (1, 1));
        assert!((1..400).any(|number| turn(&[7; 32], number).control != turn(&[8; 32], number).control), "streets differ");
        assert!(turn(&[7; 32], u64::MAX).seed >= 1, "no number is too large");
    }
}
