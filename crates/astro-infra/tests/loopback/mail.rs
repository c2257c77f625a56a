//! E-mail against aiosmtpd, another program's mail server.

use astro_core::config::MailConfig;
use astro_core::random::Random;
use astro_infra::channels::{Channels, Mailer, Message, SendError, Sent};
use astro_infra::http_out::{HttpOut, Trust};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use crate::messages::{mail_config, message, now, target};
use crate::python::{Running, python};
use crate::sink::allowing;

struct Server {
    program: Running,
    port: u64,
    trust: Trust,
}

impl Server {
    fn start(tls: &str, login: &Value) -> Option<Self> {
        let options = json!({"tls": tls, "login": login});
        let mut program = Running::start(&python()?, "smtp_sink.py", &options);
        let said = program.next();
        let pem = said["authority"].as_str().unwrap();
        let authority = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        Some(Self {
            program,
            port: said["port"].as_u64().unwrap(),
            trust: Trust::of(vec![authority]),
        })
    }

    fn plain() -> Option<Self> {
        Self::start("none", &Value::Null)
    }

    /// `url` names the port as PORT. Nothing inside is allowed to HTTP: the mail server is the
    /// operator's choice.
    fn channels(&self, url: &str) -> Channels {
        let config = mail_config(&url.replace("PORT", &self.port.to_string()));
        let mailer = Mailer::new(&config, &self.trust).unwrap();
        let http = HttpOut::new(&allowing(""), &self.trust).unwrap();
        Channels::new(http, mailer, None, Random::seeded(1))
    }

    async fn send(&self, url: &str, to: &str, message: &Message) -> Result<Sent, SendError> {
        let target = target(json!({"channel": "email", "address": to}));
        self.channels(url).send(&target, message, now()).await
    }
}

fn header<'a>(mail: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = mail["headers"].as_array().unwrap();
    headers
        .iter()
        .filter(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name))
        .map(|header| header[1].as_str().unwrap())
        .collect()
}

const PLAIN: &str = "smtp://127.0.0.1:PORT";

#[tokio::test]
async fn a_mail_arrives_with_its_words_and_its_id() {
    let Some(mut server) = Server::plain() else {
        return;
    };
    let sent = server
        .send(PLAIN, "owner@example.org", &message())
        .await
        .unwrap();
    assert_eq!(sent.answer, "250 kept");
    let mail = server.program.next();
    assert_eq!(mail["from"], "assistant@example.org");
    assert_eq!(mail["to"], json!(["owner@example.org"]));
    assert_eq!(mail["hello"], "example.org");
    assert_eq!(mail["defects"], json!([]));
    assert!(mail["longest_line"].as_u64().unwrap() <= 998);
    assert_eq!(header(&mail, "Subject"), [message().title]);
    assert_eq!(
        header(&mail, "From"),
        ["AstroAssistance <assistant@example.org>"]
    );
    assert_eq!(header(&mail, "To"), ["owner@example.org"]);
    assert_eq!(header(&mail, "Date"), ["Wed, 25 Nov 2026 09:00:00 +0000"]);
    assert_eq!(header(&mail, "Auto-Submitted"), ["auto-generated"]);
    let text = mail["text"].as_str().unwrap().replace("\r\n", "\n");
    let links = "https://tasks.example.org/tasks/1?a=b&c=d\nDone: https://tasks.example.org/done/1\nSnooze: https://tasks.example.org/snooze/1";
    let expected = format!("{}\n\n{}\n\n{links}", message().title, message().body);
    assert_eq!(text.trim_end(), expected);
    let html = mail["html"].as_str().unwrap();
    assert!(
        html.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"),
        "{html}"
    );
    let link =
        "<strong><a href=\"https://tasks.example.org/tasks/1?a=b&amp;c=d\">Pay the rent &lt;b&gt;";
    assert!(html.contains(link), "{html}");
    assert!(html.contains("<p><a href=\"https://tasks.example.org/done/1\">Done</a></p>"));
}

#[tokio::test]
async fn one_delivery_has_one_message_id_and_one_tag_one_thread() {
    let Some(mut server) = Server::plain() else {
        return;
    };
    let other = Message {
        id: "another".to_owned(),
        ..message()
    };
    let mut ids = Vec::new();
    for message in [message(), message(), other] {
        server
            .send(PLAIN, "owner@example.org", &message)
            .await
            .unwrap();
        let mail = server.program.next();
        let id = header(&mail, "Message-ID")[0].to_owned();
        ids.push((id, header(&mail, "References")[0].to_owned()));
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0].0, ids[2].0);
    assert_eq!(ids[0].1, ids[2].1);
}

#[tokio::test]
async fn a_title_cannot_add_a_header_or_end_the_mail() {
    let Some(mut server) = Server::plain() else {
        return;
    };
    let evil = Message {
        title: "Rent\r\nBcc: victim@example.org\r\n\r\n<b>body</b>\n\u{0}".to_owned(),
        body: "one\r\n.\r\nMAIL FROM:<x@example.org>\r\n\r\n.\n\rtwo\u{0}".to_owned(),
        ..message()
    };
    server
        .send(PLAIN, "owner@example.org", &evil)
        .await
        .unwrap();
    let mail = server.program.next();
    assert_eq!(header(&mail, "Bcc"), [""; 0]);
    assert_eq!(
        header(&mail, "Subject"),
        ["Rent Bcc: victim@example.org <b>body</b>"]
    );
    assert_eq!(mail["to"], json!(["owner@example.org"]));
    let text = mail["text"].as_str().unwrap();
    assert!(
        text.contains("MAIL FROM:<x@example.org>") && text.contains("two"),
        "{text:?}"
    );
}

#[tokio::test]
async fn each_answer_of_the_mail_server_means_one_of_three_things() {
    let Some(server) = Server::plain() else {
        return;
    };
    for (local, expected) in [
        ("refused", "refused"),
        ("data-refused", "refused"),
        ("later", "not sent"),
        ("data-later", "not sent"),
        ("drop", "unknown"),
        ("hang", "unknown"),
    ] {
        let to = format!("{local}@example.org");
        let error = server.send(PLAIN, &to, &message()).await.unwrap_err();
        let kind = match error {
            SendError::Refused { .. } => "refused",
            SendError::NotSent { .. } => "not sent",
            SendError::Unknown { .. } => "unknown",
        };
        assert_eq!(kind, expected, "{local}: {error:?}");
    }
    let nobody = server
        .send("smtp://127.0.0.1:1", "o@example.org", &message())
        .await;
    assert!(
        matches!(nobody, Err(SendError::NotSent { .. })),
        "{nobody:?}"
    );
}

#[tokio::test]
async fn tls_from_the_start_and_by_upgrade_carry_the_password() {
    let login = json!(["assistant", "p@ss/word"]);
    for (tls, url) in [
        (
            "from_the_start",
            "smtps://assistant:p%40ss%2Fword@localhost:PORT",
        ),
        (
            "upgrade",
            "smtp://assistant:p%40ss%2Fword@localhost:PORT?tls=required",
        ),
    ] {
        let Some(mut server) = Server::start(tls, &login) else {
            return;
        };
        server
            .send(url, "owner@example.org", &message())
            .await
            .unwrap();
        let mail = server.program.next();
        assert_eq!(
            (&mail["is_secure"], &mail["login"]),
            (&json!(true), &json!("assistant"))
        );

        let wrong = url.replace("p%40ss", "hunter2");
        let error = server
            .send(&wrong, "owner@example.org", &message())
            .await
            .unwrap_err();
        assert!(matches!(error, SendError::Refused { .. }), "{error:?}");
        assert!(!error.to_string().contains("hunter2"));

        // the certificate is another's: nothing is sent, and no password either
        let elsewhere = url.replace("localhost", "127.0.0.1");
        let error = server
            .send(&elsewhere, "owner@example.org", &message())
            .await
            .unwrap_err();
        assert!(matches!(error, SendError::NotSent { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_upgrade_gets_no_mail() {
    let Some(server) = Server::plain() else {
        return;
    };
    let url = "smtp://assistant:hunter2@localhost:PORT?tls=required";
    let error = server
        .send(url, "owner@example.org", &message())
        .await
        .unwrap_err();
    assert!(matches!(error, SendError::Refused { .. }), "{error:?}");
}

#[test]
fn half_a_configuration_is_refused() {
    let trust = Trust::of(Vec::new());
    assert!(
        Mailer::new(&MailConfig::default(), &trust)
            .unwrap()
            .is_none()
    );
    let whole = mail_config("smtp://localhost");
    for half in [
        MailConfig {
            from: None,
            ..whole.clone()
        },
        MailConfig {
            url: None,
            ..whole.clone()
        },
        MailConfig {
            from: Some("nobody".to_owned()),
            ..whole
        },
    ] {
        assert!(Mailer::new(&half, &trust).is_err());
    }
}
