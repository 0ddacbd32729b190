//! What others published for the same maps: the best episode of each, beside ours under the simulator of the papers.

use std::fmt::Write;

use super::report::Report;

/// The release of SUMO that the published figures were made with.
const RELEASE: &str = "1.9.2";

/// A row of the published figures.
#[derive(Debug, Clone, PartialEq)]
struct Episode {
    map: String,
    agent: String,
    last_ten_s: f64,
    best_s: f64,
}

/// Reads a table in Markdown with the columns map, agent, number of episodes, mean delay of the last ten, best delay (s). Other lines are passed over.
fn episodes(text: &str) -> Vec<Episode> {
    text.lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, map, agent, _, last_ten, best, ..] = cells.as_slice() else { return None };
            let (last_ten_s, best_s) = (last_ten.parse().ok()?, best.parse().ok()?);
            Some(Episode { map: (*map).to_owned(), agent: (*agent).to_owned(), last_ten_s, best_s })
        })
        .collect()
}

/// One row for each map on which both were run: the best published episode and the best published mean of ten, each with who made it, and ours.
/// Empty without such a map.
pub(super) fn section(published: &str, reports: &[Report]) -> String {
    let episodes = episodes(published);
    let of = |map: &str| episodes.iter().filter(|episode| episode.map == map).cloned().collect::<Vec<_>>();
    let mut ours: Vec<_> = reports
        .iter()
        .filter(|report| report.sumo_version == RELEASE && report.controller == "adaptive" && report.intergreen == "resco")
        .collect();
    ours.sort_by_key(|report| (report.scenario.clone(), report.sensing.clone()));
    let mut rows = String::new();
    for report in ours {
        let others = of(&report.scenario);
        let best = others.iter().min_by(|one, other| one.best_s.total_cmp(&other.best_s));
        let steady = others.iter().min_by(|one, other| one.last_ten_s.total_cmp(&other.last_ten_s));
        let (Some(best), Some(steady)) = (best, steady) else { continue };
        let own_best = report.runs.iter().map(|run| run.trips.delay_s).fold(f64::INFINITY, f64::min);
        let _ = writeln!(
            rows,
            "| {} | {:.1} ({}) | {:.1} ({}) | {own_best:.1} | {:.1} | {:.1} | {} |",
            report.scenario,
            best.best_s,
            best.agent,
            steady.last_ten_s,
            steady.agent,
            report.mean.delay_s,
            report.worst.delay_s,
            report.sensing,
        );
    }
    if rows.is_empty() {
        return rows;
    }
    format!(
        "\n### Beside what was published (SUMO {RELEASE}, delay in s)\n\n\
        | street | best published episode | best published mean of ten | ours: best seed | mean | worst seed | sensing |\n\
        |---|---|---|---|---|---|---|\n{rows}"
    )
}

#[cfg(test)]
mod tests {
    use super::{super::table::tests::report, *};

    const PUBLISHED: &str = "| map | agent | n ep | delay: mean of last 10 ep | delay best ep | all |\n|---|---|---|---|---|---|\n\
        | corner | A | 100 | 20.5 | 17.9 | - |\n| corner | B | 30 | 19.0 | 18.8 | - |\n| corner | C | 30 | - | - | - |\n| elsewhere | A | 3 | 1 | 1 | - |\n";

    #[test]
    fn the_best_of_the_others_stands_beside_ours_under_their_simulator_only() {
        let reports = [report("adaptive", "1.28.0"), report("adaptive", RELEASE), report("fixed", RELEASE)];
        let mut resco = reports.clone();
        for report in &mut resco {
            report.intergreen = "resco".into();
        }
        let text = section(PUBLISHED, &resco);
        assert!(text.ends_with("|---|\n| corner | 17.9 (A) | 19.0 (B) | 18.0 | 17.2 | 18.0 | camera |\n"), "{text}");
        assert_eq!(section(PUBLISHED, &reports), "", "with other intergreens nothing can be compared");
        assert_eq!(section("no table", &resco), "");
    }
}
