//! Recurrence against the RFC's own examples, the data of others, other programs and itself.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod dateutil;
mod libical;
mod making;
mod oracle;
mod reading;
mod rfc;
mod seeking;
mod sets;
mod zones;

use astro_calendar::recurrence::{Occurrence, Rule, Series};
use astro_calendar::{TimeZone, When, ZoneName};

fn when(text: &str) -> When {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn rule(text: &str) -> Rule {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn series(start: &str, rule_text: &str) -> Series {
    Series::new(when(start)).with_rule(rule(rule_text))
}

/// The beginnings of the first occurrences, as text.
fn starts<E: std::fmt::Debug>(
    occurrences: impl Iterator<Item = Result<Occurrence, E>>,
    count: usize,
) -> Vec<String> {
    occurrences
        .take(count)
        .map(|occurrence| occurrence.unwrap().start.to_string())
        .collect()
}
