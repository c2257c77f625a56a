//! Taskwarrior's dates: instants to the second, `20261125T090000Z`.

use astro_core::calendar::{TimeZone, Timestamp, When, ZoneName, ical};
use serde_json::{Map, Value};

/// Where the program's `someday` and `later` lie, and everything else so far away.
const SOMEDAY_YEAR: i16 = 2037;

/// The date of an attribute; `None` where it is absent or not understood.
pub fn attribute(record: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    parse(record.get(name)?.as_str()?)
}

/// Reads what the program writes, and RFC 3339, which it reads too.
pub fn parse(text: &str) -> Option<Timestamp> {
    match ical::date_value(text) {
        Some(When::Utc(instant)) => Some(instant),
        Some(_) => None,
        None => match text.parse().ok()? {
            When::Utc(instant) => Some(instant),
            _ => None,
        },
    }
}

/// As the program writes it; what is finer than a second is cut.
pub fn text(instant: Timestamp) -> String {
    let local = TimeZone::UTC.to_datetime(instant);
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}Z",
        local.year(),
        local.month(),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    )
}

/// The program has no dates without a time: it writes the midnight that begins them.
pub fn to_when(instant: Timestamp, zone: &ZoneName) -> When {
    let local = zone.rules().to_datetime(instant);
    let date = When::Date(local.date());
    if date.instant(zone.rules()) == instant {
        date
    } else {
        When::Utc(instant)
    }
}

pub fn is_someday(instant: Timestamp) -> bool {
    TimeZone::UTC.to_datetime(instant).year() >= SOMEDAY_YEAR
}
