//! Accounts and access: who gets in, by which door, and who administers whom.
//!
//! Every door ends in `gate`: it alone decides whether an account may be used. Passwords,
//! opaque tokens and JWTs are made and checked in one file each; docs/access.md says what all of
//! it means for people.

mod gate;
mod invites;
mod jwt;
mod keyring;
mod local;
mod opaque;
mod own;
mod passwords;
mod sessions;
mod setup;
mod tenants;
mod throttle;
mod tokens;
mod users;

use std::net::IpAddr;

use astro_core::config::auth::AccountsConfig;
use astro_core::limits;
use astro_core::page::{Cursor, CursorKey, Page, PageRequest};
use uuid::Uuid;

use crate::{Result, Services, ServicesConfig};

pub use gate::Credential;
pub(crate) use gate::admit;
pub use keyring::rotate as rotate_keys;
pub use local::mint_local_token;
pub use sessions::{BrowserLogin, csrf_matches, csrf_token};
pub(crate) use users::keep_one_admin;

/// What signing in needs beside the store.
#[derive(Debug)]
pub struct Accounts {
    config: AccountsConfig,
    passwords: passwords::Passwords,
    keyring: keyring::Keyring,
    known: gate::Known,
}

impl Accounts {
    pub(crate) fn new(
        config: &ServicesConfig,
        now: astro_core::calendar::Timestamp,
        random: &astro_core::random::Random,
    ) -> Result<Self> {
        Ok(Self {
            passwords: passwords::Passwords::new(&config.accounts, random)?,
            keyring: keyring::Keyring::open(&config.keys, now, random)?,
            known: gate::Known::default(),
            config: config.accounts.clone(),
        })
    }
}

impl Accounts {
    /// Forgets what the gate believes: somebody's rights have gone, in another process.
    pub(crate) fn forget(&self) {
        self.known.forget();
    }
}

/// Where a sign-in comes from.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Resolved by the door that took the request; absent on the server's own command line.
    pub address: Option<IpAddr>,
    /// What the program calls itself.
    pub agent: String,
}

impl Client {
    /// The agent as it is kept: short, on one line.
    fn short_agent(&self) -> String {
        let plain = self.agent.chars().filter(|c| !c.is_control());
        plain.take(limits::SHORT_CHARS).collect()
    }
}

impl Services {
    /// Removes sessions, tokens, links and counters that no longer count.
    pub async fn purge_accounts(&self) -> Result<()> {
        use astro_store::accounts::{attempts, invites, sessions, tokens};
        let now = self.now();
        let idle_since = crate::changes::before(now, limits::SESSION_IDLE_TTL);
        let calm_since = crate::changes::before(now, throttle::FORGIVEN_AFTER);
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    sessions::purge(admin, now, idle_since).await?;
                    tokens::purge(admin, now).await?;
                    invites::purge(admin, now).await?;
                    attempts::purge(admin, calm_since).await?;
                    Ok(())
                })
            })
            .await
    }
}

/// Where a page in order of ids goes on.
fn after(page: &PageRequest) -> Uuid {
    page.after.as_ref().map_or(Uuid::nil(), |cursor| cursor.id)
}

/// Cuts what was read with one row more than asked for into a page in order of ids.
fn cut<T>(items: Vec<T>, page: &PageRequest, id: impl Fn(&T) -> Uuid) -> Page<T> {
    Page::cut(items, page.limit, |item| Cursor {
        sort: "created".to_owned(),
        key: CursorKey::Int(0),
        id: id(item),
    })
}
