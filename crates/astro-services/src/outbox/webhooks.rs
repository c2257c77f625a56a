//! Webhooks that are told of events. What they are told holds no words of a person, as the log does not.

use astro_core::calendar::Timestamp;
use astro_core::events::Event;
use astro_core::ids::{DestinationId, JobId};
use astro_core::reminders::destinations::{Destination, matches};
use astro_infra::channels::Message;
use astro_jobs::{Job, JobError, Lease};
use astro_store::{StoreError, Write, destinations};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::followers::Follower;
use crate::reminders::refused;
use crate::{Result, Services};

/// The consumer's name; it has a place with owners who have such a webhook.
pub const WEBHOOKS: &str = "webhooks";

/// Tells a webhook of one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SendEvent {
    pub destination: DestinationId,
    pub subject: String,
    pub event: Value,
}

/// Makes a job for each webhook that is to be told of each event.
pub(super) const FOLLOWER: Follower = Follower {
    name: WEBHOOKS,
    keep: |write, events, now| Box::pin(keep(write, events, now)),
};

async fn keep(write: &mut Write, events: &[Event], now: Timestamp) -> Result<()> {
    let destinations = destinations::all(write).await?;
    for event in events {
        enqueue(write, &destinations, event, now).await?;
    }
    Ok(())
}

async fn enqueue(
    write: &mut Write,
    destinations: &[Destination],
    event: &Event,
    now: Timestamp,
) -> Result<(), StoreError> {
    let subject = event.subject();
    let is_told = |destination: &&Destination| {
        destination.enabled
            && destination
                .events
                .iter()
                .any(|pattern| matches(pattern, &subject))
    };
    for destination in destinations.iter().filter(is_told) {
        let job = SendEvent {
            destination: destination.id,
            subject: subject.clone(),
            event: json!({
                "id": event.id, "at": event.at, "entity": event.entity, "entity_id": event.entity_id,
                "action": event.action, "change_seq": event.change_seq, "data": event.data,
            }),
        };
        // the same event for the same place is the same job
        let name = format!("{}/{}", event.id, destination.id);
        let id = JobId::new(Uuid::new_v5(&event.id.uuid(), name.as_bytes()));
        astro_jobs::job::enqueue(write, id, &job, now, now).await?;
    }
    Ok(())
}

impl Job for SendEvent {
    const NAME: &'static str = "send-event";
    type Context = Services;

    async fn run(self, services: &Services, lease: &Lease) -> Result<(), JobError> {
        let found = services.target_of(lease.scope, self.destination).await?;
        let Some((_, target)) = found.filter(|(destination, _)| destination.enabled) else {
            return Ok(());
        };
        let now = services.now();
        let message = self.message(lease, now);
        match services.send(&target, &message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(refused(error)),
        }
    }
}

impl SendEvent {
    fn message(&self, lease: &Lease, now: Timestamp) -> Message {
        let id = match lease.lost {
            0 => lease.id.to_string(),
            lost => format!("{}.{lost}", lease.id),
        };
        Message {
            id,
            title: self.subject.clone(),
            body: String::new(),
            url: None,
            actions: Vec::new(),
            tag: self.subject.clone(),
            is_urgent: false,
            at: now,
            data: json!({ "type": self.subject, "timestamp": now, "data": self.event }),
        }
    }
}
