//! What the product knew at a moment can be made again later, to the bit.

use std::collections::BTreeMap;
use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_data::About;
use astro_data::exposures::slots;
use astro_services::Call;
use astro_testkit::{Client, TestApp, lives, on_both_engines};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{OWNER, admin_call, live, set_up, sign_in};

const MONTH: u32 = 30;

/// Hashes of the rows of everything that is open at a moment, and of the hours in which one of them could be done.
async fn hashes(
    app: &TestApp,
    call: &Call,
    at: Timestamp,
) -> BTreeMap<(Timestamp, Uuid, usize), [u8; 16]> {
    let known = app.services.known_at(call, at).await.unwrap().unwrap();
    let open: Vec<Uuid> = known.person.open().map(|(id, _)| id).collect();
    let mut asked: Vec<(Uuid, About)> = open.iter().map(|id| (*id, About::Task(*id))).collect();
    if let Some(first) = open.first() {
        let hours = slots(known.zone(), at).into_iter();
        asked.extend(hours.map(|slot| (*first, About::Slot(*first, slot))));
    }
    asked.push((Uuid::nil(), About::Silence));
    let rows = known.rows(asked.iter().map(|(_, about)| about.candidate()));
    let keys = asked
        .iter()
        .enumerate()
        .map(|(place, (id, _))| (at, *id, place));
    keys.zip(rows.iter().map(astro_data::Row::hash)).collect()
}

async fn suggested(client: &Client, body: Value) -> Value {
    client
        .post("/api/v1/recommendations", body)
        .await
        .expect(201)
}

async fn say(client: &Client, decided: &Value, verb: &str) {
    let id = decided["proposals"][0]["recommendation"]["id"]
        .as_str()
        .unwrap();
    let path = format!("/api/v1/recommendations/{id}/{verb}");
    client.post(&path, json!({})).await.expect(200);
}

on_both_engines! {
    async fn rows_of_a_month_are_made_again_to_the_bit(app: TestApp) {
        let life = &lives::files(1, MONTH, 21)[0];
        let lines: Vec<(Timestamp, &str)> = life.lines().map(|line| {
            let read: Value = serde_json::from_str(line).unwrap();
            (read["recorded_at"].as_str().unwrap().parse().unwrap(), line)
        }).collect();
        set_up(app).await;
        let (begin, call) = (app.now(), admin_call(app).await);
        let later = |day: u32| begin + lives::day(day).duration_since(lives::day(0));
        let mut seen = BTreeMap::new();
        for day in 1..=MONTH {
            app.db.clock.advance(later(day).duration_since(app.now()).unsigned_abs());
            let client = sign_in(app, OWNER).await;
            // each day the record comes as far as it is written: late lines are among what is new
            let so_far: Vec<&str> = lines.iter().filter(|(at, _)| *at < lives::day(day)).map(|(_, line)| *line).collect();
            live(&client, &(so_far.join("\n") + "\n")).await;
            seen.extend(hashes(app, &call, app.now()).await);
            // what is said and answered is known from here on
            app.db.clock.advance(Duration::from_mins(1));
            let decided = suggested(&client, json!({ "surface": "today" })).await;
            if decided["spoke"] == true {
                say(&client, &decided, "shown").await;
                say(&client, &decided, if day % 3 == 0 { "dismiss" } else { "accept" }).await;
            }
            app.db.clock.advance(Duration::from_hours(1));
            seen.extend(hashes(app, &call, app.now()).await);
        }
        let moments: std::collections::BTreeSet<_> = seen.keys().map(|(at, ..)| *at).collect();
        assert!(moments.len() == 60 && seen.len() > 1_000, "{} rows of {} moments", seen.len(), moments.len());
        let mut again = BTreeMap::new();
        for at in moments {
            again.extend(hashes(app, &call, at).await);
        }
        let differ = seen.iter().filter(|(key, hash)| again.get(key) != Some(hash)).count();
        assert_eq!((differ, again.len()), (0, seen.len()));
    }
}
