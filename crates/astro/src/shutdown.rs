//! Waiting for the signal to stop.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Says when to stop; clones see the same moment.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

impl Shutdown {
    /// Waits until it is time to stop.
    pub async fn wait(&mut self) {
        // A dropped sender means that the listener for signals is gone: then stop as well.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

/// Listens for SIGTERM and SIGINT. The future ends with the second one: whoever sends two does not
/// want to wait for open requests.
pub fn listen() -> std::io::Result<(Shutdown, impl Future<Output = ()>)> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (stop, wait) = watch::channel(false);
    let impatient = async move {
        for round in 0..2 {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if round == 0 {
                tracing::info!("stopping; a second signal stops at once");
                // Nobody waits any more when the server has ended by itself.
                let _ = stop.send(true);
            }
        }
    };
    Ok((Shutdown(wait), impatient))
}
