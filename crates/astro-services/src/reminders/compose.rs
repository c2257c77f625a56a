//! What a reminder says. Titles are a person's words: they are put beside ours, never read.

use astro_core::calendar::{Date, TimeZone, Timestamp, When};
use astro_core::preferences::{PreferenceSet, TimeFormat};
use astro_core::reminders::Reminder;
use astro_core::reminders::deliveries::Delivery;
use astro_core::tasks::Task;
use astro_infra::channels::{Action, Message};
use serde_json::{Value, json};

/// Lines of a message about many; the rest is counted.
const LINES: usize = 20;

/// One call, with all that can be said of it.
#[derive(Clone, Debug)]
pub struct Said {
    pub delivery: Delivery,
    pub reminder: Reminder,
    pub task: Task,
}

/// How the person reads times.
#[derive(Clone, Debug)]
pub struct Style {
    zone: TimeZone,
    format: TimeFormat,
}

impl Style {
    pub fn of(preferences: &PreferenceSet) -> Self {
        Self {
            zone: preferences.zone().load(),
            format: preferences.time_format(),
        }
    }

    /// The time of day, with the day where it is not today.
    fn moment(&self, at: Timestamp, now: Timestamp) -> String {
        let (local, today) = (self.zone.to_datetime(at), self.zone.to_datetime(now));
        let time = match self.format {
            TimeFormat::H24 => local.strftime("%H:%M"),
            TimeFormat::H12 => local.strftime("%-I:%M %p"),
        };
        if local.date() == today.date() {
            time.to_string()
        } else {
            format!("{} {time}", day(local.date(), today.date()))
        }
    }

    fn due(&self, due: &When, now: Timestamp) -> String {
        match due {
            When::Date(day) => self::day(*day, self.zone.to_datetime(now).date()),
            timed => self.moment(timed.instant(&self.zone), now),
        }
    }
}

fn day(day: Date, today: Date) -> String {
    if day == today {
        "today".to_owned()
    } else if day.year() == today.year() {
        day.strftime("%a %-d %b").to_string()
    } else {
        day.strftime("%-d %b %Y").to_string()
    }
}

/// What a message needs beside its calls.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub now: Timestamp,
    /// What links begin with, where the server is reachable.
    pub base: Option<&'a str>,
    /// The token that answers a single call.
    pub answer: Option<&'a str>,
    /// An earlier try may have arrived.
    pub is_repeated: bool,
}

/// The message of these calls, under its id.
pub fn message(id: String, about: &About<'_>, calls: &[Said], style: &Style) -> Message {
    let (title, body) = match calls {
        [only] => (only.task.title.clone(), one(about, only, style)),
        many => (
            format!(
                "{} reminders came due while nobody could be told",
                many.len()
            ),
            list(about, many, style),
        ),
    };
    let url = about.base.map(|base| match about.answer {
        Some(token) => format!("{base}/answer#{token}"),
        None => format!("{base}/"),
    });
    let actions = match (about.base, about.answer) {
        (Some(base), Some(token)) => [("Done", "done"), ("Snooze", "snooze")]
            .map(|(label, verb)| Action {
                label: label.to_owned(),
                url: format!("{base}/answer#{token}.{verb}"),
            })
            .to_vec(),
        _ => Vec::new(),
    };
    Message {
        tag: tag(calls),
        is_urgent: calls.iter().any(|call| call.reminder.urgent),
        at: about.now,
        data: data(about, calls),
        id,
        title,
        body,
        url,
        actions,
    }
}

/// What later messages of the same reminder take the place of.
pub fn tag(calls: &[Said]) -> String {
    match calls {
        [only] => tag_of(&only.reminder),
        _ => "late".to_owned(),
    }
}

pub fn tag_of(reminder: &Reminder) -> String {
    // what puts a reminder off takes its place
    let original = reminder.snooze_of.unwrap_or(reminder.id);
    original.to_string()
}

fn one(about: &About<'_>, call: &Said, style: &Style) -> String {
    let mut lines = Vec::new();
    if let Some(due) = &call.task.due {
        lines.push(format!("Due {}", style.due(due, about.now)));
    }
    if call.delivery.late {
        let was_for = style.moment(call.delivery.due_at, about.now);
        lines.push(format!("Late: this was for {was_for}"));
    }
    if let (Some(nag), true) = (call.reminder.nag, call.delivery.call > 0) {
        lines.push(format!(
            "Call {} of {}",
            call.delivery.call + 1,
            nag.max + 1
        ));
    }
    lines.extend(repeated(about));
    if lines.is_empty() {
        lines.push("Reminder".to_owned());
    }
    lines.join("\n")
}

fn list(about: &About<'_>, calls: &[Said], style: &Style) -> String {
    let mut lines: Vec<String> = calls
        .iter()
        .take(LINES)
        .map(|call| {
            let at = style.moment(call.delivery.due_at, about.now);
            format!("- {} ({at})", call.task.title)
        })
        .collect();
    if calls.len() > LINES {
        lines.push(format!("and {} more", calls.len() - LINES));
    }
    lines.extend(repeated(about));
    lines.join("\n")
}

fn repeated(about: &About<'_>) -> Option<String> {
    about
        .is_repeated
        .then(|| "This may have reached you before".to_owned())
}

/// What programs are told.
fn data(about: &About<'_>, calls: &[Said]) -> Value {
    let reminders: Vec<Value> = calls
        .iter()
        .map(|call| {
            json!({
                "delivery_id": call.delivery.id,
                "reminder_id": call.reminder.id,
                "task_id": call.task.id,
                "title": call.task.title,
                "due": call.task.due,
                "due_at": call.delivery.due_at,
                "fired_at": call.delivery.fired_at,
                "call": call.delivery.call,
                "late": call.delivery.late,
            })
        })
        .collect();
    json!({
        "type": "reminder.fired",
        "timestamp": about.now,
        "data": { "reminders": reminders, "may_be_repeated": about.is_repeated },
    })
}
