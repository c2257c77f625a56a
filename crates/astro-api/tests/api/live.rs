//! Real time over real sockets: what is told, where one goes on, and who is shut out.

use std::net::SocketAddr;
use std::time::Duration;

use astro_core::config::HttpConfig;
use astro_testkit::{Client, TestApp, on_both_engines};
use futures_util::{SinkExt as _, StreamExt as _};
use http::HeaderValue;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::accounts::{OTHER_PASSWORD, PASSWORD, login, set_up, sign_in};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const PATIENCE: Duration = Duration::from_secs(5);
const MEMBER: &str = "member@example.org";

async fn connect(
    address: SocketAddr,
    query: &str,
    headers: &[(&'static str, &str)],
) -> Result<Socket, Error> {
    let mut request = format!("ws://{address}/api/v1/ws{query}")
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        request
            .headers_mut()
            .insert(*name, HeaderValue::from_str(value).unwrap());
    }
    Ok(tokio_tungstenite::connect_async(request).await?.0)
}

async fn socket(address: SocketAddr, token: &str) -> Socket {
    let mut socket = connect(
        address,
        "",
        &[("authorization", &format!("Bearer {token}"))],
    )
    .await
    .unwrap();
    assert_eq!(said(&mut socket).await["type"], "hello");
    socket
}

async fn said(socket: &mut Socket) -> Value {
    loop {
        match tokio::time::timeout(PATIENCE, socket.next())
            .await
            .expect("nothing was said")
            .unwrap()
            .unwrap()
        {
            Message::Text(text) => return serde_json::from_str(text.as_str()).unwrap(),
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The next change that is told; whoever has just begun to listen may be told to look everywhere first.
async fn changed(socket: &mut Socket) -> Value {
    loop {
        let told = said(socket).await;
        if told["type"] == "change" {
            return told;
        }
    }
}

/// The code that the server closes with, within what is promised.
async fn closed(socket: &mut Socket) -> u16 {
    let closing = async {
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Close(Some(frame)) = message {
                return frame.code.into();
            }
        }
        0
    };
    tokio::time::timeout(PATIENCE, closing).await.unwrap_or(1)
}

fn status(refused: Result<Socket, Error>) -> u16 {
    match refused {
        Err(Error::Http(answer)) => answer.status().as_u16(),
        other => panic!("{other:?}"),
    }
}

/// Lines of a stream of events, as they come.
struct Events(BufReader<TcpStream>);

impl Events {
    async fn open(address: SocketAddr, token: &str, last: Option<&str>) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let last = last
            .map(|id| format!("Last-Event-ID: {id}\r\n"))
            .unwrap_or_default();
        let head = format!(
            "GET /api/v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n{last}\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        Self(BufReader::new(stream))
    }

    /// The next line that begins so, without its beginning; `None` when the stream ended.
    async fn line(&mut self, beginning: &str) -> Option<String> {
        loop {
            let mut line = String::new();
            let read = tokio::time::timeout(PATIENCE, self.0.read_line(&mut line))
                .await
                .expect("nothing was said")
                .unwrap();
            if read == 0 {
                return None;
            }
            if let Some(rest) = line.strip_prefix(beginning) {
                return Some(rest.trim().to_owned());
            }
        }
    }
}

async fn token(app: &TestApp, email: &str) -> String {
    login(app, email).await["access_token"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn member(admin: &Client) -> Value {
    let body = json!({ "email": MEMBER, "password": PASSWORD });
    admin.post("/api/v1/users", body).await.expect(201)
}

on_both_engines! {
    async fn a_change_is_told_over_both_and_a_client_goes_on_where_it_left(app: TestApp) {
        let address = app.serve().await;
        set_up(app).await;
        let owner = sign_in(app, "owner@example.org").await;
        let token = token(app, "owner@example.org").await;
        app.working(async {
            let mut ws = socket(address, &token).await;
            let mut sse = Events::open(address, &token, None).await;
            assert_eq!(sse.line("event: ").await.unwrap(), "hello");
            let before = sse.line("data: ").await.unwrap();
            let before: Value = serde_json::from_str(&before).unwrap();
            let task = owner.post("/api/v1/tasks", json!({ "title": "x" })).await.expect(201);
            let told = changed(&mut ws).await;
            assert_eq!((&told["entity"], &told["id"]), (&json!("task"), &task["id"]));
            assert_eq!(told.as_object().unwrap().len(), 4, "where to look, and nothing else");
            while sse.line("event: ").await.unwrap() != "change" {}
            let last = before["change_seq"].as_i64().unwrap().max(1).to_string();
            drop((ws, sse));
            owner.post("/api/v1/labels", json!({ "title": "y" })).await.expect(201);
            let mut again = Events::open(address, &token, Some(&last)).await;
            let mut kinds = Vec::new();
            for _ in 0..2 {
                kinds.push(again.line("event: ").await.unwrap());
            }
            assert_eq!(kinds[0], "hello");
            assert!(kinds[1] == "change" || kinds[1] == "resync", "{kinds:?}");
            let query = format!("?last_event_id={}", told["change_seq"]);
            let mut ws = connect(address, &query, &[("authorization", &format!("Bearer {token}"))]).await.unwrap();
            assert_eq!(said(&mut ws).await["type"], "hello");
            assert_eq!(changed(&mut ws).await["entity"], "label");
            ws.send(Message::text(json!({ "type": "resume", "change_seq": told["change_seq"] }).to_string())).await.unwrap();
            assert_eq!(changed(&mut ws).await["entity"], "label");
        })
        .await;
    }

    async fn another_process_sees_the_change_or_is_told_nothing_on_sqlite(app: TestApp) {
        let address = app.serve().await;
        set_up(app).await;
        let token = token(app, "owner@example.org").await;
        if !app.services.store.can_notify() {
            return;
        }
        let elsewhere = app.bearer_elsewhere(&token);
        app.working(async {
            let mut ws = socket(address, &token).await;
            // the other process only commits: this one's sweep finds what it left untold
            let task = elsewhere.post("/api/v1/tasks", json!({ "title": "x" })).await.expect(201);
            assert_eq!(changed(&mut ws).await["id"], task["id"]);
        })
        .await;
    }

    async fn whoever_loses_their_rights_is_shut_out_by_every_process(app: TestApp) {
        let address = app.serve().await;
        set_up(app).await;
        let admin = sign_in(app, "owner@example.org").await;
        let user = member(&admin).await;
        let path = format!("/api/v1/users/{}", user["id"].as_str().unwrap());
        let far = app.bearer_elsewhere(&token(app, "owner@example.org").await);
        let stays = token(app, "owner@example.org").await;
        app.working(async {
            let mut others = socket(address, &stays).await;
            let ways: [&str; 7] = ["logout", "session", "token", "password", "role", "disable", "delete"];
            for way in ways {
                let shown = token(app, MEMBER).await;
                let near = app.bearer(&shown);
                let mut open = match way {
                    "token" => {
                        let at = app.now().checked_add(Duration::from_hours(24)).unwrap().to_string();
                        let made = near.post("/api/v1/me/tokens", json!({ "title": "t", "scopes": ["tasks:read"], "expires_at": at })).await.expect(201);
                        let socket = socket(address, made["token"].as_str().unwrap()).await;
                        app.bearer_elsewhere(&shown).delete(&format!("/api/v1/me/tokens/{}", made["access_token"]["id"].as_str().unwrap())).await.expect(204);
                        socket
                    }
                    _ => socket(address, &shown).await,
                };
                let mut stream = Events::open(address, &shown, None).await;
                assert_eq!(stream.line("event: ").await.unwrap(), "hello");
                let elsewhere = app.bearer_elsewhere(&shown);
                match way {
                    "logout" => drop(elsewhere.post("/api/v1/auth/logout", Value::Null).await.expect(204)),
                    "session" => {
                        let second = app.bearer_elsewhere(&token(app, MEMBER).await);
                        let sessions = second.get("/api/v1/me/sessions").await.expect(200);
                        for one in sessions["items"].as_array().unwrap().iter().filter(|one| one["current"] != true) {
                            second.delete(&format!("/api/v1/me/sessions/{}", one["id"].as_str().unwrap())).await;
                        }
                    }
                    "password" => {
                        let second = app.bearer_elsewhere(&token(app, MEMBER).await);
                        second.post("/api/v1/me/password", json!({ "current": PASSWORD, "new": OTHER_PASSWORD })).await.expect(204);
                        second.post("/api/v1/me/password", json!({ "current": OTHER_PASSWORD, "new": PASSWORD })).await.expect(204);
                    }
                    "role" => drop(far.patch(&path, json!({ "role": "viewer" })).await.expect(200)),
                    "disable" => drop(far.patch(&path, json!({ "disabled": true })).await.expect(200)),
                    "delete" => drop(far.delete(&path).await.expect(204)),
                    _ => {}
                }
                assert_eq!(closed(&mut open).await, 4401, "{way}");
                if way != "token" {
                    while stream.line("event: ").await.is_some() {}
                }
                if way == "disable" {
                    far.patch(&path, json!({ "disabled": false })).await.expect(200);
                }
            }
            admin.post("/api/v1/tasks", json!({ "title": "still here" })).await.expect(201);
            changed(&mut others).await;
        })
        .await;
    }

    async fn a_socket_is_refused_to_other_peoples_pages_and_to_too_many(app: TestApp) {
        let address = app.serve().await;
        set_up(app).await;
        let token = token(app, "owner@example.org").await;
        let bearer = format!("Bearer {token}");
        let session = app.anonymous().post("/api/v1/auth/session", json!({ "email": "owner@example.org", "password": PASSWORD })).await;
        let cookie = session.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let own = format!("http://{address}");
        assert_eq!(status(connect(address, "", &[]).await), 401);
        assert_eq!(status(connect(address, "", &[("authorization", &bearer), ("origin", "https://evil.example")]).await), 403);
        assert_eq!(status(connect(address, "", &[("cookie", &cookie), ("origin", "https://evil.example")]).await), 403);
        assert_eq!(status(connect(address, "", &[("cookie", &cookie)]).await), 403);
        let page = connect(address, "", &[("cookie", &cookie), ("origin", &own)]).await.unwrap();
        let mut open = vec![page];
        while open.len() < 10 {
            open.push(socket(address, &token).await);
        }
        assert_eq!(status(connect(address, "", &[("authorization", &bearer)]).await), 429);
        drop(open.pop());
        let mut tries = 0;
        while connect(address, "", &[("authorization", &bearer)]).await.is_err() {
            tries += 1;
            assert!(tries < 100, "the place is free again");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn who_gives_no_sign_of_life_is_let_go(app: TestApp) {
        let http = HttpConfig { heartbeat_s: 1, ..HttpConfig::default() };
        let address = app.serve_with(http).await;
        set_up(app).await;
        let token = token(app, "owner@example.org").await;
        let dead = socket(address, &token).await;
        let mut alive = socket(address, &token).await;
        // reading answers pings; nobody reads the other one
        let mut pings = 0;
        while app.services.live.len() > 1 {
            let message = tokio::time::timeout(PATIENCE, alive.next()).await.expect("a ping comes");
            assert!(matches!(message, Some(Ok(Message::Ping(_)))), "{message:?}");
            pings += 1;
        }
        assert!((2..=4).contains(&pings), "{pings}");
        let ping = tokio::time::timeout(PATIENCE, alive.next()).await.expect("it goes on");
        assert!(matches!(ping, Some(Ok(Message::Ping(_)))), "{ping:?}");
        drop(dead);
    }

    async fn what_is_asked_over_a_socket_counts_as_requests_do(app: TestApp) {
        let http = HttpConfig { requests_per_minute: 20, ..HttpConfig::default() };
        let address = app.serve_with(http).await;
        set_up(app).await;
        let token = token(app, "owner@example.org").await;
        let mut open = socket(address, &token).await;
        let resume = || Message::text("{\"type\":\"resume\",\"change_seq\":0}");
        // the first of the twenty opened it
        for _ in 0..19 {
            open.send(resume()).await.unwrap();
            said(&mut open).await;
        }
        open.send(resume()).await.unwrap();
        assert_eq!(closed(&mut open).await, 1008);
    }

    async fn what_is_not_spoken_here_closes_the_socket(app: TestApp) {
        let address = app.serve().await;
        set_up(app).await;
        let token = token(app, "owner@example.org").await;
        for (message, code) in [
            (Message::text("{\"type\":\"subscribe\"}"), 1008),
            (Message::binary(vec![1, 2, 3]), 1008),
            (Message::text("x".repeat(65 * 1024)), 1009),
        ] {
            let mut open = socket(address, &token).await;
            open.send(message).await.unwrap();
            assert_eq!(closed(&mut open).await, code);
        }
        let mut open = socket(address, &token).await;
        app.services.live.close_all();
        assert_eq!(closed(&mut open).await, 1001);
    }
}
