//! What there is, for people: docs/features.md is made of this, and a test compares the two.

use std::fmt::Write as _;

use crate::cleaning::Rule;
use crate::registry::{self, Pii, Unit, Window};

const HEAD: &str = "\
# Features

What a model may see. Made by `cargo run -p astro-data --example reference > docs/features.md`; a test
compares the two. A row holds these numbers in this order; `privacy.learn.<group>` set to false puts the
defaults of a group in their place.

How it is made sure that no row sees the future is told in
[decisions/0013-rows-are-made-of-what-was-known.md](decisions/0013-rows-are-made-of-what-was-known.md).
";

/// The whole document.
pub fn document() -> String {
    let mut text = format!(
        "{HEAD}\n{} features, schema `{}`.\n\n| name | version | group | default | looks back | tells of | unit | says |\n|---|--:|---|--:|---|---|---|---|\n",
        registry::WIDTH,
        short_hash(),
    );
    for feature in registry::all() {
        // writing to a string cannot fail
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {} | {} |",
            feature.name,
            feature.version,
            feature.group.as_str(),
            feature.default,
            window(feature.window),
            pii(feature.pii),
            unit(feature.unit),
            feature.says,
        );
    }
    text.push_str("\n## Cleaning\n\nRules, in words; a report counts what each touched.\n\n| rule | when, and what it does |\n|---|---|\n");
    for rule in Rule::ALL {
        let _ = writeln!(text, "| `{}` | {} |", rule.name(), rule.meaning());
    }
    text
}

/// The first 64 bits of the schema's hash.
fn short_hash() -> String {
    let hash = registry::schema_hash();
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    format!("{:016x}", u64::from_be_bytes(first))
}

fn window(window: Window) -> String {
    match window {
        Window::Now => "now".to_owned(),
        Window::Life => "the task's life".to_owned(),
        Window::HalfLifeH(hours) if hours < 48.0 => format!("half-life {hours} h"),
        Window::HalfLifeH(hours) => format!("half-life {} days", hours / 24.0),
    }
}

fn pii(pii: Pii) -> &'static str {
    match pii {
        Pii::Behaviour => "behaviour",
        Pii::Plans => "plans",
        Pii::Text => "words, as counts",
        Pii::None => "nobody",
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Flag => "0 or 1",
        Unit::Share => "share",
        Unit::Factor => "factor",
        Unit::LogCount => "ln(1 + count)",
        Unit::LogHours => "ln(1 + hours)",
        Unit::LogMinutes => "ln(1 + minutes)",
        Unit::LogDays => "ln(1 + days)",
        Unit::SignedLogHours => "± ln(1 + hours)",
        Unit::Plain => "number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_what_the_program_knows() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/features.md");
        let kept = std::fs::read_to_string(path).unwrap();
        assert!(
            kept == document(),
            "docs/features.md is out of date: cargo run -p astro-data --example reference > docs/features.md"
        );
    }
}
