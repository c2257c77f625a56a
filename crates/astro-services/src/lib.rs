//! Business rules, permissions and transactions: the one floor that every door (REST, command
//! line, later CalDAV and MCP) goes through.
//!
//! This crate knows nothing of HTTP, SQL text, terminals or files, but for the file of the signing
//! keys (`accounts/keyring.rs`). Every operation takes a
//! [`Call`] (who asks, and how the answer may be repeated), checks the permission, applies pure
//! rules and commits one store transaction.
//!
//! Start with [`Services`], then [`changes`] (how every noun is written) and [`tasks`].

pub mod access;
pub mod accounts;
pub mod changes;
pub mod datapoints;
mod engine_room;
mod error;
mod expected;
pub mod goals;
pub mod history;
pub mod housekeeping;
pub mod instance_keys;
pub mod interchange;
pub mod jobs;
pub mod labels;
pub mod learning;
pub mod live;
mod nouns;
pub mod ops;
pub mod outbox;
pub mod preferences;
pub mod projects;
pub mod quick_add;
pub mod recommendations;
pub mod references;
pub mod reminders;
pub mod sync;
pub mod tasks;
pub mod time_entries;
pub mod trash;
pub mod undo;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use astro_core::calendar::Timestamp;
use astro_core::clock::Clock;
use astro_core::config::auth::AccountsConfig;
use astro_core::principal::{Permission, Principal, Scope};
use astro_core::random::Random;
use astro_infra::channels::Channels;
use astro_models::completion::CompletionModel;
use astro_models::recommendation::RecommendationModel;
use astro_store::Store;

pub use error::{Error, Result};
pub use expected::Expected;

/// Everything that the operations need. Cheap to clone, as every request does some times.
#[derive(Clone, Debug)]
pub struct Services(Arc<Needs>);

/// What [`Services`] share.
#[derive(Debug)]
pub struct Needs {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub random: Random,
    accounts: accounts::Accounts,
    /// The sockets of this process.
    pub live: live::Hub,
    /// The ways to reach people outside.
    channels: Option<Channels>,
    /// What links begin with, where people reach the server by an address of its own.
    public_url: Option<String>,
    keys: instance_keys::Keys,
    probes: reminders::Probes,
    /// The folder of trained models.
    models: PathBuf,
    completion: learning::Champion<CompletionModel>,
    recommender: learning::Champion<RecommendationModel>,
    lives: learning::Lives,
}

impl Deref for Services {
    type Target = Needs;

    fn deref(&self) -> &Needs {
        &self.0
    }
}

/// How the services are set up.
#[derive(Clone, Debug)]
pub struct ServicesConfig {
    pub accounts: AccountsConfig,
    /// The file of the signing keys, made at the first start. Servers of one database share it.
    pub keys: PathBuf,
    /// The folder of trained models. Servers of one database share it.
    pub models: PathBuf,
    /// The ways to reach people outside; without them none but the product itself.
    pub channels: Option<Channels>,
    /// The address that people type in; links in messages begin with it.
    pub public_url: Option<String>,
}

impl ServicesConfig {
    /// The defaults, with the keys in the data directory.
    pub fn new(data_dir: &Path) -> Self {
        Self {
            accounts: AccountsConfig::default(),
            keys: data_dir.join("keys.json"),
            models: data_dir.join("models"),
            channels: None,
            public_url: None,
        }
    }
}

/// One request of one caller.
#[derive(Clone, Debug)]
pub struct Call {
    pub principal: Principal,
    /// Makes a repeated write answer as the first one did.
    pub idempotency: Option<Idempotency>,
    /// The versions of which the caller believes one to be present (If-Match).
    pub expected_version: Option<Expected>,
    /// The id that the row shall get that this call makes; the caller's devices know it by that
    /// name already.
    pub chosen_id: Option<uuid::Uuid>,
    /// Through which door the call came; kept with what it makes.
    pub source: astro_core::tasks::TaskSource,
}

/// A client's key for a write, and what the write was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    /// SHA-256 over operation, target and body; another request under the same key is refused.
    pub request_hash: [u8; 32],
}

impl Call {
    pub fn new(principal: Principal, source: astro_core::tasks::TaskSource) -> Self {
        Self {
            principal,
            idempotency: None,
            expected_version: None,
            chosen_id: None,
            source,
        }
    }

    /// The caller's rows, if the caller may do this at all.
    pub fn scope(&self, permission: Permission) -> Result<Scope> {
        access::check(&self.principal, permission)?;
        Ok(Scope::of(&self.principal))
    }
}

impl Services {
    /// Reads the signing keys, or makes them.
    ///
    /// # Errors
    /// When the key file can neither be read nor made.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        random: Random,
        config: &ServicesConfig,
    ) -> Result<Self> {
        let accounts = accounts::Accounts::new(config, clock.now(), &random)?;
        Ok(Self(Arc::new(Needs {
            store,
            clock,
            random,
            accounts,
            live: live::Hub::default(),
            channels: config.channels.clone(),
            public_url: config
                .public_url
                .as_ref()
                .map(|url| url.trim_end_matches('/').to_owned()),
            keys: instance_keys::Keys::default(),
            probes: reminders::Probes::default(),
            models: config.models.clone(),
            completion: learning::Champion::default(),
            recommender: learning::Champion::default(),
            lives: learning::Lives::default(),
        })))
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
