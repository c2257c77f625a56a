//! Accepting connections: HTTP/1.1 with a time limit on the head, a bound on open connections,
//! and an orderly end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use astro_core::limits;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::{ServiceExt as _, util::MapRequestLayer};

use crate::shutdown::Shutdown;

/// Bytes of a request's head; with more it is answered 431.
const HEAD_BYTES: usize = 64 * 1024;
/// How long to wait when the system has no file descriptor left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown`, then lets requests in flight end, at most [`limits::DRAIN_TIMEOUT`].
/// Answers whether all of them did.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: usize,
    mut shutdown: Shutdown,
) -> bool {
    let room = Arc::new(Semaphore::new(connections.max(1)));
    let mut open = JoinSet::new();
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            () = shutdown.wait() => break,
        };
        let (stream, permit) = stream;
        let service = router.clone().layer(MapRequestLayer::new(
            move |mut request: http::Request<_>| {
                request.extensions_mut().insert(ConnectInfo(peer));
                request
            },
        ));
        let service = service
            .map_request(|request: http::Request<Incoming>| request.map(axum::body::Body::new));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits::HEADER_TIMEOUT)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
            // a socket is counted apart once it is one: its place here is free again
            .with_upgrades();
        let mut ending = shutdown.clone();
        open.spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = ending.wait() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, %peer, "a connection ended early");
            }
            drop(permit);
        });
        while open.try_join_next().is_some() {}
    }
    drop(listener);
    let all = async { while open.join_next().await.is_some() {} };
    let drained = tokio::time::timeout(limits::DRAIN_TIMEOUT, all)
        .await
        .is_ok();
    if !drained {
        tracing::warn!(
            left = open.len(),
            "closing requests that did not end in time"
        );
    }
    open.shutdown().await;
    drained
}

type Admitted = (TcpStream, tokio::sync::OwnedSemaphorePermit);

/// The next connection, once there is room for one.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> (Admitted, SocketAddr) {
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else {
            // The semaphore is never closed.
            std::future::pending::<()>().await;
            continue;
        };
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are small; waiting to fill a packet would only delay them.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "TCP_NODELAY was refused");
                }
                return ((stream, permit), peer);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
