//! Rows as plain structs, columns in the order of the table.

use serde::Serialize;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, Row as _};
use uuid::Uuid;

use super::NewTask;

pub trait Row: Sized {
    const TABLE: &'static str;
    const COLUMNS: &'static [&'static str];

    fn of_sqlite(row: &SqliteRow) -> Result<Self, sqlx::Error>;
    fn of_postgres(row: &PgRow) -> Result<Self, sqlx::Error>;
    fn sqlite(&self) -> Result<SqliteArguments, sqlx::Error>;
    fn postgres(&self) -> Result<PgArguments, sqlx::Error>;
}

macro_rules! row {
    ($(#[$meta:meta])* $name:ident in $table:literal { $($column:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, Serialize)]
        pub struct $name { $(pub $column: $type,)+ }

        impl Row for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            fn of_sqlite(row: &SqliteRow) -> Result<Self, sqlx::Error> {
                let mut columns = 0..;
                Ok(Self { $($column: row.try_get(columns.next().unwrap_or_default())?,)+ })
            }

            fn of_postgres(row: &PgRow) -> Result<Self, sqlx::Error> {
                let mut columns = 0..;
                Ok(Self { $($column: row.try_get(columns.next().unwrap_or_default())?,)+ })
            }

            fn sqlite(&self) -> Result<SqliteArguments, sqlx::Error> {
                let mut arguments = SqliteArguments::default();
                $(arguments.add(self.$column.clone()).map_err(sqlx::Error::Encode)?;)+
                Ok(arguments)
            }

            fn postgres(&self) -> Result<PgArguments, sqlx::Error> {
                let mut arguments = PgArguments::default();
                $(arguments.add(self.$column.clone()).map_err(sqlx::Error::Encode)?;)+
                Ok(arguments)
            }
        }
    };
}

row! {
    TaskRow in "tasks" {
        owner_id: Uuid,
        id: Uuid,
        uid: String,
        title: String,
        description: String,
        status: i64,
        state: i64,
        priority: i64,
        start_text: Option<String>,
        start_index: i64,
        due_text: Option<String>,
        due_index: i64,
        deadline: Option<String>,
        estimate_s: Option<i64>,
        estimate_source: i64,
        min_block_s: Option<i64>,
        max_block_s: Option<i64>,
        auto_plan: i64,
        locked: i64,
        energy: Option<i64>,
        percent: i64,
        rrule: Option<String>,
        rdate: String,
        exdate: String,
        repeat_from: i64,
        missed_policy: i64,
        project_id: Option<Uuid>,
        parent_id: Option<Uuid>,
        position: String,
        depends_on: String,
        relations: String,
        labels: String,
        goal_ids: String,
        color: Option<String>,
        url: Option<String>,
        location: Option<String>,
        attachments: String,
        assignees: String,
        visibility: i64,
        completed_at: Option<i64>,
        completed_by: Option<Uuid>,
        source: i64,
        postpone_count: i64,
        first_due: Option<String>,
        sequence: i64,
        verbatim: Option<String>,
        version: i64,
        change_seq: i64,
        created_at: i64,
        updated_at: i64,
        deleted_at: Option<i64>,
    }
}

row! {
    /// An entry of the log, which is the outbox.
    EventRow in "events" {
        owner_id: Uuid,
        id: Uuid,
        at: i64,
        recorded_at: i64,
        entity: i64,
        entity_id: Uuid,
        action: i64,
        cause: Option<Uuid>,
        change_seq: i64,
        data: String,
        before_row: Option<String>,
        version_after: i64,
        published_at: Option<i64>,
    }
}

impl TaskRow {
    pub(super) fn new(owner: Uuid, id: Uuid, now: i64, new: NewTask) -> Self {
        let nothing = || "[]".to_owned();
        Self {
            owner_id: owner,
            id,
            uid: id.to_string(),
            title: new.title,
            description: new.description,
            priority: new.priority,
            start_index: i64::MIN,
            first_due: new.due.clone(),
            due_text: new.due,
            due_index: i64::MAX,
            rdate: nothing(),
            exdate: nothing(),
            depends_on: nothing(),
            relations: nothing(),
            labels: nothing(),
            goal_ids: nothing(),
            attachments: nothing(),
            assignees: nothing(),
            version: 1,
            change_seq: 1,
            created_at: now,
            updated_at: now,
            ..Self::default()
        }
    }
}

/// That the task was made.
pub fn created(task: &TaskRow, id: Uuid) -> EventRow {
    EventRow {
        owner_id: task.owner_id,
        id,
        at: task.created_at,
        recorded_at: task.created_at,
        entity: 0,
        entity_id: task.id,
        action: 0,
        cause: None,
        change_seq: task.change_seq,
        data: serde_json::json!({ "priority": task.priority, "due": task.due_text }).to_string(),
        before_row: None,
        version_after: 1,
        published_at: None,
    }
}
