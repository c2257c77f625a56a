//! Labels.

use std::sync::LazyLock;

use astro_core::calendar::TimeZone;
use astro_core::events::Entity;
use astro_core::labels::{Label, LabelFields};

use crate::documents::{Record, Table};
use crate::{Args, Columns, StoreError};

pub(crate) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new("labels", "title, color"));

impl Record for Label {
    const ENTITY: Entity = Entity::Label;

    fn table() -> &'static LazyLock<Table> {
        &TABLE
    }

    fn bind(&self, args: Args, _zone: &TimeZone) -> Args {
        args.text(&self.title).opt_text(self.color.as_ref())
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let id = columns.uuid()?;
        let fields = LabelFields {
            title: columns.text()?,
            color: columns.opt_text()?,
        };
        Ok(Self::assemble(fields, columns.stamp()?, id))
    }
}
