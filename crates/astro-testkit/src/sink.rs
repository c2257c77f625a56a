//! A real receiving end on the loopback address: it keeps what it was sent, and answers as it was told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// What was sent.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Value,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }
}

#[derive(Clone, Default)]
struct Kept {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
}

/// A server that takes everything, for as long as it lives.
pub struct Sink {
    address: SocketAddr,
    kept: Kept,
    task: tokio::task::JoinHandle<()>,
}

impl Sink {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let kept = Kept::default();
        let router = Router::new().fallback(take).with_state(kept.clone());
        #[expect(clippy::disallowed_methods, reason = "ends with the sink")]
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves");
        });
        Self {
            address,
            kept,
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers the next requests so; after them 200.
    pub fn answer(&self, statuses: &[u16]) {
        let mut answers = self
            .kept
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        answers.extend(
            statuses
                .iter()
                .map(|status| StatusCode::from_u16(*status).expect("a status")),
        );
    }

    pub fn received(&self) -> Vec<Received> {
        let received = self
            .kept
            .received
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        received.clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(kept): State<Kept>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let received = Received {
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    kept.received
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(received);
    let next = kept
        .answers
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .pop_front();
    next.unwrap_or(StatusCode::OK)
}
