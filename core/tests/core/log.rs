//! The public log: fail-closed heads, forks that are refused, and damage that is named.

use std::{path::Path, sync::Arc};

use sala_core::{
    store::{Location, Store},
    verify::Report,
};
use sala_log::Policy;
use sqlx::Connection;

use super::hall::{Log, check, count, ctx, open, policy, publisher, publisher_under, signer};

/// Changes the database behind the store's back.
pub(crate) async fn sql(folder: &Path, statement: &str) {
    let url = format!("sqlite://{}", folder.join("sala.db").display());
    let mut conn = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

async fn hall(acts: usize) -> (tempfile::TempDir, Arc<Store>, Log) {
    let folder = tempfile::tempdir().unwrap();
    let (store, bus) = open(Location::Folder(folder.path().to_owned())).await;
    for _ in 0..acts {
        count(&store, &ctx()).await.unwrap();
    }
    let log = publisher(folder.path(), &store, &bus, &[2, 3]).unwrap();
    log.publisher.step().await.unwrap();
    (folder, store, log)
}

fn places(report: &Report) -> Vec<&str> {
    report.damages.iter().map(|damage| damage.place.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_with_too_few_witnesses_is_not_published() {
    let folder = tempfile::tempdir().unwrap();
    let (store, bus) = open(Location::Folder(folder.path().to_owned())).await;
    let act = count(&store, &ctx()).await.unwrap();
    let log = publisher(folder.path(), &store, &bus, &[2]).unwrap();
    assert_eq!(log.publisher.step().await.unwrap_err().code.code, "not_witnessed_yet");
    assert!(log.publisher.head().is_none() && !folder.path().join("log/checkpoint").exists());
    assert_eq!(log.publisher.proof(act.index.unwrap()).unwrap_err().code.code, "not_witnessed_yet");
    drop(log);
    let log = publisher(folder.path(), &store, &bus, &[2, 3]).unwrap();
    assert_eq!(log.publisher.step().await.unwrap().unwrap().size, 1);
    log.publisher.witnessed(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_asks_for_more_publishes_the_same_acts_again() {
    let folder = tempfile::tempdir().unwrap();
    let (store, bus) = open(Location::Folder(folder.path().to_owned())).await;
    count(&store, &ctx()).await.unwrap();
    let strict = policy();
    let lax = Policy::parse(strict.to_string().replace("quorum both", "quorum w2").as_bytes()).unwrap();
    let log = publisher_under(lax, folder.path(), &store, &bus, &[2]).unwrap();
    assert_eq!(log.publisher.step().await.unwrap().unwrap().size, 1);
    drop(log);
    let log = publisher_under(strict, folder.path(), &store, &bus, &[2, 3]).unwrap();
    assert!(log.publisher.head().is_none(), "under the new policy nothing is published yet");
    assert_eq!(log.publisher.step().await.unwrap().unwrap().size, 1);
    assert_eq!(check(&store, &log).await.witnesses.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_act_has_a_proof_that_anyone_can_check() {
    let (_folder, store, log) = hall(300).await;
    for index in [0, 1, 255, 256, 299] {
        let leaf = store.leaves(index, index + 1).await.unwrap().remove(0);
        let text = log.publisher.proof(index).unwrap().to_string();
        let proof = sala_log::TlogProof::parse(text.as_bytes()).unwrap();
        proof.verify(&leaf.1, &signer().verifier_key(), &log.policy).unwrap();
        assert!(proof.verify(&[0; 32], &signer().verifier_key(), &log.policy).is_err());
    }
    assert_eq!(check(&store, &log).await.damages, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_byte_is_named_wherever_it_lies() {
    let (folder, store, log) = hall(20).await;
    let at = folder.path();
    for (statement, back, place) in [
        ("UPDATE counter SET value = value + 1", "UPDATE counter SET value = value - 1", "row counter/c"),
        ("UPDATE act SET office = 'x' WHERE idx = 3", "UPDATE act SET office = '' WHERE idx = 3", "act 3"),
        ("UPDATE act SET at = at + 1 WHERE idx = 4", "UPDATE act SET at = at - 1 WHERE idx = 4", "act 4"),
        (
            "CREATE TABLE kept AS SELECT * FROM note WHERE body = 'n7'; DELETE FROM note WHERE body = 'n7'",
            "INSERT INTO note SELECT * FROM kept",
            "act 6",
        ),
        (
            "INSERT INTO note SELECT 'new', body, weight, extra, act_id, act_salt FROM note WHERE body = 'n1'",
            "DELETE FROM note WHERE id = 'new'",
            "row note/new",
        ),
        (
            "CREATE TABLE o AS SELECT * FROM opening; DELETE FROM opening WHERE id IN (SELECT id FROM opening LIMIT 1)",
            "DELETE FROM opening; INSERT INTO opening SELECT * FROM o",
            "act 0",
        ),
        ("UPDATE log_head SET frontier = zeroblob(8)", "SELECT 1", "log head"),
    ] {
        sql(at, statement).await;
        let report = check(&store, &log).await;
        assert!(places(&report).iter().any(|found| found.starts_with(place)), "{statement}: {:?}", report.damages);
        sql(at, back).await;
    }
    let (folder, store, log) = hall(20).await;
    assert_eq!(check(&store, &log).await.damages, []);
    for (table, column, filter, place) in
        [("act", "leaf", "idx = 5", "act 5"), ("act", "leaf_hash", "idx = 6", "act 6"), ("opening", "body", "1 = 1", "opening")]
    {
        // The last byte of the blob, flipped.
        let flipped =
            format!("substr({column}, 1, length({column}) - 1) || CASE WHEN substr({column}, -1) = x'00' THEN x'01' ELSE x'00' END");
        sql(folder.path(), &format!("CREATE TABLE before AS SELECT rowid AS r, {column} AS c FROM {table}; UPDATE {table} SET {column} = CAST({flipped} AS BLOB) WHERE {filter}")).await;
        let report = check(&store, &log).await;
        assert!(places(&report).iter().any(|found| found.starts_with(place)), "{table}.{column}: {:?}", report.damages);
        sql(folder.path(), &format!("UPDATE {table} SET {column} = (SELECT c FROM before WHERE r = {table}.rowid); DROP TABLE before"))
            .await;
    }
    for file in ["log/tile/0/000.p/20", "log/tile/entries/000.p/20", "log/checkpoint"] {
        let path = folder.path().join(file);
        let good = std::fs::read(&path).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        let report = check(&store, &log).await;
        assert!(places(&report).iter().any(|found| file.ends_with(found)), "{file}: {:?}", report.damages);
        std::fs::write(&path, &good).unwrap();
    }
    assert_eq!(check(&store, &log).await.damages, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_is_refused_by_book_witness_and_verify() {
    let (folder, store, log) = hall(5).await;
    drop(log);
    store.close().await;
    // Another history of the same length under the same key.
    for file in ["sala.db", "sala.db-wal", "sala.db-shm", "log/checkpoint"] {
        let _ = std::fs::remove_file(folder.path().join(file));
    }
    let (store, bus) = open(Location::Folder(folder.path().to_owned())).await;
    for _ in 0..7 {
        count(&store, &ctx()).await.unwrap();
    }
    let log = publisher(folder.path(), &store, &bus, &[2, 3]).unwrap();
    let refused = log.publisher.step().await.unwrap_err();
    assert!(refused.to_string().contains("signer's book"), "{refused}");
    assert!(places(&check(&store, &log).await).iter().any(|place| place.starts_with("signer's book")));
    // Without the book the key signs, but no witness does: nothing is published.
    drop(log);
    std::fs::remove_dir_all(folder.path().join("book")).unwrap();
    let log = publisher(folder.path(), &store, &bus, &[2, 3]).unwrap();
    assert_eq!(log.publisher.step().await.unwrap_err().code.code, "not_witnessed_yet");
    let faults: Vec<_> = log.publisher.witnesses().await.into_iter().filter_map(|state| state.fault).collect();
    assert_eq!(faults.len(), 2);
    assert!(faults.iter().all(|fault| fault.contains("422")), "{faults:?}");
    assert!(!folder.path().join("log/checkpoint").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_old_backup_is_not_published() {
    let (folder, store, log) = hall(5).await;
    let backup = tempfile::tempdir().unwrap();
    sql(folder.path(), &format!("VACUUM INTO '{}'", backup.path().join("sala.db").display())).await;
    let bus = Arc::default();
    count(&store, &ctx()).await.unwrap();
    log.publisher.step().await.unwrap();
    drop(log);
    store.close().await;
    for file in ["sala.db-wal", "sala.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(file));
    }
    std::fs::copy(backup.path().join("sala.db"), folder.path().join("sala.db")).unwrap();
    let (store, _) = open(Location::Folder(folder.path().to_owned())).await;
    let log = publisher(folder.path(), &store, &bus, &[2, 3]).unwrap();
    assert!(log.publisher.step().await.unwrap_err().to_string().contains("acts were lost"));
    assert!(places(&check(&store, &log).await).contains(&"checkpoint"));
}
