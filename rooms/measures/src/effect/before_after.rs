//! Before/after: the difference of two means of dependent windows.
//!
//! The variance of each mean comes from the lowest few cosine frequencies of its stretch (equal-weighted cosine estimator,
//! with Student's t: Lazarus, Lewis, Stock & Watson 2018, "HAR inference: recommendations for practice"). It is robust to
//! autocorrelation and, unlike the usual Newey–West interval, keeps its level with few windows.

use super::{Interval, float, mean, welch};

/// Fewest windows on each side.
const LEAST: usize = 6;

/// After minus before, from (is after, value) in the order of time.
pub(super) fn difference(values: &[(bool, f64)]) -> Option<Interval> {
    let side = |is_on: bool| -> Vec<f64> { values.iter().filter(|(on, _)| *on == is_on).map(|(_, value)| *value).collect() };
    let (on, off) = (side(true), side(false));
    (on.len() >= LEAST && off.len() >= LEAST).then(|| welch(stretch(&on), stretch(&off)))
}

/// Mean, variance of the mean, degrees of freedom.
fn stretch(values: &[f64]) -> (f64, f64, f64) {
    let n = float(values.len());
    let frequencies = (0.4 * n.powf(2.0 / 3.0)).floor().max(2.0);
    let mut power = 0.0;
    let mut frequency = 1.0;
    while frequency <= frequencies {
        let mut at = 0.5;
        let mut weight = 0.0;
        for value in values {
            weight += value * (std::f64::consts::PI * frequency * at / n).cos();
            at += 1.0;
        }
        power += weight * weight * 2.0 / n;
        frequency += 1.0;
    }
    (mean(values), power / frequencies / n, frequencies)
}
