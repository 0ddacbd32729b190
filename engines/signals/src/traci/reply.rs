//! What SUMO answers.

use super::{Domain, TraciError, Value, reader::Reader};

/// One answer to one command.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// The command was carried out and has nothing to say.
    Done {
        /// Code of the command.
        command: u8,
    },
    /// SUMO did not carry the command out.
    Refused {
        /// Code of the command.
        command: u8,
        /// How it was refused.
        refusal: Refusal,
        /// What SUMO said.
        why: String,
    },
    /// Answer to [`super::Request::version`].
    Version {
        /// Version of the protocol: 20 for SUMO 1.9, 22 for 1.28.
        api: i32,
        /// Name and version of the program, e.g. `SUMO 1.28.0`.
        software: String,
    },
    /// Answer to [`super::Request::step`]: what was subscribed to.
    Step(Vec<Subscribed>),
    /// Answer to [`super::Request::get`].
    Value {
        /// Kind of the object.
        domain: Domain,
        /// The variable, see [`super::variable`].
        variable: u8,
        /// Id of the object.
        object: String,
        /// What was asked for.
        value: Value,
    },
    /// First values of a new subscription, as they are now.
    Subscribed(Subscribed),
}

/// How SUMO says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The command is not known to this version (0x01).
    NotImplemented,
    /// Anything else, such as an unknown id (0xff).
    Error,
}

/// What one subscription gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Subscribed {
    /// Variables of one object.
    Object {
        /// Kind of the object.
        domain: Domain,
        /// Its id.
        object: String,
        /// One for each variable, in the order of the subscription.
        readings: Vec<Reading>,
    },
    /// Variables of the objects around one object.
    Within {
        /// Kind of the object in the middle.
        domain: Domain,
        /// Its id.
        object: String,
        /// Kind of the objects around it.
        of: Domain,
        /// Their ids and variables, in SUMO's order.
        found: Vec<(String, Vec<Reading>)>,
    },
}

/// A variable and its value, or what SUMO said instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The variable, see [`super::variable`].
    pub variable: u8,
    /// The value, or why there is none.
    pub value: Result<Value, String>,
}

impl Reply {
    /// The reply, with a refusal turned into [`TraciError::Refused`].
    pub fn accepted(self) -> Result<Self, TraciError> {
        match self {
            Self::Refused { command, why, .. } => Err(TraciError::Refused { command, why }),
            other => Ok(other),
        }
    }

    /// The value of a [`super::Request::get`].
    pub fn into_value(self) -> Result<Value, TraciError> {
        match self.accepted()? {
            Self::Value { value, .. } => Ok(value),
            _ => Err(TraciError::Unexpected { expected: "a value" }),
        }
    }

    /// What a [`super::Request::step`] gave.
    pub fn into_step(self) -> Result<Vec<Subscribed>, TraciError> {
        match self.accepted()? {
            Self::Step(results) => Ok(results),
            _ => Err(TraciError::Unexpected { expected: "the result of a step" }),
        }
    }
}

/// Reads the answers in the body of a message (without its length), one for each command of the request.
///
/// # Errors
/// [`TraciError`] if the bytes are no answers; refusals by SUMO are [`Reply::Refused`] instead.
pub fn replies(body: &[u8]) -> Result<Vec<Reply>, TraciError> {
    let mut reader = Reader::new(body);
    let mut replies = Vec::new();
    while !reader.is_at_end() {
        replies.push(reply(&mut reader)?);
    }
    Ok(replies)
}

fn reply(reader: &mut Reader<'_>) -> Result<Reply, TraciError> {
    let mut status = reader.command()?;
    let command = status.byte("a status")?;
    let result = status.byte("a status")?;
    let why = status.string()?;
    let refusal = match result {
        0x00 => None,
        0x01 => Some(Refusal::NotImplemented),
        0xff => Some(Refusal::Error),
        other => return Err(status.unknown("status", other)),
    };
    if let Some(refusal) = refusal {
        return Ok(Reply::Refused { command, refusal, why });
    }
    Ok(match command {
        0x00 => {
            let mut content = answer(reader, 0x00)?;
            Reply::Version { api: content.int("a version")?, software: content.string()? }
        }
        0x02 => {
            // The shortest result has a length, a code, an empty id and a count.
            let count = reader.count(7, "the results of a step")?;
            Reply::Step((0..count).map(|_| subscribed(reader, None)).collect::<Result<_, _>>()?)
        }
        0xa0..=0xaf => {
            let mut content = answer(reader, command + 0x10)?;
            let domain = Domain::of(command).ok_or_else(|| content.unknown("command", command))?;
            let variable = content.byte("a value")?;
            Reply::Value { domain, variable, object: content.string()?, value: Value::read(&mut content)? }
        }
        // The end of a subscription is answered by its status alone.
        0x80..=0x8f | 0xd0..=0xdf => match next_code(reader) {
            Some(code) if code == command + 0x10 => Reply::Subscribed(subscribed(reader, Some(code))?),
            _ => Reply::Done { command },
        },
        _ => Reply::Done { command },
    })
}

fn answer<'a>(reader: &mut Reader<'a>, expected: u8) -> Result<Reader<'a>, TraciError> {
    let mut content = reader.command()?;
    let code = content.byte("a command")?;
    if code == expected { Ok(content) } else { Err(content.unknown("command", code)) }
}

/// Code of the command that comes next, without taking it.
fn next_code(reader: &Reader<'_>) -> Option<u8> {
    reader.clone().command().and_then(|mut content| content.byte("a command")).ok()
}

fn subscribed(reader: &mut Reader<'_>, expected: Option<u8>) -> Result<Subscribed, TraciError> {
    let begin = reader.clone();
    match subscription(reader.command()?, expected) {
        // SUMO 1.9 counts one byte too few of what is around an object.
        Err(TraciError::Truncated { .. }) if matches!(next_code(&begin), Some(0x90..=0x9f)) => {
            *reader = begin;
            subscription(reader.longer_command(1)?, expected)
        }
        read => read,
    }
}

fn subscription(mut content: Reader<'_>, expected: Option<u8>) -> Result<Subscribed, TraciError> {
    let code = content.byte("a command")?;
    let domain = Domain::of(code).filter(|_| expected.is_none_or(|expected| expected == code));
    let domain = domain.ok_or_else(|| content.unknown("command", code))?;
    let object = content.string()?;
    match code {
        0xe0..=0xef => {
            let count = content.byte("a subscription")?;
            Ok(Subscribed::Object { domain, object, readings: readings(&mut content, count)? })
        }
        0x90..=0x9f => {
            let of = content.byte("a subscription")?;
            let of = Domain::of(of).filter(|_| of & 0xf0 == 0xa0).ok_or_else(|| content.unknown("command", of))?;
            let variables = content.byte("a subscription")?;
            let count = content.count(4, "a subscription")?;
            let found =
                (0..count).map(|_| Ok((content.string()?, readings(&mut content, variables)?))).collect::<Result<_, TraciError>>()?;
            Ok(Subscribed::Within { domain, object, of, found })
        }
        other => Err(content.unknown("command", other)),
    }
}

fn readings(content: &mut Reader<'_>, count: u8) -> Result<Vec<Reading>, TraciError> {
    (0..count)
        .map(|_| {
            let variable = content.byte("a variable")?;
            let status = content.byte("a variable")?;
            let value = Value::read(content)?;
            let value = match (status, value) {
                (0, value) => Ok(value),
                (_, Value::Text(why)) => Err(why),
                (_, other) => return Err(TraciError::Type { expected: "a text that says why", got: other.kind() }),
            };
            Ok(Reading { variable, value })
        })
        .collect()
}
