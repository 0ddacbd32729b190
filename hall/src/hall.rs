//! One hall, put together: store, log, rooms.

use std::{path::Path, sync::Arc, time::Duration};

use sala_core::{
    bus::Bus,
    entropy::{Entropy, OsEntropy},
    lever::{LeverFile, Levers},
    problem::{INVALID, Problem},
    profile::{read_dir, read_file},
    publish::{Publisher, PublisherConfig, Witness},
    store::{Location, Store, StoreConfig},
    time::{Clock, SystemClock},
    witness::WitnessBook,
};
use sala_measures::{Measures, MeasuresConfig, evidence::Evidence};
use sala_people::{Offices, People, PeopleConfig};
use sala_streams::{Declaration, Options, Streams};
use tokio::{sync::watch, task::JoinSet};

use crate::{catalog, keys::Keys, options::ServeOptions, profile::Profile, remote::RemoteWitness};

/// The algorithm name under which the hall itself acts.
pub const SYSTEM: &str = concat!("hall/", env!("CARGO_PKG_VERSION"));

/// A hall.
#[derive(Debug)]
pub struct Hall {
    /// Its profile.
    pub profile: Profile,
    /// Its store.
    pub store: Arc<Store>,
    /// What happens in it.
    pub bus: Arc<Bus>,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The publisher of its log.
    pub publisher: Arc<Publisher>,
    /// Names of the witnesses that it runs itself.
    pub own_witnesses: Vec<String>,
    /// The room of people.
    pub people: Arc<People>,
    /// The room of live data.
    pub streams: Arc<Streams>,
    /// The room of measures.
    pub measures: Arc<Measures>,
}

/// Where the store of an installation lies.
pub fn location(data: &Path, database_url: Option<&str>) -> Location {
    database_url.map_or_else(|| Location::Folder(data.to_owned()), |url| Location::Postgres(url.to_owned()))
}

/// How the store of an installation is opened.
pub fn store_config(data: &Path, database_url: Option<&str>, kek: [u8; 32]) -> StoreConfig {
    StoreConfig { location: location(data, database_url), kek, schemas: catalog::SCHEMAS.to_vec() }
}

impl Hall {
    /// Opens a hall: reads the profile, makes or reads the keys, opens store and rooms. Nothing runs yet.
    pub async fn open(options: &ServeOptions) -> Result<Self, Problem> {
        let profile = Profile::read(&options.profile)?;
        let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let keys = Keys::open(&options.data, &profile.hall, &*entropy)?;
        let bus = Arc::new(Bus::default());
        let config = store_config(&options.data, options.database_url.as_deref(), keys.kek);
        let store = Arc::new(Store::open(config, Arc::clone(&bus), Arc::clone(&entropy)).await?);
        let own_witnesses = profile.hall.own_witnesses.clone();
        let publisher = open_publisher(options, keys, &store, &bus, &clock)?;
        let people = open_people(options, &profile, &store, &clock, &entropy).await?;
        let declaration = Declaration::read(&profile.folder)?;
        let mut stream_options = Options::default();
        stream_options.limits.body = options.max_body;
        #[cfg(feature = "lake")]
        {
            stream_options.lake = Some(options.lake.clone().unwrap_or_else(|| options.data.join("lake")));
        }
        let streams =
            Streams::open(Arc::clone(&store), Arc::clone(&bus), Arc::clone(&clock), Arc::clone(&entropy), declaration, stream_options)
                .await?;
        let measures = open_measures(&profile, &store, &bus, &clock, &entropy, &people, &streams).await?;
        Ok(Self { profile, store, bus, clock, entropy, publisher, own_witnesses, people, streams, measures })
    }

    /// Starts what works while no one asks. The tasks end soon after `stop` turns true.
    pub fn start(&self, publish_every: Duration, stop: &watch::Receiver<bool>) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&self.publisher).run(publish_every, stop.clone()));
        tasks.spawn(Arc::clone(&self.people).run(stop.clone()));
        tasks.spawn(Arc::clone(&self.measures).run(stop.clone()));
        tasks.spawn(Arc::clone(&self.streams).run(stop.clone()));
        tasks
    }
}

fn open_publisher(
    options: &ServeOptions,
    keys: Keys,
    store: &Arc<Store>,
    bus: &Arc<Bus>,
    clock: &Arc<dyn Clock>,
) -> Result<Arc<Publisher>, Problem> {
    let mut witnesses: Vec<Arc<dyn Witness>> = vec![];
    let log_key = keys.log.verifier_key();
    for (name, key) in keys.witnesses {
        let folder = options.data.join("witness").join(&name);
        witnesses.push(Arc::new(WitnessBook::open(&name, key, vec![log_key.clone()], &folder, Arc::clone(clock))?));
    }
    for witness in keys.policy.witnesses() {
        if let Some(url) = &witness.url {
            witnesses.push(Arc::new(RemoteWitness::new(&witness.name, url)));
        }
    }
    let config = PublisherConfig {
        log_folder: options.data.join("log"),
        book_folder: options.book.clone().unwrap_or_else(|| options.data.join("book")),
        signer: keys.log,
        policy: keys.policy,
        witnesses,
    };
    Ok(Arc::new(Publisher::open(config, Arc::clone(store), Arc::clone(bus), Arc::clone(clock))?))
}

async fn open_people(
    options: &ServeOptions,
    profile: &Profile,
    store: &Arc<Store>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<People>, Problem> {
    let origin = options.origin();
    let host = origin.split("://").nth(1).and_then(|rest| rest.split([':', '/']).next()).filter(|host| !host.is_empty());
    let rp_id = host.ok_or_else(|| INVALID.problem().at("--origin", "must be a URL such as https://hall.example"))?.to_owned();
    let config = PeopleConfig {
        rp_id,
        is_secure: origin.starts_with("https://"),
        origin,
        is_demo: profile.hall.is_demo,
        hall_name: profile.hall.name.clone(),
    };
    let offices = Offices::read(&profile.folder.join("offices.yaml"))?;
    People::open(Arc::clone(store), Arc::clone(clock), Arc::clone(entropy), offices, config).await
}

async fn open_measures(
    profile: &Profile,
    store: &Arc<Store>,
    bus: &Arc<Bus>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    people: &People,
    streams: &Arc<Streams>,
) -> Result<Arc<Measures>, Problem> {
    let levers = read_file::<LeverFile>(&profile.folder.join("levers.yaml"))?;
    let evidence: Arc<dyn Evidence> = Arc::<Streams>::clone(streams);
    let config = MeasuresConfig {
        store: Arc::clone(store),
        bus: Arc::clone(bus),
        levers: Arc::new(Levers::open(Arc::clone(store), levers.value.levers)?),
        evidence,
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        offices: people.offices().offices.iter().map(|office| (office.id.clone(), office.title.clone())).collect(),
        files: read_dir(&profile.folder.join("measures"))?,
    };
    Measures::open(config).await
}
