//! A request to the app, and what it said.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::Client;

/// A request being put together.
pub struct Call {
    pub(super) client: Client,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) peer: Option<SocketAddr>,
}

impl Call {
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, super::value(value));
        self
    }

    /// As if it came over a connection from there.
    pub fn from_address(mut self, address: &str) -> Self {
        let address: IpAddr = address.parse().expect("an address");
        self.peer = Some(SocketAddr::new(address, 40_000));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        let kind = if self.method == Method::PATCH {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        self.header("content-type", kind).bytes(body.to_string())
    }

    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub async fn send(self) -> Answer {
        let (parts, body) = self.ask().await.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }

    /// Only the head of the answer, for bodies that never end.
    pub async fn head(self) -> Answer {
        let (parts, _) = self.ask().await.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: Bytes::new(),
        }
    }

    async fn ask(self) -> http::Response<Body> {
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.path)
            .body(Body::from(self.body))
            .expect("a request");
        *request.headers_mut() = self.headers;
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        self.client
            .router
            .oneshot(request)
            .await
            .expect("the router always answers")
    }
}

/// What the app said.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    /// The JSON body.
    ///
    /// # Panics
    /// When there is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&self.bytes)))
    }

    /// The JSON body of an answer with this status.
    ///
    /// # Panics
    /// When the status is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.bytes)
        );
        if self.bytes.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
