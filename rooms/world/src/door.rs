//! Who comes in: a ticket is turned into a guest.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sala_core::{
    ctx::{Actor, Ctx},
    problem::{Problem, SIGN_IN_REQUIRED},
    store::ERASED,
    time::Timestamp,
};
pub use sala_people::Ended;
use sala_people::{NewNotice, People, Redeemed, RoomNotice, TicketPurpose};

use crate::{
    conduct::Young,
    message::{Badge, Who},
};

/// Someone whom the door let in.
#[derive(Debug, Clone)]
pub struct Guest {
    /// Whom others see.
    pub who: Arc<Who>,
    /// On whose behalf acts are done.
    pub actor: Actor,
    /// The session behind it; see [`Door::ended`].
    pub session: String,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl Guest {
    /// The person behind it, if there is one; never leaves the hall.
    pub(crate) fn person(&self) -> Option<&str> {
        person_of(&self.actor)
    }
}

/// The person behind an actor.
pub(crate) fn person_of(actor: &Actor) -> Option<&str> {
    match actor {
        Actor::Citizen { person, .. } | Actor::Officer { person, .. } => Some(person),
        Actor::Visitor | Actor::System { .. } => None,
    }
}

/// The door of the spaces: the room of people in a hall, something simpler in a bench.
pub trait Door: Send + Sync {
    /// Lets someone in who has a ticket for `space`. The ticket is used up.
    fn admit<'d>(&'d self, ticket: &'d str, space: &'d str, now: Timestamp) -> BoxFuture<'d, Result<Guest, Problem>>;
    /// Whether the session still acts under the guest's handle; counts as a request of it.
    fn keeps(&self, guest: &Guest, now: Timestamp) -> bool;
    /// Waits for the next session that ended; none when some may have been missed, and every guest has to be looked at.
    fn ended(&self) -> Ended;
    /// Whether a guest has proven to be an adult in the way that the code of conduct names.
    fn is_adult<'d>(&'d self, _ctx: &'d Ctx, _guest: &'d Guest, _young: &'d Young) -> BoxFuture<'d, Result<bool, Problem>> {
        Box::pin(async { Ok(true) })
    }
    /// A notice for a person, to be saved within an act; none where nobody has a page of notices.
    fn notice<'d>(&'d self, _ctx: &'d Ctx, _person: &'d str, _told: RoomNotice) -> BoxFuture<'d, Result<Option<NewNotice>, Problem>> {
        Box::pin(async { Ok(None) })
    }
}

impl Door for People {
    fn admit<'d>(&'d self, ticket: &'d str, space: &'d str, now: Timestamp) -> BoxFuture<'d, Result<Guest, Problem>> {
        Box::pin(async move {
            let redeemed = self.redeem_ticket(ticket, TicketPurpose::World, now).await?;
            if redeemed.space.as_deref() != Some(space) {
                return Err(SIGN_IN_REQUIRED.problem().because("the ticket is for another space"));
            }
            let who = Arc::new(face(self, &redeemed).await?);
            Ok(Guest { who, actor: redeemed.caller.actor, session: redeemed.session, expires_at: redeemed.expires_at })
        })
    }

    fn keeps(&self, guest: &Guest, now: Timestamp) -> bool {
        self.keep_session(&guest.session, &guest.who.persona, now)
    }

    fn ended(&self) -> Ended {
        self.session_ended().into()
    }

    fn is_adult<'d>(&'d self, ctx: &'d Ctx, guest: &'d Guest, young: &'d Young) -> BoxFuture<'d, Result<bool, Problem>> {
        Box::pin(async move {
            // Officers are appointed by the hall: it knows them.
            if matches!(guest.actor, Actor::Officer { .. }) || (young.demo_is_adult && self.is_demo_session(&guest.session)) {
                return Ok(true);
            }
            let ctx = Ctx { actor: guest.actor.clone(), ..ctx.clone() };
            self.has_proven(&ctx, &young.query, &young.claim).await
        })
    }

    fn notice<'d>(&'d self, ctx: &'d Ctx, person: &'d str, told: RoomNotice) -> BoxFuture<'d, Result<Option<NewNotice>, Problem>> {
        Box::pin(async move {
            match self.notice_of_room(ctx, person, &told).await {
                Ok(notice) => Ok(Some(notice)),
                // Who had everything erased gets no notices any more.
                Err(problem) if problem.code == &ERASED => Ok(None),
                Err(problem) => Err(problem),
            }
        })
    }
}

/// What others see: of a citizen the persona, of an officer the office, never both together.
async fn face(people: &People, redeemed: &Redeemed) -> Result<Who, Problem> {
    let handle = &redeemed.handle;
    let look = format!("/api/v1/persona-cards/{handle}/avatar.vrm");
    let persona = handle.clone();
    if let Actor::Officer { office, .. } = &redeemed.caller.actor {
        let title = people.office_title(office).unwrap_or_default();
        return Ok(Who { persona, name: String::new(), badge: Some(Badge { office: office.clone(), title }), look });
    }
    Ok(Who { persona, name: people.persona_name(handle).await?, badge: None, look })
}
