//! One subscriber: a consumer on the server that starts with what is new, made again after every
//! interruption.
//!
//! The server numbers what it delivers, and says its last number when it is idle. A number that was
//! left out, a silence or a new connection mean that messages may be missing.

use std::time::Duration;

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, push};
use async_nats::{StatusCode, Subscriber, header::NATS_LAST_CONSUMER};
use futures_util::StreamExt as _;
use futures_util::stream::{self, Stream};
use uuid::Uuid;

use super::{BusError, Message, NatsBus, Received, STREAM, unavailable, within_patience};

/// How often an idle server gives a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// A silence that is no idleness any more.
const SILENCE: Duration = Duration::from_secs(5);
/// How long the server keeps a consumer whose subscriber is gone.
const ABANDONED: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

pub(super) struct Subscription {
    bus: NatsBus,
    live: Option<Live>,
    /// Arrived behind a gap that had to be told first.
    waiting: Option<Message>,
}

struct Live {
    deliveries: Subscriber,
    /// The number of the last delivery.
    last: u64,
    /// The connection on which the consumer was made.
    connection: u64,
}

enum Delivery {
    /// The next message, or one without an id of ours.
    Next(Option<Message>),
    /// Some are missing before this point.
    Skipped(Option<Message>),
    Interrupted,
}

impl Subscription {
    /// Begins now where the server answers; otherwise once it does, with a gap.
    pub(super) async fn start(bus: &NatsBus) -> Self {
        let live = match within_patience(open(bus)).await {
            Ok(live) => Some(live),
            Err(error) => {
                tracing::warn!(%error, "subscribing later");
                None
            }
        };
        Self {
            bus: bus.clone(),
            live,
            waiting: None,
        }
    }

    pub(super) fn into_stream(self) -> impl Stream<Item = Received> + Send + 'static {
        stream::unfold(self, async |mut subscription| {
            let received = subscription.next().await;
            Some((received, subscription))
        })
    }

    async fn next(&mut self) -> Received {
        if let Some(message) = self.waiting.take() {
            return Received::Message(message);
        }
        loop {
            let Some(live) = &mut self.live else {
                self.live = Some(reopen(&self.bus).await);
                return Received::Gap;
            };
            match live.next(&self.bus).await {
                Delivery::Next(Some(message)) => return Received::Message(message),
                Delivery::Next(None) => {}
                Delivery::Skipped(message) => {
                    self.waiting = message;
                    return Received::Gap;
                }
                Delivery::Interrupted => self.live = None,
            }
        }
    }
}

/// Tries until it works, at once when the connection changes.
async fn reopen(bus: &NatsBus) -> Live {
    let mut pause = FIRST_PAUSE;
    let mut link = bus.link.clone();
    loop {
        link.mark_unchanged();
        match within_patience(open(bus)).await {
            Ok(live) => return live,
            Err(error) => tracing::debug!(%error, "subscribing again"),
        }
        // a change ends the pause early; its sender lives as long as the client
        let _ = tokio::time::timeout(pause, link.changed()).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn open(bus: &NatsBus) -> Result<Live, BusError> {
    bus.connected().await?;
    let connection = bus.link.borrow().connections;
    let inbox = bus.client.new_inbox();
    let deliveries = bus.client.subscribe(inbox.clone()).await;
    let deliveries = deliveries.map_err(unavailable)?;
    bus.ensure_stream().await?;
    let consumer = push::Config {
        deliver_subject: inbox,
        deliver_policy: DeliverPolicy::New,
        ack_policy: AckPolicy::None,
        idle_heartbeat: HEARTBEAT,
        inactive_threshold: ABANDONED,
        memory_storage: true,
        num_replicas: 1,
        ..push::Config::default()
    };
    bus.jetstream
        .create_consumer_on_stream(consumer, STREAM)
        .await
        .map_err(unavailable)?;
    Ok(Live {
        deliveries,
        last: 0,
        connection,
    })
}

impl Live {
    async fn next(&mut self, bus: &NatsBus) -> Delivery {
        let mut link = bus.link.clone();
        loop {
            let delivery = tokio::select! {
                biased;
                _ = link.wait_for(|link| link.connections != self.connection) => return Delivery::Interrupted,
                delivery = tokio::time::timeout(SILENCE, self.deliveries.next()) => delivery,
            };
            let Ok(Some(delivered)) = delivery else {
                return Delivery::Interrupted;
            };
            match delivered.status {
                None => return self.take(bus, delivered),
                Some(StatusCode::IDLE_HEARTBEAT) => {
                    let last = number(&delivered);
                    if last.is_some_and(|last| last > self.last) {
                        self.last = last.unwrap_or(self.last);
                        return Delivery::Skipped(None);
                    }
                }
                Some(_) => return Delivery::Interrupted,
            }
        }
    }

    fn take(&mut self, bus: &NatsBus, delivered: async_nats::Message) -> Delivery {
        let delivered = async_nats::jetstream::Message {
            message: delivered,
            context: bus.jetstream.clone(),
        };
        let Ok(number) = delivered.info().map(|info| info.consumer_sequence) else {
            return Delivery::Interrupted;
        };
        let is_next = number == self.last + 1;
        self.last = number;
        let message = ours(delivered.message);
        if is_next {
            Delivery::Next(message)
        } else {
            Delivery::Skipped(message)
        }
    }
}

/// The last delivery's number, in the server's sign of life.
fn number(heartbeat: &async_nats::Message) -> Option<u64> {
    let headers = heartbeat.headers.as_ref()?;
    headers.get(NATS_LAST_CONSUMER)?.as_str().parse().ok()
}

/// Whatever has no event's id was not published by us.
fn ours(delivered: async_nats::Message) -> Option<Message> {
    let id = delivered.headers.as_ref()?.get(NATS_MESSAGE_ID)?;
    Some(Message {
        id: Uuid::parse_str(id.as_str()).ok()?,
        subject: delivered.subject.to_string(),
        body: delivered.payload,
    })
}
