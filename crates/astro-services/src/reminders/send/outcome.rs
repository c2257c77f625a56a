//! What became of a call, as the ledger and its reminder say.

use astro_core::calendar::Timestamp;
use astro_core::events::Action;
use astro_core::ids::{DeliveryId, ReminderId};
use astro_core::reminders::deliveries::{Delivery, DeliveryState};
use astro_core::reminders::{Reminder, ReminderState};
use astro_jobs::Job as _;
use astro_store::{deliveries, documents};
use serde_json::json;

use super::SendDelivery;
use crate::Result;
use crate::changes::Change;

/// A delivery was given up. When nothing of the call arrives anywhere, the reminder has failed.
pub(super) async fn fail(change: &mut Change<'_>, id: DeliveryId, reason: &str) -> Result<()> {
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
