//! The completion net: 96 -> 64 -> 32, and from there chances of ending in each bin, by either way, and
//! how long the work takes.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::{relu, softplus};
use burn::tensor::{Device, Int, Tensor};

use astro_data::WIDTH;

use super::bins::{BINS, SLOTS};
use crate::dense::{self, Source};
use crate::weights::{Weights, WeightsError};

const TRUNK: [usize; 2] = [64, 32];
/// Two ways to end, each with a number for each bin and for each slot; and three of the time it takes.
const OUT: usize = 2 * (BINS + SLOTS) + 3;

/// The net. Rows come scaled, `[batch, 96]`.
#[derive(Module, Debug)]
pub struct CompletionNet {
    first: Linear,
    second: Linear,
    heads: Linear,
}

/// What the net says of a batch.
#[derive(Debug)]
pub struct Said {
    /// Logits of being done in a bin against being open at its end, `[batch, BINS]`.
    pub done: Tensor<2>,
    /// The same of being given up.
    pub dropped: Tensor<2>,
    /// ln of active minutes that are left: below it with .1, .5 and .9, `[batch, 3]`.
    pub minutes: Tensor<2>,
}

impl CompletionNet {
    pub(crate) fn new(source: &mut Source<'_>, device: &Device) -> Result<Self, WeightsError> {
        let [wide, narrow] = TRUNK;
        Ok(Self {
            first: dense::layer(source, 0, "trunk.0", (WIDTH, wide), device)?,
            second: dense::layer(source, 1, "trunk.1", (wide, narrow), device)?,
            heads: dense::layer(source, 2, "heads", (narrow, OUT), device)?,
        })
    }

    pub(crate) fn collect(&self, weights: &mut Weights) {
        dense::collect(weights, "trunk.0", &self.first);
        dense::collect(weights, "trunk.1", &self.second);
        dense::collect(weights, "heads", &self.heads);
    }

    /// `slots` says for each bin where it lies against when the task is wanted, `[batch, BINS]`.
    pub fn forward(&self, rows: Tensor<2>, slots: &Tensor<2, Int>) -> Said {
        let hidden = relu(self.first.forward(rows));
        let hidden = relu(self.second.forward(hidden));
        let out = self.heads.forward(hidden);
        let part = |from: usize, len: usize| out.clone().narrow(1, from, len);
        let by_bin = |way: usize| {
            let in_bin = part(way * BINS, BINS);
            let in_slot = part(2 * BINS + way * SLOTS, SLOTS);
            in_bin + in_slot.gather(1, slots.clone())
        };
        let (done, dropped) = (by_bin(0), by_bin(1));
        let of_minutes = |place: usize| part(2 * (BINS + SLOTS) + place, 1);
        let middle = of_minutes(0);
        // quantiles cannot cross
        let low = middle.clone() - softplus(of_minutes(1), 1.0);
        let high = middle.clone() + softplus(of_minutes(2), 1.0);
        Said {
            done,
            dropped,
            minutes: Tensor::cat(vec![low, middle, high], 1),
        }
    }
}
