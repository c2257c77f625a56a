//! Backing up, restoring and checking a whole database.

use std::path::Path;

use astro_core::accounts::{Tenant, User};
use astro_core::clock::Clock as _;
use astro_core::document::Stamp;
use astro_core::principal::Role;
use astro_core::tasks::{Task, TaskFields, TaskSource};
use astro_store::accounts::{tenants, users};
use astro_store::operations::{Finding, Manifest, Target, backup, restore};
use astro_store::{Database, Store, StoreError, documents};
use astro_testkit::{Engine, TestStore, on_both_engines};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

/// Gives the test's owner an account and a task with a label and something that it waits for.
async fn furnish(db: &TestStore) -> Task {
    let now = db.clock.now();
    let tenant = Tenant {
        id: db.scope.tenant(),
        slug: "home".to_owned(),
        title: "Home".to_owned(),
        disabled: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let user = User {
        id: db.scope.owner().uuid().into(),
        tenant_id: tenant.id,
        email: "owner@example.org".parse().unwrap(),
        role: Role::Member,
        disabled: false,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    db.store
        .admin(move |admin| {
            Box::pin(async move {
                tenants::insert(admin, &tenant).await?;
                users::insert(admin, &user).await
            })
        })
        .await
        .unwrap_or_else(|error: StoreError| panic!("{error}"));
    keep(&db.store, db, "Water the tomatoes").await
}

async fn keep(store: &Store, db: &TestStore, title: &str) -> Task {
    let fields: TaskFields = serde_json::from_value(serde_json::json!({
        "title": title,
        "labels": [db.random.id::<uuid::Uuid>(db.clock.now())],
        "depends_on": [db.random.id::<uuid::Uuid>(db.clock.now())],
    }))
    .unwrap();
    let id: astro_core::ids::TaskId = db.random.id(db.clock.now());
    let stamp = Stamp::fresh(db.clock.now());
    let mut task = Task::new(fields, id, stamp, TaskSource::Api);
    store
        .write(&db.scope, move |write| {
            Box::pin(async move {
                documents::insert(write, &mut task).await?;
                Ok::<_, StoreError>(task)
            })
        })
        .await
        .unwrap()
}

async fn titles(store: &Store, db: &TestStore) -> Vec<String> {
    let tasks: Vec<Task> = store
        .read(&db.scope, |read| {
            Box::pin(async move { documents::all(read, uuid::Uuid::nil(), 100).await })
        })
        .await
        .unwrap_or_else(|error: StoreError| panic!("{error}"));
    tasks.into_iter().map(|task| task.title).collect()
}

/// Does to the database what the product never does.
async fn damage(db: &TestStore, sql: &str) {
    match &db.options.database {
        Database::Sqlite { directory } => {
            let url = format!("sqlite://{}", directory.join("astro.db").display());
            let mut conn = SqliteConnection::connect(&url).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA foreign_keys = OFF; {sql}")))
                .execute(&mut conn)
                .await
                .unwrap();
            conn.close().await.unwrap();
        }
        Database::Postgres { .. } => {
            let mut conn = crate::schema::postgres_connection(db).await;
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                .execute(&mut conn)
                .await
                .unwrap();
            conn.close().await.unwrap();
        }
    }
}

async fn findings(db: &TestStore) -> Vec<String> {
    let found: Vec<Finding> = db.store.check(|_, _| {}).await.unwrap();
    found.into_iter().map(|finding| finding.detail).collect()
}

async fn made_backup(db: &TestStore, parent: &Path) -> std::path::PathBuf {
    let destination = parent.join("backup");
    backup(&db.options.database, &destination, db.clock.now())
        .await
        .unwrap();
    destination
}

on_both_engines! {
    async fn a_sound_database_has_no_findings(db: TestStore) {
        furnish(db).await;
        assert_eq!(findings(db).await, Vec::<String>::new());
    }

    async fn what_does_not_agree_is_found(db: TestStore) {
        let task = furnish(db).await;
        for (sql, told) in [
            ("DELETE FROM task_labels", "task_labels lacks"),
            ("DELETE FROM task_dependencies", "task_dependencies lacks"),
            ("UPDATE tasks SET title = 'Something else'", ""),
            ("UPDATE owners SET change_seq = 0", "has change number 1"),
            ("UPDATE tasks SET energy = 77", "holds a value that cannot be read: 77"),
        ] {
            let before = findings(db).await;
            damage(db, sql).await;
            let mut after = findings(db).await;
            after.retain(|finding| !before.contains(finding));
            assert!(
                after.iter().any(|finding| finding.contains(told)),
                "{sql}: {after:?}, task {}",
                task.id
            );
        }
    }

    async fn a_backup_brings_back_what_was_there(db: TestStore) {
        furnish(db).await;
        let scratch = tempfile::tempdir().unwrap();
        let copy = made_backup(db, scratch.path()).await;
        assert_eq!(Manifest::verify(&copy).unwrap().schema, Store::known_schema());
        keep(&db.store, db, "Too late for the backup").await;
        db.store.close().await.unwrap();
        let safety = scratch.path().join("before");
        let refused = restore(&copy, &db.options.database, &Target::Empty, db.clock.now())
            .await
            .unwrap_err();
        assert!(refused.to_string().contains("holds a database already"), "{refused}");
        let target = Target::Replaced { safety_copy: safety.clone() };
        let done = restore(&copy, &db.options.database, &target, db.clock.now())
            .await
            .unwrap();
        assert_eq!(done.safety_copy, Some(safety.clone()));
        assert!(safety.read_dir().unwrap().next().is_some());
        let schema = Store::schema(&db.options.database).await.unwrap();
        assert_eq!(schema.applied, Store::known_schema());
        let again = Store::open(&db.options).await.unwrap();
        assert_eq!(titles(&again, db).await, ["Water the tomatoes"]);
        assert_eq!(again.check(|_, _| {}).await.unwrap(), []);
        // The product's own role can write as before.
        keep(&again, db, "After the restore").await;
        again.close().await.unwrap();
    }

    async fn a_damaged_or_newer_backup_is_refused(db: TestStore) {
        furnish(db).await;
        let scratch = tempfile::tempdir().unwrap();
        let copy = made_backup(db, scratch.path()).await;
        let manifest = copy.join("manifest.json");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let mut newer: serde_json::Value = serde_json::from_str(&text).unwrap();
        newer["schema"] = 9999.into();
        std::fs::write(&manifest, newer.to_string()).unwrap();
        let target = Target::Empty;
        let refused = restore(&copy, &db.options.database, &target, db.clock.now()).await;
        assert!(matches!(refused, Err(StoreError::TooNew { found: 9999, .. })));
        std::fs::write(&manifest, text).unwrap();
        let data = Manifest::read(&copy).unwrap().files[0].name.clone();
        let mut bytes = std::fs::read(copy.join(&data)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(copy.join(&data), bytes).unwrap();
        let refused = restore(&copy, &db.options.database, &target, db.clock.now()).await;
        assert!(refused.unwrap_err().to_string().contains("damaged"));
    }

    async fn a_newer_schema_is_left_alone(db: TestStore) {
        furnish(db).await;
        let columns = "version, description, installed_on, success, checksum, execution_time";
        let sql = match db.engine {
            Engine::Sqlite => format!("INSERT INTO _sqlx_migrations ({columns}) VALUES (9999, 'later', '2026-11-22', 1, x'00', 0)"),
            Engine::Postgres => format!("INSERT INTO _sqlx_migrations ({columns}) VALUES (9999, 'later', now(), true, '\\x00', 0)"),
        };
        db.store.close().await.unwrap();
        damage(db, &sql).await;
        let refused = Store::open(&db.options).await.unwrap_err();
        assert!(matches!(refused, StoreError::TooNew { found: 9999, .. }), "{refused}");
        assert!(refused.to_string().contains("newer release"));
        let state = Store::schema(&db.options.database).await.unwrap();
        assert!(state.applied > state.known && state.pending.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_not_read_while_a_server_holds_the_directory() {
    let db = TestStore::open(Engine::Sqlite).await.unwrap();
    furnish(&db).await;
    let scratch = tempfile::tempdir().unwrap();
    let copy = made_backup(&db, scratch.path()).await;
    let refused = restore(&copy, &db.options.database, &Target::Empty, db.clock.now()).await;
    assert!(matches!(refused, Err(StoreError::Locked(_))));
    db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_search_words_are_found_on_sqlite() {
    let db = TestStore::open(Engine::Sqlite).await.unwrap();
    furnish(&db).await;
    damage(
        &db,
        "UPDATE tasks SET description = 'changed behind the index'",
    )
    .await;
    let found = findings(&db).await;
    assert!(
        found.iter().any(|f| f.contains("words kept for searching")),
        "{found:?}"
    );
    // A second look finds the same: the first left nothing behind.
    assert_eq!(findings(&db).await, found);
    db.close().await;
}
