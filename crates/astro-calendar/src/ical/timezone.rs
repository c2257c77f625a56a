//! VTIMEZONE components (RFC 5545 3.6.5) for the zones that a calendar uses, from the same tables
//! that the rest of this crate computes with.

use std::collections::BTreeMap;

use jiff::{
    Timestamp,
    civil::date,
    tz::{Dst, Offset},
};

use super::{line::write_folded, values::local_text};
use crate::ZoneName;

/// Years beyond the last used one that are written for a rule without an end.
const OPEN_YEARS: i16 = 30;
/// A bound on the size of one component; at two changes a year it covers 300 years.
const MAX_CHANGES: usize = 600;

/// The years for which a zone must be described.
#[derive(Debug, Clone, Copy)]
pub(super) struct Years {
    first: i16,
    last: i16,
}

/// The zones that a calendar uses, each with the years it is used in.
#[derive(Debug, Default)]
pub(super) struct UsedZones(BTreeMap<ZoneName, Years>);

impl UsedZones {
    /// Notes a use; `open` for a rule that may go on.
    pub fn note(&mut self, zone: &ZoneName, year: i16, open: bool) {
        let last = if open {
            year.saturating_add(OPEN_YEARS)
        } else {
            year
        };
        let years = self
            .0
            .entry(zone.clone())
            .or_insert(Years { first: year, last });
        years.first = years.first.min(year);
        years.last = years.last.max(last);
    }

    /// Writes a VTIMEZONE for each.
    pub fn write(&self, out: &mut String) {
        for (zone, years) in &self.0 {
            write_timezone(out, zone, *years);
        }
    }
}

/// One kind of change: what STANDARD and DAYLIGHT describe.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    from_seconds: i32,
    to_seconds: i32,
    is_daylight: bool,
    name: String,
}

fn write_timezone(out: &mut String, zone: &ZoneName, years: Years) {
    write_folded(out, "BEGIN:VTIMEZONE");
    write_folded(out, &format!("TZID:{zone}"));
    for (change, onsets) in changes(zone, years) {
        write_change(out, &change, &onsets);
    }
    write_folded(out, "END:VTIMEZONE");
}

/// The changes from the year before the first used one to the end of the last, by kind; the first
/// entry is what was in force before, as a change from itself to itself.
fn changes(zone: &ZoneName, years: Years) -> BTreeMap<Change, Vec<Timestamp>> {
    let rules = zone.rules();
    let midnight = |year: i16| rules.to_timestamp(date(year, 1, 1).at(0, 0, 0, 0)).ok();
    let start = midnight(years.first.saturating_sub(1).max(1)).unwrap_or(Timestamp::UNIX_EPOCH);
    let end = years
        .last
        .checked_add(1)
        .filter(|year| *year <= 9999)
        .and_then(midnight);
    let end = end.unwrap_or(Timestamp::MAX);

    let before = rules.to_offset_info(start);
    let mut offset = before.offset();
    let mut kinds: BTreeMap<Change, Vec<Timestamp>> = BTreeMap::new();
    let first = change(offset, offset, before.dst(), before.abbreviation());
    kinds.insert(first, vec![start]);
    for next in rules
        .following(start)
        .take(MAX_CHANGES)
        .take_while(|next| next.timestamp() < end)
    {
        let kind = change(offset, next.offset(), next.dst(), next.abbreviation());
        kinds.entry(kind).or_default().push(next.timestamp());
        offset = next.offset();
    }
    kinds
}

fn change(from: Offset, to: Offset, dst: Dst, name: &str) -> Change {
    Change {
        from_seconds: from.seconds(),
        to_seconds: to.seconds(),
        is_daylight: dst.is_dst(),
        name: name.to_owned(),
    }
}

fn write_change(out: &mut String, change: &Change, onsets: &[Timestamp]) {
    let Ok(from) = Offset::from_seconds(change.from_seconds) else {
        return;
    };
    let name = if change.is_daylight {
        "DAYLIGHT"
    } else {
        "STANDARD"
    };
    let mut local = onsets
        .iter()
        .map(|onset| local_text(from.to_datetime(*onset)));
    write_folded(out, &format!("BEGIN:{name}"));
    write_folded(
        out,
        &format!("DTSTART:{}", local.next().unwrap_or_default()),
    );
    let others: Vec<String> = local.collect();
    if !others.is_empty() {
        write_folded(out, &format!("RDATE:{}", others.join(",")));
    }
    write_folded(out, &format!("TZNAME:{}", change.name));
    write_folded(
        out,
        &format!("TZOFFSETFROM:{}", offset_text(change.from_seconds)),
    );
    write_folded(
        out,
        &format!("TZOFFSETTO:{}", offset_text(change.to_seconds)),
    );
    write_folded(out, &format!("END:{name}"));
}

/// `+0100`, or `+001244` for the local mean times of long ago (RFC 5545 3.3.14).
fn offset_text(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let size = seconds.abs();
    let (hours, minutes, seconds) = (size / 3600, size / 60 % 60, size % 60);
    if seconds == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ical::{RawComponent, values};

    fn written(zone: &ZoneName, first: i16, last: i16) -> RawComponent {
        let mut out = String::new();
        write_timezone(&mut out, zone, Years { first, last });
        out.parse().unwrap()
    }

    /// The offsets before and after the last change up to an instant, as the component alone says.
    fn change_by_component(component: &RawComponent, instant: Timestamp) -> (i32, i32) {
        let seconds = |text: &str| -> i32 {
            let part = |range| {
                text.get(range)
                    .map_or(0, |part: &str| part.parse::<i32>().unwrap())
            };
            let size = part(1..3) * 3600 + part(3..5) * 60 + part(5..7);
            if text.starts_with('-') { -size } else { size }
        };
        let mut onsets: Vec<(Timestamp, (i32, i32))> = Vec::new();
        for observance in component.components() {
            let from = seconds(observance.value("TZOFFSETFROM").unwrap());
            let to = seconds(observance.value("TZOFFSETTO").unwrap());
            let lists = ["DTSTART", "RDATE"]
                .into_iter()
                .filter_map(|name| observance.value(name));
            for text in lists.flat_map(|list| list.split(',')) {
                let Some(values::Written::Local(local)) = values::read_value(text) else {
                    panic!("{text} is no local time");
                };
                let at = Offset::from_seconds(from)
                    .unwrap()
                    .to_timestamp(local)
                    .unwrap();
                onsets.push((at, (from, to)));
            }
        }
        onsets.sort_unstable();
        onsets
            .iter()
            .rev()
            .find(|(at, _)| *at <= instant)
            .unwrap()
            .1
    }

    #[test]
    fn a_zone_without_changes_has_one_observance() {
        let component = written(&ZoneName::utc(), 2026, 2026);
        assert_eq!(component.value("TZID"), Some("UTC"));
        assert_eq!(component.components().len(), 1);
        assert_eq!(component.components()[0].value("TZOFFSETTO"), Some("+0000"));
    }

    #[test]
    fn an_old_local_mean_time_keeps_its_seconds() {
        assert_eq!(offset_text(-(3600 + 62)), "-010102");
        assert_eq!(offset_text(3600), "+0100");
    }

    proptest! {
        #[test]
        fn the_component_alone_gives_the_offsets_of_the_tables(
            name in prop::sample::select(
                ZoneName::all().filter(|name| name != "Etc/Unknown").collect::<Vec<_>>()
            ),
            first in 1840_i16..2100, span in 0_i16..30,
        ) {
            let zone: ZoneName = name.parse().unwrap();
            let rules = zone.rules();
            let component = written(&zone, first, first + span);
            let midnight = |year| rules.to_timestamp(date(year, 1, 1).at(0, 0, 0, 0)).unwrap();
            let (begin, end) = (midnight(first), midnight(first + span + 1));
            let changes = rules.following(begin).map(|change| change.timestamp());
            // just before and at every change of the years
            for at in std::iter::once(begin).chain(changes.take_while(|change| *change < end)) {
                let before = Timestamp::from_second(at.as_second() - 1).unwrap();
                let offset = |instant| rules.to_offset(instant).seconds();
                let (_, after) = change_by_component(&component, before);
                prop_assert_eq!(after, offset(before), "{}", before);
                let (from, to) = change_by_component(&component, at);
                prop_assert_eq!(to, offset(at), "{}", at);
                prop_assert!(at == begin || from == offset(before), "{}", at);
            }
        }
    }
}
