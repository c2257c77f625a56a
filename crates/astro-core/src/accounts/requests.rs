//! What clients send and get about accounts.

use astro_calendar::{Timestamp, ZoneName};
use serde::{Deserialize, Serialize};

use super::{AccessToken, Email, Invite, Tenant, User};
use crate::ids::TenantId;
use crate::principal::{Permission, Role};
use crate::schema::Instant;
use crate::secret::Secret;

/// Signing in.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    #[schema(max_length = 254)]
    pub email: String,
    pub password: Secret,
    /// The tenant's slug; needed where the address has accounts in several.
    #[serde(default)]
    #[schema(max_length = 63)]
    pub tenant: Option<String>,
}

/// Renewing an access token.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    pub refresh_token: Secret,
}

/// Making the first account by the one-time token of the first start.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    pub token: Secret,
    pub email: Email,
    pub password: Secret,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "Europe/Madrid")]
    pub zone: Option<ZoneName>,
}

/// Making oneself an account, where that is allowed.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    pub email: Email,
    pub password: Secret,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "Europe/Madrid")]
    pub zone: Option<ZoneName>,
}

/// Using a one-time link.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInviteRequest {
    pub token: Secret,
    pub password: Secret,
    /// Where the new account lives; of no effect on a reset.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "Europe/Madrid")]
    pub zone: Option<ZoneName>,
}

/// Changing one's own password.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    pub current: Secret,
    pub new: Secret,
}

/// Removing one's own account.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteMeRequest {
    pub password: Secret,
}

/// An account that an administrator makes.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUserRequest {
    pub email: Email,
    pub password: Secret,
    #[serde(default = "member")]
    pub role: Role,
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "Europe/Madrid")]
    pub zone: Option<ZoneName>,
    /// The administrator's own where absent; only an instance admin may name another.
    #[serde(default)]
    pub tenant_id: Option<TenantId>,
}

/// A one-time link that an administrator makes.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInviteRequest {
    pub email: Email,
    #[serde(default = "member")]
    pub role: Role,
    /// The administrator's own where absent; only an instance admin may name another.
    #[serde(default)]
    pub tenant_id: Option<TenantId>,
}

fn member() -> Role {
    Role::Member
}

/// A personal access token that a user makes.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAccessTokenRequest {
    #[schema(min_length = 1, max_length = 500)]
    pub title: String,
    #[schema(min_items = 1, max_items = 14)]
    pub scopes: Vec<Permission>,
    #[schema(value_type = Instant)]
    pub expires_at: Timestamp,
}

/// A fresh personal access token. The token itself is shown here and never again.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct IssuedAccessToken {
    #[serde(serialize_with = "Secret::reveal")]
    pub token: Secret,
    pub access_token: AccessToken,
}

/// A fresh one-time link. The token is shown here and never again.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct IssuedInvite {
    #[serde(serialize_with = "Secret::reveal")]
    pub token: Secret,
    pub invite: Invite,
}

/// What a program gets for signing in or renewing (RFC 6749, section 5.1).
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TokenResponse {
    #[serde(serialize_with = "Secret::reveal")]
    pub access_token: Secret,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: u64,
    /// Good for one use.
    #[serde(serialize_with = "Secret::reveal")]
    pub refresh_token: Secret,
    pub user: User,
}

/// What a browser's page gets; the session itself is in an `HttpOnly` cookie.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct BrowserSessionResponse {
    /// To be sent as `X-CSRF-Token` with everything that writes.
    #[serde(serialize_with = "Secret::reveal")]
    pub csrf_token: Secret,
    pub user: User,
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Me {
    pub user: User,
    pub tenant: Tenant,
    /// What the caller may do with what they showed: by role, and by scopes where it is a token.
    pub permissions: Vec<Permission>,
}
