//! The fingerprint of RSA keys that one maker's chips made so that they can be factored (CVE-2017-15361, Nemec et al., CCS 2017).

/// Small primes of which the faulty generator leaves a trace: its primes are k·M + (65537^a mod M), M the product of the first primes.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137,
    139, 149, 151, 157, 163, 167,
];

/// Is the modulus (big-endian) a power of 65537 modulo each of the primes? Chance does that once in about 2^27 sound keys.
pub(super) fn is_fingerprinted(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| {
        let residue = modulus.iter().fold(0, |residue, byte| (residue * 256 + u32::from(*byte)) % prime);
        let mut power = 1;
        (0..*prime).any(|_| {
            let is_power = power == residue;
            power = power * (65537 % prime) % prime;
            is_power
        })
    })
}
