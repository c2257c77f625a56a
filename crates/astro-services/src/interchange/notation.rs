//! The formats that speak of tasks one by one, seen alike: bytes to a plan, a kept record to what
//! it says, a task to its record, records to bytes.

use std::fmt::Display;

use astro_core::calendar::ZoneName;
use astro_core::interchange::Format;
use serde_json::Value;

use super::notes::Notes;
use super::outgoing::Outgoing;
use super::plan::{Context, Kept, Plan};
use super::portable::Portable;
use super::{events, ics, taskwarrior, todotxt};
use crate::{Error, Result};

/// Reads a file.
///
/// # Errors
/// When it is no file of that format, or holds too much.
pub fn read(format: Format, bytes: &[u8], context: &Context) -> Result<Plan> {
    match format {
        Format::Taskwarrior => taskwarrior::read(bytes, context),
        Format::TodoTxt => todotxt::read(bytes, context),
        Format::Ics => ics::read(bytes, context),
        Format::Events => events::read(bytes, context),
        Format::Json => Err(no_notation(format)),
    }
}

/// What a kept record says, as it was understood when it came.
///
/// # Errors
/// When it does not hold what was kept; internal.
pub fn says(kept: &Kept, notes: &mut Notes, place: &dyn Display) -> Result<Portable> {
    let zone = &kept.zone;
    match (kept.format, &kept.record) {
        (Format::Taskwarrior, Value::Object(record)) => {
            Ok(taskwarrior::says(record, zone, notes, place))
        }
        (Format::TodoTxt, Value::String(line)) => Ok(todotxt::says(line, zone, notes, place)),
        (Format::Ics, record) => Ok(ics::says(&ics::parse(record)?, zone, notes, place)),
        (Format::Events, record) => events::says(record),
        (format, _) => Err(no_notation(format)),
    }
}

/// The record of a task: the one that it came from with what has changed since, or a new one.
///
/// # Errors
/// As [`says`].
pub fn record(format: Format, task: &Outgoing, zone: &ZoneName) -> Result<Value> {
    let said = match &task.kept {
        Some(kept) => Some(says(kept, &mut Notes::default(), &"")?),
        None => None,
    };
    let kept = task.kept.as_ref().map(|kept| &kept.record);
    let kept = kept.zip(said.as_ref());
    Ok(match format {
        Format::Taskwarrior => {
            let kept = kept.and_then(|(record, said)| Some((record.as_object()?, said)));
            Value::Object(taskwarrior::record(task, kept, zone))
        }
        Format::TodoTxt => {
            let kept = kept.and_then(|(record, said)| Some((record.as_str()?, said)));
            Value::String(todotxt::line(task, kept, zone))
        }
        Format::Ics => {
            let parsed = kept
                .map(|(record, said)| ics::parse(record).map(|record| (record, said)))
                .transpose()?;
            let kept = parsed.as_ref().map(|(record, said)| (record, *said));
            serde_json::to_value(ics::record(task, kept, zone)).map_err(Error::internal)?
        }
        Format::Events => events::record(&task.says, &[])?,
        Format::Json => return Err(no_notation(format)),
    })
}

/// The file of these records.
///
/// # Errors
/// As [`says`].
pub fn write(format: Format, records: &[Value]) -> Result<Vec<u8>> {
    match format {
        // the program itself writes a record a line between brackets
        Format::Taskwarrior => {
            let lines: Vec<String> = records.iter().map(Value::to_string).collect();
            Ok(format!("[\n{}\n]\n", lines.join(",\n")).into_bytes())
        }
        Format::TodoTxt => {
            let lines = records.iter().filter_map(Value::as_str);
            Ok(lines
                .flat_map(|line| [line, "\n"])
                .collect::<String>()
                .into_bytes())
        }
        Format::Ics => {
            let records: Result<Vec<_>> = records.iter().map(ics::parse).collect();
            Ok(ics::write(records?)?.into_bytes())
        }
        // these are not made of records
        Format::Json | Format::Events => Err(no_notation(format)),
    }
}

fn no_notation(format: Format) -> Error {
    Error::internal(format!("{format} does not speak of tasks one by one"))
}
