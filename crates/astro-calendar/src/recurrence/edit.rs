//! The same rule with another end. Everything else keeps its text.

use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::{
    parse::surroundings,
    rule::{End, Rule, Until},
};
use crate::{
    When,
    ical::{date_text, instant_text, local_text},
    micros,
};

impl Rule {
    /// The same rule ending before an occurrence: UNTIL in the value type of DTSTART (RFC 5545 3.3.10:
    /// a date, a local time, or an instant where DTSTART has a zone), and no COUNT.
    pub fn ending_before(&self, first_left_out: &When) -> Self {
        let (until, text) = match first_left_out {
            When::Date(date) => {
                let last = date.yesterday().unwrap_or(*date);
                (Until::Date(last), date_text(last))
            }
            When::Floating(local) => {
                let last = local.checked_sub(1.second()).unwrap_or(*local);
                (Until::Local(last), local_text(last))
            }
            When::Zoned { .. } | When::Utc(_) => {
                // UNTIL has whole seconds
                let second =
                    (micros(first_left_out.instant(&TimeZone::UTC)) - 1).div_euclid(1_000_000);
                let last = Timestamp::from_second(second).unwrap_or(Timestamp::MIN);
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

fn is_end(piece: &str) -> bool {
    let name = piece.split_once('=').map_or(piece, |(name, _)| name);
    name.eq_ignore_ascii_case("COUNT") || name.eq_ignore_ascii_case("UNTIL")
}
