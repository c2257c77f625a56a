//! Which reminders are due when; making them through the API.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use astro_core::calendar::{SignedDuration, Timestamp};
use astro_core::clock::{Clock as _, SystemClock};
use http::{HeaderValue, Method};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::Caller;
use crate::measure::now;

/// Signs webhooks; of nobody.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[derive(Clone, Debug)]
pub struct Plan {
    pub address: SocketAddr,
    /// Where webhooks go.
    pub sink: String,
    pub reminders: usize,
    pub lead: Duration,
    pub within: Duration,
}

/// What must happen.
pub struct Due {
    /// When the first one is due.
    pub begin: Instant,
    /// When each one is due.
    pub at: HashMap<String, Timestamp>,
}

impl Plan {
    /// Makes a task and a reminder of it for each, shared out among the people. What concerns an
    /// account itself takes a session, which lasts for minutes; the rest a token.
    pub async fn carry_out(&self, sessions: &[HeaderValue], people: &[HeaderValue]) -> Result<Due> {
        let mut preparing = JoinSet::new();
        for (person, (session, token)) in sessions.iter().zip(people).enumerate() {
            let (plan, session, token) = (self.clone(), session.clone(), token.clone());
            // one of so many people has every so-many-th reminder
            let numbers: Vec<usize> = (person..self.reminders).step_by(people.len()).collect();
            preparing.spawn(async move { plan.prepare(&session, &token, numbers).await });
        }
        let mut prepared = Vec::new();
        while let Some(ended) = preparing.join_next().await {
            prepared.push(ended.context("preparing a person")??);
        }
        let begin = now() + self.lead;
        let first = SystemClock.now() + SignedDuration::try_from(self.lead)?;
        let mut making = JoinSet::new();
        for person in prepared {
            let plan = self.clone();
            making.spawn(async move { plan.remind(person, first).await });
        }
        let mut at = HashMap::new();
        while let Some(ended) = making.join_next().await {
            at.extend(ended.context("making reminders")??);
        }
        if now() + Duration::from_secs(1) > begin {
            bail!("making the reminders took longer than --lead allows");
        }
        Ok(Due { begin, at })
    }

    async fn prepare(
        &self,
        session: &HeaderValue,
        token: &HeaderValue,
        numbers: Vec<usize>,
    ) -> Result<Person> {
        let mut caller = Caller::open(self.address, Some(session)).await?;
        let never = json!({"value": {}});
        let quiet = "/api/v1/preferences/quiet.hours";
        caller.send(Method::PUT, quiet, Some(&never)).await?;
        let destination = json!({
            "channel": "webhook",
            "title": "sink",
            "settings": {"url": self.sink},
            "secret": SECRET,
        });
        let path = "/api/v1/destinations";
        caller.send(Method::POST, path, Some(&destination)).await?;
        let mut caller = Caller::open(self.address, Some(token)).await?;
        let mut tasks = Vec::with_capacity(numbers.len());
        for number in numbers {
            let task = json!({"title": format!("Call back number {number}")});
            let made = caller
                .send(Method::POST, "/api/v1/tasks", Some(&task))
                .await?;
            tasks.push((number, id(&made)?));
        }
        Ok(Person { caller, tasks })
    }

    async fn remind(
        &self,
        mut person: Person,
        first: Timestamp,
    ) -> Result<Vec<(String, Timestamp)>> {
        let mut made = Vec::with_capacity(person.tasks.len());
        for (number, task_id) in person.tasks {
            let at = first + self.offset(number)?;
            let reminder = json!({
                "task_id": task_id,
                "trigger": {"type": "absolute", "at": at.to_string()},
                "channels": ["webhook"],
            });
            let path = "/api/v1/reminders";
            let answer = person
                .caller
                .send(Method::POST, path, Some(&reminder))
                .await?;
            made.push((id(&answer)?, at));
        }
        Ok(made)
    }

    /// How long after the first one it is due; whole microseconds.
    fn offset(&self, number: usize) -> Result<SignedDuration> {
        let within = i64::try_from(self.within.as_micros())?;
        let (number, all) = (i64::try_from(number)?, i64::try_from(self.reminders)?);
        let micros = within.checked_mul(number).context("too many reminders")? / all;
        Ok(SignedDuration::from_micros(micros))
    }
}

struct Person {
    caller: Caller,
    /// The number of the reminder, and the task that it is of.
    tasks: Vec<(usize, String)>,
}

fn id(made: &Value) -> Result<String> {
    let id = made["id"].as_str();
    Ok(id.with_context(|| format!("no id in {made}"))?.to_owned())
}
