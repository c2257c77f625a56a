//! What else has to know when a task changes, in the same transaction.

use astro_core::events::Action;
use astro_core::tasks::Task;

use crate::Result;
use crate::changes::Change;

/// Called once for every task that was written.
#[expect(
    clippy::unused_async,
    reason = "reminders and recommendations are told here as they come"
)]
pub(super) async fn after(
    _change: &mut Change<'_>,
    _before: Option<&Task>,
    _after: &Task,
    _action: Action,
) -> Result<()> {
    Ok(())
}
