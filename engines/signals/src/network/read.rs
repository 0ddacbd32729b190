//! The text as rows, in its order, before anything is looked up.

use super::{
    Direction, EdgeFunction, NetworkError, Program, Request, Stage, TEXT_LIMIT,
    street::Bits,
    xml::{Element, walk},
};

#[derive(Default)]
pub(super) struct Rows {
    pub(super) is_left_hand: bool,
    pub(super) edges: Vec<EdgeRow>,
    pub(super) junctions: Vec<JunctionRow>,
    pub(super) connections: Vec<ConnectionRow>,
    pub(super) programs: Vec<ProgramRow>,
}

pub(super) struct EdgeRow {
    pub(super) line: usize,
    pub(super) id: String,
    pub(super) function: EdgeFunction,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) crosses: Vec<String>,
    pub(super) lanes: Vec<LaneRow>,
}

pub(super) struct LaneRow {
    pub(super) line: usize,
    pub(super) id: String,
    pub(super) length_m: f64,
    pub(super) speed_mps: f64,
    pub(super) width_m: f64,
    pub(super) shape: Vec<(f64, f64)>,
    pub(super) is_for_vehicles: bool,
    pub(super) is_for_cars: bool,
}

pub(super) struct JunctionRow {
    pub(super) line: usize,
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) position: (f64, f64),
    pub(super) shape: Vec<(f64, f64)>,
    pub(super) incoming: Vec<String>,
    pub(super) inside: Vec<String>,
    pub(super) requests: Vec<Request>,
}

pub(super) struct ConnectionRow {
    pub(super) line: usize,
    pub(super) from: (String, u16),
    pub(super) to: (String, u16),
    pub(super) via: Option<String>,
    pub(super) light: Option<(String, u16)>,
    pub(super) direction: Direction,
}

pub(super) struct ProgramRow {
    pub(super) line: usize,
    pub(super) signal: String,
    pub(super) program: Program,
}

pub(super) fn network(text: &str) -> Result<Rows, NetworkError> {
    check_size(text)?;
    let mut rows = Rows::default();
    let mut is_inner_junction = false;
    walk(text, |element| {
        let name = element.name();
        match (element.depth, name) {
            (0, "net") => {
                let attributes = element.attributes("net", ["lefthand"])?;
                rows.is_left_hand = attributes.maybe("lefthand") == Some("true") || attributes.maybe("lefthand") == Some("1");
            }
            (0, other) => return Err(NetworkError::Root { line: element.line, found: other.chars().take(60).collect(), expected: "net" }),
            (1, "edge") => rows.edges.push(edge(element)?),
            (2, "lane") => {
                if let Some(edge) = rows.edges.last_mut() {
                    edge.lanes.push(lane(element)?);
                }
            }
            (1, "junction") => {
                let row = junction(element)?;
                is_inner_junction = row.kind == "internal";
                if !is_inner_junction {
                    rows.junctions.push(row);
                }
            }
            (2, "request") if !is_inner_junction => {
                if let Some(junction) = rows.junctions.last_mut() {
                    junction.requests.push(request(element)?);
                }
            }
            (1, "connection") => rows.connections.push(connection(element)?),
            _ => light(element, &mut rows.programs)?,
        }
        Ok(())
    })?;
    Ok(rows)
}

/// Programs of an additional file: its root is `<additional>`, in older files `<add>`; files of vehicle types, which SUMO takes as
/// additional ones too, begin with `<routes>`.
pub(super) fn programs(text: &str) -> Result<Vec<ProgramRow>, NetworkError> {
    check_size(text)?;
    let mut programs = Vec::new();
    walk(text, |element| match (element.depth, element.name()) {
        (0, "additional" | "add" | "tlLogics" | "routes") => Ok(()),
        (0, other) => Err(NetworkError::Root { line: element.line, found: other.chars().take(60).collect(), expected: "additional" }),
        _ => light(element, &mut programs),
    })?;
    // A tlLogic without stages only sets parameters of a program that is there already.
    programs.retain(|row: &ProgramRow| !row.program.stages.is_empty());
    Ok(programs)
}

const fn check_size(text: &str) -> Result<(), NetworkError> {
    if text.len() > TEXT_LIMIT {
        return Err(NetworkError::TooLarge { bytes: text.len(), limit: TEXT_LIMIT });
    }
    Ok(())
}

fn light(element: &Element<'_>, programs: &mut Vec<ProgramRow>) -> Result<(), NetworkError> {
    match (element.depth, element.name()) {
        (1, "tlLogic") => {
            let attributes = element.attributes("tlLogic", ["id", "type", "programID", "offset"])?;
            let program = Program {
                id: attributes.maybe("programID").unwrap_or_default().to_owned(),
                kind: attributes.maybe("type").unwrap_or("static").to_owned(),
                offset_ms: attributes.time_ms("offset")?.unwrap_or(0),
                stages: Vec::new(),
            };
            programs.push(ProgramRow { line: element.line, signal: attributes.text("id")?.to_owned(), program });
        }
        (2, "phase") => {
            if let Some(row) = programs.last_mut() {
                row.program.stages.push(Stage::read(&element.attributes("phase", Stage::ATTRIBUTES)?)?);
            }
        }
        _ => {}
    }
    Ok(())
}

fn edge(element: &Element<'_>) -> Result<EdgeRow, NetworkError> {
    let attributes = element.attributes("edge", ["id", "function", "from", "to", "crossingEdges"])?;
    let function = match attributes.maybe("function") {
        Some("internal") => EdgeFunction::Internal,
        Some("crossing") => EdgeFunction::Crossing,
        Some("walkingarea") => EdgeFunction::WalkingArea,
        Some("connector") => EdgeFunction::Connector,
        _ => EdgeFunction::Normal,
    };
    Ok(EdgeRow {
        line: element.line,
        id: attributes.text("id")?.to_owned(),
        function,
        from: attributes.maybe("from").map(str::to_owned),
        to: attributes.maybe("to").map(str::to_owned),
        crosses: words(attributes.maybe("crossingEdges")),
        lanes: Vec::new(),
    })
}

fn lane(element: &Element<'_>) -> Result<LaneRow, NetworkError> {
    let attributes = element.attributes("lane", ["id", "length", "speed", "width", "shape", "allow", "disallow"])?;
    let permits = |classes: &[&str]| permits(classes, attributes.maybe("allow"), attributes.maybe("disallow"));
    Ok(LaneRow {
        line: element.line,
        id: attributes.text("id")?.to_owned(),
        length_m: attributes.needed("length", attributes.positive("length")?)?,
        speed_mps: attributes.needed("speed", attributes.positive("speed")?)?,
        width_m: attributes.positive("width")?.unwrap_or(3.2),
        shape: attributes.shape("shape")?,
        is_for_vehicles: permits(&MOTOR),
        is_for_cars: permits(&["passenger"]),
    })
}

/// SUMO's classes of motor vehicles on streets.
const MOTOR: [&str; 17] = [
    "passenger",
    "private",
    "emergency",
    "authority",
    "army",
    "vip",
    "hov",
    "taxi",
    "bus",
    "coach",
    "delivery",
    "truck",
    "trailer",
    "motorcycle",
    "moped",
    "evehicle",
    "custom1",
];

fn permits(classes: &[&str], allow: Option<&str>, disallow: Option<&str>) -> bool {
    let names = |list: &str, class: &str| list.split_whitespace().any(|word| word == class || word == "all");
    match (allow, disallow) {
        (Some(allow), _) if !allow.trim().is_empty() => classes.iter().any(|class| names(allow, class)),
        (_, Some(disallow)) => classes.iter().any(|class| !names(disallow, class)),
        _ => true,
    }
}

fn junction(element: &Element<'_>) -> Result<JunctionRow, NetworkError> {
    let attributes = element.attributes("junction", ["id", "type", "x", "y", "shape", "incLanes", "intLanes"])?;
    Ok(JunctionRow {
        line: element.line,
        id: attributes.text("id")?.to_owned(),
        kind: attributes.maybe("type").unwrap_or_default().to_owned(),
        position: (attributes.number("x")?.unwrap_or(0.0), attributes.number("y")?.unwrap_or(0.0)),
        shape: attributes.shape("shape")?,
        incoming: words(attributes.maybe("incLanes")),
        inside: words(attributes.maybe("intLanes")),
        requests: Vec::new(),
    })
}

fn request(element: &Element<'_>) -> Result<Request, NetworkError> {
    let attributes = element.attributes("request", ["response", "foes", "cont"])?;
    let bits = |name: &'static str| attributes.parsed(name, "a row of 0 and 1", Bits::read);
    Ok(Request {
        response: bits("response")?.unwrap_or_default(),
        foes: bits("foes")?.unwrap_or_default(),
        may_wait_inside: attributes.maybe("cont") == Some("1"),
    })
}

fn connection(element: &Element<'_>) -> Result<ConnectionRow, NetworkError> {
    let attributes = element.attributes("connection", ["from", "to", "fromLane", "toLane", "via", "tl", "linkIndex", "dir"])?;
    let direction = match attributes.maybe("dir") {
        Some("s") => Direction::Straight,
        Some("t") => Direction::Turn,
        Some("l") => Direction::Left,
        Some("r") => Direction::Right,
        Some("L") => Direction::PartlyLeft,
        Some("R") => Direction::PartlyRight,
        _ => Direction::None,
    };
    let light = match attributes.maybe("tl") {
        Some(signal) if !signal.is_empty() => Some((signal.to_owned(), attributes.needed("linkIndex", attributes.index("linkIndex")?)?)),
        _ => None,
    };
    Ok(ConnectionRow {
        line: element.line,
        from: (attributes.text("from")?.to_owned(), attributes.needed("fromLane", attributes.index("fromLane")?)?),
        to: (attributes.text("to")?.to_owned(), attributes.needed("toLane", attributes.index("toLane")?)?),
        via: attributes.maybe("via").filter(|via| !via.is_empty()).map(str::to_owned),
        light,
        direction,
    })
}

fn words(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}
