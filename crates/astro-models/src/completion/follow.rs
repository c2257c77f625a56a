//! Putting a serving model's chances right as outcomes come in, and what that would have said of rows that
//! were lived through.

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_data::Example;

use super::{asked, bins};
use crate::calibrate::Online;

/// Outcomes after which half is forgotten: a month or two of a busy household.
pub const HALF_LIFE: f64 = 2_000.0;

/// The chances that a server would have said of rows, in any order, had it learnt from each as soon as its
/// hours were over. What is done early is not learnt from early: the sooner known are the done ones, and a
/// line that hears of them first leans to their side.
pub fn followed(examples: &[&Example], said: &[f64], until: Timestamp) -> Vec<f64> {
    let mut by_time: Vec<usize> = (0..examples.len()).collect();
    by_time.sort_by_key(|place| (examples[*place].at, *place));
    let over_at = |place: usize| {
        let hours = bins::asked_h(&examples[place].row);
        examples[place].at + SignedDuration::from_secs_f64(hours * 3_600.0)
    };
    let mut by_outcome = by_time.clone();
    by_outcome.sort_by_key(|place| (over_at(*place), *place));
    let mut outcomes = by_outcome.into_iter().peekable();
    let mut online = Online::new(HALF_LIFE);
    let mut right = vec![0.0; examples.len()];
    for place in by_time {
        let now = examples[place].at;
        while let Some(known) = outcomes.next_if(|other| over_at(*other) <= now) {
            if let Some(answer) = asked(examples[known], until) {
                online.learn(said[known], answer);
            }
        }
        right[place] = online.line().apply(said[place]);
    }
    right
}
