//! Databases that live as long as one test.

use std::sync::Arc;
use std::time::Duration;

use astro_core::calendar::ZoneName;
use astro_core::clock::Clock as _;
use astro_core::config::OutgoingConfig;
use astro_core::config::auth::PasswordCost;
use astro_core::ids::{OwnerId, TenantId};
use astro_core::principal::Scope;
use astro_core::random::Random;
use astro_infra::channels::Channels;
use astro_infra::http_out::{HttpOut, Trust};
use astro_services::{Services, ServicesConfig};
use astro_store::{Database, Store, StoreError, StoreOptions, owners};
use sqlx::{Connection as _, PgConnection};

use crate::FixedClock;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A fresh database with one owner in it.
#[derive(Debug)]
pub struct TestStore {
    pub store: Store,
    pub scope: Scope,
    pub clock: FixedClock,
    pub random: Random,
    pub engine: Engine,
    /// How the database was opened, for tests that open it again.
    pub options: StoreOptions,
    /// The data directory.
    directory: tempfile::TempDir,
    server: Option<Server>,
}

/// A database on the test server.
#[derive(Debug)]
struct Server {
    admin_url: String,
    name: String,
}

impl TestStore {
    /// Runs a test on a fresh database and removes the database afterwards.
    pub async fn run(engine: Engine, test: impl AsyncFnOnce(&TestStore)) {
        let Some(db) = Self::open(engine).await else {
            return;
        };
        test(&db).await;
        db.close().await;
    }

    /// `None` when there is no PostgreSQL to test with and nobody insists.
    pub async fn open(engine: Engine) -> Option<Self> {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let (options, server) = match engine {
            Engine::Sqlite => (sqlite(&directory), None),
            Engine::Postgres => {
                let (options, server) = postgres().await?;
                (options, Some(server))
            }
        };
        Some(Self::with(engine, options, directory, server).await)
    }

    async fn with(
        engine: Engine,
        options: StoreOptions,
        directory: tempfile::TempDir,
        server: Option<Server>,
    ) -> Self {
        let store = Store::open(&options).await.expect("a fresh database opens");
        let clock = FixedClock::default();
        let random = Random::seeded(7);
        let db = Self {
            scope: Scope::service(random.id(clock.now()), random.id(clock.now())),
            store,
            clock,
            random,
            engine,
            options,
            directory,
            server,
        };
        db.make_owner(db.scope).await;
        db
    }

    async fn make_owner(&self, scope: Scope) {
        let now = self.clock.now();
        self.store
            .admin(move |admin| {
                Box::pin(async move { owners::create(admin, &scope, &ZoneName::utc(), now).await })
            })
            .await
            .unwrap_or_else(|error: StoreError| panic!("an owner can be made: {error}"));
    }

    /// Another owner of another tenant, to prove that they see nothing.
    pub async fn stranger(&self) -> Scope {
        let (tenant, owner): (TenantId, OwnerId) = (
            self.random.id(self.clock.now()),
            self.random.id(self.clock.now()),
        );
        let scope = Scope::service(tenant, owner);
        self.make_owner(scope).await;
        scope
    }

    /// The data directory, which is removed with the database.
    pub fn directory(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Claims the owner's jobs as a process does that is never heard of again.
    pub async fn lose_jobs(&self, lease: Duration) {
        let now = self.clock.now();
        let claim = astro_store::jobs::Claim {
            worker: self.random.id(now),
            lease: self.random.id(now),
            now,
            until: now.checked_add(lease).expect("a moment"),
            limit: 100,
        };
        let claimed = self
            .store
            .write(&self.scope, move |write| {
                Box::pin(async move { astro_store::jobs::claim(write, &claim).await })
            })
            .await
            .unwrap_or_else(|error: StoreError| panic!("jobs can be claimed: {error}"));
        assert!(!claimed.is_empty(), "there was a job to lose");
    }

    /// The services on this database. Each call makes those of another process, as it were: they
    /// share the database and the keys, not what they have seen.
    pub fn services(&self) -> Services {
        let mut config = ServicesConfig::new(self.directory.path());
        config.accounts.password_cost = PasswordCost::worthless();
        config.channels = Some(self.channels());
        config.public_url = Some("https://tasks.example.org".to_owned());
        self.services_with(&config)
    }

    /// Ways to the loopback address, and to nowhere else inside of a network; without mail and pushes.
    fn channels(&self) -> Channels {
        let outgoing = OutgoingConfig {
            allow: "127.0.0.1".parse().expect("an address"),
        };
        let http = HttpOut::new(&outgoing, &Trust::of(Vec::new())).expect("a client can be made");
        Channels::new(http, None, None, self.random.clone())
    }

    /// As [`TestStore::services`], set up in another way.
    pub fn services_with(&self, config: &ServicesConfig) -> Services {
        let clock = Arc::new(self.clock.clone());
        Services::new(self.store.clone(), clock, self.random.clone(), config)
            .expect("keys can be made")
    }

    /// Closes and removes the database.
    pub async fn close(self) {
        self.store.close().await.expect("the store closes");
        if let Some(Server { admin_url, name }) = &self.server {
            let mut admin = PgConnection::connect(admin_url)
                .await
                .expect("the test server answers");
            sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
                "DROP DATABASE IF EXISTS {name} WITH (FORCE)"
            )))
            .execute(&mut admin)
            .await
            .expect("a test database can be dropped");
        }
    }
}

fn sqlite(directory: &tempfile::TempDir) -> StoreOptions {
    let options = StoreOptions::new(Database::Sqlite {
        directory: directory.path().to_owned(),
    });
    StoreOptions {
        connections: 4,
        ..options
    }
}

async fn postgres() -> Option<(StoreOptions, Server)> {
    let Some(admin_url) = postgres_url() else {
        assert!(
            !insisted(),
            "ASTRO_TEST_POSTGRES_URL is not set; cargo xtask test sets it"
        );
        eprintln!("skipped: ASTRO_TEST_POSTGRES_URL is not set; `cargo xtask test` sets it");
        return None;
    };
    let name = format!(
        "astro_test_{:032x}",
        u128::from_be_bytes(Random::from_os().bytes())
    );
    let mut admin = connect_patiently(&admin_url).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut admin)
        .await
        .expect("a test database can be made");
    let mut url: url::Url = admin_url.parse().expect("ASTRO_TEST_POSTGRES_URL is a URL");
    url.set_path(&name);
    let options = StoreOptions::new(Database::Postgres {
        url: url.to_string(),
    });
    Some((
        StoreOptions {
            connections: 6,
            ..options
        },
        Server { admin_url, name },
    ))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test command tells tests of the server this way"
)]
fn postgres_url() -> Option<String> {
    std::env::var("ASTRO_TEST_POSTGRES_URL").ok()
}

/// On the build machine a test that cannot run is a failure.
#[expect(
    clippy::disallowed_methods,
    reason = "continuous integration says so this way"
)]
fn insisted() -> bool {
    std::env::var_os("CI").is_some()
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
