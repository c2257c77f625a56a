//! How good a model is on what it has not seen, beside what it must beat.

use astro_core::calendar::Timestamp;
use astro_data::Example;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::baselines::Baseline;
use crate::completion::{CompletionModel, Prediction, asked, known};
use crate::metrics::{self, Figures, Interval, Judged};

/// What is asked of every row.
pub const QUESTION: &str = "done by when it is wanted, or within a week where nobody said";
/// Days at which chances over time are judged.
pub const SURVIVAL_DAYS: [f64; 4] = [1.0, 3.0, 7.0, 14.0];
/// The name of the net beside the baselines.
pub const NET: &str = "net";
/// Fewer rows say nothing.
const FEWEST_ROWS: usize = 30;
/// With fewer people, weeks of people are drawn anew in place of people.
const FEWEST_PEOPLE: usize = 10;
const SETS: usize = 200;

/// Figures of all models on all slices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    pub question: String,
    pub slices: Vec<Slice>,
}

/// Some rows that no model has seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slice {
    pub name: String,
    pub people: u64,
    pub models: Vec<Scored>,
    /// Chances over time, of the net alone.
    pub survival: Survival,
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
    /// At [`SURVIVAL_DAYS`], and their mean.
    pub brier: [f64; 4],
    pub integrated_brier: f64,
}

impl Evaluation {
    /// Baselines that are at least as good as the net on a slice, by log loss.
    pub fn not_beaten(slice: &Slice) -> Vec<&str> {
        let loss = |model: &Scored| model.figures.log_loss;
        let net = slice
            .models
            .iter()
            .find(|model| model.model == NET)
            .map(loss);
        let at_least_as_good = |model: &&Scored| model.model != NET && Some(loss(model)) <= net;
        let models = slice.models.iter().filter(at_least_as_good);
        models.map(|model| model.model.as_str()).collect()
    }
}

/// Judges a model and its baselines on slices of rows whose fates were known at `until`. Slices in which too
/// little is known, or all came alike, are left out; `None` when none is left.
pub fn evaluate(
    model: &CompletionModel,
    baselines: &[(&str, Baseline)],
    slices: &[(String, Vec<&Example>)],
    until: Timestamp,
    seed: u64,
) -> Option<Evaluation> {
    let judged = slices.iter().filter_map(|(name, examples)| {
        let rows: Vec<_> = examples.iter().map(|example| example.row.clone()).collect();
        let said = model.predict(&rows);
        let by_baseline = baselines.iter().map(|(name, baseline)| {
            let chances = examples
                .iter()
                .map(|example| baseline.predict(example.person, &example.row));
            ((*name).to_owned(), chances.collect())
        });
        let net = said.iter().map(|said| said.asked).collect();
        let models: Vec<(String, Vec<f64>)> = std::iter::once((NET.to_owned(), net))
            .chain(by_baseline)
            .collect();
        judge(name, examples, &said, &models, until, seed)
    });
    let slices: Vec<Slice> = judged.collect();
    (!slices.is_empty()).then(|| Evaluation {
        question: QUESTION.to_owned(),
        slices,
    })
}

/// The figures of anybody's chances on one slice. The first model is the one whose curves are `said`.
pub fn judge(
    name: &str,
    examples: &[&Example],
    said: &[Prediction],
    models: &[(String, Vec<f64>)],
    until: Timestamp,
    seed: u64,
) -> Option<Slice> {
    let answers: Vec<(usize, bool)> = examples
        .iter()
        .enumerate()
        .filter_map(|(place, example)| Some((place, asked(example, until)?)))
        .collect();
    let came = answers.iter().filter(|(_, y)| *y).count();
    if answers.len() < FEWEST_ROWS || came == 0 || came == answers.len() {
        return None;
    }
    let (clusters, people) = clusters(examples, &answers);
    let scored = models.iter().map(|(model, chances)| {
        let rows: Vec<Judged> = answers
            .iter()
            .map(|(place, y)| Judged {
                p: chances[*place],
                y: *y,
            })
            .collect();
        scored(model, &rows, &clusters, seed)
    });
    let of_first: Vec<Judged> = models.first().map_or(Vec::new(), |(_, chances)| {
        let row = |(place, y): &(usize, bool)| Judged {
            p: chances[*place],
            y: *y,
        };
        answers.iter().map(row).collect()
    });
    Some(Slice {
        name: name.to_owned(),
        people: people as u64,
        models: scored.collect(),
        survival: survival(examples, said),
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
fn clusters(examples: &[&Example], answers: &[(usize, bool)]) -> (Vec<Uuid>, usize) {
    let mut people: Vec<Uuid> = answers
        .iter()
        .map(|(place, _)| examples[*place].person)
        .collect();
    let rows = people.clone();
    people.sort_unstable();
    people.dedup();
    if people.len() >= FEWEST_PEOPLE {
        return (rows, people.len());
    }
    let week = |place: usize| {
        let example = examples[place];
        let week = example.at.as_second().div_euclid(7 * 24 * 3_600);
        Uuid::new_v5(&example.person, &week.to_le_bytes())
    };
    (
        answers.iter().map(|(place, _)| week(*place)).collect(),
        people.len(),
    )
}

fn survival(examples: &[&Example], said: &[Prediction]) -> Survival {
    let at = |days: f64| {
        let rows = examples.iter().zip(said);
        rows.map(|(example, said)| (said.curve.at(24.0 * days).done, known(example)))
            .collect::<Vec<_>>()
    };
    let brier = SURVIVAL_DAYS.map(|days| metrics::survival_brier(&at(days), 24.0 * days));
    Survival {
        concordance: metrics::concordance(&at(7.0)),
        brier,
        integrated_brier: brier.iter().sum::<f64>() / crate::maths::count(brier.len()),
    }
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
