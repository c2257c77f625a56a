//! The WebSocket (RFC 6455): small buffers, so that many can wait; pings, so that the dead are noticed.

use std::sync::Arc;
use std::time::Duration;

use astro_core::limits;
use astro_services::live::{Closing, Opened, Subscription, Told};
use astro_services::{Call, Services};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde::Deserialize;
use tokio::time::{Interval, MissedTickBehavior};

use super::{Counted, Said, after_absence, count, heartbeat};
use crate::AppState;
use crate::auth::Gate;

/// With the defaults a silent socket takes 131 KiB.
const BUFFER: usize = 4 * 1024;
/// Bytes that may wait for a client that does not read.
const UNSENT: usize = 256 * 1024;
/// Pings without an answer before a socket counts as dead.
const UNANSWERED: u32 = 2;
/// Time to take one message. Meanwhile nobody asks whether the socket may still be open, so that it is
/// shorter than [`limits::REVOCATION_DELAY`].
const SEND: Duration = Duration::from_secs(3);

/// The process ends (RFC 6455 7.4.1).
const GOING_AWAY: u16 = 1001;
/// The message is none that is spoken here.
const POLICY: u16 = 1008;
const TOO_LONG: u16 = 1009;
/// The rights that the socket was opened with are gone; sign in again.
const REVOKED: u16 = 4401;

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Heard {
    /// Tell what changed after this.
    Resume { change_seq: i64 },
}

pub(super) fn answer(
    upgrade: WebSocketUpgrade,
    app: &AppState,
    gate: Arc<Gate>,
    call: Call,
    opened: Opened,
) -> Response {
    let services = app.services.clone();
    let mut heartbeat = tokio::time::interval(heartbeat(app));
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // the first tick is at once
    heartbeat.reset();
    upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(UNSENT)
        // somewhat more than is taken, so that whoever sends too much is told so
        .max_message_size(2 * limits::SOCKET_MESSAGE_BYTES)
        .max_frame_size(2 * limits::SOCKET_MESSAGE_BYTES)
        .on_upgrade(move |socket| async move {
            let open = Open {
                socket,
                services,
                gate,
                call: Box::new(call),
                heartbeat,
                unanswered: 0,
                _counted: Counted::new("ws"),
            };
            open.run(opened).await;
        })
}

struct Open {
    socket: WebSocket,
    services: Services,
    gate: Arc<Gate>,
    call: Box<Call>,
    heartbeat: Interval,
    /// Pings since something was heard.
    unanswered: u32,
    _counted: Counted,
}

/// The socket is gone, or is to go.
struct Ended;

impl Open {
    async fn run(mut self, opened: Opened) {
        let Opened {
            subscription,
            change_seq,
            missed,
        } = opened;
        let hello = Said::Hello { change_seq };
        let first = std::iter::once(hello).chain(after_absence(missed));
        if self.say_all(first).await.is_err() {
            return;
        }
        while self.turn(&subscription).await.is_ok() {}
    }

    /// Whatever comes first: something to tell, something heard, or silence.
    async fn turn(&mut self, subscription: &Subscription) -> Result<(), Ended> {
        tokio::select! {
            told = subscription.next() => self.told(told).await,
            heard = self.socket.recv() => match heard {
                Some(Ok(message)) => self.heard(message).await,
                // Far too long, or no WebSocket at all.
                Some(Err(_)) => self.close(TOO_LONG, "the message cannot be read").await,
                None => Err(Ended),
            },
            _ = self.heartbeat.tick() => self.ping().await,
        }
    }

    async fn told(&mut self, told: Told) -> Result<(), Ended> {
        match told {
            Told::Changed(notices) => self.say_all(notices.into_iter().map(Said::Change)).await,
            Told::Everything => self.say_all([Said::Resync]).await,
            Told::Closed(Closing::Ending) => self.close(GOING_AWAY, "the server ends").await,
            Told::Closed(Closing::Revoked) => self.close(REVOKED, "sign in again").await,
        }
    }

    async fn heard(&mut self, message: Message) -> Result<(), Ended> {
        self.unanswered = 0;
        match message {
            Message::Text(text) if text.len() > limits::SOCKET_MESSAGE_BYTES => {
                self.close(TOO_LONG, "the message is too long").await
            }
            Message::Text(_) if !self.may_ask() => {
                self.close(POLICY, "too much was asked; come back in a minute")
                    .await
            }
            Message::Text(text) => match serde_json::from_str(text.as_str()) {
                Ok(Heard::Resume { change_seq }) => {
                    let missed = self.services.missed(&self.call, change_seq).await;
                    // what cannot be read now can be read by sync later
                    let missed = missed.unwrap_or(None);
                    self.say_all(after_absence(missed)).await
                }
                Err(_) => self.close(POLICY, "only resume is understood").await,
            },
            Message::Binary(_) => self.close(POLICY, "only texts are understood").await,
            Message::Ping(_) | Message::Pong(_) => Ok(()),
            Message::Close(_) => Err(Ended),
        }
    }

    /// What is asked over a socket counts as a request does.
    fn may_ask(&self) -> bool {
        let user = self.call.principal.identity().user;
        let now = self.gate.clock.now();
        self.gate.limiter.take(user, now).is_ok()
    }

    async fn ping(&mut self) -> Result<(), Ended> {
        if self.unanswered >= UNANSWERED {
            return Err(Ended);
        }
        self.unanswered += 1;
        self.send(Message::Ping(bytes::Bytes::new())).await
    }

    async fn say_all(&mut self, all: impl IntoIterator<Item = Said>) -> Result<(), Ended> {
        for said in all {
            count(&said);
            let text = serde_json::to_string(&said).map_err(|_| Ended)?;
            self.send(Message::Text(text.into())).await?;
        }
        Ok(())
    }

    async fn send(&mut self, message: Message) -> Result<(), Ended> {
        match tokio::time::timeout(SEND, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Ended),
        }
    }

    async fn close(&mut self, code: u16, reason: &'static str) -> Result<(), Ended> {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        self.send(Message::Close(Some(frame))).await?;
        Err(Ended)
    }
}
