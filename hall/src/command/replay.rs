//! `sala replay ACT`: recompute an automated decision from its recorded inputs and version, and compare.

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;
use sala_city::Place;
use sala_core::{
    ctx::Ctx,
    entropy::{Entropy, OsEntropy},
    problem::{NOT_FOUND, Problem},
    profile::read_dir,
    replay::Replay,
    store::{ActFilter, Store},
    time::{Clock, SystemClock},
};

use sala_measures::{REPLAYABLE, replay_act};
use sala_streams::{Declaration, Streams};
use sala_streets::{Street, StreetFile, live};

use super::{complain, fail, say};
use crate::{
    hall::{SYSTEM, store_config},
    profile::Profile,
};

/// Which decision.
#[derive(Debug, Args)]
pub struct ReplayOptions {
    /// Id of the act; without it every automated decision in the log is replayed.
    act: Option<String>,
    /// Data folder of the installation.
    #[arg(long, env = "SALA_DATA", value_name = "DIR")]
    data: PathBuf,
    /// Folder of the profile: how the series are declared whose windows are recomputed.
    #[arg(long, env = "SALA_PROFILE", value_name = "DIR")]
    profile: PathBuf,
    /// PostgreSQL URL, if the store lies there.
    #[arg(long, env = "SALA_DATABASE_URL", value_name = "URL")]
    database_url: Option<String>,
}

/// Replays; exit 1 when anything disagrees.
pub async fn run(options: ReplayOptions) -> ExitCode {
    match replay(&options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => fail(&problem),
    }
}

async fn replay(options: &ReplayOptions) -> Result<bool, Problem> {
    let store =
        Arc::new(Store::open_to_read(store_config(&options.data, options.database_url.as_deref(), [0; 32]), Arc::new(OsEntropy)).await?);
    let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(SystemClock), Arc::new(OsEntropy));
    let ctx = Ctx::system(SYSTEM, clock.now(), Arc::clone(&entropy));
    let only_reads = sala_streams::Options { only_reads: true, ..sala_streams::Options::default() };
    let declaration = Declaration::read(&options.profile)?.on_clock(&Profile::read(&options.profile)?.hall.time_zone);
    let streams = Streams::open(Arc::clone(&store), Arc::default(), clock, entropy, declaration, only_reads).await?;
    let mut streets = BTreeMap::new();
    for file in read_dir::<StreetFile>(&options.profile.join("streets"))? {
        let street = Street::open(file)?;
        streets.insert(street.file.id.clone(), Arc::new(street));
    }
    let places = Place::read_all(&options.profile.join("cities"))?;
    let places = places.into_iter().map(|place| (place.file.id.clone(), Arc::new(place))).collect();
    let acts = if let Some(act) = &options.act { vec![act.clone()] } else { automated(&store).await? };
    let (mut agree, mut disagree) = (0_u64, 0_u64);
    for act in &acts {
        match replayed(&store, &streams, &streets, &places, &ctx, act).await {
            Ok(replay) => {
                if replay.agrees {
                    agree += 1;
                } else {
                    disagree += 1;
                }
                if options.act.is_some() || !replay.agrees {
                    say(format!("{act}: {}", if replay.agrees { "agrees" } else { "DISAGREES" }));
                    say(format!("  {}", replay.explanation.en));
                    say(format!("  recorded   {}", replay.recorded));
                    say(format!("  recomputed {}", replay.recomputed));
                }
            }
            Err(problem) => {
                disagree += 1;
                complain(&problem);
            }
        }
    }
    say(format!("{} decisions replayed: {agree} agree, {disagree} disagree", acts.len()));
    Ok(disagree == 0)
}

async fn replayed(
    store: &Store,
    streams: &Streams,
    streets: &BTreeMap<String, Arc<Street>>,
    places: &BTreeMap<String, Arc<Place>>,
    ctx: &Ctx,
    id: &str,
) -> Result<Replay, Problem> {
    let act = store.act_by_id(id).await?.ok_or_else(|| NOT_FOUND.problem())?;
    if sala_city::is_replayable(&act) {
        return sala_city::flood::replay::replay_act(store, places, &act).await;
    }
    if !sala_streets::is_replayable(&act) {
        return replay_act(store, streams, ctx, id).await;
    }
    live::replay::replay_act(store, streets, &act).await
}

/// Ids of all automated decisions and effects in the log. Of the minutes of a live street the last of each round whose inputs are kept:
/// to replay it is to replay those before.
async fn automated(store: &Store) -> Result<Vec<String>, Problem> {
    let mut acts = live::replay::newest_of_rounds(store).await?;
    for kind in REPLAYABLE.iter().chain(sala_city::REPLAYABLE) {
        let filter = ActFilter { kind: Some(kind.kind.to_owned()), limit: 1_000_000, ..ActFilter::default() };
        acts.extend(store.acts(&filter).await?.into_iter().map(|act| act.leaf.id));
    }
    Ok(acts)
}
