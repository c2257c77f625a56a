//! Jobs that never answer, and what becomes of the others meanwhile.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "in a test a panic is the report"
)]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use astro_core::clock::Clock as _;
use astro_core::ids::JobId;
use astro_core::principal::Scope;
use astro_jobs::{Job, JobError, Jobs, Lease, Runner, Stopper, pump};
use astro_store::StoreError;
use astro_testkit::{TestStore, on_both_engines};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

const PATIENCE: Duration = Duration::from_secs(10);
const CONCURRENCY: usize = 64;

/// Notes its number, at once or when the gate opens.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Note {
    number: usize,
    is_slow: bool,
}

#[derive(Clone)]
struct Notes {
    noted: Arc<Mutex<BTreeSet<usize>>>,
    gate: watch::Receiver<bool>,
}

impl Job for Note {
    const NAME: &'static str = "note";
    type Context = Notes;

    async fn run(self, notes: &Notes, _lease: &Lease) -> Result<(), JobError> {
        if self.is_slow {
            let mut gate = notes.gate.clone();
            gate.wait_for(|is_open| *is_open)
                .await
                .expect("the test holds it");
        }
        notes.noted.lock().unwrap().insert(self.number);
        Ok(())
    }

    async fn given_up(self, _: &Notes, _: &Lease, reason: &str) -> Result<(), JobError> {
        panic!("a note was given up: {reason}");
    }
}

struct Works<'a> {
    db: &'a TestStore,
    notes: Notes,
    gate: watch::Sender<bool>,
}

impl<'a> Works<'a> {
    fn new(db: &'a TestStore) -> Self {
        let (sender, gate) = watch::channel(false);
        let notes = Notes {
            noted: Arc::default(),
            gate,
        };
        Self {
            db,
            notes,
            gate: sender,
        }
    }

    async fn enqueue(&self, scope: Scope, jobs: impl IntoIterator<Item = Note>) {
        let now = self.db.clock.now();
        let jobs: Vec<(JobId, Note)> = jobs
            .into_iter()
            .map(|job| (self.db.random.id(now), job))
            .collect();
        let kept = self.db.store.write(&scope, move |write| {
            Box::pin(async move {
                for (id, job) in jobs {
                    astro_jobs::job::enqueue(write, id, &job, now, now).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        kept.await.unwrap();
    }

    /// Runs what is due during `deed`, and ends in good order.
    async fn during(&self, deed: impl Future<Output = ()>) {
        let db = self.db;
        let (clock, random) = (Arc::new(db.clock.clone()), db.random.clone());
        let jobs = Jobs::default().with::<Note>();
        let store = db.store.clone();
        let runner = Runner::new(
            jobs,
            self.notes.clone(),
            store,
            clock.clone(),
            random,
            CONCURRENCY,
        );
        let (stopper, stop) = Stopper::new();
        let running = pump::run(Arc::new(runner), &db.store, clock, stop);
        let deeds = async {
            deed.await;
            stopper.stop();
        };
        tokio::join!(running, deeds);
    }

    async fn noted(&self, numbers: std::ops::Range<usize>) {
        let waiting = async {
            while !numbers
                .clone()
                .all(|n| self.notes.noted.lock().unwrap().contains(&n))
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, waiting).await;
        let noted = self.notes.noted.lock().unwrap().clone();
        assert!(in_time.is_ok(), "{numbers:?} were to be noted: {noted:?}");
    }
}

fn slow(numbers: std::ops::Range<usize>) -> impl Iterator<Item = Note> {
    numbers.map(|number| Note {
        number,
        is_slow: true,
    })
}

fn quick(numbers: std::ops::Range<usize>) -> impl Iterator<Item = Note> {
    numbers.map(|number| Note {
        number,
        is_slow: false,
    })
}

on_both_engines! {
    async fn slow_jobs_hold_up_none_of_the_same_owner(db: TestStore) {
        let works = Works::new(db);
        works.enqueue(db.scope, slow(0..5)).await;
        works.enqueue(db.scope, quick(5..40)).await;
        works.during(async {
            works.noted(5..40).await;
            assert_eq!(works.notes.noted.lock().unwrap().len(), 35, "the slow ones wait");
            works.gate.send_replace(true);
        })
        .await;
        works.noted(0..5).await;
    }

    async fn slow_owners_hold_up_nobody_else(db: TestStore) {
        let works = Works::new(db);
        // more than turns that are given at the same time
        for number in 0..12 {
            let scope = db.stranger().await;
            works.enqueue(scope, slow(number..number + 1)).await;
        }
        // whoever waits longest comes first
        db.clock.advance(Duration::from_secs(1));
        works.enqueue(db.scope, quick(12..20)).await;
        works.during(async {
            works.noted(12..20).await;
            assert_eq!(works.notes.noted.lock().unwrap().len(), 8, "the slow ones wait");
            works.gate.send_replace(true);
            works.noted(0..12).await;
        })
        .await;
    }

    async fn owners_who_fill_the_room_leave_others_a_place(db: TestStore) {
        let works = Works::new(db);
        // each takes all that it may have, again and again
        for number in 0..12 {
            let scope = db.stranger().await;
            works.enqueue(scope, slow(number * 20..number * 20 + 20)).await;
        }
        db.clock.advance(Duration::from_secs(1));
        works.enqueue(db.scope, quick(240..260)).await;
        works.during(async {
            works.noted(240..260).await;
            assert_eq!(works.notes.noted.lock().unwrap().len(), 20, "the slow ones wait");
            works.gate.send_replace(true);
            works.noted(0..240).await;
        })
        .await;
    }

    async fn what_runs_when_it_is_time_to_stop_is_waited_for(db: TestStore) {
        let works = Works::new(db);
        works.enqueue(db.scope, slow(0..3)).await;
        works.enqueue(db.scope, quick(3..4)).await;
        let opening = async {
            works.noted(3..4).await;
            tokio::time::sleep(Duration::from_millis(600)).await;
            works.gate.send_replace(true);
        };
        tokio::join!(works.during(works.noted(3..4)), opening);
        assert_eq!(works.notes.noted.lock().unwrap().len(), 4);
        let waiting = db.store.waiting_jobs(db.clock.now()).await.unwrap();
        assert_eq!(waiting.0, 0);
    }
}
