//! Labels.

use astro_core::document::Document as _;
use astro_core::events::Action;
use astro_core::ids::LabelId;
use astro_core::labels::{Label, LabelFields};
use astro_core::page::{Page, PageRequest};
use astro_core::patch::Patch;
use astro_core::principal::Permission;
use serde_json::json;

use crate::changes::{Written, changed_fields, check_version};
use crate::{Call, Error, Result, Services};

impl Services {
    pub async fn list_labels(&self, call: &Call, page: PageRequest) -> Result<Page<Label>> {
        self.page(call, Permission::TasksRead, page).await
    }

    pub async fn get_label(&self, call: &Call, id: LabelId) -> Result<Label> {
        self.find(call, Permission::TasksRead, id.uuid()).await
    }

    /// # Errors
    /// [`Error::Conflict`] when there is a label of that title.
    pub async fn create_label(&self, call: &Call, fields: LabelFields) -> Result<Written<Label>> {
        let scope = call.scope(Permission::TasksWrite)?;
        fields.check()?;
        let written = self.change(call, scope, move |change| {
            Box::pin(async move {
                let id = change.id_for_new::<Label>().await?.into();
                let label = Label::assemble(fields, change.fresh(), id);
                change.insert(label, Action::Created, json!({})).await
            })
        });
        written.await.map_err(title_taken)
    }

    pub async fn update_label(
        &self,
        call: &Call,
        id: LabelId,
        patch: Patch<LabelFields>,
    ) -> Result<Written<Label>> {
        let scope = call.scope(Permission::TasksWrite)?;
        let expected = call.expected_version.clone();
        let written = self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: Label = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &before)?;
                let fields = patch.apply(&before.fields())?;
                fields.check()?;
                let data = changed_fields(&before.fields(), &fields)?;
                let mut after = before.clone();
                after.set_fields(fields);
                change.update(&before, after, Action::Edited, data).await
            })
        });
        written.await.map_err(title_taken)
    }

    /// The label goes to the trash; tasks keep it until it is gone for good.
    pub async fn delete_label(&self, call: &Call, id: LabelId) -> Result<Written<Label>> {
        self.trash(call, Permission::TasksWrite, id.uuid()).await
    }

    pub async fn restore_label(&self, call: &Call, id: LabelId) -> Result<Written<Label>> {
        self.restore(call, Permission::TasksWrite, id.uuid())
            .await
            .map_err(title_taken)
    }
}

/// The one constraint that a label can meet is that of its title.
fn title_taken(error: Error) -> Error {
    match error {
        Error::Conflict {
            code: "constraint", ..
        } => Error::conflict("title_taken", "there is a label of this title already"),
        other => other,
    }
}
