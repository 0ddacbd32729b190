//! All spaces of this hall, and what its clients ask of them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use futures_util::future::BoxFuture;
use sala_core::{
    ctx::Ctx,
    entropy::random32,
    problem::{INVALID, NOT_FOUND, Problem, SIGN_IN_REQUIRED},
    time::Timestamp,
};
use sala_presence::{Place, space::BUBBLE_M};

use crate::{
    World,
    conduct::YoungVoice,
    door::Guest,
    hosted::{Entry, Hosted},
    message::{Ask, Tell, spoken},
    problems::VOICE_NEEDS_AGE,
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

/// Whoever runs spaces: the hall, or a process beside it.
pub(crate) trait Host: Send + Sync + 'static {
    /// Lets someone in who has a ticket.
    fn enter<'h>(&'h self, space: &'h str, ticket: &'h str, token: Option<&'h str>) -> BoxFuture<'h, Result<Entered, Problem>>;
    /// Where a space is run, if not here.
    #[cfg(feature = "cluster")]
    fn elsewhere(&self, space: &str) -> Option<crate::seat::Address>;
    /// Is there such a space?
    fn has(&self, space: &str) -> bool;
    /// Whether a guest may stay.
    fn keeps(&self, guest: &Guest) -> bool;
    /// Does what a client asks for.
    fn asked<'h>(&'h self, ctx: &'h Ctx, hosted: &'h Arc<Hosted>, seat: &'h Arc<Seat>, ask: Ask) -> BoxFuture<'h, Result<(), Problem>>;
}

impl Host for World {
    fn enter<'h>(&'h self, space: &'h str, ticket: &'h str, token: Option<&'h str>) -> BoxFuture<'h, Result<Entered, Problem>> {
        Box::pin(self.admitted(space, ticket, token))
    }

    #[cfg(feature = "cluster")]
    fn elsewhere(&self, space: &str) -> Option<crate::seat::Address> {
        self.cluster.get()?.elsewhere(space)
    }

    fn has(&self, space: &str) -> bool {
        self.spaces.contains_key(space)
    }

    fn keeps(&self, guest: &Guest) -> bool {
        self.may_stay(guest)
    }

    fn asked<'h>(&'h self, ctx: &'h Ctx, hosted: &'h Arc<Hosted>, seat: &'h Arc<Seat>, ask: Ask) -> BoxFuture<'h, Result<(), Problem>> {
        Box::pin(async move {
            let ask = self.with_room(seat, ask);
            match done_here(hosted, seat, ask, self.clock.now())? {
                None => Ok(()),
                Some(ask) => self.decided(ctx, hosted, seat, ask).await,
            }
        })
    }
}

/// Does what a client asks for and a space can do by itself; gives back what only the hall may decide.
pub(crate) fn done_here(hosted: &Hosted, seat: &Seat, ask: Ask, now: Timestamp) -> Result<Option<Ask>, Problem> {
    match ask {
        Ask::Say { text } => {
            let text = spoken(&text)?;
            seat.require_voice(now)?;
            hosted.say(seat, text, now)?;
        }
        Ask::Go { fixture, slot, at } => go(hosted, seat, fixture.as_deref(), slot, at)?,
        Ask::Halt => hosted.halt(seat),
        Ask::Bubble { m } => hosted.bubble(seat, m)?,
        Ask::Who { slots } => hosted.who(seat, &slots),
        ask => return Ok(Some(ask)),
    }
    Ok(None)
}

/// The threads of spaces that tick.
#[derive(Debug)]
pub(crate) struct Threads {
    halt: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// Starts a thread for each space.
pub(crate) fn run_threads(spaces: &BTreeMap<String, Arc<Hosted>>) -> Threads {
    let halt = Arc::new(AtomicBool::new(false));
    let mut threads = vec![];
    for (id, hosted) in spaces {
        let (hosted, halt) = (Arc::clone(hosted), Arc::clone(&halt));
        match std::thread::Builder::new().name(format!("space-{id}")).spawn(move || hosted.run(&halt)) {
            Ok(thread) => threads.push(thread),
            Err(fault) => tracing::error!(space = id, %fault, "A space could not be started"),
        }
    }
    Threads { halt, threads }
}

impl Threads {
    /// Ends them all: everybody is put out.
    pub(crate) async fn join(self) {
        self.halt.store(true, Ordering::Relaxed);
        for thread in self.threads {
            // A thread that panicked has said so already.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl World {
    /// Lets someone in who has a ticket. Errors: `ticket_invalid`, `conduct_not_accepted`, `space_full`.
    async fn admitted(&self, space: &str, ticket: &str, token: Option<&str>) -> Result<Entered, Problem> {
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
        let room = self.protect(hosted, &seat).await?;
        if let (Tell::Welcome { bubble_m, .. }, Some(room)) = (&mut welcome, room) {
            *bubble_m = room;
        }
        if self.sanctions_changed.load(Ordering::SeqCst) != changed {
            // One was given between the look at them and the taking of the seat.
            self.restrain(hosted, &seat.guest, space).await?;
        }
        Ok(Entered { hosted: Arc::clone(hosted), seat, welcome })
    }

    /// Whether the code of conduct keeps a guest from using their voice because they have not proven to be an adult.
    pub(crate) fn is_voice_kept_from(&self, seat: &Seat) -> bool {
        self.conduct.young.as_ref().is_some_and(|young| young.voice == YoungVoice::Off) && !seat.is_adult()
    }

    /// A wish for a bubble is never less than what protects whoever has not proven to be an adult.
    fn with_room(&self, seat: &Seat, ask: Ask) -> Ask {
        match (ask, &self.conduct.young) {
            (Ask::Bubble { m }, Some(young)) if !seat.is_adult() => Ask::Bubble { m: m.max(young.bubble_m) },
            (ask, _) => ask,
        }
    }

    /// Keeps more room around whoever has not proven to be an adult.
    async fn protect(&self, hosted: &Hosted, seat: &Seat) -> Result<Option<f64>, Problem> {
        let Some(young) = &self.conduct.young else { return Ok(None) };
        seat.set_adult(self.door.is_adult(&self.system(), &seat.guest, young).await?);
        if seat.is_adult() {
            return Ok(None);
        }
        let room = young.bubble_m.max(BUBBLE_M);
        hosted.bubble(seat, room)?;
        Ok(Some(room))
    }

    /// Whether a guest may stay.
    fn may_stay(&self, guest: &Guest) -> bool {
        let now = self.clock.now();
        guest.expires_at > now && self.door.keeps(guest, now)
    }

    /// Does what only the hall may decide.
    async fn decided(&self, ctx: &Ctx, hosted: &Arc<Hosted>, seat: &Arc<Seat>, ask: Ask) -> Result<(), Problem> {
        match ask {
            Ask::Report { persona, why } => {
                let report = self.file_report(&self.on_behalf(ctx, &seat.guest), &hosted.space.file.id, &persona, &why).await?;
                seat.say(&Tell::Reported { report: report.id });
            }
            Ask::Block { persona } => {
                self.set_block(&self.on_behalf(ctx, &seat.guest), &persona, true).await?;
                seat.say(&Tell::Blocked { persona });
            }
            Ask::Unblock { persona } => {
                self.set_block(&self.on_behalf(ctx, &seat.guest), &persona, false).await?;
                seat.say(&Tell::Unblocked { persona });
            }
            Ask::Voice { .. } if self.is_voice_kept_from(seat) => return Err(VOICE_NEEDS_AGE.problem()),
            Ask::Voice { offer } => self.join_voice(ctx, hosted, seat, offer)?,
            Ask::VoiceOff => self.leave_voice(hosted, seat),
            Ask::Captions { mine, lang } => self.set_captions(ctx, hosted, seat, mine, lang.as_deref())?,
            // Done in the space already.
            _ => {}
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
                    None => !self.may_stay(guest),
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
