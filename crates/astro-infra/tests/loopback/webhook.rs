//! Signed webhooks against the reference library of Standard Webhooks.

use astro_core::clock::{Clock as _, SystemClock};
use serde_json::{Map, Value, json};

use crate::messages::{channels, message, target};
use crate::python::{ask, python};
use crate::sink::{Received, Reply, Sink};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn question(request: &Received, secret: &str) -> Value {
    let headers: Map<String, Value> = request
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    let body = String::from_utf8(request.body.clone()).unwrap();
    json!({"secret": secret, "headers": headers, "body": body})
}

#[tokio::test]
async fn the_reference_library_takes_the_signature_and_no_other() {
    let Some(python) = python() else { return };
    let sink = Sink::new(Reply::status("204 No Content"));
    let hook =
        target(json!({"channel": "webhook", "url": sink.url("/hook?x=y"), "secret": SECRET}));
    // the library wants the time of sending within five minutes of its own
    let now = SystemClock.now();
    channels().send(&hook, &message(), now).await.unwrap();
    let request = sink.request();
    assert_eq!(request.path, "/hook?x=y");
    assert_eq!(request.header("webhook-id"), Some(message().id.as_str()));
    assert_eq!(request.json(), message().data);

    let right = question(&request, SECRET);
    assert_eq!(ask(&python, "webhook.py", &right)["ok"], true);
    let other_secret = question(&request, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    assert_eq!(ask(&python, "webhook.py", &other_secret)["ok"], false);
    let mut other_body = right;
    other_body["body"] = json!("{}");
    assert_eq!(ask(&python, "webhook.py", &other_body)["ok"], false);
}
