//! The query string of sync.

use astro_core::error::FieldError;
use astro_core::limits;
use astro_core::sync::{NotAToken, SyncToken};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::{Problem, Result};

/// From where to read on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SyncQuery {
    /// `next` of the answer before; absent or `0` to read everything there is.
    #[param(pattern = "^[0-9]{1,18}([.][0-9]{1,18})?$")]
    since: Option<String>,
    /// Changes at most.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

impl SyncQuery {
    pub(crate) fn read(&self) -> Result<(SyncToken, u32)> {
        let since = match self.since.as_deref() {
            None => SyncToken::default(),
            Some(text) => text
                .parse()
                .map_err(|error: NotAToken| wrong("since", error.to_string()))?,
        };
        let limit = self.limit.unwrap_or(limits::SYNC_PAGE);
        if !(1..=limits::SYNC_PAGE).contains(&limit) {
            let message = format!("must lie between 1 and {}", limits::SYNC_PAGE);
            return Err(wrong("limit", message));
        }
        Ok((since, limit))
    }
}

fn wrong(field: &str, message: String) -> Problem {
    Problem::invalid(vec![FieldError::new(field, "wrong_value", message)])
}
