//! A beginning, rules, single dates, exceptions and moved occurrences.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    budget::Budget,
    occurrences::{Bound, Occurrences},
    rule::Rule,
};
use crate::When;

/// DTSTART, RRULE, RDATE, EXDATE and moved occurrences (RECURRENCE-ID) of one recurring thing.
///
/// With rules, DTSTART is an occurrence if it is one of theirs; without one it is the first. All
/// occurrences are of DTSTART's kind. An RDATE or EXDATE of another kind is read as one of DTSTART's:
/// the same instant, a time without a zone as local time of the series; a date as RDATE gets DTSTART's
/// time of day, a date as EXDATE leaves out everything on that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    pub(super) start: When,
    pub(super) rules: Vec<Rule>,
    pub(super) rdates: Vec<When>,
    pub(super) exdates: Vec<When>,
    /// Recurrence id and new beginning.
    pub(super) moved: Vec<(When, When)>,
    pub(super) budget: Budget,
}

impl Series {
    /// What begins at DTSTART, so far once.
    pub fn new(start: When) -> Self {
        Self {
            start,
            rules: Vec::new(),
            rdates: Vec::new(),
            exdates: Vec::new(),
            moved: Vec::new(),
            budget: Budget::default(),
        }
    }

    /// Also the occurrences of this rule.
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Also these occurrences.
    pub fn with_rdates(mut self, dates: impl IntoIterator<Item = When>) -> Self {
        self.rdates.extend(dates);
        self
    }

    /// Without these occurrences, whatever they come from.
    pub fn with_exdates(mut self, dates: impl IntoIterator<Item = When>) -> Self {
        self.exdates.extend(dates);
        self
    }

    /// The occurrence with this recurrence id begins elsewhere. The last word on an id counts; an id
    /// that is no occurrence moves nothing.
    pub fn with_moved(mut self, recurrence_id: When, start: When) -> Self {
        self.moved.push((recurrence_id, start));
        self
    }

    /// Another budget for the way from one occurrence to the next.
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// All occurrences in the order of their beginning. `zone` is the person's, for dates and times
    /// without a zone.
    pub fn occurrences(&self, zone: &TimeZone) -> Occurrences<'_> {
        Occurrences::new(self, zone, Bound::None)
    }

    /// The occurrences that begin after an instant. Rules without COUNT are not walked through from
    /// DTSTART, so that it costs the same near and far.
    pub fn after(&self, instant: Timestamp, zone: &TimeZone) -> Occurrences<'_> {
        Occurrences::new(self, zone, Bound::After(instant))
    }

    /// The occurrences that begin at an instant or later; seeks like [`after`](Self::after).
    pub fn from(&self, instant: Timestamp, zone: &TimeZone) -> Occurrences<'_> {
        Occurrences::new(self, zone, Bound::From(instant))
    }
}
