//! The bus: inside the process, or NATS between several.

use super::SecretUrl;
use super::settings::settings;

settings! {
    /// What tells the processes of one installation about each other's changes.
    pub struct BusConfig in "bus" {
        /// `nats://user:password@host:4222` or `tls://..` of a NATS server with JetStream, for several processes over one PostgreSQL; without it NATS is not used.
        url: Option<SecretUrl> = None;
    }
}
