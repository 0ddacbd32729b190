//! What the law of the world did, month by month, for everyone to see. No number below three is shown, nor one from which such a number
//! could be computed: behind it are people.

use std::collections::BTreeMap;

use sala_core::{problem::Problem, time::Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    appeal::AppealState,
    report::ReportState,
    sanction::{DAY_S, Step},
};
use crate::{World, store};

/// The least number that is shown.
const LEAST: u64 = 3;
const MONTHS: usize = 12;
/// Nobody has it counted more often.
const FRESH_S: i64 = 300;
/// Months are those of Bangkok.
const BANGKOK_S: i64 = 7 * 3600;

/// How often something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ConductCount {
    /// What is counted.
    pub(crate) of: String,
    /// How often; null: fewer than 3, or kept back because a number below 3 could be computed from it.
    #[schema(required)]
    pub(crate) count: Option<u64>,
}

/// One month.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct ConductMonth {
    /// Such as `2026-11`, by Bangkok's calendar.
    pub(crate) month: String,
    /// Reports that were filed; null: fewer than 3.
    #[schema(required)]
    pub(crate) reports: Option<u64>,
    /// What became of them: `open`, `dismissed`, `sanctioned`.
    pub(crate) outcomes: Vec<ConductCount>,
    /// Sanctions given, by step.
    pub(crate) steps: Vec<ConductCount>,
    /// And by rule.
    pub(crate) rules: Vec<ConductCount>,
    /// Appeals filed; null: fewer than 3.
    #[schema(required)]
    pub(crate) appeals: Option<u64>,
    /// What became of them: `open`, `upheld`, `shortened`, `lifted`, `lapsed`.
    pub(crate) appeal_outcomes: Vec<ConductCount>,
    /// Half of the reports of the month were decided faster than this, in hours; null with fewer than 3 decisions.
    #[schema(required)]
    pub(crate) median_hours_to_decision: Option<f64>,
}

fn month(at: Timestamp) -> String {
    at.plus_seconds(BANGKOK_S).to_string().chars().take(7).collect()
}

/// A total with its parts, as far as they may be shown.
fn shown(parts: &[(String, u64)]) -> (Option<u64>, Vec<ConductCount>) {
    let total: u64 = parts.iter().map(|(_, count)| count).sum();
    if total < LEAST {
        return (None, parts.iter().map(|(of, _)| ConductCount { of: of.clone(), count: None }).collect());
    }
    let mut counts: Vec<ConductCount> =
        parts.iter().map(|(of, count)| ConductCount { of: of.clone(), count: Some(*count).filter(|count| *count >= LEAST) }).collect();
    // What is left when the shown are taken from the total must not be a number below three either.
    while counts.iter().any(|each| each.count.is_none()) {
        let rest = total - counts.iter().filter_map(|each| each.count).sum::<u64>();
        let Some(smallest) = counts.iter_mut().filter(|each| each.count.is_some()).min_by_key(|each| each.count) else { break };
        if rest >= LEAST {
            break;
        }
        smallest.count = None;
    }
    (Some(total), counts)
}

fn tally<'t>(names: impl IntoIterator<Item = &'t str>, found: impl IntoIterator<Item = String>) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for name in found {
        *counts.entry(name).or_default() += 1;
    }
    names.into_iter().map(|name| (name.to_owned(), counts.get(name).copied().unwrap_or_default())).collect()
}

fn median_hours(mut waited_s: Vec<i64>) -> Option<f64> {
    if u64::try_from(waited_s.len()).unwrap_or_default() < LEAST {
        return None;
    }
    waited_s.sort_unstable();
    let seconds = waited_s.get(waited_s.len() / 2).copied().unwrap_or_default();
    Some((f64::from(i32::try_from(seconds / 360).unwrap_or(i32::MAX))) / 10.0)
}

impl World {
    /// The last twelve months, the newest first; counted anew every five minutes at most.
    pub(crate) async fn conduct_statistics(&self) -> Result<Vec<ConductMonth>, Problem> {
        let now = self.clock.now();
        let mut counted = self.counted.lock().await;
        if let Some((_, months)) = counted.as_ref().filter(|(at, _)| *at <= now && now < at.plus_seconds(FRESH_S)) {
            return Ok(months.clone());
        }
        let months = self.count_months(now).await?;
        *counted = Some((now, months.clone()));
        Ok(months)
    }

    async fn count_months(&self, now: Timestamp) -> Result<Vec<ConductMonth>, Problem> {
        let since = now.plus_seconds(-DAY_S * 366);
        let reports = store::law::reports_since(&self.store, since).await?;
        let sanctions = store::law::sanctions_since(&self.store, since).await?;
        let appeals = store::law::appeals_since(&self.store, since).await?;
        let mut months: Vec<String> = vec![];
        let mut at = now;
        while months.len() < MONTHS && at > since {
            let name = month(at);
            if months.last() != Some(&name) {
                months.push(name);
            }
            at = at.plus_seconds(-DAY_S);
        }
        let rules: Vec<&str> = self.conduct.rules.iter().map(|rule| rule.id.as_str()).collect();
        let made = months.into_iter().map(|name| {
            let is_of = |at: Timestamp| month(at) == name;
            let filed = reports.iter().filter(|report| is_of(report.filed_at));
            let outcomes = tally(
                [ReportState::Open, ReportState::Dismissed, ReportState::Sanctioned].map(ReportState::word),
                filed.clone().map(|report| report.state.word().to_owned()),
            );
            let given = sanctions.iter().filter(|sanction| is_of(sanction.given_at));
            let steps = tally(
                [Step::Warn, Step::Mute, Step::KeepOut, Step::KeepOutAll].map(Step::word),
                given.clone().map(|sanction| sanction.step.word().to_owned()),
            );
            let by_rule = tally(rules.iter().copied(), given.map(|sanction| sanction.rule.clone()));
            let appealed = tally(
                [AppealState::Open, AppealState::Upheld, AppealState::Shortened, AppealState::Lifted, AppealState::Lapsed]
                    .map(AppealState::word),
                appeals.iter().filter(|appeal| is_of(appeal.filed_at)).map(|appeal| appeal.state.word().to_owned()),
            );
            let waited = filed.filter_map(|report| Some(report.decided_at?.seconds() - report.filed_at.seconds())).collect();
            let ((reports, outcomes), (appeals, appeal_outcomes)) = (shown(&outcomes), shown(&appealed));
            ConductMonth {
                reports,
                outcomes,
                steps: shown(&steps).1,
                rules: shown(&by_rule).1,
                appeals,
                appeal_outcomes,
                median_hours_to_decision: median_hours(waited),
                month: name.clone(),
            }
        });
        Ok(made.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(parts: &[u64]) -> (Option<u64>, Vec<Option<u64>>) {
        let parts: Vec<(String, u64)> = parts.iter().enumerate().map(|(place, count)| (place.to_string(), *count)).collect();
        let (total, shown) = shown(&parts);
        (total, shown.into_iter().map(|each| each.count).collect())
    }

    #[test]
    fn a_number_below_three_is_neither_shown_nor_to_be_computed_from_the_others() {
        assert_eq!(counts(&[1, 1, 0]), (None, vec![None, None, None]));
        assert_eq!(counts(&[5, 4, 3]), (Some(12), vec![Some(5), Some(4), Some(3)]));
        // 9 - 5 - 3 would tell that one remains.
        assert_eq!(counts(&[5, 3, 1]), (Some(9), vec![Some(5), None, None]));
        assert_eq!(counts(&[3, 0, 0]), (Some(3), vec![None, None, None]));
        assert_eq!(counts(&[7, 2, 2]), (Some(11), vec![Some(7), None, None]));
    }

    #[test]
    fn whatever_is_kept_back_sums_to_three_or_more() {
        for a in 0..9 {
            for b in 0..9 {
                for c in 0..9 {
                    let (total, shown) = counts(&[a, b, c]);
                    let rest = total.map(|total| total - shown.iter().flatten().sum::<u64>());
                    assert!(shown.iter().flatten().all(|count| *count >= LEAST));
                    assert!(shown.iter().all(Option::is_some) || rest.is_none_or(|rest| rest >= LEAST), "{a} {b} {c}");
                }
            }
        }
    }

    #[test]
    fn a_month_is_bangkoks() {
        assert_eq!(month("2026-10-31T17:00:00Z".parse().unwrap()), "2026-11");
        assert_eq!(month("2026-10-31T16:59:59Z".parse().unwrap()), "2026-10");
        assert_eq!(median_hours(vec![3600, 7200, 36_000]), Some(2.0));
        assert_eq!(median_hours(vec![3600, 7200]), None);
    }
}
