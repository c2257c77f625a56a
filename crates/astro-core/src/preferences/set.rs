//! One person's choices and everybody's defaults, typed.

use std::collections::BTreeMap;

use astro_calendar::{Weekday, ZoneName};
use serde::{Deserialize, Serialize};

use super::keys::{
    self, Autonomy, Family, FeatureGroup, Key, RecommendationKind, TimeFormat, Typed,
};
use super::kinds::PreferenceValue;
use super::{Preference, WeekHours, definition};
use crate::reminders::Channel;

/// What holds for one person: their rows over the defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct PreferenceSet {
    zone: ZoneName,
    chosen: BTreeMap<String, PreferenceValue>,
}

/// Coefficients of urgency, as Taskwarrior's. The decision log keeps them with what they weighed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Urgency {
    pub next: f64,
    pub due: f64,
    pub blocking: f64,
    pub priority_high: f64,
    pub priority_medium: f64,
    pub priority_low: f64,
    pub scheduled: f64,
    pub active: f64,
    pub age: f64,
    /// Days after which age counts in full; at least 1.
    pub age_max_days: i64,
    pub description: f64,
    pub labels: f64,
    pub project: f64,
    pub waiting: f64,
    pub blocked: f64,
    /// By the label's title.
    pub of_label: BTreeMap<String, f64>,
    /// By the project's title.
    pub of_project: BTreeMap<String, f64>,
}

impl PreferenceSet {
    /// `zone` is the owner's, which every dated row was kept with. Rows in the trash do not count,
    /// nor do values that a later release stopped taking: there the default holds.
    pub fn new<'r>(zone: &ZoneName, rows: impl IntoIterator<Item = &'r Preference>) -> Self {
        let chosen = rows
            .into_iter()
            .filter(|row| row.deleted_at.is_none())
            .filter_map(|row| {
                let value = definition(&row.key)?.kind.parse(&row.value).ok()?;
                Some((row.key.clone(), value))
            })
            .collect();
        Self {
            zone: zone.clone(),
            chosen,
        }
    }

    /// The value of a key, chosen or default.
    pub fn get<T: Typed>(&self, key: &Key<T>) -> T {
        self.chosen(key).unwrap_or_else(key.default)
    }

    /// The value of a key where it is not left at its default.
    pub fn chosen<T: Typed>(&self, key: &Key<T>) -> Option<T> {
        self.chosen.get(key.name.as_ref()).and_then(T::of)
    }

    pub fn zone(&self) -> &ZoneName {
        &self.zone
    }

    pub fn week_start(&self) -> Weekday {
        self.get(&keys::WEEK_START)
    }

    pub fn work_hours(&self) -> WeekHours {
        self.get(&keys::WORK_HOURS)
    }

    pub fn quiet_hours(&self) -> WeekHours {
        self.get(&keys::QUIET_HOURS)
    }

    pub fn slack_share(&self) -> f64 {
        self.get(&keys::SLACK_SHARE)
    }

    pub fn max_focus_min(&self) -> i64 {
        self.get(&keys::MAX_FOCUS_MIN)
    }

    pub fn remind_channels(&self) -> Vec<Channel> {
        self.get(&keys::REMIND_CHANNELS)
    }

    pub fn autonomy(&self, kind: RecommendationKind) -> Autonomy {
        self.get(&keys::autonomy(kind))
    }

    pub fn explore_share(&self) -> f64 {
        self.get(&keys::EXPLORE_SHARE)
    }

    pub fn max_per_day(&self) -> i64 {
        self.get(&keys::MAX_PER_DAY)
    }

    pub fn quiet_gap_min(&self) -> i64 {
        self.get(&keys::QUIET_GAP_MIN)
    }

    /// The score that the best suggestion must reach before the product speaks by itself.
    pub fn threshold(&self) -> f64 {
        self.get(&keys::THRESHOLD)
    }

    pub fn may_learn(&self, group: FeatureGroup) -> bool {
        self.get(&keys::learn(group))
    }

    pub fn language(&self) -> String {
        self.get(&keys::LANGUAGE)
    }

    pub fn time_format(&self) -> TimeFormat {
        self.get(&keys::TIME_FORMAT)
    }

    pub fn urgency(&self) -> Urgency {
        Urgency {
            next: self.get(&keys::URGENCY_NEXT),
            due: self.get(&keys::URGENCY_DUE),
            blocking: self.get(&keys::URGENCY_BLOCKING),
            priority_high: self.get(&keys::URGENCY_PRIORITY_HIGH),
            priority_medium: self.get(&keys::URGENCY_PRIORITY_MEDIUM),
            priority_low: self.get(&keys::URGENCY_PRIORITY_LOW),
            scheduled: self.get(&keys::URGENCY_SCHEDULED),
            active: self.get(&keys::URGENCY_ACTIVE),
            age: self.get(&keys::URGENCY_AGE),
            age_max_days: self.get(&keys::URGENCY_AGE_MAX_DAYS),
            description: self.get(&keys::URGENCY_DESCRIPTION),
            labels: self.get(&keys::URGENCY_LABELS),
            project: self.get(&keys::URGENCY_PROJECT),
            waiting: self.get(&keys::URGENCY_WAITING),
            blocked: self.get(&keys::URGENCY_BLOCKED),
            of_label: self.family(keys::URGENCY_OF_LABEL),
            of_project: self.family(keys::URGENCY_OF_PROJECT),
        }
    }

    fn family(&self, family: Family) -> BTreeMap<String, f64> {
        let own = self.chosen.iter().filter_map(|(key, value)| {
            let title = key.strip_prefix(family.prefix)?;
            Some((title.to_owned(), f64::of(value)?))
        });
        own.collect()
    }
}

#[cfg(test)]
mod tests {
    use astro_calendar::Timestamp;
    use serde_json::{Value, json};

    use super::*;
    use crate::document::Stamp;
    use crate::preferences::{PreferenceFields, PreferenceSource};

    fn row(key: &str, value: Value) -> Preference {
        let fields = PreferenceFields {
            key: key.to_owned(),
            value,
            locked: false,
        };
        Preference::assemble(
            fields,
            Stamp::fresh(Timestamp::UNIX_EPOCH),
            uuid::Uuid::nil().into(),
            PreferenceSource::User,
            None,
        )
    }

    fn set(rows: &[Preference]) -> PreferenceSet {
        PreferenceSet::new(&ZoneName::utc(), rows)
    }

    fn defaults() -> PreferenceSet {
        set(&[])
    }

    #[test]
    fn without_rows_the_defaults_hold() {
        let set = defaults();
        assert!((set.urgency().due - 12.0).abs() < f64::EPSILON);
        assert_eq!(set.remind_channels(), vec![Channel::InApp]);
        assert_eq!(set.autonomy(RecommendationKind::Drop), Autonomy::Suggest);
        assert!(set.may_learn(FeatureGroup::Time) && !set.may_learn(FeatureGroup::Texts));
        assert_eq!(set.quiet_hours().of(Weekday::Sunday).len(), 1);
        assert!(set.work_hours().of(Weekday::Sunday).is_empty());
    }

    #[test]
    fn a_row_takes_the_place_of_its_default_alone() {
        let set = set(&[
            row("rec.urgency.due", json!(1)),
            row("rec.urgency.label.at home", json!(2.5)),
            row("rec.autonomy.split", json!("off")),
        ]);
        let urgency = set.urgency();
        assert_eq!(
            urgency,
            Urgency {
                due: 1.0,
                of_label: BTreeMap::from([("at home".to_owned(), 2.5)]),
                ..defaults().urgency()
            }
        );
        assert_eq!(set.autonomy(RecommendationKind::Split), Autonomy::Off);
    }

    #[test]
    fn deleted_and_outdated_rows_do_not_count() {
        let mut gone = row("rec.max_per_day", json!(3));
        gone.deleted_at = Some(Timestamp::UNIX_EPOCH);
        let set = set(&[
            gone,
            row("plan.slack_share", json!(7)),
            row("no.such.key", json!(1)),
        ]);
        assert_eq!(set, defaults());
    }
}
