//! Status lists (Token Status List): who gets which places, and the signed list.
//!
//! Places are drawn at random among many thousands; which belong together is sealed. When a credential is revoked, the bits of all its
//! copies turn at once: whoever saw two of its copies and compares lists from before and after can then guess that they belonged
//! together. That is the price of revoking them all; it is told in the design.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use sala_core::{
    ctx::Ctx,
    problem::{CONFLICT, INTERNAL, NOT_FOUND, Problem},
    store::Tx,
    time::Timestamp,
};
use sala_credential::status::{Status, StatusList, TokenDraft, allocate, sign};

use crate::{
    People,
    store::{
        self, HALL_KEY,
        credential::{ListRow, StatusRow},
    },
    token::new_handle,
};

/// Places of a list: 8 KiB, and enough that a place says nothing of its neighbours. When half are given out, a new list begins.
const SIZE: u64 = 65_536;
/// How long a verifier may keep a list.
pub(crate) const TTL_S: u32 = 300;
/// After this nobody may rely on it.
const LIFE_S: i64 = 3600;

/// The places that are taken, by list, with the count that the list's row had then.
#[derive(Debug, Default)]
pub(crate) struct Lists(BTreeMap<String, (i64, BTreeSet<u64>)>);

impl Lists {
    /// What was given out stands in the store now.
    pub(crate) fn take(&mut self, list: &ListRow, places: &[u64]) {
        if let Some((given, taken)) = self.0.get_mut(&list.id) {
            *given = list.given;
            taken.extend(places);
        }
    }

    /// Another process gave out places too: read again.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

/// Lists as they were signed last.
#[derive(Debug, Default)]
pub(crate) struct SignedLists(Mutex<BTreeMap<String, Signed>>);

#[derive(Debug, Clone)]
struct Signed {
    revoked: i64,
    at: Timestamp,
    token: String,
}

/// Places for one credential, before they stand in the store.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The list as it will be.
    pub(crate) list: ListRow,
    /// As it was; nothing for a new one.
    before: Option<ListRow>,
    pub(crate) indexes: Vec<u64>,
}

impl Places {
    /// Writes the list's row within the act, unless somebody else gave out places meanwhile.
    pub(crate) async fn save(&self, tx: &mut Tx) -> Result<(), Problem> {
        if store::credential::list_now(tx, &self.list.id).await? != self.before {
            return Err(CONFLICT.problem());
        }
        tx.save(self.list.record());
        Ok(())
    }
}

impl People {
    /// Draws `count` free places.
    pub(crate) async fn draw_places(&self, ctx: &Ctx, lists: &mut Lists, count: usize) -> Result<Places, Problem> {
        let half = i64::try_from(SIZE / 2).unwrap_or(i64::MAX);
        let before = store::credential::newest_list(&self.store).await?.filter(|list| list.given < half);
        let new = || ListRow {
            id: new_handle("status", &*ctx.entropy),
            size: i64::try_from(SIZE).unwrap_or(i64::MAX),
            given: 0,
            opened_at: ctx.now,
        };
        let list = before.clone().unwrap_or_else(new);
        if lists.0.get(&list.id).is_none_or(|(given, _)| *given != list.given) {
            let taken = self.places_taken(&list.id).await?;
            lists.0.insert(list.id.clone(), (list.given, taken));
        }
        let none = BTreeSet::new();
        let taken = lists.0.get(&list.id).map_or(&none, |(_, taken)| taken);
        let size = u64::try_from(list.size).unwrap_or(SIZE);
        let mut indexes: Vec<u64> = vec![];
        for _ in 0..count {
            let is_taken = |index| taken.contains(&index) || indexes.contains(&index);
            let index = allocate(size, is_taken, &mut |bytes| ctx.entropy.fill(bytes));
            indexes.push(index.ok_or_else(|| INTERNAL.problem().because("the status list is full"))?);
        }
        let given = list.given.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        Ok(Places { list: ListRow { given, ..list }, before, indexes })
    }

    async fn places_taken(&self, list: &str) -> Result<BTreeSet<u64>, Problem> {
        let (mut taken, mut after) = (BTreeSet::new(), String::new());
        loop {
            let rows = store::credential::statuses(&self.store, list, &after).await?;
            let Some(last) = rows.last() else { return Ok(taken) };
            after.clone_from(&last.id);
            for row in &rows {
                taken.extend(self.places_of(row).await?);
            }
        }
    }

    async fn places_of(&self, row: &StatusRow) -> Result<Vec<u64>, Problem> {
        store::unseal(&self.store, HALL_KEY, "credential_status", &row.id, &row.sealed).await
    }

    /// Address of a list.
    pub(crate) fn status_uri(&self, list: &str) -> String {
        format!("{}/credential-status/{list}", self.issuer())
    }

    /// The signed list, as of now.
    pub(crate) async fn status_list(&self, ctx: &Ctx, id: &str) -> Result<String, Problem> {
        let list = store::credential::list(&self.store, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
        let revoked = store::credential::count_revoked(&self.store, id).await?;
        let kept = self.credentials.signed.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        let is_young = |signed: &Signed| signed.at <= ctx.now && ctx.now < signed.at.plus_seconds(i64::from(TTL_S) / 2);
        if let Some(signed) = kept.filter(|signed| signed.revoked == revoked && is_young(signed)) {
            return Ok(signed.token);
        }
        let failed = |fault| INTERNAL.problem().because(fault);
        let mut bits = StatusList::new(1, u64::try_from(list.size).unwrap_or(SIZE)).map_err(failed)?;
        let mut after = String::new();
        loop {
            let rows = store::credential::statuses(&self.store, id, &after).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.id);
            for row in rows.iter().filter(|row| row.revoked_at.is_some()) {
                for index in self.places_of(row).await? {
                    bits.set(index, Status::Invalid).map_err(failed)?;
                }
            }
        }
        let now = ctx.now.seconds();
        let uri = self.status_uri(id);
        let draft = TokenDraft { uri: &uri, issued_s: now, expires_s: Some(now.saturating_add(LIFE_S)), ttl_s: Some(TTL_S) };
        let token = sign(&self.issuer_key().await?, &draft, &bits).map_err(failed)?;
        let signed = Signed { revoked, at: ctx.now, token: token.clone() };
        self.credentials.signed.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), signed);
        Ok(token)
    }
}
