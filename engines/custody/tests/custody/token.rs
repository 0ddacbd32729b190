//! Scope tokens: RFC 9474's vectors, and what a person, an authority and a poll can try.

use std::convert::Infallible;

use blind_rsa_signatures::{
    BlindMessage, Deterministic, PSSZero, PublicKey, SecretKey, Sha384,
    reexports::{
        crypto_bigint::{BoxedUint, NonZero},
        rsa::{
            RsaPrivateKey, RsaPublicKey,
            rand_core::{TryCryptoRng, TryRng},
        },
    },
};
use sala_custody::{
    CustodyError,
    token::{IssuerKey, Pending, Reply, Request, Scope, ScopeKey, Token, UserSecret},
};

use crate::vectors::{FIXED, RFC, issuer, stream};

/// Gives one number, little endian, for ever.
struct Given(Vec<u8>);

impl TryRng for Given {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!()
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!()
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.copy_from_slice(&self.0[..out.len()]);
        Ok(())
    }
}

impl TryCryptoRng for Given {}

struct Fill<F>(F);

impl<F: FnMut(&mut [u8])> TryRng for Fill<F> {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        (self.0)(out);
        Ok(())
    }
}

impl<F: FnMut(&mut [u8])> TryCryptoRng for Fill<F> {}

fn number(hex: &str) -> BoxedUint {
    BoxedUint::from_be_slice(&hex::decode(hex).unwrap(), 4096).unwrap()
}

#[test]
fn the_vectors_of_rfc_9474_without_salt_come_out() {
    assert_eq!(
        RFC.iter().map(|vector| vector.name.as_str()).collect::<Vec<_>>(),
        ["RSABSSA-SHA384-PSSZERO-Randomized", "RSABSSA-SHA384-PSSZERO-Deterministic"]
    );
    for vector in RFC.iter() {
        let e = BoxedUint::from_be_slice(&hex::decode(&vector.e).unwrap(), 32).unwrap();
        let n = number(&vector.n);
        let prime = |hex: &str| BoxedUint::from_be_slice(&hex::decode(hex).unwrap(), 2112).unwrap();
        let private = RsaPrivateKey::from_components(n.clone(), e, number(&vector.d), vec![prime(&vector.p), prime(&vector.q)]).unwrap();
        // With the message prepared, the randomized variant is the deterministic one.
        let public = PublicKey::<Sha384, PSSZero, Deterministic>::new(RsaPublicKey::from(&private));
        let private = SecretKey::<Sha384, PSSZero, Deterministic>::new(private);

        let msg = hex::decode(&vector.msg).unwrap();
        let r = number(&vector.inv).invert_mod(&NonZero::new(n).unwrap()).unwrap();
        let blinding = public.blind(&mut Given(r.to_le_bytes().into_vec()), &msg).unwrap();
        assert_eq!(hex::encode(&blinding.blind_message.0), vector.blinded_msg, "{}", vector.name);
        assert_eq!(hex::encode(&blinding.secret.0), vector.inv);
        let reply = private.blind_sign_with_rng(&mut Fill(stream(3)), BlindMessage(blinding.blind_message.0.clone())).unwrap();
        assert_eq!(hex::encode(&reply.0), vector.blind_sig);
        let signature = public.finalize(&reply, &blinding, &msg).unwrap();
        assert_eq!(hex::encode(&signature.0), vector.sig);
        // A good key, but not of the size that scope tokens have: its tokens would be told apart by their length.
        assert!(IssuerKey::from_der(&private.to_der().unwrap()).is_err());
        assert!(ScopeKey::from_spki(&public.to_spki().unwrap()).is_err());
    }
}

fn person(byte: u8) -> UserSecret {
    UserSecret::new([byte; 32])
}

fn token(issuer: &IssuerKey, secret: &UserSecret, scope: &Scope) -> Token {
    let (request, pending) = Pending::blind(secret, scope, &issuer.public().unwrap()).unwrap();
    pending.finalize(&issuer.issue(&request, &mut stream(5)).unwrap()).unwrap()
}

#[test]
fn a_new_device_asks_the_same_and_gets_the_same_pseudonym() {
    let issuer = issuer();
    let (key, scope) = (issuer.public().unwrap(), Scope::new("poll_1").unwrap());
    let (before, _) = Pending::blind(&person(1), &scope, &key).unwrap();
    let (after, pending) = Pending::blind(&person(1), &scope, &key).unwrap();
    assert_eq!(before, after);
    // The authority masks its work with other random bytes; the token is the same.
    let one = pending.finalize(&issuer.issue(&after, &mut stream(6)).unwrap()).unwrap();
    assert_eq!(one.encode(), token(&issuer, &person(1), &scope).encode());
}

#[test]
fn persons_and_scopes_have_different_tokens_and_a_scope_takes_only_its_own() {
    let issuer = issuer();
    let key = issuer.public().unwrap();
    let scopes = ["poll_1", "poll_2"].map(|scope| Scope::new(scope).unwrap());
    let mut ids = std::collections::BTreeSet::new();
    for secret in [person(1), person(2)] {
        for scope in &scopes {
            let token = token(&issuer, &secret, scope);
            token.verify(scope, &key).unwrap();
            ids.insert(token.id());
            for other in scopes.iter().filter(|other| *other != scope) {
                assert_eq!(token.verify(other, &key), Err(CustodyError::WrongScope));
            }
        }
    }
    assert_eq!(ids.len(), 4);
}

#[test]
fn each_altered_byte_of_a_token_is_refused() {
    let (key, fixed) = (issuer().public().unwrap(), &FIXED[1]);
    let bytes = hex::decode(&fixed.token).unwrap();
    let scope = Scope::new(fixed.scope.clone()).unwrap();
    Token::decode(&bytes).unwrap().verify(&scope, &key).unwrap();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 0x04;
        let is_good = Token::decode(&altered).is_ok_and(|token| token.verify(&scope, &key).is_ok());
        assert!(!is_good, "byte {at}");
    }
}

#[test]
fn a_signature_has_no_second_spelling() {
    // s + n fits into 256 bytes for some s: it is refused, and the id would be the same anyway.
    let (issuer, mut found) = (issuer(), 0);
    let key = issuer.public().unwrap();
    let add = |a: &[u8], b: &[u8]| {
        let mut carry = 0u16;
        let mut sum: Vec<u8> = a
            .iter()
            .zip(b)
            .rev()
            .map(|(a, b)| {
                carry += u16::from(*a) + u16::from(*b);
                let [above, byte] = carry.to_be_bytes();
                carry = u16::from(above);
                byte
            })
            .collect();
        sum.reverse();
        (carry == 0).then_some(sum)
    };
    for (at, fixed) in FIXED.iter().enumerate() {
        let bytes = hex::decode(&fixed.token).unwrap();
        let (message, signature) = bytes.split_at(bytes.len() - 256);
        let Some(sum) = add(signature, key.modulus()) else { continue };
        found += 1;
        let second = Token::decode(&[message, &sum].concat()).unwrap();
        assert_eq!(
            second.verify(&Scope::new(fixed.scope.clone()).unwrap(), &key),
            Err(CustodyError::NotConfirmed { what: "token" }),
            "{at}"
        );
        assert_eq!(hex::encode(second.id()), fixed.id);
    }
    println!("{found} of {} signatures had a second representative", FIXED.len());
    let mut reply = *key.modulus();
    let (_, pending) = Pending::blind(&person(1), &Scope::new("p").unwrap(), &key).unwrap();
    assert!(pending.finalize(&Reply::from_bytes(&reply).unwrap()).is_err());
    assert!(issuer.issue(&Request::from_bytes(&reply).unwrap(), &mut stream(0)).is_err());
    reply[255] -= 2;
    assert!(pending.finalize(&Reply::from_bytes(&reply).unwrap()).is_err());
}

#[test]
fn another_persons_reply_and_another_keys_reply_are_refused() {
    let issuer = issuer();
    let other = IssuerKey::generate(&mut stream(9)).unwrap();
    assert_eq!(IssuerKey::from_der(&other.to_der().unwrap()).unwrap().public().unwrap(), other.public().unwrap());
    let (key, scope) = (issuer.public().unwrap(), Scope::new("poll_1").unwrap());
    let (mine, pending) = Pending::blind(&person(1), &scope, &key).unwrap();
    let (theirs, _) = Pending::blind(&person(2), &scope, &key).unwrap();
    let refused = Err(CustodyError::NotConfirmed { what: "reply" });
    assert_eq!(pending.finalize(&issuer.issue(&theirs, &mut stream(1)).unwrap()), refused);
    // A number above the other key's modulus is refused by the issuer, any other by the person.
    if let Ok(reply) = other.issue(&mine, &mut stream(1)) {
        assert_eq!(pending.finalize(&reply), refused);
    }
    assert!(token(&issuer, &person(1), &scope).verify(&scope, &other.public().unwrap()).is_err());
    let spki = key.to_spki().unwrap();
    assert_eq!(ScopeKey::from_spki(&spki).unwrap(), key);
    assert_eq!(format!("{issuer:?}"), "IssuerKey(…)");
}
