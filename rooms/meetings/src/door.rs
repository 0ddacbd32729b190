//! Who takes part: a ticket is turned into a guest, a handle into a face.

use futures_util::future::BoxFuture;
use sala_core::{
    ctx::Actor,
    problem::{NOT_FOUND, Problem, SIGN_IN_REQUIRED},
    text::Text,
    time::Timestamp,
};
pub use sala_people::Ended;
use sala_people::{People, TicketPurpose};

use crate::meeting::Party;

/// Someone whom the door let in.
#[derive(Debug, Clone)]
pub struct Guest {
    /// As whom.
    pub who: Party,
    /// The person behind it, whom a mute follows under every persona; in memory only, told to nobody.
    pub(crate) person: Option<String>,
    /// The session behind it; see [`Door::ended`].
    pub session: String,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl Guest {
    /// A guest who acts as `actor` under `handle`.
    pub fn new(actor: &Actor, handle: String, session: String, expires_at: Timestamp) -> Self {
        let person = match actor {
            Actor::Citizen { person, .. } | Actor::Officer { person, .. } => Some(person.clone()),
            Actor::Visitor | Actor::System { .. } => None,
        };
        Self { who: Party::acting(actor, handle), person, session, expires_at }
    }
}

/// The door of meetings: the room of people in a hall.
pub trait Door: Send + Sync {
    /// Lets someone in who has a ticket for `meeting`. The ticket is used up.
    fn admit<'d>(&'d self, ticket: &'d str, meeting: &'d str, now: Timestamp) -> BoxFuture<'d, Result<Guest, Problem>>;
    /// Whether the session still acts under the guest's handle; counts as a request of it.
    fn keeps(&self, guest: &Guest, now: Timestamp) -> bool;
    /// Waits for the next session that ended.
    fn ended(&self) -> Ended;
    /// The name that a persona has now; empty where none was chosen or nobody has it any more.
    fn name<'d>(&'d self, persona: &'d str) -> BoxFuture<'d, Result<String, Problem>>;
    /// What an office is called.
    fn office(&self, id: &str) -> Option<Text>;
}

impl Door for People {
    fn admit<'d>(&'d self, ticket: &'d str, meeting: &'d str, now: Timestamp) -> BoxFuture<'d, Result<Guest, Problem>> {
        Box::pin(async move {
            let redeemed = self.redeem_ticket(ticket, TicketPurpose::Meeting, now).await?;
            if redeemed.space.as_deref() != Some(meeting) {
                return Err(SIGN_IN_REQUIRED.problem().because("the ticket is for another meeting"));
            }
            Ok(Guest::new(&redeemed.caller.actor, redeemed.handle, redeemed.session, redeemed.expires_at))
        })
    }

    fn keeps(&self, guest: &Guest, now: Timestamp) -> bool {
        self.keep_session(&guest.session, &guest.who.persona, now)
    }

    fn ended(&self) -> Ended {
        self.session_ended().into()
    }

    fn name<'d>(&'d self, persona: &'d str) -> BoxFuture<'d, Result<String, Problem>> {
        Box::pin(async move {
            match self.persona_name(persona).await {
                Err(problem) if problem.code == &NOT_FOUND => Ok(String::new()),
                named => named,
            }
        })
    }

    fn office(&self, id: &str) -> Option<Text> {
        self.office_title(id)
    }
}
