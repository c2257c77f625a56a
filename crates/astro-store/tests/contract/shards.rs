//! The schema can be spread over machines by owner: partitioned by hash it accepts every index, and
//! every statement reads one partition. Citus asks the same of a schema; this proof needs no more
//! than PostgreSQL.

use std::fmt::Write as _;
use std::path::Path;

use astro_store::registry;
use astro_testkit::{Engine, TestStore};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use crate::schema::postgres_connection;

const PARTITIONS: usize = 4;

/// Statements that may touch more than one partition, and why.
const ALLOWED: [(&str, &str); 7] = [
    ("due.reminders", "whose turn it is"),
    ("due.reminders_next", "when it is somebody's turn next"),
    ("due.jobs", "whose turn it is"),
    ("due.jobs_next", "when it is somebody's turn next"),
    ("due.jobs_waiting", "how much waits"),
    ("due.consumers", "whose events are to be told"),
    (
        "due.untold",
        "how old the oldest event is that is to be told",
    ),
];

/// The migrations, with every personal table partitioned.
fn partitioned_schema() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let text: String = files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let mut schema = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find("CREATE TABLE ") {
        let end = start
            + rest[start..]
                .find("\n);")
                .expect("a table ends on a line of its own")
            + 3;
        let table = &rest[start..end];
        schema.push_str(&rest[..start]);
        if table.contains("owner_id ") {
            let name = table["CREATE TABLE ".len()..]
                .split_whitespace()
                .next()
                .unwrap();
            schema.push_str(table.trim_end_matches(';'));
            schema.push_str(" PARTITION BY HASH (owner_id);\n");
            for n in 0..PARTITIONS {
                writeln!(schema, "CREATE TABLE {name}_shard{n} PARTITION OF {name} FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {n});").unwrap();
            }
        } else {
            schema.push_str(table);
        }
        rest = &rest[end..];
    }
    schema.push_str(rest);
    schema
}

/// A literal of a parameter's type; the owner is the first.
fn literal(kind: &str, first: bool) -> String {
    match kind {
        "uuid" if first => "'01900000-0000-7000-8000-000000000001'::uuid".to_owned(),
        "uuid" => "'01900000-0000-7000-8000-000000000002'::uuid".to_owned(),
        "text" => "'x'".to_owned(),
        "bytea" => "'\\x00'::bytea".to_owned(),
        _ => "1".to_owned(),
    }
}

/// The partitions that a statement's generic plan touches.
async fn touched(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    sqlx::raw_sql(AssertSqlSafe(format!("PREPARE probe AS {sql}")))
        .execute(&mut *conn)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let types: Vec<String> = sqlx::query("SELECT unnest(parameter_types)::text AS kind FROM pg_prepared_statements WHERE name = 'probe'")
        .fetch_all(&mut *conn)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get("kind"))
        .collect();
    let values: Vec<String> = types
        .iter()
        .enumerate()
        .map(|(i, kind)| literal(kind, i == 0))
        .collect();
    let values = if values.is_empty() {
        String::new()
    } else {
        format!("({})", values.join(", "))
    };
    let plan = sqlx::raw_sql(AssertSqlSafe(format!(
        "EXPLAIN (COSTS OFF) EXECUTE probe{values}"
    )))
    .fetch_all(&mut *conn)
    .await
    .unwrap_or_else(|error| panic!("{sql}: {error}"));
    sqlx::raw_sql("DEALLOCATE probe")
        .execute(&mut *conn)
        .await
        .unwrap();
    // An UPDATE's head names every partition it could touch; what it reads are the scans below.
    let scans: Vec<String> = plan
        .iter()
        .map(|row| row.get::<String, _>(0))
        .filter(|line| line.contains(" Scan "))
        .collect();
    (0..PARTITIONS)
        .map(|n| format!("_shard{n}"))
        .filter(|shard| scans.iter().any(|scan| scan.contains(shard.as_str())))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_statement_reads_one_partition_of_a_schema_that_is_spread_by_owner() {
    let Some(db) = TestStore::open(Engine::Postgres).await else {
        return;
    };
    let mut conn = postgres_connection(&db).await;
    sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .execute(&mut conn)
        .await
        .unwrap();
    let schema = partitioned_schema();
    assert!(schema.contains("tasks_shard3"));
    sqlx::raw_sql(AssertSqlSafe(schema))
        .execute(&mut conn)
        .await
        .unwrap();
    sqlx::raw_sql("SET plan_cache_mode = force_generic_plan")
        .execute(&mut conn)
        .await
        .unwrap();
    let mut spread = Vec::new();
    for (name, sql) in registry::postgres_texts() {
        let shards = touched(&mut conn, sql).await;
        if shards.len() > 1 && !ALLOWED.iter().any(|(allowed, _)| *allowed == name) {
            spread.push((name, shards));
        }
    }
    assert_eq!(spread, Vec::new());
    conn.close().await.unwrap();
    db.close().await;
}
