//! The registry of models: immutable versions, and aliases that say which of them is used for what.

use astro_core::calendar::Timestamp;
use astro_core::models::{ModelAlias, ModelKind};
use serde_json::Value;

use crate::columns::Row;
use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[
    INSERT,
    GET,
    LIST,
    ALIASES,
    MOVE,
    DROP,
    DELETE_ALIASES,
    DELETE,
];

const TABLE: &str = "model_versions";
const INSERT: Statement = Statement::new(
    "models.insert",
    "INSERT INTO model_versions (what, version, watermark, trained_at, manifest) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (what, version) DO NOTHING",
);
const GET: Statement = Statement::new(
    "models.get",
    "SELECT version, watermark, trained_at, manifest FROM model_versions WHERE what = $1 AND version = $2",
);
const LIST: Statement = Statement::new(
    "models.list",
    "SELECT version, watermark, trained_at, manifest FROM model_versions WHERE what = $1 ORDER BY trained_at DESC, version",
);
const ALIASES: Statement = Statement::new(
    "models.aliases",
    "SELECT alias, version, moved_at FROM model_aliases WHERE what = $1 ORDER BY alias",
);
const MOVE: Statement = Statement::new(
    "models.move_alias",
    "INSERT INTO model_aliases (what, alias, version, moved_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (what, alias) DO UPDATE SET version = $3, moved_at = $4",
);
const DROP: Statement = Statement::new(
    "models.drop_alias",
    "DELETE FROM model_aliases WHERE what = $1 AND alias = $2",
);
const DELETE_ALIASES: Statement = Statement::new(
    "models.delete_aliases",
    "DELETE FROM model_aliases WHERE what = $1 AND version = $2",
);
const DELETE: Statement = Statement::new(
    "models.delete",
    "DELETE FROM model_versions WHERE what = $1 AND version = $2",
);

/// A version as the registry knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelVersion {
    pub version: String,
    /// Nothing that was recorded later was learnt from.
    pub watermark: Timestamp,
    pub trained_at: Timestamp,
    /// What its files say of themselves.
    pub manifest: Value,
}

/// An alias and where it points.
#[derive(Clone, Debug, PartialEq)]
pub struct PointedAt {
    pub alias: ModelAlias,
    pub version: String,
    pub moved_at: Timestamp,
}

/// Names a version whose files are complete. One that is known already stays as it is.
pub async fn insert(
    admin: &mut Admin,
    what: ModelKind,
    new: &ModelVersion,
) -> Result<(), StoreError> {
    let args = Args::none()
        .int(what.code())
        .text(&new.version)
        .time(new.watermark)
        .time(new.trained_at)
        .json(&new.manifest);
    admin.execute(&INSERT, args).await.map(drop)
}

pub async fn get(
    admin: &mut Admin,
    what: ModelKind,
    version: &str,
) -> Result<Option<ModelVersion>, StoreError> {
    let args = Args::none().int(what.code()).text(version);
    let row = admin.fetch_optional(&GET, args).await?;
    row.as_ref().map(read).transpose()
}

/// All versions, the latest first.
pub async fn list(admin: &mut Admin, what: ModelKind) -> Result<Vec<ModelVersion>, StoreError> {
    let rows = admin
        .fetch_all(&LIST, Args::none().int(what.code()))
        .await?;
    rows.iter().map(read).collect()
}

pub async fn aliases(admin: &mut Admin, what: ModelKind) -> Result<Vec<PointedAt>, StoreError> {
    let rows = admin
        .fetch_all(&ALIASES, Args::none().int(what.code()))
        .await?;
    rows.iter()
        .map(|row| {
            let mut columns = row.columns("model_aliases");
            Ok(PointedAt {
                alias: columns.code(ModelAlias::from_code)?,
                version: columns.text()?,
                moved_at: columns.time()?,
            })
        })
        .collect()
}

/// The version that an alias points to.
pub async fn version_of(
    admin: &mut Admin,
    what: ModelKind,
    alias: ModelAlias,
) -> Result<Option<String>, StoreError> {
    let all = aliases(admin, what).await?;
    let found = all.into_iter().find(|at| at.alias == alias);
    Ok(found.map(|at| at.version))
}

/// Lets an alias point to a version that is known.
pub async fn move_alias(
    admin: &mut Admin,
    what: ModelKind,
    alias: ModelAlias,
    version: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let args = Args::none()
        .int(what.code())
        .int(alias.code())
        .text(version)
        .time(now);
    admin.execute(&MOVE, args).await.map(drop)
}

pub async fn drop_alias(
    admin: &mut Admin,
    what: ModelKind,
    alias: ModelAlias,
) -> Result<(), StoreError> {
    let args = Args::none().int(what.code()).int(alias.code());
    admin.execute(&DROP, args).await.map(drop)
}

/// Forgets a version, and what points to it.
pub async fn delete(admin: &mut Admin, what: ModelKind, version: &str) -> Result<(), StoreError> {
    let args = || Args::none().int(what.code()).text(version);
    admin.execute(&DELETE_ALIASES, args()).await?;
    admin.execute(&DELETE, args()).await.map(drop)
}

fn read(row: &Row) -> Result<ModelVersion, StoreError> {
    let mut columns = row.columns(TABLE);
    Ok(ModelVersion {
        version: columns.text()?,
        watermark: columns.time()?,
        trained_at: columns.time()?,
        manifest: columns.json()?,
    })
}
