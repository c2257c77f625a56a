//! What the product says that it did, read through the API, beside what was due.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use astro_core::calendar::Timestamp;
use http::{HeaderValue, Method};
use serde::Deserialize;

use crate::client::Caller;
use crate::measure::{millis, quantile};

/// All entries of all people.
pub struct Ledger(Vec<Entry>);

/// One call of one reminder at one place.
#[derive(Clone, Debug, Deserialize)]
struct Entry {
    reminder_id: String,
    channel: String,
    due_at: Timestamp,
    fired_at: Timestamp,
    sent_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Entry>,
    next_cursor: Option<String>,
}

/// Counts of what is wrong, and how late what is right was.
#[derive(Debug, Default)]
pub struct Outcome {
    pub missing: usize,
    pub unexpected: usize,
    pub doubled: usize,
    pub unsent: usize,
    /// Ascending.
    late: Vec<std::time::Duration>,
}

impl Outcome {
    /// In seconds.
    pub fn lateness(&self, share: f64) -> f64 {
        millis(quantile(&self.late, share)) / 1e3
    }
}

impl Ledger {
    pub async fn read(address: SocketAddr, people: &[HeaderValue]) -> Result<Self> {
        let mut entries = Vec::new();
        for credential in people {
            let mut caller = Caller::open(address, Some(credential)).await?;
            let mut cursor = String::new();
            loop {
                let path = format!("/api/v1/deliveries?limit=100{cursor}");
                let answer = caller.send(Method::GET, &path, None).await?;
                let page: Page = serde_json::from_value(answer).context("a page of deliveries")?;
                entries.extend(page.items);
                match page.next_cursor {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
        }
        Ok(Self(entries))
    }

    /// Beside what was due, each once over one channel.
    pub fn compare(&self, due: &HashMap<String, Timestamp>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut called = HashSet::new();
        for entry in &self.0 {
            if due.get(&entry.reminder_id) != Some(&entry.due_at) || entry.channel != "webhook" {
                outcome.unexpected += 1;
            } else if called.insert(entry.reminder_id.as_str()) {
                // a call before it is due would be a fault of another kind; none is hidden as punctual
                let late = entry.fired_at.duration_since(entry.due_at);
                match late.try_into() {
                    Ok(late) => outcome.late.push(late),
                    Err(_) => outcome.unexpected += 1,
                }
                outcome.unsent += usize::from(entry.sent_at.is_none());
            } else {
                outcome.doubled += 1;
            }
        }
        outcome.missing = due.len() - called.len();
        outcome.late.sort_unstable();
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, due: &str, fired: &str, is_sent: bool) -> Entry {
        Entry {
            reminder_id: id.to_owned(),
            channel: "webhook".to_owned(),
            due_at: due.parse().unwrap(),
            fired_at: fired.parse().unwrap(),
            sent_at: is_sent.then(|| fired.parse().unwrap()),
        }
    }

    #[test]
    fn every_fault_is_counted_as_itself() {
        let at = "2026-11-27T10:00:00Z";
        let later = "2026-11-27T10:00:01.5Z";
        let due = ["good", "absent", "double", "unsent", "early"];
        let due = due.map(|id| (id.to_owned(), at.parse().unwrap()));
        let ledger = Ledger(vec![
            entry("good", at, later, true),
            entry("double", at, at, true),
            entry("double", at, at, true),
            entry("unsent", at, at, false),
            entry("early", at, "2026-11-27T09:59:59Z", true),
            entry("stranger", at, at, true),
            entry("good", later, later, true),
        ]);
        let outcome = ledger.compare(&HashMap::from(due));
        assert_eq!(outcome.missing, 1);
        assert_eq!(outcome.doubled, 1);
        assert_eq!(outcome.unsent, 1);
        assert_eq!(outcome.unexpected, 3);
        assert!((outcome.lateness(1.0) - 1.5).abs() < 1e-9);
    }
}
