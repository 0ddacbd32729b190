//! A running SUMO: started on a free port, stepped by us, and gone when we are, however we go.
//!
//! It is killed when this value is dropped (so also by a panic) and ends by itself when the connection breaks, so that not even
//! `kill -9` on us leaves it behind.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use sala_signals::traci::{Domain, Reading, Reply, Request, Subscribed, variable};
use tempfile::TempDir;

use super::{
    connection::Connection,
    fault::Fault,
    scenario::{Scenario, quiet},
    sumo::Sumo,
    tripinfo::Trips,
};

/// Ports that are tried before giving up: another program may take a free one while SUMO still reads its files.
const TRIES: u32 = 5;
/// How often it is looked whether SUMO listens already.
const LOOK: Duration = Duration::from_millis(20);

/// Set once, by Ctrl-C or by the first fault among several runs; everyone who works looks at it.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// Asks everyone to stop.
    pub fn pull(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether to stop.
    pub fn is_pulled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The folder of one run: what SUMO reads from us and writes for us. Removed with the value.
#[derive(Debug)]
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// A new folder.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub fn new() -> Result<Self, Fault> {
        let folder =
            tempfile::Builder::new().prefix("sala-signals-").tempdir().map_err(|cause| Fault::file(&std::env::temp_dir(), cause))?;
        Ok(Self { folder })
    }

    /// Writes a file into it.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub fn put(&self, name: &str, text: &str) -> Result<PathBuf, Fault> {
        let path = self.folder.path().join(name);
        fs::write(&path, text).map_err(|cause| Fault::file(&path, cause))?;
        Ok(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A SUMO under way.
#[derive(Debug)]
pub struct Simulation<'a> {
    child: Child,
    connection: Connection,
    desk: Desk,
    scenario: &'a Scenario,
    stop: &'a Stop,
    /// Simulated milliseconds.
    now_ms: i64,
    /// Vehicles that SUMO lifted out of a jam; none unless the caller's arguments ask for it.
    teleports: u64,
    /// Collisions, vehicles in one counted once a step.
    collisions: u64,
    /// Vehicles that had to brake beyond their ability, as for a lamp that turned red without warning.
    emergency_stops: u64,
    demand: Demand,
}

/// What has become of the demand so far; see [`Simulation::watch_demand`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Demand {
    /// Vehicles that got onto the street.
    pub departed: u64,
    /// Of these: reached their end.
    pub arrived: u64,
    /// Vehicles that wait for room on the street now.
    pub waiting: u64,
}

impl<'a> Simulation<'a> {
    /// Starts SUMO for a scenario with one seed; `ours` are additional files of our own. Subscribes to the clock.
    ///
    /// # Errors
    /// [`Fault::Ended`] with SUMO's last words when it does not come up, [`Fault::Stopped`].
    pub fn start(sumo: &Sumo, scenario: &'a Scenario, seed: u32, ours: &[PathBuf], desk: Desk, stop: &'a Stop) -> Result<Self, Fault> {
        let mut additional = vec![];
        for (number, path) in scenario.additional.iter().enumerate() {
            additional.push(quiet(path, desk.folder.path(), number)?);
        }
        additional.extend_from_slice(ours);
        let arguments = arguments(sumo, scenario, seed, &additional, &desk.path("tripinfo.xml"));
        let mut said = String::new();
        for _ in 0..TRIES {
            let port = free_port().map_err(|cause| Fault::file(Path::new("127.0.0.1"), cause))?;
            match launch(sumo, &arguments, port, &desk, stop)? {
                Launch::Up(child, connection) => {
                    let now_ms = milliseconds(scenario.begin_s);
                    let (teleports, collisions, emergency_stops) = (0, 0, 0);
                    let demand = Demand::default();
                    let mut started =
                        Self { child, connection, desk, scenario, stop, now_ms, teleports, collisions, emergency_stops, demand };
                    started.subscribe_to_clock(&[])?;
                    return Ok(started);
                }
                Launch::Down(words) => said = words,
            }
            if !is_about_port(&said) {
                break;
            }
        }
        Err(Fault::Ended { at_s: scenario.begin_s, said })
    }

    fn subscribe_to_clock(&mut self, more: &[u8]) -> Result<(), Fault> {
        let mut request = Request::new();
        let variables = [
            variable::SIMULATION_TIME,
            variable::SIMULATION_TELEPORT_NUMBER,
            variable::SIMULATION_COLLIDING_NUMBER,
            variable::SIMULATION_EMERGENCY_STOPPING_NUMBER,
        ];
        request.subscribe(Domain::Simulation, "", &[&variables, more].concat());
        self.ask(&request).map(|_| ())
    }

    /// Counts from now on what becomes of the demand. No controller may see it.
    ///
    /// # Errors
    /// As [`Simulation::ask`].
    pub fn watch_demand(&mut self) -> Result<(), Fault> {
        self.subscribe_to_clock(&[
            variable::SIMULATION_DEPARTED_NUMBER,
            variable::SIMULATION_ARRIVED_NUMBER,
            variable::SIMULATION_PENDING_IDS,
        ])
    }

    /// What has become of the demand since [`Simulation::watch_demand`].
    pub const fn demand(&self) -> Demand {
        self.demand
    }

    /// Simulated milliseconds since midnight of the scenario.
    pub const fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// Whether the time of the run is over.
    pub fn is_over(&self) -> bool {
        self.now_ms >= milliseconds(self.scenario.end_s)
    }

    /// Counts so far: teleports, collisions, emergency stops.
    pub const fn incidents(&self) -> (u64, u64, u64) {
        (self.teleports, self.collisions, self.emergency_stops)
    }

    /// Sends commands; each must be accepted.
    ///
    /// # Errors
    /// [`Fault::Refused`] with SUMO's words, [`Fault::Ended`] when it died.
    pub fn ask(&mut self, request: &Request) -> Result<Vec<Reply>, Fault> {
        if request.is_empty() {
            return Ok(vec![]);
        }
        let answers = self.connection.ask(request).map_err(|fault| self.last_words(fault))?;
        answers.into_iter().map(|reply| reply.accepted().map_err(|fault| Fault::Refused(fault.to_string()))).collect()
    }

    /// Sends commands and then simulates one step of SUMO's own length. Gives what was subscribed to.
    ///
    /// # Errors
    /// As [`Simulation::ask`]; [`Fault::Stopped`] when everyone was asked to stop.
    pub fn step(&mut self, commands: &Request) -> Result<Vec<Subscribed>, Fault> {
        if self.stop.is_pulled() {
            return Err(Fault::Stopped);
        }
        self.ask(commands)?;
        let mut step = Request::new();
        step.step(0.0);
        let answer = self.ask(&step)?.pop().ok_or_else(|| Fault::Refused("a step was not answered".into()))?;
        let results = answer.into_step().map_err(|fault| Fault::Refused(fault.to_string()))?;
        for result in &results {
            if let Subscribed::Object { domain: Domain::Simulation, readings, .. } = result {
                self.take_clock(readings);
            }
        }
        Ok(results)
    }

    fn take_clock(&mut self, readings: &[Reading]) {
        for reading in readings {
            let Ok(value) = &reading.value else { continue };
            let count = value.int().ok().and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
            match reading.variable {
                variable::SIMULATION_TIME => self.now_ms = value.double().map_or(self.now_ms, milliseconds),
                variable::SIMULATION_TELEPORT_NUMBER => self.teleports += count,
                variable::SIMULATION_COLLIDING_NUMBER => self.collisions += count,
                variable::SIMULATION_EMERGENCY_STOPPING_NUMBER => self.emergency_stops += count,
                variable::SIMULATION_DEPARTED_NUMBER => self.demand.departed += count,
                variable::SIMULATION_ARRIVED_NUMBER => self.demand.arrived += count,
                variable::SIMULATION_PENDING_IDS => {
                    self.demand.waiting = value.texts().map_or(0, |ids| u64::try_from(ids.len()).unwrap_or(u64::MAX));
                }
                _ => (),
            }
        }
    }

    /// Ends the simulation and reads what became of the demand. With the desk, so that a caller may look at the files.
    ///
    /// # Errors
    /// [`Fault::Scenario`] when SUMO did not write its trips to the end.
    pub fn finish(mut self) -> Result<(Trips, Vec<u8>), Fault> {
        let mut request = Request::new();
        request.close();
        self.ask(&request)?;
        let status = self.child.wait().map_err(|cause| Fault::file(&self.desk.path("sumo.log"), cause))?;
        if !status.success() {
            return Err(Fault::Ended { at_s: seconds(self.now_ms), said: self.log() });
        }
        let path = self.desk.path("tripinfo.xml");
        let trips = Trips::read(&path, self.scenario.begin_s, self.scenario.end_s)?;
        Ok((trips, fs::read(&path).map_err(|cause| Fault::file(&path, cause))?))
    }

    fn last_words(&mut self, fault: Fault) -> Fault {
        match fault {
            Fault::Ended { said, .. } => {
                // What it has to say comes with its end.
                let _ = self.child.kill();
                let _ = self.child.wait();
                let log = self.log();
                Fault::Ended { at_s: seconds(self.now_ms), said: if log.is_empty() { said } else { log } }
            }
            other => other,
        }
    }

    fn log(&self) -> String {
        tail(&self.desk.path("sumo.log"))
    }
}

impl Drop for Simulation<'_> {
    fn drop(&mut self) {
        // Already gone after `finish`; then both do nothing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Kills a child that nobody holds otherwise.
struct Leash(Option<Child>);

impl Drop for Leash {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

enum Launch {
    Up(Child, Connection),
    Down(String),
}

fn launch(sumo: &Sumo, arguments: &[String], port: u16, desk: &Desk, stop: &Stop) -> Result<Launch, Fault> {
    let path = desk.path("sumo.log");
    let log = File::create(&path).map_err(|cause| Fault::file(&path, cause))?;
    let errors = log.try_clone().map_err(|cause| Fault::file(&path, cause))?;
    let mut command = leashed(sumo.command());
    command.args(arguments).arg("--remote-port").arg(port.to_string());
    command.stdin(Stdio::null()).stdout(log).stderr(errors);
    let child = command.spawn().map_err(|cause| Fault::file(&sumo.program, cause))?;
    let mut leash = Leash(Some(child));
    loop {
        if stop.is_pulled() {
            return Err(Fault::Stopped);
        }
        let has_ended = leash.0.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)));
        if has_ended {
            return Ok(Launch::Down(tail(&path)));
        }
        if let Ok(mut connection) = Connection::open(port) {
            let mut request = Request::new();
            request.version();
            // Without an answer it ended after all, or something else listens here: the next look tells.
            if connection.ask(&request).is_ok_and(|answers| matches!(answers.first(), Some(Reply::Version { .. })))
                && let Some(child) = leash.0.take()
            {
                return Ok(Launch::Up(child, connection));
            }
        }
        thread::sleep(LOOK);
    }
}

/// The same program under `setpriv` (util-linux), where that is to be had: it asks the system to kill it when the thread that started it is
/// gone. Without it a simulator that was started but not yet connected to would outlive a `kill -9` on us, for it waits for a connection.
fn leashed(command: Command) -> Command {
    let Some(setpriv) = ["/usr/bin/setpriv", "/bin/setpriv"].into_iter().find(|path| Path::new(path).exists()) else { return command };
    let mut leashed = Command::new(setpriv);
    leashed.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => leashed.env(name, value),
            None => leashed.env_remove(name),
        };
    }
    leashed.args(command.get_args());
    leashed
}

/// A port that was free a moment ago.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn is_about_port(said: &str) -> bool {
    said.contains("bind") || said.contains("ddress already in use") || said.contains("port")
}

/// What is said to SUMO for one run of a scenario: `additional` in place of its own files, trips to `tripinfo`.
pub fn arguments(sumo: &Sumo, scenario: &Scenario, seed: u32, additional: &[PathBuf], tripinfo: &Path) -> Vec<String> {
    let list = |paths: &[PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(",");
    let mut ours = vec![("--net-file", Some(scenario.net.display().to_string()))];
    if !scenario.routes.is_empty() {
        ours.push(("--route-files", Some(list(&scenario.routes))));
    }
    if !additional.is_empty() {
        ours.push(("--additional-files", Some(list(additional))));
    }
    ours.push(("--begin", Some(scenario.begin_s.to_string())));
    ours.push(("--end", Some(scenario.end_s.to_string())));
    ours.push(("--seed", Some(seed.to_string())));
    ours.push(("--scale", Some(scenario.scale.to_string())));
    ours.push(("--time-to-teleport", Some("-1".into())));
    ours.push(("--tripinfo-output", Some(tripinfo.display().to_string())));
    ours.extend(sumo.trip_options().iter().map(|option| (*option, None)));
    ours.extend(["--no-step-log", "--no-warnings", "--duration-log.disable"].map(|option| (option, None)));
    with_theirs(ours, &scenario.arguments)
}

/// Options of ours, then the caller's. SUMO refuses an option that comes twice: the caller's word wins.
pub fn with_theirs(ours: Vec<(&str, Option<String>)>, theirs: &[String]) -> Vec<String> {
    let is_theirs =
        |name: &str| theirs.iter().any(|given| given == name || given.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')));
    let ours = ours.into_iter().filter(|(name, _)| !is_theirs(name));
    ours.flat_map(|(name, value)| [Some(name.to_owned()), value]).flatten().chain(theirs.iter().cloned()).collect()
}

/// The last lines of SUMO's output.
fn tail(path: &Path) -> String {
    let text = fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.get(lines.len().saturating_sub(4)..).unwrap_or_default().join(" · ")
}

/// Milliseconds of seconds, to the nearest.
#[expect(clippy::cast_possible_truncation, clippy::as_conversions, reason = "a time of day; `as` saturates")]
pub fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

/// Seconds of milliseconds.
#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a time of day, far below 2^52 ms")]
pub fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}
