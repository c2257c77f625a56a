//! What tests are made of: a clock that stands still, databases that are thrown away, and (with
//! the app) the whole product in one process.
//!
//! A dev-dependency only; no other crate's product code may use it. Knows nothing of what the test
//! of one noun needs alone: such fixtures live beside that test.
//!
//! Start with [`on_both_engines!`], [`TestStore`] and [`TestApp`].

mod absent;
mod app;
mod browser;
mod clock;
mod database;
mod faketime;
pub mod lives;
mod nats;
mod postgres;
mod sink;
pub mod taskwarrior;

pub use absent::skip_without;
pub use app::{Answer, Call, Client, TestApp};
pub use browser::Browser;
pub use clock::FixedClock;
pub use database::{Engine, TestStore};
pub use faketime::FakeTime;
pub use nats::NatsServer;
pub use postgres::PostgresDatabase;
pub use sink::{Received, Sink};
pub use taskwarrior::Taskwarrior;

/// Declares tests that run once on SQLite and once on PostgreSQL, each on a fresh database.
///
/// Without `ASTRO_TEST_POSTGRES_URL` the second half is skipped with a word on stderr, unless
/// `CI` is set: then it fails.
///
/// ```ignore
/// on_both_engines! {
///     async fn an_inserted_label_is_listed(db: TestStore) { .. }
/// }
/// ```
#[macro_export]
macro_rules! on_both_engines {
    ($( $(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block )+) => { $(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($app: &$crate::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::TestApp::run($crate::Engine::Sqlite, async |app| body(app).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::TestApp::run($crate::Engine::Postgres, async |app| body(app).await).await;
            }
        }
    )+ };
    ($( $(#[$meta:meta])* async fn $name:ident($db:ident: TestStore) $body:block )+) => { $(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($db: &$crate::TestStore) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::TestStore::run($crate::Engine::Sqlite, async |db| body(db).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::TestStore::run($crate::Engine::Postgres, async |db| body(db).await).await;
            }
        }
    )+ };
}
