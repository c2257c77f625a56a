//! Whether those who are connected may still be. A count in the database moves with every change that
//! takes rights away, in whichever process; each process looks at it every second, and then asks the
//! gate about everybody.

use std::collections::HashMap;
use std::time::Duration;

use astro_core::principal::Principal;
use astro_jobs::Stop;
use astro_store::accounts::{Standing, epoch, sessions, tokens, users};
use uuid::Uuid;

use super::Closing;
use crate::accounts::admit;
use crate::{Result, Services};

/// How often the count is looked at: well within [`astro_core::limits::REVOCATION_DELAY`].
const LOOK: Duration = Duration::from_secs(1);
/// How often everybody is asked about anyway: sessions and tokens end by themselves.
const ROUND: u32 = 60;

impl Services {
    /// Closes what may not be open any more, until it is time to stop.
    pub async fn watch_access(&self, mut stop: Stop) {
        // what happens from now on counts, also before the first look
        let mut seen: Option<i64> = self.access_epoch().await.ok();
        let mut looks = 0_u32;
        while !stop.is_now() {
            let suspected = tokio::select! {
                () = stop.wait() => return,
                () = self.live.suspected() => true,
                () = tokio::time::sleep(LOOK) => false,
            };
            looks = looks.wrapping_add(1);
            let now = match self.access_epoch().await {
                Ok(now) => now,
                Err(error) => {
                    tracing::warn!(%error, "nobody can say whether rights have gone");
                    continue;
                }
            };
            let has_moved = seen != Some(now);
            if has_moved {
                self.accounts.forget();
            }
            let is_checked = if suspected || has_moved || looks.is_multiple_of(ROUND) {
                self.check_open().await
            } else {
                Ok(())
            };
            match is_checked {
                Ok(()) => seen = Some(now),
                // the count counts as unseen, so that the next look asks again
                Err(error) => tracing::warn!(%error, "nobody can say who may still be connected"),
            }
        }
    }

    async fn access_epoch(&self) -> Result<i64> {
        self.store
            .admin_read(|admin| {
                Box::pin(async move { epoch::get(admin).await.map_err(crate::Error::from) })
            })
            .await
    }

    /// Asks about everybody who is connected, once for each session or token.
    async fn check_open(&self) -> Result<()> {
        let mut known: HashMap<Uuid, bool> = HashMap::new();
        for line in self.live.lines() {
            let door = door(&line.principal);
            let is_admitted = match known.get(&door) {
                Some(known) => *known,
                None => self.still_admitted(&line.principal).await?,
            };
            known.insert(door, is_admitted);
            if !is_admitted {
                line.close(Closing::Revoked);
            }
        }
        Ok(())
    }

    /// Whether the gate would admit a caller again, as the same user in the same role.
    pub async fn still_admitted(&self, principal: &Principal) -> Result<bool> {
        let now = self.now();
        let standing: Option<Standing> = match principal {
            Principal::User { session, .. } => {
                let id = *session;
                let found = self.store.admin_read(move |admin| {
                    Box::pin(async move { sessions::by_id(admin, id).await })
                });
                let found = found.await.map_err(crate::Error::from)?;
                found
                    .filter(|session| session.expires_at > now)
                    .map(|session| session.standing)
            }
            Principal::Token { token, scopes, .. } => {
                let id = *token;
                let found = self.store.admin_read(move |admin| {
                    Box::pin(async move { tokens::by_id(admin, id).await })
                });
                let found = found.await.map_err(crate::Error::from)?;
                found
                    .filter(|token| token.expires_at > now && token.scopes == *scopes)
                    .map(|token| token.standing)
            }
            Principal::Local { identity } => {
                let user = identity.user;
                let found = self.store.admin_read(move |admin| {
                    Box::pin(async move { users::standing(admin, user).await })
                });
                found.await.map_err(crate::Error::from)?
            }
        };
        let identity = standing.and_then(|standing| admit(&standing).ok());
        Ok(identity == Some(principal.identity()))
    }
}

/// What a caller came in by.
fn door(principal: &Principal) -> Uuid {
    match principal {
        Principal::User { session, .. } => session.uuid(),
        Principal::Token { token, .. } => token.uuid(),
        Principal::Local { identity } => identity.user.uuid(),
    }
}
