//! The vault: one key a person, wrapped by the hall's key-encryption key, in a place of its own.
//!
//! Keys never lie in the database that is backed up: with SQLite they have their own file (`keys.db`), with PostgreSQL their own
//! table (`person_key`, left out of dumps). So erasing a key makes every sealed value about that person unreadable, in the
//! restored backups too. XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03); the nonce (24 bytes) stands before the ciphertext.

use std::{collections::BTreeMap, sync::Mutex as StdMutex};

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use super::{cell::Cell, conn::Conn};
use crate::{
    entropy::Entropy,
    problem::{Code, DAMAGED, Problem, STORAGE},
};

/// What was sealed for this person can't be opened any more.
pub const ERASED: Code = Code {
    code: "person_erased",
    status: 410,
    th: "ข้อมูลนี้ถูกลบแล้ว",
    en: "This has been erased",
    help_th: "กุญแจของบุคคลนี้ถูกทำลายตามคำขอหรือตามกฎหมาย ข้อมูลอ่านไม่ได้อีก",
    help_en: "The key of this person was destroyed on request or by law; nothing sealed with it can be read again.",
};

/// The keys of persons.
pub(crate) struct Vault {
    /// `None`: looked at without its keys, as in a restored backup. Everything sealed counts as erased.
    conn: Option<Mutex<Option<Conn>>>,
    kek: [u8; 32],
    cache: StdMutex<BTreeMap<String, [u8; 32]>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

pub(crate) const PERSON_KEY_TABLE: &str = "CREATE TABLE IF NOT EXISTS person_key (id TEXT PRIMARY KEY, wrapped BLOB NOT NULL)";

impl Vault {
    pub(crate) async fn open(mut conn: Conn, kek: [u8; 32]) -> Result<Self, Problem> {
        conn.run(PERSON_KEY_TABLE).await.map_err(storage)?;
        Ok(Self { conn: Some(Mutex::new(Some(conn))), kek, cache: StdMutex::default() })
    }

    /// A vault that is only looked at; `None` for one without keys.
    pub(crate) fn to_read(conn: Option<Conn>, kek: [u8; 32]) -> Self {
        Self { conn: conn.map(|conn| Mutex::new(Some(conn))), kek, cache: StdMutex::default() }
    }

    async fn conn(&self) -> Result<MappedMutexGuard<'_, Conn>, Problem> {
        let conn = self.conn.as_ref().ok_or_else(|| ERASED.problem())?;
        MutexGuard::try_map(conn.lock().await, Option::as_mut).map_err(|_| STORAGE.problem().because("the vault is closed"))
    }

    /// Closes the file, so that nothing is left in its write-ahead log.
    pub(crate) async fn close(&self) {
        if let Some(conn) = &self.conn
            && let Some(conn) = conn.lock().await.take()
        {
            let _ = conn.close().await;
        }
    }

    pub(crate) async fn create(&self, person: &str, entropy: &dyn Entropy) -> Result<(), Problem> {
        let key = crate::entropy::random32(entropy);
        let wrapped = seal(&self.kek, person.as_bytes(), &key, entropy)?;
        self.conn()
            .await?
            .execute("INSERT INTO person_key (id, wrapped) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", &[person.into(), wrapped.into()])
            .await
            .map_err(storage)?;
        Ok(())
    }

    /// The person's id under the key-encryption key, so that the table of openings does not tell who stands behind an act.
    pub(crate) fn hide(&self, person: &str, label: &str, entropy: &dyn Entropy) -> Result<String, Problem> {
        seal(&self.kek, label.as_bytes(), person.as_bytes(), entropy).map(hex::encode)
    }

    /// What [`Vault::hide`] hid; [`ERASED`] when this vault is looked at without its keys.
    pub(crate) fn reveal(&self, hidden: &str, label: &str) -> Result<String, Problem> {
        if self.conn.is_none() {
            return Err(ERASED.problem());
        }
        hex::decode(hidden)
            .ok()
            .and_then(|sealed| open(&self.kek, label.as_bytes(), &sealed))
            .and_then(|plain| String::from_utf8(plain).ok())
            .ok_or_else(|| DAMAGED.problem().because("the holder of a sealed opening can't be read with the key-encryption key in use"))
    }

    /// The person's key; [`ERASED`] when there is none.
    pub(crate) async fn key(&self, person: &str) -> Result<[u8; 32], Problem> {
        if let Some(key) = self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(person) {
            return Ok(*key);
        }
        let rows =
            self.conn().await?.fetch("SELECT wrapped FROM person_key WHERE id = $1", &[Cell::from(person)]).await.map_err(storage)?;
        let row = rows.first().ok_or_else(|| ERASED.problem())?;
        let plain = open(&self.kek, person.as_bytes(), row.blob("wrapped")?)
            .ok_or_else(|| DAMAGED.problem().because(format!("the key of {person} does not open with the key-encryption key in use")))?;
        let key: [u8; 32] = plain.as_slice().try_into().map_err(|_| DAMAGED.problem().because("a person key has the wrong length"))?;
        self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(person.to_owned(), key);
        Ok(key)
    }

    /// Persons who have a key, in the order of their ids, beginning after `after`.
    pub(crate) async fn persons(&self, after: &str, limit: i64) -> Result<Vec<String>, Problem> {
        let sql = "SELECT id FROM person_key WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = self.conn().await?.fetch(sql, &[after.into(), limit.into()]).await.map_err(storage)?;
        rows.iter().map(|row| Ok(row.text("id")?.to_owned())).collect()
    }

    /// Destroys the person's key, in memory and on disk (`secure_delete` overwrites the page). Idempotent.
    pub(crate) async fn erase(&self, person: &str) -> Result<(), Problem> {
        let mut conn = self.conn().await?;
        conn.execute("DELETE FROM person_key WHERE id = $1", &[person.into()]).await.map_err(storage)?;
        if matches!(*conn, Conn::Sqlite(_)) {
            conn.run("PRAGMA wal_checkpoint(TRUNCATE)").await.map_err(storage)?;
        }
        self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(person);
        Ok(())
    }
}

/// Encrypts with a fresh nonce; `label` is bound in and must be given again to open.
pub(crate) fn seal(key: &[u8; 32], label: &[u8], plain: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, Problem> {
    let mut nonce = [0; 24];
    entropy.fill(&mut nonce);
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let mut sealed = nonce.to_vec();
    let body = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: label })
        .map_err(|_| STORAGE.problem().because("the value is too long to be sealed"))?;
    sealed.extend(body);
    Ok(sealed)
}

/// Opens what [`seal`] made; `None` when key, label or bytes are not those.
pub(crate) fn open(key: &[u8; 32], label: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_at_checked(24)?;
    let nonce: [u8; 24] = nonce.try_into().ok()?;
    XChaCha20Poly1305::new(&(*key).into()).decrypt(&XNonce::from(nonce), Payload { msg: body, aad: label }).ok()
}

fn storage(fault: sqlx::Error) -> Problem {
    STORAGE.problem().because(format!("vault: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_label() {
        let sealed = seal(&[1; 32], b"name", "สมชาย".as_bytes(), &OsEntropy).unwrap();
        assert_eq!(open(&[1; 32], b"name", &sealed).unwrap(), "สมชาย".as_bytes());
        assert_eq!(open(&[2; 32], b"name", &sealed), None);
        assert_eq!(open(&[1; 32], b"mail", &sealed), None);
        assert_eq!(open(&[1; 32], b"name", &sealed[..20]), None);
        assert_ne!(sealed, seal(&[1; 32], b"name", "สมชาย".as_bytes(), &OsEntropy).unwrap());
    }
}
