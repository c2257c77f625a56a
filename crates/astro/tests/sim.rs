//! `astro sim`, as it is typed; and that what it writes is what `astro import events` reads.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails; it measures time and starts processes"
)]

mod product;

use product::{OWNER, Product};
use serde_json::json;

#[test]
fn worlds_are_listed_and_unknown_ones_are_refused_by_name() {
    let product = Product::new();
    let worlds = product.astro_json(&["sim", "worlds"]);
    assert_eq!(worlds.as_array().unwrap().len(), 14);
    let refused = product.try_astro(&["sim", "run", "--world", "W99", "--out", "x"], "");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("W11"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_life_can_be_imported_and_is_the_same_each_time() {
    let mut product = Product::new();
    let run = |out: &str| {
        let arguments = [
            "sim", "run", "--world", "W2", "--people", "1", "--days", "20", "--seed", "7", "--out",
        ];
        product.astro_json(&[&arguments[..], &[out]].concat())
    };
    let (first, second) = (run("one"), run("two"));
    assert_eq!(first, second);
    let file = |folder: &str, name: &str| {
        std::fs::read_to_string(product.home.path().join(folder).join(name)).unwrap()
    };
    for name in ["events.jsonl", "exposures.jsonl", "truth.jsonl"] {
        assert_eq!(file("one", name), file("two", name));
        assert!(!file("one", name).is_empty());
    }
    let created = file("one", "events.jsonl")
        .lines()
        .filter(|line| line.contains(r#""kind":"created""#))
        .count();
    product.make_owner();
    product.start().await;
    let arguments = ["import", "events", "one/events.jsonl", "--user", OWNER];
    let report = product.astro_json(&arguments);
    assert_eq!(report["counts"]["task"]["created"], json!(created));
    product.stop();
}
