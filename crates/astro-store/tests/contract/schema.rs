//! The two schemas are one: the same tables, columns and nullability; every personal table begins
//! its keys with its owner and is confined by row-level security.

use std::collections::BTreeSet;

use astro_store::Database;
use astro_testkit::{Engine, TestStore};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, SqliteConnection};

/// What only one engine has: how each finds words, and what migrating leaves behind.
const ONE_ENGINE_ONLY: [&str; 3] = ["task_search", "_sqlx_migrations", "sqlite_"];

fn is_shared(table: &str) -> bool {
    !ONE_ENGINE_ONLY.iter().any(|start| table.starts_with(start))
}

async fn sqlite_columns(db: &TestStore) -> BTreeSet<(String, String, bool)> {
    let Database::Sqlite { directory } = &db.options.database else {
        panic!("a SQLite database")
    };
    let url = format!("sqlite://{}", directory.join("astro.db").display());
    let mut conn = SqliteConnection::connect(&url).await.unwrap();
    let sql = "SELECT m.name AS tab, c.name AS col, c.\"notnull\" AS kept FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";
    let rows = sqlx::query(sql).fetch_all(&mut conn).await.unwrap();
    let columns = rows.iter().map(|row| {
        (
            row.get::<String, _>("tab"),
            row.get::<String, _>("col"),
            row.get::<i64, _>("kept") == 1,
        )
    });
    columns.filter(|(table, ..)| is_shared(table)).collect()
}

pub(crate) async fn postgres_connection(db: &TestStore) -> PgConnection {
    let Database::Postgres { url } = &db.options.database else {
        panic!("a PostgreSQL database")
    };
    PgConnection::connect(url).await.unwrap()
}

async fn postgres_columns(conn: &mut PgConnection) -> BTreeSet<(String, String, bool)> {
    let sql = "SELECT table_name::text AS tab, column_name::text AS col, is_nullable = 'NO' AS kept FROM information_schema.columns WHERE table_schema = 'public'";
    let rows = sqlx::query(sql).fetch_all(conn).await.unwrap();
    let columns = rows.iter().map(|row| {
        (
            row.get::<String, _>("tab"),
            row.get::<String, _>("col"),
            row.get::<bool, _>("kept"),
        )
    });
    columns.filter(|(table, ..)| is_shared(table)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_have_the_same_tables_columns_and_nullability() {
    let sqlite = TestStore::open(Engine::Sqlite).await.unwrap();
    let Some(postgres) = TestStore::open(Engine::Postgres).await else {
        return;
    };
    let left = sqlite_columns(&sqlite).await;
    let right = postgres_columns(&mut postgres_connection(&postgres).await).await;
    assert!(left.len() > 80, "the schema is read at all: {}", left.len());
    assert_eq!(
        left.symmetric_difference(&right).collect::<Vec<_>>(),
        Vec::<&(String, String, bool)>::new()
    );
    sqlite.close().await;
    postgres.close().await;
}

/// Tables of PostgreSQL that have an owner.
pub(crate) async fn personal_tables(conn: &mut PgConnection) -> Vec<String> {
    let sql = "SELECT table_name::text AS tab FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'owner_id' ORDER BY 1";
    sqlx::query(sql)
        .fetch_all(conn)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get("tab"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_personal_table_forces_row_level_security() {
    let Some(db) = TestStore::open(Engine::Postgres).await else {
        return;
    };
    let mut conn = postgres_connection(&db).await;
    let confined = policies(&mut conn, "owner_only", "*").await;
    let personal = personal_tables(&mut conn).await;
    assert!(personal.contains(&"tasks".to_owned()));
    assert_eq!(confined, personal);
    let looked_at = policies(&mut conn, "due_scan", "r").await;
    assert_eq!(
        looked_at,
        ["consumers", "events", "jobs", "owners", "reminders"]
    );
    let others = "SELECT 1 FROM pg_policy WHERE polname NOT IN ('owner_only', 'due_scan') OR (polname = 'due_scan' AND polcmd <> 'r')";
    assert!(
        sqlx::query(others)
            .fetch_all(&mut conn)
            .await
            .unwrap()
            .is_empty()
    );
    db.close().await;
}

/// The tables with a policy of this name for this command (`*` all, `r` reading).
async fn policies(conn: &mut PgConnection, name: &str, command: &str) -> Vec<String> {
    let sql = "SELECT c.relname::text AS tab FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid \
         WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polname = $1 AND p.polcmd::text = $2 ORDER BY 1";
    sqlx::query(sql)
        .bind(name)
        .bind(command)
        .fetch_all(conn)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get("tab"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_without_an_owner_filter_sees_only_its_own_rows() {
    let Some(db) = TestStore::open(Engine::Postgres).await else {
        return;
    };
    let stranger = db.stranger().await;
    let mut conn = postgres_connection(&db).await;
    let mut seen = Vec::new();
    for owner in [Some(db.scope.owner()), Some(stranger.owner()), None] {
        let mut transaction = conn.begin().await.unwrap();
        sqlx::raw_sql("SET LOCAL ROLE astro_app")
            .execute(&mut *transaction)
            .await
            .unwrap();
        if let Some(owner) = owner {
            sqlx::raw_sql(AssertSqlSafe(format!("SET LOCAL app.owner_id = '{owner}'")))
                .execute(&mut *transaction)
                .await
                .unwrap();
        }
        let rows = sqlx::query("SELECT owner_id FROM owners")
            .fetch_all(&mut *transaction)
            .await
            .unwrap();
        seen.push(
            rows.iter()
                .map(|row| row.get::<uuid::Uuid, _>(0))
                .collect::<Vec<_>>(),
        );
        transaction.rollback().await.unwrap();
    }
    assert_eq!(
        seen,
        [
            vec![db.scope.owner().uuid()],
            vec![stranger.owner().uuid()],
            vec![]
        ]
    );
    db.close().await;
}
