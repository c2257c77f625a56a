//! The words of `astro user`, `astro tenant` and `astro token`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account; the very first one administers the instance
    Create(NewUserArgs),
    /// List all accounts
    List,
    /// Let somebody in no more, at any door, within 5 seconds
    Disable { email: String },
    /// Let somebody in again
    Enable { email: String },
    /// Change what somebody may do: `instance_admin`, `tenant_admin`, member or viewer
    Role { email: String, role: String },
    /// Remove somebody with everything that is theirs, and all that was learnt from them; then learn anew
    Forget {
        /// Their address, or their id
        email: String,
        /// It cannot be undone: say that you mean it
        #[arg(long)]
        yes: bool,
    },
    /// Give somebody a new password and end their sessions
    Password {
        email: String,
        /// Read the new password from this file instead of asking
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// Print a one-time link with which they choose it themselves
        #[arg(long)]
        link: bool,
    },
}

#[derive(Args, Debug)]
pub struct NewUserArgs {
    pub email: String,
    /// `instance_admin`, `tenant_admin`, member or viewer
    #[arg(long, default_value = "member")]
    pub role: String,
    /// The slug of the new user's tenant; without it the administrator's own
    #[arg(long, value_name = "SLUG")]
    pub in_tenant: Option<String>,
    /// Where the person lives: `Europe/Madrid`
    #[arg(long)]
    pub zone: Option<String>,
    /// Read the password from this file instead of asking
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant
    Create {
        /// What people type: letters, digits and hyphens
        slug: String,
        #[arg(long)]
        title: Option<String>,
    },
    /// List all tenants
    List,
}

#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, this once
    Create {
        /// What it is for
        title: String,
        /// What it may do: `tasks:read`, `tasks:write`, ..; may be repeated
        #[arg(long, required = true)]
        scope: Vec<String>,
        /// How long it works
        #[arg(long, default_value = "90d", value_name = "TIME")]
        expires: String,
    },
    /// List tokens
    List,
    /// End a token
    Revoke {
        /// Its beginning as the list shows it, its title or its id
        token: String,
    },
    /// Take a new signing key into use; nobody is signed out
    RotateKeys,
}
