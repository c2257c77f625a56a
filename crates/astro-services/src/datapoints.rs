//! Datapoints of goals.

use astro_core::datapoints::{Datapoint, DatapointFields, DatapointFilter};
use astro_core::document::Document as _;
use astro_core::events::Action;
use astro_core::goals::Goal;
use astro_core::ids::DatapointId;
use astro_core::page::{Page, PageRequest};
use astro_core::patch::Patch;
use astro_core::principal::Permission;
use astro_core::tasks::TaskSource;
use astro_store::datapoints as rows;
use serde_json::json;

use crate::changes::{Change, Written, changed_fields, check_version};
use crate::references::require;
use crate::{Call, Error, Result, Services};

pub use astro_store::datapoints::SORT;

impl Services {
    pub async fn list_datapoints(
        &self,
        call: &Call,
        filter: DatapointFilter,
        page: PageRequest,
    ) -> Result<Page<Datapoint>> {
        let scope = call.scope(Permission::GoalsRead)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { rows::list(read, &filter, &page).await.map_err(Error::from) })
            })
            .await
    }

    pub async fn get_datapoint(&self, call: &Call, id: DatapointId) -> Result<Datapoint> {
        self.find(call, Permission::GoalsRead, id.uuid()).await
    }

    pub async fn create_datapoint(
        &self,
        call: &Call,
        fields: DatapointFields,
    ) -> Result<Written<Datapoint>> {
        let scope = call.scope(Permission::GoalsWrite)?;
        let source = call.source;
        self.change(call, scope, move |change| {
            Box::pin(async move { insert(change, fields, source).await })
        })
        .await
    }

    pub async fn update_datapoint(
        &self,
        call: &Call,
        id: DatapointId,
        patch: Patch<DatapointFields>,
    ) -> Result<Written<Datapoint>> {
        let scope = call.scope(Permission::GoalsWrite)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: Datapoint = change.live(id.uuid()).await?;
                check_version(expected.as_ref(), &before)?;
                let fields = patch.apply(&before.fields())?;
                set_fields(change, before, fields).await
            })
        })
        .await
    }

    pub async fn delete_datapoint(
        &self,
        call: &Call,
        id: DatapointId,
    ) -> Result<Written<Datapoint>> {
        self.trash(call, Permission::GoalsWrite, id.uuid()).await
    }

    pub async fn restore_datapoint(
        &self,
        call: &Call,
        id: DatapointId,
    ) -> Result<Written<Datapoint>> {
        self.restore(call, Permission::GoalsWrite, id.uuid()).await
    }
}

/// Keeps a new datapoint; for every door that makes one.
pub async fn insert(
    change: &mut Change<'_>,
    fields: DatapointFields,
    source: TaskSource,
) -> Result<Written<Datapoint>> {
    let fields = fields.canonical();
    fields.check()?;
    require::<Goal>(change, fields.goal_id.uuid(), "goal_id").await?;
    let data = json!({ "goal_id": fields.goal_id, "at": fields.at, "value": fields.value });
    let id = change.id_for_new::<Datapoint>().await?.into();
    let point = Datapoint::assemble(fields, change.fresh(), id, source);
    change.insert(point, Action::Created, data).await
}

/// Replaces what a person may write; for every door that changes one.
pub async fn set_fields(
    change: &mut Change<'_>,
    before: Datapoint,
    fields: DatapointFields,
) -> Result<Written<Datapoint>> {
    let fields = fields.canonical();
    fields.check()?;
    if fields.goal_id != before.goal_id {
        require::<Goal>(change, fields.goal_id.uuid(), "goal_id").await?;
    }
    let data = changed_fields(&before.fields(), &fields)?;
    let mut after = before.clone();
    after.set_fields(fields);
    change.update(&before, after, Action::Edited, data).await
}
