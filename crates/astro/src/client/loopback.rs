//! One request to the server on this machine.

use std::time::Duration;

use anyhow::Context as _;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Reply;
use crate::running::RunningServer;

/// An import of the largest file takes long; a server that says nothing for longer is stuck.
const PATIENCE: Duration = Duration::from_mins(10);

pub async fn ask(server: &RunningServer, request: Request<Body>) -> anyhow::Result<Reply> {
    let stream = TcpStream::connect(server.address).await.with_context(|| {
        format!(
            "the server (process {}) does not answer at {}",
            server.pid, server.address
        )
    })?;
    tokio::time::timeout(PATIENCE, exchange(stream, request))
        .await
        .context("the server did not answer in time")?
}

async fn exchange(stream: TcpStream, request: Request<Body>) -> anyhow::Result<Reply> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let asking = async {
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok::<_, hyper::Error>(Reply {
            status: head.status,
            body,
        })
    };
    tokio::pin!(asking);
    tokio::select! {
        // The connection drives the exchange; it ends by itself once the answer is complete.
        reply = &mut asking => Ok(reply?),
        ended = connection => {
            ended?;
            Ok(asking.await?)
        }
    }
}
