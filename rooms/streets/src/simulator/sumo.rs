//! Finding the simulator, and what the found one can do.
//!
//! SUMO (EPL-2.0) is only ever started as a program of its own. The wheel `eclipse-sumo` puts a Python wrapper on the PATH and keeps the
//! program itself in `site-packages/sumo/bin`; the wrapper is passed over, because a child that starts a child can't be stopped or timed.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::fault::Fault;

/// Environments that `scripts/install` makes, newest first.
const ENVIRONMENTS: [&str; 2] = [".venv-sumo", ".venv-sumo-1.9.2"];

/// A simulator that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sumo {
    /// The program itself.
    pub program: PathBuf,
    /// `SUMO_HOME`: where its schemas and typemaps lie.
    pub home: Option<PathBuf>,
    /// Such as `1.28.0`.
    pub version: String,
    /// Whether unfinished and undeparted trips are asked for by two options. SUMO 1.9 takes them for one and the same.
    pub has_both_trip_options: bool,
}

impl Sumo {
    /// The named simulator, else that of `SUMO_BINARY`, `SUMO_HOME`, the project's environments (from `folder` upwards) and the PATH, in
    /// this order.
    ///
    /// # Errors
    /// [`Fault::NoSumo`] when there is none, [`Fault::NotSumo`] when the named one does not answer as SUMO does.
    pub fn find(named: Option<&Path>, folder: &Path) -> Result<Self, Fault> {
        if let Some(path) = named {
            return Self::at(path);
        }
        if let Some(path) = env::var_os("SUMO_BINARY").filter(|path| !path.is_empty()) {
            return Self::at(Path::new(&path));
        }
        if let Some(home) = env::var_os("SUMO_HOME").filter(|path| !path.is_empty()) {
            let program = Path::new(&home).join("bin/sumo");
            if program.is_file() {
                return Self::at(&program);
            }
        }
        for above in folder.ancestors() {
            for environment in ENVIRONMENTS {
                if let Some(program) = within(&above.join(environment)) {
                    return Self::at(&program);
                }
            }
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let on_path = env::split_paths(&path).map(|folder| folder.join("sumo")).find(|program| program.is_file());
        Self::at(&on_path.ok_or(Fault::NoSumo)?)
    }

    /// The simulator at a path: the program, a wheel's wrapper beside which the program lies, an environment or `SUMO_HOME`.
    ///
    /// # Errors
    /// [`Fault::NotSumo`] with what it said.
    pub fn at(path: &Path) -> Result<Self, Fault> {
        let not_sumo = |why: String| Fault::NotSumo { program: path.display().to_string(), why };
        let whole = fs::canonicalize(path).map_err(|fault| not_sumo(fault.to_string()))?;
        let program = if whole.is_dir() {
            let own = whole.join("bin/sumo");
            within(&whole).or_else(|| own.is_file().then_some(own)).ok_or_else(|| not_sumo("no bin/sumo lies in this folder".into()))?
        } else {
            // Through the path as given: an environment's wrapper may be a link to elsewhere.
            path.parent().and_then(Path::parent).and_then(within).unwrap_or(whole)
        };
        let home = program.parent().and_then(Path::parent).filter(|home| home.join("data").is_dir()).map(Path::to_path_buf);
        let mut sumo = Self { program, home, version: String::new(), has_both_trip_options: false };
        let output = sumo.command().arg("--version").output().map_err(|fault| not_sumo(fault.to_string()))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        sumo.version = version(&said).ok_or_else(|| not_sumo("it does not tell its version as SUMO does".into()))?;
        sumo.has_both_trip_options = sumo.takes_both_trip_options().map_err(|fault| not_sumo(fault.to_string()))?;
        Ok(sumo)
    }

    /// The program, with `SUMO_HOME` set.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        if let Some(home) = &self.home {
            command.env("SUMO_HOME", home);
        }
        command
    }

    /// Another program of the same installation, such as `netconvert`, with the environment that it needs.
    pub fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(self.program.with_file_name(name));
        if let Some(home) = &self.home {
            command.env("SUMO_HOME", home).env("PROJ_DATA", home.join("data/proj")).env("PROJ_LIB", home.join("data/proj"));
        }
        command
    }

    fn takes_both_trip_options(&self) -> std::io::Result<bool> {
        // Without a net it gives up at once, after it has read its options.
        let output = self.command().args(TRIP_OPTIONS).output()?;
        Ok(!String::from_utf8_lossy(&output.stderr).contains("already set"))
    }

    /// Options by which every demanded vehicle gets a `tripinfo`, also one that is still on its way or never got onto the street.
    pub fn trip_options(&self) -> &'static [&'static str] {
        if self.has_both_trip_options { &TRIP_OPTIONS } else { TRIP_OPTIONS.get(1..).unwrap_or_default() }
    }

    /// Major and minor number.
    pub fn release(&self) -> (u32, u32) {
        let mut numbers = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }
}

const TRIP_OPTIONS: [&str; 2] = ["--tripinfo-output.write-unfinished", "--tripinfo-output.write-undeparted"];

/// The program inside a Python environment that holds the wheel.
fn within(environment: &Path) -> Option<PathBuf> {
    let mut folders: Vec<_> = fs::read_dir(environment.join("lib")).ok()?.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let python = |folder: &PathBuf| folder.file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("python"));
    folders.into_iter().filter(python).map(|folder| folder.join("site-packages/sumo/bin/sumo")).find(|program| program.is_file())
}

/// The version in `Eclipse SUMO sumo 1.28.0` or `Eclipse SUMO sumo Version 1.9.2`.
fn version(said: &str) -> Option<String> {
    let line = said.lines().find(|line| line.contains("SUMO"))?;
    let word =
        line.split_whitespace().map(|word| word.trim_start_matches('v')).find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(word.replace('_', "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_old_and_new_words() {
        assert_eq!(version("Eclipse SUMO sumo 1.28.0\n Build features: …").as_deref(), Some("1.28.0"));
        assert_eq!(version("Eclipse SUMO sumo Version 1.9.2\n").as_deref(), Some("1.9.2"));
        assert_eq!(version("Eclipse SUMO sumo v1_20_0+0001-abc\n").as_deref(), Some("1.20.0+0001-abc"));
        assert_eq!(version("GNU bash, version 5"), None);
    }

    #[test]
    fn a_program_that_is_no_sumo_is_named() {
        let fault = Sumo::at(Path::new("/bin/true")).unwrap_err();
        assert!(fault.to_string().starts_with("/bin/true is no SUMO"), "{fault}");
        assert!(Sumo::at(Path::new("/nowhere/sumo")).is_err());
    }
}
