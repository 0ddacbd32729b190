//! Canonical bytes: fixed lengths, big endian, one spelling for each value.

use curve25519_dalek::{
    ristretto::{CompressedRistretto, RistrettoPoint},
    scalar::Scalar,
    traits::IsIdentity,
};

use crate::{CustodyError, proof::Proof};

/// The first byte of all that this crate writes.
pub(crate) const VERSION: u8 = 1;

/// Reads from the front; whatever does not fit is an error that names the thing.
pub(crate) struct Reader<'a> {
    what: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(what: &'static str, bytes: &'a [u8]) -> Self {
        Self { what, rest: bytes }
    }

    /// Begins with the version byte and a tag that tells things of this crate apart.
    pub(crate) fn tagged(what: &'static str, tag: u8, bytes: &'a [u8]) -> Result<Self, CustodyError> {
        let mut reader = Self::new(what, bytes);
        if reader.byte()? != VERSION {
            return Err(CustodyError::malformed(what, "its version is not 1"));
        }
        if reader.byte()? != tag {
            return Err(CustodyError::malformed(what, "it is something else, by its tag"));
        }
        Ok(reader)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], CustodyError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(CustodyError::malformed(self.what, "it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], CustodyError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(CustodyError::malformed(self.what, "it ends too early"))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, CustodyError> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Bytes behind a `u16` length.
    pub(crate) fn counted(&mut self) -> Result<&'a [u8], CustodyError> {
        let length = u16::from_be_bytes(self.array()?);
        self.take(usize::from(length))
    }

    /// A ristretto255 element in its canonical encoding (RFC 9496 §4.3.1), never the identity.
    pub(crate) fn point(&mut self) -> Result<RistrettoPoint, CustodyError> {
        let point =
            CompressedRistretto(self.array()?).decompress().ok_or(CustodyError::malformed(self.what, "a point is not canonical"))?;
        if point.is_identity() {
            return Err(CustodyError::malformed(self.what, "a point is the identity"));
        }
        Ok(point)
    }

    pub(crate) fn points(&mut self, count: usize) -> Result<Vec<RistrettoPoint>, CustodyError> {
        (0..count).map(|_| self.point()).collect()
    }

    /// An integer below the group order, little endian as in RFC 9496 §4.4.
    pub(crate) fn scalar(&mut self) -> Result<Scalar, CustodyError> {
        Option::from(Scalar::from_canonical_bytes(self.array()?)).ok_or(CustodyError::malformed(self.what, "a scalar is not reduced"))
    }

    pub(crate) fn proof(&mut self, witnesses: usize) -> Result<Proof, CustodyError> {
        let challenge = self.scalar()?;
        let responses = (0..witnesses).map(|_| self.scalar()).collect::<Result<_, _>>()?;
        Ok(Proof { challenge, responses })
    }

    pub(crate) const fn rest(&mut self) -> &'a [u8] {
        let rest = self.rest;
        self.rest = &[];
        rest
    }

    pub(crate) fn end(self) -> Result<(), CustodyError> {
        if self.rest.is_empty() { Ok(()) } else { Err(CustodyError::malformed(self.what, "bytes are left over")) }
    }
}

pub(crate) fn put_point(out: &mut Vec<u8>, point: &RistrettoPoint) {
    out.extend_from_slice(point.compress().as_bytes());
}

pub(crate) fn put_points(out: &mut Vec<u8>, points: &[RistrettoPoint]) {
    for point in points {
        put_point(out, point);
    }
}

pub(crate) fn put_proof(out: &mut Vec<u8>, proof: &Proof) {
    out.extend_from_slice(proof.challenge.as_bytes());
    proof.responses.iter().for_each(|response| out.extend_from_slice(response.as_bytes()));
}

/// Callers have checked that the length fits into 16 bits.
pub(crate) fn put_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::Reader;

    #[test]
    fn the_identity_a_bad_point_and_a_scalar_above_the_order_are_refused() {
        assert!(Reader::new("test", &[0; 32]).point().is_err());
        // RFC 9496 A.3: non-canonical field element, negative field element, non-square x².
        for bad in [
            "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        ] {
            assert!(Reader::new("test", &hex::decode(bad).unwrap()).point().is_err(), "{bad}");
        }
        let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
        assert!(Reader::new("test", &order).scalar().is_err());
        assert!(Reader::new("test", &[0; 31]).scalar().is_err());
    }
}
