//! The page that a link in a message opens, in a real browser.

use std::net::TcpListener;
use std::time::Duration;

use astro_core::calendar::SignedDuration;
use astro_core::clock::{Clock as _, SystemClock};
use astro_testkit::{Browser, Sink};
use fantoccini::Locator;
use hyper::Method;
use serde_json::{Value, json};

use super::product::{Http, Product};
use super::until;

const PATIENCE: Duration = Duration::from_secs(20);

struct Desk {
    product: Product,
    http: Http,
    sink: Sink,
    browser: Browser,
}

impl Desk {
    async fn start() -> Option<Self> {
        let browser = Browser::start().await?;
        let sink = Sink::start().await;
        // the links in messages lead here: the address must be known before the start
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let mut product = Product::new().with(vec![
            ("ASTRO_OUTGOING__ALLOW", "127.0.0.1".to_owned()),
            ("ASTRO_HTTP__PUBLIC_URL", format!("http://{address}")),
            ("ASTRO_LISTEN", address),
        ]);
        product.make_owner();
        product.start().await;
        let scopes = [
            "tasks:read",
            "tasks:write",
            "preferences:read",
            "preferences:write",
        ];
        let token = product.token(&scopes);
        let mut http = Http::open(product.address(), &token).await;
        let never = json!({"value": {}});
        let quiet = "/api/v1/preferences/quiet.hours";
        let set = http.send(Method::PUT, quiet, Some(&never), None).await;
        set.unwrap().ok();
        let server = format!("server={}", sink.url());
        let phone = ["--title", "Phone", "--set", &server, "--set", "topic=mine"];
        product.astro(&[&["destination", "add", "ntfy"], &phone[..]].concat());
        Some(Self {
            product,
            http,
            sink,
            browser,
        })
    }

    /// A reminder of a new task that called; answers the task, the reminder and the link in its message.
    async fn reminded(&mut self) -> (String, String, String) {
        let earlier = self.sink.received().len();
        let task = json!({"title": "Water <b>the</b> plants"});
        let task = self.http.post("/api/v1/tasks", &task).await.ok();
        let soon = SystemClock.now() + SignedDuration::from_secs(1);
        let reminder = json!({
            "task_id": task["id"],
            "trigger": {"type": "absolute", "at": soon.to_string()},
            "channels": ["ntfy"],
        });
        let reminder = self.http.post("/api/v1/reminders", &reminder).await.ok();
        let sink = &self.sink;
        let more = |received: &Vec<_>| received.len() > earlier;
        let received = until(PATIENCE, async || sink.received(), more).await;
        let link = received.last().unwrap().body["click"].as_str().unwrap();
        let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
        (id(&task), id(&reminder), link.to_owned())
    }

    async fn open(&self, link: &str) {
        // a page that differs in its fragment alone would not be loaded anew
        self.browser.page.goto("about:blank").await.unwrap();
        self.browser.page.goto(link).await.unwrap();
    }

    async fn text(&self, css: &str) -> String {
        let found = self.browser.page.find(Locator::Css(css)).await.unwrap();
        found.text().await.unwrap()
    }

    /// Waits until an element says something with these words.
    async fn says(&self, css: &str, words: &str) {
        until(
            PATIENCE,
            async || self.text(css).await,
            |text| text.contains(words),
        )
        .await;
    }

    async fn press(&self, value: &str) {
        let css = format!("button[value={value}]");
        let button = self
            .browser
            .page
            .wait()
            .for_element(Locator::Css(&css))
            .await;
        button.unwrap().click().await.unwrap();
    }

    async fn get(&mut self, path: &str) -> Value {
        self.http.get(path).await.ok()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_answers_and_looking_does_not() {
    let Some(mut desk) = Desk::start().await else {
        return;
    };
    let (task, _, link) = desk.reminded().await;
    let task = format!("/api/v1/tasks/{task}");
    desk.open(&link).await;
    desk.says("#title", "Water <b>the</b> plants").await;
    assert_eq!(desk.get(&task).await["status"], "needs_action");
    let focused = desk.browser.page.active_element().await.unwrap();
    assert_eq!(focused.text().await.unwrap(), "Done");
    desk.press("complete").await;
    desk.says("#state", "Done").await;
    assert_eq!(desk.get(&task).await["status"], "completed");
    desk.open(&link).await;
    desk.says("#state", "done already").await;

    let (_, reminder, link) = desk.reminded().await;
    let reminder = format!("/api/v1/reminders/{reminder}");
    desk.open(&link).await;
    desk.press("snooze-60").await;
    desk.says("#state", "in an hour").await;
    assert_eq!(desk.get(&reminder).await["state"], "snoozed");

    let page = format!("http://{}/answer", desk.product.address());
    desk.open(&format!("{page}#AAAA")).await;
    desk.says("#problem", "not good any more").await;
    desk.open(&page).await;
    desk.says("#problem", "needs the whole link").await;
    desk.browser.close().await;
    desk.product.stop();
}
