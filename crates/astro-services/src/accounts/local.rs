//! The server's own command line: whoever can read the signing keys acts for any user.

use std::path::Path;

use astro_core::accounts::Email;
use astro_core::calendar::Timestamp;
use astro_core::principal::Principal;
use astro_core::random::Random;
use astro_core::secret::Secret;
use astro_store::accounts::{Standing, tenants, users};

use super::gate::{NOT_SIGNED_IN, admit};
use super::jwt::{self, LocalSubject, Subject};
use super::keyring;
use crate::{Error, Result, Services};

/// A token of five minutes that a running server on the same keys takes for the command line
/// acting for the user of an address, or for the first instance admin where none is given.
pub fn mint_local_token(
    keys: &Path,
    now: Timestamp,
    random: &Random,
    email: Option<&str>,
    tenant: Option<&str>,
) -> Result<Secret> {
    let subject = Subject::Local(LocalSubject {
        email: email.map(str::to_owned),
        tenant: tenant.map(str::to_owned),
    });
    jwt::sign(&keyring::load(keys)?, &subject, now, random)
}

impl Services {
    /// Takes a new signing key into use; nobody is signed out by it.
    pub async fn rotate_keys(&self) -> Result<()> {
        self.accounts.keyring.rotate(self.now(), &self.random).await
    }

    /// The command line in this process, acting for the user of an address, or for the first
    /// instance admin where none is given.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown address, [`Error::Invalid`] where it has accounts in
    /// several tenants and none is named, [`Error::Unauthenticated`] for a disabled account.
    pub async fn local_principal(
        &self,
        email: Option<&str>,
        tenant: Option<&str>,
    ) -> Result<Principal> {
        let subject = LocalSubject {
            email: email.map(str::to_owned),
            tenant: tenant.map(str::to_owned),
        };
        let identity = admit(&self.local_standing(&subject).await?)?;
        Ok(Principal::Local { identity })
    }

    pub(super) async fn local_standing(&self, subject: &LocalSubject) -> Result<Standing> {
        let Some(email) = &subject.email else {
            let found = self
                .store
                .admin_read(|admin| Box::pin(async move { users::first_admin(admin).await }));
            return found.await?.ok_or(NOT_SIGNED_IN);
        };
        let (key, tenant) = (Email::key_of(email), subject.tenant.clone());
        let found = self.store.admin_read(move |admin| {
            Box::pin(async move {
                let mut found = users::by_email(admin, &key).await?;
                if let Some(slug) = &tenant {
                    let id = tenants::by_slug(admin, slug).await?.map(|tenant| tenant.id);
                    found.retain(|user| Some(user.tenant_id) == id);
                }
                match found.as_slice() {
                    [] => Err(Error::NotFound("user")),
                    [user] => users::standing(admin, user.id)
                        .await?
                        .ok_or(Error::NotFound("user")),
                    _ => Err(Error::invalid(
                        "tenant",
                        "ambiguous",
                        "this address has accounts in several tenants: name one",
                    )),
                }
            })
        });
        found.await
    }
}
