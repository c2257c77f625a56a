//! What cleaning touched, rule by rule.

use std::collections::BTreeMap;
use std::fmt;

/// A rule of cleaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    Duplicate,
    ClockAhead,
    TooOld,
    Late,
    Orphan,
    BeforeCreation,
    Contradiction,
    OutOfRange,
    NoEstimate,
}

impl Rule {
    pub const ALL: [Self; 9] = [
        Self::Duplicate,
        Self::ClockAhead,
        Self::TooOld,
        Self::Late,
        Self::Orphan,
        Self::BeforeCreation,
        Self::Contradiction,
        Self::OutOfRange,
        Self::NoEstimate,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::ClockAhead => "clock_ahead",
            Self::TooOld => "too_old",
            Self::Late => "late",
            Self::Orphan => "orphan",
            Self::BeforeCreation => "before_creation",
            Self::Contradiction => "contradiction",
            Self::OutOfRange => "out_of_range",
            Self::NoEstimate => "no_estimate",
        }
    }

    /// When it applies, and what it does.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Duplicate => {
                "the same id, or the same thing to the same task at the same moment: left out"
            }
            Self::ClockAhead => {
                "it happened after it was recorded: it happened when it was recorded"
            }
            Self::TooOld => "it happened more than 15 years before it was recorded: left out",
            Self::Late => {
                "recorded more than a day after it happened: kept, and known from then on"
            }
            Self::Orphan => "of a task that was never created: the task begins with it",
            Self::BeforeCreation => "it happened before its task was created: it happened then",
            Self::Contradiction => {
                "it cannot follow what was known (done twice, stopped without a start, \
                 edited in the trash): left out; created twice: the second says what changed"
            }
            Self::OutOfRange => {
                "a value that nobody can have meant (priority above 9, an effort of nothing or of \
                 more than a year, a date 20 years away, a task that waits for itself): taken away"
            }
            Self::NoEstimate => {
                "a task without an expected effort: kept, the feature has its default"
            }
        }
    }
}

/// How much was taken, kept and touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub taken: u64,
    /// Includes beginnings that were missing.
    pub kept: u64,
    touched: BTreeMap<Rule, u64>,
}

impl Report {
    pub(super) fn touch(&mut self, rule: Rule) {
        *self.touched.entry(rule).or_default() += 1;
    }

    pub fn of(&self, rule: Rule) -> u64 {
        self.touched.get(&rule).copied().unwrap_or(0)
    }

    /// Adds another person's.
    pub fn add(&mut self, other: &Self) {
        self.taken += other.taken;
        self.kept += other.kept;
        for (rule, count) in &other.touched {
            *self.touched.entry(*rule).or_default() += count;
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} facts, {} kept", self.taken, self.kept)?;
        for rule in Rule::ALL {
            writeln!(
                f,
                "{:>9}  {:<16} {}",
                self.of(rule),
                rule.name(),
                rule.meaning()
            )?;
        }
        Ok(())
    }
}
