use super::*;

const DEMO: &str = include_str!("../../../../../profiles/demo/mandates.yaml");

fn read(yaml: &str) -> Result<Delegation, Problem> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mandates.yaml");
    std::fs::write(&path, yaml).unwrap();
    let offices = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo/offices.yaml");
    Delegation::read(&path, &Offices::read(&offices).unwrap())
}

#[test]
fn the_demo_profile_is_sound_and_has_the_three_forms() {
    let delegation = read(DEMO).unwrap();
    let forms: Vec<&str> = delegation.forms.iter().map(|form| form.id.as_str()).collect();
    assert_eq!(forms, ["power_of_attorney", "guardian", "company_representative"]);
    assert!(delegation.form("power_of_attorney").unwrap().confirmation.is_none());
    for form in ["guardian", "company_representative"] {
        assert!(delegation.form(form).unwrap().confirmation.is_some(), "{form}");
    }
}

#[test]
fn a_profile_without_the_file_delegates_nothing() {
    let offices = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo/offices.yaml");
    let delegation = Delegation::read(Path::new("/nowhere/mandates.yaml"), &Offices::read(&offices).unwrap()).unwrap();
    assert_eq!(delegation, Delegation::default());
    assert!(!delegation.allows("file_case"));
}

#[test]
fn a_key_that_is_not_known_is_told_with_its_line() {
    let problem = read(&DEMO.replace("moves_money", "costs")).unwrap_err();
    assert!(problem.detail.en.contains("unknown field `costs`") && problem.detail.en.contains("line "), "{problem}");
}

#[test]
fn every_broken_rule_is_told_at_its_place() {
    let yaml = "
groups:
  - { id: a, title: { th: ก, en: a }, operations: [file_case, grant_mandate, 'x', 'open_session*'] }
  - { id: a, title: { th: ก, en: ' ' }, operations: [] }
forms:
  - { id: B, title: { th: ก, en: a }, legal_basis: { th: ก, en: a }, principal: organisation, asked_by: agent, longest_days: 0 }
  - { id: c, title: { th: ก, en: a }, legal_basis: { th: ก, en: a }, principal: person, asked_by: agent, longest_days: 1,
  confirmation: { office: digital, role: mayor } }
";
    let problem = read(yaml).unwrap_err();
    let places: Vec<&str> = problem.errors.iter().map(|error| error.pointer.split_once('#').unwrap().1).collect();
    assert_eq!(
        places,
        [
            "/groups/0/operations/1",
            "/groups/0/operations/2",
            "/groups/0/operations/3",
            "/groups/1/id",
            "/groups/1/title/en",
            "/groups/1/operations",
            "/forms/0/id",
            "/forms/0/longest_days",
            "/forms/0/confirmation",
            "/forms/0/principal",
            "/forms/0/asked_by",
            "/forms/1/confirmation",
            "/forms/1/evidence",
        ]
    );
}

#[test]
fn a_scope_is_a_group_or_an_operation_of_one_and_what_is_personal_is_neither() {
    let yaml = "
groups:
  - { id: cases, title: { th: ก, en: a }, operations: [file_case, 'send_*'] }
  - { id: bills, title: { th: ก, en: a }, operations: [send_payment], moves_money: true }
forms: []
";
    let delegation = read(yaml).unwrap();
    assert_eq!(delegation.resolve("cases"), Some((vec!["file_case".into(), "send_*".into()], false)));
    assert_eq!(delegation.resolve("file_case"), Some((vec!["file_case".into()], false)));
    assert!(delegation.resolve("send_payment").unwrap().1, "the stricter group decides");
    for wrong in ["send_ballot", "send_*", "close_case", "", "send_passkey"] {
        assert_eq!(delegation.resolve(wrong), None, "{wrong}");
    }
}
