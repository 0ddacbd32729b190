//! Tickets: how a session opens a WebSocket. A browser sends no header of ours with a WebSocket's handshake, and a session token must
//! never stand in an address; so the page asks for a ticket and gives that in the first message or the address.
//!
//! A ticket is good once, for thirty seconds, for one purpose (and one space), and only while its session acts under the same handle. It
//! lives in memory alone, under its hash. Asking for one is no act: nothing about the hall or anyone in it changes by it, it grants
//! nothing that the session had not before, and what is done behind it is an act by itself. A restart ends all tickets.

use sala_core::{
    ctx::Ctx,
    problem::{INVALID, Problem},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use utoipa::ToSchema;

use crate::{
    Caller, People,
    ceremony::Ceremonies,
    limit::Limiter,
    problems::TICKET_INVALID,
    session::Live,
    sign_in::Kept,
    token::{hash, new_token},
};

/// How long a ticket may wait to be redeemed.
const LIFE_S: i64 = 30;
const LONGEST_SPACE: usize = 80;
/// Ends that a slow listener may have missed before it is told that it missed some.
const ENDS_KEPT: usize = 1_024;

/// What a ticket opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketPurpose {
    /// The shared spaces in which personas meet.
    World,
    /// A meeting, whose id stands as the space.
    Meeting,
}

/// A ticket that was redeemed: on whose behalf the socket is open from now on.
#[derive(Debug, Clone)]
pub struct Redeemed {
    /// The session; see [`People::session_ended`].
    pub session: String,
    /// The handle under which the session acts: a persona's or an officer's.
    pub handle: String,
    /// The persona behind it.
    pub persona: String,
    /// Who asks, and how surely the hall knows it.
    pub caller: Caller,
    /// The space for which the ticket was asked, if for one.
    pub space: Option<String>,
    /// When the session ends at the latest.
    pub expires_at: Timestamp,
}

/// A session that acts no more under the handle that it had: closed here or from elsewhere, over, replaced, or gone on under another
/// persona.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEnded {
    /// Its id.
    pub session: String,
}

/// Sessions that end, one after the other.
#[derive(Debug)]
pub struct Ended(Option<broadcast::Receiver<SessionEnded>>);

impl Ended {
    /// Nobody's session ever ends.
    pub fn never() -> Self {
        Self(None)
    }

    /// The next session that ended; none: some were missed, and every guest has to be looked at.
    pub async fn next(&mut self) -> Option<String> {
        match &mut self.0 {
            None => std::future::pending().await,
            Some(ended) => match ended.recv().await {
                Ok(ended) => Some(ended.session),
                Err(broadcast::error::RecvError::Lagged(_)) => None,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            },
        }
    }
}

impl From<broadcast::Receiver<SessionEnded>> for Ended {
    fn from(ended: broadcast::Receiver<SessionEnded>) -> Self {
        Self(Some(ended))
    }
}

#[derive(Debug)]
struct Held {
    token_hash: String,
    handle: String,
    purpose: TicketPurpose,
    space: Option<String>,
}

/// Tickets that wait, and the ends of sessions.
#[derive(Debug)]
pub(crate) struct Tickets {
    /// Bounded for each session, not for each address: who floods pushes out only their own.
    waiting: Ceremonies<Held>,
    limiter: Limiter,
    ended: broadcast::Sender<SessionEnded>,
}

impl Default for Tickets {
    fn default() -> Self {
        Self { waiting: Ceremonies::lasting(LIFE_S), limiter: Limiter::default(), ended: broadcast::Sender::new(ENDS_KEPT) }
    }
}

impl Live {
    /// The public handle under which it acts.
    pub(crate) fn handle(&self) -> &str {
        self.who.acting.as_ref().map_or(self.who.persona.as_str(), |acting| acting.handle.as_str())
    }
}

impl People {
    /// A ticket of this session, and until when it is good.
    pub(crate) fn issue_ticket(
        &self,
        ctx: &Ctx,
        token: &str,
        live: &Live,
        purpose: TicketPurpose,
        space: Option<String>,
    ) -> Result<(String, Timestamp), Problem> {
        if space.as_ref().is_some_and(|space| space.is_empty() || space.len() > LONGEST_SPACE || space.chars().any(char::is_control)) {
            return Err(INVALID.problem().at("/space", format!("expected 1 to {LONGEST_SPACE} bytes")));
        }
        self.tickets.limiter.take(&live.id, ctx.now)?;
        let ticket = new_token(&*ctx.entropy);
        let held = Held { token_hash: hash(token), handle: live.handle().to_owned(), purpose, space };
        self.tickets.waiting.begin(hash(&ticket), held, &live.id, ctx.now)?;
        Ok((ticket, ctx.now.plus_seconds(LIFE_S)))
    }

    /// Redeems a ticket: it is used up, whatever comes of it. Errors: `ticket_invalid` when it is unknown, used, late or for something
    /// else, or when its session is over or acts under another handle by now; which of these is not said.
    pub async fn redeem_ticket(&self, ticket: &str, purpose: TicketPurpose, now: Timestamp) -> Result<Redeemed, Problem> {
        let refused = |because: &str| TICKET_INVALID.problem().because(because);
        let held = self.tickets.waiting.finish(&hash(ticket), now).ok_or_else(|| refused("unknown, used or late"))?;
        if held.purpose != purpose {
            return Err(refused("for another purpose"));
        }
        let live = self.live_by_hash(&held.token_hash, now).await?.ok_or_else(|| refused("its session is over"))?;
        if live.handle() != held.handle {
            return Err(refused("its session acts under another handle"));
        }
        Ok(Redeemed {
            session: live.id.clone(),
            handle: held.handle,
            persona: live.who.persona.clone(),
            caller: live.caller(now),
            space: held.space,
            expires_at: live.expires_at,
        })
    }

    /// The ends of sessions from now on. A listener that lags is told so (`RecvError::Lagged`) and asks [`People::keep_session`].
    pub fn session_ended(&self) -> broadcast::Receiver<SessionEnded> {
        self.tickets.ended.subscribe()
    }

    /// Counts what came over a socket as a request of its session, so that it is not idle. False: the session is over, or acts under
    /// another handle than this.
    pub fn keep_session(&self, session: &str, handle: &str, now: Timestamp) -> bool {
        let hashes: Vec<String> =
            self.cached().iter().filter(|(_, live)| live.id == session && live.handle() == handle).map(|(hash, _)| hash.clone()).collect();
        hashes.iter().any(|hash| matches!(self.touch(hash, now), Kept::Open(_)))
    }

    /// Takes sessions out of memory and tells that they ended. What the store still has of them is not looked at here.
    pub(crate) fn forget_sessions(&self, is_over: impl Fn(&Live) -> bool) {
        let mut ended = vec![];
        self.cached().retain(|_, live| {
            let is_over = is_over(live);
            if is_over {
                ended.push(live.id.clone());
            }
            !is_over
        });
        for session in ended {
            self.tell_end(session);
        }
    }

    /// Tells sockets of this session that it is not what it was.
    pub(crate) fn tell_end(&self, session: String) {
        // Nobody may be listening.
        let _ = self.tickets.ended.send(SessionEnded { session });
    }
}
