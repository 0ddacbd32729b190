use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(second)
}

fn offer(office: Option<&str>) -> Mandate {
    Mandate {
        id: "mandate_1".into(),
        principal: "persona_p".into(),
        agent: "persona_a".into(),
        form: "power_of_attorney".into(),
        scope: vec!["cases".into()],
        operations: vec!["file_case".into(), "pay_*".into()],
        limit: Limit { per_act: Some(60), total: Some(100) },
        spent: 0,
        from: at(10),
        until: at(20),
        office: office.map(str::to_owned),
        step: Step::Offered,
        granted_at: at(0),
        accepted_at: None,
        confirmed_at: None,
        ended_at: None,
    }
}

#[test]
fn it_is_in_force_from_its_first_moment_until_before_its_last() {
    let mut mandate = offer(None);
    assert_eq!(mandate.status(at(1)), Status::Offered);
    assert!(mandate.require_force(at(11)).is_err(), "an offer is no mandate");
    mandate.accept(at(5)).unwrap();
    let states = [(9, Status::Scheduled), (10, Status::InForce), (19, Status::InForce), (20, Status::Expired)];
    for (second, status) in states {
        assert_eq!(mandate.status(at(second)), status, "{second}");
    }
    assert_eq!(mandate.status(Timestamp(at(20).0 - 1)), Status::InForce);
}

#[test]
fn an_offer_that_nobody_answers_expires_and_can_not_be_accepted_later() {
    let mut mandate = offer(None);
    assert_eq!(mandate.accept(at(20)).unwrap_err().code.code, "mandate_not_open");
    assert_eq!(mandate.status(at(20)), Status::Expired);
}

#[test]
fn an_officer_confirms_what_was_accepted_and_nothing_else() {
    let mut mandate = offer(Some("digital"));
    assert!(mandate.confirm(at(1)).is_err());
    assert!(mandate.refuse(true, at(1)).is_err(), "an office decides on what the agent has accepted");
    mandate.accept(at(1)).unwrap();
    assert!(mandate.refuse(false, at(1)).is_err(), "the agent has said yes, and can revoke");
    assert_eq!(mandate.status(at(12)), Status::AwaitsConfirmation);
    mandate.confirm(at(12)).unwrap();
    assert_eq!(mandate.status(at(12)), Status::InForce);
    assert!(mandate.confirm(at(12)).is_err());
}

#[test]
fn without_a_stated_limit_no_money_moves() {
    let mut mandate = Mandate { limit: Limit::default(), ..offer(None) };
    mandate.accept(at(1)).unwrap();
    mandate.charge(0, at(11)).unwrap();
    assert_eq!(mandate.charge(1, at(11)).unwrap_err().code.code, "mandate_limit_exceeded");
}

#[test]
fn limits_that_contradict_each_other_are_told() {
    assert!(Limit { per_act: Some(2), total: Some(1) }.check().is_err());
    assert!(Limit { per_act: Some(0), total: None }.check().is_err());
    assert!(Limit { per_act: None, total: Some(i64::MAX) }.check().is_err());
    assert!(Limit { per_act: Some(1), total: Some(1) }.check().unwrap().is_stated());
    assert!(!Limit::default().check().unwrap().is_stated());
}

#[test]
fn the_same_again_is_known_and_a_later_term_is_not_the_same() {
    let mandate = offer(None);
    assert!(mandate.is_repeated_by(&offer(Some("digital"))));
    assert!(!mandate.is_repeated_by(&Mandate { from: at(20), until: at(30), ..offer(None) }));
    assert!(!mandate.is_repeated_by(&Mandate { scope: vec!["file_case".into()], ..offer(None) }));
}

#[test]
fn steps_read_back() {
    for step in Step::ALL {
        assert_eq!(Step::from_name(step.name()), Some(step));
    }
    assert_eq!(Step::from_name("expired"), None);
}

#[derive(Debug, Clone)]
enum Move {
    Wait(i64),
    Accept,
    Confirm,
    Refuse(bool),
    Revoke,
    Act(&'static str, i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        3 => (0..6_i64).prop_map(Move::Wait),
        3 => Just(Move::Accept),
        3 => Just(Move::Confirm),
        1 => any::<bool>().prop_map(Move::Refuse),
        1 => Just(Move::Revoke),
        6 => (prop::sample::select(vec!["file_case", "pay_tax", "close_case", "grant_mandate", "pay_ballot"]), -5..80_i64)
            .prop_map(|(operation, satang)| Move::Act(operation, satang)),
    ];
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever happens in whatever order: who acts under a mandate does it between from and until, after every consent that it
    /// needs and before any end, within its scope and its limits. The model keeps its own books.
    #[test]
    fn no_sequence_of_steps_acts_outside_term_scope_or_limit(
        moves in moves(), needs_office in any::<bool>(), per_act in prop::option::of(1..70_i64), total in prop::option::of(1..150_i64),
    ) {
        let mut mandate = offer(needs_office.then_some("digital"));
        mandate.limit = Limit { per_act, total };
        let (mut second, mut paid, mut is_agreed, mut is_confirmed, mut is_over) = (0_i64, 0_i64, false, false, false);
        for step in moves {
            match step {
                Move::Wait(seconds) => second += seconds,
                Move::Accept => if mandate.accept(at(second)).is_ok() {
                    prop_assert!(!is_agreed && !is_over && second < 20);
                    is_agreed = true;
                },
                Move::Confirm => if mandate.confirm(at(second)).is_ok() {
                    prop_assert!(needs_office && is_agreed && !is_confirmed && !is_over && second < 20);
                    is_confirmed = true;
                },
                Move::Refuse(is_officer) => if mandate.refuse(is_officer, at(second)).is_ok() {
                    prop_assert!(!is_over && !is_confirmed && is_agreed == is_officer);
                    is_over = true;
                },
                Move::Revoke => if mandate.revoke(at(second)).is_ok() {
                    prop_assert!(!is_over && second < 20);
                    is_over = true;
                },
                Move::Act(operation, satang) => {
                    let before = mandate.clone();
                    let may = is_agreed && (is_confirmed || !needs_office) && !is_over && (10..20).contains(&second);
                    prop_assert_eq!(mandate.require_force(at(second)).is_ok(), may);
                    prop_assert_eq!(mandate.covers(operation), matches!(operation, "file_case" | "pay_tax"));
                    if mandate.covers(operation) && mandate.charge(satang, at(second)).is_ok() {
                        prop_assert!(may && satang >= 0);
                        paid += satang;
                        prop_assert!(satang == 0 || per_act.is_some() || total.is_some());
                        prop_assert!(per_act.is_none_or(|most| satang <= most));
                        prop_assert!(total.is_none_or(|most| paid <= most));
                    } else {
                        prop_assert_eq!(&before, &mandate, "a refusal changes nothing");
                    }
                    prop_assert_eq!(mandate.spent, paid);
                }
            }
            prop_assert_eq!(mandate.status(at(second)) == Status::InForce, mandate.require_force(at(second)).is_ok());
        }
    }
}
