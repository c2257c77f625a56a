//! Which models there are, and which of them serves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use astro_core::calendar::Timestamp;
use astro_core::models::{Model, ModelAlias, ModelFigures, ModelKind};
use astro_core::principal::Permission;
use astro_models::artifact::{self, Manifest, Version};
use astro_models::evaluation::Evaluation;
use astro_models::report;
use astro_store::models::{self as rows, ModelVersion};
use astro_store::{Admin, StoreError};
use uuid::Uuid;

use super::forget::{SOMEBODY_LEFT, all_here};
use crate::{Call, Error, Result, Services};

/// A version with all that its files say of themselves.
#[derive(Clone, Debug)]
pub struct ModelDetail {
    pub model: Model,
    pub manifest: Manifest,
}

impl Services {
    /// All versions of a kind, the latest first.
    pub async fn list_models(&self, call: &Call, kind: ModelKind) -> Result<Vec<Model>> {
        call.scope(Permission::InstanceAdmin)?;
        let (versions, aliases) = self
            .store
            .admin_read(move |admin| {
                Box::pin(async move {
                    let versions = rows::list(admin, kind).await?;
                    let aliases = rows::aliases(admin, kind).await?;
                    Ok::<_, Error>((versions, aliases))
                })
            })
            .await?;
        let mut by_version: BTreeMap<String, Vec<ModelAlias>> = BTreeMap::new();
        for pointed in aliases {
            by_version
                .entry(pointed.version)
                .or_default()
                .push(pointed.alias);
        }
        let model = |found: ModelVersion| {
            let aliases = by_version.remove(&found.version).unwrap_or_default();
            listed(&self.models, kind, found, aliases)
        };
        Ok(versions.into_iter().map(model).collect())
    }

    /// One version, by its name or by an alias.
    pub async fn get_model(&self, call: &Call, kind: ModelKind, name: &str) -> Result<ModelDetail> {
        call.scope(Permission::InstanceAdmin)?;
        let (alias, name) = (name.parse::<ModelAlias>().ok(), name.to_owned());
        let (found, pointed) = self
            .store
            .admin_read(move |admin| {
                Box::pin(async move {
                    let version = match alias {
                        Some(alias) => rows::version_of(admin, kind, alias).await?,
                        None => Some(name),
                    };
                    let version = version.ok_or(Error::NotFound("model"))?;
                    let found = rows::get(admin, kind, &version).await?;
                    let pointed = rows::aliases(admin, kind).await?;
                    Ok::<_, Error>((found.ok_or(Error::NotFound("model"))?, pointed))
                })
            })
            .await?;
        let its = pointed.into_iter().filter(|at| at.version == found.version);
        let aliases = its.map(|at| at.alias).collect();
        detail(&self.models, kind, found, aliases)
    }

    /// How good a version is, as a page.
    pub async fn model_report(&self, call: &Call, kind: ModelKind, name: &str) -> Result<String> {
        let found = self.get_model(call, kind, name).await?;
        Ok(report::page(&found.model.version, &found.manifest))
    }

    /// Lets a version serve; the one that served becomes the previous one. Its files are read and
    /// checked first.
    ///
    /// # Errors
    /// [`Error::Conflict`] when its files cannot be used.
    pub async fn promote_model(&self, call: &Call, kind: ModelKind, name: &str) -> Result<Model> {
        let found = self.get_model(call, kind, name).await?.model;
        if let Some(damage) = found.damage {
            return Err(Error::conflict(
                "model_damaged",
                format!("its files cannot be used: {damage}"),
            ));
        }
        let (version, now) = (found.version, self.now());
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    promote(admin, kind, &version, now)
                        .await
                        .map_err(Error::from)
                })
            })
            .await?;
        Ok(self
            .get_model(call, kind, ModelAlias::Champion.as_str())
            .await?
            .model)
    }

    /// Lets the version serve again that served before; the two change places.
    ///
    /// # Errors
    /// [`Error::Conflict`] when there is none, or its files cannot be used.
    pub async fn roll_back_model(&self, call: &Call, kind: ModelKind) -> Result<Model> {
        let previous = self
            .get_model(call, kind, ModelAlias::Previous.as_str())
            .await;
        match previous {
            Ok(previous) => {
                self.promote_model(call, kind, &previous.model.version)
                    .await
            }
            Err(Error::NotFound(_)) => Err(Error::conflict(
                "no_previous_model",
                "no version served before the one that serves",
            )),
            Err(other) => Err(other),
        }
    }

    /// Names a version whose files are complete; it serves at once where nothing did, and waits as the challenger
    /// otherwise. Answers what the files say, and whether it serves.
    ///
    /// # Errors
    /// [`Error::Conflict`] when one of the people whom it learnt from is gone; then its files are gone too.
    pub(super) async fn register_model(
        &self,
        kind: ModelKind,
        version: &Version,
        people: BTreeSet<Uuid>,
    ) -> Result<(Manifest, bool)> {
        // what is named must be there: read back as any server would
        let manifest = artifact::verify(&self.models, kind, version).map_err(Error::internal)?;
        let now = self.now();
        let new = ModelVersion {
            version: version.to_string(),
            watermark: manifest.data.until,
            trained_at: now,
            manifest: serde_json::to_value(&manifest).map_err(Error::internal)?,
        };
        let named = self
            .store
            .admin(move |admin| {
                Box::pin(async move {
                    all_here(admin, people).await?;
                    rows::insert(admin, kind, &new).await?;
                    let champion = rows::version_of(admin, kind, ModelAlias::Champion).await?;
                    let serves = champion.as_ref().is_none_or(|at| *at == new.version);
                    let alias = if serves {
                        ModelAlias::Champion
                    } else {
                        ModelAlias::Challenger
                    };
                    if champion.as_ref() != Some(&new.version) {
                        rows::move_alias(admin, kind, alias, &new.version, now).await?;
                    }
                    Ok::<_, Error>(serves)
                })
            })
            .await;
        if matches!(&named, Err(Error::Conflict { code, .. }) if *code == SOMEBODY_LEFT) {
            self.discard(kind, version).await?;
        }
        Ok((manifest, named?))
    }
}

async fn promote(
    admin: &mut Admin,
    kind: ModelKind,
    version: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(champion) = rows::version_of(admin, kind, ModelAlias::Champion).await? {
        if champion == version {
            return Ok(());
        }
        rows::move_alias(admin, kind, ModelAlias::Previous, &champion, now).await?;
    }
    let challenger = rows::version_of(admin, kind, ModelAlias::Challenger).await?;
    if challenger.as_deref() == Some(version) {
        rows::drop_alias(admin, kind, ModelAlias::Challenger).await?;
    }
    rows::move_alias(admin, kind, ModelAlias::Champion, version, now).await
}

/// As a list names it: also what cannot be read has its line.
fn listed(root: &Path, kind: ModelKind, found: ModelVersion, aliases: Vec<ModelAlias>) -> Model {
    let unread = Model {
        kind,
        version: found.version.clone(),
        aliases: aliases.clone(),
        trained_at: found.trained_at,
        watermark: found.watermark,
        parent: None,
        people: 0,
        learnt: 0,
        figures: None,
        damage: None,
    };
    match detail(root, kind, found, aliases) {
        Ok(detail) => detail.model,
        Err(error) => Model {
            damage: Some(error.to_string()),
            ..unread
        },
    }
}

fn detail(
    root: &Path,
    kind: ModelKind,
    found: ModelVersion,
    aliases: Vec<ModelAlias>,
) -> Result<ModelDetail> {
    let manifest: Manifest = serde_json::from_value(found.manifest).map_err(|error| {
        Error::conflict(
            "model_damaged",
            format!("another release wrote down what it is: {error}"),
        )
    })?;
    let damage = artifact::damage(root, kind, &found.version);
    let model = Model {
        kind,
        version: found.version,
        aliases,
        trained_at: found.trained_at,
        watermark: found.watermark,
        parent: manifest.parent.clone(),
        people: manifest.data.people,
        learnt: manifest.data.learnt,
        figures: manifest.evaluation.as_ref().and_then(figures),
        damage,
    };
    Ok(ModelDetail { model, manifest })
}

/// The figures of the net on the first slice.
fn figures(evaluation: &Evaluation) -> Option<ModelFigures> {
    let slice = evaluation.slices.first()?;
    let net = slice.net()?.figures;
    Some(ModelFigures {
        slice: slice.name.clone(),
        rows: net.rows,
        auc: net.auc,
        log_loss: net.log_loss,
        brier: net.brier,
        ece: net.ece,
        not_beaten: Evaluation::not_beaten(slice)
            .into_iter()
            .map(str::to_owned)
            .collect(),
    })
}
