//! `Content-Encoding: gzip` with a bound on what comes out.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use sala_core::problem::{INVALID, Problem, TOO_LARGE};

/// Unpacks at most `limit` bytes. A Problem for what is not gzip and for what unpacks to more.
pub fn unpack(body: &[u8], limit: usize) -> Result<Vec<u8>, Problem> {
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut unpacked = vec![];
    MultiGzDecoder::new(body)
        .take(bound)
        .read_to_end(&mut unpacked)
        .map_err(|fault| INVALID.problem().at("content-encoding", format!("the body is not gzip: {fault}")))?;
    if unpacked.len() > limit {
        return Err(TOO_LARGE.problem().at("content-encoding", format!("the body unpacks to more than {limit} bytes")));
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::best());
        packed.write_all(&vec![0; 10_000_000]).unwrap();
        let packed = packed.finish().unwrap();
        assert!(packed.len() < 20_000);
        assert_eq!(unpack(&packed, 100_000).unwrap_err().code, &TOO_LARGE);
        assert_eq!(unpack(&packed, 10_000_000).unwrap().len(), 10_000_000);
        assert_eq!(unpack(b"not gzip", 100).unwrap_err().code, &INVALID);
    }
}
