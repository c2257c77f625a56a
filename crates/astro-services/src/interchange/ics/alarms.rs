//! Alarms of a to-do (VALARM, RFC 5545 3.6.6, RFC 9074) and the reminders that they are.
//!
//! An alarm that a reminder can stand for becomes one; all others, and whatever a reminder has no
//! place for, stay with the to-do as they are. Properties of our own say what VALARM cannot:
//! `X-ASTRO-CHANNELS` the ways beside ACTION, `X-ASTRO-TRIGGER` a time that is not in UTC,
//! `X-ASTRO-URGENT` that it calls in quiet hours too.

use std::collections::HashSet;

use astro_core::calendar::ical::{
    Alarm, Anchor as Related, RawLine, Relation, Todo, Trigger as Goes,
};
use astro_core::calendar::{When, ZoneName};
use astro_core::interchange::Format;
use astro_core::limits;
use astro_core::reminders::{Anchor, Anchors, Channel, Nag, Trigger, fire_at};

use crate::interchange::alerts::{Alert, Alerts, whole_seconds};
use crate::interchange::identity::Identities;

mod put;

pub(super) use put::{Task, put};

const CHANNELS: &str = "X-ASTRO-CHANNELS";
const TRIGGER: &str = "X-ASTRO-TRIGGER";
const URGENT: &str = "X-ASTRO-URGENT";
const SNOOZE: &str = "SNOOZE";
/// In place of a list of channels: those that the preference names.
const USUAL: &str = "DEFAULT";

/// What an alarm became.
#[derive(Debug)]
pub(super) enum Taken {
    /// A reminder; the names of what it has no place for.
    Mapped { key: String, kept: Vec<String> },
    /// No reminder can stand for it; the reason where a person should know.
    Kept(Option<&'static str>),
}

/// What the alarms of a to-do say, and what became of each, in their order. `anchors` are those of
/// the task.
pub(super) fn take(todo: &Todo, anchors: &Anchors, zone: &ZoneName) -> (Alerts, Vec<Taken>) {
    let keys = keys(todo);
    let mut alerts = Alerts::new();
    let mut taken = Vec::with_capacity(keys.len());
    for (key, alarm) in keys.iter().zip(&todo.alarms) {
        match alert(todo, alarm, anchors, zone) {
            Ok(_) if alerts.len() >= limits::LIST_ENTRIES => {
                taken.push(Taken::Kept(Some("is one of too many; it is kept as it is")));
            }
            Ok((alert, kept)) => {
                alerts.insert(key.clone(), alert);
                let key = key.clone();
                taken.push(Taken::Mapped { key, kept });
            }
            Err(reason) => taken.push(Taken::Kept(reason)),
        }
    }
    settle_snoozes(todo, &mut alerts, &mut taken);
    (alerts, taken)
}

/// An alarm can put off only what is a reminder of the same task, and not itself put off.
fn settle_snoozes(todo: &Todo, alerts: &mut Alerts, taken: &mut [Taken]) {
    let originals: HashSet<String> = alerts
        .iter()
        .filter(|(_, alert)| alert.snooze_of.is_none())
        .map(|(key, _)| key.clone())
        .collect();
    for (taken, alarm) in taken.iter_mut().zip(&todo.alarms) {
        let Taken::Mapped { key, kept } = taken else {
            continue;
        };
        let Some(alert) = alerts.get_mut(key) else {
            continue;
        };
        alert.snooze_of = alert.snooze_of.take().filter(|of| originals.contains(of));
        let said = usize::from(alert.snooze_of.is_some());
        kept.extend((said..alarm.related.len()).map(|_| "RELATED-TO".to_owned()));
    }
}

/// What the alarms are called: their UID, or where they have none of their own, what follows from
/// the to-do and what they say.
pub(super) fn keys(todo: &Todo) -> Vec<String> {
    let mut used = HashSet::new();
    let own: Vec<Option<String>> = todo
        .alarms
        .iter()
        .map(|alarm| {
            let uid = alarm.uid.as_ref().filter(|uid| is_name(uid))?;
            used.insert(uid.clone()).then(|| uid.clone())
        })
        .collect();
    let mut identities = Identities::new(Format::Ics);
    let uid = todo.uid.as_deref().unwrap_or_default();
    own.into_iter()
        .zip(&todo.alarms)
        .map(|(own, alarm)| {
            own.unwrap_or_else(|| {
                let says = format!("VALARM\n{uid}\n{:?}\n{:?}", alarm.trigger, alarm.action);
                loop {
                    let key = identities.derive(&says);
                    if used.insert(key.clone()) {
                        return key;
                    }
                }
            })
        })
        .collect()
}

fn is_name(uid: &str) -> bool {
    !uid.trim().is_empty() && !uid.contains('\0') && uid.chars().count() <= limits::SHORT_CHARS
}

/// The reminder that an alarm is, and the names of what that leaves out.
fn alert(
    todo: &Todo,
    alarm: &Alarm,
    anchors: &Anchors,
    zone: &ZoneName,
) -> Result<(Alert, Vec<String>), Option<&'static str>> {
    let by_action = by_action(alarm).ok_or(None)?;
    // those wait for a place; their time is a filler (RFC 9074 section 8)
    let waits_for_place = ["PROXIMITY", "X-APPLE-PROXIMITY"];
    if todo.recurrence_id.is_some()
        || waits_for_place
            .iter()
            .any(|name| line(alarm, name).is_some())
    {
        return Err(None);
    }
    let mut kept = left_over(todo, alarm);
    let trigger = trigger(alarm, zone, &mut kept);
    let fires = fire_at(&trigger, None, anchors, zone.rules()).ok_or(Some(match trigger {
        Trigger::Offset {
            from: Anchor::Start,
            ..
        } => "counts from DTSTART, which is not there; it is kept as it is",
        _ => "counts from DUE, which is not there; it is kept as it is",
    }))?;
    let channels = channels(alarm, by_action, &mut kept);
    let nag = nag(alarm);
    if nag.is_none() {
        kept.extend(alarm.repeat.map(|_| "REPEAT".to_owned()));
        kept.extend(alarm.repeat_every.map(|_| "DURATION".to_owned()));
    }
    // an answer to an earlier occurrence is none to the next (RFC 9074 section 6)
    let answer = alarm.acknowledged;
    let acknowledged_at = answer.filter(|at| *at >= whole_seconds(fires));
    if answer.is_some() && acknowledged_at.is_none() {
        kept.push("ACKNOWLEDGED".to_owned());
    }
    let alert = Alert {
        trigger,
        channels,
        nag,
        urgent: line(alarm, URGENT).is_some_and(|line| line.value().eq_ignore_ascii_case("TRUE")),
        occurrence: None,
        acknowledged_at,
        snooze_of: alarm
            .related
            .iter()
            .find(|related| is_snooze(related))
            .map(|r| r.value.clone()),
    };
    Ok((alert, kept))
}

fn is_snooze(related: &Relation) -> bool {
    let kind = related.reltype.as_deref().unwrap_or_default();
    kind.eq_ignore_ascii_case(SNOOZE)
}

fn by_action(alarm: &Alarm) -> Option<Channel> {
    match alarm
        .action
        .as_deref()?
        .trim()
        .to_ascii_uppercase()
        .as_str()
    {
        "DISPLAY" | "AUDIO" => Some(Channel::InApp),
        "EMAIL" => Some(Channel::Email),
        _ => None,
    }
}

fn line<'a>(alarm: &'a Alarm, name: &str) -> Option<&'a RawLine> {
    let mut lines = alarm.extra.lines.iter();
    lines.find(|line| line.name().eq_ignore_ascii_case(name))
}

/// A time that we wrote, unless another program has set the alarm to another one since.
fn trigger(alarm: &Alarm, zone: &ZoneName, kept: &mut Vec<String>) -> Trigger {
    let at = match &alarm.trigger {
        Goes::Offset { duration, from } => {
            let from = match from {
                Related::Start => Anchor::Start,
                Related::End => Anchor::Due,
            };
            kept.extend(line(alarm, TRIGGER).map(|_| TRIGGER.to_owned()));
            return Trigger::Offset {
                from,
                by: *duration,
            };
        }
        Goes::At(at) => at.clone(),
    };
    let Some(ours) = line(alarm, TRIGGER) else {
        return Trigger::Absolute { at };
    };
    let same = |ours: &When| {
        whole_seconds(ours.instant(zone.rules())) == whole_seconds(at.instant(zone.rules()))
    };
    if let Some(at) = ours.value().parse().ok().filter(same) {
        return Trigger::Absolute { at };
    }
    kept.push(TRIGGER.to_owned());
    Trigger::Absolute { at }
}

/// The channels that we wrote, unless another program has chosen another ACTION since.
fn channels(alarm: &Alarm, by_action: Channel, kept: &mut Vec<String>) -> Vec<Channel> {
    let Some(ours) = line(alarm, CHANNELS) else {
        return vec![by_action];
    };
    let read: Option<Vec<Channel>> = match ours.value().trim() {
        USUAL => Some(Vec::new()),
        list => list.split(',').map(|word| word.parse().ok()).collect(),
    };
    let is_sound = |channels: &Vec<Channel>| {
        let once: HashSet<&str> = channels.iter().map(|channel| channel.as_str()).collect();
        once.len() == channels.len()
            && (action(channels) == "EMAIL") == (by_action == Channel::Email)
    };
    read.filter(is_sound).unwrap_or_else(|| {
        kept.push(CHANNELS.to_owned());
        vec![by_action]
    })
}

fn action(channels: &[Channel]) -> &'static str {
    match channels {
        [Channel::Email] => "EMAIL",
        _ => "DISPLAY",
    }
}

fn nag(alarm: &Alarm) -> Option<Nag> {
    let max = alarm.repeat?;
    let every_s = u32::try_from(alarm.repeat_every?.nominal_seconds()).ok()?;
    let fits = (60..=7 * 24 * 3600).contains(&every_s) && (1..=100).contains(&max);
    fits.then_some(Nag { every_s, max })
}

/// Names of what no reminder has a place for.
fn left_over(todo: &Todo, alarm: &Alarm) -> Vec<String> {
    let mut kept = Vec::new();
    for (text, name) in [
        (&alarm.description, "DESCRIPTION"),
        (&alarm.summary, "SUMMARY"),
    ] {
        if text.is_some() && *text != todo.summary {
            kept.push(name.to_owned());
        }
    }
    let ours = |name: &str| {
        [CHANNELS, TRIGGER, URGENT]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
    };
    let lines = alarm.extra.lines.iter().map(RawLine::name);
    kept.extend(
        lines
            .filter(|name| !ours(name))
            .map(str::to_ascii_uppercase),
    );
    let components = alarm.extra.components.iter();
    kept.extend(components.map(|component| component.name().to_owned()));
    let params = alarm.extra.params.keys();
    kept.extend(params.map(|name| format!("parameters of {name}")));
    kept
}
