//! Arguments of a statement, typed, in the order `$1, $2, ..`.

use astro_core::calendar::Timestamp;
use astro_core::principal::Scope;
use serde::Serialize;
use sqlx::{Arguments as _, postgres::PgArguments, sqlite::SqliteArguments};
use uuid::Uuid;

/// One argument. Nulls keep their type, since PostgreSQL prepares by it.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Int(Option<i64>),
    Real(Option<f64>),
    Text(Option<String>),
    Uuid(Option<Uuid>),
    Blob(Option<Vec<u8>>),
}

/// Builds the arguments; the methods mirror those of [`crate::Columns`].
#[derive(Clone, Debug, Default)]
pub struct Args {
    values: Vec<Value>,
    /// The first value that could not be written as JSON; reported when the statement runs.
    failed: Option<String>,
}

impl Args {
    /// For statements on reference tables, which have no owner.
    pub fn none() -> Self {
        Self::default()
    }

    /// Starts with the owner as `$1`.
    pub fn of(scope: &Scope) -> Self {
        Self::none().uuid(scope.owner().uuid())
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    fn with(mut self, value: Value) -> Self {
        self.values.push(value);
        self
    }

    pub fn int(self, value: impl Into<i64>) -> Self {
        self.with(Value::Int(Some(value.into())))
    }

    pub fn opt_int(self, value: Option<impl Into<i64>>) -> Self {
        self.with(Value::Int(value.map(Into::into)))
    }

    pub fn flag(self, value: bool) -> Self {
        self.int(value)
    }

    pub fn real(self, value: f64) -> Self {
        self.with(Value::Real(Some(value)))
    }

    pub fn opt_real(self, value: Option<f64>) -> Self {
        self.with(Value::Real(value))
    }

    pub fn text(self, value: impl Into<String>) -> Self {
        self.with(Value::Text(Some(value.into())))
    }

    pub fn opt_text(self, value: Option<impl Into<String>>) -> Self {
        self.with(Value::Text(value.map(Into::into)))
    }

    /// A value that keeps itself as text, such as `When` or `Date`.
    pub fn shown(self, value: &impl ToString) -> Self {
        self.text(value.to_string())
    }

    pub fn opt_shown(self, value: Option<&impl ToString>) -> Self {
        self.opt_text(value.map(ToString::to_string))
    }

    pub fn uuid(self, value: impl Into<Uuid>) -> Self {
        self.with(Value::Uuid(Some(value.into())))
    }

    pub fn opt_uuid(self, value: Option<impl Into<Uuid>>) -> Self {
        self.with(Value::Uuid(value.map(Into::into)))
    }

    pub fn blob(self, value: impl Into<Vec<u8>>) -> Self {
        self.with(Value::Blob(Some(value.into())))
    }

    pub fn opt_blob(self, value: Option<Vec<u8>>) -> Self {
        self.with(Value::Blob(value))
    }

    /// Microseconds since 1970.
    pub fn time(self, value: Timestamp) -> Self {
        self.int(value.as_microsecond())
    }

    pub fn opt_time(self, value: Option<Timestamp>) -> Self {
        self.opt_int(value.map(Timestamp::as_microsecond))
    }

    /// JSON as text, on both engines: what a person brought in must come back letter for letter.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_string(value) {
            Ok(text) => self.text(text),
            Err(error) => {
                self.failed.get_or_insert(error.to_string());
                self.with(Value::Text(None))
            }
        }
    }

    pub fn opt_json(self, value: Option<&impl Serialize>) -> Self {
        match value {
            Some(value) => self.json(value),
            None => self.opt_text(None::<String>),
        }
    }

    fn check(&self) -> Result<(), sqlx::Error> {
        self.failed.as_ref().map_or(Ok(()), |error| {
            Err(sqlx::Error::Encode(error.clone().into()))
        })
    }

    pub(crate) fn into_sqlite(self) -> Result<SqliteArguments, sqlx::Error> {
        self.check()?;
        let mut arguments = SqliteArguments::default();
        for value in self.values {
            match value {
                Value::Int(v) => arguments.add(v),
                Value::Real(v) => arguments.add(v),
                Value::Text(v) => arguments.add(v),
                Value::Uuid(v) => arguments.add(v),
                Value::Blob(v) => arguments.add(v),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }

    pub(crate) fn into_postgres(self) -> Result<PgArguments, sqlx::Error> {
        self.check()?;
        let mut arguments = PgArguments::default();
        for value in self.values {
            match value {
                Value::Int(v) => arguments.add(v),
                Value::Real(v) => arguments.add(v),
                Value::Text(v) => arguments.add(v),
                Value::Uuid(v) => arguments.add(v),
                Value::Blob(v) => arguments.add(v),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }
}
