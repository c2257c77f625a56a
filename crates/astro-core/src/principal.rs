//! Who is asking, and what they may touch.
//!
//! A [`Principal`] is made by the one login gate in the services. A [`Scope`] is made from a
//! principal and has private fields, and every store function takes one: that is why no code can
//! read a row by its id alone.

use crate::ids::{AccessTokenId, OwnerId, SessionId, TenantId, UserId};

coded_enum! {
    /// What a user may do at large; docs/access.md is the table.
    pub enum Role {
        /// Administers tenants and users; has no way to anyone's tasks but their own.
        InstanceAdmin = 0 => "instance_admin",
        /// Administers the users of one tenant.
        TenantAdmin = 1 => "tenant_admin",
        Member = 2 => "member",
        /// Reads their own data and writes nothing.
        Viewer = 3 => "viewer",
    }
}

coded_enum! {
    /// What an operation needs; also the scopes that a personal access token can carry.
    pub enum Permission {
        TasksRead = 0 => "tasks:read",
        TasksWrite = 1 => "tasks:write",
        GoalsRead = 2 => "goals:read",
        GoalsWrite = 3 => "goals:write",
        PreferencesRead = 4 => "preferences:read",
        PreferencesWrite = 5 => "preferences:write",
        RecommendationsRead = 6 => "recommendations:read",
        /// Asking for recommendations and answering them.
        RecommendationsWrite = 7 => "recommendations:write",
        /// Taking everything out at once.
        DataExport = 8 => "data:export",
        /// Bringing many things in at once.
        DataImport = 9 => "data:import",
        AccountRead = 10 => "account:read",
        /// Passwords, sessions and tokens; no token ever carries it.
        AccountWrite = 11 => "account:write",
        /// Users and invites of one's own tenant.
        UsersAdmin = 12 => "users:admin",
        /// Tenants, and the users of every tenant.
        InstanceAdmin = 13 => "instance:admin",
    }
}

/// A user as the gate saw them when the request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub tenant: TenantId,
    pub user: UserId,
    pub role: Role,
}

/// An authenticated caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A person with a session: a browser's cookie or an access token.
    User {
        identity: Identity,
        session: SessionId,
    },
    /// A program with a personal access token, limited to its scopes.
    Token {
        identity: Identity,
        token: AccessTokenId,
        scopes: Vec<Permission>,
    },
    /// The command line on the server itself, acting for a user; whoever can read the signing
    /// keys can do anything already.
    Local { identity: Identity },
}

impl Principal {
    pub fn identity(&self) -> Identity {
        match self {
            Self::User { identity, .. }
            | Self::Token { identity, .. }
            | Self::Local { identity } => *identity,
        }
    }
}

/// Whose rows a statement may see, and who is at work on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    tenant: TenantId,
    owner: OwnerId,
    actor: Actor,
}

/// Who causes a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    User(UserId),
    /// The product itself: housekeeping and jobs.
    Service,
}

impl Scope {
    /// The rows of the caller.
    pub fn of(principal: &Principal) -> Self {
        let identity = principal.identity();
        Self {
            tenant: identity.tenant,
            owner: identity.user.into(),
            actor: Actor::User(identity.user),
        }
    }

    /// One owner's rows for the product's own work, such as emptying the trash.
    pub fn service(tenant: TenantId, owner: OwnerId) -> Self {
        Self {
            tenant,
            owner,
            actor: Actor::Service,
        }
    }

    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub fn owner(&self) -> OwnerId {
        self.owner
    }

    pub fn actor(&self) -> Actor {
        self.actor
    }
}
