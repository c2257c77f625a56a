//! The bus: inside the process, or NATS between several.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::settings::settings;

settings! {
    /// What tells the processes of one installation about each other's changes.
    pub struct BusConfig in "bus" {
        /// `nats://user:password@host:4222` or `tls://..` of a NATS server with JetStream, for several processes over one PostgreSQL; without it NATS is not used.
        url: Option<BusUrl> = None;
    }
}

/// An address that may hold a password: it shows itself to nobody who does not ask by name.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct BusUrl(String);

const HIDDEN: &str = "***";

impl BusUrl {
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The address itself, for the one place that connects.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BusUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for BusUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_url_shows_itself_to_nobody() {
        let url = BusUrl::new("nats://u:p@h");
        assert_eq!(format!("{url:?}"), "***");
        assert_eq!(serde_json::to_string(&url).unwrap(), "\"***\"");
    }
}
