//! Where webhooks arrive: keeps what each says, and answers that it took it.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A server on the loopback address; it ends when dropped.
pub struct Sink {
    address: SocketAddr,
    received: Received,
    _serving: JoinSet<std::io::Result<()>>,
}

#[derive(Clone, Default)]
struct Received(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    /// The bodies by the webhook's id.
    webhooks: HashMap<String, Vec<Bytes>>,
    /// Reminders that were told of.
    reminders: HashSet<String>,
    /// Deliveries that were told of.
    deliveries: HashSet<String>,
    counts: Counts,
}

/// What arrived that should not have, or not so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// A webhook's id once more.
    pub repeated: usize,
    /// A webhook's id once more, with other words.
    pub contradictory: usize,
    /// A delivery once more, under another id that says so.
    pub announced: usize,
    /// A delivery once more, under another id that does not.
    pub unannounced: usize,
    /// Not of the form that is promised.
    pub unreadable: usize,
}

#[derive(Deserialize)]
struct Webhook {
    data: Fired,
}

#[derive(Deserialize)]
struct Fired {
    reminders: Vec<Told>,
    /// An earlier try may have arrived.
    may_be_repeated: bool,
}

#[derive(Deserialize)]
struct Told {
    delivery_id: String,
    reminder_id: String,
}

impl Received {
    /// A panic while it was held would leave whole entries behind.
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn take(&mut self, id: &str, body: &Bytes) {
        let earlier = self.webhooks.entry(id.to_owned()).or_default();
        let is_first = earlier.is_empty();
        if !is_first {
            self.counts.repeated += 1;
            self.counts.contradictory += usize::from(earlier.first() != Some(body));
        }
        earlier.push(body.clone());
        let Ok(webhook) = serde_json::from_slice::<Webhook>(body) else {
            self.counts.unreadable += 1;
            return;
        };
        for told in webhook.data.reminders {
            self.reminders.insert(told.reminder_id);
            let is_new = self.deliveries.insert(told.delivery_id);
            if is_first && !is_new {
                let is_announced = webhook.data.may_be_repeated;
                self.counts.announced += usize::from(is_announced);
                self.counts.unannounced += usize::from(!is_announced);
            }
        }
    }
}

impl Sink {
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let received = Received::default();
        let router = Router::new()
            .route("/", post(take))
            .with_state(received.clone());
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            address,
            received,
            _serving: serving,
        })
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// How many webhooks arrived; one can tell of several reminders.
    pub fn webhooks(&self) -> usize {
        self.received.lock().webhooks.len()
    }

    /// How many reminders were told of.
    pub fn reminders(&self) -> usize {
        self.received.lock().reminders.len()
    }

    pub fn counts(&self) -> Counts {
        self.received.lock().counts
    }
}

/// As Standard Webhooks has it: the id is the same however often one is sent.
async fn take(State(received): State<Received>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(id) = headers.get("webhook-id").and_then(|id| id.to_str().ok()) else {
        return StatusCode::BAD_REQUEST;
    };
    received.lock().take(id, &body);
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;
    use hyper::client::conn::http1;
    use hyper_util::rt::TokioIo;

    use super::*;

    fn told(deliveries: &[&str], may_be_repeated: bool) -> String {
        let told = |id: &&str| serde_json::json!({"delivery_id": id, "reminder_id": "r"});
        let reminders: Vec<_> = deliveries.iter().map(told).collect();
        let data = serde_json::json!({"reminders": reminders, "may_be_repeated": may_be_repeated});
        serde_json::json!({"type": "reminder.fired", "data": data}).to_string()
    }

    async fn send(sink: &Sink, id: &str, body: String) -> StatusCode {
        let stream = tokio::net::TcpStream::connect(sink.address).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        let request = http::Request::post("/")
            .header("host", "sink")
            .header("webhook-id", id)
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        tokio::select! {
            answer = sender.send_request(request) => answer.unwrap().status(),
            _ = connection => panic!("the sink closed the connection"),
        }
    }

    #[tokio::test]
    async fn what_comes_again_is_seen() {
        let sink = Sink::start().await.unwrap();
        for (id, body) in [
            ("a", told(&["a"], false)),
            ("b", told(&["b", "c"], false)),
            ("a", told(&["a"], false)),
            ("b.1", told(&["b", "c"], true)),
            ("c", told(&["c"], false)),
            ("d", told(&["d"], false)),
            ("d", told(&["d"], true)),
            ("e", "{}".to_owned()),
        ] {
            assert_eq!(send(&sink, id, body).await, StatusCode::NO_CONTENT);
        }
        assert_eq!((sink.webhooks(), sink.reminders()), (6, 1));
        let counts = Counts {
            repeated: 2,
            contradictory: 1,
            announced: 2,
            unannounced: 1,
            unreadable: 1,
        };
        assert_eq!(sink.counts(), counts);
    }
}
