//! Which versions of a row a caller will write over.

use std::sync::Arc;

use crate::{Error, Result};

/// The versions that the caller believes to be the present one: any of them will do
/// (RFC 9110 13.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected(Arc<[i64]>);

impl Expected {
    pub fn any_of(versions: &[i64]) -> Self {
        Self(versions.into())
    }
}

impl From<i64> for Expected {
    fn from(version: i64) -> Self {
        Self::any_of(&[version])
    }
}

/// # Errors
/// [`Error::Stale`] when the caller named versions and `current` is none of them.
pub(crate) fn check(expected: Option<&Expected>, current: i64) -> Result<()> {
    match expected {
        Some(expected) if !expected.0.contains(&current) => Err(Error::Stale { current }),
        _ => Ok(()),
    }
}
