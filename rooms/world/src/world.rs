//! All spaces of this hall, and what its clients ask of them.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sala_core::{
    ctx::Ctx,
    entropy::random32,
    problem::{INVALID, NOT_FOUND, Problem, SIGN_IN_REQUIRED},
};
use sala_presence::Place;

use crate::{
    World,
    door::Guest,
    hosted::{Entry, Hosted},
    message::{Ask, Tell, spoken},
    seat::Seat,
    store,
};

/// How often appeals and evidence are looked after.
const ROUND: Duration = Duration::from_mins(1);

/// Someone came in.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) hosted: Arc<Hosted>,
    pub(crate) seat: Arc<Seat>,
    pub(crate) welcome: Tell,
}

impl World {
    /// Lets someone in who has a ticket. Errors: `ticket_invalid`, `conduct_not_accepted`, `space_full`.
    pub(crate) async fn enter(&self, space: &str, ticket: &str, token: Option<&str>) -> Result<Entered, Problem> {
        let hosted = self.spaces.get(space).ok_or_else(|| NOT_FOUND.problem())?;
        let guest = self.door.admit(ticket, space, self.clock.now()).await?;
        let handle = guest.who.persona.clone();
        if self.asks_conduct {
            self.require_accepted(&handle).await?;
        }
        let changed = self.sanctions_changed.load(Ordering::SeqCst);
        let muted = self.restrained(&guest, space).await?;
        let blocks = store::blocks(&self.store, &handle).await?;
        let random = random32(&*self.entropy);
        let fresh = hex::encode(random);
        let chance = random32(&*self.entropy).first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let Entry { seat, mut welcome } =
            hosted.enter(guest, fresh, token, blocks.by.iter().chain(&blocks.of).cloned().collect(), chance)?;
        if let Tell::Welcome { blocked, muted_until, .. } = &mut welcome {
            // Of who blocks whom, one is told only of one's own.
            blocked.clone_from(&blocks.by);
            *muted_until = muted;
        }
        // One that was set while the seat was being taken did not find it.
        let later = store::blocks(&self.store, &handle).await?;
        let known: Vec<&String> = blocks.by.iter().chain(&blocks.of).collect();
        for other in later.by.iter().chain(&later.of).filter(|other| !known.contains(other)) {
            hosted.set_apart(&handle, other, true);
        }
        seat.set_muted(muted);
        if self.sanctions_changed.load(Ordering::SeqCst) != changed {
            // One was given between the look at them and the taking of the seat.
            self.restrain(hosted, &seat.guest, space).await?;
        }
        Ok(Entered { hosted: Arc::clone(hosted), seat, welcome })
    }

    /// Whether a guest may stay.
    pub(crate) fn keeps(&self, guest: &Guest) -> bool {
        let now = self.clock.now();
        guest.expires_at > now && self.door.keeps(guest, now)
    }

    /// Does what a client asks for.
    pub(crate) async fn asked(&self, ctx: &Ctx, hosted: &Arc<Hosted>, seat: &Arc<Seat>, ask: Ask) -> Result<(), Problem> {
        match ask {
            Ask::Say { text } => {
                let (text, now) = (spoken(&text)?, self.clock.now());
                seat.require_voice(now)?;
                hosted.say(seat, text, now);
            }
            Ask::Go { fixture, slot, at } => return go(hosted, seat, fixture.as_deref(), slot, at),
            Ask::Halt => hosted.halt(seat),
            Ask::Bubble { m } => hosted.bubble(seat, m)?,
            Ask::Report { persona, why } => {
                let report = self.file_report(&self.on_behalf(ctx, &seat.guest), &hosted.space.file.id, &persona, &why).await?;
                seat.say(&Tell::Reported { report: report.id });
            }
            Ask::Who { slots } => hosted.who(seat, &slots),
            Ask::Block { persona } => {
                self.set_block(&self.on_behalf(ctx, &seat.guest), &persona, true).await?;
                seat.say(&Tell::Blocked { persona });
            }
            Ask::Unblock { persona } => {
                self.set_block(&self.on_behalf(ctx, &seat.guest), &persona, false).await?;
                seat.say(&Tell::Unblocked { persona });
            }
        }
        Ok(())
    }

    /// The circumstances of what a client asks for: the socket was opened a while ago, perhaps without a cookie.
    fn on_behalf(&self, ctx: &Ctx, guest: &Guest) -> Ctx {
        Ctx { actor: guest.actor.clone(), now: self.clock.now(), ..ctx.clone() }
    }

    /// Ends the places of sessions that end, until told to stop.
    pub(crate) async fn watch_sessions(&self) {
        let mut ended = self.door.ended();
        loop {
            let session = ended.next().await;
            for hosted in self.spaces.values() {
                hosted.dismiss(&SIGN_IN_REQUIRED.problem(), |guest| match &session {
                    Some(session) => guest.session == *session,
                    None => !self.keeps(guest),
                });
            }
        }
    }

    /// Does what the law does by itself, once a minute, until told to stop.
    pub(crate) async fn look_after_the_law(&self) {
        if let Err(problem) = self.sweep_keys().await {
            tracing::error!(%problem, "Keys of reports that should be gone could not be looked for");
        }
        let mut rounds = tokio::time::interval(ROUND);
        loop {
            rounds.tick().await;
            if let Err(problem) = self.settle().await {
                tracing::error!(%problem, "Appeals and evidence could not be looked after; tried again in a minute");
            }
        }
    }
}

fn go(hosted: &Hosted, seat: &Seat, fixture: Option<&str>, slot: Option<u16>, at: Option<[f64; 2]>) -> Result<(), Problem> {
    match (fixture, slot, at) {
        (Some(id), None, None) => {
            let fixture = hosted.space.fixture(id).ok_or_else(|| NOT_FOUND.problem().at("/fixture", "there is none of this id"))?;
            hosted.go_before(seat, fixture)
        }
        (None, Some(other), None) => hosted.go_to(seat, other),
        (None, None, Some([x, z])) => hosted.go(seat, Place::new(x, z), 0.3),
        _ => Err(INVALID.problem().at("/go", "expected one of fixture, slot and at")),
    }
}
