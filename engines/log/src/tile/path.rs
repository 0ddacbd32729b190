//! Paths of tiles below the prefix of a log.

use std::fmt;

use super::{EntriesTile, FULL_WIDTH, Tile};
use crate::{LogError, text::decimal};

const WHAT: &str = "tile path";

/// Either kind of tile, as named by a path; `to_string` writes the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TilePath {
    /// `tile/<level>/<index>[.p/<width>]`.
    Hashes(Tile),
    /// `tile/entries/<index>[.p/<width>]`.
    Entries(EntriesTile),
}

impl TilePath {
    /// Reads a path without leading slash. Each tile has one path only: no zeros too many, no `.p/256`.
    ///
    /// # Errors
    /// [`LogError::Malformed`].
    pub fn parse(path: &str) -> Result<Self, LogError> {
        let malformed = |reason| LogError::malformed(WHAT, reason);
        let rest = path.strip_prefix("tile/").ok_or(malformed("it does not begin with tile/"))?;
        let (level, rest) = rest.split_once('/').ok_or(malformed("it has no index"))?;
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, FULL_WIDTH),
            Some((index, width)) => {
                let width = decimal(width)
                    .and_then(|width| u16::try_from(width).ok())
                    .filter(|width| (1..FULL_WIDTH).contains(width))
                    .ok_or(malformed("its width is not a number from 1 to 255"))?;
                (index, width)
            }
        };
        let index = parse_index(index).ok_or(malformed("its index is not like 007 or x001/x234/067"))?;
        if level == "entries" {
            return Ok(Self::Entries(EntriesTile { index, width }));
        }
        let level = decimal(level)
            .and_then(|level| u8::try_from(level).ok())
            .filter(|level| *level < 64)
            .ok_or(malformed("its level is not a number from 0 to 63"))?;
        Ok(Self::Hashes(Tile { level, index, width }))
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match self {
            Self::Hashes(Tile { level, index, width }) => {
                write!(f, "tile/{level}/")?;
                (*index, *width)
            }
            Self::Entries(EntriesTile { index, width }) => {
                write!(f, "tile/entries/")?;
                (*index, *width)
            }
        };
        f.write_str(&format_index(index))?;
        if width == FULL_WIDTH { Ok(()) } else { write!(f, ".p/{width}") }
    }
}

/// 1234067 as `x001/x234/067`.
fn format_index(index: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

fn parse_index(path: &str) -> Option<u64> {
    let (head, last) = path.rsplit_once('/').map_or((None, path), |(head, last)| (Some(head), last));
    let mut index = 0_u64;
    let elements = head.into_iter().flat_map(|head| head.split('/')).map(|part| part.strip_prefix('x'));
    for element in elements.chain([Some(last)]) {
        let digits = element.filter(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()))?;
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    // `x000/067` would be a second name for 067.
    (format_index(index) == path).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let cases = [
            ("tile/0/x001/067.p/5", TilePath::Hashes(Tile { level: 0, index: 1067, width: 5 })),
            ("tile/3/x001/x234/067", TilePath::Hashes(Tile { level: 3, index: 1_234_067, width: 256 })),
            ("tile/63/000", TilePath::Hashes(Tile { level: 63, index: 0, width: 256 })),
            ("tile/entries/999.p/255", TilePath::Entries(EntriesTile { index: 999, width: 255 })),
            ("tile/entries/x018/x446/x744/x073/x709/x551/615", TilePath::Entries(EntriesTile { index: u64::MAX, width: 256 })),
        ];
        for (path, tile) in cases {
            assert_eq!(tile.to_string(), path);
            assert_eq!(TilePath::parse(path).unwrap(), tile);
        }
    }

    #[test]
    fn a_second_name_for_the_same_tile_is_refused() {
        let wrong = [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "/tile/0/000",
            "tile/00/000",
            "tile/64/000",
            "tile/-1/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/067",
            "tile/0/001/067",
            "tile/0/x001/x067",
            "tile/0/x1/067",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000.p/5/",
            "tile/0/000/",
            "tile/0/+00",
            "tile/data/000",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ];
        for path in wrong {
            assert!(TilePath::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_path_of_one_kind_is_not_read_as_the_other() {
        assert!(Tile::from_path("tile/entries/000").is_err());
        assert!(EntriesTile::from_path("tile/0/000").is_err());
        assert_eq!(EntriesTile::from_path("tile/entries/000.p/3").unwrap().width, 3);
    }
}
