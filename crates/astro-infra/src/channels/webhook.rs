//! Signed webhooks (<https://github.com/standard-webhooks/standard-webhooks>, version 1).

use astro_core::calendar::Timestamp;
use astro_core::error::Checks;
use astro_core::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use http::{HeaderName, HeaderValue};
use sha2::Sha256;

use super::{Message, SendError, address, header_value};
use crate::http_out::Request;

const PREFIX: &str = "whsec_";
const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// A fresh secret, of 32 random bytes.
pub fn new_secret(random: [u8; 32]) -> Secret {
    Secret::new(format!("{PREFIX}{}", STANDARD.encode(random)))
}

pub(super) fn check(checks: &mut Checks, secret: &Secret) {
    checks.require(
        key(secret).is_some_and(|key| (24..=64).contains(&key.len())),
        "secret",
        "wrong_value",
        "must be whsec_ and the base64 of 24 to 64 bytes",
    );
}

pub(super) fn request(
    url: &str,
    secret: &Secret,
    message: &Message,
    now: Timestamp,
) -> Result<Request, SendError> {
    let seconds = now.as_second();
    let body = message.data.to_string();
    let signature = sign(secret, &message.id, seconds, &body)
        .ok_or_else(|| SendError::refused("the webhook's secret cannot be used"))?;
    let request = Request::post_json(address(url)?, &message.data);
    Ok(request
        .header(ID, header_value(&message.id)?)
        .header(TIMESTAMP, HeaderValue::from(seconds))
        .header(SIGNATURE, header_value(&signature)?))
}

fn sign(secret: &Secret, id: &str, seconds: i64, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).ok()?;
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    Some(format!(
        "v1,{}",
        STANDARD.encode(mac.finalize().into_bytes())
    ))
}

fn key(secret: &Secret) -> Option<Vec<u8>> {
    let text = secret.expose();
    STANDARD.decode(text.strip_prefix(PREFIX)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_gets_its_signature() {
        // the reference libraries' own test vector
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signature = sign(
            &secret,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature.as_deref(), Some(expected));
    }

    #[test]
    fn a_fresh_secret_passes_its_own_check() {
        let mut checks = Checks::default();
        check(&mut checks, &new_secret([7; 32]));
        assert!(checks.is_empty());
    }
}
