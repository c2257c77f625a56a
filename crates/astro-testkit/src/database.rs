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

use crate::{FixedClock, PostgresDatabase};

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
    server: Option<PostgresDatabase>,
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
                let server = PostgresDatabase::make().await?;
                (postgres(&server), Some(server))
            }
        };
        Some(Self::with(engine, options, directory, server).await)
    }

    async fn with(
        engine: Engine,
        options: StoreOptions,
        directory: tempfile::TempDir,
        server: Option<PostgresDatabase>,
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
        if let Some(server) = self.server {
            server.remove().await;
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

fn postgres(server: &PostgresDatabase) -> StoreOptions {
    let url = server.url().to_owned();
    let options = StoreOptions::new(Database::Postgres { url });
    StoreOptions {
        connections: 6,
        ..options
    }
}
