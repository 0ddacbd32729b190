use sala_core::{cbor::Value, lever::LeverValue, text::Text};
use sala_measures::{measure::Measure, run::RunState};

use super::town::{Town, advise, automatic, choice, window};

#[tokio::test]
async fn an_automatic_measure_fires_and_moves_its_lever_in_one_act() {
    let town = Town::with(&[automatic()]).await;
    town.hours(5, &[3000.0, 5600.0]).await;
    assert_eq!(town.runs().await, []);
    town.hours(7, &[6300.0]).await;

    let run = town.only_run().await;
    assert_eq!((run.state, run.observed, run.before), (RunState::Moved, 6300.0, Some(choice("1"))));
    assert_eq!(town.lever("traffic.plan").await, choice("2"));
    let [act] = town.acts("run.fire").await.try_into().unwrap();
    let measure: Measure = serde_norway::from_str(&automatic()).unwrap();
    assert_eq!(act.leaf.policy, Some(measure.hash()));
    assert_eq!(act.leaf.actor, "system:measures/1");
    assert!(act.leaf.authority.contains("มาตรา 139") && act.leaf.authority.contains("Road Traffic Act"), "{}", act.leaf.authority);
    assert_eq!(act.leaf.public.get("outcome"), Some(&Value::Text("moved".into())));
    assert_eq!(act.leaf.commit.keys().map(String::as_str).collect::<Vec<_>>(), ["decision", "facts", "inputs", "measure", "prior"]);
    assert_eq!(run.acts.first().map(|act| act.id.clone()), Some(act.leaf.id));
}

#[tokio::test]
async fn the_lever_goes_back_when_the_trigger_lets_go() {
    let town = Town::with(&[automatic()]).await;
    town.hours(6, &[5600.0, 6300.0, 5000.0]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("2"), "between release and threshold nothing changes");
    town.hours(9, &[4500.0]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("1"));
    assert_eq!(town.only_run().await.released_at, Some(window(9, 0.0).end));
    assert_eq!(town.acts("run.release").await.len(), 1);

    town.hours(10, &[6000.0, 6000.0, 6000.0]).await;
    assert_eq!(town.runs().await.len(), 2, "after the rest of an hour it fires again");
}

#[tokio::test]
async fn a_lever_that_someone_has_moved_since_stays_where_they_left_it() {
    let town = Town::with(&[automatic()]).await;
    town.hours(6, &[5600.0, 6300.0]).await;
    town.room.undo_lever(&town.officer("traffic", &["operator"]), "traffic.plan", "การซ่อมถนน").await.unwrap();
    town.hours(8, &[4000.0]).await;
    assert_eq!(town.acts("run.release").await, []);
    assert_eq!(town.only_run().await.state, RunState::Undone);
}

#[tokio::test]
async fn advice_is_published_and_taken_back() {
    let town = Town::with(&[advise()]).await;
    town.hours(6, &[5600.0, 6300.0]).await;
    assert_eq!(town.only_run().await.state, RunState::Advised);
    assert_eq!(town.lever("town.notice").await, LeverValue::Notice(Text::new("เลี่ยงทางหลวง", "Avoid the highway")));
    town.hours(8, &[4000.0]).await;
    assert!(town.lever("town.notice").await.is_silent());
}

#[tokio::test]
async fn the_room_works_while_no_one_asks() {
    let town = Town::with(&[automatic()]).await;
    let mut events = town.bus.subscribe();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    // One hour came before the room began to listen, the other comes live.
    town.script.put(window(6, 5600.0));
    let job = tokio::spawn(town.room.clone().run(stopped));
    let told = async {
        loop {
            // Told again and again, because the room listens to the bus only once it has caught up.
            town.script.put(window(7, 6300.0));
            town.script.tell(&window(7, 6300.0));
            while let Ok(event) = events.try_recv() {
                if event.name == "run" {
                    return event.data;
                }
            }
            tokio::task::yield_now().await;
        }
    };
    assert!(told.await.contains("traffic.congestion"));
    stop.send(true).unwrap();
    job.await.unwrap();
    assert_eq!(town.runs().await.len(), 1);
}

#[tokio::test]
async fn two_measures_share_a_lever_and_each_takes_only_its_own_move_back() {
    let other = automatic()
        .replace("traffic.congestion", "traffic.flood")
        .replace("value: \"2\"", "value: \"1\"")
        .replace("release: 4800", "release: 3500");
    let first = automatic().replace("for_s: 7200", "for_s: 3600");
    let town = Town::with(&[first, other]).await;
    town.hours(6, &[5600.0]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("2"));
    town.hours(7, &[6300.0]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("1"), "the second measure has moved it on");
    town.hours(8, &[4000.0]).await;
    assert_eq!(town.lever("traffic.plan").await, choice("1"), "the first has let go, the second holds");
    assert_eq!(town.acts("run.release").await.len(), 1);
    town.hours(9, &[3000.0]).await;
    assert_eq!(town.acts("run.release").await.len(), 2);
    assert_eq!(town.lever("traffic.plan").await, choice("1"));
    assert!(!town.levers.get("traffic.plan").await.unwrap().can_undo(), "no move stands any more");
}
