use std::path::Path;

use super::ConductFile;

fn demo() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo/conduct.yaml")).unwrap()
}

fn check(text: &str) -> Result<(), String> {
    let file: ConductFile = serde_norway::from_str(text).map_err(|fault| fault.to_string())?;
    file.check().map_err(|problem| problem.errors[0].pointer.clone())
}

#[test]
fn the_demonstrations_code_can_be_kept() {
    check(&demo()).unwrap();
}

#[test]
fn a_code_that_could_not_be_kept_is_refused_with_its_place() {
    let demo = demo();
    let with = |from: &str, to: &str| {
        assert!(demo.contains(from), "{from}");
        check(&demo.replacen(from, to, 1)).unwrap_err()
    };
    for (from, to, place) in [
        ("longest_minutes: 525600", "longest_minutes: 525601", "conduct.yaml#/rules/0/sanctions/0/longest_minutes"),
        ("longest_minutes: 525600", "longest_minutes: 0", "conduct.yaml#/rules/0/sanctions/0/longest_minutes"),
        ("step: mute", "step: warn", "conduct.yaml#/rules/0/sanctions/1/step"),
        ("step: warn", "step: keep_out_all", "conduct.yaml#/rules/0/sanctions/1/step"),
        ("appeal_days: 30", "appeal_days: 0", "conduct.yaml#/moderation"),
        ("evidence_days: 30", "evidence_days: 29", "conduct.yaml#/moderation/evidence_days"),
        ("office: health, role: reviewer", "office: digital, role: reviewer", "conduct.yaml#/moderation/review/office"),
    ] {
        assert_eq!(with(from, to), place, "{from} → {to}");
    }
    assert!(with("step: mute", "step: prison").contains("unknown variant"), "there is no step beyond the four");
    assert!(with("appeal_days: 30", "appeal_days: 30\n  services: all").contains("unknown field"), "and nothing but spaces");
}
