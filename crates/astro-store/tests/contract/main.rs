//! The store's promises, kept by both engines.

mod labels;
mod registry;
mod tasks;
