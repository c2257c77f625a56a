//! Why a row's chance differs from another's: exact shares of the groups of features.

use astro_core::preferences::FeatureGroup;
use astro_data::{Row, registry};

use super::set;
use super::{Head, RecommendationModel};
use crate::dense;
use crate::maths::count;

/// What one group of features adds to the logit of a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    pub group: FeatureGroup,
    pub adds: f64,
}

impl RecommendationModel {
    /// How the logit of a question, before it is put right, comes about from that of a reference row, such as the middle
    /// of a person's rows: what each group of features adds, the most first. They add up exactly to the difference.
    ///
    /// The trunk mixes groups, so there is no share that each of them simply has. These are Shapley values (Shapley,
    /// 1953; Lundberg and Lee, 2017), computed in full: groups are few, so that all mixtures of the two rows are asked of
    /// the trunk. The last layer is a line, so that the shares of its inputs times its numbers are shares of the logit.
    pub fn contributions(&self, row: &Row, reference: &Row, head: Head) -> Vec<Contribution> {
        let groups = FeatureGroup::ALL;
        let mixtures: Vec<Row> = (0..1_usize << groups.len())
            .map(|mixture| mixed(row, reference, mixture))
            .collect();
        let hidden = self
            .net
            .trunk(set::question(&mixtures, &self.scaler, &self.device));
        let hidden = dense::numbers(hidden);
        let line = self.net.line(head as usize);
        let logits: Vec<f64> = hidden
            .chunks(line.len())
            .map(|hidden| {
                let parts = hidden.iter().zip(&line);
                parts.map(|(h, w)| f64::from(*h) * f64::from(*w)).sum()
            })
            .collect();
        let mut contributions: Vec<Contribution> = groups
            .iter()
            .enumerate()
            .map(|(place, group)| Contribution {
                group: *group,
                adds: shapley(&logits, place, groups.len()),
            })
            .collect();
        contributions.sort_by(|a, b| b.adds.total_cmp(&a.adds));
        contributions
    }
}

/// The row with the groups of a mixture, each a bit, and the reference with the others.
fn mixed(row: &Row, reference: &Row, mixture: usize) -> Row {
    let mut mixed = reference.clone();
    for ((value, feature), own) in mixed.0.iter_mut().zip(registry::all()).zip(row.0) {
        let place = FeatureGroup::ALL
            .iter()
            .position(|group| *group == feature.group);
        if place.is_some_and(|place| mixture >> place & 1 == 1) {
            *value = own;
        }
    }
    mixed
}

/// What a group adds on average, over all orders in which groups can come.
fn shapley(values: &[f64], group: usize, groups: usize) -> f64 {
    let bit = 1 << group;
    let without = (0..values.len()).filter(|mixture| mixture & bit == 0);
    without
        .map(|mixture| {
            let before = usize::try_from(mixture.count_ones()).unwrap_or(groups);
            (values[mixture | bit] - values[mixture]) * share_of_orders(before, groups)
        })
        .sum()
}

/// before! (groups - before - 1)! / groups!
fn share_of_orders(before: usize, groups: usize) -> f64 {
    let factorial = |n: usize| (1..=n).map(count).product::<f64>();
    factorial(before) * factorial(groups - before - 1) / factorial(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_orders_add_up() {
        for groups in 1..9 {
            // of the mixtures without a group, so many have so many others
            let choose =
                |of: usize, k: usize| (0..k).fold(1.0, |all, i| all * count(of - i) / count(i + 1));
            let all: f64 = (0..groups)
                .map(|before| choose(groups - 1, before) * share_of_orders(before, groups))
                .sum();
            assert!((all - 1.0).abs() < 1e-12, "{groups}: {all}");
        }
    }

    #[test]
    fn a_sum_is_divided_into_its_terms_and_a_product_evenly() {
        // mixtures of two groups: 3 for the first, 5 for the second, 8 more for both
        let values = [0.0, 3.0, 5.0, 16.0];
        assert!((shapley(&values, 0, 2) - 7.0).abs() < 1e-12);
        assert!((shapley(&values, 1, 2) - 9.0).abs() < 1e-12);
    }
}
