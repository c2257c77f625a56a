//! When the product stays silent, and that whoever asks is answered.

use std::time::Duration;

use astro_core::recommendations::{Decided, DecisionTrigger, RecommendRequest, Silence, Situation};
use astro_core::tasks::TaskFields;
use astro_testkit::{TestStore, on_both_engines};

use crate::fixture::{Person, request};

fn unasked() -> RecommendRequest {
    RecommendRequest {
        trigger: DecisionTrigger::SlotTimer,
        ..request()
    }
}

fn codes(decided: &Decided) -> Vec<Silence> {
    decided.silence.iter().map(|reason| reason.code).collect()
}

async fn with_urgent_task(db: &TestStore) -> Person {
    let person = Person::of(db);
    person
        .task(TaskFields {
            due: Some("2026-11-25".parse().unwrap()),
            priority: 1,
            ..TaskFields::titled("urgent")
        })
        .await;
    person
}

on_both_engines! {
    async fn in_quiet_hours_only_a_question_is_answered(db: TestStore) {
        let person = with_urgent_task(db).await;
        person.clock.set("2026-11-25T23:30:00Z".parse().unwrap());
        let silent = person.asking(unasked()).await;
        assert_eq!(codes(&silent), [Silence::QuietHours]);
        assert_eq!(silent.silence[0].args["until"], "2026-11-26T07:00:00Z");
        assert!(person.ask().await.spoke);
        person.clock.set("2026-11-26T07:00:00Z".parse().unwrap());
        assert!(person.asking(unasked()).await.spoke);
    }

    async fn every_reason_that_holds_is_named(db: TestStore) {
        let person = with_urgent_task(db).await;
        let context = Situation { do_not_disturb: true, calendar_busy: true };
        let silent = person.asking(RecommendRequest { context, ..unasked() }).await;
        assert_eq!(codes(&silent), [Silence::DoNotDisturb, Silence::CalendarBusy]);
        assert!(silent.silence.iter().all(|reason| !reason.text.is_empty()));
        assert!(person.asking(RecommendRequest { context, ..request() }).await.spoke);
    }

    async fn after_a_nudge_comes_a_pause(db: TestStore) {
        let person = with_urgent_task(db).await;
        assert!(person.asking(unasked()).await.spoke);
        person.clock.advance(Duration::from_mins(29));
        assert_eq!(codes(&person.asking(unasked()).await), [Silence::JustNudged]);
        assert!(person.ask().await.spoke);
        person.clock.advance(Duration::from_mins(1));
        assert!(person.asking(unasked()).await.spoke, "being asked does not count as a nudge");
    }

    async fn a_day_has_a_limit_and_the_next_day_begins_anew(db: TestStore) {
        let person = with_urgent_task(db).await;
        person.clock.set("2026-11-25T10:00:00Z".parse().unwrap());
        for _ in 0..8 {
            assert!(person.asking(unasked()).await.spoke);
            person.ask().await;
            person.clock.advance(Duration::from_mins(31));
        }
        assert_eq!(codes(&person.asking(unasked()).await), [Silence::TooManyToday]);
        person.clock.set("2026-11-26T10:00:00Z".parse().unwrap());
        assert!(person.asking(unasked()).await.spoke);
    }

    async fn what_is_not_worth_it_is_not_said_unasked(db: TestStore) {
        let person = Person::of(db);
        person.task(TaskFields { priority: 5, ..TaskFields::titled("some time") }).await;
        let silent = person.asking(unasked()).await;
        assert_eq!(codes(&silent), [Silence::NothingWorthIt]);
        let exposure = person.decision(&silent).await.exposure.unwrap();
        assert!(exposure.p_speak.abs() < f64::EPSILON && exposure.candidates.len() == 1);
        assert_eq!(person.titles().await, ["some time"]);
    }

    async fn without_tasks_even_a_question_has_no_answer(db: TestStore) {
        let person = Person::of(db);
        let decided = person.ask().await;
        assert_eq!(codes(&decided), [Silence::NothingOpen]);
        assert_eq!(decided.silence[0].text, "there is no open task");
        let record = person.decision(&decided).await;
        assert!((record.checks.unwrap().probability_sum - 1.0).abs() < 1e-9);
    }
}
