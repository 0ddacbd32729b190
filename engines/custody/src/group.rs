//! ristretto255 (RFC 9496): generators, secret scalars, polynomials and their commitments.

use std::{fmt, sync::LazyLock};

use curve25519_dalek::{
    ristretto::RistrettoPoint,
    scalar::Scalar,
    traits::{Identity, VartimeMultiscalarMul},
};
use zeroize::Zeroize;

use crate::transcript::Transcript;

/// The second base of Pedersen's commitments: hashed to the group, so that nobody knows its logarithm.
pub(crate) static PEDERSEN: LazyLock<RistrettoPoint> = LazyLock::new(|| Transcript::new("generator").element("pedersen"));

/// The second base of the proof in a ciphertext (ḡ of TDH2).
pub(crate) static TWIN: LazyLock<RistrettoPoint> = LazyLock::new(|| Transcript::new("generator").element("twin"));

/// A scalar that is wiped when it goes, and never printed.
#[derive(Clone)]
pub(crate) struct SecretScalar(pub(crate) Scalar);

impl Drop for SecretScalar {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretScalar(…)")
    }
}

/// A secret polynomial over the scalars, constant term first.
pub(crate) struct Polynomial(pub(crate) Vec<Scalar>);

impl Drop for Polynomial {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Polynomial {
    /// Its value at a place.
    pub(crate) fn at(&self, place: u8) -> Scalar {
        let x = Scalar::from(place);
        self.0.iter().rev().fold(Scalar::ZERO, |sum, coefficient| sum * x + coefficient)
    }
}

/// The commitment to the value at a place, from the commitments to the coefficients.
pub(crate) fn value_at(commitments: &[RistrettoPoint], place: u8) -> RistrettoPoint {
    let x = Scalar::from(place);
    commitments.iter().rev().fold(RistrettoPoint::identity(), |sum, commitment| sum * x + commitment)
}

/// The weights λ with f(0) = Σ λᵢ·f(placeᵢ) for every f of degree below the number of places.
///
/// `places` are distinct and not 0; the callers take them from the keys of a map.
pub(crate) fn weights(places: &[u8]) -> Vec<Scalar> {
    let weight = |place: &u8| {
        let (above, below) = places.iter().filter(|other| *other != place).fold((Scalar::ONE, Scalar::ONE), |(above, below), other| {
            let other = Scalar::from(*other);
            (above * other, below * (other - Scalar::from(*place)))
        });
        above * below.invert()
    };
    places.iter().map(weight).collect()
}

/// The coefficients of the polynomial of lowest degree through the points (place, value); places as in [`weights`].
pub(crate) fn interpolate(values: &[(u8, Scalar)]) -> Vec<Scalar> {
    let mut sum = vec![Scalar::ZERO; values.len()];
    for (place, value) in values {
        // value · ∏ (x − other) / (place − other), multiplied out
        let mut basis = vec![*value];
        for (other, _) in values.iter().filter(|(other, _)| other != place) {
            let other = Scalar::from(*other);
            let scale = (Scalar::from(*place) - other).invert();
            let up = std::iter::once(Scalar::ZERO).chain(basis.iter().copied());
            let down = basis.iter().copied().chain(std::iter::once(Scalar::ZERO));
            basis = up.zip(down).map(|(shifted, same)| (shifted - other * same) * scale).collect();
        }
        sum.iter_mut().zip(basis).for_each(|(total, term)| *total += term);
    }
    sum
}

/// Σ λᵢ·Pᵢ of public values.
pub(crate) fn weighted(weights: &[Scalar], points: &[RistrettoPoint]) -> RistrettoPoint {
    RistrettoPoint::vartime_multiscalar_mul(weights, points)
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT as G;

    use super::*;

    #[test]
    fn the_multiples_of_the_generator_are_those_of_rfc_9496() {
        // Appendix A.1: B[0], B[1], B[2], B[15]
        for (multiple, expected) in [
            (0u8, "0000000000000000000000000000000000000000000000000000000000000000"),
            (1, "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"),
            (2, "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"),
            (15, "e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e"),
        ] {
            assert_eq!(hex::encode((G * Scalar::from(multiple)).compress().to_bytes()), expected);
        }
    }

    #[test]
    fn the_one_way_map_is_that_of_rfc_9496() {
        // Appendix A.2, first vector: SHA-512 of "Ristretto is traditionally a short shot of espresso coffee"
        let bytes = "5d1be09e3d0c82fc538112490e35701979d99e06ca3e2b5b54bffe8b4dc772c14d98b696a1bbfb5ca32c436cc61c16563790306c79eaca7705668b47dffe5bb6";
        let point = RistrettoPoint::from_uniform_bytes(&hex::decode(bytes).unwrap().try_into().unwrap());
        assert_eq!(hex::encode(point.compress().to_bytes()), "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46");
    }

    #[test]
    fn a_polynomial_comes_back_from_enough_of_its_values() {
        let polynomial = Polynomial([5u8, 7, 11].map(Scalar::from).to_vec());
        let values = [2, 9, 255].map(|place| (place, polynomial.at(place)));
        assert_eq!(interpolate(&values), polynomial.0);
        let places = values.map(|(place, _)| place);
        let zero: Scalar = weights(&places).iter().zip(values).map(|(weight, (_, value))| weight * value).sum();
        assert_eq!(zero, Scalar::from(5u8));
        let commitments: Vec<_> = polynomial.0.iter().map(|a| G * a).collect();
        assert_eq!(value_at(&commitments, 9), G * polynomial.at(9));
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", SecretScalar(Scalar::from(7u8))), "SecretScalar(…)");
    }
}
