//! One request, one answer: for signing in and looking around, where nothing is measured.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

pub async fn send(
    address: SocketAddr,
    method: Method,
    path: &str,
    credential: Option<&HeaderValue>,
    body: Option<&Value>,
) -> Result<Value> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let mut request = Request::builder()
        .method(&method)
        .uri(path)
        .header(header::HOST, address.to_string());
    if let Some(credential) = credential {
        request = request.header(header::AUTHORIZATION, credential);
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let bytes = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
    let request = request.body(Full::new(bytes))?;
    let answer = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            let text = String::from_utf8_lossy(&body);
            bail!("{method} {path} was answered {status}: {text}");
        }
        serde_json::from_slice(&body).context("an answer that is no JSON")
    };
    tokio::select! {
        answer = answer => answer,
        ended = connection => {
            ended?;
            bail!("the server closed the connection of {method} {path}")
        }
    }
}
