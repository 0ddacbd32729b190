use sala_core::{act::Draft, cbor::Value, text::Text};
use sqlx::Connection;

use super::town::{Town, automatic, window};

async fn fired() -> (Town, String) {
    let town = Town::with(&[automatic()]).await;
    town.hours(6, &[5600.0, 6300.0]).await;
    let act = town.acts("run.fire").await.remove(0).leaf.id;
    (town, act)
}

/// Writes behind the store's back.
async fn tamper(town: &Town, sql: &'static str, blob: Vec<u8>, id: &str) {
    let path = town.folder.path().join("sala.db");
    let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let done = sqlx::query(sql).bind(blob).bind(id.to_owned()).execute(&mut connection).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
    connection.close().await.unwrap();
}

async fn opening(town: &Town, id: &str) -> Value {
    let rows = town.store.fetch("SELECT body FROM opening WHERE id = $1", &[id.into()]).await.unwrap();
    Value::decode(rows[0].blob("body").unwrap()).unwrap()
}

/// The value with every number 6300 in it replaced.
fn altered(value: Value) -> Value {
    match value {
        Value::Float(number) if (number - 6300.0).abs() < 0.5 => Value::Float(5400.0),
        Value::Array(items) => Value::Array(items.into_iter().map(altered).collect()),
        Value::Map(map) => Value::Map(map.into_iter().map(|(key, value)| (key, altered(value))).collect()),
        other => other,
    }
}

#[tokio::test]
async fn a_replay_agrees_with_every_automated_decision() {
    let town = Town::with(&[automatic()]).await;
    town.hours(0, &[5400.0, 5600.0, 6300.0, 4000.0, 4000.0, 5600.0, 6300.0, 5000.0, 5000.0]).await;
    town.room.stop_measure(&town.officer("traffic", &["operator"]), "traffic.congestion", "ทดสอบ").await.unwrap();
    town.hours(9, &[4000.0, 4000.0, 5600.0, 6300.0, 5000.0]).await;
    let mut replayed = 0;
    for kind in ["run.fire", "run.block", "run.evaluate"] {
        for act in town.acts(kind).await {
            let replay = town.room.replay(&town.ctx(), &act.leaf.id).await.unwrap();
            assert!(replay.agrees, "{kind}: {} {:#} {:#}", replay.explanation.en, replay.recorded, replay.recomputed);
            replayed += 1;
        }
    }
    assert!(replayed >= 3, "{replayed}");
}

/// Before the words of a decision were made of the series' title, its facts did not hold that title and its sentence named the id.
#[tokio::test]
async fn an_act_of_an_earlier_hall_still_agrees() {
    let (town, act) = fired().await;
    let act = town.store.act_by_id(&act).await.unwrap().unwrap();
    let kind = *sala_measures::ACTS.iter().find(|kind| kind.kind == "run.fire").unwrap();
    for observed in [6_300.0, 6_301.0] {
        let mut draft = Draft::new(kind, "an earlier hall").policy(act.leaf.policy.unwrap());
        for field in ["measure", "prior", "inputs", "facts", "decision"] {
            let Some(mut value) = town.store.opened(&act, field).await.unwrap() else { panic!("{field}") };
            if let Value::Map(fields) = &mut value {
                fields.remove("series");
                if field == "decision" {
                    fields.insert("observed".into(), Value::Float(observed));
                    fields.insert("explanation".into(), Value::from_serde(&Text::new("เดิม", "The mean of road.volume is 6300.")));
                }
            }
            draft = draft.open(field, value);
        }
        let earlier = town.store.act(&town.ctx(), draft, |_| Box::pin(async { Ok(()) })).await.unwrap().act;
        let replay = town.room.replay(&town.ctx(), &earlier).await.unwrap();
        assert_eq!(replay.agrees, observed < 6_301.0, "{}", replay.explanation.en);
    }
}

#[tokio::test]
async fn an_altered_opening_disagrees() {
    for field in ["inputs", "decision", "facts", "prior", "measure"] {
        let (town, act) = fired().await;
        let id = format!("{act}/{field}");
        let Value::Map(mut body) = opening(&town, &id).await else { panic!("an opening is a map") };
        let changed = body.get("value").cloned().map(altered).filter(|changed| body.get("value") != Some(changed));
        body.insert("value".into(), changed.unwrap_or(Value::Null));
        let body = Value::Map(body);
        tamper(&town, "UPDATE opening SET body = $1 WHERE id = $2", body.encode(), &id).await;
        let replay = town.room.replay(&town.ctx(), &act).await.unwrap();
        assert!(!replay.agrees, "{field}");
        assert!(
            replay.explanation.en.contains(&format!("The opening of {field} is not what the public record committed to")),
            "{}",
            replay.explanation.en
        );
    }
}

#[tokio::test]
async fn a_lost_opening_disagrees() {
    let (town, act) = fired().await;
    tamper(&town, "DELETE FROM opening WHERE $1 IS NOT NULL AND id = $2", vec![1], &format!("{act}/inputs")).await;
    let replay = town.room.replay(&town.ctx(), &act).await.unwrap();
    assert!(!replay.agrees && replay.explanation.en.contains("The opening of inputs is missing"), "{}", replay.explanation.en);
}

#[tokio::test]
async fn an_altered_chunk_disagrees_and_the_window_is_named() {
    let (town, act) = fired().await;
    town.script.put(window(7, 5400.0));
    let replay = town.room.replay(&town.ctx(), &act).await.unwrap();
    assert!(!replay.agrees);
    assert!(replay.explanation.en.contains("Vehicles on the road, 1 Jan 1970, 14:00–15:00 local time"), "{}", replay.explanation.en);
    assert_eq!(replay.recorded, replay.recomputed, "the decision itself follows from what was recorded");
}

#[tokio::test]
async fn data_that_came_later_are_told_and_disagree_with_nothing() {
    let (town, act) = fired().await;
    let mut grown = window(7, 6200.0);
    (grown.revision, grown.count) = (1, 2);
    grown.chunk_acts.push("act_late".into());
    town.script.put(grown);
    let replay = town.room.replay(&town.ctx(), &act).await.unwrap();
    assert!(replay.agrees && replay.explanation.en.contains("came after the decision"), "{}", replay.explanation.en);
}

#[tokio::test]
async fn only_automated_decisions_are_replayed() {
    let (town, _) = fired().await;
    let activation = town.acts("measure.activate").await.remove(0).leaf.id;
    assert_eq!(town.room.replay(&town.ctx(), &activation).await.unwrap_err().code.code, "not_replayable");
    assert_eq!(town.room.replay(&town.ctx(), "act_nothing").await.unwrap_err().code.status, 404);
}
