//! Before against after, over the same seeds: differences with their intervals, and the streets where the difference is clear.

use std::collections::BTreeSet;

use sala_core::student;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::edges::{BeforeAfter, EdgeFlow, EdgeFlows};

/// Share of intervals that hold the truth.
pub const LEVEL: f64 = 0.95;
/// Share of the streets called affected that may be so by chance (Benjamini and Hochberg 1995).
const FALSE_DISCOVERIES: f64 = 0.05;
/// A clear difference below this is not worth a street's name: seconds lost by all vehicles together in an hour.
const SMALLEST_LOSS_S_PER_HOUR: f64 = 60.0;

/// What one run did as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// Mean seconds lost by each demanded vehicle, on the way and before it could set out.
    pub delay_s: f64,
    /// Mean seconds standing, of each demanded vehicle.
    pub waiting_s: f64,
    /// Mean seconds from departure to arrival, of those that arrived.
    pub duration_s: f64,
    /// Vehicles that wanted to drive.
    pub demanded: u64,
    /// Vehicles that arrived in time.
    pub arrived: u64,
    /// Vehicles that never got onto the street.
    pub undeparted: u64,
    /// Carbon dioxide in kilograms.
    pub co2_kg: f64,
}

/// A paired difference, after minus before, with its interval at 95 % (Student, paired by seed).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// Means over the seeds.
    #[serde(flatten)]
    pub means: BeforeAfter,
    /// After minus before.
    pub difference: f64,
    /// Lower end; nothing with one seed.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// The differences that concern everyone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Differences {
    /// Seconds a vehicle.
    pub delay_s: Difference,
    /// Seconds a vehicle.
    pub waiting_s: Difference,
    /// Seconds a trip that arrived.
    pub duration_s: Difference,
    /// Vehicles.
    pub arrived: Difference,
    /// Kilograms.
    pub co2_kg: Difference,
}

/// One street before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EdgeDifference {
    /// The edge, as in the network.
    pub edge: String,
    /// Vehicles.
    pub vehicles: BeforeAfter,
    /// Mean speed in m/s; 0 where nobody drove.
    pub speed_mps: BeforeAfter,
    /// Seconds lost by all vehicles together.
    pub time_loss_s: Difference,
    /// Kilograms.
    pub co2_kg: BeforeAfter,
    /// Is the difference in lost time clear of chance (5 % false discoveries over all streets) and above a minute an hour?
    pub is_affected: bool,
}

/// The differences of whole runs, paired in order. Nothing without a run.
pub fn outcomes(before: &[Outcome], after: &[Outcome]) -> Differences {
    let of = |field: fn(&Outcome) -> f64| {
        let values = |runs: &[Outcome]| runs.iter().map(field).collect::<Vec<f64>>();
        difference(&values(before), &values(after)).0
    };
    Differences {
        delay_s: of(|run| run.delay_s),
        waiting_s: of(|run| run.waiting_s),
        duration_s: of(|run| run.duration_s),
        arrived: of(|run| count(run.arrived)),
        co2_kg: of(|run| run.co2_kg),
    }
}

/// Each edge that somebody used in either arm, those with the largest difference first. `hours` is the length of a run.
pub fn edges(before: &[EdgeFlows], after: &[EdgeFlows], hours: f64) -> Vec<EdgeDifference> {
    let names: BTreeSet<&String> = before.iter().chain(after).flat_map(EdgeFlows::keys).collect();
    let nothing = EdgeFlow::default();
    let mut found: Vec<(EdgeDifference, f64)> = names
        .into_iter()
        .map(|edge| {
            let values = |runs: &[EdgeFlows], field: fn(&EdgeFlow) -> f64| -> Vec<f64> {
                runs.iter().map(|run| field(run.get(edge).unwrap_or(&nothing))).collect()
            };
            let pair = |field: fn(&EdgeFlow) -> f64| difference(&values(before, field), &values(after, field));
            let (time_loss_s, p) = pair(|flow| flow.time_loss_s);
            let difference = EdgeDifference {
                edge: edge.clone(),
                vehicles: pair(|flow| flow.vehicles).0.means,
                speed_mps: pair(|flow| flow.speed_mps).0.means,
                time_loss_s,
                co2_kg: pair(|flow| flow.co2_g / 1000.0).0.means,
                is_affected: false,
            };
            (difference, p)
        })
        .filter(|(edge, _)| edge.vehicles.before > 0.0 || edge.vehicles.after > 0.0)
        .collect();
    let limit = discovery_limit(found.iter().map(|(_, p)| *p).collect());
    for (edge, p) in &mut found {
        edge.is_affected = *p <= limit && edge.time_loss_s.difference.abs() >= SMALLEST_LOSS_S_PER_HOUR * hours;
    }
    let mut edges: Vec<EdgeDifference> = found.into_iter().map(|(edge, _)| edge).collect();
    edges.sort_by(|one, other| {
        other.time_loss_s.difference.abs().total_cmp(&one.time_loss_s.difference.abs()).then_with(|| one.edge.cmp(&other.edge))
    });
    edges
}

/// The largest p-value that still counts, by the step-up procedure of Benjamini and Hochberg; below 0 when none does.
fn discovery_limit(mut p_values: Vec<f64>) -> f64 {
    p_values.sort_by(f64::total_cmp);
    let number = count_of(p_values.len());
    let passing = p_values.iter().enumerate().rev().find(|(rank, p)| **p <= FALSE_DISCOVERIES * count_of(rank + 1) / number);
    passing.map_or(-1.0, |(_, p)| *p)
}

/// The paired difference and its two-sided p-value (1 with one pair or none).
pub(crate) fn difference(before: &[f64], after: &[f64]) -> (Difference, f64) {
    let differences: Vec<f64> = before.iter().zip(after).map(|(before, after)| after - before).collect();
    let number = count_of(differences.len());
    let means = BeforeAfter { before: mean(before), after: mean(after) };
    let middle = mean(&differences);
    if differences.len() < 2 {
        return (Difference { means, difference: middle, low: None, high: None }, 1.0);
    }
    let squares: f64 = differences.iter().map(|each| (each - middle).powi(2)).sum();
    let error = (squares / (number - 1.0) / number).sqrt();
    let half = student::two_sided(LEVEL, number - 1.0) * error;
    let p = match (error > 0.0, middle.abs() > 0.0) {
        (true, _) => student::outside(middle.abs() / error, number - 1.0),
        (false, true) => 0.0,
        (false, false) => 1.0,
    };
    (Difference { means, difference: middle, low: Some(middle - half), high: Some(middle + half) }, p)
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / count_of(values.len()) }
}

#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "counts of vehicles and streets, far below 2^52")]
fn count(number: u64) -> f64 {
    number as f64
}

fn count_of(number: usize) -> f64 {
    count(u64::try_from(number).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{EdgeFlow, EdgeFlows, difference, discovery_limit, edges};

    #[test]
    fn a_paired_difference_has_the_interval_of_the_tables() {
        // t(0.975, 2) = 4.303; differences 1, 2, 3: mean 2, standard error 1/√3.
        let (found, p) = difference(&[10.0, 10.0, 10.0], &[11.0, 12.0, 13.0]);
        assert!((found.difference - 2.0).abs() < 1e-9 && (found.means.after - 12.0).abs() < 1e-9);
        assert!((found.low.unwrap() - (2.0 - 4.3027 / 3f64.sqrt())).abs() < 1e-3, "{found:?}");
        assert!((p - 0.0742).abs() < 1e-3, "{p}");
        assert_eq!(difference(&[1.0], &[2.0]).0.low, None);
        assert!((difference(&[1.0, 2.0], &[1.0, 2.0]).1 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_step_up_procedure_is_that_of_benjamini_and_hochberg() {
        // The fifteen p-values of their example: four are rejected at 5 %.
        let paper = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
        let limit = discovery_limit(paper.to_vec());
        assert_eq!(paper.iter().filter(|p| **p <= limit).count(), 4);
        assert!(discovery_limit(vec![0.9, 0.8]) < 0.0);
        assert!(discovery_limit(vec![]) < 0.0);
    }

    #[test]
    fn a_street_is_affected_when_the_difference_is_clear_and_worth_telling() {
        let run = |hit: f64, noise: f64| -> EdgeFlows {
            [("hit", hit), ("noise", noise), ("small", hit / 100.0)]
                .map(|(edge, time_loss_s)| (edge.to_owned(), EdgeFlow { vehicles: 10.0, time_loss_s, ..EdgeFlow::default() }))
                .into()
        };
        let before = [run(1000.0, 500.0), run(1010.0, 900.0), run(990.0, 300.0), run(1005.0, 700.0), run(995.0, 600.0)];
        let after = [run(2000.0, 900.0), run(2030.0, 500.0), run(1990.0, 700.0), run(1985.0, 800.0), run(2005.0, 500.0)];
        let found = edges(&before, &after, 1.0);
        let affected: Vec<&str> = found.iter().filter(|edge| edge.is_affected).map(|edge| edge.edge.as_str()).collect();
        assert_eq!(affected, ["hit"]);
        assert_eq!(found.first().unwrap().edge, "hit");
        assert_eq!(edges(&[EdgeFlows::from([("idle".to_owned(), EdgeFlow::default())])], &[EdgeFlows::new()], 1.0), []);
    }
}
