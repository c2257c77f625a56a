//! Tenants, users, and what lets users in: reference tables, which have no owner.
//!
//! Nothing here reads a personal row. Secrets come and go as hashes only.

pub mod attempts;
pub mod credentials;
pub mod epoch;
pub mod invites;
pub mod sessions;
pub mod setup;
pub mod tenants;
pub mod tokens;
pub mod users;

use astro_core::principal::{Identity, Role};

use crate::{Columns, Statement, StoreError};

/// The statements of all these tables, for the registry.
pub(crate) const STATEMENTS: &[&[Statement]] = &[
    attempts::STATEMENTS,
    credentials::STATEMENTS,
    epoch::STATEMENTS,
    invites::STATEMENTS,
    sessions::STATEMENTS,
    setup::STATEMENTS,
    tenants::STATEMENTS,
    tokens::STATEMENTS,
    users::STATEMENTS,
];

/// SHA-256 of a token, or of what a counter counts.
pub type Hash = [u8; 32];

/// A user as the login gate looks at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub identity: Identity,
    pub user_disabled: bool,
    pub tenant_disabled: bool,
}

impl Standing {
    /// Reads `u.id, u.tenant_id, u.role, u.disabled, t.disabled`.
    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let user = columns.uuid()?;
        let tenant = columns.uuid()?;
        let role = columns.code(Role::from_code)?;
        Ok(Self {
            identity: Identity { tenant, user, role },
            user_disabled: columns.flag()?,
            tenant_disabled: columns.flag()?,
        })
    }
}
