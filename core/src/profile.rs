//! Reading a profile: an agency is data (invariant 8). Each room parses its own files; mistakes name file, place and expectation.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::{
    problem::{Code, Problem},
    text::Text,
};

/// A file of the profile can't be used.
pub const PROFILE_INVALID: Code = Code {
    code: "profile_invalid",
    status: 500,
    th: "ไฟล์ของโปรไฟล์ไม่ถูกต้อง",
    en: "A file of the profile is not valid",
    help_th: "แก้ไขไฟล์ตามตำแหน่งที่ระบุ แล้วเริ่มศาลาใหม่",
    help_en: "Correct the file at the place named and start the hall again.",
};

/// A file of the profile, read.
#[derive(Debug, Clone)]
pub struct ProfileFile<T> {
    /// Its path.
    pub path: PathBuf,
    /// Its text, as written.
    pub raw: String,
    /// What it says.
    pub value: T,
}

/// Reads one YAML file.
pub fn read_file<T: DeserializeOwned>(path: &Path) -> Result<ProfileFile<T>, Problem> {
    let raw = std::fs::read_to_string(path).map_err(|fault| wrong(path, &fault.to_string()))?;
    read_text(path, raw)
}

/// Reads YAML that is in memory; `path` only names it.
pub fn read_text<T: DeserializeOwned>(path: &Path, raw: String) -> Result<ProfileFile<T>, Problem> {
    let value = serde_norway::from_str(&raw).map_err(|fault| wrong(path, &fault.to_string()))?;
    Ok(ProfileFile { path: path.to_owned(), raw, value })
}

fn wrong(path: &Path, detail: &str) -> Problem {
    let place = path.display().to_string();
    PROFILE_INVALID.problem().detail(format!("อ่าน {place} ไม่ได้: {detail}"), format!("{place} can't be used: {detail}")).at(place, detail)
}

/// Reads all `*.yaml` files of a folder, in the order of their names. A missing folder is an empty one.
pub fn read_dir<T: DeserializeOwned>(folder: &Path) -> Result<Vec<ProfileFile<T>>, Problem> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(vec![]) };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    paths.iter().map(|path| read_file(path)).collect()
}

/// The law under which something is done, as a file of the profile names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// Name of the law.
    pub law: Text,
    /// Section of the law.
    pub section: String,
    /// Where the law can be read.
    #[serde(default)]
    pub url: Option<String>,
}

impl LegalBasis {
    /// The authority that an act names.
    pub fn authority(&self) -> String {
        let section = &self.section;
        Text::new(format!("{} มาตรา {section}", self.law.th), format!("{}, section {section}", self.law.en)).pair()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Office {
        #[expect(dead_code, reason = "only its presence is tested")]
        title: String,
    }

    #[test]
    fn a_mistake_names_the_file_and_the_place() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.yaml"), "title: x\ncolour: red\n").unwrap();
        let problem = read_dir::<Office>(folder.path()).unwrap_err();
        let told = problem.to_string();
        assert!(told.contains("a.yaml") && told.contains("colour") && told.contains("line 2"), "{told}");
    }
}
