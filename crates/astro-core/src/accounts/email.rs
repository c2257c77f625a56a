//! E-mail addresses, as names of accounts. They are not checked by sending mail.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// RFC 5321, section 4.5.3.1.3: a path of 256 characters with its brackets.
const MAX_CHARS: usize = 254;

/// An address as it was typed, without surrounding blanks. Two addresses that differ only in case
/// name the same account: compare by [`Email::key`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = "email", min_length = 3, max_length = 254, example = "owner@example.org")]
pub struct Email(String);

/// Text that cannot be an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an e-mail address such as owner@example.org")]
pub struct EmailError;

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes the address unique in its tenant.
    pub fn key(&self) -> String {
        Self::key_of(&self.0)
    }

    /// As [`Email::key`], of any text; for sign-in, where a wrong address is just an unknown one.
    pub fn key_of(text: &str) -> String {
        text.trim().to_lowercase()
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(EmailError)?;
        let is_clean = |c: char| !c.is_whitespace() && !c.is_control();
        let right = !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && text.chars().all(is_clean)
            && text.chars().count() <= MAX_CHARS;
        if right {
            Ok(Self(text.to_owned()))
        } else {
            Err(EmailError)
        }
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_blanks_do_not_make_another_account() {
        let typed: Email = "  Owner@Example.org ".parse().unwrap();
        assert_eq!(typed.as_str(), "Owner@Example.org");
        assert_eq!(typed.key(), "owner@example.org");
        assert_eq!(typed.key(), Email::key_of(" OWNER@EXAMPLE.ORG"));
    }

    #[test]
    fn what_cannot_be_an_address_is_refused() {
        for text in [
            "",
            "owner",
            "@example.org",
            "owner@",
            "a@b@c",
            "a b@example.org",
            "a\0@example.org",
        ] {
            assert_eq!(text.parse::<Email>(), Err(EmailError), "{text:?}");
        }
        assert!(
            format!("{}@example.org", "a".repeat(300))
                .parse::<Email>()
                .is_err()
        );
    }
}
