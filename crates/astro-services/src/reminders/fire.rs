//! Calling: what is due calls, once, in one transaction with its lines in the ledger and with the jobs
//! that carry it outside. Quiet hours hold back what is not urgent.

use astro_core::calendar::Timestamp;
use astro_core::events::Action;
use astro_core::ids::DestinationId;
use astro_core::limits;
use astro_core::principal::Scope;
use astro_core::reminders::deliveries::{Delivery, DeliveryState};
use astro_core::reminders::destinations::Destination;
use astro_core::reminders::{Anchors, Channel, Reminder, is_late};
use astro_core::tasks::Task;
use astro_infra::channels::Channels;
use astro_jobs::{Pump, Worked};
use astro_store::due::Turns;
use astro_store::reminders as rows;
use astro_store::{Commit, StoreError, Wake, deliveries, destinations, documents, preferences};
use serde_json::json;

use super::send::SendDelivery;
use crate::changes::Change;
use crate::{Result, Services};

/// Fires what is due, owner by owner.
#[derive(Clone, Debug)]
pub struct FireReminders(pub Services);

impl Pump for FireReminders {
    fn name(&self) -> &'static str {
        "reminders"
    }

    async fn turns(&self, now: Timestamp) -> Result<Turns, StoreError> {
        self.0.store.due_reminders(now).await
    }

    fn note(&self, commit: &Commit) -> bool {
        commit.wakes(Wake::Reminders)
    }

    async fn work(&self, scope: Scope) -> Result<Worked, Box<dyn std::error::Error + Send + Sync>> {
        Ok(if self.0.fire_due(scope).await? {
            Worked::Some
        } else {
            Worked::All
        })
    }
}

/// A call on its way to one place.
struct Call {
    delivery: Delivery,
    late: bool,
}

impl Services {
    /// Fires what is due of one owner, a batch of it. Answers whether something due may be left.
    ///
    /// # Errors
    /// When the batch could not be kept; nothing of it has happened then.
    pub async fn fire_due(&self, scope: Scope) -> Result<bool> {
        let can_mail = self.channels.as_ref().is_some_and(Channels::can_mail);
        let fired = self
            .change_unasked(scope, move |change| {
                Box::pin(async move { fire(change, can_mail).await })
            })
            .await?;
        for (due_at, called_at) in &fired.calls {
            let late = called_at.duration_since(*due_at).as_secs_f64();
            metrics::histogram!("astro_reminder_lateness_seconds").record(late);
        }
        Ok(fired.is_full)
    }
}

struct Fired {
    /// When each was due, and when it called.
    calls: Vec<(Timestamp, Timestamp)>,
    is_full: bool,
}

async fn fire(change: &mut Change<'_>, can_mail: bool) -> Result<Fired> {
    let now = change.now;
    let mut limit = limits::FIRE_BATCH;
    let mut due = rows::due(change.write, now, limit).await?;
    let oldest = due.first().and_then(|reminder| reminder.next_fire_at);
    if due.len() == limit as usize && oldest.is_some_and(|at| is_late(at, now)) {
        limit = limits::FIRE_LATE_BATCH;
        due = rows::due(change.write, now, limit).await?;
    }
    let is_full = due.len() == limit as usize;
    let preferences = preferences::set(change.write).await?;
    let zone = change.write.zone().await?;
    let quiet_until = preferences.quiet_hours().ends_at(now, &zone);
    let places = Places {
        usual: preferences.remind_channels(),
        destinations: destinations::all(change.write).await?,
        can_mail,
    };
    let mut calls = Vec::new();
    let mut fired = Vec::new();
    for reminder in due {
        match quiet_until {
            Some(until) if !reminder.urgent => hold(change, reminder, until).await?,
            _ => {
                fired.extend(reminder.next_fire_at.map(|at| (at, now)));
                calls.extend(call(change, &places, reminder).await?);
            }
        }
    }
    send(change, calls).await?;
    Ok(Fired {
        calls: fired,
        is_full,
    })
}

/// Puts a call off until the quiet hours end.
async fn hold(change: &mut Change<'_>, reminder: Reminder, until: Timestamp) -> Result<()> {
    let held = Reminder {
        next_fire_at: Some(until),
        ..reminder.clone()
    };
    let data = json!({ "task_id": reminder.task_id, "quiet_until": until });
    change
        .update(&reminder, held, Action::Deferred, data)
        .await
        .map(drop)
}

/// Where reminders of one owner can go.
struct Places {
    usual: Vec<Channel>,
    destinations: Vec<Destination>,
    can_mail: bool,
}

/// A place, or why there is none.
type Place = std::result::Result<Option<DestinationId>, &'static str>;

impl Places {
    fn of(&self, channel: Channel) -> Vec<Place> {
        match channel {
            Channel::InApp => vec![Ok(None)],
            Channel::Email if self.can_mail => vec![Ok(None)],
            Channel::Email => vec![Err("this server has no mail server to send with")],
            _ => {
                let there = self
                    .destinations
                    .iter()
                    .filter(|destination| destination.channel == channel && destination.enabled);
                let found: Vec<Place> = there.map(|one| Ok(Some(one.id))).collect();
                if found.is_empty() {
                    vec![Err("there is no destination for this channel")]
                } else {
                    found
                }
            }
        }
    }

    /// Every place that a reminder goes to. One that can go nowhere is shown in the product at least.
    fn of_reminder(&self, reminder: &Reminder) -> Vec<(Channel, Place)> {
        let channels = if reminder.channels.is_empty() {
            &self.usual
        } else {
            &reminder.channels
        };
        let mut places: Vec<(Channel, Place)> = channels
            .iter()
            .flat_map(|channel| self.of(*channel).into_iter().map(|place| (*channel, place)))
            .collect();
        if places.iter().all(|(_, place)| place.is_err()) {
            places.push((Channel::InApp, Ok(None)));
        }
        places
    }
}

/// Lets a reminder call: its lines in the ledger, and its own state.
async fn call(change: &mut Change<'_>, places: &Places, reminder: Reminder) -> Result<Vec<Call>> {
    let zone = change.write.zone().await?;
    let task: Option<Task> = documents::get(change.write, reminder.task_id.uuid()).await?;
    let (Some(task), Some(due_at)) = (task, reminder.next_fire_at) else {
        return Ok(Vec::new());
    };
    let anchors = Anchors::from(&task);
    if !anchors.open {
        // its task was closed by a way that did not tell it
        let silent = reminder.clone().settled(&anchors, &zone);
        change
            .update(&reminder, silent, Action::Edited, json!({}))
            .await?;
        return Ok(Vec::new());
    }
    let late = is_late(due_at, change.now);
    let mut calls = Vec::new();
    let mut channels = Vec::new();
    for (channel, place) in places.of_reminder(&reminder) {
        let mut delivery = line(change, &reminder, channel, due_at, late);
        match place {
            Ok(destination) => delivery.destination_id = destination,
            Err(reason) => {
                delivery.state = DeliveryState::Failed;
                delivery.error = Some(reason.to_owned());
            }
        }
        channels.push(channel);
        let is_new = deliveries::insert(change.write, &delivery).await?;
        if is_new && delivery.state == DeliveryState::Queued {
            calls.push(Call { delivery, late });
        }
    }
    let after = reminder.clone().called(change.now, &anchors, &zone);
    let data = json!({
        "task_id": reminder.task_id, "due_at": due_at, "call": reminder.calls, "late": late, "channels": channels,
    });
    change.update(&reminder, after, Action::Fired, data).await?;
    Ok(calls)
}

fn line(
    change: &Change<'_>,
    reminder: &Reminder,
    channel: Channel,
    due_at: Timestamp,
    late: bool,
) -> Delivery {
    let in_app = channel == Channel::InApp;
    Delivery {
        id: change.id(),
        reminder_id: reminder.id,
        task_id: reminder.task_id,
        channel,
        destination_id: None,
        due_at,
        call: reminder.calls,
        late,
        fired_at: change.now,
        // whoever looks into the product sees it from this transaction on
        state: if in_app {
            DeliveryState::Sent
        } else {
            DeliveryState::Queued
        },
        sent_at: in_app.then_some(change.now),
        error: None,
    }
}

/// Makes the jobs that carry calls outside: one for each, but late ones together for each place where
/// there are many.
async fn send(change: &mut Change<'_>, calls: Vec<Call>) -> Result<()> {
    let late: std::collections::HashSet<_> = calls
        .iter()
        .filter(|call| call.late)
        .map(|call| call.delivery.reminder_id)
        .collect();
    let gathers = late.len() > limits::LATE_SINGLY;
    let mut gathered: Vec<SendDelivery> = Vec::new();
    for Call { delivery, late } in calls {
        let job = SendDelivery::of(&delivery);
        let known = gathered.iter_mut().find(|other| other.has_place_of(&job));
        match known {
            Some(known) if gathers && late => known.deliveries.push(delivery.id),
            None if gathers && late => gathered.push(job),
            _ => job.enqueue(change).await?,
        }
    }
    for job in gathered {
        job.enqueue(change).await?;
    }
    Ok(())
}
