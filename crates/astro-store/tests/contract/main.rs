//! The store's promises, kept by both engines.

mod accounts;
mod labels;
mod registry;
mod tasks;
