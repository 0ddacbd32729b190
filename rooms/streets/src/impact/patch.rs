//! How a change is made in a network: edits of its plain XML (nodes, edges, connections, signal plans), from which `netconvert` builds
//! the new one. The unchanged arm is built from the same plain files, so that both arms went through the same hands.
//!
//! A signal at either end of a new link gets new links itself, so its old plan no longer fits: plan and connections of that junction
//! are left to `netconvert`, which builds them anew. That is told as a warning, because it alone may change the traffic.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Cursor,
};

use quick_xml::{
    Reader, Writer,
    escape::escape,
    events::{BytesStart, BytesText, Event},
};

use super::change::{Change, PlanPhase, Step, Streets};
use crate::xml::text;

mod edges;

/// The plain files of a network, as `netconvert --plain-output-prefix` writes them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plain {
    /// `.nod.xml`
    pub nodes: String,
    /// `.edg.xml`
    pub edges: String,
    /// `.con.xml`
    pub connections: String,
    /// `.tll.xml`
    pub signals: String,
}

/// What of a network a change can name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    lanes: BTreeMap<String, u32>,
    junctions: BTreeSet<String>,
    links: BTreeMap<String, usize>,
}

impl Plain {
    /// What a change of this network can name.
    ///
    /// # Errors
    /// A sentence, when one of the files is no XML.
    pub fn known(&self) -> Result<Known, String> {
        let mut known = Known::default();
        each(&self.nodes, |element| {
            if element.name().as_ref() == b"node" {
                known.junctions.insert(text(element, "id")?);
            }
            Ok(())
        })?;
        each(&self.edges, |element| {
            if element.name().as_ref() == b"edge" {
                known.lanes.insert(text(element, "id")?, text(element, "numLanes")?.parse().unwrap_or(1));
            }
            Ok(())
        })?;
        let mut signal = String::new();
        each(&self.signals, |element| {
            match element.name().as_ref() {
                b"tlLogic" => signal = text(element, "id")?,
                b"phase" => {
                    known.links.insert(signal.clone(), text(element, "state")?.len());
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(known)
    }
}

impl Streets for Known {
    fn lanes(&self, edge: &str) -> Option<u32> {
        self.lanes.get(edge).copied()
    }

    fn has_junction(&self, junction: &str) -> bool {
        self.junctions.contains(junction)
    }

    fn links(&self, signal: &str) -> Option<usize> {
        self.links.get(signal).copied()
    }

    fn has_signals(&self) -> bool {
        !self.links.is_empty()
    }
}

/// A patched network and what must be told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patched {
    /// Its plain files.
    pub plain: Plain,
    /// Signals whose plans `netconvert` builds anew, because a new link meets them.
    pub rebuilt_signals: Vec<String>,
    /// Signals whose plan is another now, for whatever reason: programs that additional files bring for them no longer hold.
    pub changed_signals: Vec<String>,
}

/// Makes a change. The change fits the network ([`Change::check`]).
///
/// # Errors
/// A sentence, when one of the files is no XML.
pub fn patch(plain: &Plain, change: &Change) -> Result<Patched, String> {
    let touched: BTreeSet<&str> = change
        .changes
        .iter()
        .filter_map(|step| match step {
            Step::NewLink { from, to, .. } => Some([from.as_str(), to.as_str()]),
            _ => None,
        })
        .flatten()
        .collect();
    let mut signals = BTreeSet::new();
    each(&plain.nodes, |element| {
        if element.name().as_ref() == b"node" && touched.contains(text(element, "id")?.as_str()) {
            let kind = text(element, "type")?;
            if kind.starts_with("traffic_light") {
                let signal = text(element, "tl")?;
                signals.insert(if signal.is_empty() { text(element, "id")? } else { signal });
            }
        }
        Ok(())
    })?;
    // All junctions of a joined signal are built anew together.
    let mut joined: BTreeSet<String> = touched.iter().map(|&junction| junction.to_owned()).collect();
    each(&plain.nodes, |element| {
        if element.name().as_ref() == b"node" && signals.contains(&text(element, "tl")?) {
            joined.insert(text(element, "id")?);
        }
        Ok(())
    })?;
    let mut arriving = BTreeSet::new();
    each(&plain.edges, |element| {
        if element.name().as_ref() == b"edge" && joined.contains(&text(element, "to")?) {
            arriving.insert(text(element, "id")?);
        }
        Ok(())
    })?;
    let replaced: BTreeSet<&str> = change
        .changes
        .iter()
        .filter_map(|step| match step {
            Step::SignalPlan { signal, .. } => Some(signal.as_str()),
            _ => None,
        })
        .collect();
    let is_gone = |signal: &str| signals.contains(signal);
    let connections = filter(&plain.connections, "", |element| {
        Ok(!(matches!(element.name().as_ref(), b"connection" | b"prohibition" | b"crossing") && arriving.contains(&text(element, "from")?)))
    })?;
    let signals_file = filter(&plain.signals, &plans(change), |element| {
        Ok(match element.name().as_ref() {
            b"tlLogic" => {
                let id = text(element, "id")?;
                !is_gone(&id) && !replaced.contains(id.as_str())
            }
            b"connection" => !is_gone(&text(element, "tl")?),
            _ => true,
        })
    })?;
    let edges = filter(&edges::rewrite(&plain.edges, change)?, &new_links(change), |_| Ok(true))?;
    let plain = Plain { nodes: plain.nodes.clone(), edges, connections, signals: signals_file };
    let changed = signals.iter().map(String::as_str).chain(replaced).collect::<BTreeSet<&str>>();
    let changed_signals = changed.into_iter().map(str::to_owned).collect();
    Ok(Patched { plain, changed_signals, rebuilt_signals: signals.into_iter().collect() })
}

fn new_links(change: &Change) -> String {
    let link = |step: &Step| {
        let Step::NewLink { id, from, to, lanes, kmh, shape } = step else { return String::new() };
        let points: Vec<String> = shape.iter().map(|[x, y]| format!("{x:.2},{y:.2}")).collect();
        let shape = if points.is_empty() { String::new() } else { format!(" shape=\"{}\"", points.join(" ")) };
        let (id, from, to, speed_mps) = (escape(id), escape(from), escape(to), kmh / 3.6);
        format!("<edge id=\"{id}\" from=\"{from}\" to=\"{to}\" numLanes=\"{lanes}\" speed=\"{speed_mps:.3}\"{shape}/>\n")
    };
    change.changes.iter().map(link).collect()
}

fn plans(change: &Change) -> String {
    let plan = |step: &Step| {
        let Step::SignalPlan { signal, offset_s, phases } = step else { return String::new() };
        let phase = |phase: &PlanPhase| format!("<phase duration=\"{:.2}\" state=\"{}\"/>\n", phase.duration_s, escape(&phase.state));
        let phases: String = phases.iter().map(phase).collect();
        let signal = escape(signal);
        format!("\n<tlLogic id=\"{signal}\" type=\"static\" programID=\"0\" offset=\"{offset_s:.2}\">\n{phases}</tlLogic>\n")
    };
    change.changes.iter().map(plan).collect()
}

/// Reads each element of a file.
fn each(xml: &str, mut see: impl FnMut(&BytesStart<'_>) -> Result<(), String>) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|fault| fault.to_string())? {
            Event::Start(element) | Event::Empty(element) => see(&element)?,
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// A copy of a file with only the elements that are kept (with all inside), and `more` at the beginning of its root: `netconvert` wants
/// the plans of signals before the connections that they control.
fn filter(xml: &str, more: &str, mut keep: impl FnMut(&BytesStart<'_>) -> Result<bool, String>) -> Result<String, String> {
    let mut reader = Reader::from_str(xml);
    let mut writer = Writer::new(Cursor::new(vec![]));
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event().map_err(|fault| fault.to_string())?;
        match &event {
            Event::Eof => break,
            Event::Start(element) => {
                if !keep(element)? {
                    let end = element.to_end().into_owned();
                    reader.read_to_end(end.name()).map_err(|fault| fault.to_string())?;
                    continue;
                }
                depth += 1;
                if depth == 1 && !more.is_empty() {
                    for part in [Event::Start(element.clone()), Event::Text(BytesText::from_escaped(more))] {
                        writer.write_event(part).map_err(|fault| fault.to_string())?;
                    }
                    continue;
                }
            }
            Event::Empty(element) => {
                if !keep(element)? {
                    continue;
                }
                if depth == 0 && !more.is_empty() {
                    // The root itself is empty: it is opened for what is added.
                    let end = element.to_end().into_owned();
                    for part in [Event::Start(element.clone()), Event::Text(BytesText::from_escaped(more)), Event::End(end)] {
                        writer.write_event(part).map_err(|fault| fault.to_string())?;
                    }
                    continue;
                }
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        writer.write_event(event).map_err(|fault| fault.to_string())?;
    }
    String::from_utf8(writer.into_inner().into_inner()).map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Change, Plain, Streets, patch};

    fn town() -> Plain {
        Plain {
            nodes: r#"<nodes><node id="a" type="priority"/><node id="b" type="traffic_light" tl="s"/><node id="c" type="traffic_light" tl="s"/></nodes>"#.into(),
            edges: r#"<edges><edge id="x&amp;y" from="a" to="b"/><edge id="bc" from="b" to="c"/><edge id="ca" from="c" to="a"/></edges>"#.into(),
            connections: r#"<connections><connection from="x&amp;y" to="bc" fromLane="0" toLane="0"/><connection from="ca" to="x&amp;y"/></connections>"#.into(),
            signals: r#"<tlLogics><tlLogic id="s"><phase duration="9" state="G"/></tlLogic><tlLogic id="t"><phase duration="9" state="G"/></tlLogic><connection from="x&amp;y" to="bc" tl="s" linkIndex="0"/></tlLogics>"#.into(),
        }
    }

    #[test]
    fn without_a_new_link_only_edges_and_plans_are_added() {
        let change = "changes: [{ kind: close_lane, edge: 'x&y', lane: 1 }, { kind: speed_limit, edge: ca, kmh: 36 }, { kind: signal_plan, signal: t, phases: [{ duration_s: 30, state: r }] }]";
        let patched = patch(&town(), &Change::from_yaml(change).unwrap()).unwrap();
        assert!(patched.rebuilt_signals.is_empty());
        assert_eq!(patched.changed_signals, ["t"]);
        assert_eq!(patched.plain.connections, town().connections);
        assert!(
            patched.plain.edges.contains(r#"<edge id="x&amp;y" from="a" to="b"><lane index="1" disallow="all"/></edge>"#),
            "{}",
            patched.plain.edges
        );
        assert!(patched.plain.edges.contains(r#"<edge id="ca" from="c" to="a" speed="10.000"/>"#), "{}", patched.plain.edges);
        assert!(patched.plain.signals.contains(r#"<tlLogic id="s">"#) && !patched.plain.signals.contains(r#"<tlLogic id="t"><"#));
        assert!(patched.plain.signals.contains(r#"state="r""#));
    }

    #[test]
    fn a_new_link_leaves_the_joined_signal_to_be_built_anew() {
        let change = "changes: [{ kind: new_link, id: n, from: a, to: b, lanes: 2, kmh: 50, shape: [[1, 2.5]] }]";
        let patched = patch(&town(), &Change::from_yaml(change).unwrap()).unwrap();
        assert_eq!(patched.rebuilt_signals, ["s"]);
        assert!(!patched.plain.connections.contains("<connection "), "arriving at a, b and the joined c: {}", patched.plain.connections);
        assert!(
            !patched.plain.signals.contains(r#"tl="s""#)
                && !patched.plain.signals.contains(r#"id="s""#)
                && patched.plain.signals.contains(r#"id="t""#)
        );
        assert!(patched.plain.edges.contains(r#"<edge id="n" from="a" to="b" numLanes="2" speed="13.889" shape="1.00,2.50"/>"#));
    }

    #[test]
    fn a_network_knows_what_a_change_can_name() {
        let known = town().known().unwrap();
        assert_eq!((known.lanes("x&y"), known.lanes("nowhere"), known.links("s"), known.has_junction("c")), (Some(1), None, Some(1), true));
    }

    #[test]
    fn an_empty_file_takes_what_is_added() {
        let plain = Plain { signals: "<tlLogics/>".into(), ..town() };
        let change = "changes: [{ kind: signal_plan, signal: t, phases: [{ duration_s: 30, state: r }] }]";
        let patched = patch(&plain, &Change::from_yaml(change).unwrap()).unwrap();
        assert!(patched.plain.signals.starts_with("<tlLogics>\n<tlLogic id=\"t\"") && patched.plain.signals.ends_with("</tlLogics>"));
    }
}
