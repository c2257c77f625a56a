//! What an import or an export says of itself: which formats there are, what was understood, what
//! was kept without being understood, and what was not taken.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

coded_enum! {
    /// The formats that come in and go out; docs/import.md describes them.
    pub enum Format {
        /// `task export` of Taskwarrior 2.
        Taskwarrior = 0 => "taskwarrior",
        TodoTxt = 1 => "todotxt",
        /// VTODOs of an iCalendar file (RFC 5545).
        Ics = 2 => "ics",
        /// Everything of an owner, without loss.
        Json = 3 => "json",
        /// The life of tasks as JSON Lines (docs/events-format.md).
        Events = 4 => "events",
    }
}

impl Format {
    /// The media type of a file in this format.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Taskwarrior | Self::Json => "application/json",
            Self::TodoTxt => "text/plain; charset=utf-8",
            Self::Ics => "text/calendar; charset=utf-8",
            Self::Events => "application/jsonl",
        }
    }

    /// How the name of such a file ends.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Taskwarrior | Self::Json => "json",
            Self::TodoTxt => "txt",
            Self::Ics => "ics",
            Self::Events => "jsonl",
        }
    }
}

coded_enum! {
    /// What became of a field of a file.
    pub enum Fate {
        /// It has a place here.
        Mapped = 0 => "mapped",
        /// It has no place; it is kept with the task and comes out again.
        Kept = 1 => "kept",
        /// Its program derives it anew; it is not kept.
        Derived = 2 => "derived",
        /// It has no place and cannot be kept with a task.
        Left = 3 => "left",
    }
}

/// One field of the file's format, over the whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldReport {
    /// Its name in the file's format.
    pub field: String,
    pub fate: Fate,
    /// The field here that it becomes, where it is mapped.
    pub becomes: Option<String>,
    /// How often it occurs.
    pub count: u64,
    /// Where it occurs first.
    pub example: String,
}

/// Something in the file that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportWarning {
    /// Where, in the words of the format: `line 12`, `[3].due`.
    pub place: String,
    pub message: String,
}

/// What an import did, or in a dry run would do, to one kind of thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportCounts {
    pub created: u64,
    pub updated: u64,
    /// It was there already, just so.
    pub unchanged: u64,
    /// It was not taken; the warnings say why.
    pub refused: u64,
}

/// The answer of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ImportReport {
    pub format: Format,
    /// Nothing was written.
    pub dry_run: bool,
    /// By kind: `task`, `project`, `label`, ..
    pub counts: BTreeMap<String, ImportCounts>,
    /// Every field that occurs, most frequent first within its fate.
    pub fields: Vec<FieldReport>,
    /// At most [`ImportReport::WARNINGS`]; the rest is counted.
    pub warnings: Vec<ImportWarning>,
    pub warnings_left_out: u64,
}

impl ImportReport {
    /// Warnings that a report lists; a hostile file shall not fill the memory.
    pub const WARNINGS: usize = 1_000;
}

/// Something that the format of an export cannot say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Unsaid {
    /// The field here.
    pub field: String,
    /// In how many tasks.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        /// Needs serde_json's `float_roundtrip`: one number in a few is read one bit off without.
        #[test]
        fn numbers_survive_json_to_the_last_bit(number in proptest::num::f64::NORMAL) {
            let text = serde_json::to_string(&number).unwrap();
            let back: f64 = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(back.to_bits(), number.to_bits());
        }
    }
}
