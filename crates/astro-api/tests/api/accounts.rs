//! Getting in and out, one's own account, and administering others, over HTTP.

use astro_testkit::{Answer, Client, TestApp, on_both_engines};
use http::Method;
use serde_json::{Value, json};

pub const PASSWORD: &str = "lantern gravel umbrage tofu";
pub const OTHER_PASSWORD: &str = "hedgehogs whittle brass oars";

pub async fn set_up(app: &TestApp) -> Value {
    let token = app.services.setup_token().await.unwrap().unwrap();
    let body = json!({ "token": token.expose(), "email": "owner@example.org", "password": PASSWORD, "zone": "Europe/Madrid" });
    app.anonymous()
        .post("/api/v1/setup", body)
        .await
        .expect(201)
}

pub async fn login(app: &TestApp, email: &str) -> Value {
    let body = json!({ "email": email, "password": PASSWORD });
    let answer = app.anonymous().post("/api/v1/auth/login", body).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.expect(200)
}

pub async fn sign_in(app: &TestApp, email: &str) -> Client {
    let tokens = login(app, email).await;
    app.bearer(tokens["access_token"].as_str().unwrap())
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

/// A browser that has signed in: its cookie and its token for writes.
async fn browser(app: &TestApp) -> (String, String) {
    let body = json!({ "email": "owner@example.org", "password": PASSWORD });
    let answer = app.anonymous().post("/api/v1/auth/session", body).await;
    let set_cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(
        set_cookie.contains("HttpOnly") && set_cookie.contains("SameSite=Lax"),
        "{set_cookie}"
    );
    let cookie = set_cookie.split(';').next().unwrap().to_owned();
    let csrf = answer.expect(200)["csrf_token"]
        .as_str()
        .unwrap()
        .to_owned();
    (cookie, csrf)
}

async fn with_cookie(
    app: &TestApp,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
    body: Option<Value>,
) -> Answer {
    let mut call = app.anonymous().request(method, path);
    for (name, value) in headers {
        call = call.header(name, value);
    }
    match body {
        Some(body) => call.json(&body).send().await,
        None => call.send().await,
    }
}

on_both_engines! {
    async fn from_the_setup_link_to_a_task(app: TestApp) {
        let user = set_up(app).await;
        assert_eq!(user["role"], "instance_admin");
        let client = sign_in(app, "owner@example.org").await;
        let me = client.get("/api/v1/me").await.expect(200);
        assert_eq!((&me["user"]["id"], &me["tenant"]["slug"]), (&user["id"], &json!("default")));
        client.post("/api/v1/tasks", json!({ "title": "Call mum" })).await.expect(201);
        assert_eq!(app.owner.get("/api/v1/tasks").await.expect(200)["items"], json!([]));
        let again = json!({ "token": "astro_set_x", "email": "x@example.org", "password": PASSWORD });
        app.anonymous().post("/api/v1/setup", again).await.expect(422);
    }

    async fn tokens_are_renewed_and_a_used_one_ends_the_session(app: TestApp) {
        set_up(app).await;
        let first = login(app, "owner@example.org").await;
        let renew = |tokens: &Value| json!({ "refresh_token": tokens["refresh_token"] });
        let second = app.anonymous().post("/api/v1/auth/refresh", renew(&first)).await.expect(200);
        let client = app.bearer(second["access_token"].as_str().unwrap());
        client.get("/api/v1/me").await.expect(200);
        app.anonymous().post("/api/v1/auth/refresh", renew(&first)).await.expect(401);
        client.get("/api/v1/me").await.expect(401);
        app.anonymous().post("/api/v1/auth/refresh", renew(&second)).await.expect(401);
    }

    async fn a_write_by_cookie_needs_its_token_and_our_own_page(app: TestApp) {
        set_up(app).await;
        let (cookie, csrf) = browser(app).await;
        let read = with_cookie(app, Method::GET, "/api/v1/auth/session", &[("cookie", &cookie)], None).await;
        assert_eq!(read.expect(200)["csrf_token"], csrf);
        let create = |headers: Vec<(&'static str, String)>| {
            let cookie = cookie.clone();
            async move {
                let mut all = vec![("cookie", cookie.as_str()), ("host", "127.0.0.1:8080")];
                all.extend(headers.iter().map(|(name, value)| (*name, value.as_str())));
                let body = json!({ "title": format!("label {}", headers.len()) });
                with_cookie(app, Method::POST, "/api/v1/labels", &all, Some(body)).await.status.as_u16()
            }
        };
        let token = ("x-csrf-token", csrf.clone());
        assert_eq!(create(vec![]).await, 403);
        assert_eq!(create(vec![("x-csrf-token", "x".to_owned())]).await, 403);
        assert_eq!(create(vec![token.clone(), ("origin", "https://elsewhere.example".to_owned())]).await, 403);
        assert_eq!(create(vec![token.clone(), ("sec-fetch-site", "cross-site".to_owned())]).await, 403);
        assert_eq!(create(vec![token.clone(), ("origin", "http://127.0.0.1:8080".to_owned())]).await, 201);
        assert_eq!(create(vec![token.clone()]).await, 201);
        let out = with_cookie(app, Method::POST, "/api/v1/auth/logout", &[("cookie", &cookie), ("x-csrf-token", &csrf)], None).await;
        assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
        out.expect(204);
        with_cookie(app, Method::GET, "/api/v1/me", &[("cookie", &cookie)], None).await.expect(401);
    }

    async fn another_site_cannot_sign_a_browser_in(app: TestApp) {
        set_up(app).await;
        let body = json!({ "email": "owner@example.org", "password": PASSWORD });
        let headers = [("host", "127.0.0.1:8080"), ("origin", "https://elsewhere.example")];
        with_cookie(app, Method::POST, "/api/v1/auth/session", &headers, Some(body)).await.expect(403);
    }

    async fn forged_proxy_headers_buy_no_more_tries(app: TestApp) {
        set_up(app).await;
        let mut effective = 0;
        for n in 0..40 {
            let body = json!({ "email": format!("user{n}@example.org"), "password": OTHER_PASSWORD });
            let answer = app.anonymous().request(Method::POST, "/api/v1/auth/login").from_address("192.0.2.7")
                .header("x-forwarded-for", &format!("203.0.113.{n}")).header("forwarded", &format!("for=203.0.113.{n}"))
                .header("x-real-ip", &format!("203.0.113.{n}")).json(&body).send().await;
            match answer.status.as_u16() {
                401 => effective += 1,
                429 => assert!(answer.header("retry-after").is_some()),
                other => panic!("{other}"),
            }
        }
        assert_eq!(effective, 20);
    }

    async fn a_personal_token_is_shown_once_and_revoked(app: TestApp) {
        set_up(app).await;
        let client = sign_in(app, "owner@example.org").await;
        let wanted = json!({ "title": "script", "scopes": ["tasks:read"], "expires_at": "2026-12-24T00:00:00Z" });
        let issued = client.post("/api/v1/me/tokens", wanted).await.expect(201);
        let program = app.bearer(issued["token"].as_str().unwrap());
        program.get("/api/v1/tasks").await.expect(200);
        program.post("/api/v1/tasks", json!({ "title": "x" })).await.expect(403);
        program.get("/api/v1/me").await.expect(403);
        let listed = client.get("/api/v1/me/tokens").await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert!(!listed.to_string().contains(issued["token"].as_str().unwrap()));
        let bad = json!({ "title": "", "scopes": ["account:write"], "expires_at": "2020-01-01T00:00:00Z" });
        let problem = client.post("/api/v1/me/tokens", bad).await.expect(422);
        let fields: Vec<&str> = problem["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(fields, ["title", "scopes[0]", "expires_at"]);
        let place = format!("/api/v1/me/tokens/{}", id(&issued["access_token"]));
        client.delete(&place).await.expect(204);
        client.delete(&place).await.expect(404);
        program.get("/api/v1/tasks").await.expect(401);
    }

    async fn an_administrator_changes_disables_and_removes_users(app: TestApp) {
        set_up(app).await;
        let admin = sign_in(app, "owner@example.org").await;
        let body = json!({ "email": "member@example.org", "password": PASSWORD });
        let made = admin.post("/api/v1/users", body.clone()).await;
        let place = made.header("location").unwrap().to_owned();
        assert_eq!(made.header("etag"), Some("\"1\""));
        made.expect(201);
        assert_eq!(admin.post("/api/v1/users", body).await.expect(409)["type"], "/problems/email-taken");
        let member = sign_in(app, "member@example.org").await;
        member.get("/api/v1/users").await.expect(403);
        assert_eq!(admin.patch(&place, json!({})).await.expect(200)["version"], 1);
        let stale = admin.request(Method::PATCH, &place).header("if-match", "\"7\"").json(&json!({ "role": "viewer" })).send().await;
        stale.expect(412);
        admin.patch(&place, json!({ "role": "viewer" })).await.expect(200);
        member.post("/api/v1/tasks", json!({ "title": "x" })).await.expect(403);
        assert_eq!(admin.patch(&place, json!({ "name": "x" })).await.expect(422)["errors"][0]["field"], "name");
        admin.patch(&place, json!({ "disabled": true })).await.expect(200);
        member.get("/api/v1/tasks").await.expect(401);
        admin.delete(&place).await.expect(204);
        admin.get(&place).await.expect(404);
        assert_eq!(admin.get("/api/v1/users?limit=1").await.expect(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn a_tenant_is_made_filled_by_invite_and_emptied(app: TestApp) {
        set_up(app).await;
        let admin = sign_in(app, "owner@example.org").await;
        let tenant = admin.post("/api/v1/tenants", json!({ "slug": "choir", "title": "The choir" })).await.expect(201);
        assert_eq!(admin.post("/api/v1/tenants", json!({ "slug": "choir", "title": "Other" })).await.expect(409)["type"], "/problems/slug-taken");
        admin.post("/api/v1/tenants", json!({ "slug": "No Slug", "title": "x" })).await.expect(422);
        let invite = json!({ "email": "alto@example.org", "role": "tenant_admin", "tenant_id": tenant["id"] });
        let issued = admin.post("/api/v1/invites", invite).await.expect(201);
        let accept = json!({ "token": issued["token"], "password": PASSWORD });
        let user = app.anonymous().post("/api/v1/auth/invites/accept", accept.clone()).await.expect(200);
        assert_eq!((&user["tenant_id"], &user["role"]), (&tenant["id"], &json!("tenant_admin")));
        app.anonymous().post("/api/v1/auth/invites/accept", accept).await.expect(422);
        let alto = sign_in(app, "alto@example.org").await;
        assert_eq!(alto.get("/api/v1/users").await.expect(200)["items"].as_array().unwrap().len(), 1);
        alto.get("/api/v1/tenants").await.expect(403);
        let place = format!("/api/v1/tenants/{}", id(&tenant));
        admin.delete(&place).await.expect(409);
        let reset = admin.post(&format!("/api/v1/users/{}/password-reset", id(&user)), json!({})).await.expect(201);
        let accept = json!({ "token": reset["token"], "password": OTHER_PASSWORD });
        app.anonymous().post("/api/v1/auth/invites/accept", accept).await.expect(200);
        alto.get("/api/v1/me").await.expect(401);
        admin.delete(&format!("/api/v1/users/{}", id(&user))).await.expect(204);
        admin.delete(&place).await.expect(204);
    }

    async fn one_changes_the_password_and_removes_the_account(app: TestApp) {
        set_up(app).await;
        let admin = sign_in(app, "owner@example.org").await;
        admin.post("/api/v1/users", json!({ "email": "member@example.org", "password": PASSWORD })).await.expect(201);
        let (here, elsewhere) = (sign_in(app, "member@example.org").await, sign_in(app, "member@example.org").await);
        let change = json!({ "current": PASSWORD, "new": OTHER_PASSWORD });
        here.post("/api/v1/me/password", change).await.expect(204);
        elsewhere.get("/api/v1/me").await.expect(401);
        let sessions = here.get("/api/v1/me/sessions").await.expect(200);
        assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
        let remove = |password: &str| here.request(Method::DELETE, "/api/v1/me").json(&json!({ "password": password })).send();
        assert_eq!(remove(PASSWORD).await.expect(422)["errors"][0]["field"], "password");
        remove(OTHER_PASSWORD).await.expect(204);
        here.get("/api/v1/me").await.expect(401);
        let last = admin.request(Method::DELETE, "/api/v1/me").json(&json!({ "password": PASSWORD })).send().await;
        assert_eq!(last.expect(409)["type"], "/problems/last-admin");
    }

    async fn what_is_anothers_reads_like_what_is_absent(app: TestApp) {
        set_up(app).await;
        let admin = sign_in(app, "owner@example.org").await;
        let tenant = admin.post("/api/v1/tenants", json!({ "slug": "choir", "title": "The choir" })).await.expect(201);
        let stranger = json!({ "email": "alto@example.org", "password": PASSWORD, "role": "tenant_admin", "tenant_id": tenant["id"] });
        admin.post("/api/v1/users", stranger).await.expect(201);
        let stranger = sign_in(app, "alto@example.org").await;
        let user = admin.get("/api/v1/me").await.expect(200)["user"].clone();
        let session = admin.get("/api/v1/me/sessions").await.expect(200)["items"][0].clone();
        let wanted = json!({ "title": "script", "scopes": ["tasks:read"], "expires_at": "2026-12-24T00:00:00Z" });
        let token = admin.post("/api/v1/me/tokens", wanted).await.expect(201)["access_token"].clone();
        let invite = admin.post("/api/v1/invites", json!({ "email": "guest@example.org" })).await.expect(201)["invite"].clone();
        for (method, place, id, rest) in [
            (Method::GET, "users", &user, ""),
            (Method::PATCH, "users", &user, ""),
            (Method::DELETE, "users", &user, ""),
            (Method::POST, "users", &user, "/password-reset"),
            (Method::DELETE, "invites", &invite, ""),
            (Method::DELETE, "me/sessions", &session, ""),
            (Method::DELETE, "me/tokens", &token, ""),
        ] {
            let send = async |id: &str| {
                let path = format!("/api/v1/{place}/{id}{rest}");
                let call = stranger.request(method.clone(), &path).header("x-request-id", "same");
                if method == Method::PATCH { call.json(&json!({ "disabled": true })).send().await } else { call.send().await }
            };
            let (foreign, absent) = (send(self::id(id)).await, send("0193a000-0000-7000-8000-000000000000").await);
            assert_eq!((foreign.status, &foreign.bytes), (absent.status, &absent.bytes), "{method} {place}");
            assert_eq!(foreign.status.as_u16(), 404, "{method} {place}");
        }
        for (place, body) in [("users", json!({ "email": "x@example.org", "password": PASSWORD })), ("invites", json!({ "email": "x@example.org" }))] {
            let send = async |tenant: &Value| {
                let mut body = body.clone();
                body["tenant_id"] = tenant.clone();
                stranger.request(Method::POST, &format!("/api/v1/{place}")).header("x-request-id", "same").json(&body).send().await
            };
            let (foreign, absent) = (send(&user["tenant_id"]).await, send(&json!("0193a000-0000-7000-8000-000000000000")).await);
            assert_eq!((foreign.status, &foreign.bytes), (absent.status, &absent.bytes), "{place}");
            assert_eq!(foreign.status.as_u16(), 422, "{place}");
        }
        assert_eq!(admin.get("/api/v1/me").await.expect(200)["user"], user);
    }

    async fn registration_is_closed(app: TestApp) {
        set_up(app).await;
        let body = json!({ "email": "x@example.org", "password": PASSWORD });
        app.anonymous().post("/api/v1/auth/register", body).await.expect(403);
    }
}
