//! The space of the bench: the room of the world as a hall runs it, behind a door that lets bots in.

use std::{net::Ipv4Addr, path::Path, sync::Arc, time::Duration};

use axum::{Router, middleware, serve::Listener};
use futures_util::future::BoxFuture;
use sala_core::{
    bus::Bus,
    ctx::{Actor, Ctx},
    entropy::{Entropy, OsEntropy},
    problem::{Problem, SIGN_IN_REQUIRED},
    profile::read_text,
    store::{Location, Store, StoreConfig},
    text::Text,
    time::{Clock, SystemClock, Timestamp},
};
use sala_world::{
    World, WorldConfig,
    conduct::{ConductFile, Moderation},
    door::{Door, Ended, Guest},
    message::Who,
};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinHandle,
    time::sleep,
};

use super::broken;

/// The id of the space.
pub(super) const SPACE: &str = "bench";
/// Everybody has been told of everybody by then.
const SETTLE: Duration = Duration::from_secs(2);

/// A space that is open for bots.
pub(super) struct Place {
    pub(super) address: String,
    /// Told when all have come in and settled.
    pub(super) begun: Arc<Notify>,
    world: Arc<World>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

/// Lets in whoever has a ticket `bot-<number>`.
struct Bots;

impl Door for Bots {
    fn admit<'d>(&'d self, ticket: &'d str, _space: &'d str, now: Timestamp) -> BoxFuture<'d, Result<Guest, Problem>> {
        Box::pin(async move {
            let number = ticket.strip_prefix("bot-").ok_or_else(|| SIGN_IN_REQUIRED.problem())?;
            let persona = format!("persona_{number:0>32}");
            let look = format!("/api/v1/persona-cards/{persona}/avatar.vrm");
            let who = Arc::new(Who { persona, name: format!("Bot {number}"), badge: None, look });
            Ok(Guest { who, actor: Actor::Visitor, session: ticket.to_owned(), expires_at: now.plus_seconds(86_400) })
        })
    }

    fn keeps(&self, _guest: &Guest, _now: Timestamp) -> bool {
        true
    }

    fn ended(&self) -> Ended {
        Ended::never()
    }
}

impl Place {
    /// Opens an empty place of 100 by 100 metres with some columns, or one cell, and serves it on a free port.
    pub(super) async fn open(capacity: u16, one_cell: bool) -> Result<Self, Problem> {
        let folder = tempfile::tempdir().map_err(broken)?;
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let config = StoreConfig { location: Location::Folder(folder.path().to_owned()), kek: [7; 32], schemas: vec![&sala_world::SCHEMA] };
        let store = Arc::new(Store::open(config, Arc::new(Bus::default()), Arc::clone(&entropy)).await?);
        let world = World::open(WorldConfig {
            store,
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            door: Arc::new(Bots),
            files: vec![read_text(Path::new("bench.yaml"), yaml(capacity, one_cell))?],
            kinds: vec![],
            conduct: ConductFile {
                version: "bench".into(),
                title: Text::new("ทดสอบ", "Bench"),
                rules: vec![],
                moderation: Moderation::default(),
                young: None,
            },
            asks_conduct: false,
        })?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(broken)?;
        let address = Listener::local_addr(&listener).map_err(broken)?.to_string();
        let (stop, stopped) = watch::channel(false);
        let (routes, _) = sala_world::router(Arc::clone(&world)).split_for_parts();
        // What the hall's own middleware does for each request, once for each socket.
        let attended = middleware::from_fn(move |mut request: axum::extract::Request, next: middleware::Next| {
            request.extensions_mut().insert(Ctx::system("bench/1", clock.now(), Arc::clone(&entropy)));
            next.run(request)
        });
        let app: Router = routes.layer(attended);
        let mut until = stopped.clone();
        let serving = tokio::spawn(async move {
            let served = axum::serve(listener, app).with_graceful_shutdown(async move {
                let _ = until.wait_for(|stop| *stop).await;
            });
            if let Err(fault) = served.await {
                tracing::error!(%fault, "The place of the bench could not be served");
            }
        });
        let running = tokio::spawn(Arc::clone(&world).run(stopped));
        let begun = Arc::new(Notify::new());
        let watching = {
            let (world, begun) = (Arc::clone(&world), Arc::clone(&begun));
            tokio::spawn(async move {
                while world.count(SPACE) < Some(usize::from(capacity)) {
                    sleep(Duration::from_millis(50)).await;
                }
                sleep(SETTLE).await;
                world.pace(SPACE);
                begun.notify_one();
            })
        };
        Ok(Self { address, begun, world, stop, tasks: vec![serving, running, watching], _folder: folder })
    }

    /// Microseconds of the first `most` ticks since all had come in.
    pub(super) fn ticks(&self, most: usize) -> Vec<u32> {
        let mut ticks = self.world.pace(SPACE).unwrap_or_default();
        ticks.truncate(most);
        ticks
    }

    pub(super) async fn close(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            task.abort();
            let _ = task.await;
        }
    }
}

fn yaml(capacity: u16, one_cell: bool) -> String {
    let (side, columns) = if one_cell { (16, String::new()) } else { (100, columns()) };
    let middle = side / 2;
    format!(
        "id: {SPACE}\ntitle: {{ th: ทดสอบ, en: Bench }}\nabout: {{ th: ทดสอบ, en: Bench }}\nscene: bench\nsize: [{side}, {side}]\ncapacity: {capacity}\n\
         walls: [{columns}]\nspawns: [{{ at: [{middle}, {middle}] }}]\n"
    )
}

/// A row of columns each ten metres, so that walls cost what they cost in a hall.
fn columns() -> String {
    let places = (1..10).flat_map(|row| (1..10).map(move |column| (row * 10 + 3, column * 10 + 3)));
    places.map(|(x, z)| format!("{{ round: [{x}, {z}, 0.3] }}")).collect::<Vec<_>>().join(", ")
}
