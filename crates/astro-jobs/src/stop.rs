//! The end of a process, as everything in the engine room sees it.

use tokio::sync::watch;

/// Says when to stop; clones see the same moment.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// Whoever holds it decides. Dropping it stops everything as well.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Waits until it is time to stop.
    pub async fn wait(&mut self) {
        // A dropped stopper means that nobody is left to work for.
        let _ = self.0.wait_for(|stop| *stop).await;
    }

    pub fn is_now(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }
}
