//! Databases of a PostgreSQL server that is there for the measurements.

use anyhow::{Context as _, Result, bail};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// Makes `name` anew, as a copy of another database where one is named, and answers its URL.
pub async fn make(server: &str, name: &str, copy_of: Option<&str>) -> Result<String> {
    let mut admin = PgConnection::connect(server).await?;
    let mut run = async |sql: String| -> Result<()> {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut admin)
            .await?;
        Ok(())
    };
    run(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    let template = copy_of.map(|other| format!(" TEMPLATE {other}"));
    run(format!(
        "CREATE DATABASE {name}{}",
        template.unwrap_or_default()
    ))
    .await?;
    let (server, _) = server
        .rsplit_once('/')
        .context("the URL names a database")?;
    Ok(format!("{server}/{name}"))
}

/// Brings statistics up to date, as the server itself does some time after many rows came in.
pub async fn settle(url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql("VACUUM ANALYZE")
        .execute(&mut connection)
        .await?;
    Ok(())
}

/// # Errors
/// When a commit does not wait for the disk.
pub async fn check_durable(server: &str) -> Result<()> {
    let mut admin = PgConnection::connect(server).await?;
    for setting in ["fsync", "synchronous_commit"] {
        let (value,): (String,) = sqlx::query_as(AssertSqlSafe(format!("SHOW {setting}")))
            .fetch_one(&mut admin)
            .await?;
        if value != "on" {
            bail!("{setting} is {value}: writes would be measured that are not durable");
        }
    }
    Ok(())
}
