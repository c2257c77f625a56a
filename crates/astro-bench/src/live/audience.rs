//! WebSockets that listen, and what they hear.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use http::{HeaderValue, header};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::measure::now;

/// Sockets that are being opened at the same time.
const OPENING: usize = 64;
const PATIENCE: Duration = Duration::from_secs(30);
/// Pushes are short; thousands of sockets share this machine.
const BUFFER: usize = 1024;

/// A push that arrived.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Which of the sockets.
    pub socket: usize,
    /// Whose it is.
    pub person: usize,
    /// What changed.
    pub id: String,
    pub at: Instant,
}

/// What the server says; a client that knows more reads more.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Push {
    Hello {},
    Change {
        entity: String,
        id: String,
    },
    Resync {},
    #[serde(other)]
    Other,
}

/// All sockets; they listen until this is dropped.
pub struct Audience {
    listening: JoinSet<()>,
    sockets: usize,
    people: usize,
    heard: mpsc::UnboundedReceiver<Receipt>,
    ear: Ear,
}

/// Where a socket puts what it hears.
#[derive(Clone)]
struct Ear {
    receipts: mpsc::UnboundedSender<Receipt>,
    closed: Arc<AtomicUsize>,
    resyncs: Arc<AtomicUsize>,
}

impl Default for Audience {
    fn default() -> Self {
        let (receipts, heard) = mpsc::unbounded_channel();
        Self {
            listening: JoinSet::new(),
            sockets: 0,
            people: 0,
            heard,
            ear: Ear {
                receipts,
                closed: Arc::default(),
                resyncs: Arc::default(),
            },
        }
    }
}

impl Audience {
    /// Opens so many sockets of each person and waits until the server greeted every one.
    pub async fn open(
        &mut self,
        address: SocketAddr,
        people: &[HeaderValue],
        each: usize,
    ) -> Result<()> {
        let wanted = people
            .iter()
            .enumerate()
            .flat_map(|(person, credential)| (0..each).map(move |_| (person, credential.clone())));
        let mut opened = stream::iter(wanted)
            .map(|(person, credential)| async move {
                let socket = connect(address, &credential).await?;
                anyhow::Ok((person, socket))
            })
            .buffer_unordered(OPENING);
        while let Some((person, socket)) = opened.try_next().await? {
            let (number, person) = (self.sockets, self.people + person);
            let ear = self.ear.clone();
            self.sockets += 1;
            self.listening.spawn(listen(socket, number, person, ear));
        }
        self.people += people.len();
        Ok(())
    }

    /// Sockets that the server does not want to keep would make figures meaningless.
    pub async fn settle(&self) -> Result<()> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        match self.closed() {
            0 => Ok(()),
            closed => bail!("{closed} of {} sockets were closed again", self.sockets),
        }
    }

    /// What was heard since the last time.
    pub fn take(&mut self) -> Vec<Receipt> {
        std::iter::from_fn(|| self.heard.try_recv().ok()).collect()
    }

    pub fn closed(&self) -> usize {
        self.ear.closed.load(Ordering::Relaxed)
    }

    pub fn resyncs(&self) -> usize {
        self.ear.resyncs.load(Ordering::Relaxed)
    }
}

async fn connect(
    address: SocketAddr,
    credential: &HeaderValue,
) -> Result<WebSocketStream<TcpStream>> {
    let mut request = format!("ws://{address}/api/v1/ws").into_client_request()?;
    let headers = request.headers_mut();
    headers.insert(header::AUTHORIZATION, credential.clone());
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(BUFFER * 64);
    let greeted = async {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let opened =
            tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await;
        let (mut socket, _) = opened.context("opening a WebSocket")?;
        loop {
            let message = socket.next().await.context("closed before a greeting")??;
            if let Message::Text(text) = message {
                match serde_json::from_str(&text)? {
                    Push::Hello {} => return Ok(socket),
                    other => bail!("greeted with {other:?}"),
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, greeted)
        .await
        .context("a WebSocket was not greeted in time")?
}

async fn listen(mut socket: WebSocketStream<TcpStream>, number: usize, person: usize, ear: Ear) {
    while let Some(Ok(message)) = socket.next().await {
        let at = now();
        let Message::Text(text) = message else {
            continue;
        };
        match serde_json::from_str(&text) {
            Ok(Push::Change { entity, id }) if entity == "task" => {
                let receipt = Receipt {
                    socket: number,
                    person,
                    id,
                    at,
                };
                // nobody reads any more when everything is over
                let _ = ear.receipts.send(receipt);
            }
            Ok(Push::Resync {}) => {
                ear.resyncs.fetch_add(1, Ordering::Relaxed);
            }
            Ok(_) => {}
            Err(error) => eprintln!("a push that is none: {error}: {text}"),
        }
    }
    ear.closed.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use futures_util::SinkExt as _;
    use tokio::net::TcpListener;

    use super::*;

    const HELLO: &str = r#"{"type":"hello","change_seq":1}"#;
    const CHANGE: &str = r#"{"type":"change","entity":"task","id":"a","change_seq":2}"#;
    const OTHERS: [&str; 3] = [
        r#"{"type":"change","entity":"label","id":"b","change_seq":3}"#,
        r#"{"type":"resync","change_seq":4}"#,
        r#"{"type":"of a later version"}"#,
    ];

    /// Greets each socket, says all that there is to say, and closes.
    async fn serve(listener: TcpListener, greeting: &'static str) {
        let mut serving = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            serving.spawn(async move {
                let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
                for text in [greeting, CHANGE].into_iter().chain(OTHERS) {
                    socket.send(Message::text(text)).await.unwrap();
                }
                socket.close(None).await.unwrap();
                while socket.next().await.is_some() {}
            });
        }
    }

    #[tokio::test]
    async fn sockets_keep_what_they_hear_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, HELLO));
        let mut audience = Audience::default();
        let people = [HeaderValue::from_static("a"), HeaderValue::from_static("b")];
        audience.open(address, &people, 2).await.unwrap();
        audience.open(address, &people[..1], 1).await.unwrap();
        while audience.listening.join_next().await.is_some() {}
        let mut heard: Vec<_> = audience
            .take()
            .into_iter()
            .map(|receipt| (receipt.socket, receipt.person, receipt.id))
            .collect();
        heard.sort();
        let persons: Vec<usize> = heard.iter().map(|(_, person, _)| *person).collect();
        assert_eq!(heard.len(), 5);
        assert_eq!(persons.iter().filter(|person| **person == 2).count(), 1);
        assert_eq!(persons.iter().filter(|person| **person == 0).count(), 2);
        assert!(heard.iter().all(|(_, _, id)| id == "a"));
        assert_eq!((audience.resyncs(), audience.closed()), (5, 5));
        assert!(audience.settle().await.is_err());
    }

    #[tokio::test]
    async fn a_server_that_does_not_greet_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, CHANGE));
        let person = [HeaderValue::from_static("a")];
        let opened = Audience::default().open(address, &person, 1).await;
        assert!(opened.unwrap_err().to_string().contains("greeted with"));
    }
}
