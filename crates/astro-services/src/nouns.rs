//! What every noun can do without rules of its own: be found, listed, put into the trash and taken
//! out of it.

use astro_core::page::{Page, PageRequest};
use astro_core::principal::Permission;
use astro_store::documents::{self, Record};
use uuid::Uuid;

use crate::changes::Written;
use crate::{Call, Error, Result, Services};

/// Reading and writing that is the same for every noun; nouns with rules of their own use the
/// pieces above.
impl Services {
    /// The row, if it is the caller's and not in the trash.
    pub async fn find<R: Record>(
        &self,
        call: &Call,
        permission: Permission,
        id: impl Into<Uuid>,
    ) -> Result<R> {
        let scope = call.scope(permission)?;
        let id = id.into();
        let found: Option<R> = self
            .store
            .read(&scope, |read| {
                Box::pin(async move { documents::get(read, id).await.map_err(Error::from) })
            })
            .await?;
        found
            .filter(|row| row.stamp().deleted_at.is_none())
            .ok_or(Error::NotFound(R::ENTITY.as_str()))
    }

    /// One page of what is not in the trash, oldest first.
    pub async fn page<R: Record>(
        &self,
        call: &Call,
        permission: Permission,
        page: PageRequest,
    ) -> Result<Page<R>> {
        let scope = call.scope(permission)?;
        self.store
            .read(&scope, |read| {
                Box::pin(async move { documents::list(read, &page).await.map_err(Error::from) })
            })
            .await
    }

    /// Puts a row into the trash, from where it can be restored for 30 days.
    pub async fn trash<R: Record + PartialEq>(
        &self,
        call: &Call,
        permission: Permission,
        id: impl Into<Uuid>,
    ) -> Result<Written<R>> {
        self.set_trashed(call, permission, id.into(), true).await
    }

    /// Takes a row out of the trash. A row that is not in it is answered as it is.
    pub async fn restore<R: Record + PartialEq>(
        &self,
        call: &Call,
        permission: Permission,
        id: impl Into<Uuid>,
    ) -> Result<Written<R>> {
        self.set_trashed(call, permission, id.into(), false).await
    }

    async fn set_trashed<R: Record + PartialEq>(
        &self,
        call: &Call,
        permission: Permission,
        id: Uuid,
        trashed: bool,
    ) -> Result<Written<R>> {
        let scope = call.scope(permission)?;
        let expected = call.expected_version.clone();
        self.change(call, scope, move |change| {
            Box::pin(async move {
                let before: R = change.to_move(id, trashed, expected.as_ref()).await?;
                change.set_deleted(before, trashed).await
            })
        })
        .await
    }
}
