//! Quick add: sets of phrases, what must set nothing, and what holds of every text.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "in a test a panic is the report, and a score shows what it is made of"
)]

mod languages;
mod phrases;
mod properties;
