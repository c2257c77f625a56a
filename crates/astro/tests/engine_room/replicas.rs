//! Two servers on one PostgreSQL: what is written at one is told at the other, also after the bus lost
//! everything or the database was away.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use astro_testkit::{NatsServer, PostgresDatabase};
use hyper::{Method, StatusCode};
use serde_json::json;

use super::follower::Follower;
use super::product::{Http, Product};
use super::until;

/// How long it may take until everything that was written is known at the other server.
const PATIENCE: Duration = Duration::from_secs(30);
/// How soon after the database's return a write succeeds.
const RECOVERY: Duration = Duration::from_secs(5);

/// Two servers, a device that follows the second, and all that was written at the first.
struct Pair {
    database: PostgresDatabase,
    one: Product,
    two: Product,
    http: Http,
    follower: Follower,
    written: BTreeSet<String>,
}

impl Pair {
    async fn start(database: PostgresDatabase, bus: Option<&NatsServer>) -> Self {
        let mut settings = vec![("ASTRO_DATABASE_URL", database.url().to_owned())];
        if let Some(bus) = bus {
            settings.push(("ASTRO_BUS_URL", bus.url().expose().to_owned()));
        }
        let mut one = Product::new().with(settings);
        one.make_owner();
        let mut two = one.replica();
        one.start().await;
        two.start().await;
        let token = one.token(&["tasks:read", "tasks:write"]);
        Self {
            database,
            http: Http::open(one.address(), &token).await,
            follower: Follower::start(two.address(), &token),
            one,
            two,
            written: BTreeSet::new(),
        }
    }

    /// Writes a task at the first server; answers the status.
    async fn write(&mut self) -> StatusCode {
        let task = json!({"title": "Sweep"});
        let path = "/api/v1/tasks";
        let answer = self.http.send(Method::POST, path, Some(&task), None).await;
        let answer = answer.unwrap();
        if answer.status == StatusCode::CREATED {
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            self.written.insert(id);
        }
        answer.status
    }

    /// Writes for a while; each write is taken.
    async fn write_for(&mut self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            assert_eq!(self.write().await, StatusCode::CREATED);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The device at the second server comes to know exactly what was written at the first.
    async fn the_other_knows(&self) {
        let begun = Instant::now();
        let all = |known: &BTreeSet<String>| known.len() >= self.written.len();
        let known = until(PATIENCE, async || self.follower.known(), all).await;
        assert_eq!(known, self.written);
        let count = known.len();
        println!("all {count} known after {:?}", begun.elapsed());
    }

    /// The database goes away and comes back: writes are taken or refused as unavailable, and nothing
    /// that was taken is lost.
    async fn survives_without_database(&mut self) {
        self.database.shut().await;
        let begun = Instant::now();
        let mut refused = 0;
        while begun.elapsed() < Duration::from_secs(3) {
            let status = self.write().await;
            refused += usize::from(status == StatusCode::SERVICE_UNAVAILABLE);
            let known = [StatusCode::CREATED, StatusCode::SERVICE_UNAVAILABLE];
            assert!(known.contains(&status), "{status}: {}", self.one.log());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(refused > 0, "the database was away");
        self.database.open().await;
        let begun = Instant::now();
        while self.write().await != StatusCode::CREATED {
            assert!(begun.elapsed() < RECOVERY, "{}", self.one.log());
        }
        println!("{refused} refused, taken again after {:?}", begun.elapsed());
        self.the_other_knows().await;
    }

    async fn stop(mut self) {
        drop(self.follower);
        self.one.stop();
        self.two.stop();
        self.database.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_lost_everything_costs_no_write_and_no_event() {
    let Some(database) = PostgresDatabase::make().await else {
        return;
    };
    let Some(mut nats) = NatsServer::start() else {
        database.remove().await;
        return;
    };
    let mut pair = Pair::start(database, Some(&nats)).await;
    pair.write_for(Duration::from_secs(1)).await;
    pair.the_other_knows().await;

    nats.kill();
    nats.wipe();
    pair.write_for(Duration::from_secs(5)).await;
    nats.start_again();
    pair.the_other_knows().await;

    pair.write_for(Duration::from_secs(1)).await;
    pair.the_other_knows().await;
    pair.survives_without_database().await;
    pair.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_on_postgresql_alone_tell_each_other() {
    let Some(database) = PostgresDatabase::make().await else {
        return;
    };
    let mut pair = Pair::start(database, None).await;
    pair.write_for(Duration::from_secs(1)).await;
    pair.the_other_knows().await;
    pair.survives_without_database().await;
    pair.write_for(Duration::from_secs(1)).await;
    pair.the_other_knows().await;
    pair.stop().await;
}
