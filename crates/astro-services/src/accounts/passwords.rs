//! Hashing passwords: Argon2id, a few at a time, so that a flood of sign-ins cannot take all
//! memory and processors.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use astro_core::accounts::passwords;
use astro_core::config::auth::{AccountsConfig, PasswordCost};
use astro_core::random::Random;
use astro_core::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::Semaphore;

use crate::{Error, Result};

/// The pool of workers.
#[derive(Debug)]
pub(super) struct Passwords {
    argon: Argon2<'static>,
    cost: PasswordCost,
    /// Hash of no password at all, so that an unknown name costs what a known one costs.
    nobody: String,
    /// Places for those who hash or wait to.
    places: Arc<Semaphore>,
    workers: Arc<Semaphore>,
    computed: Arc<AtomicU64>,
}

/// What a password check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) matches: bool,
    /// The stored hash was made at another cost than is configured now.
    pub(super) outdated: bool,
}

impl Passwords {
    pub(super) fn new(config: &AccountsConfig, random: &Random) -> Result<Self> {
        let cost = config.password_cost;
        let params = Params::new(cost.memory_kib(), cost.passes(), 1, None)
            .map_err(|error| Error::internal(error.to_string()))?;
        let workers = config.password_workers.max(1);
        Ok(Self {
            argon: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            cost,
            nobody: nobody(cost, random),
            places: Arc::new(Semaphore::new(workers + config.password_queue)),
            workers: Arc::new(Semaphore::new(workers)),
            computed: Arc::default(),
        })
    }

    /// The PHC string of a new password.
    pub(super) async fn hash(&self, password: &Secret, random: &Random) -> Result<String> {
        let salt = SaltString::encode_b64(&random.bytes::<16>())
            .map_err(|error| Error::internal(error.to_string()))?;
        let (argon, password) = (self.argon.clone(), passwords::normalise(password));
        self.compute(move || {
            argon
                .hash_password(password.expose().as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| Error::internal(error.to_string()))
        })
        .await?
    }

    /// Whether the password is the stored one; `None` stands for an unknown name and costs the
    /// same.
    pub(super) async fn verify(&self, password: &Secret, stored: Option<&str>) -> Result<Verdict> {
        let lawful = passwords::is_of_lawful_length(password);
        let stored = stored.filter(|_| lawful);
        let is_known = stored.is_some();
        let phc = stored.unwrap_or(&self.nobody).to_owned();
        let text = if lawful {
            passwords::normalise(password)
        } else {
            Secret::new("")
        };
        let (argon, outdated) = (self.argon.clone(), !self.is_current(&phc));
        let matches = self.compute(move || {
            let hash = PasswordHash::new(&phc)
                .map_err(|error| Error::internal(format!("a stored password hash: {error}")))?;
            Ok::<_, Error>(
                argon
                    .verify_password(text.expose().as_bytes(), &hash)
                    .is_ok(),
            )
        });
        Ok(Verdict {
            matches: matches.await?? && is_known,
            outdated: is_known && outdated,
        })
    }

    fn is_current(&self, phc: &str) -> bool {
        phc.starts_with(&beginning(self.cost))
    }

    /// Runs one hash on a worker thread when there is room.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when too many wait already.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let full = |_| Error::Unavailable { retry_after_s: 1 };
        let place = self.places.clone().try_acquire_owned().map_err(full)?;
        let worker = self
            .workers
            .clone()
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        self.computed.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("astro_password_hashes_total").increment(1);
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even when its caller went away.
            let _held = (place, worker);
            work()
        });
        done.await.map_err(Error::internal)
    }

    /// Hashes computed since the start.
    #[cfg(test)]
    pub(super) fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }
}

fn beginning(cost: PasswordCost) -> String {
    let (memory, passes) = (cost.memory_kib(), cost.passes());
    format!("$argon2id$v=19$m={memory},t={passes},p=1$")
}

/// A PHC string that no password fits.
fn nobody(cost: PasswordCost, random: &Random) -> String {
    let salt = STANDARD_NO_PAD.encode(random.bytes::<16>());
    let hash = STANDARD_NO_PAD.encode(random.bytes::<32>());
    format!("{}{salt}${hash}", beginning(cost))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(cost: PasswordCost, queue: usize) -> (Passwords, Random) {
        let config = AccountsConfig {
            password_cost: cost,
            password_workers: 1,
            password_queue: queue,
            ..AccountsConfig::default()
        };
        let random = Random::seeded(3);
        (Passwords::new(&config, &random).unwrap(), random)
    }

    #[tokio::test]
    async fn the_default_hash_is_argon2id_of_nineteen_mebibytes() {
        let (pool, random) = pool(PasswordCost::default(), 1);
        let password = Secret::new("lantern gravel umbrage");
        let hash = pool.hash(&password, &random).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let verdict = pool.verify(&password, Some(&hash)).await.unwrap();
        assert_eq!(
            verdict,
            Verdict {
                matches: true,
                outdated: false
            }
        );
        let other = Secret::new("lantern gravel umbrage!");
        assert!(!pool.verify(&other, Some(&hash)).await.unwrap().matches);
    }

    #[tokio::test]
    async fn an_unknown_name_costs_one_hash_and_never_matches() {
        let (pool, _) = pool(PasswordCost::worthless(), 1);
        for password in ["", "lantern gravel umbrage", &"x".repeat(100_000)] {
            let before = pool.computed();
            let verdict = pool.verify(&Secret::new(password), None).await.unwrap();
            assert_eq!(
                verdict,
                Verdict {
                    matches: false,
                    outdated: false
                }
            );
            assert_eq!(pool.computed(), before + 1);
        }
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_still_matches_and_is_outdated() {
        let (weak, random) = pool(PasswordCost::worthless(), 1);
        let (strong, _) = pool(PasswordCost::default(), 1);
        let password = Secret::new("lantern gravel umbrage");
        let old = weak.hash(&password, &random).await.unwrap();
        let verdict = strong.verify(&password, Some(&old)).await.unwrap();
        assert_eq!(
            verdict,
            Verdict {
                matches: true,
                outdated: true
            }
        );
    }

    #[tokio::test]
    async fn more_than_the_queue_holds_is_refused() {
        let (pool, _) = pool(PasswordCost::default(), 2);
        let password = Secret::new("lantern gravel umbrage");
        let tries = (0..10).map(|_| pool.verify(&password, None));
        let done = futures_util::future::join_all(tries).await;
        let refused = done
            .iter()
            .filter(|one| matches!(one, Err(Error::Unavailable { .. })))
            .count();
        assert_eq!(refused, 7);
    }
}
