//! When a reminder is to be delivered, and what becomes of it when its task moves.

use std::time::Duration;

use astro_calendar::{IsoDuration, TimeZone, Timestamp, When, truncate_to_micros};

use super::{Anchor, Reminder, ReminderState, Trigger};
use crate::limits;
use crate::tasks::Task;

/// What of a task a reminder hangs on.
#[derive(Clone, Debug, PartialEq)]
pub struct Anchors {
    pub start: Option<When>,
    pub due: Option<When>,
    /// Neither finished nor given up nor deleted, and to be done: a closed task reminds of nothing,
    /// nor does a series, whose occurrences do.
    pub open: bool,
}

impl From<&Task> for Anchors {
    fn from(task: &Task) -> Self {
        Self {
            start: task.start.clone(),
            due: task.due.clone(),
            open: task.is_open() && !task.template,
        }
    }
}

/// The instant that a trigger means, whatever the state; `None` where it means none: an offset from
/// a date that the task does not have, or a place.
pub fn fire_at(
    trigger: &Trigger,
    occurrence: Option<&When>,
    anchors: &Anchors,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let instant = match trigger {
        Trigger::Absolute { at } => at.instant(zone),
        Trigger::Offset { from, by } => offset(*from, *by, occurrence, anchors, zone)?,
        Trigger::Place { .. } => return None,
    };
    Some(truncate_to_micros(instant))
}

fn offset(
    from: Anchor,
    by: IsoDuration,
    occurrence: Option<&When>,
    anchors: &Anchors,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let own = match from {
        Anchor::Start => anchors.start.as_ref(),
        Anchor::Due => anchors.due.as_ref(),
    }?;
    let Some(occurrence) = occurrence else {
        return Some(own.offset_by(by, zone));
    };
    // An occurrence is named by its start, or by its due where the task has no start (RFC 5545
    // 3.8.4.4); what the anchor lies later than that, it lies later there too.
    let named_by = anchors.start.as_ref().unwrap_or(own);
    let later = own.instant(zone).duration_since(named_by.instant(zone));
    occurrence.offset_by(by, zone).checked_add(later).ok()
}

/// Whether what was due at `due` comes late at `now`.
pub fn is_late(due: Timestamp, now: Timestamp) -> bool {
    due.checked_add(limits::REMINDER_LATE)
        .is_ok_and(|late| late < now)
}

impl Reminder {
    /// When it will be delivered, as things are.
    pub fn due_delivery(&self, anchors: &Anchors, zone: &TimeZone) -> Option<Timestamp> {
        if self.deleted_at.is_some() || !anchors.open {
            return None;
        }
        match self.state {
            ReminderState::Scheduled => {
                fire_at(&self.trigger, self.occurrence.as_ref(), anchors, zone)
            }
            ReminderState::Sent => self.next_nag(),
            _ => None,
        }
    }

    /// When it calls again, counted from when it called last: what was missed while nobody was
    /// there to call is not made up for.
    fn next_nag(&self) -> Option<Timestamp> {
        let nag = self.nag.filter(|nag| self.calls <= nag.max)?;
        let every = Duration::from_secs(nag.every_s.into());
        self.called_at?.checked_add(every).ok()
    }

    /// The same, armed anew: for a trigger that was just chosen.
    pub fn armed(self) -> Self {
        Self {
            state: ReminderState::Scheduled,
            acknowledged_at: None,
            calls: 0,
            called_at: None,
            ..self
        }
    }

    /// The same after it called at `now`.
    pub fn called(self, now: Timestamp, anchors: &Anchors, zone: &TimeZone) -> Self {
        Self {
            state: ReminderState::Sent,
            calls: self.calls.saturating_add(1),
            called_at: Some(now),
            ..self
        }
        .settled(anchors, zone)
    }

    /// The same, expired where its time was moved from `before` to what had gone by already: nobody
    /// waits to be told what they just dated back. One that merely comes late is left alone.
    pub fn unless_gone_by(self, before: Option<Timestamp>, now: Timestamp) -> Self {
        let moved = self.next_fire_at != before;
        if moved
            && self.state == ReminderState::Scheduled
            && self.next_fire_at.is_some_and(|at| is_late(at, now))
        {
            Self {
                state: ReminderState::Expired,
                next_fire_at: None,
                ..self
            }
        } else {
            self
        }
    }

    /// The same with the time of delivery that follows from everything else.
    pub fn settled(self, anchors: &Anchors, zone: &TimeZone) -> Self {
        Self {
            next_fire_at: self.due_delivery(anchors, zone),
            ..self
        }
    }
}

/// A reminder after its task changed from `before` to `after`. One that was delivered already is
/// armed again when its moment moved to a later time that is still to come; a snooze is not, since
/// the person chose its time apart from the task.
pub fn followed(
    reminder: &Reminder,
    before: &Anchors,
    after: &Anchors,
    zone: &TimeZone,
    now: Timestamp,
) -> Reminder {
    let at = |anchors| {
        fire_at(
            &reminder.trigger,
            reminder.occurrence.as_ref(),
            anchors,
            zone,
        )
    };
    let moved = at(after) != at(before) && at(after).is_some_and(|at| at > now);
    let next = if moved && after.open && reminder.state != ReminderState::Scheduled {
        reminder.clone().armed()
    } else {
        reminder.clone()
    };
    next.settled(after, zone)
        .unless_gone_by(reminder.next_fire_at, now)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Stamp;
    use crate::reminders::{ChosenBy, ReminderFields};

    fn when(text: &str) -> When {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn anchors(start: Option<&str>, due: Option<&str>) -> Anchors {
        Anchors {
            start: start.map(when),
            due: due.map(when),
            open: true,
        }
    }

    fn before_due(by: &str) -> Trigger {
        Trigger::Offset {
            from: Anchor::Due,
            by: by.parse().unwrap(),
        }
    }

    fn reminder(trigger: Trigger, state: ReminderState) -> Reminder {
        let fields = ReminderFields {
            task_id: uuid::Uuid::nil().into(),
            occurrence: None,
            trigger,
            channels: Vec::new(),
            nag: None,
            chosen_by: ChosenBy::User,
            urgent: false,
        };
        let stamp = Stamp::fresh(Timestamp::UNIX_EPOCH);
        Reminder::assemble(
            fields,
            stamp,
            uuid::Uuid::nil().into(),
            String::new(),
            state,
            None,
            None,
            None,
            0,
            None,
        )
    }

    #[test]
    fn an_offset_counts_from_what_the_task_has() {
        let madrid: TimeZone = "Europe/Madrid"
            .parse::<astro_calendar::ZoneName>()
            .unwrap()
            .load();
        let due = anchors(None, Some("2026-11-27T09:00:00"));
        let fire = |trigger: &Trigger, anchors: &Anchors| fire_at(trigger, None, anchors, &madrid);
        assert_eq!(
            fire(&before_due("-PT30M"), &due),
            Some(at("2026-11-27T07:30:00Z"))
        );
        assert_eq!(
            fire(&before_due("-PT30M"), &anchors(Some("2026-11-27"), None)),
            None
        );
        // a date counts from the start of its day, where the person is
        assert_eq!(
            fire(&before_due("-PT1H"), &anchors(None, Some("2026-11-27"))),
            Some(at("2026-11-26T22:00:00Z"))
        );
    }

    #[test]
    fn an_occurrence_keeps_the_distance_between_start_and_due() {
        let series = anchors(Some("2026-11-02T09:00:00Z"), Some("2026-11-02T17:00:00Z"));
        let third = when("2026-11-16T09:00:00Z");
        let fire = fire_at(&before_due("-PT1H"), Some(&third), &series, &TimeZone::UTC);
        assert_eq!(fire, Some(at("2026-11-16T16:00:00Z")));
    }

    #[test]
    fn a_closed_task_reminds_of_nothing_and_an_open_one_again() {
        let open = anchors(None, Some("2026-11-27T09:00:00Z"));
        let closed = Anchors {
            open: false,
            ..open.clone()
        };
        let now = at("2026-11-25T09:00:00Z");
        let armed =
            reminder(before_due("-PT30M"), ReminderState::Scheduled).settled(&open, &TimeZone::UTC);
        let silent = followed(&armed, &open, &closed, &TimeZone::UTC, now);
        assert_eq!(
            (silent.state, silent.next_fire_at),
            (ReminderState::Scheduled, None)
        );
        assert_eq!(
            followed(&silent, &closed, &open, &TimeZone::UTC, now),
            armed
        );
    }

    #[test]
    fn what_was_delivered_calls_again_when_the_task_is_put_off() {
        let (old, later) = (
            anchors(None, Some("2026-11-24T09:00:00Z")),
            anchors(None, Some("2026-11-27T09:00:00Z")),
        );
        let now = at("2026-11-25T09:00:00Z");
        let sent = reminder(before_due("-PT30M"), ReminderState::Sent);
        let again = followed(&sent, &old, &later, &TimeZone::UTC, now);
        assert_eq!(
            (again.state, again.next_fire_at),
            (ReminderState::Scheduled, Some(at("2026-11-27T08:30:00Z")))
        );
        // not when it would lie in the past, and not when nothing moved
        assert_eq!(
            followed(&sent, &later, &old, &TimeZone::UTC, now).state,
            ReminderState::Sent
        );
        assert_eq!(
            followed(&sent, &later, &later, &TimeZone::UTC, now).state,
            ReminderState::Sent
        );
    }

    proptest! {
        #[test]
        fn following_twice_is_following_once(
            due in 0_i64..4_000_000_000, later in 0_i64..4_000_000_000, now in 0_i64..4_000_000_000,
            by in -1_000_000_i64..1_000_000, state in prop::sample::select(ReminderState::ALL), open: bool,
        ) {
            let second = |second| When::Utc(Timestamp::from_second(second).unwrap());
            let trigger = Trigger::Offset { from: Anchor::Due, by: IsoDuration::from_seconds(by).unwrap() };
            let before = Anchors { start: None, due: Some(second(due)), open: true };
            let after = Anchors { start: None, due: Some(second(later)), open };
            let now = Timestamp::from_second(now).unwrap();
            let once = followed(&reminder(trigger, state), &before, &after, &TimeZone::UTC, now);
            prop_assert_eq!(&followed(&once, &after, &after, &TimeZone::UTC, now), &once);
            prop_assert_eq!(once.next_fire_at.is_some(), open && once.state == ReminderState::Scheduled);
        }
    }
}
