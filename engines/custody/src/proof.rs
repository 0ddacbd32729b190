//! One proof for all: knowledge of secrets that satisfy linear equations over the group.
//!
//! Schnorr's proof, generalised as by Maurer ("Unifying zero-knowledge proofs of knowledge", 2009) and made
//! non-interactive by Fiat and Shamir with the *whole* statement in the hash (Bernhard, Pereira, Warinschi 2012):
//! knowledge of a logarithm, equality of logarithms (Chaum and Pedersen 1992), openings of commitments are cases of it.

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar, traits::VartimeMultiscalarMul};
use zeroize::Zeroizing;

use crate::transcript::Transcript;

/// `image = Σ secret[i]·base` for each row: what is claimed.
#[derive(Clone)]
pub(crate) struct Statement {
    rows: Vec<(RistrettoPoint, Vec<(usize, RistrettoPoint)>)>,
    transcript: Transcript,
}

/// The challenge and one response for each secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(crate) challenge: Scalar,
    pub(crate) responses: Vec<Scalar>,
}

impl Statement {
    /// A claim in a context: all that the proof must not be moved away from is in `transcript`.
    pub(crate) const fn new(transcript: Transcript) -> Self {
        Self { rows: Vec::new(), transcript }
    }

    /// One equation; each term is the index of a secret and its base.
    pub(crate) fn row(mut self, image: RistrettoPoint, terms: &[(usize, RistrettoPoint)]) -> Self {
        self.transcript = self.transcript.point("image", &image).number("terms", terms.len());
        for (index, base) in terms {
            self.transcript = self.transcript.number("secret", *index).point("base", base);
        }
        self.rows.push((image, terms.to_vec()));
        self
    }

    /// Proves it. The nonces come from `random`, the secrets and the statement together, so that a bad or repeated
    /// `random` alone gives no secret away (as in RFC 8032 §5.1.6).
    pub(crate) fn prove(self, secrets: &[Scalar], random: &[u8; 32]) -> Proof {
        let mut seed = self.transcript.clone().bytes("random", random);
        for secret in secrets {
            seed = seed.bytes("secret", secret.as_bytes());
        }
        let nonces: Zeroizing<Vec<Scalar>> =
            Zeroizing::new((0..secrets.len()).map(|index| seed.clone().number("nonce", index).scalar("nonce")).collect());
        let sums: Vec<RistrettoPoint> =
            self.rows.iter().map(|(_, terms)| terms.iter().filter_map(|(index, base)| Some(base * nonces.get(*index)?)).sum()).collect();
        let challenge = self.challenge(&sums, secrets.len());
        let responses = nonces.iter().zip(secrets).map(|(nonce, secret)| nonce + challenge * secret).collect();
        Proof { challenge, responses }
    }

    /// Whether the proof convinces.
    pub(crate) fn holds(self, proof: &Proof) -> bool {
        let sums: Option<Vec<RistrettoPoint>> = self
            .rows
            .iter()
            .map(|(image, terms)| {
                let responses: Option<Vec<Scalar>> = terms.iter().map(|(index, _)| proof.responses.get(*index).copied()).collect();
                let scalars = responses?.into_iter().chain([-proof.challenge]);
                let points = terms.iter().map(|(_, base)| *base).chain([*image]);
                Some(RistrettoPoint::vartime_multiscalar_mul(scalars, points))
            })
            .collect();
        sums.is_some_and(|sums| self.challenge(&sums, proof.responses.len()) == proof.challenge)
    }

    fn challenge(self, sums: &[RistrettoPoint], secrets: usize) -> Scalar {
        self.transcript.number("secrets", secrets).points("sum", sums).scalar("challenge")
    }
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;
    use proptest::prelude::*;

    use super::*;
    use crate::group::{PEDERSEN, TWIN};

    fn equal_logarithms(first: RistrettoPoint, second: RistrettoPoint) -> Statement {
        Statement::new(Transcript::new("test")).row(first, &[(0, G)]).row(second, &[(0, *TWIN)])
    }

    proptest! {
        #[test]
        fn equal_logarithms_convince_and_different_ones_do_not(x in 1u64.., y in 1u64.., random: [u8; 32]) {
            prop_assume!(x != y);
            let (x, y) = (Scalar::from(x), Scalar::from(y));
            let good = equal_logarithms(G * x, *TWIN * x);
            let proof = good.clone().prove(&[x], &random);
            prop_assert!(good.holds(&proof));
            // A prover who uses either secret on a false statement fails, and so does a moved proof.
            let bad = equal_logarithms(G * x, *TWIN * y);
            prop_assert!(!bad.clone().holds(&proof));
            for secret in [x, y] {
                prop_assert!(!bad.clone().holds(&bad.clone().prove(&[secret], &random)));
            }
        }

        #[test]
        fn an_altered_proof_does_not_convince(a: u64, b: u64, delta in 1u64.., random: [u8; 32]) {
            let (a, b) = (Scalar::from(a), Scalar::from(b));
            let claim = Statement::new(Transcript::new("test")).row(G * a + *PEDERSEN * b, &[(0, G), (1, *PEDERSEN)]);
            let proof = claim.clone().prove(&[a, b], &random);
            prop_assert!(claim.clone().holds(&proof));
            let delta = Scalar::from(delta);
            let mut altered = vec![Proof { challenge: proof.challenge + delta, ..proof.clone() }];
            for index in 0..2 {
                let mut copy = proof.clone();
                copy.responses[index] += delta;
                altered.push(copy);
            }
            altered.push(Proof { responses: proof.responses[..1].to_vec(), ..proof.clone() });
            altered.push(Proof { responses: [&proof.responses[..], &[delta]].concat(), ..proof });
            for each in altered {
                prop_assert!(!claim.clone().holds(&each));
            }
        }

        #[test]
        fn a_repeated_random_does_not_repeat_the_nonce(x in 1u64.., random: [u8; 32]) {
            let x = Scalar::from(x);
            let prove = |word: &'static str| Statement::new(Transcript::new(word)).row(G * x, &[(0, G)]).prove(&[x], &random);
            let (one, two) = (prove("one"), prove("two"));
            // With one nonce twice, x would be (z₁ − z₂) / (c₁ − c₂).
            prop_assert_ne!((one.responses[0] - two.responses[0]) * (one.challenge - two.challenge).invert(), x);
        }
    }
    #[test]
    fn an_image_that_is_made_to_fit_the_challenge_does_not_convince() {
        // Were the image not hashed, anybody could choose T, z, then c = H(T) and the image (z·G − T)/c: weak Fiat–Shamir.
        let (sum, response) = (G * Scalar::from(5u8), Scalar::from(9u8));
        let claim = |image| Statement::new(Transcript::new("test")).row(image, &[(0, G)]);
        let mut image = G;
        for _ in 0..3 {
            let challenge = claim(image).challenge(&[sum], 1);
            image = (G * response - sum) * challenge.invert();
            assert!(!claim(image).holds(&Proof { challenge, responses: vec![response] }));
        }
    }

    #[test]
    fn a_nonce_can_not_be_made_from_what_is_public() {
        // Signatures are made with 32 zeros for `random`: the nonce has to hang on the secret as well.
        let x = Scalar::from(77u8);
        let claim = Statement::new(Transcript::new("test")).row(G * x, &[(0, G)]);
        let public = claim.transcript.clone().bytes("random", &[0; 32]).number("nonce", 0).scalar("nonce");
        let proof = claim.prove(&[x], &[0; 32]);
        assert_ne!((proof.responses[0] - public) * proof.challenge.invert(), x);
    }
}
