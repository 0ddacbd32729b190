//! Rows of the register of assets.

use sala_core::{
    problem::{NOT_FOUND, Problem},
    store::{Record, Row, Store, Tx},
    time::Timestamp,
};

use super::law::{body, count, read};
use crate::property::{Asset, AssetState};

/// The most open disputes that are looked through when one more comes.
const MOST_OPEN: usize = 20_000;

fn assets(rows: &[Row]) -> Result<Vec<Asset>, Problem> {
    rows.iter().map(|row| read(row, "an asset")).collect()
}

/// As it is compared: in lower case, without marks of a pattern.
fn folded(text: &str) -> String {
    text.to_lowercase()
}

pub(crate) fn save_asset(tx: &mut Tx, asset: &Asset) {
    let words = folded(&format!("{}\n{}\n{}\n{}", asset.what.title, asset.what.maker, asset.what.provenance.source, asset.owner));
    tx.save(
        Record::new("asset", &asset.id)
            .text("sha256", &asset.what.sha256)
            .text("owner", &asset.owner)
            .text("state", asset.state().word())
            .int("is_stored", i64::from(asset.is_stored))
            .text("words", words)
            .blob("body", body(asset)),
    );
    for dispute in &asset.disputes {
        let due = dispute.due_at.filter(|_| dispute.is_open());
        tx.save(
            Record::new("asset_dispute", &dispute.id)
                .text("asset", &asset.id)
                .text("filer_tag", &dispute.filer_tag)
                .int("is_open", i64::from(dispute.is_open()))
                .cell("due_at", due.map(|at| at.0)),
        );
    }
}

pub(crate) async fn asset(store: &Store, id: &str) -> Result<Option<Asset>, Problem> {
    Ok(assets(&store.fetch("SELECT body FROM asset WHERE id = $1", &[id.into()]).await?)?.into_iter().next())
}

pub(crate) async fn asset_in(tx: &mut Tx, id: &str) -> Result<Asset, Problem> {
    let rows = tx.fetch("SELECT body FROM asset WHERE id = $1", &[id.into()]).await?;
    assets(&rows)?.into_iter().next().ok_or_else(|| NOT_FOUND.problem())
}

/// Entries of the same content, the oldest first, at most 100.
pub(crate) async fn same_content_in(tx: &mut Tx, sha256: &str) -> Result<Vec<Asset>, Problem> {
    assets(&tx.fetch("SELECT body FROM asset WHERE sha256 = $1 ORDER BY id LIMIT 100", &[sha256.into()]).await?)
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted<'w> {
    pub(crate) words: &'w str,
    pub(crate) owner: &'w str,
    pub(crate) sha256: &'w str,
    pub(crate) state: Option<AssetState>,
    pub(crate) before: &'w str,
    pub(crate) limit: usize,
}

/// Newest first.
pub(crate) async fn find_assets(store: &Store, wanted: &Wanted<'_>) -> Result<Vec<Asset>, Problem> {
    let sql = r"SELECT body FROM asset WHERE ($1 = '' OR words LIKE $2 ESCAPE '!') AND ($3 = '' OR owner = $3) AND ($4 = '' OR sha256 = $4)
        AND ($5 = '' OR state = $5) AND ($6 = '' OR id < $6) ORDER BY id DESC LIMIT $7";
    let pattern: String = folded(wanted.words)
        .chars()
        .flat_map(|letter| matches!(letter, '!' | '%' | '_').then_some('!').into_iter().chain([letter]))
        .collect();
    let state = wanted.state.map_or("", AssetState::word);
    let args = [
        wanted.words.into(),
        format!("%{pattern}%").into(),
        wanted.owner.into(),
        wanted.sha256.into(),
        state.into(),
        wanted.before.into(),
        count(wanted.limit),
    ];
    assets(&store.fetch(sql, &args).await?)
}

/// Id and filer of the disputes that are open.
pub(crate) async fn open_tags_in(tx: &mut Tx) -> Result<Vec<(String, String)>, Problem> {
    let rows = tx.fetch("SELECT id, filer_tag FROM asset_dispute WHERE is_open = 1 LIMIT $1", &[count(MOST_OPEN)]).await?;
    rows.iter().map(|row| Ok((row.text("id")?.to_owned(), row.text("filer_tag")?.to_owned()))).collect()
}

/// Asset and dispute of the appeals that should have been decided by now.
pub(crate) async fn appeals_due(store: &Store, now: Timestamp) -> Result<Vec<(String, String)>, Problem> {
    let sql = "SELECT id, asset FROM asset_dispute WHERE due_at <= $1 ORDER BY id LIMIT 100";
    let rows = store.fetch(sql, &[now.0.into()]).await?;
    rows.iter().map(|row| Ok((row.text("asset")?.to_owned(), row.text("id")?.to_owned()))).collect()
}

pub(crate) fn save_file(tx: &mut Tx, sha256: &str, bytes: Vec<u8>) {
    tx.save(Record::new("asset_file", sha256).blob("bytes", bytes));
}

pub(crate) fn remove_file(tx: &mut Tx, sha256: &str) {
    tx.remove("asset_file", sha256);
}

pub(crate) async fn file(store: &Store, sha256: &str) -> Result<Option<Vec<u8>>, Problem> {
    let rows = store.fetch("SELECT bytes FROM asset_file WHERE id = $1", &[sha256.into()]).await?;
    rows.first().map(|row| Ok(row.blob("bytes")?.to_vec())).transpose()
}

/// Retired entries whose file is still here.
pub(crate) async fn retired_with_file(store: &Store) -> Result<Vec<Asset>, Problem> {
    assets(&store.fetch("SELECT body FROM asset WHERE state = 'retired' AND is_stored = 1 ORDER BY id LIMIT 1000", &[]).await?)
}
