//! JSON bodies: read once, checked, and fingerprinted for idempotency keys.

use std::error::Error;

use astro_core::objects::Objects;
use astro_core::patch::field_error;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tower_http::timeout::TimeoutError;

use crate::depth;
use crate::problem::{Problem, Result};

/// A JSON body and the fingerprint of its bytes.
#[derive(Debug)]
pub(crate) struct Json<T> {
    pub(crate) value: T,
    pub(crate) digest: Digest,
}

/// SHA-256 of a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digest(pub(crate) [u8; 32]);

impl Digest {
    /// Of a request without a body.
    pub(crate) fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        require_json(request.headers(), &["application/json"])?;
        let bytes = read(request, state).await?;
        Ok(Self {
            value: parse(&bytes)?,
            digest: Digest(Sha256::digest(&bytes).into()),
        })
    }
}

/// A body of whatever kind, up to the limit that the route has.
#[derive(Debug)]
pub(crate) struct Raw(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        read(request, state).await.map(Self)
    }
}

/// # Errors
/// 415 unless the content type is one of `accepted`.
pub(crate) fn require_json(headers: &HeaderMap, accepted: &[&str]) -> Result<()> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    if accepted.contains(&essence.as_str()) {
        return Ok(());
    }
    let detail = format!("expected Content-Type: {}", accepted.join(" or "));
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        "Unsupported media type",
        detail,
    ))
}

/// The whole body, up to the limit that the route has.
pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The body is too large",
                rejection.body_text(),
            ),
            _ if has_timed_out(&rejection) => Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "timeout",
                "The body took too long",
                format!(
                    "no part of the body came for {} s",
                    astro_core::limits::BODY_TIMEOUT.as_secs()
                ),
            ),
            _ => Problem::malformed(rejection.body_text()),
        })
}

fn has_timed_out(error: &(dyn Error + 'static)) -> bool {
    error.is::<TimeoutError>() || error.source().is_some_and(has_timed_out)
}

/// Reads JSON, telling text that is no JSON (400) from JSON that does not fit (422, with its path).
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    if !depth::within_limit(bytes) {
        return Err(Problem::malformed(format!(
            "the JSON is nested deeper than {} levels",
            astro_core::limits::JSON_DEPTH
        )));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(Objects(&mut reader)).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            Problem::invalid(vec![field_error(&error)])
        } else {
            Problem::malformed(format!("at {}: {inner}", error.path()))
        }
    })?;
    reader
        .end()
        .map_err(|error| Problem::malformed(error.to_string()))?;
    Ok(value)
}
