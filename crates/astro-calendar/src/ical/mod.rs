//! iCalendar objects (RFC 5545): reading to-dos out of a calendar and writing them back.
//!
//! [`read()`] gives each VTODO as a [`Todo`] with typed properties; whatever has no typed place, be it
//! a property, a parameter, a component or an unreadable value, is kept verbatim and written again.
//! So `read(write(read(x))) == read(x)`. To that end the lines are read here and not by a library:
//! none at hand keeps a line as it was written or says on which line a problem is. Dates and the
//! names of zones go through calcard.
//!
//! What was not understood is reported as a [`Warning`], never dropped in silence; only wrong nesting,
//! wrong encoding and size are errors. Reading takes time and memory in proportion to the input.

mod alarm;
mod line;
mod problem;
mod property;
mod read;
mod read_alarm;
mod take;
mod text;
mod timezone;
mod todo;
mod tree;
mod used_zones;
mod values;
mod write;
mod zones;

pub use alarm::{Alarm, Anchor, Trigger};
pub use line::{RawLine, RawParams};
pub use problem::{IcalError, LineError, Problem, Warning};
pub use read::read;
pub use todo::{Attachment, Class, Extra, Relation, Status, Todo};
pub use tree::RawComponent;
pub use write::write;

pub(crate) use problem::Warnings;
pub(crate) use values::{date_text, instant_text, local_text};

/// What is read from a file, or written to one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Every VTODO, overrides of single occurrences (`recurrence_id`) as entries of their own.
    pub todos: Vec<Todo>,
    /// Every other component, verbatim. A VTIMEZONE under an IANA name is not kept: writing makes
    /// one for each zone in use.
    pub others: Vec<RawComponent>,
    /// Properties of the calendar itself but for VERSION and PRODID.
    pub lines: Vec<RawLine>,
}

/// What reading a file gave.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What the file says.
    pub calendar: Calendar,
    /// What was not understood, in the order of the lines; at most a thousand.
    pub warnings: Vec<Warning>,
    /// How many warnings more there were.
    pub warnings_left_out: usize,
}

/// How to read.
#[derive(Debug, Clone, Copy)]
pub struct ReadOptions<'a> {
    /// Larger input is refused.
    pub max_bytes: usize,
    /// Properties whose names begin so (any case) become [`Todo::extensions`]; empty for none.
    pub extension_prefix: &'a str,
}

/// Reads the value of a property that the caller interprets: `20261125`, `20261125T090000`,
/// `20261125T090000Z`.
pub fn date_value(text: &str) -> Option<crate::When> {
    values::read_value(text).map(|written| values::to_when(written, None))
}
