//! The REST API as a client sees it, on both engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod access;
mod access_document;
mod accounts;
mod conventions;
mod convergence;
mod engine_room;
mod firing;
mod goals;
mod history;
mod interchange;
mod live;
mod openapi;
mod preferences;
mod quick_add;
mod recommendations;
mod recurring;
mod reminders;
mod series;
mod series_at_random;
mod sync;
mod taken_back;
mod tasks;
mod time_entries;
mod trash;
