//! The bus: tells every process what happened, at least once, in no promised order. The truth stays
//! in the database; whoever misses a message is told that it may have ([`Received::Gap`]).

mod memory;
mod nats;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use uuid::Uuid;

pub use memory::MemoryBus;
pub use nats::NatsBus;

/// Messages that a subscriber may lag behind; one that falls further loses some and is told so.
const BUFFER: usize = 4096;

/// A message to every process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The event's id: an engine may drop a second message of the same id.
    pub id: Uuid,
    /// Such as `astro.tasks.completed.v1`.
    pub subject: String,
    pub body: Bytes,
}

/// What a subscriber is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    Message(Message),
    /// Messages may have been missed, such as while the engine was away.
    Gap,
}

/// The engine did not take the messages; all of them may be sent again.
#[derive(Debug, thiserror::Error)]
#[error("the bus is unavailable: {0}")]
pub struct BusError(pub String);

/// An engine that carries messages.
pub trait Bus: std::fmt::Debug + Send + Sync {
    /// Answers once the engine has taken all of them.
    fn publish(&self, messages: Vec<Message>) -> BoxFuture<'_, Result<(), BusError>>;

    /// Everything that is published from now on, by whichever process. An engine that finds itself
    /// again says [`Received::Gap`]; a stream that ends says that too: subscribe anew.
    fn subscribe(&self) -> BoxFuture<'_, Result<BoxStream<'static, Received>, BusError>>;
}
