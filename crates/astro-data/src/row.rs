//! A row: what a model sees, and a hash by which it is known again.

use astro_core::preferences::FeatureGroup;
use sha2::{Digest as _, Sha256};

use crate::maths::single;
use crate::registry::{self, WIDTH};
use crate::scene::View;

/// The features of one candidate at one moment, in the order of the registry. All are finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub [f32; WIDTH]);

impl Row {
    pub(crate) fn of(view: &View<'_>) -> Self {
        let mut values = [0.0; WIDTH];
        for (value, feature) in values.iter_mut().zip(registry::all()) {
            let number = (feature.of)(view).map(single);
            let number = number.filter(|number| number.is_finite());
            // -0 and 0 are one value and must be one hash
            *value = number.unwrap_or(feature.default) + 0.0;
        }
        Self(values)
    }

    /// The row as it is where learning may not look at some groups.
    #[must_use]
    pub fn without(mut self, groups: &[FeatureGroup]) -> Self {
        for (value, feature) in self.0.iter_mut().zip(registry::all()) {
            if groups.contains(&feature.group) {
                *value = feature.default;
            }
        }
        self
    }

    /// The first 128 bits of a SHA-256 of the schema and the numbers. Another build that computes the
    /// same features of the same past gives the same.
    pub fn hash(&self) -> [u8; 16] {
        let mut hash = Sha256::new();
        hash.update(registry::schema_hash());
        for value in self.0 {
            hash.update(value.to_le_bytes());
        }
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        first
    }
}
