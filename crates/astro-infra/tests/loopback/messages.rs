//! What the tests send.

use astro_core::calendar::Timestamp;
use astro_core::config::MailConfig;
use astro_core::random::Random;
use astro_infra::channels::{Action, Channels, Message, Target, Vapid};
use astro_infra::http_out::HttpOut;
use serde_json::{Value, json};

use crate::sink::{allowing, no_trust};

pub fn now() -> Timestamp {
    "2026-11-25T09:00:00Z".parse().unwrap()
}

/// A message with something of everything, and words that try to be more than words.
pub fn message() -> Message {
    Message {
        id: "0192f0c1-0000-7000-8000-000000000001".to_owned(),
        title: "Pay the rent <b>&amp; José's ☕".to_owned(),
        body: "Due today at 10:00.\n.\n<script>alert(\"1\")</script> *bold* [x](y) 😀".to_owned(),
        url: Some("https://tasks.example.org/tasks/1?a=b&c=d".to_owned()),
        actions: vec![
            Action {
                label: "Done".to_owned(),
                url: "https://tasks.example.org/done/1".to_owned(),
            },
            Action {
                label: "Snooze".to_owned(),
                url: "https://tasks.example.org/snooze/1".to_owned(),
            },
        ],
        tag: "reminder:1:2026-11-25T10:00:00Z".to_owned(),
        is_urgent: true,
        at: now(),
        data: json!({"type": "reminder.due", "data": {"title": "José's ☕"}}),
    }
}

pub fn target(form: Value) -> Target {
    let target: Target = serde_json::from_value(form).unwrap();
    target.check().unwrap();
    target
}

/// Everything set up that needs no mail server, with the loopback network allowed.
pub fn channels() -> Channels {
    channels_allowing("127.0.0.0/8")
}

pub fn channels_allowing(allow: &str) -> Channels {
    let random = Random::seeded(7);
    let key = Vapid::new_private_key(&random);
    let vapid = Vapid::new(&key, "mailto:operator@example.org").unwrap();
    let http = HttpOut::new(&allowing(allow), &no_trust()).unwrap();
    Channels::new(http, None, Some(vapid), random)
}

pub fn mail_config(url: &str) -> MailConfig {
    MailConfig {
        url: Some(astro_core::config::SecretUrl::new(url)),
        from: Some("AstroAssistance <assistant@example.org>".to_owned()),
    }
}
