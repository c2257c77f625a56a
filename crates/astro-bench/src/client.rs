//! Requests whose answers are read, for signing in, filling in and looking around.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// One request over a connection of its own.
pub async fn send(
    address: SocketAddr,
    method: Method,
    path: &str,
    credential: Option<&HeaderValue>,
    body: Option<&Value>,
) -> Result<Value> {
    let mut caller = Caller::open(address, credential).await?;
    caller.send(method, path, body).await
}

/// A connection that is kept, one request at a time.
pub struct Caller {
    sender: SendRequest<Full<Bytes>>,
    /// Ends with the caller.
    _connection: JoinSet<hyper::Result<()>>,
    host: String,
    credential: Option<HeaderValue>,
}

impl Caller {
    pub async fn open(address: SocketAddr, credential: Option<&HeaderValue>) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let mut running = JoinSet::new();
        running.spawn(connection);
        Ok(Self {
            sender,
            _connection: running,
            host: address.to_string(),
            credential: credential.cloned(),
        })
    }

    /// The answer as JSON, `null` where it is empty.
    ///
    /// # Errors
    /// When it is no success.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        let mut request = Request::builder()
            .method(&method)
            .uri(path)
            .header(header::HOST, &self.host);
        if let Some(credential) = &self.credential {
            request = request.header(header::AUTHORIZATION, credential);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let bytes = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        self.sender.ready().await?;
        let request = request.body(Full::new(bytes))?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            let text = String::from_utf8_lossy(&body);
            bail!("{method} {path} was answered {status}: {text}");
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).context("an answer that is no JSON")
    }
}
