//! The rule against the program that it comes from: the real `task` makes the tasks and computes
//! their urgency.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use astro_core::calendar::Timestamp;
use astro_core::clock::{Clock as _, SystemClock};
use astro_core::ids::{LabelId, ProjectId, TaskId};
use astro_core::recommendations::Decided;
use astro_core::tasks::{TaskFields, TaskStatus};
use astro_testkit::{Engine, TestStore, skip_without};
use serde_json::{Value, json};

use crate::fixture::Person;

/// Terms that both know: ours, and the names of theirs.
const TERMS: [(&str, &[&str]); 8] = [
    ("due", &["due"]),
    ("blocking", &["blocking"]),
    ("active", &["active"]),
    ("scheduled", &["scheduled"]),
    ("age", &["age"]),
    ("description", &["annotations"]),
    ("labels", &["tags"]),
    ("project", &["project"]),
];
/// Taskwarrior prints six digits; of a number this small they go down to the eighth place.
const SMALL: f64 = 0.1;

struct Taskwarrior {
    home: tempfile::TempDir,
}

impl Taskwarrior {
    /// `None` where the program is not installed and nobody insists.
    fn start() -> Option<Self> {
        if Command::new("task").arg("--version").output().is_err() {
            skip_without("taskwarrior");
            return None;
        }
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("rc"), "confirmation=off\n").unwrap();
        Some(Self { home })
    }

    fn run(&self, args: &[String]) -> Vec<u8> {
        let home: &Path = self.home.path();
        let output = Command::new("task")
            .env("TASKRC", home.join("rc"))
            .env("TASKDATA", home.join("data"))
            .env("TZ", "UTC")
            .arg("rc.verbose=nothing")
            .args(args)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    fn say(&self, words: &str) {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        self.run(&words);
    }

    fn export(&self, settings: &[String]) -> Vec<Value> {
        let mut args = settings.to_vec();
        args.push("export".to_owned());
        serde_json::from_slice(&self.run(&args)).unwrap()
    }

    /// Urgency by uuid with only these coefficients, each of this weight.
    fn urgency(&self, only: &[&str], weight: f64) -> HashMap<String, f64> {
        let all = [
            "active",
            "age",
            "annotations",
            "blocked",
            "blocking",
            "due",
            "project",
            "scheduled",
            "tags",
            "waiting",
            "uda.priority.H",
            "uda.priority.M",
            "uda.priority.L",
            "user.tag.next",
        ];
        let settings: Vec<String> = all
            .iter()
            .map(|name| {
                let coefficient = if only.contains(name) { weight } else { 0.0 };
                format!("rc.urgency.{name}.coefficient={coefficient}")
            })
            .collect();
        by_uuid(&self.export(&settings))
    }
}

fn by_uuid(tasks: &[Value]) -> HashMap<String, f64> {
    tasks
        .iter()
        .map(|task| {
            (
                task["uuid"].as_str().unwrap().to_owned(),
                task["urgency"].as_f64().unwrap(),
            )
        })
        .collect()
}

fn instant(task: &Value, field: &str) -> Option<Timestamp> {
    let text = task[field].as_str()?;
    let parts = [
        &text[..4],
        "-",
        &text[4..6],
        "-",
        &text[6..8],
        "T",
        &text[9..11],
        ":",
        &text[11..13],
        ":",
        &text[13..],
    ];
    Some(parts.concat().parse().unwrap())
}

/// Tasks of every sort that both programs propose.
fn make_tasks(program: &Taskwarrior) {
    for words in [
        "add entry:2024-01-10 oldest",
        "add entry:now-100d due:now-10d late",
        "add entry:now-40d due:now+3d priority:H project:work soon",
        "add due:now+13d priority:M +home rather",
        "add due:now+60d priority:L +home +calls far",
        "add +next +home +calls three",
        "add scheduled:now-1d project:work.site scheduled",
        "add needed",
        "add depends:8 waits",
        "add due:now+1h begun",
        "10 start",
        "1 annotate a",
        "2 annotate a",
        "3 annotate a",
        "3 annotate b",
        "4 annotate a",
        "4 annotate b",
        "4 annotate c",
        "4 annotate d",
    ] {
        program.say(words);
    }
}

/// The same tasks as ours; answers which is which.
async fn bring_in(person: &Person, tasks: &[Value]) -> HashMap<TaskId, String> {
    let mut labels: HashMap<String, LabelId> = HashMap::new();
    let mut projects: HashMap<String, ProjectId> = HashMap::new();
    let mut ours: HashMap<String, TaskId> = HashMap::new();
    let mut sorted: Vec<&Value> = tasks.iter().collect();
    sorted.sort_by_key(|task| task["depends"].is_array());
    for task in sorted {
        let mut fields = TaskFields::titled(task["description"].as_str().unwrap());
        let when = |field: &str| instant(task, field).map(|at| at.to_string().parse().unwrap());
        fields.due = when("due");
        fields.start = when("scheduled");
        fields.priority = match task["priority"].as_str() {
            Some("H") => 1,
            Some("M") => 5,
            Some("L") => 9,
            _ => 0,
        };
        for tag in task["tags"].as_array().into_iter().flatten() {
            let tag = tag.as_str().unwrap();
            if !labels.contains_key(tag) {
                labels.insert(tag.to_owned(), person.label(tag).await.id);
            }
            fields.labels.push(labels[tag]);
        }
        if let Some(title) = task["project"].as_str() {
            if !projects.contains_key(title) {
                let made = person.project(json!({"title": title})).await;
                projects.insert(title.to_owned(), made.id);
            }
            fields.project_id = Some(projects[title]);
        }
        if task["start"].is_string() {
            fields.status = TaskStatus::InProcess;
        }
        let notes = task["annotations"].as_array().into_iter().flatten();
        let lines: Vec<&str> = notes
            .map(|note| note["description"].as_str().unwrap())
            .collect();
        fields.description = lines.join("\n");
        for other in task["depends"].as_array().into_iter().flatten() {
            fields.depends_on.push(ours[other.as_str().unwrap()]);
        }
        person.clock.set(instant(task, "entry").unwrap());
        let kept = person.task(fields).await;
        ours.insert(task["uuid"].as_str().unwrap().to_owned(), kept.id);
    }
    ours.into_iter().map(|(uuid, id)| (id, uuid)).collect()
}

fn value_of(decided: &Decided, id: TaskId, feature: &str) -> f64 {
    let reasons = decided
        .proposals
        .iter()
        .filter(|proposal| proposal.task.id == id)
        .flat_map(|proposal| &proposal.recommendation.reasons);
    reasons
        .filter(|reason| reason.feature == feature)
        .map(|reason| reason.value)
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn urgency_is_what_the_real_program_says() {
    let Some(program) = Taskwarrior::start() else {
        return;
    };
    TestStore::run(Engine::Sqlite, async |db| {
        make_tasks(&program);
        let person = Person::of(db);
        let names = bring_in(&person, &program.export(&[])).await;
        // the one that waits for another is no candidate
        let others = names.len() - 1;
        for (ours, theirs) in TERMS {
            let before = SystemClock.now();
            let urgency = program.urgency(theirs, SMALL);
            person.clock.set(before);
            let decided = person.ask().await;
            assert_eq!(decided.proposals.len(), others);
            for proposal in &decided.proposals {
                let id = proposal.task.id;
                let (mine, real) = (SMALL * value_of(&decided, id, ours), urgency[&names[&id]]);
                assert!(
                    (mine - real).abs() < 1e-6,
                    "{ours} of {}: {mine} against {real}",
                    proposal.task.title
                );
            }
            assert!(
                decided
                    .proposals
                    .iter()
                    .any(|proposal| value_of(&decided, proposal.task.id, ours) > 0.0),
                "no task shows {ours}"
            );
        }
        whole_urgency_agrees(&program, &person, &names).await;
    })
    .await;
}

/// With all coefficients as they come: to the six digits that are printed.
async fn whole_urgency_agrees(
    program: &Taskwarrior,
    person: &Person,
    names: &HashMap<TaskId, String>,
) {
    person.clock.set(SystemClock.now());
    let urgency = by_uuid(&program.export(&[]));
    for proposal in person.ask().await.proposals {
        let (mine, real) = (
            proposal.recommendation.score,
            urgency[&names[&proposal.task.id]],
        );
        assert!(
            (mine - real).abs() < 1e-4,
            "{}: {mine} against {real}",
            proposal.task.title
        );
    }
}
