//! What was recognised in a line, in one calm line below it.

use astro_core::calendar::{Date, IsoDuration, TimeZone, When, WhenKind, Zoned};
use astro_core::quick_add::{Chip, ChipValue, Named, QuickAdded};
use astro_core::reminders::Trigger;
use astro_core::tasks::TaskFields;

use super::Day;
use crate::client::Client;
use crate::screen::{Screen, Style};
use crate::table::one_line;
use crate::wording::{duration, relative};

/// Prints nothing where nothing was recognised and no option said more than the title. `others` are
/// projects and labels that the options named.
pub async fn show(
    read: &QuickAdded,
    others: &[String],
    client: &Client,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    let fields = &read.fields;
    let has_dates = fields.due.is_some()
        || fields.start.is_some()
        || fields.deadline.is_some()
        || !read.reminders.is_empty();
    let mut parts = Vec::new();
    if has_dates {
        let day = Day::ask(client).await?;
        parts.extend(dates(read, &day));
    }
    parts.extend(read.chips.iter().filter_map(name));
    parts.extend_from_slice(others);
    if fields.priority > 0 {
        parts.push(priority(fields.priority));
    }
    if let Some(seconds) = fields.estimate_s {
        parts.push(duration(seconds.into()));
    }
    if parts.is_empty() {
        return Ok(());
    }
    let between = screen.paint(Style::Faint, " \u{b7} ");
    let parts: Vec<String> = parts.iter().map(|part| one_line(part)).collect();
    screen.line(format!("  {}", parts.join(&between)))?;
    Ok(())
}

fn dates(read: &QuickAdded, day: &Day) -> Vec<String> {
    let TaskFields {
        due,
        start,
        deadline,
        ..
    } = &read.fields;
    let told = |when: &When| told(when, day.date, &day.zone);
    let mut parts = Vec::new();
    if let Some(due) = due {
        let until = read.chips.iter().find_map(|chip| match &chip.value {
            ChipValue::Time { until, .. } => until.as_ref(),
            _ => None,
        });
        let until = until.map(|until| format!(" to {until}"));
        parts.push(format!("due {}{}", told(due), until.unwrap_or_default()));
    }
    // the rule in the person's own words
    for chip in &read.chips {
        if matches!(chip.value, ChipValue::Recurrence { .. }) {
            parts.push(chip.text.clone());
        }
    }
    if let Some(start) = start {
        parts.push(format!("not before {}", told(start)));
    }
    if let Some(deadline) = deadline {
        parts.push(format!("deadline {}", told(&When::Date(*deadline))));
    }
    for trigger in &read.reminders {
        match trigger {
            Trigger::Absolute { at } => parts.push(format!("reminder {}", told(at))),
            Trigger::Offset { by, .. } if *by == IsoDuration::ZERO => {
                parts.push("reminder when due".to_owned());
            }
            Trigger::Offset { by, .. } => parts.push(format!("reminder {} before", length(*by))),
            Trigger::Place { location, .. } => parts.push(format!("reminder at {location}")),
        }
    }
    parts
}

/// A day with the name of its weekday, unless it has a name of its own.
fn told(when: &When, today: Date, zone: &TimeZone) -> String {
    let date = when.date_in(zone);
    let ahead = (date - today).get_days();
    if (0..=1).contains(&ahead) {
        return relative(when, today, zone);
    }
    let form = if date.year() == today.year() {
        "%a %-d %b"
    } else {
        "%a %-d %b %Y"
    };
    let day = date.strftime(form);
    if when.kind() == WhenKind::Date {
        return day.to_string();
    }
    let time = Zoned::new(when.instant(zone), zone.clone());
    format!("{day} {}", time.strftime("%H:%M"))
}

fn length(by: IsoDuration) -> String {
    let days = by.days().unsigned_abs();
    let seconds = by.seconds().unsigned_abs();
    match (days, seconds) {
        (0, seconds) => duration(seconds),
        (1, 0) => "1 day".to_owned(),
        (days, 0) => format!("{days} days"),
        (days, seconds) => format!("{days} d {}", duration(seconds)),
    }
}

fn name(chip: &Chip) -> Option<String> {
    fn marked<I>(sign: char, named: &Named<I>) -> String {
        let mark = if named.is_new { " (new)" } else { "" };
        format!("{sign}{}{mark}", named.title)
    }
    match &chip.value {
        ChipValue::Project { project } => Some(marked('#', project)),
        ChipValue::Label { label } => Some(marked('@', label)),
        _ => None,
    }
}

/// Four steps, as they are typed; what lies between is a number.
fn priority(priority: u8) -> String {
    match priority {
        1 | 3 | 5 | 7 => format!("p{}", priority.div_ceil(2)),
        other => format!("priority {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_further_away_have_their_weekday() {
        let today: Date = "2026-11-25".parse().unwrap();
        let told = |text: &str| told(&text.parse().unwrap(), today, &TimeZone::UTC);
        assert_eq!(told("2026-11-25T09:00:00Z"), "today 09:00");
        assert_eq!(told("2026-11-26"), "tomorrow");
        assert_eq!(told("2026-12-01T09:00:00Z"), "Tue 1 Dec 09:00");
        assert_eq!(told("2027-01-15"), "Fri 15 Jan 2027");
    }

    #[test]
    fn lengths_keep_days_apart() {
        let told = |text: &str| length(text.parse().unwrap());
        assert_eq!(told("-PT30M"), "30 min");
        assert_eq!(told("-P1D"), "1 day");
        assert_eq!(told("-P2DT3H"), "2 d 3 h");
    }
}
