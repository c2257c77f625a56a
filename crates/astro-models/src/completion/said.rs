//! What the net says: chances of ending in each bin, by either way, and how long the work takes.

use burn::tensor::{Int, Tensor};

use super::bins::{BINS, SLOTS};
use crate::dense;
use crate::minutes;
use crate::net::Net;

/// Two ways to end, each with a number for each bin and for each slot; and those of the time it takes.
pub(super) const OUTPUTS: usize = MINUTES_AT + minutes::OUTPUTS;
const MINUTES_AT: usize = 2 * (BINS + SLOTS);

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
    fn new(out: &[f32; OUTPUTS], slots: &[u8]) -> Self {
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

impl Said {
    /// `slots` says for each bin where it lies against when the task is wanted, `[batch, BINS]`.
    pub fn of(net: &Net, rows: Tensor<2>, slots: &Tensor<2, Int>) -> Self {
        let out = net.out(rows);
        let part = |from: usize, len: usize| out.clone().narrow(1, from, len);
        let by_bin = |way: usize| {
            let in_bin = part(way * BINS, BINS);
            let in_slot = part(2 * BINS + way * SLOTS, SLOTS);
            in_bin + in_slot.gather(1, slots.clone())
        };
        Self {
            done: by_bin(0),
            dropped: by_bin(1),
            minutes: minutes::quantiles(&part(MINUTES_AT, minutes::OUTPUTS)),
        }
    }
}

/// What is said of each row, outside the framework from the heads on: of few rows each of its operations
/// costs more than what it computes. `slots` are those of one row after the other.
pub fn of_rows<'a>(
    net: &Net,
    rows: Tensor<2>,
    slots: impl Iterator<Item = &'a [u8]>,
) -> Vec<OfRow> {
    let out = dense::numbers(net.out(rows));
    let rows = out.as_chunks::<OUTPUTS>().0.iter().zip(slots);
    rows.map(|(out, slots)| OfRow::new(out, slots)).collect()
}

#[cfg(test)]
mod tests {
    use astro_data::WIDTH;
    use burn::tensor::TensorData;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;
    use crate::dense::Source;

    #[test]
    fn serving_says_what_training_learns() {
        let device = crate::device::cpu();
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let net = Net::new(&mut Source::Seed(&mut rng), OUTPUTS, &device).unwrap();
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
        let learnt = Said::of(&net, rows.clone(), &wide);
        let said = of_rows(&net, rows, slots.chunks(BINS));
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
