//! What reading a file has to tell the person, gathered while it is read.

use std::collections::BTreeMap;
use std::fmt::Display;

use astro_core::interchange::{Fate, FieldReport, ImportReport, ImportWarning};

/// Counts fields by what became of them, and keeps the first warnings.
#[derive(Debug, Default)]
pub struct Notes {
    fields: BTreeMap<(Fate, String), FieldReport>,
    pub warnings: Vec<ImportWarning>,
    pub warnings_left_out: u64,
    /// Items that were not taken.
    pub refused: u64,
}

impl Notes {
    /// The field has the place `becomes` here.
    pub fn mapped(&mut self, field: &str, becomes: &str, place: &dyn Display) {
        self.count(Fate::Mapped, field, Some(becomes), place);
    }

    /// The field has no place here and is kept with the task.
    pub fn kept(&mut self, field: &str, place: &dyn Display) {
        self.count(Fate::Kept, field, None, place);
    }

    /// The field's own program derives it anew.
    pub fn derived(&mut self, field: &str, place: &dyn Display) {
        self.count(Fate::Derived, field, None, place);
    }

    /// The field has no place and belongs to no task.
    pub fn left(&mut self, field: &str, place: &dyn Display) {
        self.count(Fate::Left, field, None, place);
    }

    pub fn warn(&mut self, place: &dyn Display, message: impl Into<String>) {
        if self.warnings.len() < ImportReport::WARNINGS {
            self.warnings.push(ImportWarning {
                place: place.to_string(),
                message: message.into(),
            });
        } else {
            self.warnings_left_out += 1;
        }
    }

    /// A warning about an item that is not taken.
    pub fn refuse(&mut self, place: &dyn Display, message: impl Into<String>) {
        self.refused += 1;
        self.warn(place, message);
    }

    fn count(&mut self, fate: Fate, field: &str, becomes: Option<&str>, place: &dyn Display) {
        self.fields
            .entry((fate, field.to_owned()))
            .or_insert_with(|| FieldReport {
                field: field.to_owned(),
                fate,
                becomes: becomes.map(str::to_owned),
                count: 0,
                example: place.to_string(),
            })
            .count += 1;
    }

    /// Every field, most frequent first within its fate.
    pub fn fields(&self) -> Vec<FieldReport> {
        let mut fields: Vec<FieldReport> = self.fields.values().cloned().collect();
        fields.sort_by_key(|field| (field.fate, std::cmp::Reverse(field.count)));
        fields
    }
}
