//! The real Taskwarrior (`task` 2.6, package `taskwarrior` of Debian) as an oracle, each in a
//! folder of its own.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Map, Value};

use crate::skip_without;

/// A store of the real program.
#[derive(Debug)]
pub struct Taskwarrior {
    directory: tempfile::TempDir,
}

/// Attributes of people's own, of every type that the program has.
const SETTINGS: &str = "\
confirmation=off
verbose=nothing
news.version=2.6.0
recurrence.limit=2
bulk=0
uda.estimate.type=duration
uda.estimate.label=Estimate
uda.client.type=string
uda.client.label=Client
uda.cost.type=numeric
uda.cost.label=Cost
uda.review.type=date
uda.review.label=Review
";

impl Taskwarrior {
    /// An empty store; `None` when the program is not installed and nobody insists.
    ///
    /// # Panics
    /// When it is not installed and `CI` is set.
    pub fn open() -> Option<Self> {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let settings = format!("data.location={}\n{SETTINGS}", directory.path().display());
        std::fs::write(directory.path().join("taskrc"), settings).expect("the folder is ours");
        let store = Self { directory };
        match store.command(&["--version"]).output() {
            Ok(output) if output.status.success() => Some(store),
            _ => {
                skip_without("taskwarrior");
                None
            }
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("task");
        command
            .args(arguments)
            .env("TASKRC", self.directory.path().join("taskrc"))
            .env("TASKDATA", self.directory.path())
            .env("HOME", self.directory.path())
            .env("TZ", "Europe/Madrid")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program and gives what it prints.
    ///
    /// # Panics
    /// When it fails.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self
            .command(arguments)
            .output()
            .expect("the program was there a moment ago");
        assert!(
            output.status.success(),
            "task {arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("the program prints UTF-8")
    }

    /// What `task export` prints.
    pub fn export(&self) -> String {
        self.run(&["rc.gc=off", "rc.recurrence=off", "export"])
    }

    /// Gives a file to `task import`.
    ///
    /// # Panics
    /// When it refuses.
    pub fn import(&self, file: &[u8]) {
        let mut child = self
            .command(&["rc.recurrence=off", "import", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program was there a moment ago");
        let mut input = child.stdin.take().expect("its input is ours");
        input.write_all(file).expect("it reads its input");
        drop(input);
        let output = child.wait_with_output().expect("it ends");
        assert!(
            output.status.success(),
            "task import: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Fills the store through its own commands with more than 200 tasks that use everything the
    /// program has: nested projects, tags, priorities, annotations, dependencies, waits, schedules,
    /// attributes of people's own, series with their instances, and every end a task can come to.
    pub fn fill(&self) {
        for number in 1..=200 {
            let arguments = task_arguments(number);
            let borrowed: Vec<&str> = arguments.iter().map(String::as_str).collect();
            self.run(&borrowed);
        }
        for (recur, due) in [
            ("weekly", "2026-11-20"),
            ("monthly", "2026-11-01T09:30"),
            ("weekdays", "2026-11-23"),
            ("P10D", "2026-11-25"),
            ("quarterly", "2027-01-01"),
        ] {
            self.run(&[
                "add",
                &format!("Regular: {recur}"),
                &format!("due:{due}"),
                &format!("recur:{recur}"),
                "until:2028-06-01",
                "project:Home.Chores",
                "+regular",
            ]);
        }
        // makes the instances of the series
        self.run(&["list"]);
        for (filter, text) in [
            ("+phone", "Asked for the number"),
            (
                "+phone",
                "No answer: \"call again\" [tomorrow] {or} later\\",
            ),
            (
                "project:Work.Site",
                "See https://example.org/a?b=c&d=%20#top",
            ),
            ("priority:H", "Önemli, 重要 \u{1f600}"),
        ] {
            self.run(&[filter, "annotate", text]);
        }
        self.run(&["10", "modify", "depends:1,2,3"]);
        self.run(&["20-29", "modify", "depends:10"]);
        self.run(&["+errand", "start"]);
        self.run(&["40-49", "done"]);
        self.run(&["50-54", "delete"]);
    }
}

/// The arguments of `task add` for the n-th task.
fn task_arguments(number: u32) -> Vec<String> {
    const WORDS: [&str; 6] = [
        "Write to the landlord",
        "Überweisung prüfen: 3 % Skonto",
        "买牛奶 и хлеб",
        "Fix #42 (see notes) + tests",
        "Plan \"the\" trip / route",
        "Call back",
    ];
    let pick = |list: &'static [&'static str]| list[number as usize % list.len()];
    let mut arguments = vec!["add".to_owned()];
    let day = 1 + number % 28;
    if number.is_multiple_of(2) {
        arguments.push(format!("due:2027-{:02}-{day:02}", 1 + number % 12));
    }
    if number.is_multiple_of(7) {
        arguments.push(format!("due:2026-12-{day:02}T{:02}:45", number % 24));
    }
    if number.is_multiple_of(3) {
        arguments.push(format!(
            "project:{}",
            pick(&["Home", "Work.Site", "Work.Site.Roof", "Läsa"])
        ));
    }
    if number.is_multiple_of(4) {
        arguments.push(format!("priority:{}", pick(&["H", "M", "L"])));
    }
    if number.is_multiple_of(5) {
        arguments.push("+phone".to_owned());
    }
    if number.is_multiple_of(11) {
        arguments.push("+errand".to_owned());
    }
    match number % 13 {
        1 => arguments.push(format!("wait:2027-02-{day:02}")),
        2 => arguments.push("wait:someday".to_owned()),
        3 => arguments.push(format!("scheduled:2026-12-{day:02}T08:00")),
        4 => {
            arguments.push(format!("scheduled:2026-12-{day:02}"));
            arguments.push(format!("wait:2026-12-{:02}", day.min(20) + 1));
        }
        5 => arguments.push("until:2029-01-01".to_owned()),
        6 => arguments.push("estimate:PT1H30M".to_owned()),
        7 => arguments.push(format!("client:{}", pick(&["A & B", "Ærø"]))),
        8 => arguments.push(format!("cost:{number}.25")),
        9 => arguments.push("review:2027-03-01".to_owned()),
        _ => {}
    }
    arguments.push("--".to_owned());
    arguments.push(format!("{} {number}", pick(&WORDS)));
    arguments
}

/// Records by uuid, without what the program derives: its numbering and the urgency. Numbers are
/// compared as numbers: the program itself writes back the `1` that it reads as `1.0`.
///
/// # Panics
/// When the text is no export.
pub fn records(export: &str) -> std::collections::BTreeMap<String, Map<String, Value>> {
    let records: Vec<Map<String, Value>> =
        serde_json::from_str(export).expect("an export is an array of objects");
    records
        .into_iter()
        .map(|mut record| {
            record.remove("id");
            record.remove("urgency");
            for value in record.values_mut() {
                if let Some(number) = value.as_f64() {
                    *value = number.into();
                }
            }
            let uuid = record["uuid"].as_str().expect("a record has a uuid");
            (uuid.to_owned(), record)
        })
        .collect()
}
