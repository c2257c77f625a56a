//! `astro calendar`: time on its own, without anybody's data.

use std::process::ExitCode;

use astro_calendar::{Occurrence, Series, TimeZone, When, WhenKind, ZoneName};
use serde::Serialize;

use crate::cli::{CalendarCommand, ExpandArgs};
use crate::failure::Misuse;
use crate::screen::Screen;

pub fn run(command: CalendarCommand, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    match command {
        CalendarCommand::Expand(args) => expand(args, screen)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// An occurrence as programs get it.
#[derive(Serialize)]
struct Shown {
    /// What names it within the series, in this product's own form of a time.
    recurrence_id: When,
    /// With the offset of that day; a date where whole days recur.
    start: String,
}

fn expand(args: ExpandArgs, screen: &mut Screen) -> anyhow::Result<()> {
    let count = usize::try_from(args.count)?;
    let zone = zone(&args)?;
    let after = args.after.as_ref().map(|after| after.instant(zone.rules()));
    let series = series(args, &zone);
    let found = match after {
        Some(after) => series.after(after, zone.rules()),
        None => series.occurrences(zone.rules()),
    };
    let mut all = Vec::new();
    // what was found is shown, also where the search for more fails
    let mut outcome = Ok(());
    for occurrence in found.take(count) {
        match occurrence {
            Ok(occurrence) if screen.is_json() => all.push(shown(occurrence)),
            Ok(occurrence) => screen.line(shown(occurrence).start)?,
            Err(error) => outcome = Err(error.into()),
        }
    }
    if screen.is_json() {
        screen.json(&all)?;
    }
    outcome
}

fn zone(args: &ExpandArgs) -> anyhow::Result<ZoneName> {
    let has_own = matches!(args.start.kind(), WhenKind::Zoned | WhenKind::Utc);
    if has_own && args.zone.is_some() {
        return Err(Misuse::error(
            "--start has a zone or an offset of its own; leave out --zone, or give the local time alone",
        ));
    }
    let own = match &args.start {
        When::Zoned { zone, .. } => Some(zone.clone()),
        _ => args.zone.clone(),
    };
    Ok(own.unwrap_or_else(ZoneName::utc))
}

fn series(args: ExpandArgs, zone: &ZoneName) -> Series {
    let start = match args.start {
        When::Floating(local) => When::Zoned {
            local,
            zone: zone.clone(),
        },
        other => other,
    };
    args.rrule
        .into_iter()
        .fold(Series::new(start), Series::with_rule)
        .with_rdates(args.rdate)
        .with_exdates(args.exdate)
}

fn shown(occurrence: Occurrence) -> Shown {
    let start = match &occurrence.start {
        When::Date(date) => date.to_string(),
        When::Zoned { zone, .. } => with_offset(&occurrence.start, zone.rules()),
        When::Floating(_) | When::Utc(_) => with_offset(&occurrence.start, &TimeZone::UTC),
    };
    Shown {
        recurrence_id: occurrence.recurrence_id,
        start,
    }
}

/// What a clock there shows at that instant: a local time that does not exist comes out as the one
/// that does.
fn with_offset(when: &When, zone: &TimeZone) -> String {
    let instant = when.instant(zone).to_zoned(zone.clone());
    instant.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
}
