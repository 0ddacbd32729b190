//! A place in a body, with every read checked.

use super::TraciError;

#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(body: &'a [u8]) -> Self {
        Self { rest: body, at: 0 }
    }

    pub(super) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) const fn malformed(&self, reason: &'static str) -> TraciError {
        TraciError::Malformed { reason, at: self.at }
    }

    pub(super) const fn unknown(&self, what: &'static str, code: u8) -> TraciError {
        TraciError::Unknown { what, code, at: self.at }
    }

    pub(super) fn take(&mut self, count: usize, what: &'static str) -> Result<&'a [u8], TraciError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(TraciError::Truncated { what, at: self.at })?;
        self.rest = rest;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], TraciError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(TraciError::Truncated { what, at: self.at })?;
        self.rest = rest;
        self.at += N;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self, what: &'static str) -> Result<u8, TraciError> {
        let [byte] = self.array(what)?;
        Ok(byte)
    }

    pub(super) fn int(&mut self, what: &'static str) -> Result<i32, TraciError> {
        self.array(what).map(i32::from_be_bytes)
    }

    pub(super) fn double(&mut self, what: &'static str) -> Result<f64, TraciError> {
        self.array(what).map(f64::from_be_bytes)
    }

    /// A count of things that take at least `least` bytes each, so that a false count can't reserve memory.
    pub(super) fn count(&mut self, least: usize, what: &'static str) -> Result<usize, TraciError> {
        let at = self.at;
        let count = usize::try_from(self.int(what)?).map_err(|_| TraciError::Malformed { reason: "a count is negative", at })?;
        if count > self.rest.len() / least.max(1) {
            return Err(TraciError::Truncated { what, at });
        }
        Ok(count)
    }

    pub(super) fn string(&mut self) -> Result<String, TraciError> {
        let count = self.count(1, "a string")?;
        let at = self.at;
        let bytes = self.take(count, "a string")?;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| TraciError::Malformed { reason: "a string is not UTF-8", at })
    }

    /// The content of a command: its length comes first, in one byte or, after a zero, in four; the length counts itself.
    pub(super) fn command(&mut self) -> Result<Self, TraciError> {
        self.longer_command(0)
    }

    /// The content of a command whose length counts so many bytes too few.
    pub(super) fn longer_command(&mut self, uncounted: usize) -> Result<Self, TraciError> {
        let short = self.byte("a command")?;
        let content = if short == 0 {
            let long = self.int("a command")?;
            usize::try_from(long).ok().and_then(|long| long.checked_sub(5))
        } else {
            usize::from(short).checked_sub(1)
        }
        .ok_or_else(|| self.malformed("a command is shorter than its own length"))?;
        let at = self.at;
        Ok(Self { rest: self.take(content.saturating_add(uncounted), "a command")?, at })
    }
}
