//! The REST API as a client sees it, on both engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod conventions;
mod convergence;
mod history;
mod openapi;
mod sync;
mod tasks;
mod trash;
