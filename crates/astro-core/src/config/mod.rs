//! What can be configured: structures and their defaults, no reading of files or environments.
//!
//! The binary fills these (defaults of the profile, then a file, the environment, flags) and hands
//! each floor its part. docs/config.md is made from the comments here, and a test compares the two.

pub mod auth;
mod bus;
mod database;
mod http;
mod jobs;
mod list;
mod log;
mod mail;
mod network;
mod outgoing;
mod secret_url;
mod settings;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use auth::AccountsConfig;
pub use bus::BusConfig;
pub use database::DatabaseConfig;
pub use http::HttpConfig;
pub use jobs::JobsConfig;
pub use list::List;
pub use log::{LogConfig, LogFormat};
pub use mail::MailConfig;
pub use network::{Network, NetworkError};
pub use outgoing::{OutgoingConfig, OutgoingTarget};
pub use secret_url::SecretUrl;
pub use settings::Setting;

coded_enum! {
    /// A set of defaults for a kind of machine.
    pub enum Profile {
        /// One person or a household on an ordinary machine, with SQLite.
        Default = 0 => "default",
        /// A machine with little memory.
        Small = 1 => "small",
        /// Many people on one server, with PostgreSQL.
        Team = 2 => "team",
    }
}

/// Everything that can be configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Which defaults apply: default, small or team.
    pub profile: Profile,
    /// The directory of the SQLite database, the signing keys and the running server's address.
    pub data_dir: PathBuf,
    pub http: HttpConfig,
    pub database: DatabaseConfig,
    pub bus: BusConfig,
    pub accounts: AccountsConfig,
    pub jobs: JobsConfig,
    pub log: LogConfig,
    pub mail: MailConfig,
    pub outgoing: OutgoingConfig,
}

impl Config {
    /// The defaults of a profile.
    pub fn of(profile: Profile, data_dir: PathBuf) -> Self {
        let mut config = Self {
            profile,
            data_dir,
            http: HttpConfig::default(),
            database: DatabaseConfig::default(),
            bus: BusConfig::default(),
            accounts: AccountsConfig::default(),
            jobs: JobsConfig::default(),
            log: LogConfig::default(),
            mail: MailConfig::default(),
            outgoing: OutgoingConfig::default(),
        };
        match profile {
            Profile::Default => {}
            Profile::Small => {
                config.http.connections = 256;
                config.database.connections = 3;
                config.accounts.password_workers = 1;
            }
            Profile::Team => {
                config.http.connections = 8_192;
                config.database.connections = 32;
                config.accounts.password_workers = 4;
            }
        }
        config
    }

    /// Every setting, in the order of docs/config.md.
    pub fn settings() -> Vec<Setting> {
        let mut all = vec![
            Setting {
                key: "profile".to_owned(),
                default: "default".to_owned(),
                meaning: "Which defaults apply: default, small (a machine with little memory) or team (many people, PostgreSQL).".to_owned(),
            },
            Setting {
                key: "data_dir".to_owned(),
                default: "$XDG_DATA_HOME/astroassistance".to_owned(),
                meaning: "The directory of the SQLite database, the signing keys and the running server's address. Without XDG_DATA_HOME it lies in ~/.local/share, without a home it is ./data.".to_owned(),
            },
        ];
        all.extend(HttpConfig::settings());
        all.extend(DatabaseConfig::settings());
        all.extend(BusConfig::settings());
        all.extend(AccountsConfig::settings());
        all.extend(JobsConfig::settings());
        all.extend(LogConfig::settings());
        all.extend(MailConfig::settings());
        all.extend(OutgoingConfig::settings());
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_a_documented_setting() {
        let shown = serde_json::to_value(Config::of(Profile::Default, PathBuf::new())).unwrap();
        let mut keys = Vec::new();
        for (key, value) in shown.as_object().unwrap() {
            match value.as_object() {
                Some(section) => keys.extend(section.keys().map(|inner| format!("{key}.{inner}"))),
                None => keys.push(key.clone()),
            }
        }
        let mut settings: Vec<String> = Config::settings().into_iter().map(|s| s.key).collect();
        keys.sort();
        settings.sort();
        assert_eq!(keys, settings);
    }

    #[test]
    fn a_profile_differs_only_in_its_defaults() {
        let small = Config::of(Profile::Small, "d".into());
        assert!(small.database.connections < DatabaseConfig::default().connections);
        assert_eq!(small.http.listen, HttpConfig::default().listen);
    }
}
