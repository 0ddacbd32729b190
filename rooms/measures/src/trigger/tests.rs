use proptest::prelude::*;
use sala_core::cbor::Value;

use super::*;
use crate::measure::tests::measure;

pub(crate) const HOUR: i64 = 3_600;

/// The window of hour `hour` whose mean is `mean`.
pub(crate) fn window(hour: i64, mean: f64, revision: u32) -> Input {
    Input {
        series: "road.volume".into(),
        start: Timestamp::from_seconds(hour * HOUR),
        end: Timestamp::from_seconds((hour + 1) * HOUR),
        count: 1,
        mean,
        min: mean,
        max: mean,
        sum: mean,
        last: mean,
        revision,
        chunk_acts: vec![format!("act_{hour}")],
    }
}

/// Runs the machine; each event with the place of the window that brought it.
fn run(measure: &Measure, windows: &[Input]) -> (TriggerState, Vec<(usize, Event)>) {
    let mut state = TriggerState::default();
    let mut events = vec![];
    for (place, window) in windows.iter().enumerate() {
        let (next, event) = decide(measure, &state, window);
        state = next;
        events.extend(event.map(|event| (place, event)));
    }
    (state, events)
}

fn means(means: &[f64]) -> Vec<Input> {
    (0..).zip(means).map(|(hour, mean)| window(hour, *mean, 0)).collect()
}

#[test]
fn it_fires_when_the_threshold_is_passed_long_enough() {
    let (state, events) = run(&measure(), &means(&[5000.0, 5600.0, 5700.0, 5800.0]));
    let [(2, Event::Fires(firing))] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((firing.held_s, firing.observed, firing.windows.len()), (7_200, 5700.0, 2));
    assert_eq!(state.armed(), Armed::Fired);
}

#[test]
fn one_quiet_window_breaks_the_hold() {
    let (state, events) = run(&measure(), &means(&[5600.0, 5400.0, 5600.0]));
    assert_eq!((events, state.armed()), (vec![], Armed::Holding));
}

#[test]
fn a_silence_breaks_the_hold_unless_the_measure_bears_it() {
    let windows = [window(0, 5600.0, 0), window(2, 5600.0, 0)];
    assert_eq!(run(&measure(), &windows).1, []);
    let mut patient = measure();
    patient.trigger.max_gap_s = HOUR;
    assert_eq!(run(&patient, &windows).1.len(), 1);
}

#[test]
fn between_release_and_threshold_nothing_changes() {
    let (state, events) = run(&measure(), &means(&[5600.0, 5700.0, 5000.0, 4900.0, 5600.0]));
    assert_eq!((events.len(), state.armed()), (1, Armed::Fired));
}

#[test]
fn after_the_release_it_rests_before_it_fires_again() {
    let busy = &means(&[5600.0, 5700.0, 4000.0, 6000.0, 6000.0, 6000.0]);
    let (_, events) = run(&measure(), busy);
    let places: Vec<_> = events.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, [1, 2, 5], "the rest lasts through window 3, the hold is windows 4 and 5");
}

#[test]
fn a_revision_within_the_hold_can_shorten_it() {
    let (state, events) = run(&measure(), &[window(0, 5600.0, 0), window(0, 5300.0, 1), window(1, 5600.0, 0)]);
    assert_eq!((events, state.armed()), (vec![], Armed::Holding));
    let (_, events) = run(&measure(), &[window(0, 5600.0, 0), window(0, 5650.0, 1), window(1, 5600.0, 0)]);
    let [(2, Event::Fires(firing))] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(firing.windows.first().map(|window| window.revision), Some(1));
}

#[test]
fn a_late_window_outside_the_hold_changes_nothing() {
    let before = run(&measure(), &[window(5, 5600.0, 0)]).0;
    for late in [window(4, 9000.0, 0), window(5, 9000.0, 0), window(3, 100.0, 7)] {
        assert_eq!(decide(&measure(), &before, &late), (before.clone(), None));
    }
}

#[test]
fn other_series_and_broken_windows_are_not_weighed() {
    let idle = TriggerState::default();
    let (mut foreign, mut short, mut empty, broken) = (window(0, 9e9, 0), window(0, 9e9, 0), window(0, 9e9, 0), window(0, f64::NAN, 0));
    foreign.series = "other".into();
    short.end = short.start.plus_seconds(60);
    empty.count = 0;
    for window in [foreign, short, empty, broken] {
        assert_eq!(decide(&measure(), &idle, &window), (idle.clone(), None));
    }
}

fn any_measure() -> impl Strategy<Value = Measure> {
    (0_i64..5, 0_i64..5, 0_i64..3, 0.0_f64..40.0, any::<bool>()).prop_map(|(held, cooldown, gap, slack, is_above)| {
        let mut any = measure();
        any.trigger.threshold = 50.0;
        any.trigger.release = if is_above { 50.0 - slack } else { 50.0 + slack };
        any.trigger.comparison = if is_above { crate::measure::Comparison::Above } else { crate::measure::Comparison::Below };
        any.trigger.for_s = held * HOUR;
        any.trigger.cooldown_s = cooldown * HOUR;
        any.trigger.max_gap_s = gap * HOUR;
        any
    })
}

/// Windows mostly in order, with gaps, revisions, repeats and stragglers.
fn any_windows() -> impl Strategy<Value = Vec<Input>> {
    proptest::collection::vec((0_i64..4, 0.0_f64..100.0, 0_u32..3, 0_i64..4, any::<bool>()), 0..80).prop_map(|steps| {
        let mut hour = 0;
        steps
            .into_iter()
            .map(|(step, mean, revision, back, is_late)| {
                if is_late {
                    return window((hour - back).max(0), mean, revision);
                }
                hour += step.clamp(1, 3);
                window(hour, mean, 0)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn a_replay_always_agrees_with_the_live_decision(measure in any_measure(), windows in any_windows()) {
        for (_, event) in run(&measure, &windows).1 {
            if let Event::Fires(firing) = event {
                prop_assert_eq!(replay(&measure, &firing.prior, &firing.windows), Some(firing));
            }
        }
    }

    #[test]
    fn a_replay_from_what_was_committed_agrees_too(measure in any_measure(), windows in any_windows()) {
        for (_, event) in run(&measure, &windows).1 {
            if let Event::Fires(firing) = event {
                let bytes = Value::from_serde(&firing).encode();
                let read: Firing = Value::decode(&bytes).unwrap().to_serde().unwrap();
                let content = Measure::from_content(&Value::decode(&measure.content().encode()).unwrap()).unwrap();
                prop_assert_eq!(replay(&content, &read.prior, &read.windows), Some(firing));
            }
        }
    }

    #[test]
    fn hysteresis_and_rest_are_kept(measure in any_measure(), windows in any_windows()) {
        let trigger = &measure.trigger;
        let mut released: Option<Timestamp> = None;
        let mut is_fired = false;
        for (_, event) in run(&measure, &windows).1 {
            match event {
                Event::Fires(firing) => {
                    prop_assert!(!is_fired, "fired twice without a release");
                    is_fired = true;
                    prop_assert!(firing.held_s >= trigger.for_s);
                    prop_assert!(firing.windows.iter().all(|window| trigger.is_passed_by(window.mean)));
                    if let Some(at) = released {
                        prop_assert!(firing.since >= at.plus_seconds(trigger.cooldown_s));
                    }
                }
                Event::Releases { at, observed } => {
                    prop_assert!(is_fired && trigger.is_released_by(observed));
                    is_fired = false;
                    released = Some(at);
                }
            }
        }
    }

    #[test]
    fn repeats_change_nothing(measure in any_measure(), windows in any_windows()) {
        let doubled: Vec<_> = windows.iter().flat_map(|window| [window.clone(), window.clone()]).collect();
        let told = |windows: &[Input]| {
            let (state, events) = run(&measure, windows);
            (state, events.into_iter().map(|(_, event)| event).collect::<Vec<_>>())
        };
        prop_assert_eq!(told(&doubled), told(&windows));
    }

    #[test]
    fn the_state_reads_back_as_it_was_written(measure in any_measure(), windows in any_windows()) {
        let state = run(&measure, &windows).0;
        let bytes = Value::from_serde(&state).encode();
        prop_assert_eq!(Value::decode(&bytes).unwrap().to_serde::<TriggerState>().unwrap(), state);
    }
}
