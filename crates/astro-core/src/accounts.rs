//! Tenants, the users in them, and what lets a user in: sessions, personal access tokens, invites.
//!
//! These are reference data, not personal data: they have no owner and no change feed. What a
//! client sends for them is in [`requests`], what makes a password good enough in [`passwords`].

mod email;
pub mod passwords;
pub mod requests;

use astro_calendar::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Checks, FieldError};
use crate::ids::{AccessTokenId, InviteId, SessionId, TenantId, UserId};
use crate::limits;
use crate::principal::{Permission, Role};
use crate::schema::Instant;

pub use email::{Email, EmailError};

/// The slug of the tenant that the first start makes.
pub const DEFAULT_TENANT: &str = "default";

/// A group of users who are administered together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tenant {
    pub id: TenantId,
    /// What people type to say which tenant they mean; unique.
    pub slug: String,
    pub title: String,
    /// Nobody of a disabled tenant gets in.
    pub disabled: bool,
    /// Counts the writes to this row; the strong `ETag`.
    pub version: i64,
    #[schema(value_type = Instant)]
    pub created_at: Timestamp,
    #[schema(value_type = Instant)]
    pub updated_at: Timestamp,
}

/// What an instance admin writes of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantFields {
    #[schema(
        min_length = 1,
        max_length = 63,
        pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
    )]
    pub slug: String,
    #[schema(min_length = 1, max_length = 500)]
    pub title: String,
    #[serde(default)]
    pub disabled: bool,
}

impl TenantFields {
    /// # Errors
    /// Every field that cannot be kept.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut checks = Checks::default();
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let slug = &self.slug;
        let right = (1..=63).contains(&slug.len())
            && slug.chars().all(inner)
            && !slug.starts_with('-')
            && !slug.ends_with('-');
        checks.require(
            right,
            "slug",
            "format",
            "must be 1 to 63 small letters, digits and inner hyphens",
        );
        checks.title("title", &self.title, limits::TITLE_CHARS);
        checks.finish()
    }
}

impl Tenant {
    pub fn fields(&self) -> TenantFields {
        TenantFields {
            slug: self.slug.clone(),
            title: self.title.clone(),
            disabled: self.disabled,
        }
    }
}

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct User {
    pub id: UserId,
    pub tenant_id: TenantId,
    /// Unique in the tenant, without regard to case.
    pub email: Email,
    pub role: Role,
    /// A disabled user does not get in by any door.
    pub disabled: bool,
    /// Counts the writes to this row; the strong `ETag`.
    pub version: i64,
    #[schema(value_type = Instant)]
    pub created_at: Timestamp,
    #[schema(value_type = Instant)]
    pub updated_at: Timestamp,
}

/// What an administrator writes of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserFields {
    pub role: Role,
    pub disabled: bool,
}

impl User {
    pub fn fields(&self) -> UserFields {
        UserFields {
            role: self.role,
            disabled: self.disabled,
        }
    }
}

coded_enum! {
    /// What carries a session. Codes are stored.
    pub enum SessionKind {
        /// A browser's cookie.
        Browser = 0 => "browser",
        /// An access token that is renewed by refresh tokens.
        Tokens = 1 => "tokens",
    }
}

/// A sign-in that is still good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Session {
    pub id: SessionId,
    pub kind: SessionKind,
    /// What the program called itself (User-Agent), cut to a short text.
    pub client: String,
    #[schema(value_type = Instant)]
    pub created_at: Timestamp,
    /// Exact to a few minutes.
    #[schema(value_type = Instant)]
    pub last_used_at: Timestamp,
    #[schema(value_type = Instant)]
    pub expires_at: Timestamp,
    /// Whether this is the session that asks.
    pub current: bool,
}

/// A personal access token: lets a program act for a user within its scopes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccessToken {
    pub id: AccessTokenId,
    pub title: String,
    /// How the token begins, so that a person can tell which one it is.
    pub prefix: String,
    pub scopes: Vec<Permission>,
    #[schema(value_type = Instant)]
    pub created_at: Timestamp,
    #[schema(value_type = Instant)]
    pub expires_at: Timestamp,
    /// Exact to a few minutes; absent until the first use.
    #[schema(value_type = Option<Instant>)]
    pub last_used_at: Option<Timestamp>,
}

coded_enum! {
    /// What a one-time link is for. Codes are stored.
    pub enum InvitePurpose {
        /// Making an account.
        Join = 0 => "join",
        /// Giving an account that exists a new password.
        Reset = 1 => "reset",
    }
}

/// A one-time link that an administrator made for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Invite {
    pub id: InviteId,
    pub tenant_id: TenantId,
    pub purpose: InvitePurpose,
    pub email: Email,
    /// The role of the account that it makes; of a reset, the role that the account has.
    pub role: Role,
    /// Absent when that administrator's account is gone.
    pub created_by: Option<UserId>,
    #[schema(value_type = Instant)]
    pub created_at: Timestamp,
    #[schema(value_type = Instant)]
    pub expires_at: Timestamp,
}
