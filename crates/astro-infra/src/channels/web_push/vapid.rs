//! Voluntary identification of the server towards push services (RFC 8292).

use std::fmt;

use astro_core::calendar::Timestamp;
use astro_core::random::Random;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;
use url::Url;

use super::encryption::new_key;

/// In seconds; services refuse more than a day, and clocks differ.
const VALID: i64 = 12 * 3_600;

/// The server's key towards push services. Browsers subscribe to its public half, so that a server
/// which loses the private one loses all subscriptions.
#[derive(Clone)]
pub struct Vapid {
    key: SigningKey,
    subject: String,
}

/// What makes no identification.
#[derive(Debug, thiserror::Error)]
pub enum VapidError {
    #[error("the key for Web Push is no private key of the curve P-256")]
    Key,
    #[error("the contact for Web Push must begin with mailto: or https:, not '{0}'")]
    Subject(String),
}

impl fmt::Debug for Vapid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vapid")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

impl Vapid {
    /// `subject` is where a push service's operator finds the server's: `mailto:` or `https:`.
    pub fn new(private_key: &[u8; 32], subject: &str) -> Result<Self, VapidError> {
        if !["mailto:", "https:"]
            .iter()
            .any(|scheme| subject.starts_with(scheme))
        {
            return Err(VapidError::Subject(subject.to_owned()));
        }
        Ok(Self {
            key: SigningKey::from_slice(private_key).map_err(|_| VapidError::Key)?,
            subject: subject.to_owned(),
        })
    }

    /// A fresh private key.
    pub fn new_private_key(random: &Random) -> [u8; 32] {
        new_key(random).to_bytes().into()
    }

    /// The uncompressed point, base64url without padding.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.verifying_key().to_encoded_point(false).as_bytes())
    }

    /// The header `Authorization` for one push service.
    pub(super) fn authorization(&self, endpoint: &Url, now: Timestamp) -> String {
        let header = json!({"typ": "JWT", "alg": "ES256"});
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": now.as_second() + VALID,
            "sub": self.subject,
        });
        let encoded = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature: Signature = self.key.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        // no blank after the comma: some readers take it for the end
        format!("vapid t={signed}.{signature},k={}", self.public_key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_and_a_contact_are_checked() {
        let random = Random::seeded(1);
        let key = Vapid::new_private_key(&random);
        assert!(Vapid::new(&key, "mailto:a@example.org").is_ok());
        assert!(matches!(
            Vapid::new(&key, "a@example.org"),
            Err(VapidError::Subject(_))
        ));
        let none = Vapid::new(&[0; 32], "https://example.org");
        assert!(matches!(none, Err(VapidError::Key)));
    }
}
