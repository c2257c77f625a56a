//! The bus of one process: what is published reaches the subscribers in memory.

use futures_util::future::{self, BoxFuture};
use futures_util::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::broadcast::{self, error::RecvError};

use super::{BUFFER, Bus, BusError, Message, Received};

/// For one process alone; it needs no engine and is never unavailable.
#[derive(Debug)]
pub struct MemoryBus(broadcast::Sender<Message>);

impl Default for MemoryBus {
    fn default() -> Self {
        Self(broadcast::Sender::new(BUFFER))
    }
}

impl Bus for MemoryBus {
    fn publish(&self, messages: Vec<Message>) -> BoxFuture<'_, Result<(), BusError>> {
        for message in messages {
            // an error says that nobody subscribes, which is no failure
            let _ = self.0.send(message);
        }
        Box::pin(future::ready(Ok(())))
    }

    fn subscribe(&self) -> BoxFuture<'_, Result<BoxStream<'static, Received>, BusError>> {
        let received = stream::unfold(self.0.subscribe(), async |mut receiver| {
            match receiver.recv().await {
                Ok(message) => Some((Received::Message(message), receiver)),
                Err(RecvError::Lagged(_)) => Some((Received::Gap, receiver)),
                Err(RecvError::Closed) => None,
            }
        });
        Box::pin(future::ready(Ok(received.boxed())))
    }
}
