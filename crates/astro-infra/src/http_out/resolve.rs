//! Looking up names.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use astro_core::limits;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

/// Says where a name is.
pub trait Resolve: fmt::Debug + Send + Sync {
    /// Every address of the host, in the order in which they should be tried.
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// The machine's own way: its hosts file and name servers.
///
/// A look-up occupies a thread until the name servers have answered, also when nobody waits for it any
/// more: names whose servers are slow on purpose must not take all threads.
#[derive(Clone, Debug)]
pub struct SystemResolver {
    room: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(limits::OUTGOING_LOOK_UPS)),
        }
    }
}

impl Resolve for SystemResolver {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        async move {
            let room = Arc::clone(&self.room).acquire_owned().await;
            let room = room.map_err(io::Error::other)?;
            let host = host.to_owned();
            let look_up = move || {
                let found = (host.as_str(), port)
                    .to_socket_addrs()
                    .map(Iterator::collect);
                drop(room);
                found
            };
            tokio::task::spawn_blocking(look_up)
                .await
                .map_err(io::Error::other)?
        }
        .boxed()
    }
}
