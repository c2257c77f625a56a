//! What a parse answers.

use jiff::civil::{Date, Time};

use crate::When;

/// A stretch of the text, in bytes: `start <= at < end`, both on the border of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// From the first byte to the one after the last.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Whether the two share a byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// What a chip sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChipKind {
    /// The day it is due, or the moment ("in 20 minutes").
    Date,
    /// The clock time it is due, or from when to when it is done.
    Time,
    /// How it repeats.
    Recurrence,
    /// How long it takes.
    Duration,
    /// How urgent it is.
    Priority,
    /// The list that it belongs to.
    Project,
    /// A label on it.
    Label,
    /// The day that cannot be moved.
    Deadline,
    /// The day before which it is not begun.
    Start,
    /// When to be reminded.
    Reminder,
}

impl ChipKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Date,
        Self::Time,
        Self::Recurrence,
        Self::Duration,
        Self::Priority,
        Self::Project,
        Self::Label,
        Self::Deadline,
        Self::Start,
        Self::Reminder,
    ];

    /// `date`, `time`, `recurrence` ..
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::Recurrence => "recurrence",
            Self::Duration => "duration",
            Self::Priority => "priority",
            Self::Project => "project",
            Self::Label => "label",
            Self::Deadline => "deadline",
            Self::Start => "start",
            Self::Reminder => "reminder",
        }
    }
}

/// What was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChipValue {
    /// A day, or a moment of a day.
    Date(When),
    /// A clock time, and the one at which it ends.
    Time {
        /// When it is due, or begins.
        at: Time,
        /// When it is over; earlier than `at` where that is on the next day.
        until: Option<Time>,
    },
    /// A rule, RFC 5545 3.3.10.
    Recurrence {
        /// Its text.
        rrule: String,
        /// What the next occurrence counts from.
        from: RepeatFrom,
    },
    /// Seconds of work.
    Duration(u32),
    /// As iCalendar's: 1 highest, 9 lowest.
    Priority(u8),
    /// A project's name as written, without `#` and quotes.
    Project(String),
    /// A label's name as written, without `@` and quotes.
    Label(String),
    /// An immovable day.
    Deadline(Date),
    /// Not before that day.
    Start(Date),
    /// When to be reminded.
    Reminder(Reminder),
}

/// What the next occurrence of something that repeats counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RepeatFrom {
    /// The date it was due.
    #[default]
    Due,
    /// The moment it was done.
    Completion,
}

/// When to be reminded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reminder {
    /// Minutes of real time and days of the calendar before it is due.
    Before {
        /// Days of the calendar.
        days: u32,
        /// Minutes.
        minutes: u32,
    },
    /// At a moment, or (a date) on a day.
    At(When),
}

/// Something that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// What it sets.
    pub kind: ChipKind,
    /// Where it stands in the text: in order, apart, never empty. A comma or dash that only joined
    /// it to the rest belongs to it.
    pub spans: Vec<Span>,
    /// The words themselves.
    pub text: String,
    /// What they mean.
    pub value: ChipValue,
}

/// One line of text, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The text without what was recognised.
    ///
    /// White space beside a chip goes with it; what is left is joined by single spaces, without one
    /// before closing punctuation. Other white space stays as it was written.
    pub title: String,
    /// What was recognised, in the order of the text.
    pub chips: Vec<Chip>,
    /// When it is due: a date, or a time in the person's zone. Of something that repeats, the first
    /// time.
    pub due: Option<When>,
    /// Not before that day.
    pub start: Option<Date>,
    /// The immovable day.
    pub deadline: Option<Date>,
    /// How it repeats, RFC 5545 3.3.10.
    pub rrule: Option<String>,
    /// What the next occurrence counts from.
    pub repeat_from: RepeatFrom,
    /// How long it takes, in seconds.
    pub duration_s: Option<u32>,
    /// As iCalendar's: 1 highest, 9 lowest.
    pub priority: Option<u8>,
    /// The project's name as written.
    pub project: Option<String>,
    /// The labels' names as written, each once.
    pub labels: Vec<String>,
    /// When to be reminded.
    pub reminders: Vec<Reminder>,
}
