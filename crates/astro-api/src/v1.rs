//! Handlers of version 1: a file per noun, a function per operation.

pub(crate) mod health;
pub(crate) mod labels;
pub(crate) mod projects;
mod task_query;
pub(crate) mod tasks;
