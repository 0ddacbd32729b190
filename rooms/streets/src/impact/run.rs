//! Running both arms: the network is taken apart and built twice, the demand is routed on each, and every seed is simulated on both.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    Impact, Warning,
    change::{Change, ChangeError},
    compare::{self, Outcome},
    edges::{self, EdgeFlows},
    files,
    patch::{self, Known, Patched, Plain},
};
use crate::simulator::{
    crossing::Crossing,
    fault::Fault,
    hand::Hand,
    run::{Orders, drive},
    scenario::{self, Scenario},
    simulation::{Stop, arguments, with_theirs},
    sumo::Sumo,
    tripinfo::Trips,
};

/// The most lost trips that are named.
const MOST_NAMED: usize = 100;
/// Drivers look for a faster way again after so many seconds, by the speeds of the last three minutes.
const REROUTING_PERIOD_S: &str = "120";

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Network, demand and time.
    pub scenario: Scenario,
    /// What is changed.
    pub change: Change,
    /// One run of each arm for each seed.
    pub seeds: Vec<u64>,
    /// How many runs at once.
    pub jobs: usize,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Runs done.
    pub done: usize,
    /// Runs in all.
    pub of: usize,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ImpactError {
    /// The change does not fit the network.
    #[error("the change does not fit the network: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Change(Vec<ChangeError>),
    /// The simulator.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// One arm, ready to be simulated.
struct Arm {
    /// The arm's own network and demand, with what is said to SUMO in both arms alike.
    scenario: Scenario,
    /// Signals in a controller's hand.
    control: Option<(Crossing, Hand)>,
}

type Run = (Outcome, EdgeFlows);

/// Simulates the street with and without the change. `report` is called after each run, from several threads; once `is_stopped` turns
/// true the simulators are killed and [`Fault::Stopped`] is returned.
///
/// # Errors
/// [`ImpactError`].
pub fn run(sumo: &Sumo, question: &Question, report: &(dyn Fn(Progress) + Sync), is_stopped: &AtomicBool) -> Result<Impact, ImpactError> {
    question.scenario.check()?;
    let folder = tempfile::tempdir().map_err(|cause| Fault::file(Path::new("a temporary folder"), cause))?;
    let street = Street { sumo, scenario: &question.scenario, folder: folder.path(), is_stopped };
    let plain = street.take_apart()?;
    let known = plain.known().map_err(|why| Fault::scenario(&question.scenario.net, why))?;
    question.change.check(&known).map_err(ImpactError::Change)?;
    let patched = patch::patch(&plain, &question.change).map_err(|why| Fault::scenario(&question.scenario.net, why))?;
    let before = street.arm("before", &plain, &[])?;
    let after = Street::controlled(street.arm("after", &patched.plain, &patched.changed_signals)?, question.change.hand())?;
    let (lost_trips, lost) = lost(&before, &after)?;
    let runs = simulate(&street, [&before, &after], question, report)?;
    let [before, after] = runs;
    Ok(answer(sumo, question, &patched, (lost_trips, lost), before, after))
}

/// What a change of the scenario's network can name.
///
/// # Errors
/// [`Fault`].
pub fn known(sumo: &Sumo, scenario: &Scenario) -> Result<Known, Fault> {
    let folder = tempfile::tempdir().map_err(|cause| Fault::file(Path::new("a temporary folder"), cause))?;
    let street = Street { sumo, scenario, folder: folder.path(), is_stopped: &AtomicBool::new(false) };
    street.take_apart()?.known().map_err(|why| Fault::scenario(&scenario.net, why))
}

fn answer(
    sumo: &Sumo,
    question: &Question,
    patched: &Patched,
    (lost_trips, lost): (Vec<String>, usize),
    before: Vec<Run>,
    after: Vec<Run>,
) -> Impact {
    let hours = (question.scenario.end_s - question.scenario.begin_s) / 3600.0;
    let (before, flows_before): (Vec<Outcome>, Vec<EdgeFlows>) = before.into_iter().unzip();
    let (after, flows_after): (Vec<Outcome>, Vec<EdgeFlows>) = after.into_iter().unzip();
    let mut warnings = vec![];
    if !patched.rebuilt_signals.is_empty() {
        warnings.push(Warning::SignalsRebuilt { signals: patched.rebuilt_signals.clone() });
    }
    if lost > 0 {
        warnings.push(Warning::TripsLost { number: lost });
    }
    Impact {
        change: question.change.clone(),
        sumo_version: sumo.version.clone(),
        begin_s: question.scenario.begin_s,
        end_s: question.scenario.end_s,
        seeds: question.seeds.clone(),
        difference: compare::outcomes(&before, &after),
        edges: compare::edges(&flows_before, &flows_after, hours),
        before,
        after,
        lost_trips,
        lost,
        warnings,
    }
}

/// All runs, a few at a time. The first fault stops the others.
fn simulate(street: &Street<'_>, arms: [&Arm; 2], question: &Question, report: &(dyn Fn(Progress) + Sync)) -> Result<[Vec<Run>; 2], Fault> {
    let tasks: Vec<(usize, u64)> = question.seeds.iter().flat_map(|seed| [(0, *seed), (1, *seed)]).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let has_failed = AtomicBool::new(false);
    let found: Mutex<Vec<Option<Result<Run, Fault>>>> = Mutex::new(tasks.iter().map(|_| None).collect());
    thread::scope(|scope| {
        for _ in 0..question.jobs.clamp(1, tasks.len().max(1)) {
            scope.spawn(|| {
                while !has_failed.load(Ordering::Relaxed) {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some((arm, seed)) = tasks.get(place).copied() else { return };
                    let Some(arm) = arms.get(arm) else { return };
                    let run = street.simulate(arm, seed, place, &has_failed);
                    if run.is_err() {
                        has_failed.store(true, Ordering::Relaxed);
                    }
                    if let Some(slot) = found.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place) {
                        *slot = Some(run);
                    }
                    report(Progress { done: done.fetch_add(1, Ordering::Relaxed) + 1, of: tasks.len() });
                }
            });
        }
    });
    let mut arms = [vec![], vec![]];
    let mut fault = None;
    for (result, (arm, _)) in found.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().zip(tasks) {
        match (result, arms.get_mut(arm)) {
            (Some(Ok(run)), Some(arm)) => arm.push(run),
            // The run that failed first, not one that was stopped because of it.
            (Some(Err(new)), _) if !matches!(fault, Some(ref old) if !matches!(old, Fault::Stopped)) => fault = Some(new),
            _ => {}
        }
    }
    fault.map_or(Ok(arms), Err)
}

struct Street<'a> {
    sumo: &'a Sumo,
    scenario: &'a Scenario,
    folder: &'a Path,
    is_stopped: &'a AtomicBool,
}

impl Street<'_> {
    fn take_apart(&self) -> Result<Plain, Fault> {
        let prefix = self.folder.join("plain");
        let arguments = ["--sumo-net-file", &text(&self.scenario.net), "--plain-output-prefix", &text(&prefix)];
        self.tool("netconvert", &arguments.map(str::to_owned))?;
        let part = |name: &str| -> Result<String, Fault> {
            let path = self.folder.join(format!("plain.{name}.xml"));
            fs::read_to_string(&path).map_err(|cause| Fault::file(&path, cause))
        };
        Ok(Plain { nodes: part("nod")?, edges: part("edg")?, connections: part("con")?, signals: part("tll")? })
    }

    fn arm(&self, name: &str, plain: &Plain, changed_signals: &[String]) -> Result<Arm, Fault> {
        let parts = [("nod", &plain.nodes), ("edg", &plain.edges), ("con", &plain.connections), ("tll", &plain.signals)];
        for (part, xml) in parts {
            self.write(&format!("{name}.{part}.xml"), xml.as_bytes())?;
        }
        let file = |part: &str| text(&self.folder.join(format!("{name}.{part}.xml")));
        let (net, configuration) = (self.folder.join(format!("{name}.net.xml")), self.folder.join("plain.netccfg"));
        // With the options that the network was once built with, as netconvert wrote them down while taking it apart.
        let arguments = [
            "--configuration-file".to_owned(),
            text(&configuration),
            "--node-files".to_owned(),
            file("nod"),
            "--edge-files".to_owned(),
            file("edg"),
            "--connection-files".to_owned(),
            file("con"),
            "--tllogic-files".to_owned(),
            file("tll"),
            "--output-file".to_owned(),
            text(&net),
        ];
        self.tool("netconvert", &arguments)?;
        let (routes, types) = (self.folder.join(format!("{name}.rou.xml")), self.folder.join(format!("{name}.typ.add.xml")));
        let mut arguments = vec![
            "--net-file".to_owned(),
            text(&net),
            "--route-files".to_owned(),
            list(&self.scenario.routes),
            "--output-file".to_owned(),
            text(&routes),
            "--vtype-output".to_owned(),
            text(&types),
            "--alternatives-output".to_owned(),
            "NUL".to_owned(),
            "--repair".to_owned(),
            "--ignore-errors".to_owned(),
            "--begin".to_owned(),
            self.scenario.begin_s.to_string(),
            "--end".to_owned(),
            self.scenario.end_s.to_string(),
        ];
        if !self.scenario.additional.is_empty() {
            arguments.extend(["--additional-files".to_owned(), list(&self.scenario.additional)]);
        }
        self.tool("duarouter", &arguments)?;
        let mut additional = vec![];
        if types.is_file() {
            let marked = files::vehicle_types(&scenario::read(&types)?).map_err(|why| Fault::scenario(&types, why))?;
            additional.push(self.write(&format!("{name}.types.add.xml"), &marked)?);
        }
        let changed: BTreeSet<&str> = changed_signals.iter().map(String::as_str).collect();
        for (number, path) in self.scenario.additional.iter().enumerate() {
            let quiet = scenario::quiet(path, self.folder, number)?;
            let kept = files::additional(&scenario::read(&quiet)?, &changed).map_err(|why| Fault::scenario(path, why))?;
            additional.push(self.write(&format!("{name}.{number}.add.xml"), &kept)?);
        }
        let ours = vec![
            ("--ignore-route-errors", Some("true".to_owned())),
            // Whoever meets a jam looks for another way.
            ("--device.rerouting.probability", Some("1".to_owned())),
            ("--device.rerouting.period", Some(REROUTING_PERIOD_S.to_owned())),
        ];
        let arguments = with_theirs(ours, &self.scenario.arguments);
        let scenario = Scenario { net, routes: vec![routes], additional, arguments, ..self.scenario.clone() };
        Ok(Arm { scenario, control: None })
    }

    fn simulate(&self, arm: &Arm, seed: u64, place: usize, has_failed: &AtomicBool) -> Result<Run, Fault> {
        let file = |kind: &str| self.folder.join(format!("run-{place}.{kind}.xml"));
        let (trips, traffic, emissions) = (file("trips"), file("traffic"), file("emissions"));
        let measures = format!(
            "<additional><edgeData id=\"traffic\" file=\"{}\" excludeEmpty=\"true\"/><edgeData id=\"emissions\" type=\"emissions\" file=\"{}\" excludeEmpty=\"true\" withInternal=\"true\"/></additional>",
            text(&traffic),
            text(&emissions)
        );
        let measures = self.write(&format!("run-{place}.add.xml"), measures.as_bytes())?;
        let sumos = u32::try_from(seed).map_err(|_| Fault::Refused(format!("the seed {seed} is larger than SUMO takes")))?;
        let what = match &arm.control {
            None => self.by_plans(arm, sumos, &measures, &trips, has_failed)?,
            Some(control) => self.by_controller(&arm.scenario, control, sumos, measures, has_failed)?,
        };
        let mut flows = EdgeFlows::new();
        for path in [&traffic, &emissions] {
            edges::read(&*scenario::read(path)?, &mut flows).map_err(|why| Fault::scenario(path, why))?;
        }
        let co2_kg = flows.values().map(|flow| flow.co2_g).sum::<f64>() / 1000.0;
        // What happens inside a junction is nobody's street.
        flows.retain(|edge, _| !edge.starts_with(':'));
        for path in [&traffic, &emissions] {
            fs::remove_file(path).map_err(|cause| Fault::file(path, cause))?;
        }
        let outcome = Outcome {
            seed,
            delay_s: what.delay_s,
            waiting_s: what.waiting_s,
            duration_s: what.duration_s,
            demanded: what.demanded,
            arrived: what.arrived,
            undeparted: what.undeparted,
            co2_kg,
        };
        Ok((outcome, flows))
    }

    /// The signals follow their plans: SUMO runs by itself.
    fn by_plans(&self, arm: &Arm, seed: u32, measures: &Path, trips: &Path, has_failed: &AtomicBool) -> Result<Trips, Fault> {
        let additional: Vec<PathBuf> = arm.scenario.additional.iter().cloned().chain([measures.to_owned()]).collect();
        let mut command = self.sumo.command();
        command.args(arguments(self.sumo, &arm.scenario, seed, &additional, trips));
        self.finish(command, has_failed)?;
        let what = Trips::read(trips, arm.scenario.begin_s, arm.scenario.end_s)?;
        fs::remove_file(trips).map_err(|cause| Fault::file(trips, cause))?;
        Ok(what)
    }

    /// A controller moves the signals, second by second.
    fn by_controller(
        &self,
        scenario: &Scenario,
        (crossing, hand): &(Crossing, Hand),
        seed: u32,
        measures: PathBuf,
        has_failed: &AtomicBool,
    ) -> Result<Trips, Fault> {
        let stop = Stop::default();
        let measures = [measures];
        let orders = Orders { sumo: self.sumo, scenario, crossing, hand: *hand, measures: &measures, keep: None, stop: &stop };
        let run = drive(&orders, seed, |_| {
            if self.is_stopped.load(Ordering::Relaxed) || has_failed.load(Ordering::Relaxed) {
                stop.pull();
            }
        })?;
        Ok(run.trips)
    }

    /// The arm with its signals in a controller's hand.
    fn controlled(arm: Arm, hand: Option<Hand>) -> Result<Arm, Fault> {
        let control = hand.map(|hand| Crossing::read(&arm.scenario, &hand).map(|crossing| (crossing, hand))).transpose()?;
        Ok(Arm { control, ..arm })
    }

    fn tool(&self, name: &str, arguments: &[String]) -> Result<(), Fault> {
        let mut command = self.sumo.tool(name);
        command.args(arguments).arg("--no-warnings");
        self.finish(command, &AtomicBool::new(false))
    }

    /// Runs a program to its end; kills it when the work is stopped.
    fn finish(&self, mut command: std::process::Command, has_failed: &AtomicBool) -> Result<(), Fault> {
        let said = self.folder.join(format!("said-{:?}", thread::current().id()));
        let log = fs::File::create(&said).map_err(|cause| Fault::file(&said, cause))?;
        let program = text(Path::new(command.get_program()));
        let not_started = |cause: std::io::Error| Fault::NotSumo { program: program.clone(), why: cause.to_string() };
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().map_err(not_started)?;
        let status = loop {
            if let Some(status) = child.try_wait().map_err(not_started)? {
                break status;
            }
            if self.is_stopped.load(Ordering::Relaxed) || has_failed.load(Ordering::Relaxed) {
                // It may have ended by itself in the meantime.
                let _ended = child.kill();
                child.wait().map_err(not_started)?;
                return Err(Fault::Stopped);
            }
            thread::sleep(Duration::from_millis(20));
        };
        if status.success() {
            return Ok(());
        }
        let words = fs::read(&said).unwrap_or_default();
        let words = String::from_utf8_lossy(&words);
        let last: Vec<&str> = words.lines().filter(|line| line.starts_with("Error")).take(5).collect();
        let name = Path::new(&program).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Err(Fault::Refused(format!("{name} ended with {status}: {}", last.join(" "))))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Fault> {
        let path = self.folder.join(name);
        fs::write(&path, bytes).map_err(|cause| Fault::file(&path, cause))?;
        Ok(path)
    }
}

/// Trips that find no way any more: the first of them by name, and how many.
fn lost(before: &Arm, after: &Arm) -> Result<(Vec<String>, usize), Fault> {
    let vehicles = |arm: &Arm| -> Result<BTreeSet<String>, Fault> {
        let mut found = BTreeSet::new();
        for path in &arm.scenario.routes {
            found.extend(files::vehicles(&scenario::read(path)?).map_err(|why| Fault::scenario(path, why))?);
        }
        Ok(found)
    };
    let (before, after) = (vehicles(before)?, vehicles(after)?);
    let lost: Vec<String> = before.difference(&after).cloned().collect();
    let number = lost.len();
    Ok((lost.into_iter().take(MOST_NAMED).collect(), number))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| text(path)).collect::<Vec<_>>().join(",")
}
