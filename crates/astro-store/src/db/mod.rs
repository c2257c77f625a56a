//! Opening a database and handing out transactions.

mod commits;
mod conn;
mod listen;
mod lock;
mod postgres;
mod sqlite;
mod transaction;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use astro_core::principal::Scope;
use futures_util::future::BoxFuture;

pub use commits::{Commit, Wake};
pub use listen::{Heard, NOTIFICATION_BYTES};
pub(crate) use transaction::STATEMENTS as TRANSACTION_STATEMENTS;
pub use transaction::{Admin, Read, Write};

use commits::{Commits, Touched};
pub(crate) use lock::DirectoryLock;
pub(crate) use postgres::{can_act_as_app, connect as connect_as_owner};
pub(crate) use sqlite::{FILE as SQLITE_FILE, open_file_for_reading, open_for_reading};

use crate::dialect::Engine;
use crate::{SchemaState, StoreError};

/// Where the data lies.
#[derive(Clone, Debug)]
pub enum Database {
    /// A directory of ours; the file in it is `astro.db`.
    Sqlite { directory: PathBuf },
    /// A `postgres://` URL.
    Postgres { url: String },
}

/// How to open.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    pub database: Database,
    /// Connections for reading (SQLite), for everything (PostgreSQL).
    pub connections: u32,
    /// Writes that share one commit at most; 1 gives every write its own.
    pub commit_batch: usize,
    /// Writes that may wait before [`StoreError::Busy`].
    pub write_queue: usize,
    /// Confine every PostgreSQL transaction by row-level security, beside [`Scope`].
    pub row_level_security: bool,
    /// Take the lock of a SQLite directory; a second opener with this set is refused.
    pub exclusive: bool,
}

impl StoreOptions {
    pub fn new(database: Database) -> Self {
        Self {
            database,
            connections: 8,
            commit_batch: astro_core::limits::COMMIT_BATCH,
            write_queue: astro_core::limits::WRITE_QUEUE,
            row_level_security: true,
            exclusive: true,
        }
    }
}

/// An open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store(Arc<Open>);

#[derive(Debug)]
struct Open {
    backend: Backend,
    commits: Commits,
}

#[derive(Debug)]
enum Backend {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Store {
    /// Opens, creating a SQLite file where there is none, and refuses a newer schema. Pending
    /// migrations are run.
    pub async fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let backend = match &options.database {
            Database::Sqlite { directory } => {
                Backend::Sqlite(sqlite::Sqlite::open(directory, options).await?)
            }
            Database::Postgres { url } => {
                Backend::Postgres(postgres::Postgres::open(url, options).await?)
            }
        };
        Ok(Self(Arc::new(Open {
            backend,
            commits: Commits::default(),
        })))
    }

    /// What the schema is and would become, without changing anything.
    pub async fn schema(database: &Database) -> Result<SchemaState, StoreError> {
        match database {
            Database::Sqlite { directory } => sqlite::schema(directory).await,
            Database::Postgres { url } => postgres::schema(url).await,
        }
    }

    /// Number of the last migration that this release knows.
    pub fn known_schema() -> i64 {
        SchemaState::empty(Engine::Sqlite).known
    }

    pub(crate) fn engine(&self) -> Engine {
        match self.0.backend {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    /// The engine's name, for people.
    pub fn engine_name(&self) -> &'static str {
        match self.engine() {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        }
    }

    /// Reads one owner's rows. Each statement sees the latest commit, unless [`Read::snapshot`] is
    /// called first.
    pub async fn read<T, E, F>(&self, scope: &Scope, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Read) -> BoxFuture<'t, Result<T, E>> + Send,
        T: Send,
        E: From<StoreError> + Send,
    {
        let mut read = match &self.0.backend {
            Backend::Sqlite(sqlite) => Read::new(sqlite.reader().await?, *scope),
            Backend::Postgres(postgres) => {
                Read::new(postgres.begin_owner(scope.owner(), false).await?, *scope)
            }
        };
        let answer = work(&mut read).await;
        read.finish(answer.is_ok()).await?;
        answer
    }

    /// Changes one owner's rows, all or nothing; answers after the commit is durable.
    pub async fn write<T, E, F>(&self, scope: &Scope, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Write) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let scope = *scope;
        let touched = Touched::default();
        let kept = touched.clone();
        let answer = match &self.0.backend {
            Backend::Sqlite(sqlite) => {
                sqlite
                    .writer
                    .run(move |conn| {
                        Box::pin(async move {
                            let mut write = Write::new(conn, scope, touched);
                            let answer = work(&mut write).await;
                            (write.into_conn(), answer)
                        })
                    })
                    .await
            }
            Backend::Postgres(postgres) => {
                let conn = postgres.begin_owner(scope.owner(), true).await?;
                let mut write = Write::new(conn, scope, touched);
                let answer = work(&mut write).await;
                write.into_conn().finish(answer.is_ok()).await?;
                answer
            }
        };
        if answer.is_ok() {
            self.0.commits.tell(scope, &kept);
        }
        answer
    }

    /// What this process commits from now on and leaves to be done.
    pub fn commits(&self) -> tokio::sync::broadcast::Receiver<Commit> {
        self.0.commits.listen()
    }

    /// Reads whose turn it is, over all owners; for `due.rs` alone.
    pub(crate) async fn due_scan<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: for<'t> FnOnce(&'t mut Admin) -> BoxFuture<'t, Result<T, StoreError>> + Send,
        T: Send,
    {
        let conn = match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.reader().await?,
            Backend::Postgres(postgres) => postgres.begin_due_scan().await?,
        };
        let mut admin = Admin::new(conn);
        let answer = work(&mut admin).await;
        admin.into_conn().finish(answer.is_ok()).await?;
        answer
    }

    /// Reads and changes reference tables (tenants, accounts, sessions), which have no owner.
    pub async fn admin<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Admin) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.0.backend {
            Backend::Sqlite(sqlite) => {
                sqlite
                    .writer
                    .run(move |conn| {
                        Box::pin(async move {
                            let mut admin = Admin::new(conn);
                            let answer = work(&mut admin).await;
                            (admin.into_conn(), answer)
                        })
                    })
                    .await
            }
            Backend::Postgres(postgres) => {
                let mut admin = Admin::new(postgres.begin().await?);
                let answer = work(&mut admin).await;
                admin.into_conn().finish(answer.is_ok()).await?;
                answer
            }
        }
    }

    /// Reads reference tables without a transaction; the lookups of every request.
    pub async fn admin_read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Admin) -> BoxFuture<'t, Result<T, E>> + Send,
        T: Send,
        E: From<StoreError> + Send,
    {
        let conn = match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.reader().await?,
            Backend::Postgres(postgres) => postgres.plain().await?,
        };
        work(&mut Admin::new(conn)).await
    }

    /// Whether the engine answers; for readiness.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.admin_read(|admin| Box::pin(async move { admin.ping().await }))
            .await
    }

    /// Finishes queued writes, checkpoints and closes.
    pub async fn close(&self) -> Result<(), StoreError> {
        match &self.0.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => {
                postgres.close().await;
                Ok(())
            }
        }
    }
}
