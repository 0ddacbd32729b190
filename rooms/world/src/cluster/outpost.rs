//! A process that runs spaces and nothing else: it has no store, no keys of the hall and no pages, and knows people by their handles.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, header},
    response::Response,
    routing::get,
};
use futures_util::future::BoxFuture;
use sala_core::{
    ctx::{Actor, Ctx},
    entropy::{Entropy, random32},
    fixture::FixtureKind,
    http::{Path, Query},
    problem::{Problem, SIGN_IN_REQUIRED},
    profile::ProfileFile,
    text::Lang,
    time::Clock,
};
use tokio::{sync::watch, time::interval};

use super::{
    Cluster, ClusterConfig, Tended,
    wire::{Reply, ToHall, Wish},
};
use crate::{
    api::presence::{EnterSpace, upgrade},
    conduct::evidence::Recorder,
    door::Guest,
    fixture,
    hosted::{Entry, Hosted},
    message::{Ask, Tell},
    problems::{CAPTIONS_OFF, SPACE_CLOSED, VOICE_OFF},
    seat::{Address, Seat},
    space::{Space, SpaceFile},
    world::{Entered, Host, done_here, run_threads},
};

/// How often the hall is asked whether people may stay.
const ROUND: Duration = Duration::from_secs(5);

/// What a process needs to run spaces.
pub struct OutpostConfig {
    /// How it meets the others; its own name is not [`super::HALL`].
    pub cluster: ClusterConfig,
    /// The spaces of the profile: the same files as the hall's.
    pub files: Vec<ProfileFile<SpaceFile>>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// Tokens and keys.
    pub entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for OutpostConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutpostConfig").field("cluster", &self.cluster.process).finish_non_exhaustive()
    }
}

/// A process that runs spaces.
#[derive(Debug)]
pub struct Outpost {
    cluster: Arc<Cluster>,
    hosted: BTreeMap<String, Arc<Hosted>>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Outpost {
    /// Reads the spaces and meets the others. Errors: `profile_invalid` with the place, `cluster_unreachable`.
    pub async fn open(config: OutpostConfig) -> Result<Arc<Self>, Problem> {
        let (clock, entropy) = (config.clock, config.entropy);
        let mut files = config.files;
        // What a fixture opens is the hall's affair, which has checked it; here it is a place to walk to.
        for fixture in files.iter_mut().flat_map(|file| &mut file.value.fixtures) {
            (fixture.kind, fixture.opens) = ("plaque".into(), serde_json::Value::Null);
        }
        let kinds: BTreeMap<&'static str, FixtureKind> = fixture::own(vec![]).into_iter().map(|kind| (kind.kind, kind)).collect();
        let recorder = || Recorder::new(Arc::clone(&clock), Arc::clone(&entropy));
        let hosted = Space::read_all(files, &kinds, &recorder)?;
        let hosted: BTreeMap<String, Arc<Hosted>> =
            hosted.into_iter().map(|hosted| (hosted.space.file.id.clone(), Arc::new(hosted))).collect();
        let all = hosted.iter().map(|(id, hosted)| (id.clone(), Arc::clone(hosted)));
        let cluster = Cluster::join(config.cluster, all, Arc::clone(&clock), Arc::clone(&entropy)).await?;
        Ok(Arc::new(Self { cluster, hosted, clock, entropy }))
    }

    /// The sockets of its spaces, at the paths that the hall has.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().route("/api/v1/spaces/{id}/presence", get(enter)).with_state(Arc::clone(self))
    }

    /// Runs until `stop` turns true; then its spaces are handed over.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let threads = run_threads(&self.hosted);
        let keeping = Arc::clone(&self).keep_guests();
        let cluster = Arc::clone(&self.cluster).run(stop.clone());
        tokio::pin!(keeping, cluster);
        tokio::select! {
            () = &mut keeping => {}
            // It ends when all was handed over.
            () = &mut cluster => {}
        }
        let _ = stop.wait_for(|stop| *stop).await;
        threads.join().await;
    }

    /// Asks the hall again and again who may stay. While it does not answer all stay, for no longer than their sessions last.
    async fn keep_guests(self: Arc<Self>) {
        let mut rounds = interval(ROUND);
        loop {
            rounds.tick().await;
            for (id, hosted) in self.hosted.iter().filter(|(_, hosted)| hosted.tenure.holds()) {
                let now = self.clock.now();
                hosted.dismiss(&SIGN_IN_REQUIRED.problem(), |guest| guest.expires_at <= now);
                let entrants: Vec<String> = hosted.guests().into_iter().map(|guest| guest.session).collect();
                if entrants.is_empty() {
                    continue;
                }
                match self.cluster.ask_hall(&ToHall::Keep { space: id.clone(), entrants }).await {
                    Ok(Reply::Kept { over, unknown }) => {
                        hosted.dismiss(&SIGN_IN_REQUIRED.problem(), |guest| over.contains(&guest.session));
                        // The hall was started anew: each comes again with a new ticket, to the place that is kept.
                        hosted.call_again(&unknown);
                    }
                    Ok(_) => tracing::error!(space = id, "The hall answered something else than was asked"),
                    Err(problem) => tracing::warn!(space = id, %problem, "The hall does not say who may stay; asked again"),
                }
            }
        }
    }

    async fn admitted(&self, space: &str, ticket: &str, token: Option<&str>) -> Result<Entered, Problem> {
        let tended = self.cluster.tended(space)?;
        let fence = tended.fence().await.ok_or_else(|| SPACE_CLOSED.problem().retry_after(1))?;
        let asked = self.cluster.ask_hall(&ToHall::Admit { space: space.to_owned(), fence, ticket: ticket.to_owned() }).await?;
        let Reply::Admitted(admitted) = asked else { return Err(SPACE_CLOSED.problem().because("the hall answered something else")) };
        let (handle, entrant) = (admitted.who.persona.clone(), admitted.entrant.clone());
        let guest = Guest { who: admitted.who, actor: Actor::Visitor, session: admitted.entrant, expires_at: admitted.expires_at };
        let standing = admitted.standing;
        let apart: Vec<String> = standing.by.iter().chain(&standing.of).cloned().collect();
        let chance = random32(&*self.entropy).first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let fresh = hex::encode(random32(&*self.entropy));
        let Entry { seat, mut welcome } = tended.hosted.enter(guest, fresh, token, apart.clone(), chance)?;
        seat.set_muted(standing.muted_until);
        if let Tell::Welcome { blocked, muted_until, .. } = &mut welcome {
            // Of who blocks whom, one is told only of one's own.
            blocked.clone_from(&standing.by);
            *muted_until = standing.muted_until;
        }
        // What was decided while the seat was being taken did not find it.
        match self.cluster.ask_hall(&ToHall::Confirm { space: space.to_owned(), entrant }).await {
            Ok(Reply::Confirmed(later)) => {
                for other in later.by.iter().chain(&later.of).filter(|other| !apart.contains(other)) {
                    tended.hosted.set_apart(&handle, other, true);
                }
                if later.muted_until != standing.muted_until {
                    tended.hosted.mute(&handle, later.muted_until);
                }
            }
            Ok(_) => {}
            Err(problem) => {
                tended.hosted.leave(&seat);
                return Err(problem);
            }
        }
        Ok(Entered { hosted: Arc::clone(&tended.hosted), seat, welcome })
    }

    async fn wish(&self, tended: &Tended, seat: &Seat, wish: Wish) -> Result<Reply, Problem> {
        let (space, entrant) = (tended.hosted.space.file.id.clone(), seat.guest.session.clone());
        self.cluster.ask_hall(&ToHall::Ask { space, entrant, wish }).await
    }

    async fn decided(&self, hosted: &Hosted, seat: &Seat, ask: Ask) -> Result<(), Problem> {
        let tended = self.cluster.tended(&hosted.space.file.id)?;
        let own = &seat.guest.who.persona;
        match ask {
            Ask::Block { persona } => {
                self.wish(tended, seat, Wish::Block { persona: persona.clone() }).await?;
                // The hall's own word of it comes a moment later.
                hosted.set_apart(own, &persona, true);
                seat.say(&Tell::Blocked { persona });
            }
            Ask::Unblock { persona } => {
                if let Reply::Apart(is_apart) = self.wish(tended, seat, Wish::Unblock { persona: persona.clone() }).await? {
                    hosted.set_apart(own, &persona, is_apart);
                }
                seat.say(&Tell::Unblocked { persona });
            }
            Ask::Report { persona, why } => {
                if let Reply::Reported(report) = self.wish(tended, seat, Wish::Report { persona, why }).await? {
                    seat.say(&Tell::Reported { report });
                }
            }
            // Voices are forwarded by the hall's own process only.
            Ask::Voice { .. } => return Err(VOICE_OFF.problem()),
            Ask::Captions { .. } => return Err(CAPTIONS_OFF.problem()),
            // Done here already.
            _ => {}
        }
        Ok(())
    }
}

impl Tended {
    /// The number of this process's lease, while it has one.
    async fn fence(&self) -> Option<u64> {
        self.lease.lock().await.as_ref().map(|held| held.fence)
    }
}

impl Host for Outpost {
    fn enter<'h>(&'h self, space: &'h str, ticket: &'h str, token: Option<&'h str>) -> BoxFuture<'h, Result<Entered, Problem>> {
        Box::pin(self.admitted(space, ticket, token))
    }

    fn elsewhere(&self, space: &str) -> Option<Address> {
        // Where nobody is known to run it, the hall is asked.
        let is_here = self.hosted.get(space).is_some_and(|hosted| hosted.tenure.holds());
        if is_here { None } else { Some(self.cluster.elsewhere(space).unwrap_or(Address(None))) }
    }

    fn has(&self, space: &str) -> bool {
        self.hosted.contains_key(space)
    }

    fn keeps(&self, guest: &Guest) -> bool {
        guest.expires_at > self.clock.now()
    }

    fn asked<'h>(&'h self, _ctx: &'h Ctx, hosted: &'h Arc<Hosted>, seat: &'h Arc<Seat>, ask: Ask) -> BoxFuture<'h, Result<(), Problem>> {
        Box::pin(async move {
            match done_here(hosted, seat, ask, self.clock.now())? {
                None => Ok(()),
                Some(ask) => self.decided(hosted, seat, ask).await,
            }
        })
    }
}

async fn enter(
    State(outpost): State<Arc<Outpost>>,
    Path(id): Path<String>,
    Query(query): Query<EnterSpace>,
    headers: HeaderMap,
    socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let mut ctx = Ctx::system("outpost/1", outpost.clock.now(), Arc::clone(&outpost.entropy));
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    ctx.lang = wanted.and_then(Lang::from_header).unwrap_or_default();
    upgrade(outpost, ctx, id, query, socket)
}
