//! The bus of many processes: NATS JetStream.
//!
//! The client's own task keeps the connection and finds the server again; a [`Link`] tells everyone
//! here how it stands. Nothing that is kept on the server is needed: the stream is made where it is
//! missing, also after its data was lost.

mod subscription;

use std::time::Duration;

use astro_core::config::SecretUrl;
use async_nats::jetstream::context::{Context, ContextBuilder, PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use futures_util::future::{self, BoxFuture};
use futures_util::stream::{BoxStream, StreamExt as _};
use percent_encoding::percent_decode_str;
use tokio::sync::watch;
use url::Url;

use super::{BUFFER, Bus, BusError, Message, Received};
use subscription::Subscription;

const STREAM: &str = "ASTRO";
const SUBJECTS: &str = "astro.>";

/// How long the server may take to answer before it counts as unavailable.
const PATIENCE: Duration = Duration::from_secs(2);
/// Messages that are sent before their acknowledgements are awaited.
const PIPELINE: usize = 1_000;
/// The longest pause between two attempts to reach the server.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);
/// How soon a connection that went silent is noticed.
const PING: Duration = Duration::from_secs(10);

/// NATS JetStream, one stream for all subjects.
#[derive(Clone, Debug)]
pub struct NatsBus {
    client: Client,
    jetstream: Context,
    link: watch::Receiver<Link>,
}

/// How the connection stands.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    is_connected: bool,
    /// Connections so far: another number says that messages may have been missed.
    connections: u64,
}

impl NatsBus {
    /// Answers at once: the server is found in the background, now and after every interruption.
    ///
    /// # Errors
    /// When the address cannot be read.
    pub async fn connect(url: &SecretUrl) -> Result<Self, BusError> {
        let (address, options) = read_address(url)?;
        let (sender, link) = watch::channel(Link::default());
        let client = options
            .name("astro")
            .retry_on_initial_connect()
            .max_reconnects(None)
            .reconnect_delay_callback(reconnect_pause)
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE))
            .ping_interval(PING)
            .subscription_capacity(BUFFER)
            .event_callback(move |event| {
                note(&sender, &event);
                future::ready(())
            })
            .connect(address)
            .await
            .map_err(unavailable)?;
        let jetstream = ContextBuilder::new()
            .timeout(PATIENCE)
            .ack_timeout(PATIENCE)
            .build(client.clone());
        Ok(Self {
            client,
            jetstream,
            link,
        })
    }

    async fn connected(&self) -> Result<(), BusError> {
        let mut link = self.link.clone();
        let state = link.wait_for(|link| link.is_connected).await;
        state.map(|_| ()).map_err(unavailable)
    }

    async fn publish_all(&self, messages: &[Message]) -> Result<(), BusError> {
        self.connected().await?;
        match self.send(messages).await {
            Err(error) if error.kind() == PublishErrorKind::StreamNotFound => {
                self.ensure_stream().await?;
                // those that were taken before are dropped by their ids
                self.send(messages).await.map_err(unavailable)
            }
            outcome => outcome.map_err(unavailable),
        }
    }

    async fn send(&self, messages: &[Message]) -> Result<(), PublishError> {
        let mut acknowledgements = Vec::with_capacity(messages.len());
        for message in messages {
            let publish = PublishMessage::build()
                .message_id(message.id.to_string())
                .expected_stream(STREAM)
                .payload(message.body.clone());
            let subject = message.subject.clone();
            let acknowledgement = self.jetstream.send_publish(subject, publish).await?;
            acknowledgements.push(acknowledgement.into_future());
        }
        future::try_join_all(acknowledgements).await?;
        Ok(())
    }

    async fn ensure_stream(&self) -> Result<(), BusError> {
        let made = self.jetstream.get_or_create_stream(stream_config()).await;
        made.map(|_| ()).map_err(unavailable)
    }
}

impl Bus for NatsBus {
    fn publish(&self, messages: Vec<Message>) -> BoxFuture<'_, Result<(), BusError>> {
        Box::pin(async move {
            for some in messages.chunks(PIPELINE) {
                within_patience(self.publish_all(some)).await?;
            }
            Ok(())
        })
    }

    fn subscribe(&self) -> BoxFuture<'_, Result<BoxStream<'static, Received>, BusError>> {
        Box::pin(async move { Ok(Subscription::start(self).await.into_stream().boxed()) })
    }
}

async fn within_patience<T>(
    deed: impl Future<Output = Result<T, BusError>>,
) -> Result<T, BusError> {
    match tokio::time::timeout(PATIENCE, deed).await {
        Ok(outcome) => outcome,
        Err(_) => Err(BusError(format!("no answer within {PATIENCE:?}"))),
    }
}

fn unavailable(error: impl std::error::Error) -> BusError {
    BusError(error.to_string())
}

fn note(link: &watch::Sender<Link>, event: &Event) {
    match event {
        Event::Connected => {
            tracing::info!("connected to the bus");
            link.send_modify(|link| {
                link.is_connected = true;
                link.connections += 1;
            });
        }
        Event::Disconnected => {
            tracing::warn!("the connection to the bus is lost");
            link.send_modify(|link| link.is_connected = false);
        }
        other => tracing::debug!(event = %other, "bus"),
    }
}

fn reconnect_pause(attempts: usize) -> Duration {
    let doublings = u32::try_from(attempts).unwrap_or(u32::MAX).min(10);
    (Duration::from_millis(10) * 2_u32.pow(doublings)).min(RECONNECT_PAUSE)
}

/// The truth lies in the database, so that little is kept: no subscriber reads what is old.
fn stream_config() -> Config {
    Config {
        name: STREAM.to_owned(),
        subjects: vec![SUBJECTS.to_owned()],
        storage: StorageType::File,
        discard: DiscardPolicy::Old,
        max_age: Duration::from_hours(1),
        max_bytes: 64 << 20,
        duplicate_window: Duration::from_mins(2),
        num_replicas: 1,
        ..Config::default()
    }
}

/// The address without what is secret in it, which the client would show in its logs. A name
/// without a password is a token, as with other clients of NATS.
fn read_address(url: &SecretUrl) -> Result<(ServerAddr, ConnectOptions), BusError> {
    let wrong = || BusError("bus.url is no address such as nats://user:password@host:4222".into());
    let mut address = Url::parse(url.expose()).map_err(|_| wrong())?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let user = decoded(address.username());
    let options = match address.password() {
        Some(password) => ConnectOptions::with_user_and_password(user, decoded(password)),
        None if user.is_empty() => ConnectOptions::new(),
        None => ConnectOptions::with_token(user),
    };
    address.set_username("").map_err(|()| wrong())?;
    address.set_password(None).map_err(|()| wrong())?;
    let address = ServerAddr::from_url(address).map_err(|_| wrong())?;
    Ok((address, options))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        for url in [
            "nats://ann:s%40cret@host:4222",
            "tls://s%40cret@host",
            "nats://host",
        ] {
            let (address, options) = read_address(&SecretUrl::new(url)).unwrap();
            let shown = format!("{address:?} {options:?}");
            assert!(shown.contains("host") && !shown.contains("cret"), "{shown}");
        }
        for url in ["", "host:4222", "nats://", "redis://host"] {
            assert!(read_address(&SecretUrl::new(url)).is_err(), "{url}");
        }
    }

    #[test]
    fn pauses_between_attempts_grow_to_a_bound() {
        let pauses: Vec<Duration> = (0..100).map(reconnect_pause).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses.last(), Some(&RECONNECT_PAUSE));
        assert_eq!(reconnect_pause(usize::MAX), RECONNECT_PAUSE);
    }
}
