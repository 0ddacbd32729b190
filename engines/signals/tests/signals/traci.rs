//! The codec against an exchange recorded between Python's client and SUMO 1.28.0 (see `data/record.py`), and against chance.

use proptest::prelude::*;
use sala_signals::traci::{self, Domain, Reply, Request, Subscribed, TraciError, Value, variable};

/// Messages and bodies of one step of the recording.
fn recorded(what: &str) -> (Vec<u8>, Vec<u8>) {
    let mut lines = include_str!("../data/exchange.txt").lines().skip_while(|line| line.strip_prefix("# ") != Some(what)).skip(1);
    let mut bytes = |arrow: &str| hex::decode(lines.next().unwrap().strip_prefix(arrow).unwrap()).unwrap();
    (bytes("> "), bytes("< "))
}

fn all_bodies() -> Vec<Vec<u8>> {
    include_str!("../data/exchange.txt").lines().filter_map(|line| line.strip_prefix("< ")).map(|line| hex::decode(line).unwrap()).collect()
}

/// What is asked must be Python's bytes; what SUMO answered is returned.
fn exchange(what: &str, build: impl FnOnce(&mut Request) -> &mut Request) -> Vec<Reply> {
    let (message, body) = recorded(what);
    let mut request = Request::new();
    build(&mut request);
    assert_eq!(hex::encode(request.to_bytes().unwrap()), hex::encode(message), "{what}");
    let replies = traci::replies(&body).unwrap();
    assert_eq!(replies.len(), request.commands(), "{what}");
    replies
}

fn value(what: &str, build: impl FnOnce(&mut Request) -> &mut Request) -> Value {
    exchange(what, build).remove(0).into_value().unwrap()
}

#[test]
fn the_codes_are_those_of_sumo() {
    let source = include_str!("../../src/traci/variable.rs");
    for line in include_str!("../data/constants.txt").lines() {
        let [ours, _, code] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert!(source.contains(&format!("pub const {ours}: u8 = 0x{code};")), "{line}");
    }
}

#[test]
fn version_and_order_are_asked_and_answered() {
    let [Reply::Version { api, software }] = &exchange("version", Request::version)[..] else { panic!() };
    assert_eq!((*api, software.as_str()), (22, "SUMO 1.28.0"));
    assert_eq!(exchange("order", |request| request.order(1)), [Reply::Done { command: 3 }]);
}

#[test]
fn values_of_every_kind_are_read() {
    let ids = value("ids", |request| request.get(Domain::TrafficLight, variable::ID_LIST, ""));
    assert_eq!(ids.texts().unwrap(), ["m"]);
    let length = value("lane length", |request| request.get(Domain::Lane, variable::LENGTH, "wm_1"));
    assert!((length.double().unwrap() - 190.0).abs() < 10.0);
    let shape = value("lane shape", |request| request.get(Domain::Lane, variable::SHAPE, "wm_1"));
    assert_eq!(shape.shape().unwrap().len(), 2);
    let bounds = value("bounds", |request| request.get(Domain::Simulation, variable::SIMULATION_BOUNDS, ""));
    assert_eq!(bounds.shape().unwrap()[1], (400.0, 400.0));
    let place = traci::replies(&recorded("vehicle position").1).unwrap().remove(0).into_value().unwrap();
    assert_eq!(place.kind(), "a list of texts", "the ids come before the position");
    assert_eq!(length.int(), Err(TraciError::Type { expected: "an integer", got: "a number" }));
}

#[test]
fn the_links_and_programs_of_a_light_are_read() {
    let links = value("links", |request| request.get(Domain::TrafficLight, variable::LIGHT_CONTROLLED_LINKS, "m"));
    let links = traci::controlled_links(&links).unwrap();
    assert_eq!(links.len(), 22);
    assert_eq!(links[0], [["nm_1", "mw_0", ":m_0_0"].map(str::to_owned)]);
    let logics = value("logics", |request| request.get(Domain::TrafficLight, variable::LIGHT_DEFINITION, "m"));
    let logics = traci::logics(&logics).unwrap();
    assert_eq!((logics[0].program.as_str(), logics[0].phases.len()), ("0", 6));
    assert_eq!(logics[0].phases[2].state, "rrrryyyyyrrrryyyyyrrrr");
    assert!(traci::logics(&Value::Int(1)).is_err() && traci::controlled_links(&Value::Compound(vec![Value::Int(3)])).is_err());
}

#[test]
fn a_refusal_is_a_reply_that_says_why() {
    let replies = exchange("unknown id", |request| request.get(Domain::TrafficLight, variable::LIGHT_CURRENT_PHASE, "nowhere"));
    let Err(TraciError::Refused { command: 0xa2, why }) = replies[0].clone().into_value() else { panic!("{replies:?}") };
    assert_eq!(why, "Traffic light 'nowhere' is not known");
}

#[test]
fn lights_are_set_as_python_sets_them() {
    let done = [Reply::Done { command: 0xc2 }];
    assert_eq!(exchange("set state", |request| request.set_state("m", &"r".repeat(22))), done);
    assert_eq!(exchange("set program", |request| request.set_program("m", "0")), done);
    assert_eq!(exchange("set phase", |request| request.set_phase("m", 3)), done);
}

#[test]
fn subscriptions_are_made_and_read() {
    use variable as v;
    let lane = [v::LAST_STEP_VEHICLE_NUMBER, v::LAST_STEP_MEAN_SPEED, v::LAST_STEP_HALTING_NUMBER, v::LAST_STEP_VEHICLE_ID_LIST];
    let replies = exchange("subscribe lane", |request| request.subscribe(Domain::Lane, "wm_1", &lane));
    let Reply::Subscribed(Subscribed::Object { domain: Domain::Lane, object, readings }) = &replies[0] else { panic!("{replies:?}") };
    assert_eq!((object.as_str(), readings.len(), &readings[0].value), ("wm_1", 4, &Ok(Value::Int(0))));
    let seen = [v::LANE_ID, v::LANE_POSITION, v::SPEED, v::WAITING_TIME, v::LENGTH, v::NEXT_SIGNALS];
    exchange("subscribe around", |request| request.subscribe_within(Domain::Junction, "m", Domain::Vehicle, 200.0, &seen));

    let step = exchange("step 30", |request| request.step(30.0)).remove(0).into_step().unwrap();
    assert_eq!(step.len(), 5);
    let around = step.iter().find_map(|result| match result {
        Subscribed::Within { object, of: Domain::Vehicle, found, .. } if object == "m" => Some(found),
        _ => None,
    });
    let around = around.unwrap();
    assert!(around.len() >= 5);
    for (id, readings) in around {
        assert!(id.starts_with("ns.") || id.starts_with("we."), "{id}");
        assert_eq!(readings.iter().map(|reading| reading.variable).collect::<Vec<_>>(), seen);
        assert_eq!(readings[4].value, Ok(Value::Double(4.5)));
    }
    let simulation = step.iter().find_map(|result| match result {
        Subscribed::Object { domain: Domain::Simulation, readings, .. } => Some(readings),
        _ => None,
    });
    assert_eq!(simulation.unwrap()[0].value, Ok(Value::Double(30.0)));
    assert_eq!(exchange("unsubscribe", |request| request.subscribe(Domain::Lane, "wm_1", &[])), [Reply::Done { command: 0xd3 }]);
    let ended = exchange("unsubscribe around", |request| request.subscribe_within(Domain::Junction, "m", Domain::Vehicle, 200.0, &[]));
    assert_eq!(ended, [Reply::Done { command: 0x89 }]);
}

/// As SUMO 1.9 sends it: the length of what is around an object counts a byte too few.
fn miscounted(body: &[u8]) -> Vec<u8> {
    let mut old = body.to_vec();
    let at = body.windows(6).position(|bytes| bytes[0] == 0 && bytes[5] == 0x99).unwrap();
    let length = i32::from_be_bytes(body[at + 1..at + 5].try_into().unwrap());
    old[at + 1..at + 5].copy_from_slice(&(length - 1).to_be_bytes());
    old
}

#[test]
fn what_sumo_1_9_counts_wrongly_is_read_all_the_same() {
    for what in ["subscribe around", "step 30"] {
        let (_, body) = recorded(what);
        assert_eq!(traci::replies(&miscounted(&body)).unwrap(), traci::replies(&body).unwrap(), "{what}");
    }
}

#[test]
fn several_commands_go_in_one_message_and_a_refusal_does_not_hide_the_rest() {
    let replies = exchange("batch", |request| {
        request.get(Domain::TrafficLight, variable::LIGHT_STATE, "m").get(Domain::TrafficLight, variable::LIGHT_STATE, "nowhere");
        request.set_state("m", &format!("GGG{}", "r".repeat(19))).step(0.0)
    });
    assert!(matches!(&replies[0], Reply::Value { variable: 0x20, object, .. } if object == "m"));
    assert!(matches!(&replies[1], Reply::Refused { command: 0xa2, .. }));
    assert_eq!(replies[2], Reply::Done { command: 0xc2 });
    assert!(matches!(&replies[3], Reply::Step(results) if results.len() == 3), "{:?}", replies[3]);
    assert_eq!(exchange("close", Request::close), [Reply::Done { command: 0x7f }]);
}

#[test]
fn a_false_length_is_told() {
    assert_eq!(traci::body_length([0, 0, 0, 4]), Ok(0));
    assert_eq!(traci::body_length([0, 0, 0, 3]), Err(TraciError::Frame { length: 3 }));
    assert!(traci::body_length(*b"HTTP").unwrap_err().to_string().contains("another program"));
}

#[test]
fn more_than_255_variables_are_refused_before_they_are_sent() {
    let mut request = Request::new();
    request.subscribe(Domain::Lane, "a", &[0x10; 256]);
    assert!(matches!(request.to_bytes(), Err(TraciError::TooLarge { size: 256, limit: 255, .. })));
    request.clear();
    assert!(request.is_empty() && request.to_bytes().unwrap() == [0, 0, 0, 4]);
}

#[test]
fn a_long_id_takes_the_long_form_of_a_command() {
    let id = "x".repeat(300);
    let mut request = Request::new();
    request.get(Domain::Lane, 0x10, &id);
    let message = request.to_bytes().unwrap();
    assert_eq!(&message[4..9], [0, 0, 0, 1, 55], "zero, then 311: five of length, code, variable, four of the id's length, 300");
}

#[test]
fn no_count_reserves_more_than_was_sent() {
    // A step that promises 2^31 − 1 results, and a compound in a compound for ever.
    assert!(matches!(traci::replies(&[7, 2, 0, 0, 0, 0, 0, 127, 255, 255, 255]), Err(TraciError::Truncated { .. })));
    let deep = [&[0xb2, 0x2b, 0, 0, 0, 0][..], &[0x0f, 0, 0, 0, 1].repeat(20)].concat();
    let length = u8::try_from(deep.len() + 1).unwrap();
    let body = [&[7, 0xa2, 0, 0, 0, 0, 0, length][..], &deep].concat();
    assert!(
        matches!(traci::replies(&body), Err(TraciError::Malformed { reason: "compounds are nested too deep", .. })),
        "{:?}",
        traci::replies(&body)
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = traci::replies(&bytes);
    }

    #[test]
    fn a_damaged_answer_is_read_or_refused(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let bodies = all_bodies();
        let mut body = bodies[which.index(bodies.len())].clone();
        let at = at.index(body.len());
        body[at] = byte;
        let _ = traci::replies(&body);
        body.truncate(cut.index(body.len()));
        let _ = traci::replies(&body);
    }
}
