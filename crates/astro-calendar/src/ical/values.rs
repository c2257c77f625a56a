//! DATE and DATE-TIME values (RFC 5545 3.3.4, 3.3.5) to and from [`When`].

use calcard::common::PartialDateTime;
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::{Offset, TimeZone},
};

use crate::{
    When, ZoneName, from_micros, micros,
    when::text::{civil_date, civil_time},
};

/// A date or time as the value alone says it; `TZID` is not yet applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Date(Date),
    Local(DateTime),
    Instant(Timestamp),
}

/// Reads `20261125`, `20261125T090000`, `20261125T090000Z` or, though the RFC forbids it,
/// `20261125T090000+0100`. The digits are read by calcard, which is lenient about what surrounds
/// them; the shape is checked here, so that nothing is read that was not understood whole.
pub(super) fn read_value(text: &str) -> Option<Written> {
    let text = text.trim();
    if !has_shape(text.as_bytes()) {
        return None;
    }
    let mut read = PartialDateTime::default();
    if !read.parse_timestamp(&mut text.as_bytes().iter().peekable(), false) {
        return None;
    }
    let part = |value: Option<u8>| u32::from(value.unwrap_or(0));
    let date = civil_date(u32::from(read.year?), part(read.month), part(read.day))?;
    if read.hour.is_none() {
        return Some(Written::Date(date));
    }
    let time = civil_time(part(read.hour), part(read.minute), part(read.second), 0)?;
    let local = date.to_datetime(time);
    let Some(hours) = read.tz_hour else {
        return Some(Written::Local(local));
    };
    let seconds = i32::from(hours) * 3600 + i32::from(read.tz_minute.unwrap_or(0)) * 60;
    let offset = Offset::from_seconds(if read.tz_minus { -seconds } else { seconds }).ok()?;
    in_range(offset.to_timestamp(local).ok()?).map(Written::Instant)
}

fn has_shape(text: &[u8]) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let has_time = || digits(9..15) && text[8].eq_ignore_ascii_case(&b'T');
    digits(0..8)
        && match text.len() {
            8 => true,
            15 => has_time(),
            16 => has_time() && text[15].eq_ignore_ascii_case(&b'Z'),
            20 => has_time() && matches!(text[15], b'+' | b'-') && digits(16..20),
            _ => false,
        }
}

/// An instant in whole seconds, within the years 0001 to 9999: what iCalendar can write.
pub(super) fn in_range(instant: Timestamp) -> Option<Timestamp> {
    let seconds = micros(instant).div_euclid(1_000_000);
    from_micros(seconds * 1_000_000).ok()
}

/// A value in the zone that its `TZID` names.
pub(super) fn to_when(written: Written, zone: Option<&ZoneName>) -> When {
    match (written, zone) {
        (Written::Date(date), _) => When::Date(date),
        (Written::Local(local), Some(zone)) => When::Zoned {
            local,
            zone: zone.clone(),
        },
        (Written::Local(local), None) => When::Floating(local),
        (Written::Instant(instant), _) => When::Utc(instant),
    }
}

/// The instant of a value that must be one (COMPLETED, CREATED, ..); what has no zone is read in
/// UTC, and the flag says so.
pub(super) fn to_instant(when: &When) -> Option<(Timestamp, bool)> {
    let assumed = matches!(when, When::Date(_) | When::Floating(_));
    Some((in_range(when.instant(&TimeZone::UTC))?, assumed))
}

/// The parameters and the value of a [`When`]: `(";VALUE=DATE", "20261125")`. Fractions of a second
/// have no form in iCalendar and are cut.
pub(super) fn write_when(when: &When) -> (String, String) {
    match when {
        When::Date(date) => (";VALUE=DATE".to_owned(), date_text(*date)),
        When::Floating(local) => (String::new(), local_text(*local)),
        When::Zoned { local, zone } => (format!(";TZID={zone}"), local_text(*local)),
        When::Utc(instant) => (String::new(), instant_text(*instant)),
    }
}

pub(crate) fn instant_text(instant: Timestamp) -> String {
    local_text(TimeZone::UTC.to_datetime(instant)) + "Z"
}

pub(crate) fn date_text(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

pub(crate) fn local_text(local: DateTime) -> String {
    let time: Time = local.time();
    let date = date_text(local.date());
    format!(
        "{date}T{:02}{:02}{:02}",
        time.hour(),
        time.minute(),
        time.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_read_as_what_it_is() {
        let read = |text| read_value(text).map(|written| to_when(written, None).to_string());
        for (text, expected) in [
            ("20261125", "2026-11-25"),
            ("20261125T090000", "2026-11-25T09:00:00"),
            ("20261125t090000z", "2026-11-25T09:00:00Z"),
            ("20261125T090000+0100", "2026-11-25T08:00:00Z"),
            ("20261125T090000-0530", "2026-11-25T14:30:00Z"),
            (" 20161231T235960Z ", "2016-12-31T23:59:59Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_whole_is_not_read() {
        for text in [
            "",
            "2026-11-25",
            "2026112",
            "20261131",
            "00001125",
            "20261125T",
            "20261125T0900",
            "20261125T240000",
            "20261125T090000X",
            "20261125T090000.5",
            "20261125T090000Z Z",
            "20261125T090000+99",
            "20261125 090000",
            "２０２６1125",
        ] {
            assert_eq!(read_value(text), None, "{text}");
        }
    }
}
