//! Frames between cabinet and controller: four bytes of length, big-endian, then CBOR (RFC 8949).

use std::io::{Error, ErrorKind, Read, Result, Write};

use serde::{Serialize, de::DeserializeOwned};

/// The longest frame that is taken: a network of a large city goes in one.
const LIMIT: u32 = 512 << 20;

/// Writes one frame and flushes it.
///
/// # Errors
/// As the pipe breaks; [`ErrorKind::InvalidInput`] beyond 512 MiB.
pub fn send(out: &mut impl Write, message: &impl Serialize) -> Result<()> {
    let mut bytes = vec![0; 4];
    ciborium::into_writer(message, &mut bytes).map_err(|fault| Error::new(ErrorKind::InvalidInput, fault.to_string()))?;
    let length = u32::try_from(bytes.len() - 4).ok().filter(|length| *length <= LIMIT);
    let length = length.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the frame is longer than 512 MiB"))?;
    if let Some(prefix) = bytes.first_chunk_mut() {
        *prefix = length.to_be_bytes();
    }
    out.write_all(&bytes)?;
    out.flush()
}

/// Reads one frame; `None` at the end of the pipe between two frames.
///
/// # Errors
/// [`ErrorKind::UnexpectedEof`] inside a frame, [`ErrorKind::InvalidData`] for what is no such message.
pub fn receive<M: DeserializeOwned>(from: &mut impl Read) -> Result<Option<M>> {
    let mut prefix = [0; 4];
    let Some(first) = prefix.first_chunk_mut::<1>() else { return Ok(None) };
    if from.read(first)? == 0 {
        return Ok(None);
    }
    from.read_exact(prefix.last_chunk_mut::<3>().ok_or(ErrorKind::InvalidData)?)?;
    let length = u32::from_be_bytes(prefix);
    if length > LIMIT {
        return Err(Error::new(ErrorKind::InvalidData, format!("a frame of {length} bytes was announced; 512 MiB is the limit")));
    }
    // Grows with what really comes, not with what was announced.
    let mut bytes = vec![];
    from.take(length.into()).read_to_end(&mut bytes)?;
    if bytes.len() != usize::try_from(length).unwrap_or(usize::MAX) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    ciborium::from_reader(bytes.as_slice()).map(Some).map_err(|fault| Error::new(ErrorKind::InvalidData, fault.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_received_frame_by_frame() {
        let mut pipe = vec![];
        send(&mut pipe, &("seen", 12_u32)).unwrap();
        send(&mut pipe, &("seen", 13_u32)).unwrap();
        let mut from = pipe.as_slice();
        assert_eq!(receive::<(String, u32)>(&mut from).unwrap(), Some(("seen".into(), 12)));
        assert_eq!(receive::<(String, u32)>(&mut from).unwrap(), Some(("seen".into(), 13)));
        assert_eq!(receive::<(String, u32)>(&mut from).unwrap(), None);
    }

    #[test]
    fn a_frame_that_breaks_off_or_lies_is_refused() {
        let mut pipe = vec![];
        send(&mut pipe, &("seen", 12_u32)).unwrap();
        for cut in 1..pipe.len() {
            assert!(receive::<(String, u32)>(&mut &pipe[..cut]).is_err(), "cut at {cut}");
        }
        assert_eq!(receive::<u32>(&mut &b"\xff\xff\xff\xff"[..]).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(receive::<u32>(&mut &b"\0\0\0\x01\xff"[..]).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(receive::<u32>(&mut &b"\x1f\xff\xff\xff12"[..]).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }
}
