//! One answer is for all channels: nothing more goes out, and what lies on a screen is taken away where
//! the channel can do that.

use std::time::Duration;

use astro_core::ids::{DestinationId, TaskId};
use astro_core::reminders::{Channel, Reminder};
use astro_infra::channels::{Clear, SendError};
use astro_jobs::{Job, JobError, Lease};
use astro_store::deliveries;
use astro_store::reminders as rows;
use serde::{Deserialize, Serialize};

use super::compose::tag_of;
use crate::changes::{Change, before};
use crate::{Result, Services};

/// How long after a push its notification may still be on a screen.
const ON_SCREEN: Duration = Duration::from_hours(24);

/// Takes a notification away from one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClearNotification {
    pub destination: DestinationId,
    pub tag: String,
}

/// Lets nothing more of a reminder go out, and what went out disappear.
pub(crate) async fn clear(change: &mut Change<'_>, reminder: &Reminder) -> Result<()> {
    deliveries::cancel(change.write, reminder.id).await?;
    let since = before(change.now, ON_SCREEN);
    let mut told: Vec<DestinationId> = Vec::new();
    for channel in [Channel::WebPush, Channel::Ntfy] {
        for sent in deliveries::sent_of(change.write, reminder.id, channel, since).await? {
            if let Some(destination) = sent.destination_id
                && !told.contains(&destination)
            {
                told.push(destination);
            }
        }
    }
    for destination in told {
        let job = ClearNotification {
            destination,
            tag: tag_of(reminder),
        };
        let (id, now) = (change.id(), change.now);
        astro_jobs::job::enqueue(change.write, id, &job, now, now).await?;
    }
    Ok(())
}

/// As [`clear`], for everything that reminded of a task.
pub(crate) async fn clear_task(change: &mut Change<'_>, task: TaskId) -> Result<()> {
    for reminder in rows::of_task(change.write, task).await? {
        clear(change, &reminder).await?;
    }
    Ok(())
}

impl Job for ClearNotification {
    const NAME: &'static str = "clear-notification";
    /// What is not away soon may stay: it does no harm.
    const ATTEMPTS: u32 = 2;
    type Context = Services;

    async fn run(self, services: &Services, lease: &Lease) -> Result<(), JobError> {
        let found = services.target_of(lease.scope, self.destination).await?;
        let Some((_, target)) = found else {
            return Ok(());
        };
        let clear = Clear {
            id: lease.id.to_string(),
            tag: self.tag,
        };
        let Some(channels) = &services.channels else {
            return Ok(());
        };
        match channels.clear(&target, &clear, services.now()).await {
            Ok(_) => Ok(()),
            Err(SendError::Refused { reason, .. }) => Err(JobError::GiveUp(reason)),
            Err(SendError::NotSent { reason, .. } | SendError::Unknown { reason }) => {
                Err(JobError::Retry {
                    reason,
                    after: None,
                    lost: false,
                })
            }
        }
    }
}
