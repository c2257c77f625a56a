//! The store's promises, kept by both engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod accounts;
mod around_tasks;
mod engine_room;
mod labels;
mod operations;
mod registry;
mod role;
mod schema;
mod shards;
mod tasks;
