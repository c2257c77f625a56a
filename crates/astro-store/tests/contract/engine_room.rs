//! Jobs, the ledger, and the look for whose turn it is.

use std::collections::BTreeMap;
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::clock::Clock as _;
use astro_core::ids::{DeliveryId, JobId};
use astro_core::principal::Scope;
use astro_core::reminders::deliveries::{Delivery, DeliveryState};
use astro_core::reminders::{Channel, Reminder};
use astro_store::jobs::{self, Claim};
use astro_store::{StoreError, Wake, consumers, deliveries, schedules};
use astro_testkit::{TestStore, on_both_engines};
use serde_json::json;
use uuid::Uuid;

use crate::around_tasks::{due_reminders, some_reminder};

const LEASE: Duration = Duration::from_secs(30);

fn now(db: &TestStore) -> Timestamp {
    db.clock.now()
}

async fn enqueue(db: &TestStore, scope: Scope, count: usize) -> Vec<JobId> {
    let ids: Vec<JobId> = (0..count).map(|_| db.random.id(now(db))).collect();
    let (kept, at) = (ids.clone(), now(db));
    db.store
        .write(&scope, move |write| {
            Box::pin(async move {
                for id in kept {
                    jobs::insert(write, id, "count", &json!({}), at, at).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await
        .unwrap();
    ids
}

async fn claim(
    db: &TestStore,
    scope: Scope,
    worker: Uuid,
    limit: u32,
) -> (Uuid, Vec<astro_core::jobs::Job>) {
    let lease: Uuid = db.random.id(now(db));
    let claim = Claim {
        worker,
        lease,
        now: now(db),
        until: now(db).checked_add(LEASE).unwrap(),
        limit,
    };
    let claimed = db
        .store
        .write(&scope, move |write| {
            Box::pin(async move { jobs::claim(write, &claim).await })
        })
        .await
        .unwrap();
    (lease, claimed)
}

async fn finish(db: &TestStore, scope: Scope, id: JobId, lease: Uuid) -> bool {
    db.store
        .write(&scope, move |write| {
            Box::pin(async move { jobs::finish(write, id, lease).await })
        })
        .await
        .unwrap()
}

fn delivery(db: &TestStore, reminder: &Reminder, channel: Channel) -> Delivery {
    Delivery {
        id: db.random.id::<DeliveryId>(now(db)),
        reminder_id: reminder.id,
        task_id: reminder.task_id,
        channel,
        destination_id: None,
        due_at: now(db),
        call: 0,
        late: false,
        fired_at: now(db),
        state: DeliveryState::Queued,
        sent_at: None,
        error: None,
    }
}

on_both_engines! {
    async fn many_workers_that_crash_finish_every_job_once(db: TestStore) {
        let ids = enqueue(db, db.scope, 400).await;
        let mut finished: BTreeMap<JobId, u32> = BTreeMap::new();
        let workers: Vec<Uuid> = (0..4).map(|_| db.random.id(now(db))).collect();
        let mut round = 0_usize;
        while finished.len() < ids.len() {
            round += 1;
            assert!(round < 200, "{} of {} are done", finished.len(), ids.len());
            let claims = futures_util::future::join_all(
                workers.iter().map(|worker| claim(db, db.scope, *worker, 16)),
            )
            .await;
            for (n, (lease, claimed)) in claims.into_iter().enumerate() {
                for (m, job) in claimed.into_iter().enumerate() {
                    // every tenth is left behind, as by a process that was killed
                    if (round + n + m).is_multiple_of(10) {
                        continue;
                    }
                    assert!(finish(db, db.scope, job.id, lease).await);
                    *finished.entry(job.id).or_default() += 1;
                }
            }
            if round.is_multiple_of(10) {
                db.clock.advance(LEASE);
            }
        }
        assert!(finished.values().all(|times| *times == 1));
    }

    async fn a_lost_lease_finishes_nothing(db: TestStore) {
        let id = enqueue(db, db.scope, 1).await[0];
        let (slow, quick) = (db.random.id(now(db)), db.random.id(now(db)));
        let (first, claimed) = claim(db, db.scope, slow, 1).await;
        assert_eq!((claimed[0].attempts, claimed[0].lost), (1, 0));
        assert!(claim(db, db.scope, quick, 1).await.1.is_empty(), "it is leased");
        db.clock.advance(LEASE);
        assert!(claim(db, db.scope, slow, 1).await.1.is_empty(), "nobody takes from themselves");
        let (second, claimed) = claim(db, db.scope, quick, 1).await;
        assert_eq!((claimed[0].attempts, claimed[0].lost), (2, 1));
        assert!(!finish(db, db.scope, id, first).await);
        assert!(finish(db, db.scope, id, second).await);
        assert!(!finish(db, db.scope, id, second).await);
    }

    async fn a_lease_from_a_clock_that_was_wrong_does_not_last(db: TestStore) {
        enqueue(db, db.scope, 1).await;
        let right = now(db);
        db.clock.advance(Duration::from_hours(400 * 24));
        let (_, claimed) = claim(db, db.scope, db.random.id(right), 1).await;
        assert_eq!(claimed.len(), 1);
        db.clock.set(right);
        assert_eq!(db.store.due_jobs(right).await.unwrap().now.len(), 1);
        assert_eq!(claim(db, db.scope, db.random.id(right), 1).await.1.len(), 1);
    }

    async fn the_look_for_whose_turn_it_is_sees_everybody_and_a_scope_only_its_own(db: TestStore) {
        let stranger = db.stranger().await;
        enqueue(db, db.scope, 2).await;
        db.clock.advance(Duration::from_secs(1));
        enqueue(db, stranger, 1).await;
        let turns = db.store.due_jobs(now(db)).await.unwrap();
        let scopes: Vec<Scope> = turns.now.iter().map(|turn| turn.scope).collect();
        assert_eq!(scopes, [db.scope, stranger]);
        assert_eq!(db.store.waiting_jobs(now(db)).await.unwrap().0, 3);
        let (_, claimed) = claim(db, stranger, db.random.id(now(db)), 10).await;
        assert_eq!(claimed.len(), 1, "only one of the three is theirs");
    }

    async fn who_has_thousands_due_hides_nobody(db: TestStore) {
        let stranger = db.stranger().await;
        enqueue(db, db.scope, 2_100).await;
        db.clock.advance(Duration::from_secs(1));
        enqueue(db, stranger, 1).await;
        let turns = db.store.due_jobs(now(db)).await.unwrap();
        let scopes: Vec<Scope> = turns.now.iter().map(|turn| turn.scope).collect();
        assert_eq!(scopes, [db.scope, stranger]);
        due_reminders(db, db.scope, 2_100).await;
        db.clock.advance(Duration::from_secs(1));
        due_reminders(db, stranger, 1).await;
        let turns = db.store.due_reminders(now(db)).await.unwrap();
        let scopes: Vec<Scope> = turns.now.iter().map(|turn| turn.scope).collect();
        assert_eq!(scopes, [db.scope, stranger]);
    }

    async fn a_call_is_in_the_ledger_once(db: TestStore) {
        let reminder = some_reminder(db).await;
        let rows = [
            delivery(db, &reminder, Channel::Ntfy),
            delivery(db, &reminder, Channel::Ntfy),
            delivery(db, &reminder, Channel::InApp),
        ];
        let kept = db
            .store
            .write(&db.scope, move |write| {
                Box::pin(async move {
                    let mut kept = Vec::new();
                    for row in &rows {
                        kept.push(deliveries::insert(write, row).await?);
                    }
                    let id = rows[0].id;
                    let at = rows[0].fired_at;
                    kept.push(deliveries::settle(write, id, DeliveryState::Sent, Some(at), None).await?);
                    kept.push(deliveries::settle(write, id, DeliveryState::Failed, None, Some("no")).await?);
                    Ok::<_, StoreError>(kept)
                })
            })
            .await
            .unwrap();
        assert_eq!(kept, [true, false, true, true, false]);
    }

    async fn a_consumer_advances_and_never_goes_back(db: TestStore) {
        let mut commits = db.store.commits();
        let seen = db
            .store
            .write(&db.scope, |write| {
                Box::pin(async move {
                    consumers::begin(write, "probe").await?;
                    let seen = [
                        consumers::advance(write, "probe", 5).await?,
                        consumers::advance(write, "probe", 5).await?,
                        consumers::advance(write, "probe", 4).await?,
                    ];
                    Ok::<_, StoreError>(seen)
                })
            })
            .await
            .unwrap();
        assert_eq!(seen, [true, false, false]);
        assert!(commits.try_recv().is_err(), "nothing was left to be done");
        enqueue(db, db.scope, 1).await;
        let commit = commits.try_recv().unwrap();
        assert!(commit.wakes(Wake::Jobs) && !commit.wakes(Wake::Reminders));
    }

    async fn a_turn_of_a_schedule_is_taken_once(db: TestStore) {
        let at = now(db);
        let later = move |hours: u64| at.checked_add(Duration::from_hours(hours)).unwrap();
        let taken = db
            .store
            .admin(move |admin| {
                Box::pin(async move {
                    schedules::insert(admin, "sweep", at).await?;
                    let turn = Uuid::nil();
                    let mut taken = Vec::new();
                    for (now, next) in [(at, later(1)), (at, later(1)), (later(1), later(2))] {
                        taken.push(schedules::take(admin, "sweep", now, next, later(9), turn).await?);
                    }
                    schedules::done(admin, "sweep", turn, at).await?;
                    assert_eq!(schedules::last(admin, "sweep").await?, Some(at));
                    Ok::<_, StoreError>(taken)
                })
            })
            .await
            .unwrap();
        assert_eq!(taken, [true, false, true]);
    }
}
