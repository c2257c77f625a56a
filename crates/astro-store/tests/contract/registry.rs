//! Every statement of the registry prepares on both engines: the stand-in for compile-time checks.

use astro_testkit::{Engine, on_both_engines};

on_both_engines! {
    async fn every_statement_prepares(db: TestStore) {
        let problems = db.store.prepare_all().await.unwrap();
        assert_eq!(problems, Vec::<String>::new());
        let expected = match db.engine { Engine::Sqlite => "SQLite", Engine::Postgres => "PostgreSQL" };
        assert_eq!(db.store.engine_name(), expected);
    }
}
