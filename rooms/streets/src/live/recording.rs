//! A recorded hour for halls without a simulator: frames as they were told, one JSON a line, packed with gzip.
//!
//! The first line is a [`Head`]; the others are [`Frame`]s in the order of their time.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use sala_core::problem::{INTERNAL, Problem};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{Live, LiveState, frame::Frame, round::Plan};
use crate::{
    Street, Streets,
    live::declaration::LiveFile,
    simulator::{fault::Fault, simulation::Stop, sumo::Sumo},
};

/// Seconds between two frames of a recording.
const EVERY_S: i64 = 5;
/// After an hour, before it begins anew.
const REST: Duration = Duration::from_secs(5);

/// What a recording is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The street.
    pub street: String,
    /// The simulator, such as `SUMO 1.28.0`.
    pub simulator: String,
    /// Of the simulator.
    pub seed: u32,
    /// SHA-256 over the files of the street, in hex.
    pub street_sha256: String,
}

/// A recording, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// What it is of.
    pub head: Head,
    /// In the order of their time.
    pub frames: Vec<Frame>,
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Fault::File`], or [`Fault::Scenario`] with the line.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let file = std::fs::File::open(path).map_err(|cause| Fault::file(path, cause))?;
        let mut lines = BufReader::new(MultiGzDecoder::new(file)).lines();
        let wrong = |number: usize, why: String| Fault::scenario(path, format!("line {number}: {why}"));
        let head = lines.next().ok_or_else(|| wrong(1, "it is empty".into()))?.map_err(|fault| wrong(1, fault.to_string()))?;
        let head = serde_json::from_str(&head).map_err(|fault| wrong(1, fault.to_string()))?;
        let mut frames = vec![];
        for (number, line) in (2..).zip(lines) {
            let line = line.map_err(|fault| wrong(number, fault.to_string()))?;
            frames.push(serde_json::from_str(&line).map_err(|fault| wrong(number, fault.to_string()))?);
        }
        Ok(Self { head, frames })
    }

    /// Simulates an hour of a street and writes it: a frame for each five seconds.
    ///
    /// # Errors
    /// Whatever stops the simulator or the file.
    pub fn make(
        sumo: &Sumo,
        street: &Street,
        file: &LiveFile,
        seed: u32,
        path: &Path,
        stop: &Stop,
        progress: impl Fn(u8),
    ) -> Result<usize, Fault> {
        let plan = Plan::of(sumo, street, file, seed, 0)?;
        let head = Head {
            street: street.file.id.clone(),
            simulator: format!("SUMO {}", sumo.version),
            seed,
            street_sha256: hex::encode(street.hash),
        };
        let made = std::fs::File::create(path).map_err(|cause| Fault::file(path, cause))?;
        let mut out = GzEncoder::new(made, Compression::best());
        let (mut written, mut broken) = (0, None);
        let mut write = |line: serde_json::Result<String>| -> std::io::Result<()> { writeln!(out, "{}", line?) };
        write(serde_json::to_string(&head)).map_err(|cause| Fault::file(path, cause))?;
        let (begin_s, end_s) = (street.scenario.begin_s, street.scenario.end_s);
        let is_adaptive = std::sync::atomic::AtomicBool::new(true);
        let driven = super::round::drive(&plan, &is_adaptive, stop, |second| {
            progress(percent((second.frame.at_s - begin_s) / (end_s - begin_s)));
            if (second.tick.now_ms / 1_000) % EVERY_S != 0 {
                return true;
            }
            written += 1;
            broken = write(serde_json::to_string(&second.frame)).err();
            broken.is_none()
        });
        if let Some(cause) = broken {
            return Err(Fault::file(path, cause));
        }
        driven?;
        out.finish().map_err(|cause| Fault::file(path, cause))?;
        Ok(written)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::as_conversions, reason = "a share; `as` saturates")]
fn percent(share: f64) -> u8 {
    (share * 100.0).clamp(0.0, 100.0) as u8
}

impl Streets {
    /// Shows the recording again and again, until `stop` becomes true; nothing where there is none.
    pub(super) async fn play_recording(&self, live: &Live, mut stop: watch::Receiver<bool>) {
        let Some(recording) = live.recording.clone() else { return };
        live.now().state = LiveState::Running;
        while !*stop.borrow() {
            let mut before_s = None;
            for frame in &recording.frames {
                let step_s = before_s.map_or(0.0, |before_s: f64| (frame.at_s - before_s).max(0.0));
                before_s = Some(frame.at_s);
                let wait = Duration::try_from_secs_f64(step_s / live.file.speed).unwrap_or(REST);
                tokio::select! {
                    () = tokio::time::sleep(wait) => live.tell("frame", frame),
                    _ = stop.changed() => return,
                }
            }
            tokio::select! {
                () = tokio::time::sleep(REST) => {}
                _ = stop.changed() => return,
            }
        }
    }
}

/// The recording of a declaration, if it has one.
pub(crate) fn of(street: &Street, file: &LiveFile, folder: &Path) -> Result<Option<Arc<Recording>>, Problem> {
    let Some(path) = &file.recorded else { return Ok(None) };
    let recording = Recording::read(&folder.join(path)).map_err(|fault| INTERNAL.problem().because(fault.to_string()))?;
    if recording.head.street_sha256 != hex::encode(street.hash) {
        tracing::warn!(
            street = street.file.id,
            "The recording was made of other files of this street; make it again with `sala signals record`"
        );
    }
    Ok(Some(Arc::new(recording)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lines: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let mut out = GzEncoder::new(std::fs::File::create(folder.path().join("a.gz")).unwrap(), Compression::fast());
        out.write_all(lines.as_bytes()).unwrap();
        out.finish().unwrap();
        folder
    }

    #[test]
    fn a_broken_recording_names_the_line() {
        let head = r#"{"street":"a","simulator":"SUMO 1.28.0","seed":1,"street_sha256":""}"#;
        let read = |lines: &str| Recording::read(&written(lines).path().join("a.gz")).map_err(|fault| fault.to_string());
        assert_eq!(read(&format!("{head}\n")).unwrap().frames, []);
        for (lines, line) in [("", "line 1"), ("{}", "line 1"), (&format!("{head}\n{{}}\n"), "line 2")] {
            let told = read(lines).unwrap_err();
            assert!(told.contains(line), "{told}");
        }
    }
}
