//! A round of a small street in the real simulator, packed, read and decided again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a test may fail loudly")]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use sala_streets::{
    live::{
        Control,
        declaration::{LiveFile, LiveSeries},
        minute::{Tick, pack, unpack},
        replay::{Again, Difference},
        round::{Plan, drive},
    },
    simulator::{
        crossing::Crossing,
        hand::{Intergreen, Sensing},
        scenario::Scenario,
        senses::Raw,
        simulation::Stop,
        sumo::Sumo,
    },
};

fn file(sensing: Sensing) -> LiveFile {
    let name = String::new;
    LiveFile {
        lever: name(),
        measure: None,
        series: LiveSeries { turn: name(), control: name(), lost: name(), queue: name(), flow: name() },
        queues: std::collections::BTreeMap::new(),
        speed: 1.0,
        pause_s: 1,
        keep_rounds: 1,
        sensing,
        intergreen: Intergreen::Street,
        recorded: None,
    }
}

fn again(plan: &Plan, ticks: &[Tick]) -> Option<Difference> {
    let mut again = Again::new(&plan.crossing, &plan.file, 0.0);
    ticks.iter().find_map(|tick| again.take(tick.clone()).unwrap())
}

#[test]
fn what_was_decided_on_the_street_is_decided_again_from_the_record() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Ok(sumo) = Sumo::find(None, &root) else {
        assert!(std::env::var_os("SALA_REQUIRE_PEERS").is_none(), "SUMO is required here");
        println!("skipped: no SUMO on this machine (scripts/install makes .venv-sumo)");
        return;
    };
    let folder = root.join("rooms/streets/tests/cross");
    let scenario = Scenario {
        net: folder.join("cross.net.xml"),
        routes: vec![folder.join("cross.rou.xml")],
        additional: vec![],
        begin_s: 0.0,
        end_s: 300.0,
        scale: 1.0,
        arguments: vec![],
    };
    for sensing in [Sensing::Camera, Sensing::Loops] {
        let plan = Plan {
            sumo: sumo.clone(),
            scenario: scenario.clone(),
            crossing: Arc::new(Crossing::read(&scenario, &file(sensing).hand(Control::Adaptive)).unwrap()),
            file: file(sensing),
            is_separate: false,
            seed: 7,
            number: 0,
            clock: "08:00".into(),
        };
        // The lever changes twice while the street goes on.
        let is_adaptive = AtomicBool::new(true);
        let mut ticks: Vec<Tick> = vec![];
        let mut queued = 0;
        let outcome = drive(&plan, &is_adaptive, &Stop::default(), |second| {
            let is_fixed_now = (100_000..180_000).contains(&second.tick.now_ms);
            is_adaptive.store(!is_fixed_now, Ordering::Relaxed);
            queued += second.queues.iter().sum::<u32>();
            assert!(second.frame.lanes.iter().all(|lane| lane[1] >= lane[2]), "no more stand than there are");
            ticks.push(second.tick);
            true
        })
        .unwrap();
        assert_eq!((outcome.violations, ticks.len()), (0, 300), "{sensing}");
        assert!(outcome.arrived > 50 && queued > 0, "{sensing}: {outcome:?}");
        let controls: Vec<Control> = ticks.iter().filter(|tick| tick.is_new).map(|tick| tick.control).collect();
        assert_eq!(controls, [Control::Adaptive, Control::Fixed, Control::Adaptive], "{sensing}");

        let mut read = vec![];
        for minute in ticks.chunks(60) {
            let packed = pack(minute).unwrap();
            read.extend(unpack(&packed.inputs, &packed.decisions).unwrap().0);
        }
        assert_eq!(read, ticks, "{sensing}");
        assert_eq!(again(&plan, &read), None, "{sensing}");

        // What was not said, or not shown, is found in its second.
        let spoken = read.iter().rposition(|tick| tick.said.as_ref().is_some_and(|said| !said.is_empty())).unwrap();
        let mut altered = read.clone();
        altered[spoken].said = Some(vec![]);
        assert_eq!(again(&plan, &altered).unwrap().at_ms, read[spoken].now_ms, "{sensing}");
        let mut altered = read.clone();
        altered[250].lamps[0] = altered[250].lamps[0].replace('r', "G");
        assert_eq!(again(&plan, &altered).unwrap().at_ms, read[250].now_ms, "{sensing}");
        // Other inputs, other decisions: an empty street is not decided as a full one.
        let mut altered = read;
        for tick in &mut altered {
            if let Raw::Camera(seen) = &mut tick.raw {
                seen.clear();
            }
        }
        assert_eq!(again(&plan, &altered).is_some(), sensing == Sensing::Camera);
    }
}
