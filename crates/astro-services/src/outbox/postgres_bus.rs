//! The bus where there is nothing but PostgreSQL: LISTEN and NOTIFY.

use astro_infra::bus::{Bus, BusError, Message, Received};
use astro_store::{Heard, NOTIFICATION_BYTES, Store};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Tells other processes through their common database.
#[derive(Clone, Debug)]
pub struct PostgresBus(pub Store);

/// A message as one notification.
#[derive(Serialize, Deserialize)]
struct Wire {
    id: Uuid,
    subject: String,
    body: String,
}

fn wire(message: &Message) -> Result<String, BusError> {
    let wire = Wire {
        id: message.id,
        subject: message.subject.clone(),
        body: String::from_utf8_lossy(&message.body).into_owned(),
    };
    let text = serde_json::to_string(&wire).map_err(|error| BusError(error.to_string()))?;
    if text.len() > NOTIFICATION_BYTES {
        return Err(BusError(format!(
            "a message of {} bytes is too long for a notification",
            text.len()
        )));
    }
    Ok(text)
}

fn read(heard: Heard) -> Received {
    let Heard::Text(text) = heard else {
        return Received::Gap;
    };
    match serde_json::from_str::<Wire>(&text) {
        Ok(wire) => Received::Message(Message {
            id: wire.id,
            subject: wire.subject,
            body: Bytes::from(wire.body),
        }),
        // somebody else uses the channel, or another release does
        Err(_) => Received::Gap,
    }
}

impl Bus for PostgresBus {
    fn publish(&self, messages: Vec<Message>) -> BoxFuture<'_, Result<(), BusError>> {
        Box::pin(async move {
            let texts = messages.iter().map(wire).collect::<Result<_, _>>()?;
            self.0
                .notify(texts)
                .await
                .map_err(|error| BusError(error.to_string()))
        })
    }

    fn subscribe(&self) -> BoxFuture<'_, Result<BoxStream<'static, Received>, BusError>> {
        Box::pin(async move {
            let heard = self
                .0
                .listen()
                .await
                .map_err(|error| BusError(error.to_string()))?;
            Ok(heard.map(read).boxed())
        })
    }
}
