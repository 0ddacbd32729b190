//! What a run leaves behind when it is asked to: each change of a lamp, and every trip.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use super::{fault::Fault, lamps::Lamps, simulation::seconds};

/// Writes `seed-N.lamps` while the run goes and `seed-N.tripinfo.xml` at its end.
#[derive(Debug)]
pub struct Record {
    path: PathBuf,
    lamps: BufWriter<File>,
    shown: Vec<(String, String)>,
    trips: PathBuf,
}

impl Record {
    /// In a folder, which is made.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub fn open(folder: &Path, seed: u32) -> Result<Self, Fault> {
        fs::create_dir_all(folder).map_err(|cause| Fault::file(folder, cause))?;
        let path = folder.join(format!("seed-{seed}.lamps"));
        let lamps = BufWriter::new(File::create(&path).map_err(|cause| Fault::file(&path, cause))?);
        Ok(Self { path, lamps, shown: vec![], trips: folder.join(format!("seed-{seed}.tripinfo.xml")) })
    }

    /// A line `time signal state` for each signal that shows something new; nothing stays in a buffer.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub fn note(&mut self, now_ms: i64, lamps: &Lamps) -> Result<(), Fault> {
        self.write(now_ms, lamps).map_err(|cause| Fault::file(&self.path, cause))
    }

    fn write(&mut self, now_ms: i64, lamps: &Lamps) -> std::io::Result<()> {
        if self.shown.is_empty() {
            self.shown = lamps.shown().map(|(signal, _)| (signal.to_owned(), String::new())).collect();
        }
        for ((signal, shown), (_, state)) in self.shown.iter_mut().zip(lamps.shown()) {
            if shown != state {
                state.clone_into(shown);
                writeln!(self.lamps, "{} {signal} {state}", seconds(now_ms))?;
            }
        }
        self.lamps.flush()
    }

    /// Keeps SUMO's `tripinfo`.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub fn close(self, tripinfo: &[u8]) -> Result<(), Fault> {
        fs::write(&self.trips, tripinfo).map_err(|cause| Fault::file(&self.trips, cause))
    }
}
