//! Where a channel leads, put together from what is kept of it.

use astro_core::error::FieldError;
use astro_core::reminders::Channel;
use astro_core::secret::Secret;
use astro_infra::channels::Target;
use serde_json::{Map, Value};

/// The target of a channel with these settings and this secret.
///
/// # Errors
/// What the channel cannot read.
pub(crate) fn target(
    channel: Channel,
    settings: &Map<String, Value>,
    secret: Option<&Secret>,
) -> Result<Target, Vec<FieldError>> {
    let mut whole = settings.clone();
    whole.insert("channel".to_owned(), Value::from(channel.as_str()));
    Target::of(&Value::Object(whole), secret).map_err(|error| {
        vec![FieldError::new(
            "settings",
            "wrong_value",
            error.to_string(),
        )]
    })
}
