//! One error for every operation; its `code` is the stable name that clients see
//! (docs/errors.md). See docs/decisions/0004-one-service-error.md for why it is not one per noun.

use astro_core::error::{ErrorKind, FieldError};
use astro_jobs::JobError;
use astro_store::StoreError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Absent, or somebody else's. The two answers are the same to the letter.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("{}", list(.0))]
    Invalid(Vec<FieldError>),
    /// The request is fine, but not with what is there.
    #[error("{detail}")]
    Conflict { code: &'static str, detail: String },
    #[error("it was changed by somebody else; its version is {current} now")]
    Stale { current: i64 },
    #[error("{0}")]
    Forbidden(String),
    #[error("{0}")]
    Unauthenticated(&'static str),
    #[error("too many requests; try again in {retry_after_s} s")]
    TooMany { retry_after_s: u64 },
    #[error("not available at the moment; try again in {retry_after_s} s")]
    Unavailable { retry_after_s: u64 },
    /// The sync token is older than what was removed for good.
    #[error("the sync token is too old; read everything anew")]
    Gone,
    #[error(transparent)]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Invalid(_) => ErrorKind::Invalid,
            Self::Conflict { .. } | Self::Gone => ErrorKind::Conflict,
            Self::Stale { .. } => ErrorKind::Stale,
            Self::Forbidden(_) => ErrorKind::Forbidden,
            Self::Unauthenticated(_) => ErrorKind::Unauthenticated,
            Self::TooMany { .. } => ErrorKind::TooMany,
            Self::Unavailable { .. } => ErrorKind::Unavailable,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// One wrong field.
    pub fn invalid(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, message)])
    }

    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            detail: detail.into(),
        }
    }

    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }
}

impl From<Vec<FieldError>> for Error {
    fn from(fields: Vec<FieldError>) -> Self {
        Self::Invalid(fields)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Unavailable(_) => {
                tracing::warn!(%error, "the store cannot answer now");
                Self::Unavailable { retry_after_s: 1 }
            }
            // Operations that can be stale say so themselves, with the version; what is left is a
            // constraint that a rule should have caught first.
            StoreError::Conflict { ref constraint } => {
                Self::conflict("constraint", format!("refused by {constraint}"))
            }
            // A request that was let in just before its account was removed.
            StoreError::NoOwner => Self::Unauthenticated("this account no longer exists"),
            other => Self::Internal(Box::new(other)),
        }
    }
}

/// A job that fails inside of the product may do better later; nothing went out.
impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        tracing::warn!(%error, "a job met a failure of the product's own");
        Self::Retry {
            reason: "the server could not prepare it".to_owned(),
            after: None,
            lost: false,
        }
    }
}

fn list(fields: &[FieldError]) -> String {
    fields
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
