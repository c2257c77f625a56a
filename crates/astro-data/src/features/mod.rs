//! The features themselves: one entry each, with its number beside its name.
//!
//! A row holds them in the order of [`GROUPS`]. An entry that is added, removed or moved changes what a
//! row means, and with it the schema's hash: models that were trained before are not used any more.

mod candidate;
pub(crate) mod dates;
mod dosage;
mod moment;
mod state;
mod task;
mod words;

use crate::registry::Feature;

pub(crate) static GROUPS: [&[Feature]; 10] = [
    task::TASK,
    dates::DATES,
    words::WORDS,
    state::STATE,
    moment::TIME,
    moment::CALENDAR,
    dosage::DOSAGE,
    dosage::RATES,
    dosage::PROJECTS,
    candidate::CANDIDATE,
];

/// A list of features of one group: name / version = default, window, unit, what it says => its number.
macro_rules! features {
    ($list:ident, $group:ident, $pii:ident: $(
        $name:literal / $version:literal = $default:literal, $window:expr, $unit:ident, $says:literal
            => $of:expr;
    )+) => {
        pub(crate) static $list: &[$crate::registry::Feature] = &[$(
            $crate::registry::Feature {
                name: $name,
                version: $version,
                group: astro_core::preferences::FeatureGroup::$group,
                default: $default,
                window: $window,
                pii: $crate::registry::Pii::$pii,
                unit: $crate::registry::Unit::$unit,
                says: $says,
                of: $of,
            },
        )+];
    };
}

pub(crate) use features;

/// A flag as a number.
fn flag(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}
