//! Accounts, passwords and sign-in.

use astro_calendar::ZoneName;
use serde::{Deserialize, Serialize};

use super::settings::settings;

settings! {
    /// How people get in.
    pub struct AccountsConfig in "accounts" {
        /// Whether strangers may make themselves an account in the default tenant.
        registration: bool = false;
        /// The zone of an account that names none.
        default_zone: ZoneName = ZoneName::utc();
        /// What one password hash costs, in the file as `password_cost = { memory_kib = 19456, passes = 2 }`; never less than the default.
        password_cost: PasswordCost = PasswordCost::default();
        /// Password hashes that are computed at the same time; each takes its `memory_kib` of memory.
        password_workers: usize = 2;
        /// Password hashes that may wait for a worker before more are refused.
        password_queue: usize = 32;
    }
}

/// Parameters of Argon2id with one lane. Never below what the OWASP cheat sheet on password
/// storage asks for: 19 MiB and two passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CostSettings")]
pub struct PasswordCost {
    memory_kib: u32,
    passes: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CostSettings {
    memory_kib: u32,
    passes: u32,
}

impl PasswordCost {
    pub const LEAST_MEMORY_KIB: u32 = 19 * 1024;
    pub const LEAST_PASSES: u32 = 2;
    const MOST_MEMORY_KIB: u32 = 1024 * 1024;
    const MOST_PASSES: u32 = 16;

    /// # Errors
    /// When it is below the least, or so high that a sign-in would stop the server.
    pub fn new(memory_kib: u32, passes: u32) -> Result<Self, CostError> {
        let memory = Self::LEAST_MEMORY_KIB..=Self::MOST_MEMORY_KIB;
        let turns = Self::LEAST_PASSES..=Self::MOST_PASSES;
        if memory.contains(&memory_kib) && turns.contains(&passes) {
            Ok(Self { memory_kib, passes })
        } else {
            Err(CostError { memory_kib, passes })
        }
    }

    /// So cheap that it protects nothing: for tests, which hash much. No configuration can name it.
    pub const fn worthless() -> Self {
        Self {
            memory_kib: 8,
            passes: 1,
        }
    }

    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    pub fn passes(self) -> u32 {
        self.passes
    }
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self {
            memory_kib: Self::LEAST_MEMORY_KIB,
            passes: Self::LEAST_PASSES,
        }
    }
}

/// Password parameters that are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "password cost of {memory_kib} KiB and {passes} passes: memory must be {} to {} KiB, passes {} to {}",
    PasswordCost::LEAST_MEMORY_KIB,
    PasswordCost::MOST_MEMORY_KIB,
    PasswordCost::LEAST_PASSES,
    PasswordCost::MOST_PASSES
)]
pub struct CostError {
    memory_kib: u32,
    passes: u32,
}

impl TryFrom<CostSettings> for PasswordCost {
    type Error = CostError;

    fn try_from(settings: CostSettings) -> Result<Self, CostError> {
        Self::new(settings.memory_kib, settings.passes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_cannot_make_passwords_cheap() {
        let cheap = serde_json::from_str::<PasswordCost>(r#"{"memory_kib": 8192, "passes": 2}"#);
        assert!(cheap.unwrap_err().to_string().contains("19456"));
        assert!(PasswordCost::new(19 * 1024, 1).is_err());
        assert!(PasswordCost::new(64 * 1024, 3).is_ok());
    }
}
