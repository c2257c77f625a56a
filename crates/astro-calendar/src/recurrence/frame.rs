//! Between wall times and instants: what kind of value a series is made of, and in which zone.

use std::cmp::Ordering;

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{DateTime, Time},
    tz::{AmbiguousOffset, TimeZone},
};

use super::days::{DAY, of_date, to_date};
use crate::{
    When, WhenKind, ZoneName,
    day::{end_of_time, local_date, start_of_day},
};

/// The kind and the zone of a series' values.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    kind: WhenKind,
    /// Of zoned values.
    name: Option<ZoneName>,
    /// The zone in which wall times are read: the values' own, or else the person's.
    zone: TimeZone,
    /// The time of day and the fraction of a second of DTSTART.
    time: Time,
}

/// Tells occurrences of a series apart and puts them in order: where they begin; days also by date,
/// since a day that a zone skipped begins with the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub instant: Timestamp,
    day: i64,
}

/// A wall time and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Placed {
    pub key: Key,
    /// Whether the wall time does not exist; of two that name one instant the other one counts.
    pub in_gap: bool,
    pub wall: i64,
}

impl Frame {
    pub fn new(start: &When, person: &TimeZone) -> Self {
        let (name, zone) = match start {
            When::Zoned { zone, .. } => (Some(zone.clone()), zone.load()),
            When::Utc(_) => (None, TimeZone::UTC),
            When::Date(_) | When::Floating(_) => (None, person.clone()),
        };
        let mut frame = Self {
            kind: start.kind(),
            name,
            zone,
            time: Time::midnight(),
        };
        frame.time = frame.local(start).time();
        frame
    }

    pub fn of_days(&self) -> bool {
        self.kind == WhenKind::Date
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// What a clock in the series' zone shows. A date has the time of day of DTSTART; what has no zone
    /// is read in the series' own.
    fn local(&self, when: &When) -> DateTime {
        match when {
            When::Date(date) => date.to_datetime(self.time),
            When::Floating(local) => *local,
            When::Zoned { local, zone } => match (&self.name, self.kind) {
                (Some(name), _) if name == zone => *local,
                // a day is the one that was written, wherever
                (_, WhenKind::Date) => *local,
                _ => self.zone.to_datetime(when.instant(&self.zone)),
            },
            When::Utc(instant) if self.of_days() => TimeZone::UTC.to_datetime(*instant),
            When::Utc(instant) => self.zone.to_datetime(*instant),
        }
    }

    /// A value of the series' kind.
    fn value(&self, local: DateTime) -> When {
        match (self.kind, &self.name) {
            (WhenKind::Date, _) => When::Date(local.date()),
            (WhenKind::Zoned, Some(zone)) => When::Zoned {
                local,
                zone: zone.clone(),
            },
            (WhenKind::Utc, _) => When::Utc(instant(local, &TimeZone::UTC)),
            _ => When::Floating(local),
        }
    }

    /// The same time as a value of the series' kind.
    pub fn convert(&self, when: &When) -> When {
        match (when, self.kind) {
            // not over the local time, which may come twice
            (When::Utc(_), WhenKind::Utc) => when.clone(),
            _ => self.value(self.local(when)),
        }
    }

    /// The wall time of a value, in whole seconds.
    pub fn wall(&self, when: &When) -> i64 {
        let local = self.local(when);
        let time = if self.of_days() {
            0
        } else {
            second_of_day(local.time())
        };
        of_date(local.date()) * DAY + time
    }

    pub fn key(&self, when: &When) -> Key {
        let instant = when.instant(&self.zone);
        match when {
            When::Date(date) => Key {
                instant,
                day: of_date(*date),
            },
            _ => Key { instant, day: 0 },
        }
    }

    /// The day that a value shows in the series.
    pub fn day(&self, when: &When) -> i64 {
        of_date(self.local(when).date())
    }

    /// The value at a wall time that the series' rules gave.
    pub fn at(&self, wall: i64) -> Option<When> {
        self.datetime(wall).map(|local| self.value(local))
    }

    fn datetime(&self, wall: i64) -> Option<DateTime> {
        let date = to_date(wall.div_euclid(DAY))?;
        let second = wall.rem_euclid(DAY);
        let part = |value: i64| i8::try_from(value).ok();
        let time = Time::new(
            part(second / 3600)?,
            part(second / 60 % 60)?,
            part(second % 60)?,
            self.time.subsec_nanosecond(),
        );
        Some(date.to_datetime(time.ok()?))
    }

    /// Where a wall time lies; nothing at the ends of time, where no instant can be written.
    pub fn place(&self, wall: i64) -> Option<Placed> {
        let local = self.datetime(wall)?;
        let (instant, day, in_gap) = if self.of_days() {
            let instant = start_of_day(local.date(), &self.zone);
            (instant, wall.div_euclid(DAY), false)
        } else {
            let ambiguous = self.zone.to_ambiguous_timestamp(local);
            let in_gap = matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. });
            (ambiguous.compatible().ok()?, 0, in_gap)
        };
        Some(Placed {
            key: Key { instant, day },
            in_gap,
            wall,
        })
    }

    /// A wall time before which nothing begins at the instant or later.
    pub fn floor(&self, from: Timestamp) -> i64 {
        if self.of_days() {
            return (of_date(local_date(from, &self.zone)) - 1) * DAY;
        }
        let shown = wall_of(self.zone.to_datetime(from));
        let just_after = from.checked_add(1.nanosecond()).unwrap_or(from);
        let Some(change) = self.zone.preceding(just_after).next() else {
            return shown;
        };
        let change = change.timestamp();
        let before = change
            .checked_sub(1.nanosecond())
            .map_or(change, |instant| instant);
        let (old, new) = (self.zone.to_offset(before), self.zone.to_offset(change));
        let skipped = i64::from(new.seconds()) - i64::from(old.seconds());
        // wall times that do not exist come as late after the change as the clocks went forward
        if from.duration_since(change) < SignedDuration::from_secs(skipped) {
            shown - skipped
        } else {
            shown
        }
    }
}

fn instant(local: DateTime, zone: &TimeZone) -> Timestamp {
    zone.to_timestamp(local)
        .unwrap_or(end_of_time(local.date()))
}

fn wall_of(local: DateTime) -> i64 {
    of_date(local.date()) * DAY + second_of_day(local.time())
}

fn second_of_day(time: Time) -> i64 {
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

impl Placed {
    /// Whether both are one occurrence.
    pub fn is_same(&self, other: &Self) -> bool {
        self.key.cmp(&other.key) == Ordering::Equal
    }
}
