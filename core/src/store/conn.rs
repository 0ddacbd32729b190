//! One connection, two engines: the same SQL text goes to SQLite or PostgreSQL.

use std::sync::Arc;

use sqlx::{
    AssertSqlSafe, Column, Connection, PgConnection, Postgres, Row as _, Sqlite, SqliteConnection, TypeInfo, ValueRef,
    postgres::{PgArguments, PgRow},
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use super::cell::{Cell, Row};

/// An open connection. Never leaves core.
#[derive(Debug)]
pub(crate) enum Conn {
    /// SQLite.
    Sqlite(Box<SqliteConnection>),
    /// PostgreSQL.
    Postgres(Box<PgConnection>),
}

impl Conn {
    pub(crate) async fn fetch(&mut self, sql: &str, args: &[Cell]) -> Result<Vec<Row>, sqlx::Error> {
        match self {
            Self::Sqlite(conn) => fetch_sqlite(&mut **conn, sql, args).await,
            Self::Postgres(conn) => fetch_postgres(&mut **conn, sql, args).await,
        }
    }

    /// Runs one statement with arguments; returns the number of rows that it touched.
    pub(crate) async fn execute(&mut self, sql: &str, args: &[Cell]) -> Result<u64, sqlx::Error> {
        match self {
            Self::Sqlite(conn) => Ok(sqlite_query(sql, args).execute(&mut **conn).await?.rows_affected()),
            Self::Postgres(conn) => Ok(postgres_query(sql, args).execute(&mut **conn).await?.rows_affected()),
        }
    }

    /// Runs statements without arguments.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(conn) => sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut **conn).await.map(drop),
            Self::Postgres(conn) => sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut **conn).await.map(drop),
        }
    }

    pub(crate) async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(conn) => conn.close().await,
            Self::Postgres(conn) => conn.close().await,
        }
    }
}

pub(crate) async fn fetch_sqlite<'c>(
    executor: impl sqlx::Executor<'c, Database = Sqlite>,
    sql: &str,
    args: &[Cell],
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = sqlite_query(sql, args).fetch_all(executor).await?;
    let names = names(rows.first().map(SqliteRow::columns));
    rows.iter()
        .map(|row| {
            let cells = (0..row.len()).map(|place| sqlite_cell(row, place)).collect::<Result<_, _>>()?;
            Ok(Row { names: Arc::clone(&names), cells })
        })
        .collect()
}

pub(crate) async fn fetch_postgres<'c>(
    executor: impl sqlx::Executor<'c, Database = Postgres>,
    sql: &str,
    args: &[Cell],
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = postgres_query(sql, args).fetch_all(executor).await?;
    let names = names(rows.first().map(PgRow::columns));
    rows.iter()
        .map(|row| {
            let cells = (0..row.len()).map(|place| postgres_cell(row, place)).collect::<Result<_, _>>()?;
            Ok(Row { names: Arc::clone(&names), cells })
        })
        .collect()
}

fn names<C: Column>(columns: Option<&[C]>) -> Arc<[String]> {
    columns.unwrap_or_default().iter().map(|column| column.name().to_owned()).collect()
}

fn sqlite_query<'q>(sql: &str, args: &'q [Cell]) -> Query<'q, Sqlite, SqliteArguments> {
    args.iter().fold(sqlx::query(AssertSqlSafe(sql.to_owned())), |query, cell| match cell {
        Cell::Null => query.bind(None::<i64>),
        Cell::Int(number) => query.bind(*number),
        Cell::Real(number) => query.bind(*number),
        Cell::Text(text) => query.bind(text.as_str()),
        Cell::Blob(bytes) => query.bind(bytes.as_slice()),
    })
}

fn postgres_query<'q>(sql: &str, args: &'q [Cell]) -> Query<'q, Postgres, PgArguments> {
    args.iter().fold(sqlx::query(AssertSqlSafe(sql.to_owned())), |query, cell| match cell {
        Cell::Null => query.bind(None::<String>),
        Cell::Int(number) => query.bind(*number),
        Cell::Real(number) => query.bind(*number),
        Cell::Text(text) => query.bind(text.as_str()),
        Cell::Blob(bytes) => query.bind(bytes.as_slice()),
    })
}

fn sqlite_cell(row: &SqliteRow, place: usize) -> Result<Cell, sqlx::Error> {
    let raw = row.try_get_raw(place)?;
    if raw.is_null() {
        return Ok(Cell::Null);
    }
    Ok(match raw.type_info().name() {
        "INTEGER" | "BOOLEAN" => Cell::Int(row.try_get_unchecked(place)?),
        "REAL" => Cell::Real(row.try_get_unchecked(place)?),
        "TEXT" => Cell::Text(row.try_get_unchecked(place)?),
        _ => Cell::Blob(row.try_get_unchecked(place)?),
    })
}

fn postgres_cell(row: &PgRow, place: usize) -> Result<Cell, sqlx::Error> {
    let raw = row.try_get_raw(place)?;
    if raw.is_null() {
        return Ok(Cell::Null);
    }
    Ok(match raw.type_info().name() {
        "INT8" => Cell::Int(row.try_get(place)?),
        "INT4" => Cell::Int(row.try_get::<i32, _>(place)?.into()),
        "BOOL" => Cell::Int(row.try_get::<bool, _>(place)?.into()),
        "FLOAT8" => Cell::Real(row.try_get(place)?),
        "BYTEA" => Cell::Blob(row.try_get(place)?),
        _ => Cell::Text(row.try_get_unchecked(place)?),
    })
}
