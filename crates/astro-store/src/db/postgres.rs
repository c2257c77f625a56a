//! PostgreSQL: a pool whose connections act as a role that owns no tables, so that row-level
//! security holds for every statement.

use std::str::FromStr as _;
use std::time::Duration;

use astro_core::ids::OwnerId;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Executor as _, PgConnection};

use super::StoreOptions;
use super::conn::{Conn, Pooled};
use crate::dialect::{self, Engine};
use crate::{SchemaState, StoreError, migrate};

#[derive(Debug)]
pub(super) struct Postgres {
    pool: PgPool,
    /// Whether row-level security confines what acts for an owner.
    confined: bool,
}

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options =
        PgConnectOptions::from_str(url).map_err(|error| StoreError::of("options", error))?;
    Ok(options
        .application_name("astro")
        .statement_cache_capacity(512)
        .disable_statement_logging())
}

/// A connection as whoever the address names, without row-level security's confinement.
pub(crate) async fn connect(url: &str) -> Result<PgConnection, StoreError> {
    options(url)?
        .connect()
        .await
        .map_err(|error| StoreError::of("open", error))
}

/// Whether the connection's user may become the role that row-level security binds, or may make it
/// where it is missing.
pub(crate) async fn can_act_as_app(conn: &mut PgConnection) -> Result<bool, StoreError> {
    sqlx::query_scalar(
        "SELECT coalesce((SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = 'astro_app'), \
         (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user))",
    )
    .fetch_one(conn)
    .await
    .map_err(|error| StoreError::of("postgres.can_act_as_app", error))
}

impl Postgres {
    pub(super) async fn open(url: &str, wanted: &StoreOptions) -> Result<Self, StoreError> {
        let mut first = connect(url).await?;
        if !can_act_as_app(&mut first).await? {
            return Err(StoreError::NoRole);
        }
        migrate::run(Engine::Postgres, &mut first).await?;
        let confined = wanted.row_level_security;
        let pool = PgPoolOptions::new()
            .max_connections(wanted.connections.max(2))
            .acquire_timeout(Duration::from_secs(5))
            .test_before_acquire(false)
            .after_connect(move |conn, _| {
                Box::pin(async move {
                    conn.execute(sqlx::raw_sql(dialect::SESSION)).await?;
                    if confined {
                        conn.execute(sqlx::raw_sql("SET ROLE astro_app")).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options(url)?)
            .await
            .map_err(|error| StoreError::of("open", error))?;
        Ok(Self { pool, confined })
    }

    async fn acquire(&self, in_transaction: bool) -> Result<Pooled<sqlx::Postgres>, StoreError> {
        let conn = self
            .pool
            .acquire()
            .await
            .map_err(StoreError::of_connecting)?;
        Ok(Pooled::new(conn, in_transaction))
    }

    /// A connection outside any transaction.
    pub(super) async fn plain(&self) -> Result<Conn, StoreError> {
        Ok(Conn::Postgres(self.acquire(false).await?))
    }

    pub(super) async fn begin(&self) -> Result<Conn, StoreError> {
        let mut conn = Conn::Postgres(self.acquire(true).await?);
        conn.control("BEGIN").await?;
        Ok(conn)
    }

    /// A transaction confined to one owner. Reading needs none where nothing confines it.
    pub(super) async fn begin_owner(
        &self,
        owner: OwnerId,
        writes: bool,
    ) -> Result<Conn, StoreError> {
        if !writes && !self.confined {
            return self.plain().await;
        }
        let mut conn = Conn::Postgres(self.acquire(true).await?);
        conn.confine(dialect::begin_owner(owner, writes)).await?;
        Ok(conn)
    }

    /// A transaction that may look over all owners for whose turn it is, and change nothing.
    pub(super) async fn begin_due_scan(&self) -> Result<Conn, StoreError> {
        let mut conn = Conn::Postgres(self.acquire(true).await?);
        conn.control(dialect::BEGIN_DUE_SCAN).await?;
        Ok(conn)
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

pub(super) async fn schema(url: &str) -> Result<SchemaState, StoreError> {
    migrate::state(Engine::Postgres, &mut connect(url).await?).await
}
