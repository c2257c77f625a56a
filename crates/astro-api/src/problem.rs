//! Errors as RFC 9457 problems: ONE function maps a kind to a status, and what went wrong inside
//! is logged there and never sent.

use astro_core::error::{ErrorKind, FieldError};
use astro_services::Error;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of problems.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// The body of every answer that is not a success (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// A stable name of the kind of problem: `/problems/not-found`; docs/errors.md lists them.
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    pub(crate) status: u16,
    /// What happened, for people.
    detail: String,
    /// Every field that was wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Quote it when asking for help; the server's log has the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// An error on its way out.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(http::HeaderName, HeaderValue)>,
}

pub(crate) type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            title,
            detail: detail.into(),
            errors: Vec::new(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            "The request cannot be read",
            detail,
        )
    }

    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        Error::Invalid(errors).into()
    }

    pub(crate) fn not_found(noun: &'static str) -> Self {
        Error::NotFound(noun).into()
    }

    /// The body alone, for answers that hold several.
    pub(crate) fn into_document(self) -> ProblemDocument {
        ProblemDocument {
            kind: format!("/problems/{}", self.code.replace('_', "-")),
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail,
            errors: self.errors,
            request_id: crate::request_id::current(),
        }
    }

    pub(crate) fn with_header(
        mut self,
        name: http::HeaderName,
        value: impl Into<HeaderValue>,
    ) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Kind to status, code and title: the only such table.
fn describe(kind: ErrorKind) -> (StatusCode, &'static str, &'static str) {
    match kind {
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, "not-found", "Not found"),
        ErrorKind::Invalid => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "Some fields cannot be accepted",
        ),
        ErrorKind::Conflict => (
            StatusCode::CONFLICT,
            "conflict",
            "In conflict with what is there",
        ),
        ErrorKind::Stale => (
            StatusCode::PRECONDITION_FAILED,
            "stale",
            "Changed in the meantime",
        ),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
        ErrorKind::Unauthenticated => {
            (StatusCode::UNAUTHORIZED, "unauthenticated", "Not signed in")
        }
        ErrorKind::TooMany => (
            StatusCode::TOO_MANY_REQUESTS,
            "too-many",
            "Too many requests",
        ),
        ErrorKind::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available at the moment",
        ),
        ErrorKind::Internal => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Something went wrong on the server",
        ),
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, code, title) = describe(error.kind());
        if matches!(error.kind(), ErrorKind::Internal) {
            tracing::error!(error = %error, cause = ?error, "an operation failed");
            return Self::new(
                status,
                code,
                title,
                "The request id leads to the cause in the server's log.",
            );
        }
        let problem = Self::new(status, code, title, error.to_string());
        match error {
            Error::Invalid(errors) => Self { errors, ..problem },
            Error::Gone => Self {
                status: StatusCode::GONE,
                code: "gone",
                title: "Gone",
                ..problem
            },
            Error::Conflict { code, .. } => Self { code, ..problem },
            Error::TooMany { retry_after_s } | Error::Unavailable { retry_after_s } => {
                problem.with_header(header::RETRY_AFTER, HeaderValue::from(retry_after_s))
            }
            Error::Unauthenticated(_) => problem.with_header(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"astro\""),
            ),
            _ => problem,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, extra) = (self.status, self.headers.clone());
        let mut response = (status, axum::Json(self.into_document())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, value) in extra {
            headers.insert(name, value);
        }
        response
    }
}
