//! What the net says: the numbers of each head.

use burn::tensor::Tensor;

use super::{BINARY, MOVES, REWARDS};
use crate::dense;
use crate::minutes;
use crate::net::Net;

/// Where the heads' numbers lie.
const REWARDS_AT: usize = BINARY;
const MINUTES_AT: usize = REWARDS_AT + REWARDS;
const MOVES_AT: usize = MINUTES_AT + minutes::OUTPUTS;
pub(super) const OUTPUTS: usize = MOVES_AT + MOVES;

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
    pub minutes: [f32; minutes::OUTPUTS],
    pub moves: [f32; MOVES],
}

impl OfRow {
    fn new(out: &[f32; OUTPUTS]) -> Self {
        fn part<const N: usize>(out: &[f32; OUTPUTS], from: usize) -> [f32; N] {
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

impl Said {
    pub fn of(net: &Net, rows: Tensor<2>) -> Self {
        let out = net.out(rows);
        let part = |from: usize, len: usize| out.clone().narrow(1, from, len);
        Self {
            binary: part(0, BINARY),
            rewards: part(REWARDS_AT, REWARDS),
            minutes: minutes::quantiles(&part(MINUTES_AT, minutes::OUTPUTS)),
            moves: part(MOVES_AT, MOVES),
        }
    }
}

/// What is said of each row, outside the framework from the heads on, as for completion.
pub fn of_rows(net: &Net, rows: Tensor<2>) -> Vec<OfRow> {
    let out = dense::numbers(net.out(rows));
    let rows = out.as_chunks::<OUTPUTS>().0.iter();
    rows.map(OfRow::new).collect()
}
