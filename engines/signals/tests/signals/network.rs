//! Networks against the counts of sumolib (see `data/survey.py`), and against damage.

use proptest::prelude::*;
use sala_signals::{
    LinkIndex, Network, NetworkError, SignalId,
    network::{Clash, EdgeFunction, Id, Lamp, LinkKind},
};

use crate::shared::{OWN, RANGE_M, networks, traffic};

#[test]
fn every_network_has_what_sumolib_counts() {
    let survey: Vec<Vec<&str>> = include_str!("../data/networks.txt").lines().map(|line| line.split(' ').collect()).collect();
    for (name, network) in networks() {
        let at = survey.iter().position(|row| row[0] == "net" && row[1] == name).unwrap();
        let connections = network.connections.iter().filter(|(_, connection)| !connection.is_inner).count();
        let counts = [network.edges.len(), network.lanes.len(), connections].map(|count| count.to_string());
        assert_eq!(counts.each_ref().map(String::as_str)[..], survey[at][2..], "{name}");
        let signals: Vec<_> = survey[at + 1..].iter().take_while(|row| row[0] == "signal").collect();
        assert_eq!(signals.len(), network.signals.len(), "{name}");
        for row in signals {
            let signal = network.signals.of(network.signal(row[1]).unwrap());
            let connections: usize = signal.links.iter().map(|(_, link)| link.connections.len()).sum();
            // sumolib does not say where pedestrians' ways lie, so its foes are those of vehicles alone.
            let vehicles: Vec<LinkIndex> =
                signal.links.iter().filter(|(_, link)| link.kind == LinkKind::Vehicles).map(|(id, _)| id).collect();
            let pairs = vehicles.iter().flat_map(|a| vehicles.iter().filter(move |b| a < *b).map(move |b| (*a, *b)));
            let foes = pairs.filter(|(a, b)| signal.conflicts.are_foes(*a, *b)).count();
            let counts = [signal.links.len(), connections, foes].map(|count| count.to_string());
            let mut expected: Vec<String> = row[2..].iter().map(|count| (*count).to_owned()).collect();
            // A program may have a letter more than the signal has links.
            let letters = signal.program().unwrap().stages[0].state.len();
            expected[0] = letters.max(expected[0].parse().unwrap()).to_string();
            assert_eq!(counts[..], expected[..], "{name} {}", row[1]);
        }
    }
}

#[test]
fn traffic_keeps_to_the_side_that_the_file_says() {
    for (name, network) in networks() {
        assert_eq!(network.is_left_hand, matches!(name, "pair" | "bangkok_onnut"), "{name}");
    }
}

#[test]
fn a_program_never_breaks_the_conflict_matrix_of_its_own_network() {
    for (name, network) in networks() {
        for (_, signal) in network.signals.iter() {
            for stage in signal.programs.iter().flat_map(|program| &program.stages) {
                assert_eq!(signal.conflicts.broken_by(stage.state.as_bytes()), None, "{name} {} {}", signal.id, stage.state);
            }
        }
    }
}

#[test]
fn crossings_and_the_vehicles_over_them_are_foes() {
    let network = Network::read(OWN[0].1, RANGE_M).unwrap();
    let signal = network.signals.of(network.signal("m").unwrap());
    let crossings: Vec<LinkIndex> = signal.links.iter().filter(|(_, link)| link.kind == LinkKind::Crossing).map(|(id, _)| id).collect();
    assert_eq!(crossings.len(), 4);
    for crossing in crossings {
        assert!(signal.links.of(crossing).length_m > 5.0 && signal.links.of(crossing).approaches.is_empty());
        let foes = signal.links.ids().filter(|link| signal.conflicts.are_foes(*link, crossing)).count();
        assert!(foes >= 6, "vehicles in and out of one arm");
    }
    // Straight on from north and from east is hard; right from north yields to pedestrians as the program says.
    let hard = signal.conflicts.between(LinkIndex(1), LinkIndex(5));
    assert!(!hard.allows(Lamp::Yield, Lamp::Go) && !hard.allows(Lamp::Go, Lamp::Go) && hard.allows(Lamp::Yellow, Lamp::Go));
    let clashes: Vec<Clash> = signal.links.ids().map(|link| signal.conflicts.between(LinkIndex(0), link)).collect();
    let foes: Vec<Clash> = clashes.into_iter().filter(|clash| *clash != Clash::None).collect();
    assert!(foes.iter().any(|clash| clash.allows(Lamp::Yield, Lamp::Go)) && !foes.iter().any(|clash| clash.allows(Lamp::Go, Lamp::Go)));
}

#[test]
fn one_signal_may_stand_over_two_junctions() {
    let network = Network::read(OWN[1].1, RANGE_M).unwrap();
    let signal = network.signals.of(network.signal("ab").unwrap());
    let mut names: Vec<&str> = signal.junctions.iter().map(|junction| network.junctions.of(*junction).id.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "b"]);
    // Links of different junctions never meet.
    let of = |link: LinkIndex| network.connections.of(signal.links.of(link).connections[0]).junction.unwrap().0;
    for a in signal.links.ids() {
        for b in signal.links.ids() {
            assert!(of(a) == of(b) || !signal.conflicts.are_foes(a, b));
        }
    }
}

#[test]
fn approaches_reach_over_short_lanes_and_stop_at_the_next_signal() {
    let network = Network::read(OWN[1].1, RANGE_M).unwrap();
    let signal = network.signals.of(network.signal("c").unwrap());
    let from_west: Vec<_> = signal.approaches.iter().filter(|approach| network.edges.of(approach.edge).id == "midc").collect();
    assert_eq!(from_west.len(), 3, "three lanes of 50 m");
    for approach in from_west {
        let before = approach.leads.iter().find(|lead| network.edges.of(network.lanes.of(lead.lane).edge).id == "bmid").unwrap();
        assert!(before.offset_m >= network.lanes.of(approach.lane).length_m, "bmid lies before midc");
        let far = approach.leads.iter().find(|lead| network.edges.of(network.lanes.of(lead.lane).edge).id == "ab");
        assert!(far.is_none(), "before another signal");
        for lead in &approach.leads {
            let is_inside = network.edges.of(network.lanes.of(lead.lane).edge).function == EdgeFunction::Internal;
            assert!(lead.offset_m < RANGE_M && (lead.forks.is_empty() || !is_inside || lead.offset_m > 0.0));
        }
    }
    let c = network.signal("c").unwrap();
    let ab = network.signals.of(network.signal("ab").unwrap());
    assert!(ab.exits.iter().any(|exit| exit.next == Some(c)), "the exit to the east leads to c");
    let feed = signal.feeds.iter().find(|feed| network.edges.of(feed.edge).id == "midc").unwrap();
    assert_eq!(feed.from.0, network.signal("ab").unwrap());
    assert!((feed.distance_m - 300.0).abs() < 40.0 && (feed.free_flow_s - feed.distance_m / 13.89).abs() < 3.0, "{feed:?}");
}

#[test]
fn every_link_of_every_network_has_a_lane_before_and_behind() {
    for (name, network) in networks() {
        for (_, signal) in network.signals.iter() {
            for (index, link) in signal.links.iter().filter(|(_, link)| link.kind == LinkKind::Vehicles) {
                assert!(!link.approaches.is_empty() && !link.exits.is_empty(), "{name} {} {index:?}", signal.id);
                for approach in &link.approaches {
                    let approach = &signal.approaches[usize::from(*approach)];
                    assert!(approach.links.contains(&index) && approach.leads[0].lane == approach.lane);
                    assert!(approach.leads.windows(2).all(|pair| pair[0].offset_m <= pair[1].offset_m), "nearest first");
                }
            }
        }
    }
}

#[test]
fn additional_programs_run_instead_of_the_networks_own() {
    let mut network = Network::read(OWN[1].1, RANGE_M).unwrap();
    let late = include_str!("../data/late.add.xml");
    assert_eq!(network.add_programs(late), Ok(1));
    let signal = network.signals.of(network.signal("c").unwrap());
    assert_eq!((signal.program().unwrap().id.as_str(), signal.program().unwrap().offset_ms), ("late", 13_000));
    assert!(matches!(network.add_programs(late), Err(NetworkError::Twice { what: "program", .. })));
    let (Some(net), Some(add)) = (traffic("bologna_acosta/acosta_buslanes.net.xml"), traffic("bologna_acosta/acosta_tls.add.xml")) else {
        return;
    };
    let mut bologna = Network::read(&net, RANGE_M).unwrap();
    assert_eq!(bologna.add_programs(&add), Ok(7));
    assert!(bologna.signals.iter().all(|(_, signal)| signal.program().unwrap().id == "utopia"));
    let signal = bologna.signals.of(bologna.signal("209").unwrap());
    assert_eq!((signal.programs.len(), signal.program().unwrap().cycle_ms()), (2, 117_000));
}

#[test]
fn a_program_for_another_network_is_refused_with_the_numbers() {
    let mut network = Network::read(OWN[1].1, RANGE_M).unwrap();
    let add = |state: &str, signal: &str| {
        format!("<additional>\n<tlLogic id=\"{signal}\" programID=\"x\"><phase duration=\"3\" state=\"{state}\"/></tlLogic>\n</additional>")
    };
    let error = network.add_programs(&add("GGr", "c")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Line 2: program \"x\" of signal \"c\" has a state of 3 letters; the signal has 18 links. The program was made for another network."
    );
    assert!(matches!(network.add_programs(&add("GGr", "nowhere")), Err(NetworkError::Unknown { line: 2, what: "signal", .. })));
    assert!(matches!(network.add_programs(&add("GGx", "c")), Err(NetworkError::Value { .. })));
}

#[test]
fn an_error_tells_its_line() {
    let text = |row: &str| format!("<net>\n\n<edge id=\"a\"><lane id=\"a_0\" index=\"0\" length=\"5\" speed=\"3\"/></edge>\n{row}\n</net>");
    let line_of = |row: &str| Network::read(&text(row), RANGE_M).unwrap_err().to_string();
    assert_eq!(line_of("<edge id=\"a\"/>"), "Line 4: there is a second edge with the id \"a\".");
    assert_eq!(line_of("<edge/>"), "Line 4: <edge> has no attribute \"id\".");
    assert_eq!(
        line_of("<edge id=\"b\"><lane id=\"b_0\" length=\"long\" speed=\"1\"/></edge>"),
        "Line 4: length=\"long\" of <lane> is not a number from 0."
    );
    assert!(line_of("<connection from=\"a\" to=\"c\" fromLane=\"0\" toLane=\"0\"/>").starts_with("Line 4: there is no lane \"c_0\"."));
    assert!(line_of("<connection from=\"a\" to=\"a\" fromLane=\"0\" toLane=\"0\" tl=\"x\"/>").contains("linkIndex"));
    assert!(line_of("<edge id=\"b\"></lane>").starts_with("Line 4: this is not well-formed XML"));
    assert!(matches!(Network::read("<additional/>", RANGE_M), Err(NetworkError::Root { line: 1, .. })));
    assert_eq!(Network::read("", RANGE_M).unwrap().lanes.len(), 0);
}

#[test]
fn what_grows_faster_than_the_text_is_bounded() {
    let row = |signal: u8| format!("<connection from=\"a\" to=\"a\" fromLane=\"0\" toLane=\"0\" tl=\"s{signal}\" linkIndex=\"65000\"/>");
    let rows: String = (0..40).map(row).collect();
    let text = format!("<net><edge id=\"a\"><lane id=\"a_0\" length=\"5\" speed=\"3\"/></edge>{rows}</net>");
    assert!(matches!(Network::read(&text, RANGE_M), Err(NetworkError::TooMany { .. })));
    let deep = "<net>".to_owned() + &"<a>".repeat(100);
    assert!(Network::read(&deep, RANGE_M).unwrap_err().to_string().contains("nested"));
}

#[test]
fn an_id_of_another_network_gives_nothing() {
    let network = Network::read(OWN[0].1, RANGE_M).unwrap();
    assert!(network.signals.get(SignalId(7)).is_none() && network.signals.of(SignalId(7)).links.is_empty());
    assert_eq!(SignalId::at(usize::MAX), SignalId(u32::MAX));
}

#[test]
fn a_network_without_insides_of_junctions_has_the_same_foes() {
    // As netconvert --no-internal-links writes it: no lanes inside, the order of the connections tells the links.
    let text = "<net>
        <edge id=\"n\" to=\"j\"><lane id=\"n_0\" length=\"50\" speed=\"14\"/></edge><edge id=\"w\" to=\"j\"><lane id=\"w_0\" length=\"50\" speed=\"14\"/></edge>
        <edge id=\"s\" from=\"j\"><lane id=\"s_0\" length=\"50\" speed=\"14\"/></edge><edge id=\"e\" from=\"j\"><lane id=\"e_0\" length=\"50\" speed=\"14\"/></edge>
        <tlLogic id=\"j\" type=\"static\" programID=\"0\" offset=\"0\"><phase duration=\"20\" state=\"Gr\"/><phase duration=\"20\" state=\"rG\"/></tlLogic>
        <junction id=\"j\" type=\"traffic_light\" x=\"0\" y=\"0\" incLanes=\"n_0 w_0\" intLanes=\"\">
          <request index=\"0\" response=\"00\" foes=\"10\" cont=\"0\"/><request index=\"1\" response=\"01\" foes=\"01\" cont=\"0\"/></junction>
        <connection from=\"n\" to=\"s\" fromLane=\"0\" toLane=\"0\" tl=\"j\" linkIndex=\"0\" dir=\"s\" state=\"o\"/>
        <connection from=\"w\" to=\"e\" fromLane=\"0\" toLane=\"0\" tl=\"j\" linkIndex=\"1\" dir=\"s\" state=\"o\"/></net>";
    let network = Network::read(text, RANGE_M).unwrap();
    let signal = network.signals.of(SignalId(0));
    assert!(signal.conflicts.are_foes(LinkIndex(0), LinkIndex(1)) && signal.conflicts.foes() == 1);
}

proptest! {
    #[test]
    fn a_damaged_network_is_read_or_refused(which in 0..2_usize, at in any::<prop::sample::Index>(), with in "[\"<>/0-9a-z =&;-]{0,6}", gone in 0..40_usize) {
        let text = OWN[which].1;
        let mut at = at.index(text.len());
        while !text.is_char_boundary(at) { at -= 1; }
        let mut end = (at + gone).min(text.len());
        while !text.is_char_boundary(end) { end -= 1; }
        let damaged = format!("{}{with}{}", &text[..at], &text[end.max(at)..]);
        let _ = Network::read(&damaged, RANGE_M);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(<net>|<edge id=\"[ab]\">|<lane id=\"[ab]\" length=\"1\" speed=\"[0-9e.-]{1,4}\"/>|</edge>|<connection from=\"a\" to=\"b\" fromLane=\"0\" toLane=\"0\" tl=\"t\" linkIndex=\"[0-9]{1,6}\"/>|<request foes=\"[01]{0,70}\"/>|</net>|.){0,12}") {
        let _ = Network::read(&text, RANGE_M);
    }
}
