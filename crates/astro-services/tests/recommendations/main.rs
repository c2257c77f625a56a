//! Recommendations: the rule, its log and what people say of it, on both engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and one that is skipped says so"
)]

mod asking;
mod counterfactuals;
mod feedback;
mod fixture;
mod log;
mod quiet;
mod taskwarrior;
