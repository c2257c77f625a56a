//! The operations of the services, on both engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod accounts;
mod housekeeping;
