//! The outgoing client against a canary on the loopback address: whatever is tried, no connection
//! arrives there that the operator has not allowed.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use astro_core::limits::OUTGOING_ANSWER_BYTES;
use astro_infra::http_out::{HttpError, HttpOut, Request, Resolve};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::sink::{Reply, Sink, allowing, no_trust};

/// Answers each look-up with the next entry, and with the last from then on.
#[derive(Debug)]
struct Names {
    answers: Mutex<VecDeque<Vec<SocketAddr>>>,
    asked: Mutex<usize>,
}

impl Names {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let at = |text: &&str| SocketAddr::new(text.parse::<IpAddr>().unwrap(), 0);
        let answers = answers
            .iter()
            .map(|addresses| addresses.iter().map(at).collect());
        Arc::new(Self {
            answers: Mutex::new(answers.collect()),
            asked: Mutex::new(0),
        })
    }

    fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, _: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        *self.asked.lock().unwrap() += 1;
        let mut answers = self.answers.lock().unwrap();
        let mut answer = answers.front().cloned().unwrap_or_default();
        if answers.len() > 1 {
            answers.pop_front();
        }
        for address in &mut answer {
            address.set_port(port);
        }
        async move { Ok(answer) }.boxed()
    }
}

fn client(allow: &str) -> HttpOut {
    HttpOut::new(&allowing(allow), &no_trust()).unwrap()
}

fn client_with(allow: &str, names: &Arc<Names>) -> HttpOut {
    let names = Arc::clone(names);
    HttpOut::with_resolver(&allowing(allow), &no_trust(), names).unwrap()
}

async fn post(client: &HttpOut, url: &str) -> Result<u16, HttpError> {
    let request = Request::post(url.parse().unwrap(), "hello");
    client
        .send(request)
        .await
        .map(|answer| answer.status.as_u16())
}

#[tokio::test]
async fn an_allowed_target_is_reached_by_address_and_by_name() {
    let canary = Sink::new(Reply::status("200 OK"));
    let port = canary.address.port();
    assert_eq!(
        post(&client("127.0.0.0/8"), &canary.url("/a?b")).await,
        Ok(200)
    );
    let names = Names::new(&[&["127.0.0.1"]]);
    let by_name = format!("http://nas.lan:{port}/");
    assert_eq!(
        post(&client_with("nas.lan", &names), &by_name).await,
        Ok(200)
    );
    let by_network = client_with("127.0.0.1", &names);
    assert_eq!(post(&by_network, &by_name).await, Ok(200));
    assert_eq!(canary.connections(), 3);
    let requests = canary.requests();
    assert_eq!(requests[0].path, "/a?b");
    assert_eq!(requests[0].body, b"hello");
    let host = format!("nas.lan:{port}");
    assert_eq!(requests[1].header("host"), Some(host.as_str()));
}

#[tokio::test]
async fn no_spelling_of_an_inside_address_reaches_the_canary() {
    let canary = Sink::new(Reply::status("200 OK"));
    let port = canary.address.port();
    // of this list, a connection that is made would reach the canary from the first nine
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "017700000001",
        "2130706433",
        "127.0.0.1.",
        "0.0.0.0",
        "localhost",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "[::]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "[fd00::1]",
        "10.0.0.1",
        "100.64.0.1",
        "192.168.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/");
            let answer = post(&client(""), &url).await;
            assert!(
                matches!(answer, Err(HttpError::Blocked(_))),
                "{url} {answer:?}"
            );
        }
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_name_of_an_inside_address_is_refused_also_among_public_ones() {
    let canary = Sink::new(Reply::status("200 OK"));
    let url = format!("http://trap.example:{}/", canary.address.port());
    for addresses in [
        &["127.0.0.1"][..],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["1.1.1.1", "127.0.0.1"],
        &["127.0.0.1", "1.1.1.1"],
    ] {
        let answer = post(&client_with("", &Names::new(&[addresses])), &url).await;
        assert!(
            matches!(answer, Err(HttpError::Blocked(_))),
            "{addresses:?}"
        );
    }
    assert_eq!(canary.connections(), 0);
}

/// `192.0.2.1` stands for a public address: it is allowed, and nobody is there.
#[tokio::test]
async fn a_name_that_flips_after_the_look_does_not_win() {
    let canary = Sink::new(Reply::status("200 OK"));
    let url = format!("http://flip.example:{}/", canary.address.port());
    let names = Names::new(&[&["192.0.2.1"], &["127.0.0.1"]]);
    let client = client_with("192.0.2.1", &names);
    let first = post(&client, &url).await;
    assert!(matches!(first, Err(HttpError::NotSent(_))), "{first:?}");
    assert_eq!(names.asked(), 1, "a request looks a name up once");
    let second = post(&client, &url).await;
    assert!(matches!(second, Err(HttpError::Blocked(_))), "{second:?}");
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_redirect_to_the_inside_is_an_answer_and_nothing_more() {
    let canary = Sink::new(Reply::status("200 OK"));
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("Location: {}\r\n", canary.url("/"));
        let lure = Sink::new(Reply::with(status, &location, ""));
        // even where the canary itself is allowed
        let answer = post(&client("127.0.0.1"), &lure.url("/")).await.unwrap();
        assert_eq!(answer.to_string(), status[..3]);
        assert_eq!(lure.connections(), 1);
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_dead_first_address_does_not_hide_a_living_second() {
    let canary = Sink::new(Reply::status("200 OK"));
    let url = format!("http://two.example:{}/", canary.address.port());
    // 127.0.0.2 has no listener and refuses at once; 192.0.2.1 never answers
    for first in ["127.0.0.2", "192.0.2.1"] {
        let names = Names::new(&[&[first, "127.0.0.1"]]);
        assert_eq!(
            post(&client_with("two.example", &names), &url).await,
            Ok(200)
        );
    }
}

#[tokio::test]
async fn a_long_body_is_cut_off_and_a_broken_one_kept() {
    let long = "x".repeat(3 * OUTGOING_ANSWER_BYTES);
    let broken = Reply::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_vec());
    let endless = Reply::Bytes(
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{long}",
            long.len()
        )
        .into_bytes(),
    );
    for (reply, length, is_cut) in [
        (
            Reply::with("200 OK", "", &long),
            OUTGOING_ANSWER_BYTES,
            true,
        ),
        (
            Reply::with("200 OK", "", &long[..OUTGOING_ANSWER_BYTES]),
            OUTGOING_ANSWER_BYTES,
            false,
        ),
        (endless, OUTGOING_ANSWER_BYTES, true),
        (broken, 3, true),
    ] {
        let sink = Sink::new(reply);
        let request = Request::post(sink.url("/").parse().unwrap(), "");
        let answer = client("127.0.0.1").send(request).await.unwrap();
        assert_eq!((answer.body.len(), answer.is_cut), (length, is_cut));
    }
}

#[tokio::test]
async fn a_failure_says_whether_the_request_can_have_arrived() {
    let client = client("127.0.0.1");
    let silent = Sink::new(Reply::Silence(Duration::from_secs(30)));
    let answer = post(&client, &silent.url("/")).await;
    assert!(matches!(answer, Err(HttpError::Unknown(_))), "{answer:?}");

    let rude = Sink::new(Reply::HangUp);
    let answer = post(&client, &rude.url("/")).await;
    assert!(matches!(answer, Err(HttpError::Unknown(_))), "{answer:?}");

    let long = "X: y\r\n".repeat(20_000);
    let wordy = Sink::new(Reply::with("200 OK", &long, ""));
    let answer = post(&client, &wordy.url("/")).await;
    assert!(matches!(answer, Err(HttpError::Unknown(_))), "{answer:?}");

    let nobody = "http://127.0.0.1:1/";
    let answer = post(&client, nobody).await;
    assert!(matches!(answer, Err(HttpError::NotSent(_))), "{answer:?}");

    let plain = Sink::new(Reply::status("200 OK"));
    let secure = format!("https://{}/", plain.address);
    let answer = post(&client, &secure).await;
    assert!(matches!(answer, Err(HttpError::NotSent(_))), "{answer:?}");

    let unknown = client_with("", &Names::new(&[&[]]));
    let answer = post(&unknown, "http://nowhere.example/").await;
    assert!(matches!(answer, Err(HttpError::NotSent(_))), "{answer:?}");
}

#[tokio::test]
async fn an_error_names_no_path_and_no_query() {
    let nobody = "http://127.0.0.1:1/bot123:secret/send?token=secret";
    for allow in ["", "127.0.0.1"] {
        let error = post(&client(allow), nobody).await.unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
