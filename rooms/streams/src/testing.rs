//! A small profile for the tests of this crate.

use crate::declaration::Declaration;

pub(crate) const RIVER: &str = "
id: river
title: {th: แม่น้ำ, en: River}
office: water
source: {name: {th: ก, en: A}, licence: CC-BY-4.0, notice: {th: ก, en: A}}
cadence_s: 60
idle_s: 30
defaults: {area: town, unit: m, unit_title: {th: เมตร, en: metre}, window_s: 600, min: 0, max: 20}
series:
  - {id: river.level, title: {th: ระดับ, en: Level}}
  - {id: river.flow, title: {th: การไหล, en: Flow}}
  - {id: river.ratio, title: {th: อัตรา, en: Ratio}, join: {left: river.level, right: river.flow, op: ratio}}
";

/// A folder that is a profile with these feeds and the area `town`.
pub(crate) fn profile(feeds: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("feeds")).unwrap();
    std::fs::write(folder.path().join("areas.yaml"), "- {id: town, title: {th: เมือง, en: Town}, lat: 13.7, lon: 100.5}\n").unwrap();
    for (number, feed) in feeds.iter().enumerate() {
        std::fs::write(folder.path().join(format!("feeds/{number}.yaml")), feed).unwrap();
    }
    folder
}

/// The declaration of [`RIVER`].
pub(crate) fn river() -> Declaration {
    Declaration::read(profile(&[RIVER]).path()).unwrap()
}
