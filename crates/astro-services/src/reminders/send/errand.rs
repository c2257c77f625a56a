//! What a job that sends is to say, and where, as it stands now.

use astro_core::ids::DeliveryId;
use astro_core::principal::Scope;
use astro_core::reminders::deliveries::DeliveryState;
use astro_core::reminders::{Channel, Reminder};
use astro_core::tasks::Task;
use astro_infra::channels::Target;
use astro_jobs::JobError;
use astro_store::{Read, StoreError, deliveries, destinations, documents, preferences};

use super::super::compose::{Said, Style};
use super::SendDelivery;
use crate::Services;

/// What is still to be said, and where.
pub(super) struct Errand {
    pub(super) open: Vec<Said>,
    /// Or why there is none any more.
    pub(super) target: Result<Target, String>,
    pub(super) style: Style,
}

impl Services {
    pub(super) async fn errand(
        &self,
        scope: Scope,
        job: &SendDelivery,
    ) -> Result<Errand, JobError> {
        let address = match job.channel {
            Channel::Email => self.address_of(scope).await?,
            _ => None,
        };
        let job = job.clone();
        self.store
            .read(&scope, |read| {
                Box::pin(async move {
                    let mut open = Vec::new();
                    for id in &job.deliveries {
                        open.extend(said(read, *id).await?);
                    }
                    let preferences = preferences::set(read).await?;
                    Ok(Errand {
                        open,
                        target: target(read, &job, address).await?,
                        style: Style::of(&preferences),
                    })
                })
            })
            .await
    }

    /// The address that an account is known by.
    pub(in crate::reminders) async fn address_of(
        &self,
        scope: Scope,
    ) -> Result<Option<String>, StoreError> {
        let user = scope.owner().into();
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move { astro_store::accounts::users::get(admin, user).await })
        });
        Ok(found.await?.map(|user| user.email.to_string()))
    }
}

/// A line of the ledger that is still to be said.
async fn said(read: &mut Read, id: DeliveryId) -> Result<Option<Said>, StoreError> {
    let Some(delivery) = deliveries::get(read, id).await? else {
        return Ok(None);
    };
    let reminder: Option<Reminder> = documents::get(read, delivery.reminder_id.uuid()).await?;
    let task: Option<Task> = documents::get(read, delivery.task_id.uuid()).await?;
    let (Some(reminder), Some(task)) = (reminder, task) else {
        return Ok(None);
    };
    let is_open = delivery.state == DeliveryState::Queued && task.is_open();
    Ok(is_open.then_some(Said {
        delivery,
        reminder,
        task,
    }))
}

async fn target(
    read: &mut Read,
    job: &SendDelivery,
    address: Option<String>,
) -> Result<Result<Target, String>, StoreError> {
    let Some(id) = job.destination else {
        return Ok(address
            .map(|address| Target::Email { address })
            .ok_or_else(|| "the account is gone".to_owned()));
    };
    let found = destinations::to_send(read, id).await?;
    Ok(match found {
        Some((destination, secret)) if destination.enabled => {
            crate::reminders::target(destination.channel, &destination.settings, secret.as_ref())
                .map_err(|_| "the destination's settings cannot be read".to_owned())
        }
        _ => Err("the destination was removed or turned off".to_owned()),
    })
}
