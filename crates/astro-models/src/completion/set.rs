//! Examples as the net reads them.

use astro_data::{Closing, Example, Row, WIDTH};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::bins::{self, BINS};
use crate::dense::gathered;
use crate::maths::single;
use crate::scaler::Scaler;

/// Rows with what became of them, ready for batches. All arrays lie row by row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Set {
    rows: Vec<f32>,
    slots: Vec<u8>,
    fates: Vec<Target>,
    /// The fates in numbers, as batches have them.
    at_risk: Vec<f32>,
    done: Vec<f32>,
    dropped: Vec<f32>,
    log_minutes: Vec<f32>,
    has_minutes: Vec<f32>,
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
            set.tell(Target::of(example));
        }
        set
    }

    fn tell(&mut self, target: Target) {
        let number = |is: bool| f32::from(u8::from(is));
        for bin in 0..BINS {
            self.at_risk.push(number(target.is_at_risk(bin)));
            self.done.push(number(target.ends_in(bin, Closing::Done)));
            self.dropped
                .push(number(target.ends_in(bin, Closing::Dropped)));
        }
        self.log_minutes.push(target.log_minutes.unwrap_or(0.0));
        self.has_minutes.push(number(target.log_minutes.is_some()));
        self.fates.push(target);
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

    /// Rows as the net sees them, in the order of their places.
    pub fn rows(&self, places: &[usize], device: &Device) -> Tensor<2> {
        gathered(&self.rows, WIDTH, places, device)
    }

    /// Where the bins of a row lie against when its task is wanted.
    pub fn slots(&self, place: usize) -> &[u8] {
        &self.slots[place * BINS..(place + 1) * BINS]
    }

    /// Rows and answers of some places.
    pub fn batch(&self, places: &[usize], device: &Device) -> Batch {
        let slots = places.iter().flat_map(|place| self.slots(*place));
        let slots: Vec<i64> = slots.map(|slot| i64::from(*slot)).collect();
        let by_bin = |all: &[f32]| gathered(all, BINS, places, device);
        let by_row = |all: &[f32]| gathered(all, 1, places, device);
        Batch {
            rows: self.rows(places, device),
            slots: Tensor::from_data(TensorData::new(slots, [places.len(), BINS]), device),
            at_risk: by_bin(&self.at_risk),
            done: by_bin(&self.done),
            dropped: by_bin(&self.dropped),
            log_minutes: by_row(&self.log_minutes),
            has_minutes: by_row(&self.has_minutes),
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
