//! Who is forgotten, or never agreed, leaves no trace in what is trained.

use std::sync::Arc;

use astro_core::models::ModelKind;
use astro_core::preferences::FeatureGroup;
use astro_testkit::{TestApp, lives, on_both_engines};
use http::Method;
use serde_json::json;

use crate::{DAYS, admin_call, live, lived, person, train, train_kind};

/// The versions of all kinds.
async fn train_all(app: &TestApp) -> Vec<String> {
    let mut versions = Vec::new();
    for kind in ModelKind::ALL {
        let trained = train_kind(app, *kind, 9).await.unwrap();
        versions.push(trained.version.to_string());
    }
    versions
}

on_both_engines! {
    async fn what_is_trained_after_forgetting_is_what_was_trained_without_them(app: TestApp) {
        let admin = lived(app, 3).await;
        let without = train_all(app).await;
        let somebody = person(app, &admin, "somebody@example.org").await;
        let file = &lives::files(1, DAYS, 77)[0];
        live(&somebody, file).await;
        let with = train_all(app).await;
        let call = admin_call(app).await;
        for (kind, version) in ModelKind::ALL.iter().zip(&with) {
            assert!(!without.contains(version), "{kind}");
            app.services.promote_model(&call, *kind, version).await.unwrap();
        }
        let user = app.services.find_user(&call, "Somebody@example.org").await.unwrap();
        let anew = app.services.forget_user(&call, user.id, Arc::new(|_| {})).await.unwrap();
        assert!(anew.iter().all(|trained| trained.serves));
        let anew: Vec<String> = anew.iter().map(|trained| trained.version.to_string()).collect();
        assert_eq!(anew, without);
        // nothing else is left: neither the account nor a version that may have learnt from it
        somebody.get("/api/v1/tasks").await.expect(401);
        for kind in ModelKind::ALL {
            let versions = app.services.list_models(&call, *kind).await.unwrap();
            assert_eq!(versions.len(), 1);
            let folder = app.db.directory().join("models").join(kind.as_str());
            assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
        }
    }

    async fn who_lets_it_learn_nothing_is_not_learnt_from(app: TestApp) {
        let admin = lived(app, 3).await;
        let without = train_all(app).await;
        let somebody = person(app, &admin, "somebody@example.org").await;
        live(&somebody, &lives::files(1, DAYS, 77)[0]).await;
        for group in FeatureGroup::ALL {
            let path = format!("/api/v1/preferences/privacy.learn.{group}");
            somebody.request(Method::PUT, &path).json(&json!({ "value": false })).send().await;
        }
        let call = admin_call(app).await;
        let again = train(app, 9).await.unwrap();
        assert_eq!(again.declined, 1, "the preferences were not taken");
        assert_eq!(train_all(app).await, without);
        let versions = app.services.list_models(&call, again.manifest.what).await.unwrap();
        assert_eq!(versions.len(), 1);
    }
}
