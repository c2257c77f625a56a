//! Goals and habits, and how they go.

use astro_core::calendar::Timestamp;
use astro_core::document::Document as _;
use astro_core::error::Checks;
use astro_core::events::Action;
use astro_core::goals::{Facts, Goal, GoalFields, GoalLinks, Progress, progress, reads_from};
use astro_core::ids::GoalId;
use astro_core::labels::Label;
use astro_core::page::{Page, PageRequest};
use astro_core::patch::Patch;
use astro_core::principal::Permission;
use astro_core::projects::Project;
use astro_core::tasks::Task;
use astro_store::goals as rows;
use astro_store::{Read, documents, preferences};
use serde_json::json;

use crate::changes::{Change, Written, changed_fields, check_version};
use crate::references::{check_parent, look_up_all};
use crate::{Call, Error, Result, Services};

impl Services {
    pub async fn list_goals(&self, call: &Call, page: PageRequest) -> Result<Page<Goal>> {
        self.page(call, Permission::GoalsRead, page).await
    }

    pub async fn get_goal(&self, call: &Call, id: GoalId) -> Result<Goal> {
        self.find(call, Permission::GoalsRead, id.uuid()).await
    }

    pub async fn create_goal(&self, call: &Call, fields: GoalFields) -> Result<Written<Goal>> {
        let scope = call.scope(Permission::GoalsWrite)?;
        self.change(call, scope, move |change| {
            Box::pin(async move { insert(change, fields).await })
        })
        .await
    }

    pub async fn update_goal(
        &self,
        call: &Call,
        id: GoalId,
        patch: Patch<GoalFields>,
    ) -> Result<Written<Goal>> {
        let scope = call.scope(Permission::GoalsWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: Goal = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &before)?;
                let fields = patch.apply(&before.fields())?;
                set_fields(change, before, fields).await
            })
        })
        .await
    }

    /// The goal goes to the trash; its datapoints stay with it.
    pub async fn delete_goal(&self, call: &Call, id: GoalId) -> Result<Written<Goal>> {
        self.trash(call, Permission::GoalsWrite, id.uuid()).await
    }

    pub async fn restore_goal(&self, call: &Call, id: GoalId) -> Result<Written<Goal>> {
        self.restore(call, Permission::GoalsWrite, id.uuid()).await
    }

    /// Where a goal stands now.
    pub async fn goal_progress(&self, call: &Call, id: GoalId) -> Result<Progress> {
        let scope = call.scope(Permission::GoalsRead)?;
        let now = self.now();
        self.store
            .read(&scope, |read| {
                Box::pin(async move { measure(read, id, now).await })
            })
            .await
    }
}

async fn measure(read: &mut Read, id: GoalId, now: Timestamp) -> Result<Progress> {
    read.snapshot().await?;
    let found: Option<Goal> = documents::get(read, id.uuid()).await?;
    let goal = found
        .filter(|goal| goal.deleted_at.is_none())
        .ok_or(Error::NotFound("goal"))?;
    let preferences = preferences::set(read).await?;
    let (zone, week_start) = (preferences.zone().load(), preferences.week_start());
    let from = reads_from(&goal, now, &zone, week_start);
    let points = rows::points(read, id, from, now).await?;
    let completions = rows::completions(read, id, from, now).await?;
    let facts = Facts {
        points: &points,
        completions: &completions,
        tasks: rows::count_tasks(read, id).await?,
        zone: &zone,
        week_start,
    };
    Ok(progress(&goal, now, &facts))
}

/// Keeps a new goal; for every door that makes one.
pub async fn insert(change: &mut Change<'_>, fields: GoalFields) -> Result<Written<Goal>> {
    fields.check()?;
    let id = change.id_for_new::<Goal>().await?.into();
    check_references(change, id, None, &fields).await?;
    let data = json!({ "kind": fields.kind, "horizon": fields.horizon, "target_date": fields.target_date });
    let goal = Goal::assemble(fields, change.fresh(), id, None);
    change.insert(goal, Action::Created, data).await
}

/// Replaces what a person may write; for every door that changes one.
pub async fn set_fields(
    change: &mut Change<'_>,
    before: Goal,
    fields: GoalFields,
) -> Result<Written<Goal>> {
    fields.check()?;
    check_references(change, before.id, Some(&before), &fields).await?;
    let data = changed_fields(&before.fields(), &fields)?;
    let mut after = before.clone();
    after.set_fields(fields);
    change.update(&before, after, Action::Edited, data).await
}

/// Checks the references of `fields` that differ from `before`'s.
pub(crate) async fn check_references(
    change: &mut Change<'_>,
    id: GoalId,
    before: Option<&Goal>,
    fields: &GoalFields,
) -> Result<()> {
    let mut checks = Checks::default();
    if fields.parent_id != before.and_then(|before| before.parent_id) {
        let parent = fields.parent_id.map(Into::into);
        check_parent::<Goal>(change, id.into(), parent, &mut checks).await?;
    }
    let none = GoalLinks::default();
    let old = before.map_or(&none, |before| &before.links);
    let new = &fields.links;
    look_up_all::<Task, _>(change, &new.tasks, &old.tasks, "links.tasks", &mut checks).await?;
    look_up_all::<Project, _>(
        change,
        &new.projects,
        &old.projects,
        "links.projects",
        &mut checks,
    )
    .await?;
    look_up_all::<Label, _>(
        change,
        &new.labels,
        &old.labels,
        "links.labels",
        &mut checks,
    )
    .await?;
    checks.finish().map_err(Error::Invalid)
}
