//! The decision log holds together, replays, and says everything.

use astro_core::recommendations::{DecisionTrigger, Hash128, RecommendRequest, Replay, Situation};
use astro_core::tasks::TaskFields;
use astro_testkit::on_both_engines;
use serde_json::json;

use crate::fixture::{Person, request};

on_both_engines! {
    async fn every_decision_replays_and_its_probabilities_add_up(db: TestStore) {
        for seed in 200..206 {
            let person = Person::another(db).await;
            person.many_tasks(seed, 20).await;
            for trigger in DecisionTrigger::ALL {
                let decided = person.asking(RecommendRequest { trigger: *trigger, ..request() }).await;
                let record = person.decision(&decided).await;
                let (exposure, checks) = (record.exposure.unwrap(), record.checks.unwrap());
                assert_eq!((checks.replay, checks.row_mismatches, checks.score_mismatches), (Replay::Same, 0, 0));
                assert!((checks.probability_sum - 1.0).abs() < 1e-9);
                let choices: f64 = exposure.candidates.iter().map(|candidate| candidate.p_choice).sum();
                assert!((choices - 1.0).abs() < 1e-9);
                assert!((exposure.propensity - 1.0).abs() < f64::EPSILON, "the rule is certain of what it does");
                assert_eq!(exposure.chosen, decided.spoke.then_some(0));
                assert_eq!(exposure.slate.len(), decided.proposals.len());
                for (entry, proposal) in exposure.slate.iter().zip(&decided.proposals) {
                    let candidate = &exposure.candidates[entry.candidate as usize];
                    assert_eq!(candidate.task_id, proposal.task.id);
                    assert_eq!(candidate.score.to_bits(), proposal.recommendation.score.to_bits());
                }
                assert_eq!(record.point.spoke, decided.spoke);
            }
        }
    }

    async fn rows_computed_anew_have_the_same_hash(db: TestStore) {
        let person = Person::of(db);
        person.many_tasks(7, 40).await;
        let hashes = async || -> Vec<Hash128> {
            let decided = person.ask().await;
            person.decision(&decided).await.exposure.unwrap().candidates.iter().map(|candidate| candidate.row_hash).collect()
        };
        let first = hashes().await;
        assert_eq!(hashes().await, first);
        person.clock.advance(std::time::Duration::from_secs(1));
        assert_ne!(hashes().await, first, "time is part of the features");
    }

    async fn a_moment_without_freedom_to_speak_has_no_exposure(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let busy = Situation { calendar_busy: true, ..Situation::default() };
        let decided = person.asking(RecommendRequest { trigger: DecisionTrigger::SlotTimer, context: busy, ..request() }).await;
        let record = person.decision(&decided).await;
        assert_eq!((record.point.available, record.point.spoke), (false, false));
        assert_eq!(record.exposure, None);
    }

    async fn ten_candidates_take_less_than_800_bytes(db: TestStore) {
        let person = Person::of(db);
        for n in 0..10 {
            person.task(TaskFields { due: Some("2026-12-24".parse().unwrap()), description: "x".repeat(1000), ..TaskFields::titled(format!("task {n}")) }).await;
        }
        let decided = person.ask().await;
        let exposure = person.decision(&decided).await.exposure.unwrap();
        assert!(astro_core::recommendations::pack(&exposure.candidates).len() < 800);
    }

    async fn the_person_s_coefficients_are_logged_with_what_they_weighed(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let decided = person.ask().await;
        let record = person.decision(&decided).await;
        let logged = serde_json::to_value(record.parameters.unwrap()).unwrap();
        assert_eq!((&logged["due"], &logged["next"]), (&json!(12.0), &json!(15.0)));
    }

    async fn the_same_key_gives_the_same_decision(db: TestStore) {
        let person = Person::of(db);
        person.titled("a task").await;
        let mut call = person.call.clone();
        call.idempotency = Some(astro_services::Idempotency { key: "once".to_owned(), request_hash: [1; 32] });
        let first = person.services.recommend(&call, request()).await.unwrap();
        person.titled("another").await;
        assert_eq!(person.services.recommend(&call, request()).await.unwrap(), first);
    }
}
