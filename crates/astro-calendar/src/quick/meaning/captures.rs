//! What a pattern took, asked for by kind, so that the order of the words does not matter.

use jiff::civil::{Date, Weekday};

use super::super::language::{Capture, Length, Part, Unit};
use super::{Clock, Value};

pub(in super::super) struct Captures<'a>(pub &'a [Capture]);

macro_rules! first {
    ($self:ident, $pattern:pat => $value:expr) => {
        $self.0.iter().find_map(|capture| match *capture {
            $pattern => Some($value),
            _ => None,
        })
    };
}

impl Captures<'_> {
    pub fn weekdays(&self) -> Option<u8> {
        first!(self, Capture::Weekdays(days) => days)
    }

    /// The one day of the week.
    pub fn weekday(&self) -> Option<Weekday> {
        let days = self.weekdays().filter(|days| days.is_power_of_two())?;
        let offset = i8::try_from(days.trailing_zeros()).ok()?;
        Weekday::from_monday_zero_offset(offset).ok()
    }

    pub fn month(&self) -> Option<i8> {
        first!(self, Capture::Month(month) => month)
    }

    pub fn day_number(&self) -> Option<i8> {
        first!(self, Capture::Day(day) => day)
    }

    pub fn year(&self) -> Option<i16> {
        first!(self, Capture::Year(year) => year)
    }

    pub fn month_day(&self) -> Option<(i8, i8)> {
        first!(self, Capture::MonthDay { month, day } => (month, day))
    }

    pub fn ordinals(&self) -> Option<u64> {
        first!(self, Capture::Ordinals(positions) => positions)
    }

    pub fn unit(&self) -> Option<Unit> {
        first!(self, Capture::Unit(unit) => unit)
    }

    pub fn interval(&self) -> Option<u32> {
        first!(self, Capture::Interval(interval) => interval)
    }

    pub fn part(&self) -> Option<Part> {
        first!(self, Capture::Part(part) => part)
    }

    pub fn relative(&self) -> Option<u32> {
        first!(self, Capture::Relative(days) => days)
    }

    pub fn level(&self) -> Option<u8> {
        first!(self, Capture::Level(level) => level)
    }

    pub fn is_from_completion(&self) -> bool {
        first!(self, Capture::Every { completion } => completion).unwrap_or(false)
    }

    pub fn is_afternoon(&self) -> Option<bool> {
        first!(self, Capture::Half { afternoon } => afternoon)
    }

    /// A number without a fraction.
    pub fn whole_number(&self) -> Option<u32> {
        first!(self, Capture::Number(hundredths) => hundredths)
            .filter(|hundredths| hundredths % 100 == 0)
            .map(|hundredths| hundredths / 100)
    }

    pub fn day(&self) -> Option<Date> {
        first!(self, Capture::Value(Value::Day(day)) => day)
    }

    pub fn length(&self) -> Option<Length> {
        first!(self, Capture::Value(Value::Length(length)) => length)
    }

    /// The clock times and hours, in order.
    pub fn clocks(&self) -> impl Iterator<Item = Clock> + '_ {
        self.0.iter().filter_map(|capture| match *capture {
            Capture::Value(Value::Time(clock)) => Some(clock),
            Capture::Clock { hour, minute, sure } => Some(Clock { hour, minute, sure }),
            Capture::Hour(hour) => Some(Clock::hour(hour)),
            _ => None,
        })
    }

    pub fn minute(&self) -> Option<u8> {
        first!(self, Capture::Minute(minute) => minute)
    }

    /// The amounts with their units, in order.
    pub fn amounts(&self) -> impl Iterator<Item = (u32, Unit)> + '_ {
        let mut number = None;
        self.0.iter().filter_map(move |capture| match *capture {
            Capture::Number(hundredths) => {
                number = Some(hundredths);
                None
            }
            Capture::Unit(unit) => Some((number.take().unwrap_or(100), unit)),
            _ => None,
        })
    }
}
