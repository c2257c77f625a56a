//! What can be wrong with a file (errors) and in it (warnings).

use std::fmt;

/// Why a file is not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IcalError {
    /// Larger than the caller allows.
    #[error("the file has {size} bytes; at most {limit} are read")]
    TooLarge {
        /// What it has.
        size: usize,
        /// What it may have.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("line {line}: the text is not UTF-8")]
    NotUtf8 {
        /// Where.
        line: usize,
    },
    /// Neither a calendar nor a component of one.
    #[error("this is not an iCalendar file: there is no BEGIN:VCALENDAR")]
    NotACalendar,
    /// A component whose name is no name.
    #[error("line {line}: BEGIN without the name of a component")]
    BadComponentName {
        /// Where.
        line: usize,
    },
    /// Nested too deep.
    #[error("line {line}: components are nested deeper than {limit}")]
    TooDeep {
        /// Where.
        line: usize,
        /// How deep they may be.
        limit: usize,
    },
    /// An END that ends nothing.
    #[error("line {line}: END:{found} without its BEGIN")]
    UnexpectedEnd {
        /// Where.
        line: usize,
        /// What it wants to end.
        found: String,
    },
    /// An END that ends another component.
    #[error("line {line}: END:{found} where END:{expected} is expected")]
    MismatchedEnd {
        /// Where.
        line: usize,
        /// What is open.
        expected: String,
        /// What it wants to end.
        found: String,
    },
    /// A component that never ends.
    #[error("the {name} that begins in line {line} has no END; the file may be cut off")]
    Unterminated {
        /// Where it begins.
        line: usize,
        /// What it is.
        name: String,
    },
}

/// Why a text is not one content line, or not parameters of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// No `NAME:value`.
    #[error("not a content line NAME;PARAMETER=..:value")]
    NotALine,
    /// Line breaks or other control characters.
    #[error("control characters cannot stand in a content line")]
    Control,
    /// BEGIN or END.
    #[error("BEGIN and END are not properties")]
    Boundary,
    /// Not a list of parameters.
    #[error("not parameters ;NAME=value")]
    NotParameters,
    /// Not the name of a property.
    #[error("{0:?} is not the name of a property")]
    BadName(String),
}

/// Something in a file that was not taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The physical line, from 1.
    pub line: usize,
    /// The property or component; empty for a line that is none.
    pub place: String,
    /// What about it.
    pub problem: Problem,
}

/// What was not taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Left out.
    #[error("not a content line, left out: {0:?}")]
    NotALine(String),
    /// Control characters left out.
    #[error("control characters were removed")]
    ControlsRemoved,
    /// Kept verbatim.
    #[error("the value is not understood and kept as it is: {0:?}")]
    Unreadable(String),
    /// Left out.
    #[error("stands more than once, this one is left out: {0:?}")]
    Repeated(String),
    /// The local time stays, its zone does not.
    #[error("unknown time zone {0:?}, read as a local time without zone")]
    UnknownZone(String),
    /// A zone where none can be.
    #[error("the time zone is ignored: a date or an instant has none")]
    ZoneIgnored,
    /// No zone where an instant is needed.
    #[error("has no time zone, read as UTC")]
    AssumedUtc,
    /// Left out.
    #[error("parameters left out: {0:?}")]
    ParametersDropped(String),
    /// Left out.
    #[error("not a part of a calendar, left out")]
    ForeignComponent,
    /// Kept verbatim.
    #[error("has no TRIGGER that is understood and is kept as it is")]
    NoTrigger,
}

const SHOWN_CHARS: usize = 80;
const MAX_WARNINGS: usize = 1000;

fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
}

impl Problem {
    pub(super) fn not_a_line(text: &str) -> Self {
        Self::NotALine(shown(text))
    }

    pub(super) fn unreadable(text: &str) -> Self {
        Self::Unreadable(shown(text))
    }

    pub(super) fn repeated(text: &str) -> Self {
        Self::Repeated(shown(text))
    }

    pub(super) fn unknown_zone(text: &str) -> Self {
        Self::UnknownZone(shown(text))
    }

    pub(super) fn parameters_dropped(text: &str) -> Self {
        Self::ParametersDropped(shown(text))
    }
}

impl Warning {
    pub(super) fn new(line: usize, place: &str, problem: Problem) -> Self {
        Self {
            line,
            place: place.to_owned(),
            problem,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        if !self.place.is_empty() {
            write!(f, "{} ", self.place)?;
        }
        self.problem.fmt(f)
    }
}

/// The first warnings, and how many more there were: a hostile file shall not fill the memory.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    pub list: Vec<Warning>,
    pub left_out: usize,
}

impl Warnings {
    pub fn push(&mut self, warning: Warning) {
        if self.list.len() < MAX_WARNINGS {
            self.list.push(warning);
        } else {
            self.left_out += 1;
        }
    }
}
