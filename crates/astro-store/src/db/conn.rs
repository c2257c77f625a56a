//! A connection of either engine, and the only place where statements run.

use std::ops::{Deref, DerefMut};

use sqlx::{Connection as _, Database, Postgres, Sqlite, SqliteConnection, pool::PoolConnection};

use crate::columns::Row;
use crate::dialect::{self, Engine};
use crate::{Args, Statement, StoreError};

pub(crate) enum Conn {
    /// The writer's own connection.
    Writer(SqliteConnection),
    /// A read-only connection of the pool.
    Reader(Pooled<Sqlite>),
    Postgres(Pooled<Postgres>),
}

/// A connection of a pool that is closed, not returned, when its user vanishes in the middle of a
/// transaction (a client that hangs up drops the request wherever it is).
pub(crate) struct Pooled<D: Database> {
    conn: PoolConnection<D>,
    pub(super) in_transaction: bool,
}

impl<D: Database> Pooled<D> {
    pub(super) fn new(conn: PoolConnection<D>, in_transaction: bool) -> Self {
        Self {
            conn,
            in_transaction,
        }
    }
}

impl<D: Database> Deref for Pooled<D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        &self.conn
    }
}

impl<D: Database> DerefMut for Pooled<D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        &mut self.conn
    }
}

impl<D: Database> Drop for Pooled<D> {
    fn drop(&mut self) {
        if self.in_transaction {
            self.conn.close_on_drop();
        }
    }
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Writer(_) => "Conn::Writer",
            Self::Reader(_) => "Conn::Reader",
            Self::Postgres(_) => "Conn::Postgres",
        })
    }
}

macro_rules! run {
    ($self:ident, $statement:ident, $args:ident, $method:ident, |$value:ident| sqlite $sqlite:expr, postgres $postgres:expr) => {{
        let name = $statement.name;
        let sql = $statement.sql($self.engine());
        match $self {
            Conn::Writer(conn) => run!(@one name, sql, $args.into_sqlite(), &mut *conn, $method).map(|$value| $sqlite),
            Conn::Reader(conn) => run!(@one name, sql, $args.into_sqlite(), &mut **conn, $method).map(|$value| $sqlite),
            Conn::Postgres(conn) => run!(@one name, sql, $args.into_postgres(), &mut **conn, $method).map(|$value| $postgres),
        }
    }};
    (@one $name:ident, $sql:ident, $args:expr, $conn:expr, $method:ident) => {
        match $args {
            Ok(args) => sqlx::query_with($sql, args).$method($conn).await.map_err(|error| StoreError::of($name, error)),
            Err(error) => Err(StoreError::of($name, error)),
        }
    };
}

impl Conn {
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Writer(_) | Self::Reader(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) async fn fetch_all(
        &mut self,
        statement: &Statement,
        args: Args,
    ) -> Result<Vec<Row>, StoreError> {
        run!(self, statement, args, fetch_all, |rows| sqlite rows.into_iter().map(Row::Sqlite).collect(), postgres rows.into_iter().map(Row::Postgres).collect())
    }

    pub(crate) async fn fetch_optional(
        &mut self,
        statement: &Statement,
        args: Args,
    ) -> Result<Option<Row>, StoreError> {
        run!(self, statement, args, fetch_optional, |row| sqlite row.map(Row::Sqlite), postgres row.map(Row::Postgres))
    }

    /// Answers the number of rows that were touched.
    pub(crate) async fn execute(
        &mut self,
        statement: &Statement,
        args: Args,
    ) -> Result<u64, StoreError> {
        run!(self, statement, args, execute, |done| sqlite done.rows_affected(), postgres done.rows_affected())
    }

    pub(crate) async fn prepare(&mut self, statement: &Statement) -> Result<(), StoreError> {
        use sqlx::{Executor as _, SqlSafeStr as _};
        let sql = statement.sql(self.engine()).into_sql_str();
        match self {
            Self::Writer(conn) => (&mut *conn).prepare(sql).await.map(drop),
            Self::Reader(conn) => (&mut **conn).prepare(sql).await.map(drop),
            Self::Postgres(conn) => (&mut **conn).prepare(sql).await.map(drop),
        }
        .map_err(|error| StoreError::of(statement.name, error))
    }

    /// Runs SQL without arguments: transaction control and pragmas.
    pub(crate) async fn control(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match self {
            Self::Writer(conn) => sqlx::raw_sql(sql).execute(&mut *conn).await.map(drop),
            Self::Reader(conn) => sqlx::raw_sql(sql).execute(&mut **conn).await.map(drop),
            Self::Postgres(conn) => sqlx::raw_sql(sql).execute(&mut **conn).await.map(drop),
        }
        .map_err(|error| StoreError::of("control", error))
    }

    /// Confines what follows in this transaction to one owner (row-level security).
    pub(crate) async fn confine(&mut self, sql: String) -> Result<(), StoreError> {
        if let Self::Postgres(conn) = self {
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                .execute(&mut **conn)
                .await
                .map_err(|error| StoreError::of("confine", error))?;
        }
        Ok(())
    }

    fn in_transaction(&mut self) -> Option<&mut bool> {
        match self {
            Self::Writer(_) => None,
            Self::Reader(conn) => Some(&mut conn.in_transaction),
            Self::Postgres(conn) => Some(&mut conn.in_transaction),
        }
    }

    /// Makes what follows see one moment, where it does not yet.
    pub(crate) async fn begin_snapshot(&mut self) -> Result<(), StoreError> {
        let begin = dialect::begin_snapshot(self.engine());
        if let Some(open) = self.in_transaction()
            && !*open
        {
            *open = true;
            self.control(begin).await?;
        }
        Ok(())
    }

    /// Ends the transaction that this connection is in, if any. When that fails the connection's
    /// state is unknown and dropping it closes it.
    pub(crate) async fn finish(mut self, keep: bool) -> Result<(), StoreError> {
        if self.in_transaction().is_some_and(|open| *open) {
            self.control(if keep { "COMMIT" } else { "ROLLBACK" })
                .await?;
            if let Some(open) = self.in_transaction() {
                *open = false;
            }
        }
        Ok(())
    }

    /// Closes the writer's connection.
    pub(crate) async fn discard(self) {
        if let Self::Writer(conn) = self
            && let Err(error) = conn.close().await
        {
            tracing::debug!(%error, "a broken connection did not close cleanly");
        }
    }
}
