//! How much one user may ask of the server: a count per user and minute, told in the `RateLimit-*`
//! headers of every answer (draft-ietf-httpapi-ratelimit-headers-03). It keeps a runaway script
//! from starving the others; sign-in has limits of its own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use astro_core::calendar::Timestamp;
use astro_core::ids::UserId;
use astro_services::Error;
use http::{HeaderMap, HeaderName};

/// Counts requests of this minute. Instances count for themselves.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    /// Requests per user and minute; 0 for no limit.
    limit: u32,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    minute: i64,
    used: HashMap<UserId, u32>,
}

/// Where a user stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    limit: u32,
    remaining: u32,
    reset_s: u32,
}

impl RateLimiter {
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            limit,
            window: Mutex::default(),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the minute's allowance is used up.
    pub(crate) fn take(&self, user: UserId, now: Timestamp) -> Result<Option<Allowance>, Error> {
        if self.limit == 0 {
            return Ok(None);
        }
        let minute = now.as_second().div_euclid(60);
        let reset_s = u32::try_from(60 - now.as_second().rem_euclid(60)).unwrap_or(60);
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.minute != minute {
            *window = Window {
                minute,
                used: HashMap::new(),
            };
        }
        let taken = window.used.entry(user).or_default();
        if *taken >= self.limit {
            return Err(Error::TooMany {
                retry_after_s: u64::from(reset_s),
            });
        }
        *taken += 1;
        Ok(Some(Allowance {
            limit: self.limit,
            remaining: self.limit - *taken,
            reset_s,
        }))
    }
}

impl Allowance {
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        for (name, value) in [
            ("ratelimit-limit", self.limit),
            ("ratelimit-remaining", self.remaining),
            ("ratelimit-reset", self.reset_s),
        ] {
            headers.insert(HeaderName::from_static(name), value.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_minute_holds_so_many_and_the_next_begins_anew() {
        let limiter = RateLimiter::new(2);
        let (user, other): (UserId, UserId) = (uuid::Uuid::nil().into(), uuid::Uuid::max().into());
        let now = at("2026-11-25T09:00:45Z");
        assert_eq!(
            limiter.take(user, now).unwrap(),
            Some(Allowance {
                limit: 2,
                remaining: 1,
                reset_s: 15
            })
        );
        assert!(limiter.take(user, now).is_ok());
        assert!(matches!(
            limiter.take(user, now),
            Err(Error::TooMany { retry_after_s: 15 })
        ));
        assert!(limiter.take(other, now).is_ok());
        assert!(limiter.take(user, at("2026-11-25T09:01:00Z")).is_ok());
    }

    #[test]
    fn no_limit_is_no_limit() {
        let limiter = RateLimiter::new(0);
        let now = at("2026-11-25T09:00:00Z");
        assert!((0..10_000).all(|_| {
            limiter
                .take(uuid::Uuid::nil().into(), now)
                .unwrap()
                .is_none()
        }));
    }
}
