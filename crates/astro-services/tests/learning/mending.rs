//! A model whose files were damaged, and put back.

use std::fs;
use std::time::Duration;

use astro_testkit::on_both_engines;
use serde_json::json;

use crate::{lived, train};

on_both_engines! {
    async fn files_that_are_put_back_serve_after_a_minute(app: TestApp) {
        let admin = lived(app, 3).await;
        let trained = train(app, 1).await.unwrap();
        let body = json!({ "title": "Mend the roof", "due": "2026-11-30" });
        let task = admin.post("/api/v1/tasks", body).await.expect(201);
        let path = format!("/api/v1/tasks/{}/outlook", task["id"].as_str().unwrap());
        let serves = async |version: &str| {
            let outlook = admin.get(&path).await.expect(200);
            assert_eq!(outlook["model"], version);
        };
        let folder = app.db.directory().join("models/completion").join(trained.version.as_str());
        let (weights, aside) = (folder.join("weights.safetensors"), folder.join("aside"));
        fs::rename(&weights, &aside).unwrap();
        serves("prior").await;
        // tried again, and damaged still
        app.db.clock.advance(Duration::from_secs(61));
        serves("prior").await;
        fs::rename(&aside, &weights).unwrap();
        // not at each request
        app.db.clock.advance(Duration::from_secs(59));
        serves("prior").await;
        app.db.clock.advance(Duration::from_secs(1));
        serves(trained.version.as_str()).await;
    }
}
