//! Authority and poll lay their books together, and learn nothing.
//!
//! The authority knows who sent which request and has the private key; the poll knows all tokens. The best they can do
//! for a pair is to compute the blinding factor that it implies, r = bᵈ / s. If each pair implies a factor that explains
//! it, no pair is more likely than another, as long as factors are drawn evenly.

use blind_rsa_signatures::{
    Deterministic, PSSZero, SecretKey, Sha384,
    reexports::crypto_bigint::{
        BoxedUint, NonZero, Odd,
        modular::{BoxedMontyForm, BoxedMontyParams},
    },
};
use sala_custody::token::{Pending, Scope, Token, UserSecret};

use crate::{
    house::random,
    vectors::{issuer, stream},
};

const BITS: u32 = 2048;
const PERSONS: usize = 16;

/// The authority with all that it has.
struct Adversary {
    n: NonZero<BoxedUint>,
    params: BoxedMontyParams,
    d: BoxedUint,
    e: BoxedUint,
}

impl Adversary {
    fn new() -> Self {
        let key = SecretKey::<Sha384, PSSZero, Deterministic>::from_der(&issuer().to_der().unwrap()).unwrap();
        let part = |bytes: Vec<u8>| BoxedUint::from_be_slice(&bytes, BITS).unwrap();
        let n = part(key.components().n());
        let params = BoxedMontyParams::new(Odd::new(n.clone()).unwrap());
        Self { n: NonZero::new(n).unwrap(), params, d: part(key.components().d()), e: BoxedUint::from(65537u32) }
    }

    fn number(bytes: &[u8]) -> BoxedUint {
        BoxedUint::from_be_slice(bytes, BITS).unwrap()
    }

    fn power(&self, base: &BoxedUint, exponent: &BoxedUint) -> BoxedUint {
        BoxedMontyForm::new(base.clone(), &self.params).pow(exponent).retrieve()
    }

    /// r = bᵈ·s⁻¹, if s is a unit; and whether r is one and explains the request: EM·rᵉ = b with EM = sᵉ.
    fn implied(&self, request: &BoxedUint, signed: &BoxedUint, signature: &BoxedUint) -> (BoxedUint, bool) {
        let inverse = signature.invert_mod(&self.n).unwrap();
        let r = signed.mul_mod(&inverse, &self.n);
        let is_unit = Option::<BoxedUint>::from(r.invert_mod(&self.n)).is_some();
        let again = self.power(signature, &self.e).mul_mod(&self.power(&r, &self.e), &self.n);
        (r, is_unit && again == *request)
    }

    /// Matches each request to the token whose implied factor looks least random (is smallest), and counts the hits.
    fn matched(&self, requests: &[BoxedUint], tokens: &[BoxedUint]) -> usize {
        let hits = requests.iter().enumerate().filter(|(person, request)| {
            let signed = self.power(request, &self.d);
            let factors = tokens.iter().map(|token| self.implied(request, &signed, token).0);
            factors.enumerate().min_by(|(_, one), (_, two)| one.cmp(two)).unwrap().0 == *person
        });
        hits.count()
    }
}

#[test]
fn each_token_fits_each_request_and_the_authority_matches_no_better_than_chance() {
    let (issuer, adversary, scope) = (issuer(), Adversary::new(), Scope::new("poll_1").unwrap());
    let key = issuer.public().unwrap();
    let mut requests = Vec::new();
    let mut tokens = Vec::new();
    for person in 0..PERSONS {
        let (request, pending) = Pending::blind(&UserSecret::new(random(8, person)), &scope, &key).unwrap();
        let token: Token = pending.finalize(&issuer.issue(&request, &mut stream(2)).unwrap()).unwrap();
        requests.push(Adversary::number(request.as_bytes()));
        let bytes = token.encode();
        tokens.push(Adversary::number(&bytes[bytes.len() - 256..]));
    }
    let mut factors = std::collections::BTreeSet::new();
    for request in &requests {
        let signed = adversary.power(request, &adversary.d);
        for token in &tokens {
            let (factor, explains) = adversary.implied(request, &signed, token);
            assert!(explains);
            factors.insert(factor);
        }
    }
    // All factors differ: no pair is told apart by sharing its own with another.
    assert_eq!(factors.len(), PERSONS * PERSONS);
    // One hit in sixteen guesses is chance; five and more have a probability below 0.4 %.
    let hits = adversary.matched(&requests, &tokens);
    assert!(hits < 5, "{hits} of {PERSONS}");
}

#[test]
fn the_same_adversary_matches_everybody_when_factors_are_short() {
    // The control: with factors of 64 bits instead of 2048 the books do tell.
    let (issuer, adversary, scope) = (issuer(), Adversary::new(), Scope::new("poll_1").unwrap());
    let key = issuer.public().unwrap();
    let mut requests = Vec::new();
    let mut tokens = Vec::new();
    for person in 0..PERSONS {
        let (request, pending) = Pending::blind(&UserSecret::new(random(8, person)), &scope, &key).unwrap();
        let bytes = pending.finalize(&issuer.issue(&request, &mut stream(2)).unwrap()).unwrap().encode();
        let signature = Adversary::number(&bytes[bytes.len() - 256..]);
        let short = BoxedUint::from_be_slice(&random(9, person)[4..12], BITS).unwrap();
        let padded = adversary.power(&signature, &adversary.e);
        requests.push(padded.mul_mod(&adversary.power(&short, &adversary.e), &adversary.n));
        tokens.push(signature);
    }
    assert_eq!(adversary.matched(&requests, &tokens), PERSONS);
}
