//! The person's side: blind, send, unblind.

use std::fmt;

use blind_rsa_signatures::{BlindSignature, BlindingResult};

use super::{Message, SIZE, Scope, ScopeKey, Token, UserSecret, issuer::Bytes};
use crate::{CustodyError, wire::Reader};

/// The beginning of HKDF's `info` for the blinding factor; key id, scope and one byte of counter follow.
const BLIND: &[u8] = b"sala/scope-token/v1/blind";

/// What goes to the authority, with the person's sign-in: a number that says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Request([u8; SIZE]);

impl Request {
    /// Reads 256 bytes; [`super::IssuerKey::issue`] refuses a number that is not below the modulus.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::new("token request", bytes);
        let request = reader.array()?;
        reader.end()?;
        Ok(Self(request))
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; SIZE] {
        &self.0
    }
}

/// What comes back.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply([u8; SIZE]);

impl Reply {
    pub(crate) const fn new(bytes: [u8; SIZE]) -> Self {
        Self(bytes)
    }

    /// Reads 256 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::new("token reply", bytes);
        let reply = reader.array()?;
        reader.end()?;
        Ok(Self(reply))
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; SIZE] {
        &self.0
    }
}

/// What the person keeps until the reply comes. It can be made again from the user's secret at any time.
pub struct Pending {
    message: Message,
    key: ScopeKey,
    blinding: BlindingResult,
}

impl Pending {
    /// Blinds this person's message for this scope (RFC 9474 §4.2).
    ///
    /// The factor r is the first of HKDF(secret, "sala/scope-token/v1/blind" ‖ key id ‖ scope ‖ counter), 256 bytes big
    /// endian with counter = 0, 1, …, that is a unit below the modulus. To anyone without the secret it is as good as random.
    pub fn blind(secret: &UserSecret, scope: &Scope, key: &ScopeKey) -> Result<(Request, Self), CustodyError> {
        let message = Message::of(secret, scope);
        let id = key.id();
        let mut counter = 0u8;
        // The library asks for a salt of no bytes, then draws the factor by filling 256, little endian, and draws again
        // while it is no unit below the modulus. The vectors that the browser shares would show a change of that.
        let mut fill = |out: &mut [u8]| {
            if out.is_empty() {
                return;
            }
            let drawn = secret.derive::<SIZE>(&[BLIND, &id, scope.as_str().as_bytes(), &[counter]]);
            out.iter_mut().zip(drawn.iter().rev()).for_each(|(to, from)| *to = *from);
            counter = counter.wrapping_add(1);
        };
        Self::with(message, key, &mut fill)
    }

    fn with(message: Message, key: &ScopeKey, fill: &mut dyn FnMut(&mut [u8])) -> Result<(Request, Self), CustodyError> {
        let refused = CustodyError::NotConfirmed { what: "request" };
        let blinding = key.key.blind(&mut Bytes(fill), message.encode()).map_err(|_| refused.clone())?;
        let request = Request::from_bytes(&blinding.blind_message.0).map_err(|_| refused)?;
        Ok((request, Self { message, key: key.clone(), blinding }))
    }

    /// Unblinds the reply and checks the token (RFC 9474 §4.4).
    pub fn finalize(&self, reply: &Reply) -> Result<Token, CustodyError> {
        let refused = CustodyError::NotConfirmed { what: "reply" };
        if reply.0 >= *self.key.modulus() {
            return Err(refused);
        }
        let signature = self.key.key.finalize(&BlindSignature(reply.0.to_vec()), &self.blinding, self.message.encode());
        let signature = signature.map_err(|_| refused.clone())?.0.try_into().map_err(|_| refused)?;
        Ok(Token::new(self.message.clone(), signature))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.blinding.secret.0);
    }
}

macro_rules! printed_by_its_beginning {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:02x?}…)"), &self.0.first_chunk::<4>())
            }
        }
    )*};
}
printed_by_its_beginning!(Request, Reply);

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("message", &self.message).finish_non_exhaustive()
    }
}
