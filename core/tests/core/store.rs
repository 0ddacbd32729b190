//! The store's promises, on SQLite and on PostgreSQL.

use std::sync::Arc;

use sala_core::{
    act::Draft,
    cbor::Value,
    ctx::IdempotencyKey,
    store::{ActFilter, ERASED, Location, Opening, Record, Store},
};

use super::{
    hall::{COUNT, config, count, ctx, open, publisher, refuse},
    postgres::Postgres,
};

async fn on_sqlite() -> (Arc<Store>, Arc<sala_core::bus::Bus>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let (store, bus) = open(Location::Folder(folder.path().to_owned())).await;
    (store, bus, folder)
}

/// The whole suite; both engines must pass it alike.
async fn suite(location: Location, folder: &std::path::Path) {
    let (store, bus) = open(location.clone()).await;
    // State and act commit together.
    let first = count(&store, &ctx()).await.unwrap();
    assert_eq!(first.value, 1);
    let act = store.act_by_id(&first.act).await.unwrap().expect("an acknowledged act is there at once");
    assert_eq!((act.leaf.kind.as_str(), act.leaf.state.len()), ("toy.count", 2));
    assert_eq!(store.opened(&act, "reason").await.unwrap(), Some("because".into()));

    // A refusal leaves nothing, whether its writes were flushed or not.
    for reads_own_write in [false, true] {
        assert_eq!(refuse(&store, reads_own_write).await.unwrap_err().code.code, "conflict");
    }
    assert!(store.fetch("SELECT id FROM note WHERE id = 'never'", &[]).await.unwrap().is_empty());

    // Many at once: nothing lost, nothing double, refusals in between hurt no one.
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..120 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            if number % 5 == 4 {
                refuse(&store, number % 2 == 0).await.map(|_| ()).unwrap_err();
            } else {
                count(&store, &ctx()).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let value = store.fetch("SELECT value FROM counter WHERE id = 'c'", &[]).await.unwrap()[0].int("value").unwrap();
    assert_eq!(value, 97);
    assert_eq!(store.fetch("SELECT COUNT(*) AS n FROM note", &[]).await.unwrap()[0].int("n").unwrap(), 97);

    // Idempotency: the same reply, done once; another request with the same key is refused.
    let mut again = ctx();
    again.idempotency = Some(IdempotencyKey { key: "k".into(), request: [1; 32] });
    let once = count(&store, &again).await.unwrap();
    let twice = count(&store, &again).await.unwrap();
    assert_eq!((once.value, &once.act), (twice.value, &twice.act));
    again.idempotency = Some(IdempotencyKey { key: "k".into(), request: [2; 32] });
    assert_eq!(count(&store, &again).await.unwrap_err().code.code, "idempotency_key_reused");

    // A panic in the work is a refusal, and the store goes on.
    let panicked = store.act::<(), _>(&ctx(), Draft::new(&COUNT, "x"), |_| Box::pin(async { panic!("as a fault of ours would") })).await;
    assert_eq!(panicked.unwrap_err().code.code, "internal");

    // Writing by a read is impossible.
    assert!(store.fetch("DELETE FROM counter", &[]).await.is_err());

    // Sealed for a person; gone with the key.
    store.create_person_key("person_1").await.unwrap();
    let sealed = store
        .act(&ctx(), Draft::new(&COUNT, "x").sealed("person_1", "name", "สมชาย ใจดี"), |tx| {
            Box::pin(async move {
                tx.remove("counter", "c");
                Ok(())
            })
        })
        .await
        .unwrap();
    assert!(matches!(&store.openings(&sealed.act).await.unwrap()[..], [Opening::Sealed { field, .. }] if field == "name"));
    let kept = store.seal("person_1", "mail", b"a@b").await.unwrap();
    assert_eq!(store.unseal("person_1", "mail", &kept).await.unwrap(), b"a@b");

    // All of it is sound, numbered densely and witnessed.
    let log = publisher(folder, &store, &bus, &[2, 3]).unwrap();
    let acts = 97 + 1 + 1;
    while store.frontier().await.unwrap().size() < acts {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    log.publisher.step().await.unwrap();
    let report = super::hall::check(&store, &log).await;
    assert_eq!(report.damages, []);
    assert_eq!((report.acts, report.published, report.witnesses.len(), report.rows, report.erased), (acts, acts, 2, 98, 0));
    store.erase_person_key("person_1").await.unwrap();
    assert_eq!(store.unseal("person_1", "mail", &kept).await.unwrap_err().code, &ERASED);
    let report = super::hall::check(&store, &log).await;
    assert_eq!((report.damages.len(), report.erased), (0, 1));

    // Lists, newest first, by cursor.
    let page = store.acts(&ActFilter { kind: Some("toy.count".into()), limit: 10, ..ActFilter::default() }).await.unwrap();
    assert_eq!(page.len(), 10);
    let next = store.acts(&ActFilter { before: page.last().unwrap().index, limit: 10, ..ActFilter::default() }).await.unwrap();
    assert_eq!(next[0].index.unwrap() + 1, page[9].index.unwrap());

    // An act stands after those that it saw, also among those that shared a commit.
    let mut seen: Vec<_> = store.acts(&ActFilter { kind: Some("toy.count".into()), limit: 100, ..ActFilter::default() }).await.unwrap();
    seen.reverse();
    let values: Vec<_> = seen.iter().filter_map(|act| act.leaf.public.get("value").cloned()).collect();
    assert_eq!(values, (1..=98).map(Value::Int).collect::<Vec<_>>());

    // A restart goes on where it was.
    let key = log.publisher.head().unwrap();
    drop(log);
    store.close().await;
    let (store, bus) = open(location).await;
    count(&store, &ctx()).await.unwrap();
    while store.frontier().await.unwrap().size() < acts + 1 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let log = publisher(folder, &store, &bus, &[2, 3]).unwrap();
    assert_eq!(log.publisher.head().unwrap().note, key.note);
    assert_eq!(log.publisher.step().await.unwrap().unwrap().size, acts + 1);
    drop(log);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_promises_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    suite(Location::Folder(folder.path().to_owned()), folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_keeps_the_promises_of_the_store() {
    let Some(postgres) = Postgres::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    suite(Location::Postgres(postgres.database().await), folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_writes_too_much_is_refused_whole() {
    let (store, _, _folder) = on_sqlite().await;
    let refused = store
        .act(&ctx(), Draft::new(&COUNT, "x"), |tx| {
            Box::pin(async move {
                for number in 0..1_000 {
                    tx.save(Record::new("note", format!("n{number}")).text("body", "x").null("weight").null("extra"));
                }
                Ok(())
            })
        })
        .await;
    assert_eq!(refused.unwrap_err().code.code, "internal");
    assert!(store.fetch("SELECT id FROM note", &[]).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_a_newer_program_is_not_opened() {
    let (store, _, folder) = on_sqlite().await;
    store.close().await;
    super::log::sql(folder.path(), "INSERT INTO migration (id, number, hash) VALUES ('toy/0002', 2, 'x')").await;
    let refused =
        Store::open(config(Location::Folder(folder.path().to_owned())), Arc::default(), Arc::new(sala_core::entropy::OsEntropy)).await;
    assert!(refused.unwrap_err().to_string().contains("newer program"));
}
