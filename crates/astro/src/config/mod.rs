//! Putting the configuration together: flags over environment over file over the profile's
//! defaults, each value with the place it came from.

mod environment;
mod file;
mod given;
mod reference;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use astro_core::config::{Config, Profile};
use figment::Figment;

pub use environment::Environment;
pub use reference::reference;

use crate::cli::Flags;
use crate::failure::Misuse;
use given::Given;

/// Names of settings that are short in the environment: `ASTRO_LISTEN` is `ASTRO_HTTP__LISTEN`.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("PROFILE", "profile"),
    ("DATA_DIR", "data_dir"),
    ("LISTEN", "http.listen"),
    ("PUBLIC_URL", "http.public_url"),
    ("TRUSTED_PROXIES", "http.trusted_proxies"),
    ("DATABASE_URL", "database.url"),
    ("BUS_URL", "bus.url"),
    ("LOG", "log.level"),
    ("LOG_FILE", "log.file"),
    ("ALLOW_OUTGOING", "outgoing.allow"),
];

/// The configuration of this run.
#[derive(Debug)]
pub struct Loaded {
    pub config: Config,
    /// Where each setting's value came from.
    pub origins: BTreeMap<String, String>,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    /// Variables that begin with `ASTRO_` and mean nothing here.
    pub ignored: Vec<String>,
}

impl Loaded {
    pub fn origin(&self, key: &str) -> &str {
        self.origins.get(key).map_or("default", String::as_str)
    }
}

/// # Errors
/// [`Misuse`], which names the setting and where it was set.
pub fn load(flags: &Flags, environment: &Environment) -> anyhow::Result<Loaded> {
    let data_dir = environment.data_dir();
    let found = file::read(flags.config.as_deref(), environment)?;
    let (variables, ignored) = environment::settings(environment)?;
    let mut figment = Figment::new();
    let file = found.map(|(path, given)| {
        figment = std::mem::take(&mut figment).merge(given);
        path
    });
    for given in variables.into_iter().chain(given_flags(flags)) {
        figment = figment.merge(given);
    }
    let profile: Profile = if figment.contains("profile") {
        figment
            .extract_inner("profile")
            .map_err(|error| wrong(&error))?
    } else {
        Profile::Default
    };
    let mut figment = defaults(profile, &data_dir)?.merge(figment);
    // What a person wrote is read leniently: the environment only has texts.
    figment = figment.select(figment::Profile::Default);
    let mut config: Config = figment.extract_lossy().map_err(|error| wrong(&error))?;
    config.data_dir = std::path::absolute(&config.data_dir)?;
    let origins = Config::settings()
        .into_iter()
        .map(|setting| {
            let origin = figment
                .find_metadata(&setting.key)
                .map_or("default", |metadata| &metadata.name);
            (setting.key, origin.to_owned())
        })
        .collect();
    Ok(Loaded {
        config,
        origins,
        file,
        ignored,
    })
}

/// The defaults, and over them what the profile changes.
fn defaults(profile: Profile, data_dir: &DataDir) -> anyhow::Result<Figment> {
    let plain = Config::of(Profile::Default, data_dir.path.clone());
    let chosen = Config::of(profile, data_dir.path.clone());
    let figment = Figment::from(Given::defaults("default", &plain)?).merge(Given::one(
        &data_dir.origin,
        "data_dir",
        data_dir.path.to_string_lossy(),
    ));
    let changed = given::difference(&plain, &chosen)?;
    Ok(figment.merge(Given::all(&format!("profile {profile}"), changed)))
}

/// Where data lies unless somebody says otherwise.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    origin: String,
}

impl Environment {
    /// `$XDG_DATA_HOME/astroassistance`, else below the home, else `./data`.
    fn data_dir(&self) -> DataDir {
        let base = |path: PathBuf, origin: &str| DataDir {
            path: path.join("astroassistance"),
            origin: format!("default ({origin})"),
        };
        if let Some(data) = self.absolute_path("XDG_DATA_HOME") {
            base(data, "$XDG_DATA_HOME")
        } else if let Some(home) = self.absolute_path("HOME") {
            base(home.join(".local/share"), "$HOME")
        } else {
            DataDir {
                path: Path::new("data").to_owned(),
                origin: "default (no home directory)".to_owned(),
            }
        }
    }
}

fn given_flags(flags: &Flags) -> Vec<Given> {
    let one = |flag: &str, key: &str, value: Option<&String>| {
        value.map(|value| Given::one(&format!("flag --{flag}"), key, value))
    };
    let list = |values: &[String]| (!values.is_empty()).then(|| values.join(","));
    [
        one("profile", "profile", flags.profile.as_ref()),
        one("data-dir", "data_dir", flags.data_dir.as_ref()),
        one("database-url", "database.url", flags.database_url.as_ref()),
        one("listen", "http.listen", flags.listen.as_ref()),
        one(
            "trusted-proxy",
            "http.trusted_proxies",
            list(&flags.trusted_proxy).as_ref(),
        ),
        one(
            "allow-outgoing",
            "outgoing.allow",
            list(&flags.allow_outgoing).as_ref(),
        ),
        one("log", "log.level", flags.log.as_ref()),
        one("log-file", "log.file", flags.log_file.as_ref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Says which setting is wrong, where it was set, and what would be right.
fn wrong(error: &figment::Error) -> anyhow::Error {
    use figment::error::Kind;
    let messages: Vec<String> = error
        .clone()
        .into_iter()
        .map(|one| {
            let mut path = one.path.clone();
            let text = match &one.kind {
                Kind::UnknownField(field, known) => {
                    if path.last() != Some(field) {
                        path.push(field.clone());
                    }
                    format!("there is no such setting; here are: {}", known.join(", "))
                }
                other => other.to_string(),
            };
            let origin = one
                .metadata
                .as_ref()
                .map_or(String::new(), |metadata| format!(" ({})", metadata.name));
            format!("{}{origin}: {text}", path.join("."))
        })
        .collect();
    Misuse::error(messages.join("; "))
}

#[cfg(test)]
mod tests;
