//! Quick add: a line becomes a task, with its labels, its project and its reminders, in one write.
//!
//! What a line means is `astro_calendar::quick`'s to say; here its names become the owner's things.

mod names;
mod spans;

use astro_core::calendar::quick::{self, ChipValue as Said, Language, Now, Options, Parsed};
use astro_core::calendar::{IsoDuration, Timestamp, When};
use astro_core::error::FieldError;
use astro_core::patch::Patch;
use astro_core::principal::Permission;
use astro_core::quick_add::{Chip, ChipValue, DateOrder, Named, QuickAddRequest, QuickAdded};
use astro_core::reminders::{Anchor, ChosenBy, ReminderFields, Trigger};
use astro_core::tasks::{TaskFields, TaskSource};
use astro_store::{Read, preferences};

use crate::changes::{Change, Written};
use crate::{Call, Error, Result, Services, reminders, tasks};
use names::Names;
use spans::{in_bytes, in_characters};

impl Services {
    /// Reads a line and, unless the request is dry, makes its task.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming `text` when nothing is left for the title, `language` when there
    /// is no grammar for it, and members of `fields` as they are named there.
    pub async fn quick_add(
        &self,
        call: &Call,
        request: QuickAddRequest,
    ) -> Result<Written<QuickAdded>> {
        request.check()?;
        if request.dry {
            let scope = call.scope(Permission::TasksRead)?;
            let now = self.now();
            return self
                .store
                .read(&scope, move |read| {
                    Box::pin(async move {
                        let value = understand(read, &request, now).await?;
                        Ok(Written { value, undo: None })
                    })
                })
                .await;
        }
        let scope = call.scope(Permission::TasksWrite)?;
        let source = call.source;
        self.change(call, scope, move |change| {
            Box::pin(async move { add(change, &request, source).await })
        })
        .await
    }
}

async fn add(
    change: &mut Change<'_>,
    request: &QuickAddRequest,
    source: TaskSource,
) -> Result<Written<QuickAdded>> {
    let mut added = understand(change.write, request, change.now).await?;
    // found out before anything is made
    check(&added.fields, request)?;
    names::make(change, &mut added).await?;
    let written = tasks::insert(change, added.fields.clone(), source).await?;
    for trigger in added.reminders.clone() {
        let fields = ReminderFields {
            task_id: written.value.id,
            occurrence: None,
            trigger,
            channels: Vec::new(),
            nag: None,
            chosen_by: ChosenBy::User,
            urgent: false,
        };
        reminders::insert(change, fields, None).await?;
    }
    added.task = Some(written.value);
    Ok(Written {
        value: added,
        undo: change.cause(),
    })
}

/// What is wrong with the task is wrong with the line, where the line said it.
fn check(fields: &TaskFields, request: &QuickAddRequest) -> Result<()> {
    if fields.title.is_empty() && !request.fields.contains_key("title") {
        return Err(Error::invalid(
            "text",
            "no_title",
            "all of it was recognised and nothing is left for the title; add words, or have some left alone",
        ));
    }
    let named = |error: FieldError| {
        let top = error.field.split(['.', '[']).next().unwrap_or_default();
        let field = if request.fields.contains_key(top) {
            format!("fields.{}", error.field)
        } else {
            "text".to_owned()
        };
        FieldError { field, ..error }
    };
    fields
        .check()
        .map_err(|errors| Error::Invalid(errors.into_iter().map(named).collect()))
}

async fn understand(
    read: &mut Read,
    request: &QuickAddRequest,
    now: Timestamp,
) -> Result<QuickAdded> {
    let set = preferences::set(read).await?;
    let tag = request.language.clone().unwrap_or_else(|| set.language());
    let language = language(&tag, request.language.is_some())?;
    let order = request.date_order.or_else(|| order_of(&tag, language));
    let mut options = Options {
        date_order: order.map(Into::into),
        rejected: in_bytes(&request.text, &request.rejected),
        ..Options::default()
    };
    let now = Now {
        instant: now,
        zone: set.zone().clone(),
    };
    let mut parsed = quick::parse(&request.text, language, &now, &options);
    let names = Names::read(read, &parsed).await?;
    let mut unknown_projects = Vec::new();
    if !request.create_missing {
        while let Some(chip) = names.unknown_project(&parsed) {
            unknown_projects.extend(parsed.project.clone());
            options.rejected.extend(chip.spans.iter().copied());
            parsed = quick::parse(&request.text, language, &now, &options);
        }
    }
    let chips = parsed
        .chips
        .iter()
        .map(|chip| view(chip, &request.text, &names))
        .collect::<Result<Vec<_>>>()?;
    let reminders = parsed
        .reminders
        .iter()
        .map(trigger)
        .collect::<Result<_>>()?;
    Ok(QuickAdded {
        language: language.code().to_owned(),
        fields: fields(parsed, &chips, request)?,
        chips,
        unknown_projects,
        reminders,
        task: None,
    })
}

/// The grammar of a language. One that was asked for must be there; a preference without one (it is
/// for all that the product says) falls back to English.
fn language(tag: &str, was_asked_for: bool) -> Result<&'static Language> {
    if let Some(language) = Language::built_in(tag) {
        return Ok(language);
    }
    let english = Language::built_in("en").filter(|_| !was_asked_for);
    english.ok_or_else(|| {
        let known: Vec<&str> = Language::codes().collect();
        let message = format!("is none of {}", known.join(", "));
        Error::invalid("language", "unknown_language", message)
    })
}

/// Where English is spoken 12/05 is the fifth of December in few places, and elsewhere in none.
fn order_of(tag: &str, language: &Language) -> Option<DateOrder> {
    let is_own = tag
        .split('-')
        .next()
        .is_some_and(|primary| primary.eq_ignore_ascii_case(language.code()));
    if !is_own {
        return Some(DateOrder::DayMonth);
    }
    let region = tag.split('-').skip(1).find(|part| part.len() == 2)?;
    let is_month_first = ["US", "PH", "FM", "MH", "PW"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(region));
    Some(if is_month_first {
        DateOrder::MonthDay
    } else {
        DateOrder::DayMonth
    })
}

fn view(chip: &quick::Chip, text: &str, names: &Names) -> Result<Chip> {
    let clock = |time: astro_core::calendar::Time| time.strftime("%H:%M").to_string();
    let value = match &chip.value {
        Said::Date(due) => ChipValue::Date { due: due.clone() },
        Said::Time { at, until } => ChipValue::Time {
            at: clock(*at),
            until: until.map(clock),
        },
        Said::Recurrence { rrule, from } => ChipValue::Recurrence {
            rrule: rrule.clone(),
            repeat_from: (*from).into(),
        },
        Said::Duration(seconds) => ChipValue::Duration {
            estimate_s: *seconds,
        },
        Said::Priority(priority) => ChipValue::Priority {
            priority: *priority,
        },
        Said::Project(name) => ChipValue::Project {
            project: names.project(name),
        },
        Said::Label(name) => ChipValue::Label {
            label: names.label(name),
        },
        Said::Deadline(deadline) => ChipValue::Deadline {
            deadline: *deadline,
        },
        Said::Start(start) => ChipValue::Start { start: *start },
        Said::Reminder(reminder) => ChipValue::Reminder {
            trigger: trigger(reminder)?,
        },
    };
    Ok(Chip {
        spans: in_characters(text, &chip.spans),
        text: chip.text.clone(),
        value,
    })
}

fn trigger(reminder: &quick::Reminder) -> Result<Trigger> {
    match reminder {
        quick::Reminder::At(at) => Ok(Trigger::Absolute { at: at.clone() }),
        quick::Reminder::Before { days, minutes } => {
            let by: IsoDuration = format!("-P{days}DT{minutes}M")
                .parse()
                .map_err(Error::internal)?;
            Ok(Trigger::Offset {
                from: Anchor::Due,
                by,
            })
        }
    }
}

fn fields(parsed: Parsed, chips: &[Chip], request: &QuickAddRequest) -> Result<TaskFields> {
    let mut labels = Vec::new();
    let mut project_id = None;
    for chip in chips {
        match &chip.value {
            ChipValue::Label {
                label: Named { id: Some(id), .. },
            } if !labels.contains(id) => labels.push(*id),
            ChipValue::Project { project } => project_id = project.id,
            _ => {}
        }
    }
    let recognised = TaskFields {
        due: parsed.due,
        start: parsed.start.map(When::Date),
        deadline: parsed.deadline,
        rrule: parsed.rrule,
        repeat_from: parsed.repeat_from.into(),
        estimate_s: parsed.duration_s,
        priority: parsed.priority.unwrap_or(0),
        project_id,
        labels,
        ..TaskFields::titled(parsed.title)
    };
    if request.fields.is_empty() {
        return Ok(recognised);
    }
    Patch::new(request.fields.clone())
        .apply(&recognised)
        .map_err(|errors| {
            let named = errors.into_iter().map(|error| FieldError {
                field: format!("fields.{}", error.field),
                ..error
            });
            Error::Invalid(named.collect())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples in the tables of docs/quick-add.md: the code of each row's first cell.
    fn examples(page: &str) -> Vec<&str> {
        page.lines()
            .filter(|line| line.starts_with("| `"))
            .filter_map(|line| line.split(" | ").next())
            .flat_map(|cell| cell.split('`').skip(1).step_by(2))
            .collect()
    }

    #[test]
    fn the_page_for_people_is_true() {
        let page = include_str!("../../../docs/quick-add.md");
        let examples = examples(page);
        assert!(examples.len() > 100, "{}", examples.len());
        let now = Now {
            instant: "2026-11-25T09:00:00Z".parse().unwrap(),
            zone: "Europe/Berlin".parse().unwrap(),
        };
        let english = language("en", true).unwrap();
        for example in examples {
            // ends belong to a rule, and what comes before something needs it
            let begins = example.strip_suffix(" ..");
            let line = match (example.strip_prefix(".. "), begins) {
                (Some(end), _) => format!("Call Ana every day {end}"),
                // a reminder for when it is due needs a due
                (None, Some("remind me to")) => "Remind me to Call Ana tomorrow".to_owned(),
                (None, Some(begins)) => format!("{begins} Call Ana"),
                (None, None) if example.ends_with("before") || example == "!30m" => {
                    format!("Call Ana tomorrow 8am {example}")
                }
                (None, None) => format!("Call Ana {example}"),
            };
            let parsed = quick::parse(&line, english, &now, &Options::default());
            assert_eq!(parsed.title, "Call Ana", "{line}: {:?}", parsed.chips);
        }
    }
}
