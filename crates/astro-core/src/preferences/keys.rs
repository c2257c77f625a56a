//! Every key: its type, its kind on the wire, its default and what it is for.

use std::borrow::Cow;

use astro_calendar::{ClockRange, ClockTime, Weekday, ZoneName};

use super::WeekHours;
use super::hours::{every_day, working_days};
use super::kinds::{Kind, PreferenceValue};
use super::registry::Definition;
use crate::reminders::Channel;

coded_enum! {
    /// What the product may suggest.
    pub enum RecommendationKind {
        NextTask = 0 => "next_task",
        PlanBlock = 1 => "plan_block",
        Reschedule = 2 => "reschedule",
        Estimate = 3 => "estimate",
        Priority = 4 => "priority",
        Split = 5 => "split",
        Cadence = 6 => "cadence",
        ReminderTime = 7 => "reminder_time",
        HabitTime = 8 => "habit_time",
        GoalRisk = 9 => "goal_risk",
        Drop = 10 => "drop",
    }
}

coded_enum! {
    /// How far the product may go with a kind of suggestion.
    pub enum Autonomy {
        Off = 0 => "off",
        Suggest = 1 => "suggest",
        /// Do it, with an undo.
        Apply = 2 => "apply",
    }
}

coded_enum! {
    /// What learning may look at, by consent.
    pub enum FeatureGroup {
        /// Priorities, estimates, dates, dependencies, ages.
        Tasks = 0 => "tasks",
        /// Words of titles and descriptions.
        Texts = 1 => "texts",
        /// Hour and weekday of what is done.
        Time = 2 => "time",
        /// Free and busy times.
        Calendar = 3 => "calendar",
        /// Pace, open load, overdue share.
        State = 4 => "state",
        /// How often the product spoke lately.
        Dosage = 5 => "dosage",
        /// How often suggestions of a kind were taken.
        Rates = 6 => "rates",
    }
}

coded_enum! {
    pub enum TimeFormat {
        H24 = 0 => "24h",
        H12 = 1 => "12h",
    }
}

/// A key and the type of its values.
#[derive(Clone, Debug)]
pub struct Key<T> {
    pub name: Cow<'static, str>,
    pub(super) doc: Cow<'static, str>,
    pub(super) kind: Kind,
    pub(super) default: fn() -> T,
}

/// A type that values of a preference can be read as.
pub trait Typed: Sized {
    fn of(value: &PreferenceValue) -> Option<Self>;
    fn value(self) -> PreferenceValue;
}

macro_rules! typed {
    ($( $type:ty = $variant:ident; )+) => { $(
        impl Typed for $type {
            fn of(value: &PreferenceValue) -> Option<Self> {
                match value {
                    PreferenceValue::$variant(value) => Some(value.clone()),
                    _ => None,
                }
            }

            fn value(self) -> PreferenceValue {
                PreferenceValue::$variant(self)
            }
        }
    )+ };
}

typed! {
    ZoneName = Zone;
    Weekday = Weekday;
    WeekHours = WeekHours;
    f64 = Number;
    i64 = Integer;
    String = Language;
    bool = Flag;
}

macro_rules! typed_words {
    ($( $type:ty; )+) => { $(
        impl Typed for $type {
            fn of(value: &PreferenceValue) -> Option<Self> {
                match value {
                    PreferenceValue::Word(word) => word.parse().ok(),
                    _ => None,
                }
            }

            fn value(self) -> PreferenceValue {
                PreferenceValue::Word(self.as_str())
            }
        }
    )+ };
}

typed_words! { Autonomy; TimeFormat; }

impl Typed for Vec<Channel> {
    fn of(value: &PreferenceValue) -> Option<Self> {
        match value {
            PreferenceValue::Words(words) => words.iter().map(|word| word.parse().ok()).collect(),
            _ => None,
        }
    }

    fn value(self) -> PreferenceValue {
        PreferenceValue::Words(self.into_iter().map(Channel::as_str).collect())
    }
}

macro_rules! keys {
    ($( $(#[doc = $doc:literal])+ $name:ident : $type:ty = $key:literal, $kind:expr, $default:expr; )+) => {
        $(
            $(#[doc = $doc])+
            pub const $name: Key<$type> = Key {
                name: Cow::Borrowed($key),
                doc: Cow::Borrowed(concat!($($doc),+)),
                kind: $kind,
                default: || $default,
            };
        )+

        /// The definitions of all constants of this file.
        pub(super) fn fixed() -> Vec<Definition> {
            vec![ $( $name.define(), )+ ]
        }
    };
}

const DAY_MINUTES: i64 = 24 * 60;
/// Coefficients of urgency; wide enough for anyone, small enough to add up.
const COEFFICIENT: Kind = Kind::Number {
    min: -1000.0,
    max: 1000.0,
};

keys! {
    /// Where the person is: the zone of dates and of times without a zone. The default is the zone that the account was made with.
    ZONE: ZoneName = "time.zone", Kind::Zone, ZoneName::utc();
    /// The first day of the week, for weekly windows and calendars.
    WEEK_START: Weekday = "time.week_start", Kind::Weekday, Weekday::Monday;
    /// When the person works, for each weekday.
    WORK_HOURS: WeekHours = "work.hours", Kind::WeekHours, working_days(&clock(9, 17));
    /// When the product stays silent, for each weekday. A range over midnight belongs to the day on which it begins.
    QUIET_HOURS: WeekHours = "quiet.hours", Kind::WeekHours, every_day(&clock(22, 7));
    /// The part of working time that plans leave free.
    SLACK_SHARE: f64 = "plan.slack_share", Kind::Share, 0.2;
    /// Minutes of focused work that plans put into a day at most.
    MAX_FOCUS_MIN: i64 = "plan.max_focus_min", Kind::Integer { min: 0, max: DAY_MINUTES }, 240;
    /// Where reminders go that name no channel.
    REMIND_CHANNELS: Vec<Channel> = "remind.channels", Kind::Choices(Channel::WORDS), vec![Channel::InApp];
    /// The part of suggestions that may try something out; 0 turns experiments off.
    EXPLORE_SHARE: f64 = "rec.explore_share", Kind::Share, 0.05;
    /// Suggestions that the product offers by itself in a day at most; asking for one is never counted.
    MAX_PER_DAY: i64 = "rec.max_per_day", Kind::Integer { min: 0, max: 1000 }, 8;
    /// Minutes that the product stays silent after it spoke by itself.
    QUIET_GAP_MIN: i64 = "rec.quiet_gap_min", Kind::Integer { min: 0, max: DAY_MINUTES }, 30;
    /// The score that the best suggestion must reach before the product speaks by itself: 5 is about what is due in nine days.
    THRESHOLD: f64 = "rec.threshold", COEFFICIENT, 5.0;
    /// Urgency of a task that has the label `next`.
    URGENCY_NEXT: f64 = "rec.urgency.next", COEFFICIENT, 15.0;
    /// Urgency of what is due: a fifth of it two weeks ahead, all of it a week late.
    URGENCY_DUE: f64 = "rec.urgency.due", COEFFICIENT, 12.0;
    /// Urgency of a task that others wait for.
    URGENCY_BLOCKING: f64 = "rec.urgency.blocking", COEFFICIENT, 8.0;
    /// Urgency of priorities 1 to 4.
    URGENCY_PRIORITY_HIGH: f64 = "rec.urgency.priority.h", COEFFICIENT, 6.0;
    /// Urgency of priority 5.
    URGENCY_PRIORITY_MEDIUM: f64 = "rec.urgency.priority.m", COEFFICIENT, 3.9;
    /// Urgency of priorities 6 to 9.
    URGENCY_PRIORITY_LOW: f64 = "rec.urgency.priority.l", COEFFICIENT, 1.8;
    /// Urgency of a task whose start has come.
    URGENCY_SCHEDULED: f64 = "rec.urgency.scheduled", COEFFICIENT, 5.0;
    /// Urgency of a task that was begun.
    URGENCY_ACTIVE: f64 = "rec.urgency.active", COEFFICIENT, 4.0;
    /// Urgency of the oldest tasks; younger ones have a part of it.
    URGENCY_AGE: f64 = "rec.urgency.age", COEFFICIENT, 2.0;
    /// Days after which a task counts as old as can be.
    URGENCY_AGE_MAX_DAYS: i64 = "rec.urgency.age_max_days", Kind::Integer { min: 1, max: 36_500 }, 365;
    /// Urgency of a task with a description.
    URGENCY_DESCRIPTION: f64 = "rec.urgency.description", COEFFICIENT, 1.0;
    /// Urgency of a task with labels: 0.8 of it for one, 0.9 for two, all of it for more.
    URGENCY_LABELS: f64 = "rec.urgency.labels", COEFFICIENT, 1.0;
    /// Urgency of a task in a project.
    URGENCY_PROJECT: f64 = "rec.urgency.project", COEFFICIENT, 1.0;
    /// Urgency of a task that waits for somebody.
    URGENCY_WAITING: f64 = "rec.urgency.waiting", COEFFICIENT, -3.0;
    /// Urgency of a task that another one blocks.
    URGENCY_BLOCKED: f64 = "rec.urgency.blocked", COEFFICIENT, -5.0;
    /// The language of what the product says, as a tag of BCP 47.
    LANGUAGE: String = "locale.lang", Kind::Language, "en".to_owned();
    /// How clock times are shown.
    TIME_FORMAT: TimeFormat = "locale.time_format", Kind::Choice(TimeFormat::WORDS), TimeFormat::H24;
}

/// One range between full hours; empty when there is none.
fn clock(from: u8, to: u8) -> Vec<ClockRange> {
    let range = ClockTime::new(from, 0)
        .zip(ClockTime::new(to, 0))
        .and_then(|(from, to)| ClockRange::new(from, to));
    range.into_iter().collect()
}

/// How far the product may go with a kind.
pub fn autonomy(kind: RecommendationKind) -> Key<Autonomy> {
    Key {
        name: format!("rec.autonomy.{kind}").into(),
        doc: format!("How far the product may go with suggestions of the kind `{kind}`.").into(),
        kind: Kind::Choice(Autonomy::WORDS),
        default: || Autonomy::Suggest,
    }
}

/// Whether learning may look at a group of features.
pub fn learn(group: FeatureGroup) -> Key<bool> {
    Key {
        name: format!("privacy.learn.{group}").into(),
        doc: format!("Whether learning may look at {}.", looks_at(group)).into(),
        kind: Kind::Flag,
        // words are the most personal of all: only by an explicit yes
        default: match group {
            FeatureGroup::Texts => || false,
            _ => || true,
        },
    }
}

fn looks_at(group: FeatureGroup) -> &'static str {
    match group {
        FeatureGroup::Tasks => "priorities, estimates, dates, dependencies and ages of tasks",
        FeatureGroup::Texts => "the words of titles and descriptions",
        FeatureGroup::Time => "the hours and weekdays at which things are done",
        FeatureGroup::Calendar => "free and busy times",
        FeatureGroup::State => "pace, open load and the share of overdue tasks",
        FeatureGroup::Dosage => "how often the product spoke lately",
        FeatureGroup::Rates => "how often suggestions of a kind were taken",
    }
}

/// Keys of the person's own making: everything after the prefix is a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    pub prefix: &'static str,
    pub(super) of: &'static str,
}

/// Coefficients of single labels.
pub const URGENCY_OF_LABEL: Family = Family {
    prefix: "rec.urgency.label.",
    of: "label",
};
/// Coefficients of single projects.
pub const URGENCY_OF_PROJECT: Family = Family {
    prefix: "rec.urgency.project.",
    of: "project",
};

pub(super) const FAMILIES: [Family; 2] = [URGENCY_OF_LABEL, URGENCY_OF_PROJECT];

impl Family {
    /// The coefficient of the label or project with this title, 0 unless chosen.
    pub fn key(self, title: &str) -> Key<f64> {
        Key {
            name: format!("{}{title}", self.prefix).into(),
            doc: format!("Urgency of a task of the {} with this title.", self.of).into(),
            kind: COEFFICIENT,
            default: || 0.0,
        }
    }
}

impl<T: Typed> Key<T> {
    pub(super) fn define(&self) -> Definition {
        Definition {
            key: self.name.clone().into_owned(),
            kind: self.kind,
            default: (self.default)().value().json(),
            doc: self.doc.trim().to_owned(),
        }
    }
}
