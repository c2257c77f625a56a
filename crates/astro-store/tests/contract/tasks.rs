//! Tasks: filters, search, dependencies.

use astro_core::clock::Clock as _;
use astro_core::document::Stamp;
use astro_core::page::PageRequest;
use astro_core::tasks::{Task, TaskFields, TaskFilter, TaskSort, TaskSource, TaskStatus};
use astro_store::{StoreError, documents, tasks};
use astro_testkit::{TestStore, on_both_engines};

fn task(db: &TestStore, fields: TaskFields) -> Task {
    let id: astro_core::ids::TaskId = db.random.id(db.clock.now());
    Task::new(fields, id, Stamp::fresh(db.clock.now()), TaskSource::Api)
}

async fn keep(db: &TestStore, fields: TaskFields) -> Task {
    let mut task = task(db, fields);
    db.store
        .write(&db.scope, move |write| {
            Box::pin(async move {
                documents::insert(write, &mut task).await?;
                Ok::<_, StoreError>(task)
            })
        })
        .await
        .unwrap()
}

async fn titles(db: &TestStore, filter: TaskFilter) -> Vec<String> {
    let mut titles = Vec::new();
    let mut page = PageRequest {
        limit: 2,
        after: None,
    };
    loop {
        let (filter, request) = (filter.clone(), page.clone());
        let found = db
            .store
            .read(&db.scope, |read| {
                Box::pin(async move { tasks::list(read, &filter, &request).await })
            })
            .await
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
        titles.extend(found.items.into_iter().map(|listed| listed.task.title));
        match found.next {
            Some(next) => page.after = Some(next),
            None => return titles,
        }
    }
}

on_both_engines! {
    async fn every_field_comes_back(db: TestStore) {
        let fields = TaskFields {
            description: "with 'quotes' and \"more\"".to_owned(),
            due: Some("2026-11-27".parse().unwrap()),
            start: Some("2026-11-26T09:00:00[Europe/Madrid]".parse().unwrap()),
            deadline: Some("2026-12-01".parse().unwrap()),
            priority: 3,
            estimate_s: Some(1800),
            rdate: vec!["2026-12-04".parse().unwrap()],
            assignees: vec!["mailto:other@example.org".to_owned()],
            ..TaskFields::titled("Ünïcode 任務")
        };
        let kept = keep(db, fields).await;
        let id = kept.id.uuid();
        let read: Option<Task> = db.store.read(&db.scope, move |read| Box::pin(async move { documents::get(read, id).await })).await.unwrap_or_else(|error: StoreError| panic!("{error}"));
        assert_eq!(read, Some(kept));
    }

    async fn pages_of_every_order_join_to_the_whole(db: TestStore) {
        for (n, due) in ["2026-11-27", "2026-11-26", "2026-11-27", "", "2026-11-25"].into_iter().enumerate() {
            let due = (!due.is_empty()).then(|| due.parse().unwrap());
            keep(db, TaskFields { due, position: format!("p{}", 9 - n), ..TaskFields::titled(format!("task {n}")) }).await;
        }
        for sort in [TaskSort::Created, TaskSort::Due, TaskSort::Position, TaskSort::Updated] {
            let found = titles(db, TaskFilter { sort, ..TaskFilter::default() }).await;
            let mut sorted = found.clone();
            sorted.sort();
            assert_eq!(sorted, ["task 0", "task 1", "task 2", "task 3", "task 4"], "{sort}: {found:?}");
        }
        let by_due = titles(db, TaskFilter { sort: TaskSort::Due, ..TaskFilter::default() }).await;
        assert_eq!(by_due, ["task 4", "task 1", "task 0", "task 2", "task 3"]);
    }

    async fn words_are_found_by_their_beginning(db: TestStore) {
        keep(db, TaskFields::titled("Buy milk")).await;
        keep(db, TaskFields { description: "semi-skimmed MILK, please".to_owned(), ..TaskFields::titled("Groceries") }).await;
        keep(db, TaskFields::titled("Call mum")).await;
        let search = |text: &str| TaskFilter { search: Some(text.to_owned()), ..TaskFilter::default() };
        assert_eq!(titles(db, search("mil")).await, ["Buy milk", "Groceries"]);
        assert_eq!(titles(db, search("milk buy")).await, ["Buy milk"]);
        assert_eq!(titles(db, search("' OR \"x\" * ) --")).await, Vec::<String>::new());
        assert_eq!(titles(db, search("...")).await, Vec::<String>::new());
    }

    async fn a_task_waits_for_what_it_depends_on(db: TestStore) {
        let first = keep(db, TaskFields::titled("first")).await;
        keep(db, TaskFields { depends_on: vec![first.id], ..TaskFields::titled("second") }).await;
        assert_eq!(titles(db, TaskFilter { blocked: Some(true), ..TaskFilter::default() }).await, ["second"]);
        assert_eq!(titles(db, TaskFilter { blocked: Some(false), ..TaskFilter::default() }).await, ["first"]);
        db.store.write(&db.scope, move |write| Box::pin(async move {
            let mut done = Task { status: TaskStatus::Completed, ..first.clone() };
            documents::update(write, &first, &mut done).await
        })).await.unwrap();
        assert_eq!(titles(db, TaskFilter { blocked: Some(true), ..TaskFilter::default() }).await, Vec::<String>::new());
    }
}
