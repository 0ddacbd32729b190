//! Checkpoints (c2sp.org/tlog-checkpoint): the text that a log signs to vouch for its tree.

use std::fmt;

use crate::{
    Hash, LogError,
    text::{decimal, hash, to_base64},
};

const WHAT: &str = "checkpoint";

/// Origin, size and root of a log, and lines that are opaque to us.
///
/// `to_string` gives the text of the note, three or more lines that each end in a newline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a line that is not empty, by custom a URL without scheme, the same as the log's key name.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root of the tree of that size.
    pub root: Hash,
    /// Extension lines, none of them empty; c2sp.org advises against them.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    ///
    /// # Errors
    /// [`LogError::Malformed`] if the origin is empty or has control characters.
    pub fn new(origin: impl Into<String>, size: u64, root: Hash) -> Result<Self, LogError> {
        let origin = origin.into();
        if origin.is_empty() || origin.bytes().any(|byte| byte < 0x20) {
            return Err(LogError::malformed(WHAT, "its origin is empty or has control characters"));
        }
        Ok(Self { origin, size, root, extensions: Vec::new() })
    }

    /// Reads the text of a note ([`crate::Note::text`]). `to_string` writes the same again.
    ///
    /// # Errors
    /// [`LogError::Malformed`] if it has fewer than three lines, an empty one, no newline at its end, a
    /// size with leading zeros or above `u64`, or a root that is not 32 bytes of base64.
    pub fn parse(text: &str) -> Result<Self, LogError> {
        let malformed = |reason| LogError::malformed(WHAT, reason);
        let lines = text.strip_suffix('\n').ok_or(malformed("it does not end in a newline"))?;
        let mut lines = lines.split('\n');
        let mut next = || lines.next().ok_or(malformed("it has fewer than three lines"));
        let (origin, size, root) = (next()?, next()?, next()?);
        let size = decimal(size).ok_or(malformed("its size is not a plain decimal number"))?;
        let root = hash(root).ok_or(malformed("its root is not 32 bytes of base64"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(malformed("it has an empty line"));
        }
        Ok(Self { extensions, ..Self::new(origin, size, root)? })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, to_base64(&self.root))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    #[test]
    fn the_example_of_the_specification_is_read_and_written_again() {
        let text = format!("example.com/behind-the-sofa\n20852163\n{ROOT}\n");
        let checkpoint = Checkpoint::parse(&text).unwrap();
        assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
        assert_eq!(checkpoint.size, 20_852_163);
        assert_eq!(checkpoint.to_string(), text);
    }

    #[test]
    fn extension_lines_are_kept() {
        let text = format!("o\n0\n{ROOT}\nfirst\nsecond line\n");
        let checkpoint = Checkpoint::parse(&text).unwrap();
        assert_eq!(checkpoint.extensions, ["first", "second line"]);
        assert_eq!(checkpoint.to_string(), text);
    }

    #[test]
    fn every_departure_from_the_form_is_refused() {
        let wrong = [
            String::new(),
            "\n".to_owned(),
            "o\n1\n".to_owned(),
            format!("o\n1\n{ROOT}"),
            format!("\n1\n{ROOT}\n"),
            format!("o\n01\n{ROOT}\n"),
            format!("o\n+1\n{ROOT}\n"),
            format!("o\n-1\n{ROOT}\n"),
            format!("o\n\n{ROOT}\n"),
            format!("o\n18446744073709551616\n{ROOT}\n"),
            format!("o\n1 \n{ROOT}\n"),
            format!("o\n1\n{ROOT}=\n"),
            "o\n1\nAAAA\n".to_owned(),
            format!("o\n1\n{ROOT}\n\n"),
            format!("o\n1\n{ROOT}\na\n\nb\n"),
            format!("o\r\n1\n{ROOT}\n"),
        ];
        for text in wrong {
            assert!(Checkpoint::parse(&text).is_err(), "{text:?}");
        }
    }
}
