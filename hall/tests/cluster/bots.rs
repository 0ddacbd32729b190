//! People in a space as the browser's client is one: they take a ticket from the hall, go where they are sent, come back to their place
//! with their token, hear each other, and remember all of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt};
use sala_presence::ServerFrame;
use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_tungstenite::{connect_async, tungstenite::Message};

use super::processes::Hall;

/// What one of them lived through.
#[derive(Debug, Default)]
pub(crate) struct Life {
    /// Each `welcome`: when, and slot, persona, resumed.
    pub(crate) welcomes: Vec<(Instant, u64, String, bool)>,
    /// Each state frame: when, tick, own place (cm).
    pub(crate) frames: Vec<(Instant, u32, [u16; 2])>,
    /// Texts by the number under which they were said, and how often that number was told live.
    pub(crate) heard: BTreeMap<u64, (String, usize)>,
    /// Who was said to come and go, with when.
    pub(crate) flicker: Vec<(Instant, Value)>,
    /// Where it was sent, in order.
    pub(crate) sent_to: Vec<Option<String>>,
    /// Anything else that was told.
    pub(crate) told: Vec<Value>,
    /// Slots that were seen standing there.
    pub(crate) seen: BTreeSet<u16>,
}

pub(crate) struct Bot {
    pub(crate) life: Arc<Mutex<Life>>,
    says: mpsc::UnboundedSender<Value>,
    task: JoinHandle<()>,
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn ticket(hall: &Arc<HallAt>, cookie: &str, space: &str) -> Option<String> {
    let (hall, cookie, space) = (Arc::clone(hall), cookie.to_owned(), space.to_owned());
    let asked = tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(5))).build().into();
        let request = agent.post(format!("{}/api/v1/session/tickets", hall.0)).header("content-type", "application/json");
        let body = json!({ "purpose": "world", "space": space }).to_string();
        let mut answer = request.header("x-sala-csrf", "1").header("cookie", cookie).send(body.as_bytes()).ok()?;
        let body: Value = serde_json::from_slice(&answer.body_mut().read_to_vec().ok()?).ok()?;
        body["ticket"].as_str().map(str::to_owned)
    });
    asked.await.ok().flatten()
}

/// Where the hall is.
pub(crate) struct HallAt(pub(crate) String);

impl Bot {
    /// `patience`: one who hears nothing for so long comes again.
    /// One who hears nothing for `patience` comes again.
    pub(crate) fn enter(hall: &Hall, cookie: String, space: &str, patience: Duration) -> Self {
        let (life, (says, mut wants)) = (Arc::new(Mutex::new(Life::default())), mpsc::unbounded_channel::<Value>());
        let (hall, space, kept) = (Arc::new(HallAt(hall.base.clone())), space.to_owned(), Arc::clone(&life));
        let task = tokio::spawn(async move {
            let (mut token, mut base): (Option<String>, Option<String>) = (None, None);
            // What could not be said waits, as the page keeps it in its field.
            let mut unsaid: Option<Value> = None;
            loop {
                let Some(ticket) = ticket(&hall, &cookie, &space).await else {
                    base = None;
                    sleep(Duration::from_millis(300)).await;
                    continue;
                };
                let at = base.take().unwrap_or_else(|| hall.0.clone()).replacen("http", "ws", 1);
                let token_query = token.as_ref().map(|token| format!("&token={token}")).unwrap_or_default();
                let Ok(Ok((mut socket, _))) = timeout(
                    Duration::from_secs(3),
                    connect_async(format!("{at}/api/v1/spaces/{space}/presence?ticket={ticket}{token_query}")),
                )
                .await
                else {
                    sleep(Duration::from_millis(300)).await;
                    continue;
                };
                let (mut is_here, mut is_sent_on) = (false, false);
                loop {
                    if is_here && let Some(say) = unsaid.take() {
                        let _ = socket.send(Message::text(say.to_string())).await;
                    }
                    let message = tokio::select! {
                        message = timeout(patience, socket.next()) => message,
                        Some(say) = wants.recv(), if is_here && unsaid.is_none() => { unsaid = Some(say); continue }
                    };
                    let Ok(Some(Ok(message))) = message else { break };
                    let now = Instant::now();
                    match message {
                        Message::Binary(bytes) => {
                            if let Ok(ServerFrame::State(state)) = ServerFrame::decode(&bytes) {
                                let mut life = kept.lock().unwrap();
                                life.frames.push((now, state.tick, [state.x, state.z]));
                                life.seen.extend(state.records.iter().map(|record| record.slot));
                            }
                        }
                        Message::Text(text) => {
                            let told: Value = serde_json::from_str(&text).unwrap();
                            let mut life = kept.lock().unwrap();
                            match told["kind"].as_str().unwrap() {
                                "welcome" => {
                                    is_here = true;
                                    token = told["token"].as_str().map(str::to_owned);
                                    let persona = told["you"]["persona"].as_str().unwrap().to_owned();
                                    life.welcomes.push((now, told["slot"].as_u64().unwrap(), persona, told["resumed"] == true));
                                    for said in told["said"].as_array().unwrap() {
                                        let text = said["text"].as_str().unwrap().to_owned();
                                        life.heard.entry(said["id"].as_u64().unwrap()).or_insert((text, 0));
                                    }
                                }
                                "said" => {
                                    let text = told["text"].as_str().unwrap().to_owned();
                                    life.heard.entry(told["id"].as_u64().unwrap()).or_insert((text, 0)).1 += 1;
                                }
                                "moved" => {
                                    base = told["url"].as_str().map(str::to_owned);
                                    life.sent_to.push(base.clone());
                                    is_sent_on = true;
                                }
                                "entered" | "left" => life.flicker.push((now, told)),
                                _ => life.told.push(told),
                            }
                        }
                        Message::Close(_) => break,
                        _ => {}
                    }
                    if is_sent_on {
                        let _ = socket.close(None).await;
                        break;
                    }
                }
                if !is_sent_on {
                    sleep(Duration::from_millis(200)).await;
                }
            }
        });
        Self { life, says, task }
    }

    pub(crate) fn ask(&self, ask: Value) {
        self.says.send(ask).unwrap();
    }

    pub(crate) fn look<T>(&self, look: impl FnOnce(&Life) -> T) -> T {
        look(&self.life.lock().unwrap())
    }

    /// Slot and persona of the last welcome.
    pub(crate) fn place(&self) -> Option<(u64, String)> {
        self.look(|life| life.welcomes.last().map(|(_, slot, persona, _)| (*slot, persona.clone())))
    }

    /// Since when frames come again after `moment`.
    pub(crate) fn back_after(&self, moment: Instant) -> Option<Instant> {
        self.look(|life| {
            let welcomed = life.welcomes.iter().find(|(at, ..)| *at > moment)?.0;
            life.frames.iter().find(|(at, ..)| *at > welcomed).map(|(at, ..)| *at)
        })
    }
}

/// Waits until something holds for all of them.
pub(crate) async fn until(what: &str, seconds: u64, bots: &[Bot], mut holds: impl FnMut(&Bot) -> bool) {
    let begun = Instant::now();
    loop {
        let missing = bots.iter().filter(|bot| !holds(bot)).count();
        if missing == 0 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(seconds), "{what}: {missing} of {} are missing after {seconds} s", bots.len());
        sleep(Duration::from_millis(50)).await;
    }
}
