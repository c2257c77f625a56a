//! Feedback: appended, never changed.

use astro_core::ids::{FeedbackId, RecommendationId};
use astro_core::recommendations::{Feedback, FeedbackEvent, ReasonCode, Surface};
use astro_core::tasks::TaskSource;
use uuid::Uuid;

use crate::columns::Row;
use crate::{Read, Statement, StoreError, Write};

pub(super) const STATEMENTS: &[Statement] = &[INSERT, GET, OF, ALL];

const TABLE: &str = "feedback";
const INSERT: Statement = Statement::new(
    "feedback.insert",
    "INSERT INTO feedback (owner_id, id, recommendation_id, decision_id, event, reason, until_at, edited_value, rating, value, at, \
     recorded_at, latency_ms, surface, rank, source, consent, weight) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
);
const GET: Statement = Statement::new(
    "feedback.get",
    "SELECT id, recommendation_id, decision_id, event, reason, until_at, edited_value, rating, value, at, recorded_at, latency_ms, surface, \
     rank, source, consent, weight FROM feedback WHERE owner_id = $1 AND id = $2",
);
const OF: Statement = Statement::new(
    "feedback.of",
    "SELECT id, recommendation_id, decision_id, event, reason, until_at, edited_value, rating, value, at, recorded_at, latency_ms, surface, \
     rank, source, consent, weight FROM feedback WHERE owner_id = $1 AND recommendation_id = $2 AND id > $3 ORDER BY id LIMIT $4",
);
const ALL: Statement = Statement::new(
    "feedback.all",
    "SELECT id, recommendation_id, decision_id, event, reason, until_at, edited_value, rating, value, at, recorded_at, latency_ms, surface, \
     rank, source, consent, weight FROM feedback WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3",
);

pub async fn insert(write: &mut Write, feedback: &Feedback) -> Result<(), StoreError> {
    let args = write
        .args()
        .uuid(feedback.id.uuid())
        .uuid(feedback.recommendation_id.uuid())
        .uuid(feedback.decision_id.uuid())
        .int(feedback.event.code())
        .opt_int(feedback.reason.map(ReasonCode::code))
        .opt_time(feedback.until)
        .opt_json(feedback.edited_value.as_ref())
        .opt_int(feedback.rating)
        .opt_real(feedback.value)
        .time(feedback.at)
        .time(feedback.recorded_at)
        .opt_int(feedback.latency_ms)
        .int(feedback.surface.code())
        .int(feedback.rank)
        .int(feedback.source.code())
        .flag(feedback.consent)
        .real(feedback.weight);
    write.execute(&INSERT, args).await.map(drop)
}

fn read_feedback(row: &Row) -> Result<Feedback, StoreError> {
    let mut columns = row.columns(TABLE);
    Ok(Feedback {
        id: columns.uuid()?,
        recommendation_id: columns.uuid()?,
        decision_id: columns.uuid()?,
        event: columns.code(FeedbackEvent::from_code)?,
        reason: columns.opt_code(ReasonCode::from_code)?,
        until: columns.opt_time()?,
        edited_value: columns.opt_json()?,
        rating: columns.opt_small()?,
        value: columns.opt_real()?,
        at: columns.time()?,
        recorded_at: columns.time()?,
        latency_ms: columns.opt_small()?,
        surface: columns.code(Surface::from_code)?,
        rank: columns.small()?,
        source: columns.code(TaskSource::from_code)?,
        consent: columns.flag()?,
        weight: columns.real()?,
    })
}

pub async fn get(read: &mut Read, id: FeedbackId) -> Result<Option<Feedback>, StoreError> {
    let args = read.args().uuid(id.uuid());
    let row = read.fetch_optional(&GET, args).await?;
    row.as_ref().map(read_feedback).transpose()
}

/// What was said of one recommendation, in the order of ids, after one.
pub async fn of(
    read: &mut Read,
    recommendation: RecommendationId,
    after: Uuid,
    limit: u32,
) -> Result<Vec<Feedback>, StoreError> {
    let args = read
        .args()
        .uuid(recommendation.uuid())
        .uuid(after)
        .int(limit);
    let rows = read.fetch_all(&OF, args).await?;
    rows.iter().map(read_feedback).collect()
}

/// Everything in the order of ids, after one.
pub async fn all(read: &mut Read, after: Uuid, limit: u32) -> Result<Vec<Feedback>, StoreError> {
    let args = read.args().uuid(after).int(limit);
    let rows = read.fetch_all(&ALL, args).await?;
    rows.iter().map(read_feedback).collect()
}
