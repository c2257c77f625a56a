//! Every statement of the product, so that tests can prepare each on both engines.

use crate::db::TRANSACTION_STATEMENTS;
use crate::{Statement, dialect, events, idempotency, labels, owners, projects, tasks};

/// All statements that do not depend on a filter. Filtered lists add theirs through
/// [`tasks::list_statements`].
pub fn statements() -> Vec<Statement> {
    let mut all = Vec::new();
    for table in [&labels::TABLE, &projects::TABLE, &tasks::TABLE] {
        all.extend(table.statements());
    }
    for fixed in [
        TRANSACTION_STATEMENTS,
        owners::STATEMENTS,
        events::STATEMENTS,
        idempotency::STATEMENTS,
        tasks::STATEMENTS,
        dialect::STATEMENTS,
    ] {
        all.extend_from_slice(fixed);
    }
    all
}
