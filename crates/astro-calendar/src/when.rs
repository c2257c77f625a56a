//! The time value of everything that has a date.
//!
//! The local form and its zone are what is stored; instants are derived from it and may be derived
//! again when the tz database or the person's zone changes.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use crate::{
    IsoDuration, ZoneError, ZoneName,
    day::{end_of_day, end_of_time, local_date, start_of_day},
    text_form::serde_as_text,
};

pub(crate) mod text;

/// A point in time as a person means it.
///
/// | text | variant |
/// |---|---|
/// | `2026-11-25` | `Date`: a whole day, wherever the person is |
/// | `2026-11-25T09:00:00` | `Floating`: nine o'clock wherever the person is |
/// | `2026-11-25T09:00:00[Europe/Madrid]` | `Zoned`: nine o'clock in Madrid |
/// | `2026-11-25T09:00:00Z` | `Utc`: one instant |
///
/// That text is the form on the wire and in the database. Seconds are always written, a fraction
/// only when there is one, in microseconds. On input seconds may be missing, a numeric offset
/// (`+01:00`) makes an instant, and finer fractions are cut. Years are 0001 to 9999 with four
/// digits, so that an index in microseconds fits a 64-bit integer with room; instants end with
/// 9999-12-30T22:00:00Z, and what is derived beyond that saturates.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum When {
    /// A whole local day; as a due date it ends at 24:00.
    Date(Date),
    /// A local time without a zone.
    Floating(DateTime),
    /// A local time in a zone.
    Zoned {
        /// What the clock there shows.
        local: DateTime,
        /// Where the clock hangs.
        zone: ZoneName,
    },
    /// An instant.
    Utc(Timestamp),
}

/// Which of the four a [`When`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhenKind {
    /// A whole local day.
    Date,
    /// A local time without a zone.
    Floating,
    /// A local time in a zone.
    Zoned,
    /// An instant.
    Utc,
}

/// Why a text or a number is not a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Nothing was given.
    #[error("the date is empty; give one such as 2026-11-25 or 2026-11-25T09:00:00")]
    Empty,
    /// The text does not begin with `YYYY-MM-DD`.
    #[error("{0:?} does not begin with a date YYYY-MM-DD")]
    BadDate(String),
    /// The year, month or day does not exist.
    #[error("there is no date {0}; years are 0001 to 9999")]
    NoSuchDate(String),
    /// What follows the date is not `T` and a time.
    #[error("{0:?} is not a time; after the date comes T and HH:MM or HH:MM:SS")]
    BadTime(String),
    /// Hour, minute or second too large.
    #[error("there is no time {0}; hours are 00 to 23, minutes and seconds 00 to 59")]
    NoSuchTime(String),
    /// What follows the time is neither `Z`, an offset nor a zone in brackets.
    #[error(
        "{0:?} is not understood after the time; give nothing, Z, an offset such as +01:00, or a zone such as [Europe/Madrid]"
    )]
    BadSuffix(String),
    /// The zone in the brackets does not exist.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// An instant outside of the years 0001 to 9999.
    #[error("the instant lies outside of the years 0001 to 9999")]
    OutOfRange,
}

impl When {
    /// An instant, cut to microseconds.
    pub fn utc(instant: Timestamp) -> Result<Self, WhenError> {
        from_micros(micros(instant)).map(When::Utc)
    }

    /// Which of the four it is.
    pub fn kind(&self) -> WhenKind {
        match self {
            When::Date(_) => WhenKind::Date,
            When::Floating(_) => WhenKind::Floating,
            When::Zoned { .. } => WhenKind::Zoned,
            When::Utc(_) => WhenKind::Utc,
        }
    }

    /// The instant at which it begins; `zone` is the person's, used where the value has none.
    ///
    /// A date begins with its day. A local time that does not exist is read with the offset before
    /// the gap, one that exists twice means the first (RFC 5545 3.3.5).
    pub fn instant(&self, zone: &TimeZone) -> Timestamp {
        match self {
            When::Date(date) => start_of_day(*date, zone),
            When::Floating(local) => resolve(*local, zone),
            When::Zoned { local, zone } => resolve(*local, zone.rules()),
            When::Utc(instant) => *instant,
        }
    }

    /// [`instant`](Self::instant) in microseconds since 1970, to sort and filter starts by.
    pub fn start_index(&self, zone: &TimeZone) -> i64 {
        micros(self.instant(zone))
    }

    /// The microsecond since 1970 at which something due then is late: for a date the end of that
    /// local day, otherwise the instant.
    pub fn due_index(&self, zone: &TimeZone) -> i64 {
        match self {
            When::Date(date) => micros(end_of_day(*date, zone)),
            _ => self.start_index(zone),
        }
    }

    /// Whether something due then is late.
    pub fn is_overdue(&self, now: Timestamp, zone: &TimeZone) -> bool {
        micros(now) >= self.due_index(zone)
    }

    /// The date on which it falls for a person in `zone`.
    pub fn date_in(&self, zone: &TimeZone) -> Date {
        match self {
            When::Date(date) => *date,
            When::Floating(local) => local.date(),
            When::Zoned { .. } | When::Utc(_) => local_date(self.instant(zone), zone),
        }
    }

    /// The instant a duration away: days move the local date, seconds the instant (RFC 5545 3.3.6).
    ///
    /// A date counts from the start of its day (RFC 5545 3.8.6.3). Saturates at the ends of time.
    pub fn offset_by(&self, duration: IsoDuration, zone: &TimeZone) -> Timestamp {
        let days = duration.days();
        let shifted = match self {
            When::Date(date) => When::Date(shift_date(*date, days)),
            When::Floating(local) => When::Floating(shift_local(*local, days)),
            When::Zoned { local, zone } => When::Zoned {
                local: shift_local(*local, days),
                zone: zone.clone(),
            },
            When::Utc(instant) => When::Utc(resolve(
                shift_local(TimeZone::UTC.to_datetime(*instant), days),
                &TimeZone::UTC,
            )),
        };
        let end = if duration.is_negative() {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        shifted
            .instant(zone)
            .checked_add(duration.seconds().seconds())
            .unwrap_or(end)
    }
}

fn resolve(local: DateTime, zone: &TimeZone) -> Timestamp {
    // only the last hours of the year 9999 (and days shifted far back) have no instant
    zone.to_timestamp(local)
        .unwrap_or(end_of_time(local.date()))
}

fn shift_date(date: Date, days: i64) -> Date {
    let end = if days < 0 { Date::MIN } else { Date::MAX };
    date.checked_add(days.days()).unwrap_or(end)
}

fn shift_local(local: DateTime, days: i64) -> DateTime {
    shift_date(local.date(), days).to_datetime(local.time())
}

impl WhenKind {
    /// `date`, `floating`, `zoned` or `utc`.
    pub const fn as_str(self) -> &'static str {
        match self {
            WhenKind::Date => "date",
            WhenKind::Floating => "floating",
            WhenKind::Zoned => "zoned",
            WhenKind::Utc => "utc",
        }
    }
}

/// Microseconds since 1970, cut towards the past.
pub fn micros(instant: Timestamp) -> i64 {
    let micros = instant.as_nanosecond().div_euclid(1000);
    // a Timestamp spans 20,000 years: 6.4e17 microseconds, well inside of an i64
    i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX })
}

/// The instant of microseconds since 1970, within the years 0001 to 9999.
pub fn from_micros(micros: i64) -> Result<Timestamp, WhenError> {
    Timestamp::from_microsecond(micros)
        .ok()
        .filter(|instant| in_years(TimeZone::UTC.to_datetime(*instant).date()))
        .ok_or(WhenError::OutOfRange)
}

/// The instant without what is finer than a microsecond.
pub fn truncate_to_micros(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(micros(instant)).unwrap_or(instant)
}

fn in_years(date: Date) -> bool {
    date.year() >= 1
}

serde_as_text!(
    When,
    "a date or time such as 2026-11-25 or 2026-11-25T09:00:00[Europe/Madrid]"
);
