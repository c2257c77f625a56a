//! The database: a SQLite file in the data directory, or PostgreSQL.

use super::SecretUrl;
use super::settings::settings;

settings! {
    /// Which database, and how hard it is used.
    pub struct DatabaseConfig in "database" {
        /// `postgres://user:password@host/database`; without it a SQLite file in the data directory is used.
        url: Option<SecretUrl> = None;
        /// Connections: for reading on SQLite, for everything on PostgreSQL.
        connections: u32 = 8;
        /// Writes that share one commit on SQLite at most; 1 gives every write its own.
        commit_batch: usize = crate::limits::COMMIT_BATCH;
        /// Writes that may wait for SQLite's one writer before requests are answered 503.
        write_queue: usize = crate::limits::WRITE_QUEUE;
        /// Whether PostgreSQL confines every transaction to its owner's rows as well (row-level security).
        row_level_security: bool = true;
    }
}
