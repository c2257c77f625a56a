//! The database: a SQLite file in the data directory, or PostgreSQL.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::settings::settings;

settings! {
    /// Which database, and how hard it is used.
    pub struct DatabaseConfig in "database" {
        /// `postgres://user:password@host/database`; without it a SQLite file in the data directory is used.
        url: Option<DatabaseUrl> = None;
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

/// An address that may hold a password: it shows itself to nobody who does not ask by name.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

const HIDDEN: &str = "***";

impl DatabaseUrl {
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The address itself, for the one place that connects.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_url_shows_itself_to_nobody() {
        let url = DatabaseUrl::new("postgres://u:p@h/d");
        assert_eq!(format!("{url:?}"), "***");
        assert_eq!(serde_json::to_string(&url).unwrap(), "\"***\"");
    }
}
