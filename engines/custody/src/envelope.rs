//! A signed message: version, kind, 32 bytes of context, sender's place, body, signature (64 bytes).

use crate::{
    CustodyError,
    holder::{HolderKey, PublicKey, ownership},
    transcript::Transcript,
    wire::{Reader, VERSION, put_proof},
};

const WHAT: &str = "message";
const SIGNATURE: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Dealing = 1,
    Complaint = 2,
    Opening = 3,
    Reveal = 4,
    Release = 5,
}

impl Kind {
    const ALL: [(u8, Self); 5] = [(1, Self::Dealing), (2, Self::Complaint), (3, Self::Opening), (4, Self::Reveal), (5, Self::Release)];

    fn tag(self) -> u8 {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or(0, |(tag, _)| *tag)
    }
}

pub(crate) struct Envelope<'a> {
    pub(crate) kind: Kind,
    pub(crate) context: [u8; 32],
    pub(crate) sender: u8,
    pub(crate) body: &'a [u8],
    signed: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Envelope<'a> {
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, CustodyError> {
        let mut reader = Reader::new(WHAT, bytes);
        if reader.byte()? != VERSION {
            return Err(CustodyError::malformed(WHAT, "its version is not 1"));
        }
        let tag = reader.byte()?;
        let kind = Kind::ALL.iter().find(|(known, _)| *known == tag).map(|(_, kind)| *kind);
        let kind = kind.ok_or(CustodyError::malformed(WHAT, "its kind is not known"))?;
        let context = reader.array()?;
        let sender = reader.byte()?;
        let (signed, signature) = bytes
            .len()
            .checked_sub(SIGNATURE)
            .and_then(|end| bytes.split_at_checked(end))
            .ok_or(CustodyError::malformed(WHAT, "it ends too early"))?;
        let body = reader.rest();
        let body =
            body.len().checked_sub(SIGNATURE).and_then(|end| body.get(..end)).ok_or(CustodyError::malformed(WHAT, "it ends too early"))?;
        Ok(Self { kind, context, sender, body, signed, signature })
    }

    /// Whether the named sender has signed all of it.
    pub(crate) fn check(&self, key: &PublicKey) -> Result<(), CustodyError> {
        let false_signature = CustodyError::BadSignature { place: self.sender };
        let proof = Reader::new(WHAT, self.signature).proof(1).map_err(|_| false_signature.clone())?;
        if ownership(key, signing(self.signed)).holds(&proof) { Ok(()) } else { Err(false_signature) }
    }

    /// Names what the sender has said, however it is signed.
    pub(crate) fn digest(&self) -> [u8; 32] {
        Transcript::new("said").bytes("message", self.signed).digest("digest")
    }
}

/// The signature's nonce comes from the key and the message (RFC 8032 §5.1.6): the same words give the same bytes.
pub(crate) fn sign(kind: Kind, context: &[u8; 32], sender: u8, body: &[u8], key: &HolderKey) -> Vec<u8> {
    let mut out = vec![VERSION, kind.tag()];
    out.extend_from_slice(context);
    out.push(sender);
    out.extend_from_slice(body);
    let proof = ownership(&key.public(), signing(&out)).prove(&[*key.secret()], &[0; 32]);
    put_proof(&mut out, &proof);
    out
}

fn signing(message: &[u8]) -> Transcript {
    Transcript::new("signature").bytes("message", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_with_one_other_bit_is_not_signed() {
        let key = HolderKey::generate(&[1; 32]);
        let bytes = sign(Kind::Release, &[2; 32], 3, b"body", &key);
        let envelope = Envelope::open(&bytes).unwrap();
        assert_eq!((envelope.kind, envelope.sender, envelope.body), (Kind::Release, 3, &b"body"[..]));
        envelope.check(&key.public()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut altered = bytes.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(Envelope::open(&altered).is_err() || Envelope::open(&altered).unwrap().check(&key.public()).is_err(), "bit {bit}");
        }
        assert!(envelope.check(&HolderKey::generate(&[9; 32]).public()).is_err());
    }
}
