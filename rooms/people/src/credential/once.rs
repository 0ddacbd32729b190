//! What is good once and for a short time: nonces of proofs, ids of DPoP proofs, tries at a PIN. In memory only and bounded.
//!
//! A nonce is not remembered before it is used: it is its time and chance under a key that this process drew when it started, so that
//! asking for many costs nothing, and none is worth anything after a restart.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use sala_core::{ctx::Ctx, time::Timestamp};

use crate::lookup::LookupKey;

/// How long a nonce is good.
pub(crate) const NONCE_LIFE_S: i64 = 300;
/// Wrong PINs that end an offer.
pub(crate) const MOST_PINS: u32 = 5;
const MOST: usize = 100_000;

/// Ids that were used, until when that counts.
#[derive(Default)]
struct Used(Mutex<BTreeMap<String, Timestamp>>);

impl Used {
    fn contains(&self, id: &str, now: Timestamp) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).is_some_and(|until| *until > now)
    }

    /// Whether it was unused. When too many are remembered, nothing more is taken for unused.
    fn spend(&self, id: String, life_s: i64, now: Timestamp) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= MOST {
            used.retain(|_, until| *until > now);
        }
        if used.len() >= MOST || used.get(&id).is_some_and(|until| *until > now) {
            return false;
        }
        used.insert(id, now.plus_seconds(life_s));
        true
    }
}

/// See the module. Nonces are used up with a good access token only; so a flood of DPoP proofs, which need none, does not reach them.
pub(crate) struct Once {
    key: LookupKey,
    nonces: Used,
    proofs: Used,
    pins: Mutex<BTreeMap<String, (u32, Timestamp)>>,
}

impl std::fmt::Debug for Once {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Once")
    }
}

impl Once {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self { key: LookupKey::new(key), nonces: Used::default(), proofs: Used::default(), pins: Mutex::default() }
    }

    /// A fresh nonce.
    pub(crate) fn nonce(&self, ctx: &Ctx) -> String {
        let content = format!("{:x}.{}", ctx.now.seconds(), hex::encode(ctx.random32()));
        format!("{content}.{}", self.key.keyed("credential nonce", content.as_bytes()))
    }

    /// Whether we gave this nonce lately and nobody used it.
    pub(crate) fn is_fresh(&self, nonce: &str, now: Timestamp) -> bool {
        let Some((content, mac)) = nonce.rsplit_once('.') else { return false };
        let given = content.split_once('.').and_then(|(seconds, _)| i64::from_str_radix(seconds, 16).ok());
        let is_lately = given.is_some_and(|given| (now.seconds() - NONCE_LIFE_S..=now.seconds()).contains(&given));
        let is_ours = crate::token::hash(&self.key.keyed("credential nonce", content.as_bytes())) == crate::token::hash(mac);
        is_lately && is_ours && !self.nonces.contains(nonce, now)
    }

    /// Uses a nonce up; whether it was unused.
    pub(crate) fn spend_nonce(&self, nonce: &str, now: Timestamp) -> bool {
        self.nonces.spend(nonce.to_owned(), 2 * NONCE_LIFE_S, now)
    }

    /// Uses the `jti` of a key's proof up for `life_s`; whether it was unused. Of one key: another wallet's id is another id.
    pub(crate) fn spend_proof(&self, thumbprint: &str, token_id: &str, life_s: i64, now: Timestamp) -> bool {
        self.proofs.spend(format!("{thumbprint} {token_id}"), life_s, now)
    }

    /// Counts a try at the PIN of a grant before it is looked at: which one it is.
    pub(crate) fn try_pin(&self, grant: &str, until: Timestamp, now: Timestamp) -> u32 {
        let mut pins = self.pins.lock().unwrap_or_else(PoisonError::into_inner);
        pins.retain(|_, (_, until)| *until > now);
        let entry = pins.entry(grant.to_owned()).or_insert((0, until));
        entry.0 = entry.0.saturating_add(1);
        entry.0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sala_core::entropy::OsEntropy;

    use super::*;

    fn at(seconds: i64) -> Ctx {
        Ctx::system("test/1", Timestamp::from_seconds(seconds), Arc::new(OsEntropy))
    }

    #[test]
    fn a_nonce_is_good_once_for_five_minutes_and_in_this_process_only() {
        let (here, there) = (Once::new([1; 32]), Once::new([2; 32]));
        let ctx = at(1_000);
        let nonce = here.nonce(&ctx);
        assert!(here.is_fresh(&nonce, ctx.now) && here.is_fresh(&nonce, at(1_300).now));
        assert!(!here.is_fresh(&nonce, at(1_301).now) && !here.is_fresh(&nonce, at(999).now));
        assert!(!there.is_fresh(&nonce, ctx.now));
        for wrong in ["", ".", "a.b.c", "3e8..", &nonce.replacen('3', "4", 1), &format!("{nonce}0")] {
            assert!(!here.is_fresh(wrong, ctx.now), "{wrong}");
        }
        assert!(here.spend_nonce(&nonce, ctx.now));
        assert!(!here.spend_nonce(&nonce, ctx.now) && !here.is_fresh(&nonce, ctx.now));
    }

    #[test]
    fn what_was_used_may_be_forgotten_when_its_time_is_over_and_not_before() {
        let once = Once::new([1; 32]);
        assert!(once.spend_proof("k", "a", 60, at(1_000).now));
        assert!(!once.spend_proof("k", "a", 60, at(1_059).now));
        assert!(once.spend_proof("k", "a", 60, at(1_060).now));
        assert_eq!((1..=6).map(|_| once.try_pin("g", at(2_000).now, at(1_000).now)).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(once.try_pin("h", at(2_000).now, at(1_000).now), 1);
    }
}
