//! The store's promises, kept by both engines.

mod accounts;
mod labels;
mod registry;
mod schema;
mod shards;
mod tasks;
