//! ntfy, Gotify, Telegram and the Apprise API against Apprise, which speaks to all of them: the same
//! message through both, to the same receiving end.

use std::path::Path;

use astro_infra::channels::{Action, Clear, Message, SendError};
use serde_json::{Value, json};

use crate::messages::{channels, message, now, target};
use crate::python::{ask, python};
use crate::sink::{Received, Reply, Sink};

/// What both can say: Apprise knows no further fields.
fn plain() -> Message {
    Message {
        title: "Pay the rent".to_owned(),
        body: "José's <b>rent</b> & ☕\nis due *today*".to_owned(),
        url: None,
        actions: Vec::new(),
        is_urgent: false,
        ..message()
    }
}

/// The request of ours, then that of Apprise.
async fn both(python: &Path, form: &Value, theirs: &str) -> (Received, Received) {
    let sink = Sink::new(Reply::with("200 OK", "", "{\"ok\":true,\"result\":{}}"));
    let mut form = form.clone();
    form["server"] = json!(sink.url(""));
    channels()
        .send(&target(form), &plain(), now())
        .await
        .unwrap();
    let question = json!({
        "urls": [theirs.replace("SINK", &sink.address.to_string())],
        "title": plain().title,
        "body": plain().body,
        "telegram": sink.url("/bot"),
    });
    assert_eq!(ask(python, "apprise_send.py", &question)["ok"], true);
    let requests = sink.requests();
    assert_eq!(requests.len(), 2, "{requests:#?}");
    (requests[0].clone(), requests[1].clone())
}

fn assert_same(ours: &Received, theirs: &Received, headers: &[&str], fields: &[&str]) {
    assert_eq!((&ours.method, &ours.path), (&theirs.method, &theirs.path));
    for name in headers.iter().chain(&["content-type"]) {
        assert!(ours.header(name).is_some(), "{name}");
        assert_eq!(ours.header(name), theirs.header(name), "{name}");
    }
    for name in fields {
        assert!(!ours.json()[name].is_null(), "{name}");
        assert_eq!(ours.json()[name], theirs.json()[name], "{name}");
    }
}

#[tokio::test]
async fn ntfy_is_told_what_apprise_tells_it() {
    let Some(python) = python() else { return };
    let form =
        json!({"channel": "ntfy", "topic": "rent", "token": "tk_abcdefghijklmnopqrstuvwxyz012"});
    let theirs = "ntfy://tk_abcdefghijklmnopqrstuvwxyz012@SINK/rent?image=no";
    let (ours, theirs) = both(&python, &form, theirs).await;
    assert_same(
        &ours,
        &theirs,
        &["authorization"],
        &["topic", "title", "message"],
    );
}

#[tokio::test]
async fn gotify_is_told_what_apprise_tells_it() {
    let Some(python) = python() else { return };
    let form = json!({"channel": "gotify", "token": "Abcdefghijklmno"});
    let theirs = "gotify://SINK/Abcdefghijklmno?priority=normal";
    let (ours, theirs) = both(&python, &form, theirs).await;
    let fields = ["title", "message", "priority"];
    assert_same(&ours, &theirs, &["x-gotify-key"], &fields);
}

#[tokio::test]
async fn the_apprise_api_is_told_what_apprise_tells_it() {
    let Some(python) = python() else { return };
    let form = json!({"channel": "apprise", "key": "home"});
    let (ours, theirs) = both(&python, &form, "apprise://SINK/home?method=json&version=1").await;
    assert_same(&ours, &theirs, &[], &["title", "body", "type"]);
}

#[tokio::test]
async fn telegram_is_asked_at_the_address_where_apprise_asks_it() {
    let Some(python) = python() else { return };
    let form = json!({"channel": "telegram", "bot_token": "123456789:abcdefg_hijklmnop", "chat_id": "12315544"});
    let theirs = "tgram://123456789:abcdefg_hijklmnop/12315544/?format=text";
    let (ours, theirs) = both(&python, &form, theirs).await;
    assert_eq!((&ours.method, &ours.path), (&theirs.method, &theirs.path));
    assert_eq!(ours.header("content-type"), theirs.header("content-type"));
    assert_eq!(ours.json()["chat_id"].as_str(), Some("12315544"));
    assert_eq!(
        theirs.json()["chat_id"].to_string().trim_matches('"'),
        "12315544"
    );
}

#[tokio::test]
async fn a_click_and_buttons_reach_the_channels_that_have_them() {
    let sink = Sink::new(Reply::status("200 OK"));
    let server = sink.url("/base/");
    for form in [
        json!({"channel": "ntfy", "server": server, "topic": "rent"}),
        json!({"channel": "gotify", "server": server, "token": "A"}),
        json!({"channel": "telegram", "server": server, "bot_token": "1:a", "chat_id": "@me"}),
        json!({"channel": "apprise", "server": server, "urls": "json://x"}),
    ] {
        channels()
            .send(&target(form), &message(), now())
            .await
            .unwrap();
    }
    let [ntfy, gotify, telegram, apprise] = sink.requests().try_into().unwrap();
    let url = message().url.unwrap();

    assert_eq!(ntfy.path, "/base/");
    assert_eq!(ntfy.json()["click"], json!(url));
    assert_eq!(ntfy.json()["priority"], 5);
    let done = json!({"action": "view", "label": "Done", "url": "https://tasks.example.org/done/1", "clear": true});
    assert_eq!(ntfy.json()["actions"][0], done);

    assert_eq!(gotify.path, "/base/message");
    assert_eq!(gotify.json()["priority"], 8);
    let extras = gotify.json()["extras"].clone();
    assert_eq!(extras["client::notification"]["click"]["url"], json!(url));
    assert_eq!(extras["client::display"]["contentType"], "text/plain");

    assert_eq!(telegram.path, "/base/bot1:a/sendMessage");
    let text = format!("{}\n\n{}\n\n{url}", message().title, message().body);
    assert_eq!(telegram.json()["text"], json!(text));
    assert!(telegram.json()["parse_mode"].is_null());
    let keyboard = telegram.json()["reply_markup"]["inline_keyboard"].clone();
    assert_eq!(keyboard.as_array().unwrap().len(), 2);
    let done = json!([{"text": "Done", "url": "https://tasks.example.org/done/1"}]);
    assert_eq!(keyboard[0], done);

    assert_eq!(apprise.path, "/base/notify/");
    assert_eq!(apprise.json()["urls"], "json://x");
    let links = format!(
        "\n\n{url}\nDone: https://tasks.example.org/done/1\nSnooze: https://tasks.example.org/snooze/1"
    );
    let body = format!("{}{links}", message().body);
    assert_eq!(apprise.json()["body"], json!(body));
}

#[tokio::test]
async fn only_a_full_success_of_apprise_is_one() {
    for (status, expected) in [
        ("200 OK", "sent"),
        ("204 No Content", "refused"),
        ("400 Bad", "refused"),
        ("424 Failed Dependency", "unknown"),
        ("500 Internal", "not sent"),
    ] {
        let sink = Sink::new(Reply::status(status));
        let form = json!({"channel": "apprise", "server": sink.url(""), "key": "home"});
        let outcome = channels().send(&target(form), &message(), now()).await;
        let kind = match outcome {
            Ok(_) => "sent",
            Err(SendError::Refused { .. }) => "refused",
            Err(SendError::NotSent { .. }) => "not sent",
            Err(SendError::Unknown { .. }) => "unknown",
        };
        assert_eq!(kind, expected, "{status}");
    }
}

#[tokio::test]
async fn an_address_of_ones_own_network_is_text_to_telegram_and_no_button() {
    let sink = Sink::new(Reply::status("200 OK"));
    let form =
        json!({"channel": "telegram", "server": sink.url(""), "bot_token": "1:a", "chat_id": "2"});
    let message = Message {
        url: Some("http://nas:8080/tasks/1".to_owned()),
        actions: vec![Action {
            label: "Done".to_owned(),
            url: "http://nas:8080/done/1".to_owned(),
        }],
        body: "😀".repeat(5_000),
        ..message()
    };
    channels()
        .send(&target(form), &message, now())
        .await
        .unwrap();
    let sent = sink.request().json();
    let text = sent["text"].as_str().unwrap();
    assert!(text.encode_utf16().count() <= 4_096);
    assert!(text.ends_with("…\n\nhttp://nas:8080/tasks/1\nDone: http://nas:8080/done/1"));
    assert!(sent["reply_markup"].is_null());
}

#[tokio::test]
async fn ntfy_is_asked_to_take_away_what_it_was_told() {
    let sink = Sink::new(Reply::status("200 OK"));
    let form = json!({"channel": "ntfy", "server": sink.url(""), "topic": "rent", "token": "tk_1"});
    let target = target(form);
    channels().send(&target, &message(), now()).await.unwrap();
    let clear = Clear {
        id: "2".to_owned(),
        tag: message().tag,
    };
    channels()
        .clear(&target, &clear, now())
        .await
        .unwrap()
        .unwrap();
    let [told, taken] = sink.requests().try_into().unwrap();
    let sequence = told.header("x-sequence-id").unwrap();
    assert_eq!(taken.method, "DELETE");
    assert_eq!(taken.path, format!("/rent/{sequence}"));
    assert_eq!(taken.header("authorization"), Some("Bearer tk_1"));
}
