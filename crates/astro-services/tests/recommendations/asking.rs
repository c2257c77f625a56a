//! What is proposed, and that proposing changes nothing.

use std::collections::{HashMap, HashSet};

use astro_core::recommendations::{RecommendRequest, Silence};
use astro_core::tasks::{Task, TaskFields, TaskState};
use astro_testkit::on_both_engines;
use serde_json::json;

use crate::fixture::{Person, request, titles};

fn due(title: &str, due: &str) -> TaskFields {
    TaskFields {
        due: Some(due.parse().unwrap()),
        ..TaskFields::titled(title)
    }
}

on_both_engines! {
    async fn contributions_add_up_to_the_score(db: TestStore) {
        let person = Person::of(db);
        person.many_tasks(1, 60).await;
        let decided = person.ask().await;
        assert_eq!(decided.proposals.len(), 10);
        for proposal in &decided.proposals {
            let sum: f64 = proposal.recommendation.reasons.iter().map(|reason| reason.contribution).sum();
            assert!((sum - proposal.recommendation.score).abs() < 1e-9, "{:#?}", proposal.recommendation);
        }
        let scores: Vec<f64> = decided.proposals.iter().map(|proposal| proposal.recommendation.score).collect();
        assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]), "{scores:?}");
    }

    async fn suggesting_never_changes_a_task(db: TestStore) {
        for seed in 0..8 {
            let person = Person::another(db).await;
            person.many_tasks(seed, 25).await;
            let before = person.all_tasks().await;
            for _ in 0..3 {
                person.ask().await;
            }
            assert_eq!(person.all_tasks().await, before);
        }
    }

    async fn only_what_can_be_worked_on_is_weighed(db: TestStore) {
        for seed in 20..26 {
            let person = Person::another(db).await;
            person.many_tasks(seed, 50).await;
            let tasks = person.all_tasks().await;
            let decided = person.ask().await;
            let weighed: HashSet<_> = person.decision(&decided).await.exposure.unwrap().candidates.iter().map(|candidate| candidate.task_id).collect();
            let expected = workable(&tasks, &person).await;
            assert_eq!(weighed, expected);
            let open = tasks.iter().filter(|task| task.is_open()).count();
            assert_eq!(weighed.len() + decided.left_out.total() as usize, open, "every open task is accounted for");
        }
    }

    async fn what_holds_for_a_whole_holds_for_its_parts(db: TestStore) {
        let person = Person::of(db);
        let whole = person.task(TaskFields { state: TaskState::Someday, ..TaskFields::titled("whole") }).await;
        let part = person.task(TaskFields { parent_id: Some(whole.id), ..TaskFields::titled("part") }).await;
        person.task(TaskFields { parent_id: Some(part.id), ..TaskFields::titled("part of the part") }).await;
        let decided = person.ask().await;
        assert_eq!((decided.spoke, decided.left_out.waiting), (false, 3));
        assert_eq!(decided.silence[0].code, Silence::NothingOpen);
        person.patch(whole.id, json!({"state": "none"})).await;
        assert_eq!(person.titles().await, ["part of the part"]);
    }

    async fn a_shelved_project_hides_what_lies_in_it(db: TestStore) {
        let person = Person::of(db);
        let outer = person.project(json!({"title": "outer", "archived": true})).await;
        let inner = person.project(json!({"title": "inner", "parent_id": outer.id})).await;
        person.task(TaskFields { project_id: Some(inner.id), ..TaskFields::titled("hidden") }).await;
        person.titled("seen").await;
        assert_eq!(person.titles().await, ["seen"]);
    }

    async fn what_takes_longer_than_there_is_time_is_left_out_unless_it_would_be_late(db: TestStore) {
        let person = Person::of(db);
        let long = |fields: TaskFields| TaskFields { estimate_s: Some(7200), ..fields };
        person.task(long(due("later", "2026-11-27"))).await;
        person.task(long(due("today", "2026-11-25T19:00:00Z"))).await;
        person.task(TaskFields { min_block_s: Some(900), ..long(due("in pieces", "2026-12-20")) }).await;
        person.titled("unknown").await;
        let in_minutes = |minutes: u32| RecommendRequest { time_available_s: Some(60 * minutes), ..request() };
        let quarter = person.asking(in_minutes(15)).await;
        assert_eq!(titles(&quarter), ["today", "in pieces", "unknown"]);
        assert_eq!(quarter.left_out.too_long, 1);
        assert_eq!(person.asking(in_minutes(120)).await.proposals.len(), 4);
    }

    async fn nothing_fits_is_said_when_only_time_is_missing(db: TestStore) {
        let person = Person::of(db);
        person.task(TaskFields { estimate_s: Some(7200), ..TaskFields::titled("long") }).await;
        let decided = person.asking(RecommendRequest { time_available_s: Some(60), ..request() }).await;
        assert_eq!(decided.silence.iter().map(|reason| reason.code).collect::<Vec<_>>(), [Silence::NothingFits]);
    }

    async fn a_label_next_and_a_dependent_task_weigh_as_in_taskwarrior(db: TestStore) {
        let person = Person::of(db);
        let next = person.label("next").await;
        let first = person.task(TaskFields { labels: vec![next.id], ..TaskFields::titled("first") }).await;
        let second = person.titled("second").await;
        person.task(TaskFields { depends_on: vec![second.id], ..TaskFields::titled("third") }).await;
        let decided = person.ask().await;
        let scores: HashMap<&str, f64> = decided.proposals.iter().map(|proposal| (proposal.task.title.as_str(), proposal.recommendation.score)).collect();
        assert_eq!(scores, HashMap::from([(first.title.as_str(), 15.8), (second.title.as_str(), 8.0)]));
    }

    async fn the_best_of_more_than_can_be_logged_is_never_missed(db: TestStore) {
        let person = Person::of(db);
        for n in 0..520 {
            person.task(TaskFields { priority: [0, 5, 9][n % 3], ..TaskFields::titled(format!("task {n}")) }).await;
        }
        person.clock.advance(std::time::Duration::from_secs(1));
        let best = person.task(due("best", "2026-11-20")).await;
        let decided = person.ask().await;
        assert_eq!(decided.proposals[0].task.id, best.id);
        assert_eq!(decided.weighed, 521);
        let logged = person.decision(&decided).await.exposure.unwrap().candidates;
        assert_eq!(logged.len(), astro_core::limits::CANDIDATES_MAX);
        assert!(logged.windows(2).all(|pair| pair[0].score >= pair[1].score));
    }

    async fn others_see_neither_tasks_nor_decisions(db: TestStore) {
        let person = Person::of(db);
        person.titled("mine").await;
        let decided = person.ask().await;
        let stranger = Person::another(db).await;
        assert_eq!(stranger.titles().await, Vec::<String>::new());
        let mine = &decided.proposals[0].recommendation;
        let answers = [
            stranger.services.get_recommendation(&stranger.call, mine.id).await.map(drop),
            stranger.services.get_decision(&stranger.call, decided.decision_id).await.map(drop),
        ];
        for answer in answers {
            assert!(matches!(answer, Err(astro_services::Error::NotFound(_))), "{answer:?}");
        }
    }
}

/// The rule again, written another way: over full tasks.
async fn workable(tasks: &[Task], person: &Person) -> HashSet<astro_core::ids::TaskId> {
    let by_id: HashMap<_, _> = tasks.iter().map(|task| (task.id, task)).collect();
    let open = |id: &astro_core::ids::TaskId| by_id.get(id).is_some_and(|task| task.is_open());
    let zone = astro_core::calendar::TimeZone::UTC;
    let mut shelved = HashSet::new();
    for task in tasks {
        if let Some(project) = task.project_id {
            let project = person
                .services
                .get_project(&person.call, project)
                .await
                .unwrap();
            if project.archived {
                shelved.insert(project.id);
            }
        }
    }
    let free = |task: &Task| {
        task.state == TaskState::None
            && task
                .start
                .as_ref()
                .is_none_or(|start| start.instant(&zone) <= person.now())
            && !task.depends_on.iter().any(open)
    };
    let chain_is_free = |task: &Task| {
        let mut here = Some(task);
        while let Some(current) = here.filter(|current| current.is_open()) {
            if !free(current) {
                return false;
            }
            here = current
                .parent_id
                .and_then(|parent| by_id.get(&parent).copied());
        }
        true
    };
    tasks
        .iter()
        .filter(|task| task.is_open() && chain_is_free(task))
        .filter(|task| {
            !tasks
                .iter()
                .any(|part| part.is_open() && part.parent_id == Some(task.id))
        })
        .filter(|task| {
            task.project_id
                .is_none_or(|project| !shelved.contains(&project))
        })
        .map(|task| task.id)
        .collect()
}
