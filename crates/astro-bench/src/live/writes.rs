//! Writes, and when those who listen heard of them.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use http::{HeaderValue, Method};
use serde_json::json;
use tokio::task::JoinSet;

use super::audience::Receipt;
use crate::client;
use crate::measure::now;

/// A write that was answered.
#[derive(Clone, Debug)]
pub struct Write {
    pub person: usize,
    pub id: String,
    pub asked: Instant,
    pub answered: Instant,
}

/// One after the other, as a person does.
pub async fn in_turn(
    address: SocketAddr,
    (person, credential): (usize, &HeaderValue),
    count: usize,
    pause: Duration,
) -> Result<Vec<Write>> {
    let mut writes = Vec::with_capacity(count);
    for _ in 0..count {
        writes.push(write(address, person, credential).await?);
        tokio::time::sleep(pause).await;
    }
    Ok(writes)
}

/// So many a second, by everybody in turn, whether or not the one before was answered.
pub async fn steadily(
    address: SocketAddr,
    people: &[HeaderValue],
    rate: u32,
    length: Duration,
) -> Result<Vec<Write>> {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    let mut writing = JoinSet::new();
    let end = now() + length;
    for (person, credential) in people.iter().enumerate().cycle() {
        ticks.tick().await;
        if now() >= end {
            break;
        }
        let credential = credential.clone();
        writing.spawn(async move { write(address, person, &credential).await });
    }
    let mut writes = Vec::with_capacity(writing.len());
    while let Some(ended) = writing.join_next().await {
        writes.push(ended.context("a write")??);
    }
    Ok(writes)
}

async fn write(address: SocketAddr, person: usize, credential: &HeaderValue) -> Result<Write> {
    let body = json!({"title": "Answer the letter"});
    let asked = now();
    let answer = client::send(
        address,
        Method::POST,
        "/api/v1/tasks",
        Some(credential),
        Some(&body),
    )
    .await?;
    let answered = now();
    let id = answer["id"].as_str().context("a task has an id")?;
    Ok(Write {
        person,
        id: id.to_owned(),
        asked,
        answered,
    })
}

/// What came of writes.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub writes: usize,
    /// Of each socket that heard of each write, ascending. A push that was there before the
    /// beginning took no time.
    pub times: Vec<Duration>,
    /// Pushes that should have come and did not.
    pub missing: usize,
    /// Pushes that reached somebody else.
    pub foreign: usize,
}

impl Heard {
    /// `each` is how many sockets every writer has.
    pub fn of(
        writes: &[Write],
        beginning: impl Fn(&Write) -> Instant,
        receipts: Vec<Receipt>,
        each: usize,
    ) -> Self {
        let by_id: HashMap<&str, &Write> = writes.iter().map(|w| (w.id.as_str(), w)).collect();
        let mut seen = HashSet::new();
        let mut heard = Self {
            writes: writes.len(),
            ..Self::default()
        };
        for receipt in receipts {
            let Some(write) = by_id.get(receipt.id.as_str()) else {
                continue;
            };
            if receipt.person != write.person {
                heard.foreign += 1;
            } else if seen.insert((receipt.socket, write.id.as_str())) {
                let time = receipt.at.saturating_duration_since(beginning(write));
                heard.times.push(time);
            }
        }
        heard.times.sort_unstable();
        heard.missing = (writes.len() * each).saturating_sub(heard.times.len());
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_foreign_or_told_twice_is_counted_right() {
        let start = now();
        let ms = Duration::from_millis;
        let write = |id: &str, person| Write {
            person,
            id: id.to_owned(),
            asked: start,
            answered: start + ms(10),
        };
        let receipt = |socket, person, id: &str, at| Receipt {
            socket,
            person,
            id: id.to_owned(),
            at: start + ms(at),
        };
        let receipts = vec![
            receipt(0, 0, "a", 30),
            receipt(0, 0, "a", 90),
            receipt(1, 0, "a", 5),
            receipt(2, 1, "a", 30),
            receipt(2, 1, "b", 20),
            receipt(2, 1, "elsewhere", 20),
        ];
        let writes = [write("a", 0), write("b", 1)];
        let heard = Heard::of(&writes, |write| write.answered, receipts, 2);
        assert_eq!(heard.times, [ms(0), ms(10), ms(20)]);
        assert_eq!((heard.missing, heard.foreign), (1, 1));
    }
}
