//! Addresses of servers, which may hold a password.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// An address that shows itself to nobody who does not ask by name.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretUrl(String);

const HIDDEN: &str = "***";

impl SecretUrl {
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The address itself, for the one place that connects.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for SecretUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_itself_to_nobody() {
        let url = SecretUrl::new("smtps://u:p@h");
        assert_eq!(format!("{url:?}"), "***");
        assert_eq!(serde_json::to_string(&url).unwrap(), "\"***\"");
    }
}
