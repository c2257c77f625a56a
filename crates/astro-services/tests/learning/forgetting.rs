//! Who is forgotten, or never agreed, leaves no trace in what is trained.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use astro_core::accounts::User;
use astro_core::ids::UserId;
use astro_core::models::ModelKind;
use astro_core::preferences::FeatureGroup;
use astro_services::learning::{Progress, Tell, Trained, TrainingOptions};
use astro_services::{Error, Result};
use astro_store::{StoreError, models};
use astro_testkit::{TestApp, lives, on_both_engines};
use http::Method;
use serde_json::json;
use tokio::runtime::Handle;

use crate::{DAYS, OWNER, admin_call, live, lived, person, set_up, train, train_kind};

fn quiet() -> Tell {
    Arc::new(|_| {})
}

async fn whom(app: &TestApp, name: &str, tenant: Option<&str>) -> Result<User> {
    let call = admin_call(app).await;
    app.services.whom_to_forget(&call, name, tenant).await
}

async fn forget(app: &TestApp, id: UserId) -> Result<Vec<Trained>> {
    let call = admin_call(app).await;
    app.services.forget_user(&call, id, quiet()).await
}

async fn exists(app: &TestApp, id: UserId) -> bool {
    let call = admin_call(app).await;
    app.services.get_user(&call, id).await.is_ok()
}

fn root(app: &TestApp) -> PathBuf {
    app.db.directory().join("models")
}

/// Nothing is named, and no file is left of what was learnt.
async fn nothing_is_left(app: &TestApp) {
    let call = admin_call(app).await;
    for kind in ModelKind::ALL {
        let versions = app.services.list_models(&call, *kind).await.unwrap();
        assert!(versions.is_empty(), "{versions:?}");
        assert!(!root(app).join(kind.as_str()).exists(), "{kind}");
        let training = root(app).join("training").join(kind.as_str());
        for kept in fs::read_dir(training).unwrap() {
            assert_eq!(kept.unwrap().file_name(), "lock");
        }
    }
}

/// What the first transaction of forgetting does.
async fn remove_names(app: &TestApp) {
    let removed = app.services.store.admin(|admin| {
        Box::pin(async move {
            let kind = ModelKind::Completion;
            for found in models::list(admin, kind).await? {
                models::delete(admin, kind, &found.version).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    removed.await.unwrap();
}

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
        let user = whom(app, "Somebody@example.org", None).await.unwrap();
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
            assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
        }
    }

    async fn nobody_is_forgotten_and_nothing_lost_while_somebody_trains(app: TestApp) {
        lived(app, 3).await;
        let trained = train(app, 9).await.unwrap();
        let user = whom(app, "person1@example.org", None).await.unwrap();
        let kept = async || {
            let call = admin_call(app).await;
            let found = app.services.get_model(&call, ModelKind::Completion, "champion").await.unwrap();
            assert_eq!((found.model.version.as_str(), found.model.damage), (trained.version.as_str(), None));
            assert!(exists(app, user.id).await);
        };
        for kind in ModelKind::ALL {
            let folder = root(app).join("training").join(kind.as_str());
            fs::create_dir_all(&folder).unwrap();
            let elsewhere = File::create(folder.join("lock")).unwrap();
            elsewhere.lock().unwrap();
            let refused = forget(app, user.id).await;
            assert!(matches!(refused, Err(Error::Conflict { code: "training_runs", .. })), "{refused:?}");
            kept().await;
        }
        // and whom nobody may remove costs no model either
        let first = whom(app, OWNER, None).await.unwrap();
        let refused = forget(app, first.id).await;
        assert!(matches!(refused, Err(Error::Conflict { code: "last_admin", .. })), "{refused:?}");
        let unknown = "0198c0de-0000-7000-8000-000000000000".parse().unwrap();
        assert!(matches!(forget(app, unknown).await, Err(Error::NotFound("user"))));
        kept().await;
        forget(app, user.id).await.unwrap();
        assert!(!exists(app, user.id).await);
    }

    async fn forgetting_that_was_cut_off_is_asked_for_again(app: TestApp) {
        let admin = lived(app, 3).await;
        let without = train(app, 9).await.unwrap().version;
        for cut in ["names", "files"] {
            person(app, &admin, "somebody@example.org").await;
            let user = whom(app, "somebody@example.org", None).await.unwrap();
            train(app, 9).await.unwrap();
            let training = root(app).join("training/completion");
            for name in ["checkpoint", "checkpoint.part"] {
                fs::write(training.join(name), "what was reached").unwrap();
            }
            remove_names(app).await;
            if cut == "files" {
                fs::remove_dir_all(root(app).join("completion")).unwrap();
            }
            assert!(forget(app, user.id).await.unwrap().is_empty());
            assert!(!exists(app, user.id).await);
            nothing_is_left(app).await;
        }
        // while a file cannot be removed the account stays, and with it somebody to ask for
        person(app, &admin, "somebody@example.org").await;
        let user = whom(app, "somebody@example.org", None).await.unwrap();
        fs::write(root(app).join("completion"), "no folder").unwrap();
        assert!(matches!(forget(app, user.id).await, Err(Error::Internal(_))));
        assert!(exists(app, user.id).await);
        fs::remove_file(root(app).join("completion")).unwrap();
        forget(app, user.id).await.unwrap();
        // the process ends when all is removed, before anything is trained anew
        let somebody = person(app, &admin, "somebody@example.org").await;
        live(&somebody, &lives::files(1, DAYS, 77)[0]).await;
        let user = whom(app, "somebody@example.org", None).await.unwrap();
        assert_ne!(train(app, 9).await.unwrap().version, without);
        let (services, call) = (app.services.clone(), admin_call(app).await);
        let dies: Tell = Arc::new(|_| panic!("the power goes"));
        #[expect(clippy::disallowed_methods, reason = "somebody whose request dies")]
        let cut_off = tokio::spawn(async move { services.forget_user(&call, user.id, dies).await });
        assert!(cut_off.await.is_err());
        nothing_is_left(app).await;
        assert!(matches!(forget(app, user.id).await, Err(Error::NotFound("user"))));
        assert_eq!(train(app, 9).await.unwrap().version, without);
    }

    async fn what_learnt_from_somebody_who_left_meanwhile_gets_no_name(app: TestApp) {
        lived(app, 3).await;
        let user = whom(app, "person1@example.org", None).await.unwrap();
        let (services, call) = (app.services.clone(), admin_call(app).await);
        let asked = call.clone();
        let leaves: Tell = Arc::new(move |progress| {
            if matches!(progress, Progress::Pass { number: 1, .. }) {
                Handle::current().block_on(services.delete_user(&asked, user.id)).unwrap();
            }
        });
        let kind = ModelKind::Completion;
        let options = TrainingOptions { kind, seed: 9, until: Some(lives::day(DAYS)) };
        let refused = app.services.train(&call, options, leaves).await;
        assert!(matches!(refused, Err(Error::Conflict { code: "somebody_left", .. })), "{refused:?}");
        assert!(app.services.list_models(&call, kind).await.unwrap().is_empty());
        assert_eq!(fs::read_dir(root(app).join(kind.as_str())).unwrap().count(), 0);
        assert!(!root(app).join("training/completion/checkpoint").exists());
        // and the lock is free again
        let trained = train(app, 9).await.unwrap();
        assert!(trained.serves && trained.manifest.data.people == 2);
    }

    async fn a_tenant_or_an_id_says_which_of_several_is_meant(app: TestApp) {
        let admin = set_up(app).await;
        let email = "twin@example.org";
        person(app, &admin, email).await;
        let own = whom(app, email, None).await.unwrap();
        let body = json!({ "slug": "other", "title": "Other" });
        let tenant = admin.post("/api/v1/tenants", body).await.expect(201);
        let body = json!({ "email": email, "password": crate::PASSWORD, "role": "member", "tenant_id": tenant["id"] });
        let twin = admin.post("/api/v1/users", body).await.expect(201);
        let both = whom(app, email, None).await;
        assert!(matches!(both, Err(Error::Conflict { code: "several_users", .. })), "{both:?}");
        let found = whom(app, "Twin@example.org", Some("other")).await.unwrap();
        assert_eq!(found.id.to_string(), twin["id"].as_str().unwrap());
        assert_eq!(whom(app, &own.id.to_string(), None).await.unwrap().id, own.id);
        for name in [email, &own.id.to_string()] {
            let nowhere = whom(app, name, Some("nope")).await;
            assert!(matches!(&nowhere, Err(Error::Invalid(fields)) if fields[0].field == "tenant"), "{nowhere:?}");
        }
        let elsewhere = whom(app, &own.id.to_string(), Some("other")).await;
        assert!(matches!(elsewhere, Err(Error::NotFound("user"))));
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
