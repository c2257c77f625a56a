//! Which IANA zone a `TZID` means.

use std::{collections::BTreeMap, str::FromStr};

use calcard::common::timezone::Tz;

use super::{text::unescape, tree::Node};
use crate::ZoneName;

/// The zones of one file: what its own VTIMEZONEs say about their names, and what was looked up.
#[derive(Debug, Default)]
pub(super) struct ZoneMap {
    /// By `TZID` of a VTIMEZONE in the file; `None` where it could not be mapped.
    defined: BTreeMap<String, Option<ZoneName>>,
    looked_up: BTreeMap<String, Option<ZoneName>>,
}

impl ZoneMap {
    /// Learns the name of a VTIMEZONE of the file.
    pub fn define(&mut self, timezone: &Node) {
        let Some(tzid) = timezone.value("TZID") else {
            return;
        };
        let location = || zone_of_name(&unescape(timezone.value("X-LIC-LOCATION")?));
        let windows = || {
            let id = timezone.value("X-MICROSOFT-CDO-TZID")?.trim();
            Tz::from_ms_cdo_zone_id(id)?.name()?.parse().ok()
        };
        let tzid = unescape(tzid);
        let zone = zone_of_name(&tzid).or_else(location).or_else(windows);
        self.defined.insert(tzid, zone);
    }

    /// Whether the file defines a zone of that name.
    pub fn is_defined(&self, tzid: &str) -> bool {
        self.defined.contains_key(tzid)
    }

    /// The IANA zone that a `TZID` means.
    pub fn resolve(&mut self, tzid: &str) -> Option<ZoneName> {
        if let Some(Some(zone)) = self.defined.get(tzid) {
            return Some(zone.clone());
        }
        if let Some(known) = self.looked_up.get(tzid) {
            return known.clone();
        }
        let zone = zone_of_name(tzid);
        self.looked_up.insert(tzid.to_owned(), zone.clone());
        zone
    }
}

/// An IANA name, one behind a prefix (`/freeassociation.sourceforge.net/Europe/Berlin`), or a
/// Windows or proprietary name from calcard's table. An offset alone (`(UTC+01:00) Custom`) is no
/// zone: it would lose daylight saving time.
fn zone_of_name(text: &str) -> Option<ZoneName> {
    let text = text.trim().trim_matches('"');
    let exact = text.parse().ok();
    exact.or_else(|| zone_behind_prefix(text)).or_else(|| {
        let name = Tz::from_str(text).ok()?.name()?;
        let guessed = name.starts_with("Etc/GMT") && text.starts_with('(');
        if guessed { None } else { name.parse().ok() }
    })
}

fn zone_behind_prefix(text: &str) -> Option<ZoneName> {
    let starts: Vec<usize> = text
        .match_indices('/')
        .map(|(index, _)| index + 1)
        .collect();
    // America/Argentina/Buenos_Aires has three parts, no name has more
    let tails = starts.iter().rev().take(3).rev();
    let global = text.starts_with('/');
    tails
        .map(|start| &text[*start..])
        .filter(|tail| global || tail.contains('/'))
        .find_map(|tail| tail.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_programs_are_mapped() {
        for (name, zone) in [
            ("Europe/Berlin", "Europe/Berlin"),
            ("europe/berlin", "Europe/Berlin"),
            (
                "/freeassociation.sourceforge.net/Europe/Berlin",
                "Europe/Berlin",
            ),
            (
                "/freeassociation.sourceforge.net/Tzfile/America/New_York",
                "America/New_York",
            ),
            (
                "/mozilla.org/20050126_1/America/Argentina/Buenos_Aires",
                "America/Argentina/Buenos_Aires",
            ),
            ("/citadel.org/UTC", "UTC"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("Pacific Standard Time", "America/Los_Angeles"),
            (
                "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
                "Europe/Berlin",
            ),
        ] {
            assert_eq!(
                zone_of_name(name).map(|zone| zone.to_string()).as_deref(),
                Some(zone),
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_no_zone_is_not_guessed() {
        for name in [
            "",
            "/",
            "Custom",
            "My/Own/Zone",
            "(UTC+01:00) Custom",
            "Europe/Nowhere",
        ] {
            assert_eq!(zone_of_name(name), None, "{name}");
        }
    }
}
