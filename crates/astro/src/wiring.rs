//! Putting the floors together: store, services, API.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use astro_api::AppState;
use astro_core::clock::{Clock as _, SystemClock};
use astro_core::config::Config;
use astro_core::random::Random;
use astro_infra::channels::{Channels, Mailer, Vapid};
use astro_infra::http_out::{HttpOut, Trust};
use astro_services::instance_keys::{self, VAPID};
use astro_services::{Services, ServicesConfig};
use astro_store::{Database, Store, StoreOptions};
use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::failure::Misuse;

/// Where the data lies, by the configuration.
pub fn database(config: &Config) -> Database {
    match &config.database.url {
        Some(url) => Database::Postgres {
            url: url.expose().to_owned(),
        },
        None => Database::Sqlite {
            directory: config.data_dir.clone(),
        },
    }
}

/// Makes the data directory, readable by its owner alone.
pub fn make_data_dir(directory: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .with_context(|| format!("making the data directory {}", directory.display()))
}

pub fn store_options(config: &Config) -> StoreOptions {
    StoreOptions {
        connections: config.database.connections.max(1),
        commit_batch: config.database.commit_batch,
        write_queue: config.database.write_queue,
        row_level_security: config.database.row_level_security,
        ..StoreOptions::new(database(config))
    }
}

/// The file of the signing keys.
pub fn keys(config: &Config) -> PathBuf {
    config.data_dir.join("keys.json")
}

/// The folder of trained models.
pub fn models(config: &Config) -> PathBuf {
    config.data_dir.join("models")
}

/// The ways to reach people outside. The key for pushes is in the database, the same for every process.
async fn channels(config: &Config, store: &Store, random: &Random) -> anyhow::Result<Channels> {
    let trust = Trust::system();
    let http = HttpOut::new(&config.outgoing, &trust)?;
    let mailer =
        Mailer::new(&config.mail, &trust).map_err(|error| Misuse::error(error.to_string()))?;
    let fresh = Vapid::new_private_key(random);
    let key = instance_keys::shared(store, VAPID, fresh, SystemClock.now()).await?;
    let vapid = Vapid::new(&key, &contact(config))?;
    Ok(Channels::new(http, mailer, Some(vapid), random.clone()))
}

/// Whom the operator of a push service turns to (RFC 8292, section 2.1).
fn contact(config: &Config) -> String {
    let mail = config.mail.from.as_deref().map(|from| {
        let address = from.rsplit('<').next().unwrap_or(from);
        format!("mailto:{}", address.trim_end_matches('>').trim())
    });
    let https = config.http.public_url.clone();
    mail.or(https.filter(|url| url.starts_with("https://")))
        .unwrap_or_else(|| "mailto:operator@localhost".to_owned())
}

/// Opens the database and builds the services over it.
pub async fn open(config: &Config) -> anyhow::Result<Services> {
    make_data_dir(&config.data_dir)?;
    let store = Store::open(&store_options(config)).await?;
    let random = Random::from_os();
    let settings = ServicesConfig {
        accounts: config.accounts.clone(),
        keys: keys(config),
        models: models(config),
        channels: Some(channels(config, &store, &random).await?),
        public_url: config.http.public_url.clone(),
    };
    Ok(Services::new(
        store,
        Arc::new(SystemClock),
        random,
        &settings,
    )?)
}

/// The REST API over the services.
pub fn router(services: Services, config: &Config, metrics: Option<PrometheusHandle>) -> Router {
    let gate = Arc::new(services.clone());
    let state = AppState {
        services,
        metrics: metrics.map(Arc::new),
        http: Arc::new(config.http.clone()),
    };
    astro_api::router(state, gate)
}
