//! What can be wrong with the text of a rule.

/// Why a text is not a recurrence rule. Texts in messages are cut to a printable length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Nothing was given.
    #[error("the rule is empty; give one such as FREQ=WEEKLY;BYDAY=MO,TH")]
    Empty,
    /// Longer than any rule that means something.
    #[error("the rule has {0} bytes; at most 4096 are read")]
    TooLong(usize),
    /// A piece between semicolons that is not NAME=VALUE.
    #[error("{0:?} is not a part of a rule; parts are NAME=VALUE, separated by semicolons")]
    NotAPart(String),
    /// A name that RFC 5545 does not have.
    #[error(
        "{0:?} is not known; the parts are FREQ, INTERVAL, COUNT, UNTIL, WKST, BYSETPOS, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE and BYSECOND"
    )]
    UnknownPart(String),
    /// The same part twice.
    #[error("{0} is given twice")]
    Repeated(&'static str),
    /// A value that the part cannot have.
    #[error("{part}: {value:?} is not {allowed}")]
    BadValue {
        /// The part.
        part: &'static str,
        /// The offending piece of its value.
        value: String,
        /// What would be right.
        allowed: &'static str,
    },
    /// No FREQ.
    #[error("FREQ is missing; a rule says how often, as in FREQ=DAILY")]
    NoFrequency,
    /// COUNT and UNTIL.
    #[error("COUNT and UNTIL both end a rule; only one of them may be given")]
    CountAndUntil,
    /// BYSETPOS with nothing to choose from.
    #[error("BYSETPOS chooses among what other BY parts give; there is none")]
    SetPosAlone,
    /// A part that RFC 5545 3.3.10 does not allow with this FREQ.
    #[error("{part} has no meaning with FREQ={frequency}; {instead}")]
    NotWithFrequency {
        /// The part.
        part: &'static str,
        /// The frequency's name.
        frequency: &'static str,
        /// With which frequencies it has.
        instead: &'static str,
    },
    /// BYDAY=2MO together with BYWEEKNO.
    #[error("BYDAY: {0} has a number, which has no meaning together with BYWEEKNO")]
    NumberedDayInWeek(String),
}

const SHOWN_CHARS: usize = 60;

impl RuleError {
    pub(super) fn shown(text: &str) -> String {
        text.chars().take(SHOWN_CHARS).collect()
    }
}
