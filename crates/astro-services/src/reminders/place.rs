//! Where a channel leads, put together from what is kept of it.

use astro_core::error::FieldError;
use astro_core::ids::DestinationId;
use astro_core::principal::Scope;
use astro_core::reminders::Channel;
use astro_core::reminders::destinations::Destination;
use astro_core::secret::Secret;
use astro_infra::channels::Target;
use astro_jobs::JobError;
use astro_store::{StoreError, destinations};
use serde_json::{Map, Value};

use crate::Services;

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

impl Services {
    /// A destination and how to reach it; `None` when it is gone.
    ///
    /// # Errors
    /// What becomes of a job that needs it.
    pub(crate) async fn target_of(
        &self,
        scope: Scope,
        id: DestinationId,
    ) -> Result<Option<(Destination, Target)>, JobError> {
        let found = self
            .store
            .read(&scope, |read| {
                Box::pin(async move { destinations::to_send(read, id).await })
            })
            .await
            .map_err(|error: StoreError| JobError::from(error))?;
        let Some((destination, secret)) = found else {
            return Ok(None);
        };
        let unread = |_| JobError::GiveUp("the destination's settings cannot be read".to_owned());
        let target = target(destination.channel, &destination.settings, secret.as_ref());
        Ok(Some((destination, target.map_err(unread)?)))
    }
}
