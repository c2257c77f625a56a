//! What people say, and what becomes of it.

use std::time::Duration;

use astro_core::page::PageRequest;
use astro_core::recommendations::{
    FeedbackEvent, NewFeedback, ReasonCode, Recommendation, RecommendationState,
};
use astro_core::tasks::{TaskFields, TaskStatus};
use astro_services::Error;
use astro_testkit::on_both_engines;
use serde_json::json;

use crate::fixture::Person;

async fn proposed(person: &Person) -> Recommendation {
    person.ask().await.proposals.remove(0).recommendation
}

async fn events(person: &Person, recommendation: &Recommendation) -> Vec<FeedbackEvent> {
    let page = person
        .services
        .list_feedback(&person.call, recommendation.id, PageRequest::default())
        .await;
    page.unwrap().items.iter().map(|said| said.event).collect()
}

async fn state(person: &Person, recommendation: &Recommendation) -> RecommendationState {
    let present = person
        .services
        .get_recommendation(&person.call, recommendation.id)
        .await;
    present.unwrap().state
}

fn of(event: FeedbackEvent) -> NewFeedback {
    NewFeedback::of(event)
}

on_both_engines! {
    async fn showing_activates_once(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let decided = person.ask().await;
        let told = decided.proposals[0].recommendation.clone();
        assert_eq!(person.decision(&decided).await.exposure.unwrap().shown_at, None);
        let shown = person.tell(&told, of(FeedbackEvent::Seen)).await.unwrap();
        assert_eq!((shown.state, shown.shown_at), (RecommendationState::Shown, Some(person.now())));
        let first = person.now();
        person.clock.advance(Duration::from_secs(5));
        assert_eq!(person.tell(&told, of(FeedbackEvent::Seen)).await.unwrap(), shown);
        assert_eq!(person.decision(&decided).await.exposure.unwrap().shown_at, Some(first));
        assert_eq!(events(&person, &told).await, [FeedbackEvent::Seen]);
    }

    async fn the_same_id_is_kept_once_and_never_for_something_else(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let told = proposed(&person).await;
        let id = Some(uuid::Uuid::from_u128(77).into());
        let up = NewFeedback { id, rating: Some(1), ..of(FeedbackEvent::Thumbs) };
        let first = person.tell(&told, up.clone()).await.unwrap();
        assert_eq!(person.tell(&told, up.clone()).await.unwrap(), first);
        assert_eq!(events(&person, &told).await, [FeedbackEvent::Thumbs]);
        let other = person.tell(&told, NewFeedback { rating: Some(-1), ..up.clone() }).await;
        assert!(matches!(other, Err(Error::Conflict { code: "feedback_id_taken", .. })), "{other:?}");
        let stranger = Person::another(db).await;
        stranger.titled("theirs").await;
        let theirs = proposed(&stranger).await;
        stranger.tell(&theirs, up).await.unwrap();
    }

    async fn a_foreign_or_forged_id_is_not_found(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let told = proposed(&person).await;
        let stranger = Person::another(db).await;
        let forged = Recommendation { id: uuid::Uuid::from_u128(1).into(), ..told.clone() };
        for wrong in [&told, &forged] {
            for event in [FeedbackEvent::Seen, FeedbackEvent::Accepted, FeedbackEvent::Dismissed] {
                let answer = stranger.tell(wrong, of(event)).await;
                assert!(matches!(answer, Err(Error::NotFound("recommendation"))), "{answer:?}");
            }
        }
        assert_eq!(state(&person, &told).await, RecommendationState::Created);
    }

    async fn accepting_begins_nothing_unless_it_is_wanted(db: TestStore) {
        let person = Person::of(db);
        let task = person.titled("a task").await;
        let told = proposed(&person).await;
        person.services.accept_recommendation(&person.call, told.id, of(FeedbackEvent::Accepted), false).await.unwrap();
        assert_eq!(person.all_tasks().await[0], task);
        person.services.accept_recommendation(&person.call, told.id, of(FeedbackEvent::Accepted), true).await.unwrap();
        assert_eq!(person.all_tasks().await[0].status, TaskStatus::InProcess);
        assert_eq!(events(&person, &told).await, [FeedbackEvent::Accepted, FeedbackEvent::Started]);
        assert_eq!(state(&person, &told).await, RecommendationState::Accepted);
    }

    async fn doing_the_task_is_an_outcome_of_what_was_shown(db: TestStore) {
        let person = Person::of(db);
        let task = person.task(TaskFields { due: Some("2026-11-25".parse().unwrap()), ..TaskFields::titled("a task") }).await;
        let unseen = proposed(&person).await;
        let seen = proposed(&person).await;
        person.tell(&seen, of(FeedbackEvent::Seen)).await.unwrap();
        person.services.complete_task(&person.call, task.id).await.unwrap();
        assert_eq!(events(&person, &unseen).await, []);
        let page = person.services.list_feedback(&person.call, seen.id, PageRequest::default()).await.unwrap();
        let done = page.items.last().unwrap();
        assert_eq!((done.event, done.value, done.source), (FeedbackEvent::Done, Some(1.0), astro_core::tasks::TaskSource::Rule));
        assert_eq!(state(&person, &seen).await, RecommendationState::Applied);
        person.services.reopen_task(&person.call, task.id).await.unwrap();
        assert_eq!(events(&person, &seen).await, [FeedbackEvent::Seen, FeedbackEvent::Done, FeedbackEvent::Undone]);
        assert_eq!(state(&person, &seen).await, RecommendationState::Shown);
    }

    async fn doing_it_weeks_later_is_no_outcome(db: TestStore) {
        let person = Person::of(db);
        let task = person.titled("a task").await;
        let seen = proposed(&person).await;
        person.tell(&seen, of(FeedbackEvent::Seen)).await.unwrap();
        person.clock.advance(Duration::from_hours(8 * 24));
        person.services.complete_task(&person.call, task.id).await.unwrap();
        assert_eq!(events(&person, &seen).await, [FeedbackEvent::Seen]);
    }

    async fn a_snoozed_or_dismissed_task_rests(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let told = proposed(&person).await;
        let until = Some("2026-11-25T15:00:00Z".parse().unwrap());
        person.tell(&told, NewFeedback { until, ..of(FeedbackEvent::Snoozed) }).await.unwrap();
        assert_eq!(person.ask().await.left_out.set_aside, 1);
        person.clock.set("2026-11-25T15:00:01Z".parse().unwrap());
        let again = proposed(&person).await;
        person.tell(&again, NewFeedback { reason: Some(ReasonCode::NotNow), ..of(FeedbackEvent::Dismissed) }).await.unwrap();
        assert!(person.titles().await.is_empty());
        person.clock.advance(Duration::from_hours(2));
        let once_more = proposed(&person).await;
        person.tell(&once_more, NewFeedback { reason: Some(ReasonCode::Never), ..of(FeedbackEvent::Dismissed) }).await.unwrap();
        person.clock.advance(Duration::from_hours(24 * 365));
        assert!(person.titles().await.is_empty());
        person.tell(&once_more, of(FeedbackEvent::Undone)).await.unwrap();
        assert_eq!(person.titles().await, ["a task"]);
    }

    async fn undoing_an_answer_restores_the_state(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let told = proposed(&person).await;
        let shown = person.tell(&told, of(FeedbackEvent::Seen)).await.unwrap();
        person.tell(&told, of(FeedbackEvent::Dismissed)).await.unwrap();
        let back = person.tell(&told, of(FeedbackEvent::Undone)).await.unwrap();
        assert_eq!((back.state, back.answered_at, back.set_aside_until), (shown.state, None, None));
        assert_eq!(events(&person, &told).await, [FeedbackEvent::Seen, FeedbackEvent::Dismissed, FeedbackEvent::Undone]);
    }

    async fn without_an_answer_it_is_ignored_or_expires(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let (unseen, seen) = (proposed(&person).await, proposed(&person).await);
        person.tell(&seen, of(FeedbackEvent::Seen)).await.unwrap();
        person.clock.advance(astro_core::limits::RECOMMENDATION_TTL);
        person.ask().await;
        assert_eq!(state(&person, &unseen).await, RecommendationState::Expired);
        assert_eq!(state(&person, &seen).await, RecommendationState::Ignored);
        assert_eq!(events(&person, &seen).await, [FeedbackEvent::Seen, FeedbackEvent::Ignored]);
        let late = person.tell(&seen, of(FeedbackEvent::Accepted)).await.unwrap();
        assert_eq!(late.state, RecommendationState::Accepted);
    }

    async fn nothing_is_said_of_a_recommendation_before_it_was_made_or_ahead_of_time(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let told = proposed(&person).await;
        person.clock.advance(Duration::from_hours(1));
        let (minutes, now) = (|n: u64| Duration::from_secs(60 * n), person.now());
        let at = |at| NewFeedback { at: Some(at), ..of(FeedbackEvent::Thumbs) };
        let long_ago = "1999-01-01T00:00:00Z".parse().unwrap();
        for wrong in [long_ago, told.created_at - minutes(6), now + minutes(6), now + minutes(60 * 24 * 365)] {
            let report = NewFeedback { rating: Some(1), ..at(wrong) };
            match person.tell(&told, report).await {
                Err(Error::Invalid(fields)) => assert_eq!(fields[0].field, "at", "{wrong}"),
                other => panic!("{wrong}: {other:?}"),
            }
        }
        assert_eq!(events(&person, &told).await, []);
        // clocks differ: what is a little off is put right, and said again it is still the same
        for (n, (said, kept)) in [(told.created_at - minutes(4), told.created_at), (now + minutes(4), now), (now - minutes(9), now - minutes(9))].into_iter().enumerate() {
            let id = Some(uuid::Uuid::from_u128(n as u128 + 1).into());
            let report = NewFeedback { id, rating: Some(1), ..at(said) };
            person.tell(&told, report.clone()).await.unwrap();
            person.clock.advance(Duration::from_mins(1));
            person.tell(&told, report).await.unwrap();
            person.clock.set(now);
            let page = person.services.list_feedback(&person.call, told.id, PageRequest::default()).await.unwrap();
            assert_eq!((page.items.len(), page.items.iter().find(|row| Some(row.id) == id).unwrap().at), (n + 1, kept));
        }
    }

    async fn what_makes_no_sense_is_refused_by_field(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let told = proposed(&person).await;
        let past = Some("2026-11-25T08:00:00Z".parse().unwrap());
        let future = Some("2026-11-25T10:00:00Z".parse().unwrap());
        for (report, field) in [
            (of(FeedbackEvent::Snoozed), "until"),
            (NewFeedback { until: past, ..of(FeedbackEvent::Snoozed) }, "until"),
            (NewFeedback { at: future, ..of(FeedbackEvent::Seen) }, "at"),
            (of(FeedbackEvent::Thumbs), "rating"),
            (NewFeedback { rating: Some(1), ..of(FeedbackEvent::Seen) }, "rating"),
            (of(FeedbackEvent::ActualDuration), "value"),
            (NewFeedback { value: Some(f64::NAN), ..of(FeedbackEvent::Done) }, "value"),
            (NewFeedback { value: Some(7.0), ..of(FeedbackEvent::Done) }, "value"),
            (NewFeedback { value: Some(0.5), ..of(FeedbackEvent::Done) }, "value"),
            (NewFeedback { value: Some(-1.0), ..of(FeedbackEvent::ActualDuration) }, "value"),
            (NewFeedback { value: Some(1.0), ..of(FeedbackEvent::Seen) }, "value"),
            (NewFeedback { edited_value: Some(json!({})), ..of(FeedbackEvent::Done) }, "edited_value"),
            (NewFeedback { reason: Some(ReasonCode::Never), ..of(FeedbackEvent::Accepted) }, "reason"),
        ] {
            match person.tell(&told, report.clone()).await {
                Err(Error::Invalid(fields)) => assert_eq!(fields[0].field, field, "{report:?}"),
                other => panic!("{report:?}: {other:?}"),
            }
        }
        assert_eq!(events(&person, &told).await, []);
    }
}
