use sala_core::lever::{LeverKind, LeverSpec, LeverValue};

use super::*;

pub(crate) const FILE: &str = r#"
id: traffic.congestion
title: {th: "รถติด", en: "Congestion"}
summary: {th: "เปลี่ยนแผนสัญญาณ", en: "Changes the signal plan"}
legal_basis: {law: {th: "พ.ร.บ. จราจรทางบก พ.ศ. 2522", en: "Road Traffic Act B.E. 2522"}, section: "139"}
office: traffic
mode: automatic
trigger:
  series: road.volume
  window_s: 3600
  statistic: mean
  comparison: above
  threshold: 5500
  release: 4800
  for_s: 7200
  cooldown_s: 3600
  sentence: {th: "เกิน", en: "over"}
action: {lever: traffic.plan, value: "2", sentence: {th: "แผน 2", en: "plan 2"}}
guardrails: {max_runs_per_day: 3, auto_release: true}
review_on: "2027-06-30"
sunset_on: "2028-12-31"
metric: {series: road.volume, statistic: mean, design: before_after, window_s: 3600, windows_before: 6, windows_after: 6, better: lower, sentence: {th: "ปริมาณรถ", en: "volume"}}
"#;

pub(crate) fn measure() -> Measure {
    Measure::parse("traffic.yaml", FILE.as_bytes()).unwrap()
}

struct Town;

impl World for Town {
    fn lever(&self, id: &str) -> Option<LeverSpec> {
        let yaml = r#"
id: traffic.plan
kind: signal_plan
title: {th: "แผน", en: "Plan"}
office: traffic
legal_basis: {th: "ม.", en: "s."}
choices: [{value: "1", title: {th: "ก", en: "a"}}, {value: "2", title: {th: "ข", en: "b"}}]
initial: "1"
max_moves_per_day: 10
"#;
        let plan: LeverSpec = serde_norway::from_str(yaml).unwrap();
        (id == plan.id).then_some(plan)
    }

    fn window_s(&self, series: &str) -> Option<i64> {
        (series == "road.volume").then_some(3600)
    }
}

/// The pointers that are named when `from` in the file reads `to`.
fn faults(from: &str, to: &str) -> String {
    assert!(FILE.contains(from), "{from}");
    let parsed =
        Measure::parse("traffic.yaml", FILE.replacen(from, to, 1).as_bytes()).and_then(|measure| measure.fits("traffic.yaml", &Town));
    parsed.map_or_else(|problem| problem.to_string(), |()| "none".into())
}

#[test]
fn a_good_file_is_taken() {
    measure().fits("traffic.yaml", &Town).unwrap();
    assert_eq!(Measure::from_content(&measure().content()), Some(measure()));
}

#[test]
fn a_bad_file_names_itself_the_field_and_what_is_expected() {
    for (from, to, told) in [
        ("threshold: 5500", "threshold: high", "trigger.threshold: invalid type"),
        ("release: 4800", "relase: 4800", "unknown field `relase`"),
        ("release: 4800", "release: 5600", "trigger.release: expected a value on the quiet side"),
        ("mode: automatic", "mode: auto", "unknown variant `auto`, expected one of `advise`"),
        ("mode: automatic", "mode: approve", "guardrails.proposal_expires_s: expected"),
        ("mode: automatic", "mode: advise", "action.lever: expected a lever of kind notice"),
        ("value: \"2\"", "value: \"7\"", "action.value: expected a value that the lever takes"),
        ("value: \"2\"", "value: 2", "action.value: expected a value that the lever takes"),
        ("office: traffic", "office: health", "office: expected traffic"),
        ("lever: traffic.plan", "lever: traffic.plane", "action.lever: expected the id of a lever"),
        ("series: road.volume", "series: road", "trigger.series: expected the id of a series"),
        ("window_s: 3600", "window_s: 60", "trigger.window_s: expected 3600"),
        ("sunset_on: \"2028-12-31\"", "sunset_on: \"2027-01-31\"", "sunset_on: expected a day after the review"),
        ("review_on: \"2027-06-30\"", "review_on: \"30/6/2027\"", "expected YYYY-MM-DD"),
        ("windows_after: 6", "windows_after: 2", "metric.windows_after: expected 6–1000"),
        ("section: \"139\"", "section: \" \"", "legal_basis.section: expected"),
        ("en: \"over\"", "en: \"\"", "trigger.sentence: expected"),
        ("max_runs_per_day: 3", "max_runs_per_day: 0", "guardrails.max_runs_per_day: expected"),
        ("for_s: 7200", "for_s: -1", "trigger.for_s: expected"),
    ] {
        let problem = faults(from, to);
        assert!(problem.contains("traffic.yaml") && problem.contains(told), "{to}: {problem}");
    }
}

#[test]
fn a_comment_makes_no_new_version_and_a_number_does() {
    let parse = |text: &str| Measure::parse("traffic.yaml", text.as_bytes()).unwrap().hash();
    assert_eq!(parse(FILE), parse(&format!("# a remark\n{FILE}")));
    assert_ne!(parse(FILE), parse(&FILE.replace("5500", "5400")));
}

#[test]
fn a_silent_notice_is_no_advice() {
    assert!(LeverValue::Notice(Text::default()).is_silent());
    assert_eq!(Town.lever("traffic.plan").unwrap().kind, LeverKind::SignalPlan);
}

proptest::proptest! {
    #[test]
    fn a_file_with_anything_in_it_is_read_or_refused(place in 0_usize..FILE.len(), length in 0_usize..12, patch in "[ -~\\n]{0,12}") {
        let mut bytes = FILE.as_bytes().to_vec();
        let end = (place + length).min(bytes.len());
        bytes.splice(place..end, patch.bytes());
        if let Ok(measure) = Measure::parse("any.yaml", &bytes) {
            proptest::prop_assert_eq!(Measure::from_content(&measure.content()).map(|same| same.hash()), Some(measure.hash()));
        }
    }
}
