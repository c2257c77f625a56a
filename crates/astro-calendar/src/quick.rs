//! Quick add: one line of text, understood.
//!
//! `Pay rent every 1st at 9am #home p1 for 30m` becomes a title (`Pay rent`) and [`Chip`]s: what was
//! recognised, where it stands, and what it means. Nothing is lost: title and chips together are the
//! whole text, and a chip whose spans are given back as rejected returns to the title.
//!
//! The work is done in three steps. The line is cut into tokens and marks (`line`); the grammar of a
//! [`Language`] (data: `languages/*.txt`) finds what stretches of it say (`matcher`, `places`,
//! `meaning`); what is believed (`pieces`) is put together (`compose`). All of it is linear in the
//! length of the text.
//!
//! Conventions: weeks begin on Monday; a day of the week is the coming one and not today; `next
//! friday` is Friday of the next week; a clock time that has passed today is tomorrow's.

mod chip;
mod compose;
mod language;
mod line;
mod matcher;
mod meaning;
mod pieces;
mod places;
mod title;
mod tokens;

use jiff::{
    Timestamp,
    civil::{Time, time},
};

pub use chip::{Chip, ChipKind, ChipValue, Parsed, Reminder, RepeatFrom, Span};
pub use language::{DateOrder, Language, LanguageError};

use crate::ZoneName;

/// The moment at which a line is read, and where.
#[derive(Debug, Clone)]
pub struct Now {
    /// The instant.
    pub instant: Timestamp,
    /// The person's zone; clock times are in it.
    pub zone: ZoneName,
}

/// The clock times of the parts of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayParts {
    /// "In the morning", and reminders on a day.
    pub morning: Time,
    /// "In the afternoon".
    pub afternoon: Time,
    /// "In the evening", "tonight".
    pub evening: Time,
    /// "At night"; "tonight" once the evening has begun.
    pub night: Time,
}

impl Default for DayParts {
    /// 09:00, 12:00, 19:00 and 22:00.
    fn default() -> Self {
        Self {
            morning: time(9, 0, 0, 0),
            afternoon: time(12, 0, 0, 0),
            evening: time(19, 0, 0, 0),
            night: time(22, 0, 0, 0),
        }
    }
}

/// What a person may want otherwise.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How dates in figures are read; without it as the language does.
    pub date_order: Option<DateOrder>,
    /// When the parts of a day are.
    pub day_parts: DayParts,
    /// Spans of chips that the person rejected: nothing is recognised there.
    pub rejected: Vec<Span>,
}

/// Reads a line.
///
/// Never fails: what is not understood is the title. Spans that do not lie in the text count for
/// nothing.
pub fn parse(text: &str, language: &Language, now: &Now, options: &Options) -> Parsed {
    let context = meaning::Context {
        language,
        date_order: options.date_order.unwrap_or(language.date_order),
        now,
        today: now.zone.rules().to_datetime(now.instant).date(),
    };
    let line = line::read(text, language, &options.rejected);
    let pieces = pieces::believed(text, &line, &context);
    compose::compose(text, &line, pieces, &context, options)
}
