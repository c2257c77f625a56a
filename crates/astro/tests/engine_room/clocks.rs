//! Reminders while the machine's clock jumps, and after the machine was off for days.

use std::collections::BTreeSet;
use std::time::Duration;

use astro_core::calendar::{SignedDuration, Timestamp};
use astro_core::clock::{Clock as _, SystemClock};
use astro_testkit::FakeTime;
use hyper::Method;
use serde_json::{Value, json};

use super::product::{Http, OWNER, PASSWORD, Product};
use super::until;

const PATIENCE: Duration = Duration::from_secs(30);
/// What must not come comes by now.
const SETTLED: Duration = Duration::from_secs(2);

/// An owner with one task, on a server whose clock we set.
struct Installation {
    product: Product,
    clock: FakeTime,
    /// The clock's offset now.
    ahead: SignedDuration,
    /// Signed in since the clock was set: what was signed at another time may be expired, or not yet
    /// good.
    http: Http,
    /// Reminders that were due so far.
    due: BTreeSet<String>,
}

impl Installation {
    async fn start() -> Option<Self> {
        let clock = FakeTime::open()?;
        let mut product = Product::new().with_server(clock.settings());
        product.make_owner();
        product.start().await;
        let mut http = sign_in(&product).await;
        let never = json!({"value": {}});
        let quiet = "/api/v1/preferences/quiet.hours";
        let set = http.send(Method::PUT, quiet, Some(&never), None).await;
        set.unwrap().ok();
        Some(Self {
            product,
            clock,
            ahead: SignedDuration::ZERO,
            http,
            due: BTreeSet::new(),
        })
    }

    /// What the server takes for the time.
    fn now(&self) -> Timestamp {
        SystemClock.now() + self.ahead
    }

    async fn set(&mut self, offset: &str, ahead: SignedDuration) {
        self.clock.set(offset);
        self.ahead = ahead;
        self.http = sign_in(&self.product).await;
    }

    /// Makes a reminder for each moment, with members of `more`; answers their ids.
    async fn remind(&mut self, moments: &[Timestamp], more: &Value) -> Vec<String> {
        let task = self
            .http
            .post("/api/v1/tasks", &json!({"title": "Water"}))
            .await;
        let task = task.ok();
        let mut ids = Vec::new();
        for at in moments {
            let mut reminder = more.clone();
            reminder["task_id"] = task["id"].clone();
            reminder["trigger"] = json!({"type": "absolute", "at": at.to_string()});
            let made = self.http.post("/api/v1/reminders", &reminder).await.ok();
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        ids
    }

    /// The ledger, newest first.
    async fn deliveries(&mut self) -> Vec<Value> {
        let answer = self.http.get("/api/v1/deliveries?limit=100").await.ok();
        assert_eq!(answer["next_cursor"], Value::Null, "one page holds all");
        answer["items"].as_array().unwrap().clone()
    }

    /// The reminders that called, as often as they did, in order.
    async fn called(&mut self) -> Vec<String> {
        let deliveries = self.deliveries().await;
        let id = |delivery: &Value| delivery["reminder_id"].as_str().unwrap().to_owned();
        let mut called: Vec<String> = deliveries.iter().map(id).collect();
        called.sort();
        called
    }

    /// All that were due call, each once, and no other does.
    async fn exactly_the_due_call(&mut self) {
        let due: Vec<String> = self.due.iter().cloned().collect();
        let all_called = |called: &Vec<String>| called.len() >= due.len();
        until(PATIENCE, async || self.called().await, all_called).await;
        tokio::time::sleep(SETTLED).await;
        assert_eq!(self.called().await, due);
    }

    /// A reminder that is made now calls, whatever the clock did before.
    async fn a_new_one_calls(&mut self) {
        let soon = self.now() + SignedDuration::from_secs(1);
        let ids = self.remind(&[soon], &json!({})).await;
        self.due.extend(ids);
        self.exactly_the_due_call().await;
    }
}

async fn sign_in(product: &Product) -> Http {
    let mut http = Http::try_open(product.address()).await.unwrap();
    let login = json!({"email": OWNER, "password": PASSWORD});
    let signed_in = http.post("/api/v1/auth/login", &login).await.ok();
    http.token = Some(signed_in["access_token"].as_str().unwrap().to_owned());
    http
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_jump_lose_no_reminder_and_double_none() {
    let Some(mut one) = Installation::start().await else {
        return;
    };
    let begin = one.now();
    let within = |numbers: std::ops::Range<i64>, step: SignedDuration| -> Vec<Timestamp> {
        numbers
            .map(|number| begin + step * i32::try_from(number).unwrap())
            .collect()
    };
    // soon, within the hour, within the day, and until a year and a month from now
    let groups = [
        within(4..12, SignedDuration::from_secs(1)),
        within(2..10, SignedDuration::from_mins(6)),
        within(2..10, hours(2)),
        within(2..10, hours(24 * 43)),
    ];
    let mut ids = Vec::new();
    for moments in &groups {
        ids.push(one.remind(moments, &json!({})).await);
    }
    let [soon, hour, day, year] = <[Vec<String>; 4]>::try_from(ids).unwrap();

    one.due.extend(soon);
    one.exactly_the_due_call().await;

    one.set("+1h", hours(1)).await;
    one.due.extend(hour);
    one.exactly_the_due_call().await;
    one.a_new_one_calls().await;

    one.set("-1h", hours(-1)).await;
    one.exactly_the_due_call().await;
    one.a_new_one_calls().await;

    one.set("+400d", hours(24 * 400)).await;
    one.due.extend(day);
    one.due.extend(year);
    one.exactly_the_due_call().await;

    one.set("+0", SignedDuration::ZERO).await;
    one.exactly_the_due_call().await;
    one.a_new_one_calls().await;
    one.product.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_days_of_downtime_each_reminder_calls_once_and_says_that_it_is_late() {
    let Some(mut one) = Installation::start().await else {
        return;
    };
    let begin = one.now();
    let moments: Vec<Timestamp> = (1..=12).map(|number| begin + hours(number)).collect();
    // each would have called 50 times meanwhile
    let nagging = json!({"nag": {"every_s": 600, "max": 50}});
    let ids = one.remind(&moments, &nagging).await;
    one.due.extend(ids);
    one.product.stop();
    one.clock.set("+3d");
    one.product.start().await;
    one.set("+3d", hours(72)).await;
    one.exactly_the_due_call().await;
    for delivery in one.deliveries().await {
        assert_eq!(delivery["late"], json!(true), "{delivery}");
    }
    one.product.stop();
}
