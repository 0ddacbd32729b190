//! The row and its binding: each row of state names the act that wrote it, and that act's leaf binds the row by hash.
//!
//! handle = HMAC-SHA-256(row key of this store, table ‖ 0 ‖ id): tells rows apart without telling which they are.
//! hash = SHA-256("sala/row/v1" ‖ salt32 ‖ cbor([table, id, act, {column: cell}])): fresh salt for each version, kept in the
//! row itself, so that what an erased row said can't be guessed from the log.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::cell::Cell;
use crate::cbor::Value;

/// A row to be written: all its columns except the two that core fills (`act_id`, `act_salt`).
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub(crate) table: &'static str,
    pub(crate) id: String,
    pub(crate) columns: Vec<(&'static str, Cell)>,
}

impl Record {
    /// A row of `table` with this primary key.
    pub fn new(table: &'static str, id: impl Into<String>) -> Self {
        Self { table, id: id.into(), columns: vec![] }
    }

    /// Any cell.
    pub fn cell(mut self, column: &'static str, cell: impl Into<Cell>) -> Self {
        self.columns.push((column, cell.into()));
        self
    }

    /// A column of text.
    pub fn text(self, column: &'static str, text: impl Into<String>) -> Self {
        self.cell(column, Cell::Text(text.into()))
    }

    /// A column of whole numbers.
    pub fn int(self, column: &'static str, number: i64) -> Self {
        self.cell(column, Cell::Int(number))
    }

    /// A column of floats.
    pub fn real(self, column: &'static str, number: f64) -> Self {
        self.cell(column, Cell::Real(number))
    }

    /// A column of bytes.
    pub fn blob(self, column: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        self.cell(column, Cell::Blob(bytes.into()))
    }

    /// A column without a value.
    pub fn null(self, column: &'static str) -> Self {
        self.cell(column, Cell::Null)
    }
}

/// The handle of a row in the log.
pub(crate) fn row_handle(row_key: &[u8; 32], table: &str, id: &str) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(row_key) else { return [0; 32] };
    mac.update(table.as_bytes());
    mac.update(&[0]);
    mac.update(id.as_bytes());
    mac.finalize().into_bytes().into()
}

/// The hash of one version of a row.
pub(crate) fn row_hash<'c>(
    salt: &[u8; 32],
    table: &str,
    id: &str,
    act: &str,
    columns: impl Iterator<Item = (&'c str, &'c Cell)>,
) -> [u8; 32] {
    let content = Value::Array(vec![table.into(), id.into(), act.into(), Value::map(columns.map(|(name, cell)| (name, cell.to_value())))]);
    Sha256::new().chain_update(b"sala/row/v1").chain_update(salt).chain_update(content.encode()).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_changes_with_each_part_of_the_row() {
        let hash = |id: &str, act: &str, number: i64| row_hash(&[1; 32], "lever", id, act, [("value", &Cell::Int(number))].into_iter());
        let base = hash("a", "act_1", 1);
        assert_eq!(base, hash("a", "act_1", 1));
        for other in [hash("b", "act_1", 1), hash("a", "act_2", 1), hash("a", "act_1", 2)] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn handles_differ_by_table_and_key() {
        assert_ne!(row_handle(&[0; 32], "ab", "c"), row_handle(&[0; 32], "a", "bc"));
        assert_ne!(row_handle(&[0; 32], "a", "b"), row_handle(&[1; 32], "a", "b"));
    }
}
