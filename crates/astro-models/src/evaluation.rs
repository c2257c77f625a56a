//! How good a model is on what it has not seen, beside what it must beat.

use astro_core::calendar::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::metrics::{self, Figures, Interval, Judged};

/// The name of the net beside the baselines.
pub const NET: &str = "net";
/// Fewer rows say nothing.
pub const FEWEST_ROWS: usize = 30;
/// With fewer people, weeks of people are drawn anew in place of people.
const FEWEST_PEOPLE: usize = 10;
const SETS: usize = 200;

/// Figures of all models on all slices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    pub slices: Vec<Slice>,
    /// What has no yes and no.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<Measure>,
}

/// One question, asked of some rows that no model has seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    pub name: String,
    pub question: String,
    pub people: u64,
    pub models: Vec<Scored>,
    /// Chances over time, of the net alone, where it says any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survival: Option<Survival>,
    /// What the net said and what came, in 15 bins of equal size: mean chance, share, rows.
    pub reliability: Vec<(f64, f64, usize)>,
    /// ROC curve of the net: false and true positive rate.
    pub roc: Vec<(f64, f64)>,
}

/// One model's figures on a slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scored {
    pub model: String,
    pub figures: Figures,
    /// 95 % intervals of AUC, log loss, Brier score and calibration error, from people drawn anew.
    pub auc: Interval,
    pub log_loss: Interval,
    pub brier: Interval,
    pub ece: Interval,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survival {
    /// Harrell's C of "done".
    pub concordance: f64,
    /// After 1, 3, 7 and 14 days, and their mean.
    pub brier: [f64; 4],
    pub integrated_brier: f64,
}

/// A figure of the net beside that of always saying the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// What is measured, and on which rows.
    pub name: String,
    pub slice: String,
    pub rows: u64,
    pub net: f64,
    pub constant: f64,
    pub good: Good,
}

/// Which figures are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Good {
    High,
    Low,
    /// 0.8: it is the share that an interval promises.
    Near80,
}

/// Somebody of whom a question was asked, and what came.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub person: Uuid,
    pub at: Timestamp,
    pub came: bool,
}

impl Slice {
    /// The net among the models.
    pub fn net(&self) -> Option<&Scored> {
        self.models.iter().find(|model| model.model == NET)
    }
}

/// What models say of the rows at some places alone.
pub fn at_places(models: &[(String, Vec<f64>)], places: &[usize]) -> Vec<(String, Vec<f64>)> {
    let of = |(model, chances): &(String, Vec<f64>)| {
        let chances = places.iter().map(|place| chances[*place]);
        (model.clone(), chances.collect())
    };
    models.iter().map(of).collect()
}

impl Evaluation {
    /// What there is, unless there is nothing.
    pub fn of(slices: Vec<Slice>, measures: Vec<Measure>) -> Option<Self> {
        let is_something = !slices.is_empty() || !measures.is_empty();
        is_something.then_some(Self { slices, measures })
    }

    /// Baselines that are at least as good as the net on a slice, by log loss.
    pub fn not_beaten(slice: &Slice) -> Vec<&str> {
        let loss = |model: &Scored| model.figures.log_loss;
        let net = slice.net().map(loss);
        let at_least_as_good = |model: &&Scored| model.model != NET && Some(loss(model)) <= net;
        let models = slice.models.iter().filter(at_least_as_good);
        models.map(|model| model.model.as_str()).collect()
    }
}

impl Measure {
    /// Whether the net is no better than always saying the same.
    pub fn is_not_beaten(&self) -> bool {
        let off = |figure: f64| (figure - 0.8).abs();
        match self.good {
            Good::High => self.net <= self.constant,
            Good::Low => self.net >= self.constant,
            Good::Near80 => off(self.net) >= off(self.constant).max(0.05),
        }
    }
}

/// The figures of anybody's chances, each in the order of what was asked. The first model is the one whose plots are
/// drawn. `None` where too little is known, or all came alike.
pub fn judge(
    name: &str,
    question: &str,
    asked: &[Asked],
    models: &[(String, Vec<f64>)],
    seed: u64,
) -> Option<Slice> {
    let came = asked.iter().filter(|asked| asked.came).count();
    if asked.len() < FEWEST_ROWS || came == 0 || came == asked.len() {
        return None;
    }
    let (clusters, people) = clusters(asked);
    let rows = |chances: &[f64]| -> Vec<Judged> {
        let rows = chances.iter().zip(asked);
        rows.map(|(p, asked)| Judged {
            p: *p,
            y: asked.came,
        })
        .collect()
    };
    let scored = models
        .iter()
        .map(|(model, chances)| scored(model, &rows(chances), &clusters, seed));
    let of_first = models
        .first()
        .map_or(Vec::new(), |(_, chances)| rows(chances));
    Some(Slice {
        name: name.to_owned(),
        question: question.to_owned(),
        people: people as u64,
        models: scored.collect(),
        survival: None,
        reliability: metrics::reliability(&of_first, 15),
        roc: thinned(metrics::roc(&of_first), 100),
    })
}

fn scored(model: &str, rows: &[Judged], clusters: &[Uuid], seed: u64) -> Scored {
    let intervals = metrics::intervals(clusters, SETS, seed, |places| {
        let drawn: Vec<Judged> = places.iter().map(|place| rows[*place]).collect();
        vec![
            metrics::auc(&drawn),
            metrics::log_loss(&drawn),
            metrics::brier(&drawn),
            metrics::ece(&drawn, 15),
        ]
    });
    Scored {
        model: model.to_owned(),
        figures: Figures::of(rows),
        auc: intervals[0],
        log_loss: intervals[1],
        brier: intervals[2],
        ece: intervals[3],
    }
}

/// What is drawn anew: people, or weeks of people where they are few; and how many people there are.
fn clusters(asked: &[Asked]) -> (Vec<Uuid>, usize) {
    let rows: Vec<Uuid> = asked.iter().map(|asked| asked.person).collect();
    let mut people = rows.clone();
    people.sort_unstable();
    people.dedup();
    if people.len() >= FEWEST_PEOPLE {
        return (rows, people.len());
    }
    let week = |asked: &Asked| {
        let week = asked.at.as_second().div_euclid(7 * 24 * 3_600);
        Uuid::new_v5(&asked.person, &week.to_le_bytes())
    };
    (asked.iter().map(week).collect(), people.len())
}

/// So many points of a curve, its ends among them.
fn thinned(points: Vec<(f64, f64)>, most: usize) -> Vec<(f64, f64)> {
    if points.len() <= most {
        return points;
    }
    let last = points.len() - 1;
    (0..most)
        .map(|place| points[place * last / (most - 1)])
        .collect()
}
