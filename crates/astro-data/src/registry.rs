//! What a feature is, and which there are.

use std::sync::LazyLock;

use astro_core::preferences::FeatureGroup;
use sha2::{Digest as _, Sha256};

use crate::features;
use crate::scene::View;

/// Features of a row.
pub const WIDTH: usize = 96;

/// One number that a model may see.
#[derive(Debug)]
pub struct Feature {
    /// A released name keeps its meaning; another meaning is another version.
    pub name: &'static str,
    pub version: u16,
    /// Which consent it needs (`privacy.learn.<group>`).
    pub group: FeatureGroup,
    /// What it is where nothing is known, or where learning may not look.
    pub default: f32,
    /// How far back it looks.
    pub window: Window,
    pub pii: Pii,
    /// How its number is written.
    pub unit: Unit,
    /// What it says of a task, with `{}` where the value stands.
    pub says: &'static str,
    /// Its number; `None` where nothing is known.
    pub(crate) of: fn(&View<'_>) -> Option<f64>,
}

/// How far back a feature looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Window {
    /// At how things stand.
    Now,
    /// At all that was, half of it forgotten after so many hours.
    HalfLifeH(f64),
    /// At the life of the task.
    Life,
}

/// What it gives away of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pii {
    /// How they work: pace, hours, answers.
    Behaviour,
    /// What they plan: dates, sizes, order.
    Plans,
    /// What they write, as counts of hashed words.
    Text,
    /// Nothing: of the calendar or of the suggestion.
    None,
}

/// How a number is written, and how it is read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 0 or 1.
    Flag,
    /// From 0 to 1.
    Share,
    /// A factor; 1 changes nothing.
    Factor,
    /// ln(1 + number).
    LogCount,
    /// ln(1 + hours).
    LogHours,
    /// ln(1 + minutes).
    LogMinutes,
    /// ln(1 + days).
    LogDays,
    /// ln(1 + |hours|) with the sign: negative is past.
    SignedLogHours,
    /// A number as it is.
    Plain,
}

impl Unit {
    /// The number as a person reads it.
    pub fn show(self, value: f32) -> String {
        let value = f64::from(value);
        let back = libm::expm1(libm::fabs(value));
        match self {
            Self::Flag => if value >= 0.5 { "yes" } else { "no" }.to_owned(),
            Self::Share => format!("{:.0} %", value * 100.0),
            Self::Factor => format!("{value:.1} times"),
            Self::LogCount => format!("{back:.0}"),
            Self::LogHours => format!("{back:.1} h"),
            Self::LogMinutes => format!("{back:.0} min"),
            Self::LogDays => format!("{back:.0} days"),
            Self::SignedLogHours => format!("{:.1} h", libm::copysign(back, value)),
            Self::Plain => format!("{value:.2}"),
        }
    }
}

/// All of them, in the order of a row.
pub fn all() -> impl Iterator<Item = &'static Feature> {
    features::GROUPS.iter().flat_map(|group| group.iter())
}

/// Where a feature stands in a row.
pub fn place(name: &str) -> Option<usize> {
    all().position(|feature| feature.name == name)
}

/// Says what a row of this build means: two rows can be compared only under one hash.
pub fn schema_hash() -> [u8; 32] {
    static HASH: LazyLock<[u8; 32]> = LazyLock::new(|| {
        let mut hash = Sha256::new();
        for feature in all() {
            let line = format!("{}/{}={}\n", feature.name, feature.version, feature.default);
            hash.update(line.as_bytes());
        }
        hash.finalize().into()
    });
    *HASH
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_as_many_as_a_row_is_wide_and_each_is_named_once() {
        let names: HashSet<_> = all().map(|feature| feature.name).collect();
        assert_eq!((all().count(), names.len()), (WIDTH, WIDTH));
        for feature in all() {
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(feature.name.chars().all(is_plain), "{}", feature.name);
            assert!(feature.says.contains("{}") && feature.default.is_finite());
        }
    }

    #[test]
    fn numbers_are_read_back_as_they_were() {
        assert_eq!(Unit::SignedLogHours.show(-libm::log1pf(5.0)), "-5.0 h");
        assert_eq!(Unit::LogCount.show(libm::log1pf(12.0)), "12");
        assert_eq!(Unit::Share.show(0.25), "25 %");
        assert_eq!(Unit::Flag.show(1.0), "yes");
    }
}
