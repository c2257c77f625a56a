//! How good chances over time are, where some ends are not known yet.

use crate::maths::count;

/// What is known of a row: it was done after so many hours, ended otherwise, or is open so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Known {
    Done { after_h: f64 },
    Dropped { after_h: f64 },
    Open { for_h: f64 },
}

impl Known {
    /// When it was done; what was dropped is never done (Wolbers et al., 2009).
    fn done_h(self) -> f64 {
        match self {
            Self::Done { after_h } => after_h,
            Self::Dropped { .. } => f64::INFINITY,
            Self::Open { for_h } => for_h,
        }
    }
}

/// Harrell's C (1982) for one of two ends: the share of pairs of which the one that was done sooner had
/// the higher score. Ties of scores count half.
pub fn concordance(rows: &[(f64, Known)]) -> f64 {
    let mut scores: Vec<f64> = rows.iter().map(|(score, _)| *score).collect();
    scores.sort_by(f64::total_cmp);
    scores.dedup();
    let place = |score: f64| scores.partition_point(|other| *other < score);
    let mut later = Counts::new(scores.len());
    let mut sorted: Vec<&(f64, Known)> = rows.iter().collect();
    // from the latest on; of one moment, what is open was open for longer than what was done then
    sorted.sort_by(|(_, a), (_, b)| b.done_h().total_cmp(&a.done_h()));
    let (mut won, mut pairs) = (0.0, 0.0);
    for moment in sorted.chunk_by(|(_, a), (_, b)| a.done_h().total_cmp(&b.done_h()).is_eq()) {
        let is_done = |known: &Known| matches!(known, Known::Done { .. });
        for (score, _) in moment.iter().filter(|(_, known)| !is_done(known)) {
            later.add(place(*score));
        }
        for (score, _) in moment.iter().filter(|(_, known)| is_done(known)) {
            let (below, equal) = later.below_and_at(place(*score));
            won += count(below) + count(equal) / 2.0;
            pairs += count(later.all);
        }
        for (score, _) in moment.iter().filter(|(_, known)| is_done(known)) {
            later.add(place(*score));
        }
    }
    won / pairs
}

/// The Brier score of "done by this hour", with rows whose end is not known by then weighted as Graf et
/// al. (1999) do: by the chance of being known that long.
pub fn survival_brier(rows: &[(f64, Known)], hour: f64) -> f64 {
    let censoring = Censoring::of(rows);
    let at = censoring.known_beyond(hour).max(1e-6);
    let sum: f64 = rows
        .iter()
        .map(|(p, known)| match known {
            Known::Done { after_h } if *after_h <= hour => {
                (1.0 - p) * (1.0 - p) / censoring.known_beyond(*after_h).max(1e-6)
            }
            Known::Dropped { after_h } if *after_h <= hour => {
                p * p / censoring.known_beyond(*after_h).max(1e-6)
            }
            Known::Open { for_h } if *for_h < hour => 0.0,
            _ => p * p / at,
        })
        .sum();
    sum / count(rows.len())
}

/// Mean over hours of [`survival_brier`], each with its own chances.
pub fn integrated_brier(by_hour: &[(f64, Vec<(f64, Known)>)]) -> f64 {
    crate::maths::mean(
        by_hour
            .iter()
            .map(|(hour, rows)| survival_brier(rows, *hour)),
    )
}

/// How long rows stay known: Kaplan and Meier (1958) with the roles turned around.
struct Censoring {
    /// Hour, and the chance of being known beyond it.
    steps: Vec<(f64, f64)>,
}

impl Censoring {
    fn of(rows: &[(f64, Known)]) -> Self {
        let mut ends: Vec<(f64, bool)> = rows
            .iter()
            .map(|(_, known)| match known {
                Known::Done { after_h } | Known::Dropped { after_h } => (*after_h, false),
                Known::Open { for_h } => (*for_h, true),
            })
            .collect();
        // who ends in the same moment was still known
        ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let (mut known, mut steps) = (1.0, Vec::new());
        for (place, (hour, censored)) in ends.iter().enumerate() {
            if *censored {
                known *= 1.0 - 1.0 / count(ends.len() - place);
                steps.push((*hour, known));
            }
        }
        Self { steps }
    }

    /// The chance that a row is known for longer than so many hours.
    fn known_beyond(&self, hour: f64) -> f64 {
        let before = self.steps.partition_point(|(step, _)| *step < hour);
        before
            .checked_sub(1)
            .map_or(1.0, |place| self.steps[place].1)
    }
}

/// Counts of places, with sums of beginnings (Fenwick, 1994).
struct Counts {
    tree: Vec<usize>,
    all: usize,
}

impl Counts {
    fn new(places: usize) -> Self {
        Self {
            tree: vec![0; places + 1],
            all: 0,
        }
    }

    fn add(&mut self, place: usize) {
        self.all += 1;
        let mut node = place + 1;
        while node < self.tree.len() {
            self.tree[node] += 1;
            node += node & node.wrapping_neg();
        }
    }

    fn below(&self, place: usize) -> usize {
        let (mut node, mut sum) = (place, 0);
        while node > 0 {
            sum += self.tree[node];
            node -= node & node.wrapping_neg();
        }
        sum
    }

    fn below_and_at(&self, place: usize) -> (usize, usize) {
        let below = self.below(place);
        (below, self.below(place + 1) - below)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows() -> impl Strategy<Value = Vec<(f64, Known)>> {
        let row = (0_u8..8, 0_u8..12, 0_u8..3).prop_map(|(score, hour, what)| {
            let hour = f64::from(hour);
            let known = match what {
                0 => Known::Done { after_h: hour },
                1 => Known::Dropped { after_h: hour },
                _ => Known::Open { for_h: hour },
            };
            (f64::from(score) / 8.0, known)
        });
        proptest::collection::vec(row, 2..40)
    }

    proptest! {
        /// An oracle: all pairs, one by one.
        #[test]
        fn concordance_is_the_share_of_pairs_in_order(rows in rows()) {
            let (mut won, mut pairs) = (0.0, 0.0);
            for (a, known) in &rows {
                let Known::Done { after_h } = known else { continue };
                for (b, other) in &rows {
                    let later = match other {
                        Known::Done { after_h: t } => t > after_h,
                        Known::Dropped { .. } => true,
                        Known::Open { for_h } => for_h >= after_h,
                    };
                    if later {
                        pairs += 1.0;
                        won += if a > b { 1.0 } else if a < b { 0.0 } else { 0.5 };
                    }
                }
            }
            prop_assume!(pairs > 0.0);
            prop_assert!((concordance(&rows) - won / pairs).abs() < 1e-9);
        }

        #[test]
        fn with_everything_known_it_is_the_plain_brier_score(rows in rows(), hour in 0_u8..12) {
            let hour = f64::from(hour);
            let rows: Vec<_> = rows.into_iter()
                .filter(|(_, known)| !matches!(known, Known::Open { .. })).collect();
            prop_assume!(!rows.is_empty());
            let plain = rows.iter().map(|(p, known)| crate::metrics::Judged {
                p: *p,
                y: matches!(known, Known::Done { after_h } if *after_h <= hour),
            });
            let plain = crate::metrics::brier(&plain.collect::<Vec<_>>());
            prop_assert!((survival_brier(&rows, hour) - plain).abs() < 1e-12);
        }
    }

    /// Weights of what is known stand for what is not: half of the rows are lost halfway, at random, and
    /// the score stays what it is.
    #[test]
    fn lost_rows_change_the_score_little() {
        let all: Vec<(f64, Known)> = (0..4_000)
            .map(|row| {
                (
                    0.3,
                    Known::Done {
                        after_h: f64::from(row % 100),
                    },
                )
            })
            .collect();
        let lost = |place: usize, row: (f64, Known)| {
            let is_lost = place.is_multiple_of(2)
                && matches!(row.1, Known::Done { after_h } if after_h > 25.0);
            if is_lost {
                (row.0, Known::Open { for_h: 25.0 })
            } else {
                row
            }
        };
        let some: Vec<_> = all
            .iter()
            .enumerate()
            .map(|(place, row)| lost(place / 100, *row))
            .collect();
        let (whole, weighted) = (survival_brier(&all, 50.0), survival_brier(&some, 50.0));
        assert!((whole - weighted).abs() < 0.005, "{whole} {weighted}");
    }
}
