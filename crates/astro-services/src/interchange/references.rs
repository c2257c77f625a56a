//! What a task points at: names become ids, and what leads nowhere, or in a circle, is kept as a
//! relation.

use std::collections::BTreeSet;

use astro_core::ids::TaskId;
use astro_core::tasks::{Task, TaskFields};
use astro_store::{Read, documents};

use super::apply::Whole;
use super::lookup;
use super::portable::Portable;
use crate::Result;
use crate::changes::Change;
use crate::tasks::imported;

/// Puts ids in the place of names. Tasks that are not here become relations.
pub async fn resolve(
    read: &mut Read,
    whole: &Whole,
    uid: &str,
    says: &Portable,
) -> Result<TaskFields> {
    let mut fields = says.fields.clone();
    fields.project_id = whole.names.project(&says.project);
    fields.labels = says
        .labels
        .iter()
        .filter_map(|title| whole.names.label(title))
        .collect();
    let mut waits = BTreeSet::new();
    for other in &says.depends_on {
        let broken = whole
            .broken
            .dependencies
            .contains(&(uid.to_owned(), other.clone()));
        match known(read, whole, other).await?.filter(|_| !broken) {
            Some(id) => {
                waits.insert(id);
            }
            None => fields.relations.push(lookup::waits_for(other)),
        }
    }
    fields.depends_on = waits.into_iter().collect();
    if let Some(parent) = &says.parent {
        let broken = whole.broken.parents.contains(uid);
        match known(read, whole, parent).await?.filter(|_| !broken) {
            Some(id) => fields.parent_id = Some(id),
            None => fields.relations.push(lookup::part_of(parent)),
        }
    }
    fields.relations.truncate(astro_core::limits::LIST_ENTRIES);
    Ok(fields)
}

async fn known(read: &mut Read, whole: &Whole, uid: &str) -> Result<Option<TaskId>> {
    match whole.ids.get(uid) {
        Some(id) => Ok(Some(*id)),
        None => lookup::task_called(read, uid).await,
    }
}

/// Members that were there stay in their order, so that the same set is the same list.
pub fn keep_order<T: PartialEq + Clone>(before: &[T], after: &mut Vec<T>) {
    let mut ordered: Vec<T> = before
        .iter()
        .filter(|member| after.contains(member))
        .cloned()
        .collect();
    let added = after.iter().filter(|member| !before.contains(member));
    ordered.extend(added.cloned());
    *after = ordered;
}

/// References that would close a circle through what is here, or that lead to nothing, become
/// relations.
pub async fn settle(change: &mut Change<'_>, before: Option<&Task>, task: &mut Task) -> Result<()> {
    let moves = before.and_then(|before| before.parent_id) != task.parent_id;
    if let Some(parent) = task.parent_id
        && moves
        && !imported::may_lie_in(change, task.id, parent).await?
    {
        task.parent_id = None;
        let uid = uid_of(change, parent).await?;
        task.relations.push(lookup::part_of(&uid));
    }
    let known = before
        .map(|before| before.depends_on.clone())
        .unwrap_or_default();
    for other in task.depends_on.clone() {
        if (moves || !known.contains(&other))
            && !imported::may_wait_for(change, task, other).await?
        {
            task.depends_on.retain(|kept| *kept != other);
            let uid = uid_of(change, other).await?;
            task.relations.push(lookup::waits_for(&uid));
        }
    }
    if let Some(before) = before {
        keep_order(&before.relations, &mut task.relations);
    }
    Ok(())
}

async fn uid_of(change: &mut Change<'_>, id: TaskId) -> Result<String> {
    let other: Option<Task> = documents::get(change.write, id.uuid()).await?;
    Ok(other.map_or_else(|| id.to_string(), |other| other.uid))
}
