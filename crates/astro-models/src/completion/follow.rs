//! Putting a serving model's chances right as outcomes come in, and what that would have said of rows that
//! were lived through.

use std::collections::BTreeMap;
use std::iter::Peekable;

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_data::Example;
use uuid::Uuid;

use super::{asked, bins};
use crate::calibrate::{Line, Online};

/// Outcomes after which half is forgotten: a month or two of a busy person.
const HALF_LIFE: f64 = 2_000.0;

/// The chances that a server would have said of rows, in any order, had it learnt from each of the same person as soon
/// as its hours were over.
pub fn followed(examples: &[&Example], said: &[f64], until: Timestamp) -> Vec<f64> {
    let mut people: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
    for (place, example) in examples.iter().enumerate() {
        people.entry(example.person).or_default().push(place);
    }
    let mut right = vec![0.0; examples.len()];
    for places in people.into_values() {
        let mut following = Following::new(examples, said, &places, until);
        let mut by_time = places;
        by_time.sort_by_key(|place| (examples[*place].at, *place));
        for place in by_time {
            right[place] = following.at(examples[place].at).apply(said[place]);
        }
    }
    right
}

/// The line that puts right what is said to somebody now, from rows of theirs and what was said of them.
pub fn line_of(examples: &[&Example], said: &[f64], now: Timestamp) -> Line {
    let all: Vec<usize> = (0..examples.len()).collect();
    Following::new(examples, said, &all, now).at(now)
}

/// A line that hears of outcomes when their hours are over. What is done early is not learnt from early: the sooner known
/// are the done ones, and a line that hears of them first leans to their side.
struct Following<'a> {
    examples: &'a [&'a Example],
    said: &'a [f64],
    until: Timestamp,
    outcomes: Peekable<std::vec::IntoIter<(Timestamp, usize)>>,
    online: Online,
}

impl<'a> Following<'a> {
    fn new(
        examples: &'a [&'a Example],
        said: &'a [f64],
        places: &[usize],
        until: Timestamp,
    ) -> Self {
        let over_at = |place: &usize| {
            let hours = bins::asked_h(&examples[*place].row);
            let hours = SignedDuration::try_from_secs_f64(hours * 3_600.0).ok()?;
            Some((examples[*place].at.checked_add(hours).ok()?, *place))
        };
        let mut outcomes: Vec<_> = places.iter().filter_map(over_at).collect();
        outcomes.sort_unstable_by_key(|(over, place)| (*over, examples[*place].at, *place));
        Self {
            examples,
            said,
            until,
            outcomes: outcomes.into_iter().peekable(),
            online: Online::new(HALF_LIFE),
        }
    }

    /// The line as it was then; moments must not go back.
    fn at(&mut self, now: Timestamp) -> Line {
        while let Some((_, place)) = self.outcomes.next_if(|(over, _)| *over <= now) {
            if let Some(answer) = asked(self.examples[place], self.until) {
                self.online.learn(self.said[place], answer);
            }
        }
        self.online.line()
    }
}
