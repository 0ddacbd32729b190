use sala_measures::run::RunState;

use super::town::{Town, advise, approve, automatic, choice};

/// One rush of two hours, then quiet: from `hour` to `hour + 3`, and the rest after it.
const RUSH: [f64; 4] = [5600.0, 6300.0, 4000.0, 4000.0];

async fn blocked_by(town: &Town) -> Vec<Option<String>> {
    town.runs().await.into_iter().map(|run| run.blocked_by).collect()
}

#[tokio::test]
async fn the_kill_switch_blocks_and_the_block_is_recorded() {
    let town = Town::with(&[automatic()]).await;
    let operator = town.officer("traffic", &["operator"]);
    assert_eq!(
        town.room.stop_measure(&town.officer("health", &["operator"]), "traffic.congestion", "x").await.unwrap_err().code.status,
        403
    );
    assert_eq!(town.room.stop_measure(&operator, "traffic.congestion", "").await.unwrap_err().code.status, 400);
    town.room.stop_measure(&operator, "traffic.congestion", "อุบัติเหตุ").await.unwrap();
    assert_eq!(town.room.stop_measure(&operator, "traffic.congestion", "x").await.unwrap_err().code.code, "measure_standing");

    town.hours(0, &RUSH).await;
    let run = town.only_run().await;
    assert_eq!((run.state, run.blocked_by.as_deref()), (RunState::Blocked, Some("stopped")));
    assert_eq!(town.lever("traffic.plan").await, choice("1"));
    assert_eq!(town.acts("run.block").await.len(), 1);

    town.room.resume_measure(&operator, "traffic.congestion", "เปิดทางแล้ว").await.unwrap();
    town.hours(4, &RUSH).await;
    assert_eq!(town.acts("run.fire").await.len(), 1);
}

#[tokio::test]
async fn a_stopped_measure_moves_nothing_back_either() {
    let town = Town::with(&[automatic()]).await;
    town.hours(0, &RUSH[..2]).await;
    town.room.stop_measure(&town.officer("traffic", &["approver"]), "traffic.congestion", "ทดสอบ").await.unwrap();
    town.hours(2, &RUSH[2..]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("2"));
}

#[tokio::test]
async fn no_more_runs_than_a_day_may_have() {
    let town = Town::with(&[automatic().replace("max_runs_per_day: 5", "max_runs_per_day: 1")]).await;
    town.hours(0, &RUSH).await;
    town.hours(4, &RUSH).await;
    town.hours(30, &RUSH).await;
    assert_eq!(blocked_by(&town).await, [None, Some("run_limit".to_owned()), None]);
}

#[tokio::test]
async fn no_more_moves_than_the_lever_may_have() {
    let town = Town::with(&[automatic()]).await;
    for rush in 0..4 {
        town.hours(rush * 4, &RUSH).await;
    }
    assert_eq!(blocked_by(&town).await, [None, None, None, Some("lever_limit".to_owned())]);
}

#[tokio::test]
async fn no_second_proposal_while_one_waits_and_none_for_what_is_in_force() {
    let town = Town::with(&[approve()]).await;
    town.hours(0, &RUSH).await;
    town.hours(4, &RUSH).await;
    let first = town.runs().await.remove(0);
    town.room.approve_run(&town.officer("health", &["approver"]), &first.id, None).await.unwrap();
    town.hours(8, &RUSH).await;
    assert_eq!(blocked_by(&town).await, [None, Some("proposal_open".to_owned()), Some("already_in_force".to_owned())]);
}

#[tokio::test]
async fn an_officer_undoes_a_move_once() {
    let town = Town::with(&[automatic(), advise()]).await;
    town.hours(0, &RUSH[..2]).await;
    let operator = town.officer("traffic", &["operator"]);
    assert_eq!(town.room.undo_lever(&town.visitor(), "traffic.plan", "x").await.unwrap_err().code.status, 401);
    town.room.undo_lever(&operator, "traffic.plan", "สัญญาณเสีย").await.unwrap();
    assert_eq!(town.lever("traffic.plan").await, choice("1"));
    assert!(!town.lever("town.notice").await.is_silent(), "the other lever stays");
    let undone: Vec<_> = town.runs().await.into_iter().filter(|run| run.state == RunState::Undone).map(|run| run.measure).collect();
    assert_eq!(undone, ["traffic.congestion"]);
    assert_eq!(town.room.undo_lever(&operator, "traffic.plan", "x").await.unwrap_err().code.code, "lever_not_undoable");
    assert_eq!(town.room.undo_lever(&operator, "traffic.plane", "x").await.unwrap_err().code.status, 404);
}

#[tokio::test]
async fn a_sunset_ends_the_measure_and_gives_the_lever_back() {
    let town = Town::with(&[automatic()]).await;
    town.hours(0, &RUSH[..2]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("2"));
    town.clock.advance_seconds(3 * 366 * 86_400);
    let town = town.restart(&[automatic()]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("1"));
    assert_eq!(town.acts("measure.end").await.len(), 1);
    town.hours(2, &RUSH).await;
    assert_eq!(town.runs().await.len(), 1, "an ended measure watches nothing");
    let town = town.restart(&[automatic()]).await;
    assert_eq!(town.acts("measure.end").await.len(), 1, "and ends only once");
}
