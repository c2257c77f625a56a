//! Alarms on their way out: those that came, with what has changed since, and new ones.

use astro_core::calendar::ical::{
    Alarm, Anchor as Related, RawParams, Relation, Todo, Trigger as Goes,
};
use astro_core::calendar::{IsoDuration, Timestamp, When, ZoneName};
use astro_core::reminders::{Anchor, Anchors, Channel, Trigger, fire_at};

use super::{CHANNELS, SNOOZE, TRIGGER, URGENT, USUAL, action, is_snooze, keys, take};
use crate::interchange::alerts::{Alert, Alerts, whole_seconds};

/// What an alarm hangs on.
pub struct Task<'a> {
    pub title: &'a str,
    /// What it was called when the to-do came.
    pub was_called: Option<&'a str>,
    pub anchors: &'a Anchors,
    pub zone: &'a ZoneName,
}

/// Brings the alarms of a to-do from what they `said` to what the task says `now`.
pub fn put(todo: &mut Todo, said: &Alerts, now: &Alerts, task: &Task<'_>) {
    let keys = keys(todo);
    let came = std::mem::take(&mut todo.alarms);
    let mut reminders = Vec::new();
    for (key, mut alarm) in keys.iter().zip(came) {
        match (said.get(key), now.get(key)) {
            // it was taken away here, or made into what no alarm can say
            (Some(_), None) => continue,
            (Some(said), Some(now)) if said != now && !can_be_said(now, task) => continue,
            (Some(said), Some(now)) => {
                rename(&mut alarm, task);
                set(&mut alarm, Some(said), now, task);
                reminders.push((todo.alarms.len(), key));
            }
            (None, Some(now)) if can_be_said(now, task) => {
                set(&mut alarm, None, now, task);
                reminders.push((todo.alarms.len(), key));
            }
            (None, _) => {}
        }
        todo.alarms.push(alarm);
    }
    let fresh = now.iter().filter(|(key, _)| !keys.contains(key));
    for (key, alert) in fresh.filter(|(_, alert)| can_be_said(alert, task)) {
        let mut alarm = Alarm::new(Goes::At(When::Utc(Timestamp::UNIX_EPOCH)));
        set(&mut alarm, None, alert, task);
        reminders.push((todo.alarms.len(), key));
        todo.alarms.push(alarm);
    }
    call_by_name(todo, &reminders);
    settle_snoozes(todo, now, &reminders, task);
}

/// Gives a UID to each alarm that would be called otherwise when it is read again.
fn call_by_name(todo: &mut Todo, reminders: &[(usize, &String)]) {
    loop {
        let read = keys(todo);
        let astray: Vec<_> = reminders
            .iter()
            .filter(|(index, key)| {
                read[*index] != **key && todo.alarms[*index].uid.as_ref() != Some(*key)
            })
            .collect();
        if astray.is_empty() {
            return;
        }
        for (index, key) in astray {
            todo.alarms[*index].uid = Some((*key).clone());
        }
    }
}

/// Takes away kept relations that would now put off what the reminder does not.
fn settle_snoozes(todo: &mut Todo, now: &Alerts, reminders: &[(usize, &String)], task: &Task<'_>) {
    let puts_off = |alerts: &Alerts, key: &String| {
        let alert = alerts.get(key);
        alert.is_some_and(|alert| alert.snooze_of.is_some())
    };
    loop {
        let (read, _) = take(todo, task.anchors, task.zone);
        let astray: Vec<_> = reminders
            .iter()
            .filter(|(_, key)| puts_off(&read, key) && !puts_off(now, key))
            .collect();
        if astray.is_empty() {
            return;
        }
        for (index, _) in astray {
            let related = &mut todo.alarms[*index].related;
            related.retain(|related| !is_snooze(related));
        }
    }
}

/// A place has no coordinates here, which an alarm must give; one of a single occurrence would call
/// at all of them; an offset needs what it counts from (RFC 5545 3.8.6.3).
fn can_be_said(alert: &Alert, task: &Task<'_>) -> bool {
    let fires = fire_at(&alert.trigger, None, task.anchors, task.zone.rules());
    alert.occurrence.is_none() && fires.is_some()
}

/// The words of an alarm that are the task's title follow it.
fn rename(alarm: &mut Alarm, task: &Task<'_>) {
    for text in [&mut alarm.description, &mut alarm.summary] {
        if text.is_some() && text.as_deref() == task.was_called {
            *text = Some(task.title.to_owned());
        }
    }
}

fn set(alarm: &mut Alarm, said: Option<&Alert>, now: &Alert, task: &Task<'_>) {
    let moved = said.is_none_or(|said| said.trigger != now.trigger);
    if moved {
        set_trigger(alarm, &now.trigger, task.zone);
    }
    if said.is_none_or(|said| said.channels != now.channels) {
        set_channels(alarm, &now.channels, task.title);
    }
    if said.is_none_or(|said| said.nag != now.nag) {
        alarm.repeat = now.nag.map(|nag| nag.max);
        let every = now
            .nag
            .map(|nag| IsoDuration::from_seconds(nag.every_s.into()));
        alarm.repeat_every = every.and_then(Result::ok);
    }
    if said.map_or(now.urgent, |said| said.urgent != now.urgent) {
        drop_line(alarm, URGENT);
        if now.urgent {
            add_line(alarm, URGENT, "TRUE");
        }
    }
    if moved || said.is_none_or(|said| said.acknowledged_at != now.acknowledged_at) {
        // only what is no earlier than the alarm itself answers it (RFC 9074 section 6)
        let fires = fire_at(&now.trigger, None, task.anchors, task.zone.rules());
        let answered = now.acknowledged_at.max(fires.map(whole_seconds));
        alarm.acknowledged = now.acknowledged_at.and(answered);
    }
    if said.is_none_or(|said| said.snooze_of != now.snooze_of) {
        alarm.related.retain(|related| !is_snooze(related));
        alarm
            .related
            .extend(now.snooze_of.iter().map(|original| Relation {
                reltype: Some(SNOOZE.to_owned()),
                value: original.clone(),
                gap: None,
                params: RawParams::default(),
            }));
    }
}

/// RFC 5545 3.8.6.3 knows times in UTC only; others are said beside it.
fn set_trigger(alarm: &mut Alarm, trigger: &Trigger, zone: &ZoneName) {
    drop_line(alarm, TRIGGER);
    match trigger {
        Trigger::Offset { from, by } => {
            let from = match from {
                Anchor::Start => Related::Start,
                Anchor::Due => Related::End,
            };
            alarm.trigger = Goes::Offset {
                duration: *by,
                from,
            };
        }
        Trigger::Absolute { at } => {
            let utc = When::Utc(whole_seconds(at.instant(zone.rules())));
            if utc != *at {
                add_line(alarm, TRIGGER, &at.to_string());
            }
            alarm.trigger = Goes::At(utc);
        }
        Trigger::Place { .. } => {}
    }
}

fn set_channels(alarm: &mut Alarm, channels: &[Channel], title: &str) {
    drop_line(alarm, CHANNELS);
    let action = action(channels);
    alarm.action = Some(action.to_owned());
    // both need the one, and letters the other too (RFC 5545 3.6.6)
    alarm.description.get_or_insert_with(|| title.to_owned());
    if action == "EMAIL" {
        alarm.summary.get_or_insert_with(|| title.to_owned());
    }
    let words: Vec<&str> = channels.iter().map(|channel| channel.as_str()).collect();
    match channels {
        [] => add_line(alarm, CHANNELS, USUAL),
        [Channel::InApp | Channel::Email] => {}
        _ => add_line(alarm, CHANNELS, &words.join(",")),
    }
}

fn drop_line(alarm: &mut Alarm, name: &str) {
    let lines = &mut alarm.extra.lines;
    lines.retain(|line| !line.name().eq_ignore_ascii_case(name));
}

/// Values of our own hold nothing that a line could not.
fn add_line(alarm: &mut Alarm, name: &str, value: &str) {
    alarm.extra.lines.extend(format!("{name}:{value}").parse());
}
