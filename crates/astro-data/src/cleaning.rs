//! Putting a record in order: what stands twice, what a wrong clock says, what contradicts what was
//! known. Each rule counts what it touched, and looks at nothing that was recorded later: cleaning must
//! not let the future in either.

mod report;
mod sense;

use std::collections::{HashMap, HashSet};

use astro_core::calendar::{SignedDuration, Timestamp};
use uuid::Uuid;

pub use report::{Report, Rule};

use crate::fact::{Fact, Happened, Says};
use sense::Life;

/// What is reported longer after it happened is late.
const LATE: SignedDuration = SignedDuration::from_hours(24);
/// What happened longer before it was recorded is no memory of anybody.
const TOO_OLD: SignedDuration = SignedDuration::from_hours(24 * 365 * 15);
/// An expected effort beyond a year, or a date beyond twenty, is a mistake.
const LONGEST_ESTIMATE_S: u32 = 365 * 24 * 3_600;
const FURTHEST: SignedDuration = SignedDuration::from_hours(24 * 365 * 20);

/// What makes two facts the same thing: the task, what happened, with which suggestion, and when.
type Thing = (Option<Uuid>, u8, Option<i64>, Timestamp);

/// Cleans one person's record, fact by fact in the order of [`Fact::order`].
#[derive(Debug, Default)]
pub struct Cleaner {
    ids: HashSet<Uuid>,
    seen: HashSet<Thing>,
    lives: HashMap<Uuid, Life>,
    report: Report,
}

impl Cleaner {
    /// Cleans a whole record, in whatever order it comes.
    pub fn clean(mut facts: Vec<Fact>) -> (Vec<Fact>, Report) {
        facts.sort_by_key(Fact::order);
        let mut cleaner = Self::default();
        let mut kept = Vec::with_capacity(facts.len());
        for fact in facts {
            kept.extend(cleaner.take(fact));
        }
        (kept, cleaner.report)
    }

    /// What was touched so far.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What is to be kept of a fact: nothing, the fact, or the fact and a beginning that was missing.
    pub fn take(&mut self, mut fact: Fact) -> Vec<Fact> {
        self.report.taken += 1;
        if fact.at > fact.recorded_at {
            self.report.touch(Rule::ClockAhead);
            fact.at = fact.recorded_at;
        }
        if fact.recorded_at.duration_since(fact.at) > TOO_OLD {
            self.report.touch(Rule::TooOld);
            return Vec::new();
        }
        let life = fact.task.and_then(|task| self.lives.get(&task));
        if let Some(life) = life.filter(|life| fact.at < life.created_at) {
            self.report.touch(Rule::BeforeCreation);
            fact.at = life.created_at;
        }
        if self.is_known(&fact) {
            self.report.touch(Rule::Duplicate);
            return Vec::new();
        }
        if fact.recorded_at.duration_since(fact.at) > LATE {
            self.report.touch(Rule::Late);
        }
        self.limit(&mut fact);
        let kept = match fact.task {
            Some(task) => self.live(task, fact),
            None => vec![fact],
        };
        self.report.kept += kept.len() as u64;
        kept
    }

    /// The same id, or the same thing at the same moment under another.
    fn is_known(&mut self, fact: &Fact) -> bool {
        let suggestion = match &fact.what {
            Happened::Shown(kind) | Happened::Answered(kind, _) => Some(kind.code()),
            _ => None,
        };
        let same = (fact.task, fact.what.rank(), suggestion, fact.at);
        let is_new = self.ids.insert(fact.id);
        // several edits may share a moment: an import writes them so, and corrections of one stretch of work
        let is_edit = matches!(fact.what, Happened::Edited(_) | Happened::Worked(_));
        let is_new_thing = self.seen.insert(same) || is_edit;
        !(is_new && is_new_thing)
    }

    /// Takes values away that nobody can have meant.
    fn limit(&mut self, fact: &mut Fact) {
        let (at, task) = (fact.at, fact.task);
        if let Happened::Worked(seconds) = &mut fact.what {
            let most = i64::from(LONGEST_ESTIMATE_S);
            if seconds.abs() > most {
                self.report.touch(Rule::OutOfRange);
                *seconds = (*seconds).clamp(-most, most);
            }
            return;
        }
        let (Happened::Created(says) | Happened::Edited(says) | Happened::Deferred(says)) =
            &mut fact.what
        else {
            return;
        };
        let before = says.clone();
        let is_near = |moment: &Timestamp| moment.duration_since(at).abs() <= FURTHEST;
        for moment in [&mut says.start, &mut says.due, &mut says.deadline] {
            *moment = moment.map(|moment| moment.filter(is_near));
        }
        let is_sane = |seconds: &u32| (1..=LONGEST_ESTIMATE_S).contains(seconds);
        says.estimate_s = says.estimate_s.map(|estimate| estimate.filter(is_sane));
        says.priority = says
            .priority
            .map(|priority| if priority > 9 { 0 } else { priority });
        says.parent = says.parent.map(|parent| parent.filter(|_| parent != task));
        if let Some(depends_on) = &mut says.depends_on {
            depends_on.retain(|other| Some(*other) != task);
        }
        if *says != before {
            self.report.touch(Rule::OutOfRange);
        }
    }

    fn live(&mut self, task: Uuid, mut fact: Fact) -> Vec<Fact> {
        let mut kept = Vec::new();
        if !self.lives.contains_key(&task) {
            if !matches!(fact.what, Happened::Created(_)) {
                self.report.touch(Rule::Orphan);
                kept.push(beginning(&fact));
            }
            self.lives.insert(task, Life::new(fact.at));
        } else if let Happened::Created(says) = fact.what {
            // what is said of it anew still counts
            self.report.touch(Rule::Contradiction);
            fact.what = Happened::Edited(says);
        }
        if let (Happened::Created(says), true) = (&fact.what, kept.is_empty())
            && says.estimate_s.flatten().is_none()
        {
            self.report.touch(Rule::NoEstimate);
        }
        if let Some(life) = self.lives.get_mut(&task)
            && !life.go_on(&fact.what)
        {
            self.report.touch(Rule::Contradiction);
            return kept;
        }
        kept.push(fact);
        kept
    }
}

/// The beginning of a task of which only later things are known.
fn beginning(fact: &Fact) -> Fact {
    Fact {
        id: Uuid::new_v5(&fact.id, b"beginning"),
        what: Happened::Created(Box::<Says>::default()),
        ..fact.clone()
    }
}
