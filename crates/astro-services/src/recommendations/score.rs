//! Taskwarrior's urgency: a sum of features times coefficients, in a fixed order.

use astro_core::preferences::Urgency;
use astro_core::recommendations::FeatureRow;

const DAY_US: f64 = 86_400.0 * 1e6;
/// From so many days before due on, urgency rises above its floor.
const DUE_FAR_DAYS: f64 = 14.0;
/// So many days after due, urgency is full.
const DUE_LATE_DAYS: f64 = 7.0;
const DUE_FLOOR: f64 = 0.2;

/// A term of the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feature {
    Project,
    Active,
    Scheduled,
    Waiting,
    Blocked,
    Description,
    Labels,
    Due,
    Blocking,
    Age,
    Priority,
    /// A label with a coefficient of its own.
    Label(u16),
    /// A project with a coefficient of its own.
    InProject(u16),
}

/// The coefficients, with those of single labels and projects in a fixed order.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    urgency: Urgency,
    labels: Vec<(String, f64)>,
    projects: Vec<(String, f64)>,
}

/// The label that Taskwarrior treats specially.
const NEXT: &str = "next";

impl Weights {
    /// A coefficient of its own for the label `next` takes the place of the general one.
    pub fn of(urgency: &Urgency) -> Self {
        let mut labels = urgency.of_label.clone();
        labels.entry(NEXT.to_owned()).or_insert(urgency.next);
        let listed = |map: &std::collections::BTreeMap<String, f64>| {
            let sorted = map.iter().map(|(title, weight)| (title.clone(), *weight));
            // an index has 16 bits
            sorted.take(usize::from(u16::MAX)).collect()
        };
        Self {
            labels: listed(&labels),
            projects: listed(&urgency.of_project),
            urgency: urgency.clone(),
        }
    }

    pub fn urgency(&self) -> &Urgency {
        &self.urgency
    }

    pub fn label_index(&self, title: &str) -> Option<u16> {
        index_of(&self.labels, title)
    }

    pub fn project_index(&self, title: &str) -> Option<u16> {
        index_of(&self.projects, title)
    }

    pub fn label_title(&self, index: u16) -> &str {
        self.labels
            .get(usize::from(index))
            .map_or("", |(title, _)| title)
    }

    pub fn project_title(&self, index: u16) -> &str {
        self.projects
            .get(usize::from(index))
            .map_or("", |(title, _)| title)
    }

    /// The score of a row.
    pub fn score(&self, row: &FeatureRow) -> f64 {
        let mut sum = 0.0;
        self.each_term(row, |_, _, contribution| sum += contribution);
        sum
    }

    /// Every term that is not zero: feature, value, contribution. Their sum in this order is the
    /// score to the last bit.
    pub fn terms(&self, row: &FeatureRow) -> Vec<(Feature, f64, f64)> {
        let mut terms = Vec::new();
        self.each_term(row, |feature, value, contribution| {
            terms.push((feature, value, contribution));
        });
        terms
    }

    fn each_term(&self, row: &FeatureRow, mut visit: impl FnMut(Feature, f64, f64)) {
        let u = &self.urgency;
        let flag = |set: bool| f64::from(u8::from(set));
        let fixed = [
            (Feature::Project, flag(row.project), u.project),
            (Feature::Active, flag(row.active), u.active),
            (Feature::Scheduled, flag(row.scheduled), u.scheduled),
            (Feature::Waiting, flag(row.waiting), u.waiting),
            (Feature::Blocked, flag(row.blocked), u.blocked),
            (Feature::Description, one_two_many(row.notes), u.description),
            (Feature::Labels, one_two_many(row.labels), u.labels),
            (Feature::Due, row.due_in_us.map_or(0.0, due_ramp), u.due),
            (Feature::Blocking, flag(row.blocking), u.blocking),
            (Feature::Age, age(row.age_days, u.age_max_days), u.age),
            (
                Feature::Priority,
                flag(row.priority > 0),
                of_priority(u, row.priority),
            ),
        ];
        for (feature, value, coefficient) in fixed {
            let contribution = value * coefficient;
            if contribution != 0.0 {
                visit(feature, value, contribution);
            }
        }
        let own = |weights: &[(String, f64)], index: u16| {
            weights
                .get(usize::from(index))
                .map_or(0.0, |(_, weight)| *weight)
        };
        for index in &row.weighted_labels {
            match own(&self.labels, *index) {
                0.0 => {}
                weight => visit(Feature::Label(*index), 1.0, weight),
            }
        }
        for index in &row.weighted_projects {
            match own(&self.projects, *index) {
                0.0 => {}
                weight => visit(Feature::InProject(*index), 1.0, weight),
            }
        }
    }
}

fn index_of(weights: &[(String, f64)], title: &str) -> Option<u16> {
    let index = weights
        .binary_search_by(|(known, _)| known.as_str().cmp(title))
        .ok()?;
    u16::try_from(index).ok()
}

/// Taskwarrior's steps for annotations and tags.
fn one_two_many(count: u8) -> f64 {
    match count {
        0 => 0.0,
        1 => 0.8,
        2 => 0.9,
        _ => 1.0,
    }
}

/// 0.2 until 14 days before due, then a straight line up to 1 at 7 days after.
#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of three centuries fit 53 bits, and beyond them the ramp is flat"
)]
fn due_ramp(due_in_us: i64) -> f64 {
    let days_late = -(due_in_us as f64) / DAY_US;
    if days_late >= DUE_LATE_DAYS {
        1.0
    } else if days_late >= -DUE_FAR_DAYS {
        (days_late + DUE_FAR_DAYS) * (1.0 - DUE_FLOOR) / (DUE_LATE_DAYS + DUE_FAR_DAYS) + DUE_FLOOR
    } else {
        DUE_FLOOR
    }
}

fn age(days: u32, max_days: i64) -> f64 {
    let max = u32::try_from(max_days).unwrap_or(0);
    if days >= max {
        1.0
    } else {
        f64::from(days) / f64::from(max)
    }
}

/// 1 to 4 are high, 5 is medium, 6 to 9 are low: as RFC 5545 3.8.1.9 has it.
fn of_priority(urgency: &Urgency, priority: u8) -> f64 {
    match priority {
        0 => 0.0,
        1..=4 => urgency.priority_high,
        5 => urgency.priority_medium,
        _ => urgency.priority_low,
    }
}
