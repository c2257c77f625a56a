//! All SQL of the product: one text for two engines, every row behind a [`Scope`].
//!
//! This crate knows nothing of HTTP, permissions, business rules or JSON on the wire. It never
//! decides whether a change is allowed, only whether it can be kept, and no function here reads
//! a personal row without the scope of its owner.
//!
//! Start with [`Store`] (opening, reading, writing), then [`documents`] (what every noun shares)
//! and [`tasks`] (a noun). `dialect.rs` holds the only places where the engines differ.
//!
//! [`Scope`]: astro_core::principal::Scope

pub mod accounts;
mod args;
mod columns;
pub mod consumers;
pub mod datapoints;
mod db;
pub mod deliveries;
pub mod destinations;
mod dialect;
pub mod documents;
pub mod due;
mod error;
pub mod events;
pub mod forget;
pub mod goals;
pub mod idempotency;
pub mod instance_keys;
pub mod jobs;
pub mod labels;
mod migrate;
pub mod models;
pub mod operations;
pub mod owners;
pub mod preferences;
pub mod projects;
pub mod recommendations;
pub mod references;
pub mod registry;
pub mod reminders;
pub mod schedules;
mod statement;
pub mod tasks;
pub mod time_entries;

pub use args::Args;
pub use columns::Columns;
pub use db::{
    Admin, Commit, Database, Heard, NOTIFICATION_BYTES, Read, Store, StoreOptions, Wake, Write,
};
pub use error::StoreError;
pub use migrate::SchemaState;
pub use statement::Statement;
