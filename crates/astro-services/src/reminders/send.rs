//! Carrying a call outside. What is sent goes out under an id, and no id is sent twice: where nobody
//! knows how a try ended, because its process died or the other side fell silent, the next one goes out
//! under another id and says that it may be a repetition.

use astro_core::calendar::Timestamp;
use astro_core::events::Action;
use astro_core::ids::{DeliveryId, DestinationId, JobId, ReminderId};
use astro_core::principal::Scope;
use astro_core::reminders::deliveries::{Delivery, DeliveryState};
use astro_core::reminders::{Channel, Reminder, ReminderState};
use astro_core::tasks::Task;
use astro_infra::channels::{Message, SendError, Sent, Target};
use astro_jobs::{Job, JobError, Lease};
use astro_store::{Read, StoreError, deliveries, destinations, documents, preferences};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::compose::{self, Said};
use crate::changes::Change;
use crate::{Result, Services};

/// Sends calls of one owner to one place, as one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendDelivery {
    /// Lines of the ledger; the first one's id is the message's.
    pub deliveries: Vec<DeliveryId>,
    pub channel: Channel,
    pub destination: Option<DestinationId>,
}

impl SendDelivery {
    pub(super) fn of(delivery: &Delivery) -> Self {
        Self {
            deliveries: vec![delivery.id],
            channel: delivery.channel,
            destination: delivery.destination_id,
        }
    }

    pub(super) fn has_place_of(&self, other: &Self) -> bool {
        (self.channel, self.destination) == (other.channel, other.destination)
    }

    pub(super) async fn enqueue(&self, change: &mut Change<'_>) -> Result<()> {
        let Some(first) = self.deliveries.first() else {
            return Ok(());
        };
        let id = JobId::from(first.uuid());
        let now = change.now;
        astro_jobs::job::enqueue(change.write, id, self, now, now).await?;
        Ok(())
    }
}

/// What is still to be said, and where.
struct Errand {
    open: Vec<Said>,
    target: std::result::Result<Target, String>,
    style: compose::Style,
}

impl Job for SendDelivery {
    const NAME: &'static str = "send-delivery";
    type Context = Services;

    async fn run(self, services: &Services, lease: &Lease) -> Result<(), JobError> {
        let errand = services.errand(lease.scope, &self).await?;
        if errand.open.is_empty() {
            return Ok(());
        }
        let target = errand.target.map_err(JobError::GiveUp)?;
        let message = services
            .message(lease, &errand.open, &errand.style)
            .await
            .map_err(|error| retry_later(&error))?;
        // A process that stood still meanwhile must not send what another has taken over.
        if services.now() >= lease.until {
            return Err(JobError::LeaseLost);
        }
        match services.send(&target, &message).await {
            Ok(_) => services.note_sent(lease, &errand.open).await,
            Err(error) => Err(self.failed(services, lease, error).await?),
        }
    }

    async fn given_up(
        self,
        services: &Services,
        lease: &Lease,
        reason: &str,
    ) -> Result<(), JobError> {
        let (held, reason) = (lease.clone(), reason.to_owned());
        services
            .change_unasked(lease.scope, move |change| {
                Box::pin(async move {
                    for id in self.deliveries {
                        fail(change, id, &reason).await?;
                    }
                    let now = change.now;
                    Ok(held.give_up(change.write, &reason, now).await)
                })
            })
            .await
            .map_err(|error| retry_later(&error))?
    }

    async fn put_off(&self, services: &Services, lease: &Lease, reason: &str) {
        let (ids, reason) = (self.deliveries.clone(), reason.to_owned());
        let noted = services
            .store
            .write(&lease.scope, move |write| {
                Box::pin(async move {
                    for id in ids {
                        deliveries::note(write, id, &reason).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await;
        if let Err(error) = noted {
            tracing::warn!(%error, "why a delivery waits was not noted");
        }
    }
}

/// A process that was set up without ways to the outside.
pub(crate) fn nothing_leaves() -> SendError {
    SendError::Refused {
        reason: "this server sends nothing".to_owned(),
        is_gone: false,
    }
}

/// A failure of our own: nothing went out yet.
pub(crate) fn retry_later(error: &crate::Error) -> JobError {
    tracing::warn!(%error, "a delivery could not be prepared");
    JobError::Retry {
        reason: "the server could not prepare it".to_owned(),
        after: None,
        lost: false,
    }
}

impl SendDelivery {
    /// What a refusal means for the job.
    async fn failed(
        &self,
        services: &Services,
        lease: &Lease,
        error: SendError,
    ) -> Result<JobError, JobError> {
        Ok(match error {
            SendError::NotSent {
                reason,
                retry_after,
            } => JobError::Retry {
                reason,
                after: retry_after,
                lost: false,
            },
            SendError::Unknown { reason } => JobError::Retry {
                reason,
                after: None,
                lost: true,
            },
            SendError::Refused { reason, is_gone } => {
                if let (true, Some(gone)) = (is_gone, self.destination) {
                    services.drop_destination(lease.scope, gone).await?;
                }
                JobError::GiveUp(reason)
            }
        })
    }
}

impl Services {
    /// Sends a message once.
    pub(crate) async fn send(&self, target: &Target, message: &Message) -> Result<Sent, SendError> {
        match &self.channels {
            Some(channels) => channels.send(target, message, self.now()).await,
            None => Err(nothing_leaves()),
        }
    }

    async fn errand(&self, scope: Scope, job: &SendDelivery) -> Result<Errand, JobError> {
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
                        style: compose::Style::of(&preferences),
                    })
                })
            })
            .await
    }

    /// The address that an account is known by.
    pub(super) async fn address_of(&self, scope: Scope) -> Result<Option<String>, StoreError> {
        let user = scope.owner().into();
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move { astro_store::accounts::users::get(admin, user).await })
        });
        Ok(found.await?.map(|user| user.email.to_string()))
    }

    async fn message(
        &self,
        lease: &Lease,
        open: &[Said],
        style: &compose::Style,
    ) -> Result<Message> {
        let base = self.public_url.as_deref();
        let link = match (open, base) {
            ([only], Some(_)) => Some(self.answer_token(lease.scope, only.delivery.id).await?),
            _ => None,
        };
        let id = match (open.first(), lease.lost) {
            (Some(first), 0) => first.delivery.id.to_string(),
            (Some(first), lost) => format!("{}.{lost}", first.delivery.id),
            (None, _) => lease.id.to_string(),
        };
        let about = compose::About {
            now: self.now(),
            base,
            answer: link.as_deref(),
            is_repeated: lease.lost > 0,
        };
        Ok(compose::message(id, &about, open, style))
    }

    /// Keeps what became of a message, for as long as the lease lasts: the other side has it, and the
    /// database may be away for a moment only.
    async fn note_sent(&self, lease: &Lease, open: &[Said]) -> Result<(), JobError> {
        let ids: Vec<DeliveryId> = open.iter().map(|said| said.delivery.id).collect();
        loop {
            let kept = self.keep_sent(lease, ids.clone()).await;
            match kept {
                Err(JobError::Store(error)) if self.now() < lease.until => {
                    tracing::warn!(%error, "that a delivery was sent is not kept yet");
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
                other => return other,
            }
        }
    }

    async fn keep_sent(&self, lease: &Lease, ids: Vec<DeliveryId>) -> Result<(), JobError> {
        let (held, now) = (lease.clone(), self.now());
        self.store
            .write(&lease.scope, move |write| {
                Box::pin(async move {
                    for id in ids {
                        deliveries::settle(write, id, DeliveryState::Sent, Some(now), None).await?;
                    }
                    held.finish(write).await
                })
            })
            .await
    }

    /// Takes away a destination that says itself that it is gone.
    async fn drop_destination(&self, scope: Scope, id: DestinationId) -> Result<(), StoreError> {
        self.store
            .write(&scope, move |write| {
                Box::pin(async move { destinations::delete(write, id).await.map(drop) })
            })
            .await
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
) -> Result<std::result::Result<Target, String>, StoreError> {
    let Some(id) = job.destination else {
        return Ok(address
            .map(|address| Target::Email { address })
            .ok_or_else(|| "the account is gone".to_owned()));
    };
    let found = destinations::to_send(read, id).await?;
    Ok(match found {
        Some((destination, secret)) if destination.enabled => {
            super::target(destination.channel, &destination.settings, secret.as_ref())
                .map_err(|_| "the destination's settings cannot be read".to_owned())
        }
        _ => Err("the destination was removed or turned off".to_owned()),
    })
}

/// A delivery was given up. When nothing of the call arrives anywhere, the reminder has failed.
async fn fail(change: &mut Change<'_>, id: DeliveryId, reason: &str) -> Result<()> {
    let Some(delivery) = deliveries::get(change.write, id).await? else {
        return Ok(());
    };
    let state = DeliveryState::Failed;
    if !deliveries::settle(change.write, id, state, None, Some(reason)).await? {
        return Ok(());
    }
    let reminder: Option<Reminder> =
        documents::get(change.write, delivery.reminder_id.uuid()).await?;
    let Some(reminder) = reminder else {
        return Ok(());
    };
    let is_lost = !arrives(change, reminder.id, delivery.due_at, delivery.call).await?;
    if is_lost && reminder.state == ReminderState::Sent && reminder.next_fire_at.is_none() {
        let failed = Reminder {
            state: ReminderState::Failed,
            ..reminder.clone()
        };
        let data = json!({ "task_id": reminder.task_id, "channel": delivery.channel });
        change
            .update(&reminder, failed, Action::Failed, data)
            .await?;
    }
    Ok(())
}

/// What was given up is on its way again.
pub(crate) async fn send_again(change: &mut Change<'_>, job: &astro_core::jobs::Job) -> Result<()> {
    if job.name != SendDelivery::NAME {
        return Ok(());
    }
    let job: SendDelivery =
        serde_json::from_value(job.payload.clone()).map_err(crate::Error::internal)?;
    for id in job.deliveries {
        let Some(delivery) = deliveries::get(change.write, id).await? else {
            continue;
        };
        deliveries::requeue(change.write, id).await?;
        let reminder: Option<Reminder> =
            documents::get(change.write, delivery.reminder_id.uuid()).await?;
        if let Some(failed) = reminder.filter(|one| one.state == ReminderState::Failed) {
            let sent = Reminder {
                state: ReminderState::Sent,
                ..failed.clone()
            };
            change
                .update(&failed, sent, Action::Edited, json!({}))
                .await?;
        }
    }
    Ok(())
}

/// Whether a call has arrived somewhere, or may still do so.
async fn arrives(
    change: &mut Change<'_>,
    reminder: ReminderId,
    due_at: Timestamp,
    call: u32,
) -> Result<bool> {
    let lines = deliveries::of_call(change.write, reminder, due_at, call).await?;
    let hopeful =
        |line: &Delivery| matches!(line.state, DeliveryState::Sent | DeliveryState::Queued);
    Ok(lines.iter().any(hopeful))
}
