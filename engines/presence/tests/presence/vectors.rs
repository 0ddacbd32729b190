//! The vectors that every implementation reads: `SALA_UPDATE=1 cargo test -p sala-presence vectors` writes them anew.
//!
//! | file | what |
//! | --- | --- |
//! | `client.json`, `server.json` | frames: `hex` with its `value`, or with the `error` (name of a `WireError`) that it is |
//! | `quantities.json` | for each quantity pairs of a number and its byte or bytes as a number |
//! | `move.json` | ground, start (m) and inputs (so many ticks of each); `after` each tick x cm, z cm, y 5 cm, bumped 0 or 1 |
//! | `way.json` | ground, from and to (m); `way`, the places to walk straight to (mm), or `error` |

use std::{env, fs, path::Path};

use sala_presence::{
    ClientFrame, Floor, Ground, Hands, Input, Place, ServerFrame, Wall, WayError,
    way::Planner,
    wire::{
        ClientState, CrowdRecord, Flags, Gesture, HandsRecord, Limb, PoseRecord, ServerState, StateFrame, angle_from_degrees,
        centimetres_from_metres, hand_from_metres, head_from_metres, height_from_metres, wish_from_fraction, yaw_from_degrees,
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Compares the cases with the file, one case a line.
fn compare(name: &str, cases: &[Value]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name);
    let lines: Vec<String> = cases.iter().map(|case| format!("  {case}")).collect();
    let current = format!("[\n{}\n]\n", lines.join(",\n"));
    if env::var_os("SALA_UPDATE").is_some() {
        fs::write(&path, &current).unwrap();
    }
    let kept: Vec<Value> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(kept, cases, "{} is not current", path.display());
}

fn limb(limb: Limb) -> Value {
    json!([limb.x, limb.y, limb.z, limb.yaw, limb.pitch, limb.roll])
}

fn hands(hands: Hands) -> Value {
    json!({ "head": limb(hands.head), "left": limb(hands.left), "right": limb(hands.right) })
}

fn gesture(gesture: Gesture) -> &'static str {
    match gesture {
        Gesture::None => "none",
        Gesture::Wave => "wave",
        Gesture::Sit => "sit",
        Gesture::RaiseHand => "raise_hand",
        Gesture::Bow => "bow",
        Gesture::Applaud => "applaud",
    }
}

fn client_value(frame: ClientFrame) -> Value {
    let Input { seq, wish_x, wish_z, yaw, state } = frame.input;
    let mut value = json!({
        "kind": if frame.hands.is_some() { "move_hands" } else { "move" }, "seq": seq, "wish": [wish_x, wish_z], "yaw": yaw, "state": state.to_byte(),
        "gesture": gesture(state.gesture), "jogging": state.is_jogging, "speaking": state.is_speaking, "xr": state.is_in_xr,
    });
    if let Some(found) = frame.hands {
        value["hands"] = hands(found);
    }
    value
}

const SOME_HANDS: Hands = Hands {
    head: Limb { x: 1, y: -2, z: 3, yaw: 64, pitch: -10, roll: 0 },
    left: Limb { x: -20, y: -40, z: 12, yaw: -128, pitch: 127, roll: -1 },
    right: Limb { x: 20, y: -40, z: 127, yaw: 5, pitch: 6, roll: 7 },
};

fn client_frames() -> Vec<(&'static str, ClientFrame)> {
    let plain = |seq, wish_x, wish_z, yaw, state| ClientFrame { input: Input { seq, wish_x, wish_z, yaw, state }, hands: None };
    let state = ClientState::default();
    let full = ClientState { gesture: Gesture::Applaud, is_jogging: true, is_speaking: true, is_in_xr: true };
    vec![
        ("nothing is wished", plain(0, 0, 0, 0, state)),
        ("north at full speed", plain(1, 0, -127, 0, state)),
        ("south-east, jogging, bowing", plain(258, 127, 127, 96, ClientState { gesture: Gesture::Bow, is_jogging: true, ..state })),
        (
            "the last number before it wraps",
            plain(65_535, -127, 64, 255, ClientState { gesture: Gesture::Sit, is_speaking: true, ..state }),
        ),
        ("every bit of the state", plain(513, 1, -1, 128, full)),
        ("raises a hand", plain(7, 0, 0, 192, ClientState { gesture: Gesture::RaiseHand, ..state })),
        ("waves", plain(8, 0, 0, 64, ClientState { gesture: Gesture::Wave, ..state })),
        ("hands at rest", ClientFrame { hands: Some(Hands::default()), ..plain(9, 0, 0, 0, ClientState { is_in_xr: true, ..state }) }),
        ("head and hands", ClientFrame { hands: Some(SOME_HANDS), ..plain(10, 12, -34, 56, ClientState { is_in_xr: true, ..state }) }),
    ]
}

#[test]
fn frames_of_clients_are_as_in_the_vectors() {
    let mut cases = Vec::new();
    for (name, frame) in client_frames() {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        assert_eq!(ClientFrame::decode(&bytes).unwrap(), frame, "{name}");
        cases.push(json!({ "name": name, "hex": hex::encode(&bytes), "value": client_value(frame) }));
    }
    let malformed = [
        ("empty", "", "empty"),
        ("version 0", "0101000000000000", "version"),
        ("version 2", "2101000000000000", "version"),
        ("a kind that only servers send", "13", "kind"),
        ("kind 0", "1001000000000000", "kind"),
        ("a move cut short", "11010000000000", "length"),
        ("a move with a byte too many", "110100000000000000", "length"),
        ("hands cut short", "120100000000000001020304050607080910111213141516", "length"),
        ("a move of the length of hands", "1101000000000000010203040506070809101112131415161718", "length"),
        ("reserved byte", "1101000000000001", "reserved"),
        ("bit 6 of the state", "1101000000004000", "reserved"),
        ("bit 7 of the state", "1101000000008000", "reserved"),
        ("gesture 6", "1101000000000600", "gesture"),
        ("gesture 7", "1101000000000700", "gesture"),
        ("wish x of -128", "1101008000000000", "wish"),
        ("wish z of -128", "1101000080000000", "wish"),
    ];
    for (name, text, error) in malformed {
        assert_eq!(ClientFrame::decode(&hex::decode(text).unwrap()).unwrap_err().name(), error, "{name}");
        cases.push(json!({ "name": name, "hex": text, "error": error }));
    }
    compare("client.json", &cases);
}

fn server_value(frame: &ServerFrame) -> Value {
    match frame {
        ServerFrame::State(StateFrame { tick, ack, x, z, y, flags, records, gone }) => {
            let record = |record: &PoseRecord| {
                let ServerState { gesture: shown, is_jogging, is_speaking, is_in_xr, is_walking } = record.state;
                json!({
                    "slot": record.slot, "x": record.x, "z": record.z, "y": record.y, "yaw": record.yaw, "state": record.state.to_byte(),
                    "gesture": gesture(shown), "jogging": is_jogging, "speaking": is_speaking, "xr": is_in_xr, "walking": is_walking,
                })
            };
            json!({
                "kind": "state", "tick": tick, "ack": ack, "x": x, "z": z, "y": y,
                "flags": { "bumped": flags.has_bumped, "stopped": flags.has_stopped, "on_way": flags.is_on_way },
                "records": records.iter().map(record).collect::<Vec<_>>(), "gone": gone,
            })
        }
        ServerFrame::Hands(records) => {
            let record = |record: &HandsRecord| json!({ "slot": record.slot, "hands": hands(record.hands) });
            json!({ "kind": "hands", "records": records.iter().map(record).collect::<Vec<_>>() })
        }
        ServerFrame::Crowd(records) => {
            let record = |record: &CrowdRecord| json!({ "cell": [record.cell_x, record.cell_z], "count": record.count, "middle": [record.middle_x, record.middle_z] });
            json!({ "kind": "crowd", "records": records.iter().map(record).collect::<Vec<_>>() })
        }
    }
}

#[test]
fn frames_of_servers_are_as_in_the_vectors() {
    let state = ServerState::default();
    let pose = |slot, x, z, y, yaw, state| PoseRecord { slot, x, z, y, yaw, state };
    let alone = StateFrame { tick: 1, ack: 0, x: 4_800, z: 9_000, y: 0, flags: Flags::default(), ..StateFrame::default() };
    let seen = StateFrame {
        tick: 0x0102_0304,
        ack: 65_535,
        x: 65_535,
        z: 1,
        y: 12,
        flags: Flags { has_bumped: true, has_stopped: false, is_on_way: true },
        records: vec![
            pose(0, 0, 0, 0, 0, state),
            pose(999, 4_801, 258, 12, 64, ServerState { gesture: Gesture::Bow, is_speaking: true, ..state }),
            pose(
                65_534,
                65_500,
                30,
                255,
                255,
                ServerState { gesture: Gesture::None, is_jogging: true, is_in_xr: true, is_walking: true, ..state },
            ),
        ],
        gone: Vec::new(),
    };
    let left = StateFrame { records: vec![pose(5, 4_750, 8_800, 2, 16, state)], gone: vec![3, 65_534], ..alone.clone() };
    let stopped = StateFrame { flags: Flags { has_stopped: true, ..Flags::default() }, tick: u32::MAX, ..alone.clone() };
    let frames = [
        ("alone", ServerFrame::State(alone)),
        ("three in view, bumped, on a way", ServerFrame::State(seen)),
        ("one in view, two no longer", ServerFrame::State(left)),
        ("stopped at a bubble in the last tick", ServerFrame::State(stopped)),
        (
            "hands of two",
            ServerFrame::Hands(vec![HandsRecord { slot: 3, hands: SOME_HANDS }, HandsRecord { slot: 512, hands: Hands::default() }]),
        ),
        ("no hands", ServerFrame::Hands(Vec::new())),
        (
            "a crowd in two cells",
            ServerFrame::Crowd(vec![
                CrowdRecord { cell_x: 3, cell_z: 4, count: 744, middle_x: 128, middle_z: 127 },
                CrowdRecord { cell_x: 40, cell_z: 0, count: 1, middle_x: 0, middle_z: 255 },
            ]),
        ),
        ("all are shown again", ServerFrame::Crowd(Vec::new())),
    ];
    let mut cases = Vec::new();
    for (name, frame) in frames {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        assert_eq!(ServerFrame::decode(&bytes).unwrap(), frame, "{name}");
        cases.push(json!({ "name": name, "hex": hex::encode(&bytes), "value": server_value(&frame) }));
    }
    let malformed = [
        ("empty", "", "empty"),
        ("version 15", "f1", "version"),
        ("kind 4", "14", "kind"),
        ("a head cut short", "110100000000000000000000", "length"),
        ("a broken record", "1101000000000000000000000001", "length"),
        ("a broken hand", "12010203", "length"),
        ("a broken cell", "130102030405060708", "length"),
        ("bit 3 of the flags", "11010000000000000000000008", "reserved"),
        ("bit 7 of a state", "11010000000000000000000000010002000300040580", "reserved"),
        ("gesture 6 of a state", "11010000000000000000000000010002000300040506", "gesture"),
        ("one no longer in view who has a height", "110100000000000000000000000100ffff0000010000", "reserved"),
        ("a place after one no longer in view", "110100000000000000000000000100ffff0000000000020001000100000000", "reserved"),
    ];
    for (name, text, error) in malformed {
        assert_eq!(ServerFrame::decode(&hex::decode(text).unwrap()).unwrap_err().name(), error, "{name}");
        cases.push(json!({ "name": name, "hex": text, "error": error }));
    }
    compare("server.json", &cases);
}

#[test]
fn quantities_are_as_in_the_vectors() {
    fn case<T: Into<i64>>(name: &str, quantise: impl Fn(f64) -> T, values: &[f64]) -> Value {
        let pairs: Vec<Value> = values.iter().map(|value| json!([value, quantise(*value).into()])).collect();
        json!({ "name": name, "pairs": pairs })
    }
    compare(
        "quantities.json",
        &[
            case("centimetres_from_metres", centimetres_from_metres, &[0.0, 0.004, 0.005, 0.3, 1.234, 47.996, 655.35, 700.0, -1.0]),
            case("height_from_metres", height_from_metres, &[0.0, 0.02, 0.03, 0.6, 1.0, 12.75, 20.0, -0.5]),
            case("yaw_from_degrees", yaw_from_degrees, &[0.0, 0.7, 0.71, 90.0, 180.0, 270.0, 359.0, 359.5, 360.0, -90.0, 765.0]),
            case("wish_from_fraction", wish_from_fraction, &[0.0, 0.5, -0.5, 1.0, -1.0, 2.0, -2.0, 0.003, 0.004]),
            case("head_from_metres", head_from_metres, &[0.0, 0.014, -0.014, 1.27, -1.27, -1.28, 3.0, -0.005]),
            case("hand_from_metres", hand_from_metres, &[0.0, 0.6, -0.6, 1.905, -1.905, -3.0, 0.008]),
            case("angle_from_degrees", angle_from_degrees, &[0.0, 45.0, -45.0, 90.0, 179.0, 180.0, -180.0, 181.0, 359.9]),
        ],
    );
}

/// The fields of a space's document that make its ground.
#[derive(Deserialize)]
struct Document {
    size: [f64; 2],
    #[serde(default)]
    walls: Vec<Wall>,
    #[serde(default)]
    floors: Vec<Floor>,
}

fn ground(document: &Value) -> Ground {
    let document: Document = serde_json::from_value(document.clone()).unwrap();
    Ground::new(document.size, &document.walls, &document.floors).unwrap()
}

fn court() -> Value {
    json!({
        "size": [24.0, 20.0],
        "walls": [
            { "box": [8.0, 6.0, 12.0, 6.4] }, { "box": [11.6, 6.0, 12.0, 12.0] }, { "box": [4.0, 10.0, 4.0, 14.0] },
            { "round": [16.0, 8.0, 0.6] }, { "round": [17.5, 8.0, 0.4] }, { "round": [8.0, 6.2, 0.5] },
        ],
        "floors": [
            { "box": [14.0, 12.0, 22.0, 18.0], "y": 0.6 },
            { "box": [16.0, 11.0, 18.0, 12.0], "y": 0.0, "to": 0.6, "along": "z" },
            { "box": [13.6, 13.0, 14.0, 17.0], "y": 0.3 },
            { "box": [22.0, 14.0, 23.5, 16.0], "y": 0.6, "to": 0.0, "along": "x" },
            { "box": [18.0, 14.0, 19.0, 15.0], "y": 1.2 },
        ],
    })
}

fn moved(name: &str, document: &Value, start: [f64; 2], inputs: &[([i8; 2], bool, u32)]) -> Value {
    let ground = ground(document);
    let mut place = Place::new(start[0], start[1]);
    assert!(ground.is_free(place), "{name}");
    let mut after = Vec::new();
    for (wish, is_jogging, ticks) in inputs {
        let input = Input {
            wish_x: wish[0],
            wish_z: wish[1],
            state: ClientState { is_jogging: *is_jogging, ..ClientState::default() },
            ..Input::default()
        };
        for _ in 0..*ticks {
            let (x, z) = input.step();
            let step = ground.step(place, x, z);
            place = step.to;
            assert!(ground.is_free(place), "{name}");
            let y = height_from_metres(ground.height(place));
            after.push(json!([centimetres_from_metres(place.x), centimetres_from_metres(place.z), y, u8::from(step.has_bumped)]));
        }
    }
    let inputs: Vec<Value> = inputs.iter().map(|(wish, jog, ticks)| json!({ "wish": wish, "jog": jog, "ticks": ticks })).collect();
    json!({ "name": name, "ground": document, "start": start, "inputs": inputs, "after": after })
}

#[test]
fn movements_are_as_in_the_vectors() {
    let court = court();
    let bare = json!({ "size": [10.0, 10.0] });
    compare(
        "move.json",
        &[
            moved(
                "over bare ground at walking and jogging speed",
                &bare,
                [5.0, 5.0],
                &[([127, 0], false, 10), ([0, -127], true, 10), ([-64, 32], false, 5)],
            ),
            moved(
                "a diagonal wish is not faster",
                &bare,
                [5.0, 5.0],
                &[([127, 127], false, 10), ([-127, 127], true, 5), ([0, 0], false, 2)],
            ),
            moved("into the corner of the space and along its side", &bare, [1.0, 1.0], &[([-127, -127], true, 8), ([-127, 127], true, 8)]),
            moved("along a box", &court, [9.0, 7.0], &[([40, -127], true, 20)]),
            moved("into the corner of two boxes", &court, [10.5, 7.5], &[([127, -127], true, 20), ([-127, -20], true, 6)]),
            moved("around the corner of a box", &court, [12.5, 5.0], &[([-30, 127], true, 12), ([-127, 60], false, 12)]),
            moved("around a round column", &court, [15.0, 8.1], &[([127, 0], false, 40)]),
            moved("into the gap of two columns", &court, [16.8, 10.0], &[([0, -127], true, 30), ([20, -127], false, 10)]),
            moved("straight at a column", &court, [16.0, 10.0], &[([0, -127], true, 12)]),
            moved(
                "against a wall without thickness from both sides",
                &court,
                [3.0, 12.0],
                &[([127, 0], true, 10), ([127, 127], true, 20), ([127, -127], true, 20)],
            ),
            moved("up a ramp and over the floor", &court, [17.0, 10.5], &[([0, 127], false, 40)]),
            moved("a floor of 0.6 m is a wall", &court, [15.0, 11.0], &[([0, 127], false, 15), ([60, 127], false, 20)]),
            moved("nobody falls from it either", &court, [15.0, 13.0], &[([0, -127], true, 10), ([-127, -127], true, 20)]),
            moved("up two steps of 0.3 m and down again", &court, [13.0, 15.0], &[([127, 0], false, 20), ([-127, 0], true, 10)]),
            moved("down a ramp along x", &court, [21.0, 15.0], &[([127, 0], true, 20)]),
            moved("from the side of a ramp", &court, [19.0, 11.7], &[([-127, 0], false, 20), ([-127, -40], false, 20)]),
        ],
    );
}

#[test]
fn ways_are_as_in_the_vectors() {
    let document = court();
    let ground = ground(&document);
    let closed = json!({ "size": [10.0, 10.0], "walls": [{ "box": [5.0, 0.0, 5.2, 10.0] }] });
    let found = |name: &str, document: &Value, ground: &Ground, from: [f64; 2], to: [f64; 2]| {
        let way = Planner::default().way(ground, Place::new(from[0], from[1]), Place::new(to[0], to[1]));
        let mut case = json!({ "name": name, "ground": document, "from": from, "to": to });
        match way {
            Ok(way) => {
                case["way"] = way.iter().map(|place| json!([(place.x * 1e3).round() as i64, (place.z * 1e3).round() as i64])).collect();
            }
            Err(WayError::NoWay) => case["error"] = json!("no_way"),
            Err(WayError::NoPlace) => case["error"] = json!("no_place"),
            Err(other) => panic!("{name}: {other}"),
        }
        case
    };
    let cases = [
        found("in sight", &document, &ground, [1.0, 1.0], [6.0, 2.0]),
        found("around the angle of two walls", &document, &ground, [10.0, 8.0], [14.0, 5.0]),
        found("onto the floor by ramp or steps", &document, &ground, [20.0, 10.0], [20.0, 13.0]),
        found("to a place in a wall", &document, &ground, [10.0, 2.0], [10.0, 6.2]),
        found("over a wall that has no end", &closed, &self::ground(&closed), [2.0, 2.0], [8.0, 2.0]),
        found("outside", &document, &ground, [2.0, 2.0], [25.0, 2.0]),
    ];
    compare("way.json", &cases);
}
