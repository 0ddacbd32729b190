//! The kinds of fixtures that this room opens itself: a plaque, and the way to another space.

use sala_core::fixture::FixtureKind;

/// Of the spaces with these ids.
pub(crate) fn own(spaces: Vec<String>) -> [FixtureKind; 2] {
    let to = move |space: &str| spaces.iter().any(|known| known == space).then(|| format!("/spaces/{space}"));
    [
        FixtureKind::page("plaque", "ป้ายความรู้", "Plaque", &["get_space"], ""),
        FixtureKind::of("door", "ประตู", "Door", &["get_space"], "space", to),
    ]
}
