//! All definitions, and the document that is made of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use serde_json::Value;

use super::keys::{self, FAMILIES, FeatureGroup, RecommendationKind};
use super::kinds::Kind;
use crate::limits;

/// What there is to know of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    pub key: String,
    pub kind: Kind,
    /// What holds while nobody chose.
    pub default: Value,
    pub doc: String,
}

static DEFINITIONS: LazyLock<BTreeMap<String, Definition>> = LazyLock::new(|| {
    let autonomy = RecommendationKind::ALL
        .iter()
        .map(|kind| keys::autonomy(*kind).define());
    let learn = FeatureGroup::ALL
        .iter()
        .map(|group| keys::learn(*group).define());
    keys::fixed()
        .into_iter()
        .chain(autonomy)
        .chain(learn)
        .map(|definition| (definition.key.clone(), definition))
        .collect()
});

/// Every key that is not of a person's own making, in order.
pub fn definitions() -> impl Iterator<Item = &'static Definition> {
    DEFINITIONS.values()
}

/// The definition of a key; `None` when there is no such key.
pub fn definition(key: &str) -> Option<Definition> {
    if let Some(found) = DEFINITIONS.get(key) {
        return Some(found.clone());
    }
    FAMILIES.iter().find_map(|family| {
        let title = key.strip_prefix(family.prefix)?;
        let fits = !title.trim().is_empty()
            && !title.contains('\0')
            && title.chars().count() <= limits::TITLE_CHARS;
        fits.then(|| family.key(title).define())
    })
}

/// docs/preferences.md.
pub fn document() -> String {
    let mut text = String::from(
        "# Preferences\n\n\
         What a person can choose, over `GET /api/v1/preferences` and `PUT /api/v1/preferences/{key}`. A key that is not\n\
         here is refused. A default holds until somebody chooses; values that the product has learnt are marked\n\
         `inferred` and never take the place of a person's own choice or of a locked one. A test keeps this page equal\n\
         to the code (crates/astro-core/src/preferences/keys.rs).\n\n\
         | key | values | default | meaning |\n|---|---|---|---|\n",
    );
    let rows = DEFINITIONS.values().cloned();
    let families = FAMILIES.iter().map(|family| {
        let mut definition = family.key("").define();
        definition.key = format!("{}<title>", family.prefix);
        definition
    });
    for row in rows.chain(families) {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | `{}` | {} |",
            row.key,
            described(row.kind),
            row.default,
            row.doc
        );
    }
    text.push_str(
        "\nClock ranges are `HH:MM-HH:MM`, in an object of weekdays: `{\"monday\": [\"09:00-12:00\", \"13:00-17:00\"]}`;\n\
         a day that is left out has none.\n",
    );
    text
}

fn described(kind: Kind) -> String {
    let quoted = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        words.join(", ")
    };
    match kind {
        Kind::Zone => "IANA time zone".to_owned(),
        Kind::Weekday => "weekday, `monday` to `sunday`".to_owned(),
        Kind::WeekHours => "clock ranges for each weekday".to_owned(),
        Kind::Share => "0 to 1".to_owned(),
        Kind::Number { min, max } => format!("number, {min} to {max}"),
        Kind::Integer { min, max } => format!("whole number, {min} to {max}"),
        Kind::Choice(words) => format!("one of {}", quoted(words)),
        Kind::Choices(words) => format!("list of {}", quoted(words)),
        Kind::Language => "language tag".to_owned(),
        Kind::Flag => "`true` or `false`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value_of_its_kind_in_canonical_form() {
        for definition in definitions() {
            let value = definition.kind.parse(&definition.default);
            assert_eq!(
                value.map(|value| value.json()).as_ref(),
                Ok(&definition.default),
                "{}",
                definition.key
            );
        }
    }

    #[test]
    fn a_key_that_nobody_declared_is_unknown() {
        for key in [
            "",
            "time",
            "time.zone.",
            "rec.urgency.label.",
            "rec.urgency.label. ",
            "rec.autonomy.everything",
            "privacy.learn.secrets",
            "rec.urgency.label.\u{0}",
        ] {
            assert_eq!(definition(key), None, "{key:?}");
        }
        assert!(definition("rec.urgency.label.at home").is_some());
        assert!(definition("rec.urgency.project.House/Garden").is_some());
    }

    #[test]
    fn the_document_says_what_the_code_does() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let written = std::fs::read_to_string(format!("{root}/docs/preferences.md"));
        let expected = document();
        if written.ok().as_deref() != Some(&expected) {
            let place = format!("{root}/target/preferences.md");
            std::fs::write(&place, &expected).unwrap();
            panic!("docs/preferences.md differs from the code; what it should be is in {place}");
        }
    }
}
