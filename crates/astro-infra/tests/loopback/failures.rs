//! What each way of failing means, on every channel that speaks HTTP.

use std::time::Duration;

use astro_core::limits::OUTGOING_ANSWER_BYTES;
use astro_infra::channels::{Clear, SendError, Target};
use serde_json::{Value, json};

use crate::messages::{channels, channels_allowing, message, now, target};
use crate::sink::{Reply, Sink};

const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

fn forms(server: &str) -> Vec<Value> {
    vec![
        json!({"channel": "web_push", "endpoint": server, "p256dh": P256DH, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}),
        json!({"channel": "ntfy", "server": server, "topic": "t", "token": "tk_hidden"}),
        json!({"channel": "gotify", "server": server, "token": "hidden"}),
        json!({"channel": "webhook", "url": server, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}),
        json!({"channel": "apprise", "server": server, "urls": "json://hidden"}),
        json!({"channel": "telegram", "server": server, "bot_token": "1:hidden", "chat_id": "2"}),
    ]
}

fn targets(sink: &Sink) -> Vec<Target> {
    forms(&sink.url("/")).into_iter().map(target).collect()
}

/// What each channel makes of the same reply.
async fn outcomes(reply: Reply) -> Vec<(&'static str, SendError)> {
    let sink = Sink::new(reply);
    let mut outcomes = Vec::new();
    for target in targets(&sink) {
        let error = channels()
            .send(&target, &message(), now())
            .await
            .unwrap_err();
        if let Some(secret) = target.secret() {
            assert!(!error.to_string().contains(secret.expose()), "{error}");
        }
        outcomes.push((target.channel(), error));
    }
    assert_eq!(sink.connections(), targets(&sink).len());
    outcomes
}

#[tokio::test]
async fn every_channel_takes_a_success_for_one() {
    let sink = Sink::new(Reply::with("200 OK", "", "{\"ok\":true}"));
    for target in targets(&sink) {
        let sent = channels().send(&target, &message(), now()).await.unwrap();
        assert_eq!(sent.answer, "200 OK");
    }
}

#[tokio::test]
async fn too_many_means_later_and_says_when() {
    let reply = Reply::with("429 Too Many", "Retry-After: 17\r\n", "");
    for (channel, error) in outcomes(reply).await {
        let SendError::NotSent { retry_after, .. } = error else {
            panic!("{channel}: {error:?}");
        };
        assert_eq!(retry_after, Some(Duration::from_secs(17)), "{channel}");
    }
}

#[tokio::test]
async fn telegrams_own_word_for_later_is_understood() {
    let body = r#"{"ok":false,"description":"Too Many","parameters":{"retry_after":9}}"#;
    for (_, error) in outcomes(Reply::with("429 Too Many", "", body)).await {
        let SendError::NotSent { retry_after, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(retry_after, Some(Duration::from_secs(9)));
    }
}

#[tokio::test]
async fn a_failing_server_means_later() {
    for status in ["500 Internal", "502 Bad", "503 Unavailable"] {
        for (channel, error) in outcomes(Reply::status(status)).await {
            assert!(
                matches!(error, SendError::NotSent { .. }),
                "{channel}: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn no_is_no_and_a_push_that_is_gone_is_gone() {
    for (status, gone) in [
        ("400 Bad", &[][..]),
        ("401 No", &[]),
        ("404 Not Found", &["web_push"]),
        ("301 Moved", &[]),
    ] {
        for (channel, error) in outcomes(Reply::status(status)).await {
            let SendError::Refused { is_gone, .. } = error else {
                panic!("{status} {channel}: {error:?}");
            };
            assert_eq!(is_gone, gone.contains(&channel), "{status} {channel}");
        }
    }
    for (channel, error) in outcomes(Reply::status("410 Gone")).await {
        let is_right = matches!(error, SendError::Refused { is_gone: true, .. });
        assert!(is_right, "{channel}: {error:?}");
    }
}

#[tokio::test]
async fn a_secret_that_the_other_side_repeats_is_not_in_the_reason() {
    let body = r#"{"error":"token tk_hidden 1:hidden json://hidden hidden is wrong"}"#;
    for (channel, error) in outcomes(Reply::with("403 Forbidden", "", body)).await {
        assert!(error.reason().contains("is wrong"), "{channel}: {error}");
    }
}

#[tokio::test]
async fn a_redirect_is_refused_and_named() {
    let canary = Sink::new(Reply::status("200 OK"));
    let location = format!("Location: {}\r\n", canary.url("/"));
    for (_, error) in outcomes(Reply::with("302 Found", &location, "")).await {
        assert!(
            error.reason().contains("redirects are not followed"),
            "{error}"
        );
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_leaves_it_open() {
    for (channel, error) in outcomes(Reply::HangUp).await {
        assert!(
            matches!(error, SendError::Unknown { .. }),
            "{channel}: {error:?}"
        );
    }
}

#[tokio::test]
async fn silence_after_the_request_leaves_it_open() {
    let sink = Sink::new(Reply::Silence(Duration::from_secs(30)));
    let targets = targets(&sink);
    let (channels, message) = (channels(), message());
    let sendings = targets
        .iter()
        .map(|target| channels.send(target, &message, now()));
    for outcome in futures_util::future::join_all(sendings).await {
        let error = outcome.unwrap_err();
        assert!(matches!(error, SendError::Unknown { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn nobody_at_the_door_means_later() {
    for form in forms("http://127.0.0.1:1/") {
        let target = target(form);
        let error = channels()
            .send(&target, &message(), now())
            .await
            .unwrap_err();
        assert!(matches!(error, SendError::NotSent { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_body_without_end_changes_nothing() {
    let body = "x".repeat(4 * OUTGOING_ANSWER_BYTES);
    let sink = Sink::new(Reply::with("200 OK", "", &body));
    for target in targets(&sink) {
        channels().send(&target, &message(), now()).await.unwrap();
    }
}

#[tokio::test]
async fn an_inside_address_is_refused_at_the_door_and_when_sending() {
    let canary = Sink::new(Reply::status("200 OK"));
    let channels = channels_allowing("");
    for target in targets(&canary) {
        let wrong = channels.check(&target).unwrap_err();
        assert_eq!(wrong[0].code, "not_allowed");
        let error = channels.send(&target, &message(), now()).await.unwrap_err();
        assert!(matches!(error, SendError::Refused { .. }), "{error:?}");
    }
    let clear = Clear {
        id: "1".to_owned(),
        tag: "t".to_owned(),
    };
    for target in targets(&canary) {
        let cleared = channels.clear(&target, &clear, now()).await;
        let is_right = matches!(cleared, Ok(None) | Err(SendError::Refused { .. }));
        assert!(is_right, "{cleared:?}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn what_is_not_set_up_is_refused_with_the_reason() {
    let mail = target(json!({"channel": "email", "address": "o@example.org"}));
    let error = channels().send(&mail, &message(), now()).await.unwrap_err();
    assert!(error.reason().contains("no mail"), "{error}");
    assert_eq!(channels().check(&mail).unwrap_err()[0].code, "unavailable");
}
