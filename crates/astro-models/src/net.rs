//! The shape that all nets share: 96 -> 64 -> 32, and from there a line for each number that is said. What the
//! numbers mean is the business of each kind of model.

use astro_data::WIDTH;
use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::dense::{self, Source};
use crate::weights::{Weights, WeightsError};

/// The hidden layers; small on purpose, the last one so that one person's share of it stays small too.
const TRUNK: [usize; 2] = [64, 32];

/// A net. Rows come scaled, `[batch, 96]`.
#[derive(Module, Debug)]
pub struct Net {
    first: Linear,
    second: Linear,
    heads: Linear,
}

impl Net {
    /// A net that says so many numbers.
    pub(crate) fn new(
        source: &mut Source<'_>,
        outputs: usize,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let [wide, narrow] = TRUNK;
        Ok(Self {
            first: dense::layer(source, 0, "trunk.0", (WIDTH, wide), device)?,
            second: dense::layer(source, 1, "trunk.1", (wide, narrow), device)?,
            heads: dense::layer(source, 2, "heads", (narrow, outputs), device)?,
        })
    }

    /// Takes from a net's numbers all that it makes of a feature.
    pub(crate) fn silence(weights: &mut Weights, feature: usize) {
        let wide = TRUNK[0];
        if let Some(first) = weights.0.get_mut("trunk.0.weight") {
            first.values[feature * wide..(feature + 1) * wide].fill(0.0);
        }
    }

    pub(crate) fn collect(&self, weights: &mut Weights) {
        dense::collect(weights, "trunk.0", &self.first);
        dense::collect(weights, "trunk.1", &self.second);
        dense::collect(weights, "heads", &self.heads);
    }

    /// The last hidden layer, `[batch, 32]`.
    pub(crate) fn trunk(&self, rows: Tensor<2>) -> Tensor<2> {
        let hidden = relu(self.first.forward(rows));
        relu(self.second.forward(hidden))
    }

    /// What is said, `[batch, outputs]`.
    pub(crate) fn out(&self, rows: Tensor<2>) -> Tensor<2> {
        self.heads.forward(self.trunk(rows))
    }

    /// The line that one of the numbers is made of: a weight for each of the last hidden layer.
    pub(crate) fn line(&self, place: usize) -> Vec<f32> {
        dense::numbers(self.heads.weight.val().narrow(1, place, 1))
    }
}
