use sala_measures::{effect::Verdict, run::RunState};

use super::town::{Town, automatic};

const BEFORE: [f64; 8] = [5400.0, 5410.0, 5390.0, 5405.0, 5395.0, 5400.0, 5600.0, 6300.0];
const AFTER: [f64; 6] = [5100.0, 5110.0, 5090.0, 5105.0, 5095.0, 5100.0];

#[tokio::test]
async fn an_effect_is_measured_and_published_with_its_interval() {
    let town = Town::with(&[automatic()]).await;
    town.hours(0, &BEFORE).await;
    town.hours(8, &AFTER).await;
    let run = town.only_run().await;
    let effect = run.effect.unwrap();
    assert_eq!((run.state, effect.verdict, effect.n_before, effect.n_after), (RunState::Evaluated, Verdict::Better, 6, 6));
    assert!((effect.estimate + 300.0).abs() < 10.0 && effect.low < effect.estimate && effect.estimate < effect.high);
    assert_eq!(effect.unit, "vehicles/h");
    let [act] = town.acts("run.evaluate").await.try_into().unwrap();
    assert!(act.leaf.public.contains_key("low") && act.leaf.commit.contains_key("points"));
    assert!(town.room.replay(&town.ctx(), &act.leaf.id).await.unwrap().agrees);
}

#[tokio::test]
async fn a_bad_effect_is_published_as_well() {
    let town = Town::with(&[automatic()]).await;
    town.hours(0, &BEFORE).await;
    town.hours(8, &AFTER.map(|value| value + 600.0)).await;
    assert_eq!(town.only_run().await.effect.unwrap().verdict, Verdict::Worse);
}

#[tokio::test]
async fn played_history_is_said_to_be_no_effect() {
    let town = Town::with(&[automatic()]).await;
    *town.script.is_replayed_history.lock().unwrap() = true;
    town.hours(0, &BEFORE).await;
    town.hours(8, &AFTER).await;
    let effect = town.only_run().await.effect.unwrap();
    assert_eq!((effect.verdict, effect.is_replayed_history), (Verdict::Unclear, true));
    assert!(effect.note.en.contains("recorded history"));
}

#[tokio::test]
async fn an_undone_run_is_not_judged() {
    let town = Town::with(&[automatic()]).await;
    town.hours(0, &BEFORE).await;
    town.room.undo_lever(&town.officer("traffic", &["operator"]), "traffic.plan", "ทดสอบ").await.unwrap();
    town.hours(8, &AFTER).await;
    assert_eq!((town.only_run().await.effect, town.acts("run.evaluate").await.len()), (None, 0));
}

#[tokio::test]
async fn a_switchback_compares_the_hours_with_the_lever_moved_with_those_without() {
    let town = Town::with(&[automatic().replace("design: before_after", "design: switchback")]).await;
    for rush in 0..3 {
        town.hours(rush * 4, &[5600.0, 6300.0, 4000.0, 4100.0]).await;
    }
    let run = town.runs().await.remove(0);
    let effect = run.effect.unwrap();
    // Hours 2 and 6 had the lever moved; 0–1, 3–5 and 7 had not.
    assert_eq!((effect.n_after, effect.n_before), (2, 6));
    assert!(effect.estimate < 0.0);
    assert!(town.room.replay(&town.ctx(), &run.acts.last().unwrap().id).await.unwrap().agrees);
}

#[tokio::test]
async fn without_enough_windows_before_the_move_there_is_no_effect() {
    let town = Town::with(&[automatic()]).await;
    town.hours(0, &[5600.0, 6300.0]).await;
    town.hours(2, &AFTER).await;
    assert_eq!((town.only_run().await.effect, town.acts("run.evaluate").await.len()), (None, 0));
}
