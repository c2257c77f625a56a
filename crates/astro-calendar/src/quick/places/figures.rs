//! Dates and clock times in figures.

use super::super::DateOrder;
use super::super::language::Capture;
use super::super::meaning::Value;
use super::{Filling, Places};

impl Places<'_> {
    /// Hours and minutes around a sign, and seconds, which do not count.
    pub fn clock(&self, at: usize, sign: &str) -> Option<Filling> {
        let hour = u8::try_from(self.figures(at, 1, 2)?).ok()?;
        if !self.is_glued(at + 1, sign) {
            return None;
        }
        let minute = u8::try_from(self.glued_figures(at + 2, 2, 2)?).ok()?;
        let has_seconds = self.is_glued(at + 3, sign) && self.glued_figures(at + 4, 2, 2).is_some();
        let next = if has_seconds { at + 5 } else { at + 3 };
        let is_written_whole = self.tokens[at].len() == 2 || hour == 0;
        let sure = is_written_whole && hour != 12 || self.language.afternoon_until == 0;
        let exists = hour < 24 && minute < 60 || hour == 24 && minute == 0;
        exists.then_some((
            Capture::Clock {
                hour: hour % 24,
                minute,
                sure: sure || hour > 12,
            },
            next,
            false,
        ))
    }

    pub fn four_digits(&self, at: usize) -> Option<Filling> {
        let number = self.figures(at, 4, 4)?;
        let hour = u8::try_from(number / 100).ok().filter(|hour| *hour < 24)?;
        let minute = u8::try_from(number % 100)
            .ok()
            .filter(|minute| *minute < 60)?;
        let sure = true;
        Some((Capture::Clock { hour, minute, sure }, at + 1, false))
    }

    pub fn iso(&self, at: usize) -> Option<Filling> {
        let year = self.figures(at, 4, 4)?;
        let sign = if self.is_glued(at + 1, "-") { "-" } else { "/" };
        if !self.is_glued(at + 1, sign) || !self.is_glued(at + 3, sign) {
            return None;
        }
        let month = self.glued_figures(at + 2, 1, 2)?;
        let day = self.glued_figures(at + 4, 1, 2)?;
        let date = crate::when::text::civil_date(year, month, day)?;
        Some((Capture::Value(Value::Day(date)), at + 5, false))
    }

    /// Day and month around slashes, or hyphens when there is a year.
    pub fn slashed(&self, at: usize) -> Option<Filling> {
        let first = self.figures(at, 1, 2)?;
        let sign = if self.is_glued(at + 1, "/") { "/" } else { "-" };
        if !self.is_glued(at + 1, sign) {
            return None;
        }
        let second = self.glued_figures(at + 2, 1, 2)?;
        let (month, day) = match self.date_order {
            DateOrder::MonthDay => (first, second),
            DateOrder::DayMonth => (second, first),
        };
        // 25/12 can be said in one way only
        let (month, day) = if month > 12 {
            (day, month)
        } else {
            (month, day)
        };
        if self.is_glued(at + 3, sign)
            && let Some(date) = self.with_year(at + 4, month, day)
        {
            return Some((date, at + 5, false));
        }
        // 1/2 is a half more often than a date
        let is_weak = self.tokens[at].len() + self.tokens[at + 2].len() == 2;
        let is_date = sign == "/" && !(first == 24 && second == 7);
        Some((month_day(month, day)?, at + 3, is_weak)).filter(|_| is_date)
    }

    /// `5.12.`, `5.12.2026`.
    pub fn dotted(&self, at: usize) -> Option<Filling> {
        let day = self.figures(at, 1, 2)?;
        if !self.is_glued(at + 1, ".") || !self.is_glued(at + 3, ".") {
            return None;
        }
        let month = self.glued_figures(at + 2, 1, 2)?;
        match self.with_year(at + 4, month, day) {
            Some(date) => Some((date, at + 5, false)),
            None => Some((month_day(month, day)?, at + 4, false)),
        }
    }

    fn with_year(&self, at: usize, month: u32, day: u32) -> Option<Capture> {
        let year = match self.glued_figures(at, 4, 4) {
            Some(year) => year,
            None => 2000 + self.glued_figures(at, 2, 2)?,
        };
        crate::when::text::civil_date(year, month, day).map(|date| Capture::Value(Value::Day(date)))
    }
}

fn month_day(month: u32, day: u32) -> Option<Capture> {
    // a leap year, so that the 29th of February can be said
    crate::when::text::civil_date(2024, month, day)?;
    Some(Capture::MonthDay {
        month: i8::try_from(month).ok()?,
        day: i8::try_from(day).ok()?,
    })
}
