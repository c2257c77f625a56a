//! What the product forgets by itself.

use std::time::Duration;

use astro_core::clock::Clock as _;
use astro_core::document::Stamp;
use astro_core::labels::LabelFields;
use astro_core::limits;
use astro_core::page::PageRequest;
use astro_core::principal::Scope;
use astro_core::tasks::{Task, TaskFields, TaskSource};
use astro_services::Idempotency;
use astro_services::housekeeping::Swept;
use astro_services::tasks::TaskQuery;
use astro_store::{StoreError, documents};
use astro_testkit::on_both_engines;

use crate::accounts::{admin_call, set_up};

on_both_engines! {
    async fn what_is_over_its_time_goes_and_the_rest_stays(db: TestStore) {
        let (services, _) = set_up(db).await;
        let mut call = admin_call(&services).await;
        call.idempotency = Some(Idempotency { key: "once".to_owned(), request_hash: [7; 32] });
        let fields = |title: &str| -> LabelFields {
            serde_json::from_value(serde_json::json!({ "title": title })).unwrap()
        };
        let early = services.create_label(&call, fields("early")).await.unwrap().value;
        call.idempotency = None;
        services.delete_label(&call, early.id).await.unwrap();
        db.clock.advance(limits::TRASH_TTL.checked_sub(Duration::from_secs(1)).unwrap());
        let late = services.create_label(&call, fields("late")).await.unwrap().value;
        services.delete_label(&call, late.id).await.unwrap();
        let first = services.sweep().await.unwrap();
        assert_eq!(first, Swept { owners: 1, trash: 0, undo: 1, idempotency_keys: 1 });
        db.clock.advance(Duration::from_secs(1));
        assert_eq!(services.sweep().await.unwrap().trash, 1);
        let call = admin_call(&services).await;
        assert!(services.restore_label(&call, early.id).await.is_err());
        services.restore_label(&call, late.id).await.unwrap();
        assert_eq!(db.store.check(|_, _| {}).await.unwrap(), []);
    }

    async fn what_recurred_before_there_were_series_becomes_one(db: TestStore) {
        let (services, _) = set_up(db).await;
        let call = admin_call(&services).await;
        let scope = Scope::of(&call.principal);
        let keep = async |title: &str, rule: &str| {
            let fields = TaskFields {
                due: Some("2026-11-24".parse().unwrap()),
                rrule: Some(rule.to_owned()),
                ..TaskFields::titled(title)
            };
            let now = db.clock.now();
            let mut task = Task::new(fields, db.random.id(now), Stamp::fresh(now), TaskSource::Api);
            db.store
                .write(&scope, move |write| Box::pin(async move {
                    documents::insert(write, &mut task).await?;
                    Ok::<_, StoreError>(task.id)
                }))
                .await
                .unwrap()
        };
        let old = keep("swept", "FREQ=DAILY").await;
        keep("odd", "FREQ=SOMETIMES").await;
        services.sweep().await.unwrap();
        let occurrence = services.complete_task(&call, old).await.unwrap().value;
        assert_eq!((occurrence.series_id, occurrence.title.as_str()), (Some(old), "swept"));
        // one that is done before it was swept
        let old = keep("done at once", "FREQ=WEEKLY").await;
        let occurrence = services.complete_task(&call, old).await.unwrap().value;
        assert_eq!(occurrence.series_id, Some(old));
        services.sweep().await.unwrap();
        let listed = services.list_tasks(&call, TaskQuery::default(), PageRequest::default()).await.unwrap();
        let mut titles: Vec<_> = listed.items.iter().map(|listed| listed.task.title.clone()).collect();
        titles.sort();
        assert_eq!(titles, ["done at once", "done at once", "odd", "swept", "swept"]);
        assert_eq!(db.store.check(|_, _| {}).await.unwrap(), []);
    }
}
