//! The completion net: 96 -> 64 -> 32, and from there chances of ending in each bin, by either way, and
//! how long the work takes.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::{relu, softplus};
use burn::tensor::{Device, Int, Tensor};

use astro_data::WIDTH;

use super::bins::{BINS, SLOTS};
use crate::dense::{self, Source};
use crate::minutes;
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

/// As [`Said`], of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct OfRow {
    pub done: [f32; BINS],
    pub dropped: [f32; BINS],
    pub minutes: [f32; 3],
}

impl OfRow {
    fn new(out: &[f32; OUT], slots: &[u8]) -> Self {
        let by_bin = |way: usize| {
            let (in_bin, in_slot) = (&out[way * BINS..], &out[2 * BINS + way * SLOTS..]);
            let mut logits = [0.0; BINS];
            for ((logit, in_bin), slot) in logits.iter_mut().zip(in_bin).zip(slots) {
                *logit = in_bin + in_slot[usize::from(*slot)];
            }
            logits
        };
        let [.., middle, low, high] = *out;
        Self {
            done: by_bin(0),
            dropped: by_bin(1),
            minutes: minutes::apart([middle, low, high]),
        }
    }
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

    /// The numbers of the heads, `[batch, OUT]`.
    fn out(&self, rows: Tensor<2>) -> Tensor<2> {
        let hidden = relu(self.first.forward(rows));
        let hidden = relu(self.second.forward(hidden));
        self.heads.forward(hidden)
    }

    /// What is said of each row, outside the framework from the heads on: of few rows each of its operations
    /// costs more than what it computes. `slots` are those of one row after the other.
    pub fn say<'a>(&self, rows: Tensor<2>, slots: impl Iterator<Item = &'a [u8]>) -> Vec<OfRow> {
        let out = dense::numbers(self.out(rows));
        let rows = out.as_chunks::<OUT>().0.iter().zip(slots);
        rows.map(|(out, slots)| OfRow::new(out, slots)).collect()
    }

    /// `slots` says for each bin where it lies against when the task is wanted, `[batch, BINS]`.
    pub fn forward(&self, rows: Tensor<2>, slots: &Tensor<2, Int>) -> Said {
        let out = self.out(rows);
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

#[cfg(test)]
mod tests {
    use burn::tensor::TensorData;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn serving_says_what_training_learns() {
        let device = crate::device::cpu();
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let net = CompletionNet::new(&mut Source::Seed(&mut rng), &device).unwrap();
        let rows: Vec<f32> = (0_u8..200)
            .map(|i| f32::from(i % 7) - 3.0)
            .cycle()
            .take(3 * WIDTH)
            .collect();
        let rows = Tensor::<2>::from_data(TensorData::new(rows, [3, WIDTH]), &device);
        let slots: Vec<u8> = (0..3 * BINS)
            .map(|i| u8::try_from(i % SLOTS).unwrap())
            .collect();
        let wide: Vec<i64> = slots.iter().map(|slot| i64::from(*slot)).collect();
        let wide = Tensor::<2, Int>::from_data(TensorData::new(wide, [3, BINS]), &device);
        let learnt = net.forward(rows.clone(), &wide);
        let said = net.say(rows, slots.chunks(BINS));
        let near = |said: Vec<f32>, learnt: Tensor<2>| {
            let learnt = dense::numbers(learnt);
            assert_eq!(said.len(), learnt.len());
            assert!(
                said.iter().zip(&learnt).all(|(a, b)| (a - b).abs() < 1e-5),
                "{said:?} {learnt:?}"
            );
        };
        near(said.iter().flat_map(|row| row.done).collect(), learnt.done);
        near(
            said.iter().flat_map(|row| row.dropped).collect(),
            learnt.dropped,
        );
        near(
            said.iter().flat_map(|row| row.minutes).collect(),
            learnt.minutes,
        );
    }
}
