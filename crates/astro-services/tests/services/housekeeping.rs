//! What the product forgets by itself.

use std::time::Duration;

use astro_core::labels::LabelFields;
use astro_core::limits;
use astro_services::Idempotency;
use astro_services::housekeeping::Swept;
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
}
