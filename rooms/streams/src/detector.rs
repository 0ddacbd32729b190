//! When to speak: EWMA and CUSUM on the scores of a series, each told once at the beginning of an episode.
//!
//! - anomaly: the exponentially weighted mean of the scores (λ = 0.4), in units of its own standard deviation, goes beyond the
//!   threshold; the episode ends when it is back under half of it.
//! - change: the cumulative sum of scores beyond ½ (Page 1954; scores clipped to ±4 so that one outlier is no change) goes beyond
//!   its threshold; the episode ends when the sum, which is held at twice the threshold, is back under half of it.
//!
//! Thresholds are chosen on the first half of a series' own history as the lowest of [`ANOMALY`] and [`CHANGE`] that fire at most
//! [`WANTED_PER_YEAR`] times a year there; `per_year` is what the chosen ones then did on the second half. Nothing in that history
//! is labelled, so each of these alarms is counted as false, although some were not.

/// Thresholds for anomalies, from sensitive to dull.
pub(crate) const ANOMALY: [f64; 7] = [3.0, 4.0, 5.0, 6.0, 8.0, 11.0, 15.0];
/// Thresholds for changes.
pub(crate) const CHANGE: [f64; 6] = [8.0, 12.0, 18.0, 27.0, 40.0, 60.0];
/// How often a detector may fire in a year of history.
pub(crate) const WANTED_PER_YEAR: f64 = 6.0;

const YEAR_S: f64 = 31_557_600.0;
const LAMBDA: f64 = 0.4;

/// What a detector found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Finding {
    /// Anomaly or change.
    pub(crate) is_change: bool,
    /// Above what is usual.
    pub(crate) is_up: bool,
}

/// The state of both detectors of one series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Detector {
    anomaly_at: f64,
    change_at: f64,
    ewma: f64,
    in_anomaly: bool,
    up: f64,
    down: f64,
    in_change: bool,
}

impl Default for Detector {
    /// With middling thresholds, until [`calibrate`] knows better.
    fn default() -> Self {
        Self::new(4.0, 12.0)
    }
}

impl Detector {
    /// With these thresholds, at rest.
    pub(crate) fn new(anomaly_at: f64, change_at: f64) -> Self {
        Self { anomaly_at, change_at, ewma: 0.0, in_anomaly: false, up: 0.0, down: 0.0, in_change: false }
    }

    /// Takes the next score; says what begins with it.
    pub(crate) fn take(&mut self, score: f64) -> Vec<Finding> {
        let mut found = vec![];
        self.ewma += LAMBDA * (score.clamp(-40.0, 40.0) - self.ewma);
        let level = self.ewma / (LAMBDA / (2.0 - LAMBDA)).sqrt();
        if self.in_anomaly {
            self.in_anomaly = level.abs() >= self.anomaly_at / 2.0;
        } else if level.abs() > self.anomaly_at {
            self.in_anomaly = true;
            found.push(Finding { is_change: false, is_up: level > 0.0 });
        }
        let clipped = score.clamp(-4.0, 4.0);
        self.up = (self.up + clipped - 0.5).clamp(0.0, 2.0 * self.change_at);
        self.down = (self.down - clipped - 0.5).clamp(0.0, 2.0 * self.change_at);
        let sum = self.up.max(self.down);
        if self.in_change {
            self.in_change = sum >= self.change_at / 2.0;
        } else if sum > self.change_at {
            self.in_change = true;
            found.push(Finding { is_change: true, is_up: self.up >= self.down });
        }
        found
    }
}

/// Detectors fitted to a history, and how often they fired on the part of it that they were not fitted to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calibrated {
    /// As it stands at the end of the history.
    pub(crate) detector: Detector,
    /// Anomalies a year.
    pub(crate) anomalies_per_year: f64,
    /// Changes a year.
    pub(crate) changes_per_year: f64,
}

/// Fits thresholds to the scores of consecutive windows, `seconds` of event time long in all.
pub(crate) fn calibrate(scores: &[f64], seconds: f64) -> Calibrated {
    let (first, second) = scores.split_at(scores.len() / 2);
    let years = (seconds / YEAR_S / 2.0).max(1e-9);
    let fired = |part: &[f64], anomaly_at: f64, change_at: f64| {
        let mut detector = Detector::new(anomaly_at, change_at);
        part.iter().flat_map(|score| detector.take(*score)).fold((0.0, 0.0), |(anomalies, changes), finding| {
            if finding.is_change { (anomalies, changes + 1.0) } else { (anomalies + 1.0, changes) }
        })
    };
    let lowest = |ladder: &[f64], rate: &dyn Fn(f64) -> f64| {
        ladder.iter().copied().find(|threshold| rate(*threshold) <= WANTED_PER_YEAR).or(ladder.last().copied()).unwrap_or(15.0)
    };
    let anomaly_at = lowest(&ANOMALY, &|threshold| fired(first, threshold, f64::MAX).0 / years);
    let change_at = lowest(&CHANGE, &|threshold| fired(first, f64::MAX, threshold).1 / years);
    let (anomalies, changes) = fired(second, anomaly_at, change_at);
    let mut detector = Detector::new(anomaly_at, change_at);
    for score in scores {
        detector.take(*score);
    }
    Calibrated { detector, anomalies_per_year: anomalies / years, changes_per_year: changes / years }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_is_told_once_at_its_beginning() {
        let mut detector = Detector::new(4.0, 1e9);
        let found: Vec<usize> = [0.0, 0.5, 9.0, 9.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -12.0, -12.0]
            .iter()
            .enumerate()
            .filter(|(_, score)| !detector.take(**score).is_empty())
            .map(|(place, _)| place)
            .collect();
        assert_eq!(found, [2, 11]);
    }

    #[test]
    fn a_small_lasting_shift_is_a_change_and_one_outlier_is_not() {
        let mut detector = Detector::new(1e9, 8.0);
        assert!(detector.take(100.0).is_empty());
        let found: Vec<_> = (0..20).flat_map(|_| detector.take(1.5)).collect();
        assert_eq!(found, [Finding { is_change: true, is_up: true }]);
    }

    #[test]
    fn a_noisy_history_makes_the_thresholds_duller() {
        let calm: Vec<f64> = (0..8_766).map(|n| f64::from(n % 7 - 3) * 0.3).collect();
        let noisy: Vec<f64> = (0..8_766).map(|n| if n % 97 == 0 { 9.0 } else { f64::from(n % 7 - 3) }).collect();
        let (calm, noisy) = (calibrate(&calm, YEAR_S), calibrate(&noisy, YEAR_S));
        assert!(calm.anomalies_per_year <= WANTED_PER_YEAR && noisy.anomalies_per_year <= 2.0 * WANTED_PER_YEAR);
        assert!(calm.detector.anomaly_at < noisy.detector.anomaly_at);
    }

    #[test]
    fn no_history_gives_a_detector_at_rest() {
        let calibrated = calibrate(&[], 0.0);
        assert!(calibrated.anomalies_per_year.abs() < 1e-9);
    }
}
