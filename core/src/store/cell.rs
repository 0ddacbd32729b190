//! What stands in a table: cells and rows, the same for both engines.

use std::sync::Arc;

use crate::{
    cbor::Value,
    problem::{DAMAGED, Problem},
};

/// One cell of a table or one argument of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// DOUBLE PRECISION.
    Real(f64),
    /// TEXT.
    Text(String),
    /// BLOB.
    Blob(Vec<u8>),
}

impl Cell {
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Int(number) => Value::Int(*number),
            // The exact bits: a float that CBOR would shorten or refuse (NaN) must still be told apart.
            Self::Real(number) => Value::Bytes(number.to_be_bytes().to_vec()),
            Self::Text(text) => Value::Text(text.clone()),
            Self::Blob(bytes) => Value::Bytes(bytes.clone()),
        }
    }
}

macro_rules! into_cell {
    ($($from:ty => $variant:ident),*) => {$(
        impl From<$from> for Cell {
            fn from(value: $from) -> Self { Self::$variant(value.into()) }
        }
    )*};
}
into_cell!(i64 => Int, i32 => Int, u32 => Int, f64 => Real, &str => Text, String => Text, &String => Text, Vec<u8> => Blob, &[u8] => Blob, [u8; 32] => Blob);

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub(crate) names: Arc<[String]>,
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    /// The cell of a column, if the answer has it.
    pub fn cell(&self, column: &str) -> Option<&Cell> {
        let place = self.names.iter().position(|name| name == column)?;
        self.cells.get(place)
    }

    fn wrong(column: &str, expected: &str) -> Problem {
        DAMAGED.problem().because(format!("column {column} is not {expected}"))
    }

    /// A column of text; a Problem when it is missing or of another type.
    pub fn text(&self, column: &str) -> Result<&str, Problem> {
        self.opt_text(column)?.ok_or_else(|| Self::wrong(column, "text"))
    }

    /// A column of text or NULL.
    pub fn opt_text(&self, column: &str) -> Result<Option<&str>, Problem> {
        match self.cell(column) {
            Some(Cell::Text(text)) => Ok(Some(text)),
            Some(Cell::Null) => Ok(None),
            _ => Err(Self::wrong(column, "text")),
        }
    }

    /// A column of whole numbers.
    pub fn int(&self, column: &str) -> Result<i64, Problem> {
        self.opt_int(column)?.ok_or_else(|| Self::wrong(column, "a whole number"))
    }

    /// A column of whole numbers or NULL.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, Problem> {
        match self.cell(column) {
            Some(Cell::Int(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(Self::wrong(column, "a whole number")),
        }
    }

    /// A column of floats.
    pub fn real(&self, column: &str) -> Result<f64, Problem> {
        self.opt_real(column)?.ok_or_else(|| Self::wrong(column, "a number"))
    }

    /// A column of floats or NULL.
    pub fn opt_real(&self, column: &str) -> Result<Option<f64>, Problem> {
        match self.cell(column) {
            Some(Cell::Real(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(Self::wrong(column, "a number")),
        }
    }

    /// A column of bytes.
    pub fn blob(&self, column: &str) -> Result<&[u8], Problem> {
        match self.cell(column) {
            Some(Cell::Blob(bytes)) => Ok(bytes),
            _ => Err(Self::wrong(column, "bytes")),
        }
    }

    /// A column of exactly 32 bytes.
    pub fn bytes32(&self, column: &str) -> Result<[u8; 32], Problem> {
        self.blob(column)?.try_into().map_err(|_| Self::wrong(column, "32 bytes"))
    }
}
