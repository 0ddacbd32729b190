//! The table of docs/signals.md, made of the finished benches.

use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

use super::{fault::Fault, published, report::Report};

const OPEN: &str = "<!-- bench -->";
const CLOSE: &str = "<!-- /bench -->";

/// The order in which controllers are told; others come after them.
const ORDER: [&str; 6] = ["fixed", "sumo-actuated", "sumo-delay-based", "actuated", "max-pressure", "adaptive"];

/// Writes the table between the marks of a page, with what others published (a table in Markdown) at its end; gives the number of benches in it.
///
/// # Errors
/// [`Fault::File`]; [`Fault::Scenario`] for a file that is no bench or a page without marks.
pub fn write(folder: &Path, published: Option<&Path>, page: &Path) -> Result<usize, Fault> {
    let mut reports = vec![];
    for entry in fs::read_dir(folder).map_err(|cause| Fault::file(folder, cause))? {
        let path = entry.map_err(|cause| Fault::file(folder, cause))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let bytes = fs::read(&path).map_err(|cause| Fault::file(&path, cause))?;
            reports.push(serde_json::from_slice::<Report>(&bytes).map_err(|fault| Fault::scenario(&path, fault))?);
        }
    }
    let text = fs::read_to_string(page).map_err(|cause| Fault::file(page, cause))?;
    let others = published.map(|path| fs::read_to_string(path).map_err(|cause| Fault::file(path, cause))).transpose()?;
    let beside = others.map(|others| published::section(&others, &reports)).unwrap_or_default();
    let whole = replaced(&text, &format!("{}{beside}\n", table(&reports)))
        .ok_or_else(|| Fault::scenario(page, format!("{OPEN} and {CLOSE} are not in it")))?;
    fs::write(page, whole).map_err(|cause| Fault::file(page, cause))?;
    Ok(reports.len())
}

fn replaced(page: &str, table: &str) -> Option<String> {
    let (before, rest) = page.split_once(OPEN)?;
    let (_, after) = rest.split_once(CLOSE)?;
    Some(format!("{before}{OPEN}\n{table}{CLOSE}{after}"))
}

/// One section for each version of SUMO, whose intergreens, and scale; one row for each street, controller and sensing.
fn table(reports: &[Report]) -> String {
    let mut sections: BTreeMap<_, Vec<&Report>> = BTreeMap::new();
    for report in reports {
        // The newest SUMO first, the demand as it is before a scaled one.
        let release: Vec<u32> = report.sumo_version.split('.').map(|part| part.parse().unwrap_or(0)).collect();
        let key = (std::cmp::Reverse(release), report.intergreen.clone(), report.scale.to_string());
        sections.entry(key).or_default().push(report);
    }
    let mut text = String::new();
    for ((_, intergreen, scale), mut rows) in sections {
        let Some(first) = rows.first() else { continue };
        let demand = if scale == "1" { String::new() } else { format!(", demand × {scale}") };
        let _ = writeln!(text, "\n### SUMO {}, intergreens: {intergreen}{demand}\n", first.sumo_version);
        text += "| street | controller | sensing | seeds | delay s | worst seed s | p95 s | waiting s | trip s | arrived / demanded | fewest arrived | not departed | violations | interventions | ms per junction and s |\n";
        text += "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
        rows.sort_by_key(|report| (report.scenario.clone(), rank(&report.controller), report.sensing.clone()));
        for report in rows {
            text += &row(report);
        }
    }
    text
}

fn rank(controller: &str) -> usize {
    ORDER.iter().position(|name| *name == controller).unwrap_or(ORDER.len())
}

fn row(report: &Report) -> String {
    let runs = &report.runs;
    let fewest = runs.iter().map(|run| run.trips.arrived).min().unwrap_or(0);
    let demanded = runs.iter().map(|run| run.trips.demanded).max().unwrap_or(0);
    let undeparted = runs.iter().map(|run| run.trips.undeparted).max().unwrap_or(0);
    let violations: u64 = runs.iter().map(|run| run.safety_violations).sum();
    let interventions: u64 = runs.iter().map(|run| run.safety_interventions).sum();
    let cost = runs.iter().map(|run| run.controller_ms_per_step).fold(0.0, f64::max);
    let locked = runs.iter().filter(|run| run.deadlock.is_some()).count();
    let seeds = if locked == 0 { runs.len().to_string() } else { format!("{}, {locked} locked", runs.len()) };
    let name = if report.controller == "adaptive" { "**adaptive**" } else { &report.controller };
    format!(
        "| {} | {name} | {} | {seeds} | {:.1} | {:.1} | {:.0} | {:.1} | {:.1} | {:.0} / {demanded} | {fewest} | {undeparted} | {violations} | {interventions} | {cost:.3} |\n",
        report.scenario,
        report.sensing,
        report.mean.delay_s,
        report.worst.delay_s,
        report.mean.p95_delay_s,
        report.mean.waiting_s,
        report.mean.duration_s,
        report.mean.arrived,
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::{super::deadlock::Deadlock, *};

    pub(in super::super) fn report(controller: &str, version: &str) -> Report {
        serde_json::from_value(serde_json::json!({
            "scenario": "corner", "controller": controller, "sensing": "camera", "intergreen": "network", "sumo_version": version,
            "begin_s": 0.0, "end_s": 3600.0, "scale": 1.0, "signals": 1, "is_separate": false,
            "mean": {"delay_s": 17.24, "waiting_s": 6.0, "duration_s": 39.0, "arrived": 1998.5, "p95_delay_s": 51.2},
            "worst": {"seed": 2, "delay_s": 18.0, "arrived": 1990},
            "runs": [{"seed": 2, "delay_s": 18.0, "time_loss_s": 17.0, "waiting_s": 6.0, "duration_s": 39.0, "demanded": 2015, "arrived": 1990,
                "undeparted": 3, "p95_delay_s": 51.2, "worst_delay_s": 99.0, "safety_violations": 0, "safety_interventions": 4,
                "controller_ms_per_step": 0.02, "silent_at_s": null, "fallback_at_s": null, "fallback_s": 0, "violations": [], "teleports": 0, "collisions": 0, "emergency_stops": 0, "lamps_sha256": ""}]
        }))
        .unwrap()
    }

    #[test]
    fn the_newest_simulator_and_the_plain_plan_come_first() {
        let text = table(&[report("adaptive", "1.9.2"), report("adaptive", "1.28.0"), report("fixed", "1.28.0")]);
        let rows: Vec<_> = text.lines().filter(|line| line.starts_with("###") || line.starts_with("| corner")).collect();
        assert_eq!(rows.len(), 5);
        assert!(
            rows[0].contains("SUMO 1.28.0")
                && rows[1].contains("| fixed |")
                && rows[2].contains("**adaptive**")
                && rows[3].contains("1.9.2")
        );
        assert_eq!(
            rows[2],
            "| corner | **adaptive** | camera | 1 | 17.2 | 18.0 | 51 | 6.0 | 39.0 | 1998 / 2015 | 1990 | 3 | 0 | 4 | 0.020 |"
        );
    }

    #[test]
    fn runs_in_which_a_crossing_without_signals_was_blocked_are_counted() {
        let mut report = report("actuated", "1.28.0");
        report.runs.push(report.runs[0].clone());
        report.runs[1].deadlock = Some(Deadlock { since_s: 736.0, lane: ":n_0_0".into() });
        assert!(row(&report).contains("| camera | 2, 1 locked | 17.2 |"), "{}", row(&report));
        assert!(
            report.lines().iter().any(|line| line.contains("seed 2: :n_0_0, in a crossing without signals, has been blocked since 736 s"))
        );
    }

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let page = format!("before\n{OPEN}\nold\n{CLOSE}\nafter");
        assert_eq!(replaced(&page, "new\n").unwrap(), format!("before\n{OPEN}\nnew\n{CLOSE}\nafter"));
        assert_eq!(replaced("no marks", "new"), None);
    }
}
