//! Every statement of the product, so that tests can prepare each on both engines.

use crate::db::TRANSACTION_STATEMENTS;
use crate::{
    Statement, Store, StoreError, accounts, consumers, datapoints, deliveries, destinations,
    dialect, due, events, forget, goals, idempotency, instance_keys, jobs, labels, models,
    operations, owners, preferences, projects, recommendations, references, reminders, schedules,
    tasks, time_entries,
};

/// All statements that do not depend on a filter. Filtered lists add theirs through
/// [`tasks::list_statements`].
pub fn statements() -> Vec<Statement> {
    let mut all = Vec::new();
    for table in [
        &datapoints::TABLE,
        &goals::TABLE,
        &labels::TABLE,
        &preferences::TABLE,
        &projects::TABLE,
        &reminders::TABLE,
        &tasks::TABLE,
        &time_entries::TABLE,
    ] {
        all.extend(table.statements());
    }
    all.extend(recommendations::statements());
    for fixed in [
        TRANSACTION_STATEMENTS,
        consumers::STATEMENTS,
        datapoints::STATEMENTS,
        deliveries::STATEMENTS,
        destinations::STATEMENTS,
        due::STATEMENTS,
        jobs::STATEMENTS,
        models::STATEMENTS,
        schedules::STATEMENTS,
        goals::STATEMENTS,
        owners::STATEMENTS,
        preferences::STATEMENTS,
        reminders::STATEMENTS,
        time_entries::STATEMENTS,
        events::STATEMENTS,
        idempotency::STATEMENTS,
        instance_keys::STATEMENTS,
        tasks::STATEMENTS,
        &tasks::series::STATEMENTS,
        references::STATEMENTS,
        dialect::STATEMENTS,
        dialect::checks::STATEMENTS,
        operations::STATEMENTS,
    ] {
        all.extend_from_slice(fixed);
    }
    for table in accounts::STATEMENTS {
        all.extend_from_slice(table);
    }
    all.extend_from_slice(&forget::STATEMENTS);
    all
}

impl Store {
    /// Prepares every statement on this engine and answers what was refused, by name.
    pub async fn prepare_all(&self) -> Result<Vec<String>, StoreError> {
        let engine = self.engine();
        let mut all: Vec<Statement> = statements()
            .into_iter()
            .filter(|statement| statement.runs_on(engine))
            .collect();
        all.extend(tasks::list_statements(engine));
        self.admin_read(move |admin| {
            Box::pin(async move {
                let mut refused = Vec::new();
                for statement in all {
                    if let Err(error) = admin.prepare(&statement).await {
                        refused.push(format!("{}: {error}", statement.name));
                    }
                }
                Ok(refused)
            })
        })
        .await
    }
}

/// Name and text of every statement that PostgreSQL runs, filtered lists among them; for looking
/// at their plans.
pub fn postgres_texts() -> Vec<(&'static str, &'static str)> {
    let engine = dialect::Engine::Postgres;
    let fixed = statements()
        .into_iter()
        .filter(|statement| statement.runs_on(engine));
    fixed
        .chain(tasks::list_statements(engine))
        .map(|statement| (statement.name, statement.sql(engine)))
        .collect()
}
