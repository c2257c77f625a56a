//! Reading a life of tasks from lines of docs/events-format.md. Texts end here: what goes on is a count
//! of hashed words.

use astro_core::calendar::{SignedDuration, TimeZone, Timestamp, When};
use astro_core::tasks::Energy;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::fact::{Fact, Happened, Says};
use crate::maths::moved;
use crate::text::buckets;

/// Why a line cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    #[error("no JSON object of this format: {0}")]
    Json(String),
    #[error("version {0} of the format is not known here")]
    Version(u64),
    #[error("nothing known happens in a line of kind `{0}`")]
    Kind(String),
    #[error("`{name}` cannot be read: {reason}")]
    Field { name: &'static str, reason: String },
}

#[derive(Deserialize)]
struct Line {
    v: u64,
    #[serde(default)]
    id: Option<Uuid>,
    at: Timestamp,
    /// When it was learnt of; at once where nothing is said.
    #[serde(default)]
    recorded_at: Option<Timestamp>,
    kind: String,
    task: String,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

/// Ids of other worlds become ids of ours: the same text is the same task.
const TASKS: Uuid = Uuid::from_u128(0x6a0d_13f2_9f4c_4c7e_8a55_2f1e_90b7_c1d4);

/// Reads one line of a person who lives in a zone: what is a day ends with that day there.
///
/// # Errors
/// What cannot be read, by name.
pub fn read_line(text: &str, zone: &TimeZone) -> Result<Fact, LineError> {
    let line: Line =
        serde_json::from_str(text).map_err(|error| LineError::Json(error.to_string()))?;
    if line.v != 1 {
        return Err(LineError::Version(line.v));
    }
    let says = || -> Result<Box<Says>, LineError> { Ok(Box::new(says_of(&line.fields, zone)?)) };
    let what = match line.kind.as_str() {
        "created" => Happened::Created(says()?),
        "edited" => Happened::Edited(says()?),
        "deferred" => Happened::Deferred(says()?),
        "started" => Happened::Started,
        "stopped" => Happened::Stopped,
        "done" => Happened::Done,
        "reopened" => Happened::Reopened,
        "cancelled" => Happened::Cancelled,
        "deleted" => Happened::Deleted,
        "restored" => Happened::Restored,
        other => return Err(LineError::Kind(other.to_owned())),
    };
    Ok(Fact {
        id: line
            .id
            .unwrap_or_else(|| Uuid::new_v5(&TASKS, text.as_bytes())),
        task: Some(task_id(&line.task)),
        at: line.at,
        recorded_at: line.recorded_at.unwrap_or(line.at),
        what,
    })
}

/// A task's id as a fact has it.
pub fn task_id(text: &str) -> Uuid {
    text.parse()
        .unwrap_or_else(|_| Uuid::new_v5(&TASKS, text.as_bytes()))
}

#[expect(
    clippy::option_option,
    reason = "not sent, taken away and set are three things"
)]
/// Members that were sent, `null` included; `None` for those that were not.
fn sent<T: DeserializeOwned>(
    fields: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<Option<T>>, LineError> {
    let Some(value) = fields.get(name) else {
        return Ok(None);
    };
    let read = Option::<T>::deserialize(value).map_err(|error| LineError::Field {
        name,
        reason: error.to_string(),
    })?;
    Ok(Some(read))
}

/// What the members of a line, or of an entry of the log, say of their task. Others are passed over.
///
/// # Errors
/// The member that cannot be read.
pub fn says_of(fields: &Map<String, Value>, zone: &TimeZone) -> Result<Says, LineError> {
    let begin = |when: When| when.instant(zone);
    // a day is over when it ends
    let end = |when: When| match when {
        When::Date(_) => moved(when.instant(zone), SignedDuration::from_hours(24)),
        other => other.instant(zone),
    };
    let due = sent::<When>(fields, "due")?;
    let due_is_date = due.as_ref().map(|due| matches!(due, Some(When::Date(_))));
    let words = match (
        sent::<String>(fields, "title")?,
        sent::<String>(fields, "description")?,
    ) {
        (None, None) => None,
        (title, description) => {
            let text = [title.flatten(), description.flatten()].map(Option::unwrap_or_default);
            Some(buckets(&text.join(" ")))
        }
    };
    let labels = sent::<Vec<String>>(fields, "labels")?.map(Option::unwrap_or_default);
    let depends_on = sent::<Vec<String>>(fields, "depends_on")?.map(Option::unwrap_or_default);
    Ok(Says {
        priority: sent(fields, "priority")?.map(Option::unwrap_or_default),
        start: sent(fields, "start")?.map(|start| start.map(begin)),
        due: due.map(|due| due.map(end)),
        due_is_date,
        deadline: sent(fields, "deadline")?.map(|deadline| deadline.map(end)),
        estimate_s: sent(fields, "estimate_s")?,
        energy: sent::<Energy>(fields, "energy")?,
        waiting: sent::<String>(fields, "state")?
            .map(|state| matches!(state.as_deref(), Some("waiting" | "someday"))),
        recurs: sent::<String>(fields, "rrule")?.map(|rule| rule.is_some()),
        project: sent::<Value>(fields, "project")?
            .map(|project| project.map(|path| task_id(&path.to_string()))),
        labels: labels.map(|labels| u8::try_from(labels.len()).unwrap_or(u8::MAX)),
        parent: sent::<String>(fields, "parent")?.map(|parent| parent.map(|id| task_id(&id))),
        depends_on: depends_on.map(|all| all.iter().map(|id| task_id(id)).collect()),
        words,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fact, LineError> {
        read_line(text, &TimeZone::UTC)
    }

    #[test]
    fn a_line_becomes_a_fact_without_words() {
        let fact = read(
            r#"{"v":1,"at":"2026-01-05T09:00:00Z","recorded_at":"2026-01-06T09:00:00Z","kind":"created",
            "task":"6f0c","title":"Mend the roof","due":"2026-01-20","labels":["house"],"priority":1,
            "depends_on":["a"],"estimate_s":null,"color":"anything"}"#,
        )
        .unwrap();
        let says = fact.what.says().unwrap();
        assert_eq!(
            says.due,
            Some(Some("2026-01-21T00:00:00Z".parse().unwrap()))
        );
        assert_eq!(
            (says.due_is_date, says.labels, says.priority),
            (Some(true), Some(1), Some(1))
        );
        assert_eq!((says.estimate_s, says.start), (Some(None), None));
        assert_eq!(says.depends_on, Some(vec![task_id("a")]));
        assert_eq!(says.words.unwrap().iter().sum::<u8>(), 3);
        assert!(fact.recorded_at > fact.at);
        assert!(!format!("{fact:?}").contains("roof"));
    }

    #[test]
    fn the_last_day_of_the_calendar_is_over_when_the_calendar_is() {
        let text =
            r#"{"v":1,"at":"2026-01-05T09:00:00Z","kind":"created","task":"t","due":"9999-12-31"}"#;
        let fact = read(text).unwrap();
        assert_eq!(fact.what.says().unwrap().due, Some(Some(Timestamp::MAX)));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let line = |more: &str| {
            read(&format!(
                r#"{{"v":1,"at":"2026-01-05T09:00:00Z","kind":"created","task":"t"{more}}}"#
            ))
        };
        assert!(line("").is_ok());
        assert!(matches!(read("[]"), Err(LineError::Json(_))));
        assert!(matches!(
            line(r#","due":"soon""#),
            Err(LineError::Field { name: "due", .. })
        ));
        assert!(matches!(
            line(r#","priority":-1"#),
            Err(LineError::Field {
                name: "priority",
                ..
            })
        ));
        let other = r#"{"v":2,"at":"2026-01-05T09:00:00Z","kind":"created","task":"t"}"#;
        assert_eq!(read(other), Err(LineError::Version(2)));
        let unknown = r#"{"v":1,"at":"2026-01-05T09:00:00Z","kind":"sung","task":"t"}"#;
        assert_eq!(read(unknown), Err(LineError::Kind("sung".into())));
    }
}
