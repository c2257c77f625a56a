//! Carrying a call outside. What is sent goes out under an id, and no id is sent twice: where nobody
//! knows how a try ended, because its process died or the other side fell silent, the next one goes out
//! under another id and says that it may be a repetition.

mod errand;
mod outcome;

use astro_core::ids::{DeliveryId, DestinationId, JobId};
use astro_core::principal::Scope;
use astro_core::reminders::Channel;
use astro_core::reminders::deliveries::{Delivery, DeliveryState};
use astro_infra::channels::{Message, SendError, Sent, Target};
use astro_jobs::{Job, JobError, Lease};
use astro_store::{StoreError, deliveries, destinations};
use serde::{Deserialize, Serialize};

use super::compose::{self, Said};
use crate::changes::Change;
use crate::{Result, Services};
use outcome::fail;

pub(crate) use outcome::send_again;

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

impl Job for SendDelivery {
    const NAME: &'static str = "send-delivery";
    type Context = Services;

    async fn run(self, services: &Services, lease: &Lease) -> Result<(), JobError> {
        let errand = services.errand(lease.scope, &self).await?;
        if errand.open.is_empty() {
            return Ok(());
        }
        let target = errand.target.map_err(JobError::GiveUp)?;
        let message = services.message(lease, &errand.open, &errand.style).await?;
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
            .await?
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

impl SendDelivery {
    /// What a refusal means for the job.
    async fn failed(
        &self,
        services: &Services,
        lease: &Lease,
        error: SendError,
    ) -> Result<JobError, JobError> {
        if let (SendError::Refused { is_gone: true, .. }, Some(gone)) = (&error, self.destination) {
            services.drop_destination(lease.scope, gone).await?;
        }
        Ok(refused(error))
    }
}

/// What a refusal means for a job that sends.
pub(crate) fn refused(error: SendError) -> JobError {
    match error {
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
        SendError::Refused { reason, .. } => JobError::GiveUp(reason),
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
