//! The recommendation net: 96 -> 64 -> 32, and a line for each number of each head.

use astro_data::WIDTH;
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::{relu, softplus};
use burn::tensor::{Device, Tensor};

use super::{BINARY, MOVES, REWARDS};
use crate::dense::{self, Source};
use crate::minutes;
use crate::weights::{Weights, WeightsError};

/// Numbers of the last hidden layer: small on purpose, so that one person's share of it stays small too.
pub(super) const HIDDEN: usize = 32;
const WIDE: usize = 64;
const MINUTES: usize = 3;
/// Where the heads' numbers lie.
const REWARDS_AT: usize = BINARY;
const MINUTES_AT: usize = REWARDS_AT + REWARDS;
const MOVES_AT: usize = MINUTES_AT + MINUTES;
const OUT: usize = MOVES_AT + MOVES;

/// The net. Rows come scaled, `[batch, 96]`.
#[derive(Module, Debug)]
pub struct RecommendationNet {
    first: Linear,
    second: Linear,
    heads: Linear,
}

/// What the net says of a batch.
#[derive(Debug)]
pub struct Said {
    /// Logits of the questions of yes and no, `[batch, 6]`.
    pub binary: Tensor<2>,
    /// Rewards if accepted and if nothing is said, `[batch, 2]`.
    pub rewards: Tensor<2>,
    /// ln of active minutes that are left: below it with .1, .5 and .9, `[batch, 3]`.
    pub minutes: Tensor<2>,
    /// Logits of what is done next, `[batch, 6]`.
    pub moves: Tensor<2>,
}

/// As [`Said`], of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct OfRow {
    pub binary: [f32; BINARY],
    pub rewards: [f32; REWARDS],
    pub minutes: [f32; MINUTES],
    pub moves: [f32; MOVES],
}

impl OfRow {
    fn new(out: &[f32; OUT]) -> Self {
        fn part<const N: usize>(out: &[f32; OUT], from: usize) -> [f32; N] {
            std::array::from_fn(|place| out[from + place])
        }
        Self {
            binary: part(out, 0),
            rewards: part(out, REWARDS_AT),
            minutes: minutes::apart(part(out, MINUTES_AT)),
            moves: part(out, MOVES_AT),
        }
    }
}

impl RecommendationNet {
    pub(crate) fn new(source: &mut Source<'_>, device: &Device) -> Result<Self, WeightsError> {
        Ok(Self {
            first: dense::layer(source, 0, "trunk.0", (WIDTH, WIDE), device)?,
            second: dense::layer(source, 1, "trunk.1", (WIDE, HIDDEN), device)?,
            heads: dense::layer(source, 2, "heads", (HIDDEN, OUT), device)?,
        })
    }

    pub(crate) fn collect(&self, weights: &mut Weights) {
        dense::collect(weights, "trunk.0", &self.first);
        dense::collect(weights, "trunk.1", &self.second);
        dense::collect(weights, "heads", &self.heads);
    }

    /// The last hidden layer, `[batch, 32]`.
    pub fn trunk(&self, rows: Tensor<2>) -> Tensor<2> {
        let hidden = relu(self.first.forward(rows));
        relu(self.second.forward(hidden))
    }

    /// What is said of each row, outside the framework from the heads on, as for completion.
    pub fn say(&self, rows: Tensor<2>) -> Vec<OfRow> {
        let out = dense::numbers(self.heads.forward(self.trunk(rows)));
        let rows = out.as_chunks::<OUT>().0.iter();
        rows.map(OfRow::new).collect()
    }

    pub fn forward(&self, rows: Tensor<2>) -> Said {
        let out = self.heads.forward(self.trunk(rows));
        let part = |from: usize, len: usize| out.clone().narrow(1, from, len);
        let middle = part(MINUTES_AT, 1);
        // quantiles cannot cross
        let low = middle.clone() - softplus(part(MINUTES_AT + 1, 1), 1.0);
        let high = middle.clone() + softplus(part(MINUTES_AT + 2, 1), 1.0);
        Said {
            binary: part(0, BINARY),
            rewards: part(REWARDS_AT, REWARDS),
            minutes: Tensor::cat(vec![low, middle, high], 1),
            moves: part(MOVES_AT, MOVES),
        }
    }

    /// The line that a question of yes and no is made of: one number for each of the last hidden layer.
    pub(super) fn line(&self, head: usize) -> Vec<f32> {
        let column = self.heads.weight.val().narrow(1, head, 1);
        dense::numbers(column)
    }
}
