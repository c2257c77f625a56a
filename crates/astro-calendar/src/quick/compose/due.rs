//! When it is due: the date, the clock time and the rule of a line put together.

use jiff::civil::{Date, DateTime, Time};

use super::super::Options;
use super::super::chip::{ChipValue, RepeatFrom};
use super::super::language::Part;
use super::super::meaning::{Clock, Context, Hours, Rhythm, Value, until};
use super::super::pieces::{Piece, Saying};
use crate::When;

/// What the pieces of a line say about time.
pub(super) struct Plan<'a> {
    context: &'a Context<'a>,
    options: &'a Options,
    now: DateTime,
    date: Option<Date>,
    moment: Option<DateTime>,
    clock: Option<Clock>,
    until: Option<Clock>,
    hours: Option<Hours>,
    part: Option<Part>,
    /// The part is one of today ("tonight").
    is_part_of_today: bool,
    starting: Option<Date>,
    deadline: Option<Date>,
    pub rhythm: Option<Rhythm>,
    end: Option<Value>,
    from_completion: bool,
}

impl<'a> Plan<'a> {
    pub fn of(pieces: &[Piece], context: &'a Context<'a>, options: &'a Options) -> Self {
        let mut plan = Self {
            context,
            options,
            now: context.now.zone.rules().to_datetime(context.now.instant),
            date: None,
            moment: None,
            clock: None,
            until: None,
            hours: None,
            part: None,
            is_part_of_today: false,
            starting: None,
            deadline: None,
            rhythm: None,
            end: None,
            from_completion: false,
        };
        for piece in pieces {
            if let Saying::Match(value) = &piece.saying {
                plan.take(*value);
            }
        }
        if plan.part.is_none() {
            plan.part = plan.rhythm.and_then(|rhythm| rhythm.part);
        }
        plan
    }

    fn take(&mut self, value: Value) {
        match value {
            Value::Due(date) => self.date = Some(date),
            Value::Moment(moment) => self.moment = Some(moment),
            Value::At(clock) => self.clock = Some(clock),
            Value::Range(from, to) => (self.clock, self.until) = (Some(from), Some(to)),
            Value::Hours(hours) => self.hours = Some(hours),
            Value::Part(part) => self.part = Some(part),
            Value::PartOfToday(part) => {
                self.part = Some(part);
                self.date = Some(self.context.today);
                self.is_part_of_today = true;
            }
            Value::Starting(date) | Value::Start(date) => self.starting = Some(date),
            Value::Deadline(date) => self.deadline = Some(date),
            Value::Rhythm(rhythm) => {
                self.rhythm = Some(rhythm);
                self.from_completion |= rhythm.from_completion;
            }
            Value::Until(_) | Value::Times(_) | Value::Lasting(_) => self.end = Some(value),
            Value::FromCompletion => self.from_completion = true,
            Value::Day(_)
            | Value::Length(_)
            | Value::Time(_)
            | Value::Effort(_)
            | Value::Priority(_)
            | Value::RemindBefore { .. }
            | Value::RemindAt { .. }
            | Value::Nothing => {}
        }
    }

    /// When it is due, or for the first time.
    pub fn due(&self) -> Option<When> {
        match (&self.rhythm, self.moment) {
            (Some(rhythm), Some(moment)) => {
                let first = rhythm.first(moment.date())?;
                return Some(self.zoned(first.to_datetime(moment.time())));
            }
            (Some(rhythm), None) => return self.first(rhythm),
            (None, Some(moment)) => return Some(self.zoned(moment)),
            (None, None) => {}
        }
        let Some(time) = self.time_on(self.date) else {
            return self.date.map(When::Date);
        };
        let date = match self.date.or(self.deadline) {
            Some(date) => date,
            None => self.coming(time)?,
        };
        Some(self.zoned(date.to_datetime(time)))
    }

    /// Whether the last day of the rule lies before its first time: then it is no end of it.
    pub fn ends_before_it_begins(&self) -> bool {
        let zone = self.context.now.zone.rules();
        let first = self.due().map(|due| due.date_in(zone));
        matches!((self.end, first), (Some(Value::Until(last)), Some(first)) if last < first)
    }

    /// The start and the due day of something that would begin after it is due.
    pub fn start_after_due(&self) -> Option<(Date, Date)> {
        let (start, due) = (self.starting?, self.date?);
        (self.rhythm.is_none() && start > due).then_some((start, due))
    }

    /// The first occurrence: on the first day of the rule, or today, or later.
    fn first(&self, rhythm: &Rhythm) -> Option<When> {
        let from = self.date.or(self.starting).unwrap_or(self.context.today);
        let first = rhythm.first(from)?;
        match self
            .hours
            .map_or_else(|| self.time_on(None), |hours| self.next_of(hours, first))
        {
            Some(time) if first.to_datetime(time) <= self.now && self.date.is_none() => {
                let next = rhythm.first(first.tomorrow().ok()?)?;
                Some(self.zoned(next.to_datetime(time)))
            }
            Some(time) => Some(self.zoned(first.to_datetime(time))),
            None if rhythm.is_hourly() && first == self.context.today => {
                let minute = self
                    .now
                    .with()
                    .second(0)
                    .subsec_nanosecond(0)
                    .build()
                    .ok()?;
                Some(self.zoned(minute))
            }
            None if rhythm.is_hourly() => {
                Some(self.zoned(first.to_datetime(self.options.day_parts.morning)))
            }
            None => Some(When::Date(first)),
        }
    }

    /// The first of several clock times that is still to come on a day; on later days the first.
    fn next_of(&self, hours: Hours, date: Date) -> Option<Time> {
        let mut times = hours.times();
        let first = times.next();
        let is_past = |time: &Time| date.to_datetime(*time) <= self.now;
        first
            .filter(|first| !is_past(first))
            .or_else(|| times.find(|time| !is_past(time)))
            .or(first)
    }

    /// Today if the clock time is still to come, otherwise tomorrow.
    fn coming(&self, time: Time) -> Option<Date> {
        let today = self.context.today;
        if today.to_datetime(time) > self.now {
            Some(today)
        } else {
            today.tomorrow().ok()
        }
    }

    /// The clock time that was said, on a day that was said or on none.
    fn time_on(&self, date: Option<Date>) -> Option<Time> {
        let afternoon_until = self.context.language.afternoon_until;
        if let Some(clock) = self.clock {
            let time = clock.settle(afternoon_until, self.part)?;
            let has_passed = date == Some(self.context.today)
                && self.part.is_none()
                && self.context.today.to_datetime(time) <= self.now;
            // "today at 8", said at ten in the morning, is eight in the evening
            return match clock.in_the_afternoon().filter(|_| has_passed) {
                Some(later) => later
                    .settle(afternoon_until, None)
                    .filter(|later| self.context.today.to_datetime(*later) > self.now)
                    .or(Some(time)),
                None => Some(time),
            };
        }
        self.part.map(|part| self.part_time(part))
    }

    fn part_time(&self, part: Part) -> Time {
        let parts = &self.options.day_parts;
        match part {
            Part::Morning => parts.morning,
            Part::Afternoon => parts.afternoon,
            Part::Evening if self.is_part_of_today && self.now.time() >= parts.evening => {
                parts.night
            }
            Part::Evening => parts.evening,
            Part::Night => parts.night,
        }
    }

    fn zoned(&self, local: DateTime) -> When {
        When::Zoned {
            local,
            zone: self.context.now.zone.clone(),
        }
    }

    /// The value of the date's chip.
    pub fn date(&self) -> ChipValue {
        let shows_time = self.moment.is_some() || self.is_part_of_today && self.clock.is_none();
        let due = self.due().filter(|_| shows_time);
        let date = self.date.unwrap_or(self.context.today);
        ChipValue::Date(due.unwrap_or(When::Date(date)))
    }

    /// The value of the time's chip.
    pub fn time(&self) -> ChipValue {
        let first = self.hours.and_then(|hours| hours.times().next());
        let at = first
            .or_else(|| self.time_on(self.date))
            .unwrap_or(Time::midnight());
        let until = self
            .until
            .and_then(|clock| clock.settle(self.context.language.afternoon_until, self.part));
        ChipValue::Time { at, until }
    }

    /// The value of the rule's chip.
    pub fn recurrence(&self) -> ChipValue {
        let mut rrule = self.rhythm.map(|rhythm| rhythm.text()).unwrap_or_default();
        if let Some(hours) = self.hours {
            rrule.push(';');
            rrule.push_str(&hours.rule_text());
        }
        if let Some(end) = self.end.and_then(|end| self.end_text(end)) {
            rrule.push(';');
            rrule.push_str(&end);
        }
        let from = if self.from_completion {
            RepeatFrom::Completion
        } else {
            RepeatFrom::Due
        };
        ChipValue::Recurrence { rrule, from }
    }

    fn end_text(&self, end: Value) -> Option<String> {
        match end {
            Value::Until(date) => Some(until(date)),
            Value::Times(times) => Some(format!("COUNT={times}")),
            Value::Lasting(length) => {
                let first = self.due()?.date_in(self.context.now.zone.rules());
                Rhythm::last(first, length).map(until)
            }
            _ => None,
        }
    }

    /// When to be reminded; on a day without a time in the morning.
    pub fn reminder(&self, date: Option<Date>, clock: Option<Clock>, part: Option<Part>) -> When {
        let afternoon_until = self.context.language.afternoon_until;
        let time = match clock {
            Some(clock) => clock.settle(afternoon_until, part),
            None => part.map(|part| self.part_time(part)),
        };
        let time = time.unwrap_or(self.options.day_parts.morning);
        let zone = self.context.now.zone.rules();
        let date = date
            .or_else(|| self.due().map(|due| due.date_in(zone)))
            .or_else(|| self.coming(time))
            .unwrap_or(self.context.today);
        self.zoned(date.to_datetime(time))
    }
}

/// From one clock time to the next such time.
pub(super) fn seconds_between(from: Time, to: Time) -> u32 {
    let minutes = |time: Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
    let between = (minutes(to) - minutes(from)).rem_euclid(24 * 60);
    between.unsigned_abs() * 60
}
