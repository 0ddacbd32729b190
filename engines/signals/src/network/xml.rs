//! A walk over the elements of a file, with lines for errors and the limits that hostile files need.

use std::borrow::Cow;

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::NetworkError;

/// Elements in elements: SUMO's files need five.
const DEPTH: usize = 16;

/// One element that begins.
pub(super) struct Element<'a> {
    tag: BytesStart<'a>,
    /// Elements around it: 0 for the root.
    pub(super) depth: usize,
    /// Line on which its tag ends, counted from 1.
    pub(super) line: usize,
}

/// Calls `each` for every element in the order of the file.
pub(super) fn walk<'a>(source: &'a str, mut each: impl FnMut(&Element<'a>) -> Result<(), NetworkError>) -> Result<(), NetworkError> {
    let mut reader = Reader::from_str(source);
    let mut depth = 0_usize;
    // Lines are counted along, so that no element is counted twice.
    let (mut counted, mut line) = (0_usize, 1_usize);
    loop {
        let event = reader.read_event();
        let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).min(source.len()).max(counted);
        line += source.get(counted..end).unwrap_or_default().matches('\n').count();
        counted = end;
        let broken = |reason: String| NetworkError::Xml { line, reason };
        match event.map_err(|error| broken(error.to_string()))? {
            Event::Start(tag) => {
                each(&Element { tag, depth, line })?;
                depth += 1;
                if depth > DEPTH {
                    return Err(broken(format!("elements are nested more than {DEPTH} deep")));
                }
            }
            Event::Empty(tag) => each(&Element { tag, depth, line })?,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof if depth > 0 => return Err(broken("the file ends inside an element".to_owned())),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

impl<'a> Element<'a> {
    pub(super) fn name(&self) -> &str {
        std::str::from_utf8(self.tag.name().into_inner()).unwrap_or_default()
    }

    /// The attributes that are asked for, in one pass; all others are skipped.
    pub(super) fn attributes<const N: usize>(
        &self,
        element: &'static str,
        names: [&'static str; N],
    ) -> Result<Attributes<'_, 'a, N>, NetworkError> {
        let mut values = [const { None }; N];
        for attribute in self.tag.attributes() {
            let broken = |reason: String| NetworkError::Xml { line: self.line, reason };
            let attribute = attribute.map_err(|error| broken(error.to_string()))?;
            let place = names.iter().position(|name| name.as_bytes() == attribute.key.as_ref());
            if let Some(value) = place.and_then(|place| values.get_mut(place)) {
                let text = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| broken(error.to_string()))?;
                *value = Some(Cow::Owned(text.into_owned()));
            }
        }
        Ok(Attributes { of: self, element, names, values })
    }
}

/// Attributes of one element, in the order in which they were asked for.
pub(super) struct Attributes<'e, 'a, const N: usize> {
    of: &'e Element<'a>,
    element: &'static str,
    names: [&'static str; N],
    values: [Option<Cow<'static, str>>; N],
}

impl<const N: usize> Attributes<'_, '_, N> {
    fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|each| *each == name)
    }

    pub(super) fn maybe(&self, name: &'static str) -> Option<&str> {
        self.place(name).and_then(|place| self.values.get(place)?.as_deref())
    }

    pub(super) fn text(&self, name: &'static str) -> Result<&str, NetworkError> {
        self.maybe(name).ok_or(NetworkError::Missing { line: self.of.line, element: self.element, attribute: name })
    }

    pub(super) fn parsed<T>(
        &self,
        name: &'static str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, NetworkError> {
        let Some(text) = self.maybe(name) else { return Ok(None) };
        parse(text).map(Some).ok_or_else(|| NetworkError::Value {
            line: self.of.line,
            element: self.element,
            attribute: name,
            value: text.chars().take(60).collect(),
            expected,
        })
    }

    pub(super) fn needed<T>(&self, name: &'static str, value: Option<T>) -> Result<T, NetworkError> {
        value.ok_or(NetworkError::Missing { line: self.of.line, element: self.element, attribute: name })
    }

    /// A finite number within ± 10^12: no length, speed or time of a street is larger.
    pub(super) fn number(&self, name: &'static str) -> Result<Option<f64>, NetworkError> {
        self.parsed(name, "a number", |text| text.trim().parse::<f64>().ok().filter(|value| value.abs() <= 1e12))
    }

    pub(super) fn positive(&self, name: &'static str) -> Result<Option<f64>, NetworkError> {
        self.parsed(name, "a number from 0", |text| text.trim().parse::<f64>().ok().filter(|value| (0.0..=1e12).contains(value)))
    }

    pub(super) fn index(&self, name: &'static str) -> Result<Option<u16>, NetworkError> {
        self.parsed(name, "an index from 0 to 65535", |text| text.trim().parse().ok())
    }

    /// A time in seconds, as milliseconds; SUMO also writes `h:m:s`.
    pub(super) fn time_ms(&self, name: &'static str) -> Result<Option<i64>, NetworkError> {
        self.parsed(name, "a time in seconds", |text| {
            let mut seconds = 0.0_f64;
            for part in text.trim().split(':') {
                seconds = seconds * 60.0 + part.parse::<f64>().ok()?;
            }
            milliseconds(seconds)
        })
    }

    pub(super) fn shape(&self, name: &'static str) -> Result<Vec<(f64, f64)>, NetworkError> {
        let points = self.parsed(name, "a list of points x,y", |text| text.split_whitespace().map(point).collect())?;
        Ok(points.unwrap_or_default())
    }
}

fn point(text: &str) -> Option<(f64, f64)> {
    let mut parts = text.split(',').map(|part| part.parse::<f64>().ok().filter(|value| value.is_finite()));
    Some((parts.next()??, parts.next()??))
}

/// Seconds as whole milliseconds, within a century.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "the bound is checked in the line before")]
fn milliseconds(seconds: f64) -> Option<i64> {
    (seconds.abs() <= 3.2e9).then(|| (seconds * 1000.0).round() as i64)
}
