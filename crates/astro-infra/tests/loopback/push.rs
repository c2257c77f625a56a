//! Web Push against the libraries that receivers use: http-ece opens it, py-vapid checks who sent it.

use astro_infra::channels::{Clear, Message};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::messages::{channels, message, now, target};
use crate::python::{ask, python};
use crate::sink::{Received, Reply, Sink};

fn form(sink: &Sink, keys: &Value) -> Value {
    json!({
        "channel": "web_push",
        "endpoint": sink.url("/push/1"),
        "p256dh": keys["p256dh"],
        "auth": keys["auth"],
    })
}

fn question(request: &Received, keys: &Value) -> Value {
    json!({
        "private": keys["private"],
        "auth": keys["auth"],
        "body": URL_SAFE_NO_PAD.encode(&request.body),
        "authorization": request.header("authorization").unwrap(),
    })
}

#[tokio::test]
async fn a_browser_opens_the_push_and_knows_who_sent_it() {
    let Some(python) = python() else { return };
    let keys = ask(&python, "push.py", &json!({}));
    let sink = Sink::new(Reply::status("201 Created"));
    let channels = channels();
    channels
        .send(&target(form(&sink, &keys)), &message(), now())
        .await
        .unwrap();
    let request = sink.request();
    assert_eq!(request.header("content-encoding"), Some("aes128gcm"));
    assert_eq!(request.header("urgency"), Some("high"));
    assert_eq!(request.header("ttl"), Some("86400"));
    assert_eq!(request.header("topic").map(str::len), Some(32));

    let opened = ask(&python, "push.py", &question(&request, &keys));
    let Message {
        id,
        title,
        body,
        url,
        tag,
        ..
    } = message();
    let expected = json!({
        "id": id, "title": title, "body": body, "url": url, "tag": tag, "is_urgent": true,
        "actions": [
            {"label": "Done", "url": "https://tasks.example.org/done/1"},
            {"label": "Snooze", "url": "https://tasks.example.org/snooze/1"},
        ],
    });
    assert_eq!(opened["payload"], expected);
    assert_eq!(opened["is_signed"], true);
    let claims = json!({
        "aud": format!("http://{}", sink.address),
        "exp": now().as_second() + 12 * 3_600,
        "sub": "mailto:operator@example.org",
    });
    assert_eq!(opened["claims"], claims);
    let key = channels.vapid_public_key().unwrap();
    assert!(
        request
            .header("authorization")
            .unwrap()
            .ends_with(&format!(",k={key}"))
    );
}

#[tokio::test]
async fn a_clearing_takes_the_place_of_what_it_takes_away() {
    let Some(python) = python() else { return };
    let keys = ask(&python, "push.py", &json!({}));
    let sink = Sink::new(Reply::status("201 Created"));
    let (channels, target) = (channels(), target(form(&sink, &keys)));
    channels.send(&target, &message(), now()).await.unwrap();
    let clear = Clear {
        id: "2".to_owned(),
        tag: message().tag,
    };
    channels
        .clear(&target, &clear, now())
        .await
        .unwrap()
        .unwrap();
    let requests = sink.requests();
    assert_eq!(requests[0].header("topic"), requests[1].header("topic"));
    let opened = ask(&python, "push.py", &question(&requests[1], &keys));
    assert_eq!(
        opened["payload"],
        json!({"id": "2", "clear": message().tag})
    );
}

#[tokio::test]
async fn the_longest_message_still_fits_into_one_push() {
    let Some(python) = python() else { return };
    let keys = ask(&python, "push.py", &json!({}));
    let sink = Sink::new(Reply::status("201 Created"));
    let long = Message {
        title: "\"😀\\".repeat(1_000),
        body: "\u{1}😀".repeat(5_000),
        ..message()
    };
    let target = target(form(&sink, &keys));
    channels().send(&target, &long, now()).await.unwrap();
    let request = sink.request();
    assert!(request.body.len() <= 4_096);
    let opened = ask(&python, "push.py", &question(&request, &keys));
    let shown = opened["payload"]["title"].as_str().unwrap();
    assert!(shown.starts_with("\"😀\\") && shown.ends_with('…'));
}
