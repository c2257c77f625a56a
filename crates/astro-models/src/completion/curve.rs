//! Chances over time, from the chances of each bin.

use super::bins::{self, BINS};

/// Chances of one row: by the end of each bin, and within bins as if each had one rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Chance of ending in a bin when it began open: done, dropped.
    hazards: [(f64, f64); BINS],
}

/// Done, given up and open at a moment. They add up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chances {
    pub done: f64,
    pub dropped: f64,
    pub open: f64,
}

impl Curve {
    /// From the logits of both ways to end, against staying open.
    pub fn from_logits(done: &[f32], dropped: &[f32]) -> Self {
        let mut hazards = [(0.0, 0.0); BINS];
        for ((hazard, done), dropped) in hazards.iter_mut().zip(done).zip(dropped) {
            // beyond this a chance is 1 to the last bit
            let e = |logit: &f32| libm::exp(f64::from(*logit).clamp(-30.0, 30.0));
            let (done, dropped) = (e(done), e(dropped));
            let all = 1.0 + done + dropped;
            *hazard = (done / all, dropped / all);
        }
        Self { hazards }
    }

    /// The chances after so many hours; after the last bin they stay what they are.
    pub fn at(&self, hour: f64) -> Chances {
        let mut chances = Chances {
            done: 0.0,
            dropped: 0.0,
            open: 1.0,
        };
        for (bin, hazard) in self.hazards.iter().enumerate() {
            let (begin, end) = (bins::begin_h(bin), bins::end_h(bin));
            if hour <= begin {
                break;
            }
            let part = ((hour - begin) / (end - begin)).min(1.0);
            chances.go_on(*hazard, part);
        }
        chances
    }

    /// The hour by which it is done with a chance; `None` if it may never be.
    pub fn done_by(&self, chance: f64) -> Option<f64> {
        let last = bins::end_h(BINS - 1);
        if self.at(last).done < chance {
            return None;
        }
        let (mut low, mut high) = (0.0, last);
        // to a minute
        while high - low > 1.0 / 60.0 {
            let middle = f64::midpoint(low, high);
            if self.at(middle).done < chance {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(high)
    }
}

impl Chances {
    /// So much of a bin goes by.
    fn go_on(&mut self, (done, dropped): (f64, f64), part: f64) {
        let ends = done + dropped;
        if ends <= 0.0 {
            return;
        }
        // what stays open for a whole bin with 1 - ends stays so for a part of it with a power of that
        let stays = libm::pow((1.0 - ends).max(0.0), part);
        let ended = self.open * (1.0 - stays);
        self.done += ended * done / ends;
        self.dropped += ended * dropped / ends;
        self.open *= stays;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn curve() -> impl Strategy<Value = Curve> {
        let logits = || proptest::collection::vec(-40.0_f32..40.0, BINS);
        (logits(), logits()).prop_map(|(done, dropped)| Curve::from_logits(&done, &dropped))
    }

    proptest! {
        #[test]
        fn chances_add_up_and_nothing_done_is_undone(curve in curve(), hours in proptest::collection::vec(0.0_f64..3_000.0, 2)) {
            let (early, late) = (hours[0].min(hours[1]), hours[0].max(hours[1]));
            let (before, after) = (curve.at(early), curve.at(late));
            for chances in [before, after] {
                let Chances { done, dropped, open } = chances;
                prop_assert!((done + dropped + open - 1.0).abs() < 1e-9);
                prop_assert!([done, dropped, open].iter().all(|p| (-1e-12..=1.0 + 1e-12).contains(p)));
            }
            prop_assert!(before.done <= after.done + 1e-12 && before.dropped <= after.dropped + 1e-12);
        }

        #[test]
        fn the_hour_of_a_chance_has_that_chance(curve in curve(), chance in 0.01..0.99) {
            if let Some(hour) = curve.done_by(chance) {
                prop_assert!(curve.at(hour).done >= chance);
                prop_assert!(curve.at(hour - 2.0 / 60.0).done <= chance);
            } else {
                prop_assert!(curve.at(1e9).done < chance);
            }
        }
    }

    #[test]
    fn one_rate_within_a_bin() {
        // one in four is done on each day: after half a day, 1 - sqrt(3/4)
        let done = [-libm::logf(3.0); BINS];
        let curve = Curve::from_logits(&done, &[-40.0; BINS]);
        assert!((curve.at(24.0).done - 0.25).abs() < 1e-6);
        assert!((curve.at(12.0).done - (1.0 - 0.75_f64.sqrt())).abs() < 1e-6);
        assert!((curve.at(72.0).open - 0.75_f64.powi(3)).abs() < 1e-6);
    }
}
