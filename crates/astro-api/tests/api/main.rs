//! The REST API as a client sees it, on both engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod conventions;
mod openapi;
mod tasks;
