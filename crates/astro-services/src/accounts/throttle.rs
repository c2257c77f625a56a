//! How often passwords may be tried: per account and per address, counted in the database so that
//! every instance counts together, and in a transaction of its own so that no rollback forgets.
//!
//! A try is counted before the password is looked at; a success takes the account's count back.
//! A try that was refused is not counted, so refused tries do not keep an account closed.

use std::net::IpAddr;
use std::time::Duration;

use astro_core::limits;
use astro_store::accounts::Hash;
use astro_store::accounts::attempts::{self, Attempts};
use sha2::{Digest as _, Sha256};

use crate::{Error, Result, Services};

const WINDOW_MICROS: i64 = 60_000_000;
/// Waits between tries once an account has seen [`limits::LOGIN_PER_ACCOUNT`] in a row fail.
const DELAYS_S: [i64; 4] = [1, 3, 5, 10];
/// After so long without a try a counter starts anew.
pub(super) const FORGIVEN_AFTER: Duration = Duration::from_hours(1);

/// The key of an account's counter: by its address, known or not.
pub(super) fn account_key(email_key: &str) -> Hash {
    hash("account", email_key.as_bytes())
}

/// The key of an address's counter. An IPv6 customer has a whole /64.
fn address_key(address: IpAddr) -> Hash {
    match address.to_canonical() {
        IpAddr::V4(four) => hash("v4", &four.octets()),
        IpAddr::V6(six) => hash("v6", &six.octets()[..8]),
    }
}

fn hash(kind: &str, value: &[u8]) -> Hash {
    Sha256::new()
        .chain_update("astro login attempts\0")
        .chain_update(kind)
        .chain_update("\0")
        .chain_update(value)
        .finalize()
        .into()
}

#[derive(Clone, Copy)]
enum Rule {
    Account,
    Address,
}

impl Rule {
    const fn per_minute(self) -> u32 {
        match self {
            Self::Account => limits::LOGIN_PER_ACCOUNT,
            Self::Address => limits::LOGIN_PER_ADDRESS,
        }
    }

    /// Counts a try at `now`, or says how many microseconds are to be waited.
    fn count(self, counter: &Attempts, now: i64) -> Result<Attempts, i64> {
        let limit = self.per_minute() as usize;
        let recent = |at: &i64| *at > now - WINDOW_MICROS;
        let mut tries: Vec<i64> = counter.tries.iter().copied().filter(recent).collect();
        let full = if tries.len() >= limit {
            tries[tries.len() - limit] + WINDOW_MICROS - now
        } else {
            0
        };
        let forgiven = i64::try_from(FORGIVEN_AFTER.as_micros()).unwrap_or(i64::MAX);
        let failures = if counter.last_at < now - forgiven {
            0
        } else {
            counter.failures
        };
        let slowed = match self {
            Self::Account => counter.last_at + delay_micros(failures) - now,
            Self::Address => 0,
        };
        let wait = full.max(slowed);
        if wait > 0 {
            return Err(wait);
        }
        tries.push(now);
        Ok(Attempts {
            tries,
            failures: failures + 1,
            last_at: now,
        })
    }
}

fn delay_micros(failures: i64) -> i64 {
    let beyond = failures - i64::from(limits::LOGIN_PER_ACCOUNT);
    match usize::try_from(beyond) {
        Ok(step) => DELAYS_S[step.min(DELAYS_S.len() - 1)] * 1_000_000,
        Err(_) => 0,
    }
}

impl Services {
    /// Counts a try that costs a password hash.
    ///
    /// # Errors
    /// [`Error::TooMany`] when there were too many.
    pub(crate) async fn count_try(
        &self,
        account: Option<Hash>,
        address: Option<IpAddr>,
    ) -> Result<()> {
        let now = self.now();
        // Accounts come before addresses in every transaction, so that no two wait for each other.
        let account = account.map(|key| (Rule::Account, key));
        let address = address.map(|address| (Rule::Address, address_key(address)));
        let counters: Vec<(Rule, Hash)> = account.into_iter().chain(address).collect();
        if counters.is_empty() {
            return Ok(());
        }
        self.store
            .admin(move |admin| {
                Box::pin(async move {
                    let mut counted = Vec::new();
                    for (rule, key) in counters {
                        let before = attempts::lock(admin, key).await?;
                        match rule.count(&before, now.as_microsecond()) {
                            Ok(next) => counted.push((key, next)),
                            Err(wait) => return Err(too_many(wait)),
                        }
                    }
                    for (key, after) in counted {
                        attempts::save(admin, key, &after).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Takes an account's count back, after a success.
    pub(super) async fn forgive_tries(&self, account: Hash) -> Result<()> {
        self.store
            .admin(move |admin| Box::pin(async move { Ok(attempts::clear(admin, account).await?) }))
            .await
    }
}

fn too_many(wait_micros: i64) -> Error {
    metrics::counter!("astro_sign_ins_throttled_total").increment(1);
    let seconds = u64::try_from(wait_micros).unwrap_or(0).div_ceil(1_000_000);
    tracing::warn!(seconds, "a sign-in has to wait: too many tries");
    Error::TooMany {
        retry_after_s: seconds.max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: i64 = 1_000_000;
    /// Counters hold 0 for "never", so tests begin later than that.
    const START: i64 = 1_800_000_000 * SECOND;

    /// Tries at every moment of `moments`; answers those that were let through.
    fn effective(rule: Rule, moments: impl IntoIterator<Item = i64>) -> Vec<i64> {
        let mut counter = Attempts::default();
        let mut through = Vec::new();
        for at in moments {
            if let Ok(next) = rule.count(&counter, START + at) {
                counter = next;
                through.push(at);
            }
        }
        through
    }

    #[test]
    fn ten_tries_pass_at_once_and_the_eleventh_a_minute_later() {
        let tries = effective(Rule::Account, (0..=600).map(|n| n * SECOND / 10));
        assert_eq!(tries.len(), 11);
        assert_eq!(tries[10], 60 * SECOND);
    }

    #[test]
    fn after_ten_failures_each_try_waits_longer() {
        let mut counter = Attempts {
            failures: 10,
            last_at: START,
            ..Attempts::default()
        };
        let mut waits = Vec::new();
        let mut now = START;
        for _ in 0..5 {
            let wait = Rule::Account.count(&counter, now).unwrap_err();
            waits.push(wait / SECOND);
            now += wait;
            counter = Rule::Account.count(&counter, now).unwrap();
        }
        assert_eq!(waits, [1, 3, 5, 10, 10]);
    }

    #[test]
    fn an_hour_of_calm_forgives() {
        let counter = Attempts {
            failures: 50,
            last_at: START,
            ..Attempts::default()
        };
        let next = Rule::Account
            .count(&counter, START + 3601 * SECOND)
            .unwrap();
        assert_eq!(next.failures, 1);
    }

    #[test]
    fn addresses_of_one_customer_count_together() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("192.0.2.7"), key("::ffff:192.0.2.7"));
        assert_ne!(key("192.0.2.7"), key("192.0.2.8"));
    }

    proptest! {
        #[test]
        fn no_minute_ever_sees_more_than_the_limit(gaps in proptest::collection::vec(0_i64..20_000_000, 1..200)) {
            let moments: Vec<i64> = gaps.iter().scan(0, |at, gap| { *at += gap; Some(*at) }).collect();
            for rule in [Rule::Account, Rule::Address] {
                let through = effective(rule, moments.iter().copied());
                for at in &through {
                    let minute = through.iter().filter(|other| (*at..*at + WINDOW_MICROS).contains(other)).count();
                    prop_assert!(minute <= rule.per_minute() as usize);
                }
            }
        }
    }
}
