//! The bus: one contract for both engines, and what a real NATS server goes through.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "in a test a panic is the report"
)]

mod contract;
mod interruptions;

use std::time::Duration;

use astro_infra::bus::{Bus, Message, Received};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use uuid::Uuid;

/// Longer than anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Messages with the ids and bodies `from..to`.
fn messages(from: u32, to: u32) -> Vec<Message> {
    let message = |number: u32| Message {
        id: Uuid::from_u128(u128::from(number) + 1),
        subject: "astro.tasks.completed.v1".to_owned(),
        body: number.to_string().into(),
    };
    (from..to).map(message).collect()
}

async fn subscribe(bus: &dyn Bus) -> BoxStream<'static, Received> {
    bus.subscribe().await.unwrap()
}

async fn next(received: &mut BoxStream<'static, Received>) -> Received {
    let next = tokio::time::timeout(PATIENCE, received.next()).await;
    next.expect("something arrives in time")
        .expect("the stream goes on")
}

/// What arrives, up to and with the last message of `expected`.
async fn until_last(
    received: &mut BoxStream<'static, Received>,
    expected: &[Message],
) -> Vec<Received> {
    let last = Received::Message(expected.last().unwrap().clone());
    let mut all = Vec::new();
    while all.last() != Some(&last) {
        all.push(next(received).await);
    }
    all
}

fn received(messages: &[Message]) -> Vec<Received> {
    messages.iter().cloned().map(Received::Message).collect()
}
