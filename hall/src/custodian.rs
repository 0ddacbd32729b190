//! A custodian: one holder of a share of the key under which the ways from personas to persons lie. It takes part in making the key and
//! then waits. It never gives its part by itself: someone decides (`sala custodian decide`, or an officer at the desk for those that a
//! demonstration runs), and even then it looks first whether the request stands in the hall's log under a head that witnesses have
//! cosigned, publishes the hash of its part, and gives the part only when that hash stands there too.

pub mod folder;
mod handover;
pub mod table;
mod work;

use std::{fmt, sync::Arc};

use sala_core::{entropy::Entropy, time::Clock};
use sala_log::Policy;

use self::{folder::Folder, table::Table};

/// A custodian at work.
pub struct Custodian {
    /// Its id in the committee.
    pub member: String,
    /// Where its secrets lie.
    pub folder: Folder,
    /// The hall, as it reaches it.
    pub table: Arc<dyn Table>,
    /// Who must have cosigned a head before this custodian believes it.
    pub policy: Policy,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its randomness.
    pub entropy: Arc<dyn Entropy>,
    /// It acts on what officers decide at the desk of the hall; only those that a demonstration runs itself do.
    pub trusts_desk: bool,
}

impl fmt::Debug for Custodian {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Custodian").field("member", &self.member).finish_non_exhaustive()
    }
}
