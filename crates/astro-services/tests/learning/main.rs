//! The learning loop over real databases: what people did becomes facts, facts become a model, and the model
//! serves.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "in a test a panic is the report"
)]

mod facts;
mod forgetting;
mod mending;
mod replay;
mod serving;

use std::sync::Arc;

use astro_core::models::ModelKind;
use astro_core::tasks::TaskSource;
use astro_services::learning::{Trained, TrainingOptions};
use astro_services::{Call, Result};
use astro_testkit::{Client, TestApp, lives};
use http::Method;
use serde_json::{Value, json};

const PASSWORD: &str = "lantern gravel umbrage tofu";
const OWNER: &str = "owner@example.org";
/// How long the lives are that come in as files.
const DAYS: u32 = 40;

/// The first administrator.
async fn set_up(app: &TestApp) -> Client {
    let token = app.services.setup_token().await.unwrap().unwrap();
    let body = json!({ "token": token.expose(), "email": OWNER, "password": PASSWORD });
    app.anonymous()
        .post("/api/v1/setup", body)
        .await
        .expect(201);
    sign_in(app, OWNER).await
}

async fn sign_in(app: &TestApp, email: &str) -> Client {
    let body = json!({ "email": email, "password": PASSWORD });
    let tokens = app
        .anonymous()
        .post("/api/v1/auth/login", body)
        .await
        .expect(200);
    app.bearer(tokens["access_token"].as_str().unwrap())
}

async fn person(app: &TestApp, admin: &Client, email: &str) -> Client {
    let body = json!({ "email": email, "password": PASSWORD, "role": "member" });
    admin.post("/api/v1/users", body).await.expect(201);
    sign_in(app, email).await
}

/// Brings a life in.
async fn live(client: &Client, file: &str) -> Value {
    let call = client.request(Method::POST, "/api/v1/import?format=events");
    call.bytes(file.to_owned()).send().await.expect(200)
}

/// A server on which so many people lived for some weeks; the first of them administers it.
async fn lived(app: &TestApp, people: u32) -> Client {
    let admin = set_up(app).await;
    for (number, file) in lives::files(people, DAYS, 5).iter().enumerate() {
        let client = if number == 0 {
            sign_in(app, OWNER).await
        } else {
            person(app, &admin, &format!("person{number}@example.org")).await
        };
        live(&client, file).await;
    }
    admin
}

async fn admin_call(app: &TestApp) -> Call {
    let principal = app.services.local_principal(None, None).await.unwrap();
    Call::new(principal, TaskSource::Api)
}

async fn train(app: &TestApp, seed: u64) -> Result<Trained> {
    train_kind(app, ModelKind::Completion, seed).await
}

async fn train_kind(app: &TestApp, kind: ModelKind, seed: u64) -> Result<Trained> {
    let options = TrainingOptions {
        kind,
        seed,
        until: Some(lives::day(DAYS)),
    };
    let call = admin_call(app).await;
    app.services.train(&call, options, Arc::new(|_| {})).await
}
