//! Reading a row from left to right.

use std::str::FromStr;

use astro_core::calendar::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use crate::StoreError;

/// A row of either engine.
#[derive(Debug)]
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// Reads from the first column; `table` is named in errors.
    pub fn columns(&self, table: &'static str) -> Columns<'_> {
        Columns {
            row: self,
            table,
            next: 0,
        }
    }
}

/// A cursor over a row's columns, in the order of the statement's SELECT list.
#[derive(Debug)]
pub struct Columns<'r> {
    row: &'r Row,
    table: &'static str,
    next: usize,
}

type Result<T> = std::result::Result<T, StoreError>;

macro_rules! readers {
    ($( $(#[$meta:meta])* $name:ident: $type:ty; )+) => { $(
        $(#[$meta])*
        pub fn $name(&mut self) -> Result<$type> {
            let column = self.advance();
            match self.row {
                Row::Sqlite(row) => row.try_get(column),
                Row::Postgres(row) => row.try_get(column),
            }
            .map_err(|error| self.corrupt(column, &error))
        }
    )+ };
}

impl Columns<'_> {
    readers! {
        int: i64;
        opt_int: Option<i64>;
        real: f64;
        opt_real: Option<f64>;
        text: String;
        opt_text: Option<String>;
        blob: Vec<u8>;
        opt_blob: Option<Vec<u8>>;
        raw_uuid: Uuid;
        raw_opt_uuid: Option<Uuid>;
    }

    fn advance(&mut self) -> usize {
        let column = self.next;
        self.next += 1;
        column
    }

    fn corrupt(&self, column: usize, detail: &dyn ToString) -> StoreError {
        StoreError::Corrupt {
            table: self.table.to_owned(),
            column,
            detail: detail.to_string(),
        }
    }

    fn last(&self) -> usize {
        self.next.saturating_sub(1)
    }

    /// An id of the wanted type.
    pub fn uuid<I: From<Uuid>>(&mut self) -> Result<I> {
        self.raw_uuid().map(I::from)
    }

    pub fn opt_uuid<I: From<Uuid>>(&mut self) -> Result<Option<I>> {
        Ok(self.raw_opt_uuid()?.map(I::from))
    }

    pub fn flag(&mut self) -> Result<bool> {
        Ok(self.int()? != 0)
    }

    /// An integer of a narrower type.
    pub fn small<N: TryFrom<i64>>(&mut self) -> Result<N> {
        let value = self.int()?;
        N::try_from(value).map_err(|_| self.corrupt(self.last(), &value))
    }

    pub fn opt_small<N: TryFrom<i64>>(&mut self) -> Result<Option<N>> {
        let Some(value) = self.opt_int()? else {
            return Ok(None);
        };
        N::try_from(value)
            .map(Some)
            .map_err(|_| self.corrupt(self.last(), &value))
    }

    /// A coded enum, through its `from_code`.
    pub fn code<E>(&mut self, from_code: impl Fn(i64) -> Option<E>) -> Result<E> {
        let code = self.int()?;
        from_code(code).ok_or_else(|| self.corrupt(self.last(), &code))
    }

    pub fn opt_code<E>(&mut self, from_code: impl Fn(i64) -> Option<E>) -> Result<Option<E>> {
        let Some(code) = self.opt_int()? else {
            return Ok(None);
        };
        from_code(code)
            .map(Some)
            .ok_or_else(|| self.corrupt(self.last(), &code))
    }

    pub fn time(&mut self) -> Result<Timestamp> {
        let micros = self.int()?;
        Timestamp::from_microsecond(micros).map_err(|error| self.corrupt(self.last(), &error))
    }

    pub fn opt_time(&mut self) -> Result<Option<Timestamp>> {
        let Some(micros) = self.opt_int()? else {
            return Ok(None);
        };
        Timestamp::from_microsecond(micros)
            .map(Some)
            .map_err(|error| self.corrupt(self.last(), &error))
    }

    /// A value kept as its text.
    pub fn parsed<T: FromStr<Err: ToString>>(&mut self) -> Result<T> {
        let text = self.text()?;
        text.parse()
            .map_err(|error: T::Err| self.corrupt(self.last(), &error))
    }

    pub fn opt_parsed<T: FromStr<Err: ToString>>(&mut self) -> Result<Option<T>> {
        let Some(text) = self.opt_text()? else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|error: T::Err| self.corrupt(self.last(), &error))
    }

    /// Bytes that mean something else, through the function that says what.
    pub fn decoded<T, E: ToString>(
        &mut self,
        decode: impl FnOnce(&[u8]) -> std::result::Result<T, E>,
    ) -> Result<T> {
        let bytes = self.blob()?;
        decode(&bytes).map_err(|error| self.corrupt(self.last(), &error))
    }

    pub fn opt_decoded<T, E: ToString>(
        &mut self,
        decode: impl FnOnce(&[u8]) -> std::result::Result<T, E>,
    ) -> Result<Option<T>> {
        let Some(bytes) = self.opt_blob()? else {
            return Ok(None);
        };
        decode(&bytes)
            .map(Some)
            .map_err(|error| self.corrupt(self.last(), &error))
    }

    pub fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        let text = self.text()?;
        serde_json::from_str(&text).map_err(|error| self.corrupt(self.last(), &error))
    }

    pub fn opt_json<T: DeserializeOwned>(&mut self) -> Result<Option<T>> {
        let Some(text) = self.opt_text()? else {
            return Ok(None);
        };
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| self.corrupt(self.last(), &error))
    }
}
