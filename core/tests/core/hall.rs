//! What the tests of core share: a toy room (one counter, one table of notes), a store, a publisher with two witnesses.

use std::{path::Path, sync::Arc};

use sala_core::{
    act::{ActKind, Draft},
    bus::Bus,
    ctx::Ctx,
    entropy::OsEntropy,
    problem::{CONFLICT, Problem},
    publish::{Publisher, PublisherConfig, Witness},
    store::{Acted, Location, Migration, Record, Schema, Store, StoreConfig},
    time::{Clock, SystemClock},
    verify::{Against, Published, Report, verify},
    witness::WitnessBook,
};
use sala_log::{CosignerKey, Policy, SignerKey};

pub(crate) const SCHEMA: Schema = Schema {
    room: "toy",
    tables: &["counter", "note"],
    migrations: &[Migration {
        number: 1,
        sql: "CREATE TABLE counter (id TEXT PRIMARY KEY, value BIGINT NOT NULL, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);
              CREATE TABLE note (id TEXT PRIMARY KEY, body TEXT NOT NULL, weight DOUBLE PRECISION, extra BLOB, act_id TEXT NOT NULL, act_salt BLOB NOT NULL);",
    }],
};

pub(crate) const COUNT: ActKind =
    ActKind { kind: "toy.count", room: "toy", th: "นับ", en: "Count", meaning_th: "-", meaning_en: "-" };

pub(crate) fn config(location: Location) -> StoreConfig {
    StoreConfig { location, kek: [42; 32], schemas: vec![&SCHEMA] }
}

pub(crate) async fn open(location: Location) -> (Arc<Store>, Arc<Bus>) {
    let bus = Arc::new(Bus::default());
    (Arc::new(Store::open(config(location), Arc::clone(&bus), Arc::new(OsEntropy)).await.unwrap()), bus)
}

pub(crate) fn ctx() -> Ctx {
    Ctx::system("toy/1", SystemClock.now(), Arc::new(OsEntropy))
}

/// Reads the counter, adds one, writes it and a note: state that must agree with the acts whatever happens.
pub(crate) async fn count(store: &Store, ctx: &Ctx) -> Result<Acted<i64>, Problem> {
    store
        .act(ctx, Draft::new(&COUNT, "the test").open("reason", "because"), |tx| {
            Box::pin(async move {
                let rows = tx.fetch("SELECT value FROM counter WHERE id = $1", &["c".into()]).await?;
                let value = rows.first().map_or(Ok(0), |row| row.int("value"))? + 1;
                tx.save(Record::new("counter", "c").int("value", value));
                let id = tx.ctx().new_id("note");
                let note = Record::new("note", id).text("body", format!("n{value}")).real("weight", 0.1);
                tx.save(if value % 2 == 0 { note.null("extra") } else { note.blob("extra", vec![1, 2]) });
                tx.draft().add_public("value", value);
                Ok(value)
            })
        })
        .await
}

/// Writes, then refuses.
pub(crate) async fn refuse(store: &Store, reads_own_write: bool) -> Result<Acted<()>, Problem> {
    store
        .act(&ctx(), Draft::new(&COUNT, "the test"), move |tx| {
            Box::pin(async move {
                tx.save(Record::new("note", "never").text("body", "never").null("weight").null("extra"));
                if reads_own_write {
                    assert_eq!(tx.fetch("SELECT id FROM note WHERE id = $1", &["never".into()]).await?.len(), 1);
                }
                Err(CONFLICT.problem())
            })
        })
        .await
}

pub(crate) struct Log {
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) policy: Policy,
}

pub(crate) fn signer() -> SignerKey {
    SignerKey::from_seed("sala.test/log", &[1; 32]).unwrap()
}

pub(crate) fn witness(folder: &Path, seed: u8) -> Arc<WitnessBook> {
    let name = format!("w{seed}");
    let key = CosignerKey::from_seed(&format!("sala.test/{name}"), &[seed; 32]).unwrap();
    Arc::new(WitnessBook::open(&name, key, vec![signer().verifier_key()], &folder.join(&name), Arc::new(SystemClock)).unwrap())
}

/// A publisher below `folder` whose policy wants both witnesses; `asked` are those that can be reached.
pub(crate) fn publisher(folder: &Path, store: &Arc<Store>, bus: &Arc<Bus>, asked: &[u8]) -> Result<Log, Problem> {
    publisher_under(policy(), folder, store, bus, asked)
}

/// The same under another policy.
pub(crate) fn publisher_under(policy: Policy, folder: &Path, store: &Arc<Store>, bus: &Arc<Bus>, asked: &[u8]) -> Result<Log, Problem> {
    let witnesses = asked.iter().map(|seed| -> Arc<dyn Witness> { witness(folder, *seed) }).collect();
    let config = PublisherConfig {
        log_folder: folder.join("log"),
        book_folder: folder.join("book"),
        signer: signer(),
        policy: policy.clone(),
        witnesses,
    };
    let publisher = Publisher::open(config, Arc::clone(store), Arc::clone(bus), Arc::new(SystemClock))?;
    Ok(Log { publisher: Arc::new(publisher), policy })
}

pub(crate) fn policy() -> Policy {
    let key = |seed: u8| CosignerKey::from_seed(&format!("sala.test/w{seed}"), &[seed; 32]).unwrap().verifier_key();
    let text =
        format!("log {}\nwitness w2 {}\nwitness w3 {}\ngroup both all w2 w3\nquorum both\n", signer().verifier_key(), key(2), key(3));
    Policy::parse(text.as_bytes()).unwrap()
}

pub(crate) async fn check(store: &Store, log: &Log) -> Report {
    let book = sala_core::publish::Book::open(log.publisher.files().folder().parent().unwrap().join("book")).unwrap();
    let published = Published::take_stock(log.publisher.files(), Some(&book)).unwrap();
    let against = Against { published: &published, log_key: &signer().verifier_key(), policy: &log.policy, earlier: None };
    verify(store, &against).await.unwrap()
}
