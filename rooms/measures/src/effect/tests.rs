use super::*;
use crate::{measure::tests::measure, trigger::tests::window};

/// A fixed stream of standard normal numbers (SplitMix64 and Box–Muller).
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let top = u32::try_from((bits ^ (bits >> 31)) >> 32).unwrap();
        (f64::from(top) + 0.5) / 4_294_967_296.0
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// A stationary AR(1) with unit variance.
    fn ar1(&mut self, rho: f64, n: usize) -> Vec<f64> {
        let mut last = self.normal();
        let scale = (1.0 - rho * rho).sqrt();
        (0..n)
            .map(|_| {
                last = rho * last + scale * self.normal();
                last
            })
            .collect()
    }
}

/// The share of simulated worlds whose interval holds the true effect.
fn coverage(worlds: u32, effect: f64, mut world: impl FnMut() -> Option<Interval>) -> f64 {
    let held = (0..worlds).filter(|_| world().is_some_and(|found| (found.low..=found.high).contains(&effect))).count();
    float(held) / f64::from(worlds)
}

/// 0.95 within four standard errors of a share counted in so many worlds.
fn assert_nominal(share: f64, worlds: u32, what: &str) {
    let slack = 4.0 * (0.95 * 0.05 / f64::from(worlds)).sqrt();
    assert!((share - 0.95).abs() <= slack, "{what}: {share} is not within {slack} of 0.95");
}

#[test]
fn before_after_intervals_hold_the_truth_in_95_of_100_worlds() {
    const WORLDS: u32 = 2_000;
    for (rho, n) in [(0.0, 24), (0.0, 168), (0.3, 24), (0.3, 168), (0.5, 168)] {
        let mut noise = Noise(1);
        let share = coverage(WORLDS, 2.0, || {
            let values: Vec<_> =
                (0..2 * n).zip(noise.ar1(rho, 2 * n)).map(|(at, value)| (at >= n, value + if at >= n { 2.0 } else { 0.0 })).collect();
            before_after::difference(&values)
        });
        assert_nominal(share, WORLDS, &format!("rho {rho}, {n} windows a side"));
    }
}

#[test]
fn few_and_strongly_dependent_windows_cost_at_most_a_few_points() {
    let mut noise = Noise(3);
    let share = coverage(2_000, 0.0, || {
        let values: Vec<_> = (0..48).zip(noise.ar1(0.6, 48)).map(|(at, value)| (at >= 24, value)).collect();
        before_after::difference(&values)
    });
    assert!((0.90..0.97).contains(&share), "{share}");
}

#[test]
fn switchback_intervals_hold_the_truth_in_95_of_100_worlds() {
    const WORLDS: u32 = 2_000;
    for (rho, blocks, length) in [(0.0, 8, 6), (0.3, 20, 12), (0.5, 20, 24)] {
        let mut noise = Noise(2);
        let share = coverage(WORLDS, -1.5, || {
            let n = blocks * length;
            let values: Vec<_> = (0..n)
                .zip(noise.ar1(rho, n))
                .map(|(at, value)| {
                    let is_on = (at / length) % 2 == 1;
                    (is_on, value + if is_on { -1.5 } else { 0.0 })
                })
                .collect();
            switchback::difference(&values)
        });
        // Neighbouring blocks are not quite independent, so the interval may be a little too wide, never too narrow.
        let slack = 4.0 * (0.95 * 0.05 / f64::from(WORLDS)).sqrt();
        assert!(share >= 0.95 - slack && share <= 0.985, "rho {rho}: {share}");
    }
}

fn points(before: f64, after: f64, expected: Option<f64>) -> Vec<Point> {
    let wobble = [0.3, -0.2, 0.1, -0.4, 0.2, 0.0, -0.1, 0.1];
    (0..16_i64)
        .zip(wobble.iter().cycle())
        .map(|(hour, wobble)| Point { window: window(hour, wobble + if hour < 8 { before } else { after }, 0), expected, is_on: hour >= 8 })
        .collect()
}

#[test]
fn the_verdict_follows_the_interval_and_the_better_side() {
    let verdict = |before, after| evaluate(&measure(), "vehicles/h", false, &points(before, after, None)).unwrap().verdict;
    assert_eq!(verdict(10.0, 5.0), Verdict::Better);
    assert_eq!(verdict(5.0, 10.0), Verdict::Worse);
    assert_eq!(verdict(5.0, 5.0), Verdict::Unclear);
    let mut higher = measure();
    higher.metric.better = Better::Higher;
    assert_eq!(evaluate(&higher, "x", false, &points(5.0, 10.0, None)).unwrap().verdict, Verdict::Better);
}

#[test]
fn played_history_is_never_an_effect_and_the_note_says_so() {
    let effect = evaluate(&measure(), "x", true, &points(10.0, 5.0, None)).unwrap();
    assert_eq!(effect.verdict, Verdict::Unclear);
    assert!(effect.note.en.contains("recorded history") && effect.note.th.contains("บันทึกในอดีต"));
    assert!((effect.estimate + 5.0).abs() < 0.2);
}

#[test]
fn a_baseline_counts_only_when_every_window_has_one() {
    let mut points = points(10.0, 5.0, Some(4.0));
    assert_eq!(evaluate(&measure(), "x", false, &points).unwrap().basis, Basis::Residual);
    points[3].expected = None;
    assert_eq!(evaluate(&measure(), "x", false, &points).unwrap().basis, Basis::Raw);
}

#[test]
fn too_few_windows_give_no_effect() {
    assert_eq!(evaluate(&measure(), "x", false, &points(10.0, 5.0, None)[4..12]), None);
    let mut switchback = measure();
    switchback.metric.design = Design::Switchback;
    assert_eq!(evaluate(&switchback, "x", false, &points(10.0, 5.0, None)), None);
}
