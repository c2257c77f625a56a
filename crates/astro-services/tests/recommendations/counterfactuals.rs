//! "If it were due on Friday it would be 4th" is true when it is tried.

use astro_core::tasks::TaskFields;
use astro_testkit::on_both_engines;
use serde_json::json;

use crate::fixture::Person;

on_both_engines! {
    async fn every_counterfactual_is_true_when_tried(db: TestStore) {
        let mut tried = 0;
        for seed in 100..110 {
            let person = Person::another(db).await;
            person.many_tasks(seed, 24).await;
            for proposal in person.ask().await.proposals {
                let told = proposal.recommendation;
                let Some(counterfactual) = told.counterfactual else { continue };
                assert_ne!(counterfactual.rank, told.rank);
                let original: serde_json::Map<_, _> = {
                    let task = serde_json::to_value(&proposal.task).unwrap();
                    counterfactual.patch.as_object().unwrap().keys().map(|field| (field.clone(), task[field].clone())).collect()
                };
                person.patch(told.task_id, counterfactual.patch.clone()).await;
                let after = person.ask().await;
                let candidates = person.decision(&after).await.exposure.unwrap().candidates;
                let place = candidates.iter().position(|candidate| candidate.task_id == told.task_id);
                assert_eq!(place.map(|place| place + 1), Some(counterfactual.rank as usize), "{}", counterfactual.text);
                assert_eq!(candidates[place.unwrap()].score.to_bits(), counterfactual.score.to_bits());
                person.patch(told.task_id, original.into()).await;
                tried += 1;
            }
        }
        assert!(tried > 40, "only {tried} were told");
    }

    async fn it_reads_like_a_sentence(db: TestStore) {
        let person = Person::of(db);
        let due = |title: &str, due: &str| TaskFields { due: Some(due.parse().unwrap()), ..TaskFields::titled(title) };
        person.task(due("rent", "2026-11-26")).await;
        person.task(due("call", "2026-11-27")).await;
        let decided = person.ask().await;
        let told: Vec<_> = decided.proposals.iter().map(|proposal| proposal.recommendation.counterfactual.clone().unwrap()).collect();
        assert_eq!(told[0].text, "if it were due on Saturday, 28 November, it would be 2nd");
        assert_eq!(told[0].patch, json!({"due": "2026-11-28"}));
        assert_eq!(told[1].text, "if it were due on Wednesday, 25 November, it would be 1st");
    }

    async fn alone_nothing_gives_another_rank(db: TestStore) {
        let person = Person::of(db);
        person.task(TaskFields { priority: 1, ..TaskFields::titled("alone") }).await;
        assert_eq!(person.ask().await.proposals[0].recommendation.counterfactual, None);
    }
}
