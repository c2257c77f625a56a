//! What recurs. A task with a recurrence rule is a series: a template from which occurrences are
//! made, each a task of its own that is done, kept and forgotten like any other. Pure.

use astro_calendar::recurrence::{Frequency, Rule, Series};
use astro_calendar::{
    Date, DateTime, SignedDuration, Span, TimeZone, Timestamp, ToSpan, When, day_bounds, local_date,
};
use uuid::Uuid;

use super::{MissedPolicy, TaskFields, TaskStatus};
use crate::error::Checks;
use crate::ids::TaskId;

/// How many occurrences are looked at for one that is not there yet.
pub const AFTER_COMPLETION: usize = 20;

/// The id of an occurrence, or of the copy that it has of something that belongs to its series:
/// the name-based UUID (RFC 9562, version 5) of the recurrence id's text in the namespace that the
/// original's id is. Whoever makes an occurrence, on whatever device, makes the same row.
pub fn derived_id<I: From<Uuid> + Into<Uuid>>(original: I, recurrence_id: &When) -> I {
    Uuid::new_v5(&original.into(), recurrence_id.to_string().as_bytes()).into()
}

/// The id of a series' occurrence.
pub fn occurrence_id(series: TaskId, recurrence_id: &When) -> TaskId {
    derived_id(series, recurrence_id)
}

impl TaskFields {
    /// Whether more than one time is named at which it is to be done.
    pub fn recurs(&self) -> bool {
        self.rrule.is_some() || !self.rdate.is_empty()
    }

    /// What its occurrences are named by: its start, or its due where it has no start.
    pub fn anchor(&self) -> Option<&When> {
        self.start.as_ref().or(self.due.as_ref())
    }

    /// A rule without any date starts at the first day of its own that is not past.
    pub fn with_anchor(self, now: Timestamp, zone: &TimeZone) -> Self {
        if !self.recurs() || self.anchor().is_some() {
            return self;
        }
        let today = local_date(now, zone);
        let from_today = Self {
            due: Some(When::Date(today)),
            ..self.clone()
        };
        let first = from_today
            .series()
            .and_then(|series| series.occurrences(zone).next())
            .and_then(Result::ok)
            .map_or(When::Date(today), |first| first.start);
        Self {
            due: Some(first),
            ..self
        }
    }

    /// When it occurs; `None` when it does not recur or nothing says from when on.
    pub fn series(&self) -> Option<Series> {
        let rule = match &self.rrule {
            Some(text) => Some(text.parse::<Rule>().ok()?),
            None => None,
        };
        self.series_of(rule)
    }

    fn series_of(&self, rule: Option<Rule>) -> Option<Series> {
        let start = self.anchor().filter(|_| self.recurs())?.clone();
        let series = Series::new(start)
            .with_rdates(self.rdate.iter().cloned())
            .with_exdates(self.exdate.iter().cloned());
        Some(match rule {
            Some(rule) => series.with_rule(rule),
            None => series,
        })
    }

    /// The next occurrences, [`AFTER_COMPLETION`] at most, counted from when the one before was done:
    /// the rule begins on that day at the series' own time of day, or at that minute where it counts
    /// hours, and what comes of it later comes next. It ends as the rule says; `made` occurrences are
    /// there already. Some of the answers may have been made ahead of their time.
    pub fn after_completion(&self, done: Timestamp, made: u32, zone: &TimeZone) -> Vec<When> {
        self.counted_from(done, made, zone).unwrap_or_default()
    }

    fn counted_from(&self, done: Timestamp, made: u32, zone: &TimeZone) -> Option<Vec<When>> {
        let rule: Rule = self.rrule.as_ref()?.parse().ok()?;
        let left = rule.count().map(|count| count.saturating_sub(made));
        let anchor = self.anchor()?;
        let counts_in = match anchor {
            When::Zoned { zone, .. } => zone.rules(),
            When::Utc(_) => &TimeZone::UTC,
            When::Date(_) | When::Floating(_) => zone,
        };
        let done_at = counts_in.to_datetime(done);
        let (start, from) = if rule.frequency() == Frequency::Hourly {
            let minute = done_at.with().second(0).subsec_nanosecond(0).build().ok()?;
            (minute, done)
        } else {
            let tomorrow = done_at.date().tomorrow().ok()?;
            let start = done_at.date().to_datetime(local(anchor).time());
            (start, day_bounds(tomorrow, counts_in).start)
        };
        let wanted = left.map_or(AFTER_COMPLETION, |left| AFTER_COMPLETION.min(left as usize));
        // what is left was counted already
        let rule = match left {
            Some(left) => rule.with_count(left.saturating_add(1)),
            None => rule,
        };
        let series = Series::new(like(anchor, start)?).with_rule(rule);
        let next = series
            .from(from, zone)
            .map_while(Result::ok)
            // in the very minute in which it was done it is not to be done again
            .filter(|next| local(&next.start) > start)
            .take(wanted);
        Some(next.map(|next| next.recurrence_id).collect())
    }

    pub(super) fn check_rule(&self, checks: &mut Checks) {
        let Some(text) = &self.rrule else {
            return;
        };
        match text.parse::<Rule>() {
            Err(error) => checks.add("rrule", "bad_rule", error.to_string()),
            Ok(rule) => {
                if let Err(error) = rule.check_for_tasks() {
                    checks.add("rrule", "refused_rule", error.to_string());
                }
            }
        }
    }

    /// The fields of an occurrence: a fresh task whose times lie as far from the recurrence id as
    /// the series' lie from its anchor, on the clock. `None` beyond the end of time.
    ///
    /// Where a series says only when it is due, an occurrence starts on that day: the next one
    /// appears when it is its turn, not when the one before is done.
    pub fn occurrence(&self, recurrence_id: &When) -> Option<Self> {
        let times = self.occurrence_times(recurrence_id)?;
        Some(self.fresh(times))
    }

    /// The times of an occurrence alone.
    pub fn occurrence_times(&self, recurrence_id: &When) -> Option<Times> {
        let mut times = self.times(&Shift::between(self.anchor()?, recurrence_id))?;
        if self.start.is_none() {
            times.start = Some(start_of_day(recurrence_id)?);
        }
        Some(times)
    }

    /// The same for what belongs to the series: a part of its checklist.
    pub fn shifted(&self, shift: &Shift) -> Option<Self> {
        self.times(shift).map(|times| self.fresh(times))
    }

    fn times(&self, shift: &Shift) -> Option<Times> {
        Some(Times {
            start: shift.apply(self.start.as_ref())?,
            due: shift.apply(self.due.as_ref())?,
            deadline: match self.deadline {
                Some(date) => Some(date.checked_add(shift.days).ok()?),
                None => None,
            },
        })
    }

    /// To be done once, at these times.
    fn fresh(&self, times: Times) -> Self {
        Self {
            status: TaskStatus::NeedsAction,
            percent: 0,
            start: times.start,
            due: times.due,
            deadline: times.deadline,
            rrule: None,
            rdate: Vec::new(),
            exdate: Vec::new(),
            missed_policy: MissedPolicy::default(),
            repeat_from: super::RepeatFrom::default(),
            ..self.clone()
        }
    }
}

/// When something is to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    pub start: Option<When>,
    pub due: Option<When>,
    pub deadline: Option<Date>,
}

/// How far an occurrence lies from the beginning of its series, on the clock.
#[derive(Clone, Copy, Debug)]
pub struct Shift {
    days: Span,
    local: SignedDuration,
}

impl Shift {
    pub fn between(anchor: &When, recurrence_id: &When) -> Self {
        let (from, to) = (local(anchor), local(recurrence_id));
        let days = days_between(from.date(), to.date());
        Self {
            days: days.days(),
            local: from.duration_until(to),
        }
    }

    /// `Some(None)` for nothing; `None` beyond the end of time.
    #[expect(
        clippy::option_option,
        reason = "no time at all is not the same as no time that exists"
    )]
    fn apply(&self, when: Option<&When>) -> Option<Option<When>> {
        let Some(when) = when else {
            return Some(None);
        };
        self.moved(when).map(Some)
    }

    /// The time that lies as far from the occurrence as `when` lies from the anchor; `None` beyond
    /// the end of time.
    pub fn moved(&self, when: &When) -> Option<When> {
        if let When::Date(date) = when {
            return date.checked_add(self.days).ok().map(When::Date);
        }
        like(when, local(when).checked_add(self.local).ok()?)
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

fn local(when: &When) -> DateTime {
    match when {
        When::Date(date) => date.at(0, 0, 0, 0),
        When::Floating(local) | When::Zoned { local, .. } => *local,
        When::Utc(instant) => TimeZone::UTC.to_datetime(*instant),
    }
}

/// A time of the same kind, and in the same zone, with another reading of the clock.
fn like(when: &When, local: DateTime) -> Option<When> {
    Some(match when {
        When::Date(_) => When::Date(local.date()),
        When::Floating(_) => When::Floating(local),
        When::Zoned { zone, .. } => When::Zoned {
            local,
            zone: zone.clone(),
        },
        When::Utc(_) => When::utc(TimeZone::UTC.to_timestamp(local).ok()?).ok()?,
    })
}

/// The first moment of the day on which it lies, where it lies.
fn start_of_day(when: &When) -> Option<When> {
    like(when, local(when).date().at(0, 0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(text: &str) -> When {
        text.parse().unwrap()
    }

    fn series(start: Option<&str>, due: Option<&str>, rule: &str) -> TaskFields {
        TaskFields {
            start: start.map(when),
            due: due.map(when),
            rrule: Some(rule.to_owned()),
            ..TaskFields::titled("x")
        }
    }

    #[test]
    fn an_occurrence_keeps_its_distances_on_the_clock() {
        let fields = TaskFields {
            deadline: Some("2026-04-01".parse().unwrap()),
            ..series(
                Some("2026-03-23"),
                Some("2026-03-27T09:00:00[Europe/Madrid]"),
                "FREQ=WEEKLY",
            )
        };
        let second = fields.occurrence(&when("2026-03-30")).unwrap();
        assert_eq!(second.start, Some(when("2026-03-30")));
        // the clock went forward in between, and it is still nine
        assert_eq!(second.due, Some(when("2026-04-03T09:00:00[Europe/Madrid]")));
        assert_eq!(second.deadline, Some("2026-04-08".parse().unwrap()));
        assert!(!second.recurs());
    }

    #[test]
    fn what_is_only_due_starts_on_that_day() {
        let fields = series(
            None,
            Some("2026-11-25T18:00:00[Europe/Madrid]"),
            "FREQ=DAILY",
        );
        let next = fields
            .occurrence(&when("2026-11-26T18:00:00[Europe/Madrid]"))
            .unwrap();
        assert_eq!(next.start, Some(when("2026-11-26T00:00:00[Europe/Madrid]")));
        assert_eq!(next.due, Some(when("2026-11-26T18:00:00[Europe/Madrid]")));
    }

    #[test]
    fn the_same_occurrence_has_the_same_id_everywhere() {
        let series = TaskId::new(Uuid::from_u128(7));
        let (first, second) = (when("2026-11-25"), when("2026-11-26"));
        assert_eq!(occurrence_id(series, &first), occurrence_id(series, &first));
        assert_ne!(
            occurrence_id(series, &first),
            occurrence_id(series, &second)
        );
        // written down, since devices compute it too
        assert_eq!(
            occurrence_id(series, &first).uuid(),
            Uuid::new_v5(&Uuid::from_u128(7), b"2026-11-25")
        );
    }

    #[test]
    fn a_rule_without_a_date_starts_at_its_first_day() {
        // a Wednesday
        let now = "2026-11-25T09:00:00Z".parse().unwrap();
        let fields = series(None, None, "FREQ=WEEKLY;BYDAY=FR").with_anchor(now, &TimeZone::UTC);
        assert_eq!(fields.due, Some(when("2026-11-27")));
    }

    #[test]
    fn counting_from_completion_keeps_the_time_of_day() {
        let next = |rule: &str, made| {
            let fields = series(None, Some("2026-11-20T18:00:00"), rule);
            let done = "2026-11-25T09:30:20Z".parse().unwrap();
            let next = fields.after_completion(done, made, &TimeZone::UTC);
            next.into_iter().next()
        };
        let in_three_days = Some(when("2026-11-28T18:00:00"));
        assert_eq!(next("FREQ=DAILY;INTERVAL=3", 9), in_three_days);
        assert_eq!(next("FREQ=DAILY;INTERVAL=3;COUNT=5", 4), in_three_days);
        assert_eq!(next("FREQ=DAILY;INTERVAL=3;COUNT=5", 5), None);
        assert_eq!(next("FREQ=DAILY;INTERVAL=3;UNTIL=20261127", 1), None);
        // the Wednesday on which it was done does not count again
        let next_week = Some(when("2026-12-02T18:00:00"));
        assert_eq!(next("FREQ=WEEKLY;BYDAY=WE", 1), next_week);
        let in_eight_hours = Some(when("2026-11-25T17:30:00"));
        assert_eq!(next("FREQ=HOURLY;INTERVAL=8", 1), in_eight_hours);
    }

    #[test]
    fn rules_that_no_person_means_are_refused() {
        let codes = |rule: &str| {
            let refused = series(None, Some("2026-11-25"), rule).check();
            refused.err().map(|errors| errors[0].code.clone())
        };
        assert_eq!(codes("FREQ=DAILY"), None);
        assert_eq!(codes("FREQ=SECONDLY").as_deref(), Some("refused_rule"));
        assert_eq!(codes("FREQ=SOMETIMES").as_deref(), Some("bad_rule"));
    }
}
