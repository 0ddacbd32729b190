//! Statements that are sent to the engine together. SQLite takes a whole script in one hand-over to its thread, which is what the
//! rate of acts hangs on; PostgreSQL takes the same statements one after the other.
//!
//! Arguments are written as `?` here, in the order of the text, for both engines.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{cell::Cell, conn::Conn, row::Record, tx::Write};

/// The most arguments of one `INSERT`.
const MOST_ARGUMENTS: usize = 16_000;
/// The most rows of one `INSERT`.
const MOST_ROWS: usize = 256;

/// Statements with their arguments.
#[derive(Debug, Default)]
pub(crate) struct Script(Vec<(String, Vec<Cell>)>);

/// The last write of each row: a new version with its act and salt, or a removal.
type LastWrites = BTreeMap<(&'static str, String), Option<(Record, String, [u8; 32])>>;
/// Rows by table, column names and which of these are NULL: what one statement can carry.
type Inserts = BTreeMap<(&'static str, Vec<&'static str>, Vec<bool>), Vec<Vec<Cell>>>;

impl Script {
    /// One statement.
    pub(crate) fn add(&mut self, sql: impl Into<String>, args: impl Into<Vec<Cell>>) {
        self.0.push((sql.into(), args.into()));
    }

    /// Gathered writes, many rows a statement. Later writes of a row win.
    pub(crate) fn add_writes(&mut self, writes: Vec<Write>) {
        let mut last = LastWrites::new();
        for write in writes {
            match write {
                Write::Save { record, act, salt } => last.insert((record.table, record.id.clone()), Some((record, act, salt))),
                Write::Remove { table, id } => last.insert((table, id), None),
            };
        }
        let mut inserts = Inserts::new();
        for ((table, id), change) in last {
            match change {
                None => self.add(format!("DELETE FROM {table} WHERE id = ?"), [id.into()]),
                Some((record, act, salt)) => {
                    let names = record.columns.iter().map(|(name, _)| *name).collect();
                    let nulls = record.columns.iter().map(|(_, cell)| matches!(cell, Cell::Null)).collect();
                    let mut cells = Vec::with_capacity(record.columns.len() + 3);
                    cells.push(Cell::Text(record.id));
                    cells.extend(record.columns.into_iter().map(|(_, cell)| cell).filter(|cell| !matches!(cell, Cell::Null)));
                    cells.extend([Cell::Text(act), Cell::from(salt)]);
                    inserts.entry((table, names, nulls)).or_default().push(cells);
                }
            }
        }
        for ((table, names, nulls), rows) in inserts {
            let columns: Vec<&str> = std::iter::once("id").chain(names.iter().copied()).chain(["act_id", "act_salt"]).collect();
            let is_null: Vec<bool> = std::iter::once(false).chain(nulls).chain([false, false]).collect();
            let updates: Vec<String> = columns.iter().skip(1).map(|name| format!("{name} = excluded.{name}")).collect();
            let head = format!("INSERT INTO {table} ({}) VALUES ", columns.join(", "));
            let tail = format!(" ON CONFLICT (id) DO UPDATE SET {}", updates.join(", "));
            self.add_rows(&head, &tail, &is_null, rows);
        }
    }

    /// Rows of one shape, as few statements as that takes; columns that `is_null` names have no argument.
    pub(crate) fn add_rows(&mut self, head: &str, tail: &str, is_null: &[bool], rows: Vec<Vec<Cell>>) {
        let width = is_null.iter().filter(|null| !**null).count().max(1);
        let most = (MOST_ARGUMENTS / width).clamp(1, MOST_ROWS);
        let places: Vec<&str> = is_null.iter().map(|null| if *null { "NULL" } else { "?" }).collect();
        let tuple = format!("({})", places.join(", "));
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            // Powers of two, so that PostgreSQL prepares few statements.
            let group = 1 << most.min(rows.len()).ilog2();
            let mut sql = String::with_capacity(head.len() + tail.len() + group * (tuple.len() + 2));
            sql.push_str(head);
            for place in 0..group {
                if place > 0 {
                    sql.push_str(", ");
                }
                sql.push_str(&tuple);
            }
            sql.push_str(tail);
            self.add(sql, rows.by_ref().take(group).flatten().collect::<Vec<_>>());
        }
    }

    /// Sends it. After an error the statements before the one at fault have been carried out: the caller rolls back.
    pub(crate) async fn run(self, conn: &mut Conn) -> Result<(), sqlx::Error> {
        if matches!(conn, Conn::Sqlite(_)) {
            let length = self.0.iter().map(|(sql, _)| sql.len() + 1).sum();
            let (mut text, mut args) = (String::with_capacity(length), vec![]);
            for (sql, cells) in self.0 {
                text.push_str(&sql);
                text.push(';');
                args.extend(cells);
            }
            return if text.is_empty() { Ok(()) } else { conn.execute(&text, &args).await.map(drop) };
        }
        for (sql, args) in self.0 {
            if args.is_empty() {
                conn.run(&sql).await?;
            } else {
                conn.execute(&numbered(&sql), &args).await?;
            }
        }
        Ok(())
    }
}

/// `?` → `$1`, `$2` …, as PostgreSQL has it. No statement of core has a question mark of another meaning.
fn numbered(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() * 2);
    let mut place = 0;
    for letter in sql.chars() {
        if letter == '?' {
            place += 1;
            // Writing into a String can't fail.
            let _ = write!(text, "${place}");
        } else {
            text.push(letter);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_numbered_in_the_order_of_the_text() {
        assert_eq!(numbered("INSERT INTO t (a, b) VALUES (?, NULL), (?, ?)"), "INSERT INTO t (a, b) VALUES ($1, NULL), ($2, $3)");
    }

    #[test]
    fn many_rows_are_split_below_the_bounds_and_none_is_lost() {
        let mut script = Script::default();
        script.add_rows("INSERT INTO t VALUES ", "", &[false, true, false], (0..600).map(|n| vec![Cell::Int(n), Cell::Int(-n)]).collect());
        assert_eq!(script.0.iter().map(|(_, args)| args.len() / 2).collect::<Vec<_>>(), [256, 256, 64, 16, 8]);
        assert_eq!(script.0.last().map(|(sql, _)| sql.matches("(?, NULL, ?)").count()), Some(8));
    }
}
