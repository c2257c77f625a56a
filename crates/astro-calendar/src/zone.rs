//! Time zones by IANA name, from the tables compiled into the binary.
//!
//! The system's own zone files are never read: the same binary gives the same answers on every
//! machine, and an image without `/usr/share/zoneinfo` works.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
    sync::{Arc, LazyLock},
};

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::text_form::serde_as_text;

/// The longest name in the tz database is under 40 characters; longer input is not looked up.
const MAX_NAME_LEN: usize = 64;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The name of a time zone that exists, in the database's own spelling (`Europe/Madrid`).
///
/// Names are matched without regard to ASCII case and written in canonical case; an alias stays an
/// alias (`Asia/Calcutta` is not renamed). Cloning is two reference counts.
#[derive(Clone)]
pub struct ZoneName {
    name: Arc<str>,
    zone: TimeZone,
}

/// A zone name that the tz database does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// Nothing was given.
    #[error("the time zone is empty; give an IANA name such as Europe/Madrid")]
    Empty,
    /// No zone of that name; the text is cut to a printable length.
    #[error("unknown time zone {0:?}; give an IANA name such as Europe/Madrid")]
    Unknown(String),
}

impl ZoneName {
    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self {
            name: Arc::from("UTC"),
            zone: TimeZone::UTC,
        }
    }

    /// The name in canonical case.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The zone's rules. They were loaded when the name was checked, so this cannot fail.
    pub fn load(&self) -> TimeZone {
        self.zone.clone()
    }

    /// The zone's rules, borrowed.
    pub fn rules(&self) -> &TimeZone {
        &self.zone
    }

    /// Every name of the tables, in the database's order, for pickers and completions.
    pub fn all() -> impl Iterator<Item = String> {
        ZONES.available().map(|name| name.as_str().to_owned())
    }
}

impl FromStr for ZoneName {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        if text.is_empty() {
            return Err(ZoneError::Empty);
        }
        let unknown = || ZoneError::Unknown(text.chars().take(MAX_NAME_LEN).collect());
        if text.len() > MAX_NAME_LEN {
            return Err(unknown());
        }
        let zone = ZONES.get(text).map_err(|_| unknown())?;
        // "Etc/Unknown" is a zone to jiff, but nobody lives there.
        let name = zone
            .iana_name()
            .filter(|_| !zone.is_unknown())
            .map(Arc::from);
        Ok(Self {
            name: name.ok_or_else(unknown)?,
            zone,
        })
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ZoneName({})", self.name)
    }
}

impl PartialEq for ZoneName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ZoneName {}

impl PartialOrd for ZoneName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ZoneName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name.cmp(&other.name)
    }
}

impl Hash for ZoneName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

serde_as_text!(ZoneName, "an IANA time zone name such as Europe/Madrid");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_in_canonical_case() {
        let zone: ZoneName = "europe/MADRID".parse().unwrap();
        assert_eq!(zone.as_str(), "Europe/Madrid");
        assert_eq!("utc".parse::<ZoneName>().unwrap(), ZoneName::utc());
    }

    #[test]
    fn an_unknown_name_is_refused_and_named() {
        for name in [
            "Europe/Madird",
            "Etc/Unknown",
            "../../etc/passwd",
            "+01:00",
            "Mars/Olympus",
        ] {
            let error = name.parse::<ZoneName>().unwrap_err();
            assert_eq!(error, ZoneError::Unknown(name.into()));
            assert!(error.to_string().contains(name), "{error}");
        }
        assert_eq!("".parse::<ZoneName>().unwrap_err(), ZoneError::Empty);
        let endless = "x".repeat(1_000_000);
        assert!(endless.parse::<ZoneName>().unwrap_err().to_string().len() < 200);
    }

    #[test]
    fn every_name_of_the_tables_reads_back_as_itself() {
        let names: Vec<String> = ZoneName::all().collect();
        assert!(names.len() > 400);
        for name in names.iter().filter(|name| *name != "Etc/Unknown") {
            assert_eq!(
                name.parse::<ZoneName>()
                    .map(|zone| zone.to_string())
                    .as_deref(),
                Ok(&**name)
            );
        }
    }

    #[test]
    fn a_name_travels_as_a_json_string() {
        let zone: ZoneName = serde_json::from_str("\"Pacific/Auckland\"").unwrap();
        assert_eq!(
            serde_json::to_string(&zone).unwrap(),
            "\"Pacific/Auckland\""
        );
        let error = serde_json::from_str::<ZoneName>("\"Nowhere\"").unwrap_err();
        assert!(error.to_string().contains("Nowhere"));
    }
}
