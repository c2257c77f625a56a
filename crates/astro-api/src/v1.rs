//! Handlers of version 1: a file per noun, a function per operation.

pub(crate) mod auth;
pub(crate) mod datapoints;
mod filters;
pub(crate) mod goals;
pub(crate) mod health;
pub(crate) mod history;
mod history_query;
pub(crate) mod interchange;
pub(crate) mod labels;
pub(crate) mod me;
pub(crate) mod preferences;
pub(crate) mod projects;
pub(crate) mod quick_add;
pub(crate) mod recommendations;
pub(crate) mod reminders;
pub(crate) mod series;
mod series_query;
pub(crate) mod sync;
mod sync_query;
mod task_query;
pub(crate) mod tasks;
pub(crate) mod tenants;
pub(crate) mod time_entries;
pub(crate) mod trash;
pub(crate) mod users;
