//! The mail server that reminders leave by.

use super::SecretUrl;
use super::settings::settings;

settings! {
    /// How the server sends mail; without these it sends none.
    pub struct MailConfig in "mail" {
        /// The mail server: `smtps://user:password@host` (TLS from the start), `smtp://user:password@host?tls=required` (STARTTLS), `smtp://host` (no TLS, for a server on this machine). A port may follow the host; signs such as `@` in the password are percent-encoded.
        url: Option<SecretUrl> = None;
        /// The sender of every mail: `AstroAssistance <assistant@example.org>`.
        from: Option<String> = None;
    }
}
