//! Leases in NATS JetStream's key-value store: one key for each space, changed only by whoever knows its last revision (compare-and-set),
//! gone six seconds after it was last written. The revision with which a lease was taken is its fencing number: it only grows.

use std::time::Duration;

use async_nats::jetstream::{
    self,
    kv::{CreateErrorKind, Operation, Store, UpdateErrorKind},
    stream,
};
use futures_util::TryStreamExt;
use sala_core::problem::Problem;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};

use crate::problems::CLUSTER_UNREACHABLE;

/// How long a lease holds after it was written.
pub(crate) const LEASE: Duration = Duration::from_secs(6);
/// How often it is renewed.
pub(crate) const RENEWED: Duration = Duration::from_secs(2);
/// So much sooner its holder stops: a tick that has begun must end before another process may begin.
const MARGIN: Duration = Duration::from_secs(1);
/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Who holds a lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    /// Name of the process.
    pub(crate) process: String,
    /// Random for each start of it: a process that was started anew does not hold what it held before.
    pub(crate) start: String,
    /// Where clients reach it; none: at the hall's own address.
    pub(crate) url: Option<String>,
}

/// A process that is alive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Alive {
    pub(crate) holder: Holder,
    /// People in the spaces that it runs.
    pub(crate) people: usize,
}

/// A lease that this process holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) revision: u64,
    /// Of the writing by which it was taken.
    pub(crate) fence: u64,
    /// Until when this process may go by it.
    pub(crate) until: Instant,
}

impl Held {
    /// Should it be renewed? Two seconds after it was written, and then at each look until it is.
    pub(crate) fn is_due(&self) -> bool {
        self.until.saturating_duration_since(Instant::now()) + MARGIN + RENEWED < LEASE
    }
}

/// What became of an attempt.
#[derive(Debug)]
pub(crate) enum Written {
    /// It is in force.
    Yes(u64),
    /// Somebody else wrote before, or it ran out.
    No,
    /// Nobody knows.
    Unknown(String),
}

/// The bucket of leases.
#[derive(Debug, Clone)]
pub(crate) struct Leases {
    store: Store,
}

fn unreachable(cause: impl std::fmt::Display) -> Problem {
    CLUSTER_UNREACHABLE.problem().because(cause)
}

fn key(space: &str) -> String {
    format!("space.{space}")
}

impl Leases {
    /// Opens the bucket, making it if it is not there.
    pub(crate) async fn open(client: &async_nats::Client, prefix: &str, replicas: usize) -> Result<Self, Problem> {
        let context = jetstream::new(client.clone());
        let bucket = format!("{prefix}_spaces");
        // As the library makes a bucket, which asks servers before 2.10 for more of their account than they tell.
        let config = stream::Config {
            name: format!("KV_{bucket}"),
            description: Some("Which process runs which space".into()),
            subjects: vec![format!("$KV.{bucket}.>")],
            max_messages_per_subject: 1,
            max_bytes: -1,
            max_messages: -1,
            max_message_size: -1,
            max_age: LEASE,
            duplicate_window: LEASE,
            num_replicas: replicas,
            discard: stream::DiscardPolicy::New,
            allow_rollup: true,
            allow_direct: true,
            deny_delete: true,
            ..stream::Config::default()
        };
        let made = context.create_stream(config).await;
        // Another process may have made it before, with other copies.
        let store = context.get_key_value(&bucket).await.map_err(|fault| match made {
            Ok(_) => unreachable(fault),
            Err(cause) => unreachable(cause),
        })?;
        let status = store.status().await.map_err(unreachable)?;
        if status.max_age() != LEASE {
            let found = status.max_age().as_secs();
            return Err(unreachable(format!("the bucket {bucket} keeps entries for {found} s; delete it (nats kv del)")));
        }
        Ok(Self { store })
    }

    /// Who holds a space, with the revision.
    pub(crate) async fn holder(&self, space: &str) -> Result<Option<(Holder, u64)>, Problem> {
        let entry = timeout(PATIENCE, self.store.entry(key(space))).await.map_err(unreachable)?.map_err(unreachable)?;
        let entry = entry.filter(|entry| entry.operation == Operation::Put);
        Ok(entry.and_then(|entry| Some((serde_json::from_slice(&entry.value).ok()?, entry.revision))))
    }

    /// Takes a space that nobody holds.
    pub(crate) async fn take(&self, space: &str, me: &Holder) -> Result<Option<Held>, Problem> {
        let sent = Instant::now();
        let value = serde_json::to_vec(me).map_err(unreachable)?;
        match timeout(PATIENCE, self.store.create(key(space), value.into())).await {
            Ok(Ok(revision)) => Ok(Some(Held { revision, fence: revision, until: sent + LEASE - MARGIN })),
            Ok(Err(fault)) if fault.kind() == CreateErrorKind::AlreadyExists => Ok(None),
            Ok(Err(fault)) => Err(unreachable(fault)),
            Err(late) => Err(unreachable(late)),
        }
    }

    /// Writes `holder` if nobody wrote since `revision`.
    pub(crate) async fn write(&self, space: &str, holder: &Holder, revision: u64) -> Written {
        let Ok(value) = serde_json::to_vec(holder) else { return Written::No };
        match timeout(PATIENCE, self.store.update(key(space), value.into(), revision)).await {
            Ok(Ok(revision)) => Written::Yes(revision),
            Ok(Err(fault)) if fault.kind() == UpdateErrorKind::WrongLastRevision => Written::No,
            Ok(Err(fault)) => Written::Unknown(fault.to_string()),
            Err(_) => Written::Unknown("no answer".into()),
        }
    }

    /// Renews a lease; its fence stays. None: it is lost. Errors: nobody knows, and it runs on until its end.
    pub(crate) async fn renew(&self, space: &str, me: &Holder, held: &Held) -> Result<Option<Held>, Problem> {
        let sent = Instant::now();
        let renewed = |revision| Held { revision, fence: held.fence, until: sent + LEASE - MARGIN };
        match self.write(space, me, held.revision).await {
            Written::Yes(revision) => Ok(Some(renewed(revision))),
            Written::Unknown(cause) => Err(unreachable(cause)),
            // A renewal whose answer was lost may have been written all the same: then it is still ours.
            Written::No => match self.holder(space).await? {
                Some((holder, revision)) if holder == *me => match self.write(space, me, revision).await {
                    Written::Yes(revision) => Ok(Some(renewed(revision))),
                    Written::Unknown(cause) => Err(unreachable(cause)),
                    Written::No => Ok(None),
                },
                _ => Ok(None),
            },
        }
    }

    /// Gives a space up to whoever wants it.
    pub(crate) async fn release(&self, space: &str, held: &Held) {
        if let Err(fault) = self.store.delete_expect_revision(key(space), Some(held.revision)).await {
            tracing::info!(space, %fault, "A lease could not be given up; it runs out by itself");
        }
    }

    /// Says that a process is alive.
    pub(crate) async fn show(&self, alive: &Alive) -> Result<(), Problem> {
        let value = serde_json::to_vec(alive).map_err(unreachable)?;
        let key = format!("process.{}", alive.holder.process);
        timeout(PATIENCE, self.store.put(key, value.into())).await.map_err(unreachable)?.map_err(unreachable).map(drop)
    }

    /// A process that is alive.
    pub(crate) async fn process(&self, name: &str) -> Result<Option<Alive>, Problem> {
        let value = timeout(PATIENCE, self.store.get(format!("process.{name}"))).await.map_err(unreachable)?.map_err(unreachable)?;
        Ok(value.and_then(|value| serde_json::from_slice(&value).ok()))
    }

    async fn names(&self, kind: &str) -> Result<Vec<String>, Problem> {
        let prefix = format!("$KV.{}.{kind}", self.store.name);
        let asked = self.store.stream.info_with_subjects(format!("{prefix}>"));
        let subjects = timeout(PATIENCE, asked).await.map_err(unreachable)?.map_err(unreachable)?;
        let subjects: Vec<(String, usize)> = timeout(PATIENCE, subjects.try_collect()).await.map_err(unreachable)?.map_err(unreachable)?;
        let mut names: Vec<String> = subjects.iter().filter_map(|(subject, _)| subject.strip_prefix(&prefix)).map(str::to_owned).collect();
        names.sort();
        Ok(names)
    }

    /// All processes that are alive.
    pub(crate) async fn processes(&self) -> Result<Vec<Alive>, Problem> {
        let mut all = vec![];
        for name in self.names("process.").await? {
            all.extend(self.process(&name).await?);
        }
        Ok(all)
    }

    /// All spaces that somebody runs.
    pub(crate) async fn spaces(&self) -> Result<Vec<(String, Holder)>, Problem> {
        let mut all = vec![];
        for space in self.names("space.").await? {
            all.extend(self.holder(&space).await?.map(|(holder, _)| (space, holder)));
        }
        Ok(all)
    }
}
