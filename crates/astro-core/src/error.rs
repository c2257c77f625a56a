//! What can go wrong, in the words of the product; HTTP comes later.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::web;

/// The kind of a failure: everything that a caller needs to react.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Absent, or somebody else's: the two are never told apart.
    NotFound,
    Invalid,
    Conflict,
    /// The version that the writer knew is not the present one.
    Stale,
    Forbidden,
    Unauthenticated,
    TooMany,
    Unavailable,
    Internal,
}

/// A word that an enum does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of: {}", known.join(", "))]
pub struct UnknownWord {
    pub known: &'static [&'static str],
}

/// One thing that is wrong with one field of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where, as a path into what was sent: `reminders[0].trigger`.
    pub field: String,
    /// What, as a stable word for programs: `too_long`.
    pub code: String,
    /// What, as a sentence for people.
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code: code.to_owned(),
            message: message.into(),
        }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.field, self.message)
    }
}

/// Gathers every wrong field of an input, so that one answer names them all.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    pub fn add(&mut self, field: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, code, message));
    }

    /// Notes `field` as wrong unless `ok`.
    pub fn require(&mut self, ok: bool, field: &str, code: &str, message: impl Into<String>) {
        if !ok {
            self.add(field, code, message);
        }
    }

    /// Refuses what no store can keep (NUL) and what is longer than `max` characters.
    pub fn text(&mut self, field: &str, text: &str, max: usize) {
        let length = text.chars().count();
        self.require(
            length <= max,
            field,
            "too_long",
            format!("is {length} characters long; at most {max} are kept"),
        );
        self.require(
            !text.contains('\0'),
            field,
            "nul",
            "contains the NUL character, which cannot be stored",
        );
    }

    /// As [`Checks::text`], and refuses text that is empty or blank.
    pub fn title(&mut self, field: &str, text: &str, max: usize) {
        self.require(!text.trim().is_empty(), field, "blank", "must not be blank");
        self.text(field, text, max);
    }

    /// Refuses an address that a page must not offer (see [`crate::web`]), and one of over `max`
    /// characters.
    pub fn address(&mut self, field: &str, text: &str, max: usize) {
        self.text(field, text, max);
        self.require(
            web::is_address(text),
            field,
            "wrong_value",
            "must be an address with its scheme, as https://example.org; javascript:, data:, file: and their like are refused",
        );
    }

    /// Refuses what is no `#rgb` or `#rrggbb`.
    pub fn color(&mut self, field: &str, text: Option<&String>) {
        self.require(
            text.is_none_or(|text| web::is_color(text)),
            field,
            "wrong_value",
            "must be #rgb or #rrggbb",
        );
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// # Errors
    /// Everything that was noted, if anything was.
    pub fn finish(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }
}
