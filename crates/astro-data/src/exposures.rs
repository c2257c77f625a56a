//! What suggestions are learnt from: rows as they were known when something was said, or could have been, and what
//! came of each.
//!
//! A decision gives a row of what was suggested, or of the person alone where nothing was; rows of a few other
//! tasks, for what people do with such tasks by themselves; and, now and then, a row for each hour of the next day in
//! which a task could be worked on. On days without a decision one silent moment stands for them.

mod moves;
mod outcomes;

use std::collections::HashSet;

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::candidates::candidates;
use crate::decision::Decision;
use crate::ends::Ends;
use crate::examples::looks;
use crate::fact::{Answer, Fact, known_at};
use crate::maths::single;
use crate::person::Person;
use crate::reward::{Earnings, WINDOW};
use crate::scene::{Moment, Scene};
use moves::Moves;

pub use moves::slots;
pub use outcomes::{About, Exposure, NextMove, Outcomes};

/// Work that begins so soon after a suggestion is its start.
const START: SignedDuration = SignedDuration::from_mins(15);
/// Answers within these are responses to a reminder's moment.
const RESPONSES: [SignedDuration; 2] =
    [SignedDuration::from_mins(10), SignedDuration::from_mins(30)];
/// Tasks that could have been suggested, in what stands for a day without decisions.
const MOST: usize = 12;
/// Other tasks of a decision that are looked at.
const OTHERS: usize = 2;

struct Known<'a> {
    person: Uuid,
    zone: &'a TimeZone,
    until: Timestamp,
    ends: Ends,
    earnings: Earnings,
    moves: Moves,
    /// What was suggested, and when.
    suggested: Vec<(Timestamp, Uuid)>,
    is_never_spoken_to: bool,
}

/// The rows of one person's decisions, as they were known at `until`, in the order of their moments. Facts and answers that
/// were recorded later change nothing. A row sees what was recorded before its moment, not with it: the suggestion itself is
/// no part of what it was made from.
pub fn exposures(
    person: Uuid,
    zone: &TimeZone,
    facts: &[Fact],
    decisions: &[Decision],
    until: Timestamp,
) -> Vec<Exposure> {
    let facts = known_at(facts, until);
    let decisions: Vec<&Decision> = decisions
        .iter()
        .filter(|decision| decision.at <= until)
        .collect();
    let known = Known {
        person,
        zone,
        until,
        ends: Ends::of(zone, &facts),
        earnings: Earnings::of(zone, &facts),
        moves: Moves::of(&facts, until),
        suggested: decisions
            .iter()
            .filter_map(|decision| Some((decision.at, decision.chosen?.0)))
            .collect(),
        is_never_spoken_to: decisions.is_empty(),
    };
    let date = |at: Timestamp| zone.to_datetime(at).date();
    let days: HashSet<_> = decisions.iter().map(|decision| date(decision.at)).collect();
    let quiet = looks(person, zone, &facts, until)
        .into_iter()
        .filter(|look| !days.contains(&date(*look)));
    let mut moments: Vec<(Timestamp, Option<&Decision>)> = quiet.map(|look| (look, None)).collect();
    moments.extend(
        decisions
            .into_iter()
            .map(|decision| (decision.at, Some(decision))),
    );
    moments.sort_by_key(|(at, decision)| (*at, decision.map(|decision| decision.id)));
    let mut state = Person::new(zone.clone());
    let mut facts = facts.into_iter().peekable();
    let mut made = Vec::new();
    for (at, decision) in moments {
        while let Some(fact) = facts.next_if(|fact| fact.recorded_at < at) {
            state.apply(fact);
        }
        made.extend(match decision {
            Some(decision) => known.rows(&state, decision),
            None => known.rows(&state, &quiet_moment(&state, person, at)),
        });
    }
    made
}

/// A moment at which nothing could be said.
fn quiet_moment(state: &Person, person: Uuid, at: Timestamp) -> Decision {
    let scene = Scene::new(state, Moment::at(at));
    Decision {
        id: Uuid::new_v5(&person, &at.as_nanosecond().to_le_bytes()),
        at,
        free_s: None,
        asked: false,
        candidates: candidates(&scene, MOST),
        chosen: None,
        p_speak: 0.0,
        p_choice: 1.0,
        answered: None,
        turned_off: false,
    }
}

impl Known<'_> {
    fn rows(&self, state: &Person, decision: &Decision) -> Vec<Exposure> {
        let scene = Scene::new(state, decision.moment());
        let mut rows = vec![self.of_what_was_done(state, &scene, decision)];
        let others = others(state, decision);
        for task in others.iter().take(OTHERS) {
            let mut outcomes = Outcomes {
                minutes: self.minutes(state, *task, decision.at),
                ..Outcomes::default()
            };
            if decision.chosen.is_none() && !self.is_suggested(*task, decision.at) {
                outcomes.next = self.moves.next(*task, decision.at);
            }
            rows.push(row(
                self.person,
                decision,
                &scene,
                About::Task(*task),
                outcomes,
            ));
        }
        if asks_for_slots(decision, self.is_never_spoken_to) {
            let planned = others
                .iter()
                .filter(|task| !self.is_suggested(**task, decision.at))
                .find_map(|task| self.moves.slots(*task, self.zone, decision.at));
            // a plan is made whatever the calendar says of this moment
            let scene = Scene::new(state, Moment::at(decision.at));
            for (task, slot, is_in) in planned.into_iter().flatten() {
                let outcomes = Outcomes {
                    in_slot: Some(is_in),
                    ..Outcomes::default()
                };
                rows.push(row(
                    self.person,
                    decision,
                    &scene,
                    About::Slot(task, slot),
                    outcomes,
                ));
            }
        }
        rows
    }

    fn of_what_was_done(&self, state: &Person, scene: &Scene<'_>, decision: &Decision) -> Exposure {
        let reward = self.earnings.of_decision(decision, self.until);
        let total = reward.map(|reward| single(reward.total()));
        let (about, outcomes) = match decision.chosen {
            None => (
                About::Silence,
                Outcomes {
                    baseline: total.filter(|_| !self.is_spoken_to(decision.at)),
                    ..Outcomes::default()
                },
            ),
            Some((task, kind)) => {
                let answer = decision.answered.filter(|(at, _)| *at <= self.until);
                let accepted = answer.is_some_and(|(_, answer)| answer == Answer::Accepted);
                let dismissed = answer.is_some_and(|(_, answer)| answer == Answer::Dismissed);
                // whoever has not answered by the end of the window ignored it
                let is_over = reward.is_some();
                let responded = RESPONSES.map(|within| {
                    let end = decision.at + within;
                    let is_answer = |(at, answer): &(Timestamp, Answer)| {
                        *at <= end && *answer != Answer::Ignored
                    };
                    (end <= self.until).then(|| answer.as_ref().is_some_and(is_answer))
                });
                let outcomes = Outcomes {
                    accepted: is_over.then_some(accepted),
                    started: self.moves.began(task, decision.at, START),
                    progress: total.filter(|_| accepted),
                    burdened: is_over.then_some(dismissed || decision.turned_off),
                    minutes: self.minutes(state, task, decision.at),
                    responded,
                    ..Outcomes::default()
                };
                (About::Suggestion(task, kind), outcomes)
            }
        };
        Exposure {
            reward,
            ..row(self.person, decision, scene, about, outcomes)
        }
    }

    /// Whether a task was suggested within a day after a moment: what was done with it then was not done by itself.
    fn is_suggested(&self, task: Uuid, now: Timestamp) -> bool {
        let within = |at: Timestamp| now < at && at <= now + moves::DAY;
        let mut suggested = self.suggested.iter();
        suggested.any(|(at, id)| *id == task && within(*at))
    }

    /// Whether anything was suggested within the window after a moment.
    fn is_spoken_to(&self, now: Timestamp) -> bool {
        let within = |at: Timestamp| now < at && at <= now + WINDOW;
        self.suggested.iter().any(|(at, _)| within(*at))
    }

    fn minutes(&self, state: &Person, task: Uuid, now: Timestamp) -> Option<f32> {
        let known = state.task(task).filter(|task| task.is_open())?;
        let end = self.ends.after(task, now)?;
        end.minutes_from(known, now).map(single)
    }
}

fn row(
    person: Uuid,
    decision: &Decision,
    scene: &Scene<'_>,
    about: About,
    outcomes: Outcomes,
) -> Exposure {
    Exposure {
        person,
        decision: decision.id,
        at: decision.at,
        about,
        p_speak: decision.p_speak,
        p_choice: decision.p_choice,
        propensity: decision.propensity(),
        row: scene.row(about.candidate()),
        outcomes,
        reward: None,
    }
}

/// The open tasks that were not suggested, in an order of the decision's own.
fn others(state: &Person, decision: &Decision) -> Vec<Uuid> {
    let chosen = decision.chosen.map(|(task, _)| task);
    let is_open = |id: &Uuid| state.task(*id).is_some_and(crate::Task::is_open);
    let others = decision.candidates.iter().copied();
    let mut others: Vec<_> = others
        .filter(|id| is_open(id) && Some(*id) != chosen)
        .map(|id| (hash(&[decision.id.as_bytes(), id.as_bytes()]), id))
        .collect();
    others.sort_unstable();
    others.into_iter().map(|(_, id)| id).collect()
}

/// Whether hours of the next day are asked for: about every other day, however many decisions a day has; and each
/// day of who was never suggested anything, of whom there is little else to learn from.
fn asks_for_slots(decision: &Decision, is_never_spoken_to: bool) -> bool {
    let one_in = if is_never_spoken_to {
        1
    } else if decision.p_speak > 0.0 {
        10
    } else {
        2
    };
    hash(&[decision.id.as_bytes(), b"slots"])[0].is_multiple_of(one_in)
}

fn hash(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    let mut first = [0; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    first
}
