//! E-mail, through the operator's mail server.
//!
//! The server is the operator's choice, so it may be anywhere, and [`crate::http_out`]'s rules do not
//! bind it. Each mail has a connection of its own: it costs a handshake, and tells how far it came.

mod letter;
mod server;

use std::sync::Arc;
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::config::MailConfig;
use astro_core::limits;
use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use tokio::time::timeout;

use self::server::Server;
use super::{Channels, Message, SendError, Sent};
use crate::http_out::Trust;

pub(super) const NOT_CONFIGURED: &str =
    "this server sends no mail: its operator has set no mail server";

const GOODBYE: Duration = Duration::from_secs(1);

/// The way to the mail server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    server: Server,
    from: Mailbox,
}

/// What is wrong with the section `[mail]`. Names no password.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("mail.url and mail.from must both be set, or neither")]
    Half,
    #[error("mail.url: {0}")]
    Url(String),
    #[error("mail.from must be an address such as AstroAssistance <assistant@example.org>: {0}")]
    From(#[from] lettre::address::AddressError),
}

impl Mailer {
    /// `None` where no mail server is set.
    pub fn new(config: &MailConfig, trust: &Trust) -> Result<Option<Self>, MailError> {
        let (url, from) = match (&config.url, &config.from) {
            (None, None) => return Ok(None),
            (Some(url), Some(from)) => (url, from),
            _ => return Err(MailError::Half),
        };
        let from: Mailbox = from.parse()?;
        let server = Server::new(url, from.email.domain(), trust)?;
        Ok(Some(Self(Arc::new(Inner { server, from }))))
    }
}

impl Channels {
    pub(super) async fn email(
        &self,
        address: &str,
        message: &Message,
        now: Timestamp,
    ) -> Result<Sent, SendError> {
        let Some(Mailer(mailer)) = &self.mailer else {
            return Err(SendError::refused(NOT_CONFIGURED));
        };
        let to: Address = address
            .parse()
            .map_err(|error| SendError::refused(format!("not a usable address: {error}")))?;
        let letter = letter::letter(&mailer.from, to, message, now)
            .map_err(|error| SendError::refused(format!("the mail cannot be written: {error}")))?;

        let mut connection = timeout(limits::MAIL_STEP, mailer.server.open(letter.envelope()))
            .await
            .map_err(|_| SendError::not_sent("the mail server did not answer in time"))?
            .map_err(|error| before(&error))?;
        let answer = timeout(limits::MAIL_STEP, connection.message(&letter.formatted()))
            .await
            .map_err(|_| SendError::Unknown {
                reason: "the mail server took the mail and did not confirm it in time".to_owned(),
            })?
            .map_err(|error| after(&error))?;
        // the mail is accepted: how the parting goes changes nothing
        let _ = timeout(GOODBYE, connection.quit()).await;
        Ok(Sent {
            answer: format!("{} {}", answer.code(), answer.first_line().unwrap_or("")),
        })
    }
}

/// Nothing was handed over yet.
fn before(error: &SmtpError) -> SendError {
    let reason = told(error);
    if error.is_permanent() || error.is_client() {
        SendError::refused(reason)
    } else {
        SendError::not_sent(reason)
    }
}

/// The letter was on its way: only a clear answer says where it is.
fn after(error: &SmtpError) -> SendError {
    let reason = told(error);
    if error.is_permanent() {
        SendError::refused(reason)
    } else if error.is_transient() {
        SendError::not_sent(reason)
    } else {
        SendError::Unknown { reason }
    }
}

fn told(error: &SmtpError) -> String {
    super::text::cut(&format!("mail server: {error}"), 300).to_owned()
}
