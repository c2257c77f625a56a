//! PostgreSQL with a user who may do no more than own the database.

use astro_store::operations::diagnose;
use astro_store::{Database, Store, StoreError, StoreOptions};
use astro_testkit::{Engine, TestStore};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_may_make_no_roles_needs_to_be_given_one() {
    TestStore::run(Engine::Postgres, async |db| {
        let Database::Postgres { url } = &db.options.database else {
            panic!("{:?}", db.options.database);
        };
        let mut admin = PgConnection::connect(url).await.unwrap();
        let mut run = async |sql: String| {
            let ran = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await;
            ran.map(drop).unwrap();
        };
        let mut own: url::Url = url.parse().unwrap();
        // as long as the name of the test's database, and as unique
        let name = own
            .path()
            .trim_start_matches('/')
            .replace("astro_test", "astro_own");
        run(format!(
            "CREATE ROLE {name} LOGIN PASSWORD 'not a secret' NOCREATEROLE"
        ))
        .await;
        run(format!("CREATE DATABASE {name} OWNER {name}")).await;
        own.set_username(&name).unwrap();
        own.set_password(Some("not a secret")).unwrap();
        own.set_path(&name);
        let options = StoreOptions::new(Database::Postgres {
            url: own.to_string(),
        });

        let refused = Store::open(&options).await.unwrap_err();
        assert!(matches!(refused, StoreError::NoRole), "{refused}");
        assert!(!diagnose(own.as_str()).await.unwrap().can_act_as_app);
        assert_eq!(Store::schema(&options.database).await.unwrap().applied, 0);

        run(format!("GRANT astro_app TO {name}")).await;
        let store = Store::open(&options).await.unwrap();
        store.ping().await.unwrap();
        store.close().await.unwrap();
        let found = diagnose(own.as_str()).await.unwrap();
        assert!(
            found.can_act_as_app && found.tables_without_policy.is_empty(),
            "{found:?}"
        );

        run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
        run(format!("DROP ROLE {name}")).await;
    })
    .await;
}
