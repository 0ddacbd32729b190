//! What the ids are that an act refers to: looked up in the rooms, so that a page can name them and lead to them.

use std::collections::BTreeSet;

use sala_core::{problem::Problem, text::Text};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{catalog, hall::Hall};

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// An act.
    Act,
    /// A run of a measure.
    Run,
    /// A measure.
    Measure,
    /// A lever.
    Lever,
    /// A series.
    Series,
    /// A feed.
    Feed,
    /// An insight.
    Insight,
    /// Something that has no page: a persona, an officer's handle, or what the profile no longer has.
    Other,
}

/// An id that an act refers to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reference {
    /// The id.
    id: String,
    /// What it names. One id may name several things, such as a measure and a lever: then it stands here once for each.
    kind: ReferenceKind,
    /// What that is called.
    title: Option<Text>,
}

/// What these ids name, in their order, each once.
pub async fn resolve(hall: &Hall, ids: &[String]) -> Result<Vec<Reference>, Problem> {
    let (mut found, mut seen) = (vec![], BTreeSet::new());
    for id in ids.iter().filter(|id| seen.insert(*id)) {
        let things = things(hall, id).await?;
        found.extend(things.into_iter().map(|(kind, title)| Reference { id: id.clone(), kind, title }));
    }
    Ok(found)
}

async fn things(hall: &Hall, id: &str) -> Result<Vec<(ReferenceKind, Option<Text>)>, Problem> {
    match id.split_once('_').map(|(prefix, _)| prefix) {
        Some("run") => return Ok(vec![(ReferenceKind::Run, hall.measures.run_title(id).await?)]),
        Some("insight") => return Ok(vec![(ReferenceKind::Insight, None)]),
        Some("act") => {
            let act = hall.store.act_by_id(id).await?;
            let kind = act.and_then(|act| catalog::acts().into_iter().find(|kind| kind.kind == act.leaf.kind));
            return Ok(vec![(ReferenceKind::Act, kind.map(|kind| Text::new(kind.th, kind.en)))]);
        }
        _ => {}
    }
    let named = [
        (ReferenceKind::Measure, hall.measures.measure_title(id).await?),
        (ReferenceKind::Lever, hall.measures.lever_title(id)),
        (ReferenceKind::Series, hall.streams.series(id).map(|spec| spec.title.clone())),
        (ReferenceKind::Feed, hall.streams.declaration().feed(id).map(|(_, feed)| feed.title.clone())),
    ];
    let named: Vec<_> = named.into_iter().filter(|(_, title)| title.is_some()).collect();
    Ok(if named.is_empty() { vec![(ReferenceKind::Other, None)] } else { named })
}
