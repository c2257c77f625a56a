//! Everything that a task points at must be the owner's, alive, and must not lead back to it. What
//! is somebody else's reads exactly like what is not there.

use astro_core::error::Checks;
use astro_core::goals::Goal;
use astro_core::ids::TaskId;
use astro_core::labels::Label;
use astro_core::projects::Project;
use astro_core::tasks::{Task, TaskFields};
use astro_store::tasks as rows;

use crate::changes::Change;
use crate::references::{check_parent, look_up, look_up_all};
use crate::{Error, Result};

/// Checks the references of `fields` that differ from `before`'s.
pub(super) async fn check(
    change: &mut Change<'_>,
    id: TaskId,
    before: Option<&Task>,
    fields: &TaskFields,
) -> Result<()> {
    let mut checks = Checks::default();
    if let Some(project) = fields.project_id
        && before.is_none_or(|before| before.project_id != Some(project))
    {
        look_up::<Project>(change, project.uuid(), "project_id", &mut checks).await?;
    }
    let known = before.map_or(&[][..], |before| &before.labels);
    look_up_all::<Label, _>(change, &fields.labels, known, "labels", &mut checks).await?;
    let known = before.map_or(&[][..], |before| &before.goal_ids);
    look_up_all::<Goal, _>(change, &fields.goal_ids, known, "goal_ids", &mut checks).await?;
    check_circles(change, id, before, fields, &mut checks).await?;
    checks.finish().map_err(Error::Invalid)
}

/// A task is finished after what it waits for and after its parts. Where that leads back to the
/// task itself, neither would ever be proposed.
async fn check_circles(
    change: &mut Change<'_>,
    id: TaskId,
    before: Option<&Task>,
    fields: &TaskFields,
    checks: &mut Checks,
) -> Result<()> {
    let moves = fields.parent_id != before.and_then(|before| before.parent_id);
    if moves {
        let parent = fields.parent_id.map(Into::into);
        check_parent::<Task>(change, id.into(), parent, checks).await?;
        if let Some(parent) = fields.parent_id
            && rows::needs(change.write, id, parent, id).await?
        {
            let message = "what lies below this task waits for that one";
            checks.add("parent_id", "cycle", message);
        }
    }
    let known = before.map_or(&[][..], |before| &before.depends_on);
    for (i, other) in fields.depends_on.iter().enumerate() {
        let field = format!("depends_on[{i}]");
        if !known.contains(other) {
            check_dependency(change, id, *other, &field, checks).await?;
        } else if !moves {
            continue;
        }
        if waits_for_whole(change, id, fields.parent_id, *other).await? {
            let field = if known.contains(other) {
                "parent_id"
            } else {
                &field
            };
            checks.add(
                field,
                "cycle",
                "a task cannot wait for what it is a part of",
            );
        }
    }
    Ok(())
}

async fn check_dependency(
    change: &mut Change<'_>,
    id: TaskId,
    other: TaskId,
    field: &str,
    checks: &mut Checks,
) -> Result<()> {
    if other == id {
        checks.add(field, "cycle", "a task cannot wait for itself");
        return Ok(());
    }
    if look_up::<Task>(change, other.uuid(), field, checks)
        .await?
        .is_some()
        && rows::needs(change.write, other, id, id).await?
    {
        checks.add(field, "cycle", "that task waits for this one already");
    }
    Ok(())
}

/// Whether `other` is what a task with this parent is a part of, or waits for that.
pub(super) async fn waits_for_whole(
    change: &mut Change<'_>,
    id: TaskId,
    parent: Option<TaskId>,
    other: TaskId,
) -> Result<bool> {
    let Some(parent) = parent else {
        return Ok(false);
    };
    Ok(other == parent || rows::needs(change.write, other, parent, id).await?)
}
