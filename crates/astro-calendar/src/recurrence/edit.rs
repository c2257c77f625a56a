//! The same rule with another end. Everything else keeps its text.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Time},
    tz::TimeZone,
};

use super::{
    days::{DAY, FIRST_DAY},
    parse::surroundings,
    rule::{End, Rule, Until},
};
use crate::{
    When,
    ical::{date_text, instant_text, local_text},
    micros,
};

const FIRST_DATE: Date = Date::constant(1, 1, 1);

impl Rule {
    /// The same rule ending before an occurrence: UNTIL in the value type of DTSTART (RFC 5545 3.3.10:
    /// a date, a local time, or an instant where DTSTART has a zone), and no COUNT. Before the year 1
    /// there is nothing: there UNTIL stays at its first moment.
    pub fn ending_before(&self, first_left_out: &When) -> Self {
        let (until, text) = match first_left_out {
            When::Date(date) => {
                let last = date.yesterday().unwrap_or(*date).max(FIRST_DATE);
                (Until::Date(last), date_text(last))
            }
            When::Floating(local) => {
                let last = local.checked_sub(1.second()).unwrap_or(*local);
                let last = last.max(FIRST_DATE.to_datetime(Time::midnight()));
                (Until::Local(last), local_text(last))
            }
            When::Zoned { .. } | When::Utc(_) => {
                let last = second_before(first_left_out.instant(&TimeZone::UTC));
                (Until::Utc(last), instant_text(last))
            }
        };
        self.with_end(End::Until(until), &format!("UNTIL={text}"))
    }

    /// The same rule ending after so many occurrences (at least one), and no UNTIL.
    pub fn with_count(&self, count: u32) -> Self {
        let count = count.max(1);
        self.with_end(End::Count(count), &format!("COUNT={count}"))
    }

    /// Puts the new end in the place of the old one, or behind everything.
    fn with_end(&self, end: End, written: &str) -> Self {
        let (before, value, after) = surroundings(&self.text);
        let mut pieces: Vec<&str> = value.split(';').collect();
        match pieces.iter().position(|piece| is_end(piece)) {
            Some(index) => pieces[index] = written,
            None => pieces.push(written),
        }
        let mut parts = self.parts.clone();
        parts.end = end;
        Self {
            text: format!("{before}{}{after}", pieces.join(";")),
            parts,
        }
    }
}

/// The last whole second before an instant, which is what UNTIL can say.
fn second_before(instant: Timestamp) -> Timestamp {
    let second = (micros(instant) - 1).div_euclid(1_000_000);
    Timestamp::from_second(second.max(FIRST_DAY * DAY)).unwrap_or(instant)
}

fn is_end(piece: &str) -> bool {
    let name = piece.split_once('=').map_or(piece, |(name, _)| name);
    name.eq_ignore_ascii_case("COUNT") || name.eq_ignore_ascii_case("UNTIL")
}
