//! From a destination to an open stream, by judged addresses alone.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use astro_core::limits;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::rules::{Destination, Place};
use super::{HttpError, HttpOut};

/// An open connection, with or without TLS.
pub(super) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl HttpOut {
    pub(super) async fn connect(&self, destination: &Destination) -> Result<Stream, HttpError> {
        let addresses = self.addresses(destination).await?;
        let stream = reach(&destination.host, &addresses).await?;
        if !destination.is_tls {
            return Ok(Stream::Plain(stream));
        }
        let host = &destination.host;
        let failed = |error: &dyn std::fmt::Display| {
            HttpError::NotSent(format!("no secure connection to {host}: {error}"))
        };
        let name = ServerName::try_from(host.clone()).map_err(|error| failed(&error))?;
        let stream = self
            .tls
            .connect(name, stream)
            .await
            .map_err(|error| failed(&error))?;
        Ok(Stream::Tls(Box::new(stream)))
    }

    /// The one look-up of a request, and its judgement.
    async fn addresses(&self, destination: &Destination) -> Result<Vec<SocketAddr>, HttpError> {
        let Destination { host, port, .. } = destination;
        if let Place::Address(address) = destination.place {
            return Ok(vec![SocketAddr::new(address, *port)]);
        }
        let addresses = self.resolver.resolve(host, *port).await.map_err(|error| {
            HttpError::NotSent(format!("the name {host} cannot be looked up: {error}"))
        })?;
        if addresses.is_empty() {
            return Err(HttpError::NotSent(format!("{host} has no address")));
        }
        self.rules.judge_all(destination, &addresses)?;
        Ok(addresses)
    }
}

/// Tries one address after the other, each with its share of the time, so that a dead first one does
/// not use up all of it.
async fn reach(host: &str, addresses: &[SocketAddr]) -> Result<TcpStream, HttpError> {
    let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let share = limits::OUTGOING_CONNECT
        .checked_div(count)
        .unwrap_or(Duration::ZERO);
    let mut reason = "does not answer".to_owned();
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => reason = error.to_string(),
            Err(_) => {}
        }
    }
    Err(HttpError::NotSent(format!(
        "no connection to {host}: {reason}"
    )))
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
