//! What a net must beat: a constant, each person's own rate, a rule of slack, and logistic regression. They
//! answer any question of yes and no that a net is asked.

mod logistic;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use astro_data::{Row, registry};
use uuid::Uuid;

pub use logistic::Logistic;

use crate::maths::count;

/// The prior of a person's rate weighs as much as so many rows.
const PERSON_WEIGHT: f64 = 20.0;

/// A baseline, fitted.
#[derive(Debug)]
pub enum Baseline {
    /// The share of all rows.
    Constant(f64),
    /// The share of each person's rows, drawn towards that of all.
    PersonRate {
        of_all: f64,
        of_person: BTreeMap<Uuid, f64>,
    },
    /// The shares of what is not wanted by any time, of what still has room, and of what has none.
    SlackRule([f64; 3]),
    Logistic(Box<Logistic>),
}

/// A row whose question was answered.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    pub person: Uuid,
    pub row: &'a Row,
    pub came: bool,
}

/// All of them by name.
pub fn fit_all(rows: &[Answered<'_>]) -> Vec<(&'static str, Baseline)> {
    let all = share(rows.iter().map(|answered| answered.came), 0.5, 1.0);
    let mut people: BTreeMap<Uuid, Vec<bool>> = BTreeMap::new();
    let mut by_slack: [Vec<bool>; 3] = Default::default();
    for answered in rows {
        people
            .entry(answered.person)
            .or_default()
            .push(answered.came);
        by_slack[slack_class(answered.row)].push(answered.came);
    }
    let of_person = people
        .into_iter()
        .map(|(person, came)| (person, share(came.into_iter(), all, PERSON_WEIGHT)));
    let logistic = Logistic::fit(
        &rows
            .iter()
            .map(|answered| (answered.row, answered.came))
            .collect::<Vec<_>>(),
    );
    vec![
        ("constant", Baseline::Constant(all)),
        (
            "person-rate",
            Baseline::PersonRate {
                of_all: all,
                of_person: of_person.collect(),
            },
        ),
        (
            "slack-rule",
            Baseline::SlackRule(by_slack.map(|came| share(came.into_iter(), all, 1.0))),
        ),
        ("logistic", Baseline::Logistic(Box::new(logistic))),
    ]
}

impl Baseline {
    /// The chance that it comes, of a row.
    pub fn predict(&self, person: Uuid, row: &Row) -> f64 {
        match self {
            Self::Constant(share) => *share,
            Self::PersonRate { of_all, of_person } => {
                of_person.get(&person).copied().unwrap_or(*of_all)
            }
            Self::SlackRule(shares) => shares[slack_class(row)],
            Self::Logistic(logistic) => logistic.predict(row),
        }
    }
}

fn share(came: impl Iterator<Item = bool>, prior: f64, weight: f64) -> f64 {
    let (mut all, mut yes) = (0, 0);
    for came in came {
        all += 1;
        yes += usize::from(came);
    }
    (count(yes) + prior * weight) / (count(all) + weight)
}

/// 0 where no time is set, 1 where there is room, 2 where there is none.
fn slack_class(row: &Row) -> usize {
    static PLACES: LazyLock<[Option<usize>; 2]> =
        LazyLock::new(|| ["has_due", "slack_gone"].map(registry::place));
    let is = |place: Option<usize>| place.is_some_and(|place| row.0[place] > 0.5);
    let [has_due, slack_gone] = *PLACES;
    match (is(has_due), is(slack_gone)) {
        (_, true) => 2,
        (true, false) => 1,
        (false, false) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_begin_at_the_prior() {
        assert!((share(std::iter::empty(), 0.3, 5.0) - 0.3).abs() < 1e-12);
        assert!((share([true; 95].into_iter(), 0.0, 5.0) - 0.95).abs() < 1e-12);
    }
}
