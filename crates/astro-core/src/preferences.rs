//! Preferences: what a person chose, and what the product assumes where they did not.
//!
//! Every key is declared once in [`keys`], with its kind, its default and a sentence of
//! documentation; docs/preferences.md is the same table. A default needs no row. Code that wants
//! to know a choice reads a [`PreferenceSet`].

mod hours;
pub mod keys;
mod kinds;
mod registry;
mod set;

use serde_json::Value;

pub use hours::WeekHours;
pub use keys::{Autonomy, FeatureGroup, RecommendationKind, TimeFormat};
pub use kinds::{Kind, PreferenceValue, Rejected};
pub use registry::{Definition, definition, definitions, document};
pub use set::{PreferenceSet, Urgency};

use crate::error::FieldError;
use crate::ids::PreferenceId;

coded_enum! {
    /// Where a value comes from.
    pub enum PreferenceSource {
        /// Nobody chose; no row is kept.
        Default = 0 => "default",
        User = 1 => "user",
        /// Learnt; shown as such, and never put over a person's own choice.
        Inferred = 2 => "inferred",
    }
}

document! {
    /// A chosen or inferred value of one key. Deleting it brings the default back.
    pub struct Preference /
    /// What a person writes of a preference.
    PreferenceFields {
        writable {
            /// A key of docs/preferences.md; it cannot be changed later.
            #[schema(min_length = 1, max_length = 600)]
            key: String,
            /// Of the type that the key asks for.
            #[schema(value_type = Value)]
            value: Value,
            /// Inference must leave it alone.
            #[serde(default)]
            locked: bool,
        }
        kept {
            id: PreferenceId,
            source: PreferenceSource,
            /// Of an inferred value, 0 to 1.
            confidence: Option<f64>,
        }
    }
}

impl PreferenceFields {
    /// # Errors
    /// The key when it is not known, otherwise the value when the key does not take it.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        self.parsed().map(drop)
    }

    /// The same with the value in its canonical form, such as `Europe/Madrid` for `europe/madrid`.
    ///
    /// # Errors
    /// As [`PreferenceFields::check`].
    pub fn canonical(self) -> Result<Self, Vec<FieldError>> {
        let value = self.parsed()?.json();
        Ok(Self { value, ..self })
    }

    fn parsed(&self) -> Result<PreferenceValue, Vec<FieldError>> {
        let definition = definition(&self.key).ok_or_else(|| vec![unknown_key()])?;
        definition
            .kind
            .parse(&self.value)
            .map_err(|rejected| vec![FieldError::new("value", rejected.code, rejected.message)])
    }
}

/// What is wrong with a key that no definition has.
pub fn unknown_key() -> FieldError {
    FieldError::new(
        "key",
        "unknown_key",
        "there is no such preference; GET /api/v1/preferences lists them all",
    )
}

impl Preference {
    /// Whether an inferred value may take this one's place: never over a person's own choice, and
    /// never over what they locked.
    pub fn yields_to_inference(&self) -> bool {
        self.deleted_at.is_some() || (self.source == PreferenceSource::Inferred && !self.locked)
    }
}
