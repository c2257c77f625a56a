//! Recommendations, the decision log beside them, and what may be proposed.

pub mod feedback;
pub mod log;
mod open_tasks;

use std::collections::HashMap;
use std::sync::LazyLock;

use astro_core::calendar::{TimeZone, Timestamp};
use astro_core::events::Entity;
use astro_core::ids::{DecisionId, TaskId};
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use astro_core::preferences::RecommendationKind;
use astro_core::recommendations::{
    Recommendation, RecommendationFilter, RecommendationState, Surface,
};
use uuid::Uuid;

pub use open_tasks::{OpenTask, open_tasks};

use crate::documents::{Record, Table, read_rows};
use crate::{Args, Columns, Read, Statement, StoreError};

/// The order of lists, as cursors name it.
pub const SORT: &str = "newest";

const COLUMNS: &str = "decision_id, kind, task_id, proposal, rank, score, reasons, counterfactual, policy, policy_version, propensity, \
     surface, state, expires_at, shown_at, answered_at, set_aside_until";

pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new("recommendations", COLUMNS));

/// A statement over whole rows.
fn over_rows(name: &'static str, condition: &str) -> Statement {
    let select = TABLE.select;
    let sql = format!("SELECT {select} FROM recommendations WHERE owner_id = $1 AND {condition}");
    Statement::new(name, sql.leak())
}

static LIST: LazyLock<Statement> = LazyLock::new(|| {
    over_rows(
        "recommendations.list",
        "deleted_at IS NULL AND (state = $2 OR $2 IS NULL) AND (task_id = $3 OR $3 IS NULL) AND (decision_id = $4 OR $4 IS NULL) \
         AND id < $5 ORDER BY id DESC LIMIT $6",
    )
});
static SHOWN_OF_TASK: LazyLock<Statement> = LazyLock::new(|| {
    over_rows(
        "recommendations.shown_of_task",
        "task_id = $2 AND shown_at IS NOT NULL AND shown_at >= $3 ORDER BY id",
    )
});
static OVERDUE: LazyLock<Statement> = LazyLock::new(|| {
    over_rows(
        "recommendations.overdue",
        "state IN (0, 1) AND expires_at <= $2 ORDER BY id LIMIT $3",
    )
});
const SET_ASIDE: Statement = Statement::new(
    "recommendations.set_aside",
    "SELECT task_id, max(set_aside_until) FROM recommendations \
     WHERE owner_id = $1 AND set_aside_until IS NOT NULL AND set_aside_until > $2 GROUP BY task_id",
);

/// For the registry.
pub(crate) fn statements() -> Vec<Statement> {
    let mut all = TABLE.statements();
    all.extend([*LIST, *SHOWN_OF_TASK, *OVERDUE, SET_ASIDE]);
    all.extend_from_slice(open_tasks::STATEMENTS);
    all.extend_from_slice(log::STATEMENTS);
    all.extend_from_slice(feedback::STATEMENTS);
    all
}

impl Record for Recommendation {
    const ENTITY: Entity = Entity::Recommendation;

    fn table() -> &'static LazyLock<Table> {
        &TABLE
    }

    fn bind(&self, args: Args, _zone: &TimeZone) -> Args {
        args.uuid(self.decision_id.uuid())
            .int(self.kind.code())
            .uuid(self.task_id.uuid())
            .json(&self.proposal)
            .int(self.rank)
            .real(self.score)
            .json(&self.reasons)
            .opt_json(self.counterfactual.as_ref())
            .text(&self.policy)
            .text(&self.policy_version)
            .real(self.propensity)
            .int(self.surface.code())
            .int(self.state.code())
            .time(self.expires_at)
            .opt_time(self.shown_at)
            .opt_time(self.answered_at)
            .opt_time(self.set_aside_until)
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let id = columns.uuid()?;
        let mut row = Self {
            id,
            decision_id: columns.uuid()?,
            kind: columns.code(RecommendationKind::from_code)?,
            task_id: columns.uuid()?,
            proposal: columns.json()?,
            rank: columns.small()?,
            score: columns.real()?,
            reasons: columns.json()?,
            counterfactual: columns.opt_json()?,
            policy: columns.text()?,
            policy_version: columns.text()?,
            propensity: columns.real()?,
            surface: columns.code(Surface::from_code)?,
            state: columns.code(RecommendationState::from_code)?,
            expires_at: columns.time()?,
            shown_at: columns.opt_time()?,
            answered_at: columns.opt_time()?,
            set_aside_until: columns.opt_time()?,
            version: 0,
            change_seq: 0,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            deleted_at: None,
        };
        let stamp = columns.stamp()?;
        astro_core::document::Document::set_stamp(&mut row, stamp);
        Ok(row)
    }
}

/// One page, newest first.
pub async fn list(
    read: &mut Read,
    filter: &RecommendationFilter,
    page: &PageRequest,
) -> Result<Page<Recommendation>, StoreError> {
    let before = page.after.as_ref().map_or(Uuid::max(), |cursor| cursor.id);
    let args = read
        .args()
        .opt_int(filter.state.map(RecommendationState::code))
        .opt_uuid(filter.task.map(TaskId::uuid))
        .opt_uuid(filter.decision.map(DecisionId::uuid))
        .uuid(before)
        .int(page.limit + 1);
    let rows = read.fetch_all(&LIST, args).await?;
    let items = read_rows(&rows)?;
    Ok(Page::cut(items, page.limit, |item: &Recommendation| {
        Cursor {
            sort: SORT.to_owned(),
            key: CursorKey::Int(0),
            id: item.id.uuid(),
        }
    }))
}

/// Those of a task that were shown at or after a moment, oldest first.
pub async fn shown_of_task(
    read: &mut Read,
    task: TaskId,
    since: Timestamp,
) -> Result<Vec<Recommendation>, StoreError> {
    let args = read.args().uuid(task.uuid()).time(since);
    let rows = read.fetch_all(&SHOWN_OF_TASK, args).await?;
    read_rows(&rows)
}

/// Those without an answer whose time is over, oldest first.
pub async fn overdue(
    read: &mut Read,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Recommendation>, StoreError> {
    let args = read.args().time(now).int(limit);
    let rows = read.fetch_all(&OVERDUE, args).await?;
    read_rows(&rows)
}

/// The tasks that are not to be proposed for now, and until when.
pub async fn set_aside(
    read: &mut Read,
    now: Timestamp,
) -> Result<HashMap<TaskId, Timestamp>, StoreError> {
    let args = read.args().time(now);
    let rows = read.fetch_all(&SET_ASIDE, args).await?;
    rows.iter()
        .map(|row| {
            let mut columns = row.columns(TABLE.name);
            Ok((columns.uuid()?, columns.time()?))
        })
        .collect()
}
