//! What the hall's own process knows of a space that another one runs: who it let in there, and the way to tell that process what was
//! decided about them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use sala_core::{problem::Problem, time::Timestamp};
use tokio::{sync::mpsc::UnboundedSender, time::Instant};

use crate::{
    cluster::wire::{Minute, Order},
    conduct::evidence::Evidence,
    door::Guest,
};

/// Of whom nobody asked for so long is forgotten; longer than a report looks back.
const FORGOTTEN: Duration = Duration::from_mins(2);
/// Of whom was asked so lately counts as present.
const PRESENT: Duration = Duration::from_secs(12);

/// Opens the last minute of a space where it is run.
pub(crate) type Recall = Arc<dyn Fn(Minute) -> BoxFuture<'static, Result<Option<Evidence>, Problem>> + Send + Sync>;

#[derive(Default)]
pub(crate) struct Elsewhere {
    /// By the number that stands for them outside.
    roster: Mutex<BTreeMap<String, Known>>,
    line: OnceLock<(UnboundedSender<Order>, Recall)>,
    /// The greatest fencing number under which anybody asked.
    fence: AtomicU64,
}

struct Known {
    guest: Guest,
    asked: Instant,
}

impl std::fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Elsewhere")
    }
}

impl Elsewhere {
    fn roster(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        let mut roster = self.roster.lock().unwrap_or_else(PoisonError::into_inner);
        roster.retain(|_, known| known.asked.elapsed() < FORGOTTEN);
        roster
    }

    /// From now on orders go this way, and the last minute is asked for that way.
    pub(crate) fn connect(&self, orders: UnboundedSender<Order>, recall: Recall) {
        let _ = self.line.set((orders, recall));
    }

    /// May someone who runs the space under this number go on? Not once another has asked under a greater one.
    pub(crate) fn follows(&self, fence: u64) -> bool {
        self.fence.fetch_max(fence, Ordering::SeqCst) <= fence
    }

    /// Remembers someone who was let in under `entrant`.
    pub(crate) fn note(&self, entrant: String, guest: Guest) {
        self.roster().insert(entrant, Known { guest, asked: Instant::now() });
    }

    /// Who an entrant is; counts as asking for them.
    pub(crate) fn guest(&self, entrant: &str) -> Option<Guest> {
        let mut roster = self.roster();
        let known = roster.get_mut(entrant)?;
        known.asked = Instant::now();
        Some(known.guest.clone())
    }

    pub(super) fn guests(&self) -> Vec<Guest> {
        self.roster().values().map(|known| known.guest.clone()).collect()
    }

    pub(super) fn count(&self) -> usize {
        let roster = self.roster();
        // Someone who came again is there under two numbers for a while.
        let present = roster.values().filter(|known| known.asked.elapsed() < PRESENT).map(|known| known.guest.who.persona.as_str());
        present.collect::<BTreeSet<_>>().len()
    }

    pub(super) fn find(&self, handle: &str) -> Option<Guest> {
        self.roster().values().find(|known| known.guest.who.persona == handle).map(|known| known.guest.clone())
    }

    fn order(&self, order: Order) {
        if let Some((orders, _)) = self.line.get() {
            // Nobody takes orders any more only when this process stops.
            let _ = orders.send(order);
        }
    }

    pub(super) fn set_apart(&self, one: &str, other: &str, is_apart: bool) {
        if self.find(one).is_some() && self.find(other).is_some() {
            self.order(Order::Apart { one: one.to_owned(), other: other.to_owned(), is_apart });
        }
    }

    pub(super) fn mute(&self, handle: &str, until: Option<Timestamp>) {
        if self.find(handle).is_some() {
            self.order(Order::Mute { persona: handle.to_owned(), until });
        }
    }

    pub(super) fn dismiss(&self, problem: &Problem, is_over: impl Fn(&Guest) -> bool) {
        let (mut entrants, mut sessions) = (vec![], vec![]);
        self.roster().retain(|entrant, known| {
            let is_over = is_over(&known.guest);
            if is_over {
                entrants.push(entrant.clone());
                sessions.push(known.guest.session.clone());
            }
            !is_over
        });
        if !entrants.is_empty() {
            self.order(Order::Dismiss { entrants, sessions, problem: problem.into() });
        }
    }

    /// Opens the last minute where the space is run; none when nobody can be asked.
    pub(super) fn recall(&self) -> Option<Recall> {
        self.line.get().map(|(_, recall)| Arc::clone(recall))
    }
}
