//! The lake: what stands in the Parquet files, read by two readers, beside what the room says.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use parquet::{
    file::reader::SerializedFileReader,
    record::{Row, RowAccessor},
};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use sala_core::{ctx::IdempotencyKey, store::Store};
use sala_streams::{LakePlace, Rolled};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::{
    desk::{Desk, Open, RIVER, at},
    postgres::Postgres,
};

const DAY: i64 = 86_400;

/// A desk whose room has a lake in the data folder.
fn desk(feeds: &[&str]) -> Desk {
    let mut desk = Desk::new(feeds);
    desk.options.lake = Some(LakePlace::Folder(desk.data.path().join("lake")));
    desk
}

fn lake(desk: &Desk) -> PathBuf {
    desk.data.path().join("lake")
}

/// All files of the lake by their path within it.
fn files(lake: &Path) -> Vec<String> {
    let mut found = vec![];
    let mut folders = vec![lake.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(lake).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Series, time (µs), value (bits), chunk.
type Value = (String, i64, u64, String);

fn read(lake: &Path, file: &str) -> Vec<Value> {
    let value = |row: Row| {
        (
            row.get_string(0).unwrap().clone(),
            row.get_timestamp_micros(1).unwrap(),
            row.get_double(2).unwrap().to_bits(),
            row.get_string(3).unwrap().clone(),
        )
    };
    SerializedFileReader::new(File::open(lake.join(file)).unwrap()).unwrap().into_iter().map(|row| value(row.unwrap())).collect()
}

/// All of the lake by series, in order of time; each file is in its order and on its day.
fn read_all(lake: &Path) -> BTreeMap<String, Vec<(i64, u64)>> {
    let mut all: BTreeMap<String, Vec<(i64, u64)>> = BTreeMap::new();
    for file in files(lake) {
        let values = read(lake, &file);
        assert!(!values.is_empty(), "{file}");
        assert!(values.iter().zip(values.iter().skip(1)).all(|(one, next)| (&one.0, one.1) < (&next.0, next.1)), "{file} is not in order");
        for (series, time, value, _) in values {
            let day = sala_core::time::Timestamp(time).to_string();
            assert!(file.starts_with(&format!("day={}/", &day[..10])), "{day} in {file}");
            all.entry(series).or_default().push((time, value));
        }
    }
    all
}

/// What the room says of a series.
async fn known(open: &Open, series: &str, from: i64, to: i64) -> Vec<(i64, u64)> {
    let spec = open.streams.series(series).unwrap();
    open.streams.values(spec, from, to).await.unwrap().pairs().map(|(time, value)| (time, value.to_bits())).collect()
}

/// The manifest: file → (values, hash, act).
async fn manifest(store: &Store) -> BTreeMap<String, (i64, [u8; 32], String)> {
    let rows = store.fetch("SELECT file, rows, sha256, act_id FROM lake_file", &[]).await.unwrap();
    let entry =
        |row: &sala_core::store::Row| (row.int("rows").unwrap(), row.bytes32("sha256").unwrap(), row.text("act_id").unwrap().into());
    rows.iter().map(|row| (row.text("file").unwrap().to_owned(), entry(row))).collect()
}

fn sha256(path: &Path) -> [u8; 32] {
    Sha256::digest(std::fs::read(path).unwrap()).into()
}

/// Three days of two series with a correction, and the first hours of a fourth.
async fn three_days(desk: &Desk, open: &Open) {
    for day in -2..1 {
        let of_day = (0..48).flat_map(|half| {
            let second = day * DAY + half * 1_800;
            let value = f64::from(i32::try_from(second / 600).unwrap()).sin();
            [("river.level", second, value), ("river.flow", second + 7, value * 3.0)]
        });
        desk.append(open, &of_day.collect::<Vec<_>>()).await;
        // A correction within the horizon, and a value between.
        desk.append(open, &[("river.level", (day + 1) * DAY - 1_800, -1.25), ("river.flow", (day + 1) * DAY - 1_000, 0.1)]).await;
    }
    desk.append(open, &[("river.level", DAY, 5.0)]).await;
}

#[tokio::test]
async fn days_that_are_over_become_files_and_others_wait() {
    let desk = desk(&[RIVER]);
    let open = desk.open().await;
    assert_eq!(open.streams.roll_lake(&desk.ctx()).await.unwrap(), Rolled::default(), "nothing has come yet");
    three_days(&desk, &open).await;
    // Asked by a request with a key of its own: each roll is done all the same.
    let mut ctx = desk.ctx();
    ctx.idempotency = Some(IdempotencyKey { key: "roll".into(), request: [0; 32] });
    let rolled = open.streams.roll_lake(&ctx).await.unwrap();
    assert_eq!((rolled.files, rolled.rows, rolled.acts.len()), (2, 2 * 97, 1), "the third day waits for lateness and horizon");
    let names = ["day=2025-12-30/feed=river/part-000000000000-000.parquet", "day=2025-12-31/feed=river/part-000000000002-000.parquet"];
    assert_eq!(files(&lake(&desk)), names);
    let first = read(&lake(&desk), names[0]);
    let corrected = first.iter().find(|(series, time, ..)| series == "river.level" && *time == at(-DAY - 1_800).0).unwrap();
    assert_eq!(
        (f64::from_bits(corrected.2), corrected.3.as_str()),
        (-1.25, "river/000000000001/000"),
        "the newest value, from its own chunk"
    );
    let all = read_all(&lake(&desk));
    for series in ["river.level", "river.flow"] {
        assert_eq!(all[series], known(&open, series, i64::MIN, at(0).0).await);
    }

    let act = open.store.act_by_id(&rolled.acts[0]).await.unwrap().unwrap();
    assert_eq!((act.leaf.kind.as_str(), act.leaf.state.len()), ("lake.roll", 2), "the manifest rows are bound by the act");
    for (file, (rows, hash, by)) in manifest(&open.store).await {
        assert_eq!((rows, hash, by), (97, sha256(&lake(&desk).join(file)), act.leaf.id.clone()));
    }

    assert_eq!(open.streams.roll_lake(&ctx).await.unwrap(), Rolled::default());
    desk.clock.advance_seconds(1_260);
    desk.append(&open, &[("river.level", DAY + 1_260, 6.0)]).await;
    let third = open.streams.roll_lake(&ctx).await.unwrap();
    assert_eq!((third.files, third.rows), (1, 97), "past the day by lateness and horizon");
    assert_eq!(files(&lake(&desk)).len(), 3);
}

#[tokio::test]
async fn a_late_value_makes_its_file_new() {
    let desk = desk(&[RIVER]);
    let open = desk.open().await;
    desk.append(&open, &[("river.level", 0, 1.0), ("river.level", 100, 2.0), ("river.level", DAY - 10, 3.0)]).await;
    desk.append(&open, &[("river.level", DAY + 200, 4.0)]).await;
    desk.append(&open, &[("river.level", DAY + 250, 4.0)]).await;
    desk.clock.advance_seconds(DAY);
    desk.append(&open, &[("river.level", DAY + 7_200, 4.0)]).await;
    let first = open.streams.roll_lake(&desk.ctx()).await.unwrap();
    assert_eq!((first.files, first.rows), (1, 3));
    let before = manifest(&open.store).await;
    // A source that begins late is not held to a horizon that it never passed.
    desk.append(&open, &[("river.flow", 50, 9.0), ("river.flow", DAY + 50, 9.0)]).await;
    let again = open.streams.roll_lake(&desk.ctx()).await.unwrap();
    assert_eq!((again.files, again.rows, again.acts.len()), (1, 4, 1));
    let after = manifest(&open.store).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "under the same name");
    let (file, (rows, hash, act)) = after.iter().next().unwrap();
    assert_eq!((*rows, *hash, act), (4, sha256(&lake(&desk).join(file)), &again.acts[0]));
    assert_eq!(read_all(&lake(&desk))["river.flow"], [(at(50).0, 9_f64.to_bits())]);
    assert_eq!(open.streams.roll_lake(&desk.ctx()).await.unwrap(), Rolled::default());
}

#[tokio::test]
async fn a_restart_finds_its_files_and_mends_what_is_not_whole() {
    let desk = desk(&[RIVER]);
    let open = desk.open().await;
    three_days(&desk, &open).await;
    open.streams.roll_lake(&desk.ctx()).await.unwrap();
    let named = manifest(&open.store).await;
    open.close().await;

    let open = desk.open().await;
    assert_eq!(open.streams.roll_lake(&desk.ctx()).await.unwrap(), Rolled::default());
    open.close().await;

    // As after a kill: one file gone, beside the other an unfinished one and one of another name, cut short itself.
    let mut paths = named.keys().map(|file| lake(&desk).join(file));
    let (gone, cut) = (paths.next().unwrap(), paths.next().unwrap());
    std::fs::remove_file(&gone).unwrap();
    std::fs::write(&cut, b"PAR1").unwrap();
    std::fs::write(cut.with_file_name("part-.tmp"), b"half").unwrap();
    std::fs::write(cut.with_file_name("part-000000000009-000.parquet"), b"other").unwrap();
    let open = desk.open().await;
    let mended = open.streams.roll_lake(&desk.ctx()).await.unwrap();
    assert_eq!((mended.files, mended.acts.len()), (2, 0), "the same bytes again need no act");
    assert_eq!(files(&lake(&desk)), named.keys().cloned().collect::<Vec<_>>());
    for (file, (_, hash, _)) in &named {
        assert_eq!(sha256(&lake(&desk).join(file)), *hash);
    }
    assert_eq!(manifest(&open.store).await, named);
}

#[tokio::test]
async fn while_the_room_runs_days_are_rolled_by_themselves() {
    let desk = desk(&[RIVER]);
    let open = desk.open().await;
    three_days(&desk, &open).await;
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(Arc::clone(&open.streams).run(stopped));
    for _ in 0..1_000 {
        if manifest(&open.store).await.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(manifest(&open.store).await.len(), 2);
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(3), running).await.expect("it stops at once").unwrap();
}

#[tokio::test]
async fn the_lake_stands_on_postgresql_too() {
    let Some(postgres) = Postgres::start().await else { return };
    let mut desk = desk(&[RIVER]);
    desk.database = Some(postgres.database().await);
    let open = desk.open().await;
    three_days(&desk, &open).await;
    assert_eq!(open.streams.roll_lake(&desk.ctx()).await.unwrap().files, 2);
    open.close().await;
    let open = desk.open().await;
    assert_eq!(open.streams.roll_lake(&desk.ctx()).await.unwrap(), Rolled::default());
    assert_eq!(manifest(&open.store).await.len(), 2);
    open.close().await;
}

#[tokio::test]
async fn the_history_of_the_demonstration_reads_back_exactly() {
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../profiles/demo");
    let desk = desk(&[]);
    let open = desk.open_profile(&profile).await;
    let rolled = open.streams.roll_lake(&desk.ctx()).await.unwrap();
    let all = read_all(&lake(&desk));
    assert_eq!(all.values().map(Vec::len).sum::<usize>(), usize::try_from(rolled.rows).unwrap());
    let mut seen = 0;
    // A live feed has no history to roll.
    for feed in open.streams.declaration().feeds.iter().filter(|feed| feed.play.is_some()) {
        let newest =
            open.store.fetch("SELECT MAX(last_at) AS last_at FROM chunk WHERE feed = $1", &[feed.id.as_str().into()]).await.unwrap();
        let over = newest[0].int("last_at").unwrap() - i64::from(feed.lateness_s + feed.horizon_s) * 1_000_000;
        for spec in feed.series.iter().filter_map(|place| open.streams.declaration().at(*place)).filter(|spec| spec.join.is_none()) {
            let values = known(&open, &spec.id, i64::MIN, over - over.rem_euclid(DAY * 1_000_000)).await;
            seen += values.len();
            assert_eq!(all.get(&spec.id), Some(&values).filter(|values| !values.is_empty()), "{}", spec.id);
        }
    }
    assert_eq!(seen, usize::try_from(rolled.rows).unwrap());
    let bytes: u64 = files(&lake(&desk)).iter().map(|file| std::fs::metadata(lake(&desk).join(file)).unwrap().len()).sum();
    println!("{} files, {} values, {bytes} bytes, {} acts", rolled.files, rolled.rows, rolled.acts.len());
    assert!(rolled.files > 1_000, "{rolled:?}");
    foreign_reader(&lake(&desk));
}

/// DuckDB reads the whole lake as one table and finds the same values.
fn foreign_reader(lake: &Path) {
    const SCRIPT: &str = "
import sys, struct, hashlib, duckdb
files = sys.argv[1] + '/*/*/*.parquet'
rows = duckdb.sql(f'''SELECT feed, CAST(day AS VARCHAR), series, epoch_us(\"at\"), value, chunk, typeof(\"at\") FROM read_parquet('{files}', hive_partitioning = true) ORDER BY 1, 2, 3, 4''').fetchall()
told = hashlib.sha256()
for feed, day, series, at, value, chunk, kind in rows:
    assert kind == 'TIMESTAMP WITH TIME ZONE', kind
    told.update(f'{feed} {day} {series} {at} {struct.pack(\">d\", value).hex()} {chunk}\\n'.encode())
print(len(rows), told.hexdigest())
";
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/python");
    if !Command::new(&python).args(["-c", "import duckdb"]).output().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("SALA_REQUIRE_PEERS").is_none(), "duckdb is required here: .venv/bin/pip install duckdb");
        println!("skipped: duckdb is not installed (.venv/bin/pip install duckdb)");
        return;
    }
    let mut lines = vec![];
    for file in files(lake) {
        let (day, feed) = (&file[4..14], file.split('/').nth(1).unwrap().trim_start_matches("feed="));
        for (series, time, value, chunk) in read(lake, &file) {
            lines.push((feed.to_owned(), day.to_owned(), series, time, value, chunk));
        }
    }
    lines.sort();
    let mut told = Sha256::new();
    for (feed, day, series, time, value, chunk) in &lines {
        told.update(format!("{feed} {day} {series} {time} {value:016x} {chunk}\n"));
    }
    let output = Command::new(&python).args(["-c", SCRIPT]).arg(lake).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert_eq!(said, format!("{} {}", lines.len(), hex::encode(told.finalize())), "{}", String::from_utf8_lossy(&output.stderr));
}

/// An object store that speaks S3: moto's server (PyPI), stopped at the end.
struct ObjectStore {
    child: Child,
    url: String,
}

impl ObjectStore {
    fn start() -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/moto_server");
        if !program.exists() {
            assert!(std::env::var_os("SALA_REQUIRE_PEERS").is_none(), "moto is required here: .venv/bin/pip install 'moto[server]'");
            println!("skipped: moto is not installed (.venv/bin/pip install 'moto[server]')");
            return None;
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let store = Self { child: command.spawn().unwrap(), url: format!("http://127.0.0.1:{port}") };
        for _ in 0..600 {
            // The bucket is made before anyone looks.
            if ureq::put(format!("{}/history", store.url)).send_empty().is_ok() {
                return Some(store);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("moto did not answer within a minute");
    }

    fn place(&self, aside: &Path) -> LakePlace {
        let env = |name: &str| match name {
            "AWS_ENDPOINT_URL" => Some(self.url.clone()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".into()),
            _ => None,
        };
        LakePlace::read("s3://history/city", aside, env).unwrap()
    }

    fn object(&self, key: &str) -> Option<Vec<u8>> {
        let (bucket, credentials) = self.bucket();
        let answer = ureq::get(bucket.get_object(Some(&credentials), key).sign(Duration::from_mins(1)).as_str()).call();
        answer.ok().map(|mut answer| answer.body_mut().read_to_vec().unwrap())
    }

    fn put(&self, key: &str, bytes: &[u8]) {
        let (bucket, credentials) = self.bucket();
        ureq::put(bucket.put_object(Some(&credentials), key).sign(Duration::from_mins(1)).as_str()).send(bytes).unwrap();
    }

    fn delete(&self, key: &str) {
        let (bucket, credentials) = self.bucket();
        ureq::delete(bucket.delete_object(Some(&credentials), key).sign(Duration::from_mins(1)).as_str()).call().unwrap();
    }

    fn bucket(&self) -> (Bucket, Credentials) {
        (Bucket::new(self.url.parse().unwrap(), UrlStyle::Path, "history", "us-east-1").unwrap(), Credentials::new("test", "test"))
    }
}

impl Drop for ObjectStore {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_bucket_holds_what_a_folder_would_and_is_mended_like_one() {
    let Some(store) = ObjectStore::start() else { return };
    let folder = desk(&[RIVER]);
    let open = folder.open().await;
    three_days(&folder, &open).await;
    open.streams.roll_lake(&folder.ctx()).await.unwrap();

    let mut desk = desk(&[RIVER]);
    let aside = desk.data.path().join("aside");
    desk.options.lake = Some(store.place(&aside));
    let open = desk.open().await;
    three_days(&desk, &open).await;
    let rolled = open.streams.roll_lake(&desk.ctx()).await.unwrap();
    assert_eq!((rolled.files, rolled.acts.len()), (2, 1));
    let named = manifest(&open.store).await;
    assert_eq!(named.keys().cloned().collect::<Vec<_>>(), files(&lake(&folder)));
    for file in named.keys() {
        let object = store.object(&format!("city/{file}")).unwrap_or_else(|| panic!("{file} is not in the bucket"));
        assert_eq!(object, std::fs::read(lake(&folder).join(file)).unwrap(), "{file}");
    }
    assert!(files(&aside).is_empty(), "nothing stays aside");
    assert_eq!(open.streams.roll_lake(&desk.ctx()).await.unwrap(), Rolled::default());
    open.close().await;

    // One object gone, one cut short with an older part beside it: a restart sends both again and takes the older part away.
    let keys: Vec<String> = named.keys().map(|file| format!("city/{file}")).collect();
    store.delete(&keys[0]);
    store.put(&keys[1], b"PAR1");
    let older = format!("{}/part-000000000009-000.parquet", keys[1].rsplit_once('/').unwrap().0);
    store.put(&older, b"older");
    store.put("city/README", b"of someone else");
    let open = desk.open().await;
    let mended = open.streams.roll_lake(&desk.ctx()).await.unwrap();
    assert_eq!((mended.files, mended.acts.len()), (2, 0), "the same bytes again need no act");
    for (key, (_, hash, _)) in keys.iter().zip(named.values()) {
        assert_eq!(<[u8; 32]>::from(Sha256::digest(store.object(key).unwrap())), *hash);
    }
    assert!(store.object(&older).is_none() && store.object("city/README").is_some());
    open.close().await;

    // The store goes away: the roll says so and nothing is named that is not there.
    drop(store);
    let open = desk.open().await;
    let problem = open.streams.roll_lake(&desk.ctx()).await.unwrap_err();
    assert!(problem.to_string().contains("object store"), "{problem}");
    assert_eq!(manifest(&open.store).await, named);
}
