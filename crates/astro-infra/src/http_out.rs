//! The one outgoing HTTP client of the product: whatever the server fetches or sends on somebody's
//! behalf goes through [`HttpOut`], so that nobody can make it speak to the inside of its own
//! network (server-side request forgery).
//!
//! The host is looked up once, every address that it has is judged ([`address`]), and the connection
//! goes to one of those addresses and to nothing else: a name that changes its mind between the look
//! and the connection changes nothing. No redirect is followed, no proxy is taken from the
//! environment, and each request has a connection of its own. That costs a handshake, and in return
//! nothing is held open, and a failure says whether the request can have arrived.

pub mod address;
mod connect;
mod exchange;
mod resolve;
mod rules;
mod trust;

use std::fmt;
use std::sync::Arc;

use astro_core::config::OutgoingConfig;
use astro_core::limits;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

pub use resolve::{Resolve, SystemResolver};
use rules::Rules;
pub use trust::{Trust, TrustError};

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub struct HttpOut {
    rules: Arc<Rules>,
    resolver: Arc<dyn Resolve>,
    tls: TlsConnector,
}

impl fmt::Debug for HttpOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpOut")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

/// A request: headers beside `Host`, `User-Agent` and `Connection`, and a body that its maker bounds.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    pub fn post(url: Url, body: impl Into<Bytes>) -> Self {
        Self {
            method: Method::POST,
            url,
            headers: HeaderMap::new(),
            body: body.into(),
        }
    }

    /// A POST of a JSON value.
    pub fn post_json(url: Url, value: &serde_json::Value) -> Self {
        Self::post(url, value.to_string()).header(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        )
    }

    pub fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// What the other side answered, whatever its status: a redirect arrives here like any other.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// At most [`limits::OUTGOING_ANSWER_BYTES`].
    pub body: Bytes,
    /// The body was longer, or broke off.
    pub is_cut: bool,
}

/// Why there is no answer. The texts name no path and no query, where tokens may stand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// The rules forbid the address: nothing was connected to, nor will it be.
    #[error("{0}")]
    Blocked(String),
    /// No request has left: it may be tried again without fear of a second one.
    #[error("{0}")]
    NotSent(String),
    /// The request may have arrived and may have been obeyed.
    #[error("{0}")]
    Unknown(String),
}

impl HttpOut {
    /// With the machine's way of looking up names.
    pub fn new(config: &OutgoingConfig, trust: &Trust) -> Result<Self, TrustError> {
        Self::with_resolver(config, trust, Arc::new(SystemResolver::default()))
    }

    pub fn with_resolver(
        config: &OutgoingConfig,
        trust: &Trust,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, TrustError> {
        Ok(Self {
            rules: Arc::new(Rules::new(config)),
            resolver,
            tls: trust.connector()?,
        })
    }

    /// What can be judged before anything is looked up: scheme, user name, and a host that is
    /// written as an address.
    pub fn check(&self, url: &Url) -> Result<(), HttpError> {
        self.rules.destination(url).map(drop)
    }

    /// Sends the request once and waits at most ten seconds, five of them for the connection.
    pub async fn send(&self, request: Request) -> Result<Answer, HttpError> {
        let destination = self.rules.destination(&request.url)?;
        let host = destination.host.clone();
        let sending = async {
            let stream = timeout(limits::OUTGOING_CONNECT, self.connect(&destination))
                .await
                .map_err(|_| {
                    HttpError::NotSent(format!("{host} did not let us connect in time"))
                })??;
            exchange::exchange(stream, request, &host).await
        };
        // connecting has a shorter limit, so by now the request was on its way
        timeout(limits::OUTGOING_TOTAL, sending)
            .await
            .unwrap_or_else(|_| {
                Err(HttpError::Unknown(format!(
                    "{host} took the request and did not answer in time"
                )))
            })
    }
}
