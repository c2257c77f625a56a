//! Removing everything that is one owner's.

use std::sync::LazyLock;

use astro_core::principal::Scope;

use crate::{Admin, Args, Statement, Store, StoreError, dialect};

/// Every personal table, those that point to others first. A test compares it with the schema.
const TABLES: &[&str] = &[
    "feedback",
    "recommendations",
    "exposures",
    "policy_parameters",
    "decision_points",
    "time_entries",
    "deliveries",
    "reminders",
    "destinations",
    "jobs",
    "consumers",
    "datapoints",
    "goal_links",
    "goals",
    "preferences",
    "series_ahead",
    "task_goals",
    "task_labels",
    "task_dependencies",
    "tasks",
    "projects",
    "labels",
    "idempotency_keys",
    "events",
    "owners",
];

pub(crate) static STATEMENTS: LazyLock<Vec<Statement>> = LazyLock::new(|| {
    TABLES
        .iter()
        .map(|table| {
            let sql = format!("DELETE FROM {table} WHERE owner_id = $1");
            Statement::new(format!("{table}.forget").leak(), sql.leak())
        })
        .collect()
});

/// Removes every row of an owner: tasks, log, preferences, what was learnt from. The owner's
/// account is [`crate::accounts::users::delete`]'s.
pub async fn owner(admin: &mut Admin, scope: &Scope) -> Result<(), StoreError> {
    admin.confine(scope).await?;
    dialect::forget_words(admin, scope).await?;
    for statement in STATEMENTS.iter() {
        admin.execute(statement, Args::of(scope)).await?;
    }
    Ok(())
}

impl Store {
    /// Personal tables of the schema that [`owner`] would leave behind; none, or a release is
    /// broken.
    pub async fn unforgettable(&self) -> Result<Vec<String>, StoreError> {
        self.admin_read(|admin| {
            Box::pin(async move {
                let personal = dialect::personal_tables(admin).await?;
                let left = |table: &String| !TABLES.contains(&table.as_str());
                Ok(personal.into_iter().filter(left).collect())
            })
        })
        .await
    }
}
