//! Properties of our own, `X-ASTRO-..`, for what iCalendar has no property for.

use std::str::FromStr;

use astro_core::calendar::{Date, When};
use astro_core::tasks::RepeatFrom;

use super::says::seconds;
use crate::interchange::portable::Portable;

/// Takes a property's value; gives the field that it became, or `None` when it is not understood.
pub(super) fn take(task: &mut Portable, name: &str, text: &str) -> Option<&'static str> {
    let fields = &mut task.fields;
    match name {
        "X-ASTRO-PROJECT" => {
            task.project = split_path(text);
            Some("project")
        }
        "X-ASTRO-POSITION" => {
            text.clone_into(&mut fields.position);
            Some("position")
        }
        "X-ASTRO-DEADLINE" => put(&mut fields.deadline, date(text).map(Some), "deadline"),
        "X-ASTRO-STATE" => put(&mut fields.state, word(text), "state"),
        "X-ASTRO-REPEAT-FROM" => put(&mut fields.repeat_from, repeat_from(text), "repeat_from"),
        "X-ASTRO-MISSED" => put(&mut fields.missed_policy, word(text), "missed_policy"),
        "X-ASTRO-ENERGY" => put(&mut fields.energy, word(text).map(Some), "energy"),
        "X-ASTRO-MIN-BLOCK" => put(
            &mut fields.min_block_s,
            block(text).map(Some),
            "min_block_s",
        ),
        "X-ASTRO-MAX-BLOCK" => put(
            &mut fields.max_block_s,
            block(text).map(Some),
            "max_block_s",
        ),
        "X-ASTRO-AUTO-PLAN" => put(&mut fields.auto_plan, flag(text), "auto_plan"),
        "X-ASTRO-LOCKED" => put(&mut fields.locked, flag(text), "locked"),
        _ => None,
    }
}

fn put<T>(place: &mut T, value: Option<T>, field: &'static str) -> Option<&'static str> {
    *place = value?;
    Some(field)
}

fn word<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn date(text: &str) -> Option<Date> {
    match text.parse().ok()? {
        When::Date(date) => Some(date),
        _ => None,
    }
}

fn block(text: &str) -> Option<u32> {
    seconds(text.parse().ok()?)
}

fn repeat_from(text: &str) -> Option<RepeatFrom> {
    match text.to_ascii_uppercase().as_str() {
        "DUE" => Some(RepeatFrom::Due),
        "COMPLETION" => Some(RepeatFrom::Completion),
        _ => None,
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_uppercase().as_str() {
        "TRUE" => Some(true),
        "FALSE" => Some(false),
        _ => None,
    }
}

/// Titles joined by slashes; a slash or backslash inside of one has a backslash before it.
pub(super) fn join_path(path: &[String]) -> String {
    let escaped: Vec<String> = path
        .iter()
        .map(|title| title.replace('\\', "\\\\").replace('/', "\\/"))
        .collect();
    escaped.join("/")
}

fn split_path(text: &str) -> Vec<String> {
    let mut path = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, path.last_mut()) {
            ('/', _) => path.push(String::new()),
            ('\\', Some(title)) => title.extend(chars.next()),
            (c, Some(title)) => title.push(c),
            (_, None) => {}
        }
    }
    path
}
