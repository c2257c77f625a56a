//! The Idempotency-Key header and what a key is bound to.

use astro_core::limits;
use astro_services::Idempotency;
use http::{HeaderMap, Method, Uri};
use sha2::{Digest as _, Sha256};

use crate::body::Digest;
use crate::problem::{Problem, Result};

const HEADER: &str = "idempotency-key";

/// The key of a request, bound to its method, target and body.
///
/// # Errors
/// 422 for a key that is empty, too long or not plain ASCII.
pub(crate) fn of(
    headers: &HeaderMap,
    method: &Method,
    uri: &Uri,
    body: Digest,
) -> Result<Option<Idempotency>> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default();
    let is_plain = key.bytes().all(|byte| byte.is_ascii_graphic());
    if key.is_empty() || key.len() > limits::IDEMPOTENCY_KEY_CHARS || !is_plain {
        let message = format!(
            "must have 1 to {} printable ASCII characters and no space",
            limits::IDEMPOTENCY_KEY_CHARS
        );
        return Err(Problem::invalid(vec![astro_core::error::FieldError::new(
            "Idempotency-Key",
            "wrong_length",
            message,
        )]));
    }
    let mut hash = Sha256::new();
    for part in [method.as_str(), uri.path(), uri.query().unwrap_or_default()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(body.0);
    Ok(Some(Idempotency {
        key: key.to_owned(),
        request_hash: hash.finalize().into(),
    }))
}
