//! The login gate: the one place that decides whether an account may be used. Every door (a
//! password, a browser's cookie, an access token, a personal access token, the command line) asks
//! it, and every request asks it again.
//!
//! What it learns from the store it believes for less than five seconds
//! ([`limits::REVOCATION_DELAY`]); what this process changes itself counts at once.

use std::time::Duration;

use astro_core::calendar::Timestamp;
use astro_core::limits;
use astro_core::principal::{Identity, Principal};
use astro_core::secret::Secret;
use astro_store::accounts::sessions::{self, OpenSession};
use astro_store::accounts::tokens::{self, OpenToken};
use astro_store::accounts::{Hash, Standing};
use moka::future::Cache;
use sha2::{Digest as _, Sha256};

use super::jwt::{self, LocalSubject, Subject, Verified};
use super::opaque::{self, Kind};
use crate::changes::before;
use crate::{Error, Result, Services};

/// How long an answer of the store is believed; the rest of [`limits::REVOCATION_DELAY`] is for a
/// lookup that was under way when the answer changed.
const BELIEVED: Duration = Duration::from_secs(limits::REVOCATION_DELAY.as_secs() - 1);
/// How exactly the last use of a session or token is kept.
const TOUCH_EVERY: Duration = Duration::from_mins(5);
const KNOWN_MAX: u64 = 100_000;

pub(super) const NOT_SIGNED_IN: Error =
    Error::Unauthenticated("sign in again: what was shown is not, or no longer, good");

/// What a request shows of who is asking.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An access token or a personal access token.
    Bearer(Secret),
    /// A browser's session cookie.
    Cookie(Secret),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Door {
    Session(Subject),
    Cookie(Hash),
    Token(Hash),
    Local(LocalSubject),
}

/// What the store knows behind a door.
#[derive(Clone, Debug)]
enum Behind {
    Session(OpenSession),
    Token(OpenToken),
    Local(Standing),
}

/// What was found out lately.
#[derive(Debug)]
pub(super) struct Known {
    /// With the moment of the lookup.
    behind: Cache<Door, (Behind, Timestamp)>,
    /// Access tokens whose signature was good, by the hash of their text.
    verified: Cache<Hash, Verified>,
}

impl Default for Known {
    fn default() -> Self {
        let (behind, verified) = (Cache::builder(), Cache::builder());
        let behind = behind.max_capacity(KNOWN_MAX).time_to_live(BELIEVED);
        let verified = verified.max_capacity(KNOWN_MAX);
        Self {
            behind: behind.build(),
            verified: verified.time_to_live(limits::ACCESS_TOKEN_TTL).build(),
        }
    }
}

impl Known {
    /// Forgets everything, after a change that takes rights away; such changes are rare.
    pub(super) fn forget(&self) {
        self.behind.invalidate_all();
    }

    async fn get(&self, door: &Door, now: Timestamp) -> Option<Behind> {
        let (behind, seen_at) = self.behind.get(door).await?;
        // By the product's own clock too: it may be set back, or stand in a test.
        let age = Duration::try_from(now.duration_since(seen_at)).ok()?;
        (age < BELIEVED).then_some(behind)
    }
}

/// Whether the account may be used at all, by whatever door.
pub(crate) fn admit(standing: &Standing) -> Result<Identity> {
    if standing.user_disabled || standing.tenant_disabled {
        return Err(NOT_SIGNED_IN);
    }
    Ok(standing.identity)
}

impl Services {
    /// Who is asking.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], in the same words whatever is wrong.
    pub async fn authenticate(&self, credential: &Credential) -> Result<Principal> {
        let now = self.now();
        let door = self.door(credential, now).await.ok_or(NOT_SIGNED_IN)?;
        let behind = match self.accounts.known.get(&door, now).await {
            Some(behind) => behind,
            None => self.look_behind(door.clone(), now).await?,
        };
        enter(&door, behind, now)
    }

    /// Whether this is a token of the server's own command line.
    pub(super) async fn is_command_line(&self, token: &Secret) -> bool {
        let shown = Credential::Bearer(token.clone());
        matches!(self.door(&shown, self.now()).await, Some(Door::Local(_)))
    }

    async fn door(&self, credential: &Credential, now: Timestamp) -> Option<Door> {
        match credential {
            Credential::Cookie(secret) => opaque::read(Kind::Browser, secret).map(Door::Cookie),
            Credential::Bearer(token) if token.expose().starts_with(Kind::Personal.prefix()) => {
                opaque::read(Kind::Personal, token).map(Door::Token)
            }
            Credential::Bearer(token) => Some(match self.subject(token, now).await? {
                Subject::Local(local) => Door::Local(local),
                session @ Subject::Session { .. } => Door::Session(session),
            }),
        }
    }

    /// Whom an access token speaks for.
    async fn subject(&self, token: &Secret, now: Timestamp) -> Option<Subject> {
        let hash: Hash = Sha256::digest(token.expose()).into();
        let ring = &self.accounts.keyring;
        let mut keys = ring.keys(now).await;
        let verified = &self.accounts.known.verified;
        if let Some(known) = verified.get(&hash).await
            && known.holds(&keys, now)
        {
            return Some(known.subject);
        }
        if keys.find(jwt::key_id(token)?, now).is_none() {
            keys = ring.reread(now).await;
        }
        let found = jwt::verify(&keys, token, now)?;
        verified.insert(hash, found.clone()).await;
        Some(found.subject)
    }

    async fn look_behind(&self, door: Door, now: Timestamp) -> Result<Behind> {
        let behind = match &door {
            Door::Local(subject) => match self.local_standing(subject).await {
                Err(Error::NotFound(_) | Error::Invalid(_)) => return Err(NOT_SIGNED_IN),
                found => Behind::Local(found?),
            },
            Door::Session(Subject::Session { session, .. }) => {
                let id = *session;
                let found = self.store.admin_read(move |admin| {
                    Box::pin(async move { sessions::by_id(admin, id).await })
                });
                Behind::Session(found.await?.ok_or(NOT_SIGNED_IN)?)
            }
            Door::Session(Subject::Local(_)) => return Err(NOT_SIGNED_IN),
            Door::Cookie(hash) => {
                let hash = *hash;
                let found = self.store.admin_read(move |admin| {
                    Box::pin(async move { sessions::by_secret(admin, hash).await })
                });
                Behind::Session(found.await?.ok_or(NOT_SIGNED_IN)?)
            }
            Door::Token(hash) => {
                let hash = *hash;
                let found = self.store.admin_read(move |admin| {
                    Box::pin(async move { tokens::by_hash(admin, hash).await })
                });
                Behind::Token(found.await?.ok_or(NOT_SIGNED_IN)?)
            }
        };
        // Only who gets in is noted as a use.
        enter(&door, behind.clone(), now)?;
        self.touch(&behind, now).await;
        self.accounts
            .known
            .behind
            .insert(door, (behind.clone(), now))
            .await;
        Ok(behind)
    }

    /// Notes the use, now and then.
    async fn touch(&self, behind: &Behind, now: Timestamp) {
        let stale = |last: Timestamp| last <= before(now, TOUCH_EVERY);
        let noted = match behind {
            Behind::Session(session) if stale(session.last_used_at) => {
                let id = session.id;
                let noting = self.store.admin(move |admin| {
                    Box::pin(async move { sessions::touch(admin, id, now).await })
                });
                noting.await
            }
            Behind::Token(token) if token.last_used_at.is_none_or(stale) => {
                let id = token.id;
                let noting = self.store.admin(move |admin| {
                    Box::pin(async move { tokens::touch(admin, id, now).await })
                });
                noting.await
            }
            _ => Ok(()),
        };
        // A read must not fail because the note of it did; the next lookup tries again.
        if let Err(error) = noted {
            tracing::warn!(%error, "the last use of a session or token was not noted");
        }
    }
}

/// Goes through a door, now.
fn enter(door: &Door, behind: Behind, now: Timestamp) -> Result<Principal> {
    match behind {
        Behind::Session(session) => {
            let idle = session.last_used_at <= before(now, limits::SESSION_IDLE_TTL);
            let identity = admit(&session.standing)?;
            let is_the_users = match door {
                Door::Session(Subject::Session { user, .. }) => *user == identity.user,
                _ => true,
            };
            if idle || session.expires_at <= now || !is_the_users {
                return Err(NOT_SIGNED_IN);
            }
            Ok(Principal::User {
                identity,
                session: session.id,
            })
        }
        Behind::Token(token) => {
            let identity = admit(&token.standing)?;
            if token.expires_at <= now {
                return Err(NOT_SIGNED_IN);
            }
            Ok(Principal::Token {
                identity,
                token: token.id,
                scopes: token.scopes,
            })
        }
        Behind::Local(standing) => Ok(Principal::Local {
            identity: admit(&standing)?,
        }),
    }
}
