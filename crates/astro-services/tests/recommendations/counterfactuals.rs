//! "If it were due on Friday it would be 4th" is true when it is tried.

use astro_core::calendar::{Date, TimeZone, ToSpan as _, local_date};
use astro_core::recommendations::{Proposal, Recommendation};
use astro_core::tasks::{Task, TaskFields, TaskStatus};
use astro_testkit::on_both_engines;
use serde_json::{Value, json};

use crate::fixture::Person;

/// The present values of what a patch changes.
fn original(task: &Task, patch: &Value) -> Value {
    let task = serde_json::to_value(task).unwrap();
    let fields = patch.as_object().unwrap().keys();
    fields
        .map(|field| (field.clone(), task[field].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Rank and score of the proposal's task were it so, found by making it so and asking.
async fn tried(person: &Person, proposal: &Proposal, patch: &Value) -> Option<(usize, f64)> {
    let id = proposal.task.id;
    person.patch(id, patch.clone()).await;
    let after = person.ask().await;
    let candidates = person.decision(&after).await.exposure.unwrap().candidates;
    person.patch(id, original(&proposal.task, patch)).await;
    let place = candidates
        .iter()
        .position(|candidate| candidate.task_id == id)?;
    Some((place + 1, candidates[place].score))
}

/// Every change that a counterfactual could be made of: each date three weeks either way, every
/// priority, begun and not, without each label.
fn levers(task: &Task, today: Date) -> Vec<Value> {
    let due = task.due.as_ref().map(|due| due.date_in(&TimeZone::UTC));
    let start = task
        .start
        .as_ref()
        .map(|start| start.date_in(&TimeZone::UTC));
    let mut levers: Vec<Value> = (-21..=21)
        .map(|n| due.unwrap_or(today).checked_add(n.days()).unwrap())
        .filter(|date| start.is_none_or(|start| start <= *date))
        .map(|date| json!({ "due": date.to_string() }))
        .collect();
    levers.push(json!({ "due": null }));
    levers.extend([0, 1, 5, 9].map(|priority| json!({ "priority": priority })));
    levers.extend(
        [TaskStatus::NeedsAction, TaskStatus::InProcess].map(|status| json!({ "status": status })),
    );
    levers.extend(task.labels.iter().map(|gone| {
        let labels: Vec<_> = task.labels.iter().filter(|label| *label != gone).collect();
        json!({ "labels": labels })
    }));
    levers
}

async fn check(person: &Person, proposal: &Proposal) -> bool {
    let told: &Recommendation = &proposal.recommendation;
    let Some(counterfactual) = &told.counterfactual else {
        let today = local_date(person.now(), &TimeZone::UTC);
        for lever in levers(&proposal.task, today) {
            if let Some((rank, _)) = tried(person, proposal, &lever).await {
                assert_eq!(
                    rank, told.rank as usize,
                    "{lever} would have changed {}",
                    proposal.task.title
                );
            }
        }
        return false;
    };
    assert_ne!(counterfactual.rank, told.rank);
    let (rank, score) = tried(person, proposal, &counterfactual.patch)
        .await
        .unwrap();
    assert_eq!(
        rank, counterfactual.rank as usize,
        "{}",
        counterfactual.text
    );
    assert_eq!(score.to_bits(), counterfactual.score.to_bits());
    true
}

on_both_engines! {
    async fn every_counterfactual_is_true_when_tried_and_missing_only_where_there_is_none(db: TestStore) {
        let mut told = 0;
        for (seed, count) in (100..108).map(|seed| (seed, 24)).chain((200..208).map(|seed| (seed, 5))) {
            let person = Person::another(db).await;
            person.many_tasks(seed, count).await;
            for proposal in person.ask().await.proposals {
                told += u32::from(check(&person, &proposal).await);
            }
        }
        assert!(told > 60, "only {told} were told");
    }

    async fn what_is_late_has_one_at_every_rank(db: TestStore) {
        let person = Person::of(db);
        for n in 0..10 {
            let due = format!("2026-11-{}", 25 - n / 3);
            person.task(TaskFields { due: Some(due.parse().unwrap()), priority: 1, ..TaskFields::titled(format!("late {n}")) }).await;
        }
        for proposal in person.ask().await.proposals {
            assert!(check(&person, &proposal).await, "{} has none", proposal.task.title);
        }
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
