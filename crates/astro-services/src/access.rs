//! Who may do what: the table of docs/access.md.

use astro_core::principal::{Permission, Principal, Role};

use crate::{Error, Result};

/// What a role may do at all.
pub const fn allows(role: Role, permission: Permission) -> bool {
    match permission {
        Permission::TasksRead
        | Permission::GoalsRead
        | Permission::PreferencesRead
        | Permission::RecommendationsRead
        | Permission::DataExport
        | Permission::AccountRead
        | Permission::AccountWrite => true,
        Permission::TasksWrite
        | Permission::GoalsWrite
        | Permission::PreferencesWrite
        | Permission::RecommendationsWrite
        | Permission::DataImport => !matches!(role, Role::Viewer),
        Permission::UsersAdmin => matches!(role, Role::TenantAdmin | Role::InstanceAdmin),
        Permission::InstanceAdmin => matches!(role, Role::InstanceAdmin),
    }
}

/// Permissions that no personal access token can carry: with them a leaked token could make itself
/// at home.
pub const fn grantable(permission: Permission) -> bool {
    !matches!(
        permission,
        Permission::AccountWrite | Permission::UsersAdmin | Permission::InstanceAdmin
    )
}

/// # Errors
/// [`Error::Forbidden`] when the role or the token's scopes do not include it.
pub fn check(principal: &Principal, permission: Permission) -> Result<()> {
    let role = principal.identity().role;
    if !allows(role, permission) {
        return Err(Error::Forbidden(format!(
            "the role {role} does not include {permission}"
        )));
    }
    match principal {
        Principal::Token { scopes, .. } if !scopes.contains(&permission) => Err(Error::Forbidden(
            format!("this token's scopes do not include {permission}"),
        )),
        _ => Ok(()),
    }
}
