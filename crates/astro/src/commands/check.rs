//! `astro check`: whether everything that is kept is whole.

use std::path::Path;
use std::process::ExitCode;

use astro_core::models::{ModelAlias, ModelKind};
use astro_models::artifact;
use astro_store::models as rows;
use astro_store::operations::{Finding, Manifest};
use astro_store::{Store, StoreError, StoreOptions};
use serde::Serialize;
use serde_json::json;

use crate::config::Loaded;
use crate::failure::Misuse;
use crate::progress;
use crate::screen::{Screen, Style};
use crate::wiring;

pub async fn run(
    loaded: &Loaded,
    backup: Option<&Path>,
    screen: &mut Screen,
) -> anyhow::Result<ExitCode> {
    if let Some(backup) = backup {
        return verify(backup, screen);
    }
    let database = wiring::database(&loaded.config);
    let schema = Store::schema(&database).await?;
    if schema.applied == 0 {
        return Err(Misuse::error("there is no database yet"));
    }
    if !schema.pending.is_empty() {
        return Err(Misuse::error(
            "the database has an older schema; run `astro migrate` first",
        ));
    }
    let store = open(&loaded.config).await?;
    let bar = progress::bar(screen, "people");
    let found = store
        .check(|done, all| bar.set(done as u64, all as u64))
        .await;
    bar.finish();
    let models = damaged(&store, &wiring::models(&loaded.config)).await;
    store.close().await?;
    let (found, models) = (found?, models?);
    // what does not serve can do no harm, and nothing takes it away
    let is_sound = found.is_empty() && !models.iter().any(|model| model.serves);
    if screen.is_json() {
        screen.json(&json!({ "findings": found, "models": models }))?;
    } else {
        tell(&found, screen)?;
        tell_of_models(&models, screen)?;
        if is_sound {
            let sound = screen.paint(Style::Good, "sound");
            screen.line(format!(
                "{sound}: the database and everything derived in it agree"
            ))?;
        }
    }
    Ok(if is_sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn tell(found: &[Finding], screen: &mut Screen) -> anyhow::Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    for finding in found {
        let area = serde_json::to_value(finding.area)?;
        let area = screen.paint(Style::Bad, area.as_str().unwrap_or_default());
        screen.line(format!("{area}: {}", finding.detail))?;
    }
    screen.line(format!(
        "{} findings; keep a copy of the data as it is before anything else",
        found.len()
    ))?;
    Ok(())
}

fn tell_of_models(models: &[DamagedModel], screen: &mut Screen) -> anyhow::Result<()> {
    for model in models {
        let (style, serves) = if model.serves {
            (
                Style::Bad,
                "it should serve: put its files back, or `astro train --once` and `astro models promote`",
            )
        } else {
            (Style::Faint, "it does not serve")
        };
        let name = screen.paint(style, format!("model {} {}", model.kind, model.version));
        screen.line(format!("{name}: {}; {serves}", model.damage))?;
    }
    Ok(())
}

/// A version that the registry names and whose files cannot be used.
#[derive(Debug, Serialize)]
struct DamagedModel {
    kind: ModelKind,
    version: String,
    /// It would serve; what ships with the product does in its place.
    serves: bool,
    damage: String,
}

/// Reads the files of every version that the registry names, as a server would.
async fn damaged(store: &Store, root: &Path) -> Result<Vec<DamagedModel>, StoreError> {
    let versions = store.admin_read(|admin| {
        Box::pin(async move {
            let mut versions = Vec::new();
            for kind in ModelKind::ALL {
                let champion = rows::version_of(admin, *kind, ModelAlias::Champion).await?;
                for found in rows::list(admin, *kind).await? {
                    let serves = champion.as_ref() == Some(&found.version);
                    versions.push((*kind, found.version, serves));
                }
            }
            Ok::<_, StoreError>(versions)
        })
    });
    let damaged = versions
        .await?
        .into_iter()
        .filter_map(|(kind, version, serves)| {
            Some(DamagedModel {
                damage: artifact::damage(root, kind, &version)?,
                kind,
                version,
                serves,
            })
        });
    Ok(damaged.collect())
}

/// Opens the database, beside a server if one runs: a check only reads, each person's data as of
/// one moment.
async fn open(config: &astro_core::config::Config) -> anyhow::Result<Store> {
    let options = wiring::store_options(config);
    match Store::open(&options).await {
        Err(StoreError::Locked(_)) => {
            let beside = StoreOptions {
                exclusive: false,
                ..options
            };
            Ok(Store::open(&beside).await?)
        }
        other => Ok(other?),
    }
}

fn verify(backup: &Path, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    let manifest = Manifest::verify(backup)?;
    if screen.is_json() {
        screen.json(&json!({ "findings": [], "manifest": manifest }))?;
    } else {
        let sound = screen.paint(Style::Good, "sound");
        screen.line(format!(
            "{sound}: a backup of {} with schema {}, every byte as it was written",
            manifest.engine, manifest.schema
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
