//! Which zones a calendar names, and in which years.

use std::collections::BTreeSet;

use super::{
    Calendar, RawComponent, RawLine, RawParams, Todo, Trigger,
    line::{Param, params},
    text::decode_param,
    timezone::UsedZones,
    values::{Written, read_value},
};
use crate::{When, ZoneName};

/// The `TZID`s of the VTIMEZONEs that are written verbatim.
pub(super) fn defined_zones(calendar: &Calendar) -> BTreeSet<&str> {
    let timezones = calendar
        .others
        .iter()
        .filter(|other| other.name() == "VTIMEZONE");
    timezones
        .filter_map(|timezone| timezone.value("TZID"))
        .collect()
}

pub(super) fn used_zones(calendar: &Calendar, defined: &BTreeSet<&str>) -> UsedZones {
    let mut used = UsedZones::default();
    let mut note = |zone: &ZoneName, year: i16, open: bool| {
        if !defined.contains(zone.as_str()) {
            used.note(zone, year, open);
        }
    };
    for todo in &calendar.todos {
        for when in times(todo) {
            if let When::Zoned { local, zone } = when {
                note(zone, local.year(), todo.rrule.is_some());
            }
        }
    }
    // verbatim lines may name zones whose VTIMEZONE was not kept
    let in_others = calendar.others.iter().flat_map(RawComponent::all_lines);
    let in_todos = calendar.todos.iter().flat_map(verbatim_lines);
    for line in in_others.chain(in_todos) {
        let parts = line.parts();
        let tzid = params(parts.params).find(|param| param.name.eq_ignore_ascii_case("TZID"));
        let zone = tzid.and_then(|tzid| {
            let name = decode_param(tzid.value);
            name.parse::<ZoneName>()
                .ok()
                .filter(|zone| zone.as_str() == name)
        });
        if let Some(zone) = zone {
            for year in years_in(parts.value) {
                note(&zone, year, true);
            }
        }
    }
    used
}

impl Todo {
    /// Whether something in it stands in the zone of this `TZID`, which means no zone that is known.
    pub fn names_zone(&self, tzid: &str) -> bool {
        let alarms = self.alarms.iter().map(|alarm| &alarm.extra);
        let extras = std::iter::once(&self.extra).chain(alarms);
        let kept = extras.flat_map(|extra| extra.params.values().flat_map(RawParams::iter));
        let lines = verbatim_lines(self).into_iter();
        let verbatim = lines.flat_map(|line| params(line.parts().params));
        let is_it = |param: Param<'_>| {
            param.name.eq_ignore_ascii_case("TZID") && decode_param(param.value) == tzid
        };
        kept.chain(verbatim).any(is_it)
    }
}

fn times(todo: &Todo) -> impl Iterator<Item = &When> {
    let single = [&todo.start, &todo.due, &todo.recurrence_id]
        .into_iter()
        .flatten();
    let alarms = todo.alarms.iter().filter_map(|alarm| match &alarm.trigger {
        Trigger::At(when) => Some(when),
        Trigger::Offset { .. } => None,
    });
    single.chain(&todo.rdate).chain(&todo.exdate).chain(alarms)
}

fn verbatim_lines(todo: &Todo) -> Vec<&RawLine> {
    let extras = std::iter::once(&todo.extra).chain(todo.alarms.iter().map(|alarm| &alarm.extra));
    extras
        .flat_map(|extra| {
            let nested = extra.components.iter().flat_map(RawComponent::all_lines);
            extra.lines.iter().chain(nested)
        })
        .collect()
}

/// The years of the dates in a verbatim value; periods count with their start.
fn years_in(value: &str) -> Vec<i16> {
    let starts = value
        .split(',')
        .map(|part| part.split('/').next().unwrap_or(part));
    starts
        .filter_map(|text| match read_value(text)? {
            Written::Date(date) => Some(date.year()),
            Written::Local(local) => Some(local.year()),
            Written::Instant(_) => None,
        })
        .collect()
}
