//! From what a pattern took to what it means.

mod captures;
mod days;
mod effort;
mod repeats;
mod rhythm;
mod times;

pub(super) use captures::Captures;
pub(super) use rhythm::{Rhythm, until};
pub(super) use times::{Clock, Hours, hours_between};

use jiff::civil::{Date, DateTime};

use super::language::{Language, Length, Meaning, Part, Rule};
use super::{DateOrder, Now};

/// What a match means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Day(Date),
    Length(Length),
    Time(Clock),
    Due(Date),
    /// A moment, as the person's clock shows it.
    Moment(DateTime),
    At(Clock),
    Range(Clock, Clock),
    Hours(Hours),
    Part(Part),
    PartOfToday(Part),
    Rhythm(Rhythm),
    Until(Date),
    Starting(Date),
    Times(u32),
    Lasting(Length),
    FromCompletion,
    /// Seconds.
    Effort(u32),
    Deadline(Date),
    Start(Date),
    Priority(u8),
    RemindBefore {
        days: u32,
        minutes: u32,
    },
    RemindAt {
        date: Option<Date>,
        clock: Option<Clock>,
        part: Option<Part>,
    },
    /// Words that stay in the title, though a part of them says something.
    Nothing,
}

/// What meanings are read against.
pub(super) struct Context<'a> {
    pub language: &'a Language,
    pub date_order: DateOrder,
    pub now: &'a Now,
    pub today: Date,
}

/// What a pattern that took these captures means; nothing where there is no such day or time.
pub(super) fn understand(
    meaning: Meaning,
    taken: &Captures<'_>,
    context: &Context<'_>,
) -> Option<Value> {
    match meaning.rule() {
        Rule::Calendar | Rule::Day | Rule::Date => {
            // what lies before the year 1 cannot be written down
            days::understand(meaning, taken, context)
                .filter(|day| day.year() >= 1)
                .map(Value::Day)
        }
        Rule::Time => times::clock(meaning, taken, context).map(Value::Time),
        Rule::Length => effort::length(meaning, taken).map(Value::Length),
        Rule::Chip => chip(meaning, taken, context),
    }
}

fn chip(meaning: Meaning, taken: &Captures<'_>, context: &Context<'_>) -> Option<Value> {
    use Meaning as M;
    match meaning {
        M::DueDate => taken.day().map(Value::Due),
        M::DueAhead => days::moment_ahead(taken.length()?, context),
        M::DueMoment => times::moment(taken),
        M::DueTime => times::clock(M::Clock, taken, context).map(Value::At),
        M::DueTimes => Some(times::several(taken, context).map_or(Value::Nothing, Value::Hours)),
        M::DueRange => times::range(taken, context),
        M::DuePart => taken.part().map(Value::Part),
        M::DueToday => Some(Value::PartOfToday(taken.part().unwrap_or(Part::Evening))),
        M::Until => taken.day().map(Value::Until),
        M::Starting => taken.day().map(Value::Starting),
        M::Times => taken
            .whole_number()
            .filter(|times| *times > 0)
            .map(Value::Times),
        M::Lasting => taken
            .length()
            .filter(|length| length.minutes == 0)
            .map(Value::Lasting),
        M::FromCompletion => Some(Value::FromCompletion),
        M::Effort => effort::seconds(taken.length()?).map(Value::Effort),
        M::Deadline => taken.day().map(Value::Deadline),
        M::Start => taken.day().map(Value::Start),
        M::Level => taken.level().map(Value::Priority),
        M::RemindBefore => effort::before(taken.length()?),
        M::RemindWhenDue => Some(Value::RemindBefore {
            days: 0,
            minutes: 0,
        }),
        M::RemindAt => times::reminder(taken, context),
        M::RemindAhead => times::reminder_ahead(taken.length()?, context),
        M::Nothing => Some(Value::Nothing),
        _ => repeats::understand(meaning, taken, context),
    }
}
