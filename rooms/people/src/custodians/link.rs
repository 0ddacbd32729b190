//! The way from a persona to its person: under the hall's key until custodians have made theirs, then sealed to them, so that no row,
//! backup or key of the hall opens it. A sealed link begins with a mark; what was sealed before is sealed again, in no order, each in
//! an act of its own.
//!
//! What this does not do: a person's own row still holds the key from which their handles follow, and the hall can open it while it
//! serves them. Whoever has the tables *and* the key-encryption key can go from each person to their personas. The custodians guard
//! against everybody who lacks that key, against a look from persona to person that leaves no act, and against old backups.

use std::sync::PoisonError;

use sala_core::{
    act::Draft,
    ctx::Ctx,
    problem::{INTERNAL, Problem},
};
use sala_custody::{Ciphertext, KeySet, Label};

use super::board::AUTHORITY;
use crate::{
    People, acts,
    person::Link,
    problems::LINK_IN_CUSTODY,
    store::{self, HALL_KEY, custodian},
};

/// Links under the custodians' key begin so; the 24 random bytes at the beginning of others do once in 2⁸⁰.
pub(crate) const MARK: &[u8] = b"custody/1:";
const PURPOSE: &str = "sala/persona-link/v1";
/// How many links are sealed again in one sweep.
const PORTION: i64 = 500;
/// How long after nothing was found it looks again.
const LOOK_AGAIN_S: i64 = 60;

/// What a link is about.
pub fn label(handle: &str) -> Result<Label, Problem> {
    Label::new(PURPOSE, handle).map_err(|fault| INTERNAL.problem().because(fault))
}

/// The ciphertext in a link, if it is under the custodians' key.
pub(crate) fn ciphertext(link: &[u8]) -> Option<Ciphertext> {
    Ciphertext::decode(link.strip_prefix(MARK)?).ok()
}

impl People {
    /// The custodians' key, once its publication stands under a witnessed head.
    pub(crate) fn custody_key(&self) -> Option<KeySet> {
        self.reign().map(|reign| reign.keys)
    }

    /// Seals the way from a persona to its person.
    pub(crate) async fn seal_link(&self, ctx: &Ctx, link: &Link) -> Result<Vec<u8>, Problem> {
        let Some(keys) = self.custody_key() else {
            return store::seal(&self.store, HALL_KEY, "persona", &link.persona, link).await;
        };
        let plain = serde_json::to_vec(link).map_err(|fault| INTERNAL.problem().because(fault))?;
        let sealed = Ciphertext::seal(&keys.public_key(), &label(&link.persona)?, &plain, &ctx.random32());
        Ok([MARK, &sealed.map_err(|fault| INTERNAL.problem().because(fault))?.encode()].concat())
    }

    /// The person behind a persona while the hall itself can tell; a Problem once the link is in custody.
    pub(crate) async fn open_link(&self, handle: &str, link: &[u8]) -> Result<Link, Problem> {
        if link.starts_with(MARK) {
            return Err(LINK_IN_CUSTODY.problem());
        }
        store::unseal(&self.store, HALL_KEY, "persona", handle, link).await
    }

    /// Seals links again that are still under the hall's key: in no order, so that nothing follows from what stands beside what.
    pub(crate) async fn hand_links_over(&self, ctx: &Ctx) -> Result<(), Problem> {
        if self.custody_key().is_none() {
            return Ok(());
        }
        // The look goes over all personas. Links that were under way when the key came into force are found by the next one.
        let looked = *self.links_handed_over.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.is_some_and(|at| ctx.now < at.plus_seconds(LOOK_AGAIN_S)) {
            return Ok(());
        }
        let mut waiting = custodian::links_without(&self.store, MARK, PORTION).await?;
        if waiting.is_empty() {
            *self.links_handed_over.lock().unwrap_or_else(PoisonError::into_inner) = Some(ctx.now);
        }
        let mut drawn: Vec<_> = waiting.drain(..).map(|row| (ctx.random32(), row)).collect();
        drawn.sort_by_key(|(order, _)| *order);
        for (_, (handle, old, created_at)) in drawn {
            let link = self.open_link(&handle, &old).await?;
            let sealed = self.seal_link(ctx, &link).await?;
            let draft = Draft::new(&acts::HAND_LINK_OVER, AUTHORITY).refers(handle.as_str());
            self.store
                .act(ctx, draft, move |tx| {
                    let (handle, old, sealed) = (handle.clone(), old.clone(), sealed.clone());
                    Box::pin(async move {
                        // Erased meanwhile: there is nothing to hand over, and nothing comes back.
                        if custodian::persona_link_now(tx, &handle).await?.as_deref() == Some(old.as_slice()) {
                            tx.save(store::persona_record(&handle, sealed, created_at));
                        }
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }
}
