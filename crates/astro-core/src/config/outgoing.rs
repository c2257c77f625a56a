//! Where the server itself may connect to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::settings::settings;
use super::{List, Network, NetworkError};

settings! {
    /// Connections that the server opens on behalf of people.
    pub struct OutgoingConfig in "outgoing" {
        /// Hosts, addresses or networks inside your own network that may be connected to; all that is not on the open internet is refused otherwise.
        allow: List<OutgoingTarget> = List::default();
    }
}

/// An entry of the allow-list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum OutgoingTarget {
    Network(Network),
    /// A host name, in lower case.
    Host(String),
}

impl fmt::Display for OutgoingTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(network) => network.fmt(f),
            Self::Host(host) => f.write_str(host),
        }
    }
}

impl FromStr for OutgoingTarget {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        if let Ok(network) = text.parse() {
            return Ok(Self::Network(network));
        }
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        // A last label of digits would be a mistyped address, not a host (RFC 3696, section 2).
        let is_host = text.split('.').all(is_label)
            && text
                .rsplit('.')
                .next()
                .is_some_and(|last| !last.chars().all(|c| c.is_ascii_digit()));
        if is_host {
            Ok(Self::Host(text.to_ascii_lowercase()))
        } else {
            Err(NetworkError::new(text))
        }
    }
}

impl TryFrom<String> for OutgoingTarget {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

impl From<OutgoingTarget> for String {
    fn from(target: OutgoingTarget) -> Self {
        target.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_networks_are_told_apart() {
        let parse = OutgoingTarget::from_str;
        assert_eq!(parse("NAS.lan").unwrap().to_string(), "nas.lan");
        assert!(matches!(
            parse("10.0.0.0/8"),
            Ok(OutgoingTarget::Network(_))
        ));
        assert!(parse("10.0.0.256").is_err());
        assert!(parse("http://nas.lan").is_err());
    }
}
