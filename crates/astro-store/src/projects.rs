//! Projects.

use std::sync::LazyLock;

use astro_core::calendar::TimeZone;
use astro_core::events::Entity;
use astro_core::ids::ProjectId;
use astro_core::projects::{Project, ProjectFields};

use crate::documents::{Record, Table};
use crate::{Args, Columns, StoreError};

pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    Table::new(
        "projects",
        "title, description, color, parent_id, position, archived",
    )
});

impl Record for Project {
    const ENTITY: Entity = Entity::Project;

    fn table() -> &'static LazyLock<Table> {
        &TABLE
    }

    fn bind(&self, args: Args, _zone: &TimeZone) -> Args {
        args.text(&self.title)
            .text(&self.description)
            .opt_text(self.color.as_ref())
            .opt_uuid(self.parent_id.map(ProjectId::uuid))
            .text(&self.position)
            .flag(self.archived)
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let id = columns.uuid()?;
        let fields = ProjectFields {
            title: columns.text()?,
            description: columns.text()?,
            color: columns.opt_text()?,
            parent_id: columns.opt_uuid()?,
            position: columns.text()?,
            archived: columns.flag()?,
        };
        Ok(Self::assemble(fields, columns.stamp()?, id))
    }
}
