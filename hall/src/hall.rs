//! One hall, put together: store, log, rooms.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use sala_city::{Cities, CitiesConfig, Desk, Place};
use sala_core::{
    bus::Bus,
    entropy::{Entropy, OsEntropy},
    lever::{LeverFile, Levers},
    problem::{INVALID, Problem},
    profile::{PROFILE_INVALID, read_dir, read_file},
    publish::{Publisher, PublisherConfig, Witness},
    store::{Location, Store, StoreConfig},
    time::{Clock, SystemClock, Timestamp},
    witness::WitnessBook,
};
use sala_log::Policy;
use sala_measures::{Measures, MeasuresConfig, evidence::Evidence};
use sala_meetings::{
    Meetings, MeetingsConfig,
    law::{Law, Mute},
    profile::MeetingsFile,
};
use sala_people::{
    Authenticators, CredentialTypes, Custodians, Delegation, IdentityProviders, Offices, People, PeopleConfig, Presentations, Privacy,
    Witnessed,
};
use sala_streams::{Declaration, Options, Streams};
use sala_streets::{Streets, StreetsConfig, simulator::sumo::Sumo};
use sala_world::{
    World, WorldConfig,
    conduct::{ConductFile, muted},
    space::SpaceFile,
};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    catalog,
    custodian::{Custodian, folder::Folder, table::Own},
    keys::Keys,
    options::ServeOptions,
    profile::Profile,
    remote::RemoteWitness,
};

/// The algorithm name under which the hall itself acts.
pub const SYSTEM: &str = concat!("hall/", env!("CARGO_PKG_VERSION"));

/// Member and folder of custodians that a hall runs itself.
type OwnCustodians = Vec<(String, Folder)>;

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
    /// Custodians that it runs itself, until they are started: member and folder.
    own_custodians: Mutex<OwnCustodians>,
    /// Who must have cosigned a head.
    policy: Policy,
    /// The room of people.
    pub people: Arc<People>,
    /// The room of live data.
    pub streams: Arc<Streams>,
    /// The room of measures.
    pub measures: Arc<Measures>,
    /// The room of streets.
    pub streets: Arc<Streets>,
    /// The room of shared spaces.
    pub world: Arc<World>,
    /// The room of meetings.
    pub meetings: Arc<Meetings>,
    /// The room of districts.
    pub city: Arc<Cities>,
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
    /// Opens a hall that goes by the computer's clock: reads the profile, makes or reads the keys, opens store and rooms. Nothing runs
    /// yet.
    pub async fn open(options: &ServeOptions) -> Result<Self, Problem> {
        Self::open_on(options, Arc::new(SystemClock)).await
    }

    /// The same by another clock.
    pub async fn open_on(options: &ServeOptions, clock: Arc<dyn Clock>) -> Result<Self, Problem> {
        let profile = Profile::read(&options.profile)?;
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let keys = Keys::open(&options.data, &profile.hall, &*entropy)?;
        let bus = Arc::new(Bus::default());
        let config = store_config(&options.data, options.database_url.as_deref(), keys.kek);
        let store = Arc::new(Store::open(config, Arc::clone(&bus), Arc::clone(&entropy)).await?);
        let own_witnesses = profile.hall.own_witnesses.clone();
        let publisher = open_publisher(options, keys, &store, &bus, &clock)?;
        let (custodians, own_custodians) = open_custodians(options, &profile, &*entropy)?;
        let people = open_people(options, &profile, custodians, &store, &publisher, &clock, &entropy).await?;
        let declaration = Declaration::read(&profile.folder)?.on_clock(&profile.hall.time_zone);
        let mut stream_options = Options::default();
        stream_options.limits.body = options.max_body;
        #[cfg(feature = "lake")]
        {
            let place = options.lake.clone().unwrap_or_else(|| options.data.join("lake").display().to_string());
            let aside = options.data.join("lake-aside");
            stream_options.lake = Some(sala_streams::LakePlace::read(&place, &aside, |name| std::env::var(name).ok())?);
        }
        let streams =
            Streams::open(Arc::clone(&store), Arc::clone(&bus), Arc::clone(&clock), Arc::clone(&entropy), declaration, stream_options)
                .await?;
        let levers = read_file::<LeverFile>(&profile.folder.join("levers.yaml"))?.value.levers;
        let levers = Arc::new(Levers::open(Arc::clone(&store), levers)?);
        let measures = open_measures(&profile, &store, &bus, &levers, &clock, &entropy, &people, &streams).await?;
        let streets = open_streets(options, &profile, &store, &bus, &levers, &streams, &clock, &entropy)?;
        let city = open_city(&profile, &store, &bus, &clock, &entropy, &streets)?;
        let world = open_world(&profile, &store, &clock, &entropy, &people, &measures, &streets, &city)?;
        let meetings = open_meetings(&profile, &store, &clock, &entropy, &people, &world)?;
        #[cfg(feature = "voice")]
        if let Some(listen) = options.voice_listen {
            let speech = options.speech.config(std::env::var("SALA_SPEECH_KEY").ok().filter(|key| !key.is_empty()));
            world.open_voice(&sala_world::voice::VoiceConfig { listen, public: options.voice_public.clone(), speech })?;
        }
        #[cfg(feature = "webtransport")]
        if let Some(config) = webtransport_config(options, &*entropy)? {
            world.open_webtransport(config)?;
        }
        #[cfg(feature = "cluster")]
        if let Some(servers) = &options.nats {
            let key = crate::keys::cluster_key(options.nats_options.cluster_key.as_deref(), Some(&options.data), &*entropy)?;
            // Without an address of its own: it is where the pages are.
            world.join(options.nats_options.config(servers, key, sala_world::cluster::HALL, None)).await?;
        }
        let policy = publisher.policy().clone();
        let own_custodians = Mutex::new(own_custodians);
        Ok(Self {
            profile,
            store,
            bus,
            clock,
            entropy,
            publisher,
            own_witnesses,
            own_custodians,
            policy,
            people,
            streams,
            measures,
            streets,
            world,
            meetings,
            city,
        })
    }

    /// Starts what works while no one asks. The tasks end soon after `stop` turns true.
    pub fn start(&self, publish_every: Duration, stop: &watch::Receiver<bool>) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        tasks.spawn(Arc::clone(&self.publisher).run(publish_every, stop.clone()));
        tasks.spawn(Arc::clone(&self.people).run(stop.clone()));
        tasks.spawn(Arc::clone(&self.people).run_custody(stop.clone()));
        for (member, folder) in std::mem::take(&mut *self.own_custodians.lock().unwrap_or_else(PoisonError::into_inner)) {
            let own = Own {
                people: Arc::clone(&self.people),
                store: Arc::clone(&self.store),
                publisher: Arc::clone(&self.publisher),
                clock: Arc::clone(&self.clock),
                entropy: Arc::clone(&self.entropy),
            };
            let custodian = Custodian {
                member,
                folder,
                table: Arc::new(own),
                policy: self.policy.clone(),
                clock: Arc::clone(&self.clock),
                entropy: Arc::clone(&self.entropy),
                trusts_desk: true,
            };
            tasks.spawn(custodian.run(Duration::from_secs(1), stop.clone()));
        }
        tasks.spawn(Arc::clone(&self.world).run(stop.clone()));
        tasks.spawn(Arc::clone(&self.meetings).run(stop.clone()));
        tasks.spawn(Arc::clone(&self.streets).run(stop.clone()));
        tasks.spawn(Arc::clone(&self.city).run(stop.clone()));
        tasks.spawn(Arc::clone(&self.measures).run(stop.clone()));
        tasks.spawn(Arc::clone(&self.streams).run(stop.clone()));
        tasks
    }
}

/// How spaces are entered by WebTransport: with the certificate of the pages, or one of our own.
#[cfg(feature = "webtransport")]
fn webtransport_config(
    options: &ServeOptions,
    entropy: &dyn Entropy,
) -> Result<Option<sala_world::webtransport::WebTransportConfig>, Problem> {
    use sala_world::webtransport::{ServedCertificate, WebTransportConfig};
    let Some(listen) = options.webtransport_listen else { return Ok(None) };
    let certificate = match (&options.tls_cert, &options.tls_key) {
        (Some(chain), Some(key)) => ServedCertificate::Files(chain.clone(), key.clone()),
        _ => ServedCertificate::Own(crate::keys::webtransport_secret(&options.data, entropy)?),
    };
    Ok(Some(WebTransportConfig { listen, origin: options.origin(), url: options.webtransport_url.clone(), certificate }))
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

/// The custodians of the profile. Those without a pinned key a demonstration runs itself; any other hall refuses them.
fn open_custodians(
    options: &ServeOptions,
    profile: &Profile,
    entropy: &dyn Entropy,
) -> Result<(Option<Custodians>, OwnCustodians), Problem> {
    let path = profile.folder.join("custodians.yaml");
    let offices = Offices::read(&profile.folder.join("offices.yaml"))?;
    let Some(mut custodians) = Custodians::read(&path, &offices)? else { return Ok((None, vec![])) };
    let mut own = vec![];
    for (place, member) in custodians.members_mut().filter(|(_, member)| member.key.is_none()) {
        if !profile.hall.is_demo {
            let at = format!("{}#{place}/key", path.display());
            return Err(PROFILE_INVALID.problem().at(at, "expected the key of an outside custodian: only a demonstration runs its own"));
        }
        // One who sits in both committees is one custodian.
        let known = own.iter().find(|(id, _): &&(String, Folder)| *id == member.id);
        let key = if let Some((_, folder)) = known {
            folder.secrets().signer()?.verifier_key()
        } else {
            let folder = Folder::open(&options.data.join("custodian").join(&member.id), &member.id, entropy)?;
            let key = folder.secrets().signer()?.verifier_key();
            own.push((member.id.clone(), folder));
            key
        };
        member.key = Some(key.to_string());
        member.is_own = true;
    }
    Ok((Some(custodians), own))
}

async fn open_people(
    options: &ServeOptions,
    profile: &Profile,
    custodians: Option<Custodians>,
    store: &Arc<Store>,
    publisher: &Arc<Publisher>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<People>, Problem> {
    let origin = options.origin();
    let host = origin.split("://").nth(1).and_then(|rest| rest.split([':', '/']).next()).filter(|host| !host.is_empty());
    let rp_id = host.ok_or_else(|| INVALID.problem().at("--origin", "must be a URL such as https://hall.example"))?.to_owned();
    let offices = Offices::read(&profile.folder.join("offices.yaml"))?;
    let publisher = Arc::clone(publisher);
    let presentations = Presentations::read(&profile.folder.join("presentations.yaml"), &offices, &origin, profile.hall.is_demo)?;
    let config = PeopleConfig {
        rp_id,
        is_secure: origin.starts_with("https://"),
        origin,
        is_demo: profile.hall.is_demo,
        hall_name: profile.hall.name.clone(),
        delegation: Delegation::read(&profile.folder.join("mandates.yaml"), &offices)?,
        authenticators: Authenticators::read(&profile.folder.join("authenticators.yaml"), &offices)?,
        privacy: Privacy::read(&profile.folder.join("privacy.yaml"), &offices)?,
        identity: IdentityProviders::read(&profile.folder.join("identity.yaml"), profile.hall.is_demo)?,
        presentations,
        credentials: CredentialTypes::read(&profile.folder.join("credentials.yaml"), &offices)?,
        custodians,
        witnessed: Witnessed::new(move |index| publisher.head().is_some_and(|head| head.size > index)),
    };
    People::open(Arc::clone(store), Arc::clone(clock), Arc::clone(entropy), offices, config).await
}

#[expect(clippy::too_many_arguments, reason = "what a hall is made of, gathered here only")]
fn open_streets(
    options: &ServeOptions,
    profile: &Profile,
    store: &Arc<Store>,
    bus: &Arc<Bus>,
    levers: &Arc<Levers>,
    streams: &Arc<Streams>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Arc<Streets>, Problem> {
    let simulator = match (Sumo::find(options.sumo.as_deref(), &profile.folder), &options.sumo) {
        (Ok(sumo), _) => Some(sumo),
        (Err(fault), Some(_)) => return Err(INVALID.problem().at("--sumo", fault.to_string())),
        (Err(fault), None) => {
            tracing::info!(%fault, "No traffic simulator: effects of street changes can't be asked for");
            None
        }
    };
    Streets::open(StreetsConfig {
        store: Arc::clone(store),
        bus: Arc::clone(bus),
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        simulator,
        jobs: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        files: read_dir(&profile.folder.join("streets"))?,
        levers: Arc::clone(levers),
        streams: Arc::clone(streams),
        live: options.live_streets.into(),
    })
}

fn open_city(
    profile: &Profile,
    store: &Arc<Store>,
    bus: &Arc<Bus>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    streets: &Streets,
) -> Result<Arc<Cities>, Problem> {
    let code = profile.folder.join("conduct.yaml");
    let desk = if code.exists() {
        let ConductFile { moderation, rules, .. } = read_file(&code)?.value;
        let rules = rules.into_iter().map(|rule| rule.id).collect();
        Some(Desk { office: moderation.office, role: moderation.role, authority: moderation.legal_basis.pair(), rules })
    } else {
        None
    };
    let places = Place::read_all(&profile.folder.join("cities"))?;
    for place in &places {
        if let Some(street) = place.file.street.as_deref().filter(|street| !streets.knows(street)) {
            let at = format!("cities/{}/city.yaml /street", place.file.id);
            return Err(PROFILE_INVALID.problem().at(at, format!("expected a street of this profile (streets/*.yaml), not {street:?}")));
        }
    }
    Ok(Cities::open(CitiesConfig {
        places,
        store: Arc::clone(store),
        bus: Arc::clone(bus),
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        desk,
    }))
}

fn open_meetings(
    profile: &Profile,
    store: &Arc<Store>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    people: &Arc<People>,
    world: &Arc<World>,
) -> Result<Arc<Meetings>, Problem> {
    let path = profile.folder.join("meetings.yaml");
    // Without the file nobody convenes.
    let file = if path.exists() { MeetingsFile::checked(read_file(&path)?)? } else { MeetingsFile::default() };
    let spaces = read_dir::<SpaceFile>(&profile.folder.join("spaces"))?.into_iter().map(|file| file.value.id).collect();
    let door: Arc<People> = Arc::clone(people);
    Ok(Meetings::open(MeetingsConfig {
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        door,
        law: Arc::new(Conduct(Arc::clone(world))),
        file,
        spaces,
        is_demo: profile.hall.is_demo,
    }))
}

/// The law of the spaces, as it reaches meetings: a mute holds wherever something is said to others.
struct Conduct(Arc<World>);

impl Law for Conduct {
    fn mute<'l>(&'l self, person: &'l str, now: Timestamp) -> BoxFuture<'l, Result<Option<Mute>, Problem>> {
        Box::pin(async move {
            let until = self.0.muted_until(person, now).await?;
            Ok(until.map(|until| Mute { until, problem: muted(until) }))
        })
    }

    fn changes(&self) -> u64 {
        self.0.sanction_changes()
    }
}

#[expect(clippy::too_many_arguments, reason = "what a hall is made of, gathered here only")]
fn open_world(
    profile: &Profile,
    store: &Arc<Store>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    people: &Arc<People>,
    measures: &Measures,
    streets: &Streets,
    city: &Cities,
) -> Result<Arc<World>, Problem> {
    let (files, code) = (read_dir::<SpaceFile>(&profile.folder.join("spaces"))?, profile.folder.join("conduct.yaml"));
    let mut kinds = catalog::fixtures();
    kinds.extend(sala_people::fixtures());
    kinds.extend(sala_streams::fixtures());
    kinds.extend(measures.fixtures());
    kinds.extend(streets.fixtures());
    kinds.extend(city.fixtures());
    kinds.extend(sala_meetings::fixtures(files.iter().map(|file| file.value.id.clone()).collect()));
    let door: Arc<People> = Arc::clone(people);
    // Without spaces there is nobody to meet.
    let conduct = if files.is_empty() && !code.exists() { ConductFile::default() } else { read_file(&code)?.value };
    World::open(WorldConfig {
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        door,
        files,
        kinds,
        conduct,
        asks_conduct: true,
    })
}

#[expect(clippy::too_many_arguments, reason = "what a hall is made of, gathered here only")]
async fn open_measures(
    profile: &Profile,
    store: &Arc<Store>,
    bus: &Arc<Bus>,
    levers: &Arc<Levers>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    people: &People,
    streams: &Arc<Streams>,
) -> Result<Arc<Measures>, Problem> {
    let evidence: Arc<dyn Evidence> = Arc::<Streams>::clone(streams);
    let config = MeasuresConfig {
        store: Arc::clone(store),
        bus: Arc::clone(bus),
        levers: Arc::clone(levers),
        evidence,
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        offices: people.offices().offices.iter().map(|office| (office.id.clone(), office.title.clone())).collect(),
        files: read_dir(&profile.folder.join("measures"))?,
    };
    Measures::open(config).await
}
