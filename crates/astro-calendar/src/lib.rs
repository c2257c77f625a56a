//! Time values, zones, day boundaries, durations, recurrence, quick add and iCalendar objects.
//!
//! **What it is.** The ground on which everything that has a date stands: [`When`] (a date, a
//! floating time, a time in a zone, or an instant), [`ZoneName`] (a time zone from the tables inside
//! the binary), [`day`] (where a local day starts and ends), [`IsoDuration`], clock times and ranges,
//! [`recurrence`] (what comes again, and when), [`quick`] (what a line of text says of all this), and
//! [`ical`]: to-dos in and out of iCalendar files.
//!
//! **What it must not know.** The product: no tables, no users, no HTTP, no clock. "Now" and the
//! person's zone are always passed in. It is written so that it could be published alone.
//!
//! **Where to start.** [`when`] for the value type and its text form; [`day`] for the two questions
//! everyone asks ("which day is this?", "when does that day end?").
//!
//! Other crates take jiff's types from here, so that one version and one set of features is used.

pub mod clock;
pub mod day;
pub mod duration;
pub mod ical;
pub mod quick;
pub mod recurrence;
pub mod when;
pub mod zone;

mod digits;
mod text_form;

pub use clock::{ClockError, ClockRange, ClockTime};
pub use day::{DayBounds, day_bounds, local_date, week_start};
pub use duration::{DurationError, IsoDuration};
pub use jiff::civil::{Date, DateTime, Time, Weekday, date, datetime, time};
pub use jiff::tz::TimeZone;
pub use jiff::{SignedDuration, Span, Timestamp, ToSpan, Zoned};
pub use recurrence::{Occurrence, Rule, Series};
pub use when::{When, WhenError, WhenKind, from_micros, micros, truncate_to_micros};
pub use zone::{ZoneError, ZoneName};

/// The examples of the README are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
