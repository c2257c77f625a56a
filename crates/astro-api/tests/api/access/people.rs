//! People with accounts, through the real gate: who has lost their access, and who administers.

use std::time::Duration;

use astro_core::limits;
use astro_core::principal::{Permission, Role};
use astro_services::access;
use astro_testkit::{Client, TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{
    ABSENT, Operation, World, assert_reads_like_absent, fixture, is_about_one_thing, operations,
    path, send, try_own, world,
};
use crate::accounts::{OTHER_PASSWORD, PASSWORD, login, set_up, sign_in};

const MEMBER: &str = "member@example.org";

/// A member with one thing in each collection, and the instance admin.
struct House {
    admin: Client,
    member: Client,
    /// The member's user.
    user: Value,
    world: World,
}

async fn house(app: &TestApp) -> House {
    set_up(app).await;
    let admin = sign_in(app, "owner@example.org").await;
    let body = json!({ "email": MEMBER, "password": PASSWORD });
    let user = admin.post("/api/v1/users", body).await.expect(201);
    let member = sign_in(app, MEMBER).await;
    let world = world(&member).await;
    House {
        admin,
        member,
        user,
        world,
    }
}

/// The ways into the member's account: an access token, a session's cookie, a personal token with
/// every scope that can be given.
async fn doors(app: &TestApp, member: &Client) -> Vec<Client> {
    let scopes: Vec<&str> = Permission::ALL
        .iter()
        .filter(|scope| access::grantable(**scope))
        .map(|scope| scope.as_str())
        .collect();
    let expires_at = app.now().checked_add(limits::SESSION_IDLE_TTL).unwrap();
    let token =
        json!({ "title": "script", "scopes": scopes, "expires_at": expires_at.to_string() });
    let token = member.post("/api/v1/me/tokens", token).await.expect(201);
    let session = json!({ "email": MEMBER, "password": PASSWORD });
    let session = app.anonymous().post("/api/v1/auth/session", session).await;
    let cookie = session.header("set-cookie").unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let csrf = session.expect(200)["csrf_token"].clone();
    vec![
        sign_in(app, MEMBER).await,
        app.bearer(token["token"].as_str().unwrap()),
        app.browser(&cookie, csrf.as_str().unwrap()),
    ]
}

/// The member's doors are open before, and none of them for any operation after.
async fn assert_shut(app: &TestApp, house: &House, what: &str, shut: impl AsyncFnOnce()) {
    let doors = doors(app, &house.member).await;
    for door in &doors {
        door.get("/api/v1/tasks").await.expect(200);
    }
    shut().await;
    for operation in operations(app).await {
        for door in &doors {
            let status = try_own(door, &operation, &house.world).await;
            assert_eq!(status, 401, "{what}: {}", operation.id);
        }
    }
}

/// What a person can see of their own, whatever else is on the server.
const LISTS: &[&str] = &[
    "tasks",
    "labels",
    "projects",
    "goals",
    "datapoints",
    "reminders",
    "time-entries",
    "recommendations",
    "trash",
];

/// Nothing of the member's shows, changes or can be told from what is absent.
async fn assert_sees_nothing(app: &TestApp, who: &Client, role: Role, house: &House) {
    let before = house.member.get("/api/v1/sync?since=0").await.expect(200);
    for operation in operations(app)
        .await
        .iter()
        .filter(|one| is_about_one_thing(one))
    {
        assert!(access::allows(role, operation.permission));
        assert_reads_like_absent(who, operation, &house.world).await;
    }
    for list in LISTS {
        let seen = who.get(&format!("/api/v1/{list}")).await.expect(200);
        assert_eq!(seen["items"], json!([]), "{list}");
    }
    let task = house.world["tasks"].as_str().unwrap();
    let history = format!("/api/v1/history?entity=task&id={task}");
    assert_eq!(who.get(&history).await.expect(200)["items"], json!([]));
    let everything = who.get("/api/v1/export?format=json").await;
    assert_eq!(everything.status, 200);
    let text = String::from_utf8_lossy(&everything.bytes).into_owned();
    for (collection, id) in &house.world {
        let id = id.as_str().unwrap();
        // the key of a preference is everybody's
        assert!(
            *collection == "preferences" || !text.contains(id),
            "{collection}"
        );
    }
    let after = house.member.get("/api/v1/sync?since=0").await.expect(200);
    assert_eq!(before, after);
}

/// An operation on an account, with the member's id or session or token in it.
async fn try_account(
    who: &Client,
    operation: &Operation,
    house: &House,
    id: &str,
) -> (u16, Vec<u8>) {
    let path = path(operation, |_| id.to_owned());
    let body = operation
        .takes_body
        .then(|| fixture(operation, &house.world))
        .flatten();
    let answer = send(who, operation, &path, body.as_ref()).await;
    (answer.status.as_u16(), answer.bytes.to_vec())
}

on_both_engines! {
    async fn nobody_gets_in_once_disabled(app: TestApp) {
        let house = house(app).await;
        let place = format!("/api/v1/users/{}", house.user["id"].as_str().unwrap());
        assert_shut(app, &house, "disabled", async || {
            house.admin.patch(&place, json!({ "disabled": true })).await.expect(200);
        }).await;
        let body = json!({ "email": MEMBER, "password": PASSWORD });
        let known = app.anonymous().request(http::Method::POST, "/api/v1/auth/login").header("x-request-id", "same").json(&body).send().await;
        let body = json!({ "email": MEMBER, "password": OTHER_PASSWORD });
        let wrong = app.anonymous().request(http::Method::POST, "/api/v1/auth/login").header("x-request-id", "same").json(&body).send().await;
        assert_eq!((known.status, &known.bytes), (wrong.status, &wrong.bytes));
        assert_eq!(known.status.as_u16(), 401);
    }

    async fn nobody_gets_in_with_what_has_expired(app: TestApp) {
        let house = house(app).await;
        assert_shut(app, &house, "expired", async || {
            app.db.clock.advance(limits::SESSION_IDLE_TTL + Duration::from_secs(1));
        }).await;
    }

    async fn an_access_token_ends_before_its_session(app: TestApp) {
        let house = house(app).await;
        let tokens = login(app, MEMBER).await;
        let client = app.bearer(tokens["access_token"].as_str().unwrap());
        client.get("/api/v1/tasks").await.expect(200);
        app.db.clock.advance(limits::ACCESS_TOKEN_TTL + Duration::from_secs(1));
        for operation in operations(app).await {
            assert_eq!(try_own(&client, &operation, &house.world).await, 401, "{}", operation.id);
        }
        let renewed = json!({ "refresh_token": tokens["refresh_token"] });
        app.anonymous().post("/api/v1/auth/refresh", renewed).await.expect(200);
    }

    async fn an_instance_admin_administers_and_sees_nobodys_things(app: TestApp) {
        let house = house(app).await;
        assert_sees_nothing(app, &house.admin, Role::InstanceAdmin, &house).await;
        let place = format!("/api/v1/users/{}", house.user["id"].as_str().unwrap());
        assert_eq!(house.admin.get(&place).await.expect(200)["id"], house.user["id"]);
    }

    async fn another_tenants_admin_sees_neither_things_nor_accounts(app: TestApp) {
        let house = house(app).await;
        let tenant = house.admin.post("/api/v1/tenants", json!({ "slug": "choir", "title": "The choir" })).await.expect(201);
        let alto = json!({ "email": "alto@example.org", "password": PASSWORD, "role": "tenant_admin", "tenant_id": tenant["id"] });
        house.admin.post("/api/v1/users", alto).await.expect(201);
        let alto = sign_in(app, "alto@example.org").await;
        assert_sees_nothing(app, &alto, Role::TenantAdmin, &house).await;
        let session = house.member.get("/api/v1/me/sessions").await.expect(200)["items"][0].clone();
        for operation in operations(app).await.iter().filter(|one| one.path.contains('{') && !is_about_one_thing(one)) {
            let foreign = if operation.path.contains("me/sessions") { &session } else { &house.user };
            let foreign = try_account(&alto, operation, &house, foreign["id"].as_str().unwrap()).await;
            assert_eq!(foreign, try_account(&alto, operation, &house, ABSENT).await, "{}", operation.id);
            let wanted = if access::allows(Role::TenantAdmin, operation.permission) { 404 } else { 403 };
            assert_eq!(foreign.0, wanted, "{}", operation.id);
        }
    }
}
