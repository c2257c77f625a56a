//! A statement and its name; the text is the same for both engines unless `dialect.rs` forks it.

use crate::dialect::Engine;

/// A constant piece of SQL. `$1` is the owner wherever a personal table is touched.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    pub name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

impl Statement {
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self {
            name,
            sqlite: sql,
            postgres: sql,
        }
    }

    /// Only `dialect.rs` may fork.
    pub(crate) const fn forked(
        name: &'static str,
        sqlite: &'static str,
        postgres: &'static str,
    ) -> Self {
        Self {
            name,
            sqlite,
            postgres,
        }
    }

    /// Only `dialect.rs` may speak to one engine alone.
    pub(crate) const fn on_sqlite(name: &'static str, sql: &'static str) -> Self {
        Self {
            name,
            sqlite: sql,
            postgres: "",
        }
    }

    /// As [`Statement::on_sqlite`].
    pub(crate) const fn on_postgres(name: &'static str, sql: &'static str) -> Self {
        Self {
            name,
            sqlite: "",
            postgres: sql,
        }
    }

    pub fn runs_on(&self, engine: Engine) -> bool {
        !self.sql(engine).is_empty()
    }

    pub fn sql(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}
