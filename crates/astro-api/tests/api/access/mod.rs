//! The access matrix: every operation of the OpenAPI document, tried by everyone who might.
//!
//! What must happen follows from docs/access.md alone: the operation's permission, the caller's role
//! and the token's scopes. An operation that this file does not know how to try fails the test.

mod people;

use std::collections::BTreeMap;

use astro_core::principal::{Permission, Role};
use astro_services::access;
use astro_testkit::{Answer, Client, TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};

/// A job that the owner might have.
const OWN_JOB: &str = "0193a000-0000-7000-8000-000000000001";
const ABSENT: &str = "0193a000-0000-7000-8000-000000000000";

/// An operation that needs a permission.
#[derive(Clone, Debug)]
struct Operation {
    id: String,
    method: Method,
    path: String,
    permission: Permission,
    takes_body: bool,
}

/// What anyone may ask, with or without a credential.
const OPEN: &[&str] = &[
    "accept_invite",
    "answer_reminder",
    "complete_setup",
    "create_session",
    "health_live",
    "health_ready",
    "login",
    "metrics",
    "open_answer",
    "refresh",
    "register",
];

async fn operations(app: &TestApp) -> Vec<Operation> {
    let document = app
        .anonymous()
        .get("/api/v1/openapi.json")
        .await
        .expect(200);
    let mut found = Vec::new();
    let mut open = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let Some(permission) = operation["x-astro-permission"].as_str() else {
                open.push(id);
                continue;
            };
            found.push(Operation {
                id,
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                permission: permission.parse().unwrap(),
                takes_body: operation.get("requestBody").is_some(),
            });
        }
    }
    open.sort();
    assert_eq!(
        open, OPEN,
        "an operation without permission must be meant to be open"
    );
    found
}

/// One thing of a person's in each collection.
type World = BTreeMap<&'static str, Value>;

async fn world(owner: &Client) -> World {
    let post = async |path: &str, body: Value| {
        owner
            .post(&format!("/api/v1/{path}"), body)
            .await
            .expect(201)
    };
    let mut world = World::new();
    for collection in ["labels", "projects", "tasks"] {
        world.insert(
            collection,
            post(
                collection,
                json!({ "title": format!("one of the {collection}") }),
            )
            .await["id"]
                .clone(),
        );
    }
    let task = world["tasks"].clone();
    let entry = json!({ "task_id": task, "started_at": "2026-11-25T07:00:00Z", "ended_at": "2026-11-25T08:00:00Z" });
    world.insert(
        "time-entries",
        post("time-entries", entry).await["id"].clone(),
    );
    let reminder = json!({ "task_id": task, "trigger": { "type": "absolute", "at": "2026-11-26T09:00:00Z" }, "channels": ["in_app"] });
    world.insert("reminders", post("reminders", reminder).await["id"].clone());
    let place = json!({ "channel": "ntfy", "title": "one of the destinations", "settings": { "server": "https://ntfy.example.org", "topic": "one" } });
    world.insert(
        "destinations",
        post("destinations", place).await["id"].clone(),
    );
    // jobs are made by the product alone, and are tried where they are: in firing.rs
    world.insert("jobs", json!(OWN_JOB));
    let goal = json!({ "title": "one of the goals", "kind": "metric", "target_value": 10 });
    world.insert("goals", post("goals", goal).await["id"].clone());
    let datapoint = json!({ "goal_id": world["goals"], "at": "2026-11-25T08:00:00Z", "value": 1 });
    world.insert(
        "datapoints",
        post("datapoints", datapoint).await["id"].clone(),
    );
    world.insert("preferences", json!("time.zone"));
    let decided = post("recommendations", json!({ "surface": "api" })).await;
    world.insert("decisions", decided["decision_id"].clone());
    let told = &decided["proposals"][0]["recommendation"];
    world.insert("recommendations", told["id"].clone());
    let made = owner
        .post("/api/v1/labels", json!({ "title": "to be undone" }))
        .await;
    world.insert("undo", json!(made.header("undo-token")));
    world
}

/// The path with the ids that `pick` gives for the collection it lies in.
fn path(operation: &Operation, pick: impl Fn(&str) -> String) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in operation.path.split('/') {
        let concrete = if part.starts_with('{') {
            pick(parts.last().map_or("", String::as_str))
        } else {
            part.to_owned()
        };
        parts.push(concrete);
    }
    parts.join("/")
}

/// A body that would be accepted, where an operation takes one; `None` fails the test.
fn fixture(operation: &Operation, world: &World) -> Option<Value> {
    let task = &world["tasks"];
    Some(match operation.id.as_str() {
        "create_label" | "create_project" | "create_task" => json!({ "title": "another" }),
        "quick_add" => json!({ "text": "another tomorrow", "dry": true }),
        "create_goal" => json!({ "title": "another", "kind": "outcome" }),
        "create_datapoint" => {
            json!({ "goal_id": world["goals"], "at": "2026-11-25T08:30:00Z", "value": 2 })
        }
        "create_time_entry" => {
            json!({ "task_id": task, "started_at": "2026-11-24T07:00:00Z", "ended_at": "2026-11-24T08:00:00Z" })
        }
        "create_reminder" => {
            json!({ "task_id": task, "trigger": { "type": "absolute", "at": "2026-11-27T09:00:00Z" }, "channels": ["in_app"] })
        }
        "create_destination" | "replace_destination" => {
            json!({ "channel": "ntfy", "title": "another", "settings": { "server": "https://ntfy.example.org", "topic": "other" } })
        }
        "test_reminder" => json!({ "channel": "in_app" }),
        "train_model" => json!({ "seed": 1 }),
        "make_occurrence" => json!({ "recurrence_id": "2026-11-27" }),
        "recommend" => json!({ "surface": "api" }),
        "show_recommendation" | "accept_recommendation" | "dismiss_recommendation" => json!({}),
        "give_feedback" => json!({ "event": "done" }),
        // Not what it takes, which is said after who may ask.
        "import_file" => json!([]),
        "snooze_recommendation" | "snooze_reminder" => json!({ "until": "2026-11-28T09:00:00Z" }),
        "put_preference" => json!({ "value": "Europe/Madrid" }),
        "apply_ops" => json!({ "ops": [] }),
        "delete_me" => json!({ "password": "lantern gravel umbrage tofu" }),
        "change_password" => {
            json!({ "current": "lantern gravel umbrage tofu", "new": "hedgehogs whittle brass oars" })
        }
        "create_access_token" => {
            json!({ "title": "script", "scopes": ["tasks:read"], "expires_at": "2026-12-24T00:00:00Z" })
        }
        "create_user" => {
            json!({ "email": "other@example.org", "password": "lantern gravel umbrage tofu" })
        }
        "create_invite" => json!({ "email": "other@example.org" }),
        "create_tenant" => json!({ "slug": "other", "title": "other" }),
        id if id.starts_with("update_") => json!({}),
        _ => return None,
    })
}

async fn send(client: &Client, operation: &Operation, path: &str, body: Option<&Value>) -> Answer {
    let call = client
        .request(operation.method.clone(), path)
        .header("x-request-id", "same");
    match body {
        // a stream of events never ends
        None if operation.id == "stream_events" => call.head().await,
        Some(body) => call.json(body).send().await,
        None => call.send().await,
    }
}

/// Tries an operation on the owner's own things.
async fn try_own(client: &Client, operation: &Operation, world: &World) -> u16 {
    let own = path(operation, |collection| {
        world
            .get(collection)
            .map_or(ABSENT.to_owned(), |id| id.as_str().unwrap().to_owned())
    });
    let sent = operation.takes_body.then(|| {
        fixture(operation, world).unwrap_or_else(|| panic!("{} has no fixture", operation.id))
    });
    send(client, operation, &own, sent.as_ref())
        .await
        .status
        .as_u16()
}

/// Accounts and models are no owner's things; accounts.rs and the tests of learning try theirs.
fn is_about_the_instance(operation: &Operation) -> bool {
    let prefixes = ["me/", "users/", "invites/", "tenants/", "models/"];
    prefixes.iter().any(|prefix| {
        operation
            .path
            .strip_prefix("/api/v1/")
            .is_some_and(|rest| rest.starts_with(prefix))
    })
}

/// An operation on one thing of an owner's.
fn is_about_one_thing(operation: &Operation) -> bool {
    operation.path.contains('{') && !is_about_the_instance(operation)
}

/// Somebody who may do this with things of their own gets the same for another's as for none.
async fn assert_reads_like_absent(who: &Client, operation: &Operation, world: &World) {
    let collection = operation.path.split('/').nth(3).unwrap();
    // a preference is named by its key, which is everybody's
    if collection == "preferences" {
        return;
    }
    let Some(id) = world.get(collection) else {
        panic!("{} has no fixture", operation.id)
    };
    let body = operation
        .takes_body
        .then(|| fixture(operation, world))
        .flatten();
    let answer = async |id: &str| {
        let path = path(operation, |_| id.to_owned());
        send(who, operation, &path, body.as_ref()).await
    };
    let (foreign, absent) = (answer(id.as_str().unwrap()).await, answer(ABSENT).await);
    assert_eq!(
        (foreign.status, &foreign.bytes),
        (absent.status, &absent.bytes),
        "{}",
        operation.id
    );
    assert_eq!(foreign.status.as_u16(), 404, "{}", operation.id);
}

fn is_refused(status: u16) -> bool {
    matches!(status, 401 | 403)
}

on_both_engines! {
    async fn a_credential_is_needed(app: TestApp) {
        let world = world(&app.owner).await;
        for operation in operations(app).await {
            assert_eq!(try_own(&app.anonymous(), &operation, &world).await, 401, "{}", operation.id);
            assert_eq!(try_own(&app.garbage(), &operation, &world).await, 401, "{}", operation.id);
        }
    }

    async fn a_role_may_what_the_table_says(app: TestApp) {
        let world = world(&app.owner).await;
        for operation in operations(app).await {
            for role in Role::ALL {
                let status = try_own(&app.as_role(*role), &operation, &world).await;
                let allowed = access::allows(*role, operation.permission);
                assert_eq!(is_refused(status), !allowed, "{role}: {} answers {status}", operation.id);
            }
        }
    }

    async fn a_token_may_what_its_scopes_say(app: TestApp) {
        let world = world(&app.owner).await;
        let operations = operations(app).await;
        for scope in Permission::ALL.iter().copied().filter(|scope| access::grantable(*scope)) {
            let client = app.with_scopes(&[scope]);
            for operation in &operations {
                let status = try_own(&client, operation, &world).await;
                assert_eq!(is_refused(status), operation.permission != scope, "{scope}: {} answers {status}", operation.id);
            }
        }
    }

    async fn another_owners_thing_reads_like_an_absent_one(app: TestApp) {
        let world = world(&app.owner).await;
        let before = app.owner.get("/api/v1/tasks").await.expect(200);
        let stranger = app.stranger().await;
        for operation in operations(app).await.iter().filter(|operation| is_about_one_thing(operation)) {
            assert_reads_like_absent(&stranger, operation, &world).await;
        }
        assert_eq!(app.owner.get("/api/v1/tasks").await.expect(200), before);
    }

    async fn another_owners_id_in_a_body_or_query_reads_like_an_absent_one(app: TestApp) {
        let world = world(&app.owner).await;
        let stranger = app.stranger().await;
        for (collection, field, place, rest) in REFERENCES {
            let answer = async |id: &Value| {
                let mut sent: Value = serde_json::from_str(rest).unwrap();
                sent[field] = if LISTS.contains(field) { json!([id]) } else { id.clone() };
                stranger.request(Method::POST, &format!("/api/v1/{place}")).header("x-request-id", "same").json(&sent).send().await
            };
            let (foreign, absent) = (answer(&world[collection]).await, answer(&json!(ABSENT)).await);
            assert_eq!((foreign.status, &foreign.bytes), (absent.status, &absent.bytes), "{place}: {field}");
            assert_eq!(foreign.status.as_u16(), 422, "{place}: {field}");
        }
        for (collection, place) in FILTERS {
            let answer = async |id: &str| stranger.request(Method::GET, &format!("/api/v1/{place}={id}")).send().await;
            let (foreign, absent) = (answer(world[collection].as_str().unwrap()).await, answer(ABSENT).await);
            assert_eq!((foreign.status, &foreign.bytes), (absent.status, &absent.bytes), "{place}");
        }
    }
}

/// Fields of bodies that hold ids: whose, which, where, and what else the body needs.
const REFERENCES: &[(&str, &str, &str, &str)] = &[
    ("projects", "project_id", "tasks", r#"{"title": "x"}"#),
    ("tasks", "parent_id", "tasks", r#"{"title": "x"}"#),
    ("labels", "labels", "tasks", r#"{"title": "x"}"#),
    ("tasks", "depends_on", "tasks", r#"{"title": "x"}"#),
    ("goals", "goal_ids", "tasks", r#"{"title": "x"}"#),
    ("projects", "parent_id", "projects", r#"{"title": "x"}"#),
    (
        "goals",
        "parent_id",
        "goals",
        r#"{"title": "x", "kind": "outcome"}"#,
    ),
    (
        "goals",
        "goal_id",
        "datapoints",
        r#"{"at": "2026-11-25T08:30:00Z", "value": 2}"#,
    ),
    (
        "tasks",
        "task_id",
        "time-entries",
        r#"{"started_at": "2026-11-24T07:00:00Z"}"#,
    ),
    (
        "tasks",
        "task_id",
        "reminders",
        r#"{"trigger": {"type": "absolute", "at": "2026-11-27T09:00:00Z"}, "channels": ["in_app"]}"#,
    ),
];

/// Fields that hold lists of ids.
const LISTS: &[&str] = &["labels", "depends_on", "goal_ids"];

/// Parameters of queries that hold ids.
const FILTERS: &[(&str, &str)] = &[
    ("projects", "tasks?project_id"),
    ("labels", "tasks?label_id"),
    ("tasks", "tasks?parent_id"),
    ("tasks", "time-entries?task_id"),
    ("tasks", "reminders?task_id"),
    ("goals", "datapoints?goal_id"),
    ("tasks", "recommendations?task_id"),
    ("decisions", "recommendations?decision_id"),
];
