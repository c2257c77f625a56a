//! What storing can fail of.

use astro_core::error::ErrorKind;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Too many writes wait already; a later try can succeed.
    #[error("the write queue is full")]
    Busy,
    /// The engine cannot be reached or has given up on a commit.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A unique index or foreign key said no; `constraint` is its name, or the columns where the
    /// engine tells only these.
    #[error("refused by constraint {constraint}")]
    Conflict { constraint: String },
    /// The version to replace is not there any more.
    #[error("the row has another version")]
    Stale,
    /// The owner's account was removed, with everything in it.
    #[error("the owner is gone")]
    NoOwner,
    /// A stored value that no released version could have written.
    #[error("{table}.{column} holds a value that cannot be read: {detail}")]
    Corrupt {
        table: String,
        column: usize,
        detail: String,
    },
    /// Another process works on the data directory.
    #[error("{0}")]
    Locked(String),
    /// The schema was written by a newer release.
    #[error(
        "the database has schema {found}, this release knows {known}: it was written by a newer release, so nothing was opened or changed"
    )]
    TooNew { found: i64, known: i64 },
    /// A backup that cannot be made, trusted or put back.
    #[error("{0}")]
    Backup(String),
    #[error("migration failed: {0}")]
    Migration(String),
    /// PostgreSQL: the role that row-level security binds is missing, or the user is no member.
    #[error(
        "the database user may not act as the role astro_app, which confines every transaction to its \
         owner's rows; as an administrator of the server run: CREATE ROLE astro_app NOLOGIN (where it is \
         missing), then GRANT astro_app TO the user"
    )]
    NoRole,
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("database error in {statement}: {source}")]
    Database {
        statement: &'static str,
        source: sqlx::Error,
    },
}

impl StoreError {
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy | Self::Unavailable(_) | Self::Locked(_) => ErrorKind::Unavailable,
            Self::Conflict { .. } => ErrorKind::Conflict,
            Self::Stale => ErrorKind::Stale,
            Self::NoOwner => ErrorKind::NotFound,
            Self::Corrupt { .. }
            | Self::TooNew { .. }
            | Self::Backup(_)
            | Self::Migration(_)
            | Self::NoRole
            | Self::Io(_)
            | Self::Database { .. } => ErrorKind::Internal,
        }
    }

    /// Sorts the error of asking the pool for a connection. A server that lets nobody in is away, for
    /// whatever reason of its own: nothing was asked of it yet.
    pub(crate) fn of_connecting(source: sqlx::Error) -> Self {
        match source {
            sqlx::Error::Database(_) => Self::Unavailable(source.to_string()),
            other => Self::of("acquire", other),
        }
    }

    /// Sorts an engine's error: what the caller did, what the machine did, what is our fault.
    pub(crate) fn of(statement: &'static str, source: sqlx::Error) -> Self {
        match &source {
            sqlx::Error::Database(error)
                if error.is_unique_violation() || error.is_foreign_key_violation() =>
            {
                Self::Conflict {
                    constraint: constraint_name(error.as_ref()),
                }
            }
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_) => Self::Unavailable(source.to_string()),
            sqlx::Error::Database(error) if is_outage(error.code().as_deref()) => {
                Self::Unavailable(source.to_string())
            }
            _ => Self::Database { statement, source },
        }
    }
}

/// PostgreSQL names the constraint; SQLite only says `UNIQUE constraint failed: tasks.owner_id, tasks.uid`.
fn constraint_name(error: &dyn sqlx::error::DatabaseError) -> String {
    error.constraint().map_or_else(
        || {
            error.message().rsplit_once(": ").map_or_else(
                || error.message().to_owned(),
                |(_, columns)| columns.to_owned(),
            )
        },
        str::to_owned,
    )
}

/// PostgreSQL classes 08 (connection), 57P (shutdown), 53 (resources); SQLite BUSY, FULL and IOERR.
fn is_outage(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    if code.len() == 5 {
        return code.starts_with("08") || code.starts_with("57P") || code.starts_with("53");
    }
    code.parse::<i64>()
        .is_ok_and(|extended| matches!(extended & 0xff, 5 | 10 | 13))
}
