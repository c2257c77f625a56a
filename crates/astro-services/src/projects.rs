//! Projects: a forest of lists.

use astro_core::document::Document as _;
use astro_core::error::Checks;
use astro_core::events::Action;
use astro_core::ids::ProjectId;
use astro_core::page::{Page, PageRequest};
use astro_core::patch::Patch;
use astro_core::principal::Permission;
use astro_core::projects::{Project, ProjectFields};
use serde_json::json;

use crate::changes::{Change, Written, changed_fields, check_version};
use crate::{Call, Error, Result, Services, references};

impl Services {
    pub async fn list_projects(&self, call: &Call, page: PageRequest) -> Result<Page<Project>> {
        self.page(call, Permission::TasksRead, page).await
    }

    pub async fn get_project(&self, call: &Call, id: ProjectId) -> Result<Project> {
        self.find(call, Permission::TasksRead, id.uuid()).await
    }

    pub async fn create_project(
        &self,
        call: &Call,
        fields: ProjectFields,
    ) -> Result<Written<Project>> {
        let scope = call.scope(Permission::TasksWrite)?;
        fields.check()?;
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let id = change.id_for_new::<Project>().await?.into();
                check_parent(change, id, fields.parent_id).await?;
                let project = Project::assemble(fields, change.fresh(), id);
                change.insert(project, Action::Created, json!({})).await
            })
        })
        .await
    }

    pub async fn update_project(
        &self,
        call: &Call,
        id: ProjectId,
        patch: Patch<ProjectFields>,
    ) -> Result<Written<Project>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: Project = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &before)?;
                let fields = patch.apply(&before.fields())?;
                fields.check()?;
                if fields.parent_id != before.parent_id {
                    check_parent(change, id, fields.parent_id).await?;
                }
                let data = changed_fields(&before.fields(), &fields)?;
                let mut after = before.clone();
                after.set_fields(fields);
                change.update(&before, after, Action::Edited, data).await
            })
        })
        .await
    }

    /// The project goes to the trash. Its tasks stay where they are and show up again with it.
    pub async fn delete_project(&self, call: &Call, id: ProjectId) -> Result<Written<Project>> {
        self.trash(call, Permission::TasksWrite, id.uuid()).await
    }

    pub async fn restore_project(&self, call: &Call, id: ProjectId) -> Result<Written<Project>> {
        self.restore(call, Permission::TasksWrite, id.uuid()).await
    }
}

/// # Errors
/// [`Error::Invalid`] for a parent that is not there, that lies below the project itself, or that is
/// too deep.
pub(crate) async fn check_parent(
    change: &mut Change<'_>,
    id: ProjectId,
    parent: Option<ProjectId>,
) -> Result<()> {
    let mut checks = Checks::default();
    let parent = parent.map(Into::into);
    references::check_parent::<Project>(change, id.into(), parent, &mut checks).await?;
    checks.finish().map_err(Error::Invalid)
}
