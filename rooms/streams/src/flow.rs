//! The live computation: a timely dataflow in threads of its own.
//!
//! ```text
//! parcels ─exchange by series→ windows ─┬────────────────────────────→ concat → told (a channel)
//!                                       └─exchange by join→ join ────┘
//! ```
//! Timely's logical time counts the rounds of input, so that a probe tells when everything given so far has come out (the
//! advice of timely's issues #102 and #110: commit and acknowledge a time once it is complete). Event time travels inside: the
//! watermark of a feed is a parcel that follows the values it speaks of. Only worker 0 takes input and timely's channels keep the
//! order from one worker to another, so each worker sees values and watermarks of a feed in the order in which they were given.
//!
//! The state of the windows is not kept by timely: after a crash the room gives the parcels within the horizon again.

mod keyed;
mod plan;

use std::sync::{Arc, Mutex};

use sala_core::problem::{INTERNAL, Problem};
use serde::{Deserialize, Serialize};
use timely::{
    CommunicationConfig, Config, WorkerConfig,
    communication::WorkerGuards,
    dataflow::{
        InputHandle, ProbeHandle,
        channels::pact::{Exchange, Pipeline},
        operators::{Concat, Operator, Probe},
    },
};
use tokio::sync::{mpsc, oneshot};

use self::keyed::Joining;
pub use self::{
    keyed::Keyed,
    plan::{Aggregate, Join, Lane, Op, Plan},
};
use crate::{columns::Columns, window::Told};

/// What goes into the dataflow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Parcel {
    /// Values of the series at this place, with the act that carried them.
    Values {
        /// Place of the series.
        series: u32,
        /// The values.
        columns: Columns,
        /// Id of the act.
        act: Arc<str>,
    },
    /// The watermark of the feed at this place has come to `at` (µs).
    Watermark {
        /// Place of the feed.
        feed: u32,
        /// Event time.
        at: i64,
    },
}

/// What comes out of it.
#[derive(Debug)]
pub enum Out {
    /// A window.
    Told(Told),
    /// Everything given before this sign has come out.
    Caught(oneshot::Sender<()>),
}

#[derive(Debug)]
enum Message {
    Parcels(Vec<Parcel>),
    CatchUp(oneshot::Sender<()>),
}

/// The running dataflow. Dropping it ends the workers.
#[derive(Debug)]
pub struct Flow {
    sender: mpsc::Sender<Message>,
    // Dropped after the sender: the workers end when no sender is left.
    _workers: Workers,
}

/// In a mutex only because a guard can't be shared between threads.
struct Workers(Mutex<Option<WorkerGuards<()>>>);

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Workers")
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        let guards = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        for ended in guards.map(WorkerGuards::join).unwrap_or_default() {
            if let Err(fault) = ended {
                tracing::error!(%fault, "A worker of the dataflow has failed; windows stop until the hall is started again");
            }
        }
    }
}

impl Flow {
    /// Starts `workers` threads (at least one). Windows come out at `out`.
    pub fn start(plan: Plan, workers: usize, out: mpsc::UnboundedSender<Out>) -> Result<Self, Problem> {
        let (sender, receiver) = mpsc::channel(256);
        let receiver = Mutex::new(Some(receiver));
        let plan = Arc::new(plan);
        let config = Config {
            communication: if workers <= 1 { CommunicationConfig::Thread } else { CommunicationConfig::Process(workers) },
            worker: WorkerConfig::default(),
        };
        let guards = timely::execute(config, move |worker| {
            let receiver = if worker.index() == 0 { receiver.lock().ok().and_then(|mut receiver| receiver.take()) } else { None };
            work(worker, &plan, receiver, &out);
        })
        .map_err(|fault| INTERNAL.problem().because(format!("the dataflow did not start: {fault}")))?;
        Ok(Self { sender, _workers: Workers(Mutex::new(Some(guards))) })
    }

    /// Gives parcels in their order; waits while the dataflow is behind.
    pub async fn give(&self, parcels: Vec<Parcel>) -> Result<(), Problem> {
        self.sender.send(Message::Parcels(parcels)).await.map_err(|_| stopped())
    }

    /// Sends a sign through: the receiver wakes when the reader of `out` has seen all that came before.
    pub async fn catch_up(&self) -> Result<oneshot::Receiver<()>, Problem> {
        let (caught, waiting) = oneshot::channel();
        self.sender.send(Message::CatchUp(caught)).await.map_err(|_| stopped())?;
        Ok(waiting)
    }
}

fn stopped() -> Problem {
    INTERNAL.problem().because("the dataflow has stopped")
}

/// One worker: builds the dataflow; worker 0 then feeds it until no one gives any more.
fn work(
    worker: &mut timely::worker::Worker,
    plan: &Arc<Plan>,
    receiver: Option<mpsc::Receiver<Message>>,
    out: &mpsc::UnboundedSender<Out>,
) {
    let mut input: InputHandle<u64, _> = InputHandle::new();
    let probe = ProbeHandle::new();
    let peers = u64::try_from(worker.peers()).unwrap_or(1);
    worker.dataflow(|scope| {
        let told = input
            .to_stream(scope)
            .container::<Vec<(u64, Parcel)>>()
            .unary(Exchange::new(|(worker, _): &(u64, Parcel)| *worker), "windows", |_, _| {
                let mut keyed = Keyed::new(Arc::clone(plan));
                move |input, output| {
                    input.for_each(|time, parcels| {
                        let mut session = output.session(&time);
                        for (_, parcel) in parcels.drain(..) {
                            keyed.take(parcel, &mut |told| session.give(told));
                        }
                    });
                }
            })
            .container::<Vec<Told>>();
        let all = if plan.joins.is_empty() {
            told
        } else {
            let joined = told
                .clone()
                .unary(Pipeline, "sides", |_, _| {
                    let plan = Arc::clone(plan);
                    move |input, output| {
                        input.for_each(|time, windows| {
                            let mut session = output.session(&time);
                            for told in windows.drain(..) {
                                for (number, join) in (0_u64..).zip(&plan.joins) {
                                    if join.left == told.series || join.right == told.series {
                                        session.give((number, told.clone()));
                                    }
                                }
                            }
                        });
                    }
                })
                .container::<Vec<(u64, Told)>>()
                .unary(Exchange::new(|(join, _): &(u64, Told)| *join), "join", |_, _| {
                    let mut joining = Joining::new(Arc::clone(plan));
                    move |input, output| {
                        input.for_each(|time, sides| {
                            let mut session = output.session(&time);
                            for (join, told) in sides.drain(..) {
                                joining.take(join, told, &mut |told| session.give(told));
                            }
                        });
                    }
                })
                .container::<Vec<Told>>();
            told.concat(joined)
        };
        let out = out.clone();
        all.unary(Pipeline, "tell", move |_, _| {
            move |input, output| {
                input.for_each(|time, windows| {
                    // Opened although nothing is given, so that the probe sees this operator's progress.
                    let _: &mut timely::dataflow::operators::generic::Session<
                        '_,
                        '_,
                        _,
                        timely::container::CapacityContainerBuilder<Vec<()>>,
                        _,
                    > = &mut output.session(&time);
                    for told in windows.drain(..) {
                        // No one listens any more: the room is closing.
                        let _ = out.send(Out::Told(told));
                    }
                });
            }
        })
        .container::<Vec<()>>()
        .probe_with(&probe);
    });
    let Some(mut receiver) = receiver else { return };
    let mut round = 0_u64;
    while let Some(first) = receiver.blocking_recv() {
        let mut next = Some(first);
        let mut sign = None;
        while let Some(message) = next {
            match message {
                Message::Parcels(parcels) => {
                    for parcel in parcels {
                        match &parcel {
                            Parcel::Values { series, .. } => input.send((u64::from(*series), parcel)),
                            Parcel::Watermark { .. } => (0..peers).for_each(|worker| input.send((worker, parcel.clone()))),
                        }
                    }
                }
                Message::CatchUp(caught) => {
                    sign = Some(caught);
                    break;
                }
            }
            next = receiver.try_recv().ok();
        }
        round += 1;
        input.advance_to(round);
        while probe.less_than(&round) {
            worker.step_or_park(Some(std::time::Duration::from_millis(1)));
        }
        if let Some(caught) = sign {
            let _ = out.send(Out::Caught(caught));
        }
    }
}
