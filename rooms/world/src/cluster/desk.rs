//! What the hall's own process does for the others: lets people in, keeps the record, and carries what it decides to wherever a space is
//! run. Persons and sessions stay here; outside, a number stands for each who was let in.

use std::sync::Arc;

use sala_core::{
    ctx::Ctx,
    problem::{Problem, SIGN_IN_REQUIRED},
    time::Timestamp,
};
use tokio::sync::mpsc;

use super::{
    Cluster, Tended,
    wire::{Admitted, Order, Reply, Standing, ToHall, ToProcess, Wish},
};
use crate::{World, door::Guest, hosted::elsewhere::Recall, problems::SPACE_CLOSED, store, world::Host};

/// The algorithm name under which the hall acts for a process.
const ALGORITHM: &str = "world/1";

impl World {
    /// From now on the spaces of this hall may be run by other processes too: those that meet at this NATS. Call it before
    /// [`World::run`], in the hall's own process. Errors: `cluster_unreachable`.
    pub async fn join(self: &Arc<Self>, config: super::ClusterConfig) -> Result<(), Problem> {
        let hosted = self.spaces.iter().map(|(id, hosted)| (id.clone(), Arc::clone(hosted)));
        let cluster = Cluster::join(config, hosted, Arc::clone(&self.clock), Arc::clone(&self.entropy)).await?;
        // Nobody else sets it.
        let _ = cluster.desk.set(Arc::clone(self));
        for tended in cluster.spaces.values() {
            let (orders, mut waiting) = mpsc::unbounded_channel::<Order>();
            tended.hosted.elsewhere.connect(orders, recall(&cluster, tended));
            let (cluster, tended) = (Arc::clone(&cluster), Arc::clone(tended));
            tokio::spawn(async move {
                while let Some(order) = waiting.recv().await {
                    cluster.deliver(&tended, order).await;
                }
            });
        }
        let _ = self.cluster.set(cluster);
        Ok(())
    }

    /// What holds for someone in a space.
    async fn standing(&self, guest: &Guest, space: &str) -> Result<Standing, Problem> {
        let muted_until = self.restrained(guest, space).await?;
        let blocks = store::blocks(&self.store, &guest.who.persona).await?;
        Ok(Standing { by: blocks.by, of: blocks.of, muted_until })
    }
}

/// Opens the last minute where a space is run now.
fn recall(cluster: &Arc<Cluster>, tended: &Arc<Tended>) -> Recall {
    let (cluster, tended) = (Arc::downgrade(cluster), Arc::clone(tended));
    Arc::new(move |minute| {
        let (cluster, tended) = (cluster.clone(), Arc::clone(&tended));
        Box::pin(async move {
            let gone = || SPACE_CLOSED.problem().retry_after(1);
            let cluster = cluster.upgrade().ok_or_else(gone)?;
            let (holder, _) = cluster.leases.holder(&tended.id).await?.ok_or_else(gone)?;
            match cluster.ask_process(&holder.process, &ToProcess::Recall { space: tended.id.clone(), minute }).await? {
                Reply::Minute(evidence) => Ok(evidence),
                _ => Err(gone()),
            }
        })
    })
}

impl Cluster {
    /// The number that stands for a guest outside.
    pub(super) fn entrant(&self, tended: &Tended, guest: &Guest) -> String {
        if !self.desk.initialized() {
            return guest.session.clone();
        }
        let entrant = self.new_number();
        tended.hosted.elsewhere.note(entrant.clone(), guest.clone());
        entrant
    }
}

/// Answers a process that runs a space.
pub(super) async fn serve(cluster: &Arc<Cluster>, body: ToHall) -> Result<Reply, Problem> {
    let world = cluster.desk.get().ok_or_else(|| SPACE_CLOSED.problem())?;
    match body {
        ToHall::Admit { space, fence, ticket } => admit(cluster, world, &space, fence, &ticket).await,
        ToHall::Confirm { space, entrant } => {
            let guest = known(cluster, &space, &entrant)?;
            Ok(Reply::Confirmed(world.standing(&guest, &space).await?))
        }
        ToHall::Keep { space, entrants } => {
            let tended = cluster.tended(&space)?;
            let (mut over, mut unknown) = (vec![], vec![]);
            for entrant in entrants {
                match tended.hosted.elsewhere.guest(&entrant) {
                    None => unknown.push(entrant),
                    Some(guest) if !world.keeps(&guest) => over.push(entrant),
                    Some(_) => {}
                }
            }
            Ok(Reply::Kept { over, unknown })
        }
        ToHall::Ask { space, entrant, wish } => {
            let guest = known(cluster, &space, &entrant)?;
            if !world.keeps(&guest) {
                return Err(SIGN_IN_REQUIRED.problem());
            }
            asked(world, &space, &guest, wish).await
        }
    }
}

fn known(cluster: &Cluster, space: &str, entrant: &str) -> Result<Guest, Problem> {
    let guest = cluster.tended(space)?.hosted.elsewhere.guest(entrant);
    // Let in before the hall was started anew: they are called again in a moment.
    guest.ok_or_else(|| SPACE_CLOSED.problem().retry_after(5))
}

async fn admit(cluster: &Cluster, world: &World, space: &str, fence: u64, ticket: &str) -> Result<Reply, Problem> {
    let tended = cluster.tended(space)?;
    if !tended.hosted.elsewhere.follows(fence) {
        return Err(SPACE_CLOSED.problem().retry_after(1).because("another process has run this space since"));
    }
    let guest = world.door.admit(ticket, space, world.clock.now()).await?;
    if world.asks_conduct {
        world.require_accepted(&guest.who.persona).await?;
    }
    let standing = world.standing(&guest, space).await?;
    let entrant = cluster.new_number();
    let (who, expires_at): (_, Timestamp) = (Arc::clone(&guest.who), guest.expires_at);
    tended.hosted.elsewhere.note(entrant.clone(), guest);
    Ok(Reply::Admitted(Admitted { entrant, who, expires_at, standing }))
}

async fn asked(world: &World, space: &str, guest: &Guest, wish: Wish) -> Result<Reply, Problem> {
    let now = world.clock.now();
    let mut ctx = Ctx::system(ALGORITHM, now, Arc::clone(&world.entropy));
    (ctx.actor, ctx.purpose) = (guest.actor.clone(), "service".into());
    match wish {
        Wish::Block { persona } => {
            world.set_block(&ctx, &persona, true).await?;
            Ok(Reply::Apart(true))
        }
        Wish::Unblock { persona } => {
            world.set_block(&ctx, &persona, false).await?;
            // The other side may keep its own block.
            let blocks = store::blocks(&world.store, &guest.who.persona).await?;
            Ok(Reply::Apart(blocks.by.iter().chain(&blocks.of).any(|known| *known == persona)))
        }
        Wish::Report { persona, why } => Ok(Reply::Reported(world.file_report(&ctx, space, &persona, &why).await?.id)),
    }
}
