//! The mail server that reminders leave by.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::settings::settings;

settings! {
    /// How the server sends mail; without these it sends none.
    pub struct MailConfig in "mail" {
        /// The mail server: `smtps://user:password@host` (TLS from the start), `smtp://user:password@host?tls=required` (STARTTLS), `smtp://host` (no TLS, for a server on this machine). A port may follow the host; signs such as `@` in the password are percent-encoded.
        url: Option<SmtpUrl> = None;
        /// The sender of every mail: `AstroAssistance <assistant@example.org>`.
        from: Option<String> = None;
    }
}

/// An address that may hold a password: it shows itself to nobody who does not ask by name.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SmtpUrl(String);

const HIDDEN: &str = "***";

impl SmtpUrl {
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The address itself, for the one place that connects.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for SmtpUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_mail_server_shows_itself_to_nobody() {
        let url = SmtpUrl::new("smtps://u:p@h");
        assert_eq!(format!("{url:?}"), "***");
        assert_eq!(serde_json::to_string(&url).unwrap(), "\"***\"");
    }
}
