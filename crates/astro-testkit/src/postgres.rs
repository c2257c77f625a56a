//! Databases of a test's own on the PostgreSQL server that the test command starts.

use std::time::Duration;

use astro_core::random::Random;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use url::Url;

use crate::skip_without;

/// An empty database; it stays on the server until [`PostgresDatabase::remove`].
#[derive(Debug)]
pub struct PostgresDatabase {
    admin_url: String,
    name: String,
    url: String,
}

impl PostgresDatabase {
    /// `None` when there is no PostgreSQL to test with and nobody insists.
    ///
    /// # Panics
    /// When the server does not answer, or there is none and `CI` is set.
    pub async fn make() -> Option<Self> {
        let Some(admin_url) = server_url() else {
            skip_without("ASTRO_TEST_POSTGRES_URL");
            return None;
        };
        let number = u128::from_be_bytes(Random::from_os().bytes());
        let name = format!("astro_test_{number:032x}");
        let mut url: Url = admin_url.parse().expect("ASTRO_TEST_POSTGRES_URL is a URL");
        url.set_path(&name);
        let database = Self {
            admin_url,
            name,
            url: url.into(),
        };
        database
            .admin(format!("CREATE DATABASE {}", database.name))
            .await;
        Some(database)
    }

    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Ends all connections to it and takes no new ones, as a server does that is started again.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn shut(&self) {
        let name = &self.name;
        self.admin(format!(
            "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"
        ))
        .await;
        self.admin(format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ))
        .await;
    }

    /// Takes connections again.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn open(&self) {
        let name = &self.name;
        self.admin(format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"))
            .await;
    }

    /// # Panics
    /// When the server does not answer.
    pub async fn remove(self) {
        let name = &self.name;
        self.admin(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await;
    }

    /// Runs one statement as the server's administrator, outside of this database.
    async fn admin(&self, sql: String) {
        let mut admin = connect_patiently(&self.admin_url).await;
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await;
        done.expect("the test server does as it is told");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test command tells tests of the server this way"
)]
fn server_url() -> Option<String> {
    std::env::var("ASTRO_TEST_POSTGRES_URL").ok()
}

/// Many test processes may ask for a connection at the same moment.
async fn connect_patiently(url: &str) -> PgConnection {
    for _ in 0..50 {
        if let Ok(connection) = PgConnection::connect(url).await {
            return connection;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    PgConnection::connect(url)
        .await
        .expect("the test server answers")
}
