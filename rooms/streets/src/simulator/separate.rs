//! The controller as a process of its own, and the side of the cabinet that outlives it.
//!
//! A signal controller's thinking may crash, hang or be killed; the lamps may not. So the cabinet (this process: connection, sensors, monitor)
//! asks the controller over a pipe and waits only so long. No answer is silence, and silence is the monitor's to judge: it goes back to the
//! fixed plan in simulated time. A controller that answers again is heard again; what it says about a past second is not.

use std::{
    io::{BufReader, Read, Write},
    path::Path,
    process::{Child, Command as Process, Stdio},
    sync::mpsc::{Receiver, SyncSender, channel, sync_channel},
    thread,
    time::Duration,
};

use sala_signals::{
    PhaseId,
    controller::{Command, Light},
    network::{SignalId, Table},
};
use serde::{Deserialize, Serialize};

use super::{
    crossing::Crossing,
    fault::Fault,
    frames::{receive, send},
    hand::Hand,
    mind::Mind,
    senses::Raw,
};

/// How long the cabinet waits for an answer. A street's second is a second; a simulated one must not take much longer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a controller may read its network.
const START: Duration = Duration::from_mins(1);
/// Questions that may lie in the way of a controller that hangs; later ones are not asked.
const QUEUE: usize = 4;

/// From the cabinet.
#[derive(Debug, Serialize, Deserialize)]
enum Question {
    /// The street; the first frame.
    Open { net: String, programs: Vec<String>, hand: Hand },
    /// What the sensors gave in this second, and where the signals stand.
    Seen { now_ms: i64, raw: Raw, lights: Vec<Stand> },
}

/// From the controller.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    /// It has read the street.
    Ready,
    /// What it wants in this second: signals and phases.
    Said { now_ms: i64, commands: Vec<(u32, u16)> },
}

/// A [`Light`] in a frame.
#[derive(Debug, Serialize, Deserialize)]
struct Stand {
    has_phases: bool,
    phase: u16,
    from: u16,
    is_on_the_way: bool,
    left_ms: i64,
    green_ms: i64,
    held_ms: i64,
    green_since_ms: Vec<Option<i64>>,
    closed_ms: Vec<i64>,
}

impl From<&Light> for Stand {
    fn from(light: &Light) -> Self {
        Self {
            has_phases: light.has_phases,
            phase: light.phase.0,
            from: light.from.0,
            is_on_the_way: light.is_on_the_way,
            left_ms: light.left_ms,
            green_ms: light.green_ms,
            held_ms: light.held_ms,
            green_since_ms: light.green_since_ms.clone(),
            closed_ms: light.closed_ms.clone(),
        }
    }
}

impl From<Stand> for Light {
    fn from(stand: Stand) -> Self {
        Self {
            has_phases: stand.has_phases,
            phase: PhaseId(stand.phase),
            from: PhaseId(stand.from),
            is_on_the_way: stand.is_on_the_way,
            left_ms: stand.left_ms,
            green_ms: stand.green_ms,
            held_ms: stand.held_ms,
            green_since_ms: stand.green_since_ms,
            closed_ms: stand.closed_ms,
        }
    }
}

/// A controller in another process. Killed when this is dropped.
#[derive(Debug)]
pub struct Apart {
    child: Child,
    questions: SyncSender<Question>,
    answers: Receiver<Answer>,
    /// It did not answer in time: until it does, nobody waits for it.
    is_late: bool,
}

impl Apart {
    /// Starts `program signals controller` and gives it the street.
    ///
    /// # Errors
    /// [`Fault::File`] if it can't be started, [`Fault::Refused`] if it does not get ready within a minute.
    pub fn start(program: &Path, crossing: &Crossing, hand: Hand) -> Result<Self, Fault> {
        let mut process = Process::new(program);
        process.args(["signals", "controller"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = process.spawn().map_err(|cause| Fault::file(program, cause))?;
        let (questions, asked) = sync_channel::<Question>(QUEUE);
        let (told, answers) = channel();
        // Both threads end with their pipe; whoever holds the other end of a channel sees it.
        if let Some(mut pipe) = child.stdin.take() {
            thread::spawn(move || while asked.recv().is_ok_and(|question| send(&mut pipe, &question).is_ok()) {});
        }
        if let Some(pipe) = child.stdout.take() {
            let mut pipe = BufReader::new(pipe);
            thread::spawn(move || {
                while let Ok(Some(answer)) = receive(&mut pipe)
                    && told.send(answer).is_ok()
                {}
            });
        }
        let apart = Self { child, questions, answers, is_late: false };
        let open = Question::Open { net: crossing.net.clone(), programs: crossing.programs.clone(), hand };
        let is_ready = apart.questions.send(open).is_ok() && matches!(apart.answers.recv_timeout(START), Ok(Answer::Ready));
        if is_ready { Ok(apart) } else { Err(Fault::Refused("the controller did not get ready; what it said stands above".into())) }
    }

    /// Asks what it wants in this second; `None` is silence.
    pub fn ask(&mut self, now_ms: i64, raw: Raw, lights: &Table<SignalId, Light>) -> Option<Vec<Command>> {
        let lights = lights.iter().map(|(_, light)| light.into()).collect();
        self.questions.try_send(Question::Seen { now_ms, raw, lights }).ok()?;
        let patience = if self.is_late { Duration::ZERO } else { PATIENCE };
        loop {
            match self.answers.recv_timeout(patience) {
                Ok(Answer::Said { now_ms: about_ms, commands }) if about_ms == now_ms => {
                    self.is_late = false;
                    let command = |(signal, phase)| Command { signal: SignalId(signal), phase: PhaseId(phase) };
                    return Some(commands.into_iter().map(command).collect());
                }
                Ok(_) => (),
                Err(_) => {
                    self.is_late = true;
                    return None;
                }
            }
        }
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The other end: answers the cabinet's questions until the pipe ends.
///
/// # Errors
/// [`Fault::Refused`] for frames that are none, or a first one that is not the street.
pub fn serve(mut questions: impl Read, mut answers: impl Write) -> Result<(), Fault> {
    let broken = |fault: std::io::Error| Fault::Refused(format!("the pipe to the cabinet: {fault}"));
    let (crossing, hand) = match receive(&mut questions).map_err(broken)? {
        Some(Question::Open { net, programs, hand }) => (Crossing::of(net, programs, &hand)?, hand),
        Some(Question::Seen { .. }) => return Err(Fault::Refused("the cabinet asked before it told the street".into())),
        None => return Ok(()),
    };
    let mut mind = Mind::of(hand, &crossing.layout, crossing.rules)?;
    send(&mut answers, &Answer::Ready).map_err(broken)?;
    while let Some(question) = receive(&mut questions).map_err(broken)? {
        let Question::Seen { now_ms, raw, lights } = question else { continue };
        let commands = mind.decide(now_ms, &raw, lights.into_iter().map(Light::from).collect());
        let commands = commands.into_iter().map(|command| (command.signal.0, command.phase.0)).collect();
        send(&mut answers, &Answer::Said { now_ms, commands }).map_err(broken)?;
    }
    Ok(())
}
