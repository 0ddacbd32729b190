//! The size of a picture, from its first bytes: PNG (W3C, section 11.2.2), JPEG (ITU T.81, B.2.2), WebP (RFC 9649).

/// Width and height in pixels; none when it is no such picture.
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    png(bytes).or_else(|| jpeg(bytes)).or_else(|| webp(bytes))
}

fn big(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn little(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    (head.get(4..8)? == b"IHDR").then(|| Some((big(head.get(8..12)?), big(head.get(12..16)?))))?
}

fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let (marker, after) = rest.strip_prefix(b"\xff")?.split_first()?;
        if *marker == 0xff {
            rest = rest.get(1..)?;
            continue;
        }
        let length = usize::try_from(big(after.get(..2)?)).ok()?;
        // Starts of frames, but not tables (C4, CC) nor the reserved C8.
        if (0xc0..=0xcf).contains(marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return Some((big(after.get(5..7)?), big(after.get(3..5)?)));
        }
        if matches!(marker, 0xd9 | 0xda) {
            return None;
        }
        rest = after.get(length.max(2)..)?;
    }
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let riff = bytes.strip_prefix(b"RIFF")?;
    if riff.get(4..8)? != b"WEBP" {
        return None;
    }
    let body = riff.get(16..)?;
    match riff.get(8..12)? {
        b"VP8X" => Some((little(body.get(4..7)?) + 1, little(body.get(7..10)?) + 1)),
        b"VP8L" => {
            let bits = little(body.get(1..5)?);
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " => Some((little(body.get(6..8)?) & 0x3fff, little(body.get(8..10)?) & 0x3fff)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_the_heads_of_three_formats() {
        let png = hex::decode("89504e470d0a1a0a0000000d4948445200000280000001e00802000000").unwrap();
        assert_eq!(size(&png), Some((640, 480)));
        let jpeg = hex::decode("ffd8ffe000104a46494600010100000100010000ffc2001108012c01900301").unwrap();
        assert_eq!(size(&jpeg), Some((400, 300)));
        let lossy = hex::decode("52494646240000005745425056503820180000003001009d012a80018000").unwrap();
        assert_eq!(size(&lossy), Some((384, 128)));
        let extended = hex::decode("524946460000000057454250565038580a00000000000000ff07003f0300").unwrap();
        assert_eq!(size(&extended), Some((2048, 832)));
        for cut in 0..png.len().min(24) {
            assert_eq!(size(&png[..cut]), None);
        }
        assert_eq!(size(b"GIF89a"), None);
        assert_eq!(size(b"\xff\xd8\xff\xc0"), None);
    }
}
