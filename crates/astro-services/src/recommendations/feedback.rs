//! What people say of recommendations, and what becomes of their tasks. Every word is appended;
//! the recommendation's state is the sum of them.

use std::time::Duration;

use astro_core::calendar::{Timestamp, truncate_to_micros};
use astro_core::events::Action;
use astro_core::ids::RecommendationId;
use astro_core::limits;
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use astro_core::principal::Permission;
use astro_core::recommendations::{
    Feedback, FeedbackEvent, NewFeedback, ReasonCode, Recommendation, RecommendationState,
};
use astro_core::tasks::{Task, TaskSource};
use astro_store::recommendations::{self as rows, feedback as said, log};
use serde_json::json;
use uuid::Uuid;

use super::{after, context};
use crate::changes::{Change, before, check_version};
use crate::{Call, Error, Result, Services, time_entries};

/// How far a device's clock may be ahead, or behind.
const CLOCKS_DIFFER: Duration = Duration::from_mins(5);
/// How many recommendations one write closes; the rest waits for the next.
const CLOSED_AT_ONCE: u32 = 100;

impl Services {
    /// Appends what the person, or a program of theirs, says of a recommendation. Saying the same
    /// again changes nothing.
    pub async fn give_feedback(
        &self,
        call: &Call,
        id: RecommendationId,
        report: NewFeedback,
    ) -> Result<Recommendation> {
        let scope = call.scope(Permission::RecommendationsWrite)?;
        let (expected, source) = (call.expected_version.clone(), call.source);
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let present: Recommendation = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &present)?;
                hear(change, present, report, source).await
            })
        })
        .await
    }

    /// Accepts, and where that is wanted starts the clock on the task in the same transaction.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is to be started and is not open any more.
    pub async fn accept_recommendation(
        &self,
        call: &Call,
        id: RecommendationId,
        report: NewFeedback,
        start: bool,
    ) -> Result<Recommendation> {
        let scope = call.scope(Permission::RecommendationsWrite)?;
        if start {
            call.scope(Permission::TasksWrite)?;
        }
        let (expected, source) = (call.expected_version.clone(), call.source);
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let present: Recommendation = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &present)?;
                let accepted = hear(change, present, report, source).await?;
                if !start {
                    return Ok(accepted);
                }
                let task: Task = change.live(accepted.task_id.uuid()).await?;
                time_entries::start(change, &task, source).await?;
                change.live(id.uuid()).await
            })
        })
        .await
    }

    /// What was said of a recommendation, oldest first.
    pub async fn list_feedback(
        &self,
        call: &Call,
        id: RecommendationId,
        page: PageRequest,
    ) -> Result<Page<Feedback>> {
        self.get_recommendation(call, id).await?;
        let scope = call.scope(Permission::RecommendationsRead)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move {
                    let after = page.after.as_ref().map_or(Uuid::nil(), |cursor| cursor.id);
                    let items = said::of(read, id, after, page.limit + 1).await?;
                    Ok(Page::cut(items, page.limit, |item: &Feedback| Cursor {
                        sort: "created".to_owned(),
                        key: CursorKey::Int(0),
                        id: item.id.uuid(),
                    }))
                })
            })
            .await
    }
}

/// Takes a report in, unless it was taken in before.
async fn hear(
    change: &mut Change<'_>,
    present: Recommendation,
    mut report: NewFeedback,
    source: TaskSource,
) -> Result<Recommendation> {
    let known = match report.id {
        Some(id) => said::get(change.write, id).await?,
        None => None,
    };
    // what is said again is understood as it was the first time
    let heard_at = known.as_ref().map_or(change.now, |known| known.recorded_at);
    report.at = match report.at {
        Some(at) => Some(in_time(truncate_to_micros(at), &present, heard_at)?),
        None => None,
    };
    report.until = report.until.map(truncate_to_micros);
    report.check(heard_at)?;
    if let Some(known) = known {
        return if known.says(present.id, &report) {
            Ok(present)
        } else {
            Err(Error::conflict(
                "feedback_id_taken",
                "this id was used for other feedback",
            ))
        };
    }
    if says_nothing_new(&present, report.event) {
        return Ok(present);
    }
    append(change, present, &report, source).await
}

/// Clocks differ a little: what a device says of the next minutes is now, and what it says of the
/// minutes before the recommendation was made is that moment. What lies further ahead is left for
/// the report's own check.
fn in_time(at: Timestamp, present: &Recommendation, now: Timestamp) -> Result<Timestamp> {
    if at < before(present.created_at, CLOCKS_DIFFER) {
        return Err(Error::invalid(
            "at",
            "out_of_range",
            format!(
                "lies before the recommendation, made at {}",
                present.created_at
            ),
        ));
    }
    Ok(if at > now && at <= after(now, CLOCKS_DIFFER) {
        now
    } else {
        at.max(present.created_at)
    })
}

/// Being seen or accepted is said once; the rest may be said again and means more each time.
fn says_nothing_new(present: &Recommendation, event: FeedbackEvent) -> bool {
    match event {
        FeedbackEvent::Seen => present.shown_at.is_some(),
        FeedbackEvent::Accepted => present.state == RecommendationState::Accepted,
        _ => false,
    }
}

/// Appends a row and moves the recommendation to the state that follows.
async fn append(
    change: &mut Change<'_>,
    present: Recommendation,
    report: &NewFeedback,
    source: TaskSource,
) -> Result<Recommendation> {
    let at = report.at.unwrap_or(change.now);
    let row = Feedback {
        id: report.id.unwrap_or_else(|| change.id()),
        recommendation_id: present.id,
        decision_id: present.decision_id,
        event: report.event,
        reason: report.reason,
        until: report.until,
        edited_value: report.edited_value.clone(),
        rating: report.rating,
        value: report.value,
        at,
        recorded_at: change.now,
        latency_ms: report.latency_ms,
        surface: present.surface,
        rank: present.rank,
        source,
        consent: context::consents(change.write).await?,
        weight: 1.0,
    };
    said::insert(change.write, &row).await?;
    let after = moved(&present, report, at);
    if present.shown_at.is_none()
        && let Some(shown_at) = after.shown_at
    {
        log::mark_shown(change.write, present.decision_id, shown_at).await?;
    }
    let action = if report.event == FeedbackEvent::Seen {
        Action::Shown
    } else {
        Action::Answered
    };
    let data = json!({
        "event": report.event, "reason": report.reason, "rating": report.rating, "value": report.value,
        "task_id": present.task_id, "kind": present.kind,
    });
    Ok(change.update(&present, after, action, data).await?.value)
}

/// The recommendation after a report.
fn moved(present: &Recommendation, report: &NewFeedback, at: Timestamp) -> Recommendation {
    use FeedbackEvent as E;
    use RecommendationState as S;
    let mut after = present.clone();
    // whoever answers has seen it, whether or not that was reported
    let is_answer = matches!(
        report.event,
        E::Seen | E::Accepted | E::Edited | E::Dismissed | E::Snoozed | E::Thumbs
    );
    if is_answer && after.shown_at.is_none() {
        after.shown_at = Some(at);
        if after.state == S::Created {
            after.state = S::Shown;
        }
    }
    let mut answer = |state: S, set_aside: Option<Timestamp>| {
        after.state = state;
        after.answered_at = Some(at);
        after.set_aside_until = set_aside;
    };
    match report.event {
        E::Accepted => answer(S::Accepted, None),
        E::Edited => answer(S::Edited, None),
        E::Dismissed => answer(S::Dismissed, Some(rest(report.reason, at))),
        E::Snoozed => answer(S::Snoozed, report.until),
        E::Ignored if present.state.is_open() => after.state = S::Ignored,
        E::Done
            if !matches!(
                present.state,
                S::Dismissed | S::Snoozed | S::Ignored | S::Expired
            ) =>
        {
            after.state = S::Applied;
        }
        E::Undone => take_back(&mut after),
        _ => {}
    }
    after
}

/// Back to how it was: the effect first, then the answer.
fn take_back(after: &mut Recommendation) {
    use RecommendationState as S;
    if after.state == S::Applied && after.answered_at.is_some() {
        after.state = S::Accepted;
        return;
    }
    after.state = if after.shown_at.is_some() {
        S::Shown
    } else {
        S::Created
    };
    after.answered_at = None;
    after.set_aside_until = None;
}

/// Until when a dismissed task rests.
fn rest(reason: Option<ReasonCode>, at: Timestamp) -> Timestamp {
    match reason {
        // whole seconds: the last microseconds of time cannot be read back
        Some(ReasonCode::Never) => {
            Timestamp::from_second(Timestamp::MAX.as_second()).unwrap_or(Timestamp::MAX)
        }
        _ => after(at, limits::DISMISSED_REST),
    }
}

/// Closes what nobody answered in its time: shown ones were ignored, the others expired.
pub(crate) async fn close_overdue(change: &mut Change<'_>) -> Result<()> {
    for present in rows::overdue(change.write, change.now, CLOSED_AT_ONCE).await? {
        if present.shown_at.is_some() {
            let report = NewFeedback::of(FeedbackEvent::Ignored);
            append(change, present, &report, TaskSource::Rule).await?;
        } else {
            let mut expired = present.clone();
            expired.state = RecommendationState::Expired;
            let data =
                json!({ "event": "expired", "task_id": present.task_id, "kind": present.kind });
            change
                .update(&present, expired, Action::Answered, data)
                .await?;
        }
    }
    Ok(())
}

/// To be called for every task that was written: what becomes of a task is an outcome of the
/// recommendations of it that were seen lately.
pub async fn note_task_event(change: &mut Change<'_>, task: &Task, action: Action) -> Result<()> {
    let event = match action {
        Action::Started => FeedbackEvent::Started,
        Action::Completed => FeedbackEvent::Done,
        Action::Reopened => FeedbackEvent::Undone,
        Action::Cancelled | Action::Deleted => FeedbackEvent::NotDone,
        _ => return Ok(()),
    };
    let since = before(change.now, limits::OUTCOME_WINDOW);
    for present in rows::shown_of_task(change.write, task.id, since).await? {
        if event == FeedbackEvent::Undone && present.state != RecommendationState::Applied {
            continue;
        }
        let mut report = NewFeedback::of(event);
        if event == FeedbackEvent::Done {
            report.value = on_time(change, task).await?;
        }
        append(change, present, &report, TaskSource::Rule).await?;
    }
    Ok(())
}

/// 1 when it was done before due, 0 when after.
async fn on_time(change: &mut Change<'_>, task: &Task) -> Result<Option<f64>> {
    let Some((due, done)) = task.due.as_ref().zip(task.completed_at) else {
        return Ok(None);
    };
    let zone = change.write.zone().await?;
    let is_late = due.is_overdue(done, &zone);
    Ok(Some(if is_late { 0.0 } else { 1.0 }))
}
