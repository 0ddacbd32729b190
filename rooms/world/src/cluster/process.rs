//! What every process does for the others: takes a space over, gives one away, obeys the hall.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use sala_core::problem::{INVALID, NOT_FOUND, Problem};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use super::{
    Cluster, Tended,
    lease::{Held, Holder, Written},
    locked, unreachable,
    wire::{Minute, Order, Reply, ToProcess},
};
use crate::{
    conduct::evidence::{Evidence, Wanted},
    hosted::handover::Luggage,
    problems::SPACE_CLOSED,
};

/// Bytes of a part: below what a NATS server takes at once (1 MiB), as JSON within JSON.
const PART_BYTES: usize = 256 * 1024;
/// The most parts: 64 MiB, for many times the people that a space takes.
const MOST_PARTS: usize = 256;
/// Clients that are told that their space moved close within this time; what they said until then is passed on.
const STRAGGLING: Duration = Duration::from_secs(4);
const STRAGGLERS_EACH: Duration = Duration::from_millis(50);

/// Answers another process.
pub(super) async fn serve(cluster: &Arc<Cluster>, body: ToProcess) -> Result<Reply, Problem> {
    match body {
        ToProcess::Obey { space, order } => cluster.tended(&space)?.hosted.obey(&order)?,
        ToProcess::Take { space, from, part, parts, text } => take(cluster, &space, from, part, parts, text)?,
        ToProcess::Begin { space, revision } => begin(cluster, &space, revision).await?,
        ToProcess::Say { space, words } => {
            let tended = cluster.tended(&space)?;
            for word in words {
                tended.hosted.say_late(word);
            }
        }
        ToProcess::Move { space, to } => {
            let tended = cluster.tended(&space)?;
            let other =
                cluster.leases.process(&to).await?.ok_or_else(|| NOT_FOUND.problem().at(&to, "no process of this name is alive"))?;
            if other.holder.process == cluster.me.process {
                return Err(INVALID.problem().at(&to, "this process runs the space already"));
            }
            cluster.hand_over(tended, other.holder).await?;
        }
        ToProcess::Recall { space, minute } => {
            let evidence = recall(cluster, &space, &minute)?;
            return Ok(Reply::Minute(evidence));
        }
    }
    Ok(Reply::Done)
}

fn recall(cluster: &Cluster, space: &str, minute: &Minute) -> Result<Option<Evidence>, Problem> {
    let hosted = &cluster.tended(space)?.hosted;
    let apart: BTreeSet<String> = minute.apart.iter().cloned().collect();
    let Minute { reporter, reported, salt, .. } = minute;
    hosted.recorder.release(&Wanted { space, size: hosted.space.file.size, reporter, reported, apart: &apart, salt: *salt })
}

/// Takes a part of a space; with the last one, all of it.
fn take(cluster: &Cluster, space: &str, from: String, part: usize, parts: usize, text: String) -> Result<(), Problem> {
    let tended = cluster.tended(space)?;
    if tended.hosted.tenure.holds() {
        return Err(SPACE_CLOSED.problem().because("this process runs the space already"));
    }
    let wrong = || INVALID.problem().because("a part of a space that there can't be");
    let whole = {
        let mut known = locked(&tended.parts);
        if known.0 != from || known.1.len() != parts {
            *known = (from, vec![None; parts.min(MOST_PARTS)]);
        }
        *known.1.get_mut(part).ok_or_else(wrong)? = Some(text);
        if known.1.iter().any(Option::is_none) {
            return Ok(());
        }
        std::mem::take(&mut *known).1.into_iter().flatten().collect::<String>()
    };
    let luggage: Luggage = serde_json::from_str(&whole).map_err(|fault| INVALID.problem().because(fault))?;
    // Whom a number stands for only the hall's own process knows.
    tended.hosted.unpack(luggage, |entrant| tended.hosted.elsewhere.guest(entrant))
}

/// Goes on with a space that was taken and whose lease is now in this process's name.
async fn begin(cluster: &Cluster, space: &str, revision: u64) -> Result<(), Problem> {
    let tended = cluster.tended(space)?;
    let mut lease = tended.lease.lock().await;
    let given = Held { revision, fence: revision, until: Instant::now() };
    let renewed = match cluster.leases.renew(space, &cluster.me, &given).await {
        // Once more: the people are here already.
        Err(_) => cluster.leases.renew(space, &cluster.me, &given).await,
        renewed => renewed,
    };
    let held = renewed?.ok_or_else(|| unreachable("the lease is another's by now"))?;
    tended.hosted.begin(held.until);
    tracing::info!(space, fence = held.fence, people = tended.hosted.count(), "The space goes on in this process");
    *locked(&tended.owner) = Some(cluster.me.clone());
    *lease = Some(held);
    Ok(())
}

/// Parts of a text, none longer than `most` bytes.
fn parts(text: &str, most: usize) -> Vec<&str> {
    let (mut parts, mut rest) = (vec![], text);
    while rest.len() > most {
        let (part, more) = rest.split_at(rest.floor_char_boundary(most.max(4)));
        parts.push(part);
        rest = more;
    }
    parts.push(rest);
    parts
}

impl Cluster {
    /// Moves a space of this process to another one. The task that is returned passes on what was still said here. Errors: it did not
    /// move, and goes on here.
    pub(super) async fn hand_over(self: &Arc<Self>, tended: &Arc<Tended>, to: Holder) -> Result<JoinHandle<()>, Problem> {
        let mut lease = tended.lease.lock().await;
        let held = lease.clone().filter(|_| tended.hosted.tenure.holds()).ok_or_else(|| SPACE_CLOSED.problem())?;
        tended.hosted.freeze();
        let began = Instant::now();
        let luggage = tended.hosted.pack(|guest| self.entrant(tended, guest));
        let people = luggage.seats.len();
        if let Err(problem) = self.send(tended, &to, &luggage).await {
            tended.hosted.thaw();
            return Err(problem);
        }
        let given = match self.leases.write(&tended.id, &to, held.revision).await {
            Written::Unknown(cause) => match self.leases.holder(&tended.id).await {
                Ok(Some((holder, revision))) if holder == to => Written::Yes(revision),
                Ok(Some((holder, revision))) if holder == self.me && revision == held.revision => Written::Unknown(cause),
                _ => Written::No,
            },
            written => written,
        };
        let revision = match given {
            Written::Yes(revision) => revision,
            Written::Unknown(cause) => {
                tended.hosted.thaw();
                return Err(unreachable(cause));
            }
            // It is not ours any more, and nobody knows whose.
            Written::No => {
                *lease = None;
                tended.hosted.rest();
                tended.hosted.hand_on(None);
                return Err(unreachable("the lease was lost on the way"));
            }
        };
        *lease = None;
        tended.hosted.rest();
        *locked(&tended.owner) = Some(to.clone());
        let body = ToProcess::Begin { space: tended.id.clone(), revision };
        // Without an answer the other may have begun all the same; if not, the lease runs out, and someone else begins.
        if let Err(problem) = self.ask_process(&to.process, &body).await {
            tracing::warn!(space = tended.id, to = to.process, %problem, "It is not known whether the space went on");
        }
        tended.hosted.hand_on(to.url.as_deref());
        tracing::info!(space = tended.id, to = to.process, people, ms = began.elapsed().as_millis(), "The space was handed over");
        Ok(tokio::spawn(Arc::clone(self).pass_on(Arc::clone(tended), to)))
    }

    async fn send(&self, tended: &Tended, to: &Holder, luggage: &Luggage) -> Result<(), Problem> {
        let text = serde_json::to_string(luggage).map_err(unreachable)?;
        let parts = parts(&text, PART_BYTES);
        for (part, text) in parts.iter().enumerate() {
            let (space, from, text) = (tended.id.clone(), self.me.process.clone(), (*text).to_owned());
            let body = ToProcess::Take { space, from, part, parts: parts.len(), text };
            self.ask_process(&to.process, &body).await?;
        }
        Ok(())
    }

    /// Passes on what clients said here before they knew.
    async fn pass_on(self: Arc<Self>, tended: Arc<Tended>, to: Holder) {
        let until = Instant::now() + STRAGGLING;
        loop {
            let is_last = Instant::now() >= until;
            let words = tended.hosted.late_words(is_last);
            if !words.is_empty() {
                let body = ToProcess::Say { space: tended.id.clone(), words };
                if let Err(problem) = self.ask_process(&to.process, &body).await {
                    tracing::warn!(space = tended.id, %problem, "Words that were said while the space moved are lost");
                }
            }
            if is_last {
                return;
            }
            sleep(STRAGGLERS_EACH).await;
        }
    }

    /// Brings an order to where its space is run, however often that changes meanwhile.
    pub(super) async fn deliver(&self, tended: &Tended, order: Order) {
        loop {
            if tended.hosted.obey(&order).is_ok() {
                return;
            }
            match self.leases.holder(&tended.id).await {
                // Nobody runs it: nobody is there, and whoever comes is looked at anew.
                Ok(None) => return,
                Ok(Some((holder, _))) if holder != self.me => {
                    let body = ToProcess::Obey { space: tended.id.clone(), order: order.clone() };
                    match self.ask_process(&holder.process, &body).await {
                        Ok(_) => return,
                        Err(problem) => {
                            tracing::info!(space = tended.id, %problem, "A decision has not reached its space yet; tried again");
                        }
                    }
                }
                Ok(Some(_)) => {}
                Err(problem) => tracing::warn!(space = tended.id, %problem, "A decision has not reached its space yet; tried again"),
            }
            sleep(Duration::from_millis(200)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_text_parts_at_letters_and_is_whole_again() {
        let text = "ศาลากลาง กขค abc ".repeat(50);
        for most in [4, 5, 7, 100, 10_000] {
            let parts = parts(&text, most);
            assert!(parts.iter().all(|part| part.len() <= most) && parts.concat() == text, "{most}");
        }
        assert_eq!(parts("", 9), [""]);
    }
}
