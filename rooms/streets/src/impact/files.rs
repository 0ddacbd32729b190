//! The files that both arms are made of: what the scenario's additional files bring, without what would get in the way.

use std::{collections::BTreeSet, io::Cursor};

use quick_xml::{
    Reader, Writer,
    events::{BytesStart, Event},
};

use crate::xml::text;

/// Vehicles that keep to their line, whatever the traffic.
const LINES: [&str; 9] = ["bus", "coach", "tram", "rail_urban", "rail", "rail_electric", "rail_fast", "subway", "cable_car"];

/// An additional file for one arm: vehicle types are left out, because the router wrote those in use into a file of their own, and so
/// are programs of signals whose plan was changed.
///
/// # Errors
/// A sentence, when the file is no XML.
pub(super) fn additional(xml: &[u8], changed_signals: &BTreeSet<&str>) -> Result<Vec<u8>, String> {
    let mut reader = Reader::from_reader(xml);
    let mut writer = Writer::new(Cursor::new(vec![]));
    let mut buffer = vec![];
    loop {
        let event = reader.read_event_into(&mut buffer).map_err(|fault| fault.to_string())?;
        let is_left_out = match &event {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element) => is_left_out(element, changed_signals)?,
            _ => false,
        };
        if !is_left_out {
            writer.write_event(event).map_err(|fault| fault.to_string())?;
        } else if let Event::Start(element) = event {
            let end = element.to_end().into_owned();
            reader.read_to_end_into(end.name(), &mut vec![]).map_err(|fault| fault.to_string())?;
        }
        buffer.clear();
    }
    Ok(writer.into_inner().into_inner())
}

fn is_left_out(element: &BytesStart<'_>, changed_signals: &BTreeSet<&str>) -> Result<bool, String> {
    Ok(match element.name().as_ref() {
        b"vType" | b"vTypeDistribution" => true,
        b"tlLogic" => changed_signals.contains(text(element, "id")?.as_str()),
        _ => false,
    })
}

/// The types in use, so marked that what drives on a line does not look for another way.
///
/// # Errors
/// A sentence, when the file is no XML.
pub(super) fn vehicle_types(xml: &[u8]) -> Result<Vec<u8>, String> {
    let mut reader = Reader::from_reader(xml);
    let mut writer = Writer::new(Cursor::new(vec![]));
    let mut buffer = vec![];
    let stays = |element: &BytesStart<'_>| -> Result<bool, String> {
        Ok(element.name().as_ref() == b"vType" && LINES.contains(&text(element, "vClass")?.as_str()))
    };
    let mark = || {
        let mut mark = BytesStart::new("param");
        mark.push_attribute(("key", "has.rerouting.device"));
        mark.push_attribute(("value", "false"));
        Event::Empty(mark)
    };
    loop {
        let event = reader.read_event_into(&mut buffer).map_err(|fault| fault.to_string())?;
        let written = match &event {
            Event::Eof => break,
            Event::Start(element) if stays(element)? => vec![event, mark()],
            Event::Empty(element) if stays(element)? => {
                let element = element.clone();
                let end = Event::End(element.to_end().into_owned());
                vec![Event::Start(element), mark(), end]
            }
            _ => vec![event],
        };
        for event in written {
            writer.write_event(event).map_err(|fault| fault.to_string())?;
        }
        buffer.clear();
    }
    Ok(writer.into_inner().into_inner())
}

/// The vehicles that a route file holds.
///
/// # Errors
/// A sentence, when the file is no XML.
pub(super) fn vehicles(xml: &[u8]) -> Result<BTreeSet<String>, String> {
    let mut reader = Reader::from_reader(xml);
    let (mut found, mut buffer) = (BTreeSet::new(), vec![]);
    loop {
        match reader.read_event_into(&mut buffer).map_err(|fault| fault.to_string())? {
            Event::Start(element) | Event::Empty(element) if matches!(element.name().as_ref(), b"vehicle" | b"trip" | b"flow") => {
                found.insert(text(&element, "id")?);
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
        buffer.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{additional, vehicle_types, vehicles};

    fn utf8(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn an_additional_file_loses_types_and_the_programs_of_changed_signals() {
        let file = br#"<add><vType id="car"/><vTypeDistribution id="d"><vType id="x"/></vTypeDistribution><tlLogic id="s"><phase/></tlLogic><tlLogic id="t"/><busStop id="b"/></add>"#;
        assert_eq!(utf8(additional(file, &["s"].into()).unwrap()), r#"<add><tlLogic id="t"/><busStop id="b"/></add>"#);
    }

    #[test]
    fn a_bus_keeps_to_its_line() {
        let types = br#"<r><vType id="car" vClass="passenger"/><vType id="bus" vClass="bus"/><vType id="tram" vClass="tram"><param key="k" value="v"/></vType></r>"#;
        let marked = utf8(vehicle_types(types).unwrap());
        assert_eq!(marked.matches("has.rerouting.device").count(), 2, "{marked}");
        assert!(marked.contains(r#"<vType id="car" vClass="passenger"/>"#));
    }

    #[test]
    fn all_vehicles_of_a_file_are_found() {
        let file = br#"<routes><vehicle id="a"><route edges="x"/></vehicle><trip id="b"/><person id="p"/></routes>"#;
        assert_eq!(vehicles(file).unwrap().into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }
}
