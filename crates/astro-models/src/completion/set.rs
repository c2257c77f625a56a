//! Examples as the net reads them.

use astro_data::{Closing, Example, Row, WIDTH};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::bins::{self, BINS};
use crate::maths::single;
use crate::scaler::Scaler;

/// Rows with what became of them, ready for batches. All arrays lie row by row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Set {
    rows: Vec<f32>,
    slots: Vec<u8>,
    fates: Vec<Target>,
}

/// What became of a row, in bins.
#[derive(Clone, Copy, Debug)]
struct Target {
    /// So many whole bins it was open.
    open: usize,
    /// How it ended in the bin after those; `None` where that is not known.
    ending: Option<Closing>,
    /// ln of the minutes that it took.
    log_minutes: Option<f32>,
}

/// Tensors of one batch.
pub(crate) struct Batch {
    pub rows: Tensor<2>,
    pub slots: Tensor<2, Int>,
    /// 1 where the row could still end in the bin, and it is known whether it did.
    pub at_risk: Tensor<2>,
    pub done: Tensor<2>,
    pub dropped: Tensor<2>,
    /// 0 where they are not known.
    pub log_minutes: Tensor<2>,
    pub has_minutes: Tensor<2>,
}

impl Set {
    pub fn of(examples: &[&Example], scaler: &Scaler) -> Self {
        let mut set = Self::default();
        for example in examples {
            set.push(&example.row, scaler);
            set.fates.push(Target::of(example));
        }
        set
    }

    /// Rows of which nothing is known yet.
    pub fn unanswered(rows: &[Row], scaler: &Scaler) -> Self {
        let mut set = Self::default();
        for row in rows {
            set.push(row, scaler);
        }
        set
    }

    fn push(&mut self, row: &Row, scaler: &Scaler) {
        scaler.write(row, &mut self.rows);
        let wanted = bins::wanted_h(row);
        #[expect(clippy::cast_possible_truncation, reason = "slots are few")]
        let slots = (0..BINS).map(|bin| bins::slot(bin, wanted) as u8);
        self.slots.extend(slots);
    }

    pub fn len(&self) -> usize {
        self.slots.len() / BINS
    }

    /// For each bin: rows at risk, done, given up; and all known minutes, as logs.
    pub fn totals(&self) -> ([[f64; 3]; BINS], Vec<f64>) {
        let mut totals = [[0.0; 3]; BINS];
        for target in &self.fates {
            for (bin, total) in totals.iter_mut().enumerate() {
                let is = [
                    target.is_at_risk(bin),
                    target.ends_in(bin, Closing::Done),
                    target.ends_in(bin, Closing::Dropped),
                ];
                for (sum, is) in total.iter_mut().zip(is) {
                    *sum += f64::from(u8::from(is));
                }
            }
        }
        let minutes = self.fates.iter().filter_map(|target| target.log_minutes);
        (totals, minutes.map(f64::from).collect())
    }

    /// What the net is asked of some rows, in their order.
    pub fn question(&self, places: &[usize], device: &Device) -> (Tensor<2>, Tensor<2, Int>) {
        let len = places.len();
        let rows: Vec<f32> = gathered(&self.rows, WIDTH, places).copied().collect();
        let slots: Vec<i64> = gathered(&self.slots, BINS, places)
            .map(|slot| i64::from(*slot))
            .collect();
        (
            Tensor::from_data(TensorData::new(rows, [len, WIDTH]), device),
            Tensor::from_data(TensorData::new(slots, [len, BINS]), device),
        )
    }

    /// The same with the answers.
    pub fn batch(&self, places: &[usize], device: &Device) -> Batch {
        let (rows, slots) = self.question(places, device);
        let len = places.len();
        let by_bin = |value: fn(&Target, usize) -> bool| {
            let values = places.iter().flat_map(|place| {
                let target = &self.fates[*place];
                (0..BINS).map(move |bin| f32::from(u8::from(value(target, bin))))
            });
            tensor(values.collect(), [len, BINS], device)
        };
        let by_row = |value: fn(&Target) -> f32| {
            let values = places.iter().map(|place| value(&self.fates[*place]));
            tensor(values.collect(), [len, 1], device)
        };
        Batch {
            rows,
            slots,
            at_risk: by_bin(Target::is_at_risk),
            done: by_bin(|target, bin| target.ends_in(bin, Closing::Done)),
            dropped: by_bin(|target, bin| target.ends_in(bin, Closing::Dropped)),
            log_minutes: by_row(|target| target.log_minutes.unwrap_or(0.0)),
            has_minutes: by_row(|target| f32::from(u8::from(target.log_minutes.is_some()))),
        }
    }
}

impl Target {
    fn of(example: &Example) -> Self {
        let after_h = f64::from(example.fate.after_h);
        let bin = bins::bin_of(after_h);
        Self {
            // the bin in which the record ends is not known to its end
            open: bin.unwrap_or(BINS),
            ending: example.fate.ending.filter(|_| bin.is_some()),
            log_minutes: example
                .minutes
                .map(|minutes| single(libm::log(f64::from(minutes)))),
        }
    }

    fn is_at_risk(&self, bin: usize) -> bool {
        bin < self.open || (bin == self.open && self.ending.is_some())
    }

    fn ends_in(&self, bin: usize, way: Closing) -> bool {
        bin == self.open && self.ending == Some(way)
    }
}

fn gathered<'a, T>(all: &'a [T], width: usize, places: &'a [usize]) -> impl Iterator<Item = &'a T> {
    places
        .iter()
        .flat_map(move |place| &all[place * width..(place + 1) * width])
}

fn tensor(values: Vec<f32>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), device)
}
