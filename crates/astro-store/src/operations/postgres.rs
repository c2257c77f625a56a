//! PostgreSQL's own tools, `pg_dump` and `pg_restore`, which belong to its client package.

use std::path::Path;
use std::process::{Command, Stdio};

use sqlx::{Connection as _, Executor as _, PgConnection};
use url::Url;

use crate::StoreError;
use crate::db;

pub(super) const ENGINE: &str = "postgres";
/// The dump's name in a backup.
pub(super) const DUMP: &str = "astro.dump";

/// Writes a dump in the custom format, as the database is at one moment.
pub(super) async fn dump(url: &str, to: &Path) -> Result<(), StoreError> {
    let file = format!("--file={}", to.display());
    let options = ["--format=custom", "--no-owner", "--no-privileges", &file];
    run("pg_dump", &options, url).await
}

/// Reads a dump into an empty database, all or nothing, and lets the product's role in.
pub(super) async fn read_dump(url: &str, from: &Path) -> Result<(), StoreError> {
    let from = from.display().to_string();
    let options = [
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
        &from,
    ];
    run("pg_restore", &options, url).await?;
    let mut conn = db::connect_as_owner(url).await?;
    conn.execute(sqlx::raw_sql(LET_IN))
        .await
        .map_err(|error| StoreError::of("postgres.let_in", error))?;
    close(conn).await
}

/// What the first migration grants; a dump does not carry it, since roles belong to the server.
const LET_IN: &str = "
    DO $$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'astro_app') THEN
            CREATE ROLE astro_app NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END
    $$;
    DO $$
    BEGIN
        GRANT astro_app TO CURRENT_USER;
    EXCEPTION WHEN insufficient_privilege THEN
        IF NOT pg_has_role(CURRENT_USER, 'astro_app', 'MEMBER') THEN
            RAISE;
        END IF;
    END
    $$;
    GRANT USAGE ON SCHEMA public TO astro_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO astro_app;
    REVOKE ALL ON _sqlx_migrations FROM astro_app;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO astro_app;
";

/// Whether the database has no table at all.
pub(super) async fn is_empty(url: &str) -> Result<bool, StoreError> {
    let mut conn = db::connect_as_owner(url).await?;
    let tables: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'",
    )
    .fetch_one(&mut conn)
    .await
    .map_err(|error| StoreError::of("postgres.count_tables", error))?;
    close(conn).await?;
    Ok(tables == 0)
}

/// What a PostgreSQL server lets the product do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    pub version: String,
    /// Whom the address names.
    pub user: String,
    pub is_superuser: bool,
    /// Whether that user may become the role that row-level security binds, or may make it where
    /// it is missing.
    pub can_act_as_app: bool,
    /// Personal tables on which row-level security is not forced.
    pub tables_without_policy: Vec<String>,
}

/// Looks at the server without changing anything.
pub async fn diagnose(url: &str) -> Result<Diagnosis, StoreError> {
    let failed = |error| StoreError::of("postgres.diagnose", error);
    let mut conn = db::connect_as_owner(url).await?;
    let (version, user, is_superuser) = sqlx::query_as(
        "SELECT current_setting('server_version'), current_user::text, rolsuper \
         FROM pg_roles WHERE rolname = current_user",
    )
    .fetch_one(&mut conn)
    .await
    .map_err(failed)?;
    let can_act_as_app = db::can_act_as_app(&mut conn).await?;
    let tables_without_policy = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'owner_id' \
         WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace \
         AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1",
    )
    .fetch_all(&mut conn)
    .await
    .map_err(failed)?;
    close(conn).await?;
    Ok(Diagnosis {
        version,
        user,
        is_superuser,
        can_act_as_app,
        tables_without_policy,
    })
}

/// Removes every table of the product.
pub(super) async fn clear(url: &str) -> Result<(), StoreError> {
    let mut conn = db::connect_as_owner(url).await?;
    conn.execute(sqlx::raw_sql(
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
    ))
    .await
    .map_err(|error| StoreError::of("postgres.clear", error))?;
    close(conn).await
}

async fn close(conn: PgConnection) -> Result<(), StoreError> {
    conn.close()
        .await
        .map_err(|error| StoreError::of("postgres.close", error))
}

/// Runs a tool of PostgreSQL against the database. The password goes by the environment: arguments
/// of a process can be read by everybody on the machine.
async fn run(tool: &'static str, options: &[&str], url: &str) -> Result<(), StoreError> {
    let (address, password) = without_password(url)?;
    let mut command = Command::new(tool);
    command
        .args(options)
        .arg(format!("--dbname={address}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .map_err(|error| StoreError::Backup(format!("{tool}: {error}")))?
        .map_err(|error| explain(tool, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let mut text = format!("{tool} failed: {}", said.trim());
    if said.contains("row-level security") {
        text.push_str(
            "; a whole dump needs a role that row-level security does not bind (a superuser, or one with BYPASSRLS): name it in --database-url",
        );
    }
    Err(StoreError::Backup(text))
}

fn explain(tool: &str, error: &std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::NotFound {
        StoreError::Backup(format!(
            "{tool} is not installed; it comes with PostgreSQL's client programs (Debian: postgresql-client), in a version not older than the server's"
        ))
    } else {
        StoreError::Backup(format!("{tool} cannot be started: {error}"))
    }
}

fn without_password(url: &str) -> Result<(String, Option<String>), StoreError> {
    let unreadable = || StoreError::Backup("the database address is no URL".to_owned());
    let mut url = Url::parse(url).map_err(|_| unreadable())?;
    let password = url.password().map(|text| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    });
    url.set_password(None).map_err(|()| unreadable())?;
    Ok((url.to_string(), password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_among_the_arguments() {
        let (address, password) = without_password("postgres://u:s%2Fcret@h:5432/d").unwrap();
        assert_eq!(address, "postgres://u@h:5432/d");
        assert_eq!(password.as_deref(), Some("s/cret"));
    }
}
