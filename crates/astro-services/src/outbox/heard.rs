//! What the bus tells this process: whose sockets to tell, and that there is work.

use std::sync::Arc;
use std::time::Duration;

use astro_infra::bus::{Bus, Received};
use astro_jobs::Stop;
use futures_util::StreamExt as _;

use super::Published;
use crate::Services;

/// How long to wait before the bus is looked for again.
const PAUSE: Duration = Duration::from_secs(1);

impl Services {
    /// Listens to the bus until it is time to stop, and tells the sockets of this process.
    pub async fn listen(&self, bus: Arc<dyn Bus>, mut stop: Stop) {
        while !stop.is_now() {
            tokio::select! {
                () = stop.wait() => return,
                () = self.listen_once(&*bus) => {}
            }
            // whatever was missed is read anew
            self.live.resync();
            tokio::select! {
                () = stop.wait() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    async fn listen_once(&self, bus: &dyn Bus) {
        let mut messages = match bus.subscribe().await {
            Ok(messages) => messages,
            Err(error) => {
                tracing::warn!(%error, "the bus cannot be listened to");
                return;
            }
        };
        self.live.resync();
        while let Some(received) = messages.next().await {
            match received {
                Received::Gap => self.live.resync(),
                Received::Message(message) => {
                    match serde_json::from_slice::<Published>(&message.body) {
                        Ok(told) => self.live.tell(told.owner, &[told.notice]),
                        Err(error) => {
                            tracing::warn!(%error, subject = %message.subject, "a message cannot be read");
                        }
                    }
                }
            }
        }
    }
}
