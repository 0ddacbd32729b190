//! Edits of edges that exist: `netconvert` takes no second element of the same edge, so the element itself is rewritten.

use std::{collections::BTreeMap, io::Cursor};

use quick_xml::{
    Reader, Writer,
    events::{BytesEnd, BytesStart, Event},
};

use crate::{
    impact::change::{Change, Step},
    xml::text,
};

/// What is done to one edge.
#[derive(Debug, Default)]
struct Edit {
    is_closed: bool,
    speed_mps: Option<f64>,
    /// By lane: the attribute that says who may drive there.
    lanes: BTreeMap<u32, (&'static str, &'static str)>,
}

const CLOSED: (&str, &str) = ("disallow", "all");

pub(super) fn rewrite(xml: &str, change: &Change) -> Result<String, String> {
    let edits = edits(change);
    let mut reader = Reader::from_str(xml);
    let mut writer = Writer::new(Cursor::new(vec![]));
    loop {
        let event = reader.read_event().map_err(|fault| fault.to_string())?;
        let (element, is_empty) = match &event {
            Event::Eof => break,
            Event::Start(element) if element.name().as_ref() == b"edge" => (element, false),
            Event::Empty(element) if element.name().as_ref() == b"edge" => (element, true),
            _ => {
                writer.write_event(event).map_err(|fault| fault.to_string())?;
                continue;
            }
        };
        let Some(edit) = edits.get(text(element, "id")?.as_str()) else {
            writer.write_event(event).map_err(|fault| fault.to_string())?;
            continue;
        };
        let inside = if is_empty { vec![] } else { children(&mut reader)? };
        for event in edited(element, inside, edit)? {
            writer.write_event(event).map_err(|fault| fault.to_string())?;
        }
    }
    String::from_utf8(writer.into_inner().into_inner()).map_err(|fault| fault.to_string())
}

fn edits(change: &Change) -> BTreeMap<&str, Edit> {
    let mut edits: BTreeMap<&str, Edit> = BTreeMap::new();
    for step in &change.changes {
        match step {
            Step::CloseLane { edge, lane } => {
                edits.entry(edge).or_default().lanes.insert(*lane, CLOSED);
            }
            Step::BusLane { edge, lane } => {
                edits.entry(edge).or_default().lanes.insert(*lane, ("allow", "bus"));
            }
            Step::CloseEdge { edge } => edits.entry(edge).or_default().is_closed = true,
            Step::SpeedLimit { edge, kmh } => edits.entry(edge).or_default().speed_mps = Some(kmh / 3.6),
            Step::NewLink { .. } | Step::SignalPlan { .. } | Step::SignalControl { .. } => {}
        }
    }
    edits
}

/// What stands in an edge, up to its end, which is taken too.
fn children(reader: &mut Reader<&[u8]>) -> Result<Vec<Event<'static>>, String> {
    let (mut events, mut depth) = (vec![], 0_u32);
    loop {
        let event = reader.read_event().map_err(|fault| fault.to_string())?.into_owned();
        match event {
            Event::End(_) if depth == 0 => return Ok(events),
            Event::Eof => return Err("it breaks off within an edge".into()),
            Event::End(_) => depth -= 1,
            Event::Start(_) => depth += 1,
            _ => {}
        }
        events.push(event);
    }
}

fn edited(element: &BytesStart<'_>, inside: Vec<Event<'static>>, edit: &Edit) -> Result<Vec<Event<'static>>, String> {
    let mut edge = element.to_owned();
    if let Some(speed_mps) = edit.speed_mps {
        edge = with(&edge, &["speed"], ("speed", &format!("{speed_mps:.3}")))?;
    }
    if edit.is_closed {
        edge = with(&edge, &["allow", "disallow"], CLOSED)?;
    }
    let mut lanes = edit.lanes.clone();
    let mut body = vec![];
    for event in inside {
        let (lane, is_empty) = match &event {
            Event::Start(lane) if lane.name().as_ref() == b"lane" => (lane, false),
            Event::Empty(lane) if lane.name().as_ref() == b"lane" => (lane, true),
            _ => {
                body.push(event);
                continue;
            }
        };
        let mut lane = lane.to_owned();
        if edit.speed_mps.is_some() {
            lane = without(&lane, &["speed"])?;
        }
        let own = text(&lane, "index")?.parse().ok().and_then(|index: u32| lanes.remove(&index));
        // Whoever closes a street to vehicles does not close its pavement.
        let is_footpath = text(&lane, "allow")? == "pedestrian";
        if let Some(who) = own.or((edit.is_closed && !is_footpath).then_some(CLOSED)) {
            lane = with(&lane, &["allow", "disallow"], who)?;
        }
        body.push(if is_empty { Event::Empty(lane) } else { Event::Start(lane) });
    }
    for (index, who) in lanes {
        let mut lane = BytesStart::new("lane");
        lane.push_attribute(("index", index.to_string().as_str()));
        lane.push_attribute(who);
        body.push(Event::Empty(lane));
    }
    if body.is_empty() {
        return Ok(vec![Event::Empty(edge)]);
    }
    let mut events = vec![Event::Start(edge)];
    events.extend(body);
    events.push(Event::End(BytesEnd::new("edge")));
    Ok(events)
}

fn without(element: &BytesStart<'_>, names: &[&str]) -> Result<BytesStart<'static>, String> {
    let mut copy = BytesStart::new(String::from_utf8_lossy(element.name().as_ref()).into_owned());
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|fault| fault.to_string())?;
        if !names.iter().any(|name| attribute.key.as_ref() == name.as_bytes()) {
            copy.push_attribute(attribute);
        }
    }
    Ok(copy)
}

fn with(element: &BytesStart<'_>, names: &[&str], set: (&str, &str)) -> Result<BytesStart<'static>, String> {
    let mut copy = without(element, names)?;
    copy.push_attribute(set);
    Ok(copy)
}

#[cfg(test)]
mod tests {
    use super::rewrite;
    use crate::impact::change::Change;

    fn edited(edges: &str, change: &str) -> String {
        rewrite(edges, &Change::from_yaml(&format!("changes: [{change}]")).unwrap()).unwrap()
    }

    #[test]
    fn lanes_that_are_written_out_are_changed_in_place() {
        let street = r#"<edges><edge id="a" from="x" to="y" numLanes="3" speed="13.9"><lane index="0" allow="pedestrian"/><lane index="1" speed="8"><param key="k" value="v"/></lane></edge></edges>"#;
        assert_eq!(
            edited(
                street,
                "{ kind: bus_lane, edge: a, lane: 1 }, { kind: close_lane, edge: a, lane: 2 }, { kind: speed_limit, edge: a, kmh: 36 }"
            ),
            r#"<edges><edge id="a" from="x" to="y" numLanes="3" speed="10.000"><lane index="0" allow="pedestrian"/><lane index="1" allow="bus"><param key="k" value="v"/></lane><lane index="2" disallow="all"/></edge></edges>"#
        );
        assert_eq!(
            edited(street, "{ kind: close_edge, edge: a }"),
            r#"<edges><edge id="a" from="x" to="y" numLanes="3" speed="13.9" disallow="all"><lane index="0" allow="pedestrian"/><lane index="1" speed="8" disallow="all"><param key="k" value="v"/></lane></edge></edges>"#
        );
    }

    #[test]
    fn other_edges_stay_byte_for_byte() {
        let street = "<?xml version=\"1.0\"?>\n<!-- made -->\n<edges>\n    <edge id=\"a&amp;b\" from=\"x\"  to='y'/>\n</edges>\n";
        assert_eq!(edited(street, "{ kind: close_edge, edge: other }"), street);
        assert!(rewrite("<edges><edge id=\"a\">", &Change::from_yaml("changes: [{ kind: close_edge, edge: a }]").unwrap()).is_err());
    }
}
