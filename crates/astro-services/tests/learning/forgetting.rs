//! Who is forgotten, or never agreed, leaves no trace in what is trained.

use std::sync::Arc;

use astro_core::preferences::FeatureGroup;
use astro_testkit::{lives, on_both_engines};
use http::Method;
use serde_json::json;

use crate::{DAYS, admin_call, live, lived, person, train};

on_both_engines! {
    async fn what_is_trained_after_forgetting_is_what_was_trained_without_them(app: TestApp) {
        let admin = lived(app, 3).await;
        let without = train(app, 9).await.unwrap();
        let somebody = person(app, &admin, "somebody@example.org").await;
        let file = &lives::files(1, DAYS, 77)[0];
        live(&somebody, file).await;
        let with = train(app, 9).await.unwrap();
        assert_ne!(with.version, without.version);
        let call = admin_call(app).await;
        app.services.promote_model(&call, with.manifest.what, with.version.as_str()).await.unwrap();
        let user = app.services.find_user(&call, "Somebody@example.org").await.unwrap();
        let anew = app.services.forget_user(&call, user.id, Arc::new(|_| {})).await.unwrap().unwrap();
        assert_eq!((anew.version, anew.serves), (without.version, true));
        // nothing else is left: neither the account nor a version that may have learnt from it
        somebody.get("/api/v1/tasks").await.expect(401);
        let versions = app.services.list_models(&call, with.manifest.what).await.unwrap();
        assert_eq!(versions.len(), 1);
        let folder = app.db.directory().join("models/completion");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
    }

    async fn who_lets_it_learn_nothing_is_not_learnt_from(app: TestApp) {
        let admin = lived(app, 3).await;
        let without = train(app, 9).await.unwrap();
        let somebody = person(app, &admin, "somebody@example.org").await;
        live(&somebody, &lives::files(1, DAYS, 77)[0]).await;
        for group in FeatureGroup::ALL {
            let path = format!("/api/v1/preferences/privacy.learn.{group}");
            somebody.request(Method::PUT, &path).json(&json!({ "value": false })).send().await;
        }
        let call = admin_call(app).await;
        let again = train(app, 9).await.unwrap();
        assert_eq!(again.declined, 1, "the preferences were not taken");
        assert_eq!(again.version, without.version);
        let versions = app.services.list_models(&call, again.manifest.what).await.unwrap();
        assert_eq!(versions.len(), 1);
    }
}
