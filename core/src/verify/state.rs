//! Every row of state against the last act that wrote it.

use super::{Report, Walk};
use crate::{
    problem::Problem,
    store::{
        Cell, Row, Store,
        row::{row_handle, row_hash},
    },
};

const FILLED_BY_CORE: [&str; 2] = ["act_id", "act_salt"];

pub(super) async fn check(store: &Store, walk: &Walk, report: &mut Report) -> Result<(), Problem> {
    let mut unseen = walk.rows.clone();
    for table in store.schemas().iter().flat_map(|schema| schema.tables) {
        let mut last = String::new();
        loop {
            let rows = store.fetch(&format!("SELECT * FROM {table} WHERE id > $1 ORDER BY id LIMIT 500"), &[Cell::from(&last)]).await?;
            let Some(end) = rows.last() else { break };
            end.text("id")?.clone_into(&mut last);
            for row in &rows {
                report.rows += 1;
                let id = row.text("id")?;
                let place = format!("row {table}/{id}");
                let handle = row_handle(store.row_key(), table, id);
                match (unseen.remove(&handle), hash_of(table, id, row)) {
                    (_, Err(_)) => report.damage(place, "it can't be read"),
                    (None, _) => report.damage(place, "no act wrote it"),
                    (Some((index, None)), _) => report.damage(place, format!("act {index} removed it, but it is there")),
                    (Some((index, Some(expected))), Ok(hash)) if hash != expected => {
                        report.damage(place, format!("it is not what act {index} wrote: the row was changed or is an older version"));
                    }
                    _ => {}
                }
            }
        }
    }
    for (index, hash) in unseen.into_values() {
        if hash.is_some() {
            let act = walk.acts.iter().find(|(_, (place, _))| *place == index).map_or("unknown", |(id, _)| id.as_str());
            report.damage(format!("act {index} ({act})"), "a row that it wrote is missing");
        }
    }
    Ok(())
}

fn hash_of(table: &str, id: &str, row: &Row) -> Result<[u8; 32], Problem> {
    let columns = row.names.iter().zip(&row.cells).map(|(name, cell)| (name.as_str(), cell));
    let own = columns.filter(|(name, _)| *name != "id" && !FILLED_BY_CORE.contains(name));
    Ok(row_hash(&row.bytes32("act_salt")?, table, id, row.text("act_id")?, own))
}
