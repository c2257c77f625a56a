//! What every noun's storage shares, shown on the smallest one.

use astro_core::clock::Clock as _;
use astro_core::document::Stamp;
use astro_core::labels::{Label, LabelFields};
use astro_core::page::PageRequest;
use astro_store::{Store, StoreError, documents};
use astro_testkit::{TestStore, on_both_engines};

fn label(db: &TestStore, title: &str) -> Label {
    let fields = LabelFields {
        title: title.to_owned(),
        color: None,
    };
    Label::assemble(
        fields,
        Stamp::fresh(db.clock.now()),
        db.random.id(db.clock.now()),
    )
}

async fn keep(
    store: &Store,
    scope: &astro_core::principal::Scope,
    mut label: Label,
) -> Result<Label, StoreError> {
    store
        .write(scope, move |write| {
            Box::pin(async move {
                documents::insert(write, &mut label).await?;
                Ok(label)
            })
        })
        .await
}

async fn find(
    store: &Store,
    scope: &astro_core::principal::Scope,
    id: uuid::Uuid,
) -> Option<Label> {
    store
        .read(scope, move |read| {
            Box::pin(async move { documents::get(read, id).await })
        })
        .await
        .unwrap_or_else(|error: StoreError| panic!("{error}"))
}

on_both_engines! {
    async fn what_was_kept_is_read_back_equal(db: TestStore) {
        let kept = keep(&db.store, &db.scope, label(db, "calls")).await.unwrap();
        assert_eq!(find(&db.store, &db.scope, kept.id.uuid()).await, Some(kept));
    }

    async fn another_owner_sees_nothing(db: TestStore) {
        let kept = keep(&db.store, &db.scope, label(db, "calls")).await.unwrap();
        let stranger = db.stranger().await;
        assert_eq!(find(&db.store, &stranger, kept.id.uuid()).await, None);
    }

    async fn change_numbers_rise_by_one(db: TestStore) {
        let mut numbers = Vec::new();
        for title in ["a", "b", "c"] {
            numbers.push(keep(&db.store, &db.scope, label(db, title)).await.unwrap().change_seq);
        }
        assert_eq!(numbers, [1, 2, 3]);
    }

    async fn a_replaced_version_is_stale(db: TestStore) {
        let first = keep(&db.store, &db.scope, label(db, "calls")).await.unwrap();
        let replace = |title: &'static str| {
            let before = first.clone();
            db.store.write(&db.scope, move |write| Box::pin(async move {
                let mut after = Label { title: title.to_owned(), ..before.clone() };
                documents::update(write, &before, &mut after).await
            }))
        };
        replace("phone").await.unwrap();
        assert!(matches!(replace("ring").await, Err(StoreError::Stale)));
        let now = find(&db.store, &db.scope, first.id.uuid()).await.unwrap();
        assert_eq!((now.title.as_str(), now.version, now.change_seq), ("phone", 2, 2));
    }

    async fn a_failed_write_leaves_no_trace_and_disturbs_no_other(db: TestStore) {
        let good = keep(&db.store, &db.scope, label(db, "good"));
        let twin = label(db, "twin");
        let bad = db.store.write(&db.scope, move |write| Box::pin(async move {
            documents::insert(write, &mut twin.clone()).await?;
            documents::insert(write, &mut twin.clone()).await
        }));
        let (good, bad) = tokio::join!(good, bad);
        assert!(matches!(bad, Err(StoreError::Conflict { .. })), "{bad:?}");
        good.unwrap();
        let page = db.store.read(&db.scope, |read| Box::pin(async move { documents::list::<Label>(read, &PageRequest::default()).await })).await;
        let titles: Vec<String> = page.unwrap_or_else(|error: StoreError| panic!("{error}")).items.into_iter().map(|label| label.title).collect();
        assert_eq!(titles, ["good"]);
    }

    async fn a_hundred_writers_lose_nothing(db: TestStore) {
        let writes = (0..100).map(|n| keep(&db.store, &db.scope, label(db, &format!("label {n}"))));
        let results = futures_util::future::join_all(writes).await;
        let mut numbers: Vec<i64> = results.into_iter().map(|kept| kept.unwrap().change_seq).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=100).collect::<Vec<i64>>());
    }
}
