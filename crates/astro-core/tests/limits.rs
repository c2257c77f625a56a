//! docs/limits.md is the table of `limits.rs`, no more and no less.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::fmt::Write as _;
use std::path::Path;

#[test]
fn the_document_is_the_table() {
    let mut text = String::from(
        "# Limits\n\nEvery limit of the product, from `crates/astro-core/src/limits.rs`; its test writes this file.\nThe API, imports and restores use the same ones.\n\n| limit | value | what it bounds |\n|---|---|---|\n",
    );
    for (name, value, meaning) in astro_core::limits::table() {
        writeln!(text, "| {} | {value} | {meaning} |", name.to_lowercase()).unwrap();
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/limits.md");
    if std::fs::read_to_string(&file).unwrap_or_default() != text {
        std::fs::write(&file, text).unwrap();
        panic!("docs/limits.md was out of date; it has been written anew: commit it");
    }
}
