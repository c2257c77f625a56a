//! Recurrence as RFC 5545 means it: rules, single dates, exceptions, moved occurrences.
//!
//! A [`Rule`] is the text of an RRULE, read and checked; it comes out as it went in. A [`Series`]
//! puts rules, RDATEs, EXDATEs and moved occurrences on a beginning (DTSTART) and gives the
//! occurrences in order, from the beginning or from any instant on.
//!
//! Local wall time is kept: what begins at nine begins at nine before and after the clocks change.
//! A wall time that does not exist on a day is kept as it is and has the instant that RFC 5545 3.3.5
//! gives it; one that exists twice means the first.
//!
//! Whatever the rule, each step to the next occurrence ends: a [`Budget`] limits how much is
//! inspected in between, and when it is spent the answer is [`OutOfWork`].
//!
//! Where to start: [`Series::after`]; then `plan.rs` (what a rule means on its DTSTART) and `walk/`
//! (how its wall times are found). Where the RFC leaves room, docs/decisions/0008 says what is done.

mod budget;
mod clock;
mod combination;
mod days;
mod edit;
mod frame;
mod numbers;
mod occurrences;
mod parse;
mod plan;
mod policy;
mod problem;
mod rule;
mod series;
mod source;
mod walk;

pub use budget::{Budget, OutOfWork};
pub use occurrences::{Occurrence, Occurrences};
pub use policy::{MOST_A_DAY, PolicyError};
pub use problem::RuleError;
pub use rule::{Frequency, Rule, Until};
pub use series::Series;
