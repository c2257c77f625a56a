//! Hours of a week: when a person works, when they want to be left alone.

use astro_calendar::{ClockRange, TimeZone, Timestamp, Weekday};
use serde_json::Value;

use super::kinds::Rejected;
use crate::limits;

/// The words for weekdays, Monday first.
const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "monday"),
    (Weekday::Tuesday, "tuesday"),
    (Weekday::Wednesday, "wednesday"),
    (Weekday::Thursday, "thursday"),
    (Weekday::Friday, "friday"),
    (Weekday::Saturday, "saturday"),
    (Weekday::Sunday, "sunday"),
];

/// Clock ranges for each weekday. A range over midnight belongs to the day on which it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeekHours {
    /// Monday first.
    days: [Vec<ClockRange>; 7],
}

fn index(day: Weekday) -> usize {
    usize::from(day.to_monday_zero_offset().unsigned_abs())
}

impl WeekHours {
    /// The same ranges on each of `days`.
    pub fn on(days: &[Weekday], ranges: &[ClockRange]) -> Self {
        let mut hours = Self::default();
        for day in days {
            hours.days[index(*day)] = ranges.to_vec();
        }
        hours
    }

    pub fn of(&self, day: Weekday) -> &[ClockRange] {
        &self.days[index(day)]
    }

    /// Whether the instant lies in the hours, on a clock of the zone.
    pub fn contains(&self, now: Timestamp, zone: &TimeZone) -> bool {
        self.covering(now, zone).next().is_some()
    }

    /// If `now` lies in the hours: when they end, counting ranges that follow without a gap as
    /// one. Looks a week ahead at most.
    pub fn ends_at(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut end = None;
        let mut at = now;
        for _ in 0..=2 * 7 * limits::RANGES_PER_DAY {
            let next = self
                .covering(at, zone)
                .filter_map(|range| range.ends_at(at, zone))
                .max();
            let Some(next) = next else { break };
            end = Some(next);
            at = next;
            if at.duration_since(now).as_hours() >= 7 * 24 {
                break;
            }
        }
        end
    }

    /// The ranges that the instant lies in: today's, and what yesterday's leave after midnight.
    fn covering(&self, now: Timestamp, zone: &TimeZone) -> impl Iterator<Item = ClockRange> {
        let local = zone.to_datetime(now);
        let (day, time) = (local.weekday(), local.time());
        let today = self
            .of(day)
            .iter()
            .filter(move |range| range.contains(time) && !range.is_after_midnight(time));
        let yesterday = self
            .of(day.previous())
            .iter()
            .filter(move |range| range.is_after_midnight(time));
        today.chain(yesterday).copied()
    }

    /// `{"monday": ["09:00-17:00"], ..}`, every day written.
    pub fn json(&self) -> Value {
        let days = WEEKDAYS.iter().map(|(day, word)| {
            let ranges = self.of(*day).iter().map(|r| Value::String(r.to_string()));
            ((*word).to_owned(), Value::Array(ranges.collect()))
        });
        Value::Object(days.collect())
    }

    /// Reads what [`WeekHours::json`] writes; days that are missing have no hours.
    pub fn parse(value: &Value) -> Result<Self, Rejected> {
        let object = value.as_object().ok_or_else(|| {
            Rejected::wrong_type("an object of weekdays, as in {\"monday\": [\"09:00-17:00\"]}")
        })?;
        let mut hours = Self::default();
        for (word, ranges) in object {
            let day =
                weekday(word).ok_or_else(|| Rejected::unknown(&format!("{word:?}"), &words()))?;
            hours.days[index(day)] = parse_day(word, ranges)?;
        }
        Ok(hours)
    }
}

pub(super) fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS
        .iter()
        .find(|(_, known)| *known == word)
        .map(|(day, _)| *day)
}

pub(super) fn word_of(day: Weekday) -> &'static str {
    WEEKDAYS[index(day)].1
}

pub(super) fn words() -> Vec<&'static str> {
    WEEKDAYS.iter().map(|(_, word)| *word).collect()
}

fn parse_day(day: &str, ranges: &Value) -> Result<Vec<ClockRange>, Rejected> {
    let ranges = ranges
        .as_array()
        .ok_or_else(|| Rejected::wrong_type(&format!("a list of clock ranges for {day}")))?;
    if ranges.len() > limits::RANGES_PER_DAY {
        return Err(Rejected {
            code: "too_many",
            message: format!(
                "{day} has {} ranges; at most {} are kept",
                ranges.len(),
                limits::RANGES_PER_DAY
            ),
        });
    }
    ranges
        .iter()
        .map(|range| {
            let text = range
                .as_str()
                .ok_or_else(|| Rejected::wrong_type("clock ranges as text, as in 09:00-17:00"))?;
            text.parse().map_err(|error| Rejected {
                code: "unknown_value",
                message: format!("{day}: {error}"),
            })
        })
        .collect()
}

/// Every day with the same hours.
pub(super) fn every_day(ranges: &[ClockRange]) -> WeekHours {
    WeekHours::on(&WEEKDAYS.map(|(day, _)| day), ranges)
}

/// Monday to Friday.
pub(super) fn working_days(ranges: &[ClockRange]) -> WeekHours {
    let days: Vec<Weekday> = WEEKDAYS.iter().take(5).map(|(day, _)| *day).collect();
    WeekHours::on(&days, ranges)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn hours(value: &Value) -> WeekHours {
        WeekHours::parse(value).unwrap()
    }

    fn berlin() -> TimeZone {
        "Europe/Berlin"
            .parse::<astro_calendar::ZoneName>()
            .unwrap()
            .load()
    }

    #[test]
    fn a_range_over_midnight_belongs_to_the_day_on_which_it_begins() {
        // 2026-11-27 is a Friday, and Berlin is an hour ahead of UTC
        let quiet = hours(&json!({"friday": ["22:00-07:00"]}));
        for (at, inside) in [
            ("2026-11-27T05:30:00Z", false),
            ("2026-11-27T21:30:00Z", true),
            ("2026-11-28T05:30:00Z", true),
            ("2026-11-28T06:00:00Z", false),
            ("2026-11-28T22:30:00Z", false),
        ] {
            assert_eq!(
                quiet.contains(at.parse().unwrap(), &berlin()),
                inside,
                "{at}"
            );
        }
    }

    #[test]
    fn ranges_that_touch_end_together() {
        let quiet =
            hours(&json!({"friday": ["22:00-24:00"], "saturday": ["00:00-09:00", "09:00-10:00"]}));
        let now = "2026-11-27T21:30:00Z".parse().unwrap();
        assert_eq!(
            quiet.ends_at(now, &berlin()),
            Some("2026-11-28T09:00:00Z".parse().unwrap())
        );
        assert_eq!(
            quiet.ends_at("2026-11-28T09:00:00Z".parse().unwrap(), &berlin()),
            None
        );
    }

    #[test]
    fn a_week_that_is_quiet_throughout_still_has_an_answer() {
        let all: ClockRange = "00:00-24:00".parse().unwrap();
        let now = "2026-11-27T21:30:00Z".parse().unwrap();
        assert!(every_day(&[all]).ends_at(now, &berlin()).unwrap() > now);
    }

    #[test]
    fn wrong_hours_are_refused_by_name() {
        for (value, code) in [
            (json!("09:00-17:00"), "wrong_type"),
            (json!({"moonday": []}), "unknown_value"),
            (json!({"monday": "09:00-17:00"}), "wrong_type"),
            (json!({"monday": ["9-17"]}), "unknown_value"),
            (json!({"monday": [9]}), "wrong_type"),
            (json!({"monday": vec!["09:00-17:00"; 9]}), "too_many"),
        ] {
            assert_eq!(WeekHours::parse(&value).unwrap_err().code, code, "{value}");
        }
    }

    proptest! {
        #[test]
        fn hours_read_back_as_themselves_and_end_ahead(
            starts in prop::collection::vec((0_u8..24, 0_u8..24, 0_usize..7), 0..12),
            second in 1_700_000_000_i64..1_900_000_000,
        ) {
            let mut week = WeekHours::default();
            for (start, end, day) in starts {
                if let Ok(range) = format!("{start:02}:00-{end:02}:30").parse() {
                    week.days[day].push(range);
                }
            }
            let kept: Vec<_> = week.days.iter().map(Vec::len).collect();
            prop_assume!(kept.iter().all(|n| *n <= limits::RANGES_PER_DAY));
            prop_assert_eq!(&WeekHours::parse(&week.json()).unwrap(), &week);
            let now = Timestamp::from_second(second).unwrap();
            let end = week.ends_at(now, &berlin());
            prop_assert_eq!(end.is_some(), week.contains(now, &berlin()));
            if let Some(end) = end {
                prop_assert!(end > now);
                prop_assert!(!week.contains(end, &berlin()) || end.duration_since(now).as_hours() >= 7 * 24);
            }
        }
    }
}
