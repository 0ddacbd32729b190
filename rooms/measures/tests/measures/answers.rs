use sala_measures::run::RunState;

use super::town::{Town, approve, choice};

async fn proposed() -> (Town, String) {
    let town = Town::with(&[approve()]).await;
    town.hours(6, &[5600.0, 6300.0]).await;
    let run = town.only_run().await;
    assert_eq!((run.state, town.lever("health.alert").await), (RunState::Proposed, choice("normal")));
    (town, run.id)
}

#[tokio::test]
async fn an_officer_approves_and_the_lever_moves() {
    let (town, run) = proposed().await;
    let officer = town.officer("health", &["approver"]);
    let answered = town.room.approve_run(&officer, &run, Some("ผู้ป่วยเพิ่มเร็ว")).await.unwrap();
    assert_eq!(
        (answered.state, answered.officer.as_deref(), answered.reason.as_deref()),
        (RunState::Moved, Some("health-officer"), Some("ผู้ป่วยเพิ่มเร็ว"))
    );
    assert_eq!(town.lever("health.alert").await, choice("watch"));
    let [act] = town.acts("run.approve").await.try_into().unwrap();
    assert_eq!((act.leaf.actor.as_str(), act.leaf.office.as_deref()), ("health-officer", Some("health")));
    assert!(act.leaf.commit.contains_key("reason") && !act.leaf.public.contains_key("reason"));

    let again = town.room.approve_run(&officer, &run, None).await.unwrap_err();
    assert_eq!(again.code.code, "run_not_proposed");
}

#[tokio::test]
async fn an_officer_refuses_with_a_reason() {
    let (town, run) = proposed().await;
    let officer = town.officer("health", &["approver"]);
    assert_eq!(town.room.refuse_run(&officer, &run, "  ").await.unwrap_err().code.code, "invalid_input");
    let answered = town.room.refuse_run(&officer, &run, "ข้อมูลล่าช้า").await.unwrap();
    assert_eq!(answered.state, RunState::Refused);
    assert_eq!(town.lever("health.alert").await, choice("normal"));
    assert_eq!(town.acts("run.refuse").await.len(), 1);
}

#[tokio::test]
async fn only_an_approver_of_the_owning_office_answers() {
    let (town, run) = proposed().await;
    for (ctx, status) in
        [(town.visitor(), 401), (town.officer("traffic", &["approver"]), 403), (town.officer("health", &["operator"]), 403)]
    {
        assert_eq!(town.room.approve_run(&ctx, &run, None).await.unwrap_err().code.status, status);
        assert_eq!(town.room.refuse_run(&ctx, &run, "no").await.unwrap_err().code.status, status);
    }
    assert_eq!(town.only_run().await.state, RunState::Proposed);
}

#[tokio::test]
async fn an_unanswered_proposal_lapses() {
    let (town, run) = proposed().await;
    town.room.expire_due().await.unwrap();
    assert_eq!(town.only_run().await.state, RunState::Proposed);
    town.clock.advance_seconds(600);
    let late = town.room.approve_run(&town.officer("health", &["approver"]), &run, None).await.unwrap_err();
    assert_eq!(late.code.code, "proposal_lapsed");
    town.room.expire_due().await.unwrap();
    town.room.expire_due().await.unwrap();
    assert_eq!(town.only_run().await.state, RunState::Expired);
    assert_eq!(town.acts("run.expire").await.len(), 1);
}

#[tokio::test]
async fn a_proposal_whose_ground_is_gone_lapses_if_the_measure_releases() {
    let town = Town::with(&[approve().replace("auto_release: false", "auto_release: true")]).await;
    town.hours(6, &[5600.0, 6300.0, 4000.0]).await;
    assert_eq!(town.only_run().await.state, RunState::Expired);

    let (town, _) = proposed().await;
    town.hours(8, &[4000.0]).await;
    assert_eq!(town.only_run().await.state, RunState::Proposed, "this one leaves it to the officer");
}

#[tokio::test]
async fn nothing_is_approved_while_the_measure_is_stopped() {
    let (town, run) = proposed().await;
    let officer = town.officer("health", &["approver"]);
    town.room.stop_measure(&officer, "health.preparedness", "ตรวจสอบข้อมูล").await.unwrap();
    assert_eq!(town.room.approve_run(&officer, &run, None).await.unwrap_err().code.code, "measure_standing");
    town.room.resume_measure(&officer, "health.preparedness", "ตรวจแล้ว").await.unwrap();
    assert_eq!(town.room.approve_run(&officer, &run, None).await.unwrap().state, RunState::Moved);
}
