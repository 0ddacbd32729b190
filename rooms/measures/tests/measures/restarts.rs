use super::town::{Town, automatic, choice, window};

#[tokio::test]
async fn a_hold_goes_on_across_a_restart() {
    let town = Town::with(&[automatic()]).await;
    town.hours(5, &[3000.0, 5600.0]).await;
    let town = town.restart(&[automatic()]).await;
    town.room.catch_up().await.unwrap();
    town.hours(7, &[6300.0]).await;
    let run = town.only_run().await;
    assert_eq!(run.since, window(6, 0.0).start);
    assert!(town.room.replay(&town.ctx(), &run.acts[0].id).await.unwrap().agrees);
}

#[tokio::test]
async fn what_came_while_the_hall_was_down_is_worked_on_once() {
    let town = Town::with(&[automatic()]).await;
    town.hours(5, &[3000.0]).await;
    for (hour, mean) in [(6, 5600.0), (7, 6300.0)] {
        town.script.put(window(hour, mean));
    }
    let town = town.restart(&[automatic()]).await;
    town.room.catch_up().await.unwrap();
    assert_eq!(town.lever("traffic.plan").await, choice("1"), "the newest window may still grow, so it is not taken");
    town.script.put(window(8, 5000.0));
    town.room.catch_up().await.unwrap();
    assert_eq!(town.lever("traffic.plan").await, choice("2"));
    let town = town.restart(&[automatic()]).await;
    town.room.catch_up().await.unwrap();
    town.room.take(&window(7, 6300.0)).await.unwrap();
    assert_eq!(town.runs().await.len(), 1);
    town.hours(9, &[4000.0]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("1"), "the release is known after the restart too");
}

#[tokio::test]
async fn history_from_before_the_measure_fires_nothing() {
    let town = Town::with(&[]).await;
    for (hour, mean) in [(6, 5600.0), (7, 6300.0), (8, 6300.0)] {
        town.script.put(window(hour, mean));
    }
    let town = town.restart(&[automatic()]).await;
    town.room.catch_up().await.unwrap();
    assert_eq!(town.runs().await, []);
}

#[tokio::test]
async fn an_effect_that_was_still_due_is_found_after_a_restart() {
    let town = Town::with(&[automatic()]).await;
    town.hours(0, &[5000.0, 5010.0, 4990.0, 5005.0, 4995.0, 5000.0, 5600.0, 6300.0]).await;
    let town = town.restart(&[automatic()]).await;
    town.room.catch_up().await.unwrap();
    town.hours(8, &[5000.0, 5010.0, 4990.0, 5005.0, 4995.0]).await;
    assert_eq!(town.acts("run.evaluate").await.len(), 0);
    town.hours(13, &[5000.0]).await;
    assert_eq!(town.acts("run.evaluate").await.len(), 1);
}

#[tokio::test]
async fn a_window_that_no_one_told_is_taken_before_the_next() {
    let town = Town::with(&[automatic()]).await;
    town.hours(5, &[3000.0]).await;
    town.script.put(window(6, 5600.0));
    town.hours(7, &[6300.0]).await;
    assert_eq!(town.only_run().await.since, window(6, 0.0).start);
}
