//! Reading a policy file.

use std::collections::BTreeSet;

use super::{Policy, PolicyGroup, PolicyLog, PolicyWitness};
use crate::{LogError, VerifierKey, note::Algorithm, text::decimal};

const WHAT: &str = "policy";

/// Name that stands for "no witness needed".
pub(super) const NONE: &str = "none";

fn malformed(reason: &'static str) -> LogError {
    LogError::malformed(WHAT, reason)
}

impl Policy {
    /// Reads a policy file. Blank lines and comment lines (`#`) are skipped; a newline at the very end may
    /// be missing; comments may be in any encoding, names and URLs are UTF-8.
    ///
    /// A log key may be of either type, a witness key must be a cosignature/v1 key.
    ///
    /// # Errors
    /// [`LogError::Malformed`], or the errors of [`VerifierKey::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LogError> {
        if bytes.iter().any(|byte| matches!(byte, 0..=8 | 11..=31 | 127)) {
            return Err(malformed("it has control characters"));
        }
        let mut reader = Reader::default();
        for line in bytes.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            if !line.is_empty() && !line.starts_with(b"#") {
                let line = str::from_utf8(line).map_err(|_| malformed("a name or URL is not UTF-8"))?;
                reader.line(line)?;
            }
        }
        reader.finish()
    }
}

#[derive(Debug, Default)]
struct Reader<'a> {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<PolicyGroup>,
    /// The name on the quorum line, `none` included.
    quorum: Option<&'a str>,
    /// Names of witnesses and groups so far.
    names: BTreeSet<&'a str>,
    /// Names that are already a member of some group.
    members: BTreeSet<&'a str>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a str) -> Result<(), LogError> {
        let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["log", key] => self.log(key, None),
            ["log", key, url] => self.log(key, Some(url)),
            ["witness", name, key] => self.witness(name, key, None),
            ["witness", name, key, url] => self.witness(name, key, Some(url)),
            ["group", name, threshold, members @ ..] => self.group(name, threshold, members),
            ["quorum", name] => self.quorum(name),
            _ => Err(malformed("a line is not log, witness, group or quorum with what belongs to it")),
        }
    }

    fn log(&mut self, key: &str, url: Option<&str>) -> Result<(), LogError> {
        let key = VerifierKey::parse(key)?;
        if self.logs.iter().any(|other| other.key.public() == key.public()) {
            return Err(malformed("two logs have the same public key"));
        }
        self.logs.push(PolicyLog { key, url: url.map(str::to_owned) });
        Ok(())
    }

    fn witness(&mut self, name: &'a str, key: &str, url: Option<&str>) -> Result<(), LogError> {
        let key = VerifierKey::parse(key)?;
        if key.algorithm() != Algorithm::Cosignature {
            return Err(malformed("the key of a witness is not a cosignature key"));
        }
        if self.witnesses.iter().any(|other| other.key.public() == key.public()) {
            return Err(malformed("two witnesses have the same public key"));
        }
        self.define(name)?;
        self.witnesses.push(PolicyWitness { name: name.to_owned(), key, url: url.map(str::to_owned) });
        Ok(())
    }

    fn group(&mut self, name: &'a str, threshold: &str, members: &[&'a str]) -> Result<(), LogError> {
        for member in members {
            if !self.names.contains(member) {
                return Err(malformed("a group has a member that is not defined before it"));
            }
            if !self.members.insert(member) {
                return Err(malformed("a name is a member of groups twice"));
            }
        }
        let threshold = match threshold {
            "any" => 1,
            "all" => members.len(),
            number => decimal(number)
                .and_then(|number| usize::try_from(number).ok())
                .ok_or(malformed("the threshold of a group is not all, any or a number"))?,
        };
        if !(1..=members.len()).contains(&threshold) {
            return Err(malformed("the threshold of a group is not from 1 to the number of its members"));
        }
        self.define(name)?;
        let members = members.iter().map(|&member| member.to_owned()).collect();
        self.groups.push(PolicyGroup { name: name.to_owned(), threshold, members });
        Ok(())
    }

    fn quorum(&mut self, name: &'a str) -> Result<(), LogError> {
        if self.quorum.is_some() {
            return Err(malformed("it has more than one quorum line"));
        }
        if name != NONE && !self.names.contains(name) {
            return Err(malformed("its quorum is not defined before it"));
        }
        self.quorum = Some(name);
        Ok(())
    }

    fn define(&mut self, name: &'a str) -> Result<(), LogError> {
        if name == NONE {
            return Err(malformed("the name none can't be given to a witness or group"));
        }
        if self.names.insert(name) { Ok(()) } else { Err(malformed("a name is defined twice")) }
    }

    fn finish(self) -> Result<Policy, LogError> {
        let Self { logs, witnesses, groups, quorum, .. } = self;
        let quorum = quorum.ok_or(malformed("it has no quorum line"))?;
        let quorum = (quorum != NONE).then(|| quorum.to_owned());
        Ok(Policy { logs, witnesses, groups, quorum })
    }
}
